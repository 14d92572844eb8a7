// superoffice/transport/connect_proxy.hpp - a link through an HTTP proxy: CONNECT over any other link.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_CONNECT_PROXY_HPP
#define SUPEROFFICE_TRANSPORT_CONNECT_PROXY_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/wipe.hpp>
#include <superoffice/http/request_head.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/detail/proxy_reply.hpp>
#include <superoffice/transport/ip_address.hpp>
#include <superoffice/transport/proxy_status.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The address of the proxy, and a credential for it. The texts are borrowed for as long as the link lives.
struct http_proxy {
    borrowed host{};  ///< a name, or an IP literal without brackets
    std::uint16_t port = 0;
    borrowed user{};  ///< for Basic (RFC 7617), sent with the first request; empty: no credential is sent
    borrowed password{};
};

/// The most bytes of the request to the proxy.
inline constexpr std::size_t max_proxy_request_bytes = 4096;

/// The most bytes of the heads that a proxy answers with, interim replies included. They are not kept.
inline constexpr std::size_t max_proxy_reply_bytes = 64 * 1024;

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

/// A tunnel through an HTTP proxy. It is a link over another link, which is started to the proxy; the proxy is then
/// asked to connect to the peer. What the link below can do beyond `byte_transport` works here as well. With TLS to the
/// peer:
///
///     superoffice::tls<superoffice::connect_proxy<superoffice::tcp_socket>> link{
///         superoffice::tls_options{}, superoffice::http_proxy{"proxy.example", 3128, "user", "password"}};
///
/// The proxy sees the name and the port of the peer, and what TLS does not hide. The proxy looks the name up, not this
/// program. `secure()` is always false, even with TLS to the proxy, since that verifies the proxy and not the peer. The
/// credential goes to the proxy over the link below: with plain TCP, anybody on the way can read it.
///
/// Errors of `start`, beside those of the link below, which pass through unchanged (all but the first two at
/// stage::connect; the three `proxy_` ones with the HTTP status of the proxy as native code):
///     name_not_found       the text cannot be a host, at stage::resolve; nothing was sent
///     bad_header_value     user or password contain a control character or are too long, or the user contains a colon, at
///                          stage::request; nothing was sent
///     proxy_unauthorized, proxy_refused, proxy_failed
///                          the proxy answered 300 or above: see `errc_of_proxy_status`
///     bad_http             the answer is no HTTP reply
///     head_too_large       the head of a 1xx or 2xx goes on beyond `max_proxy_reply_bytes`
///     connection_closed    the proxy closed the connection before its reply was complete
///
/// The status decides as soon as it is there: neither the rest of a refusal's head, however long or malformed, nor its
/// body is read. Any 2xx opens the tunnel; its headers are ignored (RFC 9110 section 9.3.6), and the bytes behind its
/// head come from the peer. The request is zeroed as it is sent, so that no credential stays in memory.
///
/// The object: `max_proxy_request_bytes` and some 200 bytes beside the link. No heap.
template <byte_transport Link>
class connect_proxy : public detail::clock_of<Link> {
  public:
    static constexpr bool may_wait = Link::may_wait;
    static constexpr bool lingers = lingering_transport<Link>;
    static constexpr bool relays = true;

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
        if (phase_ == phase::idle) r = write_request(to);
        if (phase_ == phase::linking) {
            r = link_.start({via_.host, via_.port});
            if (r.state == io_state::ready) phase_ = phase::asking;
        }
        if (phase_ == phase::asking) r = send_request();
        if constexpr (lingers)
            if (phase_ == phase::asking && r.state == io_state::failed) r = read_refusal(r);
        if (phase_ == phase::reading) r = read_reply();
        if (phase_ == phase::open) return io_result::ready();
        if (r.state == io_state::closed) r = io_result::failed(errc::connection_closed, 0, stage::connect);
        // Bytes were sent, but none of the caller.
        if (phase_ > phase::linking || r.at == stage::none) r.at = stage::connect;
        if (r.state == io_state::failed) stop();
        return r;
    }

    io_result receive(std::span<std::byte> into) noexcept {
        if (phase_ != phase::open) return io_result::failed(errc::link_failed, 0, stage::receive);
        if (from_ == size_) return link_.receive(into);
        const std::size_t n = size_ - from_ < into.size() ? size_ - from_ : into.size();
        std::memcpy(into.data(), buffer_ + from_, n);
        from_ += n;
        return io_result::ready(n);
    }

    io_result transmit(std::span<const std::byte> from) noexcept {
        if (phase_ != phase::open) return io_result::failed(errc::link_failed, 0, stage::transmit);
        return link_.transmit(from);
    }

    void stop() noexcept {
        detail::wipe(buffer_, size_);
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

    /// Returns at once if the first bytes of the peer came together with the reply of the proxy.
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
    enum class phase : std::uint8_t { idle, linking, asking, reading, open };

    [[nodiscard]] std::span<std::byte> buffer() noexcept { return buffer_; }

    io_result write_request(const peer& to) noexcept {
        detail::connect_request head(buffer());
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

    io_result send_request() noexcept {
        while (from_ != size_) {
            const io_result r = link_.transmit(buffer().subspan(from_, size_ - from_));
            if (r.state != io_state::ready) return r;
            detail::wipe(buffer_ + from_, r.bytes);
            from_ += r.bytes;
        }
        begin_reply();
        return io_result::ready();
    }

    void begin_reply() noexcept {
        from_ = size_ = received_ = 0;
        reply_ = {};
        phase_ = phase::reading;
    }

    /// The proxy did not take the whole request, but may have answered already. Only a refusal counts then.
    io_result read_refusal(const io_result& why) noexcept {
        detail::wipe(buffer_, size_);
        begin_reply();
        const io_result said = read_reply();
        phase_ = phase::asking;
        return said.state == io_state::failed ? said : why;
    }

    /// Bounded by `max_proxy_reply_bytes` in all.
    io_result read_reply() noexcept {
        for (;;) {
            std::size_t room = max_proxy_reply_bytes - received_;
            if (room == 0) return io_result::failed(errc::head_too_large, 0);
            if (room > sizeof buffer_) room = sizeof buffer_;
            const io_result r = link_.receive(buffer().first(room));
            if (r.state != io_state::ready) return r;
            received_ += r.bytes;
            for (from_ = 0; from_ != r.bytes;) {
                switch (reply_.take(static_cast<char>(buffer_[from_++]))) {
                    case detail::proxy_reply::answer::more: break;
                    case detail::proxy_reply::answer::opened:
                        size_ = r.bytes;
                        phase_ = phase::open;
                        return io_result::ready();
                    case detail::proxy_reply::answer::refused:
                        return io_result::failed(errc_of_proxy_status(reply_.status()), reply_.status());
                    case detail::proxy_reply::answer::bad:
                    default: return io_result::failed(errc::bad_http, 0);
                }
            }
        }
    }

    Link link_{};
    http_proxy via_;
    detail::proxy_reply reply_;
    std::size_t from_ = 0;      ///< bytes of the buffer that are done: sent to the proxy, or (open) given to the caller
    std::size_t size_ = 0;      ///< bytes in the buffer: the request, or (open) the first bytes of the peer
    std::size_t received_ = 0;  ///< bytes of the reply
    phase phase_ = phase::idle;
    std::byte buffer_[max_proxy_request_bytes] = {};
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
