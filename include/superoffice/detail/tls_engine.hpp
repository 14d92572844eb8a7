// superoffice/detail/tls_engine.hpp - the TLS client by itself: mbedTLS's objects, and what its answers mean.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_DETAIL_TLS_ENGINE_HPP
#define SUPEROFFICE_DETAIL_TLS_ENGINE_HPP

#include <superoffice/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/detail/mbedtls.hpp>
#include <superoffice/detail/tls_trust.hpp>
#include <superoffice/error.hpp>
#include <superoffice/transport.hpp>
#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/tls_options.hpp>

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
        mbedtls_ssl_session_init(&session_);
    }
    tls_engine(const tls_engine&) = delete;
    tls_engine& operator=(const tls_engine&) = delete;
    ~tls_engine() {
        mbedtls_ssl_session_free(&session_);
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_config_free(&config_);
    }

    /// Before the link below is started: checks the options, seeds, loads authorities. All of it once, but for the peer
    /// and the time of day.
    io_result prepare(const peer& to) noexcept {
        if (to.host.empty() || to.host.size() > max_host_bytes || to.host.find('\0') != std::string_view::npos)
            return io_result::failed(errc::name_not_found, 0, stage::resolve);
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

        if (to.host != host() || to.port != port_) forget_session();
        host_size_ = static_cast<std::uint8_t>(to.host.size());  // at most max_host_bytes, see above
        std::memcpy(host_, to.host.data(), to.host.size());
        host_[host_size_] = '\0';
        port_ = to.port;
        is_address_ = address.size != 0;
        judge_.begin(options_.skip_certificate_dates, utc_now, address);
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
        is_resuming_ = has_session_ && mbedtls_ssl_set_session(&ssl_, &session_) == 0;
        unsent_ = 0;
        return io_result::ready();
    }

    io_result handshake() noexcept {
        for (int round = 0; round < rounds; ++round) {
            below_ = io_result::ready();
            const int code = mbedtls_ssl_handshake(&ssl_);
            if (code == 0) return finish();
            if (is_to_be_repeated(code)) continue;
            const io_result r = handshake_answer(code);
            if (r.state == io_state::failed) forget_session();
            return r;
        }
        return io_result::would_block(wait_for::nothing, stage::handshake);
    }

    io_result receive(std::span<std::byte> into) noexcept {
        for (int round = 0; round < rounds; ++round) {
            below_ = io_result::ready();
            const int n = mbedtls_ssl_read(&ssl_, reinterpret_cast<unsigned char*>(into.data()), piece(into.size()));
            if (n > 0) return io_result::ready(static_cast<std::size_t>(n));
            if (is_to_be_repeated(n)) continue;
            return answer(n == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : n, stage::receive);
        }
        return io_result::would_block(wait_for::nothing, stage::receive);
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
            const io_result r = answer(n, stage::transmit);
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

    /// "TLSv1.2", "TLSv1.3".
    [[nodiscard]] const char* version() const noexcept { return mbedtls_ssl_get_version(&ssl_); }
    [[nodiscard]] const char* ciphersuite() const noexcept { return mbedtls_ssl_get_ciphersuite(&ssl_); }

  private:
    /// A peer may send any number of records that move no data; so many are taken in one call.
    static constexpr int rounds = 16;

    /// mbedTLS counts in int; a record holds 16 KB at most (RFC 8446 section 5.1).
    static constexpr std::size_t piece(std::size_t size) noexcept { return size < 0x10000 ? size : 0x10000; }

    [[nodiscard]] std::string_view host() const noexcept { return {host_, host_size_}; }

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
        if (code != 0) {
            mbedtls_ssl_config_free(&config_);
            mbedtls_ssl_config_init(&config_);
            return io_result::failed(errc::handshake_failed, code, stage::handshake);
        }
        generator_.give_to(config_);
        mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config_, authorities_.chain(), nullptr);
        mbedtls_ssl_conf_verify(&config_, tls_judge::look, &judge_);
        mbedtls_api::set_curves(config_);
        mbedtls_api::forbid_renegotiation(config_);
        is_configured_ = true;
        return io_result::ready();
    }

    void tear_down() noexcept {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_init(&ssl_);
        is_set_up_ = false;
    }

    void forget_session() noexcept {
        mbedtls_ssl_session_free(&session_);
        mbedtls_ssl_session_init(&session_);
        has_session_ = false;
    }

    /// The handshake is over. Whether the peer was verified is not left to mbedTLS alone.
    io_result finish() noexcept {
        const std::uint32_t flags = judge_.flags() | mbedtls_ssl_get_verify_result(&ssl_);
        if (flags != 0 || (!judge_.has_seen() && !is_resuming_)) {
            forget_session();
            return io_result::failed(judge_.verdict(flags), static_cast<std::int32_t>(flags), stage::handshake);
        }
        forget_session();
        if (options_.resume && std::string_view(version()) == "TLSv1.2")
            has_session_ = mbedtls_ssl_get_session(&ssl_, &session_) == 0;
        return io_result::ready();
    }

    /// Something was done that moves no data of ours (a ticket, a refused renegotiation), and the link did not block.
    [[nodiscard]] bool is_to_be_repeated(int code) const noexcept {
        if (mbedtls_api::is_ticket(code)) return true;
        const bool wants = code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
        return wants && below_.state == io_state::ready;
    }

    io_result handshake_answer(int code) noexcept {
        io_result r = answer(code, stage::handshake);
        if (r.state == io_state::would_block || below_.state == io_state::failed) return r;
        // An orderly end, or a bare one: the peer does not want to talk.
        if (below_.state == io_state::closed) return io_result::failed(errc::connection_closed, code, stage::handshake);
        if (generator_.has_failed()) return io_result::failed(errc::no_entropy, code, stage::handshake);

        std::uint32_t flags = judge_.flags();
        if (const std::uint32_t all = mbedtls_ssl_get_verify_result(&ssl_); all != 0xffffffff) flags |= all;
        if (flags != 0)
            return io_result::failed(judge_.verdict(flags), static_cast<std::int32_t>(flags), stage::handshake);
        if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_X509_FATAL_ERROR)
            return io_result::failed(errc::certificate_refused, code, stage::handshake);
        return io_result::failed(errc::handshake_failed, code, stage::handshake);
    }

    /// What the link below said goes through unchanged; it is the cause of what mbedTLS says.
    [[nodiscard]] io_result answer(int code, stage at) const noexcept {
        if (below_.state == io_state::would_block) return io_result::would_block(below_.wants, at);
        if (mbedtls_api::is_computing(code)) return io_result::would_block(wait_for::nothing, at);
        if (below_.state == io_state::failed)
            return io_result::failed(below_.code, below_.native, at == stage::handshake ? at : below_.at);
        if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return io_result::closed();
        if (code == MBEDTLS_ERR_SSL_CONN_EOF) return io_result::failed(errc::truncated_close, code, at);
        return io_result::failed(errc::link_failed, code, at);
    }

    tls_options options_;
    mbedtls_api::generator generator_;
    tls_authorities authorities_;
    tls_judge judge_;
    mbedtls_ssl_config config_;
    mbedtls_ssl_context ssl_;
    mbedtls_ssl_session session_;
    io_result below_;  ///< the last word of the link below
    const char* alpn_[2] = {"http/1.1", nullptr};
    std::size_t unsent_ = 0;  ///< what the last `transmit` gave to mbedTLS and could not be sent yet
    std::uint16_t port_ = 0;
    std::uint8_t host_size_ = 0;
    char host_[max_host_bytes + 1] = {};
    bool is_address_ = false;
    bool is_configured_ = false;
    bool is_set_up_ = false;
    bool has_session_ = false;
    bool is_resuming_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
