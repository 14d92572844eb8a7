// superoffice/http/detail/content_coding.hpp - whether a Content-Encoding means that nothing was encoded.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_CONTENT_CODING_HPP
#define SUPEROFFICE_HTTP_DETAIL_CONTENT_CODING_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The elements of a Content-Encoding (RFC 9110 section 8.4) that mean that nothing was encoded: "identity", "none", and the
/// names of character sets, which some servers write into this header by mistake.
inline constexpr const char* plain_codings = "identity none utf-8 utf8 us-ascii iso-8859-1 ";

/// Whether an element, which may be empty, means that nothing was encoded.
constexpr bool is_plain_element(std::string_view coding) noexcept {
    return coding.empty() || ascii::index_of_word(plain_codings, coding) >= 0;
}

/// The same for every element.
constexpr bool is_plain_coding(std::string_view list) noexcept {
    for (std::string_view coding; ascii::take_element(list, coding);)
        if (!is_plain_element(coding)) return false;
    return true;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
