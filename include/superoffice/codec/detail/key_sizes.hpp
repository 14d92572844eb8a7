// superoffice/codec/detail/key_sizes.hpp - a set of key sizes: a key whose size is not in it is not in the struct.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_KEY_SIZES_HPP
#define SUPEROFFICE_CODEC_DETAIL_KEY_SIZES_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A set of sizes, without quotes, as a bit mask. Sizes 32 apart share a bit, so a size in the set may still belong to no name.
struct key_sizes {
    std::uint32_t bits = 0;

    [[nodiscard]] constexpr bool has(std::size_t size) const noexcept { return (bits >> size % 32 & 1) != 0; }
    constexpr void add(std::size_t size) noexcept { bits |= std::uint32_t{1} << size % 32; }
    friend constexpr key_sizes operator|(key_sizes a, key_sizes b) noexcept { return {a.bits | b.bits}; }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
