// credential.hpp - the one place that chooses how the firmware logs in.
// SPDX-License-Identifier: BSL-1.0
//
// FIRMWARE_CREDENTIAL   0: with a token that was written into the flash   1: by a refresh token   2: as a system user
//
// Each of the three has a class `log_in<Link>` with the same members: `client_link` and `credential`, the types for the
// client; `link()` and `source()`, the objects for it; `explain()`, which prints what the credential knows about a failure.
#ifndef FIRMWARE_CREDENTIAL_HPP
#define FIRMWARE_CREDENTIAL_HPP

#if FIRMWARE_CREDENTIAL == 0
#include "log_in_by_token.hpp"
#elif FIRMWARE_CREDENTIAL == 1
#include "log_in_by_refresh_token.hpp"
#elif FIRMWARE_CREDENTIAL == 2 && !FIRMWARE_TLS
#error "FIRMWARE_CREDENTIAL 2 signs by mbedTLS, so it needs FIRMWARE_TLS; or put a secure element into signing_key.hpp"
#elif FIRMWARE_CREDENTIAL == 2
#include "log_in_as_system_user.hpp"
#else
#error "FIRMWARE_CREDENTIAL must be 0 (token), 1 (refresh token) or 2 (system user)"
#endif

#endif
