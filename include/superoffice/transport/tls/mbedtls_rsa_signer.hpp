// superoffice/transport/tls/mbedtls_rsa_signer.hpp - signs with an RSA key in memory, for system users.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_MBEDTLS_RSA_SIGNER_HPP
#define SUPEROFFICE_TRANSPORT_TLS_MBEDTLS_RSA_SIGNER_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>
#include <superoffice/transport/tls/detail/mbedtls_random.hpp>
#include <superoffice/transport/detail/rsa_key_xml.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The private key of the application, held by mbedTLS. Makes RSA PKCS#1 v1.5 signatures over SHA-256 (RFC 8017 section
/// 8.2): a `signer` for `system_user`. Not copied; it must outlive the credential that uses it.
///
/// This class is separate from `tls`, so that programs without a system user contain no code that reads keys. mbedTLS
/// needs MBEDTLS_RSA_C and MBEDTLS_PKCS1_V15.
class mbedtls_rsa_signer {
  public:
    mbedtls_rsa_signer() noexcept { mbedtls_pk_init(&key_); }
    mbedtls_rsa_signer(const mbedtls_rsa_signer&) = delete;
    mbedtls_rsa_signer& operator=(const mbedtls_rsa_signer&) = delete;
    ~mbedtls_rsa_signer() { mbedtls_pk_free(&key_); }

    /// Loads the key from memory: PEM (PKCS#1 or PKCS#8), DER, or the XML in which the vendor delivers keys
    /// (<RSAKeyValue>). The bytes are not needed afterwards; mbedTLS zeroes its own copy with this object.
    ///
    /// @param password  of an encrypted PEM key, else empty
    /// @param random    as in `tls_options`: signing takes random bytes
    ///
    /// Errors  bad_client_certificate (native: mbedTLS's code) for bytes that are no RSA key; no_entropy. Nothing is kept then
    /// Costs   allocations in mbedTLS: 1.6 KB for a key of 2048 bits, 3 KB while it is read
    result<void> load(std::span<const std::byte> key, std::string_view password = {},
                      random_source random = {}) noexcept {
        mbedtls_pk_free(&key_);
        mbedtls_pk_init(&key_);
        is_loaded_ = false;
        int code = detail::mbedtls_api::begin_psa();
        if (code == 0) code = random_.begin(random);
        if (code != 0) return error{.stage = stage::credential, .code = errc::no_entropy, .native = code};
        code = parse(key, password);
        if (code == 0 && !detail::mbedtls_api::is_rsa(key_)) code = detail::mbedtls_bad_input;
        if (code != 0) return error{.stage = stage::credential, .code = errc::bad_client_certificate, .native = code};
        is_loaded_ = true;
        return {};
    }
    result<void> load(std::string_view key, std::string_view password = {}, random_source random = {}) noexcept {
        return load(std::as_bytes(std::span{key.data(), key.size()}), password, random);
    }

    [[nodiscard]] bool is_loaded() const noexcept { return is_loaded_; }

    /// See `signer`. With a key of 2048 bits it took 3.5 to 6 ms and 8.3 KB of heap at its peak on x86-64.
    ///
    /// Errors  credential_missing without a key; memory_too_small, with the size needed; credential_unavailable
    ///         (native: mbedTLS's code)
    result<std::size_t> sign(std::string_view data, std::span<std::byte> into) noexcept {
        if (!is_loaded_) return error{.stage = stage::credential, .code = errc::credential_missing};
        const std::size_t size = (mbedtls_pk_get_bitlen(&key_) + 7) / 8;
        if (into.size() < size)
            return error{.stage = stage::credential, .code = errc::memory_too_small, .offset = detail::as_offset(size)};
        detail::sha256 hash;
        hash.add(data.data(), data.size());
        std::uint8_t digest[32];
        std::size_t written = 0;
        int code = detail::mbedtls_bad_input;
        if (hash.finish(digest))
            code = detail::mbedtls_api::sign(key_, digest, reinterpret_cast<unsigned char*>(into.data()), into.size(),
                                             written, random_);
        if (code != 0) return error{.stage = stage::credential, .code = errc::credential_unavailable, .native = code};
        return written;
    }

  private:
    /// mbedTLS wants a NUL behind PEM text, and no XML, so both are written anew into memory that is zeroed afterwards.
    int parse(std::span<const std::byte> key, std::string_view password) noexcept {
        const std::string_view text{reinterpret_cast<const char*>(key.data()), key.size()};
        const auto* const bytes = reinterpret_cast<const unsigned char*>(key.data());
        const bool is_pem = text.find("-----BEGIN") != std::string_view::npos;
        const bool is_xml = !is_pem && detail::is_rsa_key_xml(text);
        if (!is_pem && !is_xml) return detail::mbedtls_api::parse_key(key_, bytes, key.size(), password, random_);
        const std::size_t room = text.size() + detail::rsa_key_der_overhead;
        auto* const copy = static_cast<unsigned char*>(mbedtls_calloc(1, room));
        if (copy == nullptr) return detail::mbedtls_out_of_memory;
        std::size_t size = text.size() + 1;  // with the NUL
        if (is_xml)
            size = detail::rsa_key_to_der(text, {reinterpret_cast<std::byte*>(copy), room});
        else
            std::memcpy(copy, bytes, text.size());
        const int code =
            size == 0 ? detail::mbedtls_bad_input : detail::mbedtls_api::parse_key(key_, copy, size, password, random_);
        mbedtls_platform_zeroize(copy, room);
        mbedtls_free(copy);
        return code;
    }

    mbedtls_pk_context key_;
    detail::random_generator random_;
    bool is_loaded_ = false;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
