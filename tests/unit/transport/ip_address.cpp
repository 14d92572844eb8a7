// Tests of superoffice/transport/ip_address.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/ip_address.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstring>
#include <string_view>

#if defined(__unix__) || defined(__APPLE__)
#include <arpa/inet.h>
#endif

namespace {

struct literal_case {
    std::string_view text;
    int size;  // of the address; 0: a name
};

const literal_case cases[] = {
    {"127.0.0.1", 4},
    {"0.0.0.0", 4},
    {"255.255.255.255", 4},
    {"256.0.0.1", 0},
    {"1.2.3", 0},
    {"1.2.3.4.5", 0},
    {"1.2.3.", 0},
    {".1.2.3", 0},
    {"01.2.3.4", 0},
    {"1.2.3.4 ", 0},
    {"0x7f.0.0.1", 0},
    {"1234.1.1.1", 0},
    {"", 0},
    {".", 0},
    {"localhost", 0},
    {"::", 16},
    {"::1", 16},
    {"1::", 16},
    {"2001:db8::8:800:200c:417a", 16},
    {"2001:DB8:0:0:8:800:200C:417A", 16},
    {"::ffff:192.0.2.128", 16},
    {"64:ff9b::192.0.2.33", 16},
    {"1:2:3:4:5:6:1.2.3.4", 16},
    {"1:2:3:4:5:6:7:8", 16},
    {"1:2:3:4:5:6:7::", 16},
    {"::2:3:4:5:6:7:8", 16},
    {"1:2:3:4:5:6:7:8:9", 0},
    {"1:2:3:4:5:6:7:1.2.3.4", 0},
    {"1:2:3:4:5:6:7", 0},
    {"1::2::3", 0},
    {":::", 0},
    {":", 0},
    {":1", 0},
    {":1:2:3:4:5:6:7", 0},
    {":1::", 0},
    {":::1", 0},
    {"1:::2", 0},
    {"1:2:3:4:::8", 0},
    {"1:", 0},
    {"1:2:3:4:5:6:7:", 0},
    {"::1:", 0},
    {"12345::", 0},
    {"::g", 0},
    {"::1%lo", 0},
    {"[::1]", 0},
    {"::1.2.3", 0},
    {"::1.2.3.4:5", 0},
    {"1:2:3:4:5:6:7:8::", 0},
    {"::1:2:3:4:5:6:7:8", 0},
};

}  // namespace

TEST_CASE("ip_address: literals are recognised, and read as the system reads them") {
    support::guard_page page{64};
    for (const literal_case& c : cases) {
        CAPTURE(c.text);
        superoffice::ip_address address;
        const std::string_view placed{page.place(c.text), c.text.size()};
        CHECK(superoffice::parse_ip_address(placed, address) == (c.size != 0));
        CHECK(static_cast<int>(address.size) == c.size);
        CHECK(address.is_v6() == (c.size == 16));
#if defined(__unix__) || defined(__APPLE__)
        char text[64] = {};
        c.text.copy(text, sizeof text - 1);
        unsigned char expected[16] = {};
        const int four = inet_pton(AF_INET, text, expected);
        const int six = four == 1 ? 0 : inet_pton(AF_INET6, text, expected);
        CHECK((four == 1 ? 4 : six == 1 ? 16 : 0) == c.size);
        if (c.size != 0) CHECK(std::memcmp(address.bytes, expected, static_cast<std::size_t>(c.size)) == 0);
#endif
    }
}

TEST_CASE("ip_address: a text that is no address leaves the object unchanged") {
    superoffice::ip_address address;
    REQUIRE(superoffice::parse_ip_address("::1", address));
    const superoffice::ip_address before = address;
    CHECK_FALSE(superoffice::parse_ip_address("example.com", address));
    CHECK(address == before);
}
