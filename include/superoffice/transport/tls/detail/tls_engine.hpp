// superoffice/transport/tls/detail/tls_engine.hpp - the TLS client without its link: configures mbedTLS, and runs handshake, records and resumption.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_ENGINE_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_TLS_ENGINE_HPP

#include <superoffice/base/config.hpp>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/base/error.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/tls/client_certificate.hpp>
#include <superoffice/transport/tls/detail/alpn_choice.hpp>
#include <superoffice/transport/tls/detail/curves_and_ciphers.hpp>
#include <superoffice/transport/tls/detail/link_authorities.hpp>
#include <superoffice/transport/tls/detail/mbedtls.hpp>
#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>
#include <superoffice/transport/tls/detail/mbedtls_random.hpp>
#include <superoffice/transport/tls/detail/tls_connection.hpp>
#include <superoffice/transport/tls/detail/tls_handshake.hpp>
#include <superoffice/transport/tls/detail/tls_records.hpp>
#include <superoffice/transport/tls/detail/tls_resumption.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Everything of `tls<Link>` that does not depend on the link: compiled once, whatever the link is.
class tls_engine {
  public:
    explicit tls_engine(const tls_options& options) noexcept : options_(options) {}
    tls_engine(const tls_engine&) = delete;
    tls_engine& operator=(const tls_engine&) = delete;

    /// Before the link below is started: checks the options, seeds, and loads the authorities. It does all but the peer and
    /// the time of day once. `would_block`: a part of the authorities is loaded, call again.
    io_result prepare(const peer& to) noexcept {
        if (to.host.empty() || to.host.size() > max_host_bytes || to.host.find('\0') != std::string_view::npos)
            return io_result::failed(errc::name_not_found, 0, stage::resolve);
        resumption_.keep_ticket(connection_.ssl());
        ip_address address;
        if (parse_ip_address(to.host, address) && !mbedtls_api::lists_addresses)
            return io_result::failed(errc::address_not_verifiable, 0, stage::handshake);

        const bool asks_clock = options_.utc_now && !options_.skip_certificate_dates;
        if (!asks_clock && !options_.skip_certificate_dates && !mbedtls_api::has_calendar)
            return io_result::failed(errc::no_clock, 0, stage::handshake);
        if (const io_result r = configure(); r.state != io_state::ready) return r;
        std::int64_t utc_now = asks_clock ? options_.utc_now.seconds(options_.utc_now.context) : 0;
        if (asks_clock && utc_now <= 0) return io_result::failed(errc::no_clock, 0, stage::handshake);

        turn_to(to);
        is_address_ = address.size != 0;
        handshake_.judge().begin(options_, utc_now, host(), address, authorities_.get());
        if (utc_now == 0 && !options_.skip_certificate_dates) utc_now = mbedtls_api::utc_now();
        resumption_.drop_if_expired(utc_now);
        return io_result::ready();
    }

    /// The link below is ready: mbedTLS moves bytes by `push` and `pull`, which get `link`.
    io_result begin(void* link, mbedtls_ssl_send_t* push, mbedtls_ssl_recv_t* pull) noexcept {
        int code = connection_.reset();
        // An address is no host name and is not sent as one (RFC 6066 section 3): the judge compares it. Null says so
        // to mbedTLS, which without this call would compare nothing, or refuse.
        if (code == 0) code = mbedtls_ssl_set_hostname(&connection_.ssl(), is_address_ ? nullptr : host_);
        if (code != 0) {
            connection_.free();
            return io_result::failed(errc::handshake_failed, code, stage::handshake);
        }
        mbedtls_ssl_set_bio(&connection_.ssl(), link, push, pull, nullptr);
        resumption_.offer(connection_.config(), connection_.ssl(), options_.resume);
        handshake_.begin(options_.client != nullptr);
        records_.start_over();
        generator_.start_over();
        return io_result::ready();
    }

    template <bool Lingers>
    io_result handshake() noexcept {
        io_result r = handshake_.advance<Lingers>(connection_, resumption_);
        if (r.state == io_state::ready) records_.begin();
        // mbedTLS reports this as many other things; its codes are negative.
        if (r.state == io_state::failed && r.native < 0 &&
            (generator_.has_failed() || mbedtls_api::is_no_entropy(r.native)))
            r.code = errc::no_entropy;
        return r;
    }
    void continue_unheard(const io_result& why) noexcept { handshake_.continue_unheard(why); }
    [[nodiscard]] bool is_unheard() const noexcept { return handshake_.is_unheard(); }

    io_result receive(std::span<std::byte> into) noexcept { return records_.receive(connection_, resumption_, into); }
    io_result receive_last(std::span<std::byte> into, const io_result& why) noexcept {
        return records_.receive_last(connection_, resumption_, into, why);
    }
    io_result transmit(std::span<const std::byte> from) noexcept {
        return records_.transmit(connection_, resumption_, from);
    }
    [[nodiscard]] bool has_pending() const noexcept { return records_.has_pending(connection_); }
    [[nodiscard]] read_ahead& ahead() noexcept { return records_.ahead(); }

    /// One attempt, successful or not.
    void send_close_notify() noexcept { static_cast<void>(mbedtls_ssl_close_notify(&connection_.ssl())); }

    int note(const io_result& said, int when_blocked) noexcept { return connection_.note(said, when_blocked); }
    /// The last call failed because the link below did.
    [[nodiscard]] bool has_failed_below() const noexcept { return connection_.link_state() == io_state::failed; }

    [[nodiscard]] bool is_resumed() const noexcept { return resumption_.was_taken(); }

    /// See `tls::export_session`.
    std::size_t save_session(std::span<std::byte> into) noexcept {
        resumption_.keep_ticket(connection_.ssl());
        std::uint8_t trust[32];
        tls_session& session = resumption_.session();
        return session.is_there() && hash_of_trust(trust) ? session.save(into, trust) : 0;
    }

    /// See `tls::import_session`. Only while there is no connection.
    io_result load_session(const peer& to, std::span<const std::byte> from) noexcept {
        if (to.host.empty() || to.host.size() > max_host_bytes)
            return io_result::failed(errc::name_not_found, 0, stage::resolve);
        io_result r = configure();
        while (r.state == io_state::would_block) r = configure();
        if (r.state != io_state::ready) return r;
        resumption_.drop_all();
        turn_to(to);
        std::uint8_t trust[32];
        const bool good = options_.resume && hash_of_trust(trust) && resumption_.session().load(from, trust);
        return good ? io_result::ready() : io_result::closed();
    }

    /// "TLSv1.2", "TLSv1.3".
    [[nodiscard]] const char* version() const noexcept { return mbedtls_ssl_get_version(&connection_.ssl()); }
    [[nodiscard]] const char* ciphersuite() const noexcept { return mbedtls_ssl_get_ciphersuite(&connection_.ssl()); }

  private:
    [[nodiscard]] std::string_view host() const noexcept { return {host_, std::size_t{host_size_}}; }

    io_result configure() noexcept {
        if (is_configured_) return io_result::ready();
        mbedtls_ssl_config& config = connection_.config();
        if (const int code = mbedtls_api::begin_psa(); code != 0)
            return io_result::failed(errc::no_entropy, code, stage::handshake);
        if (const int code = generator_.begin(options_.random); code != 0)
            return io_result::failed(errc::no_entropy, code, stage::handshake);
        if (const io_result r = authorities_.load(options_); r.state != io_state::ready) return r;

        int code = mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                               MBEDTLS_SSL_PRESET_DEFAULT);
        if (code == 0 && !mbedtls_api::set_versions(config, options_.protocol))
            code = MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
        if (code == 0)
            code = mbedtls_api::set_fragment_length(config, static_cast<std::uint8_t>(options_.max_fragment));
        if (code == 0) code = mbedtls_api::set_alpn(config, protocols_);
        errc what = errc::handshake_failed;
        if (code == 0 && options_.client != nullptr) {
            what = errc::bad_client_certificate;
            code = options_.client->is_loaded()
                       ? mbedtls_ssl_conf_own_cert(&config, options_.client->chain(), options_.client->key())
                       : mbedtls_bad_input;
        }
        if (code != 0) {
            mbedtls_ssl_config_free(&config);
            mbedtls_ssl_config_init(&config);
            return io_result::failed(what, code, stage::handshake);
        }
        generator_.give_to(config);
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
        authorities_.get().give_to(config);
        mbedtls_ssl_conf_verify(&config, certificate_judge::look_at, &handshake_.judge());
        offer_curves_and_ciphers(config, options_.ciphersuites);
        mbedtls_api::set_key_exchange(config);
        mbedtls_api::forbid_renegotiation(config);
        is_configured_ = true;
        return io_result::ready();
    }

    /// Another peer does not get the session of this one. The dot at the end of a complete name is only for the name
    /// server: certificates do not have it, and it is not sent (RFC 6066 section 3).
    void turn_to(const peer& to) noexcept {
        std::string_view name = to.host;  // at most max_host_bytes: both callers have checked
        if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
        if (name != host() || to.port != port_) resumption_.drop();
        host_size_ = static_cast<std::uint8_t>(name.size());
        std::memcpy(host_, name.data(), name.size());
        host_[host_size_] = '\0';
        port_ = to.port;
    }

    /// Everything that the verification of a peer depends on.
    bool hash_of_trust(std::uint8_t (&into)[32]) noexcept {
        sha256 hash;
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
        authorities_.get().add_to(hash);
        if (options_.client != nullptr) hash.add(options_.client->chain()->raw.p, options_.client->chain()->raw.len);
        return hash.finish(into);
    }

    tls_options options_;
    random_generator generator_;
    link_authorities authorities_;
    tls_connection connection_;
    tls_resumption resumption_;
    tls_handshake handshake_;
    tls_records records_;
    const char* protocols_[2] = {offered_protocol, nullptr};
    std::uint16_t port_ = 0;
    std::uint8_t host_size_ = 0;
    char host_[max_host_bytes + 1] = {};
    bool is_address_ = false;
    bool is_configured_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#endif  // SUPEROFFICE_WITH_MBEDTLS
#endif
