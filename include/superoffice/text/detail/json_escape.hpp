// superoffice/text/detail/json_escape.hpp - the escapes of JSON strings: checking them, and reading them once checked.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TEXT_DETAIL_JSON_ESCAPE_HPP
#define SUPEROFFICE_TEXT_DETAIL_JSON_ESCAPE_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The bytes of a UTF-8 sequence at most (RFC 3629 section 3). An escape has more bytes than the sequence it stands for.
inline constexpr std::size_t utf8_max_bytes = 4;

/// 0 to 15, or 16 for anything that is not a hexadecimal digit.
constexpr std::uint32_t hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') return static_cast<std::uint32_t>(lower - 'a') + 10;
    return 16;
}

/// The value of the four digits after `\u`; above 0xFFFF where there are fewer. `at` moves over the digits.
[[gnu::noinline]] constexpr std::uint32_t read_hex4(const char*& at, const char* end) noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i != 4; ++i, ++at) {
        const std::uint32_t digit = at == end ? 16 : hex_value(*at);
        if (digit == 16) return 0x10000;
        value = value << 4 | digit;
    }
    return value;
}

constexpr bool is_high_surrogate(std::uint32_t unit) noexcept { return unit - 0xD800U < 0x400U; }
constexpr bool is_low_surrogate(std::uint32_t unit) noexcept { return unit - 0xDC00U < 0x400U; }

/// What the letter after a backslash stands for (RFC 8259 section 7); 'u' for itself; 0 where there is no such escape.
constexpr char simple_escape(char letter) noexcept {
    switch (letter) {
        case '"':
        case '\\':
        case '/':
        case 'u': return letter;
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return 0;
    }
}

/// Checks one escape of unchecked text. `at` is on the backslash. If the answer is true, `at` moves behind the escape.
/// Otherwise it moves to the byte at fault: a wrong letter or digit, or the backslash of half a surrogate pair; or to the end,
/// where the text stops within the escape.
[[gnu::noinline]] constexpr bool check_escape(const char*& at, const char* end) noexcept {
    const char* const backslash = at;
    if (++at == end) return false;
    const char letter = *at;
    if (simple_escape(letter) == 0) return false;
    ++at;
    if (letter != 'u') return true;
    const std::uint32_t unit = read_hex4(at, end);
    if (unit > 0xFFFF) return false;
    if (is_high_surrogate(unit)) {
        if (at == end) return false;
        if (*at == '\\') {
            const char* second = at + 1;
            if (second == end) return at = end, false;
            if (*second == 'u') {
                const std::uint32_t low = read_hex4(++second, end);
                if (low > 0xFFFF) return at = second, false;
                if (is_low_surrogate(low)) return at = second, true;
            }
        }
        return at = backslash, false;
    }
    if (is_low_surrogate(unit)) return at = backslash, false;
    return true;
}

/// Reads one escape of checked text. `at` is on the backslash, and moves behind the escape. Writes 1 to 4 bytes and returns
/// how many. The escape has more, so `out` may point to the escape itself.
constexpr std::size_t read_escape(const char*& at, char* out) noexcept {
    const char letter = at[1];
    at += 2;
    if (letter != 'u') return *out = simple_escape(letter), 1;
    std::uint32_t point = read_hex4(at, at + 4);
    if (is_high_surrogate(point)) {
        at += 2;
        point = 0x10000 + ((point - 0xD800) << 10) + (read_hex4(at, at + 4) - 0xDC00);
    }
    if (point < 0x80) return *out = static_cast<char>(point), 1;
    const auto tail = [](std::uint32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
    if (point < 0x800) {
        out[0] = static_cast<char>(0xC0 | point >> 6);
        out[1] = tail(point);
        return 2;
    }
    if (point < 0x10000) {
        out[0] = static_cast<char>(0xE0 | point >> 12);
        out[1] = tail(point >> 6);
        out[2] = tail(point);
        return 3;
    }
    out[0] = static_cast<char>(0xF0 | point >> 18);
    out[1] = tail(point >> 12);
    out[2] = tail(point >> 6);
    out[3] = tail(point);
    return 4;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
