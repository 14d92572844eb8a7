// superoffice/transport/tls_options.hpp - whom TLS trusts, by which clock, and where its random numbers come from.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_OPTIONS_HPP
#define SUPEROFFICE_TRANSPORT_TLS_OPTIONS_HPP

#include <superoffice/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Where the time of day comes from, to check certificate dates: seconds since 1970-01-01 UTC. An answer of 0 or below
/// means that the clock was not set yet: errc::no_clock. Asked once per connection.
struct utc_clock {
    std::int64_t (*seconds)(void* context) noexcept = nullptr;
    void* context = nullptr;

    constexpr explicit operator bool() const noexcept { return seconds != nullptr; }
};

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
    std::span<const std::byte> ca_memory = {};

    /// Overrules mbedTLS's own clock. Needed where that was built without MBEDTLS_HAVE_TIME_DATE.
    utc_clock utc_now = {};

    /// Takes certificates whatever their dates, for devices without a clock. Everything else is checked all the same.
    bool skip_certificate_dates = false;

    tls_protocol protocol = tls_protocol::automatic;

    /// Replaces mbedTLS's own generator (its entropy and CTR_DRBG, one per link). Not with mbedTLS 4, which takes no
    /// generator from outside: errc::no_entropy there. With TLS 1.3 on 3.x PSA's generator is used besides.
    random_source random = {};

    /// Keeps the session of the last verified connection for the next one to the same peer: a shorter handshake, in which
    /// the server shows no certificate. TLS 1.2; in memory only.
    bool resume = true;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
