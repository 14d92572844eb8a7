// Tests of superoffice/schema/fixed_text.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/fixed_text.hpp>

#include "support/guard_page.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
using so::fixed_text;
using so::json_text;

namespace {

static_assert(std::is_trivially_copyable_v<fixed_text<7>>);
static_assert(fixed_text<7>::capacity() == 7);
static_assert([] {
    fixed_text<3> text;
    return text.assign("abc") && text == "abc" && !text.assign("abcd") && text == "abc";
}());

constexpr bool fits = true, too_long = false;

}  // namespace

TEST_CASE("fixed_text: holds up to N bytes with a NUL behind them") {
    fixed_text<4> text;
    CHECK(text.empty());
    CHECK(text == "");
    CHECK(std::strcmp(text.c_str(), "") == 0);
    struct {
        std::string_view from;
        bool fits;
        std::string_view after;
    } const cases[] = {
        {"abcd", fits, "abcd"},
        {"abcde", too_long, "abcd"},
        {"", fits, ""},
        {"x", fits, "x"},
        {std::string_view{"a\0b", 3}, fits, std::string_view{"a\0b", 3}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.from);
        CHECK(text.assign(one.from) == one.fits);
        CHECK(text.view() == one.after);
        CHECK(text.size() == one.after.size());
        CHECK(text.c_str()[text.size()] == '\0');
    }
    const std::string_view view = text;
    CHECK(view.size() == 3);
    support::guard_page page{16};
    CHECK(text.assign({page.place("abcd"), 4}));  // nothing behind the text is read
    CHECK(text == "abcd");
}

TEST_CASE("fixed_text: takes JSON text with its escapes replaced, and counts the bytes after that") {
    struct {
        std::string_view token;
        bool fits;
        std::string_view after;
    } const cases[] = {
        {R"("abcd")", fits, "abcd"},
        {R"("abcde")", too_long, "abcd"},
        {R"("\u0041\n\\\"")", fits, "A\n\\\""},
        {R"("\ud83d\ude00")", fits, "\xf0\x9f\x98\x80"},
        {R"("\ud83d\ude00.")", too_long, "\xf0\x9f\x98\x80"},
        {R"("")", fits, ""},
    };
    fixed_text<4> text;
    for (const auto& one : cases) {
        CAPTURE(one.token);
        CHECK(text.assign_from(json_text{one.token, one.token.find('\\') != one.token.npos}) == one.fits);
        CHECK(text == one.after);
        CHECK(text.c_str()[text.size()] == '\0');
    }
}

TEST_CASE("fixed_text: compares its text, not the bytes behind the text") {
    fixed_text<8> a, b;
    CHECK(a.assign("longer"));
    CHECK(a.assign("ab"));
    CHECK(b.assign("ab"));
    CHECK(a == b);
    CHECK(a == std::string{"ab"});
    CHECK(a != "abc");
}
