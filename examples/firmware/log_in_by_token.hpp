// log_in_by_token.hpp - a token that was written into the flash when the device was installed. It ends after an hour.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_LOG_IN_BY_TOKEN_HPP
#define FIRMWARE_LOG_IN_BY_TOKEN_HPP

#include "provision.hpp"

#include <superoffice/batch.hpp>

#include <string_view>

namespace firmware {

template <class Link>
class log_in {
  public:
    using client_link = Link;
    using credential = superoffice::bearer;

    explicit log_in(Link& link) noexcept : link_(&link) {}

    client_link& link() noexcept { return *link_; }
    credential source() noexcept {
        return superoffice::bearer{superoffice::borrowed{std::string_view{provisioned.token}}};
    }
    void explain() const noexcept {}

  private:
    Link* link_;
};

}  // namespace firmware
#endif
