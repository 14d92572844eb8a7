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

/// FNV-1a, 64 bits: tells whether a reply differs from the one before. No protection against forgery.
constexpr std::uint64_t digest_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

/// A client whose type is forgotten, so that `watch<Info>` can be written without it. Makes one call at a time.
template <class Info>
class asker {
  public:
    template <class Client>
    explicit asker(Client& api) noexcept : api_(&api), functions_(&of<Client>::all) {}

    [[nodiscard]] bool asks(const void* api) const noexcept { return api_ == api; }

    /// Starts a call that does not outlast `left`.
    superoffice::error begin(std::int32_t id, const call_options& options, milliseconds left) noexcept {
        return functions_->begin(api_, id, options, left, digest_);
    }
    step_state step(instant now, superoffice::result<Info>& answer) noexcept {
        return functions_->step(api_, now, answer);
    }
    [[nodiscard]] const wait_condition& wants() const noexcept { return functions_->wants(api_); }
    void cancel() noexcept { functions_->cancel(api_); }
    /// A digest of the last reply: another value means another reply.
    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_.value; }
    [[nodiscard]] const field<milliseconds>& retry_after() const noexcept { return functions_->retry_after(api_); }

  private:
    struct functions {
        superoffice::error (*begin)(void*, std::int32_t, const call_options&, milliseconds, body_digest&) noexcept;
        step_state (*step)(void*, instant, superoffice::result<Info>&) noexcept;
        void (*cancel)(void*) noexcept;
        const wait_condition& (*wants)(const void*) noexcept;
        const field<milliseconds>& (*retry_after)(const void*) noexcept;
    };

    template <class Client>
    struct of {
        static superoffice::error begin(void* api, std::int32_t id, const call_options& options, milliseconds left,
                                        body_digest& digest) noexcept {
            auto& client = *static_cast<Client*>(api);
            const std::string_view select = options.select.empty() ? select_of<Info>() : options.select.view();
            const superoffice::error e =
                client.start_call(get_batch_task_info, GetBatchTaskInfoRequest{id}, select, options);
            if (e.code != errc::ok) return e;
            client.limit_time(left);
            client.want_digest(digest);
            return e;
        }
        static step_state step(void* api, instant now, superoffice::result<Info>& answer) noexcept {
            return static_cast<Client*>(api)->step_call(now, answer);
        }
        static void cancel(void* api) noexcept { static_cast<Client*>(api)->cancel(); }
        static const wait_condition& wants(const void* api) noexcept {
            return static_cast<const Client*>(api)->wants();
        }
        static const field<milliseconds>& retry_after(const void* api) noexcept {
            return static_cast<const Client*>(api)->last_reply().retry_after;
        }
        static constexpr functions all{begin, step, cancel, wants, retry_after};
    };

    void* api_;
    const functions* functions_;
    body_digest digest_{
        .take = [](body_digest& self, std::string_view body) noexcept { self.value = digest_of(body); }};
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
