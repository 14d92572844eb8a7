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

/// The most bytes of a UTF-8 sequence (RFC 3629 section 3).
inline constexpr std::size_t utf8_max_bytes = 4;

/// The answer for a malformed escape.
inline constexpr std::uint32_t no_point = 0xFFFFFFFF;

/// 0 to 15; more for anything that is not a hexadecimal digit. Digits and letters alternate at random, so a processor
/// could not predict a branch between them. So the value is computed without one, and checked by writing it as a digit
/// again.
constexpr std::uint32_t hex_value(char c) noexcept {
    const std::uint32_t byte = static_cast<unsigned char>(c);
    const std::uint32_t value = (byte & 0xF) + (byte >> 6) * 9;
    const std::uint32_t is_letter = (value + 6) >> 4, written = value + '0' + is_letter * ('a' - '0' - 10);
    const std::uint32_t in_lower_case = byte | (byte & 0x40) >> 1;
    return value | (written ^ in_lower_case) << 4;
}

/// The value of the four digits after `\u`; `no_point` where there are fewer. `at` moves over the digits.
[[gnu::noinline]] constexpr std::uint32_t read_hex4(const char*& at, const char* end) noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i != 4; ++i, ++at) {
        if (at == end) return no_point;
        const std::uint32_t digit = hex_value(*at);
        if (digit > 15) return no_point;
        value = value << 4 | digit;
    }
    return value;
}

constexpr bool is_surrogate(std::uint32_t unit) noexcept { return unit - 0xD800U < 0x800U; }
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

/// Writes a code point as UTF-8, 1 to 4 bytes, and returns its size. The escape of the code point has more bytes.
[[gnu::noinline]] constexpr std::size_t write_utf8(std::uint32_t point, char* out) noexcept {
    if (point < 0x80) return *out = static_cast<char>(point), 1;
    const std::size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (std::size_t n = size; --n != 0; point >>= 6) out[n] = static_cast<char>(0x80 | (point & 0x3F));
    out[0] = static_cast<char>(0xF00U >> size | point);  // as many leading ones as there are bytes
    return size;
}

/// Checks and reads one escape: the code point that it stands for. `at` is on the backslash, and moves behind the escape.
/// For a malformed escape the answer is `no_point`, and `at` moves to the byte at fault: a wrong letter or digit, or the
/// backslash of half a surrogate pair; or to the end, where the text stops within the escape.
[[gnu::noinline]] constexpr std::uint32_t read_escape(const char*& at, const char* end) noexcept {
    const char* const backslash = at;
    if (++at == end) return no_point;
    if (*at != 'u') {
        const char meaning = simple_escape(*at);
        if (meaning == 0) return no_point;
        return ++at, static_cast<std::uint32_t>(meaning);
    }
    ++at;
    const std::uint32_t point = read_hex4(at, end);
    if (!is_surrogate(point)) return point;
    if (is_high_surrogate(point)) {
        if (at == end) return no_point;
        if (*at == '\\') {
            if (++at == end) return no_point;
            if (*at == 'u') {
                const std::uint32_t low = read_hex4(++at, end);
                if (low == no_point) return no_point;
                if (is_low_surrogate(low)) return 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            }
        }
    }
    at = backslash;
    return no_point;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
