// Tests of superoffice/base/civil_time.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/civil_time.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace so = superoffice;
using so::civil_time;

namespace {

static_assert(so::detail::days_since_1970({1970, 1, 1}) == 0);
static_assert(so::detail::days_since_1970({1, 1, 1}) == -719'162);
static_assert(so::detail::days_since_1970({9999, 12, 31}) == 2'932'896);

}  // namespace

TEST_CASE("civil_time: every day of eight centuries is one more than the day before") {
    civil_time t{1600, 1, 1};
    for (std::int64_t days = so::detail::days_since_1970(t); t.year < 2400; ++days) {
        if (so::detail::days_since_1970(t) != days) {
            CHECK(so::detail::days_since_1970(t) == days);
            return;
        }
        if (t.day < so::detail::days_in_month(t.year, t.month)) {
            ++t.day;
        } else {
            t.day = 1;
            t.year += t.month == 12;
            t.month = t.month == 12 ? std::uint8_t{1} : static_cast<std::uint8_t>(t.month + 1);
        }
    }
    CHECK(t.year == 2400);
}

TEST_CASE("civil_time: a date becomes days, and the days become the same date") {
    for (std::int32_t days = 0; days <= 2'932'896; days += days < 60'000 ? 1 : 97) {
        const civil_time t = so::detail::day_since_1970(days);
        if (so::detail::days_since_1970(t) != days || !so::detail::is_in_calendar(t)) {
            CHECK(so::detail::days_since_1970(t) == days);
            CHECK(so::detail::is_in_calendar(t));
            return;
        }
    }
    CHECK(so::detail::day_since_1970(0) == civil_time{1970, 1, 1});
    CHECK(so::detail::day_since_1970(11'016) == civil_time{2000, 2, 29});
}

TEST_CASE("civil_time: a text that is shorter than the shape does not match it") {
    std::uint16_t numbers[3] = {};
    CHECK(so::detail::read_shape("12:34", "00:00", numbers));
    CHECK(numbers[1] == 34);
    CHECK_FALSE(so::detail::read_shape("12:3", "00:00", numbers));
    CHECK_FALSE(so::detail::read_shape("", "0", numbers));
    for (const char* const text : {"1:", "1/", ":0", "/9"}) CHECK_FALSE(so::detail::read_shape(text, "00", numbers));
}

TEST_CASE("civil_time: one that was not filled in is the first moment of year 1") {
    CHECK(civil_time{} == civil_time{1, 1, 1, 0, 0, 0, 0});
}
