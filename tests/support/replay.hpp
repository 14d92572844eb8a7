// tests/support/replay.hpp - plays one script in every manner: whole, in bytes, cut anywhere, waiting, interrupted.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_REPLAY_HPP
#define SUPEROFFICE_TESTS_SUPPORT_REPLAY_HPP

#include <superoffice/transport/scripted.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>

namespace replay {

using superoffice::io_result;
using superoffice::script_manner;
using superoffice::script_step;
using superoffice::scripted;

/// A driver that still runs after so many rounds goes round in circles.
inline constexpr std::size_t max_rounds = 1'000'000;

/// Calls `drive(scripted&)`, which drives the link to an outcome (anything with ==), for the script played whole, one
/// byte at a time, with each call made to wait first, both together, and cut at every position. Checks that the
/// script was played to its end and that the outcome was the same each time; gives that of the script played whole.
template <class Drive>
auto in_every_cut(std::span<const script_step> steps, Drive drive, const script_manner& base = {}) {
    const auto play = [&](const script_manner& manner) {
        scripted link{steps, manner};
        auto outcome = drive(link);
        CHECK(link.finished());
        CHECK(link.first_mismatch().what == superoffice::script_mismatch::kind::none);
        return outcome;
    };

    scripted whole{steps, base};
    const auto outcome = drive(whole);
    CHECK(whole.finished());
    CHECK(whole.first_mismatch().what == superoffice::script_mismatch::kind::none);
    if (!whole.finished()) return outcome;  // one report is enough

    script_manner manner = base;
    manner.at_most = 1;
    CHECK((play(manner) == outcome));
    manner.blocks_first = true;
    CHECK((play(manner) == outcome));
    manner.at_most = base.at_most;
    CHECK((play(manner) == outcome));
    manner.blocks_first = base.blocks_first;
    for (manner.cut_at = 1; manner.cut_at < whole.moved(); ++manner.cut_at) {
        CAPTURE(manner.cut_at);
        const bool same = play(manner) == outcome;
        CHECK(same);
        if (!same) break;
    }
    return outcome;
}

/// Calls `drive(scripted&)` once for each call that the driver makes, with `interruption` as that call's answer, and
/// `check(outcome, link, calls before it)` each time: first with the script played whole, then one byte at a time.
template <class Drive, class Check>
void interrupted_anywhere(std::span<const script_step> steps, const io_result& interruption, Drive drive, Check check,
                          const script_manner& base = {}) {
    for (const std::size_t at_most : {base.at_most, std::size_t{1}}) {
        script_manner manner = base;
        manner.at_most = at_most;
        scripted undisturbed{steps, manner};
        drive(undisturbed);
        manner.interruption = interruption;
        for (manner.interrupt_at = 0; manner.interrupt_at < undisturbed.calls(); ++manner.interrupt_at) {
            CAPTURE(at_most);
            CAPTURE(manner.interrupt_at);
            scripted link{steps, manner};
            const auto outcome = drive(link);
            check(outcome, link, manner.interrupt_at);
        }
    }
}

}  // namespace replay
#endif
