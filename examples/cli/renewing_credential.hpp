// renewing_credential.hpp - a credential that outlives an hour: from a refresh token, or of a system user.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_RENEWING_CREDENTIAL_HPP
#define SUPEROFFICE_CLI_RENEWING_CREDENTIAL_HPP

#include "arguments.hpp"
#include "secret.hpp"

#include <superoffice/base/error.hpp>
#include <superoffice/service/credentials.hpp>
#include <superoffice/transport/tls/tls_options.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// A superoffice::credential_source with a link of its own to the log-in host.
class renewing_credential {
  public:
    virtual ~renewing_credential() = default;
    virtual superoffice::credential_state prepare(superoffice::instant now) noexcept = 0;
    virtual void add_to(superoffice::request_head& head) noexcept = 0;
    virtual bool refused() noexcept = 0;
    /// Whether none will come any more.
    [[nodiscard]] virtual bool is_dead() const = 0;
    /// Why there is no credential, for a person; empty where the reason is not the log-in host's.
    [[nodiscard]] virtual std::string why() const = 0;
    /// What must not be printed.
    [[nodiscard]] virtual std::vector<std::string_view> secrets() const = 0;
};

/// From the environment: a refresh token, else a system user, else the log-in that `login` stored; null where there is
/// none of them. Takes the secrets out of the environment in any case. Throws std::runtime_error, with a sentence, where
/// something is missing that belongs to it.
std::unique_ptr<renewing_credential> renewing_credential_from_environment(const arguments& given);

/// SUPEROFFICE_LOGIN_URL, or the vendor's host. Throws std::invalid_argument, with a sentence, if it is no URL of a server.
std::string login_url_from_environment();

/// Why the log-in host gave nothing: `reason` in its own words, or if it said none, the error. Where its address may be the
/// reason and SUPEROFFICE_LOGIN_URL gave it, this names the variable.
std::string log_in_problem(std::string_view what, const superoffice::error& e, std::string_view reason,
                           bool is_from_variable);

/// The TLS options of a link to the log-in host.
superoffice::tls_options tls_options_of(const arguments& given);

}  // namespace cli
#endif
