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

struct enumerator {
    std::string_view name;
    std::int32_t value = 0;
};

/// Takes the first enumerator of `table`, which `enumerators_of` has made and which then begins with the next one. False at
/// its end, with an empty name.
constexpr bool take_enumerator(const char*& table, enumerator& taken) noexcept {
    const char* at = table;
    const std::size_t size = static_cast<unsigned char>(*at++);
    taken.name = {at, size};
    at += size;
    std::uint32_t value = 0, byte = 0;
    do {
        byte = static_cast<unsigned char>(*at++);
        value = value << 7 | (byte & 0x7F);
    } while (byte > 0x7F);
    taken.value = static_cast<std::int32_t>(value);
    table = at;
    return size != 0;
}

/// The enumerator with this name into `found`; false where there is none. If several names differ only in their letter
/// case, the one with the same case counts, else the first one. Linear: the longest table has 20 rows.
[[gnu::noinline]] constexpr bool find_enumerator(const char* table, std::string_view text, enumerator& found) noexcept {
    bool any = false;
    for (enumerator each; take_enumerator(table, each);) {
        if (each.name.size() != text.size()) continue;
        const bool same = each.name == text;
        if (!same && (any || !ascii::equal_ignoring_case(each.name, text))) continue;
        found = each;
        any = true;
        if (same) break;
    }
    return any;
}

/// The first enumerator with this value into `found`; false where there is none.
constexpr bool find_enumerator(const char* table, std::int32_t value, enumerator& found) noexcept {
    while (take_enumerator(table, found))
        if (found.value == value) return true;
    return false;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
