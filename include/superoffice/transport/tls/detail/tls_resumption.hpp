// superoffice/transport/tls/detail/tls_resumption.hpp - the session of the last connection: when one is kept, offered and dropped.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_RESUMPTION_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_RESUMPTION_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/tls_connection.hpp>
#include <superoffice/transport/tls/detail/tls_session.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A resumed connection shows no certificates, so a session is offered only to the peer that was verified, and only as
/// long as the certificates behind it are valid. With TLS 1.2 the session exists when the handshake is over; with TLS
/// 1.3 it comes later, in a ticket.
class tls_resumption {
  public:
    /// Before each handshake, with a `utc_now` of 0 where dates do not matter.
    void drop_if_expired(std::int64_t utc_now) noexcept {
        if (utc_now > session_.valid_until()) session_.forget();
    }
    void drop() noexcept { session_.forget(); }
    /// Drops the ticket that mbedTLS still holds, too.
    void drop_all() noexcept {
        session_.forget();
        has_ticket_ = false;
    }

    /// The handshake begins. `keeps`: as `tls_options::resume`.
    void offer(mbedtls_ssl_config& config, mbedtls_ssl_context& ssl, bool keeps) noexcept {
        config_ = &config;
        keeps_ = keeps;
        was_offered_ = session_.give_to(ssl);
        was_taken_ = false;
        mbedtls_api::take_tickets(config, keeps);
    }
    [[nodiscard]] bool was_offered() const noexcept { return was_offered_; }

    /// The handshake is over and the peer verified, by its certificates (valid until `certificates_until`) or,
    /// `resumed`, by the session that was offered.
    void connected(mbedtls_ssl_context& ssl, bool resumed, std::int64_t certificates_until) noexcept {
        was_taken_ = resumed;
        valid_until_ = resumed ? session_.valid_until() : certificates_until;
        // A ticket of TLS 1.3 is good for one connection (RFC 8446 appendix C.4); the session of 1.2 is taken anew.
        drop_all();
        if (keeps_ && mbedtls_api::is_tls_1_2(ssl)) session_.take(ssl, valid_until_);
    }
    /// The last handshake resumed a session.
    [[nodiscard]] bool was_taken() const noexcept { return was_taken_; }

    /// True if the code of mbedTLS only says that a ticket came in: the same call is repeated. One ticket is enough,
    /// and each costs memory, so further ones are dropped.
    bool took_ticket(int code) noexcept {
        if (!mbedtls_api::is_ticket(code)) return false;
        has_ticket_ = keeps_;
        mbedtls_api::take_tickets(*config_, false);
        return true;
    }

    /// Takes the ticket out of mbedTLS. This is put off until the next handshake is near, so that `receive` allocates
    /// as little as possible.
    void keep_ticket(mbedtls_ssl_context& ssl) noexcept {
        if (mbedtls_api::has_tls_1_3 && has_ticket_) session_.take(ssl, valid_until_);
        has_ticket_ = false;
    }

    [[nodiscard]] tls_session& session() noexcept { return session_; }

  private:
    tls_session session_;
    mbedtls_ssl_config* config_ = nullptr;
    std::int64_t valid_until_ = 0;  ///< of the certificates that this connection was verified by
    bool keeps_ = false;
    bool was_offered_ = false;
    bool was_taken_ = false;
    bool has_ticket_ = false;  ///< mbedTLS holds one that `session_` does not
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
