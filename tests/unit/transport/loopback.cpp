// Tests of superoffice/transport/loopback.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/loopback.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace so = superoffice;

TEST_CASE("loopback: names of this machine, and its addresses, without asking anybody") {
    const struct {
        std::string_view host;
        bool is_name = false;     // is_localhost
        bool is_address = false;  // is_loopback without being one
    } rows[] = {
        {.host = "localhost", .is_name = true},
        {.host = "LocalHost", .is_name = true},
        {.host = "localhost.", .is_name = true},
        {.host = "tenant.localhost", .is_name = true},
        {.host = "a.b.LOCALHOST.", .is_name = true},
        {.host = "127.0.0.1", .is_address = true},
        {.host = "127.255.255.254", .is_address = true},
        {.host = "::1", .is_address = true},
        {.host = "0:0:0:0:0:0:0:1", .is_address = true},
        {.host = ""},
        {.host = "."},
        {.host = "localhost.."},
        {.host = "xlocalhost"},
        {.host = "localhost.example"},
        {.host = "localhos"},
        {.host = "128.0.0.1"},
        {.host = "127.0.0"},
        {.host = "127.0.0.1.example"},
        {.host = "::2"},
        {.host = "::1:1"},
        {.host = "1::1"},
        {.host = "::ffff:127.0.0.1"},  // an address of another family; nobody needs it here
    };
    for (const auto& row : rows) {
        CAPTURE(row.host);
        CHECK(so::is_localhost(row.host) == row.is_name);
        CHECK(so::is_loopback(row.host) == (row.is_name || row.is_address));
    }
}
