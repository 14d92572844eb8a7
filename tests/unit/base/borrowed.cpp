// Tests of superoffice/base/borrowed.hpp. Uses that must not compile are in tests/compile_fail.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/borrowed.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace so = superoffice;
using so::borrowed;

namespace {

static_assert(borrowed{}.empty() && borrowed{"abc"}.view() == "abc");
static_assert(borrowed{static_cast<const char*>(nullptr)}.empty());  // as std::getenv answers
static_assert(std::is_trivially_copyable_v<borrowed>);

struct small_view {  // a view of somebody else's text may be a temporary
    const char* text;
    operator std::string_view() const { return text; }
};

std::string_view taken(borrowed text) { return text; }

}  // namespace

TEST_CASE("borrowed_list: points to the elements of named arrays and containers, and of spans of them") {
    const int array[] = {1, 2, 3};
    std::vector<int> vector{4, 5};
    const std::array<int, 1> one{6};
    const struct {
        so::borrowed_list<int> list;
        const int* data;
        std::size_t size;
    } cases[] = {
        {{}, nullptr, 0},
        {array, array, 3},
        {vector, vector.data(), 2},
        {one, one.data(), 1},
        {std::span{vector}.first(1), vector.data(), 1},
        {std::span<const int, 2>{array + 1, 2}, array + 1, 2},
        {std::span<const int>{}, nullptr, 0},
        {so::borrowed_list<int>{array}, array, 3},
    };
    for (const auto& c : cases) {
        CHECK(c.list.data() == c.data);
        CHECK(c.list.size() == c.size);
        CHECK(c.list.empty() == (c.size == 0));
        CHECK(c.list.end() - c.list.begin() == static_cast<std::ptrdiff_t>(c.size));
    }
    static_assert(!std::is_constructible_v<so::borrowed_list<int>, std::vector<long>&>);
    static_assert(std::is_trivially_copyable_v<so::borrowed_list<int>>);
}

TEST_CASE("borrowed: takes literals, views and named strings, and points to their text") {
    const std::string kept = "kept";
    std::string changeable = "changeable";
    CHECK(taken(kept).data() == kept.data());
    CHECK(taken(changeable).data() == changeable.data());
    CHECK(taken("literal") == "literal");
    CHECK(taken(std::string_view{"view"}) == "view");
    CHECK(taken(std::string_view{"a\0b", 3}).size() == 3);
    CHECK(taken(small_view{"small"}) == "small");
    CHECK(taken(nullptr).empty());
    CHECK(taken("").empty());
    CHECK(taken(borrowed{kept}) == kept);
}
