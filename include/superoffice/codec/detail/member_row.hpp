// superoffice/codec/detail/member_row.hpp - one member of a described struct as data: its name, and what reads its value.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_MEMBER_ROW_HPP
#define SUPEROFFICE_CODEC_DETAIL_MEMBER_ROW_HPP

#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Reads a value that is not null into the member at `into`, whose type the function knows.
template <class Value>
using member_function = errc (*)(Value& value, void* into, decode_state& state) noexcept;

/// The form in which a reader compares names: `Value::row_key` where it offers shortcuts, else nothing.
struct no_row_key {
    explicit constexpr no_row_key(std::string_view) noexcept {}
};
template <class Value>
struct row_key_of {
    using type = no_row_key;
};
template <json_shortcuts Value>
struct row_key_of<Value> {
    using type = typename Value::row_key;
};

/// How a member takes null.
enum class null_meaning : std::uint8_t {
    of_field,  ///< the decoder sets the state, which is the first byte of a field
    nothing,   ///< the member is left alone
    own,       ///< the member's function is called for null, too
};

/// The text of a row: its `null_meaning`, the size of the name, and the name. (As members of the row, the first two would
/// take a whole word.)
template <std::size_t Size>
struct row_text {
    char bytes[2 + Size]{};
};

template <class Value>
struct member_row {
    const char* text;  ///< of a `row_text`
    member_function<Value> read_into;
    [[no_unique_address]] typename row_key_of<Value>::type key;

    [[nodiscard]] constexpr null_meaning null() const noexcept { return static_cast<null_meaning>(text[0]); }
    [[nodiscard]] constexpr std::string_view name() const noexcept {
        return {text + 2, static_cast<unsigned char>(text[1])};
    }
};

/// Reads the value by the member's codec. There is one function for each type of member, however many members have it.
template <class M, class Value>
errc read_value(Value& value, void* into, decode_state& state) noexcept {
    return codec<M>::decode(value, *static_cast<M*>(into), state);
}
/// The value of a field<T>, whose state the decoder sets.
template <class T, class Value>
errc read_field(Value& value, void* into, decode_state& state) noexcept {
    return codec<T>::decode(value, field_parts::value(*static_cast<field<T>*>(into)), state);
}
/// The same for a type to which null means something of its own.
template <class M, class Value>
errc read_value_or_null(Value& value, void* into, decode_state& state) noexcept {
    M& member = *static_cast<M*>(into);
    if (!value.on('n')) return codec<M>::decode(value, member, state);
    const errc e = value.null();
    if (e == errc::ok) codec<M>::set_null(member);
    return e;
}

template <class M>
consteval null_meaning null_meaning_of() {
    if (requires { typename codec<M>::value_in_field; }) return null_meaning::of_field;
    return requires(M& member) { codec<M>::set_null(member); } ? null_meaning::own : null_meaning::nothing;
}

/// The text of a member of type M, which D describes.
template <class D, class M>
consteval auto make_row_text() {
    constexpr std::string_view name = name_of<D>;
    static_assert(name.size() <= 0xFF, "superoffice: a decoded member's name has at most 255 bytes");
    row_text<name.size()> made;
    made.bytes[0] = static_cast<char>(null_meaning_of<M>());
    made.bytes[1] = static_cast<char>(name.size());
    for (std::size_t n = 0; n != name.size(); ++n) made.bytes[2 + n] = name[n];
    return made;
}
template <class D, class M>
inline constexpr auto text_of_row = make_row_text<D, M>();

/// Reads a value that is not null into a member of type M.
template <class Value, class M>
consteval member_function<Value> function_of_row() {
    if constexpr (requires { typename codec<M>::value_in_field; })
        return &read_field<typename codec<M>::value_in_field, Value>;
    else if constexpr (requires(M& member) { codec<M>::set_null(member); })
        return &read_value_or_null<M, Value>;
    else
        return &read_value<M, Value>;
}

/// The row of a member of type M, which D describes.
template <class Value, class D, class M>
consteval member_row<Value> make_row() {
    return {.text = text_of_row<D, M>.bytes,
            .read_into = function_of_row<Value, M>(),
            .key = typename row_key_of<Value>::type{name_of<D>}};
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
