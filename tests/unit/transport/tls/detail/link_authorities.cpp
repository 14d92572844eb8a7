// Tests of superoffice/transport/tls/detail/link_authorities.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/link_authorities.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/tls.hpp>

#include "../tls_service.hpp"
#include "../tls_testing.hpp"
#include "support/failing_calloc.hpp"
#include "support/guard_page.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

using namespace tls_testing;

namespace {

/// Loads all of it.
io_result loaded(so::detail::link_authorities& into, const so::tls_options& options) {
    io_result r = into.load(options);
    for (int again = 0; again < 10'000 && r.state == io_state::would_block; ++again) r = into.load(options);
    return r;
}

}  // namespace

TEST_CASE("tls: missing and unreadable authorities are an error before the link below is started") {
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

TEST_CASE("tls: a link that names no authorities takes those of the system, or says that there are none") {
    so::detail::link_authorities from;
    const io_result r = loaded(from, {});
    if (r.state == io_state::ready)
        CHECK(from.get().size() > 0);
    else
        check_failed(r, errc::no_authorities, stage::handshake);
}

TEST_CASE("tls: shared authorities that were never loaded are an error of the program, without a code of mbedTLS") {
    so::certificate_authorities none;
    so::tls_options options;
    options.authorities = &none;
    so::tls<recorder> link{options};
    const io_result r = link.start({"service.example", 443});
    check_failed(r, errc::bad_tls_options, stage::handshake);
    CHECK(r.native == 0);
    CHECK(link.link().starts == 0);
}

TEST_CASE("tls: a link takes the authorities that its options name, and no others") {
    so::certificate_authorities shared;
    REQUIRE(shared.add(bytes(nobodys_authority)));
    const so::key_pin pins[] = {so::key_pin{}};

    so::tls_options memory = trusting_nobody(), of_several, of_several_and_file, of_several_and_memory, pinned,
                    unpinned;
    of_several.authorities = of_several_and_file.authorities = of_several_and_memory.authorities = &shared;
    of_several_and_file.ca_file = "/nowhere/at/all.pem";
    of_several_and_memory.ca_memory = memory.ca_memory;
    pinned.pin_instead_of_authorities = unpinned.pin_instead_of_authorities = true;
    pinned.pins = pins;
    constexpr errc good = errc::ok;
    const struct {
        const char* what;
        const so::tls_options& options;
        errc code;
        std::uint32_t size;
    } rows[] = {
        {"memory", memory, good, 1},
        {"shared", of_several, good, 1},
        {"shared, and a file", of_several_and_file, errc::bad_tls_options, 0},
        {"shared, and memory", of_several_and_memory, errc::bad_tls_options, 0},
        {"a pin instead", pinned, good, 0},  // nothing of the system's is read
        {"a pin instead, without a pin", unpinned, errc::bad_tls_options, 0},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        so::detail::link_authorities from;
        const io_result r = loaded(from, row.options);
        if (row.code == good) {
            CHECK(r.state == io_state::ready);
        } else {
            check_failed(r, row.code, stage::handshake);
            CHECK(r.native == 0);
        }
        CHECK(from.get().size() == row.size);
        CHECK(from.get().is_loaded() == (row.size != 0));
        CHECK((&from.get() == &shared) == (&row.options == &of_several));
        CHECK(loaded(from, row.options).state == r.state);  // and again
    }
}

TEST_CASE("certificate_reader: PEM of every length is read") {
    // With spaces at the end of a line: in one of 16 lengths no byte lies between the NUL and the next block of the heap.
    for (std::size_t spaces = 0; spaces < 16; ++spaces) {
        CAPTURE(spaces);
        std::string pem{nobodys_authority};
        pem.insert(pem.find('\n', 30), spaces, ' ');
        mbedtls_x509_crt chain;
        mbedtls_x509_crt_init(&chain);
        CHECK(so::detail::certificate_reader::load(chain, bytes(pem)) == 0);
        CHECK(chain.raw.len > 0);
        mbedtls_x509_crt_free(&chain);
    }
}

TEST_CASE("certificate_reader: DER is used in the memory of the caller, and a reader can begin again") {
    mbedtls_x509_crt chain, again;
    mbedtls_x509_crt_init(&chain);
    mbedtls_x509_crt_init(&again);
    REQUIRE(so::detail::certificate_reader::load(chain, bytes(nobodys_authority)) == 0);
    const std::string der(reinterpret_cast<const char*>(chain.raw.p), chain.raw.len);
    CHECK(so::detail::certificate_reader::load(again, bytes(der)) == 0);
    CHECK(static_cast<const void*>(again.raw.p) == der.data());
    mbedtls_x509_crt_free(&again);

    mbedtls_x509_crt_init(&again);
    so::detail::certificate_reader reader;
    int code = 0;
    reader.begin(bytes("\x31 no certificate"), true);
    CHECK(reader.next(again, code));
    CHECK(code == MBEDTLS_ERR_X509_INVALID_FORMAT);
    CHECK(reader.is_broken());
    reader.begin(bytes(nobodys_authority), true);
    CHECK(reader.next(again, code));
    CHECK(code == 0);
    CHECK_FALSE(reader.is_broken());
    mbedtls_x509_crt_free(&again);
    mbedtls_x509_crt_free(&chain);
}

TEST_CASE("certificate_reader: no certificate counts as unreadable because memory runs out") {
    const std::string two = std::string(nobodys_authority) + nobodys_authority;
    for (int number = 0; support::failing_calloc::works && number < 3; ++number) {
        CAPTURE(number);
        mbedtls_x509_crt chain;
        mbedtls_x509_crt_init(&chain);
        const support::failing_calloc memory{number};
        const int code = so::detail::certificate_reader::load(chain, bytes(two));
        CHECK(memory.has_failed());
        CHECK(so::detail::mbedtls_api::is_out_of_memory(code));
        mbedtls_x509_crt_free(&chain);
    }
}

TEST_CASE("certificate_reader: DER of a few bytes is refused, and no byte behind it is read") {
    support::guard_page page{16};
    for (const std::string_view text :
         {std::string_view{"\x30", 1}, std::string_view{"\x30\x81", 2}, std::string_view{"\x30\x82\x01", 3},
          std::string_view{"\x30\x83\x01\x02", 4}, std::string_view{"\x30\x84\x01\x02\x03\x04", 6},
          std::string_view{"\x30\x80", 2}, std::string_view{"\x31\x00", 2}}) {
        CAPTURE(text.size());
        mbedtls_x509_crt chain;
        mbedtls_x509_crt_init(&chain);
        const std::string_view placed{page.place(text), text.size()};
        CHECK(so::detail::certificate_reader::load(chain, bytes(placed)) < 0);
        mbedtls_x509_crt_free(&chain);
    }
}

TEST_CASE(
    "certificate_reader: says how many certificates of a chain cannot be read, or the first code where that is all") {
    REQUIRE(so::detail::mbedtls_api::begin_psa() == 0);
    const std::string good = nobodys_authority;
    const std::string no_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                      no_base64 = "-----BEGIN CERTIFICATE-----\nA*A=\n-----END CERTIFICATE-----\n";
    const auto load = [](std::string_view text) {
        mbedtls_x509_crt chain;
        mbedtls_x509_crt_init(&chain);
        const int code = so::detail::certificate_reader::load(chain, bytes(text));
        mbedtls_x509_crt_free(&chain);
        return code;
    };
    CHECK(load(good) == 0);
    CHECK(load(no_der + good) == 1);
    CHECK(load(no_der + good + no_base64) == 2);
    const int first = load(no_der), other = load(no_base64);
    CHECK(first < 0);
    CHECK(other < 0);
    CHECK(first != other);
    CHECK(load(no_der + no_base64) == first);
    CHECK(load(no_base64 + no_der) == other);
    CHECK(load("") < 0);
}

TEST_CASE("tls: of several authorities in memory those that cannot be read are skipped") {
    const std::string mixed = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\nwords between\n" +
                              std::string(nobodys_authority);
    so::tls_options options;
    options.ca_memory = bytes(mixed);
    so::tls<recorder> link{options};
    CHECK(link.start({"service.example", 443}).state == io_state::would_block);
}

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

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

TEST_CASE("tls: a link that names a file trusts its authorities, those in memory besides, and none of the system") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool with_memory : {false, true}) {
        CAPTURE(with_memory);
        so::tls_options options;
        options.ca_file = service().ca_file().c_str();
        if (with_memory) options.ca_memory = bytes(nobodys_authority);
        so::detail::link_authorities from;
        CHECK(loaded(from, options).state == io_state::ready);
        CHECK(from.get().size() == (with_memory ? 2 : 1));
        CHECK(from.get().is_loaded());
    }
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

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
