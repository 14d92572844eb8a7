#include "private_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#include <fstream>
#endif

namespace cli {

std::filesystem::path state_folder() {
    if (const char* const state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0')
        return std::filesystem::path{state} / "superoffice-batch";
    if (const char* const home = std::getenv("HOME"); home != nullptr && *home != '\0')
        return std::filesystem::path{home} / ".local" / "state" / "superoffice-batch";
    throw std::runtime_error{"there is no place for the log-in: set XDG_STATE_HOME or HOME"};
}

#if !defined(_WIN32)
namespace {

/// Removes the half-written file unless `keep` was called.
class unfinished_file {
  public:
    explicit unfinished_file(std::string name) : name_(std::move(name)) {
        descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    }
    unfinished_file(const unfinished_file&) = delete;
    unfinished_file& operator=(const unfinished_file&) = delete;
    ~unfinished_file() {
        if (descriptor_ < 0) return;
        ::close(descriptor_);
        if (!kept_) ::unlink(name_.c_str());
    }
    [[nodiscard]] bool write(std::string_view text) const {
        while (descriptor_ >= 0 && !text.empty()) {
            const ssize_t count = ::write(descriptor_, text.data(), text.size());
            if (count < 0 && errno != EINTR) return false;
            if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
        }
        return descriptor_ >= 0 && ::fsync(descriptor_) == 0;
    }
    [[nodiscard]] bool become(const std::string& name) {
        kept_ = std::rename(name_.c_str(), name.c_str()) == 0;
        return kept_;
    }

  private:
    std::string name_;
    int descriptor_ = -1;
    bool kept_ = false;
};

}  // namespace

void write_private_file(const std::filesystem::path& file, std::string_view text) {
    std::error_code problem;
    std::filesystem::create_directories(file.parent_path(), problem);
    if (!problem && file.parent_path().filename() == "superoffice-batch")
        std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all, problem);
    unfinished_file fresh{file.string() + "." + std::to_string(::getpid())};
    if (!fresh.write(text) || !fresh.become(file.string()))
        throw std::runtime_error{file.string() + ": " + std::strerror(errno)};
}
#else
void write_private_file(const std::filesystem::path& file, std::string_view text) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    if (!(out << text) || !out.flush()) throw std::runtime_error{file.string() + ": cannot be written"};
}
#endif

}  // namespace cli
