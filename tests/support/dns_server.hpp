// tests/support/dns_server.hpp - a name server on the loopback interface, UDP and TCP, that answers on command.
//
//     support::dns_server server;
//     superoffice::cares_resolver resolver{{.servers = server.address()}};
//     ...                                                    // the resolver asks
//     const support::dns_query query = server.take();        // waits until a question is there
//     server.answer(query, {"192.0.2.1"});                   // now, or later, or never
//
// In this process and without a thread, so that "late" is an order of events and not a time. POSIX only.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_DNS_SERVER_HPP
#define SUPEROFFICE_TESTS_SUPPORT_DNS_SERVER_HPP

#include <superoffice/transport/ip_address.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

/// A question as it came (RFC 1035 section 4.1). `connection` is -1 over UDP.
struct dns_query {
    std::string name;
    unsigned type = 0;  ///< 1: A, 28: AAAA; 0: none came
    std::string question;
    std::string id;
    sockaddr_in from = {};
    int connection = -1;
};

inline constexpr unsigned dns_a = 1, dns_aaaa = 28;
inline constexpr unsigned dns_good = 0, dns_server_failure = 2, dns_no_such_name = 3, dns_refused = 5;

class dns_server {
  public:
    dns_server() {
        for (int tries = 0; tries < 100 && !bind_both(); ++tries) end();
    }
    dns_server(const dns_server&) = delete;
    dns_server& operator=(const dns_server&) = delete;
    ~dns_server() { end(); }

    /// For the resolver's settings: "127.0.0.1:40053".
    const std::string& address() const { return address_; }

    /// The next question over UDP; its type is 0 where none comes.
    dns_query take() const {
        dns_query query;
        char text[512];
        socklen_t size = sizeof query.from;
        if (!wait_for(udp_)) return query;
        const ssize_t n = ::recvfrom(udp_, text, sizeof text, 0, reinterpret_cast<sockaddr*>(&query.from), &size);
        if (n > 0) read({text, static_cast<std::size_t>(n)}, query);
        return query;
    }

    /// No question has come over UDP that was not taken.
    bool is_quiet() const {
        pollfd wanted{.fd = udp_, .events = POLLIN, .revents = 0};
        return ::poll(&wanted, 1, 0) == 0;
    }

    /// Accepts a connection: -1 where none comes. The test closes it.
    int accept() const { return wait_for(tcp_) ? ::accept(tcp_, nullptr, nullptr) : -1; }

    /// The next question on that connection.
    dns_query take(int connection) const {
        dns_query query;
        std::string text;
        while (text.size() < 2 || text.size() < 2 + number(text, 0)) {
            char piece[512];
            // No more than this question: the next one may be behind it.
            const std::size_t wanted = text.size() < 2 ? 2 - text.size() : 2 + number(text, 0) - text.size();
            if (!wait_for(connection)) return query;
            const ssize_t n = ::recv(connection, piece, wanted < sizeof piece ? wanted : sizeof piece, 0);
            if (n <= 0) return query;
            text.append(piece, static_cast<std::size_t>(n));
        }
        query.connection = connection;
        read(text.substr(2, number(text, 0)), query);
        return query;
    }

    /// The whole message, as it goes over UDP. Addresses of the other family are left out.
    static std::string reply_to(const dns_query& query, std::initializer_list<std::string_view> literals,
                                unsigned code = dns_good, bool truncated = false) {
        std::string records;
        unsigned count = 0;
        for (const std::string_view literal : literals) {
            superoffice::ip_address address;
            if (!superoffice::parse_ip_address(literal, address)) continue;
            if (address.is_v6() != (query.type == dns_aaaa)) continue;
            records += "\xc0\x0c" + two(query.type) + two(1) + two(0) + two(60) + two(address.size);
            records.append(reinterpret_cast<const char*>(address.bytes), address.size);
            ++count;
        }
        const unsigned flags = 0x8180u | (truncated ? 0x0200u : 0u) | code;
        return query.id + two(flags) + two(1) + two(count) + two(0) + two(0) + query.question + records;
    }

    void send(const dns_query& query, std::string_view message) const {
        if (query.connection == -1) {
            ::sendto(udp_, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&query.from),
                     sizeof query.from);
        } else {
            const std::string framed = two(static_cast<unsigned>(message.size())) + std::string(message);
            ::send(query.connection, framed.data(), framed.size(), MSG_NOSIGNAL);
        }
    }

    void answer(const dns_query& query, std::initializer_list<std::string_view> literals) const {
        send(query, reply_to(query, literals));
    }
    void refuse(const dns_query& query, unsigned code) const { send(query, reply_to(query, {}, code)); }
    void truncate(const dns_query& query) const { send(query, reply_to(query, {}, dns_good, true)); }

    static std::string two(unsigned n) { return {static_cast<char>(n >> 8 & 0xff), static_cast<char>(n & 0xff)}; }

  private:
    bool bind_both() {
        sockaddr_in where = {};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::bind(udp_, reinterpret_cast<sockaddr*>(&where), size) != 0) return false;
        ::getsockname(udp_, reinterpret_cast<sockaddr*>(&where), &size);
        if (::bind(tcp_, reinterpret_cast<sockaddr*>(&where), size) != 0 || ::listen(tcp_, 8) != 0) return false;
        address_ = "127.0.0.1:" + std::to_string(ntohs(where.sin_port));
        return true;
    }
    void end() {
        if (udp_ != -1) ::close(udp_);
        if (tcp_ != -1) ::close(tcp_);
        udp_ = tcp_ = -1;
    }

    static bool wait_for(int handle) {
        pollfd wanted{.fd = handle, .events = POLLIN, .revents = 0};
        return ::poll(&wanted, 1, 10'000) == 1;
    }

    static std::size_t number(std::string_view text, std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(text[at]) << 8 |
                                        static_cast<unsigned char>(text[at + 1]));
    }

    static void read(std::string_view message, dns_query& query) {
        if (message.size() < 17) return;
        query.id = message.substr(0, 2);
        std::size_t at = 12;
        while (at < message.size() && message[at] != '\0') {
            const auto length = static_cast<unsigned char>(message[at]);
            if (!query.name.empty()) query.name += '.';
            query.name += message.substr(at + 1, length);
            at += 1u + length;
        }
        query.question = message.substr(12, at + 5 - 12);
        query.type = static_cast<unsigned>(number(message, at + 1));
    }

    int udp_ = -1, tcp_ = -1;
    std::string address_;
};

}  // namespace support
#endif
