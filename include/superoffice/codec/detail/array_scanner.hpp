// superoffice/codec/detail/array_scanner.hpp - finds the elements of a JSON array that arrives in pieces.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_ARRAY_SCANNER_HPP
#define SUPEROFFICE_CODEC_DETAIL_ARRAY_SCANNER_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Only looks where an element begins and ends: brackets and strings are counted, nothing else is checked. The elements are
/// decoded, and so checked, one by one. Looks at each byte once. No memory but itself.
class array_scanner {
  public:
    enum class answer : std::uint8_t {
        more,      ///< all of the text was looked at, and the array goes on
        element,   ///< from `begin()` to `end()`
        done,      ///< the array has ended, with nothing but white space behind it so far
        no_array,  ///< the text does not begin with an array
        bad,       ///< the byte at `end()` is at fault
    };

    /// `text` has grown at its end since the last call; its content is the same, but for elements already found.
    constexpr answer next(std::string_view text) noexcept {
        for (; end_ < text.size(); ++end_) {
            const char c = text[end_];
            if (at_ == place::element) {
                if (!ends_element(c)) continue;
                at_ = place::after_element;
                return answer::element;
            }
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
            switch (at_) {
                case place::before_array:
                    if (c != '[') return answer::no_array;
                    at_ = place::before_first;
                    break;
                case place::after_element:
                    if (c != ',' && c != ']') return answer::bad;
                    at_ = c == ',' ? place::before_element : place::after_array;
                    break;
                case place::after_array: return answer::bad;
                default:  // before_first, before_element
                    if (c == ']' && at_ == place::before_first) {
                        at_ = place::after_array;
                        break;
                    }
                    if (c == ',' || c == ']' || c == '}' || c == ':') return answer::bad;
                    begin_ = end_;
                    at_ = place::element;
                    depth_ = 0;
                    in_string_ = escaped_ = false;
                    alone_ = c != '{' && c != '[' && c != '"';
                    if (!alone_) static_cast<void>(ends_element(c));  // never at its first byte
                    break;
            }
        }
        return at_ == place::after_array ? answer::done : answer::more;
    }

    [[nodiscard]] constexpr std::size_t begin() const noexcept { return begin_; }
    [[nodiscard]] constexpr std::size_t end() const noexcept { return end_; }
    [[nodiscard]] constexpr bool has_begun() const noexcept { return at_ != place::before_array; }

    /// Bytes before this place are no longer needed. It is the beginning of an unfinished element, or the end of the text.
    [[nodiscard]] constexpr std::size_t unused() const noexcept { return at_ == place::element ? begin_ : end_; }

    /// The caller has removed so many bytes from the front of the text.
    constexpr void drop(std::size_t n) noexcept {
        begin_ -= n < begin_ ? n : begin_;
        end_ -= n;
    }

  private:
    enum class place : std::uint8_t { before_array, before_first, before_element, element, after_element, after_array };

    /// Whether `c`, within an element, is behind its last byte; for a bracket or a quote that closes it, `end_` is moved
    /// there.
    constexpr bool ends_element(char c) noexcept {
        if (in_string_) {
            if (escaped_)
                escaped_ = false;
            else if (c == '\\')
                escaped_ = true;
            else if (c == '"') {
                in_string_ = false;
                if (depth_ == 0) return ++end_, true;
            }
            return false;
        }
        if (alone_) return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (c == '"') in_string_ = true;
        if (c == '{' || c == '[') ++depth_;
        if ((c == '}' || c == ']') && --depth_ == 0) return ++end_, true;
        return false;
    }

    std::size_t begin_ = 0;  // of the element
    std::size_t end_ = 0;    // looked at up to here
    std::size_t depth_ = 0;
    place at_ = place::before_array;
    bool in_string_ = false;
    bool escaped_ = false;
    bool alone_ = false;  // a number, true, false or null: ends where something else begins
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
