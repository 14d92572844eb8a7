// superoffice/base/peer.hpp - the host and port that a link connects to.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_PEER_HPP
#define SUPEROFFICE_BASE_PEER_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Where to connect to. The texts are borrowed for the call to `start`.
struct peer {
    std::string_view host;  ///< a name, an IPv4 literal, or an IPv6 literal without brackets; at most `max_host_bytes`
    std::uint16_t port = 0;
    std::string_view zone = {};  ///< of a link-local IPv6 literal: the name or the number of the network interface
};

/// RFC 1035 section 2.3.4: a name has at most 253 characters in text form.
inline constexpr std::size_t max_host_bytes = 253;

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
