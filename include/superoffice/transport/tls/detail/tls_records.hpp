// superoffice/transport/tls/detail/tls_records.hpp - records of an open connection: receiving, transmitting, and how the stream ends.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_RECORDS_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_RECORDS_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/read_ahead.hpp>
#include <superoffice/transport/tls/detail/tls_connection.hpp>
#include <superoffice/transport/tls/detail/tls_resumption.hpp>

#include <cstddef>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

class tls_records {
  public:
    void start_over() noexcept {
        unsent_ = 0;
        ahead_.start_over();
        end_ = io_result::ready();
    }

    /// The handshake is over.
    void begin() noexcept { ahead_.forget_handshake_record(); }

    /// `pull` gives mbedTLS what was read ahead, or reads ahead into this.
    [[nodiscard]] read_ahead& ahead() noexcept { return ahead_; }

    /// Takes all records that have come, as far as their text fits into `into`. They are received in the same memory:
    /// see `read_ahead`. If the stream ends behind some text, the text is answered first and the end by the next call.
    io_result receive(tls_connection& connection, tls_resumption& resumption, std::span<std::byte> into) noexcept {
        if (end_.state != io_state::ready) return end_;
        // If mbedTLS holds unsent bytes, it may send them first and not take the bytes that were read ahead.
        ahead_.begin(mbedtls_api::has_unsent(connection.ssl()) ? into.first(0) : into);
        io_result r = receive_record(connection, resumption, into);
        ahead_.drain();
        while (r.state == io_state::ready && !ahead_.empty()) {
            const io_result more = receive_record(connection, resumption, into.subspan(r.bytes));
            r.bytes += more.bytes;
            if (more.state == io_state::ready) continue;
            if (more.state != io_state::would_block) end_ = more;  // else mbedTLS has all there is of the next record
            break;
        }
        // Bytes that mbedTLS did not take cannot be kept, and must not get lost silently.
        if (!ahead_.empty() && end_.state == io_state::ready && r.state != io_state::failed &&
            r.state != io_state::closed) {
            end_ = io_result::failed(errc::link_failed, 0, stage::receive);
            if (r.state == io_state::would_block) r = end_;
        }
        ahead_.end();
        return r;
    }

    /// `receive` after a `transmit` that failed below with `why`: it fails likewise, unless the peer has sent an alert.
    io_result receive_last(tls_connection& connection, tls_resumption& resumption, std::span<std::byte> into,
                           const io_result& why) noexcept {
        const io_result r = receive(connection, resumption, into);
        return r.state == io_state::failed && !tells_alert(r.code) ? why : r;
    }

    /// `receive` has an answer without asking the link below.
    [[nodiscard]] bool has_pending(const tls_connection& connection) const noexcept {
        return end_.state != io_state::ready || mbedtls_ssl_check_pending(&connection.ssl()) != 0;
    }

    /// mbedTLS keeps an encrypted record that the link below did not take whole. It must be called again with the same
    /// size, which it reports as sent in the end, even if the caller has more by then.
    io_result transmit(tls_connection& connection, tls_resumption& resumption,
                       std::span<const std::byte> from) noexcept {
        const std::size_t size = unsent_ == 0 ? piece(from.size()) : unsent_;
        SUPEROFFICE_ASSERT(size <= from.size());
        for (int round = 0; round < max_rounds; ++round) {
            connection.forget_link_answer();
            const auto* const bytes = reinterpret_cast<const unsigned char*>(from.data());
            const int n = mbedtls_ssl_write(&connection.ssl(), bytes, size);
            unsent_ = n == MBEDTLS_ERR_SSL_WANT_WRITE || n == MBEDTLS_ERR_SSL_WANT_READ ? size : 0;
            if (n > 0) return io_result::ready(static_cast<std::size_t>(n));
            if (n == 0 || resumption.took_ticket(n) || connection.moved_no_data(n)) continue;
            const io_result r = end_of_connection(connection, resumption, n, stage::transmit);
            return r.state == io_state::closed ? io_result::failed(errc::connection_closed, n, stage::transmit) : r;
        }
        return io_result::would_block(wait_for::nothing, stage::transmit);
    }

  private:
    /// The text of one record, and the records without text before it.
    io_result receive_record(tls_connection& connection, tls_resumption& resumption,
                             std::span<std::byte> into) noexcept {
        for (int round = 0; round < max_rounds || !ahead_.empty(); ++round) {
            connection.forget_link_answer();
            const std::size_t before = ahead_.size();
            auto* const bytes = reinterpret_cast<unsigned char*>(into.data());
            const int n = mbedtls_ssl_read(&connection.ssl(), bytes, piece(into.size()));
            if (n > 0) return io_result::ready(static_cast<std::size_t>(n));
            if (resumption.took_ticket(n) || connection.moved_no_data(n)) continue;
            // mbedTLS could not send an alert; it waits for the next `transmit`. What was received goes on.
            if (n == MBEDTLS_ERR_SSL_WANT_WRITE && !ahead_.empty() && ahead_.size() != before) continue;
            const int code = n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : n;
            const io_result r = end_of_connection(connection, resumption, code, stage::receive);
            return r.state == io_state::would_block ? r : end_of_stream(connection, r);
        }
        return io_result::would_block(wait_for::nothing, stage::receive);
    }

    /// A server that asks for another handshake mostly wants a client certificate for this path. mbedTLS refuses that.
    /// A server that can do without continues; one that cannot ends the connection, in one way or another.
    [[nodiscard]] io_result end_of_stream(const tls_connection& connection, const io_result& r) const noexcept {
        const bool is_damaged = r.code == errc::link_failed && connection.link_state() == io_state::ready;
        if (!ahead_.has_handshake_record() || is_damaged) return r;
        return io_result::failed(errc::renegotiation_refused, r.native, stage::receive);
    }

    /// The session of a connection that broke by an alert or a damaged record is not used again (RFC 5246 section
    /// 7.2.2).
    [[gnu::noinline]] static io_result end_of_connection(const tls_connection& connection, tls_resumption& resumption,
                                                         int code, stage at) noexcept {
        const io_result r = connection.answer(code, at);
        if (r.state == io_state::failed && connection.link_state() == io_state::ready &&
            r.code != errc::truncated_close)
            resumption.drop_all();
        return r;
    }

    /// A peer may send any number of records that carry no data; this many are taken in one call.
    static constexpr int max_rounds = 16;

    /// mbedTLS counts in int; a record holds at most 16 KB (RFC 8446 section 5.1).
    static constexpr std::size_t piece(std::size_t size) noexcept { return size < 0x10000 ? size : 0x10000; }

    read_ahead ahead_;
    io_result end_;           ///< how the stream ended, if that came together with the last text
    std::size_t unsent_ = 0;  ///< the size that the last `transmit` gave to mbedTLS and must repeat
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
