#include "credentials_from_environment.hpp"

#include "complaint.hpp"
#include "connection_trace.hpp"

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

using superoffice::credential_state;

environment_credential::source::source(const char* variable, around ignored_around)
    : name(variable), ignored(ignored_around), text(taken_from_environment(variable, ignored_around)) {
    const char* const path = std::getenv((name + "_FILE").c_str());
    if (!text.empty() || path == nullptr || *path == '\0') return;
    file = path;
    text = secret_in_file(path, ignored);
}

bool environment_credential::source::renew() {
    if (file.empty()) return false;
    secret fresh = secret_in_file(file.c_str(), ignored);
    const bool differs = fresh.view() != text.view();
    text = std::move(fresh);
    return differs;
}

environment_credential::environment_credential(const arguments& given)
    : renewing_(renewing_credential_from_environment(given)), kind_(chosen()), trace_(given.trace) {}

environment_credential::kind environment_credential::chosen() const {
    if (!token_.text.empty()) return kind::bearer;
    if (!ticket_.text.empty()) return kind::ticket;
    if (!user_.text.empty()) {
        if (password_.text.empty())
            throw std::runtime_error{"SUPEROFFICE_USER is set, but SUPEROFFICE_PASSWORD is not"};
        return kind::basic;
    }
    if (!cookie_.text.empty()) {
        if (xsrf_token_.text.empty())
            throw std::runtime_error{"SUPEROFFICE_COOKIE is set, but SUPEROFFICE_XSRF_TOKEN is not"};
        return kind::session;
    }
    return renewing_ ? kind::renewing : kind::none;
}

credential_state environment_credential::prepare(superoffice::instant now) noexcept {
    if (kind_ == kind::renewing) {
        const credential_state state = renewing_->prepare(now);
        if (trace_) trace_renewal(state, now);
        return state;
    }
    return kind_ == kind::none ? credential_state::missing : credential_state::ready;
}

void environment_credential::add_to(superoffice::request_head& head) noexcept {
    switch (kind_) {
        case kind::none: return;
        case kind::renewing: return renewing_->add_to(head);
        case kind::bearer: return superoffice::bearer{token_.text.view()}.add_to(head);
        case kind::ticket: return superoffice::ticket{ticket_.text.view(), app_token_.text.view()}.add_to(head);
        case kind::basic: return superoffice::basic{user_.text.view(), password_.text.view()}.add_to(head);
        case kind::session: return superoffice::session{cookie_.text.view(), xsrf_token_.text.view()}.add_to(head);
    }
}

void environment_credential::trace_renewal(credential_state state, superoffice::instant now) {
    const bool was_renewing = std::exchange(is_renewing_, state == credential_state::pending);
    if (is_renewing_ && !was_renewing) {
        since_ = now;
        return trace("credential: is being renewed");
    }
    if (!was_renewing || is_renewing_) return;
    trace((state == credential_state::ready ? "credential: renewed" : "credential: could not be renewed") +
          duration_text(now - since_));
}

bool environment_credential::refused() noexcept {
    if (trace_) trace("credential: the service refused it");
    if (kind_ == kind::renewing) return renewing_->refused();
    try {
        bool differs = false;
        for (source* each : {&token_, &ticket_, &app_token_, &user_, &password_, &cookie_, &xsrf_token_})
            differs = each->renew() || differs;
        return differs;
    } catch (const std::exception&) {
        return false;  // the refusal stands
    }
}

std::string environment_credential::why() const {
    return kind_ == kind::renewing ? without_secrets(renewing_->why()) : std::string{};
}

std::string environment_credential::without_secrets(std::string_view said) const {
    std::string text{said};
    std::vector<std::string_view> secrets;
    for (const source* each : {&token_, &ticket_, &app_token_, &password_, &cookie_, &xsrf_token_})
        secrets.push_back(each->text.view());
    if (renewing_)
        for (const std::string_view each : renewing_->secrets()) secrets.push_back(each);
    for (const std::string_view hidden : secrets) {
        if (hidden.empty()) continue;
        for (std::size_t at = 0; (at = text.find(hidden, at)) != text.npos; at += 3)
            text.replace(at, hidden.size(), "***");
    }
    return text;
}

const char* environment_credential::description() {
    return "Credential: the first of these whose variable is set\n"
           "  SUPEROFFICE_TOKEN                            an access token (8A:...)\n"
           "  SUPEROFFICE_TICKET                           a system-user ticket (7T:...), Online with "
           "SUPEROFFICE_APP_TOKEN\n"
           "  SUPEROFFICE_USER, SUPEROFFICE_PASSWORD       onsite installations that allow it\n"
           "  SUPEROFFICE_COOKIE, SUPEROFFICE_XSRF_TOKEN   a browser's session\n"
           "  SUPEROFFICE_REFRESH_TOKEN                    renews its access token by itself; with "
           "SUPEROFFICE_CLIENT_ID and,\n"
           "                                               where the application has one, SUPEROFFICE_CLIENT_SECRET\n"
           "  SUPEROFFICE_SYSTEM_USER_TOKEN                a system user, renewed by itself; with "
           "SUPEROFFICE_CLIENT_SECRET,\n"
           "                                               SUPEROFFICE_CONTEXT (the tenant) and "
           "SUPEROFFICE_PRIVATE_KEY_FILE\n"
           "                                               (RSA: PEM, or the vendor's XML)\n"
           "  none of them                                 the log-in that `superoffice-batch login` stored\n"
           "  SUPEROFFICE_LOGIN_URL names another log-in host than https://online.superoffice.com. A new refresh token "
           "is\n"
           "  written into the file that SUPEROFFICE_REFRESH_TOKEN_FILE names.\n"
           "  Each of them can also be the name of a file: SUPEROFFICE_TOKEN_FILE and so on. If both are set, the "
           "variable\n"
           "  without _FILE wins. Files are read again when the service refuses what they held (401). Blanks and line "
           "ends\n"
           "  around a token are ignored, a byte order mark as well.\n"
           "  No option takes a credential: every user of the machine can see arguments.\n";
}

}  // namespace cli
