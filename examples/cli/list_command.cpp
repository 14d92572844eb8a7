#include "list_command.hpp"

#include "visible_text.hpp"

#include <algorithm>
#include <cstddef>

namespace cli {
namespace {

std::string padded(std::string text, std::size_t columns) {
    return text.append(columns - std::min(columns, width_of(text)), ' ');
}

std::string state_of(const listed_task& task) {
    if (!task.State) return "-";
    const std::string text = visible(task.State->text());
    return text.empty() ? "state " + std::to_string(task.State->number()) : text;
}

}  // namespace

std::string list_line(const listed_task& task) {
    const std::string percent = task.ProgressPercent ? std::to_string(*task.ProgressPercent) + " %" : "-";
    std::string line = padded(task.Id ? std::to_string(*task.Id) : "-", 10) + "  ";
    line.append(padded(state_of(task), 9)).append("  ");
    line.append(5 - std::min<std::size_t>(5, percent.size()), ' ').append(percent).append("  ");
    const std::string_view name = task.Name.value_or(std::string_view{});
    return line.append(name.empty() ? "-" : visible(name));
}

superoffice::list_answer list_printer::take(const listed_task& task) noexcept {
    has_taken_ = true;
    try {
        if (only_ == superoffice::BatchTaskState::All || task.State == only_)
            put(json_ ? json_of(task) : list_line(task) + "\n");
        return superoffice::list_answer::more;
    } catch (...) {
        problem_ = std::current_exception();
        return superoffice::list_answer::stop;
    }
}

}  // namespace cli
