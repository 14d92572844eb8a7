// superoffice/transport/scripted_http.hpp - an HTTP stack that plays a list of steps, for tests; no network is behind it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPTED_HTTP_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPTED_HTTP_HPP

#include <superoffice/detail/ascii.hpp>
#include <superoffice/error.hpp>
#include <superoffice/header_line.hpp>
#include <superoffice/http_transport.hpp>
#include <superoffice/time.hpp>
#include <superoffice/transport.hpp>
#include <superoffice/transport/scripted.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One thing that happens on a scripted HTTP stack. Made by the functions of `http_script`.
struct http_script_step {
    enum class act : std::uint8_t { asks, replies, gives, ends, answers, cancels };

    act what = act::cancels;
    std::uint16_t status = 0;
    io_result answer = {};
    std::string_view method = {}, url = {}, fields = {};  ///< wanted; one without data: anything
    std::string_view bytes = {};                          ///< the request's body, or the reply's
};

/// The steps of a script, in the order in which they happen:
///
///     const superoffice::http_script_step steps[] = {
///         superoffice::http_script::asks("POST", "https://example.com/api/v1/...", R"({"Id":497})"),
///         superoffice::http_script::would_block(),
///         superoffice::http_script::replies(200, "Content-Type: application/json\r\n"),
///         superoffice::http_script::gives(R"({"Id":497})"),
///         superoffice::http_script::ends(),
///     };
///     superoffice::scripted_http stack{steps};
///
/// Texts are borrowed for as long as the stack plays.
namespace http_script {

/// `start` is called, with any request, and is ready.
constexpr http_script_step asks() noexcept { return {.what = http_script_step::act::asks}; }
/// `start` is called with this method, this URL and this body, and is ready; with `fields`, whole lines, its header lines
/// are these. A text without data (`{}`) stands for any.
constexpr http_script_step asks(std::string_view method, std::string_view url, std::string_view body = {},
                                std::string_view fields = {}) noexcept {
    return {.what = http_script_step::act::asks, .method = method, .url = url, .fields = fields, .bytes = body};
}
/// The reply's head is known from now on. `fields`: whole lines.
constexpr http_script_step replies(std::uint16_t status, std::string_view fields = {}) noexcept {
    return {.what = http_script_step::act::replies, .status = status, .fields = fields};
}
/// These bytes of the body can be taken, in however many steps.
constexpr http_script_step gives(std::string_view bytes) noexcept {
    return {.what = http_script_step::act::gives, .bytes = bytes};
}
/// The reply is whole: `step` answers `closed`, however often.
constexpr http_script_step ends() noexcept { return {.what = http_script_step::act::ends}; }
/// The next call of `start` or `step` answers `would_block`, once.
constexpr http_script_step would_block(wait_for wants = wait_for::readable, stage at = stage::none) noexcept {
    return {.what = http_script_step::act::answers, .answer = io_result::would_block(wants, at)};
}
/// The next call of `start` or `step` answers `failed`; the call is over then.
constexpr http_script_step fails(errc code, std::int32_t native = 0, stage at = stage::none) noexcept {
    return {.what = http_script_step::act::answers, .answer = io_result::failed(code, native, at)};
}
/// `cancel` must be called before anything else. Where no such step stands, it may be called or not.
constexpr http_script_step cancels() noexcept { return {.what = http_script_step::act::cancels}; }

}  // namespace http_script

/// Plays steps that the caller holds, in a `script_manner`. From the first mismatch on it answers nothing but `failed`:
/// `other_peer` is another method or URL, `other_bytes` another body or other header lines. No heap; nothing waits.
class scripted_http {
  public:
    static constexpr bool may_wait = false;

    constexpr explicit scripted_http(std::span<const http_script_step> steps, const script_manner& manner = {}) noexcept
        : steps_(steps), manner_(manner) {}

    io_result start(const http_request& what) noexcept {
        pass_ended();
        if (under_way_) return mismatch(script_mismatch::kind::started_twice);
        status_ = 0;
        fields_ = {};
        if (io_result early; answers_early(early)) return early;
        const http_script_step* step = current(http_script_step::act::asks);
        if (step == nullptr) return mismatch(script_mismatch::kind::other_call);
        if (differs(step->method, what.method) || differs(step->url, what.url))
            return mismatch(script_mismatch::kind::other_peer);
        if (differs(step->fields, what.fields)) return mismatch_of(step->fields, what.fields);
        if (differs(step->bytes, what.body)) return mismatch_of(step->bytes, what.body);
        advance();
        under_way_ = true;
        return io_result::ready();
    }

    io_result step(instant, std::span<std::byte> into) noexcept {
        if (ended_) return io_result::closed();
        if (!under_way_) return mismatch(script_mismatch::kind::not_started);
        take_head();
        if (io_result early; answers_early(early, true)) return early;
        take_head();
        if (current(http_script_step::act::ends) != nullptr) {
            ended_ = true;
            under_way_ = false;
            return io_result::closed();
        }
        const http_script_step* step = current(http_script_step::act::gives);
        if (step == nullptr) return mismatch(script_mismatch::kind::other_call);
        const std::size_t n = piece(step->bytes.size() - done_, into.size());
        std::memcpy(into.data(), step->bytes.data() + done_, n);
        moved_ += n;
        done_ += n;
        if (done_ == step->bytes.size()) advance();
        return io_result::ready(n);
    }

    [[nodiscard]] std::uint16_t status() const noexcept { return status_; }

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
        header_line line;
        for (std::string_view rest = fields_; next_header(rest, line);)
            if (detail::ascii::equal_ignoring_case(line.name, name)) return line.value;
        return {};
    }

    void cancel() noexcept {
        pass_ended();
        under_way_ = false;
        status_ = 0;
        fields_ = {};
        if (current(http_script_step::act::cancels) != nullptr) advance();
    }

    [[nodiscard]] bool secure() const noexcept { return manner_.secure; }

    /// For the blocking call: returns at once, since every step of a script happens when it is asked for.
    void wait(wait_for, milliseconds) noexcept {}

    /// Every step was played, and nothing else happened.
    [[nodiscard]] bool finished() const noexcept {
        return step_ + (ended_ ? 1 : 0) == steps_.size() && mismatch_.what == script_mismatch::kind::none;
    }

    /// What went otherwise first; `kind::none` while nothing did.
    [[nodiscard]] const script_mismatch& first_mismatch() const noexcept { return mismatch_; }

    /// Calls of `start` and `step` so far, without those which only `blocks_first` answered.
    [[nodiscard]] std::size_t calls() const noexcept { return calls_; }

    /// Bytes of bodies that were taken.
    [[nodiscard]] std::size_t moved() const noexcept { return moved_; }

  private:
    [[nodiscard]] const http_script_step* current(http_script_step::act what) const noexcept {
        return step_ < steps_.size() && steps_[step_].what == what ? &steps_[step_] : nullptr;
    }

    void advance() noexcept {
        ++step_;
        done_ = 0;
    }

    void pass_ended() noexcept {
        if (ended_) advance();
        ended_ = false;
    }

    // What needs no call of its own: a head, and no bytes to give.
    void take_head() noexcept {
        for (;; advance()) {
            if (const http_script_step* step = current(http_script_step::act::replies); step != nullptr) {
                status_ = step->status;
                fields_ = step->fields;
                continue;
            }
            const http_script_step* step = current(http_script_step::act::gives);
            if (step == nullptr || !step->bytes.empty()) return;
        }
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
        } else if (const http_script_step* step = current(http_script_step::act::answers); step != nullptr) {
            answer = step->answer;
            advance();
        } else {
            return false;
        }
        if (answer.state == io_state::failed) under_way_ = false;
        return true;
    }

    [[nodiscard]] std::size_t piece(std::size_t left, std::size_t asked) const noexcept {
        std::size_t n = left < asked ? left : asked;
        if (n > manner_.at_most) n = manner_.at_most;
        if (moved_ < manner_.cut_at && n > manner_.cut_at - moved_) n = manner_.cut_at - moved_;
        return n;
    }

    static bool differs(std::string_view wanted, std::string_view got) noexcept {
        return wanted.data() != nullptr && wanted != got;
    }

    io_result mismatch_of(std::string_view wanted, std::string_view got) noexcept {
        std::size_t at = 0;
        while (at < wanted.size() && at < got.size() && wanted[at] == got[at]) ++at;
        return mismatch(script_mismatch::kind::other_bytes, at, at < wanted.size() ? wanted[at] : '\0',
                        at < got.size() ? got[at] : '\0');
    }

    io_result mismatch(script_mismatch::kind what, std::size_t offset = 0, char wanted = 0, char got = 0) noexcept {
        if (mismatch_.what == script_mismatch::kind::none) mismatch_ = {what, step_, offset, wanted, got};
        under_way_ = false;
        return io_result::failed(errc::link_failed, 0);
    }

    std::span<const http_script_step> steps_;
    script_manner manner_;
    script_mismatch mismatch_;
    std::string_view fields_;  // the reply's
    std::size_t step_ = 0;
    std::size_t done_ = 0;  // of the step's bytes
    std::size_t calls_ = 0;
    std::size_t moved_ = 0;
    std::uint16_t status_ = 0;
    bool under_way_ = false;
    bool ended_ = false;    // the current step ends the reply, and was played
    bool blocked_ = false;  // the call that comes was already made to wait
};
static_assert(waiting_http_transport<scripted_http> && !byte_transport<scripted_http>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
