// tests/support/manual_clock.hpp - a clock that moves only when the test moves it; nothing in the tests sleeps.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_MANUAL_CLOCK_HPP
#define SUPEROFFICE_TESTS_SUPPORT_MANUAL_CLOCK_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/transport/byte_transport.hpp>

namespace support {

/// Stands still between two calls of `pass`; or, for the blocking call, goes on a little with each reading.
class manual_clock {
  public:
    explicit manual_clock(superoffice::milliseconds per_reading = superoffice::milliseconds{0}) noexcept
        : per_reading_(per_reading) {}

    superoffice::instant now() noexcept { return at_ = at_ + per_reading_; }
    void pass(superoffice::milliseconds time) noexcept { at_ = at_ + time; }

  private:
    superoffice::instant at_{1'000'000};  // no clock starts at zero for the test's sake
    superoffice::milliseconds per_reading_;
};
static_assert(superoffice::monotonic_clock<manual_clock>);

}  // namespace support

#endif
