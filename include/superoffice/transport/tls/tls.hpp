// superoffice/transport/tls/tls.hpp - TLS by mbedTLS over any byte transport; needs SUPEROFFICE_WITH_MBEDTLS.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_TLS_HPP
#define SUPEROFFICE_TRANSPORT_TLS_TLS_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/tls/client_certificate.hpp>
#include <superoffice/transport/tls/detail/tls_engine.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// TLS over another link: over TCP, the serial line of a modem, another tls, a pipe in a test. This is a link too, and
/// passes on what the link below can do beyond `byte_transport` (`tick`, `wake_at`, `wait`, `native_handle`, a clock).
///
/// The server is always verified before a byte of the caller is sent: its certificate must lead to a trusted authority,
/// be for the name of the peer (or, for an IP literal, list that address as iPAddress: mbedTLS 3.5 and later), and be
/// valid today. A server that shows a pinned key may be trusted without an authority (`tls_options`). TLS 1.2 or later;
/// no renegotiation; ALPN "http/1.1"; X25519 and P-256 before costlier curves; first the cipher that this mbedTLS
/// computes faster.
///
/// Versions offered with `tls_protocol::automatic`: mbedTLS 2.28 and 3.1 speak only 1.2. With 3.2.0 to 3.6.7, 4.0.0 to
/// 4.1.1 and 4.2.0 a client that offers 1.2 and 1.3 together can be brought to a connection without secret keys
/// (CVE-2026-115490), so they offer only one version: 1.2, or 1.3 on request. All others offer both.
///
/// Authorities: `tls_options::authorities` names a `certificate_authorities`, loaded once and shared by any number of
/// links. Without it each link loads its own, from `ca_file`, `ca_memory` or the system's bundle, which takes 0.4 MB.
///
/// Default authorities: the first of these files that holds a certificate. Windows has no such file: name one.
/// `/etc/ssl/certs/ca-certificates.crt`, `/etc/pki/tls/certs/ca-bundle.crt`,
/// `/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem`, `/etc/ssl/ca-bundle.pem`,
/// `/var/lib/ca-certificates/ca-bundle.pem`, `/etc/ssl/cert.pem`, `/usr/local/share/certs/ca-root-nss.crt`,
/// `/etc/openssl/certs/ca-certificates.crt`.
///
/// Errors of `start`, beside those of the link below, which pass through unchanged (all but the first at stage::handshake):
///     name_not_found                                at stage::resolve: the text cannot be a host; nothing was sent
///     no_authorities, bad_authorities, no_entropy   native: mbedTLS's code; nothing was sent
///     bad_tls_options, no_clock, address_not_verifiable
///                                                   native: 0; nothing was sent
///     bad_client_certificate                        native: mbedTLS's code; nothing was sent
///     certificate_unknown_authority, certificate_self_signed, certificate_not_pinned, certificate_wrong_name,
///     certificate_not_yet_valid, certificate_expired, certificate_refused
///                                                   native, if positive: every fault of the certificate as mbedTLS's
///                                                   flags (MBEDTLS_X509_BADCERT_..., _OTHER: no pinned key); the first
///                                                   fault in this order decides the code. If negative: mbedTLS's code
///     client_certificate_refused, wrong_application_protocol, tls_version_refused, handshake_failed
///                                                   native, if positive: the alert that the server sent (RFC 8446
///                                                   section 6.2). If negative: mbedTLS's code. handshake_failure (40)
///                                                   and decode_error (50, GnuTLS) of a server that asked for a
///                                                   certificate and got none are client_certificate_refused
///     not_tls                                       the first bytes of the server are no TLS: mostly a plain HTTP
///                                                   server; native: mbedTLS's code
///     connection_closed                             the peer ended the connection during the handshake
/// Errors of `receive` and `transmit`: truncated_close (the connection ended without close_notify), connection_closed
/// (transmit after the peer has closed), alert_received and client_certificate_refused (with TLS 1.3 a server refuses a
/// client after the handshake; native: the alert), renegotiation_refused (the server asked for a second handshake,
/// mostly to get a client certificate for this path, and ended the connection; native: its alert, or mbedTLS's code),
/// link_failed (a damaged record; native: mbedTLS's code). `tls_refusal` (superoffice/transport/tls/tls_refusal.hpp)
/// says all of these in words.
///
/// Not checked: whether a certificate was revoked (no CRL, OCSP or must-staple), and name constraints that are not
/// marked critical. A certificate with an extension that is critical and that mbedTLS does not know (name constraints,
/// policies) is certificate_refused. Beyond mbedTLS's own checks, an authority whose extendedKeyUsage does not allow
/// servers, and a wildcard over a whole top-level domain ("*.test"), are refused as well.
///
/// Limits of mbedTLS: before 2.28.10 and 3.6.3, a handshake message that is split over several records, as every
/// message over 16 KB is (a long chain of certificates), is handshake_failed with native -0x7080. Later versions join
/// the pieces, up to MBEDTLS_SSL_IN_CONTENT_LEN.
///
/// A server that refuses mostly sends its alert and closes while the client still transmits. If the link below lingers
/// (`lingering_transport`, as tcp_socket does), that alert is still read after a `transmit` failed below: by `start` in
/// the handshake, and by `receive` after it, since this link lingers as well. Without an alert the error stays that of
/// the link below. Anybody on the way can write an alert during the handshake, so it only chooses between error codes.
///
/// One call of `receive` takes all records that have come, as far as they fit into `into`, and calls the link below
/// once for them (with less than 64 bytes of room: one record). Between two calls nothing of a complete record is held
/// back.
///
/// One call of `start` does one bounded piece of the handshake: at most one step that computes with keys (agreeing on
/// one, checking the server's certificates, making or checking a signature), then it answers would_block with
/// wait_for::nothing. Before that it loads the link's own authorities, at most 16 certificates in one call; a file of them
/// is read at once, which blocks for a moment. With an mbedTLS that has MBEDTLS_ECP_RESTARTABLE,
/// mbedtls_ecp_set_max_ops divides the steps that compute with keys, too.
///
/// Memory: mbedTLS allocates by its own allocator (mbedtls_platform_set_calloc_free) during `start`. The first `start`
/// loads the link's own authorities; they and the record buffers (35 KB with Debian's mbedTLS; see
/// `tls_options::max_fragment`) are kept for later connections. After `start` is ready nothing is
/// allocated until the next `start`, with two exceptions: with TLS 1.3 and `resume`, mbedTLS allocates for the first
/// ticket that comes in, mostly in the first `receive`; and mbedTLS 4.x, whose ciphers are those of PSA, allocates for
/// each record and frees that again (4.0.0). The object itself: about 3 KB over TCP.
///
/// Globals of mbedTLS: with TLS 1.3 or 4.x, or if built with MBEDTLS_USE_PSA_CRYPTO or without MBEDTLS_SHA256_C, the
/// first `start` calls psa_crypto_init, which is never undone. Two links in two threads need an mbedTLS built with
/// MBEDTLS_THREADING_C, and a `certificate_authorities` that was loaded before the threads started, which also fills
/// mbedTLS's tables. This library has no globals.
///
/// After fork() the child opens a new connection (see `tcp_socket`) and seeds the generator of this link anew. The
/// generator of PSA, which TLS 1.3 and all of mbedTLS 4 use, is a global of mbedTLS: a program that forks after the
/// first `start` should create its links in the child, or call exec.
///
/// Pinned. Its destructor stops it.
template <byte_transport Link>
class tls : public detail::clock_of<Link> {
  public:
    static constexpr bool may_wait = Link::may_wait;
    static constexpr bool lingers = lingering_transport<Link>;

    /// Cheap: nothing is loaded or allocated before the first `start`.
    tls() noexcept : tls(tls_options{}) {}

    /// Everything that the options point to must live as long as this object. Further arguments construct the link.
    template <class... Args>
        requires std::constructible_from<Link, Args...>
    explicit tls(const tls_options& options, Args&&... args) noexcept
        : link_(std::forward<Args>(args)...), engine_(options) {}

    tls(const tls&) = delete;
    tls& operator=(const tls&) = delete;
    ~tls() { stop(); }

    /// The link below.
    [[nodiscard]] Link& link() noexcept { return link_; }
    [[nodiscard]] const Link& link() const noexcept { return link_; }

    io_result start(const peer& to) noexcept {
        if (phase_ >= phase::lingering) stop();
        if (phase_ == phase::idle) {
            if (const io_result r = engine_.prepare(to); r.state != io_state::ready) return r;
            phase_ = phase::linking;
        }
        io_result r = io_result::ready();
        if (phase_ == phase::linking) {
            r = link_.start(to);
            if (r.state == io_state::closed) r = io_result::failed(errc::connection_closed, 0, stage::connect);
            if (r.state == io_state::ready) r = engine_.begin(this, push, pull);
            if (r.state == io_state::ready) phase_ = phase::handshaking;
        }
        if (phase_ == phase::handshaking) r = engine_.handshake<lingers>();
        if (r.state == io_state::ready) phase_ = phase::open;
        if (r.state == io_state::failed) stop();
        return r;
    }

    io_result receive(std::span<std::byte> into) noexcept {
        if constexpr (lingers)
            if (phase_ == phase::lingering) return receive_last(into);
        if (phase_ != phase::open) return end_;
        const io_result r = engine_.receive(into);
        if (r.state == io_state::closed || r.state == io_state::failed) finish(r);
        return r;
    }

    io_result transmit(std::span<const std::byte> from) noexcept {
        if (phase_ != phase::open)
            return end_.state == io_state::failed ? end_
                                                  : io_result::failed(errc::connection_closed, 0, stage::transmit);
        const io_result r = engine_.transmit(from);
        if (r.state == io_state::failed) finish(r);
        if constexpr (lingers)
            if (r.state == io_state::failed && engine_.has_failed_below()) phase_ = phase::lingering;
        return r;
    }

    void stop() noexcept {
        // close_notify goes to a verified peer, if nothing went wrong; also if the peer closed first.
        if (phase_ == phase::open || (phase_ == phase::over && end_.state == io_state::closed))
            engine_.send_close_notify();
        link_.stop();
        phase_ = phase::idle;
        end_ = not_started;
    }

    /// True from the end of a verified handshake to the end of the connection.
    [[nodiscard]] bool secure() const noexcept { return phase_ == phase::open; }

    void tick(instant now, instant deadline) noexcept
        requires timed_transport<Link>
    {
        link_.tick(now, deadline);
    }

    [[nodiscard]] instant wake_at() const noexcept
        requires waking_transport<Link>
    {
        return link_.wake_at();
    }

    /// Returns at once if `receive` has an answer without asking the link below.
    void wait(wait_for wants, milliseconds at_most) noexcept
        requires waiting_transport<Link>
    {
        const bool is_there = phase_ == phase::over || (phase_ >= phase::open && engine_.has_pending());
        if (wants != wait_for::readable || !is_there) link_.wait(wants, at_most);
    }

    [[nodiscard]] auto native_handle() const noexcept
        requires requires(const Link& l) { l.native_handle(); }
    {
        return link_.native_handle();
    }

    /// True if the last handshake resumed a session: the server showed no certificate; it was verified when that
    /// session began. Valid after `start` is ready.
    [[nodiscard]] bool resumed() const noexcept { return engine_.is_resumed(); }

    /// Enough for a session of most servers: their tickets have some hundred bytes.
    static constexpr std::size_t max_session_bytes = 2048;

    /// Writes the session of the last connection, also of one that has ended, to keep it while the power is off: a
    /// device that wakes from deep sleep avoids the long handshake. With TLS 1.3 there is a session after the first
    /// reply.
    ///
    /// The bytes contain the secret of the session: somebody who has them can pretend to this link to be the server,
    /// and read what it sends. Keep them where you keep keys.
    ///
    /// @returns how many bytes were written; 0 if there is no session, or none that fits
    /// Costs    a hash over the authorities (half a millisecond for a system's); with TLS 1.3 it allocates in mbedTLS
    std::size_t export_session(std::span<std::byte> into) noexcept { return engine_.save_session(into); }

    /// Takes what `export_session` wrote, for the next connection to this peer. Call it before `start`, not while there
    /// is a connection. The peer of a client is `parse_base_url(base)->to`, until a tenant has moved. The session
    /// belongs to everything that the server was verified by: host, port, TLS versions, authorities, pins, the client's
    /// certificate. If one of these differs, or the bytes are damaged or of another mbedTLS, nothing is taken and the
    /// next `start` does a complete handshake.
    ///
    /// @returns ready: taken | closed: not taken | failed: the link cannot be configured; the errors of `start`
    /// Costs    loads the authorities if that was not done yet, and a hash over them
    io_result import_session(const peer& to, std::span<const std::byte> from) noexcept {
        if (phase_ >= phase::lingering) stop();
        return phase_ == phase::idle ? engine_.load_session(to, from) : io_result::closed();
    }

    /// For logs, after `start` is ready: "TLSv1.2", and mbedTLS's name of the cipher suite. Constants.
    [[nodiscard]] const char* version() const noexcept { return engine_.version(); }
    [[nodiscard]] const char* ciphersuite() const noexcept { return engine_.ciphersuite(); }

  private:
    enum class phase : std::uint8_t { idle, linking, handshaking, open, lingering, over };

    static constexpr io_result not_started = io_result::failed(errc::link_failed, 0, stage::none);

    static int push(void* self, const unsigned char* from, std::size_t size) noexcept {
        auto& me = *static_cast<tls*>(self);
        const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(from), size};
        if constexpr (lingers) {
            // After a failure nothing more is transmitted; mbedTLS is told that it was.
            const bool in_handshake = me.phase_ == phase::handshaking;
            const bool failed = me.phase_ == phase::lingering || (in_handshake && me.engine_.is_unheard());
            io_result r = failed ? io_result::ready(size) : me.link_.transmit(bytes);
            if (in_handshake && r.state == io_state::failed) {
                me.engine_.continue_unheard(r);
                r = io_result::ready(size);
            }
            return me.engine_.note(r, MBEDTLS_ERR_SSL_WANT_WRITE);
        }
        return me.engine_.note(me.link_.transmit(bytes), MBEDTLS_ERR_SSL_WANT_WRITE);
    }
    static int pull(void* self, unsigned char* into, std::size_t size) noexcept {
        auto& me = *static_cast<tls*>(self);
        detail::read_ahead& ahead = me.engine_.ahead();
        const std::span<std::byte> wanted{reinterpret_cast<std::byte*>(into), size};
        io_result r = io_result::ready();
        if (ahead.empty()) {
            const std::span<std::byte> room = ahead.room_for(wanted);
            r = ahead.is_draining() ? io_result::would_block(wait_for::readable) : me.link_.receive(room);
            if (r.state == io_state::ready && room.data() != wanted.data()) ahead.arrived(r.bytes);
        }
        if (!ahead.empty()) r.bytes = ahead.take(wanted);
        ahead.given(wanted.first(r.bytes));
        return me.engine_.note(r, MBEDTLS_ERR_SSL_WANT_READ);
    }

    /// After a `transmit` that failed below; `end_` has that failure.
    io_result receive_last(std::span<std::byte> into) noexcept {
        if (end_.state != io_state::failed) return end_;
        const io_result r = engine_.receive_last(into, end_);
        if (r.state == io_state::closed) end_ = r;  // `stop` sends no close_notify in this phase
        if (r.state == io_state::failed) finish(r);
        return r;
    }

    void finish(const io_result& r) noexcept {
        phase_ = phase::over;
        end_ = r;
    }

    Link link_{};
    detail::tls_engine engine_;
    io_result end_ = not_started;  ///< the answer of `receive` and `transmit` while the connection is not open
    phase phase_ = phase::idle;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#else

#include <concepts>

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// An assertion instead of SUPEROFFICE_SWITCHED_OFF: clang 14 ignores that attribute on an instance of a template.
template <class Link>
class tls {
    static_assert(!std::same_as<Link, Link>,
                  "superoffice: switched off: define SUPEROFFICE_WITH_MBEDTLS=1 for every translation unit");
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#include <superoffice/base/detail/macros_end.hpp>

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
