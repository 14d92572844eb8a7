// Tests of superoffice/codec/detail/key_marks.hpp: a key that was added is there, and most others are not.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/key_marks.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/detail/describe.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

using superoffice::detail::key_marks;

TEST_CASE("key_marks: has what was added, of any size and with any byte in the middle") {
    for (std::size_t size = 0; size <= 300; ++size)
        for (int middle = 1; middle < 256; middle += 5) {
            key_marks marks;
            const std::string key(size, static_cast<char>(middle));
            CHECK_FALSE(marks.has(key));
            marks.add(key);
            CHECK(marks.has(key));
            if (size != 0) CHECK_FALSE(marks.has(key + static_cast<char>(middle)));  // the next size has the next mark
        }
}

TEST_CASE("key_marks: of a task's names, four pairs share a mark") {
    const auto& names = superoffice::detail::member_names<superoffice::BatchTaskInfo>;
    int pairs = 0;
    for (std::size_t n = 0; n != names.size(); ++n) {
        key_marks one;
        one.add(names[n]);
        for (std::size_t other = n + 1; other != names.size(); ++other) pairs += one.has(names[other]) ? 1 : 0;
    }
    CHECK(pairs == 4);
}

TEST_CASE("key_marks: an empty set has no mark, and the union of two has the marks of both") {
    key_marks one, other;
    one.add("State");
    other.add("ProgressPercent");
    CHECK_FALSE(key_marks{}.has(""));
    CHECK_FALSE(key_marks{}.has("State"));
    for (const std::string_view name : superoffice::detail::member_names<superoffice::BatchTaskInfo>)
        CHECK((one | other).has(name) == (name == "State" || name == "ProgressPercent"));
}
