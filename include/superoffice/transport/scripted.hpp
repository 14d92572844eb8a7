// superoffice/transport/scripted.hpp - a link that plays a list of steps, for tests; it has no network behind it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPTED_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPTED_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/detail/request_end.hpp>
#include <superoffice/transport/detail/script_player.hpp>
#include <superoffice/transport/script_mismatch.hpp>
#include <superoffice/transport/script_pacing.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One thing that happens on a scripted link. Made by the functions of `script`.
struct script_step {
    enum class act : std::uint8_t { starts, expects, expects_request, gives, answers, closes, stops };

    act what = act::stops;
    std::uint16_t port = 0;
    io_result answer = {};
    std::string_view bytes = {};  ///< to be transmitted, to be received, or the host of `start`
};

/// The function of `script` that makes such a step.
constexpr const char* step_name(script_step::act what) noexcept {
    switch (what) {
        case script_step::act::starts: return "starts";
        case script_step::act::expects: return "expects";
        case script_step::act::expects_request: return "expects_request";
        case script_step::act::gives: return "gives";
        case script_step::act::answers: return "would_block or fails";
        case script_step::act::closes: return "closes";
        case script_step::act::stops:
        default: return "stops";
    }
}

/// The steps of a script, in the order in which they happen:
///
///     const superoffice::script_step steps[] = {
///         superoffice::script::starts("example.com", 443),
///         superoffice::script::would_block(superoffice::wait_for::writable),
///         superoffice::script::expects("POST /api/v1/..."),
///         superoffice::script::gives("HTTP/1.1 200 OK\r\n..."),
///         superoffice::script::closes(),
///     };
///     superoffice::scripted link{steps};
///
/// Texts are borrowed for as long as the link plays.
namespace script {

/// `start` is called, with any peer, and is ready.
constexpr script_step starts() noexcept { return {.what = script_step::act::starts}; }
/// `start` is called with that host (compared byte by byte) and that port, and is ready.
constexpr script_step starts(std::string_view host, std::uint16_t port) noexcept {
    return {.what = script_step::act::starts, .port = port, .bytes = host};
}
/// Exactly these bytes are transmitted, in any number of calls.
constexpr script_step expects(std::string_view bytes) noexcept {
    return {.what = script_step::act::expects, .bytes = bytes};
}
/// Any HTTP/1.1 request is transmitted, in any number of calls: a head, then as many bytes as its Content-Length says.
constexpr script_step expects_request() noexcept { return {.what = script_step::act::expects_request}; }
/// These bytes can be received, in any number of calls.
constexpr script_step gives(std::string_view bytes) noexcept {
    return {.what = script_step::act::gives, .bytes = bytes};
}
/// The next call of `start`, `transmit` or `receive` answers `would_block`, once.
constexpr script_step would_block(wait_for wants = wait_for::readable, stage at = stage::none) noexcept {
    return {.what = script_step::act::answers, .answer = io_result::would_block(wants, at)};
}
/// The next call of `start`, `transmit` or `receive` answers `failed`, and the link is down. If `transmit` failed, the
/// steps `gives` and `closes` that follow directly can still be received.
constexpr script_step fails(errc code, std::int32_t native = 0, stage at = stage::none) noexcept {
    return {.what = script_step::act::answers, .answer = io_result::failed(code, native, at)};
}
/// The peer ends the stream in an orderly way: every `receive` answers `closed`; `transmit` fails with
/// `errc::connection_reset`.
constexpr script_step closes() noexcept { return {.what = script_step::act::closes}; }
/// `stop` must be called before anything else. Without such a step, `stop` may be called or not.
constexpr script_step stops() noexcept { return {.what = script_step::act::stops}; }

}  // namespace script

namespace detail {

/// A step without bytes happens by itself.
constexpr bool moves_nothing(const script_step& step) noexcept {
    const bool moves = step.what == script_step::act::expects || step.what == script_step::act::gives;
    return moves && step.bytes.empty();
}

}  // namespace detail

/// Plays steps that the caller holds. After the first mismatch every call fails with `errc::script_mismatch`;
/// `first_mismatch()` has the difference, and `describe` says it in words. A `receive` while the script
/// expects a transmission is no mismatch: it would block. No heap; nothing blocks.
///
/// A script without any `starts` is for code that never starts the link: it plays from its first step.
class scripted : public detail::script_player<script_step, detail::moves_nothing> {
  public:
    static constexpr bool may_wait = false;
    static constexpr bool lingers = true;

    constexpr explicit scripted(std::span<const script_step> steps, const script_pacing& pacing = {}) noexcept
        : script_player(steps, pacing, !is_started_by(steps)) {}

    io_result start(const peer& to) noexcept {
        if (is_open()) return mismatch("start", script_mismatch::kind::started_twice);
        pass_end();
        if (io_result early; answers_early(early)) return early;
        const script_step* step = current(act::starts);
        if (step == nullptr) return mismatch("start", script_mismatch::kind::other_call);
        if (step->bytes.data() != nullptr && (step->bytes != to.host || step->port != to.port))
            return mismatch("start", script_mismatch::kind::other_peer);
        advance();
        set_open(true);
        lingers_ = false;
        return io_result::ready();
    }

    io_result receive(std::span<std::byte> into) noexcept {
        if (lingers_) return receive_last(into);
        if (!is_open()) return mismatch("receive", script_mismatch::kind::not_started);
        if (io_result early; answers_early(early, true)) return early;
        if (current(act::closes) != nullptr) return end();
        if (current(act::expects) != nullptr || current(act::expects_request) != nullptr)
            return io_result::would_block(wait_for::readable);
        const script_step* step = current(act::gives);
        return step != nullptr ? give(*step, into) : mismatch("receive", script_mismatch::kind::other_call);
    }

    io_result transmit(std::span<const std::byte> from) noexcept {
        if (!is_open()) return mismatch("transmit", script_mismatch::kind::not_started);
        if (io_result early; answers_early(early)) {
            if (early.state == io_state::failed) linger(early);
            return early;
        }
        if (current(act::closes) != nullptr) {
            end();
            set_open(false);
            linger(io_result::failed(errc::connection_reset, 0));
            return why_;
        }
        if (current(act::expects_request) != nullptr) return take_request(from);
        const script_step* step = current(act::expects);
        if (step == nullptr) return mismatch("transmit", script_mismatch::kind::other_call);
        const std::string_view wanted = detail::ascii::from(step->bytes, done());
        const std::size_t n = piece(*step, from.size());
        for (std::size_t i = 0; i < n; ++i)
            if (const char got = static_cast<char>(from[i]); got != wanted[i])
                return mismatch("transmit", script_mismatch::kind::other_bytes, done() + i, wanted[i], got);
        return move_on(*step, n);
    }

    void stop() noexcept {
        set_open(false);
        lingers_ = false;
        pass_end();
        if (current(act::stops) != nullptr) advance();
    }

  private:
    static constexpr bool is_started_by(std::span<const script_step> steps) noexcept {
        for (std::size_t n = 0; n != steps.size(); ++n)
            if (steps[n].what == act::starts) return true;
        return false;
    }

    void linger(const io_result& why) noexcept {
        lingers_ = true;
        why_ = why;
    }

    io_result take_request(std::span<const std::byte> from) noexcept {
        const std::size_t most = paced(from.size());
        for (std::size_t n = 0; n != most;)
            if (request_.take(static_cast<char>(from[n++]))) {
                request_ = {};
                return count(n, true);
            }
        return count(most, false);
    }

    // The bytes that follow have arrived already, so only the sizes of the pacing apply.
    io_result receive_last(std::span<std::byte> into) noexcept {
        if (current(act::closes) != nullptr) return end();
        const script_step* step = current(act::gives);
        return step != nullptr ? give(*step, into) : why_;
    }

    detail::request_end request_;
    io_result why_;         // `transmit` failed
    bool lingers_ = false;  // `transmit` failed, and nothing was called since but `receive`
};
static_assert(waiting_transport<scripted> && byte_transport<scripted>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
