// A local service that speaks TLS, and what a link says to it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_UNIT_TRANSPORT_TLS_TLS_SERVICE_HPP
#define SUPEROFFICE_TESTS_UNIT_TRANSPORT_TLS_TLS_SERVICE_HPP

#include <superoffice/transport/mbedtls_socket.hpp>

#if SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)
#define SUPEROFFICE_TESTS_TLS_SERVICE 1

#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>
#include <superoffice/transport/tls/key_pin.hpp>

#include "support/local_service.hpp"
#include "support/test_tls.hpp"
#include "tls_testing.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tls_testing {

/// One service for all these tests, with a listener for each bad certificate.
inline support::local_service& service() {
    static support::local_service one({"--bad-certificates",
                                       "--listen",
                                       "rsa=rsa",
                                       "--listen",
                                       "mute=no-handshake",
                                       "--listen",
                                       "rude=reset-handshake",
                                       "--listen",
                                       "new=good@1.3",
                                       "--listen",
                                       "picky=wants-client",
                                       "--listen",
                                       "picky12=wants-client@1.2",
                                       "--listen",
                                       "old=good@1.2",
                                       "--listen",
                                       "plain=plain",
                                       "--listen",
                                       "unreadable=unreadable",
                                       "--listen",
                                       "unreadable12=unreadable@1.2",
                                       "--listen",
                                       "constrained=constrained",
                                       "--listen",
                                       "by-clients-only=by-clients-only",
                                       "--listen",
                                       "by-servers-only=by-servers-only",
                                       "--listen",
                                       "long-chain=long-chain",
                                       "--listen",
                                       "for-clients=for-clients",
                                       "--listen",
                                       "for-clients12=for-clients@1.2",
                                       "--listen",
                                       "top-level-wildcard=top-level-wildcard",
                                       "--listen",
                                       "two-labels=two-labels"});
    return one;
}

inline so::tls_options trusting_service() {
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

inline std::string request(int id, std::string_view more = "") {
    const std::string body = "{\"Id\":" + std::to_string(id) + "}";
    return "POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo HTTP/1.1\r\nHost: localhost\r\n"
           "Authorization: Bearer 8A:Cust12345.test-token-good\r\nContent-Type: application/json\r\n"
           "Accept: application/json\r\n" +
           std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline constexpr std::string_view last_chunk = "\r\n0\r\n\r\n";

template <class Link>
std::string reply_of(Link& link) {
    std::string reply;
    REQUIRE(transmit(link, request(497)).state == io_state::ready);
    REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
    return reply;
}

/// The certificates that are refused, and the listener that shows each.
struct certificate_case {
    const char* listener;
    errc code;
    std::uint32_t flags;
};
inline constexpr certificate_case bad_certificates[] = {
    {"expired", errc::certificate_expired, MBEDTLS_X509_BADCERT_EXPIRED},
    {"not-yet-valid", errc::certificate_not_yet_valid, MBEDTLS_X509_BADCERT_FUTURE},
    {"self-signed", errc::certificate_self_signed, MBEDTLS_X509_BADCERT_NOT_TRUSTED},
    {"wrong-name", errc::certificate_wrong_name, MBEDTLS_X509_BADCERT_CN_MISMATCH},
    {"unknown-authority", errc::certificate_unknown_authority, MBEDTLS_X509_BADCERT_NOT_TRUSTED},
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

/// The pin of a certificate file of the service.
inline so::key_pin pin_of(const std::string& name) {
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt_init(&certificate);
    REQUIRE(mbedtls_x509_crt_parse_file(&certificate, (service().directory() + "/" + name).c_str()) == 0);
    so::key_pin pin;
    so::detail::sha256 hash;
    hash.add(certificate.pk_raw.p, certificate.pk_raw.len);
    REQUIRE(hash.finish(pin.sha256));
    mbedtls_x509_crt_free(&certificate);
    return pin;
}

}  // namespace tls_testing

#endif
#endif
