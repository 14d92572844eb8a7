// superoffice/transport/tls/tls_options.hpp - options of TLS: trust, clock, versions, record sizes, random numbers.
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

class certificate_authorities;  // superoffice/transport/tls/certificate_authorities.hpp
class client_certificate;       // superoffice/transport/tls/client_certificate.hpp

/// A source of random bytes: fills all of `into`, or answers false. The bytes must be good enough for keys.
struct random_source {
    bool (*fill)(void* context, std::span<std::byte> into) noexcept = nullptr;
    void* context = nullptr;

    constexpr explicit operator bool() const noexcept { return fill != nullptr; }
};

/// Which versions of TLS are offered. Never one below 1.2.
enum class tls_protocol : std::uint8_t {
    automatic,  ///< 1.2 and 1.3 if this mbedTLS has both and may offer both (see `tls`), else 1.2, else 1.3
    tls_1_2,    ///< 1.2 only
    tls_1_3,    ///< 1.3 only
};

/// The largest piece of text that a record may carry (max_fragment_length, RFC 6066 section 4).
enum class tls_fragment : std::uint8_t { unlimited, bytes_512, bytes_1024, bytes_2048, bytes_4096 };

/// Options of `tls<Link>`. Everything they point to is borrowed for as long as the link lives.
///
/// By default the server is verified against the authorities of the system, by the clock of the system. No option turns
/// verification off.
struct tls_options {
    /// A file of certificate authorities, PEM or one DER, instead of those of the system. Needs mbedTLS with
    /// MBEDTLS_FS_IO.
    const char* ca_file = nullptr;

    /// Authorities in memory, instead of those of the system: PEM text (a final NUL is not needed), or DER certificates
    /// one after another, which are used where they lie and not copied. With `ca_file` both are trusted.
    ///
    /// In a file as in memory, certificates that mbedTLS cannot read are skipped. errc::bad_authorities if none is left,
    /// or if there are more than 1,024 of them or 4 MiB.
    borrowed_list<std::byte> ca_memory = {};

    /// Authorities that many links share, loaded by you: nothing is read or parsed for this link. They must be loaded
    /// before the first `start`, and without `ca_file` and `ca_memory` beside them: else errc::bad_tls_options.
    const certificate_authorities* authorities = nullptr;

    /// The server must show one of these keys, beside all other checks: in its own certificate or in another one of the
    /// verified chain, including the authority. Also pin a second key that is kept in reserve: if the only key is lost,
    /// this client is locked out. errc::certificate_not_pinned if none is shown.
    borrowed_list<key_pin> pins = {};

    /// A pinned key instead of authorities, for a server with a self-signed certificate: the server's own certificate
    /// must have a key of `pins`, and it does not matter who signed it. Its name and its dates are still checked. No
    /// authorities are loaded. Without pins: errc::bad_tls_options.
    bool pin_instead_of_authorities = false;

    /// The certificate of this client, for servers that ask for one. Null: none, and such servers end the handshake.
    const client_certificate* client = nullptr;

    /// Cipher suites to offer, the best first, by their IANA numbers (mbedTLS names them MBEDTLS_TLS_...), ending with
    /// 0. Null: AES-GCM and ChaCha20-Poly1305 with ephemeral keys, first the one that is faster on this processor, then
    /// ECDHE with AES-CBC and SHA-2 for servers from before 2015 (or the list that mbedTLS was built with,
    /// MBEDTLS_SSL_CIPHERSUITES). Servers that only know RSA key exchange, SHA-1 or finite-field groups need this
    /// option.
    const int* ciphersuites = nullptr;

    /// Checks certificate dates by this clock instead of mbedTLS's own. Asked once per connection; a clock that is not
    /// set yet is errc::no_clock. Needed if mbedTLS was built without MBEDTLS_HAVE_TIME_DATE.
    utc_clock utc_now = {};

    /// Accepts certificates without checking their dates, for devices without a clock. Everything else is still
    /// checked.
    bool skip_certificate_dates = false;

    tls_protocol protocol = tls_protocol::automatic;

    /// Replaces mbedTLS's own generator (its entropy and CTR_DRBG, one per link). mbedTLS 4 takes no custom generator:
    /// errc::no_entropy there. With TLS 1.3, 3.x also uses the generator of PSA.
    random_source random = {};

    /// Asks the server for records with at most this much text, and sends no longer records. With an mbedTLS that has
    /// MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH the record buffers shrink to that size after the handshake (2 times 16 KB
    /// become 2 times 4 KB with `bytes_4096`, if the server agrees; the buffer for sending shrinks in any case). Without
    /// it, as on Debian, the buffers keep their size, and only the records become shorter.
    ///
    /// For TLS 1.2 only: 1.3 has no such extension, and the option has no effect there. An mbedTLS without
    /// MBEDTLS_SSL_MAX_FRAGMENT_LENGTH, or whose buffers are smaller than that, refuses the option: errc::handshake_failed
    /// with native -0x7080 or -0x7100. Servers that agree split their certificates as well, and mbedTLS before 2.28.10 and
    /// 3.6.3 does not join them: handshake_failed with native -0x7080 if they need more than one record.
    tls_fragment max_fragment = tls_fragment::unlimited;

    /// Keeps the session of the last verified connection for the next one to the same peer: that handshake is shorter,
    /// and the server shows no certificate in it. A session is not used after the certificates behind it have expired.
    /// `tls::export_session` keeps it while the power is off.
    bool resume = true;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
