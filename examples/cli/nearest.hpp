// nearest.hpp - what somebody who mistyped a word may have meant.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_NEAREST_HPP
#define SUPEROFFICE_CLI_NEAREST_HPP

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The candidate that is fewest typing mistakes away, letter case ignored; a word that begins one counts as near. Empty if
/// none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean --json?", or empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace cli
#endif
