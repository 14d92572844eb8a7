// superoffice/http/base_url.hpp - where the service lives: host, port and path out of the forms that people have at hand.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_BASE_URL_HPP
#define SUPEROFFICE_HTTP_BASE_URL_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/peer.hpp>
#include <superoffice/base/result.hpp>

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

/// `text` without `tail` at its end, letter case ignored.
constexpr std::string_view without_tail(std::string_view text, std::string_view tail) noexcept {
    if (text.size() < tail.size()) return text;
    const std::size_t rest = text.size() - tail.size();
    return ascii::equal_ignoring_case(ascii::from(text, rest), tail) ? ascii::first(text, rest) : text;
}

/// Where a URL's path stops being one: RFC 3986 section 3.3 has what it may hold.
constexpr std::size_t end_of_path(std::string_view text, std::size_t at) noexcept {
    for (; at < text.size(); ++at) {
        if (text[at] != '%') {
            if (!ascii::is_alphanumeric_or(text[at], "-._~!$&'()*+,;=:@/")) break;
        } else if (text.size() - at <= 2 || ascii::hex_digit(text[at + 1]) < 0 || ascii::hex_digit(text[at + 2]) < 0) {
            break;
        }
    }
    return at;
}

/// Reads `text` into `made`. False where it is refused: `at` is then the byte at fault.
constexpr bool read_url_parts(std::string_view text, base_url& made, std::size_t& at) noexcept {
    const auto is_at = [text](std::size_t place, char c) { return place < text.size() && text[place] == c; };

    at = 0;
    const std::size_t scheme_end = ascii::find(text, ':');
    const int scheme = ascii::index_of_word("http https ", ascii::first(text, scheme_end));
    if (scheme < 0 || !is_at(scheme_end + 1, '/') || !is_at(scheme_end + 2, '/')) return false;
    made.https = scheme == 1;
    const std::size_t authority_at = scheme_end + 3;

    at = authority_at;
    const bool ipv6 = is_at(at, '[');
    if (ipv6) ++at;
    const std::size_t host_at = at;
    while (at < text.size() && (ipv6 ? ascii::hex_digit(text[at]) >= 0 || ascii::is_one_of(text[at], ":.")
                                     : ascii::is_alphanumeric_or(text[at], "-._")))
        ++at;
    made.to.host = {text.data() + host_at, at - host_at};
    if (at == host_at) return false;
    if (at - host_at > max_host_bytes) return at = host_at + max_host_bytes, false;
    if (ipv6 && !is_at(at, ']')) return false;
    if (ipv6) ++at;

    std::uint32_t port = made.https ? 443 : 80;
    if (is_at(at, ':')) {
        const std::size_t port_at = ++at;
        for (port = 0; at < text.size() && ascii::is_digit(text[at]) && port <= 0xffff; ++at)
            port = port * 10 + static_cast<std::uint32_t>(text[at] - '0');
        if (port == 0 || port > 0xffff) return at = port_at, false;
    }
    made.to.port = static_cast<std::uint16_t>(port);
    made.authority = {text.data() + authority_at, at - authority_at};

    std::string_view path = ascii::from(text, at);
    if (!path.empty() && path.front() != '/') return false;
    at = end_of_path(text, at);
    if (at < text.size()) return false;
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    made.root = without_tail(path, ascii::literal("/api/v1"));
    if (made.root.size() == path.size()) made.root = without_tail(path, ascii::literal("/api"));
    return true;
}

/// The same as `parse_base_url`, into `made`, which is not to be used after an error.
constexpr error read_base_url(std::string_view text, base_url& made) noexcept {
    std::size_t at = 0;
    const bool good = read_url_parts(text, made, at);
    return refused_request(good ? errc::ok : errc::bad_base_url, at);
}

}  // namespace detail

/// Takes a tenant root, `.../api`, `.../api/` and `.../api/v1`, any path before them, http and https, a port, IPv4 and
/// IPv6 literals. Refuses user names, queries, fragments, and anything that may not stand in a URL. Of what stands between
/// brackets only the characters are looked at: what is no address there is a host that is not found.
///
/// @returns  views into `text`; or `bad_base_url` with the offset of the byte at fault
/// Source    RFC 3986 sections 3.1 to 3.3; section 2 of the service notes for the forms of the path
constexpr result<base_url> parse_base_url(std::string_view text) noexcept {
    base_url made;
    const error e = detail::read_base_url(text, made);
    return e.code == errc::ok ? result<base_url>{made} : result<base_url>{e};
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
