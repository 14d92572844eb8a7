// table.hpp - what came, as a person reads it: a line for each property, nested ones indented.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_TABLE_HPP
#define SUPEROFFICE_CLI_TABLE_HPP

#include "selection.hpp"

#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/service_version.hpp>

#include <string>

namespace cli {

/// The properties that are selected, in the order of their description. A property that is null says null, one that
/// did not come says absent; with `colours` both are dim. A text that could be taken for one of them is quoted.
std::string table_of(const superoffice::BatchTaskInfo& task, const selection& shown, bool colours);

/// All of them, in the same manner.
std::string table_of(const superoffice::ServiceVersion& versions, bool colours);

}  // namespace cli
#endif
