// Tests of superoffice/http/base_url.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/base_url.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::base_url;
using so::errc;
using so::parse_base_url;

namespace {

static_assert(parse_base_url("https://sod.superoffice.com/Cust12345/api")->root == "/Cust12345");

}  // namespace

TEST_CASE("base_url: section 2, the forms of URL that people use") {
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
        {"https://example.com:", https, "example.com", 443, "example.com", ""},
        {"http://example.com:/Cust/api", http, "example.com", 80, "example.com", "/Cust"},
        {"https://example.com./Cust", https, "example.com.", 443, "example.com.", "/Cust"},
        {"https://example.com//api//", https, "example.com", 443, "example.com", ""},
        {"https://example.com//Cust//api/v1//", https, "example.com", 443, "example.com", "/Cust"},
        {"https://example.com///Cust/", https, "example.com", 443, "example.com", "/Cust"},
        {"https://example.com/v1", https, "example.com", 443, "example.com", "/v1"},
        {"https://example.com//v1//", https, "example.com", 443, "example.com", "/v1"},
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

TEST_CASE("base_url: a URL that cannot be used is refused, with the byte at fault and a sentence") {
    constexpr std::string_view
        scheme = "the base URL must begin with https:// or http://",
        no_host = "the base URL has no host name", user = "the base URL must not contain a user name or a password",
        host = "the host name in the base URL contains a character that a host name cannot have",
        bracket = "the IPv6 address in the base URL must be closed by ]",
        zone = "the zone of the IPv6 address in the base URL must be letters, digits, or one of ._~-",
        port = "the port in the base URL must be a number from 1 to 65535",
        path = "the path of the base URL contains a character that must be escaped",
        escape = "a % in the base URL must be followed by two hexadecimal digits",
        query = "the base URL must not contain a query (?)", fragment = "the base URL must not contain a fragment (#)";
    struct {
        std::string_view text;
        std::uint32_t offset;
        std::string_view why;
    } const cases[] = {
        {"", 0, scheme},
        {"example.com", 0, scheme},
        {"ftp://example.com", 0, scheme},
        {"https:/example.com", 0, scheme},
        {"https:x/example.com", 0, scheme},
        {"https:/xexample.com", 0, scheme},
        {" https://example.com", 0, scheme},
        {"https//example.com", 0, scheme},
        {"https://", 8, no_host},
        {"http://", 7, no_host},
        {"https:///path", 8, no_host},
        {"https://?x", 8, query},
        {"https://user@example.com", 12, user},
        {"https://user:secret@example.com", 13, user},
        {"https://example.com:0", 20, port},
        {"https://example.com:65536", 20, port},
        {"https://example.com:99999999999", 20, port},
        {"https://example.com:x", 20, port},
        {"https://example.com:80x", 22, port},
        {"https://exam ple.com", 12, host},
        {"https://example.com?tenant=1", 19, query},
        {"https://example.com#top", 19, fragment},
        {"https://example.com\\api", 19, host},
        {"https://example.com/a?b", 21, query},
        {"https://example.com/a#b", 21, fragment},
        {"https://example.com/a b", 21, path},
        {"https://example.com/a\"b", 21, path},
        {"https://example.com/a\r\nX: y", 21, path},
        {"https://example.com/%", 20, escape},
        {"https://example.com/%2", 20, escape},
        {"https://example.com/%2x", 20, escape},
        {"https://example.com/%20%zz", 23, escape},
        {"https://example.com/\xc3\xa5", 20, path},
        {"https://ex\xc3\xa4mple.com", 10, host},
        {std::string_view{"https://example.com/\0", 21}, 20, path},
        {"https://[", 9, no_host},
        {"https://[]", 9, no_host},
        {"https://[::1", 12, bracket},
        {"https://[::1%]", 13, zone},
        {"https://[::1%25eth/0]", 18, zone},
        {"https://[::1%eth%20]", 16, zone},
        {"https://[::1%25eth0", 19, zone},
        {"https://example.com:?x", 20, query},
        {"https://[::1]x", 13, host},
        {"https://[::1]:x", 14, port},
        {"https://::1", 8, no_host},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const auto made = parse_base_url(one.text);
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error() == errc::bad_base_url);
        CHECK(made.error().stage == so::stage::request);
        CHECK(made.error().position() == one.offset);
        CHECK(so::base_url_fault(made.error()) == one.why);
        CHECK(made.error().system_code() == 0);
    }
}

TEST_CASE("base_url: the zone of an IPv6 address is for this machine, and not for the Host header") {
    for (const std::string_view form : {"%25eth0", "%eth0"}) {
        const std::string text = "http://[fe80::1" + std::string{form} + "]:8080/Cust/api";
        const auto made = parse_base_url(text);
        REQUIRE(made.has_value());
        CHECK(made->to.host == "fe80::1");
        CHECK(made->to.zone == "eth0");
        CHECK(made->to.port == 8080);
        CHECK(made->authority == "[fe80::1" + std::string{form} + "]:8080");
        CHECK(std::string{made->authority_before_zone()} + std::string{made->authority_behind_zone()} ==
              "[fe80::1]:8080");
        CHECK(made->root == "/Cust");
    }
    CHECK(parse_base_url("http://[fe80::1%25]/")->to.zone == "25");
    CHECK(parse_base_url("http://[fe80::1%3]/")->to.zone == "3");
    CHECK(parse_base_url("http://[fe80::1%2x]/")->to.zone == "2x");
    const auto plain = parse_base_url("http://[fe80::1]:8080/");
    CHECK(plain->to.zone.empty());
    CHECK(plain->authority_before_zone() == "[fe80::1");
    CHECK(plain->authority_behind_zone() == "]:8080");
}

TEST_CASE("base_url: every refusal has a sentence of its own, and every other error its message") {
    std::set<std::string_view> texts;
    for (int n = 1; n < static_cast<int>(so::detail::url_fault::count_); ++n) {
        const so::error e{.stage = so::stage::request, .code = errc::bad_base_url, .native = n};
        CHECK(texts.insert(so::base_url_fault(e)).second);
    }
    for (const int n : {-1, 0, static_cast<int>(so::detail::url_fault::count_)})
        CHECK(so::base_url_fault({.code = errc::bad_base_url, .native = n}) ==
              std::string_view{"the base URL cannot be used"});
    CHECK(so::base_url_fault({.code = errc::busy, .native = 1}) == std::string_view{so::message(errc::busy)});
}

TEST_CASE("base_url: a host has at most 253 bytes") {
    const std::string longest(253, 'h');
    CHECK(parse_base_url("https://" + longest + "/api")->to.host == longest);
    const std::string too_long = "https://" + longest + "h/api";
    CHECK(parse_base_url(too_long).error().position() == 8 + 253);
    CHECK(so::base_url_fault(parse_base_url(too_long).error()) ==
          std::string_view{"the host name in the base URL is longer than 253 characters"});
}

TEST_CASE("base_url: a URL cut at any byte is taken or refused, and nothing is read behind it") {
    const std::string_view whole = "https://[2001:db8::1]:8443//Cust12345/api/v1/";
    support::guard_page page{64};
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        const std::string_view cut{page.place(whole.substr(0, size)), size};
        const auto made = parse_base_url(cut);
        CHECK(made.has_value() == (size > 20));
        if (!made.has_value()) CHECK(made.error().position() <= size);
    }
}
