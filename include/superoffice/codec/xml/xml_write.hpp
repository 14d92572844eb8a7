// superoffice/codec/xml/xml_write.hpp - a described struct as an XML document, named like the struct and its members.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_XML_XML_WRITE_HPP
#define SUPEROFFICE_CODEC_XML_XML_WRITE_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/select.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/codec/xml/xml_shape.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The name of a type, without namespaces, in what a compiler writes about the function `type_name` for that type:
///     g++    "... type_name() [with T = a::b; std::string_view = ...]"
///     clang  "... type_name() [T = a::b]"
///     cl     "... type_name<struct a::b>(void)"
constexpr std::string_view type_name_in(std::string_view text) noexcept {
    constexpr std::string_view in_angles = "type_name<";
    if (text.find("T = ") != text.npos) {
        text = ascii::first(text, text.find_first_of(";]"));
    } else {
        text = ascii::from(text, text.find(in_angles) + in_angles.size());
        text = ascii::first(text, text.rfind(">("));
    }
    return ascii::from(text, text.find_last_of(": ") + 1);  // npos + 1 is 0
}

/// T's own name without its namespaces, as the compiler spells it: a description holds the members' names only.
template <class T>
consteval std::string_view type_name() {
#if defined(_MSC_VER) && !defined(__clang__)
    return type_name_in(__FUNCSIG__);
#else
    return type_name_in(__PRETTY_FUNCTION__);
#endif
}

consteval bool is_identifier(std::string_view text) {
    for (const char c : text)
        if (!ascii::is_digit(c) && c != '_' && !(ascii::to_lower(c) >= 'a' && ascii::to_lower(c) <= 'z')) return false;
    return !text.empty();
}

/// Types that can be written. Not maps (it is unknown how the service expects them in XML), and not JSON text.
template <class T>
consteval bool is_xml_writable() {
    if constexpr (is_described_struct<T>)
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (true && ... && is_xml_writable<bare_t<member_type<T, I>>>());
        }(std::make_index_sequence<member_count<T>>{});
    else
        return xml_kind_of<T>() != xml_kind::map && xml_kind_of<T>() != xml_kind::any;
}

/// The five characters of markup as entities; a carriage return as a reference, or else it would arrive as a line feed.
/// XML 1.0 cannot hold the other control characters, not even as references: a U+FFFD stands for each.
constexpr void write_xml_text(json_writer& out, std::string_view text) noexcept {
    for (const char c : text) {
        switch (c) {
            case '&': out.raw("&amp;"); break;
            case '<': out.raw("&lt;"); break;
            case '>': out.raw("&gt;"); break;
            case '"': out.raw("&quot;"); break;
            case '\'': out.raw("&apos;"); break;
            case '\r': out.raw("&#13;"); break;
            case '\t':
            case '\n': out.put(c); break;
            default:
                if (static_cast<unsigned char>(c) < 0x20)
                    out.raw("\xEF\xBF\xBD");
                else
                    out.put(c);
        }
    }
}

template <class T>
constexpr void write_xml_members(json_writer& out, const T& value) noexcept;

template <class T>
constexpr void write_xml_value(json_writer& out, const T& value) noexcept {
    constexpr xml_kind kind = xml_kind_of<T>();
    if constexpr (kind == xml_kind::object) {
        write_xml_members(out, value);
    } else if constexpr (kind == xml_kind::boolean) {
        out.raw(value ? "true" : "false");
    } else if constexpr (kind == xml_kind::number) {
        out.number(value);
    } else if constexpr (is_described_enum<T>) {
        write_xml_value(out, coded<T>{value});
    } else if constexpr (kind == xml_kind::text) {
        write_xml_text(out, std::string_view{value});
    } else {
        const bool bare = value.text().empty();  // a number that E has no name for
        if constexpr (kind == xml_kind::code)
            if (bare && value.number() != 0) return out.number(value.number());
        if constexpr (kind == xml_kind::flags)
            if (bare && value.bits() != 0) return out.number(value.bits());
        write_xml_text(out, value.text());
    }
}

/// One element; none for an absent field, an empty one that says so for null.
template <class T>
constexpr void write_xml_element(json_writer& out, std::string_view name, const T& value) noexcept {
    out.put('<');
    out.raw(name);
    out.put('>');
    write_xml_value(out, value);
    out.raw("</");
    out.raw(name);
    out.put('>');
}
template <class T>
constexpr void write_xml_element(json_writer& out, std::string_view name, const field<T>& value) noexcept {
    if (value.has_value()) return write_xml_element(out, name, *value);
    if (!value.is_null()) return;
    out.put('<');
    out.raw(name);
    out.raw(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>");
}

template <class T>
constexpr void write_xml_members(json_writer& out, const T& value) noexcept {
    for_each_member<T>([&](auto index) {
        const auto& member = value.*member_pointer<T, index>;
        using type = member_type<T, index>;
        constexpr std::string_view name = member_names<T>[index];
        if constexpr (requires { static_cast<const field<bare_t<type>>&>(member); })
            write_xml_element(out, name, static_cast<const field<bare_t<type>>&>(member));
        else if constexpr (requires { codec<type>::is_absent(member); })  // std::optional
            write_xml_element(out, name, member.has_value() ? field<bare_t<type>>{*member} : field<bare_t<type>>{});
        else
            write_xml_element(out, name, member);
    });
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
