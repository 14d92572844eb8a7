// superoffice/borrowed.hpp - text that somebody else keeps alive; refuses a temporary string.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BORROWED_HPP
#define SUPEROFFICE_BORROWED_HPP

#include <superoffice/config.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A view of text that outlives whoever keeps this. Takes literals, `const char*` (null counts as empty), views, and
/// named strings of any type; a temporary that owns its text does not compile, because it would be gone at once.
class borrowed {
  public:
    constexpr borrowed() noexcept = default;
    constexpr borrowed(const char* text) noexcept
        : text_(text == nullptr ? std::string_view{} : std::string_view{text}) {}
    constexpr borrowed(std::string_view text) noexcept : text_(text) {}

    template <class S>
        requires(std::is_class_v<std::remove_cvref_t<S>> && !std::same_as<std::remove_cvref_t<S>, std::string_view> &&
                 !std::same_as<std::remove_cvref_t<S>, borrowed> && std::convertible_to<const S&, std::string_view>)
    constexpr borrowed(S&& text) noexcept : text_(static_cast<std::string_view>(text)) {
        static_assert(
            std::is_lvalue_reference_v<S&&> || std::is_trivially_copyable_v<std::remove_cvref_t<S>>,
            "superoffice: this text is a temporary string and would be gone before it is used: give it a name "
            "that lives as long as the client");
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return text_; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return text_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }

  private:
    std::string_view text_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
