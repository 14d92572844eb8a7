// superoffice/http/detail/http_date.hpp - HTTP's date, for a Retry-After that names a time instead of seconds.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_HTTP_DATE_HPP
#define SUPEROFFICE_HTTP_DETAIL_HTTP_DATE_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/field.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// "Sun, 06 Nov 1994 08:49:37 GMT" as seconds since 1970: the one form that may be sent (RFC 9110 section 5.6.7). Absent
/// for anything else, the two forms that servers gave up in the last century among them. The day's name is not checked.
constexpr field<std::int64_t> parse_http_date(std::string_view text) noexcept {
    constexpr std::string_view shape = "xxx, 00 xxx 0000 00:00:00 GMT", months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    std::uint16_t n[5] = {};
    if (text.size() != shape.size() || !read_shape(text, shape, n)) return {};
    std::size_t month = 0;
    while (month < months.size() &&
           (text[8] != months[month] || text[9] != months[month + 1] || text[10] != months[month + 2]))
        month += 3;
    civil_time t;
    t.year = n[1];
    t.month = static_cast<std::uint8_t>(month / 3 + 1);
    t.day = static_cast<std::uint8_t>(n[0]);
    t.hour = static_cast<std::uint8_t>(n[2]);
    t.minute = static_cast<std::uint8_t>(n[3]);
    t.second = static_cast<std::uint8_t>(n[4]);
    if (!is_in_calendar(t) || t.year < 1970 || t.second > 60) return {};
    return seconds_since_1970(t);
}

/// How long a server asks to be left alone: Retry-After in seconds, or as a date, which is then taken relative to the
/// reply's own Date, so that no clock is needed. More than a day is a day. Absent where neither can be read.
/// Source: RFC 9110 section 10.2.3.
constexpr field<milliseconds> parse_retry_after(std::string_view retry_after, std::string_view date) noexcept {
    constexpr std::int64_t longest = 24 * 60 * 60;
    std::int64_t seconds = 0;
    if (std::uint64_t plain = 0; ascii::parse_decimal(retry_after, plain)) {
        seconds = plain < longest ? static_cast<std::int64_t>(plain) : longest;
    } else {
        const field<std::int64_t> until = parse_http_date(retry_after), now = parse_http_date(date);
        if (!until || !now) return {};
        seconds = *until > *now ? *until - *now : 0;
    }
    return milliseconds{(seconds < longest ? seconds : longest) * 1000};
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
