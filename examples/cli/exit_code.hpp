// exit_code.hpp - what the tool's exit code says to a script.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_EXIT_CODE_HPP
#define SUPEROFFICE_CLI_EXIT_CODE_HPP

#include <superoffice/base/error.hpp>

#include <string>

namespace cli {

/// Kept for good: scripts depend on the numbers.
enum class exit_code {
    done = 0,
    task_failed = 1,
    usage = 2,
    no_such_task = 3,
    credential = 4,
    connection = 5,
    bad_reply = 6,
    service = 7,
    output = 8,
    interrupted = 130,  // as shells have it: 128 and the number of the signal
    terminated = 143,
};

exit_code exit_code_of(const superoffice::error& e);

/// What the tool ends with when tasks ended differently: the higher number.
constexpr exit_code worse_of(exit_code a, exit_code b) { return static_cast<int>(a) < static_cast<int>(b) ? b : a; }

/// One line for each, for --help.
std::string list_of_exit_codes();

}  // namespace cli
#endif
