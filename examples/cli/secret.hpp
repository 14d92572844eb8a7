// secret.hpp - a text that is wiped before its memory is given back.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_SECRET_HPP
#define SUPEROFFICE_CLI_SECRET_HPP

#include <array>
#include <cstddef>
#include <memory>
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

/// What stands in the environment under this name; wiped there, and gone from it, so that no process that this one
/// starts and nobody who looks at this one finds it. Empty where there is none.
secret taken_from_environment(const char* name);

/// What stands in the file, without the line end behind it. Throws std::runtime_error, with the file's name, where it
/// cannot be read or is larger than any credential.
secret secret_in_file(const char* path);

}  // namespace cli
#endif
