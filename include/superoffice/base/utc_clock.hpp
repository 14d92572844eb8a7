// superoffice/base/utc_clock.hpp - a function of yours that says what time it is in the world.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_UTC_CLOCK_HPP
#define SUPEROFFICE_BASE_UTC_CLOCK_HPP

#include <superoffice/base/config.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The time of day in UTC, as seconds since 1970-01-01 (Unix time). An answer of 0 or less means that the clock is not set
/// yet. Without a function, nobody asks.
struct utc_clock {
    std::int64_t (*seconds)(void* context) noexcept = nullptr;
    void* context = nullptr;

    constexpr explicit operator bool() const noexcept { return seconds != nullptr; }
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
