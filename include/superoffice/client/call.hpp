// superoffice/client/call.hpp - one running call, in the caller's hands.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_CALL_HPP
#define SUPEROFFICE_CLIENT_CALL_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/codec/select.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/text/json_text.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The most pieces of work in one step. A piece is at most one call of the link, or two where a kept connection is checked.
inline constexpr unsigned max_work_per_step = 16;

namespace detail {

/// The type of a call's result for an operation's reply. A whole list is JSON text.
template <class Reply>
struct reply_value {
    using type = Reply;
};
template <class Element>
struct reply_value<superoffice::list_of<Element>> {
    using type = json_text;
};
template <class Reply>
using value_of_reply = typename reply_value<Reply>::type;

}  // namespace detail

/// What `step` answers: call it again, or take the result.
enum class step_state : std::uint8_t { pending, done };

/// What a pending call waits for: that the link is readable or writable, or, with `wait_for::time`, only the time. Step the
/// call again at `until` at the latest.
struct wait_condition {
    wait_for what = wait_for::nothing;
    instant until = instant::never();
};

/// Accepts that the start of a call blocks while the link looks up a name. It cannot be made from `{}`, which stands for
/// default options.
struct allow_waiting_lookup_t {
    explicit constexpr allow_waiting_lookup_t(int) noexcept {}
};
inline constexpr allow_waiting_lookup_t allow_waiting_lookup{0};

namespace detail {

/// A compile error for a link whose `start` may block, where the program does not accept that.
template <class Link>
constexpr void require_link_that_never_blocks() noexcept {
    static_assert(!Link::may_wait,
                  "superoffice: this link's start may block for a name lookup: use a resolver that does not, or "
                  "pass superoffice::allow_waiting_lookup");
}

}  // namespace detail

/// A running call. The caller holds it and may move it. Its destructor and `cancel` end the call, and the client is ready for
/// the next one. The call must be destroyed before its client.
template <class Client, class Info>
class call {
  public:
    /// No call: done, and its error is `errc::cancelled`. For a member to which a call is assigned later.
    call() noexcept : api_(nullptr), result_(cancelled) {}

    /// Made by the client. A client that is busy, or cannot be used, makes a call that is done, with the error.
    template <class Request, class Reply>
    call(Client& api, const operation<Request, Reply>& what, const Request& request,
         const call_options& options) noexcept
        : api_(&api) {
        const std::string_view select = options.select.empty() ? own_select<Reply>() : options.select.view();
        if (const superoffice::error e = api.start_call(what, request, select, options); e.code != errc::ok) finish(e);
    }
    /// Made by the client after it has started the call, or could not start it.
    call(Client& api, const superoffice::error& e) noexcept : api_(&api) {
        if (e.code != errc::ok) finish(e);
    }
    /// Afterwards the other call is done, and its error is `errc::cancelled`.
    call(call&& other) noexcept : api_(other.api_), result_(std::move(other.result_)) { other.finish(cancelled); }
    /// Cancels the call that was here. Before you assign a new call of the same client, `cancel` the old one: the new call
    /// is started first and would end with `errc::busy`.
    call& operator=(call&& other) noexcept {
        if (this != &other) {
            cancel();
            api_ = other.api_;
            result_ = std::move(other.result_);
            other.finish(cancelled);
        }
        return *this;
    }
    ~call() { cancel(); }

    /// Goes on as far as it can without waiting, at most `max_work_per_step` pieces of work. `now` must never go back; the
    /// first step starts the deadline. After `done` it does nothing and answers `done`.
    step_state step(instant now) noexcept {
        if (api_ != nullptr && api_->step_call(now, result_) == step_state::done) api_ = nullptr;
        return api_ == nullptr ? step_state::done : step_state::pending;
    }

    /// What to wait for before the next step, for a program that sleeps in between. Only while pending.
    [[nodiscard]] wait_condition wants() const noexcept { return api_ == nullptr ? wait_condition{} : api_->wants(); }

    [[nodiscard]] bool is_done() const noexcept { return api_ == nullptr; }

    /// The value or the error, once `step` has answered done. Texts live until the client's next call, its `stop()` or
    /// its end.
    [[nodiscard]] superoffice::result<Info>& result() noexcept {
        SUPEROFFICE_ASSERT(is_done() && "superoffice: the call is not done: step() it until it says so");
        return result_;
    }
    [[nodiscard]] const superoffice::result<Info>& result() const noexcept {
        SUPEROFFICE_ASSERT(is_done() && "superoffice: the call is not done: step() it until it says so");
        return result_;
    }

    /// The value itself. Only where there is one: `result()` is true.
    [[nodiscard]] std::add_lvalue_reference_t<Info> value() noexcept { return result().value(); }
    [[nodiscard]] std::add_lvalue_reference_t<const Info> value() const noexcept { return result().value(); }

    /// The error; `errc::ok` where there is a value.
    [[nodiscard]] superoffice::error error() const noexcept { return result().error(); }

    /// Ends the call; its error is then `errc::cancelled`. Does nothing once it is done.
    void cancel() noexcept {
        if (api_ == nullptr) return;
        api_->cancel();
        finish(cancelled);
    }

  private:
    static constexpr superoffice::error cancelled{.stage = stage::none, .code = errc::cancelled};

    template <class Reply>
    static consteval std::string_view own_select() {
        if constexpr (std::same_as<Info, detail::value_of_reply<Reply>>)
            return {};
        else
            return select_of<Info, Reply>();
    }

    void finish(const superoffice::error& e) noexcept {
        result_ = e;
        api_ = nullptr;
    }

    Client* api_;
    superoffice::result<Info> result_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
