// superoffice/schema/coded.hpp - an enum that may also hold text that it does not know.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_CODED_HPP
#define SUPEROFFICE_SCHEMA_CODED_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/schema/detail/enumerators.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

namespace detail {

/// The data of a coded value of any enum. One function reads the values of all enums.
struct coded_value {
    using number_type = std::int32_t;
    std::string_view text;
    std::int32_t number = 0;
    bool known = false;

    constexpr void assign(const char* names, std::string_view from) noexcept {
        enumerator found;
        known = find_enumerator(names, from, found);
        text = from;
        number = found.value;
    }
    constexpr void assign(const char* names, std::int32_t from) noexcept {
        enumerator found;
        known = find_enumerator(names, from, found);
        text = found.name;
        number = from;
    }
    static constexpr coded_value made_from(const char* names, auto from) noexcept {
        coded_value made;
        made.assign(names, from);
        return made;
    }
};

}  // namespace detail

/// One enumerator of E, or a text or number from the wire that E does not have. The service adds values over the years, so
/// an unknown one is a value, not an error.
/// Letter case is ignored; numbers on the wire are taken as well.
template <class E>
class coded {
    static_assert(sizeof(detail::described_enum<E>) != 0);

  public:
    constexpr coded() noexcept = default;
    constexpr coded(E value) noexcept : coded(from_number(static_cast<std::int32_t>(value))) {}

    /// Made from a text of the wire, which is borrowed.
    static constexpr coded from_text(std::string_view text) noexcept {
        return coded{detail::coded_value::made_from(parts::names(), text)};
    }
    static constexpr coded from_number(std::int32_t number) noexcept {
        return coded{detail::coded_value::made_from(parts::names(), number)};
    }

    /// For the decoder, which treats all enums alike.
    struct parts {
        static constexpr const char* names() noexcept { return detail::enumerators_of<E>.bytes; }
        static constexpr const detail::coded_value& of(const coded& value) noexcept { return value.held_; }
        static constexpr detail::coded_value& of(coded& value) noexcept { return value.held_; }
    };

    /// E has this value.
    [[nodiscard]] constexpr bool known() const noexcept { return held_.known; }
    /// The enumerator; only when `known()`.
    [[nodiscard]] constexpr E value() const noexcept {
        return SUPEROFFICE_ASSERT(held_.known &&
                                  "superoffice: this text is no enumerator: ask known(), or use value_or()"),
               static_cast<E>(held_.number);
    }
    [[nodiscard]] constexpr E value_or(E otherwise) const noexcept {
        return held_.known ? static_cast<E>(held_.number) : otherwise;
    }
    /// The text on the wire, or E's name for a known number; empty for an unknown number.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return held_.text; }
    /// The enumerator's number, or the one on the wire; 0 for unknown text.
    [[nodiscard]] constexpr std::int32_t number() const noexcept { return held_.number; }

    friend constexpr bool operator==(const coded& a, E b) noexcept {
        return a.held_.known && a.held_.number == static_cast<std::int32_t>(b);
    }
    /// Known values are compared by number, unknown ones by number and text.
    friend constexpr bool operator==(const coded& a, const coded& b) noexcept {
        return a.held_.known == b.held_.known && a.held_.number == b.held_.number &&
               (a.held_.known || a.held_.text == b.held_.text);
    }

  private:
    explicit constexpr coded(const detail::coded_value& held) noexcept : held_(held) {}

    detail::coded_value held_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
