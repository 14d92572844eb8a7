// token_store.hpp - where the refresh tokens are kept that the service has sent in place of the first one.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_TOKEN_STORE_HPP
#define FIRMWARE_TOKEN_STORE_HPP

#include <cstddef>
#include <string_view>

namespace firmware {

/// More bytes than the credential can hold, so that no token is too long.
inline constexpr std::size_t max_refresh_token_bytes = 1712;

/// The last one that was stored since the device was provisioned, else the one that it was provisioned with. Stands in flash,
/// until the next but one is stored. Records that descend from another provisioned token do not count: after
/// `invalid_grant`, a technician writes a new provision sector, and the device begins with the new token.
std::string_view newest_refresh_token() noexcept;

/// Writes it to flash. The power may fail at any moment: then the one before is still there. A chip must be able to program
/// `flash_unit` bytes at a time, see token_store.cpp.
void store_refresh_token(std::string_view token) noexcept;

}  // namespace firmware
#endif
