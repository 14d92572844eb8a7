// Tests of superoffice/http/detail/http_date.hpp: the dates of HTTP, and what a server means by Retry-After.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/detail/http_date.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using superoffice::milliseconds;
using superoffice::detail::parse_http_date;
using superoffice::detail::parse_retry_after;

namespace {

constexpr std::int64_t absent = -1, no_clock = 0;

std::int64_t seconds_of(std::string_view text, std::int64_t now = no_clock) {
    std::int64_t seconds = absent;
    const bool good = parse_http_date(text, now, seconds);
    CHECK(good == (seconds != absent));  // unchanged where there is no date
    return seconds;
}

}  // namespace

TEST_CASE("http date: the three forms of RFC 9110 section 5.6.7 are read, everything else is no date") {
    const struct {
        std::string_view text;
        std::int64_t seconds;
    } rows[] = {
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199},
        {"Fri, 31 Dec 2027 00:00:00 GMT", 1830211200},
        {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800},  // a leap second
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
        {"Wednesday, 31-Dec-69 23:59:59 GMT", 3155759999},
        {"Monday, 01-Jan-29 00:00:00 GMT", 1861920000},
        {"Sun Nov  6 08:49:37 1994", 784111777},
        {"Wed Nov 16 08:49:37 1994", 784975777},
        {"Sun, 06 Nov 1994 08:49:37 UTC", absent},
        {"Sun, 06 nov 1994 08:49:37 GMT", absent},
        {"Sun, 06 anF 1994 08:49:37 GMT", absent},
        {"Sun, 00 Nov 1994 08:49:37 GMT", absent},
        {"Sun, 31 Nov 1994 08:49:37 GMT", absent},
        {"Thu, 29 Feb 2023 23:59:59 GMT", absent},
        {"Sun, 06 Nov 1994 24:49:37 GMT", absent},
        {"Sun, 06 Nov 1994 08:60:37 GMT", absent},
        {"Sun, 06 Nov 1994 08:49:61 GMT", absent},
        {"Sun, 06 Nov 1969 08:49:37 GMT", absent},
        {"Sun, 6 Nov 1994 08:49:37 GMT", absent},
        {"Sunday, 06 Nov 1994 08:49:37 GMT", absent},
        {"Sun, 06-Nov-94 08:49:37 GMT", absent},
        {"Sunday, 06-Nov-1994 08:49:37 GMT", absent},
        {"Wednesdays, 06-Nov-94 08:49:37 GMT", absent},
        {"Sun Nov 6 08:49:37 1994", absent},
        {"Sun Nov  6 08:49:37 1994 GMT", absent},
        {"Sun Nov 06 08:49:37 94", absent},
        {"Sun Nov   08:49:37 1994", absent},
        {",", absent},
        {"Sun,", absent},
        {"", absent},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(seconds_of(row.text) == row.seconds);
    }
}

TEST_CASE("http date: a date cut at any byte, or with more behind it, is refused") {
    for (const std::string whole :
         {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
        for (std::size_t size = 0; size < whole.size(); ++size) CHECK(seconds_of(whole.substr(0, size)) == absent);
        CHECK(seconds_of(whole + ' ') == absent);
    }
}

TEST_CASE("http date: two digits of a year are at most 50 years ahead of the clock") {
    const struct {
        std::string_view text;
        std::int64_t now;
        std::int64_t seconds;
    } rows[] = {
        {"Friday, 27-Nov-26 00:00:00 GMT", 1795910400, 1795737600},  // the clock says 2026
        {"Friday, 27-Nov-76 00:00:00 GMT", 1795910400, 3373660800},  // 2076, within 50 years
        {"Monday, 27-Dec-76 00:00:00 GMT", 1795910400, 220492800},   // 1976: 2076 would be more than 50 years ahead
        {"Monday, 27-Dec-76 00:00:00 GMT", 1830297600, 3376252800},  // but not in 2028
        {"Monday, 27-Dec-76 00:00:00 GMT", no_clock, 220492800},
        {"Sunday, 29-Nov-76 00:00:00 GMT", 1795910400, 3373833600},  // 50 years of 365.26 days: 18263 days
        {"Sunday, 29-Nov-76 00:00:01 GMT", 1795910400, 218073601},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.now);
        CHECK(seconds_of(row.text, row.now) == row.seconds);
    }
}

TEST_CASE("retry-after: seconds, or a date that counts from the reply's own date or from the clock; at most a day") {
    constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
    constexpr std::int64_t clock = 784111777;  // the same time
    const struct {
        std::string_view retry_after, date;
        std::int64_t now;
        std::int64_t milliseconds;
    } rows[] = {
        {"0", date, no_clock, 0},
        {"5", "", no_clock, 5'000},
        {"86400", date, no_clock, 86'400'000},
        {"86401", date, no_clock, 86'400'000},
        {"18446744073709551615", date, no_clock, 86'400'000},
        {"18446744073709551616", date, no_clock, absent},
        {"Sun, 06 Nov 1994 08:50:37 GMT", date, no_clock, 60'000},
        {"Sun, 06 Nov 1994 08:40:37 GMT", date, no_clock, 0},
        {"Tue, 08 Nov 1994 08:50:37 GMT", date, no_clock, 86'400'000},
        {"Sunday, 06-Nov-94 08:50:37 GMT", date, no_clock, 60'000},
        {"Sun Nov  6 08:50:37 1994", date, no_clock, 60'000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", no_clock, 60'000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "Sun Nov  6 08:49:37 1994", no_clock, 60'000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "", no_clock, absent},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "today", no_clock, absent},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "", clock, 60'000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "today", clock + 30, 30'000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", date, clock + 30, 60'000},  // the reply's own date wins
        {"Sun, 06 Nov 1994 08:50:37 GMT", "", -5, absent},            // a clock that is not set
        {"-5", date, clock, absent},
        {"5.5", date, clock, absent},
        {"soon", date, clock, absent},
        {"", date, clock, absent},
    };
    for (const auto& row : rows) {
        CAPTURE(row.retry_after);
        CAPTURE(row.date);
        CAPTURE(row.now);
        milliseconds wait{absent};
        CHECK(parse_retry_after(row.retry_after, row.date, row.now, wait) == (row.milliseconds != absent));
        CHECK(wait.count() == row.milliseconds);
    }
}

TEST_CASE("http_date: a month is recognised by all of its three letters") {
    CHECK(superoffice::detail::month_of("Jan") == 1);
    CHECK(superoffice::detail::month_of("Dec") == 12);
    for (const char* const name : {"Jen", "Jax", "jan", "Xan", "Jum"}) CHECK(superoffice::detail::month_of(name) == 13);
}
