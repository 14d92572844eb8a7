// tests/support/outcomes.hpp - one table of the events during a call, and the error that each must become.
//
// Every way to carry a call is held against it: tcp_socket, tls and connect_proxy with each resolver (tests/network), and the
// libcurl adapter (tests/libcurl). A program must not have to know which of them it uses.
//
//     for (const outcomes::row& row : outcomes::rows) {
//         outcomes::peer peer(row);                         // plays the server or the proxy of this row, in a thread
//         ... one call to row.base(peer.port()), through a proxy at peer.port() if row.is_proxy
//         report(row.differs(error))                        // "" if the error is the right one
//     }
//
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_OUTCOMES_HPP
#define SUPEROFFICE_TESTS_SUPPORT_OUTCOMES_HPP

#include <superoffice/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace outcomes {

namespace so = superoffice;
using namespace std::string_view_literals;

/// What the peer does once it has received something.
enum class end { closes, resets };

struct row {
    const char* what;
    std::string_view scheme = "https";
    std::string_view host = "localhost";
    bool is_proxy = false;                 ///< the peer is a proxy before an https service
    std::string_view proxy = "127.0.0.1";  ///< its host
    bool is_listening = true;              ///< else nobody is at the port
    std::string_view says = ""sv;
    end behind = end::closes;
    so::errc code = so::errc::ok;
    so::stage at = so::stage::none;
    int proxy_status = 0;
    int status = 0;

    std::string base(std::uint16_t port) const {
        const std::string to = is_proxy ? "service.example" : std::string(host) + ":" + std::to_string(port);
        return std::string(scheme) + "://" + to + "/Cust12345/api";
    }

    /// "" if this is the error of the row.
    std::string differs(const so::error& e) const {
        if (e.code == code && e.stage == at && e.proxy_status() == proxy_status && e.http_status == status) return {};
        return std::string(what) + ": " + so::name(e.code) + " at " + so::name(e.stage) + ", proxy status " +
               std::to_string(e.proxy_status()) + ", status " + std::to_string(e.http_status) + ", native " +
               std::to_string(e.native) + "; must be " + so::name(code) + " at " + so::name(at);
    }
};

inline const std::string long_407 =
    "HTTP/1.1 407 Proxy Authentication Required\r\nX-Filler: " + std::string(6000, 'x') + "\r\n\r\n";
inline const std::string long_429 =
    "HTTP/1.1 429 x\r\nRetry-After: 1\r\nX-Filler: " + std::string(6000, 'x') + "\r\n\r\n";
// What the names of tests/support/outcomes.hpp are answered with: see `getaddrinfo` below.
inline constexpr std::string_view unknown_name = "unknown.outcomes.test", no_server_name = "later.outcomes.test";

inline const row rows[] = {
    {.what = "a name that does not exist",
     .host = unknown_name,
     .code = so::errc::name_not_found,
     .at = so::stage::resolve},
    {.what = "a name server that does not answer",
     .host = no_server_name,
     .code = so::errc::name_lookup_failed,
     .at = so::stage::resolve},
    {.what = "a proxy whose name does not exist",
     .is_proxy = true,
     .proxy = unknown_name,
     .code = so::errc::name_not_found,
     .at = so::stage::resolve},
    {.what = "a proxy, and a name server that does not answer",
     .is_proxy = true,
     .proxy = no_server_name,
     .code = so::errc::name_lookup_failed,
     .at = so::stage::resolve},
    {.what = "nobody at the port",
     .is_listening = false,
     .code = so::errc::connection_refused,
     .at = so::stage::connect},
    {.what = "nobody at the proxy's port",
     .is_proxy = true,
     .is_listening = false,
     .code = so::errc::connection_refused,
     .at = so::stage::connect},

    {.what = "a proxy that wants a credential",
     .is_proxy = true,
     .says = "HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_unauthorized,
     .at = so::stage::connect,
     .proxy_status = 407},
    {.what = "the same with a long head",
     .is_proxy = true,
     .says = long_407,
     .code = so::errc::proxy_unauthorized,
     .at = so::stage::connect,
     .proxy_status = 407},
    {.what = "the same by 401",
     .is_proxy = true,
     .says = "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_unauthorized,
     .at = so::stage::connect,
     .proxy_status = 401},
    {.what = "a proxy that forbids",
     .is_proxy = true,
     .says = "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_refused,
     .at = so::stage::connect,
     .proxy_status = 403},
    {.what = "a portal that redirects",
     .is_proxy = true,
     .says = "HTTP/1.1 302 x\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_refused,
     .at = so::stage::connect,
     .proxy_status = 302},
    {.what = "a proxy that fails",
     .is_proxy = true,
     .says = "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_failed,
     .at = so::stage::connect,
     .proxy_status = 500},
    {.what = "a proxy that cannot reach the service: 502",
     .is_proxy = true,
     .says = "HTTP/1.1 502 x\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_failed,
     .at = so::stage::connect,
     .proxy_status = 502},
    {.what = "503",
     .is_proxy = true,
     .says = "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_failed,
     .at = so::stage::connect,
     .proxy_status = 503},
    {.what = "504",
     .is_proxy = true,
     .says = "HTTP/1.1 504 x\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::proxy_failed,
     .at = so::stage::connect,
     .proxy_status = 504},
    {.what = "a proxy that says nothing and closes",
     .is_proxy = true,
     .code = so::errc::connection_closed,
     .at = so::stage::connect},

    {.what = "a plain HTTP server at an https port",
     .says = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::not_tls,
     .at = so::stage::handshake},
    {.what = "the alert handshake_failure",
     .says = "\x15\x03\x03\0\x02\x02\x28"sv,
     .code = so::errc::handshake_failed,
     .at = so::stage::handshake},
    {.what = "the alert protocol_version",
     .says = "\x15\x03\x03\0\x02\x02\x46"sv,
     .code = so::errc::tls_version_refused,
     .at = so::stage::handshake},
    {.what = "a server that closes in the handshake", .code = so::errc::connection_closed, .at = so::stage::handshake},
    {.what = "a server that resets in the handshake",
     .behind = end::resets,
     .code = so::errc::connection_reset,
     .at = so::stage::handshake},

    {.what = "a server that closes before its reply",
     .scheme = "http",
     .code = so::errc::connection_closed,
     .at = so::stage::receive},
    {.what = "a server that resets before its reply",
     .scheme = "http",
     .behind = end::resets,
     .code = so::errc::connection_reset,
     .at = so::stage::receive},
    {.what = "a body that is cut off",
     .scheme = "http",
     .says = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"I",
     .code = so::errc::connection_closed,
     .at = so::stage::http,
     .status = 200},
    {.what = "a body that is cut off, of a service that is not available",
     .scheme = "http",
     .says = "HTTP/1.1 503 x\r\nContent-Length: 10\r\n\r\n<html",
     .code = so::errc::unavailable,
     .at = so::stage::service,
     .status = 503},
    {.what = "too many calls, with a long head",
     .scheme = "http",
     .says = long_429,
     .code = so::errc::throttled,
     .at = so::stage::service,
     .status = 429},
    {.what = "a reset behind the head of a refusal",
     .scheme = "http",
     .says = "HTTP/1.1 401 x\r\nContent-Length: 10\r\n\r\n",
     .behind = end::resets,
     .code = so::errc::unauthorized,
     .at = so::stage::service,
     .status = 401},
    {.what = "a service that is not available",
     .scheme = "http",
     .says = "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n",
     .code = so::errc::unavailable,
     .at = so::stage::service,
     .status = 503},
};

/// Serves one row at a port of 127.0.0.1, one connection after another, until it is destroyed.
class peer {
  public:
    explicit peer(const row& what) : row_(what), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in where = {};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        ::bind(listening_, reinterpret_cast<const sockaddr*>(&where), sizeof where);
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&where), &size);
        port_ = ntohs(where.sin_port);
        if (!what.is_listening) return;  // a port that is bound and does not listen refuses
        ::listen(listening_, 8);
        thread_ = std::thread([this] { serve(); });
    }
    peer(const peer&) = delete;
    peer& operator=(const peer&) = delete;
    ~peer() {
        ::shutdown(listening_, SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
        ::close(listening_);
    }
    std::uint16_t port() const { return port_; }

  private:
    void serve() {
        for (;;) {
            const int handle = ::accept(listening_, nullptr, nullptr);
            if (handle == -1) return;
            hear(handle);
            if (!row_.says.empty()) ::send(handle, row_.says.data(), row_.says.size(), MSG_NOSIGNAL);
            if (row_.behind == end::resets) {
                const linger hard = {1, 0};
                ::setsockopt(handle, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
            } else {
                ::shutdown(handle, SHUT_WR);
                while (is_readable(handle) && take(handle) > 0) {
                }  // what was not read would make a reset of the end
            }
            ::close(handle);
        }
    }

    /// A whole request, or the first message of TLS.
    void hear(int handle) {
        std::string heard;
        const auto is_whole = [&] {
            if (heard.empty()) return false;
            if (heard[0] == '\x16') return true;
            const std::size_t head = heard.find("\r\n\r\n");
            return head != std::string::npos && (heard.starts_with("CONNECT") || heard.ends_with("}"));
        };
        while (!is_whole() && is_readable(handle)) {
            char some[4096];
            const ssize_t n = ::recv(handle, some, sizeof some, 0);
            if (n <= 0) return;
            heard.append(some, static_cast<std::size_t>(n));
        }
    }
    static bool is_readable(int handle) {
        pollfd wanted = {.fd = handle, .events = POLLIN, .revents = 0};
        return ::poll(&wanted, 1, 5000) > 0;
    }
    static ssize_t take(int handle) {
        char some[4096];
        return ::recv(handle, some, sizeof some, 0);
    }

    const row& row_;
    int listening_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace outcomes

// The system's lookup, for the two names of the table: no test asks a real name server. Programs that include this header have
// it in place of the C library's, also for the libraries that they use.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* wanted, addrinfo** found) {
    if (name != nullptr && name == outcomes::unknown_name) return EAI_NONAME;
    if (name != nullptr && name == outcomes::no_server_name) return EAI_AGAIN;
    using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto real = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(name, service, wanted, found);
}

#endif
