#include "renewing_credential.hpp"

#include "authorities.hpp"
#include "circumstances.hpp"
#include "complaint.hpp"
#include "error_line.hpp"
#include "network_link.hpp"
#include "private_file.hpp"
#include "stored_login.hpp"
#include "visible_text.hpp"

#include <superoffice/batch.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace cli {
namespace {

/// NAME, or the content of the file that NAME_FILE names.
secret secret_from_environment(const char* name, std::string* file = nullptr) {
    secret found = taken_from_environment(name, around::blanks);
    const std::string path = variable_without_blanks((std::string{name} + "_FILE").c_str());
    if (!found.empty() || path.empty()) return found;
    if (file != nullptr) *file = path;
    return secret_in_file(path.c_str(), around::blanks);
}

std::string needed_variable(const char* name, const char* because) {
    std::string text = variable_without_blanks(name);
    if (text.empty()) throw std::runtime_error{std::string{because} + " is set, but " + name + " is not"};
    return text;
}

/// The link to the log-in host, and the memory of the exchange.
struct login_host {
    explicit login_host(const arguments& given) : trusted(given.ca_file), link(given, "log-in", options(given)) {}

    superoffice::tls_options options(const arguments& given) const {
        superoffice::tls_options made = tls_options_of(given);
        trusted.add_to(made);
        return made;
    }

    authorities trusted;
    tls_link link;
    std::array<std::byte, 24 * 1024> memory{};
};

/// Whether the address of the host may be the reason.
bool may_be_about_address(const superoffice::error& e) {
    using superoffice::errc;
    using superoffice::stage;
    if (!proxy_of(e).empty() || is_about_named_authorities(e)) return false;
    return e.stage == stage::resolve || e.stage == stage::connect || e.stage == stage::handshake ||
           e == errc::not_found || e == errc::redirected || e == errc::not_json || e == errc::unexpected_status;
}

class by_refresh_token final : public renewing_credential {
  public:
    by_refresh_token(const arguments& given, std::string login_url, std::string client_id, secret client_secret,
                     secret refresh_token, std::string file, bool is_stored)
        : url_(std::move(login_url)), client_id_(std::move(client_id)), secret_(std::move(client_secret)),
          token_(std::move(refresh_token)), file_(std::move(file)), is_stored_(is_stored), host_(given),
          source_(host_.link, url_, {.client_id = client_id_, .client_secret = secret_.view()}, token_.view(),
                  host_.memory, {keep, this}, superoffice::allow_waiting_lookup) {}

    superoffice::credential_state prepare(superoffice::instant now) noexcept override { return source_.prepare(now); }
    void add_to(superoffice::request_head& head) noexcept override { source_.add_to(head); }
    bool refused() noexcept override { return source_.refused(); }
    [[nodiscard]] bool is_dead() const override { return source_.is_dead(); }
    [[nodiscard]] std::string why() const override {
        if (source_.why() == superoffice::errc::ok) return {};
        std::string text =
            log_in_problem("the log-in host gave no access token", source_.why(), source_.reason(), !is_stored_);
        if (source_.is_dead() && is_stored_) text += "; log in again: superoffice-batch login";
        return text;
    }
    [[nodiscard]] std::vector<std::string_view> secrets() const override {
        return {secret_.view(), token_.view(), rotated_.view()};
    }

  private:
    /// The old refresh token may be of no use any more, so the new one is stored at once.
    static void keep(void* self, std::string_view token) noexcept {
        auto& me = *static_cast<by_refresh_token*>(self);
        try {
            me.rotated_ = secret{token};
            if (me.is_stored_)
                stored_login{me.url_, me.client_id_, secret{token}}.save();
            else if (!me.file_.empty())
                write_private_file(me.file_, token);
            else
                notify(
                    "the log-in host sent a new refresh token, which is lost at the end: give the token in a file, by "
                    "SUPEROFFICE_REFRESH_TOKEN_FILE");
        } catch (const std::exception& problem) {
            try {
                notify(std::string{"the new refresh token could not be stored: "} + problem.what());
            } catch (const std::exception&) {
                return;  // nobody can be told
            }
        }
    }

    std::string url_, client_id_;
    secret secret_, token_, rotated_;
    std::string file_;
    bool is_stored_;
    login_host host_;
    superoffice::refreshing_bearer<tls_link> source_;
};

std::int64_t system_time(void*) noexcept {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

class as_system_user final : public renewing_credential {
  public:
    as_system_user(const arguments& given, secret user_token)
        : url_(login_url_from_environment()), user_token_(std::move(user_token)),
          secret_(secret_from_environment("SUPEROFFICE_CLIENT_SECRET")),
          context_(needed_variable("SUPEROFFICE_CONTEXT", "SUPEROFFICE_SYSTEM_USER_TOKEN")), host_(given),
          source_(host_.link, url_, {user_token_.view(), secret_.view(), context_}, key_, {system_time, nullptr},
                  host_.memory, {}, superoffice::allow_waiting_lookup) {
        if (secret_.empty())
            throw std::runtime_error{"SUPEROFFICE_SYSTEM_USER_TOKEN is set, but SUPEROFFICE_CLIENT_SECRET is not"};
        const std::string file = needed_variable("SUPEROFFICE_PRIVATE_KEY_FILE", "SUPEROFFICE_SYSTEM_USER_TOKEN");
        const secret text = secret_in_file(file.c_str(), around::blanks);
        if (!key_.load(text.view())) throw std::runtime_error{file + ": is no RSA key, or is encrypted"};
    }

    superoffice::credential_state prepare(superoffice::instant now) noexcept override { return source_.prepare(now); }
    void add_to(superoffice::request_head& head) noexcept override { source_.add_to(head); }
    bool refused() noexcept override { return source_.refused(); }
    [[nodiscard]] bool is_dead() const override { return source_.is_dead(); }
    [[nodiscard]] std::string why() const override {
        if (source_.why() == superoffice::errc::ok) return {};
        std::string text = log_in_problem("the log-in host gave no ticket", source_.why(), source_.reason(), true);
        if (const std::int64_t off = source_.clock_offset(); off != 0)
            text += "; the clock of this machine is off by " + std::to_string(off) + " s";
        return text;
    }
    [[nodiscard]] std::vector<std::string_view> secrets() const override {
        return {secret_.view(), user_token_.view()};
    }

  private:
    std::string url_;
    secret user_token_, secret_;
    std::string context_;
    login_host host_;
    superoffice::mbedtls_rsa_signer key_;
    superoffice::system_user<tls_link, superoffice::mbedtls_rsa_signer> source_;
};

}  // namespace

std::string login_url_from_environment() {
    std::string given = variable_without_blanks("SUPEROFFICE_LOGIN_URL");
    if (given.empty()) return std::string{superoffice::default_login_url};
    const superoffice::result<superoffice::base_url> parsed = superoffice::parse_base_url(given);
    if (!parsed) {
        constexpr std::string_view subject = "the base URL";
        std::string fault = superoffice::base_url_fault(parsed.error());
        if (const std::size_t at = fault.find(subject); at != fault.npos)
            fault.replace(at, subject.size(), "SUPEROFFICE_LOGIN_URL");
        else
            fault.insert(0, "SUPEROFFICE_LOGIN_URL: ");
        throw std::invalid_argument{fault};
    }
    return given;
}

std::string log_in_problem(std::string_view what, const superoffice::error& e, std::string_view reason,
                           bool is_from_variable) {
    std::string text = std::string{what} + ": ";
    if (!reason.empty()) return text + visible(reason);
    // The sentence about a 404 names the base URL, which is the address of another host.
    text += e == superoffice::errc::not_found ? "there is nothing at its address (404)" : what_happened(e);
    if (is_from_variable && may_be_about_address(e) && !variable_without_blanks("SUPEROFFICE_LOGIN_URL").empty())
        text += "; check SUPEROFFICE_LOGIN_URL";
    return text;
}

superoffice::tls_options tls_options_of(const arguments& given) {
    return {.protocol = given.tls.empty()    ? superoffice::tls_protocol::automatic
                        : given.tls == "1.3" ? superoffice::tls_protocol::tls_1_3
                                             : superoffice::tls_protocol::tls_1_2};
}

std::unique_ptr<renewing_credential> renewing_credential_from_environment(const arguments& given) {
    std::string file;
    secret refresh_token = secret_from_environment("SUPEROFFICE_REFRESH_TOKEN", &file);
    secret user_token = secret_from_environment("SUPEROFFICE_SYSTEM_USER_TOKEN");
    if (!refresh_token.empty())
        return std::make_unique<by_refresh_token>(
            given, login_url_from_environment(), needed_variable("SUPEROFFICE_CLIENT_ID", "SUPEROFFICE_REFRESH_TOKEN"),
            secret_from_environment("SUPEROFFICE_CLIENT_SECRET"), std::move(refresh_token), file, false);
    if (!user_token.empty()) return std::make_unique<as_system_user>(given, std::move(user_token));
    if (std::optional<stored_login> stored = stored_login::load())
        return std::make_unique<by_refresh_token>(given, stored->login_url, stored->client_id,
                                                  secret_from_environment("SUPEROFFICE_CLIENT_SECRET"),
                                                  std::move(stored->refresh_token), std::string{}, true);
    return nullptr;
}

}  // namespace cli
