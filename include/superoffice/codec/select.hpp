// superoffice/codec/select.hpp - the $select that a described struct stands for, and the check that the service has it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_SELECT_HPP
#define SUPEROFFICE_CODEC_SELECT_HPP

#include <superoffice/codec/codec.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/detail/describe.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The type inside field<T>; `listed` is false for unlisted<T>.
template <class T>
struct bare {
    using type = T;
    static constexpr bool listed = true;
};
template <class T>
struct bare<field<T>> : bare<T> {};
template <class T>
struct bare<unlisted<T>> : bare<T> {
    static constexpr bool listed = false;
};
template <class T>
using bare_t = typename bare<T>::type;

/// The index of Wire's member with this name; member_count<Wire> for none.
template <class Wire>
consteval std::size_t wire_index(std::string_view name) {
    for (std::size_t n = 0; n < member_count<Wire>; ++n)
        if (member_names<Wire>[n] == name) return n;
    return member_count<Wire>;
}

template <class T, class Wire>
consteval bool is_part_of();

/// What the service sends, as far as it matters for which types can hold it.
enum class wire_kind : std::uint8_t { number, boolean, text, date, code, mask, map, properties, object, unlisted };

template <class Theirs>
consteval wire_kind wire_kind_of() {
    if constexpr (std::same_as<Theirs, bool>)
        return wire_kind::boolean;
    else if constexpr (std::integral<Theirs>)
        return wire_kind::number;
    else if constexpr (is_coded<Theirs>)
        return wire_kind::code;
    else if constexpr (is_flags<Theirs>)
        return wire_kind::mask;
    else if constexpr (std::same_as<Theirs, date_time>)
        return wire_kind::date;
    else if constexpr (std::same_as<Theirs, string_map>)
        return wire_kind::map;
    else if constexpr (std::same_as<Theirs, field_property_map>)
        return wire_kind::properties;
    else if constexpr (is_described_struct<Theirs>)
        return wire_kind::object;
    else
        return wire_kind::text;
}

/// True for types that hold a date besides `date_time`: std_types.hpp adds the time points of <chrono>.
template <class T>
inline constexpr bool is_time_point = false;

/// The enum of a coded value or of a set of flags; for an enum, the enum itself.
template <class T>
struct enum_of {
    using type = T;
};
template <class E>
struct enum_of<coded<E>> : enum_of<E> {};
template <class E>
struct enum_of<flags<E>> : enum_of<E> {};

/// False for an enum of the service in the place of another one. An enum of the program may be in any place.
template <class Mine, class Theirs>
consteval bool is_enum_for() {
    using mine = typename enum_of<Mine>::type;
    constexpr bool is_services = std::same_as<mine, BatchTaskState> ||
                                 std::same_as<mine, BatchTaskCancellationBehaviour> ||
                                 std::same_as<mine, ETableRight> || std::same_as<mine, EFieldRight>;
    return !is_services || std::same_as<mine, typename enum_of<Theirs>::type>;
}

/// Whether a member of type Mine can hold what the service sends as Theirs.
template <class Mine, class Theirs>
consteval bool can_hold() {
    if constexpr (std::same_as<Mine, Theirs> || std::same_as<Mine, json_text>) {
        return true;
    } else {
        switch (wire_kind_of<Theirs>()) {
            case wire_kind::number: return std::integral<Mine> && !std::same_as<Mine, bool>;
            case wire_kind::code:
                return is_text<Mine> || ((is_coded<Mine> || is_described_enum<Mine>) && is_enum_for<Mine, Theirs>());
            case wire_kind::mask: return is_text<Mine> || (is_flags<Mine> && is_enum_for<Mine, Theirs>());
            case wire_kind::date: return is_text<Mine> || is_time_point<Mine>;
            case wire_kind::text: return is_text<Mine>;
            case wire_kind::map: return is_described_struct<Mine> && !std::same_as<Mine, TableRight>;
            case wire_kind::properties: return std::same_as<Mine, string_map>;
            case wire_kind::object:
                if constexpr (is_described_struct<Mine> && is_described_struct<Theirs>) {
                    static_cast<void>(is_part_of<Mine, Theirs>());  // a member at fault is a compile error of its own
                    return true;
                } else {
                    return false;
                }
            default: return false;
        }
    }
}

/// A compile error where a struct asks for a property that the service does not have, or in a type that cannot hold it. The
/// member at fault is the template argument: compilers print `&my_struct::my_member`.
template <auto Member, wire_kind Kind, bool Fits>
struct selected_member {
    static_assert(Kind != wire_kind::unlisted,
                  "superoffice: the service has no property of this name: correct the member's name, or declare it "
                  "as superoffice::unlisted<T> if the service has it and this version does not list it");
    static_assert(Fits || Kind != wire_kind::number,
                  "superoffice: the member's type cannot hold the service's property of the same name: a number needs "
                  "an integer type, "
                  "plain or in field<T>; json_text holds anything");
    static_assert(
        Fits || Kind != wire_kind::boolean,
        "superoffice: the member's type cannot hold the service's property of the same name: true or false needs bool, "
        "plain or in field<T>; json_text holds anything");
    static_assert(Fits || Kind != wire_kind::text,
                  "superoffice: the member's type cannot hold the service's property of the same name: a text needs "
                  "std::string_view, fixed_text<N> or, with std_types.hpp, std::string, "
                  "plain or in field<T>; json_text holds anything");
    static_assert(Fits || Kind != wire_kind::date,
                  "superoffice: the member's type cannot hold the service's property of the same name: a date needs "
                  "date_time, a text type or, with std_types.hpp, a time point of <chrono>, "
                  "plain or in field<T>; json_text holds anything");
    static_assert(Fits || Kind != wire_kind::code,
                  "superoffice: the member's type cannot hold the service's property of the same name: an enumerator "
                  "needs coded<E>, a described enum or a text type, "
                  "plain or in field<T>; json_text holds anything");
    static_assert(Fits || Kind != wire_kind::mask,
                  "superoffice: the member's type cannot hold the service's property of the same name: a mask needs "
                  "flags<E> or a text type, "
                  "plain or in field<T>; json_text holds anything");
    static_assert(Fits || Kind != wire_kind::map,
                  "superoffice: the member's type cannot hold the service's property of the same name: a map needs "
                  "string_map or a described struct, "
                  "plain or in field<T>; json_text holds anything");
    static_assert(Fits || Kind != wire_kind::properties,
                  "superoffice: the member's type cannot hold the service's property of the same name: FieldProperties "
                  "needs field_property_map or string_map, "
                  "plain or in field<T>; json_text holds anything");
    static_assert(Fits || Kind != wire_kind::object,
                  "superoffice: the member's type cannot hold the service's property of the same name: an object needs "
                  "the service's struct, or a described struct with some of its members, "
                  "plain or in field<T>; json_text holds anything");
    static constexpr bool value = Kind != wire_kind::unlisted && Fits;
};

/// The check of one member. A member that is declared `unlisted` is not checked.
template <class T, class Wire, std::size_t I, std::size_t At = wire_index<Wire>(member_names<T>[I])>
consteval bool is_selectable() {
    using mine = member_type<T, I>;
    if constexpr (!bare<mine>::listed)
        return true;
    else if constexpr (At == member_count<Wire>)
        return selected_member<member_pointer<T, I>, wire_kind::unlisted, false>::value;
    else {
        using theirs = bare_t<member_type<Wire, At>>;
        return selected_member<member_pointer<T, I>, wire_kind_of<theirs>(), can_hold<bare_t<mine>, theirs>()>::value;
    }
}

template <class T, class Wire>
consteval bool is_part_of() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return (true && ... && is_selectable<T, Wire, I>());
    }(std::make_index_sequence<member_count<T>>{});
}

/// The path from the outermost struct down to a member.
struct select_path {
    std::string_view name;
    const select_path* above = nullptr;

    template <class F>
    constexpr void spell(F& f) const {
        if (above != nullptr) {
            above->spell(f);
            f(std::string_view{"/"});
        }
        f(name);
    }
};

/// Whether Mine is a struct of the program in the place of a struct of the service: that one is selected member by member.
template <class Mine, class Wire, std::size_t At>
consteval bool is_narrowed() {
    if constexpr (At == member_count<Wire>)
        return false;
    else
        return is_described_struct<Mine> && is_described_struct<bare_t<member_type<Wire, At>>> &&
               !std::same_as<Mine, bare_t<member_type<Wire, At>>>;
}

/// f(text) for each piece of the list.
template <class T, class Wire, class F>
constexpr void spell_select(const select_path* above, bool& first, F& f) {
    for_each_member<T>([&](auto index) {
        using mine = bare_t<member_type<T, index>>;
        constexpr std::size_t at = wire_index<Wire>(member_names<T>[index]);
        const select_path path{member_names<T>[index], above};
        if constexpr (is_narrowed<mine, Wire, at>()) {
            spell_select<mine, bare_t<member_type<Wire, at>>>(&path, first, f);
        } else {
            if (!first) f(std::string_view{","});
            first = false;
            path.spell(f);
        }
    });
}

template <class T, class Wire>
consteval std::size_t select_size() {
    std::size_t size = 0;
    bool first = true;
    auto count = [&](std::string_view piece) { size += piece.size(); };
    spell_select<T, Wire>(nullptr, first, count);
    return size;
}

template <class T, class Wire>
inline constexpr auto select_text = [] {
    std::array<char, select_size<T, Wire>()> text{};
    std::size_t at = 0;
    bool first = true;
    auto append = [&](std::string_view piece) {
        for (const char c : piece) text[at++] = c;
    };
    spell_select<T, Wire>(nullptr, first, append);
    return text;
}();

}  // namespace detail

/// The `$select` that asks for just the members of Info: "State,ProgressPercent", nested ones as "TableRight/Mask".
/// Empty for the service's own struct, which is everything. Made by the compiler. A member that the service does not have,
/// or of a type that cannot hold it, does not compile. Source: section 10 of the service notes.
template <class Info, class Wire = BatchTaskInfo>
[[nodiscard]] consteval std::string_view select_of() {
    if constexpr (std::same_as<Info, Wire>) {
        return {};
    } else {
        if constexpr (sizeof(detail::described_struct<Info>) != 0 && detail::is_part_of<Info, Wire>())
            return {detail::select_text<Info, Wire>.data(), detail::select_text<Info, Wire>.size()};
        else
            return {};  // the assertions have said why
    }
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
