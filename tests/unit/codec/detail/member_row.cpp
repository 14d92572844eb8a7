// Tests of superoffice/codec/detail/member_row.hpp: a row calls the codec of the member's type, also one of the program.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/member_row.hpp>
#include <superoffice/codec/json.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace so = superoffice;
using so::errc;

namespace {

enum class colour : std::int32_t { red = 1, green = 2 };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct point {
    std::int32_t x = 0, y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

/// Null is a value of it.
struct switchable {
    int position = 0;
};

}  // namespace

// Types that the library reads by itself, read by a codec of the program: from an array, by number and by position.
template <>
struct superoffice::codec<point> {
    static errc decode(json_value auto& value, point& into, decode_state& state) noexcept {
        into = point{};
        bool is_y = false;
        return value.array([&](auto& element) noexcept {
            return codec<std::int32_t>::decode(element, std::exchange(is_y, true) ? into.y : into.x, state);
        });
    }
    static void encode(json_writer& out, const point&) noexcept { out.raw("[]"); }
};
template <>
struct superoffice::codec<so::coded<colour>> {
    static errc decode(json_value auto& value, so::coded<colour>& into, decode_state& state) noexcept {
        std::string_view text;
        const errc e = codec<std::string_view>::decode(value, text, state);
        if (e == errc::ok) into = text == "rouge" ? colour::red : colour::green;
        return e;
    }
    static void encode(json_writer& out, const so::coded<colour>& value) noexcept {
        out.string(value == colour::red ? "rouge" : "vert");
    }
};
template <>
struct superoffice::codec<switchable> {
    static errc decode(json_value auto& value, switchable& into, decode_state&) noexcept {
        bool on = false;
        const errc e = value.boolean(on);
        into.position = on ? 2 : 1;
        return e;
    }
    static void set_null(switchable& into) noexcept { into.position = -1; }
    static void encode(json_writer& out, const switchable& value) noexcept { out.number(value.position); }
};

namespace {

struct all {
    so::coded<colour> plain;
    so::field<so::coded<colour>> code;
    so::unlisted<point> place;
    point origin;
    switchable lever;
    so::field<switchable> maybe;
};
BOOST_DESCRIBE_STRUCT(all, (), (plain, code, place, origin, lever, maybe))

}  // namespace

TEST_CASE("member_row: a codec of the program is used for every type, in a field and outside of one") {
    CHECK(support::decoded_as<all>(
              R"({"plain":"rouge","code":"rouge","place":[1,2],"origin":[3,4],"lever":true,"maybe":false})") ==
          R"({"plain":"rouge","code":"rouge","place":[],"origin":[],"lever":2,"maybe":1})");
    CHECK(support::decoded_as<all>(R"({"code":"x","place":{}})") == "wrong_kind 20 place");
}

TEST_CASE("member_row: null goes to the codec of a plain member that knows it, and to the state of a field") {
    CHECK(support::decoded_as<all>(R"({"lever":null,"maybe":null,"code":null,"origin":null})") ==
          R"({"plain":"vert","code":null,"origin":[],"lever":-1,"maybe":null})");
    CHECK(support::decoded_as<all>(R"({"lever":nul})") == "bad_json 12 lever");
}
