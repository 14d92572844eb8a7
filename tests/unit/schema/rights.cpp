// Tests of superoffice/schema/rights.hpp.
// SPDX-License-Identifier: BSL-1.0

// What X11 and others define: the header has to put it back as it was.
#define None 0L
#define Delete delete_of_somebody_else
#include <superoffice/schema/rights.hpp>
#define TEXT_OF(x) #x
#define EXPANDED(x) TEXT_OF(x)
constexpr char none_after[] = EXPANDED(None);
constexpr char delete_after[] = EXPANDED(Delete);
#undef None
#undef Delete

#include <superoffice/schema/detail/describe.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

static_assert(std::string_view{none_after} == "0L" && std::string_view{delete_after} == "delete_of_somebody_else");

namespace so = superoffice;

namespace {

struct row {
    std::string_view name;
    std::int32_t value;
};

template <class E>
void check_table(const row (&rows)[], std::size_t count) {
    const char* rest = so::detail::enumerators_of<E>.bytes;
    so::detail::enumerator each;
    for (std::size_t n = 0; n < count; ++n) {
        REQUIRE(so::detail::take_enumerator(rest, each));
        CHECK(each.name == rows[n].name);
        CHECK(each.value == rows[n].value);
    }
    CHECK_FALSE(so::detail::take_enumerator(rest, each));
}

}  // namespace

TEST_CASE("rights: section 6, ETableRight") {
    const row rows[] = {
        {"None", 0},   {"Select", 1}, {"R", 1},        {"Update", 2},
        {"UR", 3},     {"Insert", 4}, {"RI", 5},       {"URI", 7},
        {"Delete", 8}, {"UDR", 11},   {"FULL", 15},    {"Filtering", 16},
        {"F", 16},     {"RF", 17},    {"FI", 20},      {"RestrictedUpdate", 32},
        {"URU", 34},   {"WRITE", 38}, {"Unused1", 64}, {"Uninitialized", 128},
    };
    check_table<so::ETableRight>(rows, sizeof rows / sizeof rows[0]);
}

TEST_CASE("rights: section 6, EFieldRight") {
    const row rows[] = {
        {"None", 0},
        {"Read", 1},
        {"Write", 2},
        {"Update", 3},
        {"FULL", 3},
        {"Unused1", 4},
        {"Unused2", 8},
        {"Unused3", 16},
        {"Nullable", 32},
        {"Unused4", 32},
        {"UIHintMandatory", 64},
        {"UIHintReadOnly", 128},
        {"UIHints", 192},
        {"UndefinedValue256", 256},
    };
    check_table<so::EFieldRight>(rows, sizeof rows / sizeof rows[0]);
}
