// superoffice/transport/mbedtls_socket.hpp - the default link: TLS by mbedTLS over the system's sockets.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_MBEDTLS_SOCKET_HPP
#define SUPEROFFICE_TRANSPORT_MBEDTLS_SOCKET_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS

#include <superoffice/transport/tcp_socket.hpp>
#include <superoffice/transport/tls/tls.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Verifies the server against the system's authorities unless `tls_options` name others.
using mbedtls_socket = tls<tcp_socket>;
static_assert(timed_transport<mbedtls_socket> && waiting_transport<mbedtls_socket>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#else

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

class SUPEROFFICE_SWITCHED_OFF("SUPEROFFICE_WITH_MBEDTLS=1 and SUPEROFFICE_WITH_SOCKETS=1") mbedtls_socket;

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#include <superoffice/base/detail/macros_end.hpp>

#endif
#endif
