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

/// How a link's function ended. "Nothing yet" and "the peer has closed" are different answers.
enum class io_state : std::uint8_t { ready, would_block, closed, failed };

/// What a link that would block waits for. `nothing`: it has only done enough for one call (a costly piece of a handshake,
/// say), or cannot tell, and is to be called again as soon as the caller has time. `time`: for `wake_at()` and nothing else
/// (see `waking_transport`); of a link without one, whoever sleeps in between sleeps until the call's deadline.
enum class wait_for : std::uint8_t { nothing, readable, writable, time };

/// The answer of every function of a link.
struct io_result {
    std::size_t bytes = 0;    ///< moved; only with `ready`
    std::int32_t native = 0;  ///< the system's or the TLS library's code, unchanged; only with `failed`
    io_state state = io_state::ready;
    wait_for wants = wait_for::nothing;  ///< only with `would_block`: a TLS read may have to wait for a write
    errc code = errc::ok;    ///< only with `failed`: what it was; `link_failed` where nothing better is known
    stage at = stage::none;  ///< how far `start` has come, with `would_block` and `failed`

    static constexpr io_result ready(std::size_t bytes = 0) noexcept { return {.bytes = bytes}; }
    static constexpr io_result would_block(wait_for wants, stage at = stage::none) noexcept {
        return {.state = io_state::would_block, .wants = wants, .at = at};
    }
    static constexpr io_result closed() noexcept { return {.state = io_state::closed}; }
    static constexpr io_result failed(errc code, std::int32_t native, stage at = stage::none) noexcept {
        return {.native = native, .state = io_state::failed, .code = code, .at = at};
    }
};

/// A stream of bytes to one peer. The client calls the functions below, from one thread, never nested. Each is declared
/// `noexcept`; none waits, or allocates after `start` is ready.
///
/// `may_wait`         a `static constexpr bool`: true only where `start` may wait all the same (a system name look-up).
///                    The non-blocking start of a call refuses such a link at compile time unless it is told
///                    `allow_waiting_lookup`.
///
/// `start(peer)`      opens the stream to that peer. Called again with the same peer until it no longer answers
///                    `would_block`; `at` says how far it is. `ready`: bytes may flow. Never called while the stream is
///                    open. After `failed` or `stop` the next call starts afresh. After any other function has failed, the
///                    stream is over, and `stop` is called before the next `start`.
///
/// `receive(into)`    takes what has already arrived: `ready` with 1..into.size() bytes; `would_block` with none;
///                    `closed` when the peer ended the stream in an orderly way (over TLS: close_notify was seen; a bare
///                    end of the connection below is `failed` with `errc::truncated_close`). `into` is never empty, and
///                    what is in it behind the bytes taken is the link's to change. May be called again after `closed`
///                    and answers the same.
///
/// `transmit(from)`   hands over bytes: `ready` with 1..from.size() of them taken, or `would_block` with none. After
///                    `would_block` it is called again with the same bytes. `from` is never empty. "Taken" means out of
///                    the caller's memory, which may be overwritten at once. After `failed` it is not called again.
///
/// `stop()`           ends the stream, orderly if that needs no waiting (TLS: one attempt at close_notify). Safe at any
///                    time, also twice, also before `start`.
///
/// `secure()`         true where what is sent can only be read by the verified peer. Asked after `start` is ready: a
///                    credential is never sent for an https base over a link that says false.
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

/// A link that can still tell, after a `transmit` that failed, what the peer said last: why it listens no more. Such a link
/// says `static constexpr bool lingers = true;` and its `receive` is then called until it answers anything but `ready`:
///
/// `ready`            bytes that came before the end, as ever
/// `closed`           the peer ended the stream in an orderly way; nothing is missing of what it said
/// `would_block`      there is no more now. It is not waited for: whoever takes nothing says nothing more
/// `failed`           as `transmit` did, or with what is better known of why (over TLS: the peer's alert)
///
/// What it holds for that (a socket) it gives back in `stop`, which is called at the end, as after every failure. Of a link
/// without `lingers`, or with `false`, nothing is asked once it has failed, so none needs it.
template <class Link>
concept lingering_transport = byte_transport<Link> && requires {
    requires bool { Link::lingers };
};

/// A link that divides its time (over several addresses, say) is told the time before each step: `now`, and when the
/// whole call must be over.
template <class Link>
concept timed_transport = byte_transport<Link> && requires(Link& link, instant now, instant deadline) {
    { link.tick(now, deadline) } noexcept;
};

/// A link that wants to be called again at some time although nothing has moved, because it then gives an address up or
/// asks a name server once more: `wake_at()` says when, in the time told by `tick`, and `instant::never()` where there is
/// no such time. Asked after `would_block`, and where the blocking call is about to wait for a reply; what a call's `wants()`
/// answers is never later.
template <class Link>
concept waking_transport = byte_transport<Link> && requires(const Link& link) {
    { link.wake_at() } noexcept -> std::same_as<instant>;
};

/// A link that can wait, for the blocking call: returns when what `wants` names may have happened, or after `at_most`,
/// or earlier for no reason. It is also called where nothing has said `would_block`: what the link holds itself is readable.
template <class Link>
concept waiting_transport = byte_transport<Link> && requires(Link& link, wait_for wants, milliseconds at_most) {
    { link.wait(wants, at_most) } noexcept;
};

/// What the blocking call reads the time from: `now()` never goes back.
template <class Clock>
concept monotonic_clock = requires(Clock& clock) {
    { clock.now() } noexcept -> std::same_as<instant>;
};

namespace detail {

/// The clock of the link below one, if it has one: what wraps a link derives from it.
template <class Link>
struct clock_of {};
template <class Link>
    requires requires { typename Link::clock; }
struct clock_of<Link> {
    using clock = typename Link::clock;
};

}  // namespace detail

/// Satisfies `byte_transport` and nothing more: what to start a link of one's own from.
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
