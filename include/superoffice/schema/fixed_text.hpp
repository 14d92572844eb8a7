// superoffice/schema/fixed_text.hpp - text that a struct owns: up to N bytes, no heap.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_FIXED_TEXT_HPP
#define SUPEROFFICE_SCHEMA_FIXED_TEXT_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/text/json_text.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Up to N bytes of UTF-8 inside the object, with a NUL behind them for C. Outlives the reply it came from. A longer
/// text is refused whole, never cut.
template <std::size_t N>
class fixed_text {
  public:
    constexpr fixed_text() noexcept = default;

    static constexpr std::size_t capacity() noexcept { return N; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text_, size_}; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return view(); }
    [[nodiscard]] constexpr const char* c_str() const noexcept { return text_; }

    /// False, and nothing changed, when the text is longer than N.
    constexpr bool assign(std::string_view text) noexcept {
        if (text.size() > N) return false;
        for (std::size_t n = 0; n < text.size(); ++n) text_[n] = text[n];
        return finish(text.size());
    }
    bool assign_from(json_text text) noexcept {
        if (text.unescaped_size() > N) return false;
        const auto copied = text.copy(std::span<char>{text_, N});
        return finish(copied.has_value() ? copied->size() : 0);
    }

    friend constexpr bool operator==(const fixed_text& a, std::string_view b) noexcept { return a.view() == b; }
    friend constexpr bool operator==(const fixed_text& a, const fixed_text& b) noexcept { return a.view() == b.view(); }

  private:
    constexpr bool finish(std::size_t size) noexcept {
        size_ = size;
        text_[size] = '\0';
        return true;
    }

    std::size_t size_ = 0;
    char text_[N + 1] = {};
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
