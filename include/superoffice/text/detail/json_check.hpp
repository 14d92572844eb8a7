// superoffice/text/detail/json_check.hpp - checks a JSON value of any kind byte by byte, and moves behind it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TEXT_DETAIL_JSON_CHECK_HPP
#define SUPEROFFICE_TEXT_DETAIL_JSON_CHECK_HPP

#include <superoffice/base/errc.hpp>
#include <superoffice/text/detail/json_scan.hpp>
#include <superoffice/text/json_kind.hpp>
#include <superoffice/text/json_text.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A string, a number or a literal; refuses everything else.
[[gnu::noinline]] inline errc check_json_scalar(json_cursor& c) noexcept {
    json_text text;
    switch (json_kind_at(c)) {
        case json_kind::string: return scan_json_string(c, text, false);
        case json_kind::number: return scan_json_number(c);
        case json_kind::boolean: return read_json_literal(c, c.on('t') ? "true" : "false");
        default: return read_json_literal(c, "null");  // this refuses everything else
    }
}

/// A member's key, its colon and the white space around the colon.
inline errc read_json_key(json_cursor& c, json_text& into) noexcept {
    if (!c.on('"')) return json_fault(c, errc::bad_json);
    const errc code = scan_json_string(c, into, false);
    if (code != errc::ok) return code;
    if (!c.on(':')) skip_json_space(c);
    if (!c.skip(':')) return json_fault(c, errc::bad_json);
    skip_json_space(c);
    return errc::ok;
}

/// Reads the whole value that begins here; `depth` containers are open around it. `compact_reader` skips a value with this
/// function. `simdjson_reader` uses it to find the fault in a document that simdjson has refused. Cold, so that it is
/// compiled for size: the time goes into the strings.
[[gnu::cold]] inline errc check_json_value(json_cursor& c, std::size_t depth) noexcept {
    static_assert(json_max_depth <= 32, "one bit for each level");
    std::uint32_t objects = 0;  // bit 0: the innermost container that was entered here is an object
    const std::size_t outside = depth;
    for (;;) {
        const bool object = c.on('{');
        bool opened = object || c.on('[');
        if (opened) {
            if (depth == json_max_depth) return errc::too_deep;
            ++depth;
            objects = objects << 1 | object;
            ++c.at;
        } else if (const errc code = check_json_scalar(c); code != errc::ok) {
            return code;
        }
        for (;; ++c.at) {  // over closing brackets
            if (depth == outside) return errc::ok;
            skip_json_space(c);
            if (!c.on((objects & 1) != 0 ? '}' : ']')) break;
            opened = false;
            objects >>= 1;
            --depth;
        }
        if (!opened) {
            if (!c.skip(',')) return json_fault(c, errc::bad_json);
            skip_json_space(c);
        }
        json_text key;
        if ((objects & 1) != 0)
            if (const errc code = read_json_key(c, key); code != errc::ok) return code;
    }
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
