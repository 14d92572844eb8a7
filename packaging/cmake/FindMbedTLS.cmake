# Finds mbedTLS where it brings no CMake package of its own, as before 3.0 and in Debian 12.
# Gives the targets that its own package gives: MbedTLS::mbedtls, MbedTLS::mbedx509, MbedTLS::mbedcrypto.

find_package(MbedTLS QUIET CONFIG)
if(TARGET MbedTLS::mbedtls)
  set(MbedTLS_FOUND TRUE)
  return()
endif()

find_path(MbedTLS_INCLUDE_DIR mbedtls/ssl.h)
foreach(MbedTLS_name mbedcrypto mbedx509 mbedtls)
  find_library(MbedTLS_${MbedTLS_name}_LIBRARY ${MbedTLS_name})
  mark_as_advanced(MbedTLS_${MbedTLS_name}_LIBRARY)
endforeach()
mark_as_advanced(MbedTLS_INCLUDE_DIR)

# The number is in build_info.h from 3.0 on, in version.h before.
foreach(MbedTLS_name version.h build_info.h)
  if(MbedTLS_INCLUDE_DIR AND EXISTS "${MbedTLS_INCLUDE_DIR}/mbedtls/${MbedTLS_name}")
    file(STRINGS "${MbedTLS_INCLUDE_DIR}/mbedtls/${MbedTLS_name}" MbedTLS_line REGEX "define MBEDTLS_VERSION_STRING ")
    if(MbedTLS_line MATCHES "\"([0-9.]+)\"")
      set(MbedTLS_VERSION "${CMAKE_MATCH_1}")
    endif()
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MbedTLS
  REQUIRED_VARS MbedTLS_mbedtls_LIBRARY MbedTLS_mbedx509_LIBRARY MbedTLS_mbedcrypto_LIBRARY MbedTLS_INCLUDE_DIR
  VERSION_VAR MbedTLS_VERSION)
if(MbedTLS_FOUND)
  foreach(MbedTLS_name mbedcrypto mbedx509 mbedtls)
    add_library(MbedTLS::${MbedTLS_name} UNKNOWN IMPORTED)
    set_target_properties(MbedTLS::${MbedTLS_name} PROPERTIES
      IMPORTED_LOCATION "${MbedTLS_${MbedTLS_name}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${MbedTLS_INCLUDE_DIR}")
  endforeach()
  set_property(TARGET MbedTLS::mbedx509 PROPERTY INTERFACE_LINK_LIBRARIES MbedTLS::mbedcrypto)
  set_property(TARGET MbedTLS::mbedtls PROPERTY INTERFACE_LINK_LIBRARIES MbedTLS::mbedx509)
endif()
unset(MbedTLS_line)
unset(MbedTLS_name)
