// job_commands.hpp - the commands start and delete.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_JOB_COMMANDS_HPP
#define SUPEROFFICE_CLI_JOB_COMMANDS_HPP

#include "session.hpp"
#include "terminal.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// Whether the service may have started the job although the call failed: the request may have been sent, and the reply does
/// not say that the service refuses it.
inline bool may_have_started(const superoffice::error& e) {
    using superoffice::errc;
    using superoffice::stage;
    if (e.stage == stage::service) return e == errc::unavailable || e == errc::outcome_unknown;
    return e == errc::outcome_unknown || e.stage >= stage::transmit;
}

/// Shows the id of the new task. The call is sent once only, by the library (see `outcome_unknown`) and by --retry.
template <class Link>
exit_code start(session<Link>& to) {
    superoffice::StartBatchJobRequest request;
    request.BatchTaskInfo.Name = std::string_view{to.given().name};
    const superoffice::result<std::int32_t> id =
        to.with_retries([&] { return to.api().run(superoffice::start_batch_job, request); }, repetition::does_harm);
    if (!id) {
        if (may_have_started(id.error()))
            advise(
                "the job may have been started: look with superoffice-batch list --name NAME before you start it "
                "again");
        return to.fail(id.error());
    }
    put(std::to_string(*id) + "\n");
    return exit_code::done;
}

/// Says what was sent, and not that it is gone: the service answers alike for a task that never was.
template <class Link>
exit_code remove(session<Link>& to) {
    const std::vector<std::int32_t>& ids = to.given().ids;
    const superoffice::result<void> sent = to.with_retries([&] {
        return ids.size() == 1 ? to.api().run(superoffice::delete_batch_task, {ids.front()})
                               : to.api().run(superoffice::delete_batch_tasks, {ids});
    });
    if (!sent) return to.fail(sent.error());
    std::string list;
    for (const std::int32_t id : ids) {
        if (!list.empty()) list.append(to.given().json ? "," : ", ");
        list.append(std::to_string(id));
    }
    put(to.given().json ? "{\"sent\":[" + list + "]}\n" : "the service took the order to delete: " + list + "\n");
    return exit_code::done;
}

}  // namespace cli
#endif
