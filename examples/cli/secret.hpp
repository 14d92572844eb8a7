// secret.hpp - a text that is wiped before its memory is given back.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_SECRET_HPP
#define SUPEROFFICE_CLI_SECRET_HPP

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cli {

/// Zeroes memory in a way that the compiler does not leave out.
void wipe(char* memory, std::size_t size) noexcept;

/// Lives on the heap in one block that is never copied, so that there is one place to wipe.
class secret {
  public:
    secret() noexcept = default;
    explicit secret(std::string_view text);
    secret(secret&& other) noexcept;
    secret& operator=(secret&& other) noexcept;
    ~secret();

    [[nodiscard]] std::string_view view() const noexcept { return {text_.get(), size_}; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  private:
    std::unique_ptr<char[]> text_;
    std::size_t size_ = 0;
};

/// What is around the secret and no part of it.
enum class around {
    blanks,     ///< blanks, tabs and line ends: for tokens, which hold none
    line_ends,  ///< line ends only: a password may begin or end with a blank
};

/// The value of this environment variable, which is no secret, without the blanks and line ends around it. Empty if the
/// variable is unset.
std::string variable_without_blanks(const char* name);

/// The value of this environment variable. Wiped there and removed, so that neither a child process nor a look at this
/// process shows it. Empty if the variable is unset or empty. Throws std::runtime_error, with its name, if it holds blanks
/// only.
secret taken_from_environment(const char* name, around ignored);

/// The content of the file, without a byte order mark. Throws std::runtime_error, with the file's name, if the file cannot
/// be read, is empty, is UTF-16, or is larger than any credential.
secret secret_in_file(const char* path, around ignored);

}  // namespace cli
#endif
