// superoffice/transport/tls/tls_options.hpp - whom TLS trusts, by which clock, and where its random numbers come from.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_TLS_OPTIONS_HPP
#define SUPEROFFICE_TRANSPORT_TLS_TLS_OPTIONS_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/config.hpp>
#include <superoffice/base/utc_clock.hpp>
#include <superoffice/transport/tls/key_pin.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

class client_certificate;  // superoffice/transport/tls/client_certificate.hpp

/// Where random bytes come from: fills all of `into`, false if it cannot. Fit for keys, or nothing is secret.
struct random_source {
    bool (*fill)(void* context, std::span<std::byte> into) noexcept = nullptr;
    void* context = nullptr;

    constexpr explicit operator bool() const noexcept { return fill != nullptr; }
};

/// Which versions of TLS are offered. Never one below 1.2.
enum class tls_protocol : std::uint8_t {
    automatic,  ///< 1.2 and 1.3 where both are there and both may be offered (see `tls`), else 1.2, else 1.3
    tls_1_2,    ///< 1.2 only
    tls_1_3,    ///< 1.3 only
};

/// What `tls<Link>` is told at construction. Everything it points to is borrowed for as long as the link lives.
///
/// Without any of it the server is verified against the system's authorities, by the system's clock. Nothing here turns
/// verification off.
struct tls_options {
    /// A file of certificate authorities, PEM or one DER, instead of the system's. Needs mbedTLS with MBEDTLS_FS_IO.
    const char* ca_file = nullptr;

    /// Authorities in memory, instead of the system's: PEM text (a final NUL is not needed), or DER certificates one
    /// after another, which are used where they are and not copied. With `ca_file` both are trusted.
    ///
    /// Of a file as of memory: certificates that mbedTLS cannot read are skipped, none left is errc::bad_authorities.
    borrowed_list<std::byte> ca_memory = {};

    /// Keys of which the server must show one, besides all other checks: in its own certificate or in any other of the
    /// verified chain, the authority's included. Pin a second key that is kept in reserve: one that is lost locks out.
    /// errc::certificate_not_pinned if none is shown.
    borrowed_list<key_pin> pins = {};

    /// A pinned key instead of authorities, for a server with a certificate of its own making: the server's own certificate
    /// must have a key of `pins`, whoever signed it. Its name and its dates are checked all the same. No authorities are
    /// loaded. Without pins: errc::no_authorities.
    bool pin_instead_of_authorities = false;

    /// Who this client is, for servers that ask for a certificate. Null: nobody, and those servers end the handshake.
    const client_certificate* client = nullptr;

    /// Cipher suites to offer, the best first, by their numbers (IANA's; mbedTLS names them MBEDTLS_TLS_...), with a 0 behind
    /// the last. Null: AES-GCM and ChaCha20-Poly1305 with ephemeral keys, whichever of both is faster on this processor
    /// first, and ECDHE with AES-CBC and SHA-2 for servers of before 2015 (or those that mbedTLS was configured with, by
    /// MBEDTLS_SSL_CIPHERSUITES). Servers that know nothing but RSA key exchange, SHA-1 or finite-field groups need this.
    const int* ciphersuites = nullptr;

    /// Checks certificate dates by this clock instead of mbedTLS's own. Asked once per connection; a clock that is not set
    /// yet is errc::no_clock. Needed where mbedTLS was built without MBEDTLS_HAVE_TIME_DATE.
    utc_clock utc_now = {};

    /// Takes certificates whatever their dates, for devices without a clock. Everything else is checked all the same.
    bool skip_certificate_dates = false;

    tls_protocol protocol = tls_protocol::automatic;

    /// Replaces mbedTLS's own generator (its entropy and CTR_DRBG, one per link). Not with mbedTLS 4, which takes no
    /// generator from outside: errc::no_entropy there. With TLS 1.3 on 3.x PSA's generator is used besides.
    random_source random = {};

    /// Keeps the session of the last verified connection for the next one to the same peer: a shorter handshake, in which
    /// the server shows no certificate. It is used no longer than the certificates that were verified are valid. See
    /// `tls::export_session` for keeping it while the power is off.
    bool resume = true;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
