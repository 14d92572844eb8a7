// selection.hpp - which properties of a task are asked for and shown.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_SELECTION_HPP
#define SUPEROFFICE_CLI_SELECTION_HPP

#include <superoffice/schema/batch_task_info.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Some of the properties of a task, or (none named) all of them. A part of one is named by its path, as in
/// "TableRight/Mask".
class selection {
  public:
    /// Names joined by commas, letter case ignored. Throws std::invalid_argument, with a sentence, where one is no
    /// property of a task.
    static selection of(std::string_view names);

    [[nodiscard]] bool is_everything() const { return paths_.empty(); }

    [[nodiscard]] bool has(std::string_view name) const;

    /// Adds one more, unless everything or it is selected already.
    void add(std::string_view name);

    /// As the service wants it; empty for everything. Lives as long as this, unchanged.
    [[nodiscard]] const std::string& text() const { return text_; }

    /// Makes absent what was not asked for: servers send it as null, or with any value.
    void keep_only(superoffice::BatchTaskInfo& task) const;

  private:
    std::vector<std::string> paths_;
    std::string text_;
};

}  // namespace cli
#endif
