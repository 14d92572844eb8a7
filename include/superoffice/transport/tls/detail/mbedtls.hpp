// superoffice/transport/tls/detail/mbedtls.hpp - mbedTLS 2.28, 3.x and 4.x behind one face; the only header that includes it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/detail/cpu_aes.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

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
#if MBEDTLS_VERSION_NUMBER < 0x04000000
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
// What is spelt with a cast, 4.x spells more so.
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

// What 3.x and 4.x call private and offer no function for.
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define SUPEROFFICE_DETAIL_FIELD(name) MBEDTLS_PRIVATE(name)
#else
#define SUPEROFFICE_DETAIL_FIELD(name) name
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The places where the versions differ.
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
    /// Before 3.5 `subject_alt_names` does not list addresses.
    static constexpr bool lists_addresses = MBEDTLS_VERSION_NUMBER >= 0x03050000;

    /// Versions whose client, when it offers 1.2 and 1.3 together, can be made to finish a handshake without secret keys
    /// (CVE-2026-115490): 3.2.0 to 3.6.7, 4.0.0 to 4.1.1, 4.2.0. They offer one version only.
    static constexpr bool offers_one_version(std::uint32_t number) noexcept {
        const std::uint32_t v = number >> 8;
        return (v >= 0x030200 && v <= 0x030607) || (v >= 0x040000 && v <= 0x040101) || v == 0x040200;
    }

    /// The library that runs counts as well as the headers: a shared one may be older.
    static bool offers_one_version() noexcept {
        if (offers_one_version(MBEDTLS_VERSION_NUMBER)) return true;
#if defined(MBEDTLS_VERSION_C)
        return offers_one_version(static_cast<std::uint32_t>(mbedtls_version_get_number()));
#else
        return false;
#endif
    }

    // ---- the random generator, and PSA

#if MBEDTLS_VERSION_NUMBER < 0x04000000
    /// Seeds where the operating system has random bytes to give: mbedTLS asks it (getrandom, BCryptGenRandom,
    /// /dev/urandom). That is all that other TLS libraries seed from as well. mbedTLS's entropy context would mix in the
    /// processor's cycle counter and, in a 2.28 with HAVEGE, 38 KB of state: nothing that the system has not done better.
#if !defined(MBEDTLS_NO_PLATFORM_ENTROPY)
    class entropy {
      public:
        static int give(void*, unsigned char* into, std::size_t size) noexcept {
            while (size != 0) {
                std::size_t got = 0;
                const int code = mbedtls_platform_entropy_poll(nullptr, into, size, &got);
                if (code != 0 || got == 0 || got > size) return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
                into += got;
                size -= got;
            }
            return 0;
        }
        void* context() noexcept { return nullptr; }
    };
#else
    /// Without an operating system: what the platform gave to mbedTLS (mbedtls_hardware_poll, a seed in flash).
    class entropy {
      public:
        entropy() noexcept { mbedtls_entropy_init(&pool_); }
        entropy(const entropy&) = delete;
        entropy& operator=(const entropy&) = delete;
        ~entropy() { mbedtls_entropy_free(&pool_); }
        static int give(void* pool, unsigned char* into, std::size_t size) noexcept {
            return mbedtls_entropy_func(pool, into, size);
        }
        void* context() noexcept { return &pool_; }

      private:
        mbedtls_entropy_context pool_;
    };
#endif

    /// One per link: CTR_DRBG, or what the options name.
    class generator {
      public:
        generator() noexcept { mbedtls_ctr_drbg_init(&drbg_); }
        generator(const generator&) = delete;
        generator& operator=(const generator&) = delete;
        ~generator() { mbedtls_ctr_drbg_free(&drbg_); }

        /// 0, or the code. Seeds once.
        int begin(const random_source& other) noexcept {
            other_ = other;
            if (other_ || seeded_) return 0;
            static constexpr unsigned char label[] = "superoffice-batch";
            const int code = mbedtls_ctr_drbg_seed(&drbg_, entropy::give, entropy_.context(), label, sizeof label - 1);
            seeded_ = code == 0;
            return code;
        }
        void give_to(mbedtls_ssl_config& config) noexcept { mbedtls_ssl_conf_rng(&config, fill, this); }
        /// Since the last `start_over`, which each connection begins with.
        [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
        void start_over() noexcept { has_failed_ = false; }

        /// With the generator itself as first argument; in mbedTLS's form.
        static int fill(void* self, unsigned char* into, std::size_t size) noexcept {
            auto& me = *static_cast<generator*>(self);
            if (!me.other_) return mbedtls_ctr_drbg_random(&me.drbg_, into, size);
            if (me.other_.fill(me.other_.context, {reinterpret_cast<std::byte*>(into), size})) return 0;
            me.has_failed_ = true;
            return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
        }

      private:
        entropy entropy_;
        mbedtls_ctr_drbg_context drbg_;
        random_source other_;
        bool seeded_ = false;
        bool has_failed_ = false;
    };
#else
    /// PSA's own, always.
    class generator {
      public:
        int begin(const random_source& other) noexcept { return other ? MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE : 0; }
        void give_to(mbedtls_ssl_config&) noexcept {}
        [[nodiscard]] bool has_failed() const noexcept { return false; }
        void start_over() noexcept {}
    };
#endif

    /// psa_crypto_init where TLS or the hash below rests on PSA; harmless when it was done already. It is mbedTLS's global and
    /// stays.
    static int begin_psa() noexcept {
#if defined(SUPEROFFICE_DETAIL_PSA)
        return static_cast<int>(psa_crypto_init());
#else
        return 0;
#endif
    }

    // ---- SHA-256

#if MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_SHA256_C)
    class sha256 {
      public:
        sha256() noexcept {
            mbedtls_sha256_init(&context_);
#if MBEDTLS_VERSION_NUMBER < 0x03000000
            ok_ = mbedtls_sha256_starts_ret(&context_, 0) == 0;
#else
            ok_ = mbedtls_sha256_starts(&context_, 0) == 0;
#endif
        }
        sha256(const sha256&) = delete;
        sha256& operator=(const sha256&) = delete;
        ~sha256() { mbedtls_sha256_free(&context_); }

        void add(const void* data, std::size_t size) noexcept {
            const auto* const bytes = static_cast<const unsigned char*>(data);
#if MBEDTLS_VERSION_NUMBER < 0x03000000
            ok_ = ok_ && mbedtls_sha256_update_ret(&context_, bytes, size) == 0;
#else
            ok_ = ok_ && mbedtls_sha256_update(&context_, bytes, size) == 0;
#endif
        }
        /// False if it could not be computed.
        bool finish(std::uint8_t (&into)[32]) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x03000000
            return ok_ && mbedtls_sha256_finish_ret(&context_, into) == 0;
#else
            return ok_ && mbedtls_sha256_finish(&context_, into) == 0;
#endif
        }

      private:
        mbedtls_sha256_context context_;
        bool ok_ = false;
    };
#else
    class sha256 {
      public:
        sha256() noexcept { ok_ = psa_hash_setup(&operation_, psa_sha_256) == psa_success; }
        sha256(const sha256&) = delete;
        sha256& operator=(const sha256&) = delete;
        ~sha256() { psa_hash_abort(&operation_); }

        void add(const void* data, std::size_t size) noexcept {
            ok_ = ok_ && psa_hash_update(&operation_, static_cast<const std::uint8_t*>(data), size) == psa_success;
        }
        bool finish(std::uint8_t (&into)[32]) noexcept {
            std::size_t size = 0;
            return ok_ && psa_hash_finish(&operation_, into, sizeof into, &size) == psa_success && size == sizeof into;
        }

      private:
        psa_hash_operation_t operation_ = PSA_HASH_OPERATION_INIT;
        bool ok_ = false;
    };
#endif

    // ---- the client's key

    static int parse_key(mbedtls_pk_context& key, const unsigned char* bytes, std::size_t size,
                         std::string_view password, generator& random) noexcept {
        const auto* const word = password.empty() ? nullptr : reinterpret_cast<const unsigned char*>(password.data());
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && MBEDTLS_VERSION_NUMBER < 0x04000000
        return mbedtls_pk_parse_key(&key, bytes, size, word, password.size(), generator::fill, &random);
#else
        static_cast<void>(random);
        return mbedtls_pk_parse_key(&key, bytes, size, word, password.size());
#endif
    }

#if defined(MBEDTLS_FS_IO)
    /// `password` ends with a NUL, or is null.
    static int parse_key_file(mbedtls_pk_context& key, const char* path, const char* password,
                              generator& random) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && MBEDTLS_VERSION_NUMBER < 0x04000000
        return mbedtls_pk_parse_keyfile(&key, path, password, generator::fill, &random);
#else
        static_cast<void>(random);
        return mbedtls_pk_parse_keyfile(&key, path, password);
#endif
    }
#endif

    static int check_pair(const mbedtls_x509_crt& certificate, const mbedtls_pk_context& key,
                          generator& random) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && MBEDTLS_VERSION_NUMBER < 0x04000000
        return mbedtls_pk_check_pair(&certificate.pk, &key, generator::fill, &random);
#else
        static_cast<void>(random);
        return mbedtls_pk_check_pair(&certificate.pk, &key);
#endif
    }

    // ---- configuration

    /// False where this build cannot speak what is asked for.
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

    /// The cheap curves first: by default 2.28 prefers the largest, which costs many times the processor time.
    static void set_curves(mbedtls_ssl_config& config) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03010000
        mbedtls_ssl_conf_groups(&config, groups);
#elif defined(MBEDTLS_ECP_C)
        mbedtls_ssl_conf_curves(&config, curves);
#endif
    }

    /// See `tls_options::ciphersuites`. mbedTLS leaves out those that it was not built with.
    static void set_ciphersuites(mbedtls_ssl_config& config, const int* chosen) noexcept {
#if !defined(MBEDTLS_SSL_CIPHERSUITES)
        if (chosen == nullptr) chosen = has_fast_aes() ? aes_first : chacha_first;
#endif
        if (chosen != nullptr) mbedtls_ssl_conf_ciphersuites(&config, chosen);
    }

    /// Whether AES-GCM is the cipher that this mbedTLS is faster at. On x86 it never is, though it uses the processor's
    /// instructions: a record of 1250 bytes takes AES-128-GCM 1.55 times as long as ChaCha20-Poly1305 with 2.28.3, and
    /// 1.57 times with 3.6.6 (measured on 2026-11-26, an AMD EPYC with AES-NI).
    static bool has_fast_aes() noexcept {
#if defined(MBEDTLS_AESCE_C)
        return cpu_has_aes();
#else
        return false;
#endif
    }

    /// TLS 1.3: resumption with a new key exchange only, so that a stolen ticket opens no recorded connection.
    static void set_key_exchange(mbedtls_ssl_config& config) noexcept {
        if constexpr (has_tls_1_3) {
#if defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL)
            mbedtls_ssl_conf_tls13_key_exchange_modes(&config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
        }
        static_cast<void>(config);
    }

    /// Whether tickets of TLS 1.3 are told to us, or dropped: since 3.6.1 that is a question of configuration.
    static void take_tickets(mbedtls_ssl_config& config, bool take) noexcept {
#if defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED) && defined(MBEDTLS_SSL_SESSION_TICKETS)
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
            &config, take ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
                          : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
#else
        static_cast<void>(config), static_cast<void>(take);
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

    /// The next step is one of those that compute with keys: to agree on one, to check a signature or to make one. Milliseconds
    /// on a computer, tenths of a second on a microcontroller.
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

    /// The next step is the one in which the server may ask for a certificate of the client's ...
    static bool is_client_to_be_asked(const mbedtls_ssl_context& ssl) noexcept {
        return ssl.SUPEROFFICE_DETAIL_FIELD(state) == MBEDTLS_SSL_CERTIFICATE_REQUEST;
    }
    /// ... and behind it: whether it has. 2.28 notes that in its context and 3.x out of reach, so the message is looked at.
    static bool was_client_asked(const mbedtls_ssl_context& ssl) noexcept {
        const unsigned char* const message = ssl.SUPEROFFICE_DETAIL_FIELD(in_msg);  // the last that came in
        return message != nullptr && message[0] == MBEDTLS_SSL_HS_CERTIFICATE_REQUEST;
    }

    /// A session needs the server's certificate no more once that was verified: a kilobyte or two.
    static void drop_certificate(mbedtls_ssl_session& session) noexcept {
#if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)
        mbedtls_x509_crt*& kept = session.SUPEROFFICE_DETAIL_FIELD(peer_cert);
        if (kept == nullptr) return;
        mbedtls_x509_crt_free(kept);
        mbedtls_free(kept);
        kept = nullptr;
#else
        static_cast<void>(session);
#endif
    }

    /// By mbedTLS's own clock; 0 without one.
    static std::int64_t utc_now() noexcept {
#if defined(MBEDTLS_HAVE_TIME_DATE)
        return static_cast<std::int64_t>(mbedtls_time(nullptr));
#else
        return 0;
#endif
    }

    // ---- what functions answer

    /// The number of the alert by which the peer ended the connection (RFC 8446 section 6); -1 if `code` says otherwise.
    static int alert(const mbedtls_ssl_context& ssl, int code) noexcept {
        if (code != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) return -1;
        const unsigned char* const message = ssl.SUPEROFFICE_DETAIL_FIELD(in_msg);  // level, number
        return message != nullptr ? message[1] : -1;
    }

    static bool is_version(int code) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
        return code == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION;
#else
        return code == MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION;
#endif
    }

    /// The handshake stopped at a message in which the server chose an application protocol that was not offered. mbedTLS
    /// says so by codes that mean many other things as well, so the message is looked at.
    static bool chose_other_protocol(const mbedtls_ssl_context& ssl, std::string_view offered) noexcept {
#if defined(MBEDTLS_SSL_ALPN)
        const unsigned char* const message = ssl.SUPEROFFICE_DETAIL_FIELD(in_msg);  // the last that came in
        if (message == nullptr) return false;
        return chose_other_protocol(message, ssl.SUPEROFFICE_DETAIL_FIELD(in_hslen), offered);
#else
        return static_cast<void>(ssl), static_cast<void>(offered), false;
#endif
    }

    /// Of a ServerHello (RFC 5246 section 7.4.1.3) or EncryptedExtensions (RFC 8446 section 4.3.1), its head of four bytes
    /// included.
    static bool chose_other_protocol(const unsigned char* message, std::size_t message_size,
                                     std::string_view offered) noexcept {
        constexpr std::size_t head = 4;
        constexpr std::size_t alpn = 16;
        const auto number = [&](std::size_t at) {
            return at + 2 <= message_size ? static_cast<std::size_t>(message[at] << 8 | message[at + 1]) : 0;
        };
        std::size_t at = head;
        if (message_size <= head || (message[0] != 2 && message[0] != 8)) return false;
        if (message[0] == 2 && message_size <= head + 2 + 32) return false;
        if (message[0] == 2)
            at += std::size_t{2 + 32 + 1 + 2 + 1} + message[head + 2 + 32];  // version, random, suite, compression, id
        std::size_t end = at + 2 + number(at);
        if (end > message_size) end = message_size;
        for (at += 2; at + 4 <= end; at += 4 + number(at + 2)) {
            if (number(at) != alpn || at + 7 > end) continue;
            const std::size_t size = message[at + 6];  // behind type, size, and size of the list
            return size != offered.size() || at + 7 + size > end ||
                   std::memcmp(message + at + 7, offered.data(), size) != 0;
        }
        return false;
    }

    /// Nothing is wrong and nothing was moved: a TLS 1.3 ticket came in, which 3.x reports as if it were an error.
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

    /// A computation was cut short (restartable ECC, an external accelerator) and is to be gone on with.
    static bool is_computing(int code) noexcept {
        return code == MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS || code == MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS;
    }

    static bool is_no_file(int code) noexcept {
#if defined(MBEDTLS_ERR_PK_FILE_IO_ERROR)
        if (code == MBEDTLS_ERR_PK_FILE_IO_ERROR) return true;
#endif
        return code == MBEDTLS_ERR_X509_FILE_IO_ERROR;
    }

  private:
#if !defined(MBEDTLS_SSL_CIPHERSUITES)
    // 0x1301 to 0x1303 are those of TLS 1.3; 2.28 has no names for them.
    static constexpr int aes_first[] = {0x1301,
                                        0x1302,
                                        0x1303,
                                        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                                        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                                        MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                        MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
                                        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
                                        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
                                        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
                                        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
                                        0};
    static constexpr int chacha_first[] = {0x1303,
                                           0x1301,
                                           0x1302,
                                           MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                           MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
                                           MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                           MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                                           MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                           MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                                           MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
                                           MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
                                           MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
                                           MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
                                           0};
#endif
#if MBEDTLS_VERSION_NUMBER >= 0x03010000
    static constexpr std::uint16_t groups[] = {
#if defined(MBEDTLS_ECP_DP_CURVE25519_ENABLED) || defined(PSA_WANT_ECC_MONTGOMERY_255)
        MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
#endif
#if defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED) || defined(PSA_WANT_ECC_SECP_R1_256)
        MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
#endif
#if defined(MBEDTLS_ECP_DP_SECP384R1_ENABLED) || defined(PSA_WANT_ECC_SECP_R1_384)
        MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
#endif
#if defined(MBEDTLS_ECP_DP_SECP521R1_ENABLED) || defined(PSA_WANT_ECC_SECP_R1_521)
        MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
#endif
        MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
#elif defined(MBEDTLS_ECP_C)
    static constexpr mbedtls_ecp_group_id curves[] = {
#if defined(MBEDTLS_ECP_DP_CURVE25519_ENABLED)
        MBEDTLS_ECP_DP_CURVE25519,
#endif
#if defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED)
        MBEDTLS_ECP_DP_SECP256R1,
#endif
#if defined(MBEDTLS_ECP_DP_SECP384R1_ENABLED)
        MBEDTLS_ECP_DP_SECP384R1,
#endif
#if defined(MBEDTLS_ECP_DP_SECP521R1_ENABLED)
        MBEDTLS_ECP_DP_SECP521R1,
#endif
        MBEDTLS_ECP_DP_NONE};
#endif
};
static_assert(mbedtls_api::offers_one_version(0x03020000) && mbedtls_api::offers_one_version(0x03060700));
static_assert(!mbedtls_api::offers_one_version(0x03060800) && !mbedtls_api::offers_one_version(0x021c0a00));
static_assert(mbedtls_api::offers_one_version(0x04010100) && !mbedtls_api::offers_one_version(0x04010200));
static_assert(mbedtls_api::offers_one_version(0x04020000) && !mbedtls_api::offers_one_version(0x04020100));

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#undef SUPEROFFICE_DETAIL_FIELD
#undef SUPEROFFICE_DETAIL_PSA

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
