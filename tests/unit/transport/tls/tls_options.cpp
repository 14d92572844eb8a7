// Tests of superoffice/transport/tls/tls_options.hpp: the options that no other file tests.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/tls_options.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/tls.hpp>

#include "tls_service.hpp"
#include "tls_testing.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

using namespace tls_testing;
using namespace std::string_literals;

namespace {

constexpr struct {
    so::tls_fragment fragment;
    char code;  // RFC 6066 section 4
    std::size_t text;
} fragments[] = {
    {so::tls_fragment::unlimited, 0, 16384}, {so::tls_fragment::bytes_512, 1, 512},
    {so::tls_fragment::bytes_1024, 2, 1024}, {so::tls_fragment::bytes_2048, 3, 2048},
    {so::tls_fragment::bytes_4096, 4, 4096},
};

}  // namespace

TEST_CASE("tls: max_fragment is asked for in the ClientHello, and not otherwise") {
    for (const auto& c : fragments) {
        CAPTURE(c.text);
        so::tls_options options = trusting_nobody();
        options.protocol = so::tls_protocol::tls_1_2;
        options.max_fragment = c.fragment;
        so::tls<recorder> link{options};
        const io_result r = link.start({"service.example", 443});
        if (c.code != 0 && !so::detail::mbedtls_api::has_fragment_length) {
            check_failed(r, errc::handshake_failed, stage::handshake);
            CHECK(r.native < 0);
            CHECK(link.link().starts == 0);
            continue;
        }
        CHECK(r.state == io_state::would_block);
        const std::string extension = "\0\1\0\1"s;
        const std::size_t at = link.link().sent.find(extension + c.code);
        CHECK((at != std::string::npos) == (c.code != 0));
    }
}

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

namespace {

/// Keeps what came.
struct listening : so::tcp_socket {
    std::string came;
    io_result receive(std::span<std::byte> into) noexcept {
        const io_result r = so::tcp_socket::receive(into);
        came.append(reinterpret_cast<const char*>(into.data()), r.bytes);
        return r;
    }
};

/// The text of the longest record in whole bytes of TLS, with what the cipher adds.
std::size_t longest_record(std::string_view bytes) {
    std::size_t longest = 0;
    while (bytes.size() >= 5) {
        const std::size_t size = static_cast<unsigned char>(bytes[3]) * 256U + static_cast<unsigned char>(bytes[4]);
        if (size > longest) longest = size;
        bytes.remove_prefix(bytes.size() < 5 + size ? bytes.size() : 5 + size);
    }
    return longest;
}

}  // namespace

TEST_CASE("tls: with max_fragment no record that comes is longer, and the call is the same") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    if (!so::detail::mbedtls_api::has_fragment_length) return;
    constexpr std::size_t of_cipher = 48;  // a nonce and a tag
    for (const auto& c : fragments) {
        if (c.text == 512) continue;  // a certificate in two records is joined by newer versions of mbedTLS only
        CAPTURE(c.text);
        so::tls_options options = trusting_service();
        options.protocol = so::tls_protocol::tls_1_2;
        options.max_fragment = c.fragment;
        so::tls<listening> link{options};
        REQUIRE(start(link, "localhost", service().port("old")).state == io_state::ready);
        const std::string filler = "X-Filler: " + std::string(6000, 'x') + "\r\n";
        std::string reply;
        REQUIRE(transmit(link, request(497, filler)).state == io_state::ready);
        REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
        CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
        CHECK(longest_record(link.link().came) <= c.text + of_cipher);
        if (c.text <= 1024) CHECK(longest_record(link.link().came) >= c.text / 2);
    }
}

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
