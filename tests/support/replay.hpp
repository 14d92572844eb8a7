// tests/support/replay.hpp - plays one script whole, byte by byte, cut at each byte, with waits and with interruptions.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_REPLAY_HPP
#define SUPEROFFICE_TESTS_SUPPORT_REPLAY_HPP

#include <superoffice/transport/scripted.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>

namespace replay {

using superoffice::io_result;
using superoffice::script_mismatch;
using superoffice::script_pacing;
using superoffice::script_step;
using superoffice::scripted;

/// A driver that still runs after so many rounds goes round in circles.
inline constexpr std::size_t max_rounds = 1'000'000;

/// Calls `drive(link)`, which drives the link to an outcome (anything with ==), for the script played whole, one byte at
/// a time, with each call made to wait first, both together, and cut at every position, and `check(link)` behind each,
/// which says whether it is worth going on.
/// Checks that the outcome was the same each time; gives that of the script played whole. `Link` is `scripted`, or
/// `scripted_http` with its own kind of steps.
template <class Link = scripted, class Steps, class Drive, class Check>
auto in_every_manner(const Steps& steps, Drive drive, Check check, const script_pacing& base = {},
                     std::size_t first_cut = 1) {
    const auto play = [&](const script_pacing& manner) {
        Link link{steps, manner};
        auto outcome = drive(link);
        check(link);
        return outcome;
    };

    Link whole{steps, base};
    const auto outcome = drive(whole);
    if (!check(whole)) return outcome;  // one report is enough

    script_pacing manner = base;
    manner.at_most = 1;
    CHECK((play(manner) == outcome));
    manner.blocks_first = true;
    CHECK((play(manner) == outcome));
    manner.at_most = base.at_most;
    CHECK((play(manner) == outcome));
    manner.blocks_first = base.blocks_first;
    for (manner.cut_at = first_cut; manner.cut_at < whole.moved(); ++manner.cut_at) {
        CAPTURE(manner.cut_at);
        const bool same = play(manner) == outcome;
        CHECK(same);
        if (!same) break;
    }
    return outcome;
}

/// The same for a script that has to be played to its end.
template <class Link = scripted, class Steps, class Drive>
auto in_every_cut(const Steps& steps, Drive drive, const script_pacing& base = {}) {
    const auto check = [](const Link& link) {
        CHECK(link.finished());
        CHECK(link.first_mismatch().what == script_mismatch::kind::none);
        return link.finished();
    };
    return in_every_manner<Link>(steps, drive, check, base);
}

/// Calls `drive(scripted&)` once for each call that the driver makes, with `interruption` as that call's answer, and
/// `check(outcome, link, calls before it)` each time: first with the script played whole, then one byte at a time.
template <class Drive, class Check>
void interrupted_anywhere(std::span<const script_step> steps, const io_result& interruption, Drive drive, Check check,
                          const script_pacing& base = {}) {
    for (const std::size_t at_most : {base.at_most, std::size_t{1}}) {
        script_pacing manner = base;
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

/// The same for each call that can come when `from`, `from + 1` ... and `up_to` bytes have moved, with a cut there. All
/// that is checked byte by byte costs the square of a script's length; this costs no more than its cuts.
template <class Link = scripted, class Steps, class Drive, class Check>
void interrupted_at_each_byte(const Steps& steps, const io_result& interruption, std::size_t from, std::size_t up_to,
                              Drive drive, Check check) {
    script_pacing manner{.interrupt_at = 0, .interruption = interruption};
    for (std::size_t cut = from, first_call = 0; cut <= up_to; ++cut) {
        manner.cut_at = cut;
        for (manner.interrupt_at = first_call;; ++manner.interrupt_at) {
            CAPTURE(cut);
            CAPTURE(manner.interrupt_at);
            Link link{steps, manner};
            const auto outcome = drive(link);
            const bool was_there = link.calls() > manner.interrupt_at;
            if (!was_there || link.moved() > cut) break;
            if (link.moved() < cut) first_call = manner.interrupt_at + 1;
            check(outcome, link, manner.interrupt_at);
        }
    }
}

}  // namespace replay
#endif
