// followed_task.hpp - what a watch knows of one of its tasks.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_FOLLOWED_TASK_HPP
#define SUPEROFFICE_CLI_FOLLOWED_TASK_HPP

#include "progress.hpp"

#include <superoffice/base/errc.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/remaining_time.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <optional>
#include <string>

namespace cli {

class followed_task {
  public:
    /// Notes a reply. `second`: the begin of the second in which it came.
    void note(const superoffice::BatchTaskInfo& task, superoffice::instant now, superoffice::instant second) {
        if (!first_seen_) first_seen_ = second;
        left_.note(now, task.ProgressPercent, task.StartCount);
        shown_.emplace(task);
    }

    /// Notes that the task will not be seen again; `state` says why.
    void note_end(const char* state) {
        if (!shown_) return;
        shown_->state = state;
        shown_->is_over = true;
        shown_->left.clear();
    }

    /// What the last reply says, without times; empty before the first one.
    [[nodiscard]] const std::optional<progress>& shown() const { return shown_; }

    /// Since the first reply. When the task itself started is not known: the service's LastStarted names no time zone.
    [[nodiscard]] std::string elapsed(superoffice::instant second) const {
        return first_seen_ ? elapsed_words(second - *first_seen_) : std::string{};
    }
    [[nodiscard]] std::string left(superoffice::instant now) const { return words_of(left_.at(now)); }

    /// Whether this line differs from the last one.
    bool is_news(const std::string& json) {
        if (json == last_json_) return false;
        last_json_ = json;
        return true;
    }

    superoffice::errc printed_failure = superoffice::errc::ok;  ///< the failure that was printed since the last reply

  private:
    std::optional<superoffice::instant> first_seen_;
    superoffice::remaining_time left_;
    std::optional<progress> shown_;
    std::string last_json_;
};

}  // namespace cli
#endif
