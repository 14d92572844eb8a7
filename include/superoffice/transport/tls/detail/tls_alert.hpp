// superoffice/transport/tls/detail/tls_alert.hpp - the alerts of TLS: their names, and which error each one becomes.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_ALERT_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_ALERT_HPP

#include <superoffice/base/error.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

struct numbered_text {
    std::uint32_t number;
    const char* text;
};

/// RFC 8446 section 6.2, and those of TLS 1.2 that are no longer listed there (RFC 5246 section 7.2.2).
inline constexpr numbered_text alerts[] = {
    {10, "unexpected_message"},
    {20, "bad_record_mac"},
    {22, "record_overflow"},
    {40, "handshake_failure"},
    {41, "no_certificate"},
    {42, "bad_certificate"},
    {43, "unsupported_certificate"},
    {44, "certificate_revoked"},
    {45, "certificate_expired"},
    {46, "certificate_unknown"},
    {47, "illegal_parameter"},
    {48, "unknown_ca"},
    {49, "access_denied"},
    {50, "decode_error"},
    {51, "decrypt_error"},
    {70, "protocol_version"},
    {71, "insufficient_security"},
    {80, "internal_error"},
    {86, "inappropriate_fallback"},
    {90, "user_canceled"},
    {100, "no_renegotiation"},
    {109, "missing_extension"},
    {110, "unsupported_extension"},
    {112, "unrecognized_name"},
    {113, "bad_certificate_status_response"},
    {115, "unknown_psk_identity"},
    {116, "certificate_required"},
    {120, "no_application_protocol"},
};

/// The native code of such an error, if it is positive, is the alert of the peer.
constexpr bool tells_alert(errc code) noexcept { return has_native<native_meaning::alert>(code); }

/// The error for an alert of the server (RFC 8446 section 6.2). An alert about certificates is about the client's. With
/// TLS 1.2, a server that asked for a certificate and got none answers handshake_failure (40; RFC 5246 section 7.4.6),
/// or, if it is GnuTLS, decode_error (50). Versions and protocols are agreed on in the handshake: behind it, such an
/// alert means that a record was damaged.
///
/// @param owes_certificate  the server asked for a certificate, and the client has none
constexpr errc meaning_of_alert(int alert, stage at, bool owes_certificate) noexcept {
    const bool in_handshake = at == stage::handshake;
    if (owes_certificate && (alert == 40 || (in_handshake && alert == 50))) return errc::client_certificate_refused;
    switch (alert) {
        case 41:   // no_certificate
        case 42:   // bad_certificate
        case 43:   // unsupported_certificate
        case 44:   // certificate_revoked
        case 45:   // certificate_expired
        case 46:   // certificate_unknown
        case 48:   // unknown_ca
        case 49:   // access_denied
        case 116:  // certificate_required
            return errc::client_certificate_refused;
        default: break;
    }
    if (!in_handshake) return errc::alert_received;
    if (alert == 70) return errc::tls_version_refused;          // protocol_version
    if (alert == 120) return errc::wrong_application_protocol;  // no_application_protocol
    return errc::handshake_failed;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
