// superoffice/flags.hpp - a bit mask as the service spells it: names joined by commas.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_FLAGS_HPP
#define SUPEROFFICE_FLAGS_HPP

#include <superoffice/detail/ascii.hpp>
#include <superoffice/detail/enumerators.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A set of E's bits. On the wire: names joined by ", ", combined names such as URI or FULL among them, or a number.
/// Names that E does not have keep their text and make `known()` false; the bits of the others are there all the same.
template <class E>
    requires detail::is_described_enum<E>
class flags {
  public:
    constexpr flags() noexcept = default;
    constexpr flags(E value) noexcept : flags(from_number(static_cast<std::uint32_t>(value))) {}

    /// From the wire. The text is borrowed.
    static constexpr flags from_text(std::string_view text) noexcept {
        flags made;
        made.text_ = text;
        while (!text.empty()) {
            const std::size_t comma = detail::ascii::find(text, ',');
            const std::string_view word = detail::ascii::trim(detail::ascii::first(text, comma));
            text = detail::ascii::from(text, comma < text.size() ? comma + 1 : comma);
            if (const auto* row = detail::find_enumerator(detail::enumerators_of<E>, word))
                made.bits_ |= static_cast<std::uint32_t>(row->value);
            else if (!word.empty())
                made.known_ = false;
        }
        return made;
    }
    static constexpr flags from_number(std::uint32_t bits) noexcept {
        flags made;
        made.bits_ = bits;
        std::uint32_t all = 0;
        for (const detail::enumerator& row : detail::enumerators_of<E>) all |= static_cast<std::uint32_t>(row.value);
        made.known_ = (bits & ~all) == 0;
        const auto number = static_cast<std::int32_t>(bits);  // as the table holds them
        if (const auto* row = detail::find_enumerator(detail::enumerators_of<E>, std::int64_t{number}))
            made.text_ = row->name;
        return made;
    }

    /// Every bit of `value` is set. True for a zero such as None: compare `bits()` for "nothing at all".
    [[nodiscard]] constexpr bool has(E value) const noexcept {
        const auto wanted = static_cast<std::uint32_t>(value);
        return (bits_ & wanted) == wanted;
    }
    /// The bits of the known names, or the number on the wire.
    [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
    /// E has every name (or bit) that came.
    [[nodiscard]] constexpr bool known() const noexcept { return known_; }
    /// As spelt on the wire; for a number E's own spelling of just these bits, or empty.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

    friend constexpr bool operator==(const flags& a, E b) noexcept {
        return a.known_ && a.bits_ == static_cast<std::uint32_t>(b);
    }
    /// By bits; with unknown names by text as well.
    friend constexpr bool operator==(const flags& a, const flags& b) noexcept {
        return a.bits_ == b.bits_ && a.known_ == b.known_ && (a.known_ || a.text_ == b.text_);
    }

  private:
    std::string_view text_;
    std::uint32_t bits_ = 0;
    bool known_ = true;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
