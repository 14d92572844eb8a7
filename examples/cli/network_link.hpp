// network_link.hpp - the tool's connections: TCP, or TCP through a proxy, with or without TLS, watched by --trace.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_NETWORK_LINK_HPP
#define SUPEROFFICE_CLI_NETWORK_LINK_HPP

#include "arguments.hpp"
#include "connection_trace.hpp"
#include "proxy.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace cli {

/// The system's lookup, with the time that it took.
class timed_resolver {
  public:
    static constexpr bool may_wait = superoffice::system_resolver::may_wait;

    superoffice::io_result lookup(std::string_view name, superoffice::address_list& into) noexcept;
    void stop() noexcept { system_.stop(); }

    /// The time of a lookup that was not asked for yet; nothing if there was none.
    superoffice::field<superoffice::milliseconds> take_time() noexcept { return std::exchange(took_, {}); }

  private:
    superoffice::system_resolver system_;
    superoffice::field<superoffice::milliseconds> took_;
};

/// TCP to the peer or, where the proxy serves the peer, a tunnel through it, with TLS to the proxy if that wants it.
/// Decided anew for each connection, because a tenant may move to another host.
class route : public superoffice::detail::clock_of<superoffice::basic_tcp_socket<timed_resolver>> {
  public:
    using socket = superoffice::basic_tcp_socket<timed_resolver>;
    static constexpr bool may_wait = socket::may_wait;
    static constexpr bool lingers = true;

    /// `to_proxy`: for TLS to the proxy.
    route(const proxy& through, const superoffice::tls_options& to_proxy, bool with_tls, connection_trace& trace)
        : proxy_(through), with_tls_(with_tls), trace_(trace), tunnel_(through.address()) {
        if (through.is_secure()) secure_tunnel_.emplace(through.address(), to_proxy);
    }

    superoffice::io_result start(const superoffice::peer& to) noexcept;
    superoffice::io_result receive(std::span<std::byte> into) noexcept;
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept;
    void stop() noexcept;
    [[nodiscard]] bool secure() const noexcept { return false; }

    void tick(superoffice::instant now, superoffice::instant deadline) noexcept {
        tunnel_.tick(now, deadline);
        if (secure_tunnel_) secure_tunnel_->tick(now, deadline);
    }
    [[nodiscard]] superoffice::instant wake_at() const noexcept { return below().wake_at(); }
    void wait(superoffice::wait_for wants, superoffice::milliseconds at_most) noexcept;
    [[nodiscard]] socket::handle native_handle() const noexcept { return below().native_handle(); }

  private:
    enum class way { direct, tunnel, secure_tunnel };

    /// Calls `function` with the link that is in use.
    template <class Function>
    auto with_link(const Function& function) noexcept {
        switch (way_) {
            case way::tunnel: return function(tunnel_);
            case way::secure_tunnel: return function(*secure_tunnel_);
            case way::direct:
            default: return function(tunnel_.link());
        }
    }
    [[nodiscard]] const socket& below() const noexcept {
        return way_ == way::secure_tunnel ? secure_tunnel_->link().link() : tunnel_.link();
    }
    [[nodiscard]] socket& below() noexcept { return const_cast<socket&>(std::as_const(*this).below()); }

    void tell_addresses(std::string_view host) noexcept;

    const proxy& proxy_;
    bool with_tls_;
    connection_trace& trace_;
    superoffice::connect_proxy<socket> tunnel_;  // its socket is that of a direct connection, too
    std::optional<superoffice::connect_proxy<superoffice::tls<socket>>> secure_tunnel_;
    way way_ = way::direct;
    bool is_begun_ = false;
    std::size_t traced_ = 0;  // addresses
};
static_assert(superoffice::timed_transport<route> && superoffice::waking_transport<route> &&
              superoffice::waiting_transport<route> && superoffice::lingering_transport<route>);

/// A link that --trace watches: what goes over it is no longer, or not yet, encrypted. Works as the link below.
template <class Below>
class traced : public superoffice::detail::clock_of<Below> {
    static constexpr bool has_tls = requires(const Below& link) { link.ciphersuite(); };

  public:
    static constexpr bool may_wait = Below::may_wait;
    static constexpr bool lingers = Below::lingers;

    /// `label`: which of the tool's links it is. `options` are for the server and, with an https:// proxy, for the proxy. The
    /// arguments and what the options borrow must outlive it.
    traced(const arguments& given, const char* label, const superoffice::tls_options& options)
        requires has_tls
        : trace_(given.trace, label, !given.tenant_directory.empty(), &Below::clock::now),
          link_(options, given.proxy, options, true, trace_) {}
    traced(const arguments& given, const char* label, const superoffice::tls_options& options)
        requires(!has_tls)
        : trace_(given.trace, label, !given.tenant_directory.empty(), &Below::clock::now),
          link_(given.proxy, options, false, trace_) {}

    superoffice::io_result start(const superoffice::peer& to) noexcept {
        const superoffice::io_result r = link_.start(to);
        if constexpr (has_tls)
            if (r.state == superoffice::io_state::ready && !is_open_)
                trace_.secured(link_.version(), link_.ciphersuite(), link_.resumed());
        if (r.state == superoffice::io_state::ready) is_open_ = true;
        if (r.state == superoffice::io_state::failed) trace_.failed(r);
        return r;
    }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        const superoffice::io_result r = link_.receive(into);
        if (r.state == superoffice::io_state::ready) trace_.received(into.first(r.bytes));
        if (r.state == superoffice::io_state::closed) trace_.peer_closed();
        if (r.state == superoffice::io_state::failed) trace_.failed(r);
        return r;
    }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        const superoffice::io_result r = link_.transmit(from);
        if (r.state == superoffice::io_state::ready) trace_.sent(from.first(r.bytes));
        if (r.state == superoffice::io_state::failed) trace_.failed(r);
        return r;
    }
    void stop() noexcept {
        link_.stop();
        is_open_ = false;
        trace_.stopped();
    }
    [[nodiscard]] bool secure() const noexcept { return link_.secure(); }
    ~traced() { stop(); }

    void tick(superoffice::instant now, superoffice::instant deadline) noexcept { link_.tick(now, deadline); }
    [[nodiscard]] superoffice::instant wake_at() const noexcept { return link_.wake_at(); }
    void wait(superoffice::wait_for wants, superoffice::milliseconds at_most) noexcept { link_.wait(wants, at_most); }
    [[nodiscard]] auto native_handle() const noexcept { return link_.native_handle(); }

  private:
    connection_trace trace_;
    Below link_;
    bool is_open_ = false;
};

/// To hosts of http:// and of https://.
using plain_link = traced<route>;
using tls_link = traced<superoffice::tls<route>>;
static_assert(superoffice::waiting_transport<tls_link> && superoffice::lingering_transport<tls_link>);

}  // namespace cli
#endif
