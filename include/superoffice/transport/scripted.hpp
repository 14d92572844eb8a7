// superoffice/transport/scripted.hpp - a link that plays a list of steps, for tests; it has no network behind it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPTED_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPTED_HPP

#include <superoffice/error.hpp>
#include <superoffice/time.hpp>
#include <superoffice/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One thing that happens on a scripted link. Made by the functions of `script`.
struct script_step {
    enum class act : std::uint8_t { starts, expects, gives, answers, closes, stops };

    act what = act::stops;
    std::uint16_t port = 0;
    io_result answer = {};
    std::string_view bytes = {};  ///< to be transmitted, to be received, or the host to be started with
};

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
/// Just these bytes are transmitted, in however many calls.
constexpr script_step expects(std::string_view bytes) noexcept {
    return {.what = script_step::act::expects, .bytes = bytes};
}
/// These bytes can be received, in however many calls.
constexpr script_step gives(std::string_view bytes) noexcept {
    return {.what = script_step::act::gives, .bytes = bytes};
}
/// The next call of `start`, `transmit` or `receive` answers `would_block`, once.
constexpr script_step would_block(wait_for wants = wait_for::readable, stage at = stage::none) noexcept {
    return {.what = script_step::act::answers, .answer = io_result::would_block(wants, at)};
}
/// The next call of `start`, `transmit` or `receive` answers `failed`; the link is down then. Where `transmit` did, what
/// `gives` and `closes` right behind it say can still be received.
constexpr script_step fails(errc code, std::int32_t native = 0, stage at = stage::none) noexcept {
    return {.what = script_step::act::answers, .answer = io_result::failed(code, native, at)};
}
/// The peer ends the stream in an orderly way: `receive` answers `closed`, however often; `transmit` is answered with
/// `errc::connection_reset`.
constexpr script_step closes() noexcept { return {.what = script_step::act::closes}; }
/// `stop` must be called before anything else. Where no such step stands, `stop` may be called or not.
constexpr script_step stops() noexcept { return {.what = script_step::act::stops}; }

}  // namespace script

/// How a script is played: the same steps, made harder for whoever drives the link.
struct script_manner {
    std::size_t at_most = SIZE_MAX;       ///< bytes that one call moves; at least 1
    std::size_t cut_at = 0;               ///< a call ends where so many bytes have moved in all, both ways; 0: nowhere
    bool blocks_first = false;            ///< every call answers `would_block` once before it does anything
    std::size_t interrupt_at = SIZE_MAX;  ///< the call of this number, from 0, gives another answer; see `calls()`
    io_result interruption = {};          ///< ... this one; `closed` becomes connection_reset where it cannot stand
    bool secure = true;                   ///< what `secure()` answers
};

/// The first thing that went otherwise than the script has it.
struct script_mismatch {
    enum class kind : std::uint8_t {
        none,
        other_call,     ///< a call that this step does not answer; behind the last step: any call
        other_bytes,    ///< transmitted something else; `wanted` and `got` are the first bytes that differ
        other_peer,     ///< started with another host or port
        not_started,    ///< transmitted or received before `start`, or after `stop` or a failure
        started_twice,  ///< started again without `stop`
    };
    kind what = kind::none;
    std::size_t step = 0;    ///< counted from 0
    std::size_t offset = 0;  ///< in the step's bytes
    char wanted = 0;
    char got = 0;
};

/// Plays steps that the caller holds. From the first mismatch on it answers nothing but `failed`. A `receive` while
/// the script waits for something to be transmitted is no mismatch: it would block. No heap; nothing waits.
///
/// A script without any `starts` is for a driver that never starts a link: it plays from its first step.
class scripted {
  public:
    static constexpr bool may_wait = false;
    static constexpr bool lingers = true;

    constexpr explicit scripted(std::span<const script_step> steps, const script_manner& manner = {}) noexcept
        : steps_(steps), manner_(manner), open_(true) {
        for (std::size_t n = 0; n != steps.size(); ++n)
            if (steps[n].what == script_step::act::starts) open_ = false;
        skip_empty();
    }

    io_result start(const peer& to) noexcept {
        if (open_) return mismatch(script_mismatch::kind::started_twice);
        pass_closed();
        if (io_result early; answers_early(early)) return early;
        const script_step* step = current(script_step::act::starts);
        if (step == nullptr) return mismatch(script_mismatch::kind::other_call);
        if (step->bytes.data() != nullptr && (step->bytes != to.host || step->port != to.port))
            return mismatch(script_mismatch::kind::other_peer);
        advance();
        open_ = true;
        lingers_ = false;
        return io_result::ready();
    }

    io_result receive(std::span<std::byte> into) noexcept {
        if (lingers_) return receive_last(into);
        if (!open_) return mismatch(script_mismatch::kind::not_started);
        if (io_result early; answers_early(early, true)) return early;
        if (current(script_step::act::closes) != nullptr) {
            closed_ = true;
            return io_result::closed();
        }
        if (current(script_step::act::expects) != nullptr) return io_result::would_block(wait_for::readable);
        const script_step* step = current(script_step::act::gives);
        if (step == nullptr) return mismatch(script_mismatch::kind::other_call);
        const std::size_t n = piece(step->bytes.size() - done_, into.size());
        std::memcpy(into.data(), step->bytes.data() + done_, n);
        return move_on(n, step->bytes.size());
    }

    io_result transmit(std::span<const std::byte> from) noexcept {
        if (!open_) return mismatch(script_mismatch::kind::not_started);
        if (io_result early; answers_early(early)) {
            if (early.state == io_state::failed) linger(early);
            return early;
        }
        if (current(script_step::act::closes) != nullptr) {
            closed_ = true;
            open_ = false;
            linger(io_result::failed(errc::connection_reset, 0));
            return why_;
        }
        const script_step* step = current(script_step::act::expects);
        if (step == nullptr) return mismatch(script_mismatch::kind::other_call);
        const std::size_t n = piece(step->bytes.size() - done_, from.size());
        for (std::size_t i = 0; i < n; ++i)
            if (const char got = static_cast<char>(from[i]); got != step->bytes[done_ + i])
                return mismatch(script_mismatch::kind::other_bytes, done_ + i, step->bytes[done_ + i], got);
        return move_on(n, step->bytes.size());
    }

    void stop() noexcept {
        open_ = lingers_ = false;
        pass_closed();
        if (current(script_step::act::stops) != nullptr) advance();
    }

    [[nodiscard]] bool secure() const noexcept { return manner_.secure; }

    /// For the blocking call: returns at once, since every step of a script happens when it is asked for.
    void wait(wait_for, milliseconds) noexcept {}

    /// Every step was played, and nothing else happened.
    [[nodiscard]] bool finished() const noexcept {
        const bool all = step_ == steps_.size() || (closed_ && step_ + 1 == steps_.size());
        return all && mismatch_.what == script_mismatch::kind::none;
    }

    /// What went otherwise first; `kind::none` while nothing did.
    [[nodiscard]] const script_mismatch& first_mismatch() const noexcept { return mismatch_; }

    /// Calls of `start`, `transmit` and `receive` so far, without those which only `blocks_first` answered.
    [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

    /// Bytes that have moved, both ways together.
    [[nodiscard]] std::size_t moved() const noexcept { return moved_; }

  private:
    [[nodiscard]] const script_step* current(script_step::act what) const noexcept {
        return step_ < steps_.size() && steps_[step_].what == what ? &steps_[step_] : nullptr;
    }

    void advance() noexcept {
        ++step_;
        done_ = 0;
        closed_ = false;
        skip_empty();
    }

    void linger(const io_result& why) noexcept {
        lingers_ = true;
        why_ = why;
    }

    // What follows has come already: no manner but that of sizes changes it.
    io_result receive_last(std::span<std::byte> into) noexcept {
        if (current(script_step::act::closes) != nullptr) {
            closed_ = true;
            return io_result::closed();
        }
        const script_step* step = current(script_step::act::gives);
        if (step == nullptr) return why_;
        const std::size_t n = piece(step->bytes.size() - done_, into.size());
        std::memcpy(into.data(), step->bytes.data() + done_, n);
        return move_on(n, step->bytes.size());
    }

    // No bytes to move is nothing that could happen.
    constexpr void skip_empty() noexcept {
        const auto moves = [](const script_step& step) noexcept {
            return step.what == script_step::act::expects || step.what == script_step::act::gives;
        };
        while (step_ < steps_.size() && moves(steps_[step_]) && steps_[step_].bytes.empty()) ++step_;
    }

    void pass_closed() noexcept {
        if (closed_) advance();
    }

    // Answers that come from the manner, from an earlier mismatch, or from a step that answers any call.
    bool answers_early(io_result& answer, bool may_close = false) noexcept {
        if (mismatch_.what != script_mismatch::kind::none) {
            answer = io_result::failed(errc::link_failed, 0);
            return true;
        }
        if (manner_.blocks_first && !blocked_) {
            blocked_ = true;
            answer = io_result::would_block(wait_for::readable);
            return true;
        }
        blocked_ = false;
        if (calls_++ == manner_.interrupt_at) {
            answer = manner_.interruption;
            if (answer.state == io_state::closed && !may_close) answer = io_result::failed(errc::connection_reset, 0);
        } else if (const script_step* step = current(script_step::act::answers); step != nullptr) {
            answer = step->answer;
            advance();
        } else {
            return false;
        }
        if (answer.state == io_state::failed) open_ = false;
        return true;
    }

    [[nodiscard]] std::size_t piece(std::size_t left, std::size_t asked) const noexcept {
        std::size_t n = left < asked ? left : asked;
        if (n > manner_.at_most) n = manner_.at_most;
        if (moved_ < manner_.cut_at && n > manner_.cut_at - moved_) n = manner_.cut_at - moved_;
        return n;
    }

    io_result move_on(std::size_t n, std::size_t whole) noexcept {
        moved_ += n;
        done_ += n;
        if (done_ == whole) advance();
        return io_result::ready(n);
    }

    io_result mismatch(script_mismatch::kind what, std::size_t offset = 0, char wanted = 0, char got = 0) noexcept {
        if (mismatch_.what == script_mismatch::kind::none) mismatch_ = {what, step_, offset, wanted, got};
        open_ = false;
        return io_result::failed(errc::link_failed, 0);
    }

    std::span<const script_step> steps_;
    script_manner manner_;
    script_mismatch mismatch_;
    std::size_t step_ = 0;
    std::size_t done_ = 0;  // of the step's bytes
    std::size_t calls_ = 0;
    std::size_t moved_ = 0;
    io_result why_;  // `transmit` failed
    bool open_ = false;
    bool lingers_ = false;  // `transmit` failed, and nothing was called since but `receive`
    bool closed_ = false;   // the current step closes, and was played
    bool blocked_ = false;  // the call that comes was already made to wait
};
static_assert(waiting_transport<scripted> && byte_transport<scripted>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
