// superoffice/transport/loopback.hpp - whether a host is this machine, told from its text alone.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_LOOPBACK_HPP
#define SUPEROFFICE_TRANSPORT_LOOPBACK_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/transport/ip_address.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// "localhost", and every name that ends in ".localhost", in any case, with or without a final dot. Such a name is this
/// machine, and no name server is asked for it (RFC 6761 section 6.3).
[[nodiscard]] constexpr bool is_localhost(std::string_view name) noexcept {
    constexpr std::string_view tail = "localhost";
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    if (name.size() < tail.size()) return false;
    const std::size_t at = name.size() - tail.size();
    return (at == 0 || name[at - 1] == '.') && detail::ascii::equal_ignoring_case(name.substr(at), tail);
}

/// A name of this machine, or a literal of 127.0.0.0/8 or ::1. What is sent there does not leave the machine.
[[nodiscard]] constexpr bool is_loopback(std::string_view host) noexcept {
    ip_address address;
    if (!parse_ip_address(host, address)) return is_localhost(host);
    if (!address.is_v6()) return address.bytes[0] == 127;
    for (std::size_t i = 0; i < 15; ++i)
        if (address.bytes[i] != 0) return false;
    return address.bytes[15] == 1;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
