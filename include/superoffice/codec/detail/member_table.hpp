// superoffice/codec/detail/member_table.hpp - a described struct as data: each member's name, place and kind, for one decoder.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_MEMBER_TABLE_HPP
#define SUPEROFFICE_CODEC_DETAIL_MEMBER_TABLE_HPP

#include <superoffice/base/detail/name_sizes.hpp>
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/detail/packed_key.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/detail/describe.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/schema/flags.hpp>
#include <superoffice/schema/string_map.hpp>
#include <superoffice/text/detail/json_scan.hpp>
#include <superoffice/text/json_text.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

// A decoder that is a template of the struct takes a kilobyte or more of code for each, and its members' names and places
// are data all the same. So they are data: one decoder for each reader goes by the table of whatever struct it fills.

/// How a member is read; the first four from text. `other` by a function of its own: whatever has a codec and is not here.
enum class member_kind : std::uint8_t { text, date, coded, flags, int32, boolean, json, map, object, other };

template <class Value>
struct member_table;

template <class Value>
union member_detail {
    constexpr member_detail() noexcept : nothing{nullptr} {}
    constexpr explicit member_detail(const borrowed_list<enumerator>* list) noexcept : names{list} {}
    constexpr explicit member_detail(const member_table<Value>* inner) noexcept : members{inner} {}
    constexpr explicit member_detail(errc (*function)(Value&, void*, decode_state&) noexcept) noexcept
        : other{function} {}

    const void* nothing;
    const borrowed_list<enumerator>* names;                      ///< of coded and flags
    const member_table<Value>* members;                          ///< of an object
    errc (*other)(Value&, void*, decode_state& state) noexcept;  ///< null is its business, too
};

/// How names stand in the tables of a reader.
template <class Value>
struct spelling_of {
    using type = unspelt_name;
};
template <class Value>
    requires requires { typename Value::spelling; }
struct spelling_of<Value> {
    using type = typename Value::spelling;
};

template <class Value>
struct member_row {
    static constexpr std::uint32_t size_limit = 1u << 24;  ///< of a struct, in bytes
    static constexpr std::uint32_t no_state = size_limit - 1;

    const char* text;
    member_detail<Value> detail;
    std::uint32_t place : 24;  ///< of the value in the struct, in bytes
    std::uint32_t text_size : 8;
    std::uint32_t state : 24;  ///< of a field's `field_state`; `no_state` for a plain member
    std::uint32_t kind : 8;
    [[no_unique_address]] typename spelling_of<Value>::type spelling;

    [[nodiscard]] constexpr std::string_view name() const noexcept { return {text, std::size_t{text_size}}; }
};

/// The first guess at where a name is: no two names of a struct have the same one, so there is no second.
struct name_slots {
    static constexpr std::uint8_t none = 0xFF;
    const std::uint8_t* rows = nullptr;  ///< nullptr: look through all
    std::uint32_t factor = 0;
    std::uint32_t shift = 0;

    /// Four bytes of a name tell most names apart.
    static constexpr std::uint32_t digest(std::string_view name) noexcept {
        if (name.empty()) return 0;
        const auto byte = [name](std::size_t n) { return std::uint32_t{static_cast<unsigned char>(name[n])}; };
        return byte(0) | byte(name.size() / 2) << 8 | byte(name.size() - 1) << 16 |
               static_cast<std::uint32_t>(name.size()) << 24;
    }
    [[nodiscard]] constexpr std::size_t slot(std::string_view name) const noexcept {
        return digest(name) * factor >> shift;
    }
};

template <class Value>
struct member_table {
    const member_row<Value>* rows;
    std::size_t count;
    name_slots by_name;
    name_sizes sizes;
    void (*clear)(void*) noexcept;  ///< as default-made

    [[nodiscard]] const member_row<Value>* end() const noexcept { return rows + count; }

    /// The row with this name, or end().
    [[nodiscard]] SUPEROFFICE_HOT const member_row<Value>* find(json_text key) const noexcept {
        if (key.is_escaped()) return find_by_text(key);
        const std::string_view name{key.raw().data() + 1, key.raw().size() - 2};
        if (by_name.rows != nullptr) {
            const std::uint8_t found = by_name.rows[by_name.slot(name)];
            return found != name_slots::none && is_named(rows[found], name) ? rows + found : end();
        }
        if (SUPEROFFICE_FOR_SPEED && !sizes.has(name.size())) return end();
        const member_row<Value>* row = rows;
        while (row != end() && !is_named(*row, name)) ++row;
        return row;
    }

    /// The same for any key, one row after the other.
    [[nodiscard]] SUPEROFFICE_COLD const member_row<Value>* find_by_text(json_text key) const noexcept {
        const member_row<Value>* row = rows;
        while (row != end() && !(key == row->name())) ++row;
        return row;
    }

  private:
    SUPEROFFICE_APART static bool same_name(std::string_view name, const char* text) noexcept {
        const char* const bytes = name.data();
        return same_bytes(bytes, text, name.size());
    }
    // The name is between quotes. One that is not spelt is compared byte by byte.
    static SUPEROFFICE_HOT bool is_named(const member_row<Value>& row, std::string_view name) noexcept {
        if (name.size() != row.text_size) return false;
        if constexpr (requires { row.spelling.size; })
            if (row.spelling.size != 0) return row.spelling.is_at(name.data() - 1);
        return same_name(name, row.text);
    }
};

// ---- where things are

// Nothing is ever made of this T: only addresses in it are looked at, and only by the compiler.
template <class T>
union unmade {
    constexpr unmade() noexcept : bytes{} {}
    constexpr ~unmade() noexcept {}

    char bytes[sizeof(T)];
    T object;
};
template <class T>
inline constexpr unmade<T> unmade_one{};

/// How many bytes into a T something is, which is looked for at multiples of `step`, from `from` on first. offsetof wants
/// a name, and there is only a pointer to a member.
template <class T>
constexpr std::uint32_t place_in(const unmade<T>& in, const void* wanted, std::uint32_t step, std::uint32_t from) {
    std::uint32_t at = (from + step - 1) / step * step;
    for (std::size_t n = 0; n < sizeof(T); n += step, at += step) {
        if (at >= sizeof(T)) at = 0;
        if (static_cast<const void*>(in.bytes + at) == wanted) return at;
    }
    return member_row<int>::no_state;  // is no offset
}

// ---- what a member is

template <class M>
struct bare_member {
    using type = M;
    static constexpr bool is_field = false;
};
template <class M>
struct bare_member<field<M>> {
    using type = M;
    static constexpr bool is_field = true;
};
template <class M>
struct bare_member<unlisted<M>> : bare_member<field<M>> {};

template <class T>
inline constexpr member_kind kind_of_value = is_coded<T>   ? member_kind::coded
                                             : is_flags<T> ? member_kind::flags
                                             : requires { codec<T>::is_members; }  // nobody gave it a codec of its own
                                                 ? member_kind::object
                                                 : member_kind::other;
template <>
inline constexpr member_kind kind_of_value<std::int32_t> = member_kind::int32;
template <>
inline constexpr member_kind kind_of_value<bool> = member_kind::boolean;
template <>
inline constexpr member_kind kind_of_value<std::string_view> = member_kind::text;
template <>
inline constexpr member_kind kind_of_value<date_time> = member_kind::date;
template <>
inline constexpr member_kind kind_of_value<json_text> = member_kind::json;
template <>
inline constexpr member_kind kind_of_value<string_map> = member_kind::map;

/// Null is a value of a plain `json_text`, which its codec knows.
template <class M>
inline constexpr member_kind kind_of_member = kind_of_value<typename bare_member<M>::type>;
template <>
inline constexpr member_kind kind_of_member<json_text> = member_kind::other;

/// By its codec; null and absence are its business.
template <class M, class Value>
errc decode_other(Value& value, void* into, decode_state& state) noexcept {
    M& member = *static_cast<M*>(into);
    if (!value.on('n')) return codec<M>::decode(value, member, state);
    if (const errc e = value.null(); e != errc::ok) return e;
    if constexpr (requires { codec<M>::set_null(member); }) codec<M>::set_null(member);
    return errc::ok;
}

/// One function: its address is in the tables.
template <class T>
[[gnu::noinline]] void clear_members(void* object) noexcept {
    *static_cast<T*>(object) = T{};
}

// ---- the tables

template <class T, class Value>
struct member_tables;

/// A row that lacks its places, and what has them.
template <class Value>
struct unplaced_row {
    member_row<Value> row;
    const void* value = nullptr;
    const void* state = nullptr;
    std::uint32_t step = 1;  ///< where a value may begin
    std::uint32_t size = 0;  ///< of the value, behind which its state and the next member are mostly found
    bool has_state = false;  // g++'s undefined sanitizer compares no address with null at compile time
};

/// The row of `member`, which is never looked at. A template of its type alone: structs have many members of few types.
template <class Value, class M>
consteval unplaced_row<Value> make_row(const M& member, std::string_view name) {
    using bare = typename bare_member<M>::type;
    constexpr member_kind kind = kind_of_member<M>;
    const char* const text = name.data();
    unplaced_row<Value> made{.row = {.text = text,
                                     .detail = {},
                                     .place = 0,
                                     .text_size = static_cast<std::uint8_t>(name.size()),
                                     .state = member_row<Value>::no_state,
                                     .kind = static_cast<std::uint8_t>(kind),
                                     .spelling = typename spelling_of<Value>::type{name}}};
    // std::addressof is in <memory>, which costs every translation unit dearly; g++, clang and MSVC all know this one.
    if constexpr (kind == member_kind::other) {
        made.step = alignof(M);
        made.size = sizeof(M);
        made.value = __builtin_addressof(member);
        made.row.detail = member_detail<Value>{&decode_other<M, Value>};
    } else {
        const bare* value = nullptr;
        if constexpr (bare_member<M>::is_field) {
            value = __builtin_addressof(field_parts::value(static_cast<const field<bare>&>(member)));
            made.has_state = true;
            made.state = __builtin_addressof(field_parts::state(static_cast<const field<bare>&>(member)));
        } else {
            value = __builtin_addressof(member);
        }
        made.step = alignof(bare);
        made.size = sizeof(bare);
        made.value = value;
        if constexpr (kind == member_kind::coded || kind == member_kind::flags) {
            made.value = __builtin_addressof(bare::parts::of(*value));
            made.row.detail = member_detail<Value>{&bare::parts::names};
        } else if constexpr (kind == member_kind::object) {
            made.row.detail = member_detail<Value>{&member_tables<bare, Value>::whole};
        }
    }
    return made;
}

template <class T, class Value, template <class...> class List, class... D>
consteval std::array<member_row<Value>, sizeof...(D)> make_rows(List<D...>*) {
    static_assert(sizeof(T) < member_row<Value>::no_state, "superoffice: a decoded struct has less than 16 MB");
    static_assert((true && ... && (name_of<D>.size() <= 0xFF)),
                  "superoffice: a decoded member's name has at most 255 bytes");
    [[maybe_unused]] const unmade<T>& one = unmade_one<T>;
    const unplaced_row<Value> unplaced[] = {make_row<Value>(one.object.*D::pointer, name_of<D>)..., {}};
    std::array<member_row<Value>, sizeof...(D)> rows{};
    std::uint32_t at = 0;
    for (std::size_t n = 0; n < sizeof...(D); ++n) {
        rows[n] = unplaced[n].row;
        at = place_in(one, unplaced[n].value, unplaced[n].step, at);
        rows[n].place = at & member_row<Value>::no_state;
        at += unplaced[n].size;
        if (!unplaced[n].has_state) continue;
        at = place_in(one, unplaced[n].state, 1, at);
        rows[n].state = at & member_row<Value>::no_state;
    }
    return rows;
}

template <class T, class Value>
consteval bool are_placed(const member_row<Value>* rows, std::size_t count) {
    for (std::size_t n = 0; n < count; ++n)
        if (rows[n].place >= sizeof(T)) return false;
    return true;
}

template <class T>
struct slots_of {
    static constexpr std::size_t size = std::bit_ceil(2 * member_count<T>);
    struct made {
        std::array<std::uint8_t, size> rows{};
        std::uint32_t factor = 0;
    };
    static constexpr std::uint32_t shift = 32 - std::countr_zero(std::uint32_t{size});
    // Tries factors until no two names meet. Where that fails (names that differ in none of the bytes looked at), and for
    // a few names, they are looked through one after the other.
    static constexpr made search() {
        constexpr std::size_t count = member_count<T>, few = 4, many = 0xFF;
        if (count <= few || count >= many) return {};
        std::uint32_t digests[count + 1] = {};
        for (std::size_t n = 0; n < count; ++n) digests[n] = name_slots::digest(member_names<T>[n]);
        int taken[size] = {};               // by which attempt
        std::uint32_t factor = 0x4025B741;  // suits the service's structs: there the compiler tries no other
        for (int attempt = 1; attempt <= 4000; ++attempt, factor = factor * 1664525 + 1013904223) {
            std::size_t n = 0;
            while (n < count && std::exchange(taken[digests[n] * (factor | 1) >> shift], attempt) != attempt) ++n;
            if (n < count) continue;
            made found{.rows = {}, .factor = factor | 1};
            found.rows.fill(name_slots::none);
            for (n = 0; n < count; ++n) found.rows[digests[n] * found.factor >> shift] = static_cast<std::uint8_t>(n);
            return found;
        }
        return {};
    }
    static constexpr made value = search();
};

template <class T>
consteval name_slots make_slots() {
    constexpr std::size_t few = 4;
    if constexpr (member_count<T> > few) {
        using found = slots_of<T>;
        if constexpr (found::value.factor != 0)
            return {.rows = found::value.rows.data(), .factor = found::value.factor, .shift = found::shift};
    }
    return {};
}

template <class T>
consteval name_sizes make_sizes() {
    name_sizes made;
    for (const std::string_view name : member_names<T>) made.add(name.size());
    return made;
}

template <class T, class Value>
struct member_tables {
    static constexpr auto rows = make_rows<T, Value>(static_cast<members_of<T>*>(nullptr));
    static_assert(are_placed<T>(rows.data(), rows.size()), "superoffice: the place of a decoded member is not found");
    static constexpr member_table<Value> whole{.rows = rows.data(),
                                               .count = member_count<T>,
                                               .by_name = make_slots<T>(),
                                               .sizes = make_sizes<T>(),
                                               .clear = &clear_members<T>};
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/macros_end.hpp>
#endif
