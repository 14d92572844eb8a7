// superoffice/transport/detail/socket_api.hpp - the sockets and the clock of POSIX and Windows; no other header includes their headers.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_SOCKET_API_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_SOCKET_API_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_SOCKETS

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/detail/process.hpp>
#include <superoffice/transport/ip_address.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#if defined(_WIN32)
#if defined(_WINSOCKAPI_) && !defined(_WINSOCK2API_)
#error "superoffice-batch: <windows.h> brought <winsock.h>: define WIN32_LEAN_AND_MEAN before it"
#endif
#pragma push_macro("NOMINMAX")
#undef NOMINMAX
#define NOMINMAX
#include <winsock2.h>
#include <ws2tcpip.h>
#pragma pop_macro("NOMINMAX")
#else
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The few calls that a TCP client needs, the same on both systems. Only `wait_until`, `wait_until_any`, `pause` and
/// `lookup_answer::ask` block. Codes are those of errno, or of WSAGetLastError.
struct socket_api {
#if defined(_WIN32)
    using handle = SOCKET;
    static constexpr handle none = static_cast<handle>(~std::uintptr_t{0});
    static constexpr int timed_out = WSAETIMEDOUT;
    static constexpr int refused = WSAECONNREFUSED;
    static constexpr int not_connected = WSAENOTCONN;
    static constexpr int unknown_name = WSAHOST_NOT_FOUND;  // the value of EAI_NONAME there

    static int last_code() noexcept { return ::WSAGetLastError(); }
    static bool is_would_block(int code) noexcept { return code == WSAEWOULDBLOCK; }
    static bool is_in_progress(int code) noexcept { return code == WSAEWOULDBLOCK || code == WSAEINPROGRESS; }
    static bool is_interrupted(int code) noexcept { return code == WSAEINTR; }
    static void end(handle h) noexcept { ::closesocket(h); }
#else
    using handle = int;
    static constexpr handle none = -1;
    static constexpr int timed_out = ETIMEDOUT;
    static constexpr int refused = ECONNREFUSED;
    static constexpr int not_connected = ENOTCONN;
    static constexpr int unknown_name = EAI_NONAME;

    static int last_code() noexcept { return errno; }
    static bool is_would_block(int code) noexcept {
#if EAGAIN != EWOULDBLOCK
        if (code == EWOULDBLOCK) return true;
#endif
        return code == EAGAIN;
    }
    // A connect that was interrupted continues by itself and must not be called again (POSIX, connect).
    static bool is_in_progress(int code) noexcept { return code == EINPROGRESS || code == EINTR; }
    static bool is_interrupted(int code) noexcept { return code == EINTR; }
    static void end(handle h) noexcept { ::close(h); }
#endif

    /// Winsock counts its users; elsewhere there is nothing to do.
    class user {
      public:
        user() noexcept = default;
        user(const user&) = delete;
        user& operator=(const user&) = delete;
        ~user() { release(); }
#if defined(_WIN32)
        int acquire() noexcept {
            WSADATA about;
            if (held_) return 0;
            const int code = ::WSAStartup(MAKEWORD(2, 2), &about);
            held_ = code == 0;
            return code;
        }
        void release() noexcept {
            if (held_) ::WSACleanup();
            held_ = false;
        }

      private:
        bool held_ = false;
#else
        int acquire() noexcept { return 0; }
        void release() noexcept {}
#endif
    };

    static errc errc_of(int code) noexcept {
        switch (code) {
#if defined(_WIN32)
            case WSAECONNREFUSED: return errc::connection_refused;
            case WSAENETUNREACH:
            case WSAEHOSTUNREACH:
            case WSAENETDOWN:
            case WSAEHOSTDOWN:
            case WSAETIMEDOUT:
            case WSAEADDRNOTAVAIL:
            case WSAEAFNOSUPPORT: return errc::peer_unreachable;
            case WSAECONNRESET:
            case WSAECONNABORTED:
            case WSAENETRESET: return errc::connection_reset;
#else
            case ECONNREFUSED: return errc::connection_refused;
            case ENETUNREACH:
            case EHOSTUNREACH:
            case ENETDOWN:
#ifdef EHOSTDOWN
            case EHOSTDOWN:
#endif
            case ETIMEDOUT:
            case EADDRNOTAVAIL:
            case EAFNOSUPPORT: return errc::peer_unreachable;
            case ECONNRESET:
            case ECONNABORTED:
            case ENETRESET:
            case EPIPE: return errc::connection_reset;
#endif
            default: return errc::link_failed;
        }
    }

    static io_result failure(int code, stage at) noexcept { return io_result::failed(errc_of(code), code, at); }

    /// A stream socket that does not block, is not inherited and raises no signal; or `none`, and `last_code()` says
    /// why.
    static handle make(bool v6) noexcept {
        const int family = v6 ? AF_INET6 : AF_INET;
        const int on = 1;
#if defined(_WIN32)
        const handle h = ::WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
        if (h == none) return none;
        u_long enabled = 1;
        if (::ioctlsocket(h, static_cast<long>(FIONBIO), &enabled) != 0) return abandon(h);
        ::setsockopt(h, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof on);
#else
        const handle h = make(family, SOCK_STREAM, IPPROTO_TCP);
        if (h == none) return none;
        // One request, one reply: nothing is gained by holding small segments back. If this fails, the socket still
        // works.
        ::setsockopt(h, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
#endif
        return h;
    }

#if !defined(_WIN32)
    /// The same for any family and type.
    static handle make(int family, int type, int protocol) noexcept {
#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
        type |= SOCK_CLOEXEC | SOCK_NONBLOCK;
#endif
        const handle h = ::socket(family, type, protocol);
        if (h == none) return none;
#if !defined(SOCK_CLOEXEC) || !defined(SOCK_NONBLOCK)
        static_cast<void>(::fcntl(h, F_SETFD, FD_CLOEXEC));  // lwIP has no programs to start, and refuses it
        const int flags = ::fcntl(h, F_GETFL, 0);            // lwIP's fcntl is a macro with three parameters
        if (flags == -1 || ::fcntl(h, F_SETFL, flags | O_NONBLOCK) == -1) return abandon(h);
#endif
#if defined(SO_NOSIGPIPE)
        const int on = 1;
        if (::setsockopt(h, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) == -1) return abandon(h);
#endif
        return h;
    }

    /// A flag for send: no signal if the peer is gone. On systems without this flag, `make` prevents the signal.
#if defined(MSG_NOSIGNAL)
    static constexpr int quietly = MSG_NOSIGNAL;
#else
    static constexpr int quietly = 0;
#endif
#endif

    /// The index of a network interface, by its number or (not on Windows) its name. 0 where there is no such
    /// interface.
    static std::uint32_t scope_of(std::string_view zone) noexcept {
        if (std::uint64_t number = 0; ascii::parse_decimal(zone, number))
            return number <= UINT32_MAX ? static_cast<std::uint32_t>(number) : 0;
#if defined(_WIN32)
        return 0;
#else
        char name[IF_NAMESIZE] = {};
        if (zone.empty() || zone.size() >= sizeof name) return 0;
        std::memcpy(name, zone.data(), zone.size());
        return ::if_nametoindex(name);
#endif
    }

    /// 0, or the code.
    static int begin_connect(handle h, const ip_address& to, std::uint16_t port) noexcept {
        if (to.is_v6()) {
            sockaddr_in6 where = {};
            where.sin6_family = AF_INET6;
            where.sin6_port = network_order(port);
            where.sin6_scope_id = to.scope;
            std::memcpy(&where.sin6_addr, to.bytes, 16);
            return ::connect(h, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 ? 0 : last_code();
        }
        sockaddr_in where = {};
        where.sin_family = AF_INET;
        where.sin_port = network_order(port);
        std::memcpy(&where.sin_addr, to.bytes, 4);
        return ::connect(h, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 ? 0 : last_code();
    }

    /// The result of the connect that was in progress: 0, or the code.
    static int connect_code(handle h) noexcept {
        int code = 0;
#if defined(_WIN32)
        int size = sizeof code;
        if (::getsockopt(h, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&code), &size) != 0) return last_code();
#else
        socklen_t size = sizeof code;
        if (::getsockopt(h, SOL_SOCKET, SO_ERROR, &code, &size) != 0) return last_code();
#endif
        return code;
    }

    /// A socket that connects to a port of this machine at which nobody listens can meet itself, if the system gave it
    /// the same port for its own end: TCP allows two ends to open at once (RFC 9293 section 3.5).
    static bool is_connected_to_itself(handle h, const ip_address& to, std::uint16_t port) noexcept {
        sockaddr_storage own = {};
#if defined(_WIN32)
        int size = sizeof own;
#else
        socklen_t size = sizeof own;
#endif
        if (::getsockname(h, reinterpret_cast<sockaddr*>(&own), &size) != 0) return false;
        // Both forms begin with the family and the port.
        sockaddr_in begin;
        std::memcpy(&begin, &own, sizeof begin);
        if (own.ss_family != (to.is_v6() ? AF_INET6 : AF_INET) || begin.sin_port != network_order(port)) return false;
        const ip_address mine = address_of(&own, to.is_v6() ? AF_INET6 : AF_INET);
        return std::memcmp(mine.bytes, to.bytes, to.size) == 0;
    }

    /// What one wait of the system takes, in milliseconds: none where no time is left, and at most a day.
    static constexpr int one_wait(milliseconds at_most) noexcept {
        constexpr std::int64_t day = 86'400'000;
        const std::int64_t count = at_most.count();
        return static_cast<int>(count < 0 ? 0 : count < day ? count : day);
    }

    /// What one of several sockets waits for, and whether that may have happened.
    struct watched {
        handle socket = none;
        bool readable = false, writable = false;
        bool ready = false;
    };

    /// Waits at most `at_most` for any of at most 16 sockets, and sets `ready` in each that may be ready.
    static void wait_until_any(std::span<watched> all, milliseconds at_most) noexcept {
#if defined(_WIN32)
        fd_set readable, writable, broken;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_ZERO(&broken);
        for (const watched& each : all) {
            if (each.readable) FD_SET(each.socket, &readable);
            if (each.writable) FD_SET(each.socket, &writable);
            FD_SET(each.socket, &broken);
        }
        timeval limit = select_timeout(at_most);
        const bool any = !all.empty() && ::select(0, &readable, &writable, &broken, &limit) > 0;
        for (watched& each : all)
            each.ready = any && (FD_ISSET(each.socket, &readable) || FD_ISSET(each.socket, &writable) ||
                                 FD_ISSET(each.socket, &broken));
#else
        pollfd wanted[16] = {};
        nfds_t size = 0;
        for (std::size_t i = 0; i < all.size(); ++i, ++size) {
            wanted[i].fd = all[i].socket;
            wanted[i].events = static_cast<short>((all[i].readable ? POLLIN : 0) | (all[i].writable ? POLLOUT : 0));
        }
        ::poll(wanted, size, one_wait(at_most));
        for (std::size_t i = 0; i < all.size(); ++i) all[i].ready = wanted[i].revents != 0;
#endif
    }

    /// Waits at most `at_most`; true if the socket may be ready (or has failed).
    static bool wait_until(handle h, bool writable, milliseconds at_most) noexcept {
#if defined(_WIN32)
        // Not WSAPoll: before Windows 10 2004 it never reports a connect that failed.
        fd_set wanted, broken;
        FD_ZERO(&wanted);
        FD_ZERO(&broken);
        FD_SET(h, &wanted);
        FD_SET(h, &broken);
        timeval limit = select_timeout(at_most);
        return ::select(0, writable ? nullptr : &wanted, writable ? &wanted : nullptr, &broken, &limit) != 0;
#else
        pollfd wanted = {};
        wanted.fd = h;
        wanted.events = writable ? POLLOUT : POLLIN;
        return ::poll(&wanted, 1, one_wait(at_most)) > 0;
#endif
    }

    /// Sleeps for `at_most`, or less.
    static void pause(milliseconds at_most) noexcept {
#if defined(_WIN32)
        ::Sleep(static_cast<DWORD>(one_wait(at_most)));
#else
        ::poll(nullptr, 0, one_wait(at_most));
#endif
    }

    /// Bytes moved, 0 at the end of the stream (receive), or -1 with the code.
    static std::ptrdiff_t receive(handle h, std::span<std::byte> into, int& code) noexcept {
        for (;;) {
#if defined(_WIN32)
            const std::ptrdiff_t n = ::recv(h, reinterpret_cast<char*>(into.data()), piece(into.size()), 0);
#else
            const std::ptrdiff_t n = ::recv(h, into.data(), into.size(), 0);
#endif
            if (n >= 0) return n;
            code = last_code();
            if (!is_interrupted(code)) return -1;
        }
    }
    static std::ptrdiff_t transmit(handle h, std::span<const std::byte> from, int& code) noexcept {
        for (;;) {
#if defined(_WIN32)
            const std::ptrdiff_t n = ::send(h, reinterpret_cast<const char*>(from.data()), piece(from.size()), 0);
#else
            const std::ptrdiff_t n = ::send(h, from.data(), from.size(), quietly);
#endif
            if (n >= 0) return n;
            code = last_code();
            if (!is_interrupted(code)) return -1;
        }
    }

    static instant now() noexcept {
#if defined(_WIN32)
        return instant{static_cast<std::int64_t>(::GetTickCount64())};
#else
        timespec t = {};
        ::clock_gettime(CLOCK_MONOTONIC, &t);
        const std::int64_t seconds = t.tv_sec;
        return instant{seconds * 1000 + t.tv_nsec / 1000000};
#endif
    }

    /// The address in a sockaddr of this family, AF_INET or AF_INET6.
    static ip_address address_of(const void* in, int family) noexcept {
        ip_address a;
        if (family == AF_INET6) {
            sockaddr_in6 from;
            std::memcpy(&from, in, sizeof from);
            std::memcpy(a.bytes, &from.sin6_addr, 16);
            a.size = 16;
            a.scope = from.sin6_scope_id;
        } else {
            sockaddr_in from;
            std::memcpy(&from, in, sizeof from);
            std::memcpy(a.bytes, &from.sin_addr, 4);
            a.size = 4;
        }
        return a;
    }

    /// The list that getaddrinfo answers.
    class lookup_answer {
      public:
        lookup_answer() noexcept = default;
        lookup_answer(const lookup_answer&) = delete;
        lookup_answer& operator=(const lookup_answer&) = delete;
        ~lookup_answer() {
            if (list_ != nullptr) ::freeaddrinfo(list_);
        }

        int ask(const char* name) noexcept {
            addrinfo wanted = {};
            wanted.ai_family = AF_UNSPEC;
            wanted.ai_socktype = SOCK_STREAM;
            return ::getaddrinfo(name, nullptr, &wanted, &list_);
        }
        [[nodiscard]] const addrinfo* list() const noexcept { return list_; }

      private:
        addrinfo* list_ = nullptr;
    };

    static bool is_unknown_name(int code) noexcept {
        if (code == EAI_NONAME) return true;
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
        if (code == EAI_NODATA) return true;
#endif
#if defined(EAI_ADDRFAMILY)
        if (code == EAI_ADDRFAMILY) return true;
#endif
        return false;
    }

  private:
    static std::uint16_t network_order(std::uint16_t n) noexcept {
        std::uint8_t bytes[2] = {static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n & 0xff)};
        std::uint16_t ordered = 0;
        std::memcpy(&ordered, bytes, 2);
        return ordered;
    }
    static handle abandon(handle h) noexcept {
#if defined(_WIN32)
        const int code = ::WSAGetLastError();
        end(h);
        ::WSASetLastError(code);
#else
        const int code = errno;
        end(h);
        errno = code;
#endif
        return none;
    }
#if defined(_WIN32)
    static timeval select_timeout(milliseconds at_most) noexcept {
        timeval limit = {};
        limit.tv_sec = one_wait(at_most) / 1000;
        limit.tv_usec = one_wait(at_most) % 1000 * 1000;
        return limit;
    }
    static int piece(std::size_t n) noexcept { return n < 0x40000000 ? static_cast<int>(n) : 0x40000000; }
#endif
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_SOCKETS
#endif
