// tests/network/chain.hpp - a call whose every stage comes as late as the test wants: the proxy's name from a name server
// of the test's own, a first address that never answers, a proxy that hands on what comes in pieces, and behind it the
// local service with TLS. All but the service is in this process and without a thread: "late" is an order of events.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_NETWORK_CHAIN_HPP
#define SUPEROFFICE_TESTS_NETWORK_CHAIN_HPP

#include <superoffice/batch.hpp>
#include <superoffice/transport/cares_resolver.hpp>

#include "support/dns_server.hpp"
#include "support/local_service.hpp"
#include "support/test_tls.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace network {

inline sockaddr_in loopback(const char* address, std::uint16_t port) {
    sockaddr_in where = {};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &where.sin_addr);
    return where;
}

inline int listen_at(const char* address, std::uint16_t port, int backlog) {
    const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in where = loopback(address, port);
    if (::bind(handle, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 && ::listen(handle, backlog) == 0)
        return handle;
    ::close(handle);
    return -1;
}

inline std::uint16_t port_of(int handle) {
    sockaddr_in where = {};
    socklen_t size = sizeof where;
    ::getsockname(handle, reinterpret_cast<sockaddr*>(&where), &size);
    return ntohs(where.sin_port);
}

/// Its backlog is full: the system drops what comes, as a black hole does.
class black_hole {
  public:
    black_hole(const char* address, std::uint16_t port) : listening_(listen_at(address, port, 0)) {
        const sockaddr_in where = loopback(address, port);
        for (int i = 0; i < 8 && !is_full_; ++i) {
            const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            crowd_.push_back(handle);
            ::connect(handle, reinterpret_cast<const sockaddr*>(&where), sizeof where);
            pollfd wanted{.fd = handle, .events = POLLOUT, .revents = 0};
            is_full_ = ::poll(&wanted, 1, 100) == 0;
        }
    }
    black_hole(const black_hole&) = delete;
    black_hole& operator=(const black_hole&) = delete;
    ~black_hole() {
        for (const int each : crowd_) ::close(each);
        if (listening_ != -1) ::close(listening_);
    }
    /// False where the system takes every connection, or the address is not to be had.
    bool is_full() const { return is_full_ && listening_ != -1; }

  private:
    int listening_;
    std::vector<int> crowd_;
    bool is_full_ = false;
};

/// A proxy for one connection at a time: takes CONNECT to any host, and hands bytes on to the client when it is
/// told to, so many as it is told.
class late_proxy {
  public:
    explicit late_proxy(std::uint16_t service_port)
        : listening_(listen_at("127.0.0.1", 0, 8)), service_port_(service_port) {
        ::fcntl(listening_, F_SETFL, O_NONBLOCK);
    }
    late_proxy(const late_proxy&) = delete;
    late_proxy& operator=(const late_proxy&) = delete;
    ~late_proxy() {
        hang_up();
        ::close(listening_);
    }

    std::uint16_t port() const { return port_of(listening_); }
    /// Bytes handed to clients since the last `renew`.
    std::size_t given() const { return given_; }
    void renew() {
        hang_up();
        given_ = 0;
    }

    /// Takes what has come from the client, and gives it at most so many bytes. Waits a moment for the service.
    void work(std::size_t at_most) {
        if (client_ == -1) client_ = ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client_ == -1) return;
        char piece[4096];
        for (;;) {
            const ssize_t n = ::recv(client_, piece, sizeof piece, 0);
            if (n == 0 || (n < 0 && errno != EAGAIN)) return hang_up();
            if (n < 0) break;
            outgoing_.append(piece, static_cast<std::size_t>(n));
        }
        if (service_ == -1) {
            const std::size_t end = outgoing_.find("\r\n\r\n");
            if (end == std::string::npos) return;
            outgoing_.erase(0, end + 4);
            incoming_ = "HTTP/1.1 200 Connection established\r\nVia: late\r\n\r\n";
            const sockaddr_in where = loopback("127.0.0.1", service_port_);
            service_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (::connect(service_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) return hang_up();
        }
        if (!outgoing_.empty()) {
            ::send(service_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
            outgoing_.clear();
        }
        pollfd wanted{.fd = service_, .events = POLLIN, .revents = 0};
        if (::poll(&wanted, 1, incoming_.empty() ? 1 : 0) == 1) {
            const ssize_t n = ::recv(service_, piece, sizeof piece, 0);
            if (n <= 0 && incoming_.empty()) return hang_up();
            if (n > 0) incoming_.append(piece, static_cast<std::size_t>(n));
        }
        const std::size_t size = incoming_.size() < at_most ? incoming_.size() : at_most;
        if (size == 0) return;
        const ssize_t n = ::send(client_, incoming_.data(), size, MSG_NOSIGNAL);
        if (n <= 0) return;
        incoming_.erase(0, static_cast<std::size_t>(n));
        given_ += static_cast<std::size_t>(n);
    }

  private:
    void hang_up() {
        if (client_ != -1) ::close(client_);
        if (service_ != -1) ::close(service_);
        client_ = service_ = -1;
        incoming_.clear();
        outgoing_.clear();
    }

    int listening_, client_ = -1, service_ = -1;
    std::uint16_t service_port_;
    std::string incoming_, outgoing_;
    std::size_t given_ = 0;
};

/// How far the world lets a call come.
struct limits {
    int answers = 2;               ///< of the name server, which is asked twice
    bool only_hole = false;        ///< it names no address but the one that never answers
    std::size_t bytes = SIZE_MAX;  ///< of the proxy, in all
    std::size_t at_a_time = SIZE_MAX;
};

/// The link, its client and the world around them.
class chain {
  public:
    using link_type = superoffice::tls<superoffice::connect_proxy<superoffice::cares_socket>>;

    explicit chain(support::local_service& service)
        : proxy_(service.port()), hole_("127.0.0.2", proxy_.port()),
          link_(superoffice::tls_options{.ca_file = service.ca_file().c_str(), .protocol = support::test_tls()},
                superoffice::http_proxy{"proxy.example.", proxy_.port(), "user", "a secret"},
                superoffice::cares_resolver{
                    superoffice::cares_options{names_.address(), superoffice::milliseconds{600'000}, 1}}),
          api_(link_, service.base_url(), superoffice::bearer{"8A:Cust12345.test-token-good"}, memory_) {}

    auto& api() { return api_; }
    link_type& link() { return link_; }
    late_proxy& proxy() { return proxy_; }
    bool has_hole() const { return hole_.is_full(); }
    std::span<const std::byte> memory() const { return memory_; }

    /// No questions, answers and connections of earlier calls.
    void renew() {
        while (!names_.is_quiet()) names_.take();
        answered_ = 0;
        proxy_.renew();
    }

    /// Lets the world do what it does between two steps.
    void work(const limits& to) {
        while (answered_ < to.answers && !names_.is_quiet()) {
            const support::dns_query query = names_.take();
            if (to.only_hole) {
                names_.answer(query, {"127.0.0.2"});
            } else if (hole_.is_full()) {
                names_.answer(query, {"127.0.0.2", "127.0.0.1"});
            } else {
                names_.answer(query, {"127.0.0.1"});
            }
            ++answered_;
        }
        const std::size_t left = to.bytes - (proxy_.given() < to.bytes ? proxy_.given() : to.bytes);
        proxy_.work(left < to.at_a_time ? left : to.at_a_time);
    }
    int answered() const { return answered_; }

  private:
    support::dns_server names_;
    late_proxy proxy_;
    black_hole hole_;
    link_type link_;
    std::array<std::byte, 16 * 1024> memory_{};
    superoffice::client<link_type, superoffice::bearer> api_;
    int answered_ = 0;
};

/// The time of the test: it goes on by one for each step, and to the moment at which a dead address is given up.
struct stepper {
    superoffice::instant now{1'000'000};
    superoffice::instant deadline = now + superoffice::milliseconds{600'000};

    template <class Call, class Step>
    bool is_done_after(Call& call, Step step) {
        const superoffice::wait_condition wanted = call.wants();
        if (wanted.what == superoffice::wait_for::writable && wanted.until < deadline && wanted.until > now)
            now = wanted.until;
        now = now + superoffice::milliseconds{1};
        return step(call, now) == superoffice::step_state::done;
    }
};

}  // namespace network
#endif
