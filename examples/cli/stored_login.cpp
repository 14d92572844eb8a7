#include "stored_login.hpp"

#include "private_file.hpp"

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace cli {
namespace {

std::filesystem::path file() { return state_folder() / "login"; }

constexpr std::size_t longest = 16 * 1024;

/// The next line of `text`, without its end.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return {};
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace

std::optional<stored_login> stored_login::load() {
    std::filesystem::path path;
    try {
        path = file();
    } catch (const std::runtime_error&) {
        return {};  // no place, so no log-in
    }
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return {};
    std::FILE* const opened = std::fopen(path.string().c_str(), "rb");
    if (opened == nullptr) throw std::runtime_error{path.string() + ": " + std::strerror(errno)};
    std::setvbuf(opened, nullptr, _IONBF, 0);  // no second copy in the stream's buffer
    std::string room(longest, '\0');
    const std::size_t size = std::fread(room.data(), 1, room.size(), opened);
    std::fclose(opened);
    std::string_view text{room.data(), size};
    stored_login found;
    found.login_url = take_line(text);
    found.client_id = take_line(text);
    found.refresh_token = secret{take_line(text)};
    wipe(room.data(), room.size());
    if (found.refresh_token.empty() || found.client_id.empty())
        throw std::runtime_error{path.string() + ": is no log-in of this tool: log in again"};
    return found;
}

void stored_login::save() const {
    std::string text = login_url + "\n" + client_id + "\n";
    text.reserve(text.size() + refresh_token.view().size() + 1);  // one place to wipe
    text += refresh_token.view();
    text += '\n';
    try {
        write_private_file(file(), text);
    } catch (...) {
        wipe(text.data(), text.size());
        throw;
    }
    wipe(text.data(), text.size());
}

bool stored_login::forget() {
    std::error_code problem;
    const bool removed = std::filesystem::remove(file(), problem);
    if (problem) throw std::runtime_error{file().string() + ": " + problem.message()};
    return removed;
}

}  // namespace cli
