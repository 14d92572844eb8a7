// superoffice/transport/tls/detail/tls_engine.hpp - the TLS client by itself: mbedTLS's objects, and what its answers mean.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_ENGINE_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_ENGINE_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/tls/client_certificate.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/read_ahead.hpp>
#include <superoffice/transport/tls/detail/tls_alert.hpp>
#include <superoffice/transport/tls/detail/tls_session.hpp>
#include <superoffice/transport/tls/detail/tls_trust.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Everything of `tls<Link>` that does not depend on the link; compiled once, whatever it runs over.
class tls_engine {
  public:
    explicit tls_engine(const tls_options& options) noexcept : options_(options) {
        mbedtls_ssl_config_init(&config_);
        mbedtls_ssl_init(&ssl_);
    }
    tls_engine(const tls_engine&) = delete;
    tls_engine& operator=(const tls_engine&) = delete;
    ~tls_engine() {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_config_free(&config_);
    }

    /// Before the link below is started: checks the options, seeds, loads authorities. All of it once, but for the peer
    /// and the time of day.
    io_result prepare(const peer& to) noexcept {
        if (to.host.empty() || to.host.size() > max_host_bytes || to.host.find('\0') != std::string_view::npos)
            return io_result::failed(errc::name_not_found, 0, stage::resolve);
        keep_ticket();
        ip_address address;
        if (parse_ip_address(to.host, address) && !mbedtls_api::lists_addresses)
            return io_result::failed(errc::address_not_verifiable, 0, stage::handshake);

        std::int64_t utc_now = 0;
        if (!options_.skip_certificate_dates) {
            if (options_.utc_now) {
                utc_now = options_.utc_now.seconds(options_.utc_now.context);
                if (utc_now <= 0) return io_result::failed(errc::no_clock, 0, stage::handshake);
            } else if (!mbedtls_api::has_calendar) {
                return io_result::failed(errc::no_clock, 0, stage::handshake);
            }
        }
        if (const io_result r = configure(); r.state != io_state::ready) return r;

        turn_to(to);
        is_address_ = address.size != 0;
        judge_.begin(options_, utc_now, address);
        // A resumption shows no certificates, so it must not outlive those that it rests on.
        if (utc_now == 0 && !options_.skip_certificate_dates) utc_now = mbedtls_api::utc_now();
        if (utc_now > session_.valid_until()) session_.forget();
        return io_result::ready();
    }

    /// The link below is ready: `link`, `push` and `pull` are what mbedTLS moves bytes by.
    io_result begin(void* link, mbedtls_ssl_send_t* push, mbedtls_ssl_recv_t* pull) noexcept {
        int code = is_set_up_ ? mbedtls_ssl_session_reset(&ssl_) : mbedtls_ssl_setup(&ssl_, &config_);
        is_set_up_ = code == 0;
        // An address is no host name, and is not sent as one (RFC 6066 section 3): the judge compares it instead. Null
        // says so; without any such call mbedTLS would compare nothing, or refuse.
        if (code == 0) code = mbedtls_ssl_set_hostname(&ssl_, is_address_ ? nullptr : host_);
        if (code != 0) {
            tear_down();
            return io_result::failed(errc::handshake_failed, code, stage::handshake);
        }
        mbedtls_ssl_set_bio(&ssl_, link, push, pull, nullptr);
        is_resuming_ = session_.give_to(ssl_);
        is_resumed_ = false;
        was_asked_ = false;
        mbedtls_api::take_tickets(config_, options_.resume);
        generator_.start_over();
        unsent_ = 0;
        ahead_.start_over();
        end_ = io_result::ready();
        return io_result::ready();
    }

    /// A bounded piece: steps that cost little up to one that does not, or up to where the link below blocks. `Lingers`: that
    /// link does, so `go_on_deaf` may be called.
    template <bool Lingers>
    io_result handshake() noexcept {
        for (int step = 0; step < steps; ++step) {
            below_ = io_result::ready();
            const bool was_costly = mbedtls_api::is_costly(ssl_);
            const bool may_be_asked = mbedtls_api::is_client_to_be_asked(ssl_);
            const int code = mbedtls_ssl_handshake_step(&ssl_);
            if (code == 0) {
                if (may_be_asked && mbedtls_api::was_client_asked(ssl_)) was_asked_ = true;
                if (mbedtls_api::is_over(ssl_)) return Lingers && is_deaf() ? hear_why() : finish();
                if (was_costly) break;
            } else if (!is_to_be_repeated(code)) {
                const io_result r = Lingers && is_deaf() && !says_more(code) ? why_deaf() : handshake_answer(code);
                if (r.state == io_state::failed) session_.forget();
                return r;
            }
        }
        return io_result::would_block(wait_for::nothing, stage::handshake);
    }

    /// All records that come at once are taken at once, as far as they go into `into`, which is also what they are received
    /// in: see `read_ahead`. How the stream ends is told by itself, behind the text before it.
    io_result receive(std::span<std::byte> into) noexcept {
        if (end_.state != io_state::ready) return end_;
        // Not with something unsent: mbedTLS may want to send that first, and could not be given what was read ahead.
        ahead_.begin(mbedtls_api::has_unsent(ssl_) ? into.first(0) : into);
        io_result r = take_text(into);
        ahead_.drain();
        while (r.state == io_state::ready && !ahead_.empty()) {
            const io_result more = take_text(into.subspan(r.bytes));
            r.bytes += more.bytes;
            if (more.state == io_state::ready) continue;
            if (more.state != io_state::would_block) end_ = more;  // else mbedTLS has all there is of the next record
            break;
        }
        // What mbedTLS does not take cannot be kept, and is not to be missed without a word.
        if (!ahead_.empty() && end_.state == io_state::ready && r.state != io_state::failed &&
            r.state != io_state::closed) {
            end_ = io_result::failed(errc::link_failed, 0, stage::receive);
            if (r.state == io_state::would_block) r = end_;
        }
        ahead_.end();
        return r;
    }

    /// `receive` behind a `transmit` that failed below, which `why` tells: so does this, unless the peer has sent an alert.
    io_result receive_last(std::span<std::byte> into, const io_result& why) noexcept {
        const io_result r = receive(into);
        return r.state == io_state::failed && !tells_alert(r.code) ? why : r;
    }

    /// `receive` has something to tell without asking the link below.
    [[nodiscard]] bool has_pending() const noexcept {
        return end_.state != io_state::ready || mbedtls_ssl_check_pending(&ssl_) != 0;
    }

    /// What was encrypted and did not fit into the link yet is asked for again with the same size, which is what mbedTLS
    /// counts as sent in the end, however much more the caller may hold by then.
    io_result transmit(std::span<const std::byte> from) noexcept {
        const std::size_t size = unsent_ == 0 ? piece(from.size()) : unsent_;
        SUPEROFFICE_ASSERT(size <= from.size());
        for (int round = 0; round < rounds; ++round) {
            below_ = io_result::ready();
            const int n = mbedtls_ssl_write(&ssl_, reinterpret_cast<const unsigned char*>(from.data()), size);
            unsent_ = n == MBEDTLS_ERR_SSL_WANT_WRITE || n == MBEDTLS_ERR_SSL_WANT_READ ? size : 0;
            if (n > 0) return io_result::ready(static_cast<std::size_t>(n));
            if (n == 0 || is_to_be_repeated(n)) continue;
            const io_result r = later_answer(n, stage::transmit);
            return r.state == io_state::closed ? io_result::failed(errc::connection_closed, n, stage::transmit) : r;
        }
        return io_result::would_block(wait_for::nothing, stage::transmit);
    }

    /// One attempt at close_notify, whatever comes of it.
    void say_goodbye() noexcept { static_cast<void>(mbedtls_ssl_close_notify(&ssl_)); }

    /// For `push` and `pull`: keeps what the link below said, and says it in mbedTLS's words.
    int note(const io_result& said, int when_blocked) noexcept {
        below_ = said;
        switch (said.state) {
            case io_state::ready: return said.bytes != 0 ? static_cast<int>(said.bytes) : when_blocked;
            case io_state::would_block: return when_blocked;
            case io_state::closed: return MBEDTLS_ERR_SSL_CONN_EOF;
            default: return MBEDTLS_ERR_SSL_INTERNAL_ERROR;  // never seen: `below_` tells more
        }
    }

    /// For `push`, in the handshake: the link below has failed to transmit, but may have received already why the peer does
    /// not listen. mbedTLS is told that all went out, and so comes to where it hears that. Nothing is transmitted from here
    /// on, and the handshake fails whatever comes: an alert may only choose the error, which is why one may be believed that
    /// anybody on the way can have written.
    void go_on_deaf(const io_result& said) noexcept { end_ = said; }
    /// The peer is. In the handshake only.
    [[nodiscard]] bool is_deaf() const noexcept { return end_.state == io_state::failed; }

    /// The last call failed because the link below did.
    [[nodiscard]] bool has_failed_below() const noexcept { return below_.state == io_state::failed; }

    [[nodiscard]] bool is_resumed() const noexcept { return is_resumed_; }

    /// See `tls::export_session`.
    std::size_t save_session(std::span<std::byte> into) noexcept {
        keep_ticket();
        std::uint8_t trust[32];
        return session_.is_there() && hash_of_trust(trust) ? session_.save(into, trust) : 0;
    }

    /// See `tls::import_session`. While no connection is there.
    io_result load_session(const peer& to, std::span<const std::byte> from) noexcept {
        if (to.host.empty() || to.host.size() > max_host_bytes)
            return io_result::failed(errc::name_not_found, 0, stage::resolve);
        if (const io_result r = configure(); r.state != io_state::ready) return r;
        has_ticket_ = false;
        turn_to(to);
        std::uint8_t trust[32];
        const bool good = options_.resume && hash_of_trust(trust) && session_.load(from, trust);
        return good ? io_result::ready() : io_result::closed();
    }

    /// "TLSv1.2", "TLSv1.3".
    [[nodiscard]] const char* version() const noexcept { return mbedtls_ssl_get_version(&ssl_); }
    [[nodiscard]] const char* ciphersuite() const noexcept { return mbedtls_ssl_get_ciphersuite(&ssl_); }

    /// What `pull` gives to mbedTLS comes from here, or into here from the link below.
    [[nodiscard]] read_ahead& ahead() noexcept { return ahead_; }

  private:
    /// The text of one record, and what moves no text before it.
    io_result take_text(std::span<std::byte> into) noexcept {
        for (int round = 0; round < rounds || !ahead_.empty(); ++round) {
            below_ = io_result::ready();
            const std::size_t before = ahead_.size();
            const int n = mbedtls_ssl_read(&ssl_, reinterpret_cast<unsigned char*>(into.data()), piece(into.size()));
            if (n > 0) return io_result::ready(static_cast<std::size_t>(n));
            if (is_to_be_repeated(n)) continue;
            // An alert of ours could not be sent, and waits for the next `transmit`: what is here already does not.
            if (n == MBEDTLS_ERR_SSL_WANT_WRITE && !ahead_.empty() && ahead_.size() != before) continue;
            return later_answer(n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : n, stage::receive);
        }
        return io_result::would_block(wait_for::nothing, stage::receive);
    }

    /// A peer may send any number of records that move no data; so many are taken in one call.
    static constexpr int rounds = 16;

    /// Of a handshake in one call: as many as those that cost little can follow one another.
    static constexpr int steps = 16;

    /// mbedTLS counts in int; a record holds 16 KB at most (RFC 8446 section 5.1).
    static constexpr std::size_t piece(std::size_t size) noexcept { return size < 0x10000 ? size : 0x10000; }

    [[nodiscard]] std::string_view host() const noexcept { return {host_, std::size_t{host_size_}}; }

    io_result configure() noexcept {
        if (is_configured_) return io_result::ready();
        if (const int code = mbedtls_api::begin_psa(); code != 0)
            return io_result::failed(errc::no_entropy, code, stage::handshake);
        if (const int code = generator_.begin(options_.random); code != 0)
            return io_result::failed(errc::no_entropy, code, stage::handshake);
        if (const io_result r = authorities_.load(options_); r.state != io_state::ready) return r;

        int code = mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                               MBEDTLS_SSL_PRESET_DEFAULT);
        if (code == 0 && !mbedtls_api::set_versions(config_, options_.protocol))
            code = MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
        if (code == 0) code = mbedtls_api::set_alpn(config_, alpn_);
        errc what = errc::handshake_failed;
        if (code == 0 && options_.client != nullptr) {
            what = errc::bad_client_certificate;
            code = options_.client->is_loaded()
                       ? mbedtls_ssl_conf_own_cert(&config_, options_.client->chain(), options_.client->key())
                       : mbedtls_bad_input;
        }
        if (code != 0) {
            mbedtls_ssl_config_free(&config_);
            mbedtls_ssl_config_init(&config_);
            return io_result::failed(what, code, stage::handshake);
        }
        generator_.give_to(config_);
        mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config_, authorities_.chain(), nullptr);
        mbedtls_ssl_conf_verify(&config_, tls_judge::look, &judge_);
        mbedtls_api::set_curves(config_);
        mbedtls_api::set_ciphersuites(config_, options_.ciphersuites);
        mbedtls_api::set_key_exchange(config_);
        mbedtls_api::forbid_renegotiation(config_);
        is_configured_ = true;
        return io_result::ready();
    }

    void tear_down() noexcept {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_init(&ssl_);
        is_set_up_ = false;
        has_ticket_ = false;
    }

    /// What one server vouched for is not offered to another. A name's last dot, which says that it is whole, is for the
    /// look-up alone: no certificate has it, and it is not sent (RFC 6066 section 3).
    void turn_to(const peer& to) noexcept {
        std::string_view name = to.host;  // at most max_host_bytes: both callers have looked
        if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
        if (name != host() || to.port != port_) session_.forget();
        host_size_ = static_cast<std::uint8_t>(name.size());
        std::memcpy(host_, name.data(), name.size());
        host_[host_size_] = '\0';
        port_ = to.port;
    }

    /// Everything that the verification of a peer depends on.
    bool hash_of_trust(std::uint8_t (&into)[32]) noexcept {
        mbedtls_api::sha256 hash;
        const std::uint8_t facts[] = {static_cast<std::uint8_t>(options_.protocol),
                                      options_.skip_certificate_dates,
                                      options_.pin_instead_of_authorities,
                                      static_cast<std::uint8_t>(options_.pins.size()),
                                      static_cast<std::uint8_t>(port_ >> 8),
                                      static_cast<std::uint8_t>(port_ & 0xff),
                                      host_size_};
        hash.add(facts, sizeof facts);
        hash.add(host_, host_size_);
        hash.add(options_.pins.data(), options_.pins.size() * sizeof(key_pin));
        authorities_.add_to(hash);
        if (options_.client != nullptr) hash.add(options_.client->chain()->raw.p, options_.client->chain()->raw.len);
        return hash.finish(into);
    }

    /// A ticket of TLS 1.3 that came in behind the handshake. It is taken out when the next handshake is near, so that
    /// `receive` allocates as little as can be.
    void keep_ticket() noexcept {
        if (mbedtls_api::has_tls_1_3 && has_ticket_) session_.take(ssl_, valid_until_);
        has_ticket_ = false;
    }

    /// `answer` behind the handshake: the session of a connection that broke by an alert or a damaged record is not used
    /// again (RFC 5246 section 7.2.2).
    [[gnu::noinline]] io_result later_answer(int code, stage at) noexcept {
        const io_result r = answer(code, at);
        if (r.state == io_state::failed && below_.state == io_state::ready && r.code != errc::truncated_close) {
            session_.forget();
            has_ticket_ = false;
        }
        return r;
    }

    /// The handshake is over. Whether the peer was verified is not left to mbedTLS alone.
    io_result finish() noexcept {
        const std::uint32_t flags = judge_.flags() | mbedtls_ssl_get_verify_result(&ssl_);
        if (flags != 0 || (!judge_.has_seen() && !is_resuming_)) {
            session_.forget();
            return io_result::failed(judge_.verdict(flags), native_of(flags), stage::handshake);
        }
        is_resumed_ = !judge_.has_seen();
        valid_until_ = is_resumed_ ? session_.valid_until() : judge_.valid_until();
        has_ticket_ = false;
        // That of TLS 1.3 is good for one connection (RFC 8446 appendix C.4), that of 1.2 is there anew.
        session_.forget();
        const bool is_1_2 = !mbedtls_api::has_tls_1_3 || std::string_view(version()) == "TLSv1.2";
        if (options_.resume && is_1_2) session_.take(ssl_, valid_until_);
        return io_result::ready();
    }

    /// mbedTLS's flags for a certificate are positive, and its codes negative: the sign tells which of them a `native` is.
    static std::int32_t native_of(std::uint32_t flags) noexcept {
        return static_cast<std::int32_t>(flags & 0x7fffffff);
    }

    /// Something was done that moves no data of ours (a ticket, a refused renegotiation), and the link did not block.
    [[nodiscard]] bool is_to_be_repeated(int code) noexcept {
        if (mbedtls_api::is_ticket(code)) {
            // One is enough, and each costs memory: the others are dropped.
            has_ticket_ = options_.resume;
            mbedtls_api::take_tickets(config_, false);
            return true;
        }
        const bool wants = code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
        return wants && below_.state == io_state::ready;
    }

    /// Of the link below, which is why the handshake cannot succeed.
    [[nodiscard]] io_result why_deaf() const noexcept {
        return io_result::failed(end_.code, end_.native, stage::handshake);
    }

    /// An alert has come, or the server's certificate was refused, also where it did not wait to be told; or there is more to do.
    [[nodiscard]] bool says_more(int code) const noexcept {
        return mbedtls_api::alert(ssl_, code) >= 0 || judge_.flags() != 0 || mbedtls_api::is_computing(code);
    }

    /// mbedTLS believes that the handshake is over, but the peer did not listen to its end: it may have said why, in the last
    /// thing that came. What else came is nobody's.
    io_result hear_why() noexcept {
        io_result r = why_deaf();
        for (int round = 0; round < rounds; ++round) {
            unsigned char text[1];
            below_ = io_result::ready();
            const int n = mbedtls_ssl_read(&ssl_, text, sizeof text);
            if (n > 0 || is_to_be_repeated(n)) continue;
            if (const int alert = mbedtls_api::alert(ssl_, n); alert >= 0)
                r = io_result::failed(meaning_of(alert, stage::handshake), alert, stage::handshake);
            break;
        }
        session_.forget();
        has_ticket_ = false;
        return r;
    }

    io_result handshake_answer(int code) noexcept {
        io_result r = answer(code, stage::handshake);
        if (r.state == io_state::would_block || below_.state == io_state::failed) return r;
        // An orderly end, or a bare one: the peer does not want to talk.
        if (below_.state == io_state::closed) return io_result::failed(errc::connection_closed, code, stage::handshake);
        if (generator_.has_failed()) return io_result::failed(errc::no_entropy, code, stage::handshake);

        std::uint32_t flags = judge_.flags();
        if (const std::uint32_t all = mbedtls_ssl_get_verify_result(&ssl_); all != 0xffffffff) flags |= all;
        if (flags != 0) return io_result::failed(judge_.verdict(flags), native_of(flags), stage::handshake);
        if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_X509_FATAL_ERROR)
            return io_result::failed(errc::certificate_refused, code, stage::handshake);
        if (r.code != errc::link_failed) return r;  // an alert
        const bool other = mbedtls_api::chose_other_protocol(ssl_, alpn_[0]);
        return io_result::failed(mbedtls_api::is_version(code) ? errc::tls_version_refused
                                 : other                       ? errc::wrong_application_protocol
                                                               : errc::handshake_failed,
                                 code, stage::handshake);
    }

    [[nodiscard]] errc meaning_of(int alert, stage at) const noexcept {
        return meaning_of_alert(alert, at, was_asked_ && options_.client == nullptr);
    }

    /// What the link below said goes through unchanged; it is the cause of what mbedTLS says.
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

    tls_options options_;
    mbedtls_api::generator generator_;
    tls_authorities authorities_;
    tls_judge judge_;
    mbedtls_ssl_config config_;
    mbedtls_ssl_context ssl_;
    tls_session session_;
    io_result below_;  ///< the last word of the link below
    io_result end_;    ///< how the stream ended, if that came with the last text, or while mbedTLS did not know
    read_ahead ahead_;
    const char* alpn_[2] = {"http/1.1", nullptr};
    std::size_t unsent_ = 0;        ///< what the last `transmit` gave to mbedTLS and could not be sent yet
    std::int64_t valid_until_ = 0;  ///< of what this connection was verified by
    std::uint16_t port_ = 0;
    std::uint8_t host_size_ = 0;
    char host_[max_host_bytes + 1] = {};
    bool is_address_ = false;
    bool is_configured_ = false;
    bool is_set_up_ = false;
    bool is_resuming_ = false;  ///< a session was offered
    bool is_resumed_ = false;   ///< and taken
    bool was_asked_ = false;    ///< the server asked for a certificate of the client's
    bool has_ticket_ = false;   ///< mbedTLS holds one that `session_` does not
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
