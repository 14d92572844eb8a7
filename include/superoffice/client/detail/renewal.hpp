// superoffice/client/detail/renewal.hpp - when a credential is fetched, used and fetched again: a state without I/O.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_RENEWAL_HPP
#define SUPEROFFICE_CLIENT_DETAIL_RENEWAL_HPP

#include <superoffice/base/time.hpp>
#include <superoffice/schema/field.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A credential is empty, held until some time, or dead. It is fetched when it is empty or nearly over. After a failure the
/// next attempt waits 1, 2, 4 ... 60 seconds, or as long as the server asks. Costs no system call and no memory but itself.
class renewal {
  public:
    static constexpr milliseconds first_pause{1'000};
    static constexpr milliseconds longest_pause{60'000};

    /// The credential can be sent.
    [[nodiscard]] bool is_usable(instant now) const noexcept { return held_ && now < ends_; }
    /// A new credential should be fetched now.
    [[nodiscard]] bool is_due(instant now) const noexcept {
        return !dead_ && now >= next_attempt_ && (!held_ || now >= renew_at_);
    }
    /// No credential will ever come; a person has to do something.
    [[nodiscard]] bool is_dead() const noexcept { return dead_; }
    /// Grows by one with each credential, so that a client knows which one it sent.
    [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }

    /// A new credential came. It ends after `life`, and is renewed `margin` before. A life of 0 or less is unknown: the
    /// credential is used until the service refuses it.
    void fetched(instant now, milliseconds life, milliseconds margin) noexcept {
        ++generation_;
        held_ = true;
        failures_ = 0;
        next_attempt_ = now;
        extend(now, life, margin);
    }
    /// The same credential lives on: each use of a ticket moves its end.
    void extend(instant now, milliseconds life, milliseconds margin) noexcept {
        ends_ = life.count() > 0 ? now + life : instant::never();
        renew_at_ = life.count() > 0 ? ends_ - margin : instant::never();
    }
    /// The attempt failed, perhaps for now only.
    void failed(instant now, const field<milliseconds>& retry_after) noexcept {
        milliseconds pause = first_pause;
        for (std::uint32_t n = 0; n < failures_ && pause < longest_pause; ++n) pause = pause + pause;
        ++failures_;
        if (pause > longest_pause) pause = longest_pause;
        if (retry_after.has_value() && *retry_after > pause) pause = *retry_after;
        next_attempt_ = now + pause;
    }
    /// The service refused the credential that is held.
    void refused() noexcept { held_ = false; }
    /// No further attempt is of use.
    void give_up() noexcept {
        held_ = false;
        dead_ = true;
    }

  private:
    instant ends_, renew_at_, next_attempt_{INT64_MIN};
    std::uint32_t generation_ = 0;
    std::uint32_t failures_ = 0;
    bool held_ = false;
    bool dead_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
