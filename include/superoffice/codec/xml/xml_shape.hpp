// superoffice/codec/xml/xml_shape.hpp - how the text of an XML element is read, by the described type that it becomes.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_XML_XML_SHAPE_HPP
#define SUPEROFFICE_CODEC_XML_XML_SHAPE_HPP

#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/select.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/flags.hpp>
#include <superoffice/schema/string_map.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// XML has elements and text only; JSON knows more kinds. Which one an element is written as depends on its type.
enum class xml_kind : std::uint8_t {
    text,     ///< a string, as it stands
    date,     ///< a string without the white space around it
    code,     ///< an enumerator's name, or its number
    flags,    ///< names, or their number
    number,   ///< an integer
    boolean,  ///< true or false
    object,   ///< a described struct
    map,      ///< free keys
    any,      ///< a string, or an object where it holds elements: for `json_text`, and for types of the program
};

/// A type as data, so that the rewriting is compiled once and not for each struct. Constants, made by the compiler.
struct xml_shape {
    xml_kind kind = xml_kind::any;
    std::span<const std::string_view> names;     ///< object: of its members
    std::span<const xml_shape* const> children;  ///< object: of its members, in the same order; map: of any value
};

/// The kind of each class template of the schema; `any` for all other types.
template <class T>
inline constexpr xml_kind xml_kind_of_template = xml_kind::any;
template <class E>
inline constexpr xml_kind xml_kind_of_template<coded<E>> = xml_kind::code;
template <class E>
inline constexpr xml_kind xml_kind_of_template<flags<E>> = xml_kind::flags;
template <class Value>
inline constexpr xml_kind xml_kind_of_template<basic_map<Value>> = xml_kind::map;

template <class T>
consteval xml_kind xml_kind_of() {
    if constexpr (is_described_struct<T>)
        return xml_kind::object;
    else if constexpr (std::same_as<T, bool>)
        return xml_kind::boolean;
    else if constexpr (std::integral<T>)
        return xml_kind::number;
    else if constexpr (is_described_enum<T>)
        return xml_kind::code;
    else if constexpr (std::same_as<T, date_time> || is_time_point<T>)
        return xml_kind::date;
    else if constexpr (is_text<T>)
        return xml_kind::text;
    else
        return xml_kind_of_template<T>;
}

template <class T>
struct xml_children {
    static constexpr std::array<std::string_view, 0> names{};
    static constexpr std::array<const xml_shape*, 0> shapes{};
};

/// The shape of a T: the only one, compared by address.
template <class T>
inline constexpr xml_shape xml_shape_of{xml_kind_of<T>(), xml_children<T>::names, xml_children<T>::shapes};

template <class T>
    requires is_described_struct<T>
struct xml_children<T> {
    static constexpr auto& names = member_names<T>;
    static constexpr auto shapes = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<const xml_shape*, sizeof...(I)>{&xml_shape_of<bare_t<member_type<T, I>>>...};
    }(std::make_index_sequence<member_count<T>>{});
};

template <class Value>
struct xml_children<basic_map<Value>> {
    static constexpr std::array<std::string_view, 0> names{};
    static constexpr std::array<const xml_shape*, 1> shapes{&xml_shape_of<Value>};
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
