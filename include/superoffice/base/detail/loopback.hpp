// superoffice/base/detail/loopback.hpp - which host names mean this machine, without asking a name server.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_DETAIL_LOOPBACK_HPP
#define SUPEROFFICE_BASE_DETAIL_LOOPBACK_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// "localhost" and names that end in ".localhost", with or without a final dot (RFC 6761 section 6.3).
constexpr bool is_localhost(std::string_view host) noexcept {
    if (!host.empty() && host.back() == '.') host.remove_suffix(1);
    constexpr std::string_view name = ascii::literal("localhost");
    if (host.size() < name.size()) return false;
    const std::size_t rest = host.size() - name.size();
    return ascii::equal_ignoring_case(ascii::from(host, rest), name) && (rest == 0 || host[rest - 1] == '.');
}

/// The peer is this machine: `is_localhost`, an IPv4 literal in 127.0.0.0/8 (RFC 1122 section 3.2.1.3), or "::1".
constexpr bool is_loopback(std::string_view host) noexcept {
    if (host == ascii::literal("::1") || is_localhost(host)) return true;
    if (!host.starts_with(ascii::literal("127."))) return false;
    for (const char c : host)
        if (!ascii::is_digit(c) && c != '.') return false;
    return true;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
