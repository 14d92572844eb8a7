// Everything that can happen to a call on its way (support/outcomes.hpp), over sockets, TLS and a proxy.
// SPDX-License-Identifier: BSL-1.0
#include "support/outcomes.hpp"

#include <superoffice/batch.hpp>
#include <superoffice/transport/cares_resolver.hpp>

#include <doctest/doctest.h>

#include "support/dns_server.hpp"
#include "unit/transport/tls/tls_testing.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace so = superoffice;

namespace {

template <class Link>
so::error call(Link& link, const std::string& base) {
    std::array<std::byte, 4096> memory{};
    so::client api{link, so::borrowed{base}, so::bearer{"8A:x"}, memory, {.timeout = so::milliseconds{20'000}}};
    return api.get_batch_task_info(497).error();
}

/// The link that the row needs, over a socket with this resolver.
template <class Socket, class... Resolver>
so::error call(const outcomes::row& row, std::uint16_t port, Resolver... resolver) {
    const std::string base = row.base(port);
    const so::tls_options options = tls_testing::trusting_nobody();
    if (row.is_proxy) {
        so::tls<so::connect_proxy<Socket>> link{options, so::http_proxy{row.proxy, port}, resolver...};
        return call(link, base);
    }
    if (row.scheme == "https") {
        so::tls<Socket> link{options, resolver...};
        return call(link, base);
    }
    Socket link{resolver...};
    return call(link, base);
}

/// The name server says between the steps of the call that there is no such name. "" if that is the error of the row.
template <class Link>
std::string looked_up(const outcomes::row& row, const outcomes::peer& peer, support::dns_server& names, Link& link) {
    std::array<std::byte, 4096> memory{};
    const std::string base = row.base(peer.port());
    so::client api{link, so::borrowed{base}, so::bearer{"8A:x"}, memory};
    auto task = api.start_get_batch_task_info(497);
    CHECK(task.step(so::tcp_socket::clock::now()) == so::step_state::pending);
    for (int family = 0; family < 2; ++family) names.refuse(names.take(), support::dns_no_such_name);
    while (task.step(so::tcp_socket::clock::now()) == so::step_state::pending)
        link.wait(task.wants().what, so::milliseconds{100});
    return row.differs(task.error());
}

}  // namespace

TEST_CASE("outcomes: over the system's sockets and lookup") {
    for (const outcomes::row& row : outcomes::rows) {
        const outcomes::peer peer(row);
        CHECK(row.differs(call<so::tcp_socket>(row, peer.port())) == "");
    }
}

TEST_CASE("outcomes: over c-ares; its name server is the test's") {
    for (const outcomes::row& row : outcomes::rows) {
        const outcomes::peer peer(row);
        support::dns_server names;
        const std::string servers = names.address();
        const so::cares_options options{.servers = servers, .timeout = so::milliseconds{50}, .tries = 1};
        if (row.host != outcomes::unknown_name && row.proxy != outcomes::unknown_name) {
            CHECK(row.differs(call<so::cares_socket>(row, peer.port(), so::cares_resolver{options})) == "");
            continue;
        }
        const so::cares_resolver resolver{{.servers = servers, .timeout = so::milliseconds{20'000}}};
        const so::tls_options trust = tls_testing::trusting_nobody();
        so::tls<so::cares_socket> direct{trust, resolver};
        so::tls<so::connect_proxy<so::cares_socket>> tunnel{trust, so::http_proxy{row.proxy, peer.port()}, resolver};
        CHECK((row.is_proxy ? looked_up(row, peer, names, tunnel) : looked_up(row, peer, names, direct)) == "");
    }
}
