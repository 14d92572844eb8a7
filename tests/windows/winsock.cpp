// tcp_socket on Winsock, in one program for Windows that talks to itself over the loopback interface: what
// tests/unit/transport/tcp_socket.cpp tells of POSIX sockets. Run under Wine by checks.py.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/connect_proxy.hpp>
#include <superoffice/transport/tcp_socket.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::errc;
using so::io_result;
using so::io_state;
using so::stage;
using so::wait_for;

namespace {

int failures = 0;

void check(bool good, const char* what) {
    std::printf("%s %s\n", good ? "ok" : "FAILED", what);
    failures += good ? 0 : 1;
}

class listener {
  public:
    explicit listener(bool listens = true) : socket_(::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)) {
        sockaddr_in where = {};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int size = sizeof where;
        ::bind(socket_, reinterpret_cast<sockaddr*>(&where), size);
        if (listens) ::listen(socket_, 8);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&where), &size);
        port_ = ntohs(where.sin_port);
    }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { ::closesocket(socket_); }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] SOCKET accept() const { return ::accept(socket_, nullptr, nullptr); }

  private:
    SOCKET socket_;
    std::uint16_t port_ = 0;
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

template <class Link>
io_result start(Link& link, std::string_view host, std::uint16_t port) {
    for (int i = 0; i < 1000; ++i) {
        const io_result r = link.start({host, port});
        if (r.state != io_state::would_block) return r;
        link.wait(r.wants, so::milliseconds{1000});
    }
    return {};
}

template <class Link>
std::string take(Link& link, std::size_t size, io_result& last) {
    std::string text;
    std::array<std::byte, 4096> into{};
    for (int i = 0; i < 1'000'000 && text.size() < size; ++i) {
        last = link.receive(into);
        if (last.state == io_state::would_block) {
            link.wait(last.wants, so::milliseconds{1000});
        } else if (last.state == io_state::ready) {
            text.append(reinterpret_cast<const char*>(into.data()), last.bytes);
        } else {
            break;
        }
    }
    return text;
}

void both_ways() {
    listener server;
    so::tcp_socket s;
    check(s.native_handle() == INVALID_SOCKET, "no handle before start");
    check(start(s, "127.0.0.1", server.port()).state == io_state::ready, "start is ready");
    const SOCKET there = server.accept();
    std::array<std::byte, 8> nothing{};
    const io_result none = s.receive(nothing);
    check(none.state == io_state::would_block && none.wants == wait_for::readable, "nothing yet is told from closed");
    DWORD flags = HANDLE_FLAG_INHERIT;
    ::GetHandleInformation(reinterpret_cast<HANDLE>(s.native_handle()), &flags);
    check((flags & HANDLE_FLAG_INHERIT) == 0, "a program that is started inherits none of it");

    std::string sent(4'000'000, '\0'), arrived;
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 + i / 251);
    std::size_t at = 0, blocked = 0;
    std::array<char, 65536> piece{};
    bool is_good = true;
    while (arrived.size() < sent.size() && is_good) {
        if (at < sent.size()) {
            const io_result r = s.transmit(bytes(sent).subspan(at));
            is_good = r.state == io_state::ready || r.state == io_state::would_block;
            at += r.bytes;
            blocked += r.state == io_state::would_block;
            if (r.state == io_state::ready) continue;
        }
        const int n = ::recv(there, piece.data(), static_cast<int>(piece.size()), 0);
        is_good = is_good && n > 0;
        if (n > 0) arrived.append(piece.data(), static_cast<std::size_t>(n));
    }
    check(arrived == sent, "what does not fit is taken in part, and arrives whole");
    check(blocked > 0, "a full buffer would block");

    ::send(there, "back", 4, 0);
    io_result last;
    check(take(s, 4, last) == "back", "what is sent back arrives");
    ::closesocket(there);
    take(s, 1, last);
    check(last.state == io_state::closed && s.receive(nothing).state == io_state::closed, "an orderly end is closed");
}

void failures_are_told() {
    const listener deaf{false};
    so::tcp_socket s;
    const io_result refused = start(s, "127.0.0.1", deaf.port());
    check(refused.state == io_state::failed && refused.code == errc::connection_refused && refused.at == stage::connect,
          "a refused connection");
    listener server;
    check(start(s, "localhost", server.port()).state == io_state::ready,
          "a name is looked up, and the next start works");
    const SOCKET there = server.accept();
    linger hard = {};
    hard.l_onoff = 1;
    ::setsockopt(there, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard), sizeof hard);
    ::closesocket(there);
    io_result last;
    take(s, 1, last);
    // Wine tells a reset as an orderly end, Windows as WSAECONNRESET.
    check(last.state == io_state::closed || (last.state == io_state::failed && last.code == errc::connection_reset),
          "a reset ends the stream");
    s.stop();
    std::array<std::byte, 8> into{};
    check(s.receive(into).state == io_state::failed && s.transmit(into).state == io_state::failed,
          "nothing after stop");
    s.stop();
}

void through_a_proxy() {
    listener server;
    so::connect_proxy<so::tcp_socket> tunnel{so::http_proxy{"127.0.0.1", server.port()}};
    io_result r = tunnel.start({"host.example", 443});
    for (int i = 0; i < 100 && r.state == io_state::would_block && r.wants == wait_for::writable; ++i) {
        tunnel.wait(r.wants, so::milliseconds{1000});
        r = tunnel.start({"host.example", 443});
    }
    const SOCKET there = server.accept();
    constexpr std::string_view reply = "HTTP/1.1 200 OK\r\n\r\nthe peer's";
    ::send(there, reply.data(), static_cast<int>(reply.size()), 0);
    check(start(tunnel, "host.example", 443).state == io_state::ready, "a tunnel through a proxy");
    check(take(tunnel, 10, r) == "the peer's", "what came behind the proxy's head is not lost");
    ::closesocket(there);
}

void time_goes_on() {
    so::tcp_socket s;
    const so::instant before = so::tcp_socket::clock::now();
    s.wait(wait_for::time, so::milliseconds{50});
    check(so::tcp_socket::clock::now() > before, "the clock goes on, and a wait ends");
}

}  // namespace

int main() {
    WSADATA about;
    if (::WSAStartup(MAKEWORD(2, 2), &about) != 0) return 2;  // for the test's own sockets
    both_ways();
    failures_are_told();
    through_a_proxy();
    time_goes_on();
    ::WSACleanup();
    return failures == 0 ? 0 : 1;
}
