// superoffice/schema/detail/enumerators.hpp - finds a described enumerator by its wire name, letter case ignored.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_DETAIL_ENUMERATORS_HPP
#define SUPEROFFICE_SCHEMA_DETAIL_ENUMERATORS_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/schema/detail/describe.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The first row whose name differs in letter case at most, or null.
[[gnu::cold]] constexpr const enumerator* find_enumerator_of_any_case(borrowed_list<enumerator> table,
                                                                      std::string_view text) noexcept {
    for (const enumerator& row : table)
        if (ascii::equal_ignoring_case(row.name, text)) return &row;
    return nullptr;
}

/// The row with this name, or null. If only the letter case of several rows differs, the row with the same case counts, else
/// the first one. Linear: the longest table has 20 rows.
[[gnu::noinline]] constexpr const enumerator* find_enumerator(borrowed_list<enumerator> table,
                                                              std::string_view text) noexcept {
    for (const enumerator& row : table)
        if (row.name == text) return &row;
    return find_enumerator_of_any_case(table, text);
}

/// The first row with this value, or null.
constexpr const enumerator* find_enumerator(borrowed_list<enumerator> table, std::int64_t value) noexcept {
    for (const enumerator& row : table)
        if (row.value == value) return &row;
    return nullptr;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
