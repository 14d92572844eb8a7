// get_command.hpp - the command get: shows tasks once.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_GET_COMMAND_HPP
#define SUPEROFFICE_CLI_GET_COMMAND_HPP

#include "complaint.hpp"
#include "session.hpp"
#include "table.hpp"
#include "task_name.hpp"
#include "terminal.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cli {

/// "2 of 3 tasks were not shown, from task 1000 on".
inline std::string not_shown(std::size_t left, std::size_t all, std::int32_t first) {
    return std::to_string(left) + " of " + std::to_string(all) + " tasks were not shown, from task " +
           std::to_string(first) + " on";
}

/// Shows the tasks in the order given. Where one of several cannot be shown, this complains and shows the others, unless the
/// error is none of that task: it would come again for each of them. Then it says how many were left out.
template <class Link>
exit_code get(session<Link>& to) {
    const arguments& given = to.given();
    const bool one = given.ids.size() == 1;
    superoffice::call_options call;
    call.select = given.selection.text();
    exit_code worst = exit_code::done;
    bool is_first = true;
    std::size_t left = given.ids.size();
    for (const std::int32_t id : given.ids) {
        superoffice::result<superoffice::BatchTaskInfo> task = [&] {
            const about_task named{one ? std::nullopt : std::optional{id}};
            return to.with_retries([&] { return to.api().get_batch_task_info(id, call); });
        }();
        if (!task) {
            const bool ends = one || !to.concerns_one_task(task.error());
            const about_task named{ends ? std::nullopt : std::optional{id}};
            worst = worse_of(worst, to.fail(task.error()));
            if (ends && !one) notify(not_shown(left, given.ids.size(), id));
            if (ends) break;
            --left;
            continue;
        }
        --left;
        given.selection.keep_only(*task);
        if (given.json) {
            put(one ? json_of(*task) : with_id(json_of(*task), id));
            continue;
        }
        const std::string above = one ? "" : (is_first ? "" : "\n") + heading_of(id);
        put(above + table_of(*task, given.selection, wants_colours()));
        is_first = false;
    }
    return worst;
}

}  // namespace cli
#endif
