// superoffice/codec/codec.hpp - how each type that a member may have is read and written.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_CODEC_HPP
#define SUPEROFFICE_CODEC_CODEC_HPP

#include <superoffice/codec/reader.hpp>
#include <superoffice/codec/writer.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/schema/fixed_text.hpp>
#include <superoffice/schema/flags.hpp>
#include <superoffice/schema/string_map.hpp>
#include <superoffice/text/json_text.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The treatment of escapes in a text that a struct only views.
enum class escapes : std::uint8_t {
    rewritten,  ///< in place: the document is decoded once
    refused,    ///< with `memory_too_small`: the document is read again later, and there is no room for the text
    kept,       ///< not read: for names of enumerators, which are unknown then
};

/// The state of a decode.
struct decode_state {
    superoffice::escapes escapes = superoffice::escapes::rewritten;
    bool matched = false;      ///< the document has a member of the struct
    bool passed = false;       ///< the document has a member that the struct does not have
    std::uint16_t member = 0;  ///< after an error: which member of the outermost struct, counted from 1
};

/// How a T is read and written. Specialised below for every type that a described struct may hold; `std_types.hpp` adds
/// the standard library's. Your program may specialise it for types of its own, and for any type of the library whose
/// specialisation below is a template, such as `coded<E>` of one enum. It is used wherever the type occurs.
///
///     static errc decode(json_value auto& value, T& into, decode_state&) noexcept;   consumes the value, or answers
///                                                                                    wrong_kind and does not
///     static void encode(json_writer&, const T&) noexcept;
///
/// `decode` replaces what `into` holds: where a member occurs twice, that is the first value. If null or absence mean
/// something to T: `static void set_null(T&)`, `static bool is_absent(const T&)`. Without `set_null`, null leaves the
/// member's initialiser alone.
template <class T>
struct codec;

namespace detail {

template <class T>
inline constexpr bool is_coded = false;
template <class E>
inline constexpr bool is_coded<coded<E>> = true;
template <class T>
inline constexpr bool is_flags = false;
template <class E>
inline constexpr bool is_flags<flags<E>> = true;

template <class T>
concept has_codec = requires { sizeof(codec<T>); };

/// The text between the quotes of a string; `state.escapes` says what happens to escapes.
template <json_value Value>
errc decode_any_text(Value& value, std::string_view& into, decode_state& state) noexcept {
    json_text token;
    if (const errc e = value.string(token, state.escapes == escapes::rewritten); e != errc::ok) return e;
    if (state.escapes == escapes::refused && token.is_escaped()) return errc::memory_too_small;
    into = {token.raw().data() + 1, token.raw().size() - 2};
    return errc::ok;
}

/// The text of a string value: rewritten in place where it has escapes.
template <json_value Value>
errc decode_text(Value& value, std::string_view& into, decode_state& state) noexcept {
    if constexpr (json_shortcuts<Value>)
        if (value.plain_text(into)) return errc::ok;
    std::string_view apart;  // its address is passed on, so that `into` can stay in registers
    const errc e = decode_any_text(value, apart, state);
    into = apart;
    return e;
}

/// A number as an integer of at most `top` and at least minus `bottom`. `out_of_range` beyond those, and for a fraction or an
/// exponent. (Not in 64 bits where 32 do: small machines call functions to divide and multiply those.)
template <std::unsigned_integral Word, json_value Value>
[[gnu::noinline]] errc decode_word(Value& value, Word top, Word bottom, Word& into) noexcept {
    std::string_view text;
    if (const errc e = value.number(text); e != errc::ok) return e;
    const bool negative = text.front() == '-';
    const Word limit = negative ? bottom : top, most = (std::numeric_limits<Word>::max)() / 10;
    Word found = 0;
    if (negative) text.remove_prefix(1);
    for (const char c : text) {
        const auto digit = static_cast<Word>(static_cast<unsigned char>(c)) - Word{'0'};
        if (digit > 9 || found > most) return errc::out_of_range;
        found *= 10;
        if (digit > limit || found > limit - digit) return errc::out_of_range;
        found += digit;
    }
    into = negative ? 0 - found : found;
    return errc::ok;
}

/// An integer of any type; `out_of_range` where T cannot hold it.
template <std::integral T, json_value Value>
errc decode_integer(Value& value, T& into) noexcept {
    if constexpr (std::same_as<T, std::int32_t> && json_shortcuts<Value>)
        if (value.short_integer(into)) return errc::ok;
    using word = std::conditional_t<sizeof(T) <= sizeof(std::size_t), std::size_t, std::uint64_t>;
    constexpr auto top = static_cast<word>((std::numeric_limits<T>::max)());
    word found = 0;
    const errc e = decode_word<word>(value, top, std::is_signed_v<T> ? top + 1 : 0, found);
    if (e == errc::ok) into = static_cast<T>(found);
    return e;
}

/// Any value as raw text, checked.
template <json_value Value>
[[gnu::noinline]] errc decode_raw(Value& value, json_text& into) noexcept {
    if (value.on('"')) return value.string(into);
    std::string_view raw;
    const errc e = value.raw(raw);
    if (e == errc::ok) into = json_text{raw, false};
    return e;
}

/// The number of an enumerator. The service writes names; numbers are taken as well. (Inlined: as a function of its own
/// it takes more bytes.)
template <json_value Value, class Held>
[[gnu::cold]] errc decode_numbered(Value& value, Held& into, const char* names) noexcept {
    typename Held::number_type number = 0;
    const errc e = decode_integer(value, number);
    if (e == errc::ok) into.assign(names, number);
    return e;
}

/// A coded value or a set of flags, of any enum; `names` are its enumerators. On the wire it is text or a number.
template <json_value Value, class Held>
[[gnu::noinline]] errc decode_names(Value& value, Held& into, const char* names, decode_state& state) noexcept {
    std::string_view text;
    const errc e = decode_text(value, text, state);
    if (e == errc::ok) into.assign(names, text);
    return e == errc::wrong_kind ? decode_numbered(value, into, names) : e;
}

/// True for types whose text is a string on the wire, so that any textual property fits.
template <class T>
inline constexpr bool is_text = false;
template <>
inline constexpr bool is_text<std::string_view> = true;
template <std::size_t N>
inline constexpr bool is_text<fixed_text<N>> = true;

}  // namespace detail

template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
struct codec<T> {
    template <json_value Value>
    static errc decode(Value& value, T& into, decode_state&) noexcept {
        return detail::decode_integer(value, into);
    }
    static constexpr void encode(json_writer& out, T value) noexcept { out.number(value); }
};

template <>
struct codec<bool> {
    template <json_value Value>
    static errc decode(Value& value, bool& into, decode_state&) noexcept {
        return value.boolean(into);
    }
    static constexpr void encode(json_writer& out, bool value) noexcept { out.raw(value ? "true" : "false"); }
};

template <>
struct codec<std::string_view> {
    template <json_value Value>
    static errc decode(Value& value, std::string_view& into, decode_state& state) noexcept {
        return detail::decode_text(value, into, state);
    }
    static constexpr void encode(json_writer& out, std::string_view text) noexcept { out.string(text); }
};

template <std::size_t N>
struct codec<fixed_text<N>> {
    template <json_value Value>
    static errc decode(Value& value, fixed_text<N>& into, decode_state&) noexcept {
        json_text token;
        if (const errc e = value.string(token); e != errc::ok) return e;
        return into.assign_from(token) ? errc::ok : errc::text_too_long;
    }
    static constexpr void encode(json_writer& out, const fixed_text<N>& text) noexcept { out.string(text.view()); }
};

/// Any value as raw text.
template <>
struct codec<json_text> {
    template <json_value Value>
    static errc decode(Value& value, json_text& into, decode_state&) noexcept {
        return detail::decode_raw(value, into);
    }
    static constexpr void set_null(json_text& into) noexcept { into = json_text{"null", false}; }
    static constexpr void encode(json_writer& out, json_text text) noexcept {
        out.raw(text.raw().empty() ? std::string_view{"null"} : text.raw());
    }
};

/// A plain enum fails for a text that it does not have. (A value that is no enumerator is written by its number, but 0 as
/// "".)
template <class E>
    requires detail::is_described_enum<E>
struct codec<E> {
    template <json_value Value>
    static errc decode(Value& value, E& into, decode_state& state) noexcept {
        coded<E> any;
        if (const errc e = codec<coded<E>>::decode(value, any, state); e != errc::ok) return e;
        if (!any.known()) return errc::unknown_enumerator;
        into = any.value();
        return errc::ok;
    }
    static constexpr void encode(json_writer& out, E value) noexcept { codec<coded<E>>::encode(out, value); }
};

template <class E>
struct codec<coded<E>> {
    template <json_value Value>
    static errc decode(Value& value, coded<E>& into, decode_state& state) noexcept {
        using parts = typename coded<E>::parts;
        return detail::decode_names(value, parts::of(into), parts::names(), state);
    }
    static constexpr void encode(json_writer& out, const coded<E>& value) noexcept {
        if (value.text().empty() && value.number() != 0)
            out.number(value.number());
        else
            out.string(value.text());
    }
};

template <class E>
struct codec<flags<E>> {
    template <json_value Value>
    static errc decode(Value& value, flags<E>& into, decode_state& state) noexcept {
        using parts = typename flags<E>::parts;
        return detail::decode_names(value, parts::of(into), parts::names(), state);
    }
    static constexpr void encode(json_writer& out, const flags<E>& value) noexcept {
        if (value.text().empty() && value.bits() != 0)
            out.number(value.bits());
        else
            out.string(value.text());
    }
};

template <>
struct codec<date_time> {
    template <json_value Value>
    static errc decode(Value& value, date_time& into, decode_state& state) noexcept {
        std::string_view text;
        if (const errc e = detail::decode_text(value, text, state); e != errc::ok) return e;
        return into.assign(text) ? errc::ok : errc::bad_date;
    }
    static constexpr void encode(json_writer& out, const date_time& date) noexcept { out.string(date.text()); }
};

template <>
struct codec<string_map> {
    template <json_value Value>
    static errc decode(Value& value, string_map& into, decode_state&) noexcept {
        json_text text;
        const errc e = detail::decode_raw(value, text);
        if (e == errc::ok) into = string_map::of_checked(text.raw());
        return e;
    }
    static constexpr void encode(json_writer& out, const string_map& map) noexcept {
        out.raw(map.raw().empty() ? std::string_view{"{}"} : map.raw());
    }
};

template <class T>
    requires detail::has_codec<T>
struct codec<field<T>> {
    using value_in_field = T;  ///< for the decoder, which reads the value and sets the state by itself
    template <json_value Value>
    static errc decode(Value& value, field<T>& into, decode_state& state) noexcept {
        const errc e = codec<T>::decode(value, into.emplace(), state);
        if (e != errc::ok) into.reset();
        return e;
    }
    static constexpr void encode(json_writer& out, const field<T>& value) noexcept {
        if (value.has_value())
            codec<T>::encode(out, *value);
        else
            out.raw("null");
    }
    static constexpr void set_null(field<T>& into) noexcept { into.set_null(); }
    static constexpr bool is_absent(const field<T>& value) noexcept { return value.is_absent(); }
};

template <class T>
    requires detail::has_codec<T>
struct codec<unlisted<T>> : codec<field<T>> {};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
