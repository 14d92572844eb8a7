// superoffice/http/detail/http_date.hpp - the dates of HTTP, and how long a Retry-After asks to wait.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_HTTP_DATE_HPP
#define SUPEROFFICE_HTTP_DETAIL_HTTP_DATE_HPP

#include <superoffice/base/civil_time.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/time.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The number of a month, 1 to 12, from the three letters at `name`. 13 for anything else.
constexpr std::uint8_t month_of(const char* name) noexcept {
    constexpr const char* months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::uint8_t month = 1;
    for (const char* at = months; *at != 0; at += 3, ++month)
        if (at[0] == name[0] && at[1] == name[1] && at[2] == name[2]) break;
    return month;
}

/// Reads a date in any of the three forms that a recipient must take (RFC 9110 section 5.6.7) as seconds since 1970:
///
///     Sun, 06 Nov 1994 08:49:37 GMT     the form that may be sent today
///     Sunday, 06-Nov-94 08:49:37 GMT    RFC 850; a year that would be more than 50 years after `now` is in the past
///     Sun Nov  6 08:49:37 1994          asctime()
///
/// `now` is 0 where the time is unknown: such a year is then between 1970 and 2069. False for everything else, and
/// `seconds` is unchanged. The name of the day is not checked.
[[gnu::noinline]] constexpr bool parse_http_date(std::string_view text, std::int64_t now,
                                                 std::int64_t& seconds) noexcept {
    constexpr std::int64_t fifty_years = std::int64_t{18263} * 86400, year_2020 = 1577836800;
    const std::size_t comma = ascii::find(text, ',');
    const std::string_view rest = comma < text.size() ? ascii::from(text, comma + 1) : text;
    const auto reads = [rest](std::string_view shape, std::uint16_t* numbers) {
        return rest.size() == shape.size() && read_shape(rest, shape, numbers);
    };
    std::uint16_t n[5] = {};  // in the order in which they stand
    std::size_t clock = 2;    // where in `n` the hour is
    bool short_year = false;
    if (comma == text.size()) {
        if (!reads("xxx xxx 00 00:00:00 0000", n) && !reads("xxx xxx  0 00:00:00 0000", n)) return false;
        clock = 1;
    } else if (comma == 3) {
        if (!reads(" 00 xxx 0000 00:00:00 GMT", n)) return false;
    } else {
        short_year = comma >= 6 && comma <= 9;  // Monday, Wednesday
        if (!short_year || !reads(" 00-xxx-00 00:00:00 GMT", n)) return false;
    }
    civil_time t;
    t.year = n[clock == 1 ? 4 : 1];
    t.month = month_of(rest.data() + 4);
    t.day = static_cast<std::uint8_t>(n[0]);
    t.hour = static_cast<std::uint8_t>(n[clock]);
    t.minute = static_cast<std::uint8_t>(n[clock + 1]);
    t.second = static_cast<std::uint8_t>(n[clock + 2]);
    if (short_year) {
        t.year += 2000;
        if (seconds_since_1970(t) > (now > 0 ? now : year_2020) + fifty_years) t.year -= 100;
    }
    if (!is_in_calendar(t) || t.year < 1970 || t.second > 60) return false;
    seconds = seconds_since_1970(t);
    return true;
}

/// The longest wait that counts: a longer Retry-After is cut to a day.
inline constexpr std::int64_t longest_wait_seconds = 24 * 60 * 60;

/// How long a server asks to wait before the next call: Retry-After in seconds (RFC 9110 section 10.2.3). False where it is
/// no number.
constexpr bool parse_retry_after_seconds(std::string_view retry_after, milliseconds& wait) noexcept {
    std::uint64_t plain = 0;
    if (!ascii::parse_decimal(retry_after, plain)) return false;
    const bool fits = plain < static_cast<std::uint64_t>(longest_wait_seconds);
    const auto seconds = static_cast<std::uint32_t>(fits ? plain : std::uint64_t{longest_wait_seconds});
    const std::uint32_t thousandths = seconds * 1000;  // of a day: fits 32 bits
    wait = milliseconds{std::int64_t{thousandths}};
    return true;
}

/// The same in seconds or as a date, which counts from the reply's own `date`, or from `now` (seconds since 1970; 0: there
/// is no clock) where the reply has none. False where neither can be read.
constexpr bool parse_retry_after(std::string_view retry_after, std::string_view date, std::int64_t now,
                                 milliseconds& wait) noexcept {
    if (parse_retry_after_seconds(retry_after, wait)) return true;
    std::int64_t seconds = 0;
    static_cast<void>(parse_http_date(date, now, now));
    if (now <= 0 || !parse_http_date(retry_after, now, seconds)) return false;
    seconds = seconds > now ? seconds - now : 0;
    wait = milliseconds{(seconds < longest_wait_seconds ? seconds : longest_wait_seconds) * 1000};
    return true;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
