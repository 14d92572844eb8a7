#include "login.hpp"

#include "authorities.hpp"
#include "complaint.hpp"
#include "network_link.hpp"
#include "renewing_credential.hpp"
#include "stored_login.hpp"
#include "terminal.hpp"
#include "visible_text.hpp"

#include <superoffice/batch.hpp>

#include <stdexcept>

#if defined(_WIN32)

namespace cli {

exit_code login(const arguments&) { throw std::runtime_error{"login is not available on Windows"}; }

exit_code logout() { throw std::runtime_error{"logout is not available on Windows"}; }

}  // namespace cli

#else

#include "browser_listener.hpp"

#include <superoffice/transport/tls/detail/mbedtls_hash.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it here, glibc has it already

namespace cli {
namespace {

// ---------------------------------------------------------------------------------------- texts of the flow

std::string base64url(const std::uint8_t* bytes, std::size_t size) {
    std::string text(superoffice::detail::base64_size(size), '=');
    superoffice::detail::write_base64(std::as_bytes(std::span{bytes, size}), text.data());
    while (!text.empty() && text.back() == '=') text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

/// 32 random bytes of the system, in base64url.
std::string random_text() {
    std::random_device source;
    std::array<std::uint8_t, 32> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(source() & 0xFFU);
    return base64url(bytes.data(), bytes.size());
}

/// RFC 7636 section 4.2, S256.
std::string challenge_of(std::string_view verifier) {
    superoffice::detail::sha256 hash;
    hash.add(verifier.data(), verifier.size());
    std::uint8_t digest[32] = {};
    if (!hash.finish(digest)) throw std::runtime_error{"SHA-256 is not available"};
    return base64url(digest, sizeof digest);
}

std::string escaped(std::string_view text) {
    constexpr char hex[] = "0123456789ABCDEF";
    std::string made;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (superoffice::detail::ascii::is_alphanumeric_or(c, "-._~")) {
            made += c;
        } else {
            made += '%';
            made += hex[byte >> 4];
            made += hex[byte & 15];
        }
    }
    return made;
}

/// The value of a parameter of a query, with %XX and + read; empty if there is none.
std::string parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = pair.find('=');
        if (equals == pair.npos || pair.substr(0, equals) != name) continue;
        std::string value;
        for (std::size_t at = equals + 1; at < pair.size(); ++at) {
            const int high = at + 2 < pair.size() ? superoffice::detail::ascii::hex_digit(pair[at + 1]) : -1;
            const int low = at + 2 < pair.size() ? superoffice::detail::ascii::hex_digit(pair[at + 2]) : -1;
            if (pair[at] == '%' && high >= 0 && low >= 0) {
                value += static_cast<char>(high * 16 + low);
                at += 2;
            } else {
                value += pair[at] == '+' ? ' ' : pair[at];
            }
        }
        return value;
    }
    return {};
}

/// "300 s"
std::string seconds_text(superoffice::milliseconds time) {
    const std::string fraction = std::to_string(1'000 + time.count() % 1'000).substr(1);
    return std::to_string(time.count() / 1'000) + (fraction == "000" ? "" : "." + fraction) + " s";
}

// ---------------------------------------------------------------------------------------- the browser

/// Starts the desktop's browser. False where there is no desktop or no xdg-open.
bool open_browser(const std::string& url) {
    if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) return false;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    std::string program = "xdg-open", copy = url;
    char* const words[] = {program.data(), copy.data(), nullptr};
    pid_t child = -1;
    const bool started = ::posix_spawnp(&child, program.c_str(), &actions, nullptr, words, environ) == 0;
    ::posix_spawn_file_actions_destroy(&actions);
    return started;
}

// ---------------------------------------------------------------------------------------- the exchange

/// RFC 6749 section 4.1.3 and RFC 7636 section 4.5.
struct code_request {
    std::string_view grant_type, client_id, code, redirect_uri, code_verifier;
};
BOOST_DESCRIBE_STRUCT(code_request, (), (grant_type, client_id, code, redirect_uri, code_verifier))
struct code_request_with_secret {
    std::string_view grant_type, client_id, client_secret, code, redirect_uri, code_verifier;
};
BOOST_DESCRIBE_STRUCT(code_request_with_secret, (),
                      (grant_type, client_id, client_secret, code, redirect_uri, code_verifier))

template <class Request>
constexpr superoffice::operation<Request, superoffice::token_reply> exchange_code{
    .path = "/login/common/oauth/tokens",
    .slow = superoffice::milliseconds{3000},
    .needs_credential = false,
    .may_repeat = false};

/// The refresh token for a code. Throws std::runtime_error with what the log-in host says.
secret refresh_token_for(const arguments& given, const std::string& login_url, const std::string& client_id,
                         const secret& client_secret, const std::string& code, const std::string& redirect_uri,
                         const std::string& verifier) {
    const authorities trusted{given.ca_file};
    superoffice::tls_options tls = tls_options_of(given);
    trusted.add_to(tls);
    tls_link link{given, "log-in", tls};
    std::array<std::byte, 16 * 1024> memory{};
    superoffice::client_options options;
    options.timeout = given.timeout;
    options.request_as = superoffice::request_type::form;
    superoffice::client host{link, login_url, superoffice::anonymous{}, memory, options};
    const superoffice::result<superoffice::token_reply> reply =
        client_secret.empty()
            ? host.run(exchange_code<code_request>, {"authorization_code", client_id, code, redirect_uri, verifier})
            : host.run(exchange_code<code_request_with_secret>,
                       {"authorization_code", client_id, client_secret.view(), code, redirect_uri, verifier});
    if (!reply) {
        const std::string_view said = host.last_reply().type;
        throw std::runtime_error{
            log_in_problem(said.empty() ? "the log-in host gave no refresh token" : "the log-in host refused the code",
                           reply.error(), said, true)};
    }
    if (!reply->refresh_token || reply->refresh_token->empty())
        throw std::runtime_error{"the log-in host sent no refresh token"};
    return secret{*reply->refresh_token};
}

}  // namespace

exit_code login(const arguments& given) {
    const std::string client_id = variable_without_blanks("SUPEROFFICE_CLIENT_ID"),
                      login_url = login_url_from_environment();
    if (client_id.empty())
        throw std::runtime_error{"set SUPEROFFICE_CLIENT_ID to the id of an application that is registered as native"};
    const secret client_secret = taken_from_environment("SUPEROFFICE_CLIENT_SECRET", around::blanks);
    if (!superoffice::detail::ascii::is_https(login_url))
        throw std::runtime_error{"SUPEROFFICE_LOGIN_URL has to begin with https://"};

    browser_listener local{given.port};
    const std::string state = random_text(), verifier = random_text(), redirect = local.redirect_uri();
    std::string url = login_url +
                      "/login/common/oauth/authorize?response_type=code&scope=openid&client_id=" + escaped(client_id) +
                      "&redirect_uri=" + escaped(redirect) + "&state=" + state +
                      "&code_challenge_method=S256&code_challenge=" + challenge_of(verifier);
    if (const std::string tenant = variable_without_blanks("SUPEROFFICE_CONTEXT"); !tenant.empty())
        url += "&acr_values=tenant%3A" + escaped(tenant);
    constexpr superoffice::milliseconds usual{300'000};
    const superoffice::milliseconds limit = given.deadline.count() > 0 ? given.deadline : usual;
    const std::string within = "within " + seconds_text(limit);
    put((open_browser(url)
             ? "Log in " + within + " with the browser that opens; if none does, open this address on this machine:\n"
             : "Open this address in a browser on this machine, and log in " + within + ":\n") +
        url + "\n");

    std::string problem;
    const bool came = local.serve(limit, [&](std::string_view query) {
        using answer = std::pair<bool, std::string>;
        // Somebody else's page could send the browser here: only our own state counts (RFC 6749 section 10.12).
        if (parameter(query, "state") != state) return answer{false, "This is not the log-in that was begun."};
        if (const std::string refusal = parameter(query, "error"); !refusal.empty()) {
            problem = "the log-in was refused: " + visible(refusal);
            return answer{true, "The log-in was refused. You may close this window."};
        }
        try {
            stored_login{login_url, client_id,
                         refresh_token_for(given, login_url, client_id, client_secret, parameter(query, "code"),
                                           redirect, verifier)}
                .save();
        } catch (const std::exception& failure) {
            problem = failure.what();
            return answer{true, "The log-in failed. The terminal says why. You may close this window."};
        }
        return answer{true, "You are logged in. You may close this window."};
    });
    if (!problem.empty()) throw std::runtime_error{problem};
    if (!came) {
        complain("the browser did not come back " + within + ": log in again, or allow more time with --deadline",
                 exit_code::connection);
        return exit_code::connection;
    }
    notify("logged in");
    return exit_code::done;
}

exit_code logout() {
    notify(stored_login::forget() ? "logged out" : "nobody was logged in");
    return exit_code::done;
}

}  // namespace cli

#endif
