// superoffice/std_types.hpp - for hosts: members of the standard library's types, <chrono> conversions, and a clock.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_STD_TYPES_HPP
#define SUPEROFFICE_STD_TYPES_HPP

// Not part of batch.hpp, because it includes large headers: <chrono> alone has 46,000 lines. Include it before the first
// use of a struct that holds the types below.

#include <superoffice/base/detail/warnings_begin.hpp>

#include <superoffice/base/time.hpp>
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/keep.hpp>
#include <superoffice/codec/select.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

// ---- members

namespace detail {
template <>
inline constexpr bool is_text<std::string> = true;

template <class T>
struct bare<std::optional<T>> : bare<T> {};

template <class T>
constexpr void keep_views(std::optional<T>& value, text_storage& storage) noexcept {
    if (value.has_value()) keep_views(*value, storage);
}
}  // namespace detail

/// A text that its struct owns, so that it outlives the client's next call. Null leaves the member's initialiser alone.
/// Costs     the heap; where that is used up the program ends (std::terminate), because decoding does not throw
template <>
struct codec<std::string> {
    template <json_value Value>
    static errc decode(Value& value, std::string& into, decode_state&) noexcept {
        json_text token;
        if (const errc e = value.string(token); e != errc::ok) return e;
        into.resize(token.unescaped_size());
        static_cast<void>(token.copy({into.data(), into.size()}));  // cannot fail: it is as large as the text
        return errc::ok;
    }
    static void encode(json_writer& out, const std::string& text) noexcept { out.string(text); }
};

/// Null and absent members are both empty; `field` distinguishes them. An empty one is not written.
template <class T>
    requires detail::has_codec<T>
struct codec<std::optional<T>> {
    template <json_value Value>
    static errc decode(Value& value, std::optional<T>& into, decode_state& state) noexcept {
        return codec<T>::decode(value, into.emplace(), state);
    }
    static void encode(json_writer& out, const std::optional<T>& value) noexcept {
        if (value.has_value())
            codec<T>::encode(out, *value);
        else
            out.raw("null");
    }
    static void set_null(std::optional<T>& into) noexcept { into.reset(); }
    static bool is_absent(const std::optional<T>& value) noexcept { return !value.has_value(); }
};

// ---- time

/// A point in time as `<chrono>` has it, to the nanosecond. Absent before September 1677 and after April 2262, between
/// which 64 bits of nanoseconds end: the service's "never" (year 9999) is not among them. Costs no more than arithmetic.
[[nodiscard]] constexpr field<std::chrono::sys_time<std::chrono::nanoseconds>> to_sys_time(
    const unix_time& t) noexcept {
    constexpr std::int64_t limit = (std::numeric_limits<std::int64_t>::max)() / 1'000'000'000 - 1;
    if (t.seconds > limit || t.seconds < -limit) return {};
    return std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::seconds{t.seconds} +
                                                           std::chrono::nanoseconds{t.nanoseconds}};
}

/// The same for a date of a reply. Absent also where the date is not set or does not say its offset from UTC: nothing is
/// guessed.
[[nodiscard]] constexpr field<std::chrono::sys_time<std::chrono::nanoseconds>> to_sys_time(
    const date_time& date) noexcept {
    const field<unix_time> utc = date.utc();
    return utc ? to_sys_time(*utc) : field<std::chrono::sys_time<std::chrono::nanoseconds>>{};
}

/// A time point of the system's clock as Unix time. Digits finer than a nanosecond are cut.
template <class Duration>
[[nodiscard]] constexpr unix_time to_unix_time(std::chrono::sys_time<Duration> t) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
    const auto rest = std::chrono::floor<std::chrono::nanoseconds>(t - seconds);
    return {static_cast<std::int64_t>(seconds.time_since_epoch().count()), static_cast<std::uint32_t>(rest.count())};
}

// ---- time points as members

namespace detail {

/// `2019-12-19T10:44:12`, with a fraction where there is one. Empty outside of the years 1 to 9999.
class date_text {
  public:
    constexpr date_text(std::chrono::sys_seconds t, std::chrono::nanoseconds fraction) noexcept {
        const auto day = std::chrono::floor<std::chrono::days>(t);
        const std::chrono::year_month_day date{day};
        const std::chrono::hh_mm_ss<std::chrono::seconds> time{t - day};
        if (date.year() < std::chrono::year{1} || date.year() > std::chrono::year{9999}) return;
        number(static_cast<unsigned>(static_cast<int>(date.year())), 4, '-');
        number(static_cast<unsigned>(date.month()), 2, '-');
        number(static_cast<unsigned>(date.day()), 2, 'T');
        number(static_cast<unsigned>(time.hours().count()), 2, ':');
        number(static_cast<unsigned>(time.minutes().count()), 2, ':');
        number(static_cast<unsigned>(time.seconds().count()), 2, '.');
        number(static_cast<unsigned>(fraction.count()), 9, '\0');
        while (text_[size_ - 1] == '0' || text_[size_ - 1] == '\0') --size_;
        if (text_[size_ - 1] == '.') --size_;
    }
    constexpr void append(char c) noexcept { text_[size_++] = c; }
    [[nodiscard]] constexpr std::string_view text() const noexcept { return {text_, size_}; }

  private:
    constexpr void number(unsigned value, std::size_t digits, char behind) noexcept {
        for (std::size_t n = digits; n-- != 0; value /= 10) text_[size_ + n] = static_cast<char>('0' + value % 10);
        text_[size_ + digits] = behind;
        size_ += digits + 1;
    }

    char text_[32] = {};
    std::size_t size_ = 0;
};

/// A date as a time point of Clock; false where it has none.
template <class Clock, class Duration>
constexpr bool to_time_point(const date_time& date, std::chrono::time_point<Clock, Duration>& into) noexcept {
    unix_time t{seconds_since_1970(date.local()), date.local().nanosecond};
    if constexpr (std::same_as<Clock, std::chrono::system_clock>) {
        const field<unix_time> utc = date.utc();
        if (!utc) return false;
        t = *utc;
    }
    using period = typename Duration::period;
    using wide = std::chrono::duration<std::int64_t, period>;
    constexpr std::int64_t most = (std::numeric_limits<std::int64_t>::max)() / (period::den / period::num + 1) - 1;
    if (!date.is_set() || t.seconds > most || t.seconds < -most) return false;
    const wide since = std::chrono::floor<wide>(std::chrono::seconds{t.seconds}) +
                       std::chrono::floor<wide>(std::chrono::nanoseconds{t.nanoseconds});
    if (since < wide{(std::numeric_limits<typename Duration::rep>::min)()} ||
        since > wide{(std::numeric_limits<typename Duration::rep>::max)()})
        return false;
    into = std::chrono::time_point<Clock, Duration>{Duration{static_cast<typename Duration::rep>(since.count())}};
    return true;
}

/// Reads a date, and sets `found` if it is a time point.
template <json_value Value, class Clock, class Duration>
errc decode_time_point(Value& value, std::chrono::time_point<Clock, Duration>& into, bool& found,
                       decode_state& state) noexcept {
    date_time date;
    const errc e = codec<date_time>::decode(value, date, state);
    found = e == errc::ok && to_time_point(date, into);
    return e;
}

template <class T>
inline constexpr bool is_chrono = false;
template <class Duration>
inline constexpr bool is_chrono<std::chrono::sys_time<Duration>> = std::signed_integral<typename Duration::rep>;
template <class Duration>
inline constexpr bool is_chrono<std::chrono::local_time<Duration>> = std::signed_integral<typename Duration::rep>;
template <class Clock, class Duration>
inline constexpr bool is_time_point<std::chrono::time_point<Clock, Duration>> =
    is_chrono<std::chrono::time_point<Clock, Duration>>;

template <class T>
concept chrono_time = is_chrono<T>;

}  // namespace detail

/// A date as a time point of the system's clock, or as a `std::chrono::local_time`, which is the date and time as written.
/// A `sys_time` needs a date that says its offset from UTC: nothing is guessed. Another date, such as "not set", and one
/// that Duration cannot hold, leave the member's initialiser alone; a `field` or std::optional is empty then. Digits finer
/// than Duration are cut. It is written as the service writes dates, a `sys_time` with Z; outside of the years 1 to 9999 as
/// null.
template <detail::chrono_time T>
struct codec<T> {
    template <json_value Value>
    static errc decode(Value& value, T& into, decode_state& state) noexcept {
        bool found = false;
        return detail::decode_time_point(value, into, found, state);
    }
    static void encode(json_writer& out, const T& t) noexcept {
        const auto since = t.time_since_epoch();
        const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
        detail::date_text date{std::chrono::sys_seconds{seconds},
                               std::chrono::floor<std::chrono::nanoseconds>(since - seconds)};
        if (date.text().empty()) return out.raw("null");
        if constexpr (std::same_as<typename T::clock, std::chrono::system_clock>) date.append('Z');
        out.string(date.text());
    }
};

template <class Clock, class Duration>
    requires detail::is_chrono<std::chrono::time_point<Clock, Duration>>
struct codec<field<std::chrono::time_point<Clock, Duration>>> {
    using T = std::chrono::time_point<Clock, Duration>;
    template <json_value Value>
    static errc decode(Value& value, field<T>& into, decode_state& state) noexcept {
        bool found = false;
        const errc e = detail::decode_time_point(value, into.emplace(), found, state);
        if (!found) into.reset();
        return e;
    }
    static void set_null(field<T>& into) noexcept { into.set_null(); }
    static bool is_absent(const field<T>& value) noexcept { return value.is_absent(); }
    static void encode(json_writer& out, const field<T>& value) noexcept {
        if (value.has_value())
            codec<T>::encode(out, *value);
        else
            out.raw("null");
    }
};

template <class Clock, class Duration>
    requires detail::is_chrono<std::chrono::time_point<Clock, Duration>>
struct codec<std::optional<std::chrono::time_point<Clock, Duration>>> {
    using T = std::chrono::time_point<Clock, Duration>;
    template <json_value Value>
    static errc decode(Value& value, std::optional<T>& into, decode_state& state) noexcept {
        bool found = false;
        const errc e = detail::decode_time_point(value, into.emplace(), found, state);
        if (!found) into.reset();
        return e;
    }
    static void set_null(std::optional<T>& into) noexcept { into.reset(); }
    static bool is_absent(const std::optional<T>& value) noexcept { return !value.has_value(); }
    static void encode(json_writer& out, const std::optional<T>& value) noexcept {
        codec<field<T>>::encode(out, value.has_value() ? field<T>{*value} : field<T>{nullptr});
    }
};

/// The standard library's monotonic clock, for the blocking call over a link that brings none, and for those who step:
///
///     api.get_batch_task_info<progress>(497, {}, superoffice::steady_clock{});
struct steady_clock {
    [[nodiscard]] static instant now() noexcept { return std::chrono::steady_clock::now(); }
};
static_assert(monotonic_clock<steady_clock>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#include <superoffice/base/detail/warnings_end.hpp>
#endif
