// Tests of superoffice/codec/detail/key_hash.hpp: each name has a slot of its own, or there is no hash.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/key_hash.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace so = superoffice;
namespace detail = superoffice::detail;

namespace {

// Names that differ in one byte.
struct alike {
    std::int32_t abXde = 0, abYde = 0, aaZde = 0, abZff = 0, abWde = 0, xbXde = 0, abVde = 0, abUde = 0, abTde = 0;
};
BOOST_DESCRIBE_STRUCT(alike, (), (abXde, abYde, aaZde, abZff, abWde, xbXde, abVde, abUde, abTde))

// Names that differ in a byte that the digest does not contain.
struct twins {
    std::int32_t aXbcde = 0, aYbcde = 0, aZbcde = 0, aWbcde = 0, aVbcde = 0, aUbcde = 0, aTbcde = 0, aSbcde = 0,
                 aRbcde = 0;
};
BOOST_DESCRIBE_STRUCT(twins, (), (aXbcde, aYbcde, aZbcde, aWbcde, aVbcde, aUbcde, aTbcde, aSbcde, aRbcde))

// The first two would have the same slot with the factor that is tried first.
struct colours {
    std::int32_t green = 0, black = 0, red = 0, blue = 0, yellow = 0, white = 0, brown = 0, orange = 0, violet = 0;
};
BOOST_DESCRIBE_STRUCT(colours, (), (green, black, red, blue, yellow, white, brown, orange, violet))

struct eight {
    std::int32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
};
BOOST_DESCRIBE_STRUCT(eight, (), (a, b, c, d, e, f, g, h))
struct nine : eight {
    std::int32_t i = 0;
};
BOOST_DESCRIBE_STRUCT(nine, (eight), (i))

template <class T>
void check_slots() {
    constexpr detail::key_hash hash = detail::make_key_hash<T>();
    REQUIRE(hash.rows != nullptr);
    std::set<std::size_t> slots;
    for (std::size_t n = 0; n < detail::member_count<T>; ++n) {
        const std::size_t slot = hash.slot(detail::key_hash::digest(detail::member_names<T>[n]));
        REQUIRE(slot < detail::key_slots<T>::size);
        CHECK(hash.rows[slot] == n);
        const std::string token = '"' + std::string{detail::member_names<T>[n]} + '"';
        CHECK(hash.row_of(token.data(), token.size()) == n);
        slots.insert(slot);
    }
    CHECK(slots.size() == detail::member_count<T>);
    for (std::size_t slot = 0; slot < detail::key_slots<T>::size; ++slot)
        CHECK(hash.rows[slot] <
              detail::member_count<T>);  // of any row where no name has this slot: the comparison refuses
    for (const std::string_view other : {"\"\"", "\"x\"", "\"Unknown\""})
        CHECK(hash.row_of(other.data(), other.size()) < detail::member_count<T>);
}

}  // namespace

TEST_CASE("key_hash: each name of a struct has a slot of its own") {
    check_slots<so::BatchTaskInfo>();
    check_slots<alike>();
    check_slots<nine>();
    check_slots<colours>();
}

TEST_CASE("key_hash: another factor is tried until no two names have the same slot") {
    CHECK(detail::make_key_hash<colours>().factor != 0x4025B741);
}

TEST_CASE("key_hash: there are as many slots as bits count, and no more bits than needed") {
    static_assert(detail::bits_of_index(15) == 4 && detail::bits_of_index(16) == 4 && detail::bits_of_index(17) == 5);
    CHECK(detail::key_slots<nine>::size == 32);
}

TEST_CASE("key_hash: there is no hash for names with the same digest, and none for a few names") {
    CHECK(detail::make_key_hash<twins>().rows == nullptr);
    CHECK(detail::make_key_hash<eight>().rows == nullptr);
}

TEST_CASE("key_hash: the service's structs need one attempt") {
    CHECK(detail::make_key_hash<so::BatchTaskInfo>().factor == 0x4025B741);
}
