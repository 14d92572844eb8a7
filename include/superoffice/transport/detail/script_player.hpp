// superoffice/transport/detail/script_player.hpp - plays a script: the part that links and HTTP stacks share.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_SCRIPT_PLAYER_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_SCRIPT_PLAYER_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/script_mismatch.hpp>
#include <superoffice/transport/script_pacing.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Knows the next step, how much of it has moved, and the first mismatch. A `Step` has `what` (an enum with `answers`,
/// for which there is `step_name`), `answer` and `bytes`. Steps for which `IsSkipped` is true happen by themselves.
template <class Step, bool (*IsSkipped)(const Step&) noexcept>
class script_player {
  public:
    [[nodiscard]] bool secure() const noexcept { return pacing_.secure; }

    /// For the blocking call: returns at once, since every step of a script happens when it is called for.
    void wait(wait_for, milliseconds) noexcept {}

    /// Every step was played, and nothing else happened.
    [[nodiscard]] bool finished() const noexcept {
        return step_ + (ended_ ? 1 : 0) == steps_.size() && mismatch_.what == script_mismatch::kind::none;
    }

    /// The first difference; `kind::none` while there is none.
    [[nodiscard]] const script_mismatch& first_mismatch() const noexcept { return mismatch_; }

    /// The number of calls that a step could have answered (not `stop` and `cancel`, and not those that `blocks_first`
    /// answered).
    [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

    /// Bytes that have moved, both directions together; for an HTTP stack: bytes of bodies that were taken.
    [[nodiscard]] std::size_t moved() const noexcept { return moved_; }

  protected:
    using act = typename Step::act;

    constexpr script_player(std::span<const Step> steps, const script_pacing& pacing, bool open) noexcept
        : steps_(steps), pacing_(pacing), open_(open) {
        skip();
    }

    [[nodiscard]] const Step* current(act what) const noexcept {
        return step_ < steps_.size() && steps_[step_].what == what ? &steps_[step_] : nullptr;
    }

    void advance() noexcept {
        ++step_;
        done_ = 0;
        skip();
    }

    /// The current step ends the stream, or the reply: it stays current until something else is called.
    io_result end() noexcept {
        ended_ = true;
        return io_result::closed();
    }
    void pass_end() noexcept {
        if (ended_) advance();
        ended_ = false;
    }

    /// True if the pacing, an earlier mismatch, or a step that answers any call gives the answer.
    bool answers_early(io_result& answer, bool may_close = false) noexcept {
        if (mismatch_.what != script_mismatch::kind::none) {
            answer = mismatch_answer();
            return true;
        }
        if (pacing_.blocks_first && !blocked_) {
            blocked_ = true;
            answer = io_result::would_block(wait_for::readable);
            return true;
        }
        blocked_ = false;
        if (calls_++ == pacing_.interrupt_at) {
            answer = pacing_.interruption;
            if (answer.state == io_state::closed && !may_close) answer = io_result::failed(errc::connection_reset, 0);
        } else if (const Step* step = current(act::answers); step != nullptr) {
            answer = step->answer;
            advance();
        } else {
            return false;
        }
        if (answer.state == io_state::failed) open_ = false;
        return true;
    }

    /// How many bytes of the current step one call moves, if it asks for `asked`.
    [[nodiscard]] std::size_t piece(const Step& step, std::size_t asked) const noexcept {
        const std::size_t left = step.bytes.size() - done_;
        return paced(left < asked ? left : asked);
    }
    /// The same for a step of unknown size.
    [[nodiscard]] std::size_t paced(std::size_t n) const noexcept {
        if (n > pacing_.at_most) n = pacing_.at_most;
        if (moved_ < pacing_.cut_at && n > pacing_.cut_at - moved_) n = pacing_.cut_at - moved_;
        return n;
    }

    io_result move_on(const Step& step, std::size_t n) noexcept {
        moved_ += n;
        done_ += n;
        if (done_ == step.bytes.size()) advance();
        return io_result::ready(n);
    }

    /// For a step of unknown size: `n` bytes of it moved, and it has ended or not.
    io_result count(std::size_t n, bool is_over) noexcept {
        moved_ += n;
        if (is_over) advance();
        return io_result::ready(n);
    }

    io_result give(const Step& step, std::span<std::byte> into) noexcept {
        const std::size_t n = piece(step, into.size());
        std::memcpy(into.data(), step.bytes.data() + done_, n);
        return move_on(step, n);
    }

    /// `called`: the function of the link.
    io_result mismatch(const char* called, script_mismatch::kind what, std::size_t offset = 0, char wanted = 0,
                       char got = 0) noexcept {
        const char* const named = step_ < steps_.size() ? step_name(steps_[step_].what) : "";
        if (mismatch_.what == script_mismatch::kind::none)
            mismatch_ = {what, step_, offset, wanted, got, called, named};
        open_ = false;
        return mismatch_answer();
    }

    [[nodiscard]] std::size_t done() const noexcept { return done_; }
    [[nodiscard]] bool has_ended() const noexcept { return ended_; }
    [[nodiscard]] bool is_open() const noexcept { return open_; }
    void set_open(bool on) noexcept { open_ = on; }

  private:
    /// `native` is the number of the step, counted from 1.
    [[nodiscard]] io_result mismatch_answer() const noexcept {
        return io_result::failed(errc::script_mismatch, static_cast<std::int32_t>(mismatch_.step + 1));
    }

    constexpr void skip() noexcept {
        while (step_ < steps_.size() && IsSkipped(steps_[step_])) ++step_;
    }

    std::span<const Step> steps_;
    script_pacing pacing_;
    script_mismatch mismatch_;
    std::size_t step_ = 0;
    std::size_t done_ = 0;  // of the step's bytes
    std::size_t calls_ = 0;
    std::size_t moved_ = 0;
    bool open_;             // started, and not ended since
    bool ended_ = false;    // the current step ends the stream or the reply, and was played
    bool blocked_ = false;  // the next call has already been answered with would_block
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
