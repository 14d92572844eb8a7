// superoffice/transport/proxy_status.hpp - the error for the HTTP status by which a proxy refuses.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_PROXY_STATUS_HPP
#define SUPEROFFICE_TRANSPORT_PROXY_STATUS_HPP

#include <superoffice/base/errc.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// For a status of 300 or more that a proxy itself answered: to CONNECT, or without asking the peer. `connect_proxy`
/// uses this, and an adapter of an HTTP stack should too, so that both report the same errors. The status goes into
/// `native`.
///
///     407, 401       proxy_unauthorized   by RFC 9110 section 15.5.2 only a server answers 401, but tinyproxy does so
///                                         for a wrong password
///     300 to 499     proxy_refused        the proxy does not allow it, or it is no proxy
///     500 and above  proxy_failed         the proxy could not reach the peer, or has a problem; may pass by itself
[[nodiscard]] constexpr errc errc_of_proxy_status(long status) noexcept {
    if (status == 407 || status == 401) return errc::proxy_unauthorized;
    return status < 500 ? errc::proxy_refused : errc::proxy_failed;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
