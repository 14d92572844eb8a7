// superoffice/text/detail/json_scan.hpp - the tokens of JSON, each checked in one pass; both readers use them.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TEXT_DETAIL_JSON_SCAN_HPP
#define SUPEROFFICE_TEXT_DETAIL_JSON_SCAN_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/text/detail/json_escape.hpp>
#include <superoffice/text/json_kind.hpp>
#include <superoffice/text/json_text.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The position of a reader. Each function below moves `at` behind the part that it has read, or leaves it on the byte at
/// fault (on `end` where the document stops too early).
struct json_cursor {
    const char* at = nullptr;
    const char* end = nullptr;
    bool checked = false;  ///< the document's UTF-8 is good, and no string holds a control character

    [[nodiscard]] bool on(char c) const noexcept { return at != end && *at == c; }
    /// Moves over this character, if it is the next one.
    bool skip(char c) noexcept {
        const bool there = on(c);
        if (there) ++at;
        return there;
    }
};

constexpr bool is_json_space(char c) noexcept {
    return static_cast<unsigned char>(c) <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t');
}

inline void skip_json_space(json_cursor& c) noexcept {
    while (c.at != c.end && is_json_space(*c.at)) ++c.at;
}

/// The size of the UTF-8 sequence at `at`, 2 to 4 bytes; 0 for anything that RFC 3629 section 4 does not allow:
/// overlong forms, surrogates, points above U+10FFFF, stray and missing continuations. (Cold: most text is ASCII.)
[[gnu::cold]] [[gnu::noinline]] inline std::size_t utf8_sequence(const char* at, const char* end) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(at[i]); };
    std::uint32_t point = byte(0);
    if (point < 0xC2) return 0;
    const std::size_t size = point < 0xE0 ? 2 : point < 0xF0 ? 3 : 4;
    if (static_cast<std::size_t>(end - at) < size) return 0;
    point &= 0xFFU >> size;
    for (std::size_t i = 1; i != size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
        point = point << 6 | (byte(i) & 0x3F);
    }
    if (size == 3 && (point < 0x800 || is_surrogate(point))) return 0;
    if (size == 4 && (point < 0x10000 || point > 0x10FFFF)) return 0;
    return size;
}

/// `code`, or `bad_utf8` if the byte at fault begins no UTF-8 sequence. simdjson checks UTF-8 before the grammar; so both
/// readers give the same code.
[[gnu::cold]] inline errc json_fault(const json_cursor& c, errc code) noexcept {
    const bool beyond_ascii = c.at != c.end && (static_cast<unsigned char>(*c.at) & 0x80) != 0;
    return beyond_ascii && utf8_sequence(c.at, c.end) == 0 ? errc::bad_utf8 : code;
}

/// The kind of the value that starts here, by its first byte.
inline json_kind json_kind_at(const json_cursor& c) noexcept {
    if (c.at == c.end) return json_kind::malformed;
    switch (*c.at) {
        case '{': return json_kind::object;
        case '[': return json_kind::array;
        case '"': return json_kind::string;
        case 't':
        case 'f': return json_kind::boolean;
        case 'n': return json_kind::null;
        case '-': return json_kind::number;
        default: return ascii::is_digit(*c.at) ? json_kind::number : json_kind::malformed;
    }
}

/// Whether a number or a literal may end here (RFC 8259 section 2: white space or a structural character).
[[gnu::noinline]] inline bool at_json_delimiter(const json_cursor& c) noexcept {
    return c.at == c.end || ascii::is_one_of(*c.at, ",}] \n\r\t:[{");
}

/// Moves to the next quote or backslash of a string. In a string that is not `checked` it also stops at anything but
/// ASCII from U+0020 on. It looks at whole words as long as there is one, which saves 2,600 of a whole call's 24,600
/// instructions with the compact reader (`./tests/run instructions`).
constexpr const char* skip_plain_text(const char* at, const char* end, bool checked) noexcept {
    using word = std::size_t;
    constexpr word ones = static_cast<word>(-1) / 0xFF, tops = ones << 7;
    while (!std::is_constant_evaluated() && static_cast<std::size_t>(end - at) >= sizeof(word)) {
        word w;
        std::memcpy(&w, at, sizeof w);
        const word quote = w ^ (ones * '"'), backslash = w ^ (ones * '\\');
        // Sets the top bit of each byte that is a quote, a backslash, below 0x20, or above 0x7F. Bytes above the first such
        // byte may be flagged without cause.
        const word others = checked ? 0 : (w - ones * 0x20) | w;
        const word stops = (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | others) & tops;
        if (stops != 0) {
            if constexpr (std::endian::native == std::endian::little)
                return at + static_cast<unsigned>(std::countr_zero(stops)) / 8;
            break;
        }
        at += sizeof(word);
    }
    while (at != end && (checked || static_cast<signed char>(*at) >= 0x20) && *at != '"' && *at != '\\') ++at;
    return at;
}

/// Any string: checks UTF-8, control characters, escapes and surrogate pairs. `at` is on its opening quote.
///
/// With `rewrite` it also rewrites the escapes in place, as it reads them: `into` is then a string without escapes,
/// shorter than it was in the document, which is no longer JSON at this place. `json_document` hands the document over as
/// mutable `char*` for this purpose.
[[gnu::noinline]] inline errc scan_json_string(json_cursor& c, json_text& into, bool rewrite) noexcept {
    const char* const start = c.at++;
    char* out = nullptr;        // null: no escape yet; the end of the rewritten text
    const char* run = nullptr;  // the bytes from here to `at` have to be moved there; null where nothing is rewritten
    for (;;) {
        c.at = skip_plain_text(c.at, c.end, c.checked);
        if (c.at == c.end) return errc::bad_json;
        if (*c.at != '"' && *c.at != '\\') {
            const std::size_t size = utf8_sequence(c.at, c.end);
            if (size == 0) return json_fault(c, errc::bad_string);
            c.at += size;
            continue;
        }
        if (run != nullptr) {
            const auto size = static_cast<std::size_t>(c.at - run);
            std::memmove(out, run, size);
            out += size;
        }
        if (*c.at == '"') break;
        if (out == nullptr) out = const_cast<char*>(c.at);
        do {  // escapes often follow each other
            const std::uint32_t point = read_escape(c.at, c.end);
            if (point == no_point) return c.at == c.end ? errc::bad_json : json_fault(c, errc::bad_string);
            if (rewrite) out += write_utf8(point, out);
        } while (c.on('\\'));
        if (rewrite) run = c.at;
    }
    const char* end = ++c.at;
    if (run != nullptr) {
        *out++ = '"';
        end = out;
    }
    into = json_text{{start, static_cast<std::size_t>(end - start)}, out != nullptr && run == nullptr};
    return errc::ok;
}

/// Moves over digits; false if there is none.
[[gnu::noinline]] inline bool skip_json_digits(json_cursor& c) noexcept {
    const char* const start = c.at;
    while (c.at != c.end && ascii::is_digit(*c.at)) ++c.at;
    return c.at != start;
}

/// A number (RFC 8259 section 6). `at` is on its minus or first digit.
[[gnu::noinline]] inline errc scan_json_number(json_cursor& c) noexcept {
    c.skip('-');
    bool good = c.skip('0') || skip_json_digits(c);
    if (good && c.skip('.')) good = skip_json_digits(c);
    if (good && (c.skip('e') || c.skip('E'))) {
        if (!c.skip('+')) c.skip('-');
        good = skip_json_digits(c);
    }
    return good && at_json_delimiter(c) ? errc::ok : json_fault(c, errc::bad_number);
}

/// The answer of a reader that is asked for another kind than the value has. Consumes nothing.
[[gnu::cold]] inline errc json_refusal(const json_cursor& c) noexcept {
    const bool is_value = c.at != c.end && ascii::is_one_of(*c.at, "\"{[tfn-0123456789");
    return is_value ? errc::wrong_kind : json_fault(c, errc::bad_json);
}

// The functions of a reader for each kind of scalar.

inline errc read_json_string(json_cursor& c, json_text& into, bool rewrite) noexcept {
    return c.on('"') ? scan_json_string(c, into, rewrite) : json_refusal(c);
}

inline errc read_json_number(json_cursor& c, std::string_view& into) noexcept {
    if (!c.on('-') && (c.at == c.end || !ascii::is_digit(*c.at))) return json_refusal(c);
    const char* const start = c.at;
    const errc code = scan_json_number(c);
    if (code == errc::ok) into = {start, static_cast<std::size_t>(c.at - start)};
    return code;
}

/// "true", "false" or "null".
[[gnu::noinline]] inline errc read_json_literal(json_cursor& c, const char* expected) noexcept {
    if (!c.on(*expected)) return json_refusal(c);
    for (; *expected != 0; ++expected, ++c.at)
        if (!c.on(*expected)) return json_fault(c, errc::bad_json);
    return at_json_delimiter(c) ? errc::ok : json_fault(c, errc::bad_json);
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
