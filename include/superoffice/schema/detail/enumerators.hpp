// superoffice/schema/detail/enumerators.hpp - finds a described enumerator by its wire name, letter case ignored.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_DETAIL_ENUMERATORS_HPP
#define SUPEROFFICE_SCHEMA_DETAIL_ENUMERATORS_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/schema/detail/describe.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// An enumerator in the table of its enum, or the place behind the last one.
class enumerator_cursor {
  public:
    /// Begins at the first enumerator of a table that `enumerators_of` has made.
    explicit constexpr enumerator_cursor(const char* table) noexcept : at_(table) {}

    [[nodiscard]] constexpr bool at_end() const noexcept { return size() == 0; }
    [[nodiscard]] constexpr std::string_view name() const noexcept { return {at_ + 1, size()}; }
    [[nodiscard]] constexpr std::int32_t value() const noexcept {
        const auto byte = [from = at_ + 1 + size()](int n) {
            return std::uint32_t{static_cast<unsigned char>(from[n])} << 8 * n;
        };
        return static_cast<std::int32_t>(byte(0) | byte(1) | byte(2) | byte(3));
    }
    constexpr void next() noexcept { at_ += size() + 5; }

  private:
    [[nodiscard]] constexpr std::size_t size() const noexcept { return static_cast<unsigned char>(*at_); }

    const char* at_;
};

/// The enumerator with this name, or the end. If several names differ only in their letter case, the one with the same case
/// counts, else the first one. Linear: the longest table has 20 rows.
[[gnu::noinline]] constexpr enumerator_cursor find_enumerator(enumerator_cursor at, std::string_view text) noexcept {
    enumerator_cursor alike = at;
    bool has_alike = false;
    for (; !at.at_end(); at.next()) {
        if (at.name().size() != text.size()) continue;
        if (at.name() == text) return at;
        if (has_alike || !ascii::equal_ignoring_case(at.name(), text)) continue;
        alike = at;
        has_alike = true;
    }
    return has_alike ? alike : at;
}

/// The first enumerator with this value, or the end.
constexpr enumerator_cursor find_enumerator(enumerator_cursor at, std::int32_t value) noexcept {
    while (!at.at_end() && at.value() != value) at.next();
    return at;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
