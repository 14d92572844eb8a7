// Tests of superoffice/transport/detail/socket_api.hpp that the links' own tests do not reach: lookups in both families, and which
// of the system's codes mean that there is no such name.
#include <superoffice/transport/resolver.hpp>
#include <superoffice/transport/tcp_socket.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace so = superoffice;
using so::detail::socket_api;

TEST_CASE("socket_api: the system's answer has addresses of either family, with the scope of an IPv6 one") {
    for (const char* const literal : {"127.0.0.1", "::1", "2001:db8::25"}) {
        CAPTURE(literal);
        so::system_resolver system;
        so::address_list found;
        REQUIRE(system.lookup(literal, found).state == so::io_state::ready);
        so::ip_address wanted;
        REQUIRE(so::parse_ip_address(literal, wanted));
        REQUIRE(found.size() == 1);
        CHECK(found[0] == wanted);
        CHECK(found[0].scope == 0);
    }
    so::system_resolver system;
    so::address_list found;
    if (system.lookup("fe80::1%1", found).state == so::io_state::ready) {  // the first interface; not known everywhere
        REQUIRE(found.size() == 1);
        CHECK(found[0].scope == 1);
    }
}

#if defined(__GLIBC__) && __GLIBC__ * 100 + __GLIBC_MINOR__ >= 233
TEST_CASE("socket_api: lookups do not fill the memory: what the system allocates for an answer is freed") {
    so::system_resolver system;
    so::address_list found;
    const auto look_up = [&](int times) {
        for (int n = 0; n < times; ++n) {
            found.clear();
            CHECK(system.lookup("127.0.0.1", found).state == so::io_state::ready);
        }
    };
    look_up(10);  // what the system keeps from the first time on
    const std::size_t before = ::mallinfo2().uordblks;
    look_up(1000);
    CHECK(::mallinfo2().uordblks < before + 1000);  // an answer has more than a byte
}
#endif

TEST_CASE("socket_api: which codes of getaddrinfo mean that the name is unknown") {
    constexpr bool unknown = true;
    const struct {
        int code;
        bool is_unknown;
    } rows[] = {{EAI_NONAME, unknown},
#if defined(EAI_NODATA)
                {EAI_NODATA, unknown},
#endif
#if defined(EAI_ADDRFAMILY)
                {EAI_ADDRFAMILY, unknown},
#endif
                {EAI_AGAIN, !unknown},     {EAI_FAIL, !unknown}, {EAI_MEMORY, !unknown}, {EAI_SYSTEM, !unknown}};
    for (const auto& row : rows) {
        CAPTURE(row.code);
        CHECK(socket_api::is_unknown_name(row.code) == row.is_unknown);
    }
}

TEST_CASE("socket_api: what the system's codes mean for the connection") {
    constexpr struct {
        int code;
        so::errc meaning;
    } rows[] = {
        {ECONNREFUSED, so::errc::connection_refused},
        {ENETUNREACH, so::errc::peer_unreachable},
        {EHOSTUNREACH, so::errc::peer_unreachable},
        {ENETDOWN, so::errc::peer_unreachable},
#if defined(EHOSTDOWN)
        {EHOSTDOWN, so::errc::peer_unreachable},
#endif
        {ETIMEDOUT, so::errc::peer_unreachable},
        {EADDRNOTAVAIL, so::errc::peer_unreachable},
        {EAFNOSUPPORT, so::errc::peer_unreachable},
        {ECONNRESET, so::errc::connection_reset},
        {ECONNABORTED, so::errc::connection_reset},
        {ENETRESET, so::errc::connection_reset},
        {EPIPE, so::errc::connection_reset},
        {EACCES, so::errc::link_failed},
        {0, so::errc::link_failed},
    };
    for (const auto& row : rows) {
        CAPTURE(row.code);
        const so::io_result failed = socket_api::failure(row.code, so::stage::connect);
        CHECK(failed.state == so::io_state::failed);
        CHECK(failed.code == row.meaning);
        CHECK(failed.native == row.code);
        CHECK(failed.at == so::stage::connect);
    }
    CHECK(socket_api::is_in_progress(EINPROGRESS));
    CHECK(socket_api::is_in_progress(EINTR));
    CHECK_FALSE(socket_api::is_in_progress(EALREADY));
}

TEST_CASE("socket_api: a socket that is connected to itself is recognised") {
    using api = socket_api;
    so::ip_address here;
    REQUIRE(so::parse_ip_address("127.0.0.1", here));
    const auto bound = [&](std::uint16_t& port) {
        sockaddr_in where = {};
        where.sin_family = AF_INET;
        std::memcpy(&where.sin_addr, here.bytes, 4);
        socklen_t size = sizeof where;
        const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
        CHECK(::bind(handle, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0);
        CHECK(::getsockname(handle, reinterpret_cast<sockaddr*>(&where), &size) == 0);
        port = ntohs(where.sin_port);
        return handle;
    };
    std::uint16_t port = 0, other_port = 0;
    const int alone = bound(port), listening = bound(other_port);
    CHECK(api::begin_connect(alone, here, port) == 0);
    CHECK(api::is_connected_to_itself(alone, here, port));
    CHECK_FALSE(api::is_connected_to_itself(alone, here, other_port));
    so::ip_address elsewhere = here;
    elsewhere.bytes[3] = 2;
    CHECK_FALSE(api::is_connected_to_itself(alone, elsewhere, port));
    elsewhere.size = 16;
    CHECK_FALSE(api::is_connected_to_itself(alone, elsewhere, port));

    CHECK(::listen(listening, 1) == 0);
    const int met = api::make(false);
    const int code = api::begin_connect(met, here, other_port);
    CHECK((code == 0 || api::is_in_progress(code)));
    CHECK(api::wait_until(met, true, so::milliseconds{5000}));
    CHECK_FALSE(api::is_connected_to_itself(met, here, other_port));
    CHECK_FALSE(api::is_connected_to_itself(-1, here, port));
    for (const int each : {alone, listening, met}) api::end(each);
}

TEST_CASE("socket_api: an IPv6 socket that is connected to itself is recognised, where there is IPv6") {
    using api = socket_api;
    so::ip_address here;
    REQUIRE(so::parse_ip_address("::1", here));
    sockaddr_in6 where = {};
    where.sin6_family = AF_INET6;
    where.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof where;
    const int alone = ::socket(AF_INET6, SOCK_STREAM, 0);
    if (alone != -1 && ::bind(alone, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) {
        REQUIRE(::getsockname(alone, reinterpret_cast<sockaddr*>(&where), &size) == 0);
        const std::uint16_t port = ntohs(where.sin6_port);
        CHECK(api::begin_connect(alone, here, port) == 0);
        CHECK(api::is_connected_to_itself(alone, here, port));
        here.bytes[15] = 2;
        CHECK_FALSE(api::is_connected_to_itself(alone, here, port));
    }
    if (alone != -1) api::end(alone);
}

TEST_CASE("socket_api: the code of a connection that was never one is the system's") {
    CHECK(socket_api::connect_code(-1) == EBADF);
}

TEST_CASE("socket_api: where no time is left nothing is waited, and the longest time is waited a day at a time") {
    constexpr struct {
        std::int64_t at_most, waited;
    } rows[] = {{INT64_MIN, 0},
                {-1, 0},
                {0, 0},
                {1, 1},
                {86'399'999, 86'399'999},
                {86'400'000, 86'400'000},
                {86'400'001, 86'400'000},
                {INT64_MAX, 86'400'000}};
    for (const auto& row : rows) {
        CAPTURE(row.at_most);
        CHECK(socket_api::one_wait(so::milliseconds{row.at_most}) == row.waited);
    }
}

TEST_CASE("socket_api: a wait ends at once where something has happened, or no time is left") {
    using api = socket_api;
    using so::milliseconds;
    int pair[2] = {};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    REQUIRE(::send(pair[1], "x", 1, 0) == 1);
    const milliseconds no_time{-1}, two_days{2 * 86'400'000};
    CHECK_FALSE(api::wait_until(pair[1], false, no_time));
    CHECK(api::wait_until(pair[0], false, no_time));
    CHECK(api::wait_until(pair[0], false, two_days));  // more than one wait of the system takes
    CHECK(api::wait_until(pair[0], true, two_days));
    api::pause(no_time);
    api::watched both[] = {{pair[0], true, false, false}, {pair[1], true, false, false}, {pair[1], false, true, false}};
    for (const milliseconds at_most : {no_time, two_days}) {
        api::wait_until_any(both, at_most);
        CHECK(both[0].ready);
        CHECK_FALSE(both[1].ready);
        CHECK(both[2].ready);
    }
    for (const int each : pair) api::end(each);
}

namespace {

/// Two ends of a connection that wait, and a signal that comes while one of them does.
struct interrupted {
    static inline int ends[2] = {-1, -1};
    static inline volatile std::sig_atomic_t signals = 0;

    explicit interrupted(void (*handler)(int)) {
        signals = 0;
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        struct sigaction action = {};
        action.sa_handler = handler;
        REQUIRE(::sigaction(SIGALRM, &action, &before_) == 0);
        itimerval often = {};
        often.it_interval.tv_usec = often.it_value.tv_usec = 2'000;
        REQUIRE(::setitimer(ITIMER_REAL, &often, nullptr) == 0);
    }
    interrupted(const interrupted&) = delete;
    interrupted& operator=(const interrupted&) = delete;
    ~interrupted() {
        const itimerval never = {};
        ::setitimer(ITIMER_REAL, &never, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
        for (const int each : ends) ::close(each);
    }

  private:
    struct sigaction before_ = {};
};

}  // namespace

TEST_CASE("socket_api: a signal that comes while bytes are moved is no failure: they are moved then") {
    int code = 0;
    {
        const interrupted receiving{[](int) {
            interrupted::signals = interrupted::signals + 1;
            static_cast<void>(::send(interrupted::ends[1], "x", 1, MSG_DONTWAIT));
        }};
        std::byte into[1];
        CHECK(socket_api::receive(interrupted::ends[0], into, code) == 1);
        CHECK(interrupted::signals > 0);
    }
    {
        const interrupted sending{[](int) {
            char taken[4096];
            interrupted::signals = interrupted::signals + 1;
            while (interrupted::signals > 1 && ::recv(interrupted::ends[1], taken, sizeof taken, MSG_DONTWAIT) > 0) {
            }
        }};
        const std::byte from[4096] = {};
        while (::send(interrupted::ends[0], from, sizeof from, MSG_DONTWAIT) > 0) {
        }
        CHECK(socket_api::transmit(interrupted::ends[0], from, code) > 0);
        CHECK(interrupted::signals > 1);
    }
}

TEST_CASE("socket_api: a wait for any of several sockets ends with the time, or at once where no time is left") {
    const auto waited = [](std::int64_t at_most) {
        const so::instant before = so::tcp_socket::clock::now();
        socket_api::wait_until_any({}, so::milliseconds{at_most});
        return so::tcp_socket::clock::now() - before;
    };
    CHECK(waited(40) >= so::milliseconds{35});
    CHECK(waited(0) < so::milliseconds{20'000});
    CHECK(waited(-3'600'000) < so::milliseconds{20'000});
}

TEST_CASE("socket_api: the zone of an address is a number, the name of an interface, or nothing") {
    CHECK(so::detail::socket_api::scope_of("7") == 7);
    CHECK(so::detail::socket_api::scope_of("4294967295") == 4294967295U);
    for (const std::string_view zone : {"4294967296", "", "no such interface", "nosuch0"})
        CHECK(so::detail::socket_api::scope_of(zone) == 0);
}

#endif
