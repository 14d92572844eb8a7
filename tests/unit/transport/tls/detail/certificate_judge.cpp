// Tests of superoffice/transport/tls/detail/certificate_judge.hpp: certificates by themselves, and those that a server shows.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/certificate_judge.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/tls/tls.hpp>

#include "../tls_service.hpp"
#include "../tls_testing.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

using namespace tls_testing;

namespace {

/// A certificate whose subjectAltName lists just these, each with its tag.
struct made_certificate {
    made_certificate() {
        mbedtls_x509_crt_init(&it);
        it.subject_raw.p = it.issuer_raw.p = subject;
        it.subject_raw.len = it.issuer_raw.len = sizeof subject;
    }
    void lists(mbedtls_x509_sequence& entry, int tag, unsigned char* bytes, std::size_t size) {
        entry = {};
        entry.buf.tag = tag;
        entry.buf.p = bytes;
        entry.buf.len = size;
    }
    unsigned char subject[1] = {0};
    mbedtls_x509_crt it;  // holds nothing of the heap, so it is not freed
};

/// No authorities.
const so::certificate_authorities& nobody() {
    static const so::certificate_authorities none;
    return none;
}

std::uint32_t judged(mbedtls_x509_crt& certificate, std::string_view host) {
    so::ip_address address;
    static_cast<void>(so::parse_ip_address(host, address));
    so::detail::certificate_judge judge;
    so::tls_options options;
    options.skip_certificate_dates = true;
    judge.begin(options, 0, host, address, nobody());
    std::uint32_t flags = 0;
    CHECK(so::detail::certificate_judge::look_at(&judge, &certificate, 0, &flags) == 0);
    CHECK(judge.has_seen_server());
    CHECK(judge.flags() == flags);
    return flags;
}

}  // namespace

TEST_CASE("tls: the error of a certificate is that of its most important fault") {
    struct {
        std::uint32_t flags;
        errc code;
    } const cases[] = {
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED, errc::certificate_unknown_authority},
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_CN_MISMATCH | MBEDTLS_X509_BADCERT_EXPIRED,
         errc::certificate_unknown_authority},
        {MBEDTLS_X509_BADCERT_EXT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXPIRED, errc::certificate_expired},
        {MBEDTLS_X509_BADCERT_CN_MISMATCH | MBEDTLS_X509_BADCERT_EXPIRED, errc::certificate_wrong_name},
        {MBEDTLS_X509_BADCERT_EXPIRED, errc::certificate_expired},
        {MBEDTLS_X509_BADCERT_FUTURE, errc::certificate_not_yet_valid},
        {MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCERT_BAD_KEY, errc::certificate_not_yet_valid},
        {MBEDTLS_X509_BADCERT_BAD_MD, errc::certificate_refused},
        {MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, errc::certificate_refused},
        {0xffffffff, errc::certificate_unknown_authority},
    };
    const so::detail::certificate_judge judge;
    for (const auto& c : cases) {
        CAPTURE(c.flags);
        CHECK(std::string_view(so::name(judge.verdict(c.flags))) == so::name(c.code));
    }
}

TEST_CASE("certificate_judge: the pinned key of one server does not count for the next one") {
    unsigned char pinned_key[] = "the key of the one", other_key[] = "the key of the other";
    so::key_pin pin;
    so::detail::sha256 hash;
    hash.add(pinned_key, sizeof pinned_key);
    REQUIRE(hash.finish(pin.sha256));
    so::tls_options options;
    options.skip_certificate_dates = true;
    options.pins = std::span<const so::key_pin>{&pin, 1};
    so::detail::certificate_judge judge;
    for (int again = 0; again < 2; ++again) {
        for (const bool shows_pinned : {true, false}) {
            made_certificate server;
            server.it.pk_raw.p = shows_pinned ? pinned_key : other_key;
            server.it.pk_raw.len = shows_pinned ? sizeof pinned_key : sizeof other_key;
            judge.begin(options, 0, "service.example.com", {}, nobody());
            CHECK_FALSE(judge.has_seen_server());
            std::uint32_t flags = 0;
            CHECK(so::detail::certificate_judge::look_at(&judge, &server.it, 0, &flags) == 0);
            CHECK(flags == (shows_pinned ? 0 : so::detail::certificate_judge::not_pinned));
        }
    }
}

TEST_CASE("certificate_judge: with a pin instead of authorities, only the server's own certificate counts") {
    unsigned char pinned_key[] = "the key";
    so::key_pin pin;
    so::detail::sha256 hash;
    hash.add(pinned_key, sizeof pinned_key);
    REQUIRE(hash.finish(pin.sha256));
    so::tls_options options;
    options.skip_certificate_dates = true;
    options.pin_instead_of_authorities = true;
    options.pins = std::span<const so::key_pin>{&pin, 1};
    made_certificate server, authority;
    authority.it.pk_raw.p = pinned_key;
    authority.it.pk_raw.len = sizeof pinned_key;
    for (const bool shows_pinned : {true, false}) {
        server.it.pk_raw = {};
        if (shows_pinned) server.it.pk_raw = authority.it.pk_raw;
        so::detail::certificate_judge judge;
        judge.begin(options, 0, "service.example.com", {}, nobody());
        std::uint32_t above = MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_BAD_MD, own = above;
        so::detail::certificate_judge::look_at(&judge, &authority.it, 1, &above);
        CHECK(above == 0);
        CHECK(judge.flags() == 0);
        CHECK_FALSE(judge.has_seen_server());
        so::detail::certificate_judge::look_at(&judge, &server.it, 0, &own);
        CHECK(own == (MBEDTLS_X509_BADCERT_BAD_MD | (shows_pinned ? 0U : so::detail::certificate_judge::not_pinned)));
        CHECK(judge.flags() == own);
    }
}

TEST_CASE("certificate_judge: every fault is kept, of each certificate and of all of them together") {
    unsigned char key[] = "key";
    const so::key_pin pin{};
    so::tls_options options;
    options.skip_certificate_dates = true;
    options.pins = std::span<const so::key_pin>{&pin, 1};
    made_certificate authority, server;
    authority.it.pk_raw.p = server.it.pk_raw.p = key;
    authority.it.pk_raw.len = server.it.pk_raw.len = sizeof key;
    so::detail::certificate_judge judge;
    judge.begin(options, 0, "two.labels", {}, nobody());
    std::uint32_t of_authority = MBEDTLS_X509_BADCERT_BAD_MD, of_server = MBEDTLS_X509_BADCERT_BAD_KEY;
    unsigned char other_name[] = "other.labels";
    server.lists(server.it.subject_alt_names, 0x82, other_name, sizeof other_name - 1);
    so::detail::certificate_judge::look_at(&judge, &authority.it, 1, &of_authority);
    so::detail::certificate_judge::look_at(&judge, &server.it, 0, &of_server);
    CHECK(of_authority == MBEDTLS_X509_BADCERT_BAD_MD);
    CHECK(of_server == (MBEDTLS_X509_BADCERT_BAD_KEY | MBEDTLS_X509_BADCERT_CN_MISMATCH |
                        so::detail::certificate_judge::not_pinned));
    CHECK(judge.flags() == (of_authority | of_server));
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
        bool skip = false;
        std::int64_t now = 0;
        std::uint32_t before = 0, after = 0;
    } const cases[] = {
        {.now = first - 1, .before = expired, .after = future},
        {.now = first, .before = future, .after = 0},
        {.now = last, .before = expired, .after = 0},
        {.now = last + 1, .before = 0, .after = expired},
        {.skip = true, .now = last + 1, .before = future, .after = 0},
        {.now = 0, .before = expired, .after = expired},
        {.now = first, .before = MBEDTLS_X509_BADCERT_NOT_TRUSTED | future, .after = MBEDTLS_X509_BADCERT_NOT_TRUSTED},
    };
    for (const auto& c : cases) {
        so::detail::certificate_judge judge;
        so::tls_options options;
        options.skip_certificate_dates = c.skip;
        judge.begin(options, c.now, "", {}, nobody());
        std::uint32_t flags = c.before;
        CHECK(so::detail::certificate_judge::look_at(&judge, &certificate, 1, &flags) == 0);
        CHECK(flags == c.after);
        CHECK(judge.flags() == c.after);
        CHECK(judge.valid_until() == (c.skip ? (std::numeric_limits<std::int64_t>::max)() : last));
        CHECK_FALSE(judge.has_seen_server());
    }
    mbedtls_x509_crt_free(&certificate);
}

TEST_CASE("certificate_judge: a certificate is self-signed if subject and issuer are present and equal") {
    unsigned char other[1] = {1};
    constexpr bool same_name = true;
    const struct {
        const char* what;
        bool has_same_name;
        std::size_t size;
        errc code;
    } rows[] = {
        {"the same name", same_name, 1, errc::certificate_self_signed},
        {"another name of the same size", !same_name, 1, errc::certificate_unknown_authority},
        {"no names", same_name, 0, errc::certificate_unknown_authority},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        made_certificate server;
        if (!row.has_same_name) server.it.issuer_raw.p = other;
        server.it.subject_raw.len = server.it.issuer_raw.len = row.size;
        so::tls_options options;
        options.skip_certificate_dates = true;
        so::detail::certificate_judge judge;
        judge.begin(options, 0, "service.example.com", {}, nobody());
        std::uint32_t flags = MBEDTLS_X509_BADCERT_NOT_TRUSTED;
        so::detail::certificate_judge::look_at(&judge, &server.it, 0, &flags);
        CHECK(std::string_view(so::name(judge.verdict(flags))) == so::name(row.code));
    }
}

TEST_CASE("certificate_judge: a valid authority stands for an expired one only with the same name and the same key") {
    so::certificate_authorities trusted;
    REQUIRE(trusted.add(bytes(nobodys_authority)));
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt_init(&certificate);
    REQUIRE(mbedtls_x509_crt_parse(&certificate, reinterpret_cast<const unsigned char*>(nobodys_authority),
                                   sizeof nobodys_authority) == 0);
    const std::int64_t now = so::detail::seconds_since_1970({.year = 2030});
    const std::int64_t last_of_trusted = so::detail::seconds_of(certificate.valid_to);
    std::string other_name(reinterpret_cast<const char*>(certificate.subject_raw.p), certificate.subject_raw.len);
    std::string other_key(reinterpret_cast<const char*>(certificate.pk_raw.p), certificate.pk_raw.len);
    other_name.back() = static_cast<char>(other_name.back() ^ 1);
    other_key.back() = static_cast<char>(other_key.back() ^ 1);
    const mbedtls_x509_buf name = certificate.subject_raw, key = certificate.pk_raw;
    const auto changed = [](mbedtls_x509_buf buffer, std::string& text) {
        buffer.p = reinterpret_cast<unsigned char*>(text.data());
        return buffer;
    };
    const struct {
        const char* what;
        bool has_name = true, has_key = true;
        int last_year;
        std::uint32_t flags;
    } rows[] = {
        {.what = "expired, with a valid twin", .last_year = 2029, .flags = 0},
        {.what = "another name", .has_name = false, .last_year = 2029, .flags = MBEDTLS_X509_BADCERT_EXPIRED},
        {.what = "another key", .has_key = false, .last_year = 2029, .flags = MBEDTLS_X509_BADCERT_EXPIRED},
        {.what = "valid itself", .last_year = 2040, .flags = 0},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        certificate.subject_raw = row.has_name ? name : changed(name, other_name);
        certificate.pk_raw = row.has_key ? key : changed(key, other_key);
        certificate.valid_to.year = row.last_year;
        const std::int64_t last = so::detail::seconds_of(certificate.valid_to);
        so::detail::certificate_judge judge;
        judge.begin({}, now, "", {}, trusted);
        std::uint32_t flags = 0;
        CHECK(so::detail::certificate_judge::look_at(&judge, &certificate, 1, &flags) == 0);
        CHECK(flags == row.flags);
        CHECK(judge.valid_until() == (row.flags == 0 && last < now ? last_of_trusted : last));
    }
    certificate.subject_raw = name;
    certificate.pk_raw = key;
    mbedtls_x509_crt_free(&certificate);
}

TEST_CASE("certificate_judge: an address is one of the certificate's addresses, byte for byte, and never a name") {
    constexpr int dns_name = 0x82, ip_address = 0x87;  // RFC 5280 section 4.2.1.6
    unsigned char four[] = {192, 0, 2, 1}, six[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    unsigned char text[] = {'1', '9', '2', '.', '0', '.', '2', '.', '1'};
    made_certificate made;
    mbedtls_x509_sequence second, third;
    made.lists(made.it.subject_alt_names, dns_name, text, sizeof text);
    CHECK(judged(made.it, "192.0.2.1") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    made.lists(made.it.subject_alt_names, dns_name, four, sizeof four);  // a name of the same bytes
    CHECK(judged(made.it, "192.0.2.1") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    made.lists(second, ip_address, four, sizeof four);
    made.it.subject_alt_names.next = &second;
    CHECK(judged(made.it, "192.0.2.1") == 0);
    CHECK(judged(made.it, "192.0.2.2") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    CHECK(judged(made.it, "2001:db8::1") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    made.lists(third, ip_address, six, sizeof six);
    second.next = &third;
    CHECK(judged(made.it, "2001:db8::1") == 0);
    CHECK(judged(made.it, "2001:db8::2") == MBEDTLS_X509_BADCERT_CN_MISMATCH);
}

TEST_CASE("certificate_judge: a name of two labels must be listed as it is; longer ones are left to mbedTLS") {
    constexpr int dns_name = 0x82, other_name = 0x86;  // RFC 5280 section 4.2.1.6
    unsigned char wildcard[] = {'*', '.', 't', 'e', 's', 't'};
    unsigned char name[] = {'S', 'e', 'r', 'v', 'i', 'c', 'e', '.', 't', 'e', 's', 't'};
    const auto fault_of = [&](made_certificate& made, std::string_view host) {
        return judged(made.it, host) == MBEDTLS_X509_BADCERT_CN_MISMATCH;
    };
    made_certificate made;
    made.lists(made.it.subject_alt_names, dns_name, wildcard, sizeof wildcard);
    CHECK(fault_of(made, "service.test"));
    CHECK(fault_of(made, ".test"));
    CHECK_FALSE(fault_of(made, "a.service.test"));
    CHECK_FALSE(fault_of(made, "localhost"));
    mbedtls_x509_sequence second;
    made.lists(second, dns_name, name, sizeof name);
    made.it.subject_alt_names.next = &second;
    CHECK_FALSE(fault_of(made, "service.test"));
    CHECK_FALSE(fault_of(made, "SERVICE.test"));
    CHECK(fault_of(made, "other.test"));
    second.buf.tag = other_name;
    CHECK(fault_of(made, "service.test"));

    made_certificate old;  // without subjectAltName mbedTLS compares the common name
    old.it.subject.val.p = wildcard;
    old.it.subject.val.len = sizeof wildcard;
    CHECK(fault_of(old, "service.test"));
    old.it.subject.val.p = name;
    old.it.subject.val.len = sizeof name;
    CHECK_FALSE(fault_of(old, "service.test"));
    made.it.subject.val = old.it.subject.val;
    CHECK(fault_of(made, "service.test"));
}

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

TEST_CASE("tls: what mbedTLS cannot read, or accepts and others refuse, is certificate_refused and not repeated") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const struct {
        const char* listener;
        const char* host;
        errc code;
        bool is_unreadable;  // native is mbedTLS's code; else the faults
    } cases[] = {
        {.listener = "unreadable", .host = "localhost", .code = errc::certificate_refused, .is_unreadable = true},
        {.listener = "unreadable12", .host = "localhost", .code = errc::certificate_refused, .is_unreadable = true},
        {.listener = "constrained", .host = "localhost", .code = errc::certificate_refused, .is_unreadable = true},
        {.listener = "by-clients-only", .host = "localhost", .code = errc::certificate_refused, .is_unreadable = false},
        {.listener = "by-servers-only", .host = "localhost", .code = errc::ok, .is_unreadable = false},
        {.listener = "long-chain", .host = "localhost", .code = errc::certificate_refused, .is_unreadable = true},
        {.listener = "for-clients", .host = "localhost", .code = errc::certificate_refused, .is_unreadable = false},
        {.listener = "for-clients12", .host = "localhost", .code = errc::certificate_refused, .is_unreadable = false},
        {.listener = "top-level-wildcard",
         .host = "service.test",
         .code = errc::certificate_wrong_name,
         .is_unreadable = false},
        {.listener = "two-labels", .host = "service.test", .code = errc::ok, .is_unreadable = false},
        {.listener = "two-labels", .host = "other.test", .code = errc::certificate_wrong_name, .is_unreadable = false},
    };
    for (const auto& c : cases) {
        CAPTURE(c.listener);
        CAPTURE(c.host);
        so::tls_options options = trusting_service();
        if (std::string_view(c.listener).ends_with("12")) options.protocol = so::tls_protocol::tls_1_2;
        if (options.protocol == so::tls_protocol::tls_1_2 && !so::detail::mbedtls_api::has_tls_1_2) continue;
        so::tls<diverted> link{options};
        link.link().way = service().port(c.listener);
        const io_result r = start(link, c.host, 443);
        CHECK(std::string_view(so::name(r.code)) == so::name(c.code));
        if (c.code == errc::ok) continue;
        CHECK((r.native < 0) == c.is_unreadable);
        CHECK_FALSE(so::is_repeatable(r.code));
    }
}

TEST_CASE("tls: of two authorities with one name and key, the one that is valid by the injected clock counts") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string expired = support::text_of_file(service().directory() + "/expired-ca.pem"),
                      valid = support::text_of_file(service().ca_file());
    const std::string orders[] = {expired + valid, valid + expired}, expired_alone = expired;
    std::int64_t now = so::detail::seconds_since_1970({.year = 2026, .month = 12});
    so::tls_options options = trusting_service();
    options.ca_file = nullptr;
    options.resume = false;
    options.utc_now = {[](void* context) noexcept { return *static_cast<std::int64_t*>(context); }, &now};
    for (const std::string& order : orders) {
        options.ca_memory = bytes(order);
        so::mbedtls_socket link{options};
        CHECK(start(link, "localhost", service().port()).state == io_state::ready);
        link.stop();
    }
    // mbedTLS chooses by its own clock, which is right here. Where it is wrong, or there is none, it shows the first one.
    for (const std::string& order : {orders[0], expired_alone}) {
        CAPTURE(order == expired_alone);
        mbedtls_x509_crt chain;
        mbedtls_x509_crt_init(&chain);
        REQUIRE(mbedtls_x509_crt_parse(&chain, reinterpret_cast<const unsigned char*>(order.c_str()),
                                       order.size() + 1) == 0);
        so::detail::certificate_judge judge;
        so::certificate_authorities trusted;
        REQUIRE(trusted.add(bytes(order)));
        judge.begin(options, now, "localhost", {}, trusted);
        std::uint32_t flags = 0;
        CHECK(so::detail::certificate_judge::look_at(&judge, &chain, 1, &flags) == 0);
        CHECK(flags == (order == expired_alone ? std::uint32_t{MBEDTLS_X509_BADCERT_EXPIRED} : 0U));
        const int last_year = order == expired_alone ? 2001 : 2049;
        CHECK(judge.valid_until() < so::detail::seconds_since_1970({.year = last_year + 1}));
        CHECK(judge.valid_until() >= so::detail::seconds_since_1970({.year = last_year}));
        mbedtls_x509_crt_free(&chain);
    }

    options.ca_memory = bytes(expired_alone);
    so::mbedtls_socket late{options};
    check_failed(start(late, "localhost", service().port()), errc::certificate_expired, stage::handshake);
}

TEST_CASE("tls: each refused certificate has its own error, and the server gets no byte of the request") {
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

TEST_CASE("tls: the dot at the end of a whole name is not looked for in the certificate") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::address_list here;
    REQUIRE(here.add("127.0.0.1"));
    so::tls<so::basic_tcp_socket<so::given_addresses>> link{trusting_service(), so::given_addresses{here}};
    CHECK(start(link, "localhost.", service().port()).state == io_state::ready);
    link.stop();
    check_failed(start(link, "localhost..", service().port()), errc::certificate_wrong_name, stage::handshake);
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
    check_failed(start(link, "localhost", service().port()), errc::bad_tls_options, stage::handshake);
}

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
