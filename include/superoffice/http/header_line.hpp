// superoffice/http/header_line.hpp - walks over header lines, one at a time.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_HEADER_LINE_HPP
#define SUPEROFFICE_HTTP_HEADER_LINE_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A head with more header lines than this is refused.
inline constexpr std::size_t max_header_lines = 128;

/// One header line: views into the memory of the head.
struct header_line {
    std::string_view name;   ///< as it was sent
    std::string_view value;  ///< without the white space around it
};

/// Takes the next header line from the start of `rest`, which is `reply_head::fields`, `http_request::fields`, or what an
/// earlier call left of them. False when there is none. The lines were checked when they arrived and are not checked again.
constexpr bool next_header(std::string_view& rest, header_line& line) noexcept {
    namespace ascii = detail::ascii;
    const std::size_t end = ascii::find(rest, '\n');
    if (end == rest.size()) return false;
    std::string_view text = ascii::first(rest, end);
    const std::size_t colon = ascii::find(text, ':');
    if (colon == end) return false;
    if (text.back() == '\r') text.remove_suffix(1);
    line = {ascii::first(text, colon), ascii::trim(ascii::from(text, colon + 1))};
    rest = ascii::from(rest, end + 1);
    return true;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
