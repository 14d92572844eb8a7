// Tests of superoffice/transport/detail/socket_api.hpp that the links' own tests do not reach: look-ups in both families, and which
// of the system's codes mean that there is no such name.
#include <superoffice/transport/resolver.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)

#include <netdb.h>

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

TEST_CASE("socket_api: which codes of getaddrinfo mean that the name is unknown") {
    const struct {
        int code;
        bool unknown;
    } rows[] = {{EAI_NONAME, true},
#if defined(EAI_NODATA)
                {EAI_NODATA, true},
#endif
#if defined(EAI_ADDRFAMILY)
                {EAI_ADDRFAMILY, true},
#endif
                {EAI_AGAIN, false},     {EAI_FAIL, false}, {EAI_MEMORY, false}, {EAI_SYSTEM, false}};
    for (const auto& row : rows) {
        CAPTURE(row.code);
        CHECK(socket_api::is_unknown_name(row.code) == row.unknown);
    }
}

#endif
