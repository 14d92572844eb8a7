// superoffice/base/detail/loopback.hpp - which host names mean this machine, without asking a name server.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_DETAIL_LOOPBACK_HPP
#define SUPEROFFICE_BASE_DETAIL_LOOPBACK_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Four decimal numbers below 256, no leading zeros, nothing else (RFC 3986 section 3.2.2).
[[gnu::noinline]] constexpr bool read_ipv4(std::string_view text, std::uint8_t* into) noexcept {
    std::size_t at = 0;
    for (int part = 0; part < 4; ++part) {
        if (part != 0 && (at == text.size() || text[at++] != '.')) return false;
        unsigned value = 0;
        const std::size_t first = at;
        while (at < text.size() && ascii::is_digit(text[at]) && at - first < 3)
            value = value * 10 + static_cast<unsigned>(text[at++] - '0');
        if (at == first || value > 255 || (text[first] == '0' && at - first > 1)) return false;
        into[part] = static_cast<std::uint8_t>(value);
    }
    return at == text.size();
}

/// "localhost" and names that end in ".localhost", with or without a final dot (RFC 6761 section 6.3).
constexpr bool is_localhost(std::string_view host) noexcept {
    if (!host.empty() && host.back() == '.') host.remove_suffix(1);
    constexpr std::string_view name = ascii::literal("localhost");
    if (host.size() < name.size()) return false;
    const std::size_t rest = host.size() - name.size();
    return ascii::equal_ignoring_case(ascii::from(host, rest), name) && (rest == 0 || host[rest - 1] == '.');
}

/// The peer is this machine: `is_localhost`, an IPv4 literal in 127.0.0.0/8 (RFC 1122 section 3.2.1.3), or "::1". What only
/// looks like such a literal ("127.0.0.1.2", "127.0.0.01") is a name, and a name server could send it anywhere.
constexpr bool is_loopback(std::string_view host) noexcept {
    if (host == ascii::literal("::1") || is_localhost(host)) return true;
    if (!ascii::begins_with(host, ascii::literal("127."))) return false;
    std::uint8_t bytes[4];
    return read_ipv4(host, bytes);
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
