// Tests of superoffice/base/detail/loopback.hpp: which names mean this machine.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/detail/loopback.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstdint>
#include <string_view>

namespace {

enum class means { localhost, loopback_address, another_host };

}  // namespace

TEST_CASE("loopback: localhost and loopback literals are this machine, look-alikes are not") {
    struct {
        std::string_view host;
        means what;
    } const rows[] = {
        {"localhost", means::localhost},
        {"LocalHost", means::localhost},
        {"localhost.", means::localhost},
        {"a.localhost", means::localhost},
        {"a.b.LOCALHOST.", means::localhost},
        {".localhost", means::localhost},
        {"127.0.0.1", means::loopback_address},
        {"127.255.255.254", means::loopback_address},
        {"::1", means::loopback_address},
        {"", means::another_host},
        {".", means::another_host},
        {"localhost.example.com", means::another_host},
        {"notlocalhost", means::another_host},
        {"localhos", means::another_host},
        {"localhost..", means::another_host},
        {"127.0.0.1.example.com", means::another_host},
        {"127.0.0.1a", means::another_host},
        {"127", means::another_host},
        {"127.0.0.1000", means::another_host},
        {"127.0.0.0001", means::another_host},
        {"host", means::another_host},
        {"127.1", means::another_host},
        {"127.0.0.1.2", means::another_host},
        {"127.0.0.01", means::another_host},
        {"127.0.0.256", means::another_host},
        {"127.0..1", means::another_host},
        {"127.0.0.", means::another_host},
        {"127.0.0.0", means::loopback_address},
        {"128.0.0.1", means::another_host},
        {"1127.0.0.1", means::another_host},
        {"::2", means::another_host},
        {"::ffff:1", means::another_host},
    };
    // Bytes before a host are not part of it.
    CHECK_FALSE(superoffice::detail::is_localhost(std::string_view{".localhost"}.substr(6)));
    support::guard_page page{64};
    for (const auto& row : rows) {
        CAPTURE(row.host);
        const std::string_view placed{page.place(row.host), row.host.size()};
        CHECK(superoffice::detail::is_localhost(placed) == (row.what == means::localhost));
        CHECK(superoffice::detail::is_loopback(placed) == (row.what != means::another_host));
    }
}

TEST_CASE("read_ipv4: the four numbers, in their order") {
    std::uint8_t bytes[4] = {};
    CHECK(superoffice::detail::read_ipv4("192.0.2.255", bytes));
    CHECK(bytes[0] == 192);
    CHECK(bytes[1] == 0);
    CHECK(bytes[2] == 2);
    CHECK(bytes[3] == 255);
}
