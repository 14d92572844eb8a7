// Tests of superoffice/transport/tls/tls.hpp: against a real OpenSSL server, and over scripted links where the peer is nobody.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/tls.hpp>

#include <mbedtls/base64.h>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/http/base_url.hpp>
#include <superoffice/transport/mbedtls_socket.hpp>
#include <superoffice/transport/scripted.hpp>
#include <superoffice/transport/tls/tls_refusal.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)
#include "support/local_service.hpp"
#include "support/test_tls.hpp"
#endif

namespace so = superoffice;
using so::errc;
using so::io_result;
using so::io_state;
using so::stage;
using so::wait_for;

namespace {

static_assert(so::byte_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::timed_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::lingering_transport<so::tls<so::byte_transport_archetype>>);
static_assert(so::lingering_transport<so::tls<so::scripted>>);
static_assert(!so::waking_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::waiting_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::tls<so::byte_transport_archetype>::may_wait);

void check_failed(const io_result& r, errc code, stage at) {
    CHECK(r.state == io_state::failed);
    CHECK(std::string_view(so::name(r.code)) == so::name(code));
    CHECK(std::string_view(so::name(r.at)) == so::name(at));
}

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

/// An authority that signed nothing: made for this test, its key is gone. Here, so that links can be configured where no
/// service runs.
constexpr char nobodys_authority[] = R"(-----BEGIN CERTIFICATE-----
MIIBqjCCAVGgAwIBAgIUIHtYKAJ7a2wXYZf2N3pQb8SA0+QwCgYIKoZIzj0EAwIw
IjEgMB4GA1UEAwwXTm9ib2R5J3MgVGVzdCBBdXRob3JpdHkwIBcNMjYxMTIzMjMx
MzE3WhgPMjA1MTA3MTUyMzEzMTdaMCIxIDAeBgNVBAMMF05vYm9keSdzIFRlc3Qg
QXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmYAJPFI7BUv+mC5a
4Ep0uNPb537skzKPbCRahrztWnclOA7/1cKgAPXDfn1F3vRMCabNYx4bs99xV+ou
AGaQmaNjMGEwHQYDVR0OBBYEFLwXsWeFH7DCcbmkeLvFtNsFtL/cMB8GA1UdIwQY
MBaAFLwXsWeFH7DCcbmkeLvFtNsFtL/cMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
AQH/BAQDAgIEMAoGCCqGSM49BAMCA0cAMEQCIFtVGeGHXboX5rdUkZOW8A8myLid
F7DND2BpFMqxjs/QAiBJB1rwFeh/7Y1oKRJ5eaG59JK/vGVqb4AIBqmIqzv/5A==
-----END CERTIFICATE-----
)";

so::tls_options trusting_nobody() {
    so::tls_options options;
    options.ca_memory = bytes(nobodys_authority);
    return options;
}

/// Keeps what is transmitted; nothing ever comes back.
struct recorder {
    static constexpr bool may_wait = false;
    std::string sent;
    int starts = 0, stops = 0;

    io_result start(const so::peer&) noexcept { return ++starts, io_result::ready(); }
    io_result receive(std::span<std::byte>) noexcept { return io_result::would_block(wait_for::readable); }
    io_result transmit(std::span<const std::byte> from) noexcept {
        sent.append(reinterpret_cast<const char*>(from.data()), from.size());
        return io_result::ready(from.size());
    }
    void stop() noexcept { ++stops; }
    [[nodiscard]] bool secure() const noexcept { return false; }
};

/// What a ClientHello (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2) says.
struct client_hello {
    std::string server_name, protocol, session_id, ticket;
    std::vector<unsigned> versions, groups;
    bool has_shared_key = false;  // pre_shared_key: how TLS 1.3 offers a session

    /// More may follow the record.
    explicit client_hello(std::string_view record) {
        std::size_t at = 5 + 4;  // behind the heads of the record and of the message
        const auto number = [&](int size) {
            unsigned n = 0;
            for (int i = 0; i < size; ++i) n = n << 8 | static_cast<unsigned char>(record.at(at++));
            return n;
        };
        record = record.substr(0, std::size_t{5} + static_cast<unsigned char>(record.at(3)) * 256U +
                                      static_cast<unsigned char>(record.at(4)));
        versions.push_back(number(2));
        at += 32;
        const std::size_t id_size = number(1);
        session_id = record.substr(at, id_size);
        at += id_size;
        at += number(2);
        at += number(1);
        number(2);
        while (at < record.size()) {
            const unsigned type = number(2);
            const std::size_t end = number(2) + at;
            if (type == 0) server_name = record.substr(at + 5, end - at - 5);
            if (type == 16) protocol = record.substr(at + 3, end - at - 3);
            if (type == 10) groups = numbers(record.substr(at + 2, end - at - 2));
            if (type == 35) ticket = record.substr(at, end - at);
            if (type == 41) has_shared_key = true;
            if (type == 43) versions = numbers(record.substr(at + 1, end - at - 1));
            at = end;
        }
    }

  private:
    static std::vector<unsigned> numbers(std::string_view text) {
        std::vector<unsigned> found;
        for (; text.size() >= 2; text.remove_prefix(2))
            found.push_back(static_cast<unsigned>(static_cast<unsigned char>(text[0])) << 8 |
                            static_cast<unsigned char>(text[1]));
        return found;
    }
};

constexpr unsigned tls_1_2 = 0x0303, tls_1_3 = 0x0304;

}  // namespace

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
}

TEST_CASE("tls: what cannot be a host is refused before anything else") {
    const std::string long_name(so::max_host_bytes + 1, 'a');
    for (const std::string_view host : {std::string_view(), std::string_view("a\0b", 3), std::string_view(long_name)}) {
        so::tls<recorder> link{trusting_nobody()};
        check_failed(link.start({host, 443}), errc::name_not_found, stage::resolve);
        CHECK(link.link().starts == 0);
    }
}

TEST_CASE("tls: authorities that cannot be had are told before the link below is started") {
    const std::string broken = "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n";
    const std::string cut = std::string(nobodys_authority).substr(0, 200);
    so::tls_options missing, garbage, broken_pem, cut_pem, cut_der;
    missing.ca_file = "/nowhere/at/all.pem";
    garbage.ca_memory = bytes("garbage");
    broken_pem.ca_memory = bytes(broken);
    cut_pem.ca_memory = bytes(cut);
    cut_der.ca_memory = bytes(std::string_view("\x30\x82\x01\x00\x30", 5));
    struct {
        const char* what;
        so::tls_options options;
        errc code;
    } const cases[] = {
        {"missing file", missing, errc::no_authorities},   {"garbage", garbage, errc::bad_authorities},
        {"broken PEM", broken_pem, errc::bad_authorities}, {"PEM cut off", cut_pem, errc::bad_authorities},
        {"DER cut off", cut_der, errc::bad_authorities},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        so::tls<recorder> link{c.options};
        for (int again = 0; again < 2; ++again) {
            const io_result r = link.start({"service.example", 443});
            check_failed(r, c.code, stage::handshake);
            CHECK(r.native < 0);
        }
        CHECK(link.link().starts == 0);
    }
}

TEST_CASE("tls: of several authorities in memory those that cannot be read are skipped") {
    const std::string mixed = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\nwords between\n" +
                              std::string(nobodys_authority);
    so::tls_options options;
    options.ca_memory = bytes(mixed);
    so::tls<recorder> link{options};
    CHECK(link.start({"service.example", 443}).state == io_state::would_block);
}

TEST_CASE("tls: a clock that does not go is told before anything is sent, unless dates do not matter") {
    so::tls_options options = trusting_nobody();
    options.utc_now.seconds = [](void*) noexcept { return std::int64_t{0}; };
    so::tls<recorder> link{options};
    check_failed(link.start({"service.example", 443}), errc::no_clock, stage::handshake);
    CHECK(link.link().starts == 0);

    options.skip_certificate_dates = true;
    so::tls<recorder> careless{options};
    CHECK(careless.start({"service.example", 443}).state == io_state::would_block);
}

TEST_CASE("tls: random bytes come from where the options say, and their failure is told") {
    static int asked;
    asked = 0;
    so::tls_options options = trusting_nobody();
    options.random.fill = [](void* context, std::span<std::byte> into) noexcept {
        ++asked;
        for (std::byte& b : into) b = std::byte{0x5a};
        return *static_cast<bool*>(context);
    };
    bool works = true;
    options.random.context = &works;
    so::tls<recorder> link{options};
    const io_result r = link.start({"service.example", 443});
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
    check_failed(r, errc::no_entropy, stage::handshake);
#else
    CHECK(r.state == io_state::would_block);
    CHECK(asked > 0);
    CHECK(link.link().sent.find(std::string(28, 'Z')) != std::string::npos);  // the random of the ClientHello
    link.stop();
    works = false;
    check_failed(link.start({"service.example", 443}), errc::no_entropy, stage::handshake);
    works = true;
    CHECK(link.start({"service.example", 443}).state == io_state::would_block);
#endif
}

TEST_CASE("tls: what the link below says passes through unchanged") {
    namespace script = so::script;
    const so::peer to{"service.example", 443};

    SUBCASE("while it is started") {
        const so::script_step steps[] = {
            script::would_block(wait_for::time, stage::resolve),
            script::would_block(wait_for::writable, stage::connect),
            script::fails(errc::connection_refused, 111, stage::connect),
            script::starts(),
        };
        so::tls<so::scripted> link{trusting_nobody(), steps};
        io_result r = link.start(to);
        CHECK(r.state == io_state::would_block);
        CHECK(r.wants == wait_for::time);
        CHECK(r.at == stage::resolve);
        r = link.start(to);
        CHECK(r.wants == wait_for::writable);
        r = link.start(to);
        check_failed(r, errc::connection_refused, stage::connect);
        CHECK(r.native == 111);
    }
    SUBCASE("in the handshake") {
        const so::script_step steps[] = {script::starts(), script::fails(errc::connection_reset, 104)};
        so::tls<so::scripted> link{trusting_nobody(), steps};
        const io_result r = link.start(to);
        check_failed(r, errc::connection_reset, stage::handshake);
        CHECK(r.native == 104);
    }
    SUBCASE("also what it waits for, whatever mbedTLS waits for") {
        const so::script_step steps[] = {script::starts(), script::would_block(wait_for::readable)};
        so::tls<so::scripted> link{trusting_nobody(), steps};
        const io_result r = link.start(to);  // it transmits, and the link below wants to read first
        CHECK(r.state == io_state::would_block);
        CHECK(r.wants == wait_for::readable);
        CHECK(r.at == stage::handshake);
    }
    SUBCASE("nothing is moved outside of a connection") {
        so::tls<recorder> link{trusting_nobody()};
        std::array<std::byte, 4> into{};
        link.stop();
        CHECK(link.receive(into).state == io_state::failed);
        CHECK(link.transmit(bytes("x")).state == io_state::failed);
        CHECK(link.start(to).state == io_state::would_block);
        const std::string hello = link.link().sent;
        CHECK(link.transmit(bytes("secret")).state == io_state::failed);
        CHECK(link.receive(into).state == io_state::failed);
        link.stop();
        CHECK(link.link().sent == hello);
    }
}

TEST_CASE("tls: a peer that does not speak TLS is told from one that ends the connection") {
    struct talker : recorder {
        std::string_view text;
        io_result receive(std::span<std::byte> into) noexcept {
            if (text.empty()) return io_result::closed();
            const std::size_t n = text.copy(reinterpret_cast<char*>(into.data()), into.size());
            text.remove_prefix(n);
            return io_result::ready(n);
        }
    };
    so::tls<talker> link{trusting_nobody()};
    link.link().text = "HTTP/1.1 400 Bad Request\r\n\r\n";
    const io_result r = link.start({"service.example", 443});
    check_failed(r, errc::handshake_failed, stage::handshake);
    CHECK(r.native < 0);
    CHECK(link.link().stops > 0);

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
}

TEST_CASE("tls: the verdict on a certificate is the most telling of its faults") {
    struct {
        std::uint32_t flags;
        errc code;
    } const cases[] = {
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED, errc::certificate_unknown_authority},
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_CN_MISMATCH | MBEDTLS_X509_BADCERT_EXPIRED,
         errc::certificate_unknown_authority},
        {MBEDTLS_X509_BADCERT_REVOKED | MBEDTLS_X509_BADCERT_EXPIRED, errc::certificate_refused},
        {MBEDTLS_X509_BADCERT_CN_MISMATCH | MBEDTLS_X509_BADCERT_EXPIRED, errc::certificate_wrong_name},
        {MBEDTLS_X509_BADCERT_EXPIRED, errc::certificate_expired},
        {MBEDTLS_X509_BADCERT_FUTURE, errc::certificate_not_yet_valid},
        {MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCERT_BAD_KEY, errc::certificate_not_yet_valid},
        {MBEDTLS_X509_BADCERT_BAD_MD, errc::certificate_refused},
        {MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, errc::certificate_refused},
        {0xffffffff, errc::certificate_unknown_authority},
    };
    const so::detail::tls_judge judge;
    for (const auto& c : cases) {
        CAPTURE(c.flags);
        CHECK(std::string_view(so::name(judge.verdict(c.flags))) == so::name(c.code));
    }
}

TEST_CASE("tls: dates are judged by the injected clock, whatever mbedTLS's own clock said") {
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt_init(&certificate);
    REQUIRE(mbedtls_x509_crt_parse(&certificate, reinterpret_cast<const unsigned char*>(nobodys_authority),
                                   sizeof nobodys_authority) == 0);
    const std::int64_t first = so::detail::seconds_of(certificate.valid_from);
    const std::int64_t last = so::detail::seconds_of(certificate.valid_to);
    CHECK(first == 1795475597);
    CHECK(last == 2573075597);
    constexpr std::uint32_t expired = MBEDTLS_X509_BADCERT_EXPIRED, future = MBEDTLS_X509_BADCERT_FUTURE;
    struct {
        bool skip;
        std::int64_t now;
        std::uint32_t before, after;
    } const cases[] = {
        {false, first - 1, expired, future},
        {false, first, future, 0},
        {false, last, expired, 0},
        {false, last + 1, 0, expired},
        {true, last + 1, future, 0},
        {false, 0, expired, expired},
        {false, first, MBEDTLS_X509_BADCERT_NOT_TRUSTED | future, MBEDTLS_X509_BADCERT_NOT_TRUSTED},
    };
    for (const auto& c : cases) {
        so::detail::tls_judge judge;
        so::tls_options options;
        options.skip_certificate_dates = c.skip;
        judge.begin(options, c.now, {});
        std::uint32_t flags = c.before;
        CHECK(so::detail::tls_judge::look(&judge, &certificate, 1, &flags) == 0);
        CHECK(flags == c.after);
        CHECK(judge.flags() == c.after);
        CHECK_FALSE(judge.has_seen());
    }
    mbedtls_x509_crt_free(&certificate);
}

TEST_CASE("tls: a refusal is told in words, with every fault, alerts by name and codes by number") {
    struct {
        errc code;
        std::int32_t native;
        std::string_view text;
    } const cases[] = {
        {errc::certificate_wrong_name, MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_CN_MISMATCH,
         "the server's certificate is for another name; it has expired"},
        {errc::certificate_expired, MBEDTLS_X509_BADCERT_EXPIRED, "the server's certificate has expired"},
        {errc::certificate_self_signed, MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_FUTURE,
         "the server's certificate is self-signed; it is not valid yet"},
        {errc::certificate_unknown_authority, MBEDTLS_X509_BADCERT_NOT_TRUSTED,
         "the server's certificate is from an unknown authority"},
        {errc::certificate_refused, MBEDTLS_X509_BADCERT_REVOKED | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE,
         "the server's certificate was refused: it was revoked; it is not meant for servers"},
        {errc::certificate_refused, -0x2700, "the server's certificate was refused: mbedTLS -0x2700"},
        {errc::handshake_failed, 40, "the TLS handshake failed: the server's alert handshake_failure (40)"},
        {errc::alert_received, 255,
         "the server ended the TLS connection with an alert: the server's alert alert (255)"},
        {errc::handshake_failed, -0x7100, "the TLS handshake failed: mbedTLS -0x7100"},
        {errc::connection_reset, 104, "the peer reset the connection"},
        {errc::name_not_found, -2, "the host name is unknown"},  // getaddrinfo's
    };
    char into[so::max_refusal_bytes];
    for (const auto& c : cases) {
        CHECK(so::tls_refusal(c.code, c.native, into) == c.text);
        so::error e;
        e.code = c.code;
        e.native = c.native;
        char small[20];
        CHECK(so::tls_refusal(e, small) == c.text.substr(0, 19));
        CHECK(small[19] == '\0');
    }
    const std::string_view all = so::tls_refusal(errc::certificate_refused, 0x7fffffff, into);
    CHECK(all.size() < so::max_refusal_bytes - 1);
    CHECK(all.ends_with("the list of revoked certificates cannot be used"));
    CHECK(so::tls_refusal(errc::certificate_refused, 1, {}).empty());
}

#if SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)

// Counts what mbedTLS asks of the heap; glibc lets a program replace these and still reach its own. Sanitizers replace
// them already.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SUPEROFFICE_TESTS_SANITIZED 1
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(SUPEROFFICE_TESTS_SANITIZED)
#define SUPEROFFICE_TESTS_COUNT_HEAP 1
static std::atomic<std::size_t> heap_calls{0};
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* malloc(std::size_t size) noexcept { return ++heap_calls, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept { return ++heap_calls, __libc_calloc(count, size); }
void* realloc(void* block, std::size_t size) noexcept { return ++heap_calls, __libc_realloc(block, size); }
}
#endif

namespace {

/// One service for all tests of this file, with a listener for each bad certificate.
support::local_service& service() {
    static support::local_service one({"--bad-certificates", "--listen", "rsa=rsa", "--listen", "mute=no-handshake",
                                       "--listen", "rude=reset-handshake", "--listen", "new=good@1.3", "--listen",
                                       "picky=wants-client", "--listen", "picky12=wants-client@1.2", "--listen",
                                       "old=good@1.2"});
    return one;
}

so::tls_options trusting_service() {
    so::tls_options options;
    options.ca_file = service().ca_file().c_str();
    options.protocol = support::test_tls();
    return options;
}

template <class Link>
io_result start(Link& link, std::string_view host, std::uint16_t port) {
    for (int i = 0; i < 100000; ++i) {
        const io_result r = link.start({host, port});
        if (r.state != io_state::would_block) return r;
        link.wait(r.wants, so::milliseconds{5000});
    }
    return {};
}

template <class Link>
io_result transmit(Link& link, std::string_view text) {
    while (!text.empty()) {
        const io_result r = link.transmit(bytes(text));
        if (r.state == io_state::ready) {
            text.remove_prefix(r.bytes);
        } else if (r.state == io_state::would_block) {
            link.wait(r.wants, so::milliseconds{5000});
        } else {
            return r;
        }
    }
    return io_result::ready();
}

/// Receives until the text holds `until` or the stream ends.
template <class Link>
io_result receive(Link& link, std::string& text, std::string_view until = "\xff") {
    std::array<std::byte, 1000> into;
    for (;;) {
        const io_result r = link.receive(into);
        if (r.state == io_state::would_block) {
            link.wait(r.wants, so::milliseconds{5000});
        } else if (r.state == io_state::ready) {
            text.append(reinterpret_cast<const char*>(into.data()), r.bytes);
            if (text.find(until) != std::string::npos) return r;
        } else {
            return r;
        }
    }
}

std::string request(int id, std::string_view more = "") {
    const std::string body = "{\"Id\":" + std::to_string(id) + "}";
    return "POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo HTTP/1.1\r\nHost: localhost\r\n"
           "Authorization: Bearer 8A:Cust12345.test-token-good\r\nContent-Type: application/json\r\n"
           "Accept: application/json\r\n" +
           std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

constexpr std::string_view last_chunk = "\r\n0\r\n\r\n";

struct certificate_case {
    const char* listener;
    errc code;
    std::uint32_t flags;
};
const certificate_case bad_certificates[] = {
    {"expired", errc::certificate_expired, MBEDTLS_X509_BADCERT_EXPIRED},
    {"not-yet-valid", errc::certificate_not_yet_valid, MBEDTLS_X509_BADCERT_FUTURE},
    {"self-signed", errc::certificate_self_signed, MBEDTLS_X509_BADCERT_NOT_TRUSTED},
    {"wrong-name", errc::certificate_wrong_name, MBEDTLS_X509_BADCERT_CN_MISMATCH},
    {"unknown-authority", errc::certificate_unknown_authority, MBEDTLS_X509_BADCERT_NOT_TRUSTED},
};

/// Moves a byte at a time, and blocks before each.
struct hesitant : so::tcp_socket {
    bool moved = true;
    int blocked = 0;
    bool hesitates() noexcept {
        moved = !moved;
        blocked += !moved;
        return !moved;
    }
    io_result receive(std::span<std::byte> into) noexcept {
        return hesitates() ? io_result::would_block(wait_for::nothing) : so::tcp_socket::receive(into.first(1));
    }
    io_result transmit(std::span<const std::byte> from) noexcept {
        return hesitates() ? io_result::would_block(wait_for::nothing) : so::tcp_socket::transmit(from.first(1));
    }
};

/// Goes to one port of this machine, whatever peer is asked for, and keeps what is transmitted.
struct diverted : so::tcp_socket {
    std::uint16_t way = 0;
    std::string sent;

    io_result start(const so::peer&) noexcept { return so::tcp_socket::start({"localhost", way}); }
    io_result transmit(std::span<const std::byte> from) noexcept {
        const io_result r = so::tcp_socket::transmit(from);
        sent.append(reinterpret_cast<const char*>(from.data()), r.bytes);
        return r;
    }
};

/// Keeps what comes until the peer has closed, then gives it out in pieces, perhaps blocking before each.
struct hoarder : so::tcp_socket {
    std::vector<std::byte> kept;
    std::size_t given = 0, piece = SIZE_MAX;
    bool hoards = false, whole = false, hesitates = false, moved = true;
    int asked = 0;  ///< after the whole was there

    io_result receive(std::span<std::byte> into) noexcept {
        if (!hoards) return so::tcp_socket::receive(into);
        while (!whole) {
            std::byte some[4096];
            const io_result r = so::tcp_socket::receive(some);
            if (r.state == io_state::would_block) return r;
            whole = r.state == io_state::closed;
            kept.insert(kept.end(), some, some + r.bytes);
        }
        if (hesitates && (moved = !moved) == false) return io_result::would_block(wait_for::nothing);
        ++asked;
        const std::size_t left = kept.size() - given;
        const std::size_t size = (std::min)({left, into.size(), piece});
        if (size == 0) return io_result::closed();
        std::memcpy(into.data(), kept.data() + given, size);
        given += size;
        return io_result::ready(size);
    }
};

struct received {
    std::string text;
    io_result end;
    int asked = 0;
    bool is_resumed = false;  ///< the connection behind that end
};

/// A whole reply and how it ends, taken into memory of `size` bytes, each answer into the same.
received receive_hoarded(int id, std::size_t size, std::size_t piece, bool hesitates, bool damaged = false) {
    so::tls<hoarder> link{trusting_service()};
    REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
    link.link().hoards = true;
    link.link().piece = piece;
    link.link().hesitates = hesitates;
    REQUIRE(transmit(link, request(id, "Connection: close\r\n")).state == io_state::ready);
    std::vector<std::byte> into(size);
    received all;
    for (bool spoilt = !damaged;;) {
        const io_result r = link.receive(into);
        if (r.state == io_state::ready) {
            REQUIRE(r.bytes >= 1);
            REQUIRE(r.bytes <= size);
            all.text.append(reinterpret_cast<const char*>(into.data()), r.bytes);
        } else if (r.state == io_state::would_block) {
            link.wait(r.wants, so::milliseconds{5000});
            if (!spoilt && link.link().whole) {
                link.link().kept.back() ^= std::byte{1};
                spoilt = true;
            }
        } else {
            all.end = r;
            all.asked = link.link().asked;
            CHECK(link.receive(into).state == r.state);  // and stays so
            CHECK(link.receive(std::span(into).first(1)).state == r.state);
            CHECK_FALSE(link.secure());
            link.link().hoards = false;
            CHECK(start(link, "localhost", service().port()).state == io_state::ready);
            all.is_resumed = link.resumed();
            return all;
        }
    }
}

/// What is the same in each reply.
std::string without_head(const std::string& reply) {
    const std::size_t end = reply.find("\r\n\r\n");
    return end == std::string::npos ? reply : reply.substr(end);
}

}  // namespace

TEST_CASE(
    "tls: a reply and its end come out the same, however its records arrive and however much is taken at a time") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool truncated : {false, true}) {
        const int id = truncated ? 8013 : 8016;
        const received plain = receive_hoarded(id, 16384, SIZE_MAX, false);
        CHECK(plain.text.substr(0, 15) == "HTTP/1.1 200 OK");
        for (const std::size_t size : {1U, 63U, 64U, 65U, 100U, 1000U, 16384U})
            for (const std::size_t piece : {1U, 4U, 5U, 6U, 29U, 64U, 100U, 1000U, 16384U})
                for (const bool hesitates : {false, true}) {
                    if (hesitates && piece == 1 && size == 1) continue;  // says nothing new, and takes its time
                    CAPTURE(truncated);
                    CAPTURE(size);
                    CAPTURE(piece);
                    CAPTURE(hesitates);
                    const received all = receive_hoarded(id, size, piece, hesitates);
                    CHECK(without_head(all.text) == without_head(plain.text));
                    if (truncated)
                        check_failed(all.end, errc::truncated_close, stage::receive);
                    else
                        CHECK(all.end.state == io_state::closed);
                    CHECK(all.is_resumed);
                }
    }
}

TEST_CASE("tls: records that are there are received by one call of the link below, their end included") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const received all = receive_hoarded(8016, 16384, SIZE_MAX, false);
    CHECK(all.end.state == io_state::closed);
    CHECK(all.asked == 1);
}

TEST_CASE("tls: a damaged record behind good ones is told behind their text, and ends the session too") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const received plain = receive_hoarded(8016, 16384, SIZE_MAX, true);
    for (const std::size_t size : {1U, 64U, 1000U, 16384U}) {
        CAPTURE(size);
        const received all = receive_hoarded(8016, size, SIZE_MAX, true, true);
        check_failed(all.end, errc::link_failed, stage::receive);
        CHECK_FALSE(all.is_resumed);
        CHECK(without_head(all.text) == without_head(plain.text));
    }
}

TEST_CASE("tls: a refused certificate is told by its own error, and the server sees not one byte") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const certificate_case& c : bad_certificates) {
        CAPTURE(c.listener);
        so::mbedtls_socket link{trusting_service()};
        const io_result r = start(link, "localhost", service().port(c.listener));
        check_failed(r, c.code, stage::handshake);
        CHECK((static_cast<std::uint32_t>(r.native) & c.flags) != 0);
        CHECK_FALSE(link.secure());
        check_failed(link.transmit(bytes("secret")), errc::link_failed, stage::none);
        CHECK(link.native_handle() == -1);
    }
    // The log is complete when a later connection was served.
    for (const certificate_case& c : bad_certificates) {
        const std::string listener = "\"listener\": \"" + std::string(c.listener) + "\"";
        for (int i = 0; i < 100 && service().log_lines({"\"event\": \"closed\"", listener}).empty(); ++i)
            so::tcp_socket{}.wait(wait_for::time, so::milliseconds{20});
        CHECK(service().log_lines({"\"event\": \"failed-handshake\"", listener}).size() == 1);
        CHECK(service().log_lines({"\"event\": \"closed\"", listener, "\"application_bytes\": 0"}).size() == 1);
        CHECK(service().log_lines({"\"event\": \"first-byte\"", listener}).empty());
    }
}

TEST_CASE("tls: the dot at the end of a whole name is not looked for in the certificate") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::address_list here;
    REQUIRE(here.add("127.0.0.1"));
    so::tls<so::basic_tcp_socket<so::given_addresses>> link{trusting_service(), so::given_addresses{here}};
    CHECK(start(link, "localhost.", service().port()).state == io_state::ready);
    link.stop();
    check_failed(start(link, "localhost..", service().port()), errc::certificate_wrong_name, stage::handshake);
}

#if MBEDTLS_VERSION_NUMBER < 0x04000000
TEST_CASE("tls: a random source that has failed once is not blamed for a certificate that is refused later") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    struct source {
        std::minstd_rand numbers;
        bool works = true;
    } from;
    so::tls_options options = trusting_service();
    options.random.context = &from;
    options.random.fill = [](void* context, std::span<std::byte> into) noexcept {
        auto& me = *static_cast<source*>(context);
        for (std::byte& b : into) b = static_cast<std::byte>(me.numbers() >> 8);
        return me.works;
    };
    so::mbedtls_socket link{options};
    const auto meet = [&] { return start(link, "localhost", service().port("self-signed")); };
    check_failed(meet(), errc::certificate_self_signed, stage::handshake);
    from.works = false;
    check_failed(meet(), errc::no_entropy, stage::handshake);
    from.works = true;
    check_failed(meet(), errc::certificate_self_signed, stage::handshake);
}
#endif

TEST_CASE("tls: a good certificate lets a call through, time and again over one object") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::mbedtls_socket link{trusting_service()};
    for (const std::uint16_t port : {service().port(), service().port(), service().port("rsa"), service().port()}) {
        REQUIRE(start(link, "localhost", port).state == io_state::ready);
        CHECK(link.secure());
        CHECK(link.start({"localhost", port}).state == io_state::ready);
        CHECK(link.native_handle() != -1);
        CHECK(std::string_view(link.version()).substr(0, 4) == "TLSv");
        for (int call = 0; call < 2; ++call) {
            REQUIRE(transmit(link, request(497)).state == io_state::ready);
            std::string reply;
            REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
            CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
        }
        link.stop();
        CHECK_FALSE(link.secure());
    }
}

TEST_CASE("tls: the session is resumed where that was not forbidden") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool resume : {true, false}) {
        so::tls_options options = trusting_service();
        options.resume = resume;
        options.protocol = so::tls_protocol::tls_1_2;
        so::mbedtls_socket link{options};
        for (const bool second : {false, true}) {
            REQUIRE(start(link, "localhost", service().port("old")).state == io_state::ready);
            REQUIRE(transmit(link, request(497)).state == io_state::ready);
            std::string reply;  // once it is there, the handshake was logged
            REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
            const std::vector<std::string> seen = service().log_lines({"\"event\": \"handshake\""});
            REQUIRE_FALSE(seen.empty());
            CAPTURE(seen.back());
            CHECK((seen.back().find("\"resumed\": true") != std::string::npos) == (resume && second));
            CHECK(seen.back().find("\"alpn\": \"http/1.1\"") != std::string::npos);
            link.stop();
        }
    }
}

namespace {

template <class Link>
std::string reply_of(Link& link) {
    std::string reply;
    REQUIRE(transmit(link, request(497)).state == io_state::ready);
    REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
    return reply;
}

/// The pin of the certificate in that file of the service's folder.
so::key_pin pin_of(const std::string& name) {
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt_init(&certificate);
    REQUIRE(mbedtls_x509_crt_parse_file(&certificate, (service().directory() + "/" + name).c_str()) == 0);
    so::key_pin pin;
    so::detail::mbedtls_api::sha256 hash;
    hash.add(certificate.pk_raw.p, certificate.pk_raw.len);
    REQUIRE(hash.finish(pin.sha256));
    mbedtls_x509_crt_free(&certificate);
    return pin;
}

}  // namespace

TEST_CASE("tls: a session is never offered to another host or port") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const char* const listener : {"old", "new"}) {
        const bool is_new = listener == std::string_view("new");
        if (is_new && !so::detail::mbedtls_api::has_tls_1_3) continue;
        CAPTURE(listener);
        const std::uint16_t port = service().port(listener);
        so::tls_options options = trusting_service();
        options.protocol = is_new ? so::tls_protocol::tls_1_3 : so::tls_protocol::tls_1_2;
        const so::peer known{"localhost", port};
        struct {
            so::peer to;
            bool is_known;
        } const cases[] = {
            {known, true},
            {{"elsewhere", port}, false},
            {{"localhost", static_cast<std::uint16_t>(port ^ 1)}, false},
            {{"localhost", static_cast<std::uint16_t>(port ^ 0x100)}, false},
        };
        for (const auto& c : cases) {
            CAPTURE(c.to.host);
            CAPTURE(c.to.port);
            so::tls<diverted> met{options}, imported{options};
            met.link().way = imported.link().way = port;
            REQUIRE(start(met, known.host, known.port).state == io_state::ready);
            CHECK(reply_of(met).substr(0, 15) == "HTTP/1.1 200 OK");  // with TLS 1.3 tickets come with it
            met.stop();
            std::array<std::byte, so::mbedtls_socket::max_session_bytes> saved;
            const std::size_t size = met.export_session(saved);
            REQUIRE(imported.import_session(known, std::span(saved).first(size)).state == io_state::ready);
            for (so::tls<diverted>* const link : {&met, &imported}) {
                link->link().sent.clear();
                static_cast<void>(start(*link, c.to.host, c.to.port));
                const client_hello hello(link->link().sent);
                if (is_new) {
                    CHECK(hello.has_shared_key == c.is_known);
                } else {
                    CHECK(hello.ticket.empty() == !c.is_known);
                    CHECK(hello.session_id.empty() == !c.is_known);
                }
            }
        }
    }
}

TEST_CASE("tls: a session with which a handshake has failed is not offered again") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls_options options = trusting_service();
    options.protocol = so::tls_protocol::tls_1_2;
    const std::uint16_t port = service().port("old");
    so::tls<diverted> link{options};
    for (const bool failed : {false, true}) {
        CAPTURE(failed);
        link.link().way = port;
        REQUIRE(start(link, "localhost", port).state == io_state::ready);
        link.stop();
        if (failed) {
            link.link().way = service().port("rude");
            CHECK(start(link, "localhost", port).state == io_state::failed);
            link.link().way = port;
        }
        link.link().sent.clear();
        REQUIRE(start(link, "localhost", port).state == io_state::ready);
        CHECK(client_hello(link.link().sent).session_id.empty() == failed);
        CHECK(link.resumed() != failed);
        link.stop();
    }
}

TEST_CASE(
    "tls: a pinned key is wanted besides the authorities, of the server or of any certificate that vouches for it") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const so::key_pin good[] = {so::key_pin{}, pin_of("good.pem")}, authority[] = {pin_of("ca.pem")},
                      other[] = {pin_of("rsa.pem"), pin_of("self-signed.pem")};
    struct {
        std::span<const so::key_pin> pins;
        const char* listener;
        errc code;
    } const cases[] = {
        {good, "main", errc::ok},
        {authority, "main", errc::ok},
        {authority, "rsa", errc::ok},
        {other, "main", errc::certificate_not_pinned},
        {other, "self-signed", errc::certificate_self_signed},  // a pin alone is no authority
        {authority, "wrong-name", errc::certificate_wrong_name},
        {good, "wrong-name", errc::certificate_not_pinned},
    };
    for (const auto& c : cases) {
        CAPTURE(c.listener);
        so::tls_options options = trusting_service();
        options.pins = c.pins;
        so::mbedtls_socket link{options};
        const std::uint16_t port =
            c.listener == std::string_view("main") ? service().port() : service().port(c.listener);
        const io_result r = start(link, "localhost", port);
        CHECK(std::string_view(so::name(r.code)) == so::name(c.code));
        if (c.code == errc::certificate_not_pinned) CHECK((r.native & MBEDTLS_X509_BADCERT_OTHER) != 0);
    }
}

TEST_CASE("tls: a pinned key may stand for the authorities; name and dates are checked all the same") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const so::key_pin pins[] = {pin_of("self-signed.pem"), pin_of("wrong-name.pem"), pin_of("expired.pem"),
                                pin_of("unknown-authority.pem"), pin_of("ca.pem")};
    struct {
        const char* listener;
        errc code;
    } const cases[] = {
        {"self-signed", errc::ok},
        {"unknown-authority", errc::ok},
        {"wrong-name", errc::certificate_wrong_name},
        {"expired", errc::certificate_expired},
        {"rsa", errc::certificate_not_pinned},  // the authority's pin counts for nothing without the authority
    };
    for (const auto& c : cases) {
        CAPTURE(c.listener);
        so::tls_options options;
        options.protocol = support::test_tls();
        options.pins = pins;
        options.pin_instead_of_authorities = true;
        so::mbedtls_socket link{options};
        for (int again = 0; again < 2; ++again) {  // the second time resumed
            const io_result r = start(link, "localhost", service().port(c.listener));
            CHECK(std::string_view(so::name(r.code)) == so::name(c.code));
            if (c.code == errc::ok) CHECK(reply_of(link).substr(0, 15) == "HTTP/1.1 200 OK");
            if (c.code == errc::ok) CHECK(link.resumed() == (again == 1));
            link.stop();
        }
    }
    so::tls_options none;
    none.pin_instead_of_authorities = true;
    so::mbedtls_socket link{none};
    check_failed(start(link, "localhost", service().port()), errc::no_authorities, stage::handshake);
}

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
    CHECK(of_files.load_files(path("client.pem").c_str(), path("client.key").c_str()) == errc::ok);
    CHECK(of_memory.load(bytes(chain), bytes(key)) == errc::ok);
    CHECK(of_der.load(bytes(chain), std::as_bytes(std::span(der).first(der_size))) == errc::ok);
    CHECK(of_sealed.load(bytes(chain), bytes(sealed), password) == errc::ok);
    CHECK(of_sealed.load_files(path("client.pem").c_str(), path(sealed_key).c_str(), password) == errc::ok);
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
    CHECK(bad.load(bytes(chain), bytes(foreign)) == errc::bad_client_certificate);  // another's key
    CHECK(bad.load(bytes(chain), bytes(sealed), "wrong") == errc::bad_client_certificate);
    CHECK(bad.load(bytes(chain), bytes(sealed)) == errc::bad_client_certificate);
    CHECK(bad.load(bytes("garbage"), bytes(key)) == errc::bad_client_certificate);
    CHECK(bad.load_files("/nowhere.pem", "/nowhere.key") == errc::bad_client_certificate);
    CHECK_FALSE(bad.is_loaded());
    so::tls_options options = trusting_service();
    options.client = &bad;
    so::mbedtls_socket link{options};
    check_failed(start(link, "localhost", service().port()), errc::bad_client_certificate, stage::handshake);
}

TEST_CASE("tls: a server that refuses its client says so, however soon it goes") {
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
                REQUIRE(me.load_files((pair + ".pem").c_str(), (pair + ".key").c_str()) == errc::ok);
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

TEST_CASE("tls: a session survives as bytes, for the same peer and the same trust only") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const bool newer = so::detail::mbedtls_api::has_tls_1_3;
    const so::key_pin pins[] = {pin_of("good.pem"), so::key_pin{}},
                      other_pins[] = {pin_of("good.pem"), pin_of("ca.pem")};
    so::client_certificate me, somebody;
    for (const auto& [who, name] : {std::pair{&me, "/client"}, std::pair{&somebody, "/wrong-name"}}) {
        const std::string pair = service().directory() + name;
        REQUIRE(who->load_files((pair + ".pem").c_str(), (pair + ".key").c_str()) == errc::ok);
    }
    for (const char* const listener : {"old", "new"}) {
        const bool is_new = listener == std::string_view("new");
        if (is_new && !newer) continue;
        CAPTURE(listener);
        const std::string base = "https://localhost:" + std::to_string(service().port(listener)) + "/Cust12345/api";
        const so::peer to = so::parse_base_url(base)->to;
        so::tls_options options = trusting_service();
        options.protocol = is_new ? so::tls_protocol::tls_1_3 : so::tls_protocol::tls_1_2;
        options.pins = pins;
        options.client = &me;
        std::array<std::byte, so::mbedtls_socket::max_session_bytes> saved;
        std::size_t size = 0;
        {
            so::mbedtls_socket link{options};
            CHECK(link.export_session(saved) == 0);
            REQUIRE(start(link, to.host, to.port).state == io_state::ready);
            CHECK_FALSE(link.resumed());
            CHECK(reply_of(link).substr(0, 15) == "HTTP/1.1 200 OK");
            size = link.export_session(saved);
            REQUIRE(size > 0);
            std::array<std::byte, 60> small;
            CHECK(link.export_session(small) == 0);
            CHECK(link.import_session(to, std::span(saved).first(size)).state == io_state::closed);  // not now
        }
        const std::span<const std::byte> session = std::span(saved).first(size);
        const auto taken = [&](const so::tls_options& other, const so::peer& peer, std::span<const std::byte> from) {
            so::mbedtls_socket link{other};
            return link.import_session(peer, from).state == io_state::ready;
        };
        CHECK_FALSE(taken(options, {"", to.port}, session));
        CHECK_FALSE(taken(options, {std::string(254, 'a'), to.port}, session));
        {
            so::mbedtls_socket link{options};
            REQUIRE(link.import_session(to, session).state == io_state::ready);
            REQUIRE(start(link, to.host, to.port).state == io_state::ready);
            CHECK(link.resumed());
            CHECK(reply_of(link).substr(0, 15) == "HTTP/1.1 200 OK");
            CHECK(service().log_lines({"\"event\": \"handshake\""}).back().find("\"resumed\": true") !=
                  std::string::npos);
        }
        CHECK(taken(options, to, session));
        CHECK_FALSE(taken(options, {"localhost", static_cast<std::uint16_t>(to.port + 1)}, session));
        CHECK_FALSE(taken(options, {"elsewhere.example", to.port}, session));
        so::tls_options changed = options;
        const auto takes_changed = [&] {
            const bool takes = taken(changed, to, session);
            changed = options;
            return takes;
        };
        CHECK(takes_changed());
        changed.protocol = so::tls_protocol::automatic;
        CHECK_FALSE(takes_changed());
        changed.pins = other_pins;
        CHECK_FALSE(takes_changed());
        changed.pins = std::span(pins).first(1);
        CHECK_FALSE(takes_changed());
        changed.pins = {};
        CHECK_FALSE(takes_changed());
        changed.pin_instead_of_authorities = true;
        CHECK_FALSE(takes_changed());
        changed.client = &somebody;
        CHECK_FALSE(takes_changed());
        changed.client = nullptr;
        CHECK_FALSE(takes_changed());
        changed.skip_certificate_dates = true;
        CHECK_FALSE(takes_changed());
        changed.ca_memory = bytes(nobodys_authority);
        CHECK_FALSE(takes_changed());
        changed.resume = false;
        CHECK_FALSE(takes_changed());
        std::vector<std::byte> damaged(session.begin(), session.end());
        so::mbedtls_socket link{options};
        for (std::size_t at = 0; at < size; ++at) {
            damaged[at] ^= std::byte{1};
            if (link.import_session(to, damaged).state != io_state::closed) FAIL_CHECK("damaged at " << at);
            damaged[at] ^= std::byte{1};
            if (link.import_session(to, session.first(at)).state != io_state::closed) FAIL_CHECK("cut at " << at);
        }
        CHECK(link.import_session(to, damaged).state == io_state::ready);

        // What the session rests on has expired meanwhile.
        std::int64_t now = so::detail::seconds_since_1970({.year = 2048});
        changed.utc_now = {[](void* context) noexcept { return *static_cast<std::int64_t*>(context); }, &now};
        so::mbedtls_socket late{changed};
        REQUIRE(late.import_session(to, session).state == io_state::ready);
        check_failed(start(late, to.host, to.port), errc::certificate_expired, stage::handshake);
    }
}

TEST_CASE("tls: one start does at most one step that computes with keys") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::mbedtls_socket link{trusting_service()};
    int in_pieces = 0;
    io_result r;
    for (int i = 0; i < 100000; ++i) {
        r = link.start({"localhost", service().port()});
        if (r.state != io_state::would_block) break;
        in_pieces += r.wants == wait_for::nothing && r.at == stage::handshake;
        link.wait(r.wants, so::milliseconds{5000});
    }
    REQUIRE(r.state == io_state::ready);
    CHECK(in_pieces >= 3);  // certificates, the server's signature, the key exchange
    CHECK(in_pieces <= 5);
}

TEST_CASE("tls: an end with close_notify is closed, a bare one is not") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool truncated : {false, true}) {
        CAPTURE(truncated);
        so::mbedtls_socket link{trusting_service()};
        REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
        REQUIRE(transmit(link, request(truncated ? 8013 : 8016)).state == io_state::ready);
        std::string reply;
        for (int again = 0; again < 2; ++again) {
            const io_result r = receive(link, reply);
            CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
            if (truncated) {
                check_failed(r, errc::truncated_close, stage::receive);
            } else {
                CHECK(r.state == io_state::closed);
            }
        }
        CHECK(link.transmit(bytes("x")).code == (truncated ? errc::truncated_close : errc::connection_closed));
        CHECK_FALSE(link.secure());
        CHECK(start(link, "localhost", service().port()).state == io_state::ready);
    }
}

TEST_CASE("tls: a reset passes through, in the handshake and after it") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::mbedtls_socket link{trusting_service()};
    check_failed(start(link, "localhost", service().port("rude")), errc::connection_reset, stage::handshake);

    REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
    REQUIRE(transmit(link, request(8000)).state == io_state::ready);
    std::string reply;
    const io_result r = receive(link, reply);
    check_failed(r, errc::connection_reset, stage::receive);
    CHECK(r.native > 0);

    support::local_service brief;
    REQUIRE_MESSAGE(brief.is_ready(), brief.problem());
    const std::uint16_t port = brief.port();
    brief.end();
    check_failed(start(link, "localhost", port), errc::connection_refused, stage::connect);
}

TEST_CASE("tls: a server that never answers the handshake holds nobody up") {
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

TEST_CASE("tls: certificate dates are judged by the injected clock, or not at all") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    std::int64_t now = 0;
    so::tls_options options = trusting_service();
    options.utc_now.context = &now;
    options.utc_now.seconds = [](void* context) noexcept { return *static_cast<std::int64_t*>(context); };
    constexpr auto at = [](int year) { return so::detail::seconds_since_1970({.year = year, .month = 6}); };
    options.resume = false;

    so::mbedtls_socket link{options};
    now = at(2045);
    check_failed(start(link, "localhost", service().port()), errc::certificate_expired, stage::handshake);
    now = at(2001);
    check_failed(start(link, "localhost", service().port()), errc::certificate_not_yet_valid, stage::handshake);
    now = -1;
    check_failed(start(link, "localhost", service().port()), errc::no_clock, stage::handshake);
    now = at(2020);  // the expired one is good by then
    CHECK(start(link, "localhost", service().port("expired")).state == io_state::ready);
    link.stop();
    now = at(2036);
    CHECK(start(link, "localhost", service().port("not-yet-valid")).state == io_state::ready);
    link.stop();

    options.skip_certificate_dates = true;
    so::mbedtls_socket careless{options};
    for (const char* const listener : {"expired", "not-yet-valid"}) {
        CHECK(start(careless, "localhost", service().port(listener)).state == io_state::ready);
        careless.stop();
    }
    check_failed(start(careless, "localhost", service().port("wrong-name")), errc::certificate_wrong_name,
                 stage::handshake);
    check_failed(start(careless, "localhost", service().port("self-signed")), errc::certificate_self_signed,
                 stage::handshake);
}

TEST_CASE("tls: authorities are taken from memory, as PEM and as DER") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string pem = support::text_of_file(service().ca_file());
    const std::string two = std::string(nobodys_authority) + pem;

    mbedtls_x509_crt parsed;
    mbedtls_x509_crt_init(&parsed);
    REQUIRE(mbedtls_x509_crt_parse_file(&parsed, service().ca_file().c_str()) == 0);
    const std::string der(reinterpret_cast<const char*>(parsed.raw.p), parsed.raw.len);
    mbedtls_x509_crt_free(&parsed);
    const std::string der_twice = der + der;

    for (const std::string* const text : {&pem, &two, &der, &der_twice}) {
        so::tls_options options;
        options.protocol = support::test_tls();
        options.ca_memory = bytes(*text);
        so::mbedtls_socket link{options};
        CHECK(start(link, "localhost", service().port()).state == io_state::ready);
    }
    so::tls_options nobody = trusting_nobody();
    nobody.protocol = support::test_tls();
    so::mbedtls_socket other{nobody};
    check_failed(start(other, "localhost", service().port()), errc::certificate_unknown_authority, stage::handshake);
}

TEST_CASE("tls: authorities that could not be loaded are looked for again at the next start") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string path = service().directory() + "/later.pem";
    so::tls_options options;
    options.protocol = support::test_tls();
    options.ca_file = path.c_str();
    so::mbedtls_socket link{options};
    check_failed(start(link, "localhost", service().port()), errc::no_authorities, stage::handshake);
    std::ofstream(path) << "garbage";
    check_failed(start(link, "localhost", service().port()), errc::bad_authorities, stage::handshake);
    std::ofstream(path) << support::text_of_file(service().ca_file());
    CHECK(start(link, "localhost", service().port()).state == io_state::ready);
}

TEST_CASE("tls: an address is checked against the addresses in the certificate") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::mbedtls_socket link{trusting_service()};
    const io_result good = start(link, "127.0.0.1", service().port());
    if (!so::detail::mbedtls_api::lists_addresses) {
        check_failed(good, errc::address_not_verifiable, stage::handshake);
        return;
    }
    CHECK(good.state == io_state::ready);
    link.stop();
    check_failed(start(link, "127.0.0.1", service().port("wrong-name")), errc::certificate_wrong_name,
                 stage::handshake);
}

TEST_CASE("tls: TLS 1.3 is spoken where it is asked for and there is one") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls_options options = trusting_service();
    options.protocol = so::tls_protocol::tls_1_3;
    so::mbedtls_socket link{options};
    const io_result r = start(link, "localhost", service().port("new"));
    if (!so::detail::mbedtls_api::has_tls_1_3) {
        check_failed(r, errc::handshake_failed, stage::handshake);
        so::mbedtls_socket old{trusting_service()};
        check_failed(start(old, "localhost", service().port("new")), errc::tls_version_refused, stage::handshake);
        return;
    }
    REQUIRE(r.state == io_state::ready);
    CHECK(std::string_view(link.version()) == "TLSv1.3");
    for (int call = 0; call < 3; ++call) {  // tickets come in before the first reply
        REQUIRE(transmit(link, request(497)).state == io_state::ready);
        std::string reply;
        REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
        CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
    }
    REQUIRE(transmit(link, request(8013)).state == io_state::ready);
    std::string reply;
    check_failed(receive(link, reply), errc::truncated_close, stage::receive);

    options.protocol = so::tls_protocol::automatic;
    so::mbedtls_socket wary{options};
    const io_result wary_result = start(wary, "localhost", service().port("new"));
    CHECK((wary_result.state == io_state::ready) == !so::detail::mbedtls_api::offers_one_version());
    for (const certificate_case& c : bad_certificates) {
        options.protocol = so::tls_protocol::tls_1_3;
        so::mbedtls_socket refusing{options};
        check_failed(start(refusing, "localhost", service().port(c.listener)), c.code, stage::handshake);
    }
}

TEST_CASE("tls: a link that moves a byte at a time and blocks before each carries the same call") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls<hesitant> link{trusting_service()};
    REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
    // Long enough for two records, and offered a little longer each time: what was begun must not be counted twice.
    const std::string text = request(497, "X-Filler: " + std::string(6000, 'x') + "\r\n");
    std::string_view rest = text;
    std::size_t held = 0;
    while (!rest.empty()) {
        held = held < rest.size() ? held + 1 : rest.size();
        const io_result r = link.transmit(bytes(rest.substr(0, held)));
        REQUIRE((r.state == io_state::ready || r.state == io_state::would_block));
        REQUIRE(r.bytes <= held);
        rest.remove_prefix(r.bytes);
        held -= r.bytes;
    }
    std::string reply;
    REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
    CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
    CHECK(link.link().blocked > 1000);
}

#if defined(SUPEROFFICE_TESTS_COUNT_HEAP)
TEST_CASE("tls: nothing is allocated between the handshake and the next start") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    bool new_protocol = false;
    SUBCASE("TLS 1.2") {}
    SUBCASE("TLS 1.3") { new_protocol = true; }
    if (new_protocol && !so::detail::mbedtls_api::has_tls_1_3) return;
    so::tls_options options = trusting_service();
    options.protocol = new_protocol ? so::tls_protocol::tls_1_3 : so::tls_protocol::tls_1_2;
    so::mbedtls_socket link{options};
    const std::string text = request(497);
    static char reply[16384];
    for (int connection = 0; connection < 2; ++connection) {
        const std::size_t at_start = heap_calls;
        REQUIRE(start(link, "localhost", service().port(new_protocol ? "new" : "old")).state == io_state::ready);
        CHECK(heap_calls > at_start);  // the counter counts mbedTLS
        bool ok = true;
        std::size_t before = heap_calls;
        for (int call = 0; call < 10; ++call) {
            if (new_protocol && call == 1) before = heap_calls;  // mbedTLS keeps the ticket that came with the first
            ok = ok && transmit(link, text).state == io_state::ready;
            std::size_t size = 0;
            while (ok && std::string_view(reply, size).find(last_chunk) == std::string_view::npos) {
                const io_result r = link.receive(std::as_writable_bytes(std::span(reply)).subspan(size));
                if (r.state == io_state::would_block) link.wait(r.wants, so::milliseconds{5000});
                ok = ok && (r.state == io_state::ready || r.state == io_state::would_block);
                size += r.bytes;
            }
        }
        link.stop();
        const std::size_t after = heap_calls;
        CHECK(ok);
#if MBEDTLS_VERSION_NUMBER < 0x04000000
        CHECK(after - before == 0);
#else
        CHECK(after - before != 0);  // PSA takes memory for each record, and gives it back
#endif
    }
}
#endif

#endif  // SUPEROFFICE_WITH_SOCKETS
#endif  // SUPEROFFICE_WITH_MBEDTLS
