// Tests of superoffice/transport/detail/certificates_in_place.hpp. tests/shared_authorities tests it with handshakes.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/detail/certificates_in_place.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include "support/failing_calloc.hpp"
#include "support/nobodys_authority.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

// What glibc says to be in use; the address sanitizer has a heap of its own.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if __GLIBC_PREREQ(2, 33)
#define SUPEROFFICE_TESTS_HEAP_IN_USE 1
#include <malloc.h>
#endif
#endif

namespace so = superoffice;
using namespace std::string_literals;

namespace {

/// Other versions of mbedTLS may have faults of their own where memory runs out.
constexpr bool can_fail = support::failing_calloc::works && MBEDTLS_VERSION_NUMBER < 0x03000000;

/// A certificate of mbedTLS that is freed.
struct certificate {
    certificate() { mbedtls_x509_crt_init(&it); }
    certificate(const certificate&) = delete;
    certificate& operator=(const certificate&) = delete;
    ~certificate() { mbedtls_x509_crt_free(&it); }
    mbedtls_x509_crt it;
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

std::string der() {
    REQUIRE(so::detail::mbedtls_api::begin_psa() == 0);
    certificate parsed;
    REQUIRE(mbedtls_x509_crt_parse(&parsed.it, reinterpret_cast<const unsigned char*>(support::nobodys_authority),
                                   sizeof support::nobodys_authority) == 0);
    return {reinterpret_cast<const char*>(parsed.it.raw.p), parsed.it.raw.len};
}

/// The same with something else in place of a part of it.
std::string changed(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// How many certificates mbedTLS would get for the issuer of `child`.
int issuers(const so::detail::certificates_in_place& all, const mbedtls_x509_crt& chain, const std::string& child) {
    certificate parsed;
    REQUIRE(mbedtls_x509_crt_parse_der(&parsed.it, reinterpret_cast<const unsigned char*>(child.data()),
                                       child.size()) == 0);
    mbedtls_x509_crt* list = nullptr;
    REQUIRE(all.list_issuers(chain, parsed.it, list) == 0);
    int count = 0;
    for (const mbedtls_x509_crt* at = list; at != nullptr; at = at->next) {
        CHECK(at->raw.len != 0);
        ++count;
    }
    if (list != nullptr) mbedtls_x509_crt_free(list);
    mbedtls_free(list);
    return count;
}

}  // namespace

TEST_CASE("certificates_in_place: mbedTLS gets the certificates of the issuer's name, and no list if there are none") {
    const std::string one = der(), other = changed(one, "Nobody's", "Nobodx's"),
                      louder = changed(one, "Nobody's", "NOBODY'S"),
                      unreadable = changed(one, "\x30\x59\x30\x13"s, "\x31\x59\x30\x13"s);
    const certificate none;
    certificate chain, others;
    REQUIRE(mbedtls_x509_crt_parse_der(&chain.it, reinterpret_cast<const unsigned char*>(one.data()), one.size()) == 0);
    REQUIRE(mbedtls_x509_crt_parse_der(&others.it, reinterpret_cast<const unsigned char*>(other.data()),
                                       other.size()) == 0);
    const struct {
        const char* what;
        std::string all;
        const mbedtls_x509_crt& chain;
        std::uint32_t count;
        int found;
    } cases[] = {
        {"nothing", "", none.it, 0, 0},
        {"another name", other, none.it, 1, 0},
        {"the name", one, none.it, 1, 1},
        {"the name in other letters", louder, none.it, 1, 1},
        {"the name twice, and another one", one + other + one, none.it, 3, 2},
        {"one that cannot be read", unreadable, none.it, 1, 0},
        {"one that cannot be read, first", unreadable + one, none.it, 2, 1},
        {"in the chain", other, chain.it, 1, 1},
        {"in both", one, chain.it, 1, 2},
        {"another name in the chain", "", others.it, 0, 0},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        so::detail::certificates_in_place all;
        all.set(bytes(c.all), c.count);
        CHECK(all.size() == c.count);
        CHECK(issuers(all, c.chain, one) == c.found);
    }
}

#if defined(SUPEROFFICE_TESTS_HEAP_IN_USE)
TEST_CASE("certificates_in_place: certificates that were parsed for a handshake are freed") {
    const std::string one = der();
    certificate named;
    REQUIRE(mbedtls_x509_crt_parse_der(&named.it, reinterpret_cast<const unsigned char*>(one.data()), one.size()) == 0);
    const certificate none;
    const std::string other = changed(one, "Nobody's", "Nobodx's"), unreadable = changed(one, "\x30\x59"s, "\x31\x59"s);
    so::detail::certificates_in_place all, unread;
    all.set(bytes(one), 1);
    unread.set(bytes(unreadable), 1);
    std::size_t before = 0;
    for (int round = 0; round < 200; ++round) {
        if (round == 100) before = mallinfo2().uordblks;  // what the C library keeps for later is there by now
        CHECK_FALSE(all.find(named.it.subject_raw, [](const mbedtls_x509_crt&) { return false; }));
        CHECK(issuers(all, none.it, one) == 1);
        CHECK(issuers(unread, none.it, one) == 0);
    }
    CHECK(mallinfo2().uordblks < before + 10'000);
}
#endif

TEST_CASE("certificates_in_place: where memory runs out mbedTLS is told so and gets no list, and a search goes on") {
    const std::string one = der(), two = one + one;
    certificate named, chain;
    for (certificate* each : {&named, &chain})
        REQUIRE(mbedtls_x509_crt_parse_der(&each->it, reinterpret_cast<const unsigned char*>(one.data()), one.size()) ==
                0);
    so::detail::certificates_in_place all, nothing;
    all.set(bytes(two), 2);
    const struct {
        const char* what;
        const so::detail::certificates_in_place& all;
    } cases[] = {{"in place", all}, {"in the chain", nothing}};
    for (const auto& c : cases) {
        CAPTURE(c.what);
        int number = 0;
        for (bool failed = can_fail; failed; ++number) {
            CAPTURE(number);
            mbedtls_x509_crt* list = nullptr;
            const support::freed_memory freed{"any text"};
            const support::failing_calloc memory{number};
            const int code = c.all.list_issuers(chain.it, named.it, list);
            failed = memory.has_failed();
            CHECK((code == 0) == !failed);
            CHECK((list == nullptr) == failed);
            if (failed) {
                CHECK(so::detail::mbedtls_api::is_out_of_memory(code));
                CHECK(memory.taken() == freed.blocks());
            } else {
                mbedtls_x509_crt_free(list);
                mbedtls_free(list);
            }
        }
        if (can_fail) CHECK(number > 5);
    }
    int seen = 2;
    for (int number = 0; can_fail && number < 3; ++number) {
        const support::failing_calloc memory{number};
        seen = 0;
        CHECK_FALSE(all.find(named.it.subject_raw, [&seen](const mbedtls_x509_crt&) { return ++seen, false; }));
        CHECK(seen == 1);  // the other one
    }
}

TEST_CASE("certificates_in_place: the certificates of a name are tried until one is taken") {
    const std::string one = der(), other = changed(one, "Nobody's", "Nobodx's"), three = one + other + one;
    certificate named;
    REQUIRE(mbedtls_x509_crt_parse_der(&named.it, reinterpret_cast<const unsigned char*>(one.data()), one.size()) == 0);
    so::detail::certificates_in_place all;
    all.set(bytes(three), 3);
    int looked = 0;
    const auto none = [&looked](const mbedtls_x509_crt& each) { return ++looked, each.raw.len == 0; };
    CHECK_FALSE(all.find(named.it.subject_raw, none));
    CHECK(looked == 2);
    const auto first = [&looked](const mbedtls_x509_crt& each) { return ++looked, each.raw.len != 0; };
    CHECK(all.find(named.it.subject_raw, first));
    CHECK(looked == 3);
}

TEST_CASE("certificates_in_place: the search ends at a certificate whose bytes were changed meanwhile") {
    const std::string one = der(), other = changed(one, "Nobody's", "Nobodx's");
    certificate named;
    REQUIRE(mbedtls_x509_crt_parse_der(&named.it, reinterpret_cast<const unsigned char*>(one.data()), one.size()) == 0);
    for (std::size_t n = 0; n < 3; ++n) {
        CAPTURE(n);
        std::string three = other + other + other;
        so::detail::certificates_in_place all;
        all.set(bytes(three), 3);
        three[n * one.size()] = '\xff';  // flash that was erased
        CHECK_FALSE(all.find(named.it.subject_raw, [](const mbedtls_x509_crt&) { return true; }));
    }
}

TEST_CASE("certificates_in_place: without certificates, or if mbedTLS does not ask, there are none") {
    const std::string one = der();
    const so::detail::certificates_in_place nothing;
    CHECK(nothing.size() == 0);
    so::detail::no_certificates_in_place never;
    never.set(bytes(one), 1);
    CHECK(never.size() == 0);
    certificate named;
    REQUIRE(mbedtls_x509_crt_parse_der(&named.it, reinterpret_cast<const unsigned char*>(one.data()), one.size()) == 0);
    CHECK_FALSE(never.find(named.it.subject_raw, [](const mbedtls_x509_crt&) { return true; }));
    mbedtls_x509_crt* list = nullptr;
    CHECK(never.list_issuers(named.it, named.it, list) == 0);
    CHECK(list == nullptr);
}

TEST_CASE("certificates_in_place: all bytes count for the trust of a session") {
    const std::string one = der(), two = one + one;
    std::uint8_t hashes[3][32] = {};
    const std::string_view texts[] = {"", one, two};
    for (std::size_t n = 0; n < 3; ++n) {
        so::detail::certificates_in_place all;
        all.set(bytes(texts[n]), static_cast<std::uint32_t>(n));
        so::detail::sha256 hash;
        all.add_to(hash);
        REQUIRE(hash.finish(hashes[n]));
    }
    CHECK(std::memcmp(hashes[0], hashes[1], 32) != 0);
    CHECK(std::memcmp(hashes[1], hashes[2], 32) != 0);
}

#endif
