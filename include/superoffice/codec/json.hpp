// superoffice/codec/json.hpp - decode<T> and encode: described structs from JSON and back, without allocating.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_JSON_HPP
#define SUPEROFFICE_CODEC_JSON_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/default_reader.hpp>
#include <superoffice/codec/detail/json_decode.hpp>
#include <superoffice/codec/detail/member_table.hpp>
#include <superoffice/codec/reader.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/schema/detail/describe.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

template <class T, class M>
consteval bool is_const(M T::*) {
    return std::is_const_v<M>;
}

/// Stops the compiler where a described struct holds a type that cannot be decoded. The member at fault is the template
/// argument: compilers print `&my_struct::my_member`.
template <auto Member, class T>
struct decodable_member {
    static constexpr bool value = has_codec<T> && !is_const(Member);
    static_assert(value,
                  "superoffice: this member's type cannot be decoded: use, without const, field<T>, a plain integer, "
                  "bool, a described "
                  "enum or struct, std::string_view, fixed_text<N>, coded<E>, flags<E>, date_time, string_map or "
                  "json_text; std::string and std::optional need <superoffice/std_types.hpp>");
};

// Looks at the whole list at once: for each `member_pointer<T, I>` the compiler would search it anew.
template <class T, template <class...> class List, class... D>
consteval bool are_decodable(List<D...>*) {
    return (true && ... && decodable_member<D::pointer, pointed_to<T, D>>::value);
}

template <class T>
consteval bool is_decodable() {
    return sizeof(described_struct<T>) != 0 && are_decodable<T>(static_cast<members_of<T>*>(nullptr));
}

/// What a document can be besides a described struct: a value by itself.
template <class T>
concept plain_value = has_codec<T> && !is_described_struct<T>;

template <class T>
consteval bool is_encodable() {
    if constexpr (plain_value<T>)
        return true;
    else
        return is_decodable<T>() && has_codec<T>;
}

template <class Reader>
using value_of_reader = std::remove_cvref_t<decltype(std::declval<Reader&>().root())>;

/// A whole document into `into`; members that T does not have go to `also`, if it has them.
template <class T, class Also, json_reader Reader>
error decode_document(Reader& reader, json_document document, T& into, decode_state& state, Also* also) noexcept {
    if constexpr (is_decodable<T>()) {
        using value = value_of_reader<Reader>;
        const member_table<value>& table = member_tables<T, value>::whole;
        if constexpr (std::is_void_v<Also>) {
            return decode_by_table(reader, document, table, &into, state);
        } else {
            const also_members<value> others{member_tables<Also, value>::whole, also};
            return decode_by_table(reader, document, table, &into, state, &others);
        }
    }
}
template <class T, json_reader Reader>
error decode_document(Reader& reader, json_document document, T& into, decode_state& state) noexcept {
    if constexpr (plain_value<T>)
        return decode_root(reader, document, state, [&](auto& root) noexcept {
            const char* const start = root.place();
            const errc e = codec<T>::decode(root, into, state);
            if (e != errc::ok) root.note_fault_place(start, e);
            return e;
        });
    else
        return decode_document<T, void>(reader, document, into, state, nullptr);
}

/// Text that is read again later, and therefore not rewritten. It was checked when it was taken.
template <class T>
error decode_again(std::string_view raw, T& into, escapes how) noexcept {
    compact_reader reader;
    const json_document document{const_cast<char*>(raw.data()), raw.size(), raw.size() + compact_reader::slack};
    decode_state state{.escapes = how};
    return decode_document(reader, document, into, state);
}

// A template, so that a program which reads no FieldProperties contains no decoder of them.
template <class Value>
inline const char* read_map_value(const member_cursor& at, Value& into) noexcept {
    const std::string_view rest = at.rest();
    compact_reader reader;
    decode_state state{.escapes = escapes::kept};
    into = {};
    static_cast<void>(reader.start({const_cast<char*>(rest.data()), rest.size(), rest.size()}));
    compact_reader::value value = reader.root();
    static_cast<void>(value.on('n') ? value.null() : codec<Value>::decode(value, into, state));  // checked at decode
    return value.place();
}

}  // namespace detail

namespace detail {

/// Sets a T back to what it holds when it is made. One function for all callers.
template <class T>
[[gnu::noinline]] void clear_members(void* object) noexcept {
    *static_cast<T*>(object) = T{};
}

}  // namespace detail

/// A described struct inside another.
template <class T>
    requires detail::is_described_struct<T>
struct codec<T> {
    template <json_value Value>
    static errc decode(Value& value, T& into, decode_state& state) noexcept {
        if constexpr (detail::is_decodable<T>()) {
            detail::clear_members<T>(&into);
            return detail::decode_members(value, detail::member_tables<T, Value>::whole, &into, state);
        }
    }
    static constexpr void encode(json_writer& out, const T& value) noexcept {
        out.put('{');
        bool first = true;
        detail::for_each_member<T>([&](auto index) {
            const auto& member = value.*detail::member_pointer<T, index>;
            using codec_type = codec<detail::member_type<T, index>>;
            if constexpr (requires { codec_type::is_absent(member); })
                if (codec_type::is_absent(member)) return;
            if (!first) out.put(',');
            first = false;
            out.key(detail::member_names<T>[index]);
            codec_type::encode(out, member);
        });
        out.put('}');
    }
};

/// FieldProperties: its text is kept; each property's shape is checked here, so that later looks cannot fail.
template <>
struct codec<field_property_map> {
    // Cold, so that it is compiled for size: the time goes into decode_members().
    template <json_value Value>
    [[gnu::cold]] static errc decode(Value& value, field_property_map& into, decode_state&) noexcept {
        const char* const start = value.place();
        std::string_view other;
        const errc e = value.on('{') ? value.object(property_check{}) : value.raw(other);
        if (e == errc::ok) into = field_property_map::of_checked(value.since(start));
        return e;
    }
    static constexpr void encode(json_writer& out, const field_property_map& map) noexcept {
        out.raw(map.raw().empty() ? std::string_view{"{}"} : map.raw());
    }

  private:
    struct property_check {
        template <json_value Value>
        errc operator()(json_text, Value& value) const noexcept {
            if (value.on('n')) return value.null();
            FieldProperty property;
            decode_state state{.escapes = escapes::kept};
            return detail::decode_members(value, detail::member_tables<FieldProperty, Value>::whole, &property, state);
        }
    };
};

/// Reads a whole document into a T: a described struct, or any type that may be a member of one (`decode<bool>`,
/// `decode<json_text>` for a list that is looked into later). Of a struct: members in any order, unknown ones skipped
/// (and checked), missing ones left as initialised, of duplicates the last. (A nested struct that occurs is reset to
/// the initial values of its own type first.) Text members are views into the document, whose escapes are
/// rewritten in place: a document is decoded once. Names are compared with their letter case. A document without any member
/// of T is no error: it gives the struct as initialised, its fields absent. A byte order mark is `bad_json` at
/// offset 0.
/// `examples/12_decode.cpp` shows this and `encode`, and an array of tasks.
///
/// @returns  the T, or an error of `stage::decode` with `offset` (byte in the document) and `member` (which one of
///           T's, for `member_name<T>`); `null_document` for the document `null`
/// Costs     one pass; no heap (a `simdjson_reader` allocates when it is made); stack for T and the nesting of its type
template <class T, class Reader>
    requires json_reader<std::remove_cvref_t<Reader>>
[[nodiscard]] result<T> decode(Reader&& reader, json_document document) noexcept {
    result<T> answer{T{}};
    decode_state state;
    const error e = detail::decode_document(reader, document, *answer, state);
    if (e.code != errc::ok) answer = e;
    return answer;
}

/// Writes a described struct as JSON, in the order of its description, or any type that may be a member of one; absent
/// fields are left out, null ones written. Texts have to be UTF-8, which those of a decoded struct are: it is not checked.
///
/// @returns  what was written, in `into`; or `memory_too_small`, with `needed()` saying how many bytes it takes
/// Costs     one pass; no heap
template <class T>
[[nodiscard]] result<std::string_view> encode(const T& value, std::span<char> into) noexcept {
    json_writer out{into};
    if constexpr (detail::is_encodable<T>()) codec<T>::encode(out, value);
    if (out.fits()) return out.text();
    return detail::refused_request(errc::memory_too_small, out.size());
}

/// The name of the member that an error of a decode is about; empty when it is about none. A constant.
template <class T>
[[nodiscard]] constexpr std::string_view member_name([[maybe_unused]] const error& e) noexcept {
    if constexpr (detail::plain_value<T>)
        return {};
    else {
        const std::size_t number = e.member_number();
        const bool names_one = number != 0 && number <= detail::member_count<T>;
        return names_one ? detail::member_names<T>[number - 1] : std::string_view{};
    }
}

template <class Value>
template <class T>
result<T> basic_map<Value>::as() const noexcept {
    result<T> answer{T{}};
    if (const error e = detail::decode_again(raw_, *answer, escapes::refused); e.code != errc::ok) {
        answer = e;
        if (e.code == errc::memory_too_small) answer = detail::decode_error(e.code, raw_.size(), e.member);
    }
    return answer;
}

template <class Value>
template <class T>
result<T> basic_map<Value>::as(std::span<char> room) const noexcept {
    if (room.size() < raw_.size()) return detail::decode_error(errc::memory_too_small, raw_.size());
    for (std::size_t n = 0; n < raw_.size(); ++n) room[n] = raw_[n];
    return decode<T>(compact_reader{}, json_document{room.data(), raw_.size(), room.size()});
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
