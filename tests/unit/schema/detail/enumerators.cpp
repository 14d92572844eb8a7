// Tests of superoffice/schema/detail/enumerators.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/detail/enumerators.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

using superoffice::detail::enumerator_cursor;
using superoffice::detail::enumerators_of;
using superoffice::detail::find_enumerator;

namespace {

enum class right : std::int32_t { None = 0, Read = 1, Alias = 1, Negative = -4, Large = 99999 };
BOOST_DESCRIBE_ENUM(right, None, Read, Alias, Negative, Large)
enum class spelling { ab = 1, AB = 2, aB = 3 };
BOOST_DESCRIBE_ENUM(spelling, ab, AB, aB)

template <class E>
constexpr enumerator_cursor names_of{enumerators_of<E>.bytes};

}  // namespace

TEST_CASE("enumerators: the table from front to end") {
    enumerator_cursor at = names_of<right>;
    for (const right each : {right::None, right::Read, right::Alias, right::Negative, right::Large}) {
        REQUIRE_FALSE(at.at_end());
        CHECK(at.value() == static_cast<std::int32_t>(each));
        at.next();
    }
    CHECK(at.at_end());
}

TEST_CASE("enumerators: by name in any letter case, by the first of a value") {
    struct {
        std::string_view text;
        std::string_view found;  // empty: none
    } const by_name[] = {
        {"None", "None"},   {"none", "None"},  {"ALIAS", "Alias"}, {"nEGATIVE", "Negative"},
        {"Large", "Large"}, {"Rea", ""},       {"Reads", ""},      {"", ""},
        {" Read", ""},      {"R\xc3\xa5", ""}, {"\x04None", ""},   {"Negativ\xFC", ""},
    };
    for (const auto& one : by_name) {
        CAPTURE(one.text);
        const enumerator_cursor found = find_enumerator(names_of<right>, one.text);
        CHECK(found.at_end() == one.found.empty());
        CHECK(found.name() == one.found);
    }
    // Names that differ in their letter case only: the one with the same letter case counts, else the first.
    CHECK(find_enumerator(names_of<spelling>, "ab").value() == 1);
    CHECK(find_enumerator(names_of<spelling>, "AB").value() == 2);
    CHECK(find_enumerator(names_of<spelling>, "aB").value() == 3);
    CHECK(find_enumerator(names_of<spelling>, "Ab").value() == 1);
    CHECK(find_enumerator(names_of<right>, 1).name() == "Read");
    CHECK(find_enumerator(names_of<right>, -4).name() == "Negative");
    CHECK(find_enumerator(names_of<right>, 99999).name() == "Large");
    CHECK(find_enumerator(names_of<right>, 2).at_end());
}
