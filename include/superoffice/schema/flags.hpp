// superoffice/schema/flags.hpp - a bit mask as the service spells it: names joined by commas.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_FLAGS_HPP
#define SUPEROFFICE_SCHEMA_FLAGS_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/schema/detail/enumerators.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

namespace detail {

/// The data of a set of flags of any enum.
struct flags_value {
    using number_type = std::uint32_t;
    std::string_view text;
    std::uint32_t bits = 0;
    bool known = true;

    // Cold, so that it is compiled for size: the time goes into find_enumerator().
    [[gnu::cold]] [[gnu::noinline]] constexpr void assign(const char* names, std::string_view from) noexcept {
        text = from;
        bits = 0;
        known = true;
        for (std::string_view word; ascii::take_element(from, word);) {
            if (enumerator found; find_enumerator(names, word, found))
                bits |= static_cast<std::uint32_t>(found.value);
            else if (!word.empty())
                known = false;
        }
    }
    constexpr void assign(const char* names, std::uint32_t from) noexcept {
        text = {};
        bits = from;
        std::uint32_t all = 0;
        for (enumerator each; take_enumerator(names, each);) {
            const auto value = static_cast<std::uint32_t>(each.value);
            all |= value;
            if (value == from && text.data() == nullptr) text = each.name;  // the first one counts
        }
        known = (from & ~all) == 0;
    }
    static constexpr flags_value made_from(const char* names, auto from) noexcept {
        flags_value made;
        made.assign(names, from);
        return made;
    }
};

}  // namespace detail

/// A set of E's bits. On the wire: names joined by ", ", combined names such as URI or FULL among them, or a number.
/// A name that E does not have makes `known()` false; the whole text is kept, and the bits of the known names are set.
template <class E>
class flags {
    static_assert(sizeof(detail::described_enum<E>) != 0);

  public:
    constexpr flags() noexcept = default;
    constexpr flags(E value) noexcept : flags(from_number(static_cast<std::uint32_t>(value))) {}

    /// Made from a text of the wire, which is borrowed.
    static constexpr flags from_text(std::string_view text) noexcept {
        return flags{detail::flags_value::made_from(parts::names(), text)};
    }
    static constexpr flags from_number(std::uint32_t bits) noexcept {
        return flags{detail::flags_value::made_from(parts::names(), bits)};
    }

    /// For the decoder, which treats all enums alike.
    struct parts {
        static constexpr const char* names() noexcept { return detail::enumerators_of<E>.bytes; }
        static constexpr const detail::flags_value& of(const flags& value) noexcept { return value.held_; }
        static constexpr detail::flags_value& of(flags& value) noexcept { return value.held_; }
    };

    /// Every bit of `value` is set. True for a zero such as None: compare `bits()` for "nothing at all".
    [[nodiscard]] constexpr bool has(E value) const noexcept {
        const auto wanted = static_cast<std::uint32_t>(value);
        return (held_.bits & wanted) == wanted;
    }
    /// The bits of the known names, or the number on the wire.
    [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return held_.bits; }
    /// E has every name (or bit) that came.
    [[nodiscard]] constexpr bool known() const noexcept { return held_.known; }
    /// The text on the wire. For a number: E's name for exactly these bits, or empty.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return held_.text; }

    friend constexpr bool operator==(const flags& a, E b) noexcept {
        return a.held_.known && a.held_.bits == static_cast<std::uint32_t>(b);
    }
    /// Compared by bits; with unknown names by text as well.
    friend constexpr bool operator==(const flags& a, const flags& b) noexcept {
        return a.held_.bits == b.held_.bits && a.held_.known == b.held_.known &&
               (a.held_.known || a.held_.text == b.held_.text);
    }

  private:
    explicit constexpr flags(const detail::flags_value& held) noexcept : held_(held) {}

    detail::flags_value held_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
