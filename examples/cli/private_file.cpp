#include "private_file.hpp"

#include "whole_file.hpp"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace cli {

std::filesystem::path state_folder() {
    if (const char* const state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0')
        return std::filesystem::path{state} / "superoffice-batch";
    if (const char* const home = std::getenv("HOME"); home != nullptr && *home != '\0')
        return std::filesystem::path{home} / ".local" / "state" / "superoffice-batch";
    throw std::runtime_error{"there is no place for the log-in: set XDG_STATE_HOME or HOME"};
}

void write_private_file(const std::filesystem::path& file, std::string_view text) {
    std::error_code problem;
    std::filesystem::create_directories(file.parent_path(), problem);
    if (!problem && file.parent_path().filename() == "superoffice-batch")
        std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all, problem);
    try {
        whole_file fresh{file, whole_file::readers::owner_only};
        fresh.write(text);
        fresh.finish(whole_file::others::are_replaced);
    } catch (const std::system_error& failure) {
        throw std::runtime_error{failure.what()};
    }
}

}  // namespace cli
