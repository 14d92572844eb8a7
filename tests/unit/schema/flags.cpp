// Tests of superoffice/schema/flags.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/flags.hpp>
#include <superoffice/schema/rights.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
using so::flags;
using table = so::ETableRight;
using of_field = so::EFieldRight;

namespace {

enum class wide : std::uint32_t { low = 1, top = 0x8000'0000 };
BOOST_DESCRIBE_ENUM(wide, low, top)

static_assert(std::is_trivially_copyable_v<flags<table>>);

constexpr bool is_known = true, is_unknown = false;

struct mask_case {
    std::string_view text;
    std::uint32_t bits;
    bool known = true;
};

template <class E>
void check_all(const mask_case (&cases)[], std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) {
        CAPTURE(cases[n].text);
        const auto made = flags<E>::from_text(cases[n].text);
        CHECK(made.bits() == cases[n].bits);
        CHECK(made.known() == cases[n].known);
        CHECK(made.text() == cases[n].text);
    }
}

}  // namespace

TEST_CASE("flags: section 6, every recorded form of a table's mask") {
    const mask_case cases[] = {
        {"FULL", 15},
        {"None", 0},
        {"Update", 2},
        {"Delete", 8},
        {"Select, Update", 3},
        {"Select, Update, Delete", 11},
        {"Select, Update, Insert, Delete", 15},
        {"RI, RestrictedUpdate", 37},
        {"R", 1},
        {"UR", 3},
        {"URI", 7},
        {"UDR", 11},
        {"RF", 17},
        {"FI", 20},
        {"URU", 34},
        {"WRITE", 38},
        {"Filtering", 16},
        {"F", 16},
        {"Unused1", 64},
        {"Uninitialized", 128},
        {"select,update", 3},
        {"SELECT ,\tUPDATE", 3},
        {" Select ", 1},
        {"Select,, Update,", 3},
        {"", 0},
        {",", 0},
        {"Select, Fly", 1, is_unknown},
        {"Fly", 0, is_unknown},
        {"Select Update", 0, is_unknown},
    };
    check_all<table>(cases, sizeof cases / sizeof cases[0]);
}

TEST_CASE("flags: section 6, every recorded form of a field's mask") {
    const mask_case cases[] = {
        {"FULL", 3},
        {"None", 0},
        {"Read", 1},
        {"Write", 2},
        {"Update", 3},
        {"Read, Write", 3},
        {"Update, UIHintMandatory", 67},
        {"Update, Nullable", 35},
        {"Update, Unused4", 35},
        {"Unused4, UIHintReadOnly", 160},
        {"UIHints", 192},
        {"Unused1, Unused2, Unused3", 28},
        {"UndefinedValue256", 256},
        {"Update, UndefinedValue512", 3, is_unknown},
    };
    check_all<of_field>(cases, sizeof cases / sizeof cases[0]);
}

TEST_CASE("flags: numbers, as archive replies have them") {
    struct {
        std::uint32_t number;
        bool known;
        std::string_view text;
    } const cases[] = {
        {0, is_known, "None"}, {1, is_known, "Select"}, {15, is_known, "FULL"},         {6, is_known, ""},
        {255, is_known, ""},   {256, is_unknown, ""},   {0xffff'ffffu, is_unknown, ""},
    };
    for (const auto& one : cases) {
        CAPTURE(one.number);
        const auto made = flags<table>::from_number(one.number);
        CHECK(made.bits() == one.number);
        CHECK(made.known() == one.known);
        CHECK(made.text() == one.text);
    }
    CHECK(flags<wide>::from_number(0x8000'0000).text() == "top");
    CHECK(flags<wide>{wide::top}.text() == "top");
    CHECK(flags<wide>::from_text("low,top").bits() == 0x8000'0001);
}

TEST_CASE("flags: has() wants every bit, None is always there") {
    const auto made = flags<table>::from_text("Select, Update");
    CHECK(made.has(table::Select));
    CHECK(made.has(table::UR));
    CHECK(made.has(table::None));
    CHECK_FALSE(made.has(table::URI));
    CHECK_FALSE(made.has(table::Delete));
    CHECK(flags<table>{}.has(table::None));
    CHECK_FALSE(flags<table>{}.has(table::R));
}

TEST_CASE("flags: compare by bits, with unknown names by text as well") {
    CHECK(flags<table>::from_text("FULL") == flags<table>::from_text("Select, Update, Insert, Delete"));
    CHECK(flags<table>::from_text("RI") == flags<table>::from_number(5));
    CHECK(flags<table>::from_text("FULL") == table::FULL);
    CHECK(flags<table>{table::FULL}.text() == "FULL");
    CHECK(flags<table>::from_text("FULL, Fly") != table::FULL);
    CHECK(flags<table>::from_text("FULL, Fly") != flags<table>::from_text("FULL"));
    CHECK(flags<table>::from_text("Fly") == flags<table>::from_text("Fly"));
    CHECK(flags<table>::from_text("Fly") != flags<table>::from_text("Swim"));
}

TEST_CASE("flags: masks with different bits are different, known or not") {
    CHECK(flags<table>::from_text("Select") != table::FULL);
    CHECK(flags<table>::from_text("Select") != flags<table>::from_text("FULL"));
    CHECK(flags<table>::from_number(5) != flags<table>::from_number(1));
}

TEST_CASE("flags: a set that is assigned anew keeps nothing of what it was") {
    const char* const names = superoffice::detail::enumerators_of<superoffice::EFieldRight>.bytes;
    superoffice::detail::flags_value held;
    held.assign(names, std::string_view{"Read"});
    CHECK(held.bits == 1);
    held.assign(names, std::string_view{"Write, Bogus"});
    CHECK(held.bits == 2);
    CHECK_FALSE(held.known);
    held.assign(names, std::string_view{"Read"});
    CHECK(held.bits == 1);
    CHECK(held.known);
    held.assign(names, std::uint32_t{9999});  // which no name stands for
    CHECK(held.bits == 9999);
    CHECK(held.text.empty());
}

TEST_CASE("flags: a set with a name that is not known equals none without it") {
    using rights = superoffice::flags<superoffice::EFieldRight>;
    const rights known = rights::from_text("Read"), unknown = rights::from_text("Read, Bogus");
    CHECK(known == known);
    CHECK(unknown == unknown);
    CHECK_FALSE(known == unknown);
    CHECK_FALSE(unknown == known);
}
