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
    field<std::string_view> Name;
    field<coded<BatchTaskState>> State;
    field<std::int32_t> ProgressPercent;
    field<std::int32_t> StartCount;
    field<std::string_view> ProgressDescription;
    field<coded<BatchTaskCancellationBehaviour>> CancellationBehaviour;
};
BOOST_DESCRIBE_STRUCT(board_progress, (),
                      (Name, State, ProgressPercent, StartCount, ProgressDescription, CancellationBehaviour))

/// How a board works.
struct board_options {
    milliseconds interval = watch_options{}.interval;  ///< from a reply to the next question for the same task
    milliseconds fetch_timeout{600'000};               ///< for a whole file, however long it is
    std::uint64_t max_file_bytes = default_max_file_bytes;
};

/// What a store answers to a piece of a file.
enum class store_answer : std::uint8_t {
    more,     ///< taken; the next piece
    not_now,  ///< not taken: the same piece again later
    failed,   ///< it cannot be kept: the fetch ends, and the row has `store_failed`
};

/// The longest name of a job, in bytes, that `task_board::start` takes.
inline constexpr std::size_t max_job_name = 63;

/// What a board knows of one task.
struct board_row {
    std::int32_t id = 0;
    watch_state news = watch_state::waiting;  ///< `waiting` before the first reply
    fixed_text<48> name{};       ///< as the service names the task; longer texts are cut, between two characters
    fixed_text<32> state{};      ///< as the service spells it; cut in the same way
    fixed_text<96> text{};       ///< ProgressDescription; cut in the same way
    std::int32_t percent = 0;    ///< 0 to 100
    bool has_succeeded = false;  ///< the task has ended well, so it may have an output
    bool can_cancel = true;      ///< not CannotCancel
    bool asks_first = false;     ///< CancelWithWarning: ask the user before you call `stop`
    bool is_stopping = false;    ///< `stop` was called and is not answered
    bool stop_declined = false;  ///< the service answered the last `stop` with false
    bool is_fetching = false;    ///< `fetch` was called and is not over
    bool is_fetched = false;     ///< the store has the whole output
    bool store_failed = false;   ///< the store could not keep the output of the last `fetch`
    std::uint64_t fetched = 0;   ///< bytes of the output so far
    /// Why the board no longer follows the task; `errc::ok` if it does, or the task has ended.
    superoffice::error error{};
    superoffice::error action_error{};  ///< why the last `stop` or `fetch` failed; stays until the next one
    remaining_time left{};
    instant begun{}, seen{};  ///< when the board began to follow the task, and the last reply that brought news

    [[nodiscard]] bool is_over() const noexcept { return news > watch_state::changed; }
    [[nodiscard]] bool can_stop() const noexcept { return can_cancel && !is_over() && !is_stopping; }
    [[nodiscard]] bool can_fetch() const noexcept { return has_succeeded && !is_fetching; }
    /// From the moment the board began to follow the task until the task's end. The task may have run before.
    [[nodiscard]] milliseconds watched(instant now) const noexcept { return (is_over() ? seen : now) - begun; }
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
    to.name.assign(cut_to(from.Name.value_or(std::string_view{}), to.name.capacity()));
    to.state.assign(cut_to(from.State ? from.State->text() : std::string_view{}, to.state.capacity()));
    to.text.assign(cut_to(from.ProgressDescription.value_or(std::string_view{}), to.text.capacity()));
    to.asks_first = from.CancellationBehaviour == CancelWithWarning;
    to.can_cancel = from.CancellationBehaviour != CannotCancel;
    to.has_succeeded = superoffice::has_succeeded(from.State);
}

}  // namespace detail

/// Follows up to `Size` tasks and carries out what a user asks for, over one client, which makes one call at a time. It
/// is a panel without its widgets: each frame calls `step` once and draws `rows()`.
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
///     superoffice::store_answer store(std::int32_t id, std::uint64_t offset, std::span<const std::byte> piece) noexcept;
///
/// After the last piece of a whole file, and only then, the store gets one empty piece. An empty output is this piece
/// alone. Write to a temporary name until then: a fetch that fails ends without a further piece.
///
/// A failure that may pass pauses the questions and never ends the board: those about one task if the failure is about this
/// task (see `concerns_one_task`), else those about all. One that does not pass ends the row of its task with `call_failed`,
/// and all rows if it is not about one task (401, a certificate that is refused). `error()` tells those that pause and those
/// that end all. After you have repaired the cause, call `follow` again for each task.
///
/// The client and the store must outlive the board. `now` must never go back. No heap, no clock, no waiting.
template <class Client, class Store, std::size_t Size = 32>
class task_board {
    static_assert(!Client::link_type::may_wait,
                  "superoffice: this link's start may block for a name lookup: use a resolver that does not");
    static_assert(
        requires(Store& store, std::int32_t id, std::uint64_t offset, std::span<const std::byte> piece) {
            { store(id, offset, piece) } noexcept -> std::same_as<store_answer>;
        },
        "superoffice: the store of a board is called as store(id, offset, piece), is noexcept and gives a "
        "store_answer");

  public:
    explicit task_board(Client& api, Store& store, const board_options& options = {}) noexcept
        : api_(&api), store_(&store), watch_(api, tasks_, {.interval = options.interval, .max_failures = UINT32_MAX}),
          fetch_timeout_(options.fetch_timeout), fetch_(sink{this}, options.max_file_bytes) {}
    task_board(const task_board&) = delete;
    task_board& operator=(const task_board&) = delete;

    /// Follows a task. If the board already has it, only a row that is `call_failed` begins again. False if the board is
    /// full, or if the id is below 1: no task has such an id.
    bool follow(task_id task, instant now) noexcept {
        const std::int32_t id = task.number;
        if (id < 1) return false;
        const std::size_t row = row_of(id);
        if (row == count_) {
            if (is_full()) return false;
            rows_[count_++] = {.id = id, .begun = now, .seen = now};
        } else {
            if (rows_[row].news != watch_state::call_failed) return true;
            task_of(id) = {};
            rows_[row].news = watch_state::waiting;
            rows_[row].error = {};
        }
        static_cast<void>(watch_.follow(id));  // there are as many elements as rows
        ended_by_ = {};
        return true;
    }

    /// Removes the row of a task that is over, which makes room for another. False if the board has no such row, if the
    /// task is not over, and while it is stopped or fetched.
    bool forget(task_id id) noexcept {
        const std::size_t row = row_of(id.number);
        if (row == count_ || !rows_[row].is_over() || rows_[row].is_stopping || rows_[row].is_fetching) return false;
        task_of(id.number) = {};
        --count_;
        for (std::size_t n = row; n < count_; ++n) rows_[n] = rows_[n + 1];
        return true;
    }

    /// Starts a job and follows its task; its name is copied. This and the next two take effect as soon as the client is
    /// free. False, and nothing happens, if `can_start()` is false or the name has more than `max_job_name` bytes.
    bool start(std::string_view name) noexcept {
        if (!can_start() || !start_name_.assign(name)) return false;
        next_ = {action::start, 0};
        start_error_ = {};
        return true;
    }
    /// Stops a task. False, and nothing happens, if `can_act()` or the row's `can_stop()` is false.
    bool stop(task_id id) noexcept {
        const std::size_t row = row_of(id.number);
        if (!can_act() || row == count_ || !rows_[row].can_stop()) return false;
        ask_for(action::stop, rows_[row]);
        rows_[row].is_stopping = true;
        rows_[row].stop_declined = false;
        return true;
    }
    /// Fetches the output of a task into `store`. False, and nothing happens, if `can_act()` or the row's `can_fetch()`
    /// is false. `board_options::fetch_timeout` covers the whole file; meanwhile no task is asked for, and a stop waits.
    bool fetch(task_id id) noexcept {
        const std::size_t row = row_of(id.number);
        if (!can_act() || row == count_ || !rows_[row].can_fetch()) return false;
        ask_for(action::fetch, rows_[row]);
        rows_[row].is_fetching = true;
        rows_[row].is_fetched = rows_[row].store_failed = false;
        rows_[row].fetched = 0;
        return true;
    }
    /// No `start`, `stop` or `fetch` waits for the client.
    [[nodiscard]] bool can_act() const noexcept { return next_.what == action::none; }
    [[nodiscard]] bool can_start() const noexcept { return can_act() && !is_starting() && !is_full(); }
    /// A start is not answered yet.
    [[nodiscard]] bool is_starting() const noexcept {
        return next_.what == action::start || running_.what == action::start;
    }

    /// The network: at most one bounded piece of work, without waiting.
    void step(instant now) noexcept {
        if (!step_action(now)) step_watch(now);
    }

    [[nodiscard]] std::span<const board_row> rows() const noexcept { return {rows_, count_}; }
    /// There is no room for one more task; a start keeps room for its own.
    [[nodiscard]] bool is_full() const noexcept { return count_ + (is_starting() ? 1U : 0U) == Size; }

    /// The failure that has ended all rows, or pauses the questions. `errc::ok`: none.
    [[nodiscard]] superoffice::error error() const noexcept {
        if (ended_by_.code != errc::ok) return ended_by_;
        return is_repeatable(watch_.last_failure().code) ? watch_.last_failure() : superoffice::error{};
    }
    /// Why the last start failed; stays until the next one.
    [[nodiscard]] superoffice::error start_error() const noexcept { return start_error_; }
    /// The job that was started last.
    [[nodiscard]] const fixed_text<max_job_name>& start_name() const noexcept { return start_name_; }

  private:
    enum class action : std::uint8_t { none, start, stop, fetch };
    struct request {
        action what = action::none;
        std::int32_t id = 0;  // of a task
    };
    struct sink {
        task_board* board;
        sink_answer operator()(std::span<const std::byte> piece) noexcept {
            const store_answer answer = board->keep(piece);
            if (answer == store_answer::failed) return sink_answer::stop;
            return answer == store_answer::more ? sink_answer::more : sink_answer::not_now;
        }
    };

    [[nodiscard]] std::size_t row_of(std::int32_t id) const noexcept {
        std::size_t row = 0;
        while (row < count_ && rows_[row].id != id) ++row;
        return row;
    }
    /// The element that the watch uses for a task that has a row.
    watched_task& task_of(std::int32_t id) noexcept {
        watched_task* task = tasks_;
        while (task->id != id) ++task;
        return *task;
    }

    void ask_for(action what, board_row& row) noexcept {
        next_ = {what, row.id};
        row.action_error = {};
    }

    store_answer keep(std::span<const std::byte> piece) noexcept {
        const store_answer answer = (*store_)(running_.id, fetch_.count(), piece);
        rows_[row_of(running_.id)].store_failed = answer == store_answer::failed;
        return answer;
    }

    /// False if there is nothing to do, so that the watch may ask.
    bool step_action(instant now) noexcept {
        if (running_.what == action::none) {
            if (next_.what == action::none || api_->is_busy()) return false;
            running_ = std::exchange(next_, {});
            begin_action();
        }
        if (running_.what == action::start)
            step_start(now);
        else if (running_.what == action::stop)
            step_stop(rows_[row_of(running_.id)], now);
        else
            step_fetch(rows_[row_of(running_.id)], now);
        return true;
    }

    void begin_action() noexcept {
        if (running_.what == action::stop) {
            stop_ = api_->start(stop_batch_job, {running_.id});
        } else if (running_.what == action::fetch) {
            fetch_.start(*api_, get_output_from_batch, {running_.id}, {.timeout = fetch_timeout_});
        } else {
            job_.BatchTaskInfo.Name = start_name_.view();
            start_ = api_->start(start_batch_job, job_);
        }
    }

    void step_start(instant now) noexcept {
        if (start_.step(now) == step_state::pending) return;
        running_ = {};
        start_error_ = start_.error();
        if (start_.result() && !follow(start_.value(), now)) start_error_ = {.code = errc::no_such_task};
    }

    void step_stop(board_row& row, instant now) noexcept {
        if (stop_.step(now) == step_state::pending) return;
        running_ = {};
        row.action_error = stop_.error();
        row.stop_declined = stop_.result() && !stop_.value();
        row.is_stopping = false;
    }

    void step_fetch(board_row& row, instant now) noexcept {
        const step_state state = fetch_.step(now);
        row.fetched = fetch_.count();
        if (state == step_state::pending) return;
        row.action_error = fetch_.error();
        if (fetch_.result() && !row.store_failed) {
            const store_answer answer = keep({});
            if (answer == store_answer::not_now) return;
            row.is_fetched = answer == store_answer::more;
        }
        row.is_fetching = false;
        running_ = {};
    }

    void step_watch(instant now) noexcept {
        const watch_state news = watch_.step(now);
        if (news == watch_state::waiting) return;
        board_row& row = rows_[row_of(watch_.task().id)];
        row.news = news;
        row.seen = now;
        if (watch_.result()) return detail::note_reply(row, watch_.value(), now);
        row.error = watch_.error();
        if (news == watch_state::call_failed && !concerns_one_task(row.error)) end_all(row.error, now);
    }

    void end_all(const superoffice::error& e, instant now) noexcept {
        ended_by_ = e;
        for (std::size_t n = 0; n < count_; ++n) {
            if (rows_[n].is_over()) continue;
            rows_[n].news = watch_state::call_failed;
            rows_[n].error = e;
            rows_[n].seen = now;
        }
    }

    Client* api_;
    Store* store_;
    watched_task tasks_[Size];
    board_row rows_[Size];
    std::size_t count_ = 0;
    watch_many<board_progress> watch_;
    request next_, running_;
    fixed_text<max_job_name> start_name_;
    StartBatchJobRequest job_;  // borrowed by its call
    superoffice::error start_error_, ended_by_;
    typename Client::template call_of<std::int32_t> start_;
    typename Client::template call_of<bool> stop_;
    milliseconds fetch_timeout_;
    download<Client, sink> fetch_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
