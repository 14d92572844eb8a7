// superoffice/codec/detail/member_row.hpp - one member of a described struct as data: its name, and what reads its value.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_MEMBER_ROW_HPP
#define SUPEROFFICE_CODEC_DETAIL_MEMBER_ROW_HPP

#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/reader.hpp>
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

template <class Value>
struct member_row {
    static constexpr std::uint32_t is_plain = 0;           ///< no field: null leaves it alone
    static constexpr std::uint32_t reads_null = 0xFFFFFF;  ///< `read` is called for null, too
    static constexpr std::uint32_t longest_value = reads_null - 1, longest_name = 0xFF;

    const char* text;
    member_function<Value> read_into;
    std::uint32_t
        value_size : 24;  ///< of a field: its state stands so many bytes behind the value; or one of the above
    std::uint32_t text_size : 8;
    [[no_unique_address]] typename row_key_of<Value>::type key;

    [[nodiscard]] constexpr std::string_view name() const noexcept { return {text, std::size_t{text_size}}; }
};

/// Reads the value by the member's codec. There is one function for each type of member, however many members have it.
template <class M, class Value>
errc read_value(Value& value, void* into, decode_state& state) noexcept {
    return codec<M>::decode(value, *static_cast<M*>(into), state);
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

/// The row of a member of type M.
template <class Value, class M>
consteval member_row<Value> make_row(std::string_view name) {
    member_row<Value> row{.text = name.data(),
                          .read_into = nullptr,
                          .value_size = row.is_plain,
                          .text_size = static_cast<std::uint8_t>(name.size()),
                          .key = typename row_key_of<Value>::type{name}};
    if constexpr (requires { typename codec<M>::value_in_field; }) {
        using held = typename codec<M>::value_in_field;
        static_assert(sizeof(held) <= row.longest_value, "superoffice: a decoded member has less than 16 MB");
        row.read_into = &read_value<held, Value>;
        row.value_size = sizeof(held);
    } else if constexpr (requires(M& member) { codec<M>::set_null(member); }) {
        row.read_into = &read_value_or_null<M, Value>;
        row.value_size = row.reads_null;
    } else {
        row.read_into = &read_value<M, Value>;
    }
    return row;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
