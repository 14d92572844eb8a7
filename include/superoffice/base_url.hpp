// superoffice/base_url.hpp - where the service lives: host, port and path out of the forms that people have at hand.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_URL_HPP
#define SUPEROFFICE_BASE_URL_HPP

#include <superoffice/borrowed.hpp>
#include <superoffice/detail/ascii.hpp>
#include <superoffice/result.hpp>
#include <superoffice/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A parsed base URL; views into the text it was made from.
struct base_url {
    peer to;                     ///< an IPv6 literal without its brackets
    std::string_view authority;  ///< host and port as written: the Host header
    std::string_view root;       ///< what comes before "/api/v1/...": "/Cust12345", or empty
    bool https = true;
};

namespace detail {

constexpr bool is_alphanumeric(char c) noexcept {
    const char lower = ascii::to_lower(c);
    return ascii::is_digit(c) || (lower >= 'a' && lower <= 'z');
}

// RFC 3986 section 3.3: what a path may hold, at one place of the text.
constexpr bool is_path_char(std::string_view text, std::size_t at) noexcept {
    constexpr std::string_view others = "-._~!$&'()*+,;=:@/";
    if (text[at] == '%')
        return text.size() - at > 2 && ascii::hex_digit(text[at + 1]) >= 0 && ascii::hex_digit(text[at + 2]) >= 0;
    return is_alphanumeric(text[at]) || others.find(text[at]) != others.npos;
}

constexpr bool is_host_char(char c) noexcept { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; }

constexpr bool is_ipv6_char(char c) noexcept { return ascii::hex_digit(c) >= 0 || c == ':' || c == '.'; }

/// `text` without `tail` at its end, letter case ignored.
constexpr std::string_view without_tail(std::string_view text, std::string_view tail) noexcept {
    const bool there =
        text.size() >= tail.size() && ascii::equal_ignoring_case(text.substr(text.size() - tail.size()), tail);
    return there ? text.substr(0, text.size() - tail.size()) : text;
}

}  // namespace detail

/// Takes a tenant root, `.../api`, `.../api/` and `.../api/v1`, any path before them, http and https, a port, IPv4 and
/// IPv6 literals. Refuses user names, queries, fragments, and anything that may not stand in a URL.
///
/// @returns  views into `text`; or `bad_base_url` with the offset of the byte at fault
/// Source    RFC 3986 sections 3.1 to 3.3; section 2 of the service notes for the forms of the path
constexpr result<base_url> parse_base_url(std::string_view text) noexcept {
    const auto refused = [](std::size_t offset) {
        return error{.stage = stage::request, .code = errc::bad_base_url, .offset = static_cast<std::uint32_t>(offset)};
    };
    base_url made;
    std::size_t at = 0;
    if (detail::ascii::equal_ignoring_case(text.substr(0, 8), "https://")) {
        at = 8;
    } else if (detail::ascii::equal_ignoring_case(text.substr(0, 7), "http://")) {
        at = 7;
        made.https = false;
    } else {
        return refused(0);
    }

    const std::size_t authority_at = at;
    const bool ipv6 = at < text.size() && text[at] == '[';
    if (ipv6) ++at;
    const std::size_t host_at = at;
    while (at < text.size() && (ipv6 ? detail::is_ipv6_char(text[at]) : detail::is_host_char(text[at]))) ++at;
    made.to.host = text.substr(host_at, at - host_at);
    if (made.to.host.empty()) return refused(at);
    if (made.to.host.size() > max_host_bytes) return refused(host_at + max_host_bytes);
    if (ipv6) {
        if (at == text.size() || text[at] != ']') return refused(at);
        ++at;
    }

    made.to.port = made.https ? 443 : 80;
    if (at < text.size() && text[at] == ':') {
        const std::size_t port_at = ++at;
        std::uint32_t port = 0;
        while (at < text.size() && detail::ascii::is_digit(text[at]) && port <= 0xffff)
            port = port * 10 + static_cast<std::uint32_t>(text[at++] - '0');
        if (port == 0 || port > 0xffff) return refused(port_at);
        made.to.port = static_cast<std::uint16_t>(port);
    }
    made.authority = text.substr(authority_at, at - authority_at);

    if (at < text.size() && text[at] != '/') return refused(at);
    for (std::size_t n = at; n < text.size(); ++n)
        if (!detail::is_path_char(text, n)) return refused(n);
    std::string_view path = text.substr(at);
    while (path.ends_with('/')) path.remove_suffix(1);
    made.root = detail::without_tail(path, "/api/v1");
    if (made.root.size() == path.size()) made.root = detail::without_tail(path, "/api");
    return made;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
