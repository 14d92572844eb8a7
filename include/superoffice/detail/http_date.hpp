// superoffice/detail/http_date.hpp - HTTP's date, for a Retry-After that names a time instead of seconds.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_DETAIL_HTTP_DATE_HPP
#define SUPEROFFICE_DETAIL_HTTP_DATE_HPP

#include <superoffice/date_time.hpp>
#include <superoffice/detail/ascii.hpp>
#include <superoffice/field.hpp>
#include <superoffice/time.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// "Sun, 06 Nov 1994 08:49:37 GMT" as seconds since 1970: the one form that may be sent (RFC 9110 section 5.6.7). Absent
/// for anything else, the two forms that servers gave up in the last century among them. The day's name is not checked.
constexpr field<std::int64_t> parse_http_date(std::string_view text) noexcept {
    constexpr std::string_view shape = "xxx, 00 xxx 0000 00:00:00 GMT";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != shape.size()) return {};
    for (std::size_t n = 0; n < shape.size(); ++n) {
        if (shape[n] == '0' ? !ascii::is_digit(text[n]) : shape[n] != 'x' && shape[n] != text[n]) return {};
    }
    const auto number = [text](std::size_t at, std::size_t count) {
        std::uint64_t value = 0;
        ascii::parse_decimal(text.substr(at, count), value);
        return value;
    };
    const std::size_t month = months.find(text.substr(8, 3));
    civil_time t;
    t.year = static_cast<std::int32_t>(number(12, 4));
    t.day = static_cast<std::uint8_t>(number(5, 2));
    t.hour = static_cast<std::uint8_t>(number(17, 2));
    t.minute = static_cast<std::uint8_t>(number(20, 2));
    t.second = static_cast<std::uint8_t>(number(23, 2));
    if (month == months.npos || month % 3 != 0 || t.year < 1970) return {};
    t.month = static_cast<std::uint8_t>(month / 3 + 1);
    if (t.day < 1 || t.day > days_in_month(t.year, t.month) || t.hour > 23 || t.minute > 59 || t.second > 60) return {};
    return ((days_since_1970(t) * 24 + t.hour) * 60 + t.minute) * 60 + t.second;
}

/// How long a server asks to be left alone: Retry-After in seconds, or as a date, which is then taken relative to the
/// reply's own Date, so that no clock is needed. Absent where neither can be read, and for more than a day.
/// Source: RFC 9110 section 10.2.3.
constexpr field<milliseconds> parse_retry_after(std::string_view retry_after, std::string_view date) noexcept {
    constexpr std::int64_t longest = 24 * 60 * 60;
    std::int64_t seconds = 0;
    if (std::uint64_t plain = 0; ascii::parse_decimal(retry_after, plain)) {
        seconds = plain <= longest ? static_cast<std::int64_t>(plain) : longest + 1;
    } else {
        const field<std::int64_t> until = parse_http_date(retry_after), now = parse_http_date(date);
        if (!until || !now) return {};
        seconds = *until > *now ? *until - *now : 0;
    }
    if (seconds > longest) return {};
    return milliseconds{seconds * 1000};
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
