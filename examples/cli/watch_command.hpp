// watch_command.hpp - the command watch: follows tasks to their end.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_WATCH_COMMAND_HPP
#define SUPEROFFICE_CLI_WATCH_COMMAND_HPP

#include "follow.hpp"
#include "run_command.hpp"
#include "session.hpp"
#include "table.hpp"
#include "task_name.hpp"
#include "terminal.hpp"

#include <superoffice/batch.hpp>

#include <cstdint>
#include <string>

namespace cli {

template <class Link>
exit_code watch(session<Link>& to) {
    const arguments& given = to.given();
    selection selected = given.selection;
    if (selected.is_everything()) selected = selection::of("State,ProgressPercent,ProgressDescription");
    selected.add("State");  // by which a watch knows the end

    const auto at_end = [&given](std::int32_t id, const superoffice::BatchTaskInfo& task, const auto& make_room) {
        const bool shows_table = !given.json && !given.selection.is_everything();
        const bool failed = task.State == superoffice::BatchTaskState::Failed;
        if (shows_table || failed || !given.exec.empty()) make_room();
        if (shows_table)
            put((given.ids.size() == 1 ? "" : heading_of(id)) + table_of(task, given.selection, wants_colours()));
        if (failed) complain("the task failed", exit_code::task_failed);
        const bool ran = given.exec.empty() || run_command(given.exec, id, std::string{task.State->text()});
        return failed ? exit_code::task_failed : ran ? exit_code::done : exit_code::output;
    };
    return follower{to, given.ids, selected, changes::everywhere, at_end}.run();
}

}  // namespace cli
#endif
