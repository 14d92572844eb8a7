// superoffice/std_types.hpp - for hosts: std::string and std::optional members, <chrono> conversions, and a clock.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_STD_TYPES_HPP
#define SUPEROFFICE_STD_TYPES_HPP

// Not part of batch.hpp, because of what it includes: <chrono> alone is 46,000 lines. Include it before the first use of
// a struct that holds the types below.

#include <superoffice/base/detail/warnings_begin.hpp>

#include <superoffice/base/time.hpp>
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/keep.hpp>
#include <superoffice/codec/select.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

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

/// Null and absence look alike: both are empty. Where they must be told apart there is `field`. An empty one is left out
/// when it is written.
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

/// From any time point of the system's clock; what is finer than a nanosecond is cut.
template <class Duration>
[[nodiscard]] constexpr unix_time to_unix_time(std::chrono::sys_time<Duration> t) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
    const auto rest = std::chrono::floor<std::chrono::nanoseconds>(t - seconds);
    return {static_cast<std::int64_t>(seconds.time_since_epoch().count()), static_cast<std::uint32_t>(rest.count())};
}

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
