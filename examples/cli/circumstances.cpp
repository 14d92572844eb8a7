#include "circumstances.hpp"

#include "visible_text.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace cli {
namespace {

struct named {
    std::string what;
    std::string_view source;

    [[nodiscard]] std::string text() const { return visible(what) + " (" + std::string{source} + ")"; }
};

named proxy_on_the_way, authorities_file;

/// Why the file cannot be opened; empty if it can.
std::string why_unreadable(const std::string& name) {
    std::FILE* const file = std::fopen(name.c_str(), "rb");
    if (file == nullptr) return std::strerror(errno);
    std::fclose(file);
    return {};
}

std::string about_proxy(std::string sentence, const superoffice::error& e) {
    using superoffice::errc;
    using superoffice::stage;
    const std::string name = "the proxy " + proxy_on_the_way.text();
    if (e.proxy_status() != 0) return name + " answered " + std::to_string(e.proxy_status()) + ": " + sentence;
    if (e == errc::deadline_exceeded) return name + " did not answer in time: " + sentence;
    if (e.stage == stage::handshake) {
        constexpr std::string_view server = "the server's";
        if (sentence.compare(0, server.size(), server) == 0) sentence.replace(0, server.size(), "the proxy's");
        return "no secure connection to " + name + ": " + sentence;
    }
    const bool was_reached = e.code >= errc::connection_reset;
    return name + (was_reached ? " opened no connection: " : " was not reached: ") + sentence;
}

}  // namespace

void note_proxy(std::string address, std::string_view source) { proxy_on_the_way = {std::move(address), source}; }

void note_no_proxy() { proxy_on_the_way = {}; }

void note_authorities(std::string file, std::string_view source) { authorities_file = {std::move(file), source}; }

std::string_view proxy_of(const superoffice::error& e) {
    using superoffice::stage;
    const bool is_on_the_way = e.stage == stage::resolve || e.stage == stage::connect || e.stage == stage::handshake;
    return is_on_the_way ? std::string_view{proxy_on_the_way.what} : std::string_view{};
}

bool is_about_named_authorities(const superoffice::error& e) {
    using superoffice::errc;
    return !authorities_file.what.empty() && (e == errc::no_authorities || e == errc::bad_authorities);
}

std::string with_circumstances(std::string sentence, const superoffice::error& e) {
    if (is_about_named_authorities(e)) {
        const std::string why = why_unreadable(authorities_file.what);
        return authorities_file.text() + ": " + (why.empty() ? sentence : why);
    }
    return proxy_of(e).empty() ? sentence : about_proxy(std::move(sentence), e);
}

}  // namespace cli
