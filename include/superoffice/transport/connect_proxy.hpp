// superoffice/transport/connect_proxy.hpp - a link through an HTTP proxy: CONNECT over any byte transport.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_CONNECT_PROXY_HPP
#define SUPEROFFICE_TRANSPORT_CONNECT_PROXY_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/wipe.hpp>
#include <superoffice/http/detail/http1_reader.hpp>
#include <superoffice/http/request_head.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/ip_address.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Which proxy, and who is asking. The texts are borrowed for as long as the link lives.
struct http_proxy {
    borrowed host{};  ///< a name, or an IP literal without brackets
    std::uint16_t port = 0;
    borrowed user{};  ///< Basic (RFC 7617), sent with the first question; empty: no credential is sent
    borrowed password{};
};

/// What the proxy is asked, and all heads that it answers with, fit into so many bytes each.
inline constexpr std::size_t max_proxy_head_bytes = 4096;

namespace detail {

/// CONNECT host:port (RFC 9110 section 9.3.6, RFC 9112 section 3.2.3), with an IPv6 literal in brackets.
class connect_request : public request_head {
  public:
    using request_head::request_head;

    void begin(const peer& to) noexcept {
        ip_address address;
        const bool is_v6 = parse_ip_address(to.host, address) && address.is_v6();
        constexpr std::string_view ends_host = ":/?#@[]\\";
        for (std::size_t i = 0; i < to.host.size(); ++i) {
            const char c = to.host[i];
            if (c <= ' ' || c > '~' || (!is_v6 && ends_host.find(c) != std::string_view::npos)) refuse(i);
        }
        const std::string_view before = is_v6 ? "[" : "", after = is_v6 ? "]:" : ":";
        const ascii::decimal port{to.port};
        for (const std::string_view part : {std::string_view("CONNECT "), before, to.host, after, port.text()})
            put(part);
        put(" HTTP/1.1\r\n");
        header("Host", before, to.host, after, port.text());
    }
    void end() noexcept { put("\r\n"); }
};

}  // namespace detail

/// A tunnel through an HTTP proxy, itself a link: the one below is started to the proxy, and the proxy is asked to go on
/// to the peer. What the link below can do beyond `byte_transport` can be done here as well. With TLS to the peer:
///
///     superoffice::tls<superoffice::connect_proxy<superoffice::tcp_socket>> link{
///         superoffice::tls_options{}, superoffice::http_proxy{"proxy.example", 3128, "user", "password"}};
///
/// The proxy sees the peer's name and port, and what TLS does not hide. The peer's name is not looked up here but by the
/// proxy. `secure()` is always false, also over TLS to the proxy, since that verifies the proxy and not the peer. The
/// credential goes to the proxy as the link below carries it: over plain TCP anybody on the way can read it.
///
/// Errors of `start`, beside those of the link below, which pass through unchanged (all but the first two at
/// stage::connect; the three `proxy_` ones with the proxy's HTTP status as native code):
///     name_not_found       the peer's host cannot be one, at stage::resolve; nothing was sent
///     bad_header_value     user or password hold a control character or are too long, or user a colon, at
///                          stage::request; nothing was sent
///     proxy_unauthorized   407: the proxy wants a credential, or another one; some say 401
///     proxy_refused        other 3xx and 4xx: the proxy does not allow it (403), or is none
///     proxy_failed         5xx: the proxy could not reach the peer, or is not well
///     bad_http             what it says is no HTTP reply
///     head_too_large       its reply's head goes on beyond `max_proxy_head_bytes`
///     connection_closed    it ended the connection before its reply was whole
///
/// Any 2xx opens the tunnel, whatever the head says about a body; what comes behind the head is the peer's. The body of a
/// refusal is not looked at. The request is zeroed as it is sent, so that no credential stays.
///
/// The object: `max_proxy_head_bytes` and some 200 bytes beside the link. No heap.
template <byte_transport Link>
class connect_proxy : public detail::clock_of<Link> {
  public:
    static constexpr bool may_wait = Link::may_wait;
    static constexpr bool lingers = lingering_transport<Link>;

    /// Further arguments construct the link.
    template <class... Args>
        requires std::constructible_from<Link, Args...>
    explicit connect_proxy(const http_proxy& via, Args&&... args) noexcept
        : link_(std::forward<Args>(args)...), via_(via) {}
    connect_proxy(const connect_proxy&) = delete;
    connect_proxy& operator=(const connect_proxy&) = delete;
    ~connect_proxy() { stop(); }

    /// The link below.
    [[nodiscard]] Link& link() noexcept { return link_; }
    [[nodiscard]] const Link& link() const noexcept { return link_; }

    io_result start(const peer& to) noexcept {
        if (phase_ == phase::open) return io_result::ready();
        io_result r = io_result::ready();
        if (phase_ == phase::idle) r = write_question(to);
        if (phase_ == phase::linking) {
            r = link_.start({via_.host, via_.port});
            if (r.state == io_state::ready) phase_ = phase::asking;
        }
        if (phase_ == phase::asking) r = ask();
        if constexpr (lingers)
            if (phase_ == phase::asking && r.state == io_state::failed) r = hear_refusal(r);
        if (phase_ == phase::hearing) r = hear();
        if (phase_ == phase::open) return io_result::ready();
        if (r.state == io_state::closed) r = io_result::failed(errc::connection_closed, 0, stage::connect);
        // Nothing of the caller's was sent, although bytes were.
        if (phase_ > phase::linking || r.at == stage::none) r.at = stage::connect;
        if (r.state == io_state::failed) stop();
        return r;
    }

    io_result receive(std::span<std::byte> into) noexcept {
        if (phase_ != phase::open) return io_result::failed(errc::link_failed, 0, stage::receive);
        if (from_ == size_) return link_.receive(into);
        const std::size_t n = size_ - from_ < into.size() ? size_ - from_ : into.size();
        std::memcpy(into.data(), head_ + from_, n);
        from_ += n;
        return io_result::ready(n);
    }

    io_result transmit(std::span<const std::byte> from) noexcept {
        if (phase_ != phase::open) return io_result::failed(errc::link_failed, 0, stage::transmit);
        return link_.transmit(from);
    }

    void stop() noexcept {
        detail::wipe(head_, size_);
        from_ = size_ = 0;
        phase_ = phase::idle;
        link_.stop();
    }

    [[nodiscard]] bool secure() const noexcept { return false; }

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

    /// Returns at once where the peer's first bytes came together with the proxy's reply.
    void wait(wait_for wants, milliseconds at_most) noexcept
        requires waiting_transport<Link>
    {
        const bool is_there = phase_ == phase::open && from_ != size_ && wants == wait_for::readable;
        if (!is_there) link_.wait(wants, at_most);
    }

    [[nodiscard]] auto native_handle() const noexcept
        requires requires(const Link& l) { l.native_handle(); }
    {
        return link_.native_handle();
    }

  private:
    enum class phase : std::uint8_t { idle, linking, asking, hearing, open };

    [[nodiscard]] std::span<std::byte> memory() noexcept { return head_; }

    io_result write_question(const peer& to) noexcept {
        detail::connect_request head(memory());
        head.begin(to);
        if (to.host.empty() || to.host.size() > max_host_bytes || head.failure().code != errc::ok)
            return head.wipe(), io_result::failed(errc::name_not_found, 0, stage::resolve);
        if (!via_.user.empty()) head.header("Proxy-Authorization", "Basic ", base64_pair{via_.user, via_.password});
        head.end();
        if (head.failure().code != errc::ok)
            return head.wipe(), io_result::failed(errc::bad_header_value, 0, stage::request);
        size_ = head.size();
        from_ = 0;
        phase_ = phase::linking;
        return io_result::ready();
    }

    io_result ask() noexcept {
        while (from_ != size_) {
            const io_result r = link_.transmit(memory().subspan(from_, size_ - from_));
            if (r.state != io_state::ready) return r;
            detail::wipe(head_ + from_, r.bytes);
            from_ += r.bytes;
        }
        begin_to_hear();
        return io_result::ready();
    }

    void begin_to_hear() noexcept {
        from_ = size_ = heard_ = 0;
        reader_ = {};
        phase_ = phase::hearing;
    }

    /// The proxy did not take the whole question, but may have said already why not. Nothing else counts.
    io_result hear_refusal(const io_result& why) noexcept {
        detail::wipe(head_, size_);
        begin_to_hear();
        const io_result said = hear();
        phase_ = phase::asking;
        return said.state == io_state::failed ? said : why;
    }

    /// Bounded, although it loops: by `max_proxy_head_bytes` in all.
    io_result hear() noexcept {
        for (;;) {
            if (heard_ == max_proxy_head_bytes) return io_result::failed(errc::head_too_large, 0);
            const io_result r = link_.receive(memory().subspan(size_, max_proxy_head_bytes - heard_));
            if (r.state != io_state::ready) return r;
            size_ += r.bytes;
            heard_ += r.bytes;
            for (;;) {
                const auto answer = reader_.advance(reinterpret_cast<const char*>(head_), size_);
                if (answer == detail::http1_reader::answer::bad) return io_result::failed(errc::bad_http, 0);
                if (answer == detail::http1_reader::answer::more) break;
                if (reader_.status() >= 200) return take_answer();
                if (reader_.status() == 101) return io_result::failed(errc::bad_http, 0);
                // What came behind an interim reply is read as if it had come first.
                size_ -= reader_.position();
                std::memmove(head_, head_ + reader_.position(), size_);
                reader_ = {};
            }
        }
    }

    io_result take_answer() noexcept {
        const std::uint16_t status = reader_.status();
        if (status < 300) {
            from_ = reader_.position();
            phase_ = phase::open;
            return io_result::ready();
        }
        // 401 is for origins only (RFC 9110 section 15.5.2), but tinyproxy says it of a wrong password.
        const errc code = status == 407 || status == 401 ? errc::proxy_unauthorized
                          : status < 500                 ? errc::proxy_refused
                                                         : errc::proxy_failed;
        return io_result::failed(code, status);
    }

    Link link_{};
    http_proxy via_;
    detail::http1_reader reader_;
    std::size_t from_ = 0;   ///< of the question: sent; open: handed on of what is the peer's
    std::size_t size_ = 0;   ///< of what `head_` holds
    std::size_t heard_ = 0;  ///< bytes received while not open, interim replies included
    phase phase_ = phase::idle;
    std::byte head_[max_proxy_head_bytes] = {};
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
