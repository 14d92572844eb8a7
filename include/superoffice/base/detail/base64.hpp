// superoffice/base/detail/base64.hpp - base64 and base64url (RFC 4648 sections 4 and 5), in the caller's memory.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_DETAIL_BASE64_HPP
#define SUPEROFFICE_BASE_DETAIL_BASE64_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

inline constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of a digit of base64, or -1.
constexpr int base64_digit(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/// How many digits `size` bytes have, with the '=' at the end.
constexpr std::size_t base64_size(std::size_t size) noexcept { return (size + 2) / 3 * 4; }

/// Writes `base64_size(bytes.size())` digits to `into`.
inline void write_base64(std::span<const std::byte> bytes, char* into) noexcept {
    const auto byte = [bytes](std::size_t n) {
        return n < bytes.size() ? static_cast<std::uint32_t>(bytes[n]) : std::uint32_t{0};
    };
    for (std::size_t n = 0; n < bytes.size(); n += 3, into += 4) {
        const std::uint32_t bits = byte(n) << 16 | byte(n + 1) << 8 | byte(n + 2);
        into[0] = base64_digits[bits >> 18];
        into[1] = base64_digits[bits >> 12 & 63];
        into[2] = n + 1 < bytes.size() ? base64_digits[bits >> 6 & 63] : '=';
        into[3] = n + 2 < bytes.size() ? base64_digits[bits & 63] : '=';
    }
}

/// Reads base64url without '=' into `into`, which may begin where the text begins. False for a character that is no base64
/// digit, and for left-over bits that are not zero.
inline bool read_base64url(std::string_view text, char* into, std::size_t& size) noexcept {
    std::uint32_t bits = 0;
    size = 0;
    for (std::size_t n = 0; n < text.size(); ++n) {
        const char c = text[n] == '-' ? '+' : text[n] == '_' ? '/' : text[n] == '+' || text[n] == '/' ? ' ' : text[n];
        const int digit = base64_digit(c);
        if (digit < 0) return false;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        // Each digit but the first of four completes a byte.
        if (n % 4 != 0) into[size++] = static_cast<char>(bits >> (6 - n % 4 * 2) & 0xFF);
    }
    const std::size_t over = text.size() % 4;
    return over != 1 && (over == 0 || (bits & (over == 2 ? 15U : 3U)) == 0);
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
