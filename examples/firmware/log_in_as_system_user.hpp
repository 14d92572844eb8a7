// log_in_as_system_user.hpp - a system user's ticket, for which the device signs the time with the application's key.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_LOG_IN_AS_SYSTEM_USER_HPP
#define FIRMWARE_LOG_IN_AS_SYSTEM_USER_HPP

#include "board.hpp"
#include "print_failure.hpp"
#include "provision.hpp"
#include "shared_link.hpp"
#include "signing_key.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firmware {

template <class Link>
class log_in {
  public:
    using client_link = link_in_turn<Link>;
    using user = superoffice::system_user<client_link, signing_key<Link>>;
    using credential = user*;

    explicit log_in(Link& link) noexcept
        : shared_{link}, key_{shared_},
          user_(for_log_in_, superoffice::borrowed{std::string_view{provisioned.login_url}},
                {superoffice::borrowed{std::string_view{provisioned.system_user_token}},
                 superoffice::borrowed{std::string_view{provisioned.client_secret}},
                 superoffice::borrowed{std::string_view{provisioned.context}}},
                key_, {.seconds = utc}, memory_) {}

    client_link& link() noexcept { return for_client_; }
    credential source() noexcept { return &user_; }

    /// The clock of the device is not set by what the service says: the credential adds the difference itself, each time that
    /// it signs.
    void explain() const noexcept {
        print_failure(user_.why(), user_.reason());
        const std::int64_t offset = user_.clock_offset();
        if (offset == 0) return;
        print("the clock is ");
        print(static_cast<std::uint32_t>(offset < 0 ? -offset : offset));
        print(offset < 0 ? " s ahead\n" : " s behind\n");
    }

  private:
    static std::int64_t utc(void*) noexcept { return utc_seconds(); }

    shared_link<Link> shared_;
    client_link for_client_{shared_}, for_log_in_{shared_};
    signing_key<Link> key_;
    std::byte memory_[superoffice::system_user_memory_bytes];
    user user_;
};

}  // namespace firmware
#endif
