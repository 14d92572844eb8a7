// superoffice/codec/detail/packed_key.hpp - a member's name as words, to be found in a document by three comparisons.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_PACKED_KEY_HPP
#define SUPEROFFICE_CODEC_DETAIL_PACKED_KEY_HPP

#include <superoffice/base/config.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A key as it is mostly spelt, quotes included: its first eight bytes, its last eight, and eight that cover what is
/// between them. Comparing them costs the same for every length and has no loop whose end would have to be guessed.
struct spelt_name {
    static constexpr std::size_t word_size = 8, longest = 3 * word_size;
    static constexpr std::size_t reach = longest;  ///< bytes that a comparison may look at

    std::uint64_t words[3] = {};
    std::uint64_t mask = 0;  ///< of each word: a short key has less than one
    std::uint8_t middle = 0, last = 0;
    std::uint8_t size = 0;  ///< with its quotes; 0 for a name that is too long, which is found nowhere

    constexpr spelt_name() noexcept = default;
    explicit constexpr spelt_name(std::string_view name) noexcept {
        if (name.size() + 2 > longest) return;
        size = static_cast<std::uint8_t>(name.size() + 2);
        last = size > word_size ? static_cast<std::uint8_t>(size - word_size) : 0;
        middle = last < word_size ? last : word_size;
        const auto spelt = [name](std::size_t at) {
            return at == 0 || at == name.size() + 1 ? '"' : at <= name.size() ? name[at - 1] : '\0';
        };
        std::array<char, word_size> seen{};
        for (std::size_t n = 0; n != word_size; ++n) seen[n] = n < size ? '\xFF' : '\0';
        mask = std::bit_cast<std::uint64_t>(seen);
        const std::uint8_t places[3] = {0, middle, last};
        for (std::size_t word = 0; word != 3; ++word) {
            for (std::size_t n = 0; n != word_size; ++n) seen[n] = spelt(places[word] + n);
            words[word] = std::bit_cast<std::uint64_t>(seen);
        }
    }

    /// Whether the text that begins here, of which `reach` bytes can be read, is this key.
    [[nodiscard]] SUPEROFFICE_HOT bool is_at(const char* text) const noexcept {
        const auto differ = [text](std::size_t at, std::uint64_t word) {
            std::uint64_t there;
            std::memcpy(&there, text + at, sizeof there);
            return there ^ word;
        };
        return ((differ(0, words[0]) | differ(middle, words[1]) | differ(last, words[2])) & mask) == 0;
    }
};

/// For tables whose reader compares names byte by byte.
struct unspelt_name {
    constexpr unspelt_name() noexcept = default;
    explicit constexpr unspelt_name(std::string_view) noexcept {}
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/macros_end.hpp>
#endif
