// superoffice/transport/tls/client_certificate.hpp - a certificate of the client and its key, for servers that ask for one.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_CLIENT_CERTIFICATE_HPP
#define SUPEROFFICE_TRANSPORT_TLS_CLIENT_CERTIFICATE_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/transport/detail/certificate_reader.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_random.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// A certificate, the certificates between it and its authority, and its key. Load it once, then name it in
/// `tls_options::client` of any number of links; it must live longer than they do.
///
///     superoffice::client_certificate me;
///     if (const auto loaded = me.load_files("me.pem", "me.key"); !loaded) return report(loaded.error());
///     superoffice::mbedtls_socket link{{.client = &me}};
///
/// This class is separate from `tls`, so that programs without such a certificate contain no code that reads keys.
class client_certificate {
  public:
    client_certificate() noexcept { reset(); }
    client_certificate(const client_certificate&) = delete;
    client_certificate& operator=(const client_certificate&) = delete;
    ~client_certificate() { clear(); }

    /// Loads from memory, each PEM or DER. The bytes of DER certificates are used where they lie and must stay there.
    /// The key and the password are not needed afterwards: mbedTLS makes its own copy of the key, and zeroes it with
    /// this object.
    ///
    /// @param chain     the client's certificate, then those between it and the authority
    /// @param password  of an encrypted key, else empty. mbedTLS 2.28 cannot read PKCS#8 encrypted with AES, which
    ///                  OpenSSL writes by default: use `openssl pkcs8 -topk8 -v2 des3` there, which 4.x in turn cannot
    ///                  read
    /// @param random    as in `tls_options`: reading some keys and comparing the pair takes random bytes
    ///
    /// Errors  bad_client_certificate (native: mbedTLS's code), no_entropy; nothing is kept then
    /// Costs   allocations in mbedTLS; one signature, to check that the key belongs to the certificate
    result<void> load(std::span<const std::byte> chain, std::span<const std::byte> key, std::string_view password = {},
                      random_source random = {}) noexcept {
        return load_with(random, [&](detail::random_generator& generator) {
            const int code = detail::certificate_reader::load(chain_, chain);
            return code != 0 ? code : load_key(key, password, generator);
        });
    }

#if defined(MBEDTLS_FS_IO)
    /// Loads from files, each PEM or DER. `password` ends with a NUL; null if the key is not encrypted.
    result<void> load_files(const char* chain, const char* key, const char* password = nullptr,
                            random_source random = {}) noexcept {
        return load_with(random, [&](detail::random_generator& generator) {
            const int code = mbedtls_x509_crt_parse_file(&chain_, chain);
            return code != 0 ? code : detail::mbedtls_api::parse_key_file(key_, key, password, generator);
        });
    }
#endif

    [[nodiscard]] bool is_loaded() const noexcept { return chain_.version != 0; }

    /// For mbedTLS. It changes neither, although it takes pointers that are not const.
    [[nodiscard]] mbedtls_x509_crt* chain() const noexcept { return &chain_; }
    [[nodiscard]] mbedtls_pk_context* key() const noexcept { return &key_; }

  private:
    template <class Parse>
    result<void> load_with(random_source random, Parse parse) noexcept {
        clear();
        reset();
        detail::random_generator generator;
        int code = detail::mbedtls_api::begin_psa();
        if (code == 0) code = generator.begin(random);
        if (code != 0) return error{.stage = stage::request, .code = errc::no_entropy, .native = code};
        code = parse(generator);
        if (code == 0) code = detail::mbedtls_api::check_pair(chain_, key_, generator);
        if (code == 0) return {};
        clear();
        reset();
        // A positive number says how many certificates could not be read; mbedTLS's codes are negative.
        return error{.stage = stage::request,
                     .code = errc::bad_client_certificate,
                     .native = code < 0 ? code : MBEDTLS_ERR_X509_INVALID_FORMAT};
    }

    /// mbedTLS wants a NUL behind PEM text, so the text is copied for a moment.
    int load_key(std::span<const std::byte> key, std::string_view password,
                 detail::random_generator& generator) noexcept {
        const auto* const bytes = reinterpret_cast<const unsigned char*>(key.data());
        const std::string_view text(reinterpret_cast<const char*>(key.data()), key.size());
        if (text.find("-----BEGIN") == std::string_view::npos)
            return detail::mbedtls_api::parse_key(key_, bytes, key.size(), password, generator);
        auto* const copy = static_cast<unsigned char*>(mbedtls_calloc(1, key.size() + 1));
        if (copy == nullptr) return detail::mbedtls_out_of_memory;
        std::memcpy(copy, bytes, key.size());
        const int code = detail::mbedtls_api::parse_key(key_, copy, key.size() + 1, password, generator);
        mbedtls_platform_zeroize(copy, key.size());
        mbedtls_free(copy);
        return code;
    }

    void reset() noexcept {
        mbedtls_x509_crt_init(&chain_);
        mbedtls_pk_init(&key_);
    }
    void clear() noexcept {
        mbedtls_x509_crt_free(&chain_);
        mbedtls_pk_free(&key_);
    }

    mutable mbedtls_x509_crt chain_;
    mutable mbedtls_pk_context key_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
