// Tests of superoffice/transport/tls/detail/tls_connection.hpp: answers of the link below, and mbedTLS's codes.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/tls_connection.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include "../tls_testing.hpp"
#include "support/failing_calloc.hpp"

#include <memory>
#include <string_view>

using namespace tls_testing;
using so::detail::tls_connection;

TEST_CASE("tls_connection: mbedTLS hears of the link below by codes of its own, and a move of no bytes is none") {
    constexpr int wants_read = MBEDTLS_ERR_SSL_WANT_READ, wants_write = MBEDTLS_ERR_SSL_WANT_WRITE;
    const struct {
        std::string_view what;
        io_result said;
        int code;
        bool repeats;  ///< mbedTLS is called again at once, if it says that it wants to read or write
    } rows[] = {
        {"bytes", io_result::ready(5), 5, true},
        {"ready, and no bytes", io_result::ready(0), wants_read, true},
        {"nothing yet", io_result::would_block(wait_for::readable), wants_read, false},
        {"the end", io_result::closed(), MBEDTLS_ERR_SSL_CONN_EOF, false},
        {"a failure", io_result::failed(errc::connection_reset, 104), MBEDTLS_ERR_SSL_INTERNAL_ERROR, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        tls_connection c;
        CHECK(c.note(row.said, wants_read) == row.code);
        CHECK(c.link_state() == row.said.state);
        CHECK(c.moved_no_data(wants_read) == row.repeats);
        CHECK(c.moved_no_data(wants_write) == row.repeats);
        CHECK_FALSE(c.moved_no_data(0));
        CHECK_FALSE(c.moved_no_data(MBEDTLS_ERR_SSL_CONN_EOF));
        c.forget_link_answer();
        CHECK(c.link_state() == io_state::ready);
    }
}

TEST_CASE("tls_connection: what ended a call is told by the link below where that knows it, else by mbedTLS") {
    const io_result nothing = io_result::ready(),
                    reset = io_result::failed(errc::connection_reset, 104, stage::receive);
    const struct {
        std::string_view what;
        io_result below;
        int code;
        stage at;
        io_result answer;
    } rows[] = {
        {"nothing yet", io_result::would_block(wait_for::readable), MBEDTLS_ERR_SSL_WANT_READ, stage::receive,
         io_result::would_block(wait_for::readable, stage::receive)},
        {"an interrupted computation", nothing, MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS, stage::handshake,
         io_result::would_block(wait_for::nothing, stage::handshake)},
        {"a reset in the handshake", reset, MBEDTLS_ERR_SSL_INTERNAL_ERROR, stage::handshake,
         io_result::failed(errc::connection_reset, 104, stage::handshake)},
        {"a reset behind it", reset, MBEDTLS_ERR_SSL_INTERNAL_ERROR, stage::transmit, reset},
        {"close_notify", nothing, MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, stage::receive, io_result::closed()},
        {"an end without it", io_result::closed(), MBEDTLS_ERR_SSL_CONN_EOF, stage::receive,
         io_result::failed(errc::truncated_close, MBEDTLS_ERR_SSL_CONN_EOF, stage::receive)},
        {"a damaged record", nothing, MBEDTLS_ERR_SSL_INVALID_MAC, stage::receive,
         io_result::failed(errc::link_failed, MBEDTLS_ERR_SSL_INVALID_MAC, stage::receive)},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        tls_connection c;
        static_cast<void>(c.note(row.below, MBEDTLS_ERR_SSL_WANT_READ));
        const io_result answer = c.answer(row.code, row.at);
        CHECK(answer.state == row.answer.state);
        CHECK(answer.wants == row.answer.wants);
        CHECK(answer.at == row.answer.at);
        CHECK(std::string_view(so::name(answer.code)) == so::name(row.answer.code));
        CHECK(answer.native == row.answer.native);
    }
}

TEST_CASE("tls_connection: its memory is taken once and kept, unless it is freed") {
    REQUIRE(so::detail::mbedtls_api::begin_psa() == 0);
    tls_connection c;
    REQUIRE(mbedtls_ssl_config_defaults(&c.config(), MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                        MBEDTLS_SSL_PRESET_DEFAULT) == 0);
    mbedtls_ssl_conf_rng(&c.config(), [](void*, unsigned char*, std::size_t) { return 0; }, nullptr);
    const auto taken_by_reset = [&c] {
        const support::failing_calloc memory{1'000'000};
        REQUIRE(c.reset() == 0);
        return memory.taken();
    };
    const int first = taken_by_reset(), again = taken_by_reset();
    c.free();
    const int anew = taken_by_reset();
    if (!support::failing_calloc::works) return;
    CHECK(first > again);
    CHECK(anew == first);
}

#endif
