// progress.hpp - how far a task is, in the words of one line.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_PROGRESS_HPP
#define SUPEROFFICE_CLI_PROGRESS_HPP

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
    std::string
        elapsed;  // since the watch first saw the task; empty: less than a second, or on a line that is not redrawn
    std::string left;  // how long it still takes; empty: not known, or on a line that is not redrawn
    std::string text;
    bool is_over = false;

    explicit progress(const superoffice::BatchTaskInfo& task);
};

/// "0:42", "59:59", "1:02:33"; empty for less than a second.
std::string elapsed_words(superoffice::milliseconds time);

/// "less than 1 min left", "about 3 min left", "about 2 h left", rounded up; empty for no time at all.
std::string words_of(const superoffice::field<superoffice::milliseconds>& left);

/// "Started  42 %  Exporting contacts"
std::string plain_line(const progress& shown);

/// "Started     42 %  [############.................]  2:05  about 3 min left  Exporting contacts", at most so wide: what
/// there is no room for is left out, the text first, then the time gone by, then the time left. The bar stays where it is
/// from one state to the next. Values above 100 occur, and nothing says what they mean: they are printed, not drawn.
std::string bar_line(const progress& shown, std::size_t columns);

}  // namespace cli
#endif
