#include "progress.hpp"

#include "visible_text.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace cli {
namespace {

constexpr std::size_t widest_bar = 40;
constexpr std::size_t narrowest_bar = 8;
constexpr std::size_t narrowest_line = 26;  // "Succeeded  100 %  " and such a bar

std::string bar_of(std::int32_t percent, std::size_t columns) {
    const std::size_t inside = columns - 2;
    const std::size_t full = inside * static_cast<std::size_t>(percent) / 100;
    return '[' + std::string(full, '#') + std::string(inside - full, '.') + ']';
}

std::string padded(const std::string& text, std::size_t columns, bool in_front) {
    const std::string blanks(columns - std::min(columns, width_of(text)), ' ');
    return in_front ? blanks + text : text + blanks;
}

}  // namespace

progress::progress(const superoffice::BatchTaskInfo& task)
    : state("(no state)"), text(visible(task.ProgressDescription.value_or(std::string_view{}))),
      is_over(superoffice::is_final(task.State)) {
    if (task.State) {
        state = visible(task.State->text());
        if (state.empty()) state = "state " + std::to_string(task.State->number());
    }
    if (task.ProgressPercent) percent = *task.ProgressPercent;
}

std::string elapsed_words(superoffice::milliseconds time) {
    const std::int64_t seconds = time.count() / 1'000;
    if (seconds <= 0) return {};
    const auto two_digits = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    const std::int64_t hours = seconds / 3'600, minutes = seconds / 60 % 60;
    const std::string begin = hours > 0 ? std::to_string(hours) + ":" + two_digits(minutes) : std::to_string(minutes);
    return begin + ":" + two_digits(seconds % 60);
}

std::string words_of(const superoffice::field<superoffice::milliseconds>& left) {
    if (!left || left->count() <= 0) return {};
    constexpr std::int64_t minute = 60'000;
    if (left->count() < minute) return "less than 1 min left";
    const std::int64_t minutes = (left->count() + minute - 1) / minute;
    if (minutes <= 120) return "about " + std::to_string(minutes) + " min left";
    return "about " + std::to_string((minutes + 59) / 60) + " h left";
}

std::string plain_line(const progress& shown) {
    std::string line = shown.state;
    if (shown.percent) line.append("  ").append(std::to_string(*shown.percent)).append(" %");
    if (!shown.text.empty()) line.append("  ").append(shown.text);
    return line;
}

std::string bar_line(const progress& shown, std::size_t columns) {
    if (columns < narrowest_line) return cut(plain_line(shown), columns);
    std::string line = padded(shown.state, 9, false);  // Succeeded
    if (shown.percent) line.append("  ").append(padded(std::to_string(*shown.percent), 3, true)).append(" %");
    const std::size_t used = width_of(line) + 2;
    const std::int32_t percent = shown.percent.value_or(-1);
    if (percent >= 0 && percent <= 100 && used + narrowest_bar <= columns) {
        const std::size_t third = std::clamp(columns / 3, narrowest_bar, widest_bar);
        line.append("  ").append(bar_of(percent, std::min(third, columns - used)));
    }
    // The time left says more than the time gone by: it gets the room first.
    const auto has_room = [&](std::size_t more) { return width_of(line) + more <= columns; };
    const std::size_t elapsed = width_of(shown.elapsed) + 2, left = width_of(shown.left) + 2;
    const bool shows_left = !shown.left.empty() && has_room(left);
    if (!shown.elapsed.empty() && has_room(elapsed + (shows_left ? left : 0))) line.append("  ").append(shown.elapsed);
    if (shows_left) line.append("  ").append(shown.left);
    if (!shown.text.empty() && width_of(line) + 6 <= columns) line.append("  ").append(shown.text);
    return cut(line, columns);
}

}  // namespace cli
