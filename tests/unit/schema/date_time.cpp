// Tests of superoffice/schema/date_time.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/date_time.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::civil_time;
using so::date_time;
using so::field;
using so::unix_time;

namespace {

static_assert(date_time::from_text("2002-08-07T12:52:00Z")->utc() == unix_time{1'028'724'720, 0});

}  // namespace

TEST_CASE("date_time: section 8, every form that was seen") {
    struct {
        std::string_view text;
        civil_time local;
        field<std::int16_t> offset;
        field<unix_time> utc;
    } const cases[] = {
        {"2019-12-19T10:44:12", {2019, 12, 19, 10, 44, 12, 0}, {}, {}},
        {"2002-08-07T12:52:00Z", {2002, 8, 7, 12, 52, 0, 0}, std::int16_t{0}, unix_time{1'028'724'720, 0}},
        {"2002-03-31T18:00:00+02:00", {2002, 3, 31, 18, 0, 0, 0}, std::int16_t{120}, unix_time{1'017'590'400, 0}},
        {"2018-12-24T07:34:45-0500", {2018, 12, 24, 7, 34, 45, 0}, std::int16_t{-300}, unix_time{1'545'654'885, 0}},
        {"2024-11-27T09:15:00+01:00", {2024, 11, 27, 9, 15, 0, 0}, std::int16_t{60}, unix_time{1'732'695'300, 0}},
        {"2021-06-05T14:28:21.47729+02:00",
         {2021, 6, 5, 14, 28, 21, 477'290'000},
         std::int16_t{120},
         unix_time{1'622'896'101, 477'290'000}},
        {"2021-06-05T14:28:21.0771703+02:00",
         {2021, 6, 5, 14, 28, 21, 77'170'300},
         std::int16_t{120},
         unix_time{1'622'896'101, 77'170'300}},
        {"2026-02-23T09:52:01.9342965Z",
         {2026, 2, 23, 9, 52, 1, 934'296'500},
         std::int16_t{0},
         unix_time{1'771'840'321, 934'296'500}},
        // Further ones of the same make.
        {"2021-06-05T14:28:21.5", {2021, 6, 5, 14, 28, 21, 500'000'000}, {}, {}},
        {"2021-06-05T14:28:21.123456789Z",
         {2021, 6, 5, 14, 28, 21, 123'456'789},
         std::int16_t{0},
         unix_time{1'622'903'301, 123'456'789}},
        {"1969-12-31T23:59:59.9Z",
         {1969, 12, 31, 23, 59, 59, 900'000'000},
         std::int16_t{0},
         unix_time{-1, 900'000'000}},
        {"2024-02-29T23:59:59+14:00", {2024, 2, 29, 23, 59, 59, 0}, std::int16_t{840}, unix_time{1'709'200'799, 0}},
        {"2000-02-29T00:00:00-12:00", {2000, 2, 29, 0, 0, 0, 0}, std::int16_t{-720}, unix_time{951'825'600, 0}},
        {"2024-01-01T00:00:00+05:45", {2024, 1, 1, 0, 0, 0, 0}, std::int16_t{345}, unix_time{1'704'046'500, 0}},
        {"2024-01-01T00:00:00-00:30", {2024, 1, 1, 0, 0, 0, 0}, std::int16_t{-30}, unix_time{1'704'069'000, 0}},
        {"9999-12-31T23:59:59.9999999Z",
         {9999, 12, 31, 23, 59, 59, 999'999'900},
         std::int16_t{0},
         unix_time{253'402'300'799, 999'999'900}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const field<date_time> made = date_time::from_text(one.text);
        REQUIRE(made.has_value());
        CHECK(made->text() == one.text);
        CHECK(made->is_set());
        CHECK(made->local() == one.local);
        CHECK(made->offset() == one.offset);
        CHECK(made->utc() == one.utc);
        CHECK(*made == *date_time::from_text(std::string{one.text}));
    }
}

TEST_CASE("date_time: section 8, year 1 in any zone is \"not set\", and so is empty text") {
    for (const std::string_view text : {"0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "0001-01-01T01:00:00+01:00",
                                        "0001-01-01T00:00:00.0000000", "0001-12-31T23:59:59-0500", ""}) {
        CAPTURE(text);
        const field<date_time> made = date_time::from_text(text);
        REQUIRE(made.has_value());
        CHECK_FALSE(made->is_set());
        CHECK(made->utc().is_absent());
        CHECK(made->text() == text);
    }
    CHECK_FALSE(date_time{}.is_set());
    CHECK(date_time{} == *date_time::from_text(""));
    CHECK(so::unix_time{}.seconds == 0);
    CHECK(so::unix_time{}.nanoseconds == 0);
}

TEST_CASE("date_time: everything else is refused") {
    for (const std::string_view text : {
             "x",
             " ",
             "2024",
             "2024-11-27",
             "2024-11-27T",
             "2024-11-27T09:15",
             "2024-11-27T09:15:00z",
             "2024-11-27 09:15:00",
             "2024-11-27t09:15:00",
             "24-11-27T09:15:00",
             "2024-1-27T09:15:00",
             "0000-01-01T00:00:00",
             "2024-00-27T09:15:00",
             "2024-13-27T09:15:00",
             "2024-11-00T09:15:00",
             "2024-11-31T09:15:00",
             "2023-02-29T09:15:00",
             "1900-02-29T00:00:00",
             "2024-11-27T24:00:00",
             "2024-11-27T09:60:00",
             "2024-11-27T09:15:60",
             "2024-11-27T09:15:00.",
             "2024-11-27T09:15:00.Z",
             "2024-11-27T09:15:00.1234567890",
             "2024-11-27T09:15:00,5",
             "2024-11-27T09:15:00+",
             "2024-11-27T09:15:00+1",
             "2024-11-27T09:15:00+01",
             "2024-11-27T09:15:00+01:",
             "2024-11-27T09:15:00+01:0",
             "2024-11-27T09:15:00+01:60",
             "2024-11-27T09:15:00+15:00",
             "2024-11-27T09:15:00+01:00:00",
             "2024-11-27T09:15:00Z ",
             " 2024-11-27T09:15:00Z",
             "2024-11-27T09:15:00ZZ",
             "+2024-11-27T09:15:00",
             "-024-11-27T09:15:00",
             "2024-11-27T09:15:0\xc3\xa5",
         }) {
        CAPTURE(text);
        CHECK(date_time::from_text(text).is_absent());
    }
}

TEST_CASE("date_time: a date cut at any byte is refused, or is the date that the shorter form means") {
    const std::string_view whole = "2021-06-05T14:28:21.0771703+02:00";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        CAPTURE(size);
        const bool digits = (size > 20 && size <= 27);  // behind the point the offset may be missing
        CHECK(date_time::from_text(whole.substr(0, size)).has_value() == (digits || size == 19));
    }
}

TEST_CASE("date_time: a colon in the offset stands in its place") {
    CHECK(so::date_time::from_text("2021-06-05T14:28:21+02:00").has_value());
    for (const std::string_view text :
         {"2021-06-05T14:28:21+02x00", "2021-06-05T14:28:21+0:200", "2021-06-05T14:28:21+02:0"})
        CHECK_FALSE(so::date_time::from_text(text).has_value());
}

TEST_CASE("date_time: two digits are digits, and what stands next to 0 and 9 in ASCII is none") {
    for (const char* const text : {"1:", ":1", "1/", "/1", " 1", "a1"}) {
        CAPTURE(text);
        CHECK(superoffice::detail::two_digits(text) > 99);
    }
    CHECK(superoffice::detail::two_digits("09") == 9);
    CHECK(superoffice::detail::two_digits("99") == 99);
}
