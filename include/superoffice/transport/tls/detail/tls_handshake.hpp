// superoffice/transport/tls/detail/tls_handshake.hpp - the handshake in bounded pieces, and why it failed.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_HANDSHAKE_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_HANDSHAKE_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/detail/alpn_choice.hpp>
#include <superoffice/transport/tls/detail/certificate_judge.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/tls_connection.hpp>
#include <superoffice/transport/tls/detail/tls_resumption.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

class tls_handshake {
  public:
    /// The judge of the server's certificates. Call its `begin` before each handshake.
    [[nodiscard]] certificate_judge& judge() noexcept { return judge_; }

    /// `has_certificate`: this client has a certificate to show.
    void begin(bool has_certificate) noexcept {
        has_certificate_ = has_certificate;
        unheard_ = io_result::ready();
    }

    /// Does one bounded piece: steps that cost little, up to one that computes with keys, or until the link below
    /// blocks. `Lingers`: the link below does, so `continue_unheard` may be called.
    template <bool Lingers>
    io_result advance(tls_connection& connection, tls_resumption& resumption) noexcept {
        if (faults(connection) != 0) return finish_refusal(connection, resumption);
        mbedtls_ssl_context& ssl = connection.ssl();
        for (int step = 0; step < max_steps; ++step) {
            connection.forget_link_answer();
            const bool is_costly = mbedtls_api::is_costly(ssl);
            const bool may_be_asked = mbedtls_api::may_ask_for_certificate(ssl);
            const int code = mbedtls_ssl_handshake_step(&ssl);
            if (code == 0) {
                if (may_be_asked && !has_certificate_ && mbedtls_api::asked_for_certificate(ssl))
                    connection.note_missing_certificate();
                if (mbedtls_api::is_over(ssl))
                    return Lingers && is_unheard() ? read_reason(connection, resumption)
                                                   : finish(connection, resumption);
                if (is_costly) break;
            } else if (!resumption.took_ticket(code) && !connection.moved_no_data(code)) {
                const io_result r =
                    Lingers && is_unheard() && !says_more(connection, code) ? unheard_ : failure(connection, code);
                if (r.state == io_state::failed) resumption.drop();
                return r;
            }
        }
        return io_result::would_block(wait_for::nothing, stage::handshake);
    }

    /// For `push`: the link below could not transmit, but the peer may already have sent the reason why it does not
    /// listen. mbedTLS is told that everything went out, so it goes on until it reads that reason. Nothing is
    /// transmitted from here on, and the handshake fails whatever comes. Anybody on the way can have written the alert
    /// that is read then, which is harmless: it only chooses the error.
    void continue_unheard(const io_result& why) noexcept {
        unheard_ = io_result::failed(why.code, why.native, stage::handshake);
    }
    [[nodiscard]] bool is_unheard() const noexcept { return unheard_.state == io_state::failed; }

  private:
    /// The most steps in one call: as many as can follow one another without a costly one.
    static constexpr int max_steps = 16;
    /// A peer may send any number of records that carry no data; this many are taken in one call.
    static constexpr int max_records = 16;

    /// Whether the peer was verified is not left to mbedTLS alone.
    io_result finish(tls_connection& connection, tls_resumption& resumption) noexcept {
        const std::uint32_t flags = judge_.flags() | mbedtls_ssl_get_verify_result(&connection.ssl());
        if (flags != 0 || (!judge_.has_seen_server() && !resumption.was_offered())) {
            resumption.drop();
            return refused(flags);
        }
        resumption.connected(connection.ssl(), !judge_.has_seen_server(), judge_.valid_until());
        return io_result::ready();
    }

    /// mbedTLS's flags for a certificate are positive and its codes negative: the sign tells what a `native` is.
    [[nodiscard]] io_result refused(std::uint32_t flags) const noexcept {
        return io_result::failed(judge_.verdict(flags), static_cast<std::int32_t>(flags & 0x7fffffff),
                                 stage::handshake);
    }

    /// More is known than that the link failed: an alert has come, the server's certificate was refused, or the server
    /// does not speak TLS; or there is more to do.
    [[nodiscard]] bool says_more(const tls_connection& connection, int code) const noexcept {
        return mbedtls_api::alert(connection.ssl(), code) >= 0 || faults(connection) != 0 ||
               mbedtls_api::is_no_tls(connection.ssl(), code) || mbedtls_api::is_computing(code);
    }

    /// mbedTLS believes that the handshake is over, but the peer did not hear the end of it. The last thing that the
    /// peer sent may say why; anything else that it sent is dropped.
    io_result read_reason(tls_connection& connection, tls_resumption& resumption) noexcept {
        io_result r = unheard_;
        for (int record = 0; record < max_records; ++record) {
            unsigned char text[1];
            connection.forget_link_answer();
            const int n = mbedtls_ssl_read(&connection.ssl(), text, sizeof text);
            if (n > 0 || resumption.took_ticket(n) || connection.moved_no_data(n)) continue;
            if (const int alert = mbedtls_api::alert(connection.ssl(), n); alert >= 0)
                r = io_result::failed(connection.meaning_of(alert, stage::handshake), alert, stage::handshake);
            break;
        }
        resumption.drop_all();
        return r;
    }

    io_result failure(const tls_connection& connection, int code) const noexcept {
        const io_result r = connection.answer(code, stage::handshake);
        if (r.state == io_state::would_block) return r;
        if (const std::uint32_t flags = faults(connection); flags != 0) return refused(flags);
        if (connection.link_state() == io_state::failed) return r;
        // The peer ended the connection, with or without close_notify.
        if (connection.link_state() == io_state::closed)
            return io_result::failed(errc::connection_closed, code, stage::handshake);
        if (r.code != errc::link_failed) return r;  // an alert
        return io_result::failed(reason_of(connection, code), code, stage::handshake);
    }

    /// What the judge found, and what mbedTLS alone looks at: what the server's own certificate is meant for.
    [[nodiscard]] std::uint32_t faults(const tls_connection& connection) const noexcept {
        const std::uint32_t all = mbedtls_ssl_get_verify_result(&connection.ssl());
        return judge_.flags() | (all != 0xffffffff ? all : 0);
    }

    /// The link blocked when mbedTLS told the server by an alert that its certificate is refused. Only the rest of that
    /// alert is transmitted. Whatever the server sends and however the link ends, the error stays; a link that never takes
    /// the alert is left to the deadline of the call.
    io_result finish_refusal(tls_connection& connection, tls_resumption& resumption) noexcept {
        connection.forget_link_answer();
        // mbedTLS transmits what is left of the last alert before it would write another one.
        const int code = mbedtls_ssl_send_alert_message(&connection.ssl(), MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                                        MBEDTLS_SSL_ALERT_MSG_BAD_CERT);
        const io_result r = connection.answer(code, stage::handshake);
        if (r.state == io_state::would_block) return r;
        resumption.drop();
        return refused(faults(connection));
    }

    [[nodiscard]] static errc reason_of(const tls_connection& connection, int code) noexcept {
        if (mbedtls_api::is_about_certificate(connection.ssl(), code)) return errc::certificate_refused;
        if (mbedtls_api::is_no_tls(connection.ssl(), code)) return errc::not_tls;
        if (mbedtls_api::is_version(code)) return errc::tls_version_refused;
        return is_about_protocol(connection) ? errc::wrong_application_protocol : errc::handshake_failed;
    }

    [[nodiscard]] static bool is_about_protocol(const tls_connection& connection) noexcept {
        const unsigned char* const message = mbedtls_api::last_message(connection.ssl());
        return mbedtls_api::has_alpn && message != nullptr &&
               chose_other_protocol(message, mbedtls_api::last_message_size(connection.ssl()), offered_protocol);
    }

    certificate_judge judge_;
    io_result unheard_;  ///< `failed`: the peer hears no more, and why
    bool has_certificate_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
