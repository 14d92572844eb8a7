// HTTP dates, and what a server means by Retry-After.
#include <superoffice/http/detail/http_date.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>

using superoffice::detail::parse_http_date;
using superoffice::detail::parse_retry_after;

TEST_CASE("http date: the form that is sent is read, every other one is absent") {
    struct row {
        std::string_view text;
        std::int64_t seconds;  // -1: absent
    };
    const row rows[] = {
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},          {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
        {"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199}, {"Fri, 31 Dec 2027 00:00:00 GMT", 1830211200},
        {"Sunday, 06-Nov-94 08:49:37 GMT", -1},        {"Sun Nov  6 08:49:37 1994", -1},
        {"Sun, 06 Nov 1994 08:49:37 UTC", -1},         {"Sun, 06 nov 1994 08:49:37 GMT", -1},
        {"Sun, 06 anF 1994 08:49:37 GMT", -1},         {"Sun, 00 Nov 1994 08:49:37 GMT", -1},
        {"Sun, 31 Nov 1994 08:49:37 GMT", -1},         {"Thu, 29 Feb 2023 23:59:59 GMT", -1},
        {"Sun, 06 Nov 1994 24:49:37 GMT", -1},         {"Sun, 06 Nov 1994 08:60:37 GMT", -1},
        {"Sun, 06 Nov 1994 08:49:61 GMT", -1},         {"Sun, 06 Nov 1969 08:49:37 GMT", -1},
        {"Sun, 6 Nov 1994 08:49:37 GMT", -1},          {"", -1},
    };
    for (const row& r : rows) {
        CAPTURE(r.text);
        const auto seconds = parse_http_date(r.text);
        CHECK(seconds.has_value() == (r.seconds >= 0));
        if (seconds) CHECK(*seconds == r.seconds);
    }
}

TEST_CASE("retry-after: seconds, or a date relative to the reply's own; more than a day is a day") {
    constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
    struct row {
        std::string_view retry_after, date;
        std::int64_t milliseconds;  // -1: absent
    };
    const row rows[] = {
        {"0", date, 0},
        {"5", "", 5'000},
        {"86400", date, 86'400'000},
        {"86401", date, 86'400'000},
        {"18446744073709551615", date, 86'400'000},
        {"18446744073709551616", date, -1},
        {"Sun, 06 Nov 1994 08:50:37 GMT", date, 60'000},
        {"Sun, 06 Nov 1994 08:40:37 GMT", date, 0},
        {"Tue, 08 Nov 1994 08:50:37 GMT", date, 86'400'000},
        {"Sun, 06 Nov 1994 08:50:37 GMT", "", -1},
        {"-5", date, -1},
        {"5.5", date, -1},
        {"soon", date, -1},
        {"", date, -1},
    };
    for (const row& r : rows) {
        CAPTURE(r.retry_after);
        const auto wait = parse_retry_after(r.retry_after, r.date);
        CHECK(wait.has_value() == (r.milliseconds >= 0));
        if (wait) CHECK(wait->count() == r.milliseconds);
    }
}
