// superoffice/codec/detail/key_hash.hpp - a perfect hash of a struct's member names, found at compile time.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_KEY_HASH_HPP
#define SUPEROFFICE_CODEC_DETAIL_KEY_HASH_HPP

#include <superoffice/schema/detail/describe.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Says in which row a name can be. No two names of a struct have the same slot, so one comparison decides.
struct key_hash {
    const std::uint8_t* rows = nullptr;  ///< by slot; nullptr: there is no hash, compare with every row
    std::uint32_t factor = 0;            ///< odd where there is a hash
    std::uint32_t shift = 0;

    /// First, middle and last byte and size: they tell most names apart.
    static constexpr std::uint32_t digest(char first, char middle, char last, std::size_t size) noexcept {
        const auto byte = [](char c) { return std::uint32_t{static_cast<unsigned char>(c)}; };
        return byte(first) | byte(middle) << 8 | byte(last) << 16 | static_cast<std::uint32_t>(size) << 24;
    }
    static constexpr std::uint32_t digest(std::string_view name) noexcept {
        return digest(name.front(), name[name.size() / 2], name.back(), name.size());
    }
    [[nodiscard]] constexpr std::size_t slot(std::uint32_t name_digest) const noexcept {
        return name_digest * factor >> shift;
    }
    /// The only row that can have the name in these quotes. It may have another name: an empty slot gives row 0.
    [[nodiscard]] std::size_t row_of(const char* token, std::size_t size) const noexcept {
        return rows[slot(digest(token[1], token[size / 2], token[size - 2], size - 2))];
    }
};

/// Structs with few names are not hashed, because comparing is faster; nor are those with more names than a byte can count.
inline constexpr std::size_t few_keys = 8, too_many_keys = 0xFF;

/// The bits of an index below `count`. (std::bit_ceil is unknown to clang's new interpreter, version 19.)
consteval std::uint32_t bits_of_index(std::size_t count) noexcept {
    std::uint32_t bits = 0;
    while (std::size_t{1} << bits < count) ++bits;
    return bits;
}

/// The slots of T's names, and the factor that gives each name one of its own.
template <class T>
struct key_slots {
    static constexpr std::uint32_t bits = bits_of_index(2 * member_count<T>);
    static constexpr std::size_t size = std::size_t{1} << bits;
    static constexpr std::uint32_t shift = 32 - bits;

    struct found {
        std::array<std::uint8_t, size> rows{};  // 0 in the slots that no name has
        std::uint32_t factor = 0;               ///< 0: none was found, as for names that have the same digest
    };
    static constexpr found search() {
        constexpr std::size_t count = member_count<T>;
        std::uint32_t digests[count + 1] = {};
        for (std::size_t n = 0; n < count; ++n) digests[n] = key_hash::digest(member_names<T>[n]);
        int taken[size] = {};               // by which attempt
        std::uint32_t factor = 0x4025B741;  // suits the service's structs, so that the compiler tries one factor
        for (int attempt = 1; attempt <= 4000; ++attempt, factor = factor * 1664525 + 1013904223) {
            std::size_t n = 0;
            while (n < count && std::exchange(taken[digests[n] * (factor | 1) >> shift], attempt) != attempt) ++n;
            if (n < count) continue;
            found best{.rows = {}, .factor = factor | 1};
            for (n = 0; n < count; ++n) best.rows[digests[n] * best.factor >> shift] = static_cast<std::uint8_t>(n);
            return best;
        }
        return {};
    }
    static constexpr found value = search();
};

template <class T>
consteval key_hash make_key_hash() {
    if constexpr (member_count<T> > few_keys && member_count<T> < too_many_keys) {
        using places = key_slots<T>;
        if constexpr (places::value.factor != 0)
            return {.rows = places::value.rows.data(), .factor = places::value.factor, .shift = places::shift};
    }
    return {};
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
