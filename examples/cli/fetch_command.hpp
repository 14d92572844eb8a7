// fetch_command.hpp - the command fetch: follows a task to its end, and downloads the file that it made.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_FETCH_COMMAND_HPP
#define SUPEROFFICE_CLI_FETCH_COMMAND_HPP

#include "follow.hpp"
#include "output_commands.hpp"
#include "session.hpp"

#include <superoffice/batch.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cli {

template <class Link>
exit_code fetch(session<Link>& to) {
    const arguments& given = to.given();
    if (!given.output.empty()) output_target::check(given.output, given.force);  // before a long wait
    const selection selected = selection::of("State,ProgressPercent,ProgressDescription,FileName");
    const auto at_end = [&to](std::int32_t id, const superoffice::BatchTaskInfo& task, const auto& make_room) {
        make_room();
        if (task.State == superoffice::BatchTaskState::Failed) {
            complain("the task failed", exit_code::task_failed);
            return exit_code::task_failed;
        }
        const std::string suggested{task.FileName.value_or(std::string_view{})};
        const exit_code saved = download_suggested(to, id, suggested);
        return saved == exit_code::done && to.given().cleanup ? clean_up(to) : saved;
    };
    return follower{to, std::span{&given.id, 1}, selected, changes::on_a_terminal, at_end}.run();
}

}  // namespace cli
#endif
