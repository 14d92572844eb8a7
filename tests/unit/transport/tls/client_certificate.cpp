// Tests of superoffice/transport/tls/client_certificate.hpp: from files and memory, and with servers that ask for one.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/client_certificate.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <mbedtls/base64.h>
#include <superoffice/transport/mbedtls_socket.hpp>

#include "support/failing_calloc.hpp"
#include "support/freed_memory.hpp"
#include "tls_service.hpp"
#include "tls_testing.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <memory>
#include <new>
#include <string>
#include <string_view>

using namespace tls_testing;

namespace {

/// Nothing was loaded, and mbedTLS's code says why: a negative number.
[[maybe_unused]] void check_refused(const so::client_certificate& me, const so::result<void>& loaded) {
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error() == errc::bad_client_certificate);
    CHECK(loaded.error().stage == stage::request);
    CHECK(loaded.error().native < 0);
    CHECK_FALSE(me.is_loaded());
}

}  // namespace

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

TEST_CASE("tls: a server that wants a certificate of its client gets one, from files and from memory") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const auto path = [](const char* name) { return service().directory() + "/" + name; };
    // No version knows both: 2.28 has no AES for PKCS#8, and 4.x no DES.
    const char* const sealed_key =
        MBEDTLS_VERSION_NUMBER < 0x04000000 ? "client-encrypted.key" : "client-encrypted-aes.key";
    const std::string chain = support::text_of_file(path("client.pem")),
                      key = support::text_of_file(path("client.key")), sealed = support::text_of_file(path(sealed_key));
    constexpr const char* password = "local-test-password";
    const std::string coded = key.substr(key.find('\n') + 1, key.rfind("\n-----END") - key.find('\n') - 1);
    unsigned char der[2048];
    std::size_t der_size = 0;
    std::string digits;
    for (const char c : coded)
        if (c != '\n') digits += c;
    REQUIRE(mbedtls_base64_decode(der, sizeof der, &der_size, reinterpret_cast<const unsigned char*>(digits.data()),
                                  digits.size()) == 0);
    so::client_certificate of_files, of_memory, of_der, of_sealed, bad;
    CHECK(of_files.load_files(path("client.pem").c_str(), path("client.key").c_str()));
    CHECK(of_memory.load(bytes(chain), bytes(key)));
    CHECK(of_der.load(bytes(chain), std::as_bytes(std::span(der).first(der_size))));
    CHECK(of_sealed.load(bytes(chain), bytes(sealed), password));
    CHECK(of_sealed.load_files(path("client.pem").c_str(), path(sealed_key).c_str(), password));
    for (const char* const listener : {"picky", "picky12"}) {
        for (const so::client_certificate* const client : {&of_files, &of_memory, &of_der, &of_sealed}) {
            so::tls_options options = trusting_service();
            options.client = client;
            if (listener == std::string_view("picky12")) options.protocol = so::tls_protocol::tls_1_2;
            so::mbedtls_socket link{options};
            REQUIRE(start(link, "localhost", service().port(listener)).state == io_state::ready);
            CHECK(reply_of(link).substr(0, 15) == "HTTP/1.1 200 OK");
            CHECK(service().log_lines({"\"event\": \"handshake\""}).back().find("\"client\": \"client.example\"") !=
                  std::string::npos);
        }
    }
    const std::string foreign = support::text_of_file(path("good.key"));
    check_refused(bad, bad.load(bytes(chain), bytes(foreign)));  // another's key
    check_refused(bad, bad.load(bytes(chain), bytes(sealed), "wrong"));
    check_refused(bad, bad.load(bytes(chain), bytes(sealed)));
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    CHECK(bad.load(bytes(chain), bytes(sealed), "wrong").error().native == MBEDTLS_ERR_PK_PASSWORD_MISMATCH);
    CHECK(bad.load(bytes(chain), bytes(sealed)).error().native == MBEDTLS_ERR_PK_PASSWORD_REQUIRED);
#endif
    check_refused(bad, bad.load(bytes("garbage"), bytes(key)));
    check_refused(bad, bad.load_files("/nowhere.pem", "/nowhere.key"));
    so::tls_options options = trusting_service();
    options.client = &bad;
    so::mbedtls_socket link{options};
    check_failed(start(link, "localhost", service().port()), errc::bad_client_certificate, stage::handshake);
}

TEST_CASE("client_certificate: memory that held the key is zeroed before it is freed, also after an error") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string chain = support::text_of_file(service().directory() + "/client.pem"),
                      key = support::text_of_file(service().directory() + "/client.key");
    const std::string_view digits = std::string_view{key}.substr(key.find('\n') + 1, 48);  // in the middle of its text
    for (const std::string_view password : {std::string_view{}, std::string_view{"word"}}) {
        for (const std::string_view text : {std::string_view{key}, std::string_view{key}.substr(0, key.size() - 20)}) {
            so::client_certificate me;
            const support::freed_memory freed{digits};
            static_cast<void>(me.load(bytes(chain), bytes(text), password));
            CHECK(freed.blocks() > 0);
            CHECK(freed.found() == 0);
        }
    }
    alignas(so::client_certificate) std::byte place[sizeof(so::client_certificate)];
    auto* const me = new (place) so::client_certificate;
    REQUIRE(me->load(bytes(chain), bytes(key)));
    const auto* const held = reinterpret_cast<const std::byte*>(me->key());
    const auto is_zero = [](std::byte b) { return b == std::byte{}; };
    CHECK_FALSE(std::all_of(held, held + sizeof(mbedtls_pk_context), is_zero));
    std::destroy_at(me);
    CHECK(std::all_of(held, held + sizeof(mbedtls_pk_context), is_zero));
}

TEST_CASE("client_certificate: a chain of which one certificate cannot be read is refused, with a code of mbedTLS") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string chain = support::text_of_file(service().directory() + "/client.pem"),
                      key = support::text_of_file(service().directory() + "/client.key");
    std::string damaged = chain;  // a second one, of the same text but for its first bytes
    damaged.replace(damaged.find('\n') + 1, 8, "AAAAAAAA");
    const std::string path = service().directory() + "/damaged-chain.pem";
    std::ofstream{path} << chain << damaged;
    so::client_certificate me;
    check_refused(me, me.load_files(path.c_str(), (service().directory() + "/client.key").c_str()));
    check_refused(me, me.load(bytes(chain + damaged), bytes(key)));
    CHECK(me.load(bytes(chain), bytes(key)).has_value());
}

namespace {

/// A socket that needs no name lookup, which takes memory of its own.
struct without_lookup : so::tcp_socket {
    io_result start(const so::peer& to) noexcept { return so::tcp_socket::start({"127.0.0.1", to.port}); }
};

}  // namespace

TEST_CASE("client_certificate: a link that shows one gives all its memory back") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    if (!support::failing_calloc::works || !support::freed_memory::looks) return;
    so::client_certificate me;
    REQUIRE(
        me.load_files((service().directory() + "/client.pem").c_str(), (service().directory() + "/client.key").c_str())
            .has_value());
    so::certificate_authorities authorities;
    REQUIRE(authorities.add_file(service().ca_file().c_str()).has_value());
    so::tls_options options = trusting_service();
    options.ca_file = nullptr;
    options.authorities = &authorities;
    options.client = &me;
    const std::uint16_t port = service().port("picky");
    const auto use = [&](io_state& state) {
        const support::freed_memory freed{"any text"};
        const support::failing_calloc memory{1'000'000};
        {
            so::tls<without_lookup> link{options};
            state = start(link, "localhost", port).state;
        }
        return memory.taken() - freed.blocks();
    };
    io_state state = io_state::failed;
    static_cast<void>(use(state));  // what mbedTLS takes once and keeps for good
    REQUIRE(state == io_state::ready);
    for (const bool keeps_session : {false, true}) {
        CAPTURE(keeps_session);
        options.resume = keeps_session;
        CHECK(use(state) == 0);
        REQUIRE(state == io_state::ready);
    }
}

TEST_CASE("client_certificate: where memory runs out, and where the pair is refused, nothing stays on the heap") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string chain = support::text_of_file(service().directory() + "/client.pem"),
                      key = support::text_of_file(service().directory() + "/client.key"),
                      foreign = support::text_of_file(service().directory() + "/good.key");
    constexpr int never = 1'000'000;
    // How many more blocks of memory are held behind a `load` of which one calloc fails.
    bool loaded = false;
    const auto blocks_held_by = [&](so::client_certificate& me, std::string_view its_key, int failing) {
        const support::freed_memory freed{"any text"};
        const support::failing_calloc memory{failing};
        loaded = me.load(bytes(chain), bytes(its_key)).has_value();
        return memory.taken() - freed.blocks();
    };
    {  // makes what mbedTLS makes once
        so::client_certificate first;
        static_cast<void>(blocks_held_by(first, key, never));
        REQUIRE(loaded);
    }
    so::client_certificate me, other;
    const int pair = blocks_held_by(me, key, never);
    CHECK(loaded);
    if (support::failing_calloc::works) CHECK(pair > 0);
    CHECK(blocks_held_by(me, key, never) == 0);  // the pair that was there before is freed
    CHECK(loaded);
    CHECK(blocks_held_by(me, foreign, never) == -pair);
    CHECK_FALSE(loaded);
    // A pair takes thousands of pieces of memory: each of the first ones, then fewer and fewer of them fail. (Other
    // versions of mbedTLS may have leaks of their own there.)
    constexpr bool can_fail = support::failing_calloc::works && MBEDTLS_VERSION_NUMBER < 0x03000000;
    int failures = 0;
    loaded = !can_fail;
    for (int number = 0; !loaded && number < never; number += 1 + number / 16, ++failures) {
        CAPTURE(number);
        const int held = blocks_held_by(other, key, number);
        CHECK(held == (loaded ? pair : 0));
        CHECK(other.is_loaded() == loaded);
    }
    CHECK(loaded);
    if (can_fail) CHECK(failures > 20);
}

TEST_CASE("tls: a link with a client certificate holds no more memory, however often it connects") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::client_certificate me;
    REQUIRE(me.load_files((service().directory() + "/client.pem").c_str(),
                          (service().directory() + "/client.key").c_str()));
    so::tls_options options = trusting_nobody();
    options.client = &me;
    so::tls<recorder> link{options};
    link.link().sent.reserve(100'000);
    const auto connect = [&] {
        const support::freed_memory freed{"any text"};
        const support::failing_calloc memory{-1};
        CHECK(link.start({"service.example", 443}).state == io_state::would_block);
        link.stop();
        return memory.taken() - freed.blocks();
    };
    const int first = connect();
    if (support::failing_calloc::works) CHECK(first > 0);
    for (int again = 0; again < 5; ++again) CHECK(connect() == 0);
}

TEST_CASE("tls: a server's refusal of the client is reported, even if the server closes at once") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const char* const listener : {"picky", "picky12"}) {
        CAPTURE(listener);
        if (listener == std::string_view("picky12") && !so::detail::mbedtls_api::has_tls_1_2) continue;
        for (const char* const name : {"", "unknown-authority", "self-signed", "expired", "wrong-name"}) {
            CAPTURE(std::string(name));
            so::client_certificate me;
            so::tls_options options = trusting_service();
            if (listener == std::string_view("picky12")) options.protocol = so::tls_protocol::tls_1_2;
            if (*name != '\0') {
                const std::string pair = service().directory() + "/" + name;
                REQUIRE(me.load_files((pair + ".pem").c_str(), (pair + ".key").c_str()));
                options.client = &me;
            }
            for (int again = 0; again < 20; ++again) {
                so::mbedtls_socket link{options};
                io_result r = start(link, "localhost", service().port(listener));
                const bool met = r.state == io_state::ready;
                if (met) r = transmit(link, request(497));
                // With TLS 1.3 it is told behind the handshake: by whatever is called next.
                std::string reply;
                if (met) r = receive(link, reply);
                CHECK(reply.empty());
                CHECK(r.state == io_state::failed);
                CHECK(std::string_view(so::name(r.code)) == so::name(errc::client_certificate_refused));
                CHECK(r.native > 0);
                if (options.protocol == so::tls_protocol::tls_1_2) CHECK_FALSE(met);
            }
        }
    }
}

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
