#include "secret.hpp"

#include <superoffice/http/request_head.hpp>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace cli {

void wipe(char* memory, std::size_t size) noexcept {
    volatile char* at = memory;
    while (size-- > 0) *at++ = '\0';
}

secret::secret(std::string_view text) : text_(new char[text.size()]), size_(text.size()) {
    std::memcpy(text_.get(), text.data(), size_);
}

secret::secret(secret&& other) noexcept : text_(std::move(other.text_)), size_(std::exchange(other.size_, 0)) {}

secret& secret::operator=(secret&& other) noexcept {
    if (this != &other) {
        wipe(text_.get(), size_);
        text_ = std::move(other.text_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

secret::~secret() { wipe(text_.get(), size_); }

secret taken_from_environment(const char* name) {
    char* const text = std::getenv(name);
    if (text == nullptr) return {};
    secret taken{text};
    wipe(text, taken.view().size());
#if !defined(_WIN32)
    ::unsetenv(name);
#endif
    return taken;
}

secret secret_in_file(const char* path) {
    const auto refused = [path](const char* why) { return std::runtime_error{std::string{path} + ": " + why}; };
    std::FILE* const file = std::fopen(path, "rb");
    if (file == nullptr) throw refused(std::strerror(errno));
    std::setvbuf(file, nullptr, _IONBF, 0);  // no second copy in the stream's buffer

    std::array<char, superoffice::max_header_value_bytes + 3> room;  // a line end, and one that shows there is more
    std::size_t size = std::fread(room.data(), 1, room.size(), file);
    const int problem = std::ferror(file) != 0 ? errno : 0;
    std::fclose(file);

    const bool too_large = size == room.size();
    while (size > 0 && (room[size - 1] == '\n' || room[size - 1] == '\r')) --size;
    secret found{{room.data(), size}};
    wipe(room.data(), room.size());
    if (problem != 0) throw refused(std::strerror(problem));
    if (too_large) throw refused("too large for a credential");
    if (found.empty()) throw refused("is empty");
    return found;
}

}  // namespace cli
