// superoffice/transport/tls/detail/tls_connection.hpp - one connection of mbedTLS, and what its codes mean together with what the link below said.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_CONNECTION_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_CONNECTION_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/tls_alert.hpp>

#include <cstddef>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Owns the two objects of mbedTLS, the configuration and the connection. mbedTLS moves bytes by two callbacks, `push`
/// and `pull`, and answers with codes of its own. The answer of the link below is the cause of such a code and says
/// more, so it is noted here and passed on unchanged.
class tls_connection {
  public:
    tls_connection() noexcept {
        mbedtls_ssl_config_init(&config_);
        mbedtls_ssl_init(&ssl_);
    }
    tls_connection(const tls_connection&) = delete;
    tls_connection& operator=(const tls_connection&) = delete;
    ~tls_connection() {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_config_free(&config_);
    }

    [[nodiscard]] mbedtls_ssl_config& config() noexcept { return config_; }
    [[nodiscard]] mbedtls_ssl_context& ssl() noexcept { return ssl_; }
    [[nodiscard]] const mbedtls_ssl_context& ssl() const noexcept { return ssl_; }

    /// Prepares for a new connection: 0, or mbedTLS's code. Allocates the record buffers once and keeps them.
    int reset() noexcept {
        owes_certificate_ = false;
        const int code = is_set_up_ ? mbedtls_ssl_session_reset(&ssl_) : mbedtls_ssl_setup(&ssl_, &config_);
        is_set_up_ = code == 0;
        return code;
    }
    void free() noexcept {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_init(&ssl_);
        is_set_up_ = false;
    }

    /// For `push` and `pull`: notes what the link below said, and translates it for mbedTLS.
    int note(const io_result& said, int when_blocked) noexcept {
        below_ = said;
        switch (said.state) {
            case io_state::ready: return said.bytes != 0 ? static_cast<int>(said.bytes) : when_blocked;
            case io_state::would_block: return when_blocked;
            case io_state::closed: return MBEDTLS_ERR_SSL_CONN_EOF;
            case io_state::failed:
            default: return MBEDTLS_ERR_SSL_INTERNAL_ERROR;  // nobody sees this code: `below_` says more
        }
    }

    /// Before each call of mbedTLS.
    void forget_link_answer() noexcept { below_ = io_result::ready(); }
    /// What the link below said in the last call of mbedTLS; `ready` if it was not asked.
    [[nodiscard]] io_state link_state() const noexcept { return below_.state; }

    /// mbedTLS took in something that carries no data (a refused renegotiation, for example), and the link did not block:
    /// the same call is repeated.
    [[nodiscard]] bool moved_no_data(int code) const noexcept {
        const bool wants = code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
        return wants && below_.state == io_state::ready;
    }

    /// The server asked for a certificate, and this client has none.
    void note_missing_certificate() noexcept { owes_certificate_ = true; }

    [[nodiscard]] errc meaning_of(int alert, stage at) const noexcept {
        return meaning_of_alert(alert, at, owes_certificate_);
    }

    /// The meaning of an mbedTLS code that ended a call.
    [[nodiscard]] io_result answer(int code, stage at) const noexcept {
        if (below_.state == io_state::would_block) return io_result::would_block(below_.wants, at);
        if (mbedtls_api::is_computing(code)) return io_result::would_block(wait_for::nothing, at);
        if (below_.state == io_state::failed)
            return io_result::failed(below_.code, below_.native, at == stage::handshake ? at : below_.at);
        if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return io_result::closed();
        if (code == MBEDTLS_ERR_SSL_CONN_EOF) return io_result::failed(errc::truncated_close, code, at);
        if (const int alert = mbedtls_api::alert(ssl_, code); alert >= 0)
            return io_result::failed(meaning_of(alert, at), alert, at);
        return io_result::failed(errc::link_failed, code, at);
    }

  private:
    mbedtls_ssl_config config_;
    mbedtls_ssl_context ssl_;
    io_result below_;
    bool is_set_up_ = false;
    bool owes_certificate_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
