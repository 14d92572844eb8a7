// superoffice/transport/tls/detail/tls_session.hpp - the session of a verified connection, kept for the next one, also as bytes.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_SESSION_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_SESSION_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Holds what mbedTLS needs to resume a connection, and until when the certificates behind it are valid.
///
/// Saved as bytes: a format number, that moment (big-endian), mbedTLS's own form (which begins with its version and
/// configuration), and a SHA-256 over all of this, the peer and the link's trust. The hash detects damaged bytes, and
/// those of another peer or of other authorities or pins. It is no signature: somebody who can write the bytes can
/// compute it.
class tls_session {
  public:
    static constexpr std::size_t head_bytes = 1 + 8;
    static constexpr std::size_t hash_bytes = 32;

    tls_session() noexcept { mbedtls_ssl_session_init(&session_); }
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;
    ~tls_session() { mbedtls_ssl_session_free(&session_); }

    [[nodiscard]] bool is_there() const noexcept { return is_there_; }
    [[nodiscard]] std::int64_t valid_until() const noexcept { return valid_until_; }

    void forget() noexcept {
        mbedtls_ssl_session_free(&session_);
        mbedtls_ssl_session_init(&session_);
        is_there_ = false;
    }

    /// Keeps the session of a connection whose peer was verified. Allocates in mbedTLS.
    void take(mbedtls_ssl_context& from, std::int64_t valid_until) noexcept {
        forget();
        is_there_ = mbedtls_ssl_get_session(&from, &session_) == 0;
        valid_until_ = valid_until;
        mbedtls_api::drop_certificate(session_);
    }

    [[nodiscard]] bool give_to(mbedtls_ssl_context& to) const noexcept {
        return is_there_ && mbedtls_ssl_set_session(&to, &session_) == 0;
    }

    /// Answers how many bytes were written, 0 if they do not fit. `trust` comes from `tls_engine::hash_of_trust`.
    [[nodiscard]] std::size_t save(std::span<std::byte> into, const std::uint8_t (&trust)[32]) const noexcept {
        if (!is_there_ || into.size() <= head_bytes + hash_bytes) return 0;
        auto* const bytes = reinterpret_cast<unsigned char*>(into.data());
        bytes[0] = format;
        for (int i = 0; i < 8; ++i)
            bytes[1 + i] = static_cast<unsigned char>(static_cast<std::uint64_t>(valid_until_) >> (56 - 8 * i));
        std::size_t size = 0;
        const std::size_t room = into.size() - head_bytes - hash_bytes;
        if (mbedtls_ssl_session_save(&session_, bytes + head_bytes, room, &size) != 0 || size > room) return 0;
        size += head_bytes;
        std::uint8_t hash[hash_bytes];
        if (!hash_of(bytes, size, trust, hash)) return 0;
        std::memcpy(bytes + size, hash, hash_bytes);
        return size + hash_bytes;
    }

    /// False if `save` did not make these bytes with the same `trust`; there is no session then.
    [[nodiscard]] bool load(std::span<const std::byte> from, const std::uint8_t (&trust)[32]) noexcept {
        forget();
        if (from.size() <= head_bytes + hash_bytes || from[0] != std::byte{format}) return false;
        const auto* const bytes = reinterpret_cast<const unsigned char*>(from.data());
        const std::size_t size = from.size() - hash_bytes;
        std::uint8_t hash[hash_bytes];
        if (!hash_of(bytes, size, trust, hash) || std::memcmp(bytes + size, hash, hash_bytes) != 0) return false;
        std::uint64_t until = 0;
        for (int i = 0; i < 8; ++i) until = until << 8 | bytes[1 + i];
        valid_until_ = static_cast<std::int64_t>(until);
        is_there_ = mbedtls_ssl_session_load(&session_, bytes + head_bytes, size - head_bytes) == 0;
        if (!is_there_) forget();
        return is_there_;
    }

  private:
    static constexpr unsigned char format = 1;

    static bool hash_of(const unsigned char* bytes, std::size_t size, const std::uint8_t (&trust)[32],
                        std::uint8_t (&into)[hash_bytes]) noexcept {
        sha256 hash;
        hash.add(trust, sizeof trust);
        hash.add(bytes, size);
        return hash.finish(into);
    }

    mbedtls_ssl_session session_;
    std::int64_t valid_until_ = 0;
    bool is_there_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
