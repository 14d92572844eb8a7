// superoffice/codec/detail/member_places.hpp - where the members of a described struct lie in it: a list of member pointers.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CODEC_DETAIL_MEMBER_PLACES_HPP
#define SUPEROFFICE_CODEC_DETAIL_MEMBER_PLACES_HPP

#include <superoffice/schema/detail/describe.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

// The decoder has an untyped pointer to a struct, and needs one to a member. The offset is in the pointer to the member:
// its bytes are an offset from the start of the struct. They have the size of std::ptrdiff_t in the Itanium C++ ABI
// (section 2.3), and 32 bits in Microsoft's for a struct without virtual bases. The list is constant data, read as an array
// of offsets.

struct member_place_probe {
    int member;
};
using member_offset =
    std::conditional_t<sizeof(int member_place_probe::*) == sizeof(std::ptrdiff_t), std::ptrdiff_t, std::int32_t>;

/// `index` counts from 0 in the order of the description.
template <class T, std::size_t Index, class D>
struct member_place {
    pointed_to<T, D> T::* pointer = D::pointer;
};
template <class T, class Indices, class... D>
struct member_place_list;
template <class T, std::size_t... Index, class... D>
struct member_place_list<T, std::index_sequence<Index...>, D...> : member_place<T, Index, D>... {};

template <class T, template <class...> class List, class... D>
consteval auto make_places(List<D...>*) {
    return member_place_list<T, std::index_sequence_for<D...>, D...>{};
}

/// The places of T's members.
template <class T>
inline constexpr auto member_places = make_places<T>(static_cast<members_of<T>*>(nullptr));

/// The member with this index in the struct at `object`, whose list begins at `places`.
inline void* member_at(void* object, const void* places, std::size_t index) noexcept {
    member_offset offset = 0;
    std::memcpy(&offset, static_cast<const char*>(places) + index * sizeof offset, sizeof offset);
    return static_cast<char*>(object) + offset;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
