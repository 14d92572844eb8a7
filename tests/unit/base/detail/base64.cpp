// Tests of superoffice/base/detail/base64.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/detail/base64.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace detail = superoffice::detail;

namespace {

struct pair {
    std::string_view bytes, text;
};
// RFC 4648 section 10, and the two digits that base64url spells in another way.
constexpr pair pairs[] = {{"", ""},
                          {"f", "Zg=="},
                          {"fo", "Zm8="},
                          {"foo", "Zm9v"},
                          {"foob", "Zm9vYg=="},
                          {"fooba", "Zm9vYmE="},
                          {"foobar", "Zm9vYmFy"},
                          {"\xfb\xff\xbf", "+/+/"}};

}  // namespace

TEST_CASE("base64: the examples of RFC 4648 section 10, written") {
    support::guard_page page{16};
    for (const pair& each : pairs) {
        const std::size_t size = detail::base64_size(each.bytes.size());
        std::string text(size + 1, ' ');
        const char* const placed = page.place(each.bytes);
        detail::write_base64(std::as_bytes(std::span{placed, each.bytes.size()}), text.data());
        CHECK(text == std::string{each.text} + ' ');
    }
}

TEST_CASE("base64url: the same examples read where they stand") {
    for (const pair& each : pairs) {
        std::string text{each.text};
        while (!text.empty() && text.back() == '=') text.pop_back();
        for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
        std::size_t size = 0;
        CHECK(detail::read_base64url(text, text.data(), size));
        CHECK(std::string_view{text}.substr(0, size) == each.bytes);
    }
}

TEST_CASE("base64: each digit is written and read, and every other character is refused") {
    // The 64 digits in their order are 48 bytes of the numbers 0 to 63, six bits each (RFC 4648 section 4).
    std::string numbers;
    for (unsigned bits = 0; bits < 64; bits += 4) {
        const unsigned four = bits << 18 | (bits + 1) << 12 | (bits + 2) << 6 | (bits + 3);
        for (const unsigned shift : {16U, 8U, 0U}) numbers += static_cast<char>(four >> shift & 0xff);
    }
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text(64, ' ');
    detail::write_base64(std::as_bytes(std::span{numbers.data(), numbers.size()}), text.data());
    CHECK(text == digits);
    for (int c = 0; c < 256; ++c) {
        CAPTURE(c);
        const std::size_t at = digits.find(static_cast<char>(c));
        CHECK(detail::base64_digit(static_cast<char>(c)) == (at == digits.npos ? -1 : static_cast<int>(at)));
    }
    text.replace(62, 2, "-_");
    std::size_t size = 1000;
    CHECK(detail::read_base64url(text, text.data(), size));
    CHECK(std::string_view{text}.substr(0, size) == numbers);
}

TEST_CASE("base64url: refuses bad characters, bad lengths and left-over bits") {
    for (const std::string_view text : {"Z", "Zm9vY", "Zg==", "Zm9v+", "Zm9v/A", "+m9v", "Zm9/", "Zm 9", "Zh", "Zm9"}) {
        CAPTURE(text);
        std::string copy{text};
        std::size_t size = 0;
        CHECK_FALSE(detail::read_base64url(copy, copy.data(), size));
    }
}

TEST_CASE("base64: the characters next to the digits in ASCII are no digits") {
    for (const char c : {'@', '[', '`', '{', ':', '.', ',', '*'}) CHECK(detail::base64_digit(c) == -1);
}
