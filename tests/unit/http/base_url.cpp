// Tests of superoffice/http/base_url.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/base_url.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::base_url;
using so::errc;
using so::parse_base_url;

namespace {

static_assert(parse_base_url("https://sod.superoffice.com/Cust12345/api")->root == "/Cust12345");

}  // namespace

TEST_CASE("base_url: section 2, the forms that people have at hand") {
    constexpr bool https = true, http = false;
    struct {
        std::string_view text;
        bool https;
        std::string_view host;
        std::uint16_t port;
        std::string_view authority;
        std::string_view root;
    } const cases[] = {
        // documented
        {"http://crm.example.com/superoffice/api", http, "crm.example.com", 80, "crm.example.com", "/superoffice"},
        {"https://example.com/Super/api/", https, "example.com", 443, "example.com", "/Super"},
        {"http://www.example.com/crm/api/v1", http, "www.example.com", 80, "www.example.com", "/crm"},
        {"http://superoffice80/api/v1", http, "superoffice80", 80, "superoffice80", ""},
        {"https://sod.superoffice.com/Cust26759/api/", https, "sod.superoffice.com", 443, "sod.superoffice.com",
         "/Cust26759"},
        {"https://online2.superoffice.com/Cust12345", https, "online2.superoffice.com", 443, "online2.superoffice.com",
         "/Cust12345"},
        {"https://online2.superoffice.com:443/Cust12345", https, "online2.superoffice.com", 443,
         "online2.superoffice.com:443", "/Cust12345"},
        {"https://online2.superoffice.com/Cust12345/api/v1/", https, "online2.superoffice.com", 443,
         "online2.superoffice.com", "/Cust12345"},
        // of the same make
        {"https://example.com", https, "example.com", 443, "example.com", ""},
        {"https://example.com/", https, "example.com", 443, "example.com", ""},
        {"https://example.com/api", https, "example.com", 443, "example.com", ""},
        {"https://example.com//", https, "example.com", 443, "example.com", ""},
        {"https://example.com/x//", https, "example.com", 443, "example.com", "/x"},
        {"HTTPS://Example.COM/Cust/API/V1", https, "Example.COM", 443, "Example.COM", "/Cust"},
        {"Http://example.com", http, "example.com", 80, "example.com", ""},
        {"https://example.com/api/api", https, "example.com", 443, "example.com", "/api"},  // a directory of that name
        {"https://example.com/api/api/v1", https, "example.com", 443, "example.com", "/api"},
        {"https://example.com/myapi", https, "example.com", 443, "example.com", "/myapi"},
        {"https://example.com/api/v2", https, "example.com", 443, "example.com", "/api/v2"},
        {"https://example.com/a/b%20c/~d;e=f", https, "example.com", 443, "example.com", "/a/b%20c/~d;e=f"},
        {"https://127.0.0.1:8443/api", https, "127.0.0.1", 8443, "127.0.0.1:8443", ""},
        {"http://my_host:1", http, "my_host", 1, "my_host:1", ""},
        {"https://h:65535/", https, "h", 65535, "h:65535", ""},
        {"https://[::1]", https, "::1", 443, "[::1]", ""},
        {"https://[2001:db8::192.0.2.1]:8443/Cust/api", https, "2001:db8::192.0.2.1", 8443,
         "[2001:db8::192.0.2.1]:8443", "/Cust"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const auto made = parse_base_url(one.text);
        REQUIRE(made.has_value());
        CHECK(made->https == one.https);
        CHECK(made->to.host == one.host);
        CHECK(made->to.port == one.port);
        CHECK(made->authority == one.authority);
        CHECK(made->root == one.root);
    }
}

TEST_CASE("base_url: what cannot be used is refused with the place") {
    struct {
        std::string_view text;
        std::uint32_t offset;
    } const cases[] = {
        {"", 0},
        {"example.com", 0},
        {"ftp://example.com", 0},
        {"https:/example.com", 0},
        {" https://example.com", 0},
        {"https//example.com", 0},
        {"https://", 8},
        {"http://", 7},
        {"https:///path", 8},
        {"https://?x", 8},
        {"https://user@example.com", 12},
        {"https://user:secret@example.com", 13},
        {"https://example.com:", 20},
        {"https://example.com:/api", 20},
        {"https://example.com:0", 20},
        {"https://example.com:65536", 20},
        {"https://example.com:99999999999", 20},
        {"https://example.com:x", 20},
        {"https://example.com:80x", 22},
        {"https://exam ple.com", 12},
        {"https://example.com?tenant=1", 19},
        {"https://example.com#top", 19},
        {"https://example.com\\api", 19},
        {"https://example.com/a?b", 21},
        {"https://example.com/a#b", 21},
        {"https://example.com/a b", 21},
        {"https://example.com/a\"b", 21},
        {"https://example.com/a\r\nX: y", 21},
        {"https://example.com/%", 20},
        {"https://example.com/%2", 20},
        {"https://example.com/%2x", 20},
        {"https://example.com/%20%zz", 23},
        {"https://example.com/\xc3\xa5", 20},
        {"https://ex\xc3\xa4mple.com", 10},
        {std::string_view{"https://example.com/\0", 21}, 20},
        {"https://[", 9},
        {"https://[]", 9},
        {"https://[::1", 12},
        {"https://[::1%25eth0]", 12},
        {"https://[::1]x", 13},
        {"https://[::1]:x", 14},
        {"https://::1", 8},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const auto made = parse_base_url(one.text);
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error() == errc::bad_base_url);
        CHECK(made.error().stage == so::stage::request);
        CHECK(made.error().offset == one.offset);
    }
}

TEST_CASE("base_url: a host has at most max_host_bytes") {
    const std::string longest(so::max_host_bytes, 'h');
    CHECK(parse_base_url("https://" + longest + "/api")->to.host == longest);
    const std::string too_long = "https://" + longest + "h/api";
    CHECK(parse_base_url(too_long).error().offset == 8 + so::max_host_bytes);
}

TEST_CASE("base_url: cut anywhere it is a base URL or is refused, and never reads on") {
    const std::string whole = "https://[2001:db8::1]:8443/Cust12345/api/v1";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        const std::string cut = whole.substr(0, size);
        const auto made = parse_base_url(cut);
        CHECK(made.has_value() == (size > 20 && size != 22));
        if (!made.has_value()) CHECK(made.error().offset <= size);
    }
}
