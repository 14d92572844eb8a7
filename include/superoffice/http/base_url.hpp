// superoffice/http/base_url.hpp - the address of the service: host, port and path from the forms of URL that people use.
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

/// A parsed base URL: views into the text that it was made from.
struct base_url {
    peer to;                     ///< an IPv6 literal without its brackets
    std::string_view authority;  ///< host and port as written
    std::string_view root;       ///< what comes before "/api/v1/...": "/Cust12345", or empty
    bool https = true;

    // These two parts, one behind the other, make the Host header: the authority without the zone of an IPv6 address,
    // because a zone has a meaning on this machine only (RFC 6874 section 4). Without a zone, `to.zone` is empty and begins
    // where the host ends.

    [[nodiscard]] constexpr std::string_view authority_before_zone() const noexcept {
        return detail::ascii::first(authority,
                                    static_cast<std::size_t>(to.host.data() + to.host.size() - authority.data()));
    }
    [[nodiscard]] constexpr std::string_view authority_behind_zone() const noexcept {
        const char* const end = to.zone.data() + to.zone.size();
        return {end, static_cast<std::size_t>(authority.data() + authority.size() - end)};
    }
};

namespace detail {

/// Why a base URL is refused: the `native` of such an error.
enum class url_fault : std::uint8_t {
    none,
    scheme,
    no_host,
    long_host,
    user_name,
    host_character,
    bracket,
    zone,
    port,
    path_character,
    escape,
    query,
    fragment,
    count_  ///< not a fault: how many there are
};

inline constexpr const char* url_fault_texts[] = {
    "the base URL can be used",
    "the base URL must begin with https:// or http://",
    "the base URL has no host name",
    "the host name in the base URL is longer than 253 characters",
    "the base URL must not contain a user name or a password",
    "the host name in the base URL contains a character that a host name cannot have",
    "the IPv6 address in the base URL must be closed by ]",
    "the zone of the IPv6 address in the base URL must be letters, digits, or one of ._~-",
    "the port in the base URL must be a number from 1 to 65535",
    "the path of the base URL contains a character that must be escaped",
    "a % in the base URL must be followed by two hexadecimal digits",
    "the base URL must not contain a query (?)",
    "the base URL must not contain a fragment (#)",
};
static_assert(sizeof(url_fault_texts) / sizeof(url_fault_texts[0]) == static_cast<std::size_t>(url_fault::count_));

/// Takes a word off the end of a text, letter case ignored. False where it is not there. `word` has a space behind it.
[[gnu::noinline]] constexpr bool remove_tail(const char* first, const char*& last, const char* word,
                                             std::ptrdiff_t size) noexcept {
    if (last - first < size || !ascii::is_word(word, {last - size, static_cast<std::size_t>(size)})) return false;
    last -= size;
    return true;
}

/// The path without surplus slashes, and without "/api" or "/api/v1" at its end.
constexpr std::string_view root_of(const char* first, const char* last) noexcept {
    while (last - first > 1 && first[1] == '/') ++first;
    for (bool is_api = false;; is_api = true) {
        while (last != first && last[-1] == '/') --last;
        if (is_api || (!remove_tail(first, last, "/api/v1 ", 7) && !remove_tail(first, last, "/api ", 4)))
            return {first, static_cast<std::size_t>(last - first)};
    }
}

/// Reads a base URL from its start on. `at` is the byte at which it stopped.
struct url_reader {
    const char* at;
    const char* end;

    constexpr url_fault read_url(base_url& made) noexcept {
        const char* const scheme = at;
        while (at != end && *at != ':') ++at;
        const int which = ascii::index_of_word("http https ", text_from(scheme));
        if (which < 0 || end - at < 3 || at[1] != '/' || at[2] != '/') return at = scheme, url_fault::scheme;
        made.https = which == 1;
        at += 3;
        const char* const authority = at;
        if (const url_fault fault = read_authority(made); fault != url_fault::none)
            return has_user_name(authority) ? url_fault::user_name : fault;
        made.root = root_of(at, end);
        return read_path();
    }

  private:
    [[nodiscard]] constexpr bool is_at(char c) const noexcept { return at != end && *at == c; }
    constexpr bool skip(char c) noexcept {
        if (!is_at(c)) return false;
        ++at;
        return true;
    }
    [[nodiscard]] constexpr std::string_view text_from(const char* first) const noexcept {
        return {first, static_cast<std::size_t>(at - first)};
    }
    /// Takes letters, digits and `others`.
    constexpr std::string_view take(const char* others) noexcept {
        const char* const first = at;
        while (at != end && ascii::is_alphanumeric_or(*at, others)) ++at;
        return text_from(first);
    }

    /// RFC 3986 section 3.2, and RFC 6874 for the zone, which may also follow a % that is not escaped.
    constexpr url_fault read_authority(base_url& made) noexcept {
        const char* const authority = at;
        const bool ipv6 = skip('[');
        made.to.host = take(ipv6 ? ":." : "-._");
        if (made.to.host.empty()) return fault_here(url_fault::no_host);
        if (made.to.host.size() > max_host_bytes) {
            at -= made.to.host.size() - max_host_bytes;
            return url_fault::long_host;
        }
        made.to.zone = text_from(at);
        if (ipv6 && skip('%')) {
            // %25 is an escaped %, unless nothing follows it.
            if (end - at > 2 && at[0] == '2' && at[1] == '5' && at[2] != ']') at += 2;
            made.to.zone = take("-._~");
            if (made.to.zone.empty() || !is_at(']')) return url_fault::zone;
        }
        if (ipv6 && !skip(']')) return url_fault::bracket;
        made.authority = text_from(authority);
        made.to.port = made.https ? std::uint16_t{443} : std::uint16_t{80};
        url_fault fault = url_fault::host_character;
        if (skip(':')) {  // a port may be empty
            fault = url_fault::port;
            const char* const digits = at;
            std::uint32_t port = 0;
            for (; at != end && ascii::is_digit(*at) && port <= 0xffff; ++at)
                port = port * 10 + static_cast<std::uint32_t>(*at - '0');
            if (at != digits) {
                if (port == 0 || port > 0xffff) return at = digits, fault;
                made.to.port = static_cast<std::uint16_t>(port);
                made.authority = text_from(authority);
            }
        }
        return at == end || *at == '/' ? url_fault::none : fault_here(fault);
    }

    /// RFC 3986 section 3.3 has the characters of a path.
    constexpr url_fault read_path() noexcept {
        for (; at != end; ++at) {
            if (*at != '%') {
                if (!ascii::is_alphanumeric_or(*at, "-._~!$&'()*+,;=:@/")) return fault_here(url_fault::path_character);
            } else if (end - at <= 2 || ascii::hex_digit(at[1]) < 0 || ascii::hex_digit(at[2]) < 0) {
                return url_fault::escape;
            }
        }
        return url_fault::none;
    }

    /// The fault of the byte at `at`: a query, a fragment, or `other`.
    [[nodiscard]] constexpr url_fault fault_here(url_fault other) const noexcept {
        return is_at('?') ? url_fault::query : is_at('#') ? url_fault::fragment : other;
    }

    [[nodiscard]] constexpr bool has_user_name(const char* place) const noexcept {
        while (place != end && !ascii::is_one_of(*place, "@/?#")) ++place;
        return place != end && *place == '@';
    }
};

/// The same as `parse_base_url`, into `made`, which must not be used after an error.
constexpr error read_base_url(std::string_view text, base_url& made) noexcept {
    made.to = {};
    url_reader reader{text.data(), text.data() + text.size()};
    const url_fault fault = reader.read_url(made);
    error e = refused_request(fault == url_fault::none ? errc::ok : errc::bad_base_url,
                              static_cast<std::size_t>(reader.at - text.data()));
    e.native = static_cast<std::int32_t>(fault);
    return e;
}

}  // namespace detail

/// Takes the address of a tenant, or of its API: `.../Cust12345`, `.../api`, `.../api/` and `.../api/v1`, with any path
/// before them; http and https; a port; names, IPv4 literals, and IPv6 literals with or without a zone. Slashes too many at
/// the start or the end of the path are left out. Refuses user names, queries, fragments, and characters that a URL cannot
/// have. What stands between brackets is not checked to be an address: anything else is a host that is not found.
///
/// @returns  views into `text`; or `bad_base_url`, whose `position()` is the byte at fault. `base_url_fault` says why
/// Source    RFC 3986 sections 3.1 to 3.3; section 2 of the service notes for the forms of the path
constexpr result<base_url> parse_base_url(std::string_view text) noexcept {
    base_url made;
    const error e = detail::read_base_url(text, made);
    return e.code == errc::ok ? result<base_url>{made} : result<base_url>{e};
}

/// One English sentence without a full stop that says why a base URL was refused; for any other error its `message`.
[[nodiscard]] constexpr const char* base_url_fault(const error& e) noexcept {
    const bool has_text =
        e.code == errc::bad_base_url && e.native > 0 && e.native < static_cast<std::int32_t>(detail::url_fault::count_);
    return has_text ? detail::url_fault_texts[e.native] : message(e);
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
