// superoffice/http/content_type.hpp - the media types of requests and replies.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_CONTENT_TYPE_HPP
#define SUPEROFFICE_HTTP_CONTENT_TYPE_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The media type of a request's body: the seven types of the reference page. The two patch types carry plain JSON here;
/// the reference lists them for every call. XML needs `xml_reader` of <superoffice/xml.hpp>.
enum class request_type : std::uint8_t { json, text_json, json_patch, merge_patch, form, xml, text_xml };

/// The media type that a reply is asked for: the six types of the reference page.
enum class reply_type : std::uint8_t { json, text_json, json_patch, merge_patch, xml, text_xml };

namespace detail {

/// For both: a reply can be asked for as any of them except a form.
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
    return static_cast<std::size_t>(type) + (is_xml(type) ? 1 : 0);  // skips the form
}

/// How a body is read.
enum class content_kind : std::uint8_t { other, json, xml, unknown };

/// By a media type without parameters (RFC 9110 section 8.3.1, RFC 6839 for the suffixes).
constexpr content_kind kind_of_media(std::string_view media) noexcept {
    if (media.empty()) return content_kind::unknown;
    const std::size_t slash = ascii::find(media, '/');
    std::size_t tail = media.size();
    while (tail > 0 && media[tail - 1] != '/' && media[tail - 1] != '+') --tail;
    // A suffix ends a subtype, and without a slash there is none.
    if (slash >= tail || ascii::is_word("xhtml+xml ", ascii::from(media, slash + 1)) ||
        (media[tail - 1] == '/' && ascii::index_of_word("application text ", ascii::first(media, tail - 1)) < 0))
        return content_kind::other;
    return static_cast<content_kind>(ascii::index_of_word("json xml ", ascii::from(media, tail)) + 1);
}

/// By the media type of a Content-Type alone: the parameters are not looked at, since the only one that is ever sent is
/// charset=utf-8. Some servers name the type twice, "application/json, application/json"; a list of equal kinds counts as
/// one (RFC 9110 section 8.3), and any other list is `other`.
constexpr content_kind content_kind_of(std::string_view content_type) noexcept {
    // A comma between quotes separates nothing; a type with quotes is not taken for a list.
    const bool may_be_list = ascii::find(content_type, '"') == content_type.size();
    for (content_kind kind = content_kind::unknown, first = kind;; first = kind) {
        const std::size_t end = may_be_list ? ascii::find(content_type, ',') : content_type.size();
        const std::string_view element = ascii::first(content_type, end);
        kind = kind_of_media(ascii::trim(ascii::first(element, ascii::find(element, ';'))));
        if (first != content_kind::unknown && kind != first) return content_kind::other;
        if (end == content_type.size()) return kind;
        content_type = ascii::from(content_type, end + 1);
    }
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
