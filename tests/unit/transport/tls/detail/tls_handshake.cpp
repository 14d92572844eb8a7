// Tests of superoffice/transport/tls/detail/tls_handshake.hpp: its pieces, and its errors.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/tls_handshake.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/tls.hpp>

#include "../tls_service.hpp"
#include "../tls_testing.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

using namespace tls_testing;

TEST_CASE("tls: a peer that does not speak TLS has another error than one that ends the connection") {
    so::tls<talker> link{trusting_nobody()};
    link.link().text = "HTTP/1.1 400 Bad Request\r\n\r\n";
    const io_result r = link.start({"service.example", 443});
    check_failed(r, errc::not_tls, stage::handshake);
    CHECK(r.native < 0);
    CHECK_FALSE(so::is_repeatable(r.code));
    CHECK(link.link().stops > 0);

    // Whatever does not begin like a record of TLS; and what does, but is broken.
    const struct {
        std::string_view text;
        errc code;
    } firsts[] = {
        {"SSH-2.0-OpenSSH_9.2\r\n", errc::not_tls},
        {"220 mail ready\r\n", errc::not_tls},
        {std::string_view("\x00\x00\x12\x04\x00\x00\x00\x00\x00", 9), errc::not_tls},  // HTTP/2
        {std::string_view("\x13\x03\x03\x00\x02\x02\x28", 7), errc::not_tls},
        {std::string_view("\x18\x03\x03\x00\x02\x02\x28", 7), errc::not_tls},
        {std::string_view("\x14\x48\x54\x54\x50\x2f\x31", 7), errc::handshake_failed},
        {std::string_view("\x16\x48\x54\x54\x50\x2f\x31", 7), errc::handshake_failed},
        {std::string_view("\x17\x48\x54\x54\x50\x2f\x31", 7), errc::handshake_failed},
        {"HTTP", errc::connection_closed},  // a header of a record has five bytes
    };
    for (const auto& first : firsts) {
        CAPTURE(first.text);
        so::tls<talker> other{trusting_nobody()};
        other.link().text = first.text;
        check_failed(other.start({"service.example", 443}), first.code, stage::handshake);
    }

    // A TLS 1.2 ServerHello that chooses "h2"; and the alerts that mean something of their own.
    so::tls_options options = trusting_nobody();
    if (so::detail::mbedtls_api::has_tls_1_2) options.protocol = so::tls_protocol::tls_1_2;
    const std::string random(32, 'r');
    const auto hello = [&](std::string_view protocol) {
        const std::string extension = std::string("\xff\x01\0\x01\0\0\x10\0\x05\0\x03\x02", 12) + std::string(protocol);
        const std::string body =
            "\x03\x03" + random + std::string("\0\xc0\x2b\0\0", 5) + static_cast<char>(extension.size()) + extension;
        return "\x16\x03\x03" + std::string(1, '\0') + static_cast<char>(body.size() + 4) + "\x02" +
               std::string(2, '\0') + static_cast<char>(body.size()) + body;
    };
    const std::string h2 = hello("h2");
    struct {
        std::string_view text;
        errc code;
        int native;
    } const answers[] = {
        {std::string_view("\x15\x03\x03\x00\x02\x02\x78", 7), errc::wrong_application_protocol, 120},
        {std::string_view("\x15\x03\x03\x00\x02\x02\x46", 7), errc::tls_version_refused, 70},
        {std::string_view("\x15\x03\x03\x00\x02\x02\x2a", 7), errc::client_certificate_refused, 42},
        {std::string_view("\x15\x03\x03\x00\x02\x02\x30", 7), errc::client_certificate_refused, 48},
        {h2, errc::wrong_application_protocol, 0},
    };
    for (const auto& answer : answers) {
        if (answer.native == 0 && !so::detail::mbedtls_api::has_tls_1_2) continue;
        so::tls<talker> refused{options};
        refused.link().text = answer.text;
        const io_result said = refused.start({"service.example", 443});
        for (int i = 0; i < 4 && said.state == io_state::would_block; ++i)
            static_cast<void>(refused.start({"service.example", 443}));
        CAPTURE(answer.native);
        CAPTURE(said.native);
        check_failed(said, answer.code, stage::handshake);
        if (answer.native != 0)
            CHECK(said.native == answer.native);
        else
            CHECK(said.native < 0);
    }

    so::tls<talker> ended{trusting_nobody()};
    check_failed(ended.start({"service.example", 443}), errc::connection_closed, stage::handshake);

    so::tls<talker> alerted{trusting_nobody()};
    alerted.link().text = std::string_view("\x15\x03\x03\x00\x02\x02\x28", 7);  // fatal, handshake_failure
    const io_result alert = alerted.start({"service.example", 443});
    check_failed(alert, errc::handshake_failed, stage::handshake);
    CHECK(alert.native == 40);

    so::tls<talker> zero{trusting_nobody()};
    zero.link().text = std::string_view("\x15\x03\x03\x00\x02\x02\x00", 7);  // fatal, close_notify: number 0
    const io_result last = zero.start({"service.example", 443});
    check_failed(last, errc::handshake_failed, stage::handshake);
    CHECK(last.native == 0);
}

namespace {

/// A peer that takes nothing; what it said last can be received.
struct hung_up : talker {
    static constexpr bool lingers = true;
    io_result transmit(std::span<const std::byte>) noexcept {
        return io_result::failed(errc::connection_reset, 32, stage::transmit);
    }
};

}  // namespace

TEST_CASE("tls: a server that hung up before it heard a word has its own error, if it said why") {
    const struct {
        const char* what;
        std::string_view text;
        errc code;
        int native;  // 1: a code of mbedTLS, which is negative
    } rows[] = {
        {"nothing", "", errc::connection_reset, 32},
        {"an alert", std::string_view("\x15\x03\x03\x00\x02\x02\x30", 7), errc::client_certificate_refused, 48},
        {"a fatal alert with the number 0", std::string_view("\x15\x03\x03\x00\x02\x02\x00", 7), errc::handshake_failed,
         0},
        {"words of another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", errc::not_tls, 1},
        {"a broken record", std::string_view("\x16\x48\x54\x54\x50\x2f\x31", 7), errc::connection_reset, 32},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        so::tls<hung_up> link{trusting_nobody()};
        link.link().text = row.text;
        io_result r = link.start({"service.example", 443});
        for (int again = 0; again < 4 && r.state == io_state::would_block; ++again)
            r = link.start({"service.example", 443});
        check_failed(r, row.code, stage::handshake);
        CHECK((row.native == 1 ? r.native < 0 : r.native == row.native));
        CHECK_FALSE(link.secure());
    }
}

TEST_CASE("tls: a server that chooses a version below 1.2 is refused for that, whatever cipher it chooses") {
    if (!so::detail::mbedtls_api::has_tls_1_2) return;
    // A ServerHello (RFC 5246 section 7.4.1.3) with a cipher that 1.0 and 1.1 have, too: ECDHE, AES-128-CBC, SHA-1.
    constexpr int suites[] = {0xc013, 0xc009, 0};
    for (const char minor : {'\0', '\1', '\2'}) {
        CAPTURE(static_cast<int>(minor));
        so::tls_options options = trusting_nobody();
        options.protocol = so::tls_protocol::tls_1_2;
        options.ciphersuites = suites;
        so::tls<talker> link{options};
        const std::string version{'\3', minor};
        const std::string text = std::string("\x16") + version + std::string("\0\x2a\x02\0\0\x26", 6) + version +
                                 std::string(32, 'r') + std::string("\0\xc0\x13\0", 4);
        link.link().text = text;
        const io_result r = link.start({"service.example", 443});
        check_failed(r, errc::tls_version_refused, stage::handshake);
        // The server is told, by a fatal alert: protocol_version (RFC 5246 section 7.2.2).
        CHECK(link.link().sent.substr(link.link().sent.size() - 2) == "\x02\x46");
    }
}

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

TEST_CASE("tls: one start does at most one step that computes with keys") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::client_certificate me;
    REQUIRE(
        me.load_files((service().directory() + "/client.pem").c_str(), (service().directory() + "/client.key").c_str())
            .has_value());
    const auto pieces_with = [&](const so::client_certificate* mine, const char* listener, so::tls_protocol protocol) {
        so::tls_options options = trusting_service();
        options.client = mine;
        options.protocol = protocol;
        so::mbedtls_socket link{options};
        int pieces = 0;
        io_result r;
        for (int i = 0; i < 100000; ++i) {
            r = link.start({"localhost", service().port(listener)});
            if (r.state != io_state::would_block) break;
            pieces += r.wants == wait_for::nothing && r.at == stage::handshake;
            link.wait(r.wants, so::milliseconds{5000});
        }
        REQUIRE(r.state == io_state::ready);
        return pieces;
    };
    // Certificates, the server's signature, the key exchange; and this client's signature, for which TLS 1.2 has a step in
    // any case.
    const struct {
        so::tls_protocol protocol;
        bool is_there;
        const char* listener;
        const char* asking;  // for a client certificate
        int for_own_signature;
    } rows[] = {{so::tls_protocol::tls_1_2, so::detail::mbedtls_api::has_tls_1_2, "old", "picky12", 0},
                {so::tls_protocol::tls_1_3, so::detail::mbedtls_api::has_tls_1_3, "new", "picky", 1}};
    for (const auto& row : rows) {
        if (!row.is_there) continue;
        CAPTURE(row.listener);
        const int without = pieces_with(nullptr, row.listener, row.protocol);
        CHECK(without >= 3);
        CHECK(without <= 5);
        CHECK(pieces_with(&me, row.asking, row.protocol) == without + row.for_own_signature);
    }
}

namespace {

enum class trouble { none, blocks, blocks_twice, fails, ends };

/// A socket that has trouble with what is transmitted second, after the ClientHello; keeps what went out.
template <bool Lingers>
struct troubled : so::tcp_socket {
    static constexpr bool lingers = Lingers;
    trouble with_second = trouble::none;
    int transmits = 0;
    std::string sent;

    io_result transmit(std::span<const std::byte> from) noexcept {
        ++transmits;
        if (transmits == 2 || (transmits == 3 && with_second == trouble::blocks_twice)) {
            switch (with_second) {
                case trouble::none: break;
                case trouble::blocks:
                case trouble::blocks_twice: return io_result::would_block(wait_for::writable, stage::transmit);
                case trouble::fails: return io_result::failed(errc::connection_reset, 104, stage::transmit);
                case trouble::ends: return io_result::closed();
            }
        }
        const io_result r = so::tcp_socket::transmit(from);
        if (r.state == io_state::ready) sent.append(reinterpret_cast<const char*>(from.data()), r.bytes);
        return r;
    }
};

struct refusal {
    const char* listener;
    bool is_old;  // TLS 1.2
    bool trusts_nobody;
    errc code;
    char alert;  // its number (RFC 5246 section 7.2)
};

template <bool Lingers>
void check_refusal(trouble with_alert, const refusal& expected) {
    if (expected.is_old ? !so::detail::mbedtls_api::has_tls_1_2 : !so::detail::mbedtls_api::has_tls_1_3) return;
    so::tls_options options = expected.trusts_nobody ? trusting_nobody() : trusting_service();
    options.protocol = expected.is_old ? so::tls_protocol::tls_1_2 : so::tls_protocol::tls_1_3;
    so::tls<troubled<Lingers>> link{options};
    link.link().with_second = with_alert;
    const io_result r = start(link, "localhost", service().port(expected.listener));
    check_failed(r, expected.code, stage::handshake);
    CHECK(r.native > 0);  // the flags of the certificate
    CHECK_FALSE(link.secure());
    if (!expected.is_old) return;  // TLS 1.3 encrypts the alert
    const bool is_told = with_alert != trouble::fails && with_alert != trouble::ends;
    const std::string alert = is_told ? std::string("\x15\x03\x03\x00\x02\x02", 6) + expected.alert : std::string{};
    const std::string& sent = link.link().sent;
    REQUIRE(sent.size() > 5 + alert.size());
    CHECK(sent.ends_with(alert));
    // One alert and no more: the record of the ClientHello says how long it is.
    const std::size_t hello = static_cast<unsigned char>(sent[3]) * 256U + static_cast<unsigned char>(sent[4]);
    CHECK(sent.size() == 5 + hello + alert.size());
}

}  // namespace

TEST_CASE("tls: a refused certificate is the error, whatever the link does when the server is told so") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const struct {
        const char* what;
        trouble with_alert;
    } rows[] = {{"goes out", trouble::none},
                {"blocks once", trouble::blocks},
                {"blocks twice", trouble::blocks_twice},
                {"fails", trouble::fails},
                {"the server has hung up", trouble::ends}};
    constexpr bool is_old = true, is_new = false, trusts_nobody = true, trusts_service = false;
    // What is wrong with a chain is judged by the library; mbedTLS alone looks at what the server's own one is meant for.
    const refusal refusals[] = {{"old", is_old, trusts_nobody, errc::certificate_unknown_authority, 48},
                                {"new", is_new, trusts_nobody, errc::certificate_unknown_authority, 48},
                                {"for-clients12", is_old, trusts_service, errc::certificate_refused, 43},
                                {"for-clients", is_new, trusts_service, errc::certificate_refused, 43}};
    for (const auto& row : rows) {
        CAPTURE(row.what);
        for (const refusal& expected : refusals) {
            CAPTURE(expected.listener);
            check_refusal<true>(row.with_alert, expected);
            check_refusal<false>(row.with_alert, expected);
        }
    }
}

TEST_CASE("tls: a server that never answers the handshake blocks no step") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::mbedtls_socket link{trusting_service()};
    io_result r;
    for (int i = 0; i < 100; ++i) {
        r = link.start({"localhost", service().port("mute")});
        CHECK(r.state == io_state::would_block);
        if (r.at == stage::handshake && r.wants == wait_for::readable) break;
        link.wait(r.wants, so::milliseconds{100});
    }
    CHECK(r.at == stage::handshake);
    CHECK(r.wants == wait_for::readable);
    link.stop();
    CHECK(start(link, "localhost", service().port()).state == io_state::ready);
}

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
