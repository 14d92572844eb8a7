// token_store.hpp - where the refresh tokens are kept that the service has sent in place of the first one.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_TOKEN_STORE_HPP
#define FIRMWARE_TOKEN_STORE_HPP

#include <string_view>

namespace firmware {

/// The last one that was stored, else the one that the device was provisioned with. Stands in flash, until the next but one is
/// stored.
std::string_view newest_refresh_token() noexcept;

/// Writes it to flash. The power may fail at any moment: then the one before is still there.
void store_refresh_token(std::string_view token) noexcept;

}  // namespace firmware
#endif
