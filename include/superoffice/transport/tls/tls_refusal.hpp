// superoffice/transport/tls/tls_refusal.hpp - says in words why a certificate or a handshake was refused.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_TLS_REFUSAL_HPP
#define SUPEROFFICE_TRANSPORT_TLS_TLS_REFUSAL_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/detail/bounded_text.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/tls_alert.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

struct certificate_fault {
    const char* text;
    std::uint32_t flags;
    errc said_by = errc::ok;  ///< the code whose message says the same
};

/// In the order of the text: the worst first, as `tls` chooses the code.
inline constexpr certificate_fault certificate_faults[] = {
    {"no trusted authority signed it", MBEDTLS_X509_BADCERT_NOT_TRUSTED, errc::certificate_unknown_authority},
    {"its key is none of the pinned ones", MBEDTLS_X509_BADCERT_OTHER, errc::certificate_not_pinned},
    {"it is for another name", MBEDTLS_X509_BADCERT_CN_MISMATCH, errc::certificate_wrong_name},
    {"it is not valid yet", MBEDTLS_X509_BADCERT_FUTURE, errc::certificate_not_yet_valid},
    {"it has expired", MBEDTLS_X509_BADCERT_EXPIRED, errc::certificate_expired},
    {"it is signed with a hash that is too weak", MBEDTLS_X509_BADCERT_BAD_MD},
    {"it is signed with a kind of key that is not accepted", MBEDTLS_X509_BADCERT_BAD_PK},
    {"its key is too short or on a curve that is not accepted", MBEDTLS_X509_BADCERT_BAD_KEY},
    {"its key is not meant for this use", MBEDTLS_X509_BADCERT_KEY_USAGE},
    {"it, or an authority above it, is not meant for servers", MBEDTLS_X509_BADCERT_EXT_KEY_USAGE},
    {"its type is not that of a server", MBEDTLS_X509_BADCERT_NS_CERT_TYPE},
    {"the server showed none", MBEDTLS_X509_BADCERT_MISSING},
    {"it was not checked", MBEDTLS_X509_BADCERT_SKIP_VERIFY},
};

}  // namespace detail

/// Room for the longest text.
inline constexpr std::size_t max_refusal_bytes = 768;

/// Says in full why TLS refused or was refused: every fault of the certificate, not only the one that chose the code;
/// the name of the server's alert; the number of mbedTLS's code. For an error that does not come from TLS: its
/// `message`.
///
///     the server's certificate is for another name; it has expired
///     the server's certificate was refused: it is not meant for servers
///     the TLS handshake failed: the server's alert handshake_failure (40)
///     the TLS handshake failed: mbedTLS -0x7100
///
/// @param into  where the text goes; the text is cut off at its end and always followed by a NUL
inline std::string_view tls_refusal(const error& e, std::span<char> into) noexcept {
    detail::bounded_text text(into);
    text.add(message(e));
    const errc code = e.code;
    if (const std::uint32_t faults = e.certificate_faults(); faults != 0) {
        const errc said = code == errc::certificate_self_signed ? errc::certificate_unknown_authority : code;
        std::string_view before = code == errc::certificate_refused ? ": " : "; ";
        for (const detail::certificate_fault& fault : detail::certificate_faults) {
            if ((faults & fault.flags) == 0 || fault.said_by == said) continue;
            text.add(before);
            text.add(fault.text);
            before = "; ";
        }
    } else if (const std::uint32_t number = e.tls_alert(); number != 0) {
        const char* name = "alert";
        for (const detail::numbered_text& alert : detail::alerts)
            if (alert.number == number) name = alert.text;
        text.add(": the server's alert ");
        text.add(name);
        text.add(" (");
        text.add_decimal(number);
        text.add(")");
    } else if (e.tls_library_code() != 0) {
        text.add(": mbedTLS -");
        text.add_hex(0U - static_cast<std::uint32_t>(e.tls_library_code()));
    }
    return text.text();
}

/// The same for what a link answered: `io_result::code` and `io_result::native`.
inline std::string_view tls_refusal(errc code, std::int32_t native, std::span<char> into) noexcept {
    return tls_refusal(error{.code = code, .native = native}, into);
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
