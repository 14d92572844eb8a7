// superoffice/http/content_type.hpp - the media types that the call may be spoken in.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_CONTENT_TYPE_HPP
#define SUPEROFFICE_HTTP_CONTENT_TYPE_HPP

#include <superoffice/base/detail/ascii.hpp>

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

/// Of both: a reply is asked for as any of them but a form.
inline constexpr const char* media_types[] = {"application/json",
                                              "text/json",
                                              "application/json-patch+json",
                                              "application/merge-patch+json",
                                              "application/x-www-form-urlencoded",
                                              "application/xml",
                                              "text/xml"};

constexpr bool is_xml(request_type type) noexcept { return type >= request_type::xml; }
constexpr bool is_xml(reply_type type) noexcept { return type >= reply_type::xml; }

constexpr std::size_t media_index(request_type type) noexcept { return static_cast<std::size_t>(type); }
constexpr std::size_t media_index(reply_type type) noexcept {
    return static_cast<std::size_t>(type) + (is_xml(type) ? 1 : 0);  // the form is passed over
}

/// What a body is to be read as.
enum class content_kind : std::uint8_t { unknown, json, xml, other };

/// By a Content-Type's media type alone (RFC 9110 section 8.3.1, RFC 6839 for the suffixes); its parameters, of which
/// only charset=utf-8 is ever sent, are not looked at.
constexpr content_kind content_kind_of(std::string_view content_type) noexcept {
    const std::string_view media = ascii::trim(ascii::first(content_type, ascii::find(content_type, ';')));
    if (media.empty()) return content_kind::unknown;
    std::size_t tail = media.size();
    while (tail > 0 && media[tail - 1] != '/' && media[tail - 1] != '+') --tail;
    bool known = ascii::find(media, '/') < tail;  // a suffix ends a subtype, and without a slash there is none
    if (known && media[tail - 1] == '/')
        known = ascii::index_of_word("application text ", ascii::first(media, tail - 1)) >= 0;
    if (!known || ascii::is_word("xhtml+xml ", ascii::from(media, ascii::find(media, '/') + 1)))
        return content_kind::other;
    switch (ascii::index_of_word("json xml ", ascii::from(media, tail))) {
        case 0: return content_kind::json;
        case 1: return content_kind::xml;
        default: break;
    }
    return content_kind::other;
}

}  // namespace detail

/// The media type as it goes on the wire.
[[nodiscard]] constexpr std::string_view media_type(request_type type) noexcept {
    return detail::media_types[detail::media_index(type)];
}
[[nodiscard]] constexpr std::string_view media_type(reply_type type) noexcept {
    return detail::media_types[detail::media_index(type)];
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
