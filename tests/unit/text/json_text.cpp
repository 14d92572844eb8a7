// Tests of superoffice/text/json_text.hpp: the text of a JSON value, with and without escapes.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/text/json_text.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace std::string_view_literals;
using superoffice::errc;
using superoffice::json_text;

namespace {

struct row {
    std::string_view token;
    std::string_view text;
};

constexpr row rows[] = {
    {R"("")", ""},
    {R"("a")", "a"},
    {R"("Export completed - file ready")", "Export completed - file ready"},
    {"\"bl\xC3\xA5 \xE2\x82\xAC \xF0\x9F\x98\x80\"", "bl\xC3\xA5 \xE2\x82\xAC \xF0\x9F\x98\x80"},
    {R"("\"")", "\""},
    {R"("\\")", "\\"},
    {R"("\/\b\f\n\r\t")", "/\b\f\n\r\t"},
    {R"("\\n")", "\\n"},
    {R"("a\nb")", "a\nb"},
    {R"("\u0041")", "A"},
    {R"("\u0000")", "\0"sv},
    {R"("x\u0000y")", "x\0y"sv},
    {R"("\u007f")", "\x7F"},
    {R"("\u0080")", "\xC2\x80"},
    {R"("\u07FF")", "\xDF\xBF"},
    {R"("\u0800")", "\xE0\xA0\x80"},
    {R"("\uD7ff")", "\xED\x9F\xBF"},
    {R"("\uE000")", "\xEE\x80\x80"},
    {R"("\uFFFF")", "\xEF\xBF\xBF"},
    {R"("\uD800\uDC00")", "\xF0\x90\x80\x80"},
    {R"("\ud83d\ude00!")", "\xF0\x9F\x98\x80!"},
    {R"("\uDBFF\uDFFF")", "\xF4\x8F\xBF\xBF"},
    {R"("\u00e5\\\u00E5")", "\xC3\xA5\\\xC3\xA5"},
    {"17", "17"},
    {"-1.5e+3", "-1.5e+3"},
    {"true", "true"},
    {R"({"a":"\n"})", R"({"a":"\n"})"},
    {"[ ]", "[ ]"},
};

json_text made_of(std::string_view token) { return {token, token.front() == '"' && token.find('\\') != token.npos}; }

static_assert(json_text{"\"a\"", false} == "a"sv);
static_assert(json_text{R"("\u00e5")", true} == "\xC3\xA5"sv);
static_assert(json_text{}.plain().data() == nullptr);

}  // namespace

TEST_CASE("json_text: text, size, copy and comparison agree") {
    for (const row& r : rows) {
        CAPTURE(r.token);
        const json_text t = made_of(r.token);
        CHECK(t.raw() == r.token);
        CHECK(t.unescaped_size() == r.text.size());
        CHECK(t == r.text);
        CHECK(r.text == t);
        CHECK_FALSE(t == std::string(r.text) + "x");
        CHECK_FALSE(t == "x" + std::string(r.text));
        if (!r.text.empty()) {
            CHECK_FALSE(t == r.text.substr(1));
            CHECK_FALSE(t == r.text.substr(0, r.text.size() - 1));
            std::string other(r.text);
            other.back() = static_cast<char>(other.back() ^ 1);
            CHECK_FALSE(t == other);
        }

        char room[64];
        const auto copied = t.copy(room);
        CHECK(copied.has_value());
        CHECK(copied.value_or("?") == r.text);
        CHECK(copied.value_or("?").data() == room);
        CHECK(t.copy({room, r.text.size()}).value_or("?") == r.text);

        if (t.is_escaped()) {
            CHECK(t.plain().data() == nullptr);
        } else {
            CHECK(t.plain() == r.text);
            CHECK(t.plain().data() != nullptr);
        }
        CHECK(t == r.text);  // the same answer however often it is asked
    }
}

TEST_CASE("json_text: copy says how much room it needs, and touches nothing") {
    for (const row& r : rows) {
        if (r.text.empty()) continue;
        CAPTURE(r.token);
        std::string room(r.text.size(), '#');
        const auto copied = made_of(r.token).copy({room.data(), room.size() - 1});
        CHECK_FALSE(copied.has_value());
        CHECK(copied.error() == errc::memory_too_small);
        CHECK(copied.error().needed() == r.text.size());
        CHECK(room == std::string(r.text.size(), '#'));
    }
}

TEST_CASE("json_text: null and a default-made json_text have no text") {
    const json_text null{"null", false}, nothing;
    for (const json_text& t : {null, nothing}) {
        CHECK(t.plain().data() == nullptr);
        CHECK(t.unescaped_size() == 0);
        CHECK_FALSE(t == ""sv);
        CHECK_FALSE(t == "null"sv);
        CHECK_FALSE(t.is_string());
        char room[1];
        CHECK(t.copy(room).value_or("?").empty());
    }
    CHECK(null.is_null());
    CHECK(null.raw() == "null");
    CHECK_FALSE(nothing.is_null());
    CHECK(nothing.raw().empty());
}

TEST_CASE("json_text: a string that reads null is not null") {
    const json_text t{"\"null\"", false};
    CHECK_FALSE(t.is_null());
    CHECK(t.is_string());
    CHECK(t == "null"sv);
}
