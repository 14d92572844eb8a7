// Tests of superoffice/codec/detail/simdjson_shortcuts.hpp: each shortcut takes what is plain, and nothing else.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/simdjson_shortcuts.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using superoffice::detail::key_sizes;
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
    struct row {
        std::string_view value;
        bool taken;
        std::int32_t number;
    };
    const row rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"7", true, 7},
        {"-497", true, -497},
        {"999999999", true, 999999999},
        {"1000000000", false, 0},
        {"01", false, 0},
        {"-", false, 0},
        {"1.5", false, 0},
        {"1e3", false, 0},
        {"1 ", false, 0},
        {"\"1\"", false, 0},
        {"null", false, 0},
        {"12x", false, 0},
    };
    for (const row& r : rows) {
        CAPTURE(r.value);
        indexed document{"[" + std::string{r.value} + ",2]", 1};
        std::int32_t number = 0;
        CHECK(document.tokens.take_short_integer(number) == r.taken);
        CHECK(number == r.number);
        CHECK(document.token() == (r.taken ? 2 : 1));
    }
    indexed alone{"7"};  // and what follows in memory is no part of it
    alone.tokens.is_scalar = true;
    std::int32_t number = 0;
    CHECK_FALSE(alone.tokens.take_short_integer(number));
    CHECK_FALSE(alone.tokens.skip_plain());
}

TEST_CASE("simdjson_shortcuts: plain values are skipped, all others are left to the reader") {
    struct row {
        std::string_view value;
        bool skipped;
    };
    const row rows[] = {
        {"null", true},  {"true", true},  {"false", true},  {"0", true},     {"-12345678901234567890", true},
        {"\"x\"", true}, {"nulL", false}, {"truE", false},  {"fals", false}, {"nulls", false},
        {"01", false},   {"-", false},    {"1.0", false},   {"1e1", false},  {"\"\\n\"", false},
        {"[]", false},   {"{}", false},   {"null ", false},
    };
    for (const row& r : rows) {
        CAPTURE(r.value);
        indexed document{"[" + std::string{r.value} + ",2]", 1};
        CHECK(document.tokens.skip_plain() == r.skipped);
        CHECK(document.token() == (r.skipped ? 2 : 1));
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

TEST_CASE("simdjson_shortcuts: members are passed over up to a key of a wanted size, or to what is not plain") {
    key_sizes two;
    two.add(2);
    struct row {
        std::string_view document;
        std::size_t token;  ///< on a value: the third, the seventh, ...
    };
    const row rows[] = {
        {R"({"a":1,"bcd":"x","ef":2})", 7},    // the key behind the comma is wanted
        {R"({"a":1,"b":null,"c":true})", 11},  // none is
        {R"({"a":1,"b":[2],"ef":3})", 7},      // an array
        {R"({"a":1.5,"b":2})", 3},             // a fraction
        {R"({"a":1,"b\n":2,"c":3})", 3},       // an escape in the next key
        {R"({"a":1,"b":"\n","c":3})", 7},      // an escape in a value
        {R"({"a":1})", 3},                     // the last one
        {R"({"a":1,"b" :2,"c":3})", 3},        // white space before a colon
        {R"({"a":1,2:3})", 3},                 // no key
    };
    for (const row& r : rows) {
        CAPTURE(r.document);
        indexed document{r.document, 3};
        document.tokens.pass_members(two);
        CHECK(document.token() == r.token);
    }
}
