// superoffice/client/detail/byte_connection.hpp - carries a request and its reply over a stream of bytes, with our own HTTP/1.1.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_BYTE_CONNECTION_HPP
#define SUPEROFFICE_CLIENT_DETAIL_BYTE_CONNECTION_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/detail/call_context.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/detail/http1_writer.hpp>
#include <superoffice/http/exchange.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Opens the connection or uses the kept one, sends, receives, and keeps the connection where both sides want that. A kept
/// connection that turns out to be dead is replaced by a fresh one, once in a call.
template <byte_transport Link>
class byte_connection {
  public:
    using writer = http1_writer;

    explicit byte_connection(Link& link) noexcept : link_(&link) {}

    [[nodiscard]] Link& link() const noexcept { return *link_; }

    /// The request stands at the start of `memory`: what `head` has written, then the body.
    void set_request(std::span<std::byte> memory, const writer& head, std::size_t body_size,
                     std::size_t slack) noexcept {
        exchange_.begin(memory, head.size() + body_size, slack);
        connecting_ = true;
    }

    /// For the request just set: see `exchange::stream_body`.
    void stream_body() noexcept { exchange_.stream_body(); }
    [[nodiscard]] std::span<char> window() noexcept { return exchange_.window(); }
    [[nodiscard]] std::size_t window_capacity() const noexcept { return exchange_.window_capacity(); }
    void drop(std::size_t n) noexcept { exchange_.drop(n); }
    [[nodiscard]] bool is_full() noexcept { return exchange_.is_full(); }
    [[nodiscard]] std::string_view content_type() const noexcept { return head().content_type(); }

    /// One piece of work: one `start`, `transmit` or `receive` of the link. Where a kept connection is used first, a `receive`
    /// shows whether it is still alive; if it is not, a `start` follows in the same piece.
    progress step(call_context& call, const base_url& target, milliseconds idle_timeout, instant now) noexcept {
        if constexpr (timed_transport<Link>) link_->tick(now, call.deadline);
        return connecting_ ? step_connect(call, target, idle_timeout, now) : transfer(call, now);
    }

    /// The reply's head, once it was read, and its status, which is known before.
    [[nodiscard]] const reply_head& head() const noexcept { return exchange_.head(); }
    [[nodiscard]] std::uint16_t status() const noexcept { return exchange_.status(); }
    /// With `replied`; `capacity` bytes from its start on may be written to.
    [[nodiscard]] std::span<char> body() noexcept { return exchange_.body(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return exchange_.body_capacity(); }

    /// True once nothing of the request is left to be sent: the service may carry it out.
    [[nodiscard]] bool is_request_sent() const noexcept {
        return !connecting_ && exchange_.action() != exchange_action::transmit && !exchange_.is_cut_short() &&
               exchange_.failure().stage != stage::transmit;  // the peer closed it before it had the whole request
    }

    /// Called when the time is up. True if the part of the reply that has arrived says more than that: it is too large and
    /// was only counted, or its status decides.
    [[nodiscard]] bool stop_receiving() noexcept {
        const bool receives = exchange_.action() == exchange_action::receive;
        if (!receives || (!exchange_.is_dropping() && !exchange_.status_decides())) return false;
        exchange_.closed();
        return true;
    }

    /// After a whole reply: keeps the connection or drops it.
    void end_exchange(instant now) noexcept {
        last_used_ = now;
        if (!exchange_.reusable()) disconnect();
    }

    /// Ends the exchange where it is. After a failure the state of the link is unknown, so it is never kept. A request
    /// that was not sent holds the credential and is wiped; what came of a reply can still be looked at.
    void give_up() noexcept {
        if (exchange_.action() == exchange_action::transmit) exchange_.wipe();
        disconnect();
    }

    void disconnect() noexcept {
        link_->stop();
        connected_ = false;
    }

    /// Zeroes the memory.
    void wipe() noexcept { exchange_.wipe(); }

    /// From now on `wipe` reaches no further than `memory`.
    void use_memory(std::span<std::byte> memory, std::size_t slack) noexcept { exchange_.begin(memory, 0, slack); }

  private:
    progress step_connect(call_context& call, const base_url& target, milliseconds idle_timeout, instant now) noexcept {
        if (connected_ && !is_usable(call, idle_timeout, now)) disconnect();
        reused_ = connected_;
        if (!connected_) {
            if (call.reached < stage::resolve || call.reached > stage::handshake) call.reached = stage::connect;
            const io_result io = link_->start(target.to);
            if (io.at != stage::none) call.reached = io.at;
            if (io.state == io_state::would_block) return call.wait_for_link(*link_, io.wants, call.deadline);
            if (io.state != io_state::ready) return call.fail(io);
            connected_ = true;
        }
        if (!link_->secure() && !call.may_be_seen(target, relaying_transport<Link>))
            return call.fail({.stage = stage::connect, .code = errc::insecure_link});
        connecting_ = false;
        return progress::working;
    }

    /// False if the kept connection was idle for too long, has ended, or something arrived on it that nobody asked for. A
    /// link that is no longer secure is always checked: someone may have stopped it.
    bool is_usable(const call_context& call, milliseconds idle_timeout, instant now) noexcept {
        const milliseconds idle = now - last_used_;
        if (idle > idle_timeout) return false;
        if (call.may_repeat && idle < unchecked_reuse_time && link_->secure()) return true;
        std::byte unasked[1];
        return link_->receive(unasked).state == io_state::would_block;
    }

    [[gnu::noinline]] progress transfer(call_context& call, instant now) noexcept {
        const bool retries = may_retry(call);  // nothing below changes the answer before it is used
        if (retries && now >= call.replace_at()) return retry(call);
        io_result io;
        switch (exchange_.action()) {
            case exchange_action::transmit:
                call.reached = stage::transmit;
                io = link_->transmit(exchange_.outgoing());
                if (io.state == io_state::ready) return note_transmitted(call, io.bytes);
                if constexpr (lingering_transport<Link>)
                    if (io.state == io_state::failed && !retries) return look_for_reply(call, io);
                break;
            case exchange_action::receive:
                if constexpr (lingering_transport<Link>)
                    if (exchange_.is_cut_short()) return receive_last_bytes(call);
                call.reached = exchange_.reply_started() ? stage::http : stage::receive;
                io = link_->receive(exchange_.incoming());
                if (io.state == io_state::ready) return note_received(call, io.bytes);
                break;
            case exchange_action::failed:
                if (!exchange_.status_decides()) return call.fail(exchange_.failure());
                [[fallthrough]];
            case exchange_action::done: return retries ? retry(call) : progress::replied;
        }
        if (io.state == io_state::would_block) return wait(call, io.wants);
        if (retries) return retry(call);
        // However the connection ended, a reply that is only being counted is over, and a status that decides stands.
        if (io.state == io_state::closed || exchange_.is_dropping() || exchange_.status_decides())
            return exchange_.closed(), progress::working;
        return call.fail(io);
    }

    /// Right after the last byte of a request there is no reply yet: a caller that can wait waits before it looks.
    progress note_transmitted(call_context& call, std::size_t bytes) noexcept {
        exchange_.transmitted(bytes);
        if (!call.blocking || exchange_.action() != exchange_action::receive) return progress::working;
        call.reached = stage::receive;
        return wait(call, wait_for::readable);
    }

    /// The last byte of a reply ends the call at once, so that no deadline can pass behind it.
    progress note_received(const call_context& call, std::size_t bytes) noexcept {
        exchange_.received(bytes);
        const bool is_whole = exchange_.action() == exchange_action::done && !may_retry(call);
        return is_whole ? progress::replied : progress::working;
    }

    /// A kept connection may have died without a word, for example when a router forgot it. Where the request may be sent
    /// once more, such a connection gets a part of the time, so that a fresh one has the rest.
    [[gnu::noinline]] progress wait(call_context& call, wait_for what) noexcept {
        return call.wait_for_link(*link_, what, may_retry(call) ? call.replace_at() : call.deadline);
    }

    /// The peer takes no more, but it may already have answered what it did not want to read to its end: 401, 413, 431
    /// (RFC 9112 section 9.5). A reply that is there counts like any other, else the failure is that of transmitting.
    progress look_for_reply(call_context& call, const io_result& why) noexcept {
        static_cast<void>(call.fail(why));
        exchange_.cut_short();
        return progress::working;
    }

    /// After a `transmit` that failed: takes what has already arrived, and waits for nothing more. A reply that is whole, or
    /// whose status decides, ends the call as a reply; else the call fails as the transmission did.
    progress receive_last_bytes(call_context& call) noexcept {
        const io_result io = link_->receive(exchange_.incoming());
        if (io.state == io_state::ready) return exchange_.received(io.bytes), progress::working;
        if (io.state == io_state::closed && exchange_.reply_started()) exchange_.closed();
        if (exchange_.action() == exchange_action::done) return progress::replied;
        // A refusal counts, even if only a part of it has arrived.
        if (exchange_.status_decides()) return progress::replied;
        return io.state == io_state::failed ? call.fail(io) : progress::failed;
    }

    /// A kept connection may have ended while the request was under way (RFC 9110 section 9.2.2). The request is sent once
    /// more, before the first byte of a reply; where the operation may not be repeated, only if it was not yet sent whole.
    /// A 408 is no reply to this request: the server gave the idle connection up while the request was under way (section
    /// 15.5.9).
    [[nodiscard]] [[gnu::noinline]] bool may_retry(const call_context& call) const noexcept {
        return reused_ && (!exchange_.reply_started() || exchange_.status() == 408) &&
               !call.has_repeated(repeat_reason::stale_connection) && (call.may_repeat || !is_request_sent());
    }

    [[gnu::noinline]] progress retry(call_context& call) noexcept {
        call.note_repeat(repeat_reason::stale_connection);
        exchange_.wipe();
        disconnect();
        return progress::repeat;
    }

    Link* link_;
    bool connecting_ = false;  // no byte of this exchange has moved yet
    bool connected_ = false;   // the link is open
    bool reused_ = false;      // it was open before this exchange
    exchange exchange_;
    instant last_used_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
