// task_name.hpp - how the output names a task where it is about several.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_TASK_NAME_HPP
#define SUPEROFFICE_CLI_TASK_NAME_HPP

#include <cstdint>
#include <string>

namespace cli {

/// The line above a table: "Task 497:".
inline std::string heading_of(std::int32_t id) { return "Task " + std::to_string(id) + ":\n"; }

/// A JSON object whose first member is the id that was asked for. Its name is "id", which no property of a task has.
inline std::string with_id(const std::string& object, std::int32_t id) {
    const std::string first = "{\"id\":" + std::to_string(id);
    return first + (object[1] == '}' ? "" : ",") + object.substr(1);
}

}  // namespace cli
#endif
