#include "progress_line.hpp"

#include "terminal.hpp"
#include "visible_text.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
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
    : state("(no state)"), text(visible(task.ProgressDescription.value_or(std::string_view{}))) {
    if (task.State) {
        state = visible(task.State->text());
        if (state.empty()) state = "state " + std::to_string(task.State->number());
    }
    if (task.ProgressPercent) percent = *task.ProgressPercent;
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
    if (!shown.left.empty() && width_of(line) + 2 + width_of(shown.left) <= columns)
        line.append("  ").append(shown.left);
    if (!shown.text.empty() && width_of(line) + 6 <= columns) line.append("  ").append(shown.text);
    return cut(line, columns);
}

progress_line::~progress_line() {
    try {
        end();
    } catch (const std::exception&) {
        // the terminal is gone, and the cursor with it
    }
}

void progress_line::show(const progress& now) {
    now_ = now;
    // The last column stays free: many terminals go to the next line when it is filled.
    const std::string line = in_place_ ? bar_line(now, terminal_columns() - 1) : plain_line(now);
    if (line == last_ && (drawn_ || !in_place_)) return;
    last_ = line;
    if (in_place_) {
        drawn_ = true;
        put("\x1b[?25l\r" + line + "\x1b[K");
    } else {
        put(line + "\n");
    }
}

void progress_line::update_left(const std::string& left) {
    if (!drawn_ || !now_) return;
    progress now = *now_;
    now.left = left;
    show(now);
}

void progress_line::redraw() {
    if (!now_ || !in_place_ || !(drawn_ || paused_)) return;
    // A line that is wider than the terminal has become now takes several rows; the cursor is on the last of them.
    const std::size_t columns = std::max<std::size_t>(terminal_columns(), 1);
    const std::size_t rows = drawn_ && !last_.empty() ? (width_of(last_) - 1) / columns : 0;
    if (rows > 0) put("\r\x1b[" + std::to_string(rows) + "A\x1b[J");
    drawn_ = paused_ = false;
    show(*now_);
}

void progress_line::pause() {
    paused_ = drawn_;
    end();
}

void progress_line::end(bool keep) {
    if (!drawn_) return;
    drawn_ = false;
    put(keep ? "\x1b[?25h\n" : "\r\x1b[K\x1b[?25h");
}

}  // namespace cli
