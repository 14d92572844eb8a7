// superoffice/codec/writer.hpp - writes JSON into the caller's span, and counts the bytes when it is full.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_WRITER_HPP
#define SUPEROFFICE_CODEC_WRITER_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Appends to a span. Text that does not fit is counted, not written, so that one pass tells how many bytes are needed.
class json_writer {
  public:
    explicit constexpr json_writer(std::span<char> into) noexcept : into_(into) {}

    /// Bytes so far, written or not.
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool fits() const noexcept { return size_ <= into_.size(); }
    /// The text; only when it `fits()`.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return {into_.data(), size_}; }

    constexpr void put(char c) noexcept {
        if (size_ < into_.size()) into_[size_] = c;
        ++size_;
    }
    constexpr void raw(std::string_view text) noexcept {
        for (const char c : text) put(c);
    }
    constexpr void number(std::signed_integral auto value) noexcept {
        using wide = unsigned_for<sizeof value>;
        if (value < 0) put('-');
        digits(value < 0 ? static_cast<wide>(0 - static_cast<wide>(value)) : static_cast<wide>(value));
    }
    constexpr void number(std::unsigned_integral auto value) noexcept {
        digits(static_cast<unsigned_for<sizeof value>>(value));
    }

    /// A string with its quotes; quotes, backslashes and control characters escaped (RFC 8259 section 7), all else as is.
    constexpr void string(std::string_view text) noexcept {
        constexpr std::string_view hex = "0123456789abcdef";
        put('"');
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                put('\\');
                put(c);
            } else if (byte < 0x20) {
                raw("\\u00");
                put(hex[byte >> 4]);
                put(hex[byte & 15]);
            } else {
                put(c);
            }
        }
        put('"');
    }

    /// The name of a member, and its colon. A C++ name has nothing to escape.
    [[gnu::noinline]] constexpr void key(std::string_view name) noexcept {
        put('"');
        raw(name);
        put('"');
        put(':');
    }

  private:
    template <std::size_t Size>
    using unsigned_for = std::conditional_t<Size <= sizeof(std::size_t), std::size_t, std::uint64_t>;

    constexpr void digits(std::unsigned_integral auto value) noexcept { raw(detail::ascii::decimal(value).text()); }

    std::span<char> into_;
    std::size_t size_ = 0;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
