// superoffice/codec/detail/packed_key.hpp - a member's key as three words, compared with a document's key without a loop.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_PACKED_KEY_HPP
#define SUPEROFFICE_CODEC_DETAIL_PACKED_KEY_HPP

#include <superoffice/base/config.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A key without escapes, quotes included: its first eight bytes, its last eight, and eight that cover the bytes between
/// them. A comparison costs the same for every length, and has no loop whose end the processor would have to predict.
struct packed_key {
    static constexpr std::size_t word_size = 8, longest = 3 * word_size;
    static constexpr std::size_t reach = longest;  ///< a comparison reads so many bytes from the opening quote on

    std::uint64_t words[3] = {};
    std::uint64_t mask = 0;  ///< of each word: a key of less than eight bytes fills a part of it
    std::uint8_t middle = 0, last = 0;
    std::uint8_t size = 0;  ///< with its quotes; 0 for a name that is too long, which equals no key

    constexpr packed_key() noexcept = default;
    explicit constexpr packed_key(std::string_view name) noexcept {
        if (name.size() + 2 > longest) return;
        size = static_cast<std::uint8_t>(name.size() + 2);
        last = size > word_size ? static_cast<std::uint8_t>(size - word_size) : 0;
        middle = last < word_size ? last : word_size;
        char key[longest] = {'"'}, used[word_size] = {};
        for (std::size_t n = 0; n != name.size(); ++n) key[n + 1] = name[n];
        key[size - 1] = '"';
        for (std::size_t n = 0; n != word_size; ++n) used[n] = n < size ? '\xFF' : '\0';
        mask = word_of(used);
        words[0] = word_of(key);
        words[1] = word_of(key + middle);
        words[2] = word_of(key + last);
    }

    /// Whether the text that begins here is this key. `reach` bytes of it can be read.
    [[nodiscard]] bool is_at(const char* text) const noexcept {
        const auto differ = [text](std::size_t at, std::uint64_t word) {
            std::uint64_t there;
            std::memcpy(&there, text + at, sizeof there);
            return there ^ word;
        };
        return ((differ(0, words[0]) | differ(middle, words[1]) | differ(last, words[2])) & mask) == 0;
    }

  private:
    /// Eight bytes as they lie in memory. (No bit_cast: clang's new interpreter of constant expressions, version
    /// 19, does not know it.)
    static constexpr std::uint64_t word_of(const char* bytes) noexcept {
        std::uint64_t word = 0;
        for (std::size_t n = 0; n != word_size; ++n) {
            const std::size_t from_lowest = std::endian::native == std::endian::little ? n : word_size - 1 - n;
            word |= std::uint64_t{static_cast<unsigned char>(bytes[n])} << 8 * from_lowest;
        }
        return word;
    }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
