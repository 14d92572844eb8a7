// batch_panel.hpp - a Dear ImGui panel that follows batch tasks. Copy this file: it needs imgui.h and superoffice/batch.hpp.
//
//     batch_panel::panel<Client, 32> panel{api, store};
//     each frame:  panel.step(now);   // the network: never blocks, at most one bounded piece of work
//                  panel.draw(now);   // the widgets
//
// The caller owns the client. One client makes one call at a time, so a button's call waits until the running question
// is answered.
#ifndef BATCH_PANEL_HPP
#define BATCH_PANEL_HPP

#include <superoffice/batch.hpp>

#include <imgui.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>

namespace batch_panel {

/// What the panel asks for. The texts are copies, since they outlive the reply.
struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
    superoffice::field<std::int32_t> StartCount;
    superoffice::field<superoffice::fixed_text<96>> ProgressDescription;
    superoffice::field<superoffice::coded<superoffice::BatchTaskCancellationBehaviour>> CancellationBehaviour;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent, StartCount, ProgressDescription, CancellationBehaviour))

/// What the panel remembers of one task.
struct row {
    superoffice::remaining_time left;
    superoffice::fixed_text<96> text;
    superoffice::fixed_text<24> state;
    superoffice::instant started;
    std::int32_t percent = 0;
    bool asks_first = false;    // CancelWithWarning
    bool can_cancel = true;     // not CannotCancel
    std::uint64_t fetched = 0;  // bytes of its output
    superoffice::error error;   // ok where there is none
};

/// Where the output of a task goes: a function of the program, which gets each piece as it arrives.
struct output_store {
    bool (*write)(void* context, std::int32_t id, std::span<const std::byte> piece) noexcept = nullptr;  // false: stop
    void* context = nullptr;
};

/// What `download` hands pieces to.
struct output_sink {
    output_store store;
    std::int32_t id;
    superoffice::sink_answer operator()(std::span<const std::byte> piece) noexcept {
        return store.write(store.context, id, piece) ? superoffice::sink_answer::more : superoffice::sink_answer::stop;
    }
};

template <class Client, std::size_t Most>
class panel {
  public:
    /// `jobs` are the names of the jobs that the panel has buttons for; they must outlive it.
    explicit panel(Client& api, output_store store = {}, std::span<const char* const> jobs = {}) noexcept
        : api_(&api), store_(store), jobs_(jobs) {}

    /// Follows one more task; false where the panel is full.
    bool follow(std::int32_t id, superoffice::instant now) noexcept {
        if (count_ == Most) return false;
        rows_[count_] = {};
        rows_[count_].started = now;
        tasks_[count_] = {.id = id};
        ++count_;
        watch_.emplace(*api_, std::span{tasks_, count_});
        return true;
    }

    void step(superoffice::instant now) {
        if (step_button(now)) return;
        if (!watch_) return;
        const superoffice::watch_state news = watch_->step(now);
        if (news == superoffice::watch_state::waiting) return;
        const auto at = static_cast<std::size_t>(&watch_->task() - tasks_);
        if (watch_->result())
            take(rows_[at], watch_->value(), now);
        else
            note(at, watch_->error());
    }

    void draw(superoffice::instant now) {
        ImGui::Begin("Batch tasks");
        if (ImGui::BeginTable("tasks", 5, ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV)) {
            ImGui::TableSetupColumn("Task", ImGuiTableColumnFlags_WidthFixed, 70);
            ImGui::TableSetupColumn("Progress");
            ImGui::TableSetupColumn("Elapsed", ImGuiTableColumnFlags_WidthFixed, 70);
            ImGui::TableSetupColumn("Left", ImGuiTableColumnFlags_WidthFixed, 70);
            ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthFixed, 50);
            ImGui::TableHeadersRow();
            for (std::size_t n = 0; n < count_; ++n) draw_row(n, now);
            ImGui::EndTable();
        }
        for (std::size_t n = 0; n < jobs_.size(); ++n) {
            if (n > 0) ImGui::SameLine();
            ImGui::PushID(jobs_[n]);
            ImGui::BeginDisabled(to_start_ != nullptr || !start_.is_done() || count_ == Most);
            if (ImGui::Button(jobs_[n])) to_start_ = jobs_[n];
            ImGui::EndDisabled();
            ImGui::PopID();
        }
        draw_question();
        draw_errors();
        ImGui::End();
    }

    /// What the buttons do, for a program that has other ones: a job to start, the row of a task to fetch.
    void start(const char* job) noexcept { to_start_ = job; }
    void fetch(std::size_t at) noexcept { to_fetch_ = at; }

    [[nodiscard]] bool is_over() const noexcept { return !watch_ || watch_->is_over(); }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

  private:
    static constexpr std::size_t none = Most;

    /// The call that a button asked for. True while one runs.
    bool step_button(superoffice::instant now) {
        if (!stop_.is_done()) {
            if (stop_.step(now) == superoffice::step_state::done && !stop_.result()) note(at_, stop_.error());
        } else if (!start_.is_done()) {
            if (start_.step(now) == superoffice::step_state::done) {
                start_error_ = start_.error();
                if (start_.result()) follow(start_.value(), now);
            }
        } else if (fetch_ && !fetch_->is_done()) {
            rows_[at_].fetched = fetch_->count();
            if (fetch_->step(now) == superoffice::step_state::done) {
                rows_[at_].fetched = fetch_->count();
                note(at_, fetch_->error());
            }
        } else if (api_->is_busy()) {
            return false;  // a question is under way
        } else if (to_stop_ != none) {
            at_ = to_stop_;
            to_stop_ = none;
            stop_ = api_->start(superoffice::stop_batch_job, {tasks_[at_].id});
        } else if (to_start_ != nullptr) {
            job_.BatchTaskInfo.Name = to_start_;
            to_start_ = nullptr;
            start_ = api_->start(superoffice::start_batch_job, job_);
        } else if (to_fetch_ != none) {
            at_ = to_fetch_;
            to_fetch_ = none;
            fetch_.emplace(*api_, superoffice::get_output_from_batch,
                           superoffice::GetOutputFromBatchRequest{tasks_[at_].id}, output_sink{store_, tasks_[at_].id},
                           superoffice::default_max_file_bytes, superoffice::call_options{});
        } else {
            return false;
        }
        return true;
    }

    static void take(row& to, const progress& from, superoffice::instant now) {
        to.percent = from.ProgressPercent.value_or(0);
        to.left.note(now, from.ProgressPercent, from.StartCount);
        if (from.State) to.state.assign(from.State->text());
        to.text.assign(from.ProgressDescription ? from.ProgressDescription->view() : std::string_view{});
        to.asks_first = from.CancellationBehaviour == superoffice::BatchTaskCancellationBehaviour::CancelWithWarning;
        to.can_cancel = from.CancellationBehaviour != superoffice::BatchTaskCancellationBehaviour::CannotCancel;
        to.error = {};
    }
    void note(std::size_t at, const superoffice::error& e) { rows_[at].error = e; }

    void draw_row(std::size_t n, superoffice::instant now) {
        const row& one = rows_[n];
        ImGui::PushID(static_cast<int>(n));
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::Text("%d", tasks_[n].id);
        ImGui::TableNextColumn();
        char text[160];
        std::snprintf(text, sizeof text, "%d %%  %s  %s", one.percent, one.state.c_str(), one.text.c_str());
        ImGui::ProgressBar(static_cast<float>(one.percent) / 100.0F, ImVec2(-1, 0), text);
        ImGui::TableNextColumn();
        draw_time((now - one.started).count());
        ImGui::TableNextColumn();
        if (const auto left = one.left.at(now); left && !tasks_[n].is_over()) draw_time(left->count());
        ImGui::TableNextColumn();
        const bool has_output = tasks_[n].state == superoffice::watch_state::finished && store_.write != nullptr;
        ImGui::BeginDisabled(has_output ? to_fetch_ != none
                                        : tasks_[n].is_over() || !one.can_cancel || to_stop_ != none);
        if (has_output && one.fetched > 0)
            ImGui::Text("%llu B", static_cast<unsigned long long>(one.fetched));
        else if (has_output ? ImGui::SmallButton("Fetch") : false)
            to_fetch_ = n;
        else if (!has_output && ImGui::SmallButton("Stop"))
            (one.asks_first ? to_confirm_ : to_stop_) = n;
        ImGui::EndDisabled();
        ImGui::PopID();
    }
    static void draw_time(std::int64_t milliseconds) {
        const long long seconds = milliseconds / 1000;
        ImGui::Text("%lld:%02lld", seconds / 60, seconds % 60);
    }

    void draw_question() {
        if (to_confirm_ == none) return;
        ImGui::Separator();
        ImGui::Text("Task %d may leave its work half done. Stop it all the same?", tasks_[to_confirm_].id);
        if (ImGui::Button("Stop it")) {
            to_stop_ = to_confirm_;
            to_confirm_ = none;
        }
        ImGui::SameLine();
        if (ImGui::Button("Let it run")) to_confirm_ = none;
    }

    void draw_errors() {
        if (start_error_.code != superoffice::errc::ok)
            ImGui::TextColored(ImVec4(1.0F, 0.5F, 0.4F, 1.0F), "Start: %s", superoffice::message(start_error_));
        for (std::size_t n = 0; n < count_; ++n) {
            const superoffice::error& e = rows_[n].error;
            if (e.code == superoffice::errc::ok) continue;
            ImGui::TextColored(ImVec4(1.0F, 0.5F, 0.4F, 1.0F), "%d: %s", tasks_[n].id, superoffice::message(e));
            ImGui::SameLine();
            ImGui::TextDisabled("(%s; who can act: %s)", superoffice::name(e.stage),
                                superoffice::name(superoffice::remedy_of(e.code)));
        }
    }

    Client* api_;
    superoffice::watched_task tasks_[Most];
    row rows_[Most];
    std::size_t count_ = 0;
    std::optional<superoffice::watch_many<progress>> watch_;
    output_store store_;
    std::span<const char* const> jobs_;
    superoffice::StartBatchJobRequest job_;  // borrowed by its call
    superoffice::error start_error_;
    typename Client::template call_of<bool> stop_;
    typename Client::template call_of<std::int32_t> start_;
    std::optional<superoffice::download<Client, output_sink>> fetch_;
    std::size_t to_stop_ = none, to_confirm_ = none, to_fetch_ = none;
    std::size_t at_ = none;  // the row of the call that a button asked for
    const char* to_start_ = nullptr;
};

}  // namespace batch_panel
#endif
