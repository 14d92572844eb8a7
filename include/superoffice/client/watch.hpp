// superoffice/client/watch.hpp - follows one task to its end: asks again at an interval and reports each change.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_WATCH_HPP
#define SUPEROFFICE_CLIENT_WATCH_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/client/client.hpp>
#include <superoffice/client/detail/asker.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// How to watch.
struct watch_options {
    milliseconds interval{2'000};  ///< from one reply to the next call; the server's workers look every 2 s.
                                   ///< 0: no pause, but for a Retry-After of the server
    milliseconds deadline{0};      ///< of the whole watch; 0: none. A dead worker looks like one that runs for ever
    /// The interval doubles with each failure in a row, up to this; a Retry-After of the server counts up to this. With the
    /// other defaults the pauses are 2, 4, 8, 16 and 32 s, and the sixth failure ends the watch.
    milliseconds max_pause{60'000};
    std::uint32_t max_failures = 5;  ///< so many repeatable failures in a row are tolerated; one more ends the watch
    call_options call{};             ///< for each call
    /// A number unique to the device, for example its serial number. It makes each pause longer by up to a quarter, so that
    /// devices that were all refused at the same time do not all call again at the same time. 0: no pause gets longer.
    std::uint32_t jitter = 0;
};

namespace detail {

/// How long to wait after so many failures in a row, 1 and more: the interval, doubled with each further failure, or as long
/// as the server asks if that is longer; at most `max_pause`, and never less than the interval.
constexpr milliseconds pause_after(std::uint32_t failures, const watch_options& options,
                                   const field<milliseconds>& retry_after) noexcept {
    std::int64_t pause = options.interval.count();
    const std::int64_t longest = pause < options.max_pause.count() ? options.max_pause.count() : pause;
    // No pause stays no pause, so it is not doubled: that would take a turn for each failure.
    for (std::uint32_t n = 1; n < failures && pause > 0 && pause < longest; ++n) pause = sum(pause, pause);
    if (retry_after.has_value() && retry_after->count() > pause) pause = retry_after->count();
    return milliseconds{pause < longest ? pause : longest};
}

/// The pause, longer by up to a quarter; each call gives another share. A jitter of 0 changes nothing.
constexpr milliseconds jittered(milliseconds pause, std::uint32_t& jitter) noexcept {
    jitter *= 0x9E3779B1U;  // odd: never 0 of another number; its top byte is the most different
    return pause + milliseconds{(pause.count() >> 8) * (jitter >> 24) >> 2};
}

}  // namespace detail

/// What `watch::step` answers.
enum class watch_state : std::uint8_t {
    waiting,      ///< nothing new; `wants()` says what to wait for
    changed,      ///< a reply that differs from the one before (or the first): `value()`
    finished,     ///< a reply with a final state: `value()`; its State says which one
    gone,         ///< the service knew the task before and does not know it any more: neither success nor failure
    call_failed,  ///< a call failed for good and the watch is over: `error()`. `no_such_task`: the service never knew the
                  ///< task
};

/// Follows one task. `Info` needs a member `State` of a type that can be compared with BatchTaskState; its members
/// become the `$select`.
///
///     superoffice::watch<> task{api, 497};
///     for (;;) switch (task.step(now())) { ... }     // or, waiting for news, task.follow(api)
///
/// The watch uses the client for one call at a time. In the pauses the program may use the client for other calls, which end
/// the life of the texts in `value()`. The watch must be destroyed before the client. No heap. Only `follow` waits and reads
/// a clock.
/// Failures that may pass by themselves (`is_repeatable`) are tolerated; all others end the watch at once.
/// Source for the meaning of states and of "gone": section 13 of the service notes.
template <class Info = BatchTaskInfo>
class watch {
  public:
    /// Over a link whose start may block for a name lookup, pass `allow_waiting_lookup`.
    template <class Client>
    watch(Client& api, task_id id, const watch_options& options = {}) noexcept
        : watch(api, id, options, allow_waiting_lookup) {
        detail::require_link_that_never_blocks<typename Client::link_type>();
    }
    template <class Client>
    watch(Client& api, task_id id, const watch_options& options, allow_waiting_lookup_t) noexcept
        : asker_(api), options_(options), id_(id.number) {
        static_assert(
            requires(const Info& info) { info.State; },
            "superoffice: a watched struct needs a member State: field<coded<BatchTaskState>> State;");
    }
    template <class Client>
    watch(Client& api, task_id id, allow_waiting_lookup_t allowed) noexcept
        : watch(api, id, watch_options{}, allowed) {}
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;
    ~watch() { cancel(); }

    /// Goes on as far as it can without waiting. `now` must never go back. `changed` is reported once for each change; after
    /// `finished`, `gone` and `call_failed` the answer stays the same.
    watch_state step(instant now) noexcept {
        if (is_over()) return state_;
        if (!timed_) {
            timed_ = true;
            next_ = now;
            if (options_.deadline.count() > 0) end_ = now + options_.deadline;
        }
        if (!asking_) {
            if (now >= end_) return fail({.stage = stage::none, .code = errc::deadline_exceeded});
            if (now < next_) return state_ = watch_state::waiting;
            if (const superoffice::error e = begin(now); e.code != errc::ok) return take_error(e, now);
        }
        if (asker_.step(now, result_) == step_state::pending) return state_ = watch_state::waiting;
        asking_ = false;
        return result_ ? take_value(now) : take_error(result_.error(), now);
    }

    /// Blocks until there is news, so it never answers `waiting`. `api` is the client that the watch was made with. It waits
    /// on the link, also in the pauses, if the link can be waited on (`waiting_transport`, `waiting_http_transport`); any
    /// other link is asked again at once.
    ///
    ///     while (task.follow(api) == watch_state::changed) show(task.value());
    template <class Client, class Clock = typename detail::own_clock<typename Client::link_type>::type>
    watch_state follow(Client& api, Clock clock = {}) {
        static_assert(monotonic_clock<Clock>,
                      "superoffice: following a task needs a clock, and this link brings none: pass "
                      "superoffice::steady_clock{} of <superoffice/std_types.hpp> (or your own monotonic_clock), or "
                      "step() the watch yourself");
        SUPEROFFICE_ASSERT(asker_.asks(&api) && "superoffice: follow() takes the client that the watch was made with");
        for (;;) {
            const instant now = clock.now();
            const watch_state state = step(now);
            if (state != watch_state::waiting) return state;
            api.wait(wants(), now);
        }
    }

    /// What to wait for before the next step.
    [[nodiscard]] wait_condition wants() const noexcept {
        if (is_over()) return {};
        if (asking_) return asker_.wants();
        return {wait_for::time, next_ < end_ ? next_ : end_};
    }

    /// After `changed` and `finished` the reply; after `gone` and `call_failed` the error; not to be read after `waiting`.
    /// Texts live until the client's next call or its end.
    [[nodiscard]] superoffice::result<Info>& result() noexcept { return result_; }
    [[nodiscard]] const superoffice::result<Info>& result() const noexcept { return result_; }

    /// The reply itself. Only where there is one: with `changed` and `finished`.
    [[nodiscard]] Info& value() noexcept { return result_.value(); }
    [[nodiscard]] const Info& value() const noexcept { return result_.value(); }

    /// The error; `errc::ok` where there is a reply.
    [[nodiscard]] superoffice::error error() const noexcept { return result_.error(); }

    /// The last failure, tolerated or not, to show it to somebody; `errc::ok` after a reply. The deadline of the watch is no
    /// such failure: it leaves the one before it here.
    [[nodiscard]] const superoffice::error& last_failure() const noexcept { return last_failure_; }

    [[nodiscard]] bool is_over() const noexcept { return state_ > watch_state::changed; }

    /// Ends the watch and cancels its running call. Does nothing once the watch is over.
    void cancel() noexcept {
        if (is_over()) return;
        if (asking_) asker_.cancel();
        static_cast<void>(fail({.stage = stage::none, .code = errc::cancelled}));
    }

  private:
    superoffice::error begin(instant now) noexcept {
        const superoffice::error e = asker_.begin(id_, options_.call, end_ - now);
        asking_ = e.code == errc::ok;
        if (asking_) {  // nothing of the last reply may show in the next one
            result_ = superoffice::error{};
            detail::clear_members<Info>(&*result_);
        }
        return e;
    }

    watch_state take_value(instant now) noexcept {
        const std::uint64_t digest = asker_.digest();
        const bool same = seen_ && digest == digest_;
        seen_ = true;
        digest_ = digest;
        failures_ = 0;
        last_failure_ = {};
        pause_from(now, options_.interval);
        if (is_final(result_->State)) return state_ = watch_state::finished;
        return state_ = same ? watch_state::waiting : watch_state::changed;
    }

    watch_state take_error(const superoffice::error& e, instant now) noexcept {
        if (now < end_ || e.code != errc::deadline_exceeded) last_failure_ = e;
        if (e.code == errc::no_such_task && seen_) return end(watch_state::gone, e);
        milliseconds pause = options_.interval;
        if (e.code != errc::busy) {  // busy: somebody else uses the client, which is no failure
            if (now >= end_ || !is_repeatable(e.code) || failures_ >= options_.max_failures) return fail(e);
            pause = detail::pause_after(++failures_, options_, asker_.retry_after());
        }
        pause_from(now, pause);
        return state_ = watch_state::waiting;
    }

    void pause_from(instant now, milliseconds pause) noexcept {
        next_ = now + detail::jittered(pause, options_.jitter);
    }

    watch_state fail(const superoffice::error& e) noexcept { return end(watch_state::call_failed, e); }
    [[gnu::noinline]] watch_state end(watch_state how, const superoffice::error& e) noexcept {
        result_ = e;
        return state_ = how;
    }

    detail::asker<Info> asker_;
    watch_options options_;
    superoffice::result<Info> result_{};
    superoffice::error last_failure_;
    std::int32_t id_;
    std::uint64_t digest_ = 0;
    instant next_, end_ = instant::never();
    std::uint32_t failures_ = 0;
    watch_state state_ = watch_state::waiting;
    bool timed_ = false;
    bool asking_ = false;
    bool seen_ = false;  // the service has known the task
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
