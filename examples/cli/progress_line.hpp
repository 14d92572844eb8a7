// progress_line.hpp - how far a task is, on one line: redrawn in place on a terminal, one per change elsewhere.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_PROGRESS_LINE_HPP
#define SUPEROFFICE_CLI_PROGRESS_LINE_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/field.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cli {

/// What is shown of a task.
struct progress {
    std::string state;
    std::optional<std::int32_t> percent;
    std::string left;  // how long it still takes; empty: not known, or on a line that is not redrawn
    std::string text;

    explicit progress(const superoffice::BatchTaskInfo& task);
};

/// "less than 1 min left", "about 3 min left", "about 2 h left", rounded up; empty for no time at all.
std::string words_of(const superoffice::field<superoffice::milliseconds>& left);

/// "Started  42 %  Exporting contacts"
std::string plain_line(const progress& shown);

/// "Started     42 %  [########............]  about 3 min left  Exporting contacts", at most so wide: what there is no room for is left
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

    [[nodiscard]] bool is_in_place() const { return in_place_; }

    /// A line that looks like the last one is not shown again.
    void show(const progress& now);

    /// Another estimate for the line that stands on the terminal; nothing where there is none.
    void update_left(const std::string& left);

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
