// Tests of superoffice/schema/detail/enumerators.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/detail/enumerators.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>

using superoffice::detail::enumerator;
using superoffice::detail::enumerators_of;
using superoffice::detail::find_enumerator;
using superoffice::detail::take_enumerator;

namespace {

// One byte of a table holds seven bits of a value: the last of one byte, the first of two, and so on.
enum class right : std::int32_t {
    None = 0,
    Read = 1,
    Alias = 1,
    Negative = -4,
    Seven = 127,
    Eight = 128,
    Large = 99999
};
BOOST_DESCRIBE_ENUM(right, None, Read, Alias, Negative, Seven, Eight, Large)
enum class wide : std::uint32_t { two = 0x3FFF, three = 0x4000, highest = 0xFFFFFFFF };
BOOST_DESCRIBE_ENUM(wide, two, three, highest)
enum class spelling { ab = 1, AB = 2, aB = 3 };
BOOST_DESCRIBE_ENUM(spelling, ab, AB, aB)

template <class E>
constexpr const char* names_of = enumerators_of<E>.bytes;

/// The one that is found; an empty name where there is none.
template <class E>
enumerator found_in(auto wanted) {
    enumerator found;
    return find_enumerator(names_of<E>, wanted, found) ? found : enumerator{};
}

template <class E>
void check_values(std::initializer_list<E> wanted) {
    const char* rest = names_of<E>;
    enumerator each;
    for (const E value : wanted) {
        REQUIRE(take_enumerator(rest, each));
        CHECK(each.value == static_cast<std::int32_t>(value));
    }
    CHECK_FALSE(take_enumerator(rest, each));
}

}  // namespace

TEST_CASE("enumerators: the table from front to end") {
    using enum right;
    check_values<right>({None, Read, Alias, Negative, Seven, Eight, Large});
    check_values<wide>({wide::two, wide::three, wide::highest});
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
        enumerator found;
        CHECK(find_enumerator(names_of<right>, one.text, found) == !one.found.empty());
        CHECK(found.name == one.found);
    }
    // Names that differ in their letter case only: the one with the same letter case counts, else the first.
    CHECK(found_in<spelling>(std::string_view{"ab"}).value == 1);
    CHECK(found_in<spelling>(std::string_view{"AB"}).value == 2);
    CHECK(found_in<spelling>(std::string_view{"aB"}).value == 3);
    CHECK(found_in<spelling>(std::string_view{"Ab"}).value == 1);
    CHECK(found_in<right>(1).name == "Read");
    CHECK(found_in<right>(-4).name == "Negative");
    CHECK(found_in<right>(99999).name == "Large");
    CHECK(found_in<right>(2).name.empty());
}
