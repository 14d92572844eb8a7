// Tests of superoffice/schema/detail/enumerators.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/detail/enumerators.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

using superoffice::detail::enumerator;
using superoffice::detail::find_enumerator;

namespace {

constexpr enumerator table[] = {{"None", 0}, {"Read", 1}, {"Alias", 1}, {"Negative", -4}};

}  // namespace

TEST_CASE("enumerators: by name in any letter case, by the first of a value") {
    struct {
        std::string_view text;
        const enumerator* row;
    } const by_name[] = {
        {"None", &table[0]}, {"none", &table[0]}, {"ALIAS", &table[2]}, {"Rea", nullptr},
        {"Reads", nullptr},  {"", nullptr},       {" Read", nullptr},   {"R\xc3\xa5", nullptr},
    };
    for (const auto& one : by_name) {
        CAPTURE(one.text);
        CHECK(find_enumerator(table, one.text) == one.row);
    }
    // Names that differ in their letter case only: the one that is spelt just so, else the first.
    constexpr enumerator alike[] = {{"ab", 1}, {"AB", 2}, {"aB", 3}};
    CHECK(find_enumerator(alike, "ab")->value == 1);
    CHECK(find_enumerator(alike, "AB")->value == 2);
    CHECK(find_enumerator(alike, "aB")->value == 3);
    CHECK(find_enumerator(alike, "Ab")->value == 1);
    CHECK(find_enumerator(table, std::int64_t{1}) == &table[1]);
    CHECK(find_enumerator(table, std::int64_t{-4}) == &table[3]);
    CHECK(find_enumerator(table, std::int64_t{2}) == nullptr);
    CHECK(find_enumerator(table, std::int64_t{1} << 32) == nullptr);
    CHECK(find_enumerator({}, "None") == nullptr);
}
