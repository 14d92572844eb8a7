// login.hpp - `login`: a person's log-in by browser, and the refresh token that it gives; `logout` forgets that.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_LOGIN_HPP
#define SUPEROFFICE_CLI_LOGIN_HPP

#include "arguments.hpp"
#include "exit_code.hpp"

namespace cli {

/// The authorization code flow with PKCE through a listener on 127.0.0.1 (RFC 8252 section 7.3, RFC 7636). Waits until the
/// browser comes back. Throws std::runtime_error, with a sentence.
exit_code login(const arguments& given);

exit_code logout();

}  // namespace cli
#endif
