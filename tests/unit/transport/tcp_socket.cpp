// Tests of superoffice/transport/tcp_socket.hpp against real sockets on the loopback interface.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tcp_socket.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

namespace so = superoffice;
using so::errc;
using so::io_result;
using so::io_state;
using so::stage;
using so::wait_for;

namespace {

/// A socket of the test's own, closed at the end.
struct own_socket {
    own_socket() = default;
    explicit own_socket(int h) : handle(h) {}
    own_socket(own_socket&& other) noexcept : handle(std::exchange(other.handle, -1)) {}
    own_socket& operator=(own_socket&&) = delete;
    ~own_socket() { end(); }
    void end() {
        if (handle != -1) ::close(handle);
        handle = -1;
    }
    /// Ends with RST instead of FIN.
    void reset() {
        linger hard = {};
        hard.l_onoff = 1;
        ::setsockopt(handle, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        end();
    }
    int release() { return std::exchange(handle, -1); }
    void put(std::string_view text) const {
        CHECK(::send(handle, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }
    int handle = -1;
};

/// Bound to `address`; listens unless told otherwise.
class listener {
  public:
    explicit listener(const char* address, std::uint16_t port = 0, int backlog = 8) {
        sockaddr_in where = {};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        ::inet_pton(AF_INET, address, &where.sin_addr);
        socket_.handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        is_bound_ = ::bind(socket_.handle, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
        if (backlog >= 0) ::listen(socket_.handle, backlog);
        socklen_t size = sizeof where;
        ::getsockname(socket_.handle, reinterpret_cast<sockaddr*>(&where), &size);
        port_ = ntohs(where.sin_port);
    }
    bool is_bound() const { return is_bound_; }
    std::uint16_t port() const { return port_; }
    own_socket accept() const { return own_socket(::accept(socket_.handle, nullptr, nullptr)); }

  private:
    own_socket socket_;
    std::uint16_t port_ = 0;
    bool is_bound_ = false;
};

/// A full backlog: the system drops what comes then, as a black hole does.
class black_hole {
  public:
    explicit black_hole(const char* address) : hole_(address, 0, 0) {
        for (int i = 0; i < 8 && !is_full_; ++i) {
            so::tcp_socket probe;
            is_full_ = probe.start({address, hole_.port()}).state == io_state::would_block;
            probe.wait(wait_for::writable, so::milliseconds{100});
            is_full_ = is_full_ && probe.start({address, hole_.port()}).state == io_state::would_block;
            if (!is_full_) crowd_.emplace_back(::dup(probe.native_handle()));
        }
    }
    bool is_full() const { return is_full_; }
    std::uint16_t port() const { return hole_.port(); }

  private:
    listener hole_;
    std::vector<own_socket> crowd_;
    bool is_full_ = false;
};

/// Two of them at one port. The system chooses one that is free at the first address, and it may be taken at the second.
template <class First, class Second>
class pair_of {
  public:
    pair_of(const char* first, const char* second, int backlog_of_second = 8) {
        do {
            first_ = std::make_unique<First>(first);
            second_ = std::make_unique<Second>(second, first_->port(), backlog_of_second);
        } while (!second_->is_bound());
    }
    const First& first() const { return *first_; }
    const Second& second() const { return *second_; }

  private:
    std::unique_ptr<First> first_;
    std::unique_ptr<Second> second_;
};

/// Where the socket is connected to.
template <class Socket>
std::string peer_of(const Socket& s) {
    sockaddr_in where = {};
    socklen_t size = sizeof where;
    char text[INET_ADDRSTRLEN] = {};
    ::getpeername(s.native_handle(), reinterpret_cast<sockaddr*>(&where), &size);
    ::inet_ntop(AF_INET, &where.sin_addr, text, sizeof text);
    return text;
}

/// Finds what the test says, when the test says; counts.
struct told_resolver {
    static constexpr bool may_wait = false;
    so::address_list addresses;
    int blocks = 0;
    int asked = 0, stopped = 0;
    io_result failure = io_result::ready();

    io_result lookup(std::string_view, so::address_list& into) noexcept {
        ++asked;
        if (blocks-- > 0) return io_result::would_block(wait_for::readable);
        if (failure.state == io_state::failed) return failure;
        into = addresses;
        return io_result::ready();
    }
    void stop() noexcept { ++stopped; }
};
using told_socket = so::basic_tcp_socket<told_resolver>;
static_assert(so::timed_transport<told_socket> && so::waiting_transport<told_socket>);
static_assert(!told_socket::may_wait && so::tcp_socket::may_wait);
static_assert(so::lingering_transport<told_socket>);

told_resolver finds(std::initializer_list<std::string_view> literals) {
    told_resolver r;
    for (const std::string_view text : literals) CHECK(r.addresses.add(text));
    return r;
}

/// Starts as the blocking call does.
template <class Socket>
io_result start(Socket& s, std::string_view host, std::uint16_t port) {
    for (int i = 0; i < 1000; ++i) {
        const io_result r = s.start({host, port});
        if (r.state != io_state::would_block) return r;
        s.wait(r.wants, so::milliseconds{1000});
    }
    return {};
}

template <class Socket>
io_result receive(Socket& s, std::span<std::byte> into) {
    for (int i = 0; i < 1000; ++i) {
        const io_result r = s.receive(into);
        if (r.state != io_state::would_block) return r;
        CHECK(r.wants == wait_for::readable);
        s.wait(r.wants, so::milliseconds{1000});
    }
    return {};
}

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

void check_failed(const io_result& r, errc code, int native, stage at) {
    CHECK(r.state == io_state::failed);
    CHECK(std::string_view(so::name(r.code)) == so::name(code));
    CHECK(r.native == native);
    CHECK(std::string_view(so::name(r.at)) == so::name(at));
}

struct end_case {
    const char* what;
    std::string_view given;
    bool is_reset;
};
const end_case ends[] = {
    {.what = "FIN at once", .given = "", .is_reset = false},
    {.what = "FIN after some bytes", .given = "abc", .is_reset = false},
    {.what = "RST at once", .given = "", .is_reset = true},
};

}  // namespace

TEST_CASE("tcp_socket: each way in which a connection ends has its answer, which stays the same") {
    for (const end_case& c : ends) {
        CAPTURE(c.what);
        listener server("127.0.0.1");
        so::tcp_socket s;
        REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
        own_socket there = server.accept();
        std::array<std::byte, 16> into{};
        CHECK(s.receive(into).state == io_state::would_block);
        if (!c.given.empty()) there.put(c.given);
        c.is_reset ? there.reset() : there.end();

        std::string got;
        io_result r = receive(s, into);
        while (r.state == io_state::ready && r.bytes != 0) {
            got.append(reinterpret_cast<const char*>(into.data()), r.bytes);
            r = receive(s, into);
        }
        CHECK(got == c.given);
        if (c.is_reset) {
            check_failed(r, errc::connection_reset, ECONNRESET, stage::receive);
        } else {
            CHECK(r.state == io_state::closed);
            CHECK(s.receive(into).state == io_state::closed);
        }
        CHECK_FALSE(s.secure());
    }
}

TEST_CASE("tcp_socket: a refused connection is an error with errno, and the socket can be started again") {
    listener deaf("127.0.0.1", 0, -1);
    so::tcp_socket s;
    check_failed(start(s, "127.0.0.1", deaf.port()), errc::connection_refused, ECONNREFUSED, stage::connect);
    CHECK(s.native_handle() == -1);

    listener server("127.0.0.1");
    CHECK(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    CHECK(s.start({"127.0.0.1", server.port()}).state == io_state::ready);
    s.stop();
    s.stop();
    CHECK(s.native_handle() == -1);
    CHECK(start(s, "127.0.0.1", server.port()).state == io_state::ready);
}

TEST_CASE("tcp_socket: every address is tried, and the last failure is reported") {
    const pair_of<listener, listener> both("127.0.0.2", "127.0.0.1", -1);
    const listener& server = both.first();

    told_socket second_alive{finds({"127.0.0.1", "127.0.0.2"})};
    CHECK(start(second_alive, "two.example", server.port()).state == io_state::ready);
    CHECK(second_alive.address_source().asked == 1);

    told_socket none_alive{finds({"255.255.255.255", "127.0.0.1"})};
    check_failed(start(none_alive, "two.example", server.port()), errc::connection_refused, ECONNREFUSED,
                 stage::connect);

    told_socket unreachable{finds({"127.0.0.1", "255.255.255.255"})};
    const io_result r = start(unreachable, "two.example", server.port());
    CHECK(r.state == io_state::failed);
    CHECK(r.code != errc::connection_refused);  // ENETUNREACH or EACCES: what the system thinks of broadcasting
    CHECK(r.at == stage::connect);
}

TEST_CASE("tcp_socket: says which addresses it tried, also after it failed, until it begins anew") {
    const pair_of<listener, listener> both("127.0.0.2", "127.0.0.1", -1);
    told_socket s{finds({"127.0.0.1", "127.0.0.2", "127.0.0.3"})};
    CHECK(s.addresses().empty());
    CHECK(s.tried_addresses() == 0);

    CHECK(start(s, "three.example", both.first().port()).state == io_state::ready);
    CHECK(s.addresses().size() == 3);
    CHECK(s.tried_addresses() == 2);  // the second one is alive
    CHECK(s.addresses()[1] == finds({"127.0.0.2"}).addresses[0]);

    s.stop();
    s.address_source() = finds({"127.0.0.1"});
    CHECK(start(s, "one.example", both.first().port()).state == io_state::failed);
    CHECK(s.addresses().size() == 1);
    CHECK(s.tried_addresses() == 1);

    s.address_source().failure = io_result::failed(errc::name_not_found, 0, stage::resolve);
    CHECK(start(s, "none.example", both.first().port()).state == io_state::failed);
    CHECK(s.addresses().empty());
    CHECK(s.tried_addresses() == 0);
}

TEST_CASE("tcp_socket: an address that never answers uses up its share of the time and no more") {
    const pair_of<black_hole, listener> both("127.0.0.1", "127.0.0.2");
    const black_hole& hole = both.first();
    if (!hole.is_full()) {
        MESSAGE("skipped: this system takes every connection");
        return;
    }

    told_socket s{finds({"127.0.0.1", "127.0.0.2"})};
    const so::instant deadline{11000};
    s.tick(so::instant{10000}, deadline);
    io_result r = s.start({"two.example", hole.port()});
    CHECK(r.state == io_state::would_block);
    CHECK(r.wants == wait_for::writable);
    CHECK(r.at == stage::connect);
    CHECK(s.wake_at() == so::instant{10500});  // or those who sleep until the socket is writable would never move on
    s.tick(so::instant{10499}, deadline);
    CHECK(s.start({"two.example", hole.port()}).state == io_state::would_block);
    s.wait(wait_for::writable, so::milliseconds{3600000});  // not longer than the share: the test would stand still
    s.tick(so::instant{10500}, deadline);
    CHECK(start(s, "two.example", hole.port()).state == io_state::ready);
    CHECK(s.wake_at() == so::instant::never());

    told_socket alone{finds({"127.0.0.1"})};
    alone.tick(so::instant{10000}, deadline);
    CHECK(alone.start({"one.example", hole.port()}).state == io_state::would_block);
    alone.tick(so::instant{10999}, deadline);
    CHECK(alone.start({"one.example", hole.port()}).state == io_state::would_block);
    alone.tick(deadline, deadline);
    check_failed(alone.start({"one.example", hole.port()}), errc::peer_unreachable, ETIMEDOUT, stage::connect);

    told_socket late{finds({"127.0.0.1"})};  // no time is left, and none is taken from another address
    late.tick(deadline + so::milliseconds{1}, deadline);
    CHECK(late.start({"one.example", hole.port()}).state == io_state::would_block);
    CHECK(late.wake_at() == deadline + so::milliseconds{1});
    check_failed(late.start({"one.example", hole.port()}), errc::peer_unreachable, ETIMEDOUT, stage::connect);

    // A wait is no longer than the program asks for, however much of the share is left.
    told_socket patient{finds({"127.0.0.1"})};
    patient.tick(so::instant{0}, so::instant{60'000});
    CHECK(patient.start({"one.example", hole.port()}).state == io_state::would_block);
    const auto before = std::chrono::steady_clock::now();
    patient.wait(wait_for::writable, so::milliseconds{1});
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{30});

    told_socket without_deadline{finds({"127.0.0.1"})};
    CHECK(without_deadline.start({"one.example", hole.port()}).state == io_state::would_block);
    CHECK(without_deadline.wake_at() == so::instant::never());
    without_deadline.tick(so::instant{1000000000}, so::instant::never());
    CHECK(without_deadline.start({"one.example", hole.port()}).state == io_state::would_block);
}

TEST_CASE("tcp_socket: the address that answered last is tried first the next time, for the same name only") {
    // A port that is free at four addresses: the system gives one that is free at one of them.
    std::unique_ptr<listener> one;
    for (bool is_free = false; !is_free;) {
        one = std::make_unique<listener>("127.0.0.2");
        is_free = listener("127.0.0.1", one->port()).is_bound() && listener("127.0.0.3", one->port()).is_bound() &&
                  listener("127.0.0.4", one->port()).is_bound();
    }
    const listener& second = *one;
    told_socket s{finds({"127.0.0.1", "127.0.0.2", "127.0.0.3"})};
    const auto connected_to = [&] {
        REQUIRE(start(s, "three.example", second.port()).state == io_state::ready);
        std::string where = peer_of(s);
        s.stop();
        return where;
    };
    CHECK(connected_to() == "127.0.0.2");  // nobody listens at the first
    listener first("127.0.0.1", second.port()), third("127.0.0.3", second.port()), fourth("127.0.0.4", second.port());
    REQUIRE((first.is_bound() && third.is_bound() && fourth.is_bound()));
    CHECK(connected_to() == "127.0.0.2");

    s.address_source() = finds({"127.0.0.4", "127.0.0.3"});  // another name, or the same one after it has moved
    CHECK(connected_to() == "127.0.0.4");
    s.address_source() = finds({"127.0.0.3", "127.0.0.2", "127.0.0.1"});
    CHECK(connected_to() == "127.0.0.3");  // what was good before the last one is forgotten

    // A good one that has died costs its share, and the others come in their order.
    s.address_source() = finds({"127.0.0.5", "127.0.0.1", "127.0.0.3"});
    CHECK(connected_to() == "127.0.0.3");
}

TEST_CASE("tcp_socket: addresses of both families are tried in turn, dead ones of either included") {
    listener server("127.0.0.1");
    told_socket s{finds({"2001:db8::25", "255.255.255.255", "::1", "127.0.0.1"})};
    s.tick(so::instant{0}, so::instant{4000});
    io_result r = s.start({"four.example", server.port()});
    for (std::int64_t at = 0; r.state == io_state::would_block && at < 4000; at += 500) {
        s.tick(so::instant{at}, so::instant{4000});
        r = s.start({"four.example", server.port()});
        s.wait(r.wants, so::milliseconds{10});
    }
    CHECK(r.state == io_state::ready);
    CHECK(peer_of(s) == "127.0.0.1");
}

TEST_CASE("tcp_socket: during a lookup wake_at and handle are the resolver's, if it has them") {
    struct busy_resolver : told_resolver {
        so::instant told, told_deadline;
        void tick(so::instant now, so::instant deadline) noexcept { told = now, told_deadline = deadline; }
        [[nodiscard]] so::instant wake_at() const noexcept { return told + so::milliseconds{7}; }
        [[nodiscard]] int native_handle() const noexcept { return 4711; }
    };
    busy_resolver busy;
    busy.addresses = finds({"127.0.0.1"}).addresses;
    busy.blocks = 1;
    listener server("127.0.0.1");
    so::basic_tcp_socket<busy_resolver> s{busy};
    CHECK(s.native_handle() == -1);
    CHECK(s.wake_at() == so::instant::never());
    s.tick(so::instant{100}, so::instant{200});
    CHECK(s.start({"slow.example", server.port()}).state == io_state::would_block);
    CHECK(s.native_handle() == 4711);
    CHECK(s.wake_at() == so::instant{107});
    CHECK(s.address_source().told_deadline == so::instant{200});
    CHECK(start(s, "slow.example", server.port()).state == io_state::ready);
    CHECK(s.native_handle() != 4711);
    CHECK(s.wake_at() == so::instant::never());
}

TEST_CASE("tcp_socket: a literal is never looked up") {
    listener server("127.0.0.1");
    told_socket s;
    CHECK(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    CHECK(s.address_source().asked == 0);
    s.stop();
    CHECK(start(s, "::1", server.port()).state == io_state::failed);  // nobody listens there, or there is no IPv6
    CHECK(s.address_source().asked == 0);
}

TEST_CASE("tcp_socket: localhost is this machine, and no resolver is asked") {
    listener server("127.0.0.1");
    for (const char* const name : {"localhost", "LOCALHOST", "localhost.", "tenant.localhost"}) {
        CAPTURE(name);
        told_socket s{finds({"127.0.0.9"})};
        REQUIRE(start(s, name, server.port()).state == io_state::ready);
        CHECK(s.address_source().asked == 0);
        CHECK(peer_of(s) == "127.0.0.1");
        so::ip_address v4, v6;
        REQUIRE((so::parse_ip_address("127.0.0.1", v4) && so::parse_ip_address("::1", v6)));
        REQUIRE(s.addresses().size() == 2);  // a server may listen at either
        CHECK(s.addresses()[0] == v6);
        CHECK(s.addresses()[1] == v4);
        s.stop();
        REQUIRE(start(s, name, server.port()).state == io_state::ready);  // what answered last is tried first
        CHECK(s.addresses()[0] == v4);
    }
    told_socket other{finds({"127.0.0.1"})};
    CHECK(start(other, "localhost.example", server.port()).state == io_state::ready);
    CHECK(other.address_source().asked == 1);
}

namespace {

/// Runs in a child process; true if that says so.
template <class Function>
bool in_child(Function function) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(function() ? 0 : 1);
    int status = -1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

TEST_CASE("tcp_socket: after fork the connection is the parent's; the child has none and sends nothing") {
    listener server("127.0.0.1");
    so::tcp_socket s;
    REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    const own_socket other_end = server.accept();
    other_end.put("to the parent");
    std::array<std::byte, 32> into{};
    CHECK(in_child([&] {
        const io_result r = s.receive(into);
        return r.state == io_state::failed && r.code == errc::link_failed && s.native_handle() == -1;
    }));
    CHECK(in_child([&] {
        const io_result r = s.transmit(bytes("of the child"));
        return r.state == io_state::failed && r.code == errc::link_failed && s.native_handle() == -1;
    }));
    CHECK(in_child([&] { return s.stop(), true; }));
    REQUIRE(in_child([&] {
        const int shared = s.native_handle();
        const io_result r = start(s, "127.0.0.1", server.port());
        return r.state == io_state::ready && s.transmit(bytes("child")).bytes == 5 && shared != -1;
    }));
    const own_socket of_child = server.accept();
    char text[32] = {};
    CHECK(::recv(of_child.handle, text, sizeof text, 0) == 5);

    CHECK(receive(s, into).bytes == 13);
    CHECK(s.transmit(bytes("of the parent")).bytes == 13);
    CHECK(::recv(other_end.handle, text, sizeof text, 0) == 13);
    CHECK(std::string_view(text, 13) == "of the parent");
    CHECK(::recv(other_end.handle, text, sizeof text, MSG_DONTWAIT) == -1);
}

#if defined(__linux__)
namespace {

/// A network of this process's own, with four ports for connections; false where that is not allowed.
bool enter_small_network() {
    if (::unshare(CLONE_NEWNET) != 0) return false;
    const own_socket any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq loopback = {};
    std::strcpy(loopback.ifr_name, "lo");
    loopback.ifr_flags = IFF_UP | IFF_RUNNING;
    std::ofstream range("/proc/sys/net/ipv4/ip_local_port_range");
    range << "40000 40003" << std::flush;
    return range.good() && ::ioctl(any.handle, SIOCSIFFLAGS, &loopback) == 0;
}

}  // namespace

TEST_CASE(
    "tcp_socket: where the program has too many files open, start fails with the system's code, and not for good") {
    listener server("127.0.0.1");
    so::tcp_socket s;
    rlimit files{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
    rlimit none = files;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const io_result r = s.start({"127.0.0.1", server.port()});
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
    check_failed(r, errc::link_failed, EMFILE, stage::connect);
    CHECK(s.native_handle() == -1);
    CHECK(start(s, "127.0.0.1", server.port()).state == io_state::ready);
}

TEST_CASE("tcp_socket: a dead port of this machine refuses, also where the socket would meet itself") {
    listener deaf("127.0.0.1", 0, -1);
    so::tcp_socket refused;
    CHECK(start(refused, "127.0.0.1", deaf.port()).code == errc::connection_refused);
    if (!in_child(enter_small_network)) {
        MESSAGE("skipped: this machine allows no network of the test's own");
        return;
    }
    CHECK(in_child([] {
        if (!enter_small_network()) return false;
        for (int tries = 0; tries < 100; ++tries)
            for (const char* const host : {"127.0.0.1", "::1"}) {
                so::tcp_socket s;
                if (start(s, host, 40000).code != errc::connection_refused) return false;
            }
        return true;
    }));
}
#endif

TEST_CASE("tcp_socket: IPv6 works like IPv4") {
    sockaddr_in6 where = {};
    where.sin6_family = AF_INET6;
    where.sin6_addr = in6addr_loopback;
    own_socket server(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (server.handle == -1 || ::bind(server.handle, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
        MESSAGE("skipped: no IPv6 here");
        return;
    }
    ::listen(server.handle, 8);
    socklen_t size = sizeof where;
    ::getsockname(server.handle, reinterpret_cast<sockaddr*>(&where), &size);
    so::tcp_socket s;
    const std::uint16_t port = ntohs(where.sin6_port);
    CHECK(start(s, "::1", port).state == io_state::ready);
    CHECK(s.transmit(bytes("x")).bytes == 1);

    // The zone names an interface of this machine, by its number or its name.
    const struct {
        std::string_view zone;
        bool exists;
    } zones[] = {{"1", true}, {"lo", true}, {"no-such-zone", false}, {"a-name-longer-than-interfaces-have", false}};
    for (const auto& row : zones) {
        CAPTURE(row.zone);
        so::tcp_socket zoned;
        io_result r = zoned.start({.host = "::1", .port = port, .zone = row.zone});
        for (int n = 0; r.state == io_state::would_block && n < 1000; ++n) {
            zoned.wait(r.wants, so::milliseconds{10});
            r = zoned.start({.host = "::1", .port = port, .zone = row.zone});
        }
        if (row.exists)
            CHECK(r.state == io_state::ready);
        else
            check_failed(r, errc::name_not_found, so::detail::socket_api::unknown_name, stage::resolve);
    }
}

TEST_CASE("tcp_socket: a slow lookup is continued at each call, and ended by stop") {
    listener server("127.0.0.1");
    told_resolver slow = finds({"127.0.0.1"});
    slow.blocks = 2;
    told_socket s{slow};
    for (int i = 0; i < 2; ++i) {
        const io_result r = s.start({"slow.example", server.port()});
        CHECK(r.state == io_state::would_block);
        CHECK(r.at == stage::resolve);
        CHECK(r.wants == wait_for::readable);
    }
    CHECK(start(s, "slow.example", server.port()).state == io_state::ready);
    CHECK(s.address_source().asked == 3);

    s.stop();
    CHECK(s.address_source().stopped == 0);
    s.address_source().blocks = 5;
    CHECK(s.start({"slow.example", server.port()}).state == io_state::would_block);
    s.stop();
    CHECK(s.address_source().stopped == 1);
}

TEST_CASE("tcp_socket: during a lookup the resolver waits, if it can") {
    struct waiting_resolver : told_resolver {
        int waits = 0;
        void wait(wait_for wants, so::milliseconds at_most) noexcept {
            CHECK(wants == wait_for::readable);
            CHECK(at_most == so::milliseconds{60'000});
            ++waits;
        }
    };
    waiting_resolver can;
    can.blocks = 1;
    so::basic_tcp_socket<waiting_resolver> waiting{can};
    CHECK(waiting.start({"slow.example", 1}).state == io_state::would_block);
    waiting.wait(wait_for::readable, so::milliseconds{60'000});
    CHECK(waiting.address_source().waits == 1);

    told_resolver cannot;
    cannot.blocks = 1;
    told_socket at_once{cannot};
    CHECK(at_once.start({"slow.example", 1}).state == io_state::would_block);
    at_once.wait(wait_for::readable, so::milliseconds{60'000});  // back at once
}

TEST_CASE("tcp_socket: a failed lookup is an error with the resolver's code") {
    told_resolver bad;
    bad.failure = io_result::failed(errc::name_lookup_failed, -3);
    told_socket s{bad};
    check_failed(s.start({"bad.example", 1}), errc::name_lookup_failed, -3, stage::resolve);

    told_socket nothing{told_resolver{}};
    CHECK(nothing.start({"nothing.example", 1}).code == errc::name_not_found);

    // See the resolver's own test about ".invalid".
    so::tcp_socket system;
    const io_result r = start(system, "no-such-name.invalid", 1);
    CHECK(r.state == io_state::failed);
    CHECK((r.code == errc::name_not_found || r.code == errc::name_lookup_failed));
    CHECK(r.at == stage::resolve);
}

TEST_CASE("tcp_socket: a large transmit is taken in parts, and arrives whole") {
    listener server("127.0.0.1");
    so::tcp_socket s;
    REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    own_socket there = server.accept();
    std::string sent(6 * 1024 * 1024, '\0');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 + i / 251);

    std::string arrived;
    std::size_t at = 0;
    int blocked = 0, partial = 0;
    std::vector<char> piece(1 << 16);
    while (arrived.size() < sent.size()) {
        if (at < sent.size()) {
            const io_result r = s.transmit(bytes(sent).subspan(at));
            REQUIRE((r.state == io_state::ready || r.state == io_state::would_block));
            if (r.state == io_state::would_block) {
                CHECK(r.wants == wait_for::writable);
                ++blocked;
            } else {
                at += r.bytes;
                partial += at < sent.size();
                continue;
            }
        }
        const ssize_t n = ::recv(there.handle, piece.data(), piece.size(), 0);
        REQUIRE(n > 0);
        arrived.append(piece.data(), static_cast<std::size_t>(n));
    }
    CHECK(blocked > 0);
    CHECK(partial > 0);
    CHECK((arrived == sent));
}

TEST_CASE("tcp_socket: with small buffers, and a byte at a time, everything that is sent arrives") {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, std::size_t{1} << 20}) {
        CAPTURE(piece);
        listener server("127.0.0.1");
        so::tcp_socket s;
        REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
        own_socket there = server.accept();
        const int tiny = 1;  // the system makes it its smallest, some kilobytes
        ::setsockopt(s.native_handle(), SOL_SOCKET, SO_SNDBUF, &tiny, sizeof tiny);
        std::string sent(piece == 1 ? 20'000 : 200'000, '\0');
        for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 + i / 251);

        std::string arrived;
        std::size_t at = 0;
        std::array<char, 3000> into{};
        while (arrived.size() < sent.size()) {
            const io_result r = at < sent.size()
                                    ? s.transmit(bytes(sent).subspan(at, std::min(piece, sent.size() - at)))
                                    : io_result::would_block(wait_for::writable);
            REQUIRE((r.state == io_state::ready || r.state == io_state::would_block));
            at += r.bytes;
            if (r.state == io_state::ready && at < sent.size()) continue;
            const ssize_t n = ::recv(there.handle, into.data(), into.size(), 0);
            REQUIRE(n > 0);
            arrived.append(into.data(), static_cast<std::size_t>(n));
        }
        CHECK((arrived == sent));

        // And back, taken in pieces of that size.
        ::fcntl(there.handle, F_SETFL, ::fcntl(there.handle, F_GETFL) | O_NONBLOCK);
        std::string back;
        std::vector<std::byte> room(piece);
        for (at = 0; back.size() < sent.size();) {
            if (at < sent.size()) {
                const ssize_t n = ::send(there.handle, sent.data() + at, sent.size() - at, MSG_NOSIGNAL);
                if (n > 0) at += static_cast<std::size_t>(n);
            }
            const io_result r = receive(s, room);
            REQUIRE(r.state == io_state::ready);
            back.append(reinterpret_cast<const char*>(room.data()), r.bytes);
        }
        CHECK((back == sent));
    }
}

TEST_CASE("tcp_socket: a signal that comes all the time, without SA_RESTART, changes nothing") {
    static volatile std::sig_atomic_t signals;
    signals = 0;
    struct sigaction counting = {}, before = {};
    counting.sa_handler = [](int) { signals = signals + 1; };
    REQUIRE(::sigaction(SIGALRM, &counting, &before) == 0);
    itimerval often = {}, never = {};
    often.it_interval.tv_usec = often.it_value.tv_usec = 200;
    ::setitimer(ITIMER_REAL, &often, nullptr);

    std::string sent(1 << 20, 'x');
    for (int round = 0; round < 1000 && (round < 3 || signals < 100); ++round) {
        listener server("127.0.0.1");
        so::tcp_socket s;
        if (start(s, "127.0.0.1", server.port()).state != io_state::ready) break;
        own_socket there;
        while (there.handle == -1) there.handle = server.accept().release();
        ::fcntl(there.handle, F_SETFL, ::fcntl(there.handle, F_GETFL) | O_NONBLOCK);
        std::size_t at = 0, arrived = 0;
        bool failed = false;
        std::vector<char> into(1 << 16);
        while (arrived < sent.size() && !failed) {
            if (at < sent.size()) {
                const io_result r = s.transmit(bytes(sent).subspan(at));
                failed = r.state == io_state::failed || r.state == io_state::closed;
                at += r.bytes;
            }
            const ssize_t n = ::recv(there.handle, into.data(), into.size(), 0);
            if (n > 0) arrived += static_cast<std::size_t>(n);
        }
        CHECK_FALSE(failed);
        std::array<std::byte, 16> nothing{};
        s.wait(wait_for::readable, so::milliseconds{5});  // ends early for the signal: allowed
        CHECK(s.receive(nothing).state == io_state::would_block);
        there.end();
        CHECK(receive(s, nothing).state == io_state::closed);
    }
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
    CHECK(signals >= 100);
}

TEST_CASE("tcp_socket: transmitting to a peer that is gone fails and raises no signal") {
    ::signal(SIGPIPE, SIG_DFL);  // one that is raised ends this program
    listener server("127.0.0.1");
    so::tcp_socket s;
    REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    server.accept().reset();
    std::array<std::byte, 4> into{};
    CHECK(receive(s, into).code == errc::connection_reset);
    const io_result r = s.transmit(bytes("x"));  // the socket is closed by then
    CHECK(r.state == io_state::failed);

    REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    server.accept().end();
    io_result last = io_result::ready(1);
    for (int i = 0; i < 100 && last.state == io_state::ready; ++i) {
        last = s.transmit(bytes("x"));
        s.wait(wait_for::readable, so::milliseconds{10});
    }
    CHECK(last.state == io_state::failed);
    CHECK(last.code == errc::connection_reset);  // EPIPE or ECONNRESET
    CHECK(last.at == stage::transmit);
}

TEST_CASE("tcp_socket: after a failed transmit the peer's last bytes can be received, until stop or start") {
    struct {
        const char* what;
        std::string_view last_words = "";
        bool stops = false;
    } const cases[] = {{.what = "something, and stopped", .last_words = "that was too much", .stops = true},
                       {.what = "something, and started again", .last_words = "that was too much"},
                       {.what = "nothing", .stops = true}};
    for (const auto& c : cases) {
        CAPTURE(c.what);
        listener server("127.0.0.1");
        so::tcp_socket s;
        REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
        REQUIRE(s.transmit(bytes("x")).state == io_state::ready);
        {
            own_socket there = server.accept();
            s.wait(wait_for::writable, so::milliseconds{1000});
            if (!c.last_words.empty()) there.put(c.last_words);
        }  // with something unread, and more to come: the system resets the connection
        io_result failed = io_result::ready(1);
        for (int i = 0; i < 100 && failed.state == io_state::ready; ++i) {
            failed = s.transmit(bytes("x"));
            s.wait(wait_for::readable, so::milliseconds{10});
        }
        check_failed(failed, errc::connection_reset, failed.native, stage::transmit);

        std::string heard;
        std::array<std::byte, 5> into{};
        io_result r = s.receive(into);
        for (; r.state == io_state::ready; r = s.receive(into))
            heard.append(reinterpret_cast<const char*>(into.data()), r.bytes);
        CHECK(heard == c.last_words);
        check_failed(r, failed.code, failed.native, stage::transmit);
        check_failed(s.receive(into), failed.code, failed.native, stage::transmit);
        CHECK(s.transmit(bytes("x")).state == io_state::failed);
        check_failed(s.receive(into), failed.code, failed.native, stage::transmit);  // still why it failed first

        const int before = s.native_handle();
        CHECK(::fcntl(before, F_GETFD) != -1);
        if (c.stops) {
            s.stop();
            CHECK(s.native_handle() == -1);
            CHECK(::fcntl(before, F_GETFD) == -1);
            check_failed(s.receive(into), errc::link_failed, ENOTCONN, stage::receive);
        }
        listener other("127.0.0.1");
        REQUIRE(start(s, "127.0.0.1", other.port()).state == io_state::ready);
        own_socket there = other.accept();
        there.put("anew");
        REQUIRE(receive(s, into).state == io_state::ready);
        CHECK(std::memcmp(into.data(), "anew", 4) == 0);
    }
}

TEST_CASE("tcp_socket: nothing is moved before start and after stop") {
    so::tcp_socket s;
    std::array<std::byte, 4> into{};
    s.stop();
    check_failed(s.receive(into), errc::link_failed, ENOTCONN, stage::receive);
    check_failed(s.transmit(bytes("x")), errc::link_failed, ENOTCONN, stage::transmit);
}

TEST_CASE("tcp_socket: a program that is started meanwhile does not inherit the socket") {
    listener server("127.0.0.1");
    so::tcp_socket s;
    REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    const int h = s.native_handle();
    const std::string script = "test ! -e /proc/self/fd/" + std::to_string(h);
    if (::access(("/proc/self/fd/" + std::to_string(h)).c_str(), F_OK) != 0) {
        MESSAGE("skipped: no /proc here");
        return;
    }
    std::string words[] = {"sh", "-c", script};
    char* const argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    const pid_t child = ::fork();
    if (child == 0) {
        ::execvp(argv[0], argv);
        ::_exit(127);
    }
    REQUIRE(child > 0);
    int status = -1;
    while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    CHECK(status == 0);
}

TEST_CASE("tcp_socket: the descriptor does not wait, is closed on exec and sends small pieces at once") {
    listener server("127.0.0.1");
    so::tcp_socket s;
    REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    const int h = s.native_handle();
    CHECK((::fcntl(h, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(h, F_GETFL) & O_NONBLOCK) != 0);
    int on = 0;
    socklen_t size = sizeof on;
    CHECK(::getsockopt(h, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0);
    CHECK(on != 0);
}

TEST_CASE("tcp_socket: a wait for bytes ends when some come or the peer goes, and else when the time is up") {
    using so::milliseconds;
    listener server("127.0.0.1");
    so::tcp_socket s;
    REQUIRE(start(s, "127.0.0.1", server.port()).state == io_state::ready);
    own_socket there = server.accept();
    const auto waited = [&](wait_for wants, std::int64_t at_most) {
        const so::instant before = so::tcp_socket::clock::now();
        s.wait(wants, milliseconds{at_most});
        return so::tcp_socket::clock::now() - before;
    };
    std::array<std::byte, 4> into{};
    const io_result nothing = s.receive(into);
    CHECK(nothing.state == io_state::would_block);
    CHECK(nothing.wants == wait_for::readable);
    CHECK(nothing.at == stage::receive);
    CHECK(waited(wait_for::readable, 40) >= milliseconds{35});
    CHECK(waited(wait_for::writable, 3'600'000) < milliseconds{60'000});
    there.put("x");
    CHECK(waited(wait_for::readable, 3'600'000) < milliseconds{60'000});
    CHECK(s.receive(into).bytes == 1);
    CHECK(waited(wait_for::readable, 40) >= milliseconds{35});
    there.end();
    CHECK(waited(wait_for::readable, 3'600'000) < milliseconds{60'000});
}

TEST_CASE("tcp_socket: its clock goes on, and a wait for time is over in time") {
    const so::instant before = so::tcp_socket::clock::now();
    so::tcp_socket s;
    s.wait(wait_for::time, so::milliseconds{20});
    const so::milliseconds passed = so::tcp_socket::clock::now() - before;
    CHECK(passed >= so::milliseconds{15});
    s.wait(wait_for::nothing, so::milliseconds{3600000});  // at once
    s.wait(wait_for::readable, so::milliseconds{3600000});
}

#endif
