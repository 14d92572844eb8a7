// superoffice/date_time.hpp - a date as the service writes it: perhaps without a zone, perhaps "not set".
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_DATE_TIME_HPP
#define SUPEROFFICE_DATE_TIME_HPP

#include <superoffice/config.hpp>
#include <superoffice/field.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A calendar date and a time of day, in whatever zone the text was written.
struct civil_time {
    std::int32_t year = 1;
    std::uint8_t month = 1, day = 1;
    std::uint8_t hour = 0, minute = 0, second = 0;
    std::uint32_t nanosecond = 0;

    friend constexpr bool operator==(const civil_time&, const civil_time&) noexcept = default;
};

/// A point in time: seconds since 1970-01-01T00:00:00Z, and what is left in nanoseconds (never negative).
struct unix_time {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;

    friend constexpr bool operator==(const unix_time&, const unix_time&) noexcept = default;
};

namespace detail {

/// Days since 1970-01-01 in the proleptic Gregorian calendar; year 1 or later. The year is taken to begin in March, so
/// that the leap day is its last.
constexpr std::int64_t days_since_1970(const civil_time& t) noexcept {
    const std::int64_t year = t.month > 2 ? t.year : t.year - 1;
    const std::int64_t month = t.month > 2 ? t.month - 3 : t.month + 9;
    const std::int64_t day_of_year = (153 * month + 2) / 5 + t.day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

constexpr std::uint8_t days_in_month(std::int32_t year, unsigned month) noexcept {
    constexpr std::uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

}  // namespace detail

/// One date of a reply. Forms taken (every one seen in replies or documentation): `2019-12-19T10:44:12`, with 1 to 9
/// fraction digits, with `Z`, `+02:00` or `-0500` behind. Without an offset the zone is unknown, and stays so.
/// Year 1, and empty text, mean "not set". Plain integers inside, no locale, no clock.
class date_time {
  public:
    constexpr date_time() noexcept = default;

    /// From the wire; the text is borrowed. The answer is absent when it is no date.
    static constexpr field<date_time> from_text(std::string_view text) noexcept;

    /// As it came. Lives as long as the document it came from.
    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

    /// False for the service's "not set": year 1 (shifted by a zone or not), or empty text.
    [[nodiscard]] constexpr bool is_set() const noexcept { return local_.year > 1; }

    /// Date and time as written, zone unknown unless `offset()` says it.
    [[nodiscard]] constexpr const civil_time& local() const noexcept { return local_; }

    /// Minutes east of UTC; absent when the text does not say.
    [[nodiscard]] constexpr field<std::int16_t> offset() const noexcept {
        return has_offset_ ? field<std::int16_t>{offset_} : field<std::int16_t>{};
    }

    /// The instant; absent when the offset is unknown or the date is not set: nothing is guessed.
    [[nodiscard]] constexpr field<unix_time> utc() const noexcept {
        if (!has_offset_ || !is_set()) return {};
        const std::int64_t seconds = ((detail::days_since_1970(local_) * 24 + local_.hour) * 60 + local_.minute) * 60;
        return unix_time{seconds + local_.second - std::int64_t{offset_} * 60, local_.nanosecond};
    }

    friend constexpr bool operator==(const date_time& a, const date_time& b) noexcept { return a.text_ == b.text_; }

  private:
    std::string_view text_;
    civil_time local_;
    std::int16_t offset_ = 0;
    bool has_offset_ = false;
};

namespace detail {

// Takes fixed pieces off the front of a text; one refused piece makes it bad for good.
class date_cursor {
  public:
    explicit constexpr date_cursor(std::string_view text) noexcept : rest_(text) {}

    constexpr std::uint32_t digits(std::size_t count) noexcept {
        std::uint32_t value = 0;
        for (; count > 0; --count) {
            if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return bad_ = true, 0u;
            value = value * 10 + static_cast<std::uint32_t>(rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }
    constexpr bool take(char c) noexcept {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    constexpr void expect(char c) noexcept { bad_ = !take(c) || bad_; }
    constexpr std::size_t leading_digits() const noexcept {
        std::size_t n = 0;
        while (n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') ++n;
        return n;
    }
    [[nodiscard]] constexpr bool ok() const noexcept { return !bad_; }
    [[nodiscard]] constexpr bool done() const noexcept { return !bad_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool bad_ = false;
};

}  // namespace detail

constexpr field<date_time> date_time::from_text(std::string_view text) noexcept {
    date_time made;
    made.text_ = text;
    if (text.empty()) return made;

    detail::date_cursor at{text};
    civil_time& t = made.local_;
    t.year = static_cast<std::int32_t>(at.digits(4));
    at.expect('-');
    t.month = static_cast<std::uint8_t>(at.digits(2));
    at.expect('-');
    t.day = static_cast<std::uint8_t>(at.digits(2));
    at.expect('T');
    t.hour = static_cast<std::uint8_t>(at.digits(2));
    at.expect(':');
    t.minute = static_cast<std::uint8_t>(at.digits(2));
    at.expect(':');
    t.second = static_cast<std::uint8_t>(at.digits(2));
    if (!at.ok() || t.year < 1 || t.month < 1 || t.month > 12 || t.day < 1 ||
        t.day > detail::days_in_month(t.year, t.month) || t.hour > 23 || t.minute > 59 || t.second > 59)
        return {};

    if (at.take('.')) {  // .NET writes up to 7 digits and cuts trailing zeros; nanoseconds have 9
        const std::size_t count = at.leading_digits();
        if (count < 1 || count > 9) return {};
        t.nanosecond = at.digits(count);
        for (std::size_t n = count; n < 9; ++n) t.nanosecond *= 10;
    }

    if (at.take('Z')) {
        made.has_offset_ = true;
    } else if (const bool west = at.take('-'); west || at.take('+')) {
        const std::uint32_t hours = at.digits(2);
        at.take(':');  // documented prose writes -0500
        const std::uint32_t minutes = at.digits(2);
        if (hours > 14 || minutes > 59) return {};  // no zone is further from UTC
        const auto offset = static_cast<std::int16_t>(hours * 60 + minutes);
        made.offset_ = west ? static_cast<std::int16_t>(-offset) : offset;
        made.has_offset_ = true;
    }
    if (!at.done()) return {};
    return made;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
