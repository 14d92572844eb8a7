// superoffice/transport/scripted_http.hpp - an HTTP stack that plays a list of steps, for tests; no network is behind it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPTED_HTTP_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPTED_HTTP_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/http/header_line.hpp>
#include <superoffice/transport/byte_transport.hpp>
#include <superoffice/transport/detail/script_player.hpp>
#include <superoffice/transport/http_transport.hpp>
#include <superoffice/transport/script_mismatch.hpp>
#include <superoffice/transport/script_pacing.hpp>

#include <cstddef>
#include <cstdint>
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
    std::string_view method = {}, url = {}, fields = {};  ///< expected; a view without data stands for anything
    std::string_view bytes = {};                          ///< the body of the request, or of the reply
};

/// The function of `http_script` that makes such a step.
constexpr const char* step_name(http_script_step::act what) noexcept {
    switch (what) {
        case http_script_step::act::asks: return "asks";
        case http_script_step::act::replies: return "replies";
        case http_script_step::act::gives: return "gives";
        case http_script_step::act::ends: return "ends";
        case http_script_step::act::answers: return "would_block or fails";
        case http_script_step::act::cancels:
        default: return "cancels";
    }
}

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
/// `start` is called with this method, URL, body and header lines (`fields`: complete lines), and is ready. A view
/// without data (`{}`) stands for any text.
constexpr http_script_step asks(std::string_view method, std::string_view url, std::string_view body = {},
                                std::string_view fields = {}) noexcept {
    return {.what = http_script_step::act::asks, .method = method, .url = url, .fields = fields, .bytes = body};
}
/// The head of the reply is known from now on. `fields`: complete lines.
constexpr http_script_step replies(std::uint16_t status, std::string_view fields = {}) noexcept {
    return {.what = http_script_step::act::replies, .status = status, .fields = fields};
}
/// These bytes of the body can be taken, in any number of steps.
constexpr http_script_step gives(std::string_view bytes) noexcept {
    return {.what = http_script_step::act::gives, .bytes = bytes};
}
/// The reply is complete: every `step` answers `closed`.
constexpr http_script_step ends() noexcept { return {.what = http_script_step::act::ends}; }
/// The next call of `start` or `step` answers `would_block`, once.
constexpr http_script_step would_block(wait_for wants = wait_for::readable, stage at = stage::none) noexcept {
    return {.what = http_script_step::act::answers, .answer = io_result::would_block(wants, at)};
}
/// The next call of `start` or `step` answers `failed`; the call is over then.
constexpr http_script_step fails(errc code, std::int32_t native = 0, stage at = stage::none) noexcept {
    return {.what = http_script_step::act::answers, .answer = io_result::failed(code, native, at)};
}
/// `cancel` must be called before anything else. Without such a step, it may be called or not.
constexpr http_script_step cancels() noexcept { return {.what = http_script_step::act::cancels}; }

}  // namespace http_script

namespace detail {

constexpr bool skips_nothing(const http_script_step&) noexcept { return false; }

}  // namespace detail

/// Plays steps that the caller holds, as `script_pacing` says. After the first mismatch every call fails with
/// `errc::script_mismatch`: `other_peer` is another method or URL, `other_bytes` another body or other header lines. No
/// heap; nothing blocks.
class scripted_http : public detail::script_player<http_script_step, detail::skips_nothing> {
  public:
    static constexpr bool may_wait = false;

    constexpr explicit scripted_http(std::span<const http_script_step> steps, const script_pacing& pacing = {}) noexcept
        : script_player(steps, pacing, false) {}

    io_result start(const http_request& what) noexcept {
        pass_end();
        if (is_open()) return mismatch("start", script_mismatch::kind::started_twice);
        status_ = 0;
        fields_ = {};
        if (io_result early; answers_early(early)) return early;
        const http_script_step* step = current(act::asks);
        if (step == nullptr) return mismatch("start", script_mismatch::kind::other_call);
        if (differs(step->method, what.method) || differs(step->url, what.url))
            return mismatch("start", script_mismatch::kind::other_peer);
        if (differs(step->fields, what.fields)) return mismatch_of(step->fields, what.fields);
        if (differs(step->bytes, what.body)) return mismatch_of(step->bytes, what.body);
        advance();
        set_open(true);
        return io_result::ready();
    }

    io_result step(instant, std::span<std::byte> into) noexcept {
        if (has_ended()) return io_result::closed();
        if (!is_open()) return mismatch("step", script_mismatch::kind::not_started);
        take_head();
        if (io_result early; answers_early(early, true)) return early;
        if (current(act::ends) != nullptr) {
            set_open(false);
            return end();
        }
        const http_script_step* step = current(act::gives);
        return step != nullptr ? give(*step, into) : mismatch("step", script_mismatch::kind::other_call);
    }

    [[nodiscard]] std::uint16_t status() const noexcept { return status_; }

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
        header_line line;
        for (std::string_view rest = fields_; next_header(rest, line);)
            if (detail::ascii::equal_ignoring_case(line.name, name)) return line.value;
        return {};
    }

    void cancel() noexcept {
        pass_end();
        set_open(false);
        status_ = 0;
        fields_ = {};
        if (current(act::cancels) != nullptr) advance();
    }

  private:
    // Passes the steps that need no call: a head, and a body piece without bytes.
    void take_head() noexcept {
        for (;; advance()) {
            if (const http_script_step* step = current(act::replies); step != nullptr) {
                status_ = step->status;
                fields_ = step->fields;
                continue;
            }
            const http_script_step* step = current(act::gives);
            if (step == nullptr || !step->bytes.empty()) return;
        }
    }

    static bool differs(std::string_view wanted, std::string_view got) noexcept {
        return wanted.data() != nullptr && wanted != got;
    }

    io_result mismatch_of(std::string_view wanted, std::string_view got) noexcept {
        std::size_t at = 0;
        while (at < wanted.size() && at < got.size() && wanted[at] == got[at]) ++at;
        return mismatch("start", script_mismatch::kind::other_bytes, at, at < wanted.size() ? wanted[at] : '\0',
                        at < got.size() ? got[at] : '\0');
    }

    std::string_view fields_;  // of the reply
    std::uint16_t status_ = 0;
};
static_assert(waiting_http_transport<scripted_http> && !byte_transport<scripted_http>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
