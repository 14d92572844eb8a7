// superoffice/schema/date_time.hpp - a date as the service writes it: perhaps without a zone, perhaps "not set".
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_DATE_TIME_HPP
#define SUPEROFFICE_SCHEMA_DATE_TIME_HPP

#include <superoffice/base/civil_time.hpp>
#include <superoffice/base/config.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/schema/field.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A point in time: seconds since 1970-01-01T00:00:00Z, and the rest in nanoseconds (never negative).
struct unix_time {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;

    friend constexpr bool operator==(const unix_time&, const unix_time&) noexcept = default;
};

namespace detail {

/// The number that two digits stand for; more than 99 for anything else.
constexpr unsigned two_digits(const char* at) noexcept {
    const unsigned tens = static_cast<unsigned char>(at[0]) - unsigned{'0'};
    const unsigned ones = static_cast<unsigned char>(at[1]) - unsigned{'0'};
    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/// `2019-12-19T10:44:12`
inline constexpr std::size_t date_and_time_size = 19;

/// Reads date and time from the front of a text; false where something else stands there. Whether the numbers are in the
/// calendar is not checked here.
constexpr bool read_date_and_time(std::string_view text, civil_time& into) noexcept {
    if (text.size() < date_and_time_size) return false;
    const char* at = text.data();
    std::uint8_t numbers[7] = {};
    const char* separator =
        "\0-"
        "-T::";  // before each pair of digits but the first; nothing before the second
    for (std::uint8_t& number : numbers) {
        if (&number != numbers && *separator++ != 0 && *at++ != separator[-1]) return false;
        const unsigned digits = two_digits(at);
        if (digits > 99) return false;
        number = static_cast<std::uint8_t>(digits);
        at += 2;
    }
    into.year = numbers[0] * 100 + numbers[1];
    into.month = numbers[2];
    into.day = numbers[3];
    into.hour = numbers[4];
    into.minute = numbers[5];
    into.second = numbers[6];
    return true;
}

}  // namespace detail

/// One date of a reply. Forms taken: `2019-12-19T10:44:12`, with 1 to 9 fraction digits, with `Z`, `+02:00` or `-0500`
/// behind, at most 14:59. (Each was seen in replies or documentation, with 7 digits at most.) Without an offset the zone
/// is unknown, and stays so.
/// Year 1, and empty text, mean "not set". Plain integers inside, no locale, no clock.
class date_time {
  public:
    constexpr date_time() noexcept = default;

    /// Made from a text of the wire, which is borrowed. Absent if the text is no date.
    static constexpr field<date_time> from_text(std::string_view text) noexcept {
        date_time made;
        return made.assign(text) ? field<date_time>{made} : field<date_time>{};
    }
    /// The same, into this object. False if the text is no date; this object is then unspecified.
    constexpr bool assign(std::string_view text) noexcept;

    /// The text of the reply, unchanged. Lives as long as the document that it came from.
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
        return unix_time{detail::seconds_since_1970(local_) - std::int64_t{offset_} * 60, local_.nanosecond};
    }

    friend constexpr bool operator==(const date_time& a, const date_time& b) noexcept { return a.text_ == b.text_; }

  private:
    // A fraction and an offset. The service mostly writes neither.
    [[gnu::cold]] constexpr bool assign_rest(std::string_view text) noexcept;

    std::string_view text_;
    civil_time local_;
    std::int16_t offset_ = 0;
    bool has_offset_ = false;
};

constexpr bool date_time::assign(std::string_view text) noexcept {
    text_ = text;
    local_ = {};
    offset_ = 0;
    has_offset_ = false;
    if (text.empty()) return true;

    civil_time& t = local_;
    if (!detail::read_date_and_time(text, t)) return false;
    if (!detail::is_in_calendar(t) || t.second > 59) return false;
    text.remove_prefix(detail::date_and_time_size);
    return text.empty() || assign_rest(text);
}

constexpr bool date_time::assign_rest(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();

    if (*at == '.') {  // .NET writes up to 7 digits and cuts trailing zeros; nanoseconds have 9
        const char* const first = ++at;
        for (std::uint32_t unit = 100'000'000; at != end && *at >= '0' && *at <= '9'; ++at, unit /= 10)
            local_.nanosecond += static_cast<std::uint32_t>(*at - '0') * unit;
        if (at == first || at - first > 9) return false;
    }
    if (at == end) return true;
    has_offset_ = true;
    if (*at == 'Z' && end - at == 1) return true;

    const bool west = *at == '-', colon = end - at == 6;  // documented prose writes -0500
    if ((!west && *at != '+') || (!colon && end - at != 5) || (colon && at[3] != ':')) return false;
    const unsigned hours = detail::two_digits(at + 1);
    const unsigned minutes = detail::two_digits(at + (colon ? 4 : 3));
    if (hours > 14 || minutes > 59) return false;  // no zone is further from UTC
    const auto offset = static_cast<std::int16_t>(hours * 60 + minutes);
    offset_ = west ? static_cast<std::int16_t>(-offset) : offset;
    return true;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
