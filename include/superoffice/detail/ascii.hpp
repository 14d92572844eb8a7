// superoffice/detail/ascii.hpp - ASCII as HTTP uses it: classes of bytes, comparison without case, numbers.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_DETAIL_ASCII_HPP
#define SUPEROFFICE_DETAIL_ASCII_HPP

#include <superoffice/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail::ascii {

// Never <cctype>: those functions ask the locale, and take a negative char as a licence to crash.

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// The value of a hexadecimal digit of either case, -1 for anything else.
constexpr int hex_digit(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// What a method and a header's name are made of: tchar, RFC 9110 section 5.6.2.
constexpr bool is_token(char c) noexcept {
    const char lower = to_lower(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

/// What a header's value, a reason phrase and a chunk extension are made of: HTAB, SP, VCHAR and obs-text, RFC 9110
/// section 5.5. Every other control character, DEL included, is refused wherever this is asked.
constexpr bool is_text(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

/// Optional white space of HTTP: SP and HTAB only.
constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

/// Digits only, at least one, no sign, no space. False, and `value` untouched, for anything else and on overflow.
constexpr bool parse_decimal(std::string_view text, std::uint64_t& value) noexcept {
    constexpr std::uint64_t highest = (std::numeric_limits<std::uint64_t>::max)();
    std::uint64_t sum = 0;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (sum > (highest - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    if (text.empty()) return false;
    value = sum;
    return true;
}

/// A number's decimal text; lives as long as the object.
class decimal {
  public:
    constexpr explicit decimal(std::uint64_t value) noexcept {
        do digits_[--first_] = static_cast<char>('0' + value % 10);
        while (value /= 10);
    }
    [[nodiscard]] constexpr std::string_view text() const noexcept {
        return {digits_.data() + first_, digits_.size() - first_};
    }

  private:
    std::array<char, 20> digits_{};  // 2^64 - 1 has 20
    std::size_t first_ = 20;
};

}  // namespace detail::ascii
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
