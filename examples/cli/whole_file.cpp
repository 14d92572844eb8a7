#include "whole_file.hpp"

#include "visible_text.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#if defined(_WIN32)
#include <io.h>
#include <process.h>
#else
#include <unistd.h>
#endif

namespace cli {
namespace {

#if defined(_WIN32)
int make(const std::string& name, whole_file::readers) {
    return ::_open(name.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE);
}
int write_some(int to, std::string_view bytes) {
    constexpr std::size_t most = 1 << 20;
    return ::_write(to, bytes.data(), static_cast<unsigned>(bytes.size() < most ? bytes.size() : most));
}
bool is_on_disk(int descriptor) { return ::_commit(descriptor) == 0; }
int close_file(int descriptor) { return ::_close(descriptor); }
int process_id() { return ::_getpid(); }
void keep_name(const std::filesystem::path&) {}
#else
int make(const std::string& name, whole_file::readers who) {
    const mode_t owner = S_IRUSR | S_IWUSR;
    const mode_t all = owner | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
    return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  who == whole_file::readers::owner_only ? owner : all);
}
ssize_t write_some(int to, std::string_view bytes) { return ::write(to, bytes.data(), bytes.size()); }
bool is_on_disk(int descriptor) { return ::fsync(descriptor) == 0; }
int close_file(int descriptor) { return ::close(descriptor); }
int process_id() { return ::getpid(); }

/// A name is safe when its folder is on the disk. Some file systems cannot say so of a folder.
void keep_name(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    static_cast<void>(::fsync(descriptor));
    ::close(descriptor);
}
#endif

}  // namespace

whole_file::whole_file(std::filesystem::path name, readers who) : name_(std::move(name)) {
    // A killed process leaves its file, and another process may get the same number.
    for (int attempt = 0; attempt < 100 && descriptor_ < 0; ++attempt) {
        unfinished_ = name_.parent_path() /
                      (".superoffice-batch." + std::to_string(process_id()) + "." + std::to_string(attempt) + ".part");
        descriptor_ = make(unfinished_.string(), who);
        if (descriptor_ < 0 && errno != EEXIST) break;
    }
    if (descriptor_ < 0) fail();
}

whole_file::~whole_file() {
    if (descriptor_ >= 0) close_file(descriptor_);
    std::error_code ignored;
    if (!unfinished_.empty()) std::filesystem::remove(unfinished_, ignored);
}

void whole_file::fail() const { throw std::system_error{errno, std::generic_category(), name_.string()}; }

void whole_file::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = write_some(descriptor_, bytes);
        if (count < 0 && errno != EINTR) fail();
        if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void whole_file::finish(others file) {
    if (!is_on_disk(descriptor_)) fail();
    const int closed = close_file(std::exchange(descriptor_, -1));
    if (closed != 0) fail();
    std::error_code problem;
    if (file == others::stay) {
        // A link is made only where there is no file. Not every file system has links.
        std::filesystem::create_hard_link(unfinished_, name_, problem);
        if (!problem) {
            std::filesystem::remove(unfinished_, problem);
            unfinished_.clear();
            return keep_name(name_.parent_path());
        }
        if (std::filesystem::exists(std::filesystem::symlink_status(name_, problem)))
            throw std::system_error{std::make_error_code(std::errc::file_exists), name_.string()};
    }
    std::filesystem::rename(unfinished_, name_, problem);
    if (problem) throw std::system_error{problem, name_.string()};
    unfinished_.clear();
    keep_name(name_.parent_path());
}

std::string plain_file_name(std::string_view suggested, std::int32_t task) {
    const std::size_t slash = suggested.find_last_of("/\\");
    if (slash != suggested.npos) suggested.remove_prefix(slash + 1);
    std::string name;
    while (!suggested.empty()) {
        std::size_t size = 1;  // of a character
        while (size < suggested.size() && (static_cast<unsigned char>(suggested[size]) & 0xc0u) == 0x80u) ++size;
        const std::string_view character = suggested.substr(0, size);
        suggested.remove_prefix(size);
        if (std::string_view{"<>:\"|?*"}.find(character) != std::string_view::npos)
            name += '_';  // no name of a file on some systems
        else if (visible(character) == character)
            name += character;
    }
    while (!name.empty() && std::string_view{". -"}.find(name.front()) != std::string_view::npos) name.erase(0, 1);
    while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
    constexpr std::size_t longest = 200, longest_ending = 16;  // systems allow 255 bytes
    if (name.size() > longest) {
        const std::size_t dot = name.rfind('.');
        const std::string ending =
            dot != name.npos && name.size() - dot <= longest_ending ? name.substr(dot) : std::string{};
        std::size_t size = longest - ending.size();
        while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xc0u) == 0x80u) --size;
        name = name.substr(0, size) + ending;
    }
    return name.empty() ? "task-" + std::to_string(task) : name;
}

}  // namespace cli
