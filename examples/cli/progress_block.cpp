#include "progress_block.hpp"

#include "terminal.hpp"
#include "visible_text.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace cli {
namespace {

/// Moves the cursor from the last of so many rows to the beginning of the first. A terminal that has become lower stops it at
/// its top.
std::string to_first_of(std::size_t rows) { return rows < 2 ? "\r" : "\r\x1b[" + std::to_string(rows - 1) + "A"; }

}  // namespace

progress_block::progress_block(bool in_place, std::vector<std::string> names) : in_place_(in_place) {
    for (std::string& name : names) {
        name_columns_ = std::max(name_columns_, width_of(name));
        rows_.push_back({.name = std::move(name), .now = {}, .printed = {}});
    }
}

progress_block::~progress_block() {
    try {
        end();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
        // the terminal is gone, and the cursor with it
    }
}

void progress_block::show(std::size_t line, const progress& now) {
    row& one = rows_[line];
    one.now = now;
    if (in_place_) return draw();
    const std::string text = (one.name.empty() ? "" : one.name + "  ") + plain_line(now);
    if (text == one.printed) return;
    one.printed = text;
    put(text + "\n");
}

void progress_block::set_times(std::size_t line, const std::string& elapsed, const std::string& left) {
    if (!rows_[line].now) return;
    rows_[line].now->elapsed = elapsed;
    rows_[line].now->left = left;
}

std::string progress_block::line_of(const row& one, std::size_t columns) const {
    if (name_columns_ == 0) return bar_line(*one.now, columns);
    const std::string name = one.name + std::string(name_columns_ - width_of(one.name) + 2, ' ');
    const std::size_t used = width_of(name);
    return used < columns ? name + bar_line(*one.now, columns - used) : cut(name, columns);
}

std::vector<std::string> progress_block::all_lines() const {
    // The last column stays free: many terminals go to the next line when it is filled.
    const std::size_t columns = terminal_columns() - 1;
    std::vector<std::string> lines;
    for (const row& one : rows_)
        if (one.now) lines.push_back(line_of(one, columns));
    return lines;
}

/// All lines, or where the terminal has no room for them: the first tasks that still run, and how many others there are.
std::vector<std::string> progress_block::lines_that_fit() const {
    const std::size_t room = std::max<std::size_t>(terminal_rows(), 3) - 1;
    const auto known = static_cast<std::size_t>(
        std::count_if(rows_.begin(), rows_.end(), [](const row& one) { return one.now.has_value(); }));
    if (known <= room) return all_lines();
    const std::size_t columns = terminal_columns() - 1;
    std::vector<std::string> lines;
    std::size_t more = 0, over = 0;
    for (const row& one : rows_) {
        if (!one.now) continue;
        if (one.now->is_over)
            ++over;
        else if (lines.size() + 1 < room)
            lines.push_back(line_of(one, columns));
        else
            ++more;
    }
    lines.push_back(cut(std::to_string(more) + " more, " + std::to_string(over) + " over", columns));
    return lines;
}

/// How many rows the lines take: one that is wider than the terminal has become now takes several.
std::size_t progress_block::rows_drawn() const {
    const std::size_t columns = std::max<std::size_t>(terminal_columns(), 1);
    std::size_t rows = 0;
    for (const std::string& line : drawn_) rows += line.empty() ? 1 : (width_of(line) - 1) / columns + 1;
    return rows;
}

void progress_block::put_lines(std::vector<std::string> lines) {
    const std::size_t rows = rows_drawn();
    std::string text = "\x1b[?25l" + to_first_of(rows);
    for (const std::string& line : lines) {
        if (&line != &lines.front()) text += "\n";
        text += line + "\x1b[K";
    }
    if (lines.size() < rows) text += "\x1b[J";
    drawn_ = std::move(lines);
    put(text);
}

void progress_block::draw() {
    if (!in_place_) return;
    std::vector<std::string> lines = lines_that_fit();
    if (!lines.empty() && lines != drawn_) put_lines(std::move(lines));
}

void progress_block::redraw() {
    if (drawn_.empty() && !paused_) return;
    paused_ = false;
    if (const std::size_t rows = rows_drawn(); rows > 1) put(to_first_of(rows) + "\x1b[J");
    drawn_.clear();
    draw();
}

void progress_block::pause() {
    paused_ = !drawn_.empty();
    end();
}

void progress_block::hide() {
    if (drawn_.empty()) return;
    const std::size_t rows = rows_drawn();
    drawn_.clear();
    put(to_first_of(rows) + (rows < 2 ? "\x1b[K" : "\x1b[J") + "\x1b[?25h");
}

void progress_block::end() {
    if (drawn_.empty()) return;
    drawn_.clear();
    put("\x1b[?25h\n");
}

void progress_block::finish() {
    if (drawn_.empty()) return;
    std::vector<std::string> lines = all_lines();
    if (lines != drawn_) put_lines(std::move(lines));
    end();
}

}  // namespace cli
