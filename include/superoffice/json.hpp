// superoffice/json.hpp - decode<T> and encode: described structs from JSON and back, without allocating.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_JSON_HPP
#define SUPEROFFICE_JSON_HPP

#include <superoffice/detail/describe.hpp>
#include <superoffice/json/codec.hpp>
#include <superoffice/json/compact_reader.hpp>
#include <superoffice/json/default_reader.hpp>
#include <superoffice/json/reader.hpp>
#include <superoffice/json/writer.hpp>
#include <superoffice/result.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Stops the compiler where a described struct holds a type that cannot be decoded. The member at fault is the template
/// argument: compilers print `&my_struct::my_member`.
template <auto Member, class T>
struct decodable_member {
    static_assert(has_codec<T>,
                  "superoffice: this member's type cannot be decoded: use field<T>, a plain integer, bool, a described "
                  "enum or struct, std::string_view, fixed_text<N>, coded<E>, flags<E>, date_time, string_map or "
                  "json_text; std::string and std::optional need <superoffice/std_types.hpp>");
    static constexpr bool value = has_codec<T>;
};

template <class T>
consteval bool is_decodable() {
    static_assert(is_described_struct<T>,
                  "superoffice: this type is not described: add BOOST_DESCRIBE_STRUCT(type, (), (members)) behind it");
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return (true && ... && decodable_member<member_pointer<T, I>, member_type<T, I>>::value);
    }(std::make_index_sequence<member_count<T>>{});
}

/// Which member of T has this name; member_count<T> for none. Replies mostly come in the order of the description, so
/// the one behind the last is tried first.
template <class T>
std::size_t find_member(json_text key, std::size_t expected) noexcept {
    constexpr auto& names = member_names<T>;
    if (expected < names.size() && key == names[expected]) return expected;
    for (std::size_t n = 0; n < names.size(); ++n)
        if (key == names[n]) return n;
    return names.size();
}

template <class T, json_value Value>
errc decode_member(Value& value, T& into, decode_state& state) noexcept {
    if (value.kind() != json_kind::null) return codec<T>::decode(value, into, state);
    if (const errc e = value.null(); e != errc::ok) return e;
    if constexpr (requires { codec<T>::set_null(into); }) codec<T>::set_null(into);
    return errc::ok;
}

/// The member number `index` of `into`.
template <class T, json_value Value>
errc decode_nth(std::size_t index, Value& value, T& into, decode_state& state) noexcept {
    errc answer = errc::ok;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        static_cast<void>(
            (... || (index == I && (answer = decode_member(value, into.*member_pointer<T, I>, state), true))));
    }(std::make_index_sequence<member_count<T>>{});
    return answer;
}

/// What to do with members that the struct does not have: nothing.
struct skip_others {
    template <json_value Value>
    errc operator()(json_text, Value& value, decode_state&) const noexcept {
        return value.skip();
    }
};

template <class T, json_value Value, class Others>
errc decode_object(Value& value, T& into, decode_state& state, Others&& others) noexcept {
    static_assert(is_decodable<T>());
    std::size_t expected = 0;
    return value.object([&](json_text key, auto& member) noexcept -> errc {
        const std::size_t index = find_member<T>(key, expected);
        if (index == member_count<T>) return others(key, member, state);
        expected = index + 1;
        state.matched = true;
        const errc e = decode_nth(index, member, into, state);
        if (e != errc::ok) state.member = static_cast<std::uint16_t>(index + 1);  // the outermost one stays
        return e;
    });
}

constexpr error decode_error(errc code, std::size_t offset, std::uint16_t member = 0) noexcept {
    return {.stage = stage::decode, .code = code, .offset = static_cast<std::uint32_t>(offset), .member = member};
}

/// A whole document into `into`; `others(key, value, state)` gets the members that T does not have.
template <class T, json_reader Reader, class Others>
error decode_document(Reader& reader, json_document document, T& into, decode_state& state, Others&& others) noexcept {
    if (document.capacity < document.size + Reader::slack)
        return decode_error(errc::memory_too_small, document.size + Reader::slack);
    if (const errc e = reader.start(document); e != errc::ok)
        return decode_error(e, e == errc::document_too_large ? document.size : reader.offset());

    decltype(auto) root = reader.root();
    const bool null = root.kind() == json_kind::null;
    errc e = null ? root.null() : decode_object(root, into, state, others);
    if (e == errc::ok) e = reader.finish();
    if (e == errc::ok && null) return decode_error(errc::null_document, 0);
    if (e == errc::memory_too_small) return decode_error(e, state.needed, state.member);
    return e == errc::ok ? error{} : decode_error(e, reader.offset(), state.member);
}

/// Text that is read again later, and therefore not rewritten. It was checked when it was taken.
template <class T>
error decode_again(std::string_view raw, T& into, escapes how) noexcept {
    compact_reader reader;
    const json_document document{const_cast<char*>(raw.data()), raw.size(), raw.size() + compact_reader::slack};
    decode_state state{.escapes = how};
    return decode_document(reader, document, into, state, skip_others{});
}

template <>
inline FieldProperty map_value<FieldProperty>(json_text text) noexcept {
    FieldProperty made;
    if (!text.is_null())
        static_cast<void>(decode_again(text.raw(), made, escapes::kept));  // its shape was checked at decode
    return made;
}

}  // namespace detail

/// A described struct inside another.
template <class T>
    requires detail::is_described_struct<T>
struct codec<T> {
    template <json_value Value>
    static errc decode(Value& value, T& into, decode_state& state) noexcept {
        into = T{};
        return detail::decode_object(value, into, state, detail::skip_others{});
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
            out.string(detail::member_names<T>[index]);
            out.put(':');
            codec_type::encode(out, member);
        });
        out.put('}');
    }
};

/// FieldProperties: its text is kept; each property's shape is checked here, so that later looks cannot fail.
template <>
struct codec<field_property_map> {
    template <json_value Value>
    static errc decode(Value& value, field_property_map& into, decode_state&) noexcept {
        std::string_view raw;
        if (const errc e = value.raw(raw); e != errc::ok) return e;
        into = field_property_map::of_checked(raw);
        for (detail::member_cursor at{raw}; !at.at_end(); at.next()) {
            FieldProperty property;
            if (at.value().is_null()) continue;
            const error e = detail::decode_again(at.value().raw(), property, escapes::kept);
            if (e.code != errc::ok) return e.code;
        }
        return errc::ok;
    }
    static constexpr void encode(json_writer& out, const field_property_map& map) noexcept {
        out.raw(map.raw().empty() ? std::string_view{"{}"} : map.raw());
    }
};

/// Reads a whole document into a described struct: members in any order, unknown ones skipped (and checked), missing ones
/// left as initialised, of duplicates the last. Text members are views into the document, whose escapes are rewritten
/// in place: a document is decoded once.
///
/// @returns  the struct, or an error of `stage::decode` with `offset` (byte in the document) and `member` (which one of
///           T's, for `member_name<T>`); `null_document` for the document `null`
/// Costs     one pass; no heap (a `simdjson_reader` allocates when it is made); stack for T and the nesting of its type
template <class T, class Reader>
    requires json_reader<std::remove_cvref_t<Reader>>
[[nodiscard]] result<T> decode(Reader&& reader, json_document document) noexcept {
    result<T> answer{T{}};
    decode_state state;
    const error e = detail::decode_document(reader, document, *answer, state, detail::skip_others{});
    if (e.code != errc::ok) answer = e;
    return answer;
}

/// Writes a described struct as JSON, in the order of its description; absent fields are left out, null ones written.
///
/// @returns  what was written, in `into`; or `memory_too_small`, with `needed()` saying how many bytes it takes
/// Costs     one pass; no heap
template <class T>
    requires detail::is_described_struct<T>
[[nodiscard]] result<std::string_view> encode(const T& value, std::span<char> into) noexcept {
    static_assert(detail::is_decodable<T>());
    json_writer out{into};
    codec<T>::encode(out, value);
    if (out.fits()) return out.text();
    return error{
        .stage = stage::request, .code = errc::memory_too_small, .offset = static_cast<std::uint32_t>(out.size())};
}

/// The name of the member that an error of a decode is about; empty when it is about none. A constant.
template <class T>
[[nodiscard]] constexpr std::string_view member_name(const error& e) noexcept {
    return e.member == 0 || e.member > detail::member_count<T> ? std::string_view{}
                                                               : detail::member_names<T>[e.member - 1u];
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
