// stop_command.hpp - the command stop: looks at a task, and stops it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_STOP_COMMAND_HPP
#define SUPEROFFICE_CLI_STOP_COMMAND_HPP

#include "session.hpp"
#include "terminal.hpp"
#include "visible_text.hpp"

#include <superoffice/batch.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cli {

struct reason_not_to_stop {
    std::string sentence;
    exit_code code;
};

/// Asks the person at the terminal where the kind of the task wants a warning.
inline std::optional<reason_not_to_stop> why_not_to_stop(const superoffice::BatchTaskInfo& task, bool yes) {
    using behaviour = superoffice::BatchTaskCancellationBehaviour;
    if (superoffice::is_final(task.State))
        return reason_not_to_stop{"the task is over already: " + visible(task.State->text()), exit_code::task_failed};
    if (task.CancellationBehaviour == behaviour::CannotCancel)
        return reason_not_to_stop{"a task of this kind cannot be stopped", exit_code::task_failed};
    if (task.CancellationBehaviour != behaviour::CancelWithWarning || yes) return {};
    if (!can_ask())
        return reason_not_to_stop{
            "stopping a task of this kind may leave work half done: say --yes to stop it all the same",
            exit_code::usage};
    if (says_yes("Stopping a task of this kind may leave work half done. Stop it all the same? [y/N] ")) return {};
    return reason_not_to_stop{"the task was not stopped", exit_code::task_failed};
}

/// Asks the service to stop the task. Complains where it is not stopped.
template <class Link>
superoffice::result<bool> stop_task(session<Link>& to, std::int32_t id) {
    const superoffice::result<bool> stopped =
        to.with_retries([&] { return to.api().run(superoffice::stop_batch_job, {id}); });
    if (!stopped)
        to.complain_about(stopped.error(), complain);
    else if (!*stopped)
        complain("the service did not stop the task: it is over already, or its kind cannot be stopped",
                 exit_code::task_failed);
    return stopped;
}

template <class Link>
exit_code stop(session<Link>& to) {
    const arguments& given = to.given();
    // StopBatchJob answers false for whatever it did not stop: the task itself says why.
    superoffice::call_options call;
    call.select = "State,CancellationBehaviour";
    const superoffice::result<superoffice::BatchTaskInfo> task =
        to.with_retries([&] { return to.api().get_batch_task_info(given.id, call); });
    if (!task) return to.fail(task.error());
    if (const auto not_now = why_not_to_stop(*task, given.yes)) {
        if (given.json) put("false\n");
        complain(not_now->sentence, not_now->code);
        return not_now->code;
    }
    const superoffice::result<bool> stopped = stop_task(to, given.id);
    if (!stopped) return exit_code_of(stopped.error());
    if (given.json)
        put(*stopped ? "true\n" : "false\n");
    else if (*stopped)
        put("the task is stopped\n");
    return *stopped ? exit_code::done : exit_code::task_failed;
}

}  // namespace cli
#endif
