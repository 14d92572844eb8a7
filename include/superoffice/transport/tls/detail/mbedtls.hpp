// superoffice/transport/tls/detail/mbedtls.hpp - mbedTLS 2.28, 3.x and 4.x behind one interface; the only header that includes it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#if !__has_include(<mbedtls/version.h>)
#error \
    "superoffice-batch: SUPEROFFICE_WITH_MBEDTLS is 1, but mbedtls/version.h is missing: install mbedTLS 2.28 or later (Debian: libmbedtls-dev)"
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wredundant-decls"
#endif
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_NUMBER < 0x021C0000
#error "superoffice-batch: this mbedTLS is too old: version 2.28 or later is needed (Debian: libmbedtls-dev)"
#endif
#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include <mbedtls/aes.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#if MBEDTLS_VERSION_NUMBER < 0x03000000 && !defined(MBEDTLS_NO_PLATFORM_ENTROPY)
#include <mbedtls/entropy_poll.h>
#endif
#endif
#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#if MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_SHA256_C)
#include <mbedtls/sha256.h>
#endif
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/x509_crt.h>
#if MBEDTLS_VERSION_NUMBER >= 0x04000000 || defined(MBEDTLS_USE_PSA_CRYPTO) || !defined(MBEDTLS_SHA256_C) || \
    (MBEDTLS_VERSION_NUMBER >= 0x03000000 && defined(MBEDTLS_SSL_PROTO_TLS1_3))
#include <psa/crypto.h>
#define SUPEROFFICE_DETAIL_PSA
#endif
namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {
// Copies of constants that mbedTLS writes with a C cast: outside of this pragma pair such a cast would warn.
inline constexpr int mbedtls_out_of_memory = MBEDTLS_ERR_X509_ALLOC_FAILED;
inline constexpr int mbedtls_bad_input = MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
#if defined(SUPEROFFICE_DETAIL_PSA)
inline constexpr psa_status_t psa_success = PSA_SUCCESS;
inline constexpr psa_algorithm_t psa_sha_256 = PSA_ALG_SHA_256;
#endif
}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#if MBEDTLS_VERSION_NUMBER < 0x021c0000 || (MBEDTLS_VERSION_NUMBER >> 16) == 0x0300
#error "superoffice-batch: mbedTLS 2.28, or 3.1 or later, is needed; 3.0 hides the dates of certificates"
#endif
#if !defined(MBEDTLS_SSL_CLI_C) || !defined(MBEDTLS_X509_CRT_PARSE_C)
#error "superoffice-batch: this mbedTLS was built without MBEDTLS_SSL_CLI_C or without MBEDTLS_X509_CRT_PARSE_C"
#endif

// Members of structs that 3.x and 4.x mark as private, without a function that reads them.
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define SUPEROFFICE_DETAIL_FIELD(name) MBEDTLS_PRIVATE(name)
#else
#define SUPEROFFICE_DETAIL_FIELD(name) name
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A curve by its number in TLS (IANA, "TLS Supported Groups").
enum class tls_curve : std::uint16_t { secp256r1 = 23, secp384r1 = 24, secp521r1 = 25, x25519 = 29 };

/// Everything that differs between the versions of mbedTLS, with mbedtls_hash.hpp and mbedtls_random.hpp: no other
/// header asks for a version number. A new mbedTLS is made to work here.
struct mbedtls_api {
    // ---- what this build can do

#if defined(MBEDTLS_SSL_PROTO_TLS1_2)
    static constexpr bool has_tls_1_2 = true;
#else
    static constexpr bool has_tls_1_2 = false;
#endif
    // 3.1 had an experimental one, which is not used.
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && MBEDTLS_VERSION_NUMBER >= 0x03020000
    static constexpr bool has_tls_1_3 = true;
#else
    static constexpr bool has_tls_1_3 = false;
#endif
#if defined(MBEDTLS_HAVE_TIME_DATE)
    static constexpr bool has_calendar = true;
#else
    static constexpr bool has_calendar = false;
#endif
#if defined(MBEDTLS_FS_IO)
    static constexpr bool has_files = true;
#else
    static constexpr bool has_files = false;
#endif
#if defined(MBEDTLS_PEM_PARSE_C)
    static constexpr bool has_pem = true;
#else
    static constexpr bool has_pem = false;
#endif
#if defined(MBEDTLS_THREADING_C)
    static constexpr bool has_threads = true;
#else
    static constexpr bool has_threads = false;
#endif
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
    static constexpr bool asks_for_authorities = true;
#else
    static constexpr bool asks_for_authorities = false;
#endif
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
    static constexpr bool has_fragment_length = true;
#else
    static constexpr bool has_fragment_length = false;
#endif
#if defined(MBEDTLS_SSL_ALPN)
    static constexpr bool has_alpn = true;
#else
    static constexpr bool has_alpn = false;
#endif
    /// Before 3.5 `subject_alt_names` does not list addresses.
    static constexpr bool lists_addresses = MBEDTLS_VERSION_NUMBER >= 0x03050000;

    /// Versions whose client, when it offers 1.2 and 1.3 together, can be made to finish a handshake without secret
    /// keys (CVE-2026-115490): 3.2.0 to 3.6.7, 4.0.0 to 4.1.1, 4.2.0. They offer one version only.
    static constexpr bool offers_one_version(std::uint32_t number) noexcept {
        const std::uint32_t v = number >> 8;
        return (v >= 0x030200 && v <= 0x030607) || (v >= 0x040000 && v <= 0x040101) || v == 0x040200;
    }

    /// The library that runs counts as well as the headers: a shared one may be older.
    static bool offers_one_version() noexcept {
        if (offers_one_version(MBEDTLS_VERSION_NUMBER)) return true;
#if defined(MBEDTLS_VERSION_C)
        return offers_one_version(mbedtls_version_get_number());
#else
        return false;
#endif
    }

    /// Calls psa_crypto_init where TLS or SHA-256 is built on PSA; harmless when it was called before. PSA is a global
    /// of mbedTLS and is never undone.
    static int begin_psa() noexcept {
#if defined(SUPEROFFICE_DETAIL_PSA)
        return static_cast<int>(psa_crypto_init());
#else
        return 0;
#endif
    }

    /// mbedTLS computes its tables for AES, and its lists of cipher suites and curves, at their first use and without a
    /// lock. One thread has to do so before links in several threads use them.
    static void fill_tables() noexcept {
#if defined(MBEDTLS_THREADING_C)
        static_cast<void>(mbedtls_ssl_list_ciphersuites());
#if defined(MBEDTLS_ECP_C) && MBEDTLS_VERSION_NUMBER < 0x04000000
        static_cast<void>(mbedtls_ecp_grp_id_list());
#endif
#if defined(MBEDTLS_AES_C) && MBEDTLS_VERSION_NUMBER < 0x04000000
        constexpr unsigned char any_key[16] = {};
        mbedtls_aes_context context;
        mbedtls_aes_init(&context);
        static_cast<void>(mbedtls_aes_setkey_enc(&context, any_key, 8 * sizeof any_key));
        mbedtls_aes_free(&context);
#endif
#endif
    }

    // ---- the client's key

    /// `Random` is `random_generator`.
    template <class Random>
    static int parse_key(mbedtls_pk_context& key, const unsigned char* bytes, std::size_t size,
                         std::string_view password, Random& random) noexcept {
        const auto* const word = password.empty() ? nullptr : reinterpret_cast<const unsigned char*>(password.data());
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && MBEDTLS_VERSION_NUMBER < 0x04000000
        return mbedtls_pk_parse_key(&key, bytes, size, word, password.size(), Random::fill, &random);
#else
        static_cast<void>(random);
        return mbedtls_pk_parse_key(&key, bytes, size, word, password.size());
#endif
    }

#if defined(MBEDTLS_FS_IO)
    /// `password` ends with a NUL, or is null.
    template <class Random>
    static int parse_key_file(mbedtls_pk_context& key, const char* path, const char* password,
                              Random& random) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && MBEDTLS_VERSION_NUMBER < 0x04000000
        return mbedtls_pk_parse_keyfile(&key, path, password, Random::fill, &random);
#else
        static_cast<void>(random);
        return mbedtls_pk_parse_keyfile(&key, path, password);
#endif
    }
#endif

    template <class Random>
    static int check_pair(const mbedtls_x509_crt& certificate, const mbedtls_pk_context& key, Random& random) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && MBEDTLS_VERSION_NUMBER < 0x04000000
        return mbedtls_pk_check_pair(&certificate.pk, &key, Random::fill, &random);
#else
        static_cast<void>(random);
        return mbedtls_pk_check_pair(&certificate.pk, &key);
#endif
    }

    // ---- signatures

#if MBEDTLS_VERSION_NUMBER >= 0x04000000
    /// mbedTLS 4 has no function that answers the kind of a key; the service refuses a signature by another kind.
    static bool is_rsa(const mbedtls_pk_context&) noexcept { return true; }
#else
    static bool is_rsa(const mbedtls_pk_context& key) noexcept { return mbedtls_pk_can_do(&key, MBEDTLS_PK_RSA) == 1; }
#endif

    /// Signs a SHA-256.
    template <class Random>
    static int sign(mbedtls_pk_context& key, const std::uint8_t (&hash)[32], unsigned char* into, std::size_t room,
                    std::size_t& size, Random& random) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
        static_cast<void>(random);
        return mbedtls_pk_sign(&key, MBEDTLS_MD_SHA256, hash, sizeof hash, into, room, &size);
#elif MBEDTLS_VERSION_NUMBER >= 0x03000000
        return mbedtls_pk_sign(&key, MBEDTLS_MD_SHA256, hash, sizeof hash, into, room, &size, Random::fill, &random);
#else
        static_cast<void>(room);
        return mbedtls_pk_sign(&key, MBEDTLS_MD_SHA256, hash, sizeof hash, into, &size, Random::fill, &random);
#endif
    }

    // ---- configuration

    /// False if this build does not support the versions that are asked for.
    static bool set_versions(mbedtls_ssl_config& config, tls_protocol wanted) noexcept {
        const bool low = has_tls_1_2 && wanted != tls_protocol::tls_1_3;
        const bool high = has_tls_1_3 && wanted != tls_protocol::tls_1_2 &&
                          !(wanted == tls_protocol::automatic && offers_one_version() && has_tls_1_2);
        if (!low && !high) return false;
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
        mbedtls_ssl_conf_min_tls_version(&config, low ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3);
        mbedtls_ssl_conf_max_tls_version(&config, high ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2);
#else
        mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
        mbedtls_ssl_conf_max_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
        return true;
    }

    // A curve as this version writes it in a list that ends with `no_curve`; `no_curve` too for one that is not built
    // in.
#if MBEDTLS_VERSION_NUMBER >= 0x03010000
    using curve_id = std::uint16_t;
    static constexpr curve_id no_curve = MBEDTLS_SSL_IANA_TLS_GROUP_NONE;
    static constexpr curve_id id_of(tls_curve curve) noexcept {
        switch (curve) {
#if defined(MBEDTLS_ECP_DP_CURVE25519_ENABLED) || defined(PSA_WANT_ECC_MONTGOMERY_255)
            case tls_curve::x25519: return MBEDTLS_SSL_IANA_TLS_GROUP_X25519;
#endif
#if defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED) || defined(PSA_WANT_ECC_SECP_R1_256)
            case tls_curve::secp256r1: return MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1;
#endif
#if defined(MBEDTLS_ECP_DP_SECP384R1_ENABLED) || defined(PSA_WANT_ECC_SECP_R1_384)
            case tls_curve::secp384r1: return MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1;
#endif
#if defined(MBEDTLS_ECP_DP_SECP521R1_ENABLED) || defined(PSA_WANT_ECC_SECP_R1_521)
            case tls_curve::secp521r1: return MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1;
#endif
            default: return no_curve;
        }
    }
    static void set_curves(mbedtls_ssl_config& config, const curve_id* list) noexcept {
        mbedtls_ssl_conf_groups(&config, list);
    }
#elif defined(MBEDTLS_ECP_C)
    using curve_id = mbedtls_ecp_group_id;
    static constexpr curve_id no_curve = MBEDTLS_ECP_DP_NONE;
    static constexpr curve_id id_of(tls_curve curve) noexcept {
        switch (curve) {
#if defined(MBEDTLS_ECP_DP_CURVE25519_ENABLED)
            case tls_curve::x25519: return MBEDTLS_ECP_DP_CURVE25519;
#endif
#if defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED)
            case tls_curve::secp256r1: return MBEDTLS_ECP_DP_SECP256R1;
#endif
#if defined(MBEDTLS_ECP_DP_SECP384R1_ENABLED)
            case tls_curve::secp384r1: return MBEDTLS_ECP_DP_SECP384R1;
#endif
#if defined(MBEDTLS_ECP_DP_SECP521R1_ENABLED)
            case tls_curve::secp521r1: return MBEDTLS_ECP_DP_SECP521R1;
#endif
            default: return no_curve;
        }
    }
    static void set_curves(mbedtls_ssl_config& config, const curve_id* list) noexcept {
        mbedtls_ssl_conf_curves(&config, list);
    }
#else  // 2.28 without elliptic curves
    using curve_id = int;
    static constexpr curve_id no_curve = 0;
    static constexpr curve_id id_of(tls_curve) noexcept { return no_curve; }
    static void set_curves(mbedtls_ssl_config&, const curve_id*) noexcept {}
#endif

    /// TLS 1.3: resumption with a new key exchange only, so that a stolen ticket opens no recorded connection.
    static void set_key_exchange(mbedtls_ssl_config& config) noexcept {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL)
        mbedtls_ssl_conf_tls13_key_exchange_modes(&config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#else
        static_cast<void>(config);
#endif
    }

    /// Whether mbedTLS reports tickets of TLS 1.3 or drops them. Configurable since 3.6.1; before, it reports them.
    static void take_tickets(mbedtls_ssl_config& config, bool take) noexcept {
#if defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED) && defined(MBEDTLS_SSL_SESSION_TICKETS)
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
            &config, take ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
                          : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
#else
        static_cast<void>(config), static_cast<void>(take);
#endif
    }

    /// `code` is that of RFC 6066 section 4, and 0 asks for nothing. Answers mbedTLS's code.
    static int set_fragment_length(mbedtls_ssl_config& config, std::uint8_t code) noexcept {
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
        return mbedtls_ssl_conf_max_frag_len(&config, code);
#else
        return static_cast<void>(config), code == 0 ? 0 : MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
#endif
    }

    /// Lets mbedTLS call `find` for the authorities that may have signed a certificate, instead of searching a chain.
    using find_authorities = int(void*, const mbedtls_x509_crt*, mbedtls_x509_crt**);
    static void set_authorities(mbedtls_ssl_config& config, find_authorities* find, void* context) noexcept {
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
        mbedtls_ssl_conf_ca_cb(&config, find, context);
#else
        static_cast<void>(config), static_cast<void>(find), static_cast<void>(context);
#endif
    }

    static int set_alpn(mbedtls_ssl_config& config, const char** names) noexcept {
#if defined(MBEDTLS_SSL_ALPN)
        return mbedtls_ssl_conf_alpn_protocols(&config, names);
#else
        return static_cast<void>(config), static_cast<void>(names), 0;
#endif
    }

    static void forbid_renegotiation(mbedtls_ssl_config& config) noexcept {
#if defined(MBEDTLS_SSL_RENEGOTIATION)
        mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#else
        static_cast<void>(config);
#endif
    }

    // ---- the handshake, and sessions

    static bool is_over(const mbedtls_ssl_context& ssl) noexcept {
        return ssl.SUPEROFFICE_DETAIL_FIELD(state) == static_cast<int>(MBEDTLS_SSL_HANDSHAKE_OVER);
    }

    /// The next step computes with keys: it agrees on one, or checks or makes a signature. That takes milliseconds on a
    /// computer and tenths of a second on a microcontroller.
    static bool is_costly(const mbedtls_ssl_context& ssl) noexcept {
        switch (ssl.SUPEROFFICE_DETAIL_FIELD(state)) {
            case MBEDTLS_SSL_SERVER_CERTIFICATE:
            case MBEDTLS_SSL_SERVER_KEY_EXCHANGE:
            case MBEDTLS_SSL_CLIENT_KEY_EXCHANGE:
            case MBEDTLS_SSL_CERTIFICATE_VERIFY: return true;
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
            case MBEDTLS_SSL_SERVER_HELLO: return has_tls_1_3;
            case MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY: return true;
#endif
            default: return false;
        }
    }

    /// The next step is the one in which the server may ask for a client certificate ...
    static bool may_ask_for_certificate(const mbedtls_ssl_context& ssl) noexcept {
        return ssl.SUPEROFFICE_DETAIL_FIELD(state) == MBEDTLS_SSL_CERTIFICATE_REQUEST;
    }
    /// ... and after that step: it did ask. 2.28 notes this in its context and 3.x where it cannot be read, so the type
    /// of the message that came in last is read.
    static bool asked_for_certificate(const mbedtls_ssl_context& ssl) noexcept {
        const unsigned char* const message = ssl.SUPEROFFICE_DETAIL_FIELD(in_msg);  // the last that came in
        return message != nullptr && message[0] == MBEDTLS_SSL_HS_CERTIFICATE_REQUEST;
    }

    static bool is_tls_1_2(const mbedtls_ssl_context& ssl) noexcept {
        return !has_tls_1_3 || std::string_view(mbedtls_ssl_get_version(&ssl)) == "TLSv1.2";
    }

    /// Frees the server's certificate, one or two kilobytes: a session does not need it after the verification.
    static void drop_certificate(mbedtls_ssl_session& session) noexcept {
#if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)
        mbedtls_x509_crt*& kept = session.SUPEROFFICE_DETAIL_FIELD(peer_cert);
        mbedtls_x509_crt_free(kept);  // may be null
        mbedtls_free(kept);
        kept = nullptr;
#else
        static_cast<void>(session);
#endif
    }

    /// Seconds since 1970 by mbedTLS's own clock; 0 without one.
    static std::int64_t utc_now() noexcept {
#if defined(MBEDTLS_HAVE_TIME_DATE)
        return mbedtls_time(nullptr);
#else
        return 0;
#endif
    }

    // ---- the meaning of its codes

    /// The number of the alert by which the peer ended the connection (RFC 8446 section 6); -1 if `code` says
    /// otherwise.
    static int alert(const mbedtls_ssl_context& ssl, int code) noexcept {
        if (code != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) return -1;
        const unsigned char* const message = ssl.SUPEROFFICE_DETAIL_FIELD(in_msg);  // level, number
        return message != nullptr ? message[1] : -1;
    }

    /// The server's Certificate message came in, but a certificate in it cannot be used. mbedTLS then answers with
    /// codes of many modules (X.509, ASN.1, public keys, sums of these), so the step decides: every code that is not
    /// about the TLS protocol or about this machine. The codes of the TLS module, which begins at -0x5E80, are the same
    /// in all versions: a damaged record, an unexpected message, an alert. BAD_CERTIFICATE is the exception.
    static bool is_about_certificate(const mbedtls_ssl_context& ssl, int code) noexcept {
        const unsigned char* const message = last_message(ssl);
        if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_X509_FATAL_ERROR) return true;
        if (ssl.SUPEROFFICE_DETAIL_FIELD(state) != MBEDTLS_SSL_SERVER_CERTIFICATE || message == nullptr ||
            message[0] != MBEDTLS_SSL_HS_CERTIFICATE)
            return false;
        return code == bad_certificate || (code > first_of_tls && !is_out_of_memory(code));
    }

    /// True also for a sum of two codes: one for a part of a certificate, and one for missing memory.
    static bool is_out_of_memory(int code) noexcept {
        constexpr int of_numbers = 0x10, of_asn1 = 0x6A;  // MBEDTLS_ERR_MPI_ALLOC_FAILED, MBEDTLS_ERR_ASN1_ALLOC_FAILED
        const int module = -code & ~0x7f, detail = -code & 0x7f;
        if (code == mbedtls_out_of_memory || detail == of_numbers || detail == of_asn1) return true;
        // MBEDTLS_ERR_X509_ALLOC_FAILED, of PEM, PK, ECP and MD.
        return module == 0x2880 || module == 0x1180 || module == 0x3F80 || module == 0x4D80 || module == 0x5180;
    }

    /// The generator of PSA had no entropy. (That of this library says so itself.)
    static bool is_no_entropy(int code) noexcept { return code == -148; }  // PSA_ERROR_INSUFFICIENT_ENTROPY

    /// The first bytes of the peer begin no record of TLS: "HTTP/1.1 400 ..." of a plain HTTP server, for example.
    static bool is_no_tls(const mbedtls_ssl_context& ssl, int code) noexcept {
        const unsigned char* const header = ssl.SUPEROFFICE_DETAIL_FIELD(in_hdr);
        return code == MBEDTLS_ERR_SSL_INVALID_RECORD && header != nullptr &&
               ssl.SUPEROFFICE_DETAIL_FIELD(state) == MBEDTLS_SSL_SERVER_HELLO &&
               (header[0] < MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC || header[0] > MBEDTLS_SSL_MSG_APPLICATION_DATA);
    }

    static bool is_version(int code) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
        return code == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION;
#else
        return code == MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION;
#endif
    }

    /// The handshake message that came in last, from its head of four bytes on; null if there is none.
    static const unsigned char* last_message(const mbedtls_ssl_context& ssl) noexcept {
        return ssl.SUPEROFFICE_DETAIL_FIELD(in_msg);
    }
    static std::size_t last_message_size(const mbedtls_ssl_context& ssl) noexcept {
        return ssl.SUPEROFFICE_DETAIL_FIELD(in_hslen);
    }

    /// A TLS 1.3 ticket came in. 3.x and 4.x report that like an error, but nothing is wrong, and no data moved.
    static bool is_ticket(int code) noexcept {
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
        return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
        return static_cast<void>(code), false;
#endif
    }

    /// mbedTLS holds bytes that the link below did not take yet.
    static bool has_unsent(const mbedtls_ssl_context& ssl) noexcept {
        return ssl.SUPEROFFICE_DETAIL_FIELD(out_left) != 0;
    }

    /// A computation was interrupted (restartable ECC, an external accelerator) and continues at the next call.
    static bool is_computing(int code) noexcept {
        return code == MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS || code == MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
    }

    /// Whether a certificate authority may issue certificates for servers: extendedKeyUsage is absent, or lists them or
    /// "any" (RFC 5280 section 4.2.1.12). mbedTLS checks this of the server's own certificate only.
    static bool may_issue_for_servers(const mbedtls_x509_crt& authority) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 || defined(MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE)
        constexpr unsigned char server_auth[] = {0x2B, 6, 1, 5, 5, 7, 3, 1};  // id-kp-serverAuth, 1.3.6.1.5.5.7.3.1
        return mbedtls_x509_crt_check_extended_key_usage(&authority, reinterpret_cast<const char*>(server_auth),
                                                         sizeof server_auth) == 0;
#else
        return static_cast<void>(authority), true;
#endif
    }

  private:
    static constexpr int first_of_tls = -0x5E80;     // MBEDTLS_ERR_SSL_BAD_CONFIG in 2.28 and 4.x; not in all 3.x
    static constexpr int bad_certificate = -0x7A00;  // ..._BAD_HS_CERTIFICATE in 2.28, ..._BAD_CERTIFICATE later
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#undef SUPEROFFICE_DETAIL_FIELD
#undef SUPEROFFICE_DETAIL_PSA

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
