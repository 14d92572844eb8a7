// batch_panel.hpp - a Dear ImGui panel that follows batch tasks. Copy this file: it needs imgui.h and superoffice/batch.hpp.
//
//     superoffice::task_board board{api, store};           // makes the calls; `store` gets what is fetched
//     batch_panel::panel panel{board, {"ContactExport"}};  // a button for each job; the board must outlive the panel
//     board.follow(497, std::chrono::steady_clock::now());  // the panel's clock: use no other for this board
//     each frame:  panel.step();  // the network: a bounded piece of work that never blocks
//                  panel.draw();  // a window; draw_contents() draws into a window of yours
#ifndef BATCH_PANEL_HPP
#define BATCH_PANEL_HPP

#include <superoffice/batch.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace batch_panel {

template <class Board>
class panel {
    using clock = std::chrono::steady_clock;

  public:
    panel(Board& board, const std::vector<std::string>& jobs) : board_(board), jobs_(jobs) {}

    void step() {
        const auto begun = clock::now();
        board_.step(begun);
        times_[frames_++ % times_.size()] = std::chrono::duration<float, std::milli>(clock::now() - begun).count();
    }

    void draw() {
        ImGui::Begin("Batch tasks");
        draw_contents();
        ImGui::End();
    }

    void draw_contents() {
        draw_tasks(clock::now());
        for (const std::string& job : jobs_) {
            if (draw_button(job.c_str(), board_.can_start())) board_.start(job);
            ImGui::SameLine();
        }
        if (draw_button("Clear finished", true))  // the board keeps the others
            for (std::size_t n = board_.rows().size(); n-- > 0;) board_.forget(board_.rows()[n].id);
        draw_question();
        draw_errors();
        draw_step_times();
    }

    /// The milliseconds that `step` took at most in this share of the frames of the graph, above 0: 0.999, for example.
    float step_time(double share) const {
        auto sorted = times_;
        const auto count = static_cast<double>(std::min(frames_, sorted.size()));
        const auto place = sorted.end() - 1 - static_cast<std::ptrdiff_t>((1 - share) * count);
        std::nth_element(sorted.begin(), place, sorted.end());
        return *place;
    }

  private:
    void draw_tasks(superoffice::instant now) {
        if (!ImGui::BeginTable("tasks", 5, ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingFixedFit)) return;
        for (const char* name : {"Task", "Watched", "Left"}) ImGui::TableSetupColumn(name);
        ImGui::TableSetupColumn("Progress", ImGuiTableColumnFlags_WidthStretch);
        ImGui::TableHeadersRow();
        for (const superoffice::board_row& task : board_.rows()) {
            ImGui::PushID(task.id);
            ImGui::TableNextColumn();
            ImGui::Text("%d %s", task.id, task.name.c_str());
            ImGui::TableNextColumn();
            draw_time(task.watched(now));
            ImGui::TableNextColumn();
            if (const auto left = task.left.at(now); left && !task.is_over()) draw_time(*left);
            ImGui::TableNextColumn();
            draw_bar(task);
            ImGui::TableNextColumn();
            draw_action(task, now);
            ImGui::PopID();
        }
        ImGui::EndTable();
    }

    static void draw_bar(const superoffice::board_row& task) {
        char text[160];
        std::snprintf(text, sizeof text, "%d %%  %s  %s", task.percent, task.state.c_str(), task.text.c_str());
        ImGui::ProgressBar(static_cast<float>(task.percent) / 100, ImVec2(-1, 0), text);
    }

    static void draw_time(superoffice::milliseconds time) {
        const long long seconds = time.count() / 1000;
        ImGui::Text("%lld:%02lld", seconds / 60, seconds % 60);
    }

    void draw_action(const superoffice::board_row& task, superoffice::instant now) {
        if (task.is_fetched || task.is_fetching)
            ImGui::Text("%llu B", static_cast<unsigned long long>(task.fetched));
        else if (task.can_fetch() && draw_button(task.store_failed ? "Not stored: fetch" : "Fetch", board_.can_act()))
            board_.fetch(task.id);
        else if (task.news == superoffice::watch_state::call_failed && draw_button("Again", true))
            board_.follow(task.id, now);
        else if (!task.is_over() &&
                 draw_button(task.stop_declined ? "Declined: stop" : "Stop", task.can_stop() && board_.can_act()))
            in_question_ = task.asks_first || !board_.stop(task.id) ? task.id : 0;
    }

    static bool draw_button(const char* name, bool enabled) {
        ImGui::BeginDisabled(!enabled);
        const bool pressed = ImGui::SmallButton(name);
        ImGui::EndDisabled();
        return pressed;
    }

    /// Before a task is stopped that says CancelWithWarning.
    void draw_question() {
        const auto is_asked = [this](const auto& task) { return task.id == in_question_ && task.can_stop(); };
        if (std::none_of(board_.rows().begin(), board_.rows().end(), is_asked)) return;
        ImGui::Text("Task %d may leave its work half done. Stop it all the same?", in_question_);
        const bool stops = draw_button("Stop it", board_.can_act()) && board_.stop(in_question_);
        ImGui::SameLine();
        if (draw_button("Let it run", true) || stops) in_question_ = 0;
    }

    void draw_errors() {
        draw_error("Service", board_.error());
        draw_error("Start " + std::string{board_.start_name().view()}, board_.start_error());
        for (const superoffice::board_row& task : board_.rows()) {
            const std::string what = "Task " + std::to_string(task.id);
            if (task.error.code != board_.error().code) draw_error(what, task.error);
            draw_error(what, task.action_error);
        }
    }

    static void draw_error(const std::string& what, const superoffice::error& error) {
        if (error.code == superoffice::errc::ok) return;
        ImGui::TextColored(ImVec4(1.0F, 0.5F, 0.4F, 1.0F), "%s: %s", what.c_str(), superoffice::message(error));
        ImGui::SameLine();
        ImGui::TextDisabled("(%s; who can act: %s)", superoffice::name(error.stage),
                            superoffice::name(superoffice::remedy_of(error.code)));
    }

    void draw_step_times() {
        char text[64];
        std::snprintf(text, sizeof text, "step(): 99.9 %% within %.2f ms", static_cast<double>(step_time(0.999)));
        ImGui::SetNextItemWidth(-1);
        ImGui::PlotLines("##step", times_.data(), static_cast<int>(times_.size()),
                         static_cast<int>(frames_ % times_.size()), text, 0, 4, ImVec2(0, 90));
    }

    Board& board_;
    std::vector<std::string> jobs_;
    std::int32_t in_question_ = 0;  // the id of a task
    std::array<float, 1024> times_{};
    std::size_t frames_ = 0;
};

}  // namespace batch_panel
#endif
