// superoffice/coded.hpp - an enum that may hold text nobody knows.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODED_HPP
#define SUPEROFFICE_CODED_HPP

#include <superoffice/detail/enumerators.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One enumerator of E, or a text or number from the wire that E does not have. The service adds values over the years
/// (and a client of it once broke on one), so an unknown one is a value, not an error.
/// Letter case is ignored; numbers on the wire are taken as well.
template <class E>
    requires detail::is_described_enum<E>
class coded {
  public:
    constexpr coded() noexcept = default;
    constexpr coded(E value) noexcept : coded(from_number(static_cast<std::int32_t>(value))) {}

    /// From the wire. The text is borrowed.
    static constexpr coded from_text(std::string_view text) noexcept {
        coded made;
        made.text_ = text;
        if (const auto* row = detail::find_enumerator(detail::enumerators_of<E>, text)) {
            made.number_ = row->value;
            made.known_ = true;
        }
        return made;
    }
    static constexpr coded from_number(std::int32_t number) noexcept {
        coded made;
        made.number_ = number;
        if (const auto* row = detail::find_enumerator(detail::enumerators_of<E>, std::int64_t{number})) {
            made.text_ = row->name;
            made.known_ = true;
        }
        return made;
    }

    /// E has this value.
    [[nodiscard]] constexpr bool known() const noexcept { return known_; }
    /// The enumerator; only when `known()`.
    [[nodiscard]] constexpr E value() const noexcept { return SUPEROFFICE_ASSERT(known_), static_cast<E>(number_); }
    [[nodiscard]] constexpr E value_or(E otherwise) const noexcept {
        return known_ ? static_cast<E>(number_) : otherwise;
    }
    /// As spelt on the wire, or E's own spelling for a known number; empty for an unknown number.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }
    /// The enumerator's number, or the one on the wire; 0 for unknown text.
    [[nodiscard]] constexpr std::int32_t number() const noexcept { return number_; }

    friend constexpr bool operator==(const coded& a, E b) noexcept {
        return a.known_ && a.number_ == static_cast<std::int32_t>(b);
    }
    /// Known ones by their number, unknown ones by their number and text.
    friend constexpr bool operator==(const coded& a, const coded& b) noexcept {
        return a.known_ == b.known_ && a.number_ == b.number_ && (a.known_ || a.text_ == b.text_);
    }

  private:
    std::string_view text_;
    std::int32_t number_ = 0;
    bool known_ = false;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
