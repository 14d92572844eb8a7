// superoffice/base/detail/bounded_text.hpp - builds a text in memory of a fixed size; what does not fit is cut off.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_DETAIL_BOUNDED_TEXT_HPP
#define SUPEROFFICE_BASE_DETAIL_BOUNDED_TEXT_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The text is always followed by a NUL, unless there is no memory at all.
class bounded_text {
  public:
    explicit bounded_text(std::span<char> into) noexcept : into_(into) {
        if (!into_.empty()) into_[0] = '\0';
    }
    void add(char c) noexcept {
        if (size_ + 1 >= into_.size()) return;
        into_[size_++] = c;
        into_[size_] = '\0';
    }
    void add(std::string_view text) noexcept {
        for (const char c : text) add(c);
    }
    /// The last `digits` hexadecimal digits.
    void add_hex(std::uint32_t number, int digits = 4) noexcept {
        add("0x");
        for (int shift = 4 * digits - 4; shift >= 0; shift -= 4) add("0123456789ABCDEF"[number >> shift & 0xf]);
    }
    void add_decimal(std::size_t number) noexcept {
        if (number >= 10) add_decimal(number / 10);
        add(static_cast<char>('0' + number % 10));
    }
    [[nodiscard]] std::string_view text() const noexcept { return {into_.data(), size_}; }

  private:
    std::span<char> into_;
    std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
