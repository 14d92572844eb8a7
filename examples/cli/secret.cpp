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
    if (size_ != 0) std::memcpy(text_.get(), text.data(), size_);  // an empty view may have no place
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

namespace {

std::string_view without(std::string_view text, around ignored) {
    const std::string_view taken = ignored == around::blanks ? " \t\r\n" : "\r\n";
    const std::size_t last = text.find_last_not_of(taken);
    if (last == text.npos) return {};
    text = text.substr(0, last + 1);
    return ignored == around::blanks ? text.substr(text.find_first_not_of(taken)) : text;
}

bool begins_with(std::string_view text, std::string_view beginning) {
    return text.substr(0, beginning.size()) == beginning;
}

}  // namespace

std::string variable_without_blanks(const char* name) {
    const char* const text = std::getenv(name);
    return std::string{without(text == nullptr ? "" : text, around::blanks)};
}

secret taken_from_environment(const char* name, around ignored) {
    char* const text = std::getenv(name);
    if (text == nullptr || *text == '\0') return {};
    const std::size_t size = std::strlen(text);
    secret taken{without({text, size}, ignored)};
    wipe(text, size);
#if !defined(_WIN32)
    ::unsetenv(name);
#endif
    if (taken.empty()) throw std::runtime_error{std::string{name} + " holds nothing but blanks"};
    return taken;
}

secret secret_in_file(const char* path, around ignored) {
    const auto refused = [path](const char* why) { return std::runtime_error{std::string{path} + ": " + why}; };
    std::FILE* const file = std::fopen(path, "rb");
    if (file == nullptr) throw refused(std::strerror(errno));
    std::setvbuf(file, nullptr, _IONBF, 0);  // no second copy in the stream's buffer

    std::array<char, superoffice::max_header_value_bytes + 16> room;  // and a little of what is ignored
    const std::size_t size = std::fread(room.data(), 1, room.size(), file);
    const int problem = std::ferror(file) != 0 ? errno : 0;
    std::fclose(file);

    // Editors on Windows write byte order marks.
    std::string_view text{room.data(), size};
    const bool is_utf16 = begins_with(text, "\xff\xfe") || begins_with(text, "\xfe\xff");
    if (begins_with(text, "\xef\xbb\xbf")) text.remove_prefix(3);
    secret found{without(text, ignored)};
    wipe(room.data(), room.size());
    if (problem != 0) throw refused(std::strerror(problem));
    if (is_utf16) throw refused("is UTF-16: save it as plain text or UTF-8");
    if (size == room.size() || found.view().size() > superoffice::max_header_value_bytes)
        throw refused("too large for a credential");
    if (found.empty()) throw refused(size == 0 ? "is empty" : "holds nothing but blanks");
    return found;
}

}  // namespace cli
