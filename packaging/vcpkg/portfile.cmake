# Checked by the tests with stand-ins for vcpkg's functions: what it installs can be found. vcpkg itself has not run it yet.
# An overlay port of this repository: vcpkg install superoffice-batch --overlay-ports=packaging/vcpkg
set(VCPKG_BUILD_TYPE release) # headers only
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

set(simdjson OFF)
if("simdjson" IN_LIST FEATURES)
  set(simdjson ON)
endif()
set(mbedtls OFF)
if("mbedtls" IN_LIST FEATURES)
  set(mbedtls ON)
endif()
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS -DSUPEROFFICE_BATCH_SIMDJSON=${simdjson} -DSUPEROFFICE_BATCH_MBEDTLS=${mbedtls} -DSUPEROFFICE_BATCH_INSTALL=ON
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/superoffice-batch)
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
