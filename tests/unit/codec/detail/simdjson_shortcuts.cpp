// Tests of superoffice/codec/detail/simdjson_shortcuts.hpp: each shortcut takes plain values, and nothing else.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/simdjson_shortcuts.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using superoffice::detail::key_marks;
using superoffice::detail::packed_key;
using superoffice::detail::simdjson_tokens;

namespace {

/// A document whose tokens are indexed as simdjson does it, but without simdjson.
class indexed {
  public:
    explicit indexed(std::string_view text) : text_(text) {
        bool inside = false;
        for (std::size_t n = 0; n != text.size(); ++n) {
            const char c = text[n];
            if (inside) {
                if (c == '\\') ++n;
                inside = c != '"';
            } else if (c == '"') {
                inside = true;
                index_.push_back(static_cast<std::uint32_t>(n));
            } else if (std::string_view{"{}[],:"}.find(c) != text.npos) {
                index_.push_back(static_cast<std::uint32_t>(n));
            } else if (c != ' ' && (n == 0 || std::string_view{"{}[],: "}.find(text[n - 1]) != text.npos)) {
                index_.push_back(static_cast<std::uint32_t>(n));
            }
        }
        const std::size_t count = index_.size();
        index_.push_back(static_cast<std::uint32_t>(text.size()));
        const std::size_t backslash = text.find('\\');
        text_.append(64, '}');
        tokens = {.begin = text_.data(),
                  .at = index_.data(),
                  .last = index_.data() + count,
                  .backslash = text_.data() + (backslash != text.npos ? backslash : text.size()),
                  .is_scalar = false};
    }
    /// On the token with this number.
    explicit indexed(std::string_view text, std::size_t token) : indexed(text) { tokens.at += token; }
    indexed(const indexed&) = delete;

    [[nodiscard]] std::size_t token() const { return static_cast<std::size_t>(tokens.at - index_.data()); }

    simdjson_tokens tokens;

  private:
    std::string text_;
    std::vector<std::uint32_t> index_;
};

}  // namespace

TEST_CASE("simdjson_shortcuts: a text without escapes is taken, with white space behind it, too") {
    struct row {
        std::string_view value;
        bool taken;
        std::string_view text;
    };
    const row rows[] = {
        {R"("")", true, ""},      {R"("abc")", true, "abc"}, {R"("abc"   )", true, "abc"},
        {R"("a\nb")", false, ""}, {"12", false, ""},         {"[1]", false, ""},
    };
    for (const row& r : rows) {
        CAPTURE(r.value);
        indexed document{"{\"k\":" + std::string{r.value} + "}", 3};
        std::string_view text;
        CHECK(document.tokens.take_plain_text(text) == r.taken);
        CHECK(text == r.text);
        CHECK(document.token() == (r.taken ? 4 : 3));
    }
}

TEST_CASE("simdjson_shortcuts: an integer of at most nine digits is taken") {
    constexpr bool taken = true;
    struct row {
        std::string_view value;
        bool is_taken;
        std::int32_t number;
    };
    const row rows[] = {
        {"0", taken, 0},
        {"-0", taken, 0},
        {"7", taken, 7},
        {"-497", taken, -497},
        {"999999999", taken, 999999999},
        {"1000000000", !taken, 0},
        {"01", !taken, 0},
        {"-", !taken, 0},
        {"1.5", !taken, 0},
        {"1e3", !taken, 0},
        {"1 ", !taken, 0},
        {"\"1\"", !taken, 0},
        {"null", !taken, 0},
        {"12x", !taken, 0},
    };
    for (const row& r : rows) {
        CAPTURE(r.value);
        indexed document{"[" + std::string{r.value} + ",2]", 1};
        std::int32_t number = 0;
        CHECK(document.tokens.take_short_integer(number) == r.is_taken);
        CHECK(number == r.number);
        CHECK(document.token() == (r.is_taken ? 2 : 1));
    }
    indexed alone{"7"};  // and what follows in memory is no part of it
    alone.tokens.is_scalar = true;
    std::int32_t number = 0;
    CHECK_FALSE(alone.tokens.take_short_integer(number));
    CHECK_FALSE(alone.tokens.pass_members(key_marks::all(), 32));
}

TEST_CASE("simdjson_shortcuts: plain values are passed, all others are left to the reader") {
    struct row {
        std::string_view value;
        std::size_t tokens;  ///< 0: left
    };
    const row rows[] = {
        {"null", 1},
        {"true", 1},
        {"false", 1},
        {"0", 1},
        {"-12345678901234567890", 1},
        {"\"x\"", 1},
        {"nulL", 0},
        {"truE", 0},
        {"fals", 0},
        {"nulls", 0},
        {"01", 0},
        {"-", 0},
        {"1.0", 0},
        {"1e1", 0},
        {"\"\\n\"", 0},
        {"null ", 0},
        {"[]", 2},
        {"{}", 2},
        {"[1]", 3},
        {"[1,[2,[]],{}]", 13},
        {R"({"a":1,"b":{"c":[{"d":null}]}})", 19},
        {"[1 , \"x\" ]", 0},      // white space behind a number
        {"[\"x\" , \"y\" ]", 5},  // and behind texts
        {"[1.5]", 0},
        {"[\"\\n\"]", 0},
        {R"({"a\n":1})", 0},
        {R"({"a" :1})", 0},
        {R"({"a":1,})", 0},
        {R"({"a":})", 0},
        {R"({"a"})", 0},
        {R"({"a":1 "b":2})", 0},
        {R"({1:2})", 0},
        {R"({,})", 0},
        {"[,1]", 0},
        {"[1,]", 0},
        {"[1}", 0},
        {R"({"a":1])", 0},
        {"[:]", 0},
    };
    for (const row& r : rows) {
        CAPTURE(r.value);
        indexed document{"[" + std::string{r.value} + ",2]", 1};
        CHECK(document.tokens.pass_members(key_marks::all(), 32) == (r.tokens != 0));
        CHECK(document.token() == 1 + r.tokens);
    }
}

TEST_CASE("simdjson_shortcuts: the end of an object ends the walk, whatever stands behind it") {
    for (const std::string_view behind : {",", "]", "\"y\":2,\"z\":3}", "1", ":"}) {
        CAPTURE(behind);
        indexed document{R"([{"a":1})" + std::string{behind} + "]", 4};
        CHECK(document.tokens.pass_members(key_marks{}, 32));
        CHECK(document.token() == 5);  // the bracket that closes the object
    }
}

TEST_CASE(
    "simdjson_shortcuts: containers are passed to the depth that is left, and not with the document's last bracket") {
    for (const std::string_view value : {"[[[]]]", R"({"a":{"b":{}}})", R"([{"a":[]}])"}) {
        CAPTURE(value);
        for (std::size_t levels = 0; levels != 5; ++levels) {
            indexed document{"[" + std::string{value} + "]", 1};
            CHECK(document.tokens.pass_members(key_marks::all(), levels) == (levels >= 3));
        }
        // Its root is not closed: the bracket that would close it closes the value.
        indexed cut{"[" + std::string{value}, 1};
        CHECK_FALSE(cut.tokens.pass_members(key_marks::all(), 32));
        CHECK(cut.token() == 1);
    }
}

TEST_CASE("simdjson_shortcuts: a key is taken with its colon when it is the wanted one") {
    const packed_key wanted{"Id"};
    struct row {
        std::string_view document;
        bool taken;
    };
    const row rows[] = {
        {R"({"Id":1})", true},   {R"({"Id" :1})", false}, {R"({"ID":1})", false},
        {R"({"Id2":1})", false}, {R"({"I":1})", false},   {R"({"I\u0064":1})", false},
    };
    for (const row& r : rows) {
        CAPTURE(r.document);
        indexed document{r.document, 1};
        CHECK(document.tokens.take_key(wanted) == r.taken);
        CHECK(document.token() == (r.taken ? 3 : 1));
    }
}

TEST_CASE("simdjson_shortcuts: members are passed over up to a key with a wanted mark, or to what is not plain") {
    key_marks wanted;
    wanted.add("ef");
    struct row {
        std::string_view document;
        std::size_t token;  ///< behind a value; 3: the first one is not plain
    };
    const row rows[] = {
        {R"({"a":1,"bcd":"x","ef":2})", 8},          // the key behind the comma is wanted
        {R"({"a":1,"b":null,"c":true})", 12},        // none is
        {R"({"a":1,"b":[2,{"ef":1}],"ef":3})", 16},  // only the outer one counts
        {R"({"a":{"ef":{}},"b":2})", 13},            // the first value is an object
        {R"({"a":1.5,"b":2})", 3},                   // a fraction
        {R"({"a":1,"b":1.5})", 4},
        {R"({"a":1,"b\n":2,"c":3})", 4},   // an escape in the next key
        {R"({"a":1,"b":"\n","c":3})", 4},  // an escape in a value
        {R"({"a":1})", 4},                 // the last one
        {R"({"a":1,"b" :2,"c":3})", 4},    // white space before a colon
        {R"({"a":1,2:3})", 4},             // no key
        {R"({"a":1,"b":[2})", 4},          // a container that is not closed
    };
    for (const row& r : rows) {
        CAPTURE(r.document);
        indexed document{r.document, 3};
        CHECK(document.tokens.pass_members(wanted, 32) == (r.token != 3));
        CHECK(document.token() == r.token);
    }
}
