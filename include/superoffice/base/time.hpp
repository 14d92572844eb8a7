// superoffice/base/time.hpp - durations and points in time as 64-bit counts of milliseconds. No clock is read here.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_TIME_HPP
#define SUPEROFFICE_BASE_TIME_HPP

#include <superoffice/base/config.hpp>

#include <compare>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

namespace detail {

// A sum that does not fit becomes the largest or smallest number: now + "for ever" is later than every other deadline.

[[gnu::noinline]] constexpr std::int64_t sum(std::int64_t a, std::int64_t b) noexcept {
    const auto wrapped = static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    const bool fits = ((a ^ wrapped) & (b ^ wrapped)) >= 0;  // if not, a and b have one sign and the sum has the other
    return fits ? wrapped : a < 0 ? INT64_MIN : INT64_MAX;
}
[[gnu::noinline]] constexpr std::int64_t difference(std::int64_t a, std::int64_t b) noexcept {
    const auto wrapped = static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
    const bool fits = ((a ^ b) & (a ^ wrapped)) >= 0;  // if not, a and b differ in sign and the difference has b's
    return fits ? wrapped : a < 0 ? INT64_MIN : INT64_MAX;
}
constexpr std::int64_t times(std::int64_t a, std::int64_t positive) noexcept {
    if (a > INT64_MAX / positive) return INT64_MAX;
    if (a < INT64_MIN / positive) return INT64_MIN;
    return a * positive;
}

/// The whole part of a floating point number. A number that does not fit, or infinity, becomes the largest or smallest
/// one; NaN becomes 0.
template <class Float>
constexpr std::int64_t whole(Float value) noexcept {
    constexpr auto limit = static_cast<Float>(9223372036854775808.0);  // 2^63
    if (value >= limit) return INT64_MAX;
    if (value < -limit) return INT64_MIN;
    return value >= -limit ? static_cast<std::int64_t>(value) : 0;
}

// What std::chrono::duration and time_point look like from outside; naming them would cost <chrono>.
template <class D>
concept chrono_duration = requires(const D& d) {
    { D::period::num } -> std::convertible_to<std::intmax_t>;
    { D::period::den } -> std::convertible_to<std::intmax_t>;
    { d.count() } -> std::convertible_to<std::int64_t>;
};

template <class P>
concept chrono_time_point = requires(const P& p) {
    { p.time_since_epoch() } -> chrono_duration;
};

template <chrono_duration D>
constexpr std::int64_t to_milliseconds(const D& d) noexcept {
    constexpr std::int64_t num = D::period::num, den = D::period::den;
    if constexpr (std::floating_point<std::remove_cvref_t<decltype(d.count())>>)
        return whole(d.count() * num * 1000 / den);
    else if constexpr (num == 1 && den >= 1000 && den % 1000 == 0)
        return static_cast<std::int64_t>(d.count()) / (den / 1000);  // finer than a millisecond: cut
    else
        return times(times(static_cast<std::int64_t>(d.count()), num), 1000) / den;
}

}  // namespace detail

/// A length of time in whole milliseconds: signed, 64 bits. Also made from a std::chrono duration; a fraction of a
/// millisecond is cut off.
class milliseconds {
  public:
    constexpr milliseconds() noexcept = default;
    constexpr explicit milliseconds(std::int64_t n) noexcept : count_(n) {}
    template <detail::chrono_duration D>
    constexpr milliseconds(const D& d) noexcept : count_(detail::to_milliseconds(d)) {}

    [[nodiscard]] constexpr std::int64_t count() const noexcept { return count_; }

    friend constexpr auto operator<=>(milliseconds, milliseconds) noexcept = default;
    // A comparison by `<=>` takes twice the code on a 32-bit machine.
    friend constexpr bool operator<(milliseconds a, milliseconds b) noexcept { return a.count_ < b.count_; }
    friend constexpr bool operator>(milliseconds a, milliseconds b) noexcept { return b.count_ < a.count_; }
    friend constexpr bool operator<=(milliseconds a, milliseconds b) noexcept { return !(b.count_ < a.count_); }
    friend constexpr bool operator>=(milliseconds a, milliseconds b) noexcept { return !(a.count_ < b.count_); }
    friend constexpr milliseconds operator+(milliseconds a, milliseconds b) noexcept {
        return milliseconds{detail::sum(a.count(), b.count())};
    }
    friend constexpr milliseconds operator-(milliseconds a, milliseconds b) noexcept {
        return milliseconds{detail::difference(a.count(), b.count())};
    }

  private:
    std::int64_t count_ = 0;
};

/// A point in time: milliseconds since some fixed start, on a clock that never goes back. Also made from a std::chrono
/// time_point of a steady clock.
class instant {
  public:
    constexpr instant() noexcept = default;
    constexpr explicit instant(std::int64_t n) noexcept : count_(n) {}
    template <detail::chrono_time_point P>
    constexpr instant(const P& p) noexcept : count_(detail::to_milliseconds(p.time_since_epoch())) {}

    /// Milliseconds since that start.
    [[nodiscard]] constexpr std::int64_t count() const noexcept { return count_; }

    friend constexpr auto operator<=>(instant, instant) noexcept = default;
    // A comparison by `<=>` takes twice the code on a 32-bit machine.
    friend constexpr bool operator<(instant a, instant b) noexcept { return a.count_ < b.count_; }
    friend constexpr bool operator>(instant a, instant b) noexcept { return b.count_ < a.count_; }
    friend constexpr bool operator<=(instant a, instant b) noexcept { return !(b.count_ < a.count_); }
    friend constexpr bool operator>=(instant a, instant b) noexcept { return !(a.count_ < b.count_); }
    friend constexpr instant operator+(instant t, milliseconds d) noexcept {
        return instant{detail::sum(t.count(), d.count())};
    }
    friend constexpr instant operator-(instant t, milliseconds d) noexcept {
        return instant{detail::difference(t.count(), d.count())};
    }
    friend constexpr milliseconds operator-(instant a, instant b) noexcept {
        return milliseconds{detail::difference(a.count(), b.count())};
    }

    /// Later than any deadline.
    static constexpr instant never() noexcept { return instant{INT64_MAX}; }

  private:
    std::int64_t count_ = 0;
};

/// Makes an `instant` from a 32-bit millisecond counter that wraps (HAL_GetTick, millis; xTaskGetTickCount where
/// configTICK_RATE_HZ is 1000). Pass each reading in the order in which they were taken, at least once in 49 days. If the
/// counter has another step, scale the result and not the reading, because a scaled reading wraps at another value:
/// `instant{clock(ticks).count() * portTICK_PERIOD_MS}`. One object for one counter; 16 bytes.
class tick32 {
  public:
    constexpr instant operator()(std::uint32_t ticks) noexcept {
        total_ += static_cast<std::uint32_t>(ticks - last_);  // unsigned: right across the wrap
        last_ = ticks;
        return instant{total_};
    }

  private:
    std::int64_t total_ = 0;
    std::uint32_t last_ = 0;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
