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

/// What the letter after a backslash stands for (RFC 8259 section 7), but for 'u'; 0 where there is no such escape.
constexpr char simple_escape(char letter) noexcept {
    switch (letter) {
        case '"':
        case '\\':
        case '/': return letter;
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return 0;
    }
}

/// Writes a code point as UTF-8 and returns its size.
constexpr std::size_t write_utf8(std::uint32_t point, char* out) noexcept {
    if (point < 0x80) return *out = static_cast<char>(point), 1;
    const std::size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (std::size_t n = size; --n != 0; point >>= 6) out[n] = static_cast<char>(0x80 | (point & 0x3F));
    out[0] = static_cast<char>(0xF00U >> size | point);  // as many leading ones as there are bytes
    return size;
}

/// Checks and reads one escape. `at` is on the backslash, and moves behind the escape. Writes 1 to 4 bytes and returns how
/// many. The escape has more, so `out` may point to the escape itself.
/// For a malformed escape the answer is 0, and `at` moves to the byte at fault: a wrong letter or digit, or the backslash of
/// half a surrogate pair; or to the end, where the text stops within the escape. (Cold: most texts have no escapes.)
[[gnu::cold]] [[gnu::noinline]] constexpr std::size_t read_escape(const char*& at, const char* end,
                                                                  char* out) noexcept {
    const char* const backslash = at;
    if (++at == end) return 0;
    if (*at != 'u') {
        const char meaning = simple_escape(*at);
        if (meaning == 0) return 0;
        return ++at, *out = meaning, 1;
    }
    ++at;
    std::uint32_t point = read_hex4(at, end);
    if (point > 0xFFFF) return 0;
    if (is_high_surrogate(point)) {
        if (at == end) return 0;
        std::uint32_t low = 0;
        if (*at == '\\') {
            if (at + 1 == end) return at = end, 0;
            if (at[1] == 'u') {
                at += 2;
                low = read_hex4(at, end);
                if (low > 0xFFFF) return 0;
            }
        }
        if (!is_low_surrogate(low)) return at = backslash, 0;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    } else if (is_low_surrogate(point)) {
        return at = backslash, 0;
    }
    return write_utf8(point, out);
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
