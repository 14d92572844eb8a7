// Tests of superoffice/transport/tls/detail/curves_and_ciphers.hpp, and of the rest of the ClientHello.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/curves_and_ciphers.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/tls.hpp>

#include "../tls_testing.hpp"

#include <cstddef>
#include <iterator>
#include <string_view>
#include <vector>

using namespace tls_testing;

TEST_CASE("tls: the ClientHello offers what was promised") {
    using api = so::detail::mbedtls_api;
    struct {
        so::tls_protocol wanted;
        std::vector<unsigned> offered;
    } const cases[] = {
        {so::tls_protocol::automatic, !api::has_tls_1_3           ? std::vector{tls_1_2}
                                      : api::offers_one_version() ? std::vector{tls_1_2}
                                                                  : std::vector{tls_1_3, tls_1_2}},
        {so::tls_protocol::tls_1_2, {tls_1_2}},
        {so::tls_protocol::tls_1_3, {tls_1_3}},
    };
    for (const auto& c : cases) {
        CAPTURE(static_cast<int>(c.wanted));
        so::tls_options options = trusting_nobody();
        options.protocol = c.wanted;
        so::tls<recorder> link{options};
        const io_result r = link.start({"service.example", 443});
        if (c.wanted == so::tls_protocol::tls_1_3 && !api::has_tls_1_3) {
            check_failed(r, errc::handshake_failed, stage::handshake);
            CHECK(r.native == MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE);
            CHECK(link.link().starts == 0);
            continue;
        }
        CHECK(r.state == io_state::would_block);
        CHECK(r.wants == wait_for::readable);
        CHECK(r.at == stage::handshake);
        CHECK_FALSE(link.secure());
        const client_hello hello(link.link().sent);
        CHECK(hello.versions == c.offered);
        CHECK(hello.server_name == "service.example");
        CHECK(hello.protocol == "http/1.1");
        REQUIRE(hello.groups.size() >= 2);
        CHECK(hello.groups[0] == 29);  // x25519
        CHECK(hello.groups[1] == 23);  // secp256r1
    }
}

#if !defined(MBEDTLS_SSL_CIPHERSUITES)
TEST_CASE("tls: the cipher suites of a ClientHello have forward secrecy, the fastest one first") {
    // By the numbers of IANA. 0x00FF says that the client knows RFC 5746, and is no cipher.
    const std::vector<unsigned> with_chacha_first = {0xCCA9, 0xCCA8, 0xC02B, 0xC02F, 0xC02C, 0xC030,
                                                     0xC023, 0xC027, 0xC024, 0xC028, 0x00FF};
    const std::vector<unsigned> with_aes_first = {0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8,
                                                  0xC023, 0xC027, 0xC024, 0xC028, 0x00FF};
#if defined(__x86_64__) || defined(__i386__)
    CHECK_FALSE(so::detail::has_fast_aes());
#endif
    const std::vector<unsigned>& wanted = so::detail::has_fast_aes() ? with_aes_first : with_chacha_first;
    // Those of TLS 1.3 come first. A 0 ends each list of mbedTLS.
    const auto check_list = [](const auto& list, std::vector<unsigned> expected, const std::vector<unsigned>& others) {
        expected.insert(expected.end(), others.begin(), others.end());
        expected.back() = 0;
        REQUIRE(std::size(list) == expected.size());
        for (std::size_t n = 0; n < expected.size(); ++n) CHECK(static_cast<unsigned>(list[n]) == expected[n]);
    };
    check_list(so::detail::aes_first, {0x1301, 0x1302, 0x1303}, with_aes_first);
    check_list(so::detail::chacha_first, {0x1303, 0x1301, 0x1302}, with_chacha_first);
    so::tls_options options = trusting_nobody();
    if (so::detail::mbedtls_api::has_tls_1_2) options.protocol = so::tls_protocol::tls_1_2;
    so::tls<recorder> link{options};
    CHECK(link.start({"service.example", 443}).state == io_state::would_block);
    const client_hello hello(link.link().sent);
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    CHECK(hello.suites == wanted);
    CHECK(hello.groups == std::vector{29U, 23U, 24U, 25U});  // x25519, then secp256r1, secp384r1 and secp521r1
#else
    // A later version may be built without some of them.
    REQUIRE_FALSE(hello.suites.empty());
    std::size_t place = 0;
    for (const unsigned suite : hello.suites) {
        CAPTURE(suite);
        if (suite >> 8 == 0x13) continue;  // of TLS 1.3
        while (place < wanted.size() && wanted[place] != suite) ++place;
        CHECK(place < wanted.size());
    }
#endif
}
#endif

#if MBEDTLS_VERSION_NUMBER < 0x04000000
TEST_CASE("tls: a program's own list of cipher suites is offered in its order, and nothing else") {
    const int chosen[] = {MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                          MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0};
    so::tls_options options = trusting_nobody();
    options.ciphersuites = chosen;
    if (so::detail::mbedtls_api::has_tls_1_2) options.protocol = so::tls_protocol::tls_1_2;
    so::tls<recorder> link{options};
    CHECK(link.start({"service.example", 443}).state == io_state::would_block);
    CHECK(client_hello(link.link().sent).suites == std::vector{0xC030U, 0xC02BU, 0x00FFU});
}
#endif

TEST_CASE("tls: an address is not sent as a name, or refused where it could not be checked") {
    for (const char* const literal : {"192.0.2.1", "2001:db8::1"}) {
        so::tls<recorder> link{trusting_nobody()};
        const io_result r = link.start({literal, 443});
        if (so::detail::mbedtls_api::lists_addresses) {
            CHECK(r.state == io_state::would_block);
            CHECK(client_hello(link.link().sent).server_name.empty());
        } else {
            check_failed(r, errc::address_not_verifiable, stage::handshake);
            CHECK(link.link().starts == 0);
        }
    }
}

TEST_CASE("tls: the dot at the end of a whole name is not sent") {
    so::tls<recorder> link{trusting_nobody()};
    CHECK(link.start({"service.example.", 443}).state == io_state::would_block);
    CHECK(client_hello(link.link().sent).server_name == "service.example");
    // Nothing would be left of this one, and no name would be compared.
    so::tls<recorder> dot{trusting_nobody()};
    CHECK(dot.start({".", 443}).state == io_state::would_block);
    CHECK(client_hello(dot.link().sent).server_name == ".");
}

#endif
