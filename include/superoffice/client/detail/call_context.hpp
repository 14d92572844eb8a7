// superoffice/client/detail/call_context.hpp - the state of a call that its driver and its connection share.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_CALL_CONTEXT_HPP
#define SUPEROFFICE_CLIENT_DETAIL_CALL_CONTEXT_HPP

#include <superoffice/base/detail/loopback.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/service/detail/tenant_directory.hpp>
#include <superoffice/service/reply.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The outcome of a piece of work.
enum class progress : std::uint8_t {
    working,  ///< the next piece of work can be done at once
    waiting,  ///< `wants` says for what
    repeat,   ///< the request is needed once more, written anew
    replied,  ///< a whole reply is there
    failed,   ///< `failure` says why
};

/// Why a request is sent once more. Each reason counts once in a call.
enum class repeat_reason : std::uint8_t {
    stale_connection = 1,                ///< the kept connection was dead or silent, or the server answered 408
    refused_credential = 2,              ///< 401, and the credential source has a fresh credential
    moved_tenant = repeat_moved_tenant,  ///< 421, and the directory may know the new address
};

/// Computes the digest of a reply's body, by which a watch sees that the reply has changed.
struct body_digest {
    std::uint64_t value = 0;
    void (*take)(body_digest& self, std::string_view body) noexcept;
};

/// A call goes through these in turn, and back to `request` where it is sent once more: see `repeat_reason`.
enum class call_phase : std::uint8_t {
    idle,
    accepted,  ///< the first step starts the clock
    request,   ///< waits for the credential, writes the request
    exchange,  ///< sends it, receives the reply
};

/// The running call.
struct call_context {
    call_phase phase = call_phase::idle;
    bool asks_directory = false;  ///< where the tenant lives now, before the call itself is repeated
    stage reached = stage::none;
    bool blocking = false;     ///< the caller waits for the link after every step that says so
    bool has_secret = false;   ///< the request that is under way holds a credential which must not be seen
    bool may_repeat = true;    ///< the request that is under way
    std::uint8_t repeats = 0;  ///< the reasons that have counted, as bits
    error failure;
    wait_condition wants;
    instant started, deadline;

    [[nodiscard]] bool has_repeated(repeat_reason why) const noexcept {
        return (repeats & static_cast<std::uint8_t>(why)) != 0;
    }
    void note_repeat(repeat_reason why) noexcept {
        repeats = static_cast<std::uint8_t>(repeats | static_cast<std::uint8_t>(why));
    }

    /// A kept connection that is silent until then is replaced: after a quarter of the time.
    [[nodiscard]] [[gnu::noinline]] instant replace_at() const noexcept {
        const auto from = static_cast<std::uint64_t>(started.count()),
                   to = static_cast<std::uint64_t>(deadline.count());
        return instant{static_cast<std::int64_t>(from + ((to - from) >> 2))};
    }

    /// Whether the request may travel to this target in clear text. `relayed`: another machine connects to the target.
    [[nodiscard]] bool may_be_seen(const base_url& target, bool relayed) const noexcept {
        return !target.https && (!has_secret || (!relayed && is_loopback(target.to.host)));
    }

    progress wait(const wait_condition& condition) noexcept {
        wants = condition;
        return progress::waiting;
    }

    /// Waits for the link or the HTTP stack until `latest`. A link with a timer of its own is called again when that has
    /// run out. A link that waits for nothing only yields: it is called again at once.
    template <class Link>
    progress wait_for_link(const Link& link, wait_for what, instant latest) noexcept {
        if (what == wait_for::nothing) return progress::waiting;
        if constexpr (requires {
                          { link.wake_at() } -> std::same_as<instant>;
                      })
            if (const instant at = link.wake_at(); at < latest) latest = at;
        return wait({what, latest});
    }

    progress fail(const error& e) noexcept {
        failure = e;
        return progress::failed;
    }
    /// Not inlined: it is called from many places.
    [[gnu::noinline]] progress fail(errc code, std::int32_t native = 0) noexcept {
        return fail({.stage = reached, .code = code, .native = native});
    }

    /// An answer of the link or the stack that is neither `ready` nor `would_block`.
    progress fail(const io_result& io) noexcept {
        const errc code = io.state == io_state::closed ? errc::connection_closed
                          : io.code == errc::ok        ? errc::link_failed
                                                       : io.code;
        return fail(code, io.native);
    }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
