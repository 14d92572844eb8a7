// superoffice/transport/detail/cares_api.hpp - c-ares as the resolver uses it; no other header includes <ares.h>.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_CARES_API_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_CARES_API_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_SOCKETS

#include <superoffice/base/error.hpp>
#include <superoffice/transport/detail/socket_api.hpp>

#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <ares.h>
#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic pop
#endif
#if !defined(_WIN32)
#include <sys/uio.h>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

struct cares_api {
    /// Every other code means that no server could be asked, or that none knew the answer.
    static errc errc_of(int status) noexcept {
        switch (status) {
            case ARES_ENODATA:
            case ARES_ENOTFOUND:
            case ARES_ENONAME:
            case ARES_EBADNAME: return errc::name_not_found;
            default: return errc::name_lookup_failed;
        }
    }

    /// Before 1.34, a write of c-ares to a TCP connection raises SIGPIPE if the server is gone, and on some systems its
    /// sockets are inherited by programs that are started. Later versions do neither.
    static void tame(ares_channel channel) noexcept {
#if !defined(_WIN32) && ARES_VERSION < 0x012200
        static constexpr ares_socket_functions functions{make, end, begin_connect, receive, transmit};
        ares_set_socket_functions(channel, &functions, nullptr);
#else
        static_cast<void>(channel);
#endif
    }

  private:
#if !defined(_WIN32) && ARES_VERSION < 0x012200
    static ares_socket_t make(int family, int type, int protocol, void*) noexcept {
        return socket_api::make(family, type, protocol);
    }
    static int end(ares_socket_t h, void*) noexcept { return ::close(h); }
    static int begin_connect(ares_socket_t h, const sockaddr* to, ares_socklen_t size, void*) noexcept {
        return ::connect(h, to, size);
    }
    static ares_ssize_t receive(ares_socket_t h, void* into, size_t size, int flags, sockaddr* from,
                                ares_socklen_t* from_size, void*) noexcept {
        return ::recvfrom(h, into, size, flags, from, from_size);
    }
    static ares_ssize_t transmit(ares_socket_t h, const iovec* parts, int count, void*) noexcept {
        msghdr message = {};
        message.msg_iov = const_cast<iovec*>(parts);
        message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
        return ::sendmsg(h, &message, socket_api::quietly);
    }
#endif
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_SOCKETS
#endif
