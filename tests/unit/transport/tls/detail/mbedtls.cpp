// Tests of superoffice/transport/tls/detail/mbedtls.hpp: the meaning of mbedTLS's codes, without a connection.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/mbedtls.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <cstdint>
#include <string_view>

#if !defined(MBEDTLS_PRIVATE)
#define MBEDTLS_PRIVATE(member) member
#endif

using superoffice::detail::mbedtls_api;

namespace {

/// A connection of mbedTLS that was never set up: it has neither memory nor messages.
struct connection {
    connection() { mbedtls_ssl_init(&it); }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() {
        it.MBEDTLS_PRIVATE(in_msg) = nullptr;
        mbedtls_ssl_free(&it);
    }
    /// The message that came in last, and the step in which it came.
    void has(unsigned char* message, int state) {
        it.MBEDTLS_PRIVATE(in_msg) = message;
        it.MBEDTLS_PRIVATE(state) = static_cast<decltype(it.MBEDTLS_PRIVATE(state))>(state);
    }
    mbedtls_ssl_context it;
};

}  // namespace

TEST_CASE("mbedtls_api: which codes say that memory has run out, alone and behind the part of a certificate") {
    constexpr struct {
        std::string_view what;
        int code;
        bool is_memory;
    } rows[] = {
        {"MBEDTLS_ERR_X509_ALLOC_FAILED", -0x2880, true},
        {"MBEDTLS_ERR_X509_ALLOC_FAILED, with a detail", -0x2880 - 0x62, true},
        {"MBEDTLS_ERR_PEM_ALLOC_FAILED", -0x1180, true},
        {"MBEDTLS_ERR_PK_ALLOC_FAILED", -0x3F80, true},
        {"MBEDTLS_ERR_ECP_ALLOC_FAILED", -0x4D80, true},
        {"MBEDTLS_ERR_MD_ALLOC_FAILED", -0x5180, true},
        {"MBEDTLS_ERR_MPI_ALLOC_FAILED", -0x10, true},
        {"MBEDTLS_ERR_ASN1_ALLOC_FAILED", -0x6A, true},
        {"MBEDTLS_ERR_X509_INVALID_NAME, for want of memory", -0x2380 - 0x6A, true},
        {"MBEDTLS_ERR_X509_INVALID_NAME, of an unexpected tag", -0x2380 - 0x62, false},
        {"MBEDTLS_ERR_X509_INVALID_FORMAT", -0x2180, false},
        {"MBEDTLS_ERR_SSL_BAD_INPUT_DATA", -0x7100, false},
        {"no error", 0, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        CHECK(mbedtls_api::is_out_of_memory(row.code) == row.is_memory);
    }
}

TEST_CASE("mbedtls_api: 1.2 and 1.3 are not offered together by the versions that CVE-2026-115490 names") {
    constexpr struct {
        std::uint32_t version;  // MBEDTLS_VERSION_NUMBER: three numbers of a byte each, and a zero
        bool one_only;
    } rows[] = {
        {0x021C0A00, false}, {0x03010000, false}, {0x0301FF00, false}, {0x03020000, true},  {0x03060700, true},
        {0x03060800, false}, {0x03FF0000, false}, {0x04000000, true},  {0x04010100, true},  {0x04010200, false},
        {0x0401FF00, false}, {0x04020000, true},  {0x04020100, false}, {0x05000000, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.version);
        CHECK(mbedtls_api::offers_one_version(row.version) == row.one_only);
    }
}

TEST_CASE("mbedtls_api: only an interrupted computation is one") {
    CHECK(mbedtls_api::is_computing(MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS));
    CHECK(mbedtls_api::is_computing(MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS));
    CHECK_FALSE(mbedtls_api::is_computing(MBEDTLS_ERR_SSL_WANT_READ));
    CHECK_FALSE(mbedtls_api::is_computing(0));
}

TEST_CASE("mbedtls_api: only PSA's code for missing entropy is one") {
    CHECK(mbedtls_api::is_no_entropy(-148));  // PSA_ERROR_INSUFFICIENT_ENTROPY
    for (const int code : {-147, -149, 148, 0}) CHECK_FALSE(mbedtls_api::is_no_entropy(code));
}

TEST_CASE("mbedtls_api: a failed step is about the certificate by its code, or by the message that it was at") {
    constexpr int bad_certificate = -0x7A00;  // under a name of its own in 2.28
    unsigned char certificate[] = {MBEDTLS_SSL_HS_CERTIFICATE, 0, 0, 0},
                  hello[] = {MBEDTLS_SSL_HS_SERVER_HELLO, 0, 0, 0};
    constexpr int at_certificate = MBEDTLS_SSL_SERVER_CERTIFICATE, at_key = MBEDTLS_SSL_SERVER_KEY_EXCHANGE;
    const struct {
        std::string_view what;
        unsigned char* message;
        int state, code;
        bool is_about_it;
    } rows[] = {
        {"the verification failed", nullptr, at_key, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, true},
        {"the verification could not be done", nullptr, at_key, MBEDTLS_ERR_X509_FATAL_ERROR, true},
        {"a tag of ASN.1", certificate, at_certificate, -0x62, true},
        {"a public key of an unknown kind", certificate, at_certificate, -0x3C80, true},
        {"BAD_CERTIFICATE", certificate, at_certificate, bad_certificate, true},
        {"memory ran out", certificate, at_certificate, -0x2880, false},
        {"a damaged record", certificate, at_certificate, MBEDTLS_ERR_SSL_INVALID_RECORD, false},
        {"the same tag in another message", hello, at_certificate, -0x62, false},
        {"the same tag at another step", certificate, at_key, -0x62, false},
        {"the same tag before any message", nullptr, at_certificate, -0x62, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        connection c;
        c.has(row.message, row.state);
        CHECK(mbedtls_api::is_about_certificate(c.it, row.code) == row.is_about_it);
    }
}

TEST_CASE("mbedtls_api: before anything came in there is no alert, no request and nothing that is not TLS") {
    const connection c;
    CHECK(mbedtls_api::alert(c.it, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) == -1);
    CHECK_FALSE(mbedtls_api::asked_for_certificate(c.it));
    CHECK_FALSE(mbedtls_api::is_no_tls(c.it, MBEDTLS_ERR_SSL_INVALID_RECORD));
    CHECK_FALSE(mbedtls_api::has_unsent(c.it));
}

TEST_CASE("mbedtls_api: an alert is the number that the peer gave, of a code that says so") {
    unsigned char message[] = {2, 42};  // fatal, bad_certificate
    connection c;
    c.has(message, MBEDTLS_SSL_SERVER_HELLO);
    CHECK(mbedtls_api::alert(c.it, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) == 42);
    CHECK(mbedtls_api::alert(c.it, MBEDTLS_ERR_SSL_CONN_EOF) == -1);
}

#endif
