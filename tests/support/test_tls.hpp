// The TLS version that the tests are to be run with: SUPEROFFICE_TEST_TLS=1.3 or 1.2 in the environment, else whatever the
// library offers by itself. Tests that are about one version name it, whatever this says.
#ifndef SUPEROFFICE_TESTS_SUPPORT_TEST_TLS_HPP
#define SUPEROFFICE_TESTS_SUPPORT_TEST_TLS_HPP

#include <superoffice/transport/tls/tls_options.hpp>

#include <cstdlib>
#include <string_view>

namespace support {

inline superoffice::tls_protocol test_tls() {
    const char* const given = std::getenv("SUPEROFFICE_TEST_TLS");
    const std::string_view version = given == nullptr ? "" : given;
    return version == "1.3"   ? superoffice::tls_protocol::tls_1_3
           : version == "1.2" ? superoffice::tls_protocol::tls_1_2
                              : superoffice::tls_protocol::automatic;
}

}  // namespace support
#endif
