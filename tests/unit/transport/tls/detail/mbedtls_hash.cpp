// Tests of superoffice/transport/tls/detail/mbedtls_hash.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

namespace so = superoffice;

TEST_CASE("sha256: the examples of FIPS 180-4, in one piece and byte by byte") {
    struct row {
        std::string_view text;
        std::uint8_t hash[32];
    };
    const row rows[] = {
        {"abc", {0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA, 0x41, 0x41, 0x40, 0xDE, 0x5D, 0xAE, 0x22, 0x23,
                 0xB0, 0x03, 0x61, 0xA3, 0x96, 0x17, 0x7A, 0x9C, 0xB4, 0x10, 0xFF, 0x61, 0xF2, 0x00, 0x15, 0xAD}},
        {"", {0xE3, 0xB0, 0xC4, 0x42, 0x98, 0xFC, 0x1C, 0x14, 0x9A, 0xFB, 0xF4, 0xC8, 0x99, 0x6F, 0xB9, 0x24,
              0x27, 0xAE, 0x41, 0xE4, 0x64, 0x9B, 0x93, 0x4C, 0xA4, 0x95, 0x99, 0x1B, 0x78, 0x52, 0xB8, 0x55}},
    };
    REQUIRE(so::detail::mbedtls_api::begin_psa() == 0);
    for (const row& each : rows) {
        CAPTURE(each.text);
        std::uint8_t made[32] = {};
        so::detail::sha256 whole;
        whole.add(each.text.data(), each.text.size());
        CHECK(whole.finish(made));
        CHECK(std::equal(made, made + 32, each.hash));
        so::detail::sha256 pieces;
        for (const char& c : each.text) pieces.add(&c, 1);
        CHECK(pieces.finish(made));
        CHECK(std::equal(made, made + 32, each.hash));
    }
}

#if MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_SHA256_C)
TEST_CASE("sha256: what was hashed is zeroed when it ends") {
    using so::detail::sha256;
    alignas(sha256) std::byte place[sizeof(sha256)];
    std::fill(std::begin(place), std::end(place), std::byte{0xFF});
    auto* const one = new (place) sha256;
    one->add("a secret of 18 byte", 18);
    std::destroy_at(one);
    const auto is_zero = [](std::byte b) { return b == std::byte{}; };
    CHECK(std::all_of(place, place + sizeof(mbedtls_sha256_context), is_zero));
}
#endif

#endif
