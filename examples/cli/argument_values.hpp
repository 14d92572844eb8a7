// argument_values.hpp - reads numbers, times, ids and states of the command line.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_ARGUMENT_VALUES_HPP
#define SUPEROFFICE_CLI_ARGUMENT_VALUES_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

// Numbers are decimal. CLI11 reads 010 as 8 and 0x10 as 16, and so would stop another task than the user means.
// For a bad value each function throws what CLI11 expects. The message names the argument and does not repeat the value: the
// user may have given a secret.

std::int64_t number_of(const char* name, const std::string& text, std::int64_t least, std::int64_t most);

/// "1.5" as milliseconds.
superoffice::milliseconds seconds_of(const char* name, const std::string& text);

std::int32_t task_id_of(const std::string& text);

/// Each id once, in the order given; at most so many.
std::vector<std::int32_t> different_task_ids_of(const std::vector<std::string>& texts, std::size_t most);

/// Letter case is ignored.
superoffice::BatchTaskState state_of(const std::string& text);

}  // namespace cli
#endif
