// Tests of superoffice/codec/detail/member_places.hpp: each member is found where it lies.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/member_places.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"

#include <cstddef>
#include <cstdint>

namespace so = superoffice;
namespace detail = superoffice::detail;

namespace {

struct first {
    char a = 'a';
    std::int32_t b = 0;
};
BOOST_DESCRIBE_STRUCT(first, (), (a, b))

struct second {
    so::field<std::int64_t> c;
};
BOOST_DESCRIBE_STRUCT(second, (), (c))

struct heir : first, second {
    bool d = false;
    first inner;
};
BOOST_DESCRIBE_STRUCT(heir, (first, second), (d, inner))

// 32-bit Arm faults at some loads from an odd address, already where the compiler makes such an object.
#ifndef __arm__
#pragma pack(push, 1)
struct packed {
    bool before = false;
    so::field<std::int32_t> ProgressPercent;
    so::field<so::coded<so::BatchTaskState>> State;
};
#pragma pack(pop)
BOOST_DESCRIBE_STRUCT(packed, (), (ProgressPercent, State))
#endif

template <class T>
void check_places() {
    T object{};
    detail::for_each_member<T>([&](auto index) {
        CAPTURE(std::size_t{index});
        CHECK(detail::member_at(&object, &detail::member_places<T>, index) ==
              static_cast<void*>(&(object.*detail::member_pointer<T, index>)));
    });
}

}  // namespace

TEST_CASE("member_places: the offsets in the service's struct, and in one with two bases") {
    check_places<so::BatchTaskInfo>();
    check_places<heir>();
}

#ifndef __arm__
TEST_CASE("member_places: the offsets in a packed struct") {
    packed object;
    const auto* const bytes = reinterpret_cast<const std::byte*>(&object);
    CHECK(detail::member_at(&object, &detail::member_places<packed>, 0) == bytes + 1);
    CHECK(detail::member_at(&object, &detail::member_places<packed>, 1) == bytes + 1 + sizeof(so::field<std::int32_t>));
}

TEST_CASE("member_places: a packed struct is decoded") {
    CHECK(support::decoded_as<packed>(R"({"State":"Started","ProgressPercent":40})") ==
          R"({"ProgressPercent":40,"State":"Started"})");
}
#endif
