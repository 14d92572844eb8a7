// superoffice/transport/tcp_socket.hpp - a TCP connection on POSIX sockets or Winsock; needs SUPEROFFICE_WITH_SOCKETS.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TCP_SOCKET_HPP
#define SUPEROFFICE_TRANSPORT_TCP_SOCKET_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/transport/resolver.hpp>

#if SUPEROFFICE_WITH_SOCKETS

#include <superoffice/base/detail/loopback.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/detail/process.hpp>
#include <superoffice/transport/detail/socket_api.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One TCP connection, IPv4 or IPv6, as a `byte_transport`. It is not secure by itself: put `tls<...>` around it.
///
/// It never blocks, except while the resolver looks a name up if that one says so. Literals, "localhost" and
/// "*.localhost" are never looked up (RFC 6761 section 6.3: the latter are ::1 and 127.0.0.1). It raises no SIGPIPE, is
/// closed on exec, and allocates nothing on the heap. Every address of a name is tried in turn; each gets its share of
/// the time until the deadline told by `tick`, so that a dead one leaves time for the next. Without a deadline each has
/// as long as the system gives it. The address that answered last is tried first the next time, if the name still has
/// it.
///
/// Errors of `start`, with the code of errno or of WSAGetLastError for the last address tried:
///     stage::resolve   errc::name_not_found, name_lookup_failed (the code of getaddrinfo)
///     stage::connect   errc::connection_refused (also where the socket met itself, at a dead port of this machine),
///                      peer_unreachable (ETIMEDOUT if its share of the time was used up), connection_reset,
///                      link_failed
/// Errors of `receive` and `transmit`: errc::connection_reset, peer_unreachable, link_failed.
///
/// After a `transmit` that failed the socket stays until `stop` or the next `start`: what had come by then can be
/// received, see `lingering_transport`; after that `receive` fails as `transmit` did. A server that does not want to
/// hear more says why and closes, and its system resets the connection when more comes (RFC 9112 section 9.6). Linux
/// keeps what had come before the reset; other systems may drop it.
///
/// After fork() the connection belongs to the parent. The child notices at its next call: it closes its copy without
/// sending anything (over TLS: no close_notify) and `receive` and `transmit` fail, so a client opens a new connection.
///
/// Pinned. Its destructor closes the connection: stop it before the code it was compiled into is unloaded (a plugin
/// that is reloaded).
template <resolver Resolver>
class basic_tcp_socket {
    using api = detail::socket_api;

  public:
    static constexpr bool may_wait = Resolver::may_wait;
    static constexpr bool lingers = true;

    /// The monotonic clock of the system (CLOCK_MONOTONIC, GetTickCount64), for the blocking call. Everything else gets
    /// the time as an argument; only mbedTLS and c-ares read clocks themselves.
    struct clock {
        [[nodiscard]] static instant now() noexcept { return api::now(); }
    };

    /// int, or SOCKET.
    using handle = api::handle;

    basic_tcp_socket() noexcept = default;
    explicit basic_tcp_socket(Resolver r) noexcept : resolver_(std::move(r)) {}
    basic_tcp_socket(const basic_tcp_socket&) = delete;
    basic_tcp_socket& operator=(const basic_tcp_socket&) = delete;
    ~basic_tcp_socket() { stop(); }

    io_result start(const peer& to) noexcept {
        drop_if_forked();
        if (phase_ == phase::open) return io_result::ready();
        if (phase_ == phase::lingering) stop();
        if (phase_ == phase::idle) {
            if (const int code = user_.acquire(); code != 0) return api::failure(code, stage::resolve);
            addresses_.clear();
            next_ = 0;
            last_code_ = 0;
            owner_.set();
            phase_ = is_found_here(to) ? phase::connecting : phase::resolving;
            if (phase_ == phase::connecting && addresses_.empty()) {  // a zone that is none of this machine
                stop();
                return io_result::failed(errc::name_not_found, api::unknown_name, stage::resolve);
            }
        }
        if (phase_ == phase::resolving) {
            io_result r = resolver_.lookup(to.host, addresses_);
            r.at = stage::resolve;
            if (r.state == io_state::would_block) return r;
            addresses_.put_first(last_good_);
            if (r.state == io_state::ready && addresses_.empty())
                r = io_result::failed(errc::name_not_found, api::unknown_name, stage::resolve);
            if (r.state != io_state::ready) {
                stop();
                return r;
            }
            phase_ = phase::connecting;
        }
        return continue_connecting(to.port);
    }

    io_result receive(std::span<std::byte> into) noexcept {
        drop_if_forked();
        int code = api::not_connected;
        const std::ptrdiff_t n = phase_ >= phase::open ? api::receive(socket_, into, code) : -1;
        if (n > 0) return io_result::ready(static_cast<std::size_t>(n));
        if (n < 0 && api::is_would_block(code)) return io_result::would_block(wait_for::readable, stage::receive);
        // The system reported the failure once, to `transmit`: an orderly end looks the same as a reset now.
        if (phase_ == phase::lingering) return api::failure(last_code_, stage::transmit);
        if (n == 0) return io_result::closed();
        stop();
        return api::failure(code, stage::receive);
    }

    io_result transmit(std::span<const std::byte> from) noexcept {
        drop_if_forked();
        int code = api::not_connected;
        const std::ptrdiff_t n = phase_ == phase::open ? api::transmit(socket_, from, code) : -1;
        if (n > 0) return io_result::ready(static_cast<std::size_t>(n));
        if (n == 0 || api::is_would_block(code)) return io_result::would_block(wait_for::writable, stage::transmit);
        if (phase_ < phase::open) {
            stop();
        } else if (phase_ == phase::open) {
            last_code_ = code;
            phase_ = phase::lingering;
        }
        return api::failure(code, stage::transmit);
    }

    /// Closes the connection, or gives up opening it.
    void stop() noexcept {
        if (phase_ == phase::resolving) resolver_.stop();
        end_socket();
        user_.release();
        phase_ = phase::idle;
    }

    [[nodiscard]] bool secure() const noexcept { return false; }

    /// Called before each `start`: the addresses share the time that is left.
    void tick(instant now, instant deadline) noexcept {
        now_ = now;
        deadline_ = deadline;
        if constexpr (requires { resolver_.tick(now, deadline); }) resolver_.tick(now, deadline);
    }

    /// When the address that is being tried has used up its share of the time, or the resolver must be called again.
    [[nodiscard]] instant wake_at() const noexcept {
        if (phase_ == phase::connecting) return until_;
        if constexpr (requires { resolver_.wake_at(); })
            if (phase_ == phase::resolving) return resolver_.wake_at();
        return instant::never();
    }

    /// Waits for the socket (poll, or select on Windows), or sleeps (`wait_for::time`), for at most `at_most` and at
    /// most the share of the address that is being tried. Returns at once if there is nothing to wait for.
    void wait(wait_for wants, milliseconds at_most) noexcept {
        if (wants == wait_for::time) return api::pause(at_most);
        if (phase_ == phase::resolving) {
            if constexpr (requires { resolver_.wait(wants, at_most); }) resolver_.wait(wants, at_most);
            return;
        }
        if (socket_ == api::none || wants == wait_for::nothing) return;
        if (phase_ == phase::connecting && until_ != instant::never() && until_ - now_ < at_most)
            at_most = until_ - now_;
        api::wait_until(socket_, wants == wait_for::writable, at_most);
    }

    /// For poll, epoll, select and similar functions, together with what `would_block` says it waits for. -1
    /// (INVALID_SOCKET) if there is none. The handle changes when the socket tries the next address, so read it again
    /// after each step of `start`; it may have the same number, but epoll has forgotten the old one. While a name is
    /// looked up it is the handle of the resolver, if that has one. Borrowed: never close it.
    [[nodiscard]] handle native_handle() const noexcept {
        if constexpr (requires { resolver_.native_handle(); })
            if (phase_ == phase::resolving) return resolver_.native_handle();
        return socket_;
    }

    [[nodiscard]] Resolver& address_source() noexcept { return resolver_; }

    /// For logs: the addresses of the peer in the order of this connection, and how many of them were tried. All that were
    /// tried failed, except the last one if the connection is open. Both stay until the next connection begins.
    [[nodiscard]] const address_list& addresses() const noexcept { return addresses_; }
    [[nodiscard]] std::size_t tried_addresses() const noexcept { return next_; }

  private:
    enum class phase : std::uint8_t { idle, resolving, connecting, open, lingering };

    void end_socket() noexcept {
        if (socket_ != api::none) api::end(socket_);
        socket_ = api::none;
    }

    /// The child of a fork() closes its copy of the parent's connection, which sends nothing.
    void drop_if_forked() noexcept {
        if (phase_ != phase::idle && !owner_.is_here()) stop();
    }

    /// The host is a literal or a name of this machine.
    bool is_found_here(const peer& to) noexcept {
        ip_address literal;
        if (parse_ip_address(to.host, literal)) {
            if (!to.zone.empty()) literal.scope = api::scope_of(to.zone);
            if (to.zone.empty() || literal.scope != 0) addresses_.add(literal);
            return true;
        }
        if (!detail::is_localhost(to.host)) return false;
        addresses_.add("::1");
        addresses_.add("127.0.0.1");
        addresses_.put_first(last_good_);
        return true;
    }

    io_result continue_connecting(std::uint16_t port) noexcept {
        for (;;) {
            int code = 0;
            if (socket_ != api::none) {
                if (api::wait_until(socket_, true, milliseconds{0})) {
                    code = api::connect_code(socket_);
                } else if (now_ < until_) {
                    return io_result::would_block(wait_for::writable, stage::connect);
                } else {
                    code = api::timed_out;
                }
            } else {
                if (next_ == addresses_.size()) break;
                begin_share();
                socket_ = api::make(addresses_[next_].is_v6());
                code = socket_ == api::none ? api::last_code() : api::begin_connect(socket_, addresses_[next_], port);
                ++next_;
                if (api::is_in_progress(code)) return io_result::would_block(wait_for::writable, stage::connect);
            }
            if (code == 0 && api::is_connected_to_itself(socket_, addresses_[next_ - 1], port)) code = api::refused;
            if (code == 0) {
                last_good_ = addresses_[next_ - 1];
                phase_ = phase::open;
                return io_result::ready();
            }
            last_code_ = code;
            end_socket();
        }
        const int code = last_code_;
        stop();
        return api::failure(code, stage::connect);
    }

    /// Divides the time that is left by the number of addresses not yet tried.
    void begin_share() noexcept {
        if (deadline_ == instant::never()) {
            until_ = instant::never();
            return;
        }
        const std::int64_t left = deadline_ > now_ ? (deadline_ - now_).count() : 0;
        until_ = now_ + milliseconds{left / static_cast<std::int64_t>(addresses_.size() - next_)};
    }

    [[no_unique_address]] Resolver resolver_{};
    [[no_unique_address]] api::user user_;
    [[no_unique_address]] detail::owning_process owner_;
    address_list addresses_;
    ip_address last_good_;
    instant now_, deadline_ = instant::never(), until_ = instant::never();
    std::size_t next_ = 0;  ///< the address to try next
    int last_code_ = 0;
    handle socket_ = api::none;
    phase phase_ = phase::idle;
};

/// The default: names are looked up by the system, which may block.
using tcp_socket = basic_tcp_socket<system_resolver>;
static_assert(timed_transport<tcp_socket> && waking_transport<tcp_socket> && waiting_transport<tcp_socket> &&
              monotonic_clock<tcp_socket::clock>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#else

#include <concepts>

#include <superoffice/base/detail/macros_begin.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

class SUPEROFFICE_SWITCHED_OFF("SUPEROFFICE_WITH_SOCKETS=1") tcp_socket;

/// Switched off by an assertion, like `tls`.
template <class Resolver>
class basic_tcp_socket {
    static_assert(!std::same_as<Resolver, Resolver>,
                  "superoffice: switched off: define SUPEROFFICE_WITH_SOCKETS=1 for every translation unit");
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

#include <superoffice/base/detail/macros_end.hpp>

#endif  // SUPEROFFICE_WITH_SOCKETS
#endif
