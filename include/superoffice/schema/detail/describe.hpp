// superoffice/schema/detail/describe.hpp - names and members of described types; the only header that includes Boost.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_DETAIL_DESCRIBE_HPP
#define SUPEROFFICE_SCHEMA_DETAIL_DESCRIBE_HPP

#include <superoffice/base/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#if __has_include(<boost/version.hpp>)
#include <boost/version.hpp>
#endif
#if defined(BOOST_VERSION) && BOOST_VERSION < 107700
#error \
    "superoffice-batch: this Boost is too old for Boost.Describe: install Boost 1.77 or later (Debian 12: libboost1.81-dev)"
#elif !__has_include(<boost/describe/class.hpp>)
#error "superoffice-batch: Boost.Describe is missing: install Boost 1.77 or later (Debian 12: libboost1.81-dev)"
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

// The templates below are functions, not lambdas: a lambda would be one more class for every type, and slow to compile.

/// True for a struct with a BOOST_DESCRIBE_STRUCT line.
template <class T>
concept is_described_struct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

/// True for an enum with a BOOST_DESCRIBE_ENUM line.
template <class E>
concept is_described_enum = std::is_enum_v<E> && boost::describe::has_describe_enumerators<E>::value;

/// A compile error for a type that is not described. It is one error, however many templates use this one, because they go
/// on with an empty list of members.
template <class T>
struct described_struct {
    static_assert(is_described_struct<T>,
                  "superoffice: this type is not described: add BOOST_DESCRIBE_STRUCT(type, (), (members)) behind it");
};
template <class E>
struct described_enum {
    static_assert(is_described_enum<E>,
                  "superoffice: this enum is not described: add BOOST_DESCRIBE_ENUM(type, enumerators) behind it");
};

/// Boost's descriptions of the members; none for a type that is not described.
template <class T>
struct member_list {
    using type = boost::mp11::mp_list<>;
};
template <is_described_struct T>
struct member_list<T> {
    using type = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
};
template <class T>
using members_of = typename member_list<T>::type;

/// The same for the enumerators.
template <class E>
struct enumerator_list {
    using type = boost::mp11::mp_list<>;
};
template <is_described_enum E>
struct enumerator_list<E> {
    using type = boost::describe::describe_enumerators<E>;
};

template <class T>
inline constexpr std::size_t member_count = boost::mp11::mp_size<members_of<T>>::value;

/// The pointer to T's member number I, in the order of the description.
template <class T, std::size_t I>
inline constexpr auto member_pointer = boost::mp11::mp_at_c<members_of<T>, I>::pointer;

/// The type of T's member that Boost describes as D.
template <class T, class D>
using pointed_to = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;

template <class T, std::size_t I>
using member_type = pointed_to<T, boost::mp11::mp_at_c<members_of<T>, I>>;

/// f(index constant) for each member of T in order.
template <class T, class F>
constexpr void for_each_member(F&& f) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (f(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<member_count<T>>{});
}

/// The name of a member or enumerator; D is Boost's description of it. (The compiler computes the size in one step. The
/// constructor of std::string_view would count byte by byte.)
template <class D>
inline constexpr std::string_view name_of{D::name, __builtin_strlen(D::name)};

template <template <class...> class List, class... D>
consteval std::array<std::string_view, sizeof...(D)> names_of(List<D...>*) {
    return {name_of<D>...};
}

/// T's member names in the same order.
template <class T>
inline constexpr auto member_names = names_of(static_cast<members_of<T>*>(nullptr));

template <class E>
consteval bool fits_32_bits(E value) {
    const auto number = static_cast<std::underlying_type_t<E>>(value);
    if constexpr (std::is_signed_v<std::underlying_type_t<E>>)
        return std::int64_t{number} >= INT32_MIN && std::int64_t{number} <= std::int64_t{UINT32_MAX};
    else
        return std::uint64_t{number} <= UINT32_MAX;
}

/// A type of our own: a variable of std::array<char> would be exported from a shared library that hides everything.
template <std::size_t Size>
struct enumerator_text {
    char bytes[Size]{};
};

/// How many bytes a value takes in such a text.
constexpr std::size_t bytes_of_value(std::uint32_t value) {
    std::size_t bytes = 1;
    while ((value >>= 7) != 0) ++bytes;
    return bytes;
}

template <template <class...> class List, class... D>
consteval auto enumerators_in(List<D...>*) {
    static_assert((true && ... && fits_32_bits(D::value)),
                  "superoffice: the value of an enumerator does not fit into 32 bits");
    static_assert((true && ... && (name_of<D>.size() <= 0xFF)),
                  "superoffice: the name of an enumerator has at most 255 bytes");
    enumerator_text<(2 + ... + (1 + name_of<D>.size() + bytes_of_value(static_cast<std::uint32_t>(D::value))))> made;
    char* at = made.bytes;
    [[maybe_unused]] const auto add = [&at](std::string_view name, std::uint32_t value) {
        *at++ = static_cast<char>(name.size());
        for (const char c : name) *at++ = c;
        for (std::size_t left = bytes_of_value(value); left-- != 0;)
            *at++ = static_cast<char>((value >> 7 * left & 0x7F) | (left != 0 ? 0x80 : 0));
    };
    (add(name_of<D>, static_cast<std::uint32_t>(D::value)), ...);
    return made;
}

/// E's enumerators in the order of the description: the size of the name, the name, and the value, seven bits in each byte,
/// the highest first; the top bit says that another byte follows. An empty name with a 0 ends them. (A structure for each
/// enumerator, with a view of its name, would take more than twice the space.)
template <class E>
inline constexpr auto enumerators_of = enumerators_in(static_cast<typename enumerator_list<E>::type*>(nullptr));

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
