// Tests of superoffice/transport/detail/certificate_chain.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/detail/certificate_chain.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include "support/nobodys_authority.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

// What glibc says to be in use; the sanitizers have a heap of their own.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if __GLIBC_PREREQ(2, 33)
#define SUPEROFFICE_TESTS_HEAP_IN_USE 1
#include <malloc.h>
#endif
#endif

namespace {

namespace so = superoffice;
using so::detail::certificate_chain;

/// Parses a certificate behind the last one; `change` makes it another one by its last byte, which is part of the signature.
void parse_and_take(certificate_chain& to, unsigned char change) {
    REQUIRE(so::detail::mbedtls_api::begin_psa() == 0);
    mbedtls_x509_crt pem;
    mbedtls_x509_crt_init(&pem);
    REQUIRE(mbedtls_x509_crt_parse(&pem, reinterpret_cast<const unsigned char*>(support::nobodys_authority),
                                   sizeof support::nobodys_authority) == 0);
    std::string der(reinterpret_cast<const char*>(pem.raw.p), pem.raw.len);
    mbedtls_x509_crt_free(&pem);
    der.back() = static_cast<char>(change);
    REQUIRE(mbedtls_x509_crt_parse_der(&to.last(), reinterpret_cast<const unsigned char*>(der.data()), der.size()) ==
            0);
    to.take();
}

/// What mbedTLS finds in it: the last bytes of the certificates.
std::string found_in(const certificate_chain& chain) {
    std::string found;
    for (const mbedtls_x509_crt* at = &chain.first(); at != nullptr; at = at->next)
        if (at->raw.len != 0) found += static_cast<char>(at->raw.p[at->raw.len - 1]);
    return found;
}

}  // namespace

TEST_CASE("certificate_chain: each certificate is kept once, in the order in which they came") {
    struct {
        std::string taken, kept;
    } const rows[] = {{"", ""}, {"a", "a"}, {"aa", "a"}, {"abc", "abc"}, {"abacba", "abc"}, {"abbba", "ab"}};
    for (const auto& row : rows) {
        CAPTURE(row.taken);
        certificate_chain chain;
        for (const char each : row.taken) parse_and_take(chain, static_cast<unsigned char>(each));
        CHECK(found_in(chain) == row.kept);
        CHECK(chain.size() == row.kept.size());
    }
}

TEST_CASE("certificate_chain: return_to goes back to any place, and it goes on from there") {
    for (std::uint32_t before = 0; before <= 3; ++before) {
        CAPTURE(before);
        certificate_chain chain;
        for (std::uint32_t n = 0; n < before; ++n) parse_and_take(chain, static_cast<unsigned char>('a' + n));
        const certificate_chain::place place = chain.end();
        for (const char each : {'x', 'y'}) parse_and_take(chain, static_cast<unsigned char>(each));
        chain.return_to(place);
        CHECK(chain.size() == before);
        CHECK(found_in(chain) == std::string{"abc"}.substr(0, before));
        parse_and_take(chain, 'z');
        CHECK(found_in(chain) == std::string{"abc"}.substr(0, before) + 'z');
        chain.clear();
        CHECK(chain.size() == 0);
        CHECK(found_in(chain).empty());
        parse_and_take(chain, 'z');
        CHECK(found_in(chain) == "z");
    }
}

#if defined(SUPEROFFICE_TESTS_HEAP_IN_USE)
TEST_CASE("certificate_chain: dropped certificates are freed, and at its end all others") {
    std::size_t before = 0;
    for (int round = 0; round < 400; ++round) {
        if (round == 200) before = mallinfo2().uordblks;  // what the C library keeps for later is there by now
        certificate_chain chain;
        for (const char each : {'a', 'b', 'a'}) parse_and_take(chain, static_cast<unsigned char>(each));
        const certificate_chain::place place = chain.end();
        for (const char each : {'c', 'd'}) parse_and_take(chain, static_cast<unsigned char>(each));
        if (round % 2 == 0) chain.return_to(place);
    }
    CHECK(mallinfo2().uordblks < before + 10'000);
}
#endif

#endif
