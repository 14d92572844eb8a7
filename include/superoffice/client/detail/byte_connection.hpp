// superoffice/client/detail/byte_connection.hpp - carries a request to its reply over a stream of bytes: connection and exchange.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_BYTE_CONNECTION_HPP
#define SUPEROFFICE_CLIENT_DETAIL_BYTE_CONNECTION_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/detail/call_context.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/detail/http1_writer.hpp>
#include <superoffice/http/exchange.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <cstddef>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Opens the connection, or takes the kept one; sends, receives, and keeps the connection where both sides want it. A
/// kept connection that was dead is replaced by a fresh one, once in a call.
template <byte_transport Link>
class byte_carrier {
  public:
    using writer = http1_writer;

    explicit byte_carrier(Link& link) noexcept : link_(&link) {}

    [[nodiscard]] Link& link() const noexcept { return *link_; }

    /// A new call begins, in which nothing was repeated yet.
    void renew() noexcept { retried_ = false; }

    /// The request stands at the start of `memory`: what `head` has written, then the body.
    void begin(std::span<std::byte> memory, const writer& head, std::size_t body_size, std::size_t slack) noexcept {
        exchange_.begin(memory, head.size() + body_size, slack);
        connecting_ = true;
    }

    /// One piece of work, which is one call of the link, or two for a connection that was kept.
    progress advance(course& call, const base_url& target, milliseconds idle_timeout, instant now) noexcept {
        if constexpr (timed_transport<Link>) link_->tick(now, call.deadline);
        return connecting_ ? take_connection(call, target, idle_timeout, now) : take_exchange(call);
    }

    /// The reply's head, once it is there, and its status, which is there before.
    [[nodiscard]] const reply_head& head() const noexcept { return exchange_.head(); }
    [[nodiscard]] std::uint16_t status() const noexcept { return exchange_.status(); }
    /// With `replied`; `capacity` bytes from its start on may be written to.
    [[nodiscard]] std::span<char> body() noexcept { return exchange_.body(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return exchange_.body_capacity(); }

    /// When the time is up: a reply that was only being counted is known to be too large, which says more.
    [[nodiscard]] bool knows_enough() noexcept {
        if (!exchange_.is_dropping()) return false;
        exchange_.give_up_counting();
        return true;
    }

    /// The reply was whole: keeps the connection, or does not.
    void settle(instant now) noexcept {
        last_used_ = now;
        if (!exchange_.reusable()) disconnect();
    }

    /// Ends whatever is under way. The link is in an unknown state after every failure, so it is never kept. A request
    /// that was not sent holds the credential and is wiped; what came of a reply may be looked at.
    void abandon() noexcept {
        if (exchange_.action() == exchange_action::transmit) exchange_.wipe();
        disconnect();
    }

    void disconnect() noexcept {
        link_->stop();
        connected_ = false;
    }

    /// Zeroes the memory.
    void wipe() noexcept { exchange_.wipe(); }

    /// Lets go of memory that is to be kept: `wipe` reaches no further than `memory` from now on.
    void rest_in(std::span<std::byte> memory, std::size_t slack) noexcept { exchange_.begin(memory, 0, slack); }

  private:
    progress take_connection(course& call, const base_url& target, milliseconds idle_timeout, instant now) noexcept {
        if (connected_ && !still_good(idle_timeout, now)) disconnect();
        reused_ = connected_;
        if (!connected_) {
            if (call.reached < stage::resolve || call.reached > stage::handshake) call.reached = stage::connect;
            const io_result io = link_->start(target.to);
            if (io.at != stage::none) call.reached = io.at;
            if (io.state == io_state::would_block) return blocked(call, io.wants);
            if (io.state != io_state::ready) return call.fail(io);
            connected_ = true;
        }
        if (target.https && !link_->secure()) return call.fail({.stage = stage::connect, .code = errc::insecure_link});
        connecting_ = false;
        return progress::on;
    }

    /// Until the deadline, or until the link wants to be called again although nothing has moved; at once, which is what
    /// every step begins with, where the link waits for nothing and has only done enough for now.
    progress blocked(course& call, wait_for wants) noexcept {
        if (wants == wait_for::nothing) return progress::waits;
        instant until = call.deadline;
        if constexpr (waking_transport<Link>)
            if (const instant at = link_->wake_at(); at < until) until = at;
        return call.wait({wants, until});
    }

    /// A kept connection on which something arrived unasked, or that has ended, is of no use.
    bool still_good(milliseconds idle_timeout, instant now) noexcept {
        if (now - last_used_ > idle_timeout) return false;
        std::byte unasked[1];
        return link_->receive(unasked).state == io_state::would_block;
    }

    progress take_exchange(course& call) noexcept {
        io_result io;
        switch (exchange_.action()) {
            case exchange_action::transmit:
                call.reached = stage::transmit;
                io = link_->transmit(exchange_.outgoing());
                if (io.state == io_state::ready) return transmitted(call, io.bytes);
                if constexpr (lingering_transport<Link>)
                    if (io.state == io_state::failed && !may_retry()) return hear_out(call, io);
                break;
            case exchange_action::receive:
                if constexpr (lingering_transport<Link>)
                    if (exchange_.is_cut_short()) return take_last(call);
                call.reached = exchange_.reply_started() ? stage::http : stage::receive;
                io = link_->receive(exchange_.incoming());
                if (io.state == io_state::ready) return exchange_.received(io.bytes), progress::on;
                break;
            case exchange_action::done: return progress::replied;
            case exchange_action::failed:
                return is_refused_unread() ? progress::replied : call.fail(exchange_.failure());
        }
        if (io.state == io_state::would_block) return blocked(call, io.wants);
        if (may_retry()) return retry();
        // Of a reply that is only being counted, any end is the end.
        if (io.state == io_state::closed || exchange_.is_dropping()) return exchange_.closed(), progress::on;
        return call.fail(io);
    }

    /// Behind the last byte of a request there is no reply yet: who can wait for one does not look for it first.
    progress transmitted(course& call, std::size_t bytes) noexcept {
        exchange_.transmitted(bytes);
        if (!call.patient || exchange_.action() != exchange_action::receive) return progress::on;
        call.reached = stage::receive;
        return blocked(call, wait_for::readable);
    }

    /// The peer takes no more, but may have answered already what it did not want to hear to its end: 401, 413, 431 (RFC 9112
    /// section 9.6). A reply that is there is one like any other, else the failure is that of transmitting.
    progress hear_out(course& call, const io_result& why) noexcept {
        static_cast<void>(call.fail(why));
        exchange_.cut_short();
        return progress::on;
    }

    progress take_last(course& call) noexcept {
        const io_result io = link_->receive(exchange_.incoming());
        if (io.state == io_state::ready) return exchange_.received(io.bytes), progress::on;
        if (io.state == io_state::closed && exchange_.reply_started()) exchange_.closed();
        if (exchange_.action() == exchange_action::done) return progress::replied;
        // As much of a refusal as the end has left says what is wrong.
        if (exchange_.head().status >= 300) return progress::replied;
        return io.state == io_state::failed ? call.fail(io) : progress::failed;
    }

    /// A body that could not be taken in, an error page mostly, does not hide what the status says.
    [[nodiscard]] bool is_refused_unread() const noexcept {
        const errc code = exchange_.failure().code;
        return (code == errc::reply_too_large || code == errc::unsupported_content_coding) &&
               exchange_.head().status >= 300;
    }

    /// A kept connection may have ended while the request was under way. An operation is one that may be repeated
    /// (RFC 9110 section 9.2.2), which happens once, and only before the first byte of a reply.
    [[nodiscard]] bool may_retry() const noexcept { return reused_ && !retried_ && !exchange_.reply_started(); }

    progress retry() noexcept {
        retried_ = true;
        exchange_.wipe();
        disconnect();
        return progress::again;
    }

    Link* link_;
    exchange exchange_;
    instant last_used_;
    bool connecting_ = false;  // no byte of this exchange has moved yet
    bool connected_ = false;   // the link is open
    bool reused_ = false;      // it was open before this exchange
    bool retried_ = false;     // the call was repeated on a fresh connection
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
