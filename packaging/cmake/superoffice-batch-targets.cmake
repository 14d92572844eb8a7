# Makes the targets superoffice::batch and superoffice::batch_mbedtls. The repository's CMakeLists.txt and the installed
# package both include this file.
#
# It reads      superoffice_batch_include_dir   the folder that holds superoffice/batch.hpp
#               superoffice_batch_imported      true in the installed package
#               superoffice_batch_want_simdjson ON, OFF or AUTO: use simdjson where it is found
#               superoffice_batch_want_mbedtls  ON, OFF or AUTO: the same for mbedTLS
# It sets       superoffice_batch_problem       what is missing, or empty
#               superoffice_batch_has_simdjson  ON or OFF

set(superoffice_batch_problem "")
set(superoffice_batch_has_simdjson OFF)

# Boost.Describe. A project that builds Boost itself has targets for each library. Boost's own package has one for all
# headers. Headers without a package are found by their path.
set(superoffice_batch_boost "")
if(TARGET Boost::describe AND TARGET Boost::mp11)
  set(superoffice_batch_boost Boost::describe Boost::mp11)
else()
  if(NOT TARGET Boost::headers)
    find_package(Boost 1.77 QUIET CONFIG)
  endif()
  if(TARGET Boost::headers)
    set(superoffice_batch_boost Boost::headers)
  else()
    find_path(SUPEROFFICE_BATCH_BOOST_INCLUDE_DIR boost/describe.hpp HINTS "${BOOST_ROOT}" "${Boost_ROOT}" "$ENV{BOOST_ROOT}"
      PATH_SUFFIXES include DOC "the folder that holds boost/describe.hpp")
    mark_as_advanced(SUPEROFFICE_BATCH_BOOST_INCLUDE_DIR)
    if(NOT SUPEROFFICE_BATCH_BOOST_INCLUDE_DIR)
      string(APPEND superoffice_batch_problem "Boost.Describe (boost/describe.hpp, Boost 1.77 or later) was not found. "
        "Debian 12: install libboost1.81-dev; Debian 13 and most others: libboost-dev. ")
    endif()
  endif()
endif()

if(superoffice_batch_want_simdjson)
  if(NOT TARGET simdjson::simdjson)
    # Without a version: simdjson's own version file takes only versions with the same minor number.
    find_package(simdjson QUIET CONFIG)
  endif()
  # A target of the user's own subproject has no version here.
  if(TARGET simdjson::simdjson AND (NOT simdjson_VERSION OR simdjson_VERSION VERSION_GREATER_EQUAL 3.0))
    set(superoffice_batch_has_simdjson ON)
  elseif(NOT superoffice_batch_want_simdjson STREQUAL "AUTO")
    string(APPEND superoffice_batch_problem "simdjson 3.0 or later was not found, and this package is set up to use it. "
      "Debian: install libsimdjson-dev. Or set SUPEROFFICE_BATCH_SIMDJSON to OFF. ")
  endif()
endif()

set(superoffice_batch_mbedtls "")
if(superoffice_batch_want_mbedtls)
  if(NOT TARGET MbedTLS::mbedtls)
    set(superoffice_batch_module_path "${CMAKE_MODULE_PATH}")
    list(INSERT CMAKE_MODULE_PATH 0 "${CMAKE_CURRENT_LIST_DIR}")
    find_package(MbedTLS 2.28 QUIET MODULE)
    set(CMAKE_MODULE_PATH "${superoffice_batch_module_path}")
    unset(superoffice_batch_module_path)
  endif()
  if(TARGET MbedTLS::mbedtls)
    set(superoffice_batch_mbedtls MbedTLS::mbedtls)
  elseif(NOT superoffice_batch_want_mbedtls STREQUAL "AUTO")
    string(APPEND superoffice_batch_problem "mbedTLS 2.28 or later was not found, and superoffice::batch_mbedtls needs it. "
      "Debian: install libmbedtls-dev. ")
  endif()
endif()

if(NOT superoffice_batch_problem)
  foreach(superoffice_batch_name batch batch_mbedtls)
    if(superoffice_batch_name STREQUAL "batch_mbedtls" AND NOT superoffice_batch_mbedtls)
      continue()
    endif()
    if(superoffice_batch_imported)
      add_library(superoffice::${superoffice_batch_name} INTERFACE IMPORTED)
      set(superoffice_batch_target superoffice::${superoffice_batch_name})
    else()
      add_library(superoffice_${superoffice_batch_name} INTERFACE)
      add_library(superoffice::${superoffice_batch_name} ALIAS superoffice_${superoffice_batch_name})
      set(superoffice_batch_target superoffice_${superoffice_batch_name})
    endif()
    if(superoffice_batch_name STREQUAL "batch")
      set_property(TARGET ${superoffice_batch_target} PROPERTY INTERFACE_COMPILE_FEATURES cxx_std_20)
      target_include_directories(${superoffice_batch_target} SYSTEM INTERFACE "${superoffice_batch_include_dir}")
      if(superoffice_batch_boost)
        target_link_libraries(${superoffice_batch_target} INTERFACE ${superoffice_batch_boost})
      else()
        target_include_directories(${superoffice_batch_target} SYSTEM INTERFACE "${SUPEROFFICE_BATCH_BOOST_INCLUDE_DIR}")
      endif()
      if(superoffice_batch_has_simdjson)
        target_link_libraries(${superoffice_batch_target} INTERFACE simdjson::simdjson)
        target_compile_definitions(${superoffice_batch_target} INTERFACE SUPEROFFICE_WITH_SIMDJSON=1)
        if(simdjson_VERSION AND simdjson_VERSION VERSION_LESS 3.2)
          target_compile_definitions(${superoffice_batch_target} INTERFACE SUPEROFFICE_SIMDJSON_BUILTIN_ONLY=1)
        endif()
      endif()
    else()
      target_link_libraries(${superoffice_batch_target} INTERFACE superoffice::batch ${superoffice_batch_mbedtls})
      target_compile_definitions(${superoffice_batch_target} INTERFACE SUPEROFFICE_WITH_MBEDTLS=1 SUPEROFFICE_WITH_SOCKETS=1)
      if(WIN32)
        target_link_libraries(${superoffice_batch_target} INTERFACE ws2_32)
      endif()
    endif()
  endforeach()
endif()
unset(superoffice_batch_boost)
unset(superoffice_batch_mbedtls)
unset(superoffice_batch_name)
unset(superoffice_batch_target)
