// private_file.hpp - files that only their owner may read, written whole or not at all; and where the tool keeps its own.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_PRIVATE_FILE_HPP
#define SUPEROFFICE_CLI_PRIVATE_FILE_HPP

#include <filesystem>
#include <string_view>

namespace cli {

/// $XDG_STATE_HOME/superoffice-batch, or ~/.local/state/superoffice-batch. Throws std::runtime_error, with a sentence, where
/// neither variable is set.
std::filesystem::path state_folder();

/// Replaces the file: writes beside it with mode 0600, and renames at the end, so that a reader sees the old text or the new
/// one. Makes the folder, with mode 0700, if it is missing. Throws std::runtime_error, with the file's name.
void write_private_file(const std::filesystem::path& file, std::string_view text);

}  // namespace cli
#endif
