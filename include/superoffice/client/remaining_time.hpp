// superoffice/client/remaining_time.hpp - estimates how long a task still takes, from its percent over time.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_REMAINING_TIME_HPP
#define SUPEROFFICE_CLIENT_REMAINING_TIME_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/schema/field.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Takes each new percent of a task and estimates the time until 100. The estimate assumes that the task goes on as fast as
/// since its start. It counts down between two replies; when a percent takes longer than expected, it grows. Integers only,
/// 40 bytes, no clock: the caller passes the time.
///
///     superoffice::remaining_time left;
///     left.note(now, info.ProgressPercent, info.StartCount);     // after each reply
///     if (const auto time = left.at(now)) show(time->count() / 1000);
///
/// Source: section 13 of the service notes: percents above 100 occur, and a task that starts again begins at a lower percent.
class remaining_time {
  public:
    /// Notes a reply. A lower percent or another start count is a new start: the estimate begins anew. An absent percent
    /// changes nothing. Percents count from 0 to 100; others count as the nearer of the two.
    constexpr void note(instant now, const field<std::int32_t>& percent,
                        const field<std::int32_t>& start_count = {}) noexcept {
        if (!percent.has_value()) return;
        const std::int32_t p = *percent < 0 ? 0 : *percent > 100 ? 100 : *percent;
        const bool started_again = start_count.has_value() && start_count_.has_value() && *start_count != *start_count_;
        if (start_count.has_value()) start_count_ = start_count;
        if (first_percent_ < 0 || p < last_percent_ || started_again) {
            first_percent_ = last_percent_ = static_cast<std::int16_t>(p);
            first_time_ = last_time_ = now;
        } else if (p > last_percent_) {
            last_percent_ = static_cast<std::int16_t>(p);
            last_time_ = now;
        }
    }

    /// The time left, or nothing as long as no percent has passed.
    [[nodiscard]] constexpr field<milliseconds> at(instant now) const noexcept {
        if (last_percent_ == 100) return milliseconds{0};
        const std::int64_t done = last_percent_ - first_percent_;
        if (done <= 0) return {};
        const milliseconds expected = share(last_time_ - first_time_, 100 - last_percent_, done);
        const milliseconds counted_down = expected - (now - last_time_);
        // The next percent has not come yet, so the task is at most as fast as this.
        const milliseconds at_least = share(now - first_time_, 99 - last_percent_, done + 1);
        return counted_down > at_least ? counted_down : at_least;
    }

  private:
    /// `time * part / whole`; no task runs for the 2.9 million years that would not fit.
    static constexpr milliseconds share(milliseconds time, std::int64_t part, std::int64_t whole) noexcept {
        return milliseconds{time.count() * part / whole};
    }

    instant first_time_, last_time_;
    field<std::int32_t> start_count_;
    std::int16_t first_percent_ = -1;  // -1: none was noted
    std::int16_t last_percent_ = -1;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
