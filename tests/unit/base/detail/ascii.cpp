// Tests of superoffice/base/detail/ascii.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/detail/ascii.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace std::string_view_literals;
namespace ascii = superoffice::detail::ascii;

static_assert(ascii::equal_ignoring_case("Content-Length", "cONTENT-lENGTH"));
static_assert(!ascii::equal_ignoring_case("Content-Length", "Content_Length"));
static_assert(!ascii::equal_ignoring_case("a", "ab"));
static_assert(ascii::equal_ignoring_case("", ""));
static_assert(!ascii::equal_ignoring_case("[", "{"));  // 0x20 apart, but no letters
static_assert(!ascii::equal_ignoring_case("\xc4", "\xe4"));
static_assert(ascii::trim(" \t a b \t") == "a b");
static_assert(ascii::trim(" \t").empty());
static_assert(ascii::trim("\r\na\n") == "\r\na\n");
static_assert(ascii::decimal(0u).text() == "0");
static_assert(ascii::decimal(UINT64_MAX).text() == "18446744073709551615");

TEST_CASE("ascii: a decimal number is taken only if it has digits only and fits") {
    constexpr bool taken = true, refused = false;
    struct row {
        std::string_view text;
        bool good;
        std::uint64_t value;
    };
    const row rows[] = {
        {"0", taken, 0},
        {"497", taken, 497},
        {"000000000000000000000000000007", taken, 7},
        {"18446744073709551615", taken, UINT64_MAX},
        {"18446744073709551616", refused, 0},
        {"18446744073709551620", refused, 0},
        {"99999999999999999999", refused, 0},
        {"184467440737095516150", refused, 0},
        {"", refused, 0},
        {" 1", refused, 0},
        {"1 ", refused, 0},
        {"+1", refused, 0},
        {"-1", refused, 0},
        {"1,1", refused, 0},
        {"0x1", refused, 0},
        {"1\0"sv, refused, 0},
        {"\xb2", refused, 0},  // a digit in Latin-1, to some locales
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        std::uint64_t value = 42;
        CHECK(ascii::parse_decimal(r.text, value) == r.good);
        CHECK(value == (r.good ? r.value : 42));
    }
}

TEST_CASE("ascii: the classes of all 256 bytes") {
    for (int i = 0; i < 256; ++i) {
        CAPTURE(i);
        const char c = static_cast<char>(static_cast<unsigned char>(i));
        const bool letter = (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
        const bool digit = i >= '0' && i <= '9';
        const bool mark = i != 0 && "!#$%&'*+-.^_`|~"sv.find(c) != std::string_view::npos;
        CHECK(ascii::is_token(c) == (letter || digit || mark));
        CHECK(ascii::is_text(c) == (i == 9 || (i >= 32 && i != 127)));
        CHECK(ascii::is_digit(c) == digit);
        CHECK(ascii::is_alphanumeric(c) == (letter || digit));
        CHECK(ascii::is_alphanumeric_or(c, "-#") == (letter || digit || c == '-' || c == '#'));
        CHECK(ascii::is_of_target(c) == (i > 32 && i < 127 && c != '#'));
        CHECK(ascii::to_lower(c) == (i >= 'A' && i <= 'Z' ? static_cast<char>(i + 32) : c));
        CHECK(ascii::is_space(c) == (i == ' ' || i == '\t'));
        const auto hex = "0123456789abcdefABCDEF"sv.find(c);
        CHECK(ascii::hex_digit(c) == (hex == std::string_view::npos ? -1 : static_cast<int>(hex < 16 ? hex : hex - 6)));
    }
}

TEST_CASE("ascii: begins_with, ends_with, and whether a URL is https") {
    CHECK(ascii::begins_with("abc", "ab"));
    CHECK(ascii::begins_with("ab", "ab"));
    CHECK(ascii::begins_with("", ""));
    CHECK_FALSE(ascii::begins_with("a", "ab"));
    CHECK_FALSE(ascii::begins_with("xb", "ab"));
    CHECK(ascii::ends_with("abc", "bc"));
    CHECK(ascii::ends_with("bc", "bc"));
    CHECK(ascii::ends_with("", ""));
    CHECK_FALSE(ascii::ends_with("c", "bc"));
    CHECK_FALSE(ascii::ends_with("xc", "bc"));
    for (const std::string_view url : {"https://", "https://h", "HTTPS://h", "hTtPs://h"}) CHECK(ascii::is_https(url));
    for (const std::string_view url :
         {"", "https:/", "http://h", "https//h/", "xttps://h", "httpz://h", "https:\x1a/h", "HTTP[://h", "@ttps://h"})
        CHECK_FALSE(ascii::is_https(url));
    for (const char* const text : {"", "a", "abc"}) CHECK(ascii::length_of(text) == std::string_view{text}.size());
}

TEST_CASE("ascii: the elements of a list, empty ones as well") {
    const struct {
        std::string_view list;
        std::string_view elements;  // each in brackets
    } rows[] = {
        {{}, ""},
        {"", "[]"},
        {"a", "[a]"},
        {"a,b", "[a][b]"},
        {",", "[][]"},
        {" a ,\tb ", "[a][b]"},
        {"a,,b", "[a][][b]"},
        {"a, b c,", "[a][b c][]"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.list);
        std::string found;
        std::string_view rest = row.list;
        for (std::string_view each; found.size() < 100 && ascii::take_element(rest, each);)
            found += '[' + std::string{each} + ']';
        CHECK(found == row.elements);
    }
}

TEST_CASE("ascii: a word of a list is found in any letter case; a part of a word is not") {
    constexpr const char* list = "close keep-alive x ";
    const struct {
        std::string_view word;
        int number;
    } rows[] = {{"close", 0},   {"CLOSE", 0}, {"Keep-Alive", 1}, {"x", 2},   {"clos", -1},
                {"closed", -1}, {"keep", -1}, {"", -1},          {"xx", -1}, {"close keep-alive", -1},
                {"y", -1},      {"lose", -1}};
    for (const auto& row : rows) {
        CAPTURE(row.word);
        CHECK(ascii::index_of_word(list, row.word) == row.number);
        CHECK(ascii::is_word(list, row.word) == (row.number == 0));
    }
    CHECK(ascii::index_of_word("", "x") == -1);
    CHECK(ascii::word_at(list, 0) == "close");
    CHECK(ascii::word_at(list, 2) == "x");
    const char* rest = list;
    CHECK(ascii::take_word(rest) == "close");
    CHECK(std::string_view{rest} == "keep-alive x ");
}

TEST_CASE("ascii: no byte behind a text is read") {
    support::guard_page page{32};
    for (std::size_t size = 0; size <= 24; ++size) {
        const char* const text = page.place(std::string(size, 'x'));
        CHECK(ascii::end_of_text(text, 0, size) == size);
        CHECK(ascii::trim({text, size}).size() == size);
        CHECK(ascii::trim({page.place(std::string(size, ' ')), size}).empty());
        CHECK(ascii::find({page.place(std::string(size, 'x')), size}, 'y') == size);
    }
}

TEST_CASE("ascii: the end of a text does not depend on the bytes before it") {
    for (std::size_t at = 0; at < 24; ++at) {
        std::string around(40, 'x');
        around[8 + at] = '\1';
        CHECK(ascii::end_of_text(around.data() + 8, 0, 24) == at);
    }
}

TEST_CASE("ascii: the end of a text is its first control character, at any position") {
    std::string text(24, 'x');
    for (std::size_t from = 0; from <= text.size(); ++from)
        for (std::size_t at = from; at <= text.size(); ++at)
            for (int byte = 0; byte != 256; ++byte) {
                const auto c = static_cast<char>(byte);
                std::string with = text;
                if (at < with.size()) with[at] = c;
                const std::size_t expected = at < with.size() && !ascii::is_text(c) ? at : with.size();
                if (ascii::end_of_text(with.data(), from, with.size()) == expected) continue;
                CAPTURE(byte);
                CAPTURE(at);
                CHECK(ascii::end_of_text(with.data(), from, with.size()) == expected);
            }
    static_assert(ascii::end_of_text("tab\there, then \r\n", 0, 18) == 15);
}

TEST_CASE("ascii: find gives the first place of a byte, or the size") {
    for (const std::string_view text : {""sv, "a"sv, "ab\0c"sv, "aaaaaaaaaaaaaaaaaaaaaaaab"sv})
        for (int byte = 0; byte != 256; ++byte) {
            std::size_t at = 0;
            while (at < text.size() && text[at] != static_cast<char>(byte)) ++at;
            CHECK(ascii::find(text, static_cast<char>(byte)) == at);
        }
}

TEST_CASE("ascii: https is recognised in any letter case; similar schemes are not https") {
    for (const std::string_view url : {"https://"sv, "HTTPS://a"sv, "hTTpS://A"sv}) CHECK(ascii::is_https(url));
    for (const std::string_view url : {""sv, "https:/"sv, "http://ab"sv, "http[://"sv, "https{//"sv, "ftpss://"sv})
        CHECK_FALSE(ascii::is_https(url));
}
