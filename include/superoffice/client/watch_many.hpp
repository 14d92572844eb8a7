// superoffice/client/watch_many.hpp - follows many tasks over one client, one question at a time.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_WATCH_MANY_HPP
#define SUPEROFFICE_CLIENT_WATCH_MANY_HPP

#include <superoffice/client/client.hpp>
#include <superoffice/client/watch.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

namespace detail {

/// What a watch remembers of a task between two questions.
struct watch_notes {
    std::uint64_t digest = 0;
    instant next{INT64_MIN};     // when to ask again
    std::uint32_t failures = 0;  // in a row
    bool seen = false;           // the service has known the task
};

}  // namespace detail

/// True if the failure of a question may be about its task alone, so that questions about other tasks may be answered: the
/// service refuses this task (403, 404, 400 and other statuses), answers with an error object, with a reply that cannot be
/// read or is no task, or with a 5xx. False if it is about the login (401), the way to the service (name, connection, TLS,
/// proxy, timeout) or the service as a whole: 429, and a 5xx with a Retry-After, by which the service asks for a pause of all
/// calls.
///
/// `retry_after`: that of the reply (`client::last_reply().retry_after`).
[[nodiscard]] constexpr bool concerns_one_task(const error& e, const field<milliseconds>& retry_after = {}) noexcept {
    switch (e.code) {
        case errc::no_such_task:
        case errc::service_fault:
        case errc::foreign_document:
        case errc::bad_request:
        case errc::forbidden:
        case errc::not_found:
        case errc::unexpected_status:
        case errc::reply_too_large: return true;
        case errc::unavailable: return e.http_status >= 500 && !retry_after.has_value();
        default: return e.stage == stage::decode;
    }
}

/// One of the tasks that a `watch_many` follows. The caller holds an array of them and sets `id`; the watch changes the rest.
/// An element whose `id` is 0 is free: nothing is asked for it, and `watch_many::follow` may use it. 32 bytes.
struct watched_task {
    std::int32_t id = 0;
    watch_state state = watch_state::waiting;  ///< the last news of this task; `waiting` before the first
    errc failure = errc::ok;  ///< why the last question about the task has no reply yet: the watch asks again
    detail::watch_notes notes{};

    /// Nothing more will be said of this task.
    [[nodiscard]] bool is_over() const noexcept { return state > watch_state::changed; }
    /// The watch will ask for this task again.
    [[nodiscard]] bool is_followed() const noexcept { return id != 0 && !is_over(); }
};

/// Follows the tasks of an array. It asks one question at a time, always for the task that has waited longest, so no task is
/// forgotten however many there are. `options.interval` is the time from a reply to the next question for the same task; with
/// many tasks the questions take longer than that, and follow one another without a pause.
///
///     superoffice::watched_task tasks[] = {{.id = 497}, {.id = 498}};
///     superoffice::watch_many<> all{api, tasks};
///     while (!all.is_over())
///         if (all.step(now()) != superoffice::watch_state::waiting) show(all.task().id, all.result());
///
/// `concerns_one_task` tells whether a failure is about one task. If it is, the other tasks are asked for as if nothing had
/// happened. Any other failure is about all tasks.
///
/// - A failure that may pass (`is_repeatable`) pauses the questions about the task, or about all tasks, as long as
///   `watch` would pause. After a pause of all questions the next one is about another task.
/// - More than `options.max_failures` in a row end the watch of the task, or of all tasks. Failures that are about all
///   tasks count for the task that was asked for, too: a task whose question always breaks the connection ends alone.
/// - A failure that does not pass ends the watch of the task, or of all tasks, at once.
///
/// `options.deadline` is for the whole watch.
///
/// If tasks are added while the program runs, make the watch once, over an array with free elements, and add each task by
/// `follow`.
///
/// Uses the client as `watch` does. Borrows client and array, and must be gone before they are. A step costs one pass over the
/// array when a question is due, else nothing. No heap, no clock, no waiting.
template <class Info = BatchTaskInfo>
class watch_many {
  public:
    /// For a link that never blocks; with `allow_waiting_lookup` for any link.
    template <class Client>
    watch_many(Client& api, std::span<watched_task> tasks, const watch_options& options = {}) noexcept
        : watch_many(api, tasks, options, allow_waiting_lookup) {
        detail::require_link_that_never_blocks<typename Client::link_type>();
    }
    template <class Client>
    watch_many(Client& api, std::span<watched_task> tasks, const watch_options& options,
               allow_waiting_lookup_t) noexcept
        : asker_(api), tasks_(tasks), options_(options) {
        static_assert(
            requires(const Info& info) { info.State; },
            "superoffice: a watched struct needs a member State: field<coded<BatchTaskState>> State;");
    }
    watch_many(const watch_many&) = delete;
    watch_many& operator=(const watch_many&) = delete;
    ~watch_many() {
        if (asking_) asker_.cancel();
    }

    /// Follows one more task, in the first free element of the array. It is the next one that is asked for, unless
    /// `pauses_all()`. A watch that is over, or was cancelled, goes on with it.
    ///
    /// @returns  the element; null where none is free, and for the id 0, which no task has
    watched_task* follow(task_id id) noexcept {
        for (watched_task& each : tasks_) {
            if (each.id != 0 || id.number == 0) continue;
            each = {.id = id.number};
            if (over_) {  // what has ended the watch is past
                failures_ = 0;
                last_failure_ = {};
            }
            if (failures_ == 0) next_ = each.notes.next;
            over_ = false;
            return &each;
        }
        return nullptr;
    }

    /// Goes on as far as it can without waiting. `waiting`: there is no news. All else is about `task()`. `now` never goes
    /// back.
    watch_state step(instant now) noexcept {
        if (over_) return watch_state::waiting;
        if (!timed_) {
            timed_ = true;
            next_ = now;
            if (options_.deadline.count() > 0) end_ = now + options_.deadline;
        }
        if (!asking_) {
            if (now >= end_) return end_all({.stage = stage::none, .code = errc::deadline_exceeded});
            if (now < next_ || !choose(now)) return watch_state::waiting;
            if (const superoffice::error e = begin(now); e.code != errc::ok) return take_error(e, now);
        }
        if (asker_.step(now, result_) == step_state::pending) return watch_state::waiting;
        asking_ = false;
        return result_ ? take_reply(now) : take_error(result_.error(), now);
    }

    /// The task that the last question was about.
    [[nodiscard]] const watched_task& task() const noexcept { return tasks_[at_]; }

    /// The outcome of the last `step`: the reply with `changed` and `finished`, the error with `gone` and `call_failed`.
    /// Texts live until the next step.
    [[nodiscard]] superoffice::result<Info>& result() noexcept { return result_; }
    [[nodiscard]] const superoffice::result<Info>& result() const noexcept { return result_; }
    /// The reply itself, with `changed` and `finished`.
    [[nodiscard]] Info& value() noexcept { return result_.value(); }
    /// The error; `errc::ok` where there is a reply.
    [[nodiscard]] superoffice::error error() const noexcept { return result_.error(); }

    /// What to wait for before the next step.
    [[nodiscard]] wait_condition wants() const noexcept {
        if (over_) return {};
        if (asking_) return asker_.wants();
        return {wait_for::time, next_ < end_ ? next_ : end_};
    }

    /// The last failure that was tolerated, to show it to somebody. `errc::ok` after a reply; if the failure was about one
    /// task, after a reply about this task or its end.
    [[nodiscard]] const superoffice::error& last_failure() const noexcept { return last_failure_; }

    /// The last failure is about all tasks, and no reply came since then: no question is asked before `wants().until`.
    [[nodiscard]] bool pauses_all() const noexcept { return failures_ != 0; }

    /// Nothing more will be said of any task, unless one is added by `follow`.
    [[nodiscard]] bool is_over() const noexcept { return over_; }

    /// Ends the watch; a question that is under way is cancelled. The tasks stay as they are: another `watch_many` over the
    /// same array, or over a longer one, goes on with them.
    void cancel() noexcept {
        if (over_) return;
        if (asking_) asker_.cancel();
        asking_ = false;
        over_ = true;
        result_ = superoffice::error{.stage = stage::none, .code = errc::cancelled};
    }

  private:
    /// Chooses the task that has waited longest. False where none is due yet, or none is left.
    bool choose(instant now) noexcept {
        const watched_task* found = nullptr;
        for (const watched_task& each : tasks_)
            if (each.is_followed() && (found == nullptr || each.notes.next < found->notes.next)) found = &each;
        if (found == nullptr) {
            over_ = true;
            return false;
        }
        next_ = found->notes.next;
        if (next_ > now) return false;
        at_ = static_cast<std::size_t>(found - tasks_.data());
        return true;
    }

    superoffice::error begin(instant now) noexcept {
        const superoffice::error e = asker_.begin(tasks_[at_].id, options_.call, end_ - now);
        asking_ = e.code == errc::ok;
        if (asking_) {  // a member that the reply lacks must not keep its value
            result_ = superoffice::error{};
            detail::clear_members<Info>(&*result_);
        }
        return e;
    }

    watch_state take_reply(instant now) noexcept {
        watched_task& one = tasks_[at_];
        const std::uint64_t digest = asker_.digest();
        const bool same = one.notes.seen && digest == one.notes.digest;
        one.notes.seen = true;
        one.notes.digest = digest;
        one.notes.next = now + detail::jittered(options_.interval, options_.jitter);
        forget_failures(now);
        if (is_final(result_->State)) return report(watch_state::finished);
        return same ? watch_state::waiting : report(watch_state::changed);
    }

    /// The way to the service works, and this task has no failure any more.
    void forget_failures(instant now) noexcept {
        if (failures_ != 0 || at_ == failed_at_) last_failure_ = {};
        failures_ = tasks_[at_].notes.failures = 0;
        tasks_[at_].failure = errc::ok;
        next_ = now;
    }

    watch_state take_error(const superoffice::error& e, instant now) noexcept {
        if (e.code == errc::busy) {  // another user of the client: no failure
            last_failure_ = e;
            failed_at_ = at_;
            next_ = now + detail::jittered(options_.interval, options_.jitter);
            return watch_state::waiting;
        }
        const bool is_own = concerns_one_task(e, asker_.retry_after());
        const bool may_pass = now < end_ && is_repeatable(e.code);
        const bool ends_all = !is_own && (!may_pass || failures_ >= options_.max_failures);
        if (ends_all) return end_all(e);
        if (may_pass && tasks_[at_].notes.failures < options_.max_failures) return tolerate(e, is_own, now);
        forget_failures(now);
        result_ = e;
        return report(e.code == errc::no_such_task && tasks_[at_].notes.seen ? watch_state::gone
                                                                             : watch_state::call_failed);
    }

    watch_state tolerate(const superoffice::error& e, bool is_own, instant now) noexcept {
        watched_task& one = tasks_[at_];
        last_failure_ = e;
        failed_at_ = at_;
        one.failure = e.code;
        ++one.notes.failures;
        failures_ = is_own ? 0 : failures_ + 1;
        const milliseconds pause =
            detail::pause_after(is_own ? one.notes.failures : failures_, options_, asker_.retry_after());
        one.notes.next = now + detail::jittered(pause, options_.jitter);
        next_ = is_own ? now : one.notes.next;
        return watch_state::waiting;
    }

    watch_state report(watch_state news) noexcept {
        tasks_[at_].state = news;
        if (tasks_[at_].is_over()) over_ = !is_one_left();
        return news;
    }

    [[nodiscard]] bool is_one_left() const noexcept {
        for (const watched_task& each : tasks_)
            if (each.is_followed()) return true;
        return false;
    }

    watch_state end_all(const superoffice::error& e) noexcept {
        over_ = true;
        result_ = e;
        for (watched_task& each : tasks_)
            if (each.is_followed()) each.state = watch_state::call_failed;
        return watch_state::call_failed;
    }

    detail::asker<Info> asker_;
    std::span<watched_task> tasks_;
    watch_options options_;
    superoffice::result<Info> result_{};
    superoffice::error last_failure_;
    instant next_, end_ = instant::never();
    std::size_t at_ = 0, failed_at_ = 0;  // the task of the last question, and of the last failure
    std::uint32_t failures_ = 0;          // in a row, about all tasks
    bool timed_ = false;
    bool asking_ = false;
    bool over_ = false;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
