// Tests of superoffice/borrowed.hpp. What does not compile is in tests/compile_fail.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/borrowed.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <type_traits>

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
