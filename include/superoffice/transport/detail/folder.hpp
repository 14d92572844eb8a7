// superoffice/transport/detail/folder.hpp - the plain files of a folder, one after another; no other header includes <dirent.h>.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_FOLDER_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_FOLDER_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/detail/mbedtls.hpp>

#if defined(MBEDTLS_FS_IO) && __has_include(<dirent.h>) && __has_include(<sys/stat.h>)

#include <cstddef>
#include <cstring>

#include <dirent.h>
#include <sys/stat.h>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

inline constexpr bool has_folders = true;

/// True for a regular file, or a link to one. Opening anything else, for example a FIFO, may block for ever.
inline bool is_plain_file(const char* path) noexcept {
    struct stat about = {};
    return ::stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

/// Blocks, as every access to a file system does.
class folder {
  public:
    explicit folder(const char* path) noexcept : handle_(::opendir(path)), path_(path) {}
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() {
        if (handle_ != nullptr) ::closedir(handle_);
    }

    [[nodiscard]] bool is_open() const noexcept { return handle_ != nullptr; }

    /// The path of the next regular file, or of a link to one; null behind the last one. Valid until the next call. Hidden
    /// files are left out, and files whose path has more than `max_path_bytes`.
    const char* next() noexcept {
        while (const dirent* const each = ::readdir(handle_)) {
            if (each->d_name[0] != '.' && join(each->d_name) && is_plain_file(file_)) return file_;
        }
        return nullptr;
    }

    static constexpr std::size_t max_path_bytes = 1023;

  private:
    bool join(const char* name) noexcept {
        const std::size_t head = std::strlen(path_), tail = std::strlen(name);
        if (head > max_path_bytes || tail > max_path_bytes || head + 1 + tail > max_path_bytes) return false;
        std::memcpy(file_, path_, head);
        file_[head] = '/';
        std::memcpy(file_ + head + 1, name, tail + 1);
        return true;
    }

    DIR* handle_;
    const char* path_;
    char file_[max_path_bytes + 1] = {};
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#else

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

inline constexpr bool has_folders = false;

inline bool is_plain_file(const char*) noexcept { return true; }  // cannot be checked here

class folder {
  public:
    explicit folder(const char*) noexcept {}
    [[nodiscard]] bool is_open() const noexcept { return false; }
    const char* next() noexcept { return nullptr; }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif
#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
