// Tests of superoffice/transport/tls/detail/tls_alert.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/tls_alert.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

using superoffice::errc;
using superoffice::stage;
namespace detail = superoffice::detail;

namespace {

/// What an alert means that has no error of its own.
constexpr errc nothing_more(stage at) { return at == stage::handshake ? errc::handshake_failed : errc::alert_received; }

/// RFC 8446 section 6.2 and RFC 5246 section 7.2.2; errc::ok: nothing more. close_notify is an end and no error.
constexpr struct {
    int number;
    std::string_view name;
    errc meaning;
} rows[] = {
    {10, "unexpected_message", errc::ok},
    {20, "bad_record_mac", errc::ok},
    {22, "record_overflow", errc::ok},
    {40, "handshake_failure", errc::ok},
    {41, "no_certificate", errc::client_certificate_refused},
    {42, "bad_certificate", errc::client_certificate_refused},
    {43, "unsupported_certificate", errc::client_certificate_refused},
    {44, "certificate_revoked", errc::client_certificate_refused},
    {45, "certificate_expired", errc::client_certificate_refused},
    {46, "certificate_unknown", errc::client_certificate_refused},
    {47, "illegal_parameter", errc::ok},
    {48, "unknown_ca", errc::client_certificate_refused},
    {49, "access_denied", errc::client_certificate_refused},
    {50, "decode_error", errc::ok},
    {51, "decrypt_error", errc::ok},
    {70, "protocol_version", errc::tls_version_refused},
    {71, "insufficient_security", errc::ok},
    {80, "internal_error", errc::ok},
    {86, "inappropriate_fallback", errc::ok},
    {90, "user_canceled", errc::ok},
    {100, "no_renegotiation", errc::ok},
    {109, "missing_extension", errc::ok},
    {110, "unsupported_extension", errc::ok},
    {112, "unrecognized_name", errc::ok},
    {113, "bad_certificate_status_response", errc::ok},
    {115, "unknown_psk_identity", errc::ok},
    {116, "certificate_required", errc::client_certificate_refused},
    {120, "no_application_protocol", errc::wrong_application_protocol},
};

}  // namespace

TEST_CASE("tls_alert: each alert has the name that the RFCs give it") {
    REQUIRE(std::size(detail::alerts) == std::size(rows));
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        CHECK(detail::alerts[i].number == static_cast<std::uint32_t>(rows[i].number));
        CHECK(detail::alerts[i].text == rows[i].name);
    }
}

TEST_CASE("tls_alert: what a server means by each alert, known or not, in the handshake and behind it") {
    for (int number = 0; number < 256; ++number) {
        CAPTURE(number);
        errc meaning = errc::ok;
        for (const auto& row : rows)
            if (row.number == number) meaning = row.meaning;
        for (const stage at : {stage::handshake, stage::transmit, stage::receive}) {
            const bool of_handshake = number == 70 || number == 120;  // agreed on there; behind it, a damaged record
            const errc expected =
                meaning == errc::ok || (of_handshake && at != stage::handshake) ? nothing_more(at) : meaning;
            CHECK(detail::meaning_of_alert(number, at, false) == expected);
            CHECK(detail::tells_alert(expected));
            // A server that asked for a certificate and got none: RFC 5246 section 7.4.6; GnuTLS sends decode_error.
            const bool is_about_certificate = number == 40 || (number == 50 && at == stage::handshake);
            CHECK(detail::meaning_of_alert(number, at, true) ==
                  (is_about_certificate ? errc::client_certificate_refused : expected));
        }
    }
    for (const errc other : {errc::ok, errc::link_failed, errc::bad_client_certificate, errc::truncated_close})
        CHECK_FALSE(detail::tells_alert(other));
}
