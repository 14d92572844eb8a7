// superoffice/base/detail/name_sizes.hpp - which sizes the names of a struct have: most other keys are told by their size.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_DETAIL_NAME_SIZES_HPP
#define SUPEROFFICE_BASE_DETAIL_NAME_SIZES_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A set of sizes, quotes not counted. Sizes that are 32 apart are one to it, so what it has may still be no name.
struct name_sizes {
    std::uint32_t bits = 0;

    [[nodiscard]] constexpr bool has(std::size_t size) const noexcept { return (bits >> size % 32 & 1) != 0; }
    constexpr void add(std::size_t size) noexcept { bits |= std::uint32_t{1} << size % 32; }
    friend constexpr name_sizes operator|(name_sizes a, name_sizes b) noexcept { return {a.bits | b.bits}; }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
