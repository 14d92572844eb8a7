// superoffice/content_type.hpp - the media types that the call may be spoken in.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CONTENT_TYPE_HPP
#define SUPEROFFICE_CONTENT_TYPE_HPP

#include <superoffice/detail/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// What a request's body may be sent as: the seven types of the reference page. The two patch types carry plain JSON
/// here; they are listed for every call alike. XML needs `xml_reader` of <superoffice/xml.hpp>.
enum class request_type : std::uint8_t { json, text_json, json_patch, merge_patch, form, xml, text_xml };

/// What a reply may be asked for: the six types of the reference page.
enum class reply_type : std::uint8_t { json, text_json, json_patch, merge_patch, xml, text_xml };

namespace detail {

inline constexpr std::string_view request_media_types[] = {"application/json",
                                                           "text/json",
                                                           "application/json-patch+json",
                                                           "application/merge-patch+json",
                                                           "application/x-www-form-urlencoded",
                                                           "application/xml",
                                                           "text/xml"};

inline constexpr std::string_view reply_media_types[] = {
    "application/json", "text/json", "application/json-patch+json", "application/merge-patch+json",
    "application/xml",  "text/xml"};

constexpr bool is_xml(request_type type) noexcept { return type >= request_type::xml; }
constexpr bool is_xml(reply_type type) noexcept { return type >= reply_type::xml; }

/// What a body is to be read as.
enum class content_kind : std::uint8_t { unknown, json, xml, other };

constexpr bool ends_with_ignoring_case(std::string_view text, std::string_view tail) noexcept {
    return text.size() > tail.size() && ascii::equal_ignoring_case(text.substr(text.size() - tail.size()), tail);
}

/// By a Content-Type's media type alone (RFC 9110 section 8.3.1, RFC 6839 for the suffixes); its parameters, of which
/// only charset=utf-8 is ever sent, are not looked at.
constexpr content_kind content_kind_of(std::string_view content_type) noexcept {
    const std::string_view media = ascii::trim(content_type.substr(0, content_type.find(';')));
    const auto is = [media](std::string_view type) { return ascii::equal_ignoring_case(media, type); };
    if (media.empty()) return content_kind::unknown;
    if (is("application/json") || is("text/json") || ends_with_ignoring_case(media, "+json")) return content_kind::json;
    if (is("application/xml") || is("text/xml") || ends_with_ignoring_case(media, "+xml")) return content_kind::xml;
    return content_kind::other;
}

}  // namespace detail

/// The media type as it goes on the wire.
[[nodiscard]] constexpr std::string_view media_type(request_type type) noexcept {
    return detail::request_media_types[static_cast<std::size_t>(type)];
}
[[nodiscard]] constexpr std::string_view media_type(reply_type type) noexcept {
    return detail::reply_media_types[static_cast<std::size_t>(type)];
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
