// shared_link.hpp - one link for the client and for its log-in, in turn: one connection and one TLS session at a time.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_SHARED_LINK_HPP
#define FIRMWARE_SHARED_LINK_HPP

#include <superoffice/batch.hpp>

#include <cstddef>
#include <span>

namespace firmware {

/// The link, and which of its users has the connection now.
template <class Link>
struct shared_link {
    Link& link;
    const void* user = nullptr;
};

/// A link for one of the users. `start` ends the connection of the other one, which then finds its own closed and opens a new
/// one when it needs it. So a modem with one socket is enough, and mbedTLS's arena holds one session in place of two. The price
/// is one more handshake for each log-in, once in an hour or in six.
///
/// A credential and its client never use the link at the same time: a client asks its credential before it opens a connection.
template <class Link>
class link_in_turn {
  public:
    static constexpr bool may_wait = Link::may_wait;

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
    /// Nobody can read what is sent where nothing is sent: `transmit` then fails, and the call opens a new connection.
    [[nodiscard]] bool secure() const noexcept { return !has_turn() || shared_->link.secure(); }

  private:
    [[nodiscard]] bool has_turn() const noexcept { return shared_->user == this; }

    shared_link<Link>* shared_;
};
static_assert(superoffice::byte_transport<link_in_turn<superoffice::byte_transport_archetype>>);

}  // namespace firmware
#endif
