// superoffice/codec/detail/key_marks.hpp - a set of marks of keys: a key whose mark is not in it is not in the struct.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_KEY_MARKS_HPP
#define SUPEROFFICE_CODEC_DETAIL_KEY_MARKS_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A mark is made of a key's size and middle byte, so a key whose mark is in the set may still be no name of the struct.
/// Of the 24 names of a task, four pairs share a mark.
struct key_marks {
    std::uint64_t bits = 0;

    static constexpr key_marks all() noexcept { return {~std::uint64_t{0}}; }
    [[nodiscard]] constexpr bool has(std::string_view key) const noexcept { return (bits >> mark(key) & 1) != 0; }
    constexpr void add(std::string_view key) noexcept { bits |= std::uint64_t{1} << mark(key); }
    friend constexpr key_marks operator|(key_marks a, key_marks b) noexcept { return {a.bits | b.bits}; }

  private:
    /// Of an empty key it reads the quote behind it.
    static constexpr std::size_t mark(std::string_view key) noexcept {
        const std::size_t middle = static_cast<unsigned char>(key.data()[key.size() / 2]);
        return (key.size() + 7 * middle) % 64;
    }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
