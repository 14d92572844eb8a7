// superoffice/client/task_board.hpp - all that a panel with tasks needs: follows them, and starts, stops and fetches them.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_TASK_BOARD_HPP
#define SUPEROFFICE_CLIENT_TASK_BOARD_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/client.hpp>
#include <superoffice/client/download.hpp>
#include <superoffice/client/remaining_time.hpp>
#include <superoffice/client/watch.hpp>
#include <superoffice/client/watch_many.hpp>
#include <superoffice/schema/batch_requests.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/schema/fixed_text.hpp>
#include <superoffice/service/operations.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// What a board asks for.
struct board_progress {
    field<coded<BatchTaskState>> State;
    field<std::int32_t> ProgressPercent;
    field<std::int32_t> StartCount;
    field<std::string_view> ProgressDescription;
    field<coded<BatchTaskCancellationBehaviour>> CancellationBehaviour;
};
BOOST_DESCRIBE_STRUCT(board_progress, (),
                      (State, ProgressPercent, StartCount, ProgressDescription, CancellationBehaviour))

/// What a board knows of one task.
struct board_row {
    std::int32_t id = 0;
    watch_state news = watch_state::waiting;  ///< `waiting` before the first reply
    fixed_text<32> state{};      ///< as the service spells it; longer texts are cut, between two characters
    fixed_text<96> text{};       ///< ProgressDescription; cut in the same way
    std::int32_t percent = 0;    ///< 0 to 100
    bool can_cancel = true;      ///< not CannotCancel
    bool asks_first = false;     ///< CancelWithWarning: ask the user before you call `stop`
    bool is_fetching = false;    ///< `fetch` was called and is not over
    bool is_fetched = false;     ///< the store has the whole output
    std::uint64_t fetched = 0;   ///< bytes of the output so far
    superoffice::error error{};  ///< why following, stopping or fetching failed; `errc::ok` if it did not
    remaining_time left{};
    instant begun{}, seen{};  ///< when the board began to follow the task, and the last reply

    [[nodiscard]] bool is_over() const noexcept { return news > watch_state::changed; }
    [[nodiscard]] bool can_stop() const noexcept { return can_cancel && !is_over(); }
    [[nodiscard]] bool can_fetch() const noexcept {
        return news == watch_state::finished && !is_fetching && !is_fetched;
    }
    /// Since the board began to follow the task, until its end.
    [[nodiscard]] milliseconds elapsed(instant now) const noexcept { return (is_over() ? seen : now) - begun; }
};

namespace detail {

/// The longest beginning of a UTF-8 text that fits, without a part of a character.
constexpr std::string_view cut_to(std::string_view text, std::size_t room) noexcept {
    if (text.size() <= room) return text;
    while (room > 0 && (static_cast<unsigned char>(text[room]) & 0xC0U) == 0x80U) --room;
    text.remove_suffix(text.size() - room);
    return text;
}

/// Enters a reply into a row.
inline void note_reply(board_row& to, const board_progress& from, instant now) noexcept {
    using enum BatchTaskCancellationBehaviour;
    const std::int32_t percent = from.ProgressPercent.value_or(to.percent);
    to.percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
    to.left.note(now, from.ProgressPercent, from.StartCount);
    to.state.assign(cut_to(from.State ? from.State->text() : std::string_view{}, to.state.capacity()));
    to.text.assign(cut_to(from.ProgressDescription.value_or(std::string_view{}), to.text.capacity()));
    to.asks_first = from.CancellationBehaviour == CancelWithWarning;
    to.can_cancel = from.CancellationBehaviour != CannotCancel;
    to.error = {};
}

}  // namespace detail

/// Follows up to `Size` tasks and carries out what a user asks for, over one client, which makes one call at a time. It is the
/// part of a panel without a widget: each frame calls `step` once and draws `rows()`.
///
///     superoffice::task_board board{api, store};
///     board.follow(497, now());
///     for (;;) {                                                  // each frame
///         board.step(now());
///         for (const superoffice::board_row& each : board.rows()) draw(each);
///         if (stop_was_pressed) board.stop(497);
///     }
///
/// `store` gets the output of a task that is fetched, in pieces; a file begins with the offset 0:
///
///     superoffice::sink_answer store(std::int32_t id, std::uint64_t offset, std::span<const std::byte> piece) noexcept;
///
/// Where it answers `stop`, because it cannot store the piece, the row has `errc::cancelled`.
/// A failure that may pass pauses the questions and never ends the board; see `error()`. Borrows the client, and must be gone
/// before it. `now` never goes back. No heap, no clock, no waiting.
template <class Client, class Store, std::size_t Size = 32>
class task_board {
    static_assert(!Client::link_type::may_wait,
                  "superoffice: this link's start may wait for a name look-up: give it a resolver that does not");
    static_assert(
        requires(Store& store, std::int32_t id, std::uint64_t offset, std::span<const std::byte> piece) {
            { store(id, offset, piece) } -> std::same_as<sink_answer>;
        }, "superoffice: the store of a board is called as store(id, offset, piece) and gives a sink_answer");

  public:
    explicit task_board(Client& api, Store store, milliseconds interval = watch_options{}.interval) noexcept
        : api_(&api), store_(std::move(store)), watch_(api, tasks_, {.interval = interval, .max_failures = UINT32_MAX}),
          fetch_(sink{this}) {}
    task_board(const task_board&) = delete;
    task_board& operator=(const task_board&) = delete;

    /// Follows a task, if the board does not have it already. False where the board is full.
    bool follow(std::int32_t id, instant now) noexcept {
        if (row_of(id) < count_) return true;
        if (watch_.follow(id) == nullptr) return false;
        rows_[count_] = {.id = id, .begun = now, .seen = now};
        ++count_;
        return true;
    }

    /// Starts a job and follows its task. `name` is borrowed until the job has been started. This and the next two take effect
    /// as soon as the client is free. False, and nothing happens, while an earlier one waits for that (see `can_act`), and
    /// where the board has no such task, or no room for one more.
    bool start(std::string_view name) noexcept { return ask_for({.what = action::start, .name = name}); }
    bool stop(std::int32_t id) noexcept { return ask_for({.what = action::stop, .row = row_of(id)}); }
    /// Fetches the output of a task into `store`.
    bool fetch(std::int32_t id) noexcept { return ask_for({.what = action::fetch, .row = row_of(id)}); }
    [[nodiscard]] bool can_act() const noexcept { return next_.what == action::none; }

    /// The network: at most one bounded piece of work, without waiting.
    void step(instant now) noexcept {
        if (!step_action(now)) step_watch(now);
    }

    [[nodiscard]] std::span<const board_row> rows() const noexcept { return {rows_, count_}; }
    [[nodiscard]] bool is_full() const noexcept { return count_ == Size; }

    /// What concerns no single task: why the last start failed, or the failure that pauses the questions. `errc::ok`: nothing.
    [[nodiscard]] superoffice::error error() const noexcept {
        if (start_error_.code != errc::ok) return start_error_;
        return is_repeatable(watch_.last_failure().code) ? watch_.last_failure() : superoffice::error{};
    }

  private:
    enum class action : std::uint8_t { none, start, stop, fetch };
    struct request {
        action what = action::none;
        std::size_t row = 0;
        std::string_view name = {};
    };
    struct sink {
        task_board* board;
        sink_answer operator()(std::span<const std::byte> piece) noexcept {
            const sink_answer answer =
                board->store_(board->rows_[board->running_.row].id, board->fetch_.count(), piece);
            board->is_refused_ = answer == sink_answer::stop;
            return answer;
        }
    };

    [[nodiscard]] std::size_t row_of(std::int32_t id) const noexcept {
        std::size_t row = 0;
        while (row < count_ && rows_[row].id != id) ++row;
        return row;
    }

    bool ask_for(const request& wanted) noexcept {
        if (!can_act() || (wanted.what == action::start ? is_full() : wanted.row >= count_)) return false;
        if (wanted.what == action::fetch) rows_[wanted.row].is_fetching = true;
        next_ = wanted;
        return true;
    }

    /// False where there is nothing to do, and the watch may ask.
    bool step_action(instant now) noexcept {
        if (running_.what == action::none) {
            if (next_.what == action::none || api_->is_busy()) return false;
            running_ = std::exchange(next_, {});
            begin_action();
        }
        if (step_call(now) == step_state::done) {
            end_action(rows_[running_.row], now);
            running_ = {};
        }
        return true;
    }

    void begin_action() noexcept {
        const std::int32_t id = rows_[running_.row].id;
        if (running_.what == action::stop) {
            stop_ = api_->start(stop_batch_job, {id});
        } else if (running_.what == action::fetch) {
            is_refused_ = false;
            fetch_.start(*api_, get_output_from_batch, {id});
        } else {
            job_.BatchTaskInfo.Name = running_.name;
            start_ = api_->start(start_batch_job, job_);
        }
    }

    step_state step_call(instant now) noexcept {
        if (running_.what == action::stop) return stop_.step(now);
        if (running_.what == action::start) return start_.step(now);
        const step_state state = fetch_.step(now);
        rows_[running_.row].fetched = fetch_.count();
        return state;
    }

    void end_action(board_row& row, instant now) noexcept {
        if (running_.what == action::stop) {
            row.error = stop_.error();
        } else if (running_.what == action::fetch) {
            row.error = is_refused_ ? superoffice::error{.code = errc::cancelled} : fetch_.error();
            row.is_fetched = row.error.code == errc::ok;
            row.is_fetching = false;
        } else {
            start_error_ = start_.error();
            if (start_.result()) follow(start_.value(), now);
        }
    }

    void step_watch(instant now) noexcept {
        if (watch_.step(now) == watch_state::waiting) return;
        board_row& row = rows_[&watch_.task() - tasks_];
        row.seen = now;
        if (watch_.result())
            detail::note_reply(row, watch_.value(), now);
        else
            row.error = watch_.error();
        for (std::size_t n = 0; n < count_; ++n) rows_[n].news = tasks_[n].state;  // an error may end all
    }

    Client* api_;
    Store store_;
    watched_task tasks_[Size];
    board_row rows_[Size];
    std::size_t count_ = 0;
    watch_many<board_progress> watch_;
    request next_, running_;
    bool is_refused_ = false;   // the store has answered `stop`
    StartBatchJobRequest job_;  // borrowed by its call
    superoffice::error start_error_;
    typename Client::template call_of<std::int32_t> start_;
    typename Client::template call_of<bool> stop_;
    download<Client, sink> fetch_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
