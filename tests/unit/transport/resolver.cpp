// Tests of superoffice/transport/resolver.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/resolver.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace so = superoffice;

TEST_CASE("address_list: takes 8 literals, and no names") {
    so::address_list list;
    CHECK(list.empty());
    CHECK_FALSE(list.add("localhost"));
    CHECK_FALSE(list.add(so::ip_address{}));
    for (std::size_t i = 0; i < 8; ++i) CHECK(list.add(i % 2 == 0 ? "::1" : "127.0.0.1"));
    CHECK(list.size() == 8);
    CHECK_FALSE(list.add("127.0.0.1"));
    CHECK(list[0].is_v6());
    CHECK_FALSE(list[1].is_v6());
    list.clear();
    CHECK(list.empty());
}

TEST_CASE("address_list: an address can be moved to the front, the others keep their order") {
    const char* const literals[] = {"192.0.2.1", "2001:db8::2", "192.0.2.3"};
    const std::size_t orders[][3] = {{0, 1, 2}, {1, 0, 2}, {2, 0, 1}};
    for (std::size_t first = 0; first < 3; ++first) {
        so::address_list list;
        for (const char* const each : literals) REQUIRE(list.add(each));
        const so::address_list before = list;
        list.put_first(before[first]);
        for (std::size_t i = 0; i < 3; ++i) CHECK(list[i] == before[orders[first][i]]);
        so::ip_address other;
        REQUIRE(so::parse_ip_address("192.0.2.4", other));
        list.put_first(other);
        list.put_first({});
        CHECK(list[0] == before[first]);
        CHECK(list.size() == 3);
    }
}

TEST_CASE("given_addresses: gives the same list for every name, also an empty one") {
    so::address_list list;
    list.add("192.0.2.1");
    so::given_addresses given{list};
    so::address_list found;
    CHECK(given.lookup("example.com", found).state == so::io_state::ready);
    REQUIRE(found.size() == 1);
    CHECK(found[0] == list[0]);

    so::given_addresses none;
    const so::io_result r = none.lookup("example.com", found);
    CHECK(r.state == so::io_state::failed);
    CHECK(r.code == so::errc::name_not_found);
    CHECK(r.native == 0);
    CHECK(r.at == so::stage::resolve);

    given.stop();  // there is nothing to give up
    CHECK(given.lookup("example.com", found).state == so::io_state::ready);
}

#if SUPEROFFICE_WITH_SOCKETS
namespace {

/// As addrinfo, and as the node of c-ares.
struct node {
    int ai_family = AF_UNSPEC;
    const sockaddr* ai_addr = nullptr;
    const node* ai_next = nullptr;
};

}  // namespace

TEST_CASE("add_alternating: the families alternate, and an address of no family or a missing one is left out") {
    constexpr bool v6_first = true;
    const struct {
        std::string_view list;  ///< '4' and '6': an address of that family; '-': of another one; '0': a missing one
        bool v6_first;
        std::string_view order;  ///< places in `list`
    } rows[] = {{"", v6_first, ""},
                {"4", v6_first, "0"},
                {"6", !v6_first, "0"},
                {"46", v6_first, "10"},
                {"46", !v6_first, "01"},
                {"64", !v6_first, "10"},
                {"444", v6_first, "012"},
                {"444", !v6_first, "012"},
                {"666", v6_first, "012"},
                {"666", !v6_first, "012"},
                {"44466", v6_first, "30412"},
                {"66444", !v6_first, "20314"},
                {"-40-60", v6_first, "41"},
                {"0-0", v6_first, ""},
                {"4444444446", v6_first, "90123456"}};  // the list takes eight
    for (const auto& row : rows) {
        CAPTURE(row.list);
        CAPTURE(row.v6_first);
        sockaddr_in four[10] = {};
        sockaddr_in6 six[10] = {};
        node nodes[10];
        for (std::size_t n = row.list.size(); n-- > 0;) {
            if (n + 1 < row.list.size()) nodes[n].ai_next = &nodes[n + 1];
            reinterpret_cast<unsigned char*>(&four[n].sin_addr)[3] = static_cast<unsigned char>(n);
            reinterpret_cast<unsigned char*>(&six[n].sin6_addr)[15] = static_cast<unsigned char>(n);
            const char what = row.list[n];
            nodes[n].ai_family = what == '6' ? AF_INET6 : what == '-' ? AF_UNSPEC : AF_INET;
            if (what == '6') nodes[n].ai_addr = reinterpret_cast<const sockaddr*>(&six[n]);
            if (what == '4' || what == '-') nodes[n].ai_addr = reinterpret_cast<const sockaddr*>(&four[n]);
        }
        so::address_list found;
        so::detail::add_alternating(row.list.empty() ? nullptr : nodes, row.v6_first, found);
        REQUIRE(found.size() == row.order.size());
        for (std::size_t n = 0; n < found.size(); ++n) {
            const auto at = static_cast<std::size_t>(row.order[n] - '0');
            CHECK(found[n].is_v6() == (row.list[at] == '6'));
            CHECK(found[n].bytes[found[n].size - 1] == at);
        }
    }
}

TEST_CASE("system_resolver: localhost is an address of this machine") {
    so::system_resolver system;
    so::address_list found;
    REQUIRE(system.lookup("localhost", found).state == so::io_state::ready);
    REQUIRE_FALSE(found.empty());
    so::ip_address four, six;
    REQUIRE(so::parse_ip_address("127.0.0.1", four));
    REQUIRE(so::parse_ip_address("::1", six));
    for (std::size_t i = 0; i < found.size(); ++i) CHECK((found[i] == four || found[i] == six));

#if !defined(_WIN32)
    // The family that the system names first comes first.
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* answer = nullptr;
    REQUIRE(::getaddrinfo("localhost", nullptr, &wanted, &answer) == 0);
    CHECK(found[0] == (answer->ai_family == AF_INET6 ? six : four));
    ::freeaddrinfo(answer);
#endif
}

TEST_CASE("system_resolver: an impossible name is not found, without a lookup") {
    so::system_resolver system;
    const std::string long_name(254, 'a');
    so::address_list found;
    // The system would read the last one only to its NUL, and find that.
    for (const std::string_view name : {std::string_view{}, std::string_view{long_name}, std::string_view{"a\0b", 3},
                                        std::string_view{"localhost\0.example", 18}}) {
        CAPTURE(name.size());
        const so::io_result r = system.lookup(name, found);
        CHECK(r.state == so::io_state::failed);
        CHECK(r.code == so::errc::name_not_found);
        CHECK(r.at == so::stage::resolve);
        CHECK(found.empty());
    }
}

TEST_CASE("system_resolver: an unknown name is an error with the system's code") {
    so::system_resolver system;
    so::address_list found;
    // ".invalid" never exists (RFC 6761 section 6.4). A machine without a name server cannot know, and says so.
    const so::io_result r = system.lookup("no-such-name.invalid", found);
    CHECK(r.state == so::io_state::failed);
    CHECK((r.code == so::errc::name_not_found || r.code == so::errc::name_lookup_failed));
    CHECK(r.native != 0);
    CHECK(r.at == so::stage::resolve);
#if defined(__GLIBC__)
    // A label has at most 63 bytes (RFC 1035 section 2.3.4), so glibc knows without a name server that there is no such name.
    const so::io_result unknown = system.lookup(std::string(64, 'a') + ".invalid", found);
    CHECK(unknown.code == so::errc::name_not_found);
    CHECK(unknown.native == so::detail::socket_api::unknown_name);
#endif
}

#if defined(__GLIBC__)
TEST_CASE("system_resolver: a text of 253 bytes is looked up, one of 254 is not") {
    so::system_resolver system;
    // glibc takes zeros before a number, which a literal of this library does not have.
    const std::string address = "127.0.0." + std::string(253 - 9, '0') + "1";
    REQUIRE(address.size() == 253);
    so::address_list found;
    CHECK(system.lookup(address, found).state == so::io_state::ready);
    REQUIRE(found.size() == 1);
    so::ip_address loopback;
    REQUIRE(so::parse_ip_address("127.0.0.1", loopback));
    CHECK(found[0] == loopback);
    found.clear();
    CHECK(system.lookup("127.0.0.0" + address.substr(8), found).code == so::errc::name_not_found);
    CHECK(found.empty());
}
#endif
#endif
