// credentials_from_environment.hpp - the credential, from variables and files; never from an argument.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_CREDENTIALS_FROM_ENVIRONMENT_HPP
#define SUPEROFFICE_CLI_CREDENTIALS_FROM_ENVIRONMENT_HPP

#include "renewing_credential.hpp"
#include "secret.hpp"

#include <superoffice/service/credentials.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace cli {

/// One of the service's four kinds of credential, one that renews itself, or none. A superoffice::credential_source: made
/// once, given to the client as a pointer.
class environment_credential {
  public:
    /// Takes every variable that may hold a secret out of the environment, used or not. Throws std::runtime_error,
    /// with a sentence, where a file cannot be read or half of a pair is missing.
    explicit environment_credential(const arguments& given);

    superoffice::credential_state prepare(superoffice::instant now) noexcept;
    void add_to(superoffice::request_head& head) noexcept;

    /// Reads the files again: a token lasts an hour, and a watch may last longer. One that renews itself fetches a new one.
    bool refused() noexcept;

    /// Why there is no credential to send, where the log-in host said so; else empty.
    [[nodiscard]] std::string why() const;

    /// Whether none will come any more, however often the call is made again.
    [[nodiscard]] bool is_lost() const { return renewing_ != nullptr && renewing_->is_dead(); }

    /// A text of a server, with stars in place of each secret that it may have sent back.
    [[nodiscard]] std::string without_secrets(std::string_view said) const;

    /// What --help says about all this.
    static const char* description();

  private:
    enum class kind { none, bearer, ticket, basic, session, renewing };

    /// A variable, or a file that NAME_FILE names.
    struct source {
        explicit source(const char* variable, around ignored_around = around::blanks);
        bool renew();  // true where the file holds another text than before

        std::string name;
        around ignored;
        std::string file;
        secret text;
    };

    [[nodiscard]] kind chosen() const;
    void trace_renewal(superoffice::credential_state state, superoffice::instant now);

    source token_{"SUPEROFFICE_TOKEN"};
    source ticket_{"SUPEROFFICE_TICKET"};
    source app_token_{"SUPEROFFICE_APP_TOKEN"};
    source user_{"SUPEROFFICE_USER"};
    source password_{"SUPEROFFICE_PASSWORD", around::line_ends};
    source cookie_{"SUPEROFFICE_COOKIE"};
    source xsrf_token_{"SUPEROFFICE_XSRF_TOKEN"};
    std::unique_ptr<renewing_credential> renewing_;
    kind kind_;
    bool trace_;
    bool is_renewing_ = false;
    superoffice::instant since_;  // where it is renewing
};
static_assert(superoffice::credential_source<environment_credential>);

}  // namespace cli
#endif
