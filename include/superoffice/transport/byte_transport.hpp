// superoffice/transport/byte_transport.hpp - what a link must do to carry the bytes of one call.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_BYTE_TRANSPORT_HPP
#define SUPEROFFICE_TRANSPORT_BYTE_TRANSPORT_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/peer.hpp>
#include <superoffice/base/time.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// How a function of a link ended. "Nothing yet" and "the peer has closed" are different answers.
enum class io_state : std::uint8_t { ready, would_block, closed, failed };

/// What a link that would block waits for.
enum class wait_for : std::uint8_t {
    nothing,   ///< the link has more work but yields to keep this step short, or it cannot tell: call it again soon
    readable,  ///< bytes of the peer
    writable,  ///< room to send
    time,  ///< `wake_at()` and nothing else (see `waking_transport`); without that function, the deadline of the call
};

/// The answer of every function of a link.
struct io_result {
    std::size_t bytes = 0;    ///< moved; only with `ready`
    std::int32_t native = 0;  ///< the code of the system or of the TLS library, unchanged; only with `failed`
    io_state state = io_state::ready;
    wait_for wants = wait_for::nothing;  ///< only with `would_block`: a TLS read may have to wait for a write
    errc code = errc::ok;                ///< only with `failed`: the reason; `link_failed` if nothing better is known
    stage at = stage::none;              ///< with `would_block` and `failed`: how far `start` has come

    static constexpr io_result ready(std::size_t bytes = 0) noexcept { return {.bytes = bytes}; }
    static constexpr io_result would_block(wait_for wants, stage at = stage::none) noexcept {
        return {.state = io_state::would_block, .wants = wants, .at = at};
    }
    static constexpr io_result closed() noexcept { return {.state = io_state::closed}; }
    static constexpr io_result failed(errc code, std::int32_t native, stage at = stage::none) noexcept {
        return {.native = native, .state = io_state::failed, .code = code, .at = at};
    }
};

/// A stream of bytes to one peer. The client calls the functions below from one thread and never nested. Each is
/// declared `noexcept`. None blocks, and none allocates after `start` is ready.
///
/// `may_wait`         a `static constexpr bool`: true only if `start` may block all the same (to look a name up). The
///                    non-blocking start of a call refuses such a link at compile time unless it gets
///                    `allow_waiting_lookup`.
///
/// `start(peer)`      opens the stream to the peer. It is called again with the same peer until it no longer answers
///                    `would_block`; `at` says how far it is. `ready`: bytes may flow. It is never called while the
///                    stream is open. After `failed` or `stop` the next call begins anew. After any other function has
///                    failed, the stream is over, and `stop` is called before the next `start`.
///
/// `receive(into)`    takes what has already arrived. `ready`: 1 to into.size() bytes. `would_block`: none. `closed`:
///                    the peer ended the stream in an orderly way (over TLS: with close_notify; if the connection below
///                    just ends, the answer is `failed` with `errc::truncated_close`). `into` is never empty, and the
///                    link may change all of it. May be called again after `closed` and then answers the same.
///
/// `transmit(from)`   hands bytes over. `ready`: 1 to from.size() of them were taken. `would_block`: none; it is called
///                    again with the same bytes. `from` is never empty. The caller may overwrite bytes that were taken.
///                    It is not called again after `failed`.
///
/// `stop()`           ends the stream, in an orderly way if that needs no waiting (TLS tries once to send
///                    close_notify). Safe at any time, also twice, also before `start`.
///
/// `secure()`         true if only the verified peer can read what is sent. Asked after `start` is ready: for an https
///                    base, no credential is sent over a link that answers false.
template <class Link>
concept byte_transport =
    requires(Link& link, const peer& to, std::span<std::byte> into, std::span<const std::byte> from) {
        { Link::may_wait } -> std::convertible_to<bool>;
        { link.start(to) } noexcept -> std::same_as<io_result>;
        { link.receive(into) } noexcept -> std::same_as<io_result>;
        { link.transmit(from) } noexcept -> std::same_as<io_result>;
        { link.stop() } noexcept;
        { link.secure() } noexcept -> std::convertible_to<bool>;
    };

/// A link that can still receive after a `transmit` that failed: what the peer said last, and why it listens no more.
/// Such a link has `static constexpr bool lingers = true;`. Its `receive` is then called until it no longer answers
/// `ready`:
///
/// `ready`            bytes that came before the end
/// `closed`           the peer ended the stream in an orderly way; nothing of what it said is missing
/// `would_block`      there is no more now, and nobody waits for more
/// `failed`           as `transmit` did, or with a better known reason (over TLS: the alert of the peer)
///
/// `stop`, which is called at the end as after every failure, frees what the link holds for this (a socket). A link
/// without `lingers`, or with `false`, is not called after it has failed.
template <class Link>
concept lingering_transport = byte_transport<Link> && requires {
    requires bool { Link::lingers };
};

/// A link that another machine connects to the peer: a proxy, or a modem. "localhost" and loopback addresses are then those of
/// that machine, and bytes for them travel to it. Such a link has `static constexpr bool relays = true;`: a credential is
/// sent to a loopback address in clear text only over other links.
template <class Link>
concept relaying_transport = byte_transport<Link> && requires {
    requires bool { Link::relays };
};

/// A link that divides its time, for example among several addresses. Before each step it is told the time and the
/// deadline of the whole call.
template <class Link>
concept timed_transport = byte_transport<Link> && requires(Link& link, instant now, instant deadline) {
    { link.tick(now, deadline) } noexcept;
};

/// A link that must be called at a certain time even if nothing moves, because it then gives up an address or asks a
/// name server again. `wake_at()` says when, in the time told by `tick`; `instant::never()` if there is no such time.
/// Asked after `would_block`, and before the blocking call waits for a reply; `wants()` of a call is never later.
template <class Link>
concept waking_transport = byte_transport<Link> && requires(const Link& link) {
    { link.wake_at() } noexcept -> std::same_as<instant>;
};

/// A link that can wait, for the blocking call. `wait` returns when the event of `wants` may have happened, or after
/// `at_most`, or earlier without a reason. It is also called when nothing answered `would_block`: bytes that the link
/// itself holds count as readable.
template <class Link>
concept waiting_transport = byte_transport<Link> && requires(Link& link, wait_for wants, milliseconds at_most) {
    { link.wait(wants, at_most) } noexcept;
};

/// The clock of the blocking call: `now()` never goes back.
template <class Clock>
concept monotonic_clock = requires(Clock& clock) {
    { clock.now() } noexcept -> std::same_as<instant>;
};

namespace detail {

/// The clock of a link, if it has one. A link that wraps another one derives from this.
template <class Link>
struct clock_of {};
template <class Link>
    requires requires { typename Link::clock; }
struct clock_of<Link> {
    using clock = typename Link::clock;
};

}  // namespace detail

/// Satisfies `byte_transport` and nothing more: a template for your own link.
struct byte_transport_archetype {
    static constexpr bool may_wait = false;
    io_result start(const peer&) noexcept { return io_result::ready(); }
    io_result receive(std::span<std::byte>) noexcept { return io_result::closed(); }
    io_result transmit(std::span<const std::byte> from) noexcept { return io_result::ready(from.size()); }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return false; }
};
static_assert(byte_transport<byte_transport_archetype>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
