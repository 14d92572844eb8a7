// superoffice/transport/tls/detail/mbedtls_hash.hpp - SHA-256 by mbedTLS: by its own functions, or by PSA.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_HASH_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_MBEDTLS_HASH_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/detail/mbedtls.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

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
    /// False if it could not be computed.
    bool finish(std::uint8_t (&into)[32]) noexcept {
        std::size_t size = 0;
        return ok_ && psa_hash_finish(&operation_, into, sizeof into, &size) == psa_success && size == sizeof into;
    }

  private:
    psa_hash_operation_t operation_ = PSA_HASH_OPERATION_INIT;
    bool ok_ = false;
};
#endif

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
