// Tests of superoffice/transport/tls/detail/tls_session.hpp without a server; with one, see tls_resumption.cpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/tls_session.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

using superoffice::detail::mbedtls_api;
using superoffice::detail::sha256;
using superoffice::detail::tls_session;

namespace {

constexpr std::uint8_t trust[32] = {1, 2, 3};

/// The bytes of a session in mbedTLS's form, as `save` writes them: format and moment before, the hash behind.
std::vector<std::byte> saved_form(std::span<const unsigned char> session, unsigned char format = 1) {
    std::vector<unsigned char> all(tls_session::head_bytes);
    all[0] = format;
    all[8] = 77;  // the moment
    all.insert(all.end(), session.begin(), session.end());
    std::uint8_t hash[32] = {};
    sha256 sum;
    sum.add(trust, sizeof trust);
    sum.add(all.data(), all.size());
    REQUIRE(sum.finish(hash));
    all.insert(all.end(), hash, hash + sizeof hash);
    std::vector<std::byte> bytes(all.size());
    std::memcpy(bytes.data(), all.data(), all.size());
    return bytes;
}

/// A session without keys or tickets in mbedTLS's form; empty where this version writes none.
std::vector<unsigned char> empty_session() {
    mbedtls_ssl_session none;
    mbedtls_ssl_session_init(&none);
    std::vector<unsigned char> bytes(1024);
    std::size_t size = 0;
    if (mbedtls_ssl_session_save(&none, bytes.data(), bytes.size(), &size) != 0) size = 0;
    mbedtls_ssl_session_free(&none);
    bytes.resize(size);
    return bytes;
}

}  // namespace

TEST_CASE("tls_session: where there is none, there is nothing to save and nothing to offer") {
    REQUIRE(mbedtls_api::begin_psa() == 0);
    const tls_session none;
    CHECK_FALSE(none.is_there());
    std::array<std::byte, 2048> room{};
    CHECK(none.save(room, trust) == 0);
    mbedtls_ssl_context ssl;
    mbedtls_ssl_init(&ssl);
    CHECK_FALSE(none.give_to(ssl));
    mbedtls_ssl_free(&ssl);
}

TEST_CASE("tls_session: bytes with a good hash that mbedTLS does not take, of another version say, are no session") {
    REQUIRE(mbedtls_api::begin_psa() == 0);
    constexpr unsigned char other_version[] = {9, 9, 9, 0, 0, 0, 0, 0};
    tls_session session;
    CHECK_FALSE(session.load(saved_form(other_version), trust));
    CHECK_FALSE(session.is_there());
    CHECK_FALSE(session.load(saved_form({}), trust));  // head and hash, and no session in between
    CHECK_FALSE(session.load(saved_form(other_version, 2), trust));
}

TEST_CASE(
    "tls_session: it is saved as it was loaded, where there is room for all of it; a bare connection takes none") {
    REQUIRE(mbedtls_api::begin_psa() == 0);
    const std::vector<unsigned char> plain = empty_session();
    if (plain.empty()) return;  // of mbedTLS 3 and later
    const std::vector<std::byte> bytes = saved_form(plain);
    tls_session session;
    REQUIRE(session.load(bytes, trust));
    CHECK(session.is_there());
    CHECK(session.valid_until() == 77);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        std::vector<std::byte> room(size);
        CHECK(session.save(room, trust) == 0);
    }
    std::vector<std::byte> room(bytes.size());
    CHECK(session.save(room, trust) == bytes.size());
    CHECK(room == bytes);
    mbedtls_ssl_context ssl;
    mbedtls_ssl_init(&ssl);
    CHECK_FALSE(session.give_to(ssl));
    mbedtls_ssl_free(&ssl);
}

#endif
