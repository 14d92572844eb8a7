// superoffice/client/detail/asker.hpp - asks any client how one task is doing, for the watches.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_ASKER_HPP
#define SUPEROFFICE_CLIENT_DETAIL_ASKER_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
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
    explicit asker(Client& api) noexcept : api_(&api), functions_(&of<Client>::all) {}

    [[nodiscard]] bool asks(const void* api) const noexcept { return api_ == api; }

    /// Starts a call that does not outlast `end`.
    superoffice::error begin(std::int32_t id, call_options options, instant end, instant now) noexcept {
        if (end != instant::never()) {
            const milliseconds left = end - now;
            if (options.timeout.count() <= 0) options.timeout = functions_->timeout(api_);
            if (options.timeout > left) options.timeout = left;
        }
        return functions_->begin(api_, id, options);
    }
    step_state step(instant now, superoffice::result<Info>& answer) noexcept {
        return functions_->step(api_, now, answer);
    }
    [[nodiscard]] wait_condition wants() const noexcept { return functions_->wants(api_); }
    void cancel() noexcept { functions_->cancel(api_); }
    /// Tells whether the last reply differs from another one.
    [[nodiscard]] std::uint64_t digest() const noexcept { return functions_->digest(api_); }
    [[nodiscard]] field<milliseconds> retry_after() const noexcept { return functions_->retry_after(api_); }

  private:
    struct functions {
        superoffice::error (*begin)(void*, std::int32_t, const call_options&) noexcept;
        step_state (*step)(void*, instant, superoffice::result<Info>&) noexcept;
        wait_condition (*wants)(const void*) noexcept;
        void (*cancel)(void*) noexcept;
        std::uint64_t (*digest)(const void*) noexcept;
        field<milliseconds> (*retry_after)(const void*) noexcept;
        milliseconds (*timeout)(const void*) noexcept;
    };

    template <class Client>
    struct of {
        static superoffice::error begin(void* api, std::int32_t id, const call_options& options) noexcept {
            auto& client = *static_cast<Client*>(api);
            client.want_digest();
            const std::string_view select = options.select.empty() ? select_of<Info>() : options.select.view();
            return client.start_call(get_batch_task_info, GetBatchTaskInfoRequest{id}, select, options);
        }
        static step_state step(void* api, instant now, superoffice::result<Info>& answer) noexcept {
            return static_cast<Client*>(api)->step_call(now, answer);
        }
        static wait_condition wants(const void* api) noexcept { return static_cast<const Client*>(api)->wants(); }
        static void cancel(void* api) noexcept { static_cast<Client*>(api)->cancel(); }
        static std::uint64_t digest(const void* api) noexcept { return static_cast<const Client*>(api)->digest(); }
        static field<milliseconds> retry_after(const void* api) noexcept {
            return static_cast<const Client*>(api)->last_reply().retry_after;
        }
        static milliseconds timeout(const void* api) noexcept { return static_cast<const Client*>(api)->timeout(); }
        static constexpr functions all{begin, step, wants, cancel, digest, retry_after, timeout};
    };

    void* api_;
    const functions* functions_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
