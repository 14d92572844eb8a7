// log_in_by_refresh_token.hpp - access tokens by a refresh token, which a person gave to the device by logging in once.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_LOG_IN_BY_REFRESH_TOKEN_HPP
#define FIRMWARE_LOG_IN_BY_REFRESH_TOKEN_HPP

#include "print_failure.hpp"
#include "provision.hpp"
#include "shared_link.hpp"
#include "token_store.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <string_view>

namespace firmware {

template <class Link>
class log_in {
  public:
    using client_link = link_in_turn<Link>;
    using bearer = superoffice::refreshing_bearer<client_link>;
    using credential = bearer*;

    explicit log_in(Link& link) noexcept
        : shared_{link}, bearer_(for_log_in_, superoffice::borrowed{std::string_view{provisioned.login_url}},
                                 {.client_id = superoffice::borrowed{std::string_view{provisioned.client_id}},
                                  .client_secret = superoffice::borrowed{std::string_view{provisioned.client_secret}}},
                                 superoffice::borrowed{newest_refresh_token()}, memory_, {.function = store_rotated}) {}

    client_link& link() noexcept { return for_client_; }
    credential source() noexcept { return &bearer_; }
    void explain() const noexcept { print_failure(bearer_.why(), bearer_.reason()); }

  private:
    /// The service has sent a new refresh token, and may take the old one no longer: it must be in the flash before anything
    /// else happens. `token` lives only during this call.
    static void store_rotated(void*, std::string_view token) noexcept { store_refresh_token(token); }

    shared_link<Link> shared_;
    client_link for_client_{shared_}, for_log_in_{shared_};
    std::byte memory_[superoffice::refreshing_bearer_memory_bytes];
    bearer bearer_;
    static_assert(superoffice::refreshing_bearer_memory_bytes / 3 <= max_refresh_token_bytes,
                  "a third of it holds tokens");
};

}  // namespace firmware
#endif
