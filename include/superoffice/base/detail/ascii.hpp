// superoffice/base/detail/ascii.hpp - ASCII in HTTP: classes of bytes, comparison without letter case, numbers.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_DETAIL_ASCII_HPP
#define SUPEROFFICE_BASE_DETAIL_ASCII_HPP

#include <superoffice/base/config.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail::ascii {

// <cctype> is not used: its functions depend on the locale and have undefined behaviour for a negative char.

/// A literal as a view. The compiler computes its size; the constructor of string_view does so at run time where it is not
/// inlined.
template <std::size_t Size>
consteval std::string_view literal(const char (&text)[Size]) noexcept {
    return {text, Size - 1};
}

/// The length of a short literal. strlen of newlib takes 220 bytes of flash, and nothing else here would bring it in; the
/// empty statement keeps g++ from making a call to it.
constexpr std::size_t length_of(const char* text) noexcept {
    std::size_t size = 0;
    while (text[size] != 0) {
        ++size;
#if defined(__GNUC__)
        if (!std::is_constant_evaluated()) __asm__("" : "+r"(size));
#endif
    }
    return size;
}

// Parts of a text. The same members of string_view check their arguments and throw or abort, which is code that a small
// device would have to carry.

/// `text` from its byte `at` on; `at` is at most the size.
constexpr std::string_view from(std::string_view text, std::size_t at) noexcept {
    return {text.data() + at, text.size() - at};
}

/// The first `size` bytes of `text`; `size` is at most its size.
constexpr std::string_view first(std::string_view text, std::size_t size) noexcept {
    text.remove_suffix(text.size() - size);
    return text;
}

constexpr bool begins_with(std::string_view text, std::string_view prefix) noexcept {
    return text.size() >= prefix.size() && first(text, prefix.size()) == prefix;
}

constexpr bool ends_with(std::string_view text, std::string_view suffix) noexcept {
    return text.size() >= suffix.size() && from(text, text.size() - suffix.size()) == suffix;
}

/// Whether a URL begins with https://, in any letter case.
constexpr bool is_https(std::string_view url) noexcept {
    constexpr std::string_view scheme = "https://";
    if (url.size() < scheme.size()) return false;
    for (std::size_t n = 0; n < scheme.size(); ++n)
        if ((url[n] >= 'A' && url[n] <= 'Z' ? url[n] + ('a' - 'A') : url[n]) != scheme[n]) return false;
    return true;
}

/// The position of the first `c`; the size of the text if there is none.
constexpr std::size_t find(std::string_view text, char c) noexcept {
    const char* const at = std::char_traits<char>::find(text.data(), text.size(), c);
    return at != nullptr ? static_cast<std::size_t>(at - text.data()) : text.size();
}

// Lists that the library passes itself are plain literals that end in NUL: on a Cortex-M, passing a view of a literal takes
// twenty bytes more than passing a pointer.

constexpr bool is_one_of(char c, const char* list) noexcept {
    for (; *list != 0; ++list)
        if (*list == c) return true;
    return false;
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// The value of a hexadecimal digit of either case, -1 for anything else.
constexpr int hex_digit(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool is_alphanumeric(char c) noexcept {
    const char lower = to_lower(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'z');
}

/// A letter, a digit, or one of `others`.
constexpr bool is_alphanumeric_or(char c, const char* others) noexcept {
    return is_alphanumeric(c) || is_one_of(c, others);
}

/// The characters of a method and of a header name besides letters and digits: tchar, RFC 9110 section 5.6.2.
inline constexpr const char* token_marks = "!#$%&'*+-.^_`|~";

/// One bit for each ASCII character.
struct character_set {
    std::uint32_t words[4] = {};

    /// Letters, digits and `others`.
    consteval explicit character_set(const char* others) noexcept {
        for (char c = '0'; c <= '9'; ++c) add(c);
        for (char c = 'A'; c <= 'Z'; ++c) add(c), add(to_lower(c));
        for (; *others != 0; ++others) add(*others);
    }
    constexpr void add(char c) noexcept { words[c / 32] |= std::uint32_t{1} << c % 32; }
    [[nodiscard]] constexpr bool has(char c) const noexcept {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 128 && (words[byte / 32] >> byte % 32 & 1) != 0;
    }
};
inline constexpr character_set token_characters{token_marks};

/// Header names are mostly letters, so letters are tested first: this saves 350 of a whole call's 20,600 instructions.
constexpr bool is_token(char c) noexcept {
    return static_cast<unsigned char>((c | 0x20) - 'a') < 26 || token_characters.has(c);
}

/// A character of a request target (RFC 9112 section 3.2.1). Nothing is encoded, and no fragment is sent.
constexpr bool is_of_target(char c) noexcept { return c > ' ' && c <= '~' && c != '#'; }

/// A character of a header value, a reason phrase or a chunk extension: HTAB, SP, VCHAR and obs-text (RFC 9110 section 5.5).
/// False for every other control character, also DEL.
constexpr bool is_text(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

/// Whether four characters are all `is_text` and none of them is HTAB. Saves 1,100 of a whole call's 21,300 instructions
/// (`./tests/run instructions`).
constexpr bool are_plain(const char* text) noexcept {
    const auto byte = [text](int n) { return std::uint32_t{static_cast<unsigned char>(text[n])} << 8 * n; };
    const std::uint32_t word = byte(0) | byte(1) | byte(2) | byte(3), dels = word ^ 0x7F7F7F7FU;
    // Sets the top bit of each byte that is below 0x20 or is 0x7F. Bytes behind the first of these may be wrong.
    return ((((word - 0x20202020U) & ~word) | ((dels - 0x01010101U) & ~dels)) & 0x80808080U) == 0;
}

/// The position of the first byte from `at` on for which `is_text` is false; `size` where there is none.
constexpr std::size_t end_of_text(const char* text, std::size_t at, std::size_t size) noexcept {
    while (size - at >= 4 && are_plain(text + at)) at += 4;
    while (at < size && is_text(text[at])) ++at;
    return at;
}

/// The optional white space of HTTP: only SP and HTAB.
constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// Takes the next element of a comma-separated list, without the white space around it; it may be empty. `list` becomes
/// the rest. False where none is left.
constexpr bool take_element(std::string_view& list, std::string_view& element) noexcept {
    if (list.data() == nullptr) return false;
    const std::size_t comma = find(list, ',');
    element = trim(first(list, comma));
    list = comma == list.size() ? std::string_view{} : from(list, comma + 1);
    return true;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

// Lists of words in one literal, with a space behind each word.

/// Takes the first word of `list`, which then begins with the next one.
constexpr std::string_view take_word(const char*& list) noexcept {
    const char* const word = list;
    while (*list != ' ') ++list;
    return {word, static_cast<std::size_t>(list++ - word)};
}

/// The number of `word` in `list`, counted from 0, letter case ignored. -1 if it is not there.
constexpr int index_of_word(const char* list, std::string_view word) noexcept {
    for (int index = 0; *list != 0; ++index) {
        std::size_t same = 0;
        while (same != word.size() && list[same] != ' ' && to_lower(list[same]) == to_lower(word[same])) ++same;
        if (same == word.size() && list[same] == ' ') return index;
        while (*list++ != ' ') {
        }
    }
    return -1;
}

/// The word number `index` of `list`, counted from 0. It must exist.
constexpr std::string_view word_at(const char* list, std::size_t index) noexcept {
    while (index-- != 0) static_cast<void>(take_word(list));
    return take_word(list);
}

/// Whether `word` is `listed`, letter case ignored. `listed` has a space behind it.
constexpr bool is_word(const char* listed, std::string_view word) noexcept { return index_of_word(listed, word) == 0; }

/// Reads a decimal number: digits only, at least one. False for anything else and on overflow; `value` is then unchanged.
constexpr bool parse_decimal(std::string_view text, std::uint64_t& value) noexcept {
    constexpr std::uint64_t highest = (std::numeric_limits<std::uint64_t>::max)();
    std::uint64_t sum = 0;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (sum > highest / 10) return false;
        sum *= 10;
        if (digit > highest - sum) return false;
        sum += digit;
    }
    if (text.empty()) return false;
    value = sum;
    return true;
}

/// The decimal text of a number. The text lives as long as this object.
class decimal {
  public:
    /// Divides in the width of the number, because 32-bit machines have no instruction for a wider one.
    template <std::unsigned_integral Number>
    constexpr explicit decimal(Number value) noexcept {
        do {
            const auto rest = static_cast<Number>(value / 10);
            digits_[--first_] = static_cast<char>('0' + (value - rest * 10));
            value = rest;
        } while (value != 0);
    }
    [[nodiscard]] constexpr std::string_view text() const noexcept {
        return {digits_ + first_, sizeof digits_ - first_};
    }

  private:
    char digits_[20] = {};  // 2^64 - 1 has 20
    std::size_t first_ = sizeof digits_;
};

}  // namespace detail::ascii
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
