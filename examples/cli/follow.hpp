// follow.hpp - follows tasks to their end and shows how they are doing; for the commands watch and fetch.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_FOLLOW_HPP
#define SUPEROFFICE_CLI_FOLLOW_HPP

#include "followed_task.hpp"
#include "progress_block.hpp"
#include "session.hpp"
#include "stop_command.hpp"
#include "task_name.hpp"
#include "terminal.hpp"

#include <superoffice/batch.hpp>
#include <superoffice/client/watch_many.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cli {

/// Where changes are shown.
enum class changes { everywhere, on_a_terminal };

/// Follows the tasks that the arguments name. `AtEnd` is a function that gets each task at its end, and a function that it
/// calls before it prints something: that makes room beside the bars. It answers what the tool would end with because of this
/// task; the tool ends with the worst of them.
template <class Link, class AtEnd>
class follower {
  public:
    follower(session<Link>& to, std::span<const std::int32_t> ids, const selection& selected, changes shown,
             AtEnd at_end)
        : to_(to), selected_(selected), at_end_(std::move(at_end)),
          in_place_(!to.given().json && !to.given().trace && is_terminal() && to.given().output != "-"),
          shows_(in_place_ || shown == changes::everywhere), watched_(watched(ids)), followed_(ids.size()),
          block_(in_place_, names(ids)), watch_(to.api(), watched_, options(), superoffice::allow_waiting_lookup),
          running_(ids.size()) {}

    exit_code run() {
        catch_interruptions();
        if (in_place_) catch_terminal_signals();
        while (!watch_.is_over()) {
            if (interruption() != 0) return leave();
            obey_terminal();
            const superoffice::instant now = Link::clock::now();
            switch (watch_.step(now)) {
                case superoffice::watch_state::waiting: idle(now); break;
                case superoffice::watch_state::changed: note(now); break;
                case superoffice::watch_state::finished: finish(now); break;
                case superoffice::watch_state::gone:
                    end_without_reply("(gone)", [] {
                        complain("the task is gone, and its end was not seen: neither success nor failure",
                                 exit_code::no_such_task);
                        return exit_code::no_such_task;
                    });
                    break;
                case superoffice::watch_state::call_failed:
                    end_without_reply("(error)", [&] { return to_.fail(failure(now)); });
                    break;
            }
        }
        return worst_;
    }

  private:
    static std::vector<superoffice::watched_task> watched(std::span<const std::int32_t> ids) {
        std::vector<superoffice::watched_task> made;
        for (const std::int32_t id : ids) made.push_back({.id = id});
        return made;
    }

    /// A single line needs no name.
    static std::vector<std::string> names(std::span<const std::int32_t> ids) {
        if (ids.size() == 1) return {""};
        std::vector<std::string> made;
        for (const std::int32_t id : ids) made.push_back(std::to_string(id));
        return made;
    }

    superoffice::watch_options options() const {
        superoffice::watch_options made;
        made.interval = to_.given().interval;
        made.deadline = to_.given().deadline;
        if (to_.given().retries) made.max_failures = *to_.given().retries;
        made.call.select = selected_.text();
        return made;
    }

    [[nodiscard]] bool is_one() const { return watched_.size() == 1; }
    [[nodiscard]] std::size_t at() const { return static_cast<std::size_t>(&watch_.task() - watched_.data()); }

    void obey_terminal() {
        if (wants_to_stop()) {
            block_.pause();
            stop_until_continued();
        }
        if (has_to_redraw()) block_.redraw();
    }

    void idle(superoffice::instant now) {
        if (watch_.pauses_all()) {
            followed_[at()].printed_failure = watch_.task().failure;
            print_failure(printed_failure_, watch_.last_failure().code, std::nullopt);
        } else {
            printed_failure_ = superoffice::errc::ok;
            print_failure(followed_[at()].printed_failure, watch_.task().failure, watch_.task().id);
        }
        show_times(now);
        if (!watch_.is_over()) to_.wait(watch_.wants(), now);
    }

    /// Prints a failure after which the watch asks again, unless the last one was the same.
    void print_failure(superoffice::errc& printed, superoffice::errc failure, std::optional<std::int32_t> id) {
        if (std::exchange(printed, failure) == failure || failure == superoffice::errc::ok) return;
        block_.hide();
        const about_task named{is_one() ? std::nullopt : id};
        to_.complain_about(watch_.last_failure(), complain_and_go_on);
    }

    /// Once in each second, all together.
    void show_times(superoffice::instant now) {
        if (!in_place_ || second_of(now) == timed_) return block_.draw();
        timed_ = second_of(now);
        for (std::size_t n = 0; n < watched_.size(); ++n)
            if (!watched_[n].is_over()) block_.set_times(n, followed_[n].elapsed(timed_), followed_[n].left(now));
        block_.draw();
    }

    /// The begin of this second of the watch.
    [[nodiscard]] superoffice::instant second_of(superoffice::instant now) const {
        return began_ + superoffice::milliseconds{(now - began_).count() / 1'000 * 1'000};
    }

    void note(superoffice::instant now) {
        superoffice::BatchTaskInfo task = watch_.value();
        selected_.keep_only(task);
        followed_task& followed = followed_[at()];
        followed.printed_failure = printed_failure_ = superoffice::errc::ok;
        followed.note(task, now, second_of(now));
        if (!shows_) return;
        if (to_.given().json) {
            const std::string json = json_of(task);
            if (followed.is_news(json)) put(is_one() ? json : with_id(json, watch_.task().id));
            return;
        }
        progress shown = *followed.shown();
        if (in_place_) {
            shown.elapsed = followed.elapsed(second_of(now));
            if (!shown.is_over) shown.left = followed.left(now);
        }
        block_.show(at(), shown);
    }

    void finish(superoffice::instant now) {
        note(now);
        superoffice::BatchTaskInfo task = watch_.value();
        selected_.keep_only(task);
        end([&] { return at_end_(watch_.task().id, task, [this] { make_room(); }); });
    }

    /// The task, or all of them, ended without a reply that says how.
    template <class Complain>
    void end_without_reply(const char* state, const Complain& complain) {
        if (running_ > 1 && watch_.is_over()) {  // more than this task
            block_.finish();
            worst_ = worse_of(worst_, complain());
            return;
        }
        if (!is_one() && in_place_ && followed_[at()].shown()) {
            followed_[at()].note_end(state);
            block_.show(at(), *followed_[at()].shown());
        }
        end([&] {
            make_room();
            return complain();
        });
    }

    /// The error of the watch. A call that the deadline of the watch ended is an error of the watch, not of the call.
    [[nodiscard]] superoffice::error failure(superoffice::instant now) const {
        const superoffice::milliseconds deadline = to_.given().deadline;
        superoffice::error e = watch_.error();
        if (e == superoffice::errc::deadline_exceeded && deadline.count() > 0 && now - began_ >= deadline)
            e.stage = superoffice::stage::none;
        return e;
    }

    /// A task is over. `say` says about it what there is to say, and gives its code.
    template <class Say>
    void end(const Say& say) {
        --running_;
        {
            const about_task named{is_one() ? std::nullopt : std::optional{watch_.task().id}};
            worst_ = worse_of(worst_, say());
        }
        if (watch_.is_over())
            block_.finish();
        else
            block_.draw();
    }

    /// For something else than the bars. Below the last of them nothing is drawn any more.
    void make_room() {
        if (watch_.is_over())
            block_.finish();
        else
            block_.hide();
    }

    /// After Ctrl-C: the user may want to stop the tasks as well, and not only the watch.
    exit_code leave() {
        watch_.cancel();
        obey_interruptions();
        if (interruption() != SIGINT) return exit_code::terminated;
        block_.end();
        if (can_ask() && says_yes(question().c_str())) stop_running();
        return exit_code::interrupted;
    }

    [[nodiscard]] std::string question() const {
        if (is_one()) return "Stop the task as well? [y/N] ";
        std::string last;
        for (const superoffice::watched_task& each : watched_)
            if (!each.is_over()) last = std::to_string(each.id);
        return running_ == 1 ? "Stop task " + last + " as well? [y/N] "
                             : "Stop the " + std::to_string(running_) + " tasks that are not over as well? [y/N] ";
    }

    void stop_running() {
        for (const superoffice::watched_task& each : watched_) {
            if (each.is_over()) continue;
            const about_task named{is_one() ? std::nullopt : std::optional{each.id}};
            const superoffice::result<bool> stopped = stop_task(to_, each.id);
            if (stopped.value_or(false)) notify("the task is stopped");
            if (!stopped && !to_.concerns_one_task(stopped.error())) return;
        }
    }

    session<Link>& to_;
    const selection& selected_;
    AtEnd at_end_;
    bool in_place_;
    bool shows_;
    std::vector<superoffice::watched_task> watched_;
    std::vector<followed_task> followed_;
    progress_block block_;
    superoffice::watch_many<> watch_;
    std::size_t running_;  // tasks that are not over, as far as it was reported
    superoffice::instant began_ = Link::clock::now(), timed_ = began_;
    superoffice::errc printed_failure_ = superoffice::errc::ok;
    exit_code worst_ = exit_code::done;
};

}  // namespace cli
#endif
