// With an mbedTLS of our own build, see mbedtls_config.h: links in several threads that share authorities, under
// ThreadSanitizer; authorities that are used in place; record buffers that shrink.
// SPDX-License-Identifier: BSL-1.0
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <superoffice/batch.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/local_service.hpp"

namespace so = superoffice;
using so::errc;

static_assert(so::certificate_authorities::may_be_shared_by_threads);
static_assert(so::certificate_authorities::can_use_in_place);

namespace {

// ---- mbedTLS's memory: how much is in use, and the most since `peak` was set

std::atomic<std::size_t> in_use{0}, peak{0};

void* counted_calloc(std::size_t count, std::size_t size) {
    auto* const block = static_cast<std::size_t*>(std::calloc(1, count * size + 2 * sizeof(std::size_t)));
    if (block == nullptr) return nullptr;
    block[0] = count * size;
    const std::size_t now = in_use += block[0];
    std::size_t most = peak;
    while (now > most && !peak.compare_exchange_weak(most, now)) {
    }
    return block + 2;
}

void counted_free(void* given) {
    if (given == nullptr) return;
    std::size_t* const block = static_cast<std::size_t*>(given) - 2;
    in_use -= block[0];
    std::free(block);
}

support::local_service& service() {
    static support::local_service one({"--tls", "1.2", "--bad-certificates", "--listen", "rsa=rsa@1.2"});
    return one;
}

so::io_result open(so::mbedtls_socket& link, std::uint16_t port) {
    for (;;) {
        const so::io_result r = link.start({"localhost", port});
        if (r.state != so::io_state::would_block) return r;
        link.wait(r.wants, so::milliseconds{20000});
    }
}

/// As DER, one after another.
std::string der_of(const std::string& file) {
    mbedtls_x509_crt chain;
    mbedtls_x509_crt_init(&chain);
    REQUIRE(mbedtls_x509_crt_parse_file(&chain, file.c_str()) == 0);
    std::string all;
    for (const mbedtls_x509_crt* at = &chain; at != nullptr; at = at->next)
        all.append(reinterpret_cast<const char*>(at->raw.p), at->raw.len);
    mbedtls_x509_crt_free(&chain);
    return all;
}

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

/// The system's bundle as DER, and the service's authority in its middle.
const std::string& bundle() {
    static const std::string all = [] {
        const std::string system = der_of(so::detail::system_authorities[0]), own = der_of(service().ca_file());
        std::size_t middle = 0;
        while (middle < system.size() / 2) middle += so::detail::der_size(bytes(system).subspan(middle));
        return system.substr(0, middle) + own + system.substr(middle);
    }();
    return all;
}

}  // namespace

TEST_CASE("links in four threads verify by one object, whose keys were never used before") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool in_place : {false, true}) {
        CAPTURE(in_place);
        so::certificate_authorities roots;
        if (in_place) {
            REQUIRE(roots.use_in_place(bytes(bundle())));
        } else {
            REQUIRE(roots.add_system());
            REQUIRE(roots.add_file(service().ca_file().c_str()));
        }
        constexpr unsigned threads = 4, handshakes = 6;
        std::atomic<unsigned> here{0}, verified{0};
        std::vector<std::thread> all;
        for (unsigned n = 0; n < threads; ++n)
            all.emplace_back([&roots, &here, &verified] {
                so::mbedtls_socket link{{.authorities = &roots, .resume = false}};
                ++here;
                while (here != threads) std::this_thread::yield();
                for (unsigned i = 0; i < handshakes; ++i) {
                    const std::uint16_t port = i % 3 == 2 ? service().port("rsa") : service().port();
                    if (open(link, port).state == so::io_state::ready && link.secure() && !link.resumed()) ++verified;
                    link.stop();
                }
            });
        for (std::thread& each : all) each.join();
        CHECK(verified == threads * handshakes);
    }
}

TEST_CASE("two threads verify signatures by every key of the system's bundle") {
    so::certificate_authorities roots;
    REQUIRE(roots.add_system());
    mbedtls_ssl_config config;
    mbedtls_ssl_config_init(&config);
    roots.give_to(config);
    const std::string system = der_of(so::detail::system_authorities[0]);
    std::atomic<unsigned> refused{0};
    std::vector<std::thread> all;
    for (unsigned n = 0; n < 2; ++n)
        all.emplace_back([&config, &system, &refused] {
            for (std::size_t at = 0; at < system.size();) {
                // With a damaged signature: mbedTLS accepts an authority that is in its list without looking at that.
                std::string der = system.substr(at, so::detail::der_size(bytes(system).subspan(at)));
                at += der.size();
                der.back() = static_cast<char>(der.back() ^ 1);
                mbedtls_x509_crt certificate;
                mbedtls_x509_crt_init(&certificate);
                std::uint32_t flags = 0;
                if (mbedtls_x509_crt_parse_der(&certificate, reinterpret_cast<const unsigned char*>(der.data()),
                                               der.size()) == 0 &&
                    mbedtls_x509_crt_verify(&certificate, config.ca_chain, nullptr, nullptr, &flags, nullptr,
                                            nullptr) != 0 &&
                    (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0)
                    ++refused;
                mbedtls_x509_crt_free(&certificate);
            }
        });
    for (std::thread& each : all) each.join();
    mbedtls_ssl_config_free(&config);
    CHECK(refused == 2 * roots.size());
}

TEST_CASE("a thread that loads the next bundle does not disturb links that use the one before") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::certificate_authorities before, after;
    REQUIRE(before.add_file(service().ca_file().c_str()));
    std::atomic<bool> is_loaded{false};
    std::thread loading([&after, &is_loaded] {
        const bool done = after.add_system().has_value() && after.add_file(service().ca_file().c_str()).has_value();
        is_loaded = done;
    });
    for (int i = 0; i < 3; ++i) {
        so::mbedtls_socket link{{.authorities = &before, .resume = false}};
        CHECK(open(link, service().port()).state == so::io_state::ready);
    }
    loading.join();
    REQUIRE(is_loaded);
    so::mbedtls_socket link{{.authorities = &after, .resume = false}};
    CHECK(open(link, service().port()).state == so::io_state::ready);
}

TEST_CASE("in place: each server is accepted or refused as by the same authorities when they are parsed") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string own = der_of(service().ca_file()), system = der_of(so::detail::system_authorities[0]);
    so::certificate_authorities parsed, in_place, others, mixed;
    REQUIRE(parsed.add(bytes(bundle())));
    REQUIRE(in_place.use_in_place(bytes(bundle())));
    REQUIRE(others.use_in_place(bytes(system)));
    REQUIRE(mixed.use_in_place(bytes(system)));
    REQUIRE(mixed.add(bytes(own)));
    const struct {
        const char* listener;
        errc code;
    } cases[] = {
        {"", errc::ok},
        {"rsa", errc::ok},
        {"expired", errc::certificate_expired},
        {"not-yet-valid", errc::certificate_not_yet_valid},
        {"self-signed", errc::certificate_self_signed},
        {"wrong-name", errc::certificate_wrong_name},
        {"unknown-authority", errc::certificate_unknown_authority},
    };
    for (const auto& c : cases) {
        CAPTURE(c.listener);
        const std::uint16_t port = *c.listener == '\0' ? service().port() : service().port(c.listener);
        REQUIRE(port != 0);
        for (const so::certificate_authorities* const roots : {&parsed, &in_place, &mixed}) {
            so::mbedtls_socket link{{.authorities = roots}};
            const so::io_result r = open(link, port);
            CHECK(std::string_view(so::name(r.state == so::io_state::ready ? errc::ok : r.code)) == so::name(c.code));
        }
    }
    so::mbedtls_socket wary{{.authorities = &others}};
    CHECK(open(wary, service().port()).code == errc::certificate_unknown_authority);
}

TEST_CASE("in place: a session belongs to the authorities that its server was verified by") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string own = der_of(service().ca_file());
    so::certificate_authorities one, all;
    REQUIRE(one.use_in_place(bytes(own)));
    REQUIRE(all.use_in_place(bytes(bundle())));
    so::mbedtls_socket link{{.authorities = &one}}, same{{.authorities = &one}}, other{{.authorities = &all}};
    REQUIRE(open(link, service().port()).state == so::io_state::ready);
    std::byte session[so::mbedtls_socket::max_session_bytes];
    const std::size_t size = link.export_session(session);
    REQUIRE(size != 0);
    const so::peer to{"localhost", service().port()};
    CHECK(other.import_session(to, std::span(session).first(size)).state == so::io_state::closed);
    CHECK(same.import_session(to, std::span(session).first(size)).state == so::io_state::ready);
}

TEST_CASE("in place: of two authorities with one name and key, the one that is valid by the injected clock counts") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string expired = der_of(service().directory() + "/expired-ca.pem"), valid = der_of(service().ca_file());
    const struct {
        const char* what;
        std::string der;
        errc code;
    } cases[] = {
        {"the expired one first", expired + valid, errc::ok},
        {"the valid one first", valid + expired, errc::ok},
        {"the expired one alone", expired, errc::certificate_expired},
    };
    static std::int64_t now = so::detail::seconds_since_1970({.year = 2026, .month = 12});
    for (const auto& c : cases) {
        CAPTURE(c.what);
        so::certificate_authorities roots;
        REQUIRE(roots.use_in_place(bytes(c.der)));
        so::mbedtls_socket link{
            {.authorities = &roots, .utc_now = {[](void*) noexcept { return now; }}, .resume = false}};
        const so::io_result r = open(link, service().port());
        CHECK(std::string_view(so::name(r.state == so::io_state::ready ? errc::ok : r.code)) == so::name(c.code));
    }
}

TEST_CASE("in place: the bundle of a system takes less than 2 KB, the object and the handshake included") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const std::string own = der_of(service().ca_file());
    std::size_t most[2] = {};
    for (const bool whole_bundle : {false, true}) {
        so::certificate_authorities roots;
        const std::size_t before = in_use;
        if (whole_bundle) {
            REQUIRE(roots.use_in_place(bytes(bundle())));
            CHECK(roots.size() > 100);
            CHECK(in_use == before);
        } else {
            REQUIRE(roots.add(bytes(own)));
        }
        so::mbedtls_socket link{{.authorities = &roots, .resume = false}};
        const std::size_t start = in_use;
        peak = start;
        REQUIRE(open(link, service().port()).state == so::io_state::ready);
        most[whole_bundle] = peak - start;
    }
    MESSAGE("the handshake at its most: " << most[0] << " bytes with one authority parsed, " << most[1]
                                          << " with the bundle in place, and the object "
                                          << sizeof(so::certificate_authorities));
    CHECK(most[1] + sizeof(so::certificate_authorities) < most[0] + 2048);
}

TEST_CASE("max_fragment: the record buffers of an idle link follow it, and longer texts go both ways") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::certificate_authorities roots;
    REQUIRE(roots.add_file(service().ca_file().c_str()));
    const struct {
        so::tls_fragment fragment;
        std::size_t text, at_most;  // bytes of mbedTLS's memory
    } cases[] = {
        {so::tls_fragment::unlimited, 16384, 37 * 1024},
        {so::tls_fragment::bytes_4096, 4096, 12 * 1024},
        {so::tls_fragment::bytes_2048, 2048, 8 * 1024},
        {so::tls_fragment::bytes_1024, 1024, 6 * 1024},
    };
    const std::string filler(6000, 'x');
    for (const auto& c : cases) {
        CAPTURE(c.text);
        so::mbedtls_socket link{{.authorities = &roots, .max_fragment = c.fragment}};
        const std::size_t before = in_use;
        for (int again = 0; again < 2; ++again) {
            REQUIRE(open(link, service().port()).state == so::io_state::ready);
            const std::size_t idle = in_use - before;
            if (again == 0)
                MESSAGE("an idle link with records of " << c.text << " bytes takes " << idle << " of mbedTLS");
            CHECK(idle <= c.at_most);
            CHECK(idle > 2 * c.text);
            std::string request =
                "POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo HTTP/1.1\r\nHost: localhost\r\n"
                "Authorization: Bearer 8A:Cust12345.test-token-good\r\nContent-Type: application/json\r\n"
                "Accept: application/json\r\nX-Filler: " +
                filler + "\r\nContent-Length: 10\r\n\r\n{\"Id\":497}";
            for (std::string_view rest = request; !rest.empty();) {
                const so::io_result r = link.transmit(bytes(rest));
                REQUIRE((r.state == so::io_state::ready || r.state == so::io_state::would_block));
                if (r.state == so::io_state::ready)
                    rest.remove_prefix(r.bytes);
                else
                    link.wait(r.wants, so::milliseconds{20000});
            }
            std::string reply;
            std::array<std::byte, 4096> into;
            while (reply.find("\r\n0\r\n\r\n") == std::string::npos) {
                const so::io_result r = link.receive(into);
                REQUIRE((r.state == so::io_state::ready || r.state == so::io_state::would_block));
                if (r.state == so::io_state::ready)
                    reply.append(reinterpret_cast<const char*>(into.data()), r.bytes);
                else
                    link.wait(r.wants, so::milliseconds{20000});
            }
            CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
            CHECK(in_use - before == idle);
            link.stop();
        }
    }
}

int main(int argc, char** argv) {
    mbedtls_platform_set_calloc_free(counted_calloc, counted_free);
    return doctest::Context(argc, argv).run();
}
