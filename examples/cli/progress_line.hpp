// progress_line.hpp - how far a task is, on one line: redrawn in place on a terminal, one per change elsewhere.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_PROGRESS_LINE_HPP
#define SUPEROFFICE_CLI_PROGRESS_LINE_HPP

#include <superoffice/schema/batch_task_info.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace cli {

/// What is shown of a task.
struct progress {
    std::string state;
    std::optional<std::int32_t> percent;
    std::string text;

    explicit progress(const superoffice::BatchTaskInfo& task);
};

/// "Started  42 %  Exporting contacts"
std::string plain_line(const progress& shown);

/// "Started     42 %  [########............]  Exporting contacts", at most so wide: what there is no room for is left
/// out from the right. The bar stays where it is from one state to the next. Values above 100 occur, and nothing says
/// what they mean: they are told, not drawn.
std::string bar_line(const progress& shown, std::size_t columns);

/// The cursor is hidden while a line is being redrawn; the destructor brings it back.
class progress_line {
  public:
    explicit progress_line(bool in_place) : in_place_(in_place) {}
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    ~progress_line();

    /// A line that looks like the last one is not shown again.
    void show(const progress& now);

    /// Draws the last line again: the terminal has another size, or something else was on it.
    void redraw();

    /// Gives the terminal back while the process is stopped: the line stays, the cursor is visible below it.
    void pause();

    /// Makes room for something else to be printed; what was shown is kept if `keep`, else taken away.
    void end(bool keep = true);

  private:
    bool in_place_;
    bool drawn_ = false;
    bool paused_ = false;
    std::string last_;             // as it was drawn
    std::optional<progress> now_;  // what it shows
};

}  // namespace cli
#endif
