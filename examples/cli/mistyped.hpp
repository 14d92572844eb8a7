// mistyped.hpp - which word of the command line is wrong.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_MISTYPED_HPP
#define SUPEROFFICE_CLI_MISTYPED_HPP

#include "cli11.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cli {

/// Names the word that is wrong; CLI11 does not say which one it is. Repeats names of commands and options, and never what
/// may be a value.
std::optional<std::string> mistyped(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace cli
#endif
