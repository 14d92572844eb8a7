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

/// The peer is this machine: `is_localhost`, an IPv4 literal in 127.0.0.0/8 (RFC 1122 section 3.2.1.3), or "::1". What only
/// looks like such a literal ("127.0.0.1.2", "127.0.0.01") is a name, and a name server could send it anywhere.
constexpr bool is_loopback(std::string_view host) noexcept {
    if (host == ascii::literal("::1") || is_localhost(host)) return true;
    if (!ascii::begins_with(host, ascii::literal("127."))) return false;
    unsigned value = 0;
    std::size_t dots = 0, digits = 0;
    for (const char c : host) {
        if (c == '.') {
            if (digits == 0) return false;
            ++dots;
            value = 0;
            digits = 0;
            continue;
        }
        if (!ascii::is_digit(c) || (digits != 0 && value == 0)) return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
        ++digits;
        if (value > 255) return false;
    }
    return dots == 3 && digits != 0;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
