// batch_panel.hpp - a Dear ImGui panel that follows batch tasks. Copy this file: it needs imgui.h and superoffice/batch.hpp.
//
//     batch_panel::panel<Client> panel{api, rows};
//     each frame:  panel.step(now);   // the network: never blocks, at most one bounded piece of work
//                  panel.draw(now);   // the widgets
//
// The caller owns client and rows. One client makes one call at a time, so a button's call waits until the running question
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
    bool asks_first = false;   // CancelWithWarning
    bool can_cancel = true;    // not CannotCancel
    superoffice::error error;  // ok where there is none
};

template <class Client, std::size_t Most>
class panel {
  public:
    explicit panel(Client& api) noexcept : api_(&api) {}

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
        if (!stop_.is_done()) {
            if (stop_.step(now) == superoffice::step_state::done && !stop_.result()) note(stopping_, stop_.error());
            return;
        }
        if (to_stop_ != none && !api_->is_busy()) {
            stopping_ = to_stop_;
            to_stop_ = none;
            stop_ = api_->start(superoffice::stop_batch_job, {tasks_[stopping_].id});
            return;
        }
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
        draw_question();
        draw_errors();
        ImGui::End();
    }

    [[nodiscard]] bool is_over() const noexcept { return !watch_ || watch_->is_over(); }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

  private:
    static constexpr std::size_t none = Most;

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
        ImGui::BeginDisabled(tasks_[n].is_over() || !one.can_cancel || to_stop_ != none);
        if (ImGui::SmallButton("Stop")) (one.asks_first ? to_confirm_ : to_stop_) = n;
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
    typename Client::template call_of<bool> stop_;
    std::size_t to_stop_ = none, to_confirm_ = none, stopping_ = none;
};

}  // namespace batch_panel
#endif
