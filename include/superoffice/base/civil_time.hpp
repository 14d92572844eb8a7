// superoffice/base/civil_time.hpp - a calendar date with a time of day, and the seconds that it stands for.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_CIVIL_TIME_HPP
#define SUPEROFFICE_BASE_CIVIL_TIME_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A calendar date and a time of day, in the time zone in which the text was written.
struct civil_time {
    std::int32_t year = 1;
    std::uint8_t month = 1, day = 1;
    std::uint8_t hour = 0, minute = 0, second = 0;
    std::uint32_t nanosecond = 0;

    friend constexpr bool operator==(const civil_time&, const civil_time&) noexcept = default;
};

namespace detail {

/// Days since 1970-01-01 in the proleptic Gregorian calendar, for year 1 and later. The computation lets the year begin in
/// March, so that a leap day is the last day of its year.
constexpr std::int32_t days_since_1970(const civil_time& t) noexcept {
    const std::int32_t year = t.month > 2 ? t.year : t.year - 1;
    const std::int32_t month = t.month > 2 ? t.month - 3 : t.month + 9;
    const std::int32_t day_of_year = (153 * month + 2) / 5 + t.day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

/// The date that is so many days after 1970-01-01; `days` is not negative.
constexpr civil_time day_since_1970(std::int32_t days) noexcept {
    // Again with years that begin in March, from 0000-03-01 on: 146097 days are 400 years.
    const std::int32_t from_march = days + 719468, era = from_march / 146097, of_era = from_march % 146097;
    const std::int32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int32_t day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int32_t month = (5 * day_of_year + 2) / 153;
    civil_time t;
    t.day = static_cast<std::uint8_t>(day_of_year - (153 * month + 2) / 5 + 1);
    t.month = static_cast<std::uint8_t>(month < 10 ? month + 3 : month - 9);
    t.year = era * 400 + year_of_era + (t.month <= 2 ? 1 : 0);
    return t;
}

constexpr std::int64_t seconds_since_1970(const civil_time& t) noexcept {
    const std::int32_t of_day = (t.hour * 60 + t.minute) * 60 + t.second;
    return std::int64_t{days_since_1970(t)} * 86400 + of_day;
}

[[gnu::cold]] [[gnu::noinline]] constexpr std::uint8_t days_in_month(std::int32_t year, unsigned month) noexcept {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2) return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/// Whether this day exists and the time of day is possible. The second is not checked: whether 60 is allowed depends on the
/// format.
constexpr bool is_in_calendar(const civil_time& t) noexcept {
    return t.year >= 1 && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
           (t.day <= 28 || t.day <= days_in_month(t.year, t.month)) && t.hour <= 23 && t.minute <= 59;
}

/// Compares the start of `text` with `shape`, in which 0 stands for a digit and x for any character. `numbers` gets the
/// value of each run of digits. False where they differ, or where the text is shorter.
constexpr bool read_shape(std::string_view text, std::string_view shape, std::uint16_t* numbers) noexcept {
    if (text.size() < shape.size()) return false;
    std::uint16_t number = 0;
    for (std::size_t n = 0; n < shape.size(); ++n) {
        const auto digit = static_cast<unsigned char>(text[n] - '0');
        if (shape[n] == '0' ? digit > 9 : shape[n] != 'x' && shape[n] != text[n]) return false;
        if (shape[n] != '0') continue;
        number = static_cast<std::uint16_t>(number * 10 + digit);
        if (n + 1 < shape.size() && shape[n + 1] == '0') continue;
        *numbers++ = number;
        number = 0;
    }
    return true;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
