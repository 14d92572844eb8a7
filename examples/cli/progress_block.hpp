// progress_block.hpp - a line for each task: redrawn together on a terminal, one per change elsewhere.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_PROGRESS_BLOCK_HPP
#define SUPEROFFICE_CLI_PROGRESS_BLOCK_HPP

#include "progress.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// The cursor is hidden while the lines are being redrawn; the destructor brings it back.
class progress_block {
  public:
    /// A line for each name, which begins with the name. A name may be empty.
    progress_block(bool in_place, std::vector<std::string> names);
    progress_block(const progress_block&) = delete;
    progress_block& operator=(const progress_block&) = delete;
    ~progress_block();

    [[nodiscard]] bool is_in_place() const { return in_place_; }

    /// What a line says from now on. A line that looks like its last one is not shown again.
    void show(std::size_t line, const progress& now);

    /// Other times for a line that was shown; `draw` shows them.
    void set_times(std::size_t line, const std::string& elapsed, const std::string& left);

    /// Shows on the terminal what has changed.
    void draw();

    /// Draws all lines again: the terminal has another size, or something else was on it.
    void redraw();

    /// Gives the terminal back while the process is stopped: the lines stay, the cursor is visible below them.
    void pause();

    /// Takes the lines away to make room for something else; `draw` brings them back.
    void hide();

    /// Leaves what is shown on the terminal, and goes on below it.
    void end();

    /// As `end`, and shows every line, also those for which the terminal had no room.
    void finish();

  private:
    struct row {
        std::string name;
        std::optional<progress> now;  // empty: nothing is known yet, and nothing shown
        std::string printed;          // where lines are not redrawn: the last one
    };

    [[nodiscard]] std::string line_of(const row& one, std::size_t columns) const;
    [[nodiscard]] std::vector<std::string> all_lines() const;
    [[nodiscard]] std::vector<std::string> lines_that_fit() const;
    [[nodiscard]] std::size_t rows_drawn() const;
    void put_lines(std::vector<std::string> lines);

    bool in_place_;
    bool paused_ = false;
    std::vector<row> rows_;
    std::size_t name_columns_ = 0;
    std::vector<std::string> drawn_;  // what stands on the terminal, the cursor at its end; empty: nothing
};

}  // namespace cli
#endif
