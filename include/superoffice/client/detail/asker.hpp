// superoffice/client/detail/asker.hpp - asks any client how one task is doing, for the watches.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_ASKER_HPP
#define SUPEROFFICE_CLIENT_DETAIL_ASKER_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/detail/call_context.hpp>
#include <superoffice/codec/select.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/service/operations.hpp>
#include <superoffice/service/options.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A client whose type is forgotten, so that `watch<Info>` can be written without it. Makes one call at a time.
template <class Info>
class asker {
  public:
    template <class Client>
    explicit asker(Client& api) noexcept
        : api_(&api), functions_(&of<Client>::all), wants_(&api.wants()), outcome_(&api.outcome()) {}

    [[nodiscard]] bool asks(const void* api) const noexcept { return api_ == api; }

    /// Starts a call that does not outlast `left`.
    superoffice::error begin(std::int32_t id, const call_options& options, milliseconds left) noexcept {
        return functions_->begin(api_, id, options, left);
    }
    step_state step(instant now, superoffice::result<Info>& answer) noexcept {
        return functions_->step(api_, now, answer);
    }
    [[nodiscard]] const wait_condition& wants() const noexcept { return *wants_; }
    void cancel() noexcept { functions_->cancel(api_); }
    /// Tells whether the last reply differs from another one.
    [[nodiscard]] std::uint64_t digest() const noexcept { return outcome_->digest; }
    [[nodiscard]] const field<milliseconds>& retry_after() const noexcept { return outcome_->reply.retry_after; }

  private:
    struct functions {
        superoffice::error (*begin)(void*, std::int32_t, const call_options&, milliseconds) noexcept;
        step_state (*step)(void*, instant, superoffice::result<Info>&) noexcept;
        void (*cancel)(void*) noexcept;
    };

    template <class Client>
    struct of {
        static superoffice::error begin(void* api, std::int32_t id, const call_options& options,
                                        milliseconds left) noexcept {
            auto& client = *static_cast<Client*>(api);
            client.want_digest();
            const std::string_view select = options.select.empty() ? select_of<Info>() : options.select.view();
            const superoffice::error e =
                client.start_call(get_batch_task_info, GetBatchTaskInfoRequest{id}, select, options);
            if (e.code == errc::ok) client.limit_time(left);
            return e;
        }
        static step_state step(void* api, instant now, superoffice::result<Info>& answer) noexcept {
            return static_cast<Client*>(api)->step_call(now, answer);
        }
        static void cancel(void* api) noexcept { static_cast<Client*>(api)->cancel(); }
        static constexpr functions all{begin, step, cancel};
    };

    void* api_;
    const functions* functions_;
    const wait_condition* wants_;
    const call_outcome* outcome_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
