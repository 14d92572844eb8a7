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

/// Whether T is coded<E>.
template <class T, class E>
inline constexpr bool is_coded_as = false;
template <class E>
inline constexpr bool is_coded_as<coded<E>, E> = true;

/// Where Wire has a member of this name; member_count<Wire> for none.
template <class Wire>
consteval std::size_t wire_index(std::string_view name) {
    for (std::size_t n = 0; n < member_count<Wire>; ++n)
        if (member_names<Wire>[n] == name) return n;
    return member_count<Wire>;
}

template <class T, class Wire>
consteval bool is_part_of();

/// Whether a member of type Mine can hold what the service sends as Theirs.
template <class Mine, class Theirs>
consteval bool can_hold() {
    if constexpr (std::same_as<Mine, Theirs> || std::same_as<Mine, json_text>)
        return true;
    else if constexpr (std::same_as<Theirs, bool> || std::same_as<Mine, bool>)
        return false;
    else if constexpr (std::integral<Theirs>)
        return std::integral<Mine>;
    else if constexpr (is_coded<Theirs>)
        return is_text<Mine> || is_coded_as<Theirs, Mine>;
    else if constexpr (std::same_as<Theirs, field_property_map>)
        return std::same_as<Mine, string_map>;
    else if constexpr (std::same_as<Theirs, string_map>)
        return false;
    else if constexpr (is_described_struct<Theirs>) {
        if constexpr (is_described_struct<Mine>)
            return is_part_of<Mine, Theirs>();
        else
            return false;
    } else
        return is_text<Mine>;  // text, dates, masks
}

template <class T, class Wire, std::size_t I, std::size_t At = wire_index<Wire>(member_names<T>[I])>
consteval bool holds_its_property() {
    if constexpr (At == member_count<Wire>)
        return true;  // the other assertion speaks of it
    else
        return can_hold<bare_t<member_type<T, I>>, bare_t<member_type<Wire, At>>>();
}

/// Stops the compiler where a struct asks for what the service does not have. The member at fault is the template
/// argument: compilers print `&my_struct::my_member`.
template <auto Member, bool Known, bool Fits>
struct selected_member {
    static_assert(Known,
                  "superoffice: the service has no property of this name: correct the member's name, or declare it "
                  "as superoffice::unlisted<T> if the service has it and this version does not list it");
    static_assert(Fits, "superoffice: the member's type cannot hold the service's property of the same name");
    static constexpr bool value = Known && Fits;
};

template <class T, class Wire>
consteval bool is_part_of() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return (true && ... && selected_member < member_pointer<T, I>,
                !bare<member_type<T, I>>::listed || wire_index<Wire>(member_names<T>[I]) != member_count<Wire>,
                !bare<member_type<T, I>>::listed || holds_its_property<T, Wire, I>() > ::value);
    }(std::make_index_sequence<member_count<T>>{});
}

/// The way from the outermost struct down to a member.
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

/// Whether Mine is a struct of one's own in the place of the service's: that one is selected member by member.
template <class Mine, class Wire, std::size_t At>
consteval bool is_narrowed() {
    if constexpr (At == member_count<Wire>)
        return false;
    else
        return is_described_struct<Mine> && !std::same_as<Mine, bare_t<member_type<Wire, At>>>;
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
        static_assert(
            detail::is_described_struct<Info>,
            "superoffice: this type is not described: add BOOST_DESCRIBE_STRUCT(type, (), (members)) behind it");
        static_assert(detail::is_part_of<Info, Wire>());
        return {detail::select_text<Info, Wire>.data(), detail::select_text<Info, Wire>.size()};
    }
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
