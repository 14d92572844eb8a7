// Tests of superoffice/client/detail/json_web_token.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/detail/json_web_token.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <string>
#include <string_view>

namespace detail = superoffice::detail;

TEST_CASE("json_web_token: there are three parts, and only the signature may be empty") {
    struct row {
        std::string_view text;
        bool good;
    };
    const row rows[] = {{"a.b.c", true}, {".b.c", true}, {"a.b.", true}, {"a..c", false},
                        {"", false},     {"a", false},   {"a.b", false}, {"a.b.c.d", false}};
    support::guard_page page{16};  // nothing behind the text is read
    for (const row& each : rows) {
        CAPTURE(each.text);
        detail::json_web_token parts;
        CHECK(detail::split_token({page.place(each.text), each.text.size()}, parts) == each.good);
    }
    detail::json_web_token parts;
    REQUIRE(detail::split_token("head.pay.sig", parts));
    CHECK(parts.signed_text == "head.pay");
    CHECK(parts.payload == "pay");
    CHECK(parts.signature == "sig");
}

TEST_CASE("json_web_token: claims must be an object, and a missing claim is an empty text") {
    struct row {
        std::string_view base64, claims;
    };
    const row rows[] = {{"e30", "{}"}, {"bnVsbA", ""}, {"W10", ""}, {"e", ""}, {"", ""}, {"e30*", ""}};  // {}, null, []
    for (const row& each : rows) {
        CAPTURE(each.base64);
        std::string text{each.base64};
        CHECK(detail::read_claims(text.data(), text.size()) == each.claims);
    }
    CHECK(detail::find_claim(R"({"a":"1","b":2,"a":"3"})", "a") == "1");
    CHECK(detail::find_claim(R"({"a":"1"})", "b").raw().empty());
    CHECK(detail::find_claim("{}", "b").raw().empty());
}
