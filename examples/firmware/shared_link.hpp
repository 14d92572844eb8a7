// shared_link.hpp - one link for the client and for its log-in, in turn: one connection and one TLS session at a time.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_SHARED_LINK_HPP
#define FIRMWARE_SHARED_LINK_HPP

#include <superoffice/batch.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace firmware {

/// The link, and which of its users has the connection now.
template <class Link>
struct shared_link {
    Link& link;
    const void* user = nullptr;
};

/// The clock that a blocking call needs, if the link names one.
template <class Link>
struct clock_of_shared {};
template <class Link>
    requires requires { typename Link::clock; }
struct clock_of_shared<Link> {
    using clock = typename Link::clock;
};

/// A link for one of the users. It can do all that the shared link can. `start` ends the connection of the other user, which
/// then finds it closed and opens a new one when it needs it. So a modem with one socket is enough, and mbedTLS's arena holds
/// one session in place of two. The price is one more handshake for each log-in, once in an hour or once in six.
///
/// A credential and its client never use the link at the same time: a client asks its credential before it opens a connection.
template <class Link>
class link_in_turn : public clock_of_shared<Link> {
  public:
    static constexpr bool may_wait = Link::may_wait;
    static constexpr bool lingers = superoffice::lingering_transport<Link>;
    static constexpr bool relays = superoffice::relaying_transport<Link>;

    explicit link_in_turn(shared_link<Link>& shared) noexcept : shared_(&shared) {}

    superoffice::io_result start(const superoffice::peer& to) noexcept {
        if (!has_turn()) shared_->link.stop();
        shared_->user = this;
        return shared_->link.start(to);
    }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        return has_turn() ? shared_->link.receive(into) : superoffice::io_result::closed();
    }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        return has_turn() ? shared_->link.transmit(from)
                          : superoffice::io_result::failed(superoffice::errc::connection_closed, 0,
                                                           superoffice::stage::transmit);
    }
    void stop() noexcept {
        if (has_turn()) shared_->link.stop();
    }
    /// Without the turn nothing is sent, so nobody can read it: `transmit` fails, and the call opens a new connection.
    [[nodiscard]] bool secure() const noexcept { return !has_turn() || shared_->link.secure(); }

    // What only some links can, see <superoffice/transport/byte_transport.hpp>. Without the turn there is nothing to wait for.
    void tick(superoffice::instant now, superoffice::instant deadline) noexcept
        requires superoffice::timed_transport<Link>
    {
        shared_->link.tick(now, deadline);
    }
    [[nodiscard]] superoffice::instant wake_at() const noexcept
        requires superoffice::waking_transport<Link>
    {
        return has_turn() ? shared_->link.wake_at() : superoffice::instant::never();
    }
    void wait(superoffice::wait_for wants, superoffice::milliseconds at_most) noexcept
        requires superoffice::waiting_transport<Link>
    {
        if (has_turn()) shared_->link.wait(wants, at_most);
    }
    [[nodiscard]] auto native_handle() const noexcept
        requires requires(const Link& link) { link.native_handle(); }
    {
        return std::as_const(shared_->link).native_handle();
    }

  private:
    [[nodiscard]] bool has_turn() const noexcept { return shared_->user == this; }

    shared_link<Link>* shared_;
};
static_assert(superoffice::byte_transport<link_in_turn<superoffice::byte_transport_archetype>>);

}  // namespace firmware
#endif
