// run_command.hpp - runs a command of the user's when a task has ended.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_RUN_COMMAND_HPP
#define SUPEROFFICE_CLI_RUN_COMMAND_HPP

#include <cstdint>
#include <string>

namespace cli {

/// Runs it in the shell and waits for its end. Its environment has SUPEROFFICE_TASK_ID and SUPEROFFICE_TASK_STATE, and no
/// variable that may hold a secret. If it cannot be started, or ends with a code other than 0, this complains and returns
/// false.
bool run_command(const std::string& command, std::int32_t id, const std::string& state);

}  // namespace cli
#endif
