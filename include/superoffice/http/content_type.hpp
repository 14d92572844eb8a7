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

namespace detail {

/// How a body is written, as the letter in front of its media type.
enum class body_form : char { json = 'j', form = 'f', xml = 'x' };

/// A media type, and how a body of that type is written. Each one is a constant of its own: a program contains only
/// those that it uses, and no table of all.
class media {
  public:
    /// `text` is the letter of a `body_form`, then the media type.
    explicit constexpr media(const char* text) noexcept : text_(text) {}

    [[nodiscard]] constexpr body_form written_as() const noexcept { return static_cast<body_form>(*text_); }
    [[nodiscard]] constexpr const char* name() const noexcept { return text_ + 1; }

    friend constexpr bool operator==(media a, media b) noexcept {
        return std::string_view{a.text_} == std::string_view{b.text_};
    }

  private:
    const char* text_;
};

}  // namespace detail

/// The media type of a request's body: the seven types of the reference page. The two patch types carry plain JSON here;
/// the reference lists them for every call. XML needs `xml_reader` of <superoffice/xml.hpp>.
struct request_type : detail::media {
    static const request_type json, text_json, json_patch, merge_patch, form, xml, text_xml;
};
inline constexpr request_type request_type::json{detail::media{"japplication/json"}},
    request_type::text_json{detail::media{"jtext/json"}},
    request_type::json_patch{detail::media{"japplication/json-patch+json"}},
    request_type::merge_patch{detail::media{"japplication/merge-patch+json"}},
    request_type::form{detail::media{"fapplication/x-www-form-urlencoded"}},
    request_type::xml{detail::media{"xapplication/xml"}}, request_type::text_xml{detail::media{"xtext/xml"}};

/// The media type that a reply is asked for: the six types of the reference page.
struct reply_type : detail::media {
    static const reply_type json, text_json, json_patch, merge_patch, xml, text_xml;
};
inline constexpr reply_type reply_type::json{request_type::json}, reply_type::text_json{request_type::text_json},
    reply_type::json_patch{request_type::json_patch}, reply_type::merge_patch{request_type::merge_patch},
    reply_type::xml{request_type::xml}, reply_type::text_xml{request_type::text_xml};

namespace detail {

constexpr bool is_xml(media type) noexcept { return type.written_as() == body_form::xml; }

/// How a body is read.
enum class content_kind : std::uint8_t { other, json, xml, unknown };

/// The kind of a media type without parameters (RFC 9110 section 8.3.1, RFC 6839 for the suffixes).
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

/// The media type as it goes on the wire. Takes a `request_type` or a `reply_type`.
[[nodiscard]] constexpr std::string_view media_type(detail::media type) noexcept { return type.name(); }

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
