// Tests of superoffice/transport/tls/tls_refusal.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/tls_refusal.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <cstdint>
#include <string_view>

namespace so = superoffice;
using so::errc;

TEST_CASE("tls: tls_refusal has every fault in words, alerts by name and codes by number") {
    struct {
        errc code;
        std::int32_t native;
        std::string_view text;
    } const cases[] = {
        {errc::certificate_wrong_name, MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_CN_MISMATCH,
         "the server's certificate is for another name; it has expired"},
        {errc::certificate_expired, MBEDTLS_X509_BADCERT_EXPIRED, "the server's certificate has expired"},
        {errc::certificate_self_signed, MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_FUTURE,
         "the server's certificate is self-signed; it is not valid yet"},
        {errc::certificate_unknown_authority, MBEDTLS_X509_BADCERT_NOT_TRUSTED,
         "the server's certificate is from an unknown authority"},
        {errc::certificate_refused, MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE,
         "the server's certificate was refused: it is signed with a hash that is too weak; it, or an authority above "
         "it, is not meant for servers"},
        {errc::not_tls, -0x7200, "the server does not speak TLS at this port: check the base URL: mbedTLS -0x7200"},
        {errc::certificate_refused, -0x2700, "the server's certificate was refused: mbedTLS -0x2700"},
        {errc::handshake_failed, 40, "the TLS handshake failed: the server's alert handshake_failure (40)"},
        {errc::alert_received, 255,
         "the server ended the TLS connection with an alert: the server's alert alert (255)"},
        {errc::handshake_failed, -0x7100, "the TLS handshake failed: mbedTLS -0x7100"},
        {errc::connection_reset, 104, "the peer reset the connection"},
        {errc::name_not_found, -2, "the host name is unknown"},  // getaddrinfo's
    };
    char into[768];
    static_assert(so::max_refusal_bytes == sizeof into);
    for (const auto& c : cases) {
        CHECK(so::tls_refusal(c.code, c.native, into) == c.text);
        so::error e;
        e.code = c.code;
        e.native = c.native;
        char small[20];
        CHECK(so::tls_refusal(e, small) == c.text.substr(0, 19));
        CHECK(small[19] == '\0');
    }
    const std::string_view all = so::tls_refusal(errc::certificate_refused, 0x7fffffff, into);
    CHECK(all.size() < sizeof into - 1);
    CHECK(all.ends_with("it was not checked"));
    CHECK(so::tls_refusal(errc::certificate_refused, 1, {}).empty());
}

#endif
