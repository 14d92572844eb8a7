// Tests of superoffice/transport/cares_resolver.hpp against a name server of the test's own, over real sockets. The
// server's address is an option of the resolver: nothing of the system's settings is touched.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/cares_resolver.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)

#include "support/dns_server.hpp"
#include "support/failing_malloc.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace so = superoffice;
using so::errc;
using so::instant;
using so::io_result;
using so::io_state;
using so::milliseconds;
using so::stage;
using so::wait_for;
using support::dns_query;

namespace {

/// How many descriptors this program has open; 0 where it cannot be told.
std::size_t open_handles() {
    std::error_code none;
    std::size_t count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd", none)) count += !each.path().empty();
    return count;
}

/// What was found, in order.
std::string listed(const so::address_list& list) {
    std::string text;
    for (std::size_t i = 0; i < list.size(); ++i) {
        char literal[INET6_ADDRSTRLEN] = {};
        ::inet_ntop(list[i].is_v6() ? AF_INET6 : AF_INET, list[i].bytes, literal, sizeof literal);
        text += (i == 0 ? "" : " ") + std::string(literal);
    }
    return text;
}

/// A lookup of one name at the test's server.
struct bench {
    support::dns_server server;
    so::cares_resolver resolver;
    so::address_list found;
    std::string name;
    wait_for wanted = wait_for::nothing;  ///< by the last step

    explicit bench(milliseconds timeout = milliseconds{60'000}, int tries = 1,
                   std::string_view host = "tenant.example.")
        : resolver(so::cares_options{server.address(), timeout, tries}), name(host) {}

    io_result step() {
        const io_result r = resolver.lookup(name, found);
        wanted = r.wants;
        return r;
    }
    /// One of its sockets is for TCP; 1.18 has the one for UDP beside it, 1.34 does not.
    bool is_over_tcp() const {
        for (const auto& each : resolver.watched_handles()) {
            int type = 0;
            socklen_t size = sizeof type;
            ::getsockopt(each.socket, SOL_SOCKET, SO_TYPE, &type, &size);
            if (type == SOCK_STREAM) return true;
        }
        return false;
    }
    bool is_pending() { return step().state == io_state::would_block; }

    /// Steps to the end, waiting in between as the blocking call does.
    io_result finish() {
        // Within its last millisecond c-ares has no time left to wait for, and is asked again and again.
        for (int i = 0; i < 10'000'000; ++i) {
            const io_result r = step();
            if (r.state != io_state::would_block) return r;
            if (r.at != stage::resolve) CHECK(r.at == stage::resolve);
            resolver.wait(r.wants, milliseconds{1000});
        }
        return {};
    }
    /// Both questions, A first.
    std::array<dns_query, 2> both() const {
        std::array<dns_query, 2> queries{server.take(), server.take()};
        if (queries[0].type == support::dns_aaaa) std::swap(queries[0], queries[1]);
        CHECK(queries[0].type == support::dns_a);
        CHECK(queries[1].type == support::dns_aaaa);
        return queries;
    }
};

void check_failed(const io_result& r, errc code, int native) {
    CHECK(r.state == io_state::failed);
    CHECK(std::string_view(so::name(r.code)) == so::name(code));
    CHECK(r.native == native);
    CHECK(r.at == stage::resolve);
}

}  // namespace

TEST_CASE("cares_resolver: addresses of both families alternate, IPv6 first, also if one family answers late") {
    for (const bool v6_first : {true, false}) {
        CAPTURE(v6_first);
        bench b;
        CHECK(b.is_pending());
        CHECK(b.is_pending());
        const auto [a, aaaa] = b.both();
        CHECK(a.name == "tenant.example");
        for (int i = 0; i < 10; ++i) CHECK(b.is_pending());
        CHECK(b.server.is_quiet());
        const std::initializer_list<std::string_view> all = {"192.0.2.1", "2001:db8::1", "192.0.2.2", "192.0.2.3",
                                                             "2001:db8::2"};
        b.server.answer(v6_first ? aaaa : a, all);
        CHECK(b.is_pending());
        CHECK(b.is_pending());
        b.server.answer(v6_first ? a : aaaa, all);
        CHECK(b.finish().state == io_state::ready);
        CHECK(listed(b.found) == "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2 192.0.2.3");
        CHECK(b.resolver.watched_handles().empty());
    }
}

TEST_CASE("cares_resolver: one family is enough, and at most 8 addresses are taken") {
    bench v4_only;
    CHECK(v4_only.is_pending());
    for (const dns_query& query : v4_only.both()) v4_only.server.answer(query, {"192.0.2.1", "192.0.2.2"});
    CHECK(v4_only.finish().state == io_state::ready);
    CHECK(listed(v4_only.found) == "192.0.2.1 192.0.2.2");

    bench v6_only;
    CHECK(v6_only.is_pending());
    auto [a, aaaa] = v6_only.both();
    v6_only.server.refuse(a, support::dns_server_failure);
    v6_only.server.answer(aaaa, {"2001:db8::1", "2001:db8::2", "2001:db8::3"});
    CHECK(v6_only.finish().state == io_state::ready);
    CHECK(listed(v6_only.found) == "2001:db8::1 2001:db8::2 2001:db8::3");

    bench many;
    CHECK(many.is_pending());
    for (const dns_query& query : many.both())
        many.server.answer(query, {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6",
                                   "192.0.2.7", "192.0.2.8", "192.0.2.9", "2001:db8::1"});
    CHECK(many.finish().state == io_state::ready);
    CHECK(many.found.size() == 8);
    CHECK(listed(many.found).starts_with("2001:db8::1 192.0.2.1 192.0.2.2"));
}

TEST_CASE("cares_resolver: each refusal of a server has its error, with c-ares's code") {
    const struct {
        const char* what;
        unsigned code;
        errc told;
        int native;
    } rows[] = {{"no such name", support::dns_no_such_name, errc::name_not_found, ARES_ENOTFOUND},
                {"no address", support::dns_good, errc::name_not_found, ARES_ENODATA},
                {"server failure", support::dns_server_failure, errc::name_lookup_failed, 0},
                {"refused", support::dns_refused, errc::name_lookup_failed, 0}};
    for (const auto& row : rows) {
        CAPTURE(row.what);
        bench b;
        CHECK(b.is_pending());
        for (const dns_query& query : b.both()) b.server.refuse(query, row.code);
        const io_result r = b.finish();
        // Which code a failing server ends with depends on c-ares's version.
        check_failed(r, row.told, row.native != 0 ? row.native : r.native);
        CHECK(r.native != 0);
        CHECK(b.found.empty());
        CHECK(b.is_pending());  // the next lookup asks anew
        for (const dns_query& query : b.both()) b.server.answer(query, {"192.0.2.1"});
        CHECK(b.finish().state == io_state::ready);
    }
}

TEST_CASE("cares_resolver: a server that never answers is asked `tries` times, then the lookup fails") {
    bench b{milliseconds{1}, 2};
    const io_result r = b.finish();
    check_failed(r, errc::name_lookup_failed, ARES_ETIMEOUT);
    for (int i = 0; i < 4; ++i) CHECK(b.server.take().type != 0);
    CHECK(b.server.is_quiet());

    bench usual{milliseconds{1}, so::cares_options{}.tries};
    check_failed(usual.finish(), errc::name_lookup_failed, ARES_ETIMEOUT);
    for (int i = 0; i < 6; ++i) CHECK(usual.server.take().type != 0);  // three times for each family
    CHECK(usual.server.is_quiet());
    CHECK(so::cares_options{}.timeout == milliseconds{2'000});

    bench deaf{milliseconds{60'000}};
    CHECK(deaf.resolver.wake_at() == instant::never());
    deaf.resolver.tick(instant{5'000}, instant{10'000});
    CHECK(deaf.is_pending());
    CHECK(deaf.resolver.wake_at() > instant{5'000 + 1'000});  // 1.34 caps its times at some seconds
    CHECK(deaf.resolver.wake_at() <= instant{5'000 + 120'000});
    // A wait for the answer gives the processor away: the blocking call would spin otherwise.
    const auto before = std::chrono::steady_clock::now();
    deaf.resolver.wait(wait_for::readable, milliseconds{5});
    CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds{4});
    deaf.resolver.stop();
    CHECK(deaf.resolver.wake_at() == instant::never());
}

TEST_CASE("cares_resolver: a server that goes away while another one is asked does not cost the other's answer") {
    auto first = std::make_unique<support::dns_server>();
    bench b{milliseconds{1}, 8};
    const std::string both = first->address() + "," + b.server.address();
    so::cares_resolver resolver{so::cares_options{both, milliseconds{1}, 8}};
    so::address_list found;
    while (b.server.is_quiet()) REQUIRE(resolver.lookup(b.name, found).state == io_state::would_block);
    first.reset();
    // The next question to it is refused, and its socket closed.
    io_result r = resolver.lookup(b.name, found);
    while (r.state == io_state::would_block && resolver.watched_handles().size() > 1)
        r = resolver.lookup(b.name, found);
    for (int rounds = 0; rounds < 1000 && r.state == io_state::would_block; ++rounds) {
        while (!b.server.is_quiet()) b.server.answer(b.server.take(), {"192.0.2.1", "2001:db8::1"});
        resolver.wait(r.wants, milliseconds{1000});
        r = resolver.lookup(b.name, found);
    }
    CHECK(r.state == io_state::ready);
    CHECK(listed(found) == "2001:db8::1 192.0.2.1");
}

TEST_CASE("cares_resolver: of more sockets than can be watched the first 16 are, and the lookup ends like any other") {
    // Seventeen servers have room in the option only if their ports have four digits.
    const int deaf = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in where = {};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    unsigned port = 9999;
    do {
        where.sin_port = htons(static_cast<std::uint16_t>(port));
    } while (::bind(deaf, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 && --port > 1023);
    REQUIRE(port > 1023);
    std::string servers;
    for (int n = 0; n < 17; ++n) servers += (n == 0 ? "" : ",") + ("127.0.0.1:" + std::to_string(port));
    REQUIRE(servers.size() <= 255);
    so::cares_resolver resolver{so::cares_options{servers, milliseconds{1}, 1}};
    so::address_list found;
    std::size_t most = 0;
    io_result r = resolver.lookup("tenant.example.", found);
    for (; r.state == io_state::would_block; r = resolver.lookup("tenant.example.", found)) {
        most = std::max(most, resolver.watched_handles().size());
        resolver.wait(r.wants, milliseconds{1000});
    }
    check_failed(r, errc::name_lookup_failed, ARES_ETIMEOUT);
    CHECK(most <= 16);
    if (ARES_VERSION < 0x011400) CHECK(most == 16);  // newer ones may ask a server that is named twice only once
    CHECK(resolver.watched_handles().empty());
    ::close(deaf);
}

TEST_CASE("cares_resolver: a long answer is fetched over TCP, and both sockets can be watched") {
    bench b;
    CHECK(b.is_pending());
    REQUIRE(b.resolver.watched_handles().size() == 1);
    CHECK(b.resolver.watched_handles()[0].readable);
    CHECK(b.resolver.native_handle() == b.resolver.watched_handles()[0].socket);
    for (const auto& each : b.resolver.watched_handles()) {
        CHECK((::fcntl(each.socket, F_GETFL) & O_NONBLOCK) != 0);
        CHECK((::fcntl(each.socket, F_GETFD) & FD_CLOEXEC) != 0);
    }
    const auto [a, aaaa] = b.both();
    b.server.truncate(a);
    b.server.answer(aaaa, {});
    int connection = -1;
    for (int i = 0; i < 1000 && !b.is_over_tcp(); ++i) CHECK(b.is_pending());
    REQUIRE(b.is_over_tcp());
    for (const auto& each : b.resolver.watched_handles()) {
        CHECK((::fcntl(each.socket, F_GETFL) & O_NONBLOCK) != 0);
        CHECK((::fcntl(each.socket, F_GETFD) & FD_CLOEXEC) != 0);
    }
    b.resolver.tick(instant{100}, instant{90'000});
    if (b.resolver.watched_handles().size() > 1) {
        CHECK(b.resolver.wake_at() == instant{100 + 10});  // for those who watch only one
    } else {  // a program that waits as it is told sees that the connection is open, and sends the question
        CHECK(b.wanted == wait_for::writable);
        CHECK(so::detail::socket_api::wait_until(b.resolver.native_handle(), true, milliseconds{5'000}));
    }
    connection = b.server.accept();
    REQUIRE(connection != -1);
    CHECK(b.is_pending());
    const dns_query again = b.server.take(connection);
    CHECK(again.type == support::dns_a);
    const std::string message = support::dns_server::reply_to(again, {"192.0.2.1", "192.0.2.2"});
    const std::string framed = support::dns_server::two(static_cast<unsigned>(message.size())) + message;
    for (std::size_t i = 0; i < framed.size(); ++i) {  // a byte at a time
        CHECK(b.is_pending());
        ::send(connection, framed.data() + i, 1, MSG_NOSIGNAL);
    }
    CHECK(b.finish().state == io_state::ready);
    CHECK(listed(b.found) == "192.0.2.1 192.0.2.2");
    ::close(connection);
}

TEST_CASE("cares_resolver: a server that hangs up raises no signal") {
    std::signal(SIGPIPE, SIG_DFL);  // one that is raised ends this program
    bench b;
    CHECK(b.is_pending());
    const auto [a, aaaa] = b.both();
    b.server.answer(aaaa, {});
    CHECK(b.is_pending());
    b.server.truncate(a);
    for (int i = 0; i < 1000 && !b.is_over_tcp(); ++i) CHECK(b.is_pending());
    // FIN and then RST, before the question was written.
    const int connection = b.server.accept();
    REQUIRE(connection != -1);
    ::shutdown(connection, SHUT_WR);
    linger hard = {};
    hard.l_onoff = 1;
    ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(connection);
    const io_result r = b.finish();
    CHECK(r.state == io_state::failed);
    CHECK(r.at == stage::resolve);
}

TEST_CASE("cares_resolver: which codes of c-ares mean that there is no such name") {
    for (const int code : {ARES_ENODATA, ARES_ENOTFOUND, ARES_ENONAME, ARES_EBADNAME})
        CHECK(so::detail::cares_api::errc_of(code) == errc::name_not_found);
    for (const int code : {ARES_ETIMEOUT, ARES_ECONNREFUSED, ARES_ESERVFAIL, ARES_ENOMEM, ARES_EBADSTR})
        CHECK(so::detail::cares_api::errc_of(code) == errc::name_lookup_failed);
}

TEST_CASE("cares_resolver: without servers of its own it has the system's, which localhost does not need") {
    so::cares_resolver system;
    system.wait(so::wait_for::readable,
                milliseconds{86'400'000});  // nothing is looked up: there is nothing to wait for
    CHECK(system.wake_at() == so::instant::never());
    so::address_list found;
    REQUIRE(system.lookup("localhost", found).state == io_state::ready);
    REQUIRE(found.size() > 0);
    so::ip_address here, here6;
    REQUIRE(so::parse_ip_address("127.0.0.1", here));
    REQUIRE(so::parse_ip_address("::1", here6));
    for (std::size_t n = 0; n < found.size(); ++n) CHECK((found[n] == here || found[n] == here6));
}

TEST_CASE("cares_resolver: impossible names and bad settings are errors before anything is asked") {
    const std::string long_name(254, 'a'), long_servers(300, '1');
    for (const std::string_view name : {std::string_view(), std::string_view("a\0b", 3), std::string_view(long_name)}) {
        bench b;
        b.name = name;
        check_failed(b.step(), errc::name_not_found, ARES_EBADNAME);
        CHECK(b.server.is_quiet());
    }
    const std::string label(63, 'a'), longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
    bench b{milliseconds{60'000}, 1, longest};
    CHECK(longest.size() == 253);
    CHECK(b.is_pending());
    CHECK(b.server.take().type != 0);
    so::address_list found;
    so::cares_resolver no_server{so::cares_options{.servers = "not a server"}};
    CHECK(no_server.lookup("tenant.example", found).code == errc::name_lookup_failed);
    so::cares_resolver too_long{so::cares_options{.servers = long_servers}};
    check_failed(too_long.lookup("tenant.example", found), errc::name_lookup_failed, ARES_EBADSTR);
    std::string servers = "127.0.0.100,127.0.0.100,127.0.0.100";  // of 255 bytes in the end
    for (int n = 0; n < 22; ++n) servers += ",127.0.0.1";
    REQUIRE(servers.size() == 255);
    so::cares_resolver just_fits{so::cares_options{.servers = servers}};
    CHECK(just_fits.lookup("localhost", found).state == io_state::ready);
    servers += '0';
    so::cares_resolver one_byte_more{so::cares_options{.servers = servers}};
    check_failed(one_byte_more.lookup("localhost", found), errc::name_lookup_failed, ARES_EBADSTR);
}

TEST_CASE("cares_resolver: where the heap is used up at the beginning the lookup fails, and works the next time") {
    if (!support::failing_malloc::works) return;
    bench b;
    {
        const support::failing_malloc heap{0};
        check_failed(b.step(), errc::name_lookup_failed, ARES_ENOMEM);
        CHECK(heap.has_failed());
    }
    CHECK(b.server.is_quiet());
    b.resolver.stop();
    CHECK(b.is_pending());
}

TEST_CASE("cares_resolver: stopped at any point it leaves nothing open, and the next lookup works") {
    const auto at_connection = [](bench& b) {
        const auto queries = b.both();
        b.server.truncate(queries[0]);
        b.server.answer(queries[1], {});
        for (int i = 0; i < 1000 && !b.is_over_tcp(); ++i) CHECK(b.is_pending());
    };
    const struct {
        const char* what;
        void (*reach)(bench&, decltype(at_connection)&);
    } points[] = {
        {"asked", [](bench&, decltype(at_connection)&) {}},
        {"one answer sent, not taken",
         [](bench& b, decltype(at_connection)&) { b.server.answer(b.both()[0], {"192.0.2.9"}); }},
        {"one answer taken",
         [](bench& b, decltype(at_connection)&) {
             b.server.answer(b.both()[0], {"192.0.2.9"});
             CHECK(b.is_pending());
         }},
        {"both answers sent, not taken",
         [](bench& b, decltype(at_connection)&) {
             for (const dns_query& query : b.both()) b.server.answer(query, {"192.0.2.9"});
         }},
        {"connecting", [](bench& b, decltype(at_connection)& connect) { connect(b); }},
        {"connected, half an answer",
         [](bench& b, decltype(at_connection)& connect) {
             connect(b);
             const int connection = b.server.accept();
             CHECK(b.is_pending());
             const std::string message = support::dns_server::reply_to(b.server.take(connection), {"192.0.2.9"});
             const std::string half =
                 support::dns_server::two(static_cast<unsigned>(message.size())) + message.substr(9);
             ::send(connection, half.data(), half.size(), MSG_NOSIGNAL);
             CHECK(b.is_pending());
             ::close(connection);
         }},
    };
    for (const auto& point : points) {
        CAPTURE(point.what);
        bench b;
        const std::size_t handles = open_handles();
        CHECK(b.is_pending());
        point.reach(b, at_connection);
        b.resolver.stop();
        CHECK(open_handles() == handles);
        CHECK(b.resolver.native_handle() == -1);
        b.resolver.stop();
        while (!b.server.is_quiet()) b.server.take();
        CHECK(b.is_pending());
        for (const dns_query& query : b.both()) b.server.answer(query, {"192.0.2.1"});
        CHECK(b.finish().state == io_state::ready);
        CHECK(listed(b.found) == "192.0.2.1");
        CHECK(open_handles() == handles);

        CHECK(b.is_pending());  // given up by its end
    }
    bench running;
    CHECK(running.is_pending());
    const so::cares_resolver copy{running.resolver};
    CHECK(copy.watched_handles().empty());
}

TEST_CASE("cares_resolver: a socket over it shows the lookup's handle and time, and connects to the address found") {
    support::dns_server server;
    const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where = {};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
    ::listen(listening, 1);
    socklen_t size = sizeof where;
    ::getsockname(listening, reinterpret_cast<sockaddr*>(&where), &size);
    const so::peer to{"tenant.example", ntohs(where.sin_port)};

    so::cares_socket s{so::cares_resolver{so::cares_options{.servers = server.address()}}};
    s.tick(instant{1'000}, instant{31'000});
    io_result r = s.start(to);
    CHECK(r.state == io_state::would_block);
    CHECK(r.wants == wait_for::readable);
    CHECK(r.at == stage::resolve);
    CHECK(s.native_handle() == s.address_source().native_handle());
    CHECK(s.native_handle() != -1);
    CHECK(s.wake_at() > instant{1'000});
    CHECK(s.wake_at() < instant{31'000});
    for (int i = 0; i < 2; ++i) server.answer(server.take(), {"127.0.0.1"});
    for (int i = 0; i < 1000 && r.state == io_state::would_block; ++i) {
        s.wait(r.wants, milliseconds{1'000});
        r = s.start(to);
    }
    CHECK(r.state == io_state::ready);
    ::close(listening);
}

#endif
