// Tests of superoffice/base/detail/loopback.hpp: which names mean this machine.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/detail/loopback.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <string_view>

TEST_CASE("loopback: localhost and loopback literals are this machine, look-alikes are not") {
    struct {
        std::string_view host;
        bool is_localhost, is_loopback;
    } const rows[] = {
        {"localhost", true, true},
        {"LocalHost", true, true},
        {"localhost.", true, true},
        {"a.localhost", true, true},
        {"a.b.LOCALHOST.", true, true},
        {".localhost", true, true},
        {"127.0.0.1", false, true},
        {"127.255.255.254", false, true},
        {"::1", false, true},
        {"", false, false},
        {".", false, false},
        {"localhost.example.com", false, false},
        {"notlocalhost", false, false},
        {"localhos", false, false},
        {"localhost..", false, false},
        {"127.0.0.1.example.com", false, false},
        {"127.0.0.1a", false, false},
        {"127", false, false},
        {"127.0.0.1000", false, false},
        {"127.0.0.0001", false, false},
        {"host", false, false},
        {"127.1", false, false},
        {"127.0.0.1.2", false, false},
        {"127.0.0.01", false, false},
        {"127.0.0.256", false, false},
        {"127.0..1", false, false},
        {"127.0.0.", false, false},
        {"127.0.0.0", false, true},
        {"128.0.0.1", false, false},
        {"1127.0.0.1", false, false},
        {"::2", false, false},
        {"::ffff:1", false, false},
    };
    // What stands before a host is none of it.
    CHECK_FALSE(superoffice::detail::is_localhost(std::string_view{".localhost"}.substr(6)));
    support::guard_page page{64};
    for (const auto& row : rows) {
        CAPTURE(row.host);
        const std::string_view placed{page.place(row.host), row.host.size()};
        CHECK(superoffice::detail::is_localhost(placed) == row.is_localhost);
        CHECK(superoffice::detail::is_loopback(placed) == row.is_loopback);
    }
}
