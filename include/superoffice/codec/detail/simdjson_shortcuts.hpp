// superoffice/codec/detail/simdjson_shortcuts.hpp - reads plain values from simdjson's list of tokens, without a scan.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_SIMDJSON_SHORTCUTS_HPP
#define SUPEROFFICE_CODEC_DETAIL_SIMDJSON_SHORTCUTS_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/codec/detail/key_marks.hpp>
#include <superoffice/codec/detail/packed_key.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The tokens of a document that simdjson has indexed: the place of each bracket, comma and colon, and of the first byte of
/// each string and scalar. simdjson has checked the strings except for their escapes. Between a token and the next one
/// there is only white space.
///
/// Each shortcut below answers true and goes on where the value is plain, and otherwise false without going on: then the
/// reader looks at the value byte by byte, with the same outcome.
///
/// What each one gains is said beside it: instructions to decode the documented reply with all of them, and without this
/// one (`./tests/run instructions`, g++ 12 on 2026-11-30). The whole call takes 20,200.
struct simdjson_tokens {
    const char* begin = nullptr;          ///< of the document
    const std::uint32_t* at = nullptr;    ///< the next token, as an offset from `begin`
    const std::uint32_t* last = nullptr;  ///< behind the last token; simdjson writes the size of the document here
    const char* backslash = nullptr;      ///< no backslash stands between the next token and this place
    bool is_scalar = false;  ///< the only token of its document: any byte may follow, so no shortcut is taken

    [[nodiscard]] const char* place() const noexcept { return begin + *at; }
    [[nodiscard]] const char* next_place() const noexcept { return begin + at[1]; }
    [[nodiscard]] bool on(char c) const noexcept { return *place() == c; }

    // ---- keys

    /// The next token is a key with so many bytes, quotes included, and its colon follows at once.
    [[nodiscard]] bool has_key_of(std::size_t size) const noexcept {
        return at[1] - at[0] == size && *next_place() == ':';
    }
    /// Moves over this key and its colon, if they are next. 7,400 instructions instead of 9,500.
    bool take_key(const packed_key& key) noexcept {
        if (!has_key_of(key.size) || !key.is_at(place())) return false;
        at += 2;
        return true;
    }

    // ---- texts

    [[nodiscard]] bool is_plain_text() const noexcept { return on('"') && next_place() <= backslash; }

    /// A string without escapes; `into` is the text between its quotes. 7,400 instructions instead of 9,700.
    bool take_plain_text(std::string_view& into) noexcept {
        if (!is_plain_text()) return false;
        const char* const from = place() + 1;
        const char* to = next_place() - 1;
        while (*to != '"') --to;
        into = {from, static_cast<std::size_t>(to - from)};
        ++at;
        return true;
    }

    // ---- scalars

    /// A shortcut reads at most so many bytes from the first one of a scalar on.
    static constexpr std::size_t scalar_reach = 12;

    static bool is_delimiter(char c) noexcept { return c == ',' || c == '}' || c == ']'; }

    /// An integer of at most nine digits that ends in a comma or a bracket. 7,400 instructions instead of 8,400.
    bool take_short_integer(std::int32_t& into) noexcept {
        if (is_scalar) return false;
        const char* digits = place();
        const bool negative = *digits == '-';
        digits += negative;
        const char* const first = digits;
        const auto digit = [&digits] { return static_cast<unsigned char>(*digits) - unsigned{'0'}; };
        std::uint32_t value = 0;
        for (; digit() <= 9 && digits != first + 9; ++digits) value = value * 10 + digit();
        if (digits == first || (*first == '0' && digits != first + 1) || !is_delimiter(*digits)) return false;
        into = static_cast<std::int32_t>(negative ? 0 - value : value);
        ++at;
        return true;
    }

    /// A literal or an integer is all that stands from here to the comma or bracket at `end`.
    [[nodiscard]] [[gnu::noinline]] static bool is_short_scalar(const char* from, const char* end) noexcept {
        if (!is_delimiter(*end)) return false;
        const auto is_word = [from, end](const char* word, std::ptrdiff_t size) {
            return end - from == size && std::memcmp(from + size - 4, word + size - 4, 4) == 0;
        };
        switch (*from) {
            case 'n': return is_word("null", 4);
            case 't': return is_word("true", 4);
            case 'f': return is_word("false", 5);
            default: break;
        }
        from += *from == '-';
        if (*from == '0') return from + 1 == end;
        const char* const first = from;
        while (ascii::is_digit(*from)) ++from;
        return from == end && from != first;
    }

    // ---- values that are not wanted

    /// Called on a value. Skips it and answers true if it is plain: a string without escapes, a literal, an integer, or a
    /// container of plain values with plain keys, at most `levels` inside each other. Behind a member's value it also
    /// skips the next members, as long as they are plain and their keys have no mark of `wanted`. 7,400 instructions instead
    /// of 8,100; for a struct of 2 of the reply's 24 members 6,300 instead of 14,200.
    [[gnu::noinline]] bool pass_members(key_marks wanted, std::size_t levels) noexcept {
        const std::uint32_t* next = at;
        std::uint32_t objects = 1;  // bit 0: the innermost container is an object
        std::size_t depth = 0;      // of containers entered here
        bool passed = false;
        while (!is_scalar) {
            const char* const item = begin + *next++;
            const char* follow = begin + *next;
            bool opens = false;
            if (*item == '"') {
                if (follow > backslash) break;
            } else if (*item == '{' || *item == '[') {
                if (depth++ == levels) break;
                objects = objects << 1 | (*item == '{');
                opens = *follow != *item + 2;
            } else if (!is_short_scalar(item, follow)) {
                break;
            }
            if (!opens) {
                for (; *follow != ',' && depth != 0; --depth, objects >>= 1) {
                    // The document's last bracket is not for a value within it.
                    if (*follow != ((objects & 1) != 0 ? '}' : ']') || ++next == last) return passed;
                    follow = begin + *next;
                }
                if (depth == 0) {
                    at = next;
                    passed = true;
                }
                if (*follow != ',') break;
                ++next;
            }
            if ((objects & 1) == 0) continue;
            const char *const key = begin + next[0], *const colon = begin + next[1];
            if (*key != '"' || *colon != ':' || colon[-1] != '"' || colon > backslash) break;
            if (depth == 0 && wanted.has({key + 1, static_cast<std::size_t>(colon - key) - 2})) break;
            next += 2;
        }
        return passed;
    }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
