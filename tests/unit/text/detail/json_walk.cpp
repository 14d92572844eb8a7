// Tests of superoffice/text/detail/json_walk.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/text/detail/json_walk.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using superoffice::detail::member_cursor;

namespace {

using members = std::vector<std::pair<std::string, std::string>>;

members walked(std::string_view object) {
    members seen;
    for (member_cursor at{object}; !at.at_end(); at.next())
        seen.emplace_back(std::string{at.key().raw()}, std::string{at.value().raw()});
    return seen;
}

static_assert(member_cursor{}.at_end());

}  // namespace

TEST_CASE("json_walk: gives the members of every kind of object, and reads nothing behind it") {
    struct {
        std::string_view object;
        members seen;
    } const cases[] = {
        {"", {}},
        {"null", {}},
        {"[1,2]", {}},
        {"\"{\"", {}},
        {"{}", {}},
        {"{ \t\r\n}", {}},
        {R"({"a":1})", {{"\"a\"", "1"}}},
        {R"({"a":1,"a":2})", {{"\"a\"", "1"}, {"\"a\"", "2"}}},
        {"{ \"a\" : -1.5e3 ,\n\"b\"\t:\ttrue\r\n}", {{"\"a\"", "-1.5e3"}, {"\"b\"", "true"}}},
        {R"({"":"","x":null})", {{"\"\"", "\"\""}, {"\"x\"", "null"}}},
        {R"({"q\"}":"a\\","z":"\\\"}{"})", {{R"("q\"}")", R"("a\\")"}, {"\"z\"", R"("\\\"}{")"}}},
        {R"({"o":{"x":[{}],"y":"}"},"l":["]",[[]]],"e":{},"f":[]})",
         {{"\"o\"", R"({"x":[{}],"y":"}"})"}, {"\"l\"", R"(["]",[[]]])"}, {"\"e\"", "{}"}, {"\"f\"", "[]"}}},
        {"{\"\xc3\xa5\":\"\xf0\x9f\x98\x80\"}", {{"\"\xc3\xa5\"", "\"\xf0\x9f\x98\x80\""}}},
    };
    support::guard_page page{4096};
    for (const auto& one : cases) {
        CAPTURE(one.object);
        const char* const placed = page.place(one.object);
        CHECK(walked({placed, one.object.size()}) == one.seen);
    }
}

TEST_CASE("json_walk: a token knows whether it is escaped") {
    member_cursor at{R"({"\u0041":"plain","b":"\n","c":{"d":"\n"}})"};
    CHECK(at.key().is_escaped());
    CHECK(at.key() == "A");
    CHECK_FALSE(at.value().is_escaped());
    at.next();
    CHECK_FALSE(at.key().is_escaped());
    CHECK(at.value() == "\n");
    at.next();
    CHECK_FALSE(at.value().is_escaped());  // an object is no string
    CHECK(at.value().raw() == R"({"d":"\n"})");
}

TEST_CASE("json_walk: two cursors are equal at the same member") {
    const std::string_view object = R"({"a":1,"b":2})";
    member_cursor a{object}, b{object};
    CHECK(a == b);
    a.next();
    CHECK(a != b);
    b.next();
    CHECK(a == b);
    a.next();
    CHECK(a.at_end());
    CHECK(a == member_cursor{});
}
