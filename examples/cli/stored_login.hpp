// stored_login.hpp - the refresh token that `login` stored, and that later calls use.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_STORED_LOGIN_HPP
#define SUPEROFFICE_CLI_STORED_LOGIN_HPP

#include "secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// What a log-in leaves behind: three lines in the file `login` of the tool's state folder.
struct stored_login {
    std::string login_url;
    std::string client_id;
    secret refresh_token;

    /// Nothing where nobody has logged in. Throws std::runtime_error where the file is damaged or cannot be read.
    static std::optional<stored_login> load();
    void save() const;
    /// False where there was none.
    static bool forget();
};

}  // namespace cli
#endif
