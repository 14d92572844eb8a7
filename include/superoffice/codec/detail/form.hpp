// superoffice/codec/detail/form.hpp - a described struct as an HTML form: Id=497.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_FORM_HPP
#define SUPEROFFICE_CODEC_DETAIL_FORM_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A form has no nesting and no null: numbers, bools and texts only. A field of one of these that holds no value is left out.
template <class T>
inline constexpr bool is_form_member =
    std::integral<T> || (std::is_class_v<T> && std::convertible_to<const T&, std::string_view>);
template <class T>
inline constexpr bool is_form_member<field<T>> = is_form_member<T>;

template <class T, template <class...> class List, class... D>
consteval bool are_form_members(List<D...>*) {
    return (true && ... && is_form_member<pointed_to<T, D>>);
}
template <class T>
inline constexpr bool is_form = are_form_members<T>(static_cast<members_of<T>*>(nullptr));

/// application/x-www-form-urlencoded: all but letters, digits and *-._ as %XX, a space as plus (URL Standard section
/// 5.2).
/// Characters that stand for themselves.
constexpr bool is_form_character(char c) noexcept { return ascii::is_alphanumeric_or(c, "*-._"); }
consteval bool is_form_text(std::string_view text) noexcept {
    for (const char c : text)
        if (!is_form_character(c)) return false;
    return true;
}

constexpr void write_form_text(json_writer& out, std::string_view text) noexcept {
    constexpr char hex[] = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_form_character(c)) {
            out.put(c);
        } else if (c == ' ') {
            out.put('+');
        } else {
            out.put('%');
            out.put(hex[byte >> 4]);
            out.put(hex[byte & 15]);
        }
    }
}

template <class M>
constexpr void write_form_value(json_writer& out, const M& member) noexcept {
    if constexpr (std::same_as<M, bool>)
        out.raw(member ? "true" : "false");
    else if constexpr (std::integral<M>)
        out.number(member);
    else
        write_form_text(out, member);
}
template <class M>
constexpr void write_form_value(json_writer& out, const field<M>& member) noexcept {
    write_form_value(out, *member);
}

template <class M>
constexpr bool is_left_out(const M&) noexcept {
    return false;
}
template <class M>
constexpr bool is_left_out(const field<M>& member) noexcept {
    return !member.has_value();
}

/// Name=value for each member that has a value, joined by '&'.
template <class T>
    requires is_form<T>
constexpr void write_form(json_writer& out, const T& value) noexcept {
    bool first = true;
    for_each_member<T>([&](auto index) {
        const auto& member = value.*member_pointer<T, index>;
        if (is_left_out(member)) return;
        if (!first) out.put('&');
        first = false;
        if constexpr (is_form_text(member_names<T>[index]))
            out.raw(member_names<T>[index]);
        else
            write_form_text(out, member_names<T>[index]);
        out.put('=');
        write_form_value(out, member);
    });
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
