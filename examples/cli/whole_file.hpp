// whole_file.hpp - a file that appears under its name when it is complete, or not at all; and names that a server suggests.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_WHOLE_FILE_HPP
#define SUPEROFFICE_CLI_WHOLE_FILE_HPP

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace cli {

/// Writes beside the file, under a name of its own, and takes the file's name at the end. What is unfinished is removed by the
/// destructor; after a kill it stays, under that other name. All functions throw std::system_error, with the file's name.
class whole_file {
  public:
    enum class readers { owner_only, as_usual };
    enum class others { are_replaced, stay };

    whole_file(std::filesystem::path name, readers who);
    whole_file(const whole_file&) = delete;
    whole_file& operator=(const whole_file&) = delete;
    ~whole_file();

    void write(std::string_view bytes);

    /// The bytes are on the disk when this returns, and so is the name. A file of that name that has come meanwhile is
    /// replaced, or stays: then it throws.
    void finish(others file);

  private:
    [[noreturn]] void fail() const;
    void close();

    std::filesystem::path name_, unfinished_;
    int descriptor_ = -1;
};

/// A suggested name as the name of a file in one folder: without a path, without dots, blanks and dashes in front, without
/// control characters, and not too long. "task-497" where nothing is left.
std::string plain_file_name(std::string_view suggested, std::int32_t task);

}  // namespace cli
#endif
