// superoffice/client/refreshing_bearer.hpp - an access token that is renewed by a refresh token, without waiting.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_REFRESHING_BEARER_HPP
#define SUPEROFFICE_CLIENT_REFRESHING_BEARER_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/wipe.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/client.hpp>
#include <superoffice/client/detail/renewal.hpp>
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/http/request_head.hpp>
#include <superoffice/schema/fixed_text.hpp>
#include <superoffice/schema/token_reply.hpp>
#include <superoffice/service/credentials.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The application that logs in. The texts are borrowed for the life of the credential.
struct oauth_application {
    borrowed client_id;
    borrowed client_secret{};  ///< empty: none is sent, as for native applications
    borrowed redirect_uri{};   ///< empty: none is sent. The service does not need it
};

/// Is called with a new refresh token before the old one is forgotten, so that the program can store it. The text lives only
/// during the call. The function must not call the client.
struct rotation_hook {
    void (*function)(void* context, std::string_view refresh_token) noexcept = nullptr;
    void* context = nullptr;
};

/// The least memory of a `refreshing_bearer` that holds a reply of the documented size: 2.5 KB, 774 bytes of it the access
/// token. Source: login facts, section 1.3.
inline constexpr std::size_t refreshing_bearer_memory_bytes = 5 * 1024;

namespace detail {

/// The call that gives an access token. Source: RFC 6749 section 3.2; the vendor's OpenID metadata.
inline constexpr operation<token_request, token_reply> get_token{"/login/common/oauth/tokens", milliseconds{3'000}};

/// The error codes of RFC 6749 section 5.2 after which a later attempt may succeed. All others need a person.
constexpr bool may_pass(std::string_view oauth_error) noexcept {
    return oauth_error == "temporarily_unavailable" || oauth_error == "server_error" || oauth_error == "slow_down";
}

/// Seconds that came as a number or as a text; 0 where it is neither, or more than 30 years.
constexpr std::int64_t seconds_of(json_text value) noexcept {
    std::string_view digits = value.raw();
    if (value.is_string()) digits = {digits.data() + 1, digits.size() - 2};
    std::int64_t seconds = 0;
    for (const char c : digits) {
        if (!ascii::is_digit(c)) return 0;
        seconds = seconds * 10 + (c - '0');
        if (seconds > 1'000'000'000) return 0;
    }
    return seconds;
}

}  // namespace detail

/// A credential that fetches its access tokens itself, by a refresh token, from the log-in host over a link of its own. It
/// makes its call in steps, inside of `prepare`; nothing waits. It renews a token early, by a tenth of its life but at most
/// a minute, and when the service answers 401.
///
///     superoffice::refreshing_bearer login{login_link, superoffice::default_login_url, {id, secret}, refresh_token,
///                                          login_memory};
///     superoffice::client api{link, base, &login, memory};
///
/// Lifetime: it borrows link, log-in URL, application, refresh token and memory. It must outlive its clients. It is
/// neither copied nor moved. Several clients share one by `credential_share`.
/// Memory: a third of `memory` holds the tokens, the rest one call; see `refreshing_bearer_memory_bytes`. All of it is zeroed
/// in the destructor; what held a token is zeroed when the token is replaced.
/// Security: the log-in URL must be https, and nothing is sent over a link that is not secure. It is never taken from a reply.
/// Errors: while a failure may pass, `prepare` answers `unavailable` until the next attempt is due (1, 2, 4 ... 60 seconds, or
/// the server's Retry-After). When the log-in host refuses the refresh token or the application, the credential is dead:
/// `is_dead()`, and `reason()` has the host's word for it, such as "invalid_grant". Then a person has to log in again.
/// Costs: no heap besides what the link takes; no clock.
/// Source: RFC 6749 section 6; login facts, section 1.3.
template <class Link>
class refreshing_bearer {
  public:
    /// For a link that never blocks.
    refreshing_bearer(Link& link, borrowed login_url, const oauth_application& application, borrowed refresh_token,
                      std::span<std::byte> memory, rotation_hook on_rotated = {})
        : refreshing_bearer(link, login_url, application, refresh_token, memory, on_rotated, allow_waiting_lookup) {
        detail::require_link_that_never_blocks<Link>();
    }
    /// For any link.
    refreshing_bearer(Link& link, borrowed login_url, const oauth_application& application, borrowed refresh_token,
                      std::span<std::byte> memory, rotation_hook on_rotated, allow_waiting_lookup_t)
        : application_(application), refresh_token_(refresh_token), on_rotated_(on_rotated),
          tokens_(memory.last(memory.size() / 3)),
          login_(link, login_url, anonymous{}, memory.first(memory.size() - memory.size() / 3), form_options()) {
        if (!detail::ascii::is_https(login_url.view()))
            give_up({.stage = stage::request, .code = errc::insecure_link});
        else if (refresh_token.empty())
            give_up({.stage = stage::credential, .code = errc::credential_missing});
    }
    refreshing_bearer(const refreshing_bearer&) = delete;
    refreshing_bearer& operator=(const refreshing_bearer&) = delete;
    ~refreshing_bearer() {
        call_.cancel();
        detail::wipe(tokens_.data(), tokens_.size());
    }

    /// See `credential_source`. Makes one step of the log-in call where a token is being fetched.
    credential_state prepare(instant now) noexcept {
        // The clients may have left a fetch alone for a long time. Such a fetch has failed when it wanted its next step, so
        // the next attempt may be due already.
        for (instant failed_at = fetching_ ? call_.wants().until : now; renewal_.is_due(now); failed_at = now) {
            if (!fetching_) begin();
            if (call_.step(now) == step_state::pending) return credential_state::pending;
            finish(now, failed_at < now ? failed_at : now);
        }
        if (renewal_.is_usable(now)) return credential_state::ready;
        return why_.code == errc::credential_missing ? credential_state::missing : credential_state::unavailable;
    }
    void add_to(request_head& head) const noexcept {
        head.header(detail::ascii::literal("Authorization"), detail::ascii::literal("Bearer "), access_token());
    }
    /// Also true while a token is being fetched: that will be a new one.
    bool refused() noexcept {
        renewal_.refused();
        return !renewal_.is_dead();
    }

    /// Changes with each new access token; for `credential_share`.
    [[nodiscard]] std::uint32_t generation() const noexcept { return renewal_.generation(); }

    /// No token will come any more; `why()` and `reason()` say why not.
    [[nodiscard]] bool is_dead() const noexcept { return renewal_.is_dead(); }
    /// The library's error of the last attempt, also of one that the host never answered; `errc::ok` after one that did not
    /// fail. It decides what a program does next; `reason()` is a text to show or log.
    [[nodiscard]] const error& why() const noexcept { return why_; }
    /// The log-in host's own word for the last refusal: "invalid_grant". Empty if the host did not answer, gave no
    /// word, or one of more than 64 bytes.
    [[nodiscard]] std::string_view reason() const noexcept { return reason_.view(); }

  private:
    static client_options form_options() noexcept {
        client_options options;
        options.request_as = request_type::form;
        return options;
    }

    [[nodiscard]] std::string_view text_at(std::size_t at, std::size_t size) const noexcept {
        return {reinterpret_cast<const char*>(tokens_.data()) + at, size};
    }
    [[nodiscard]] std::string_view access_token() const noexcept { return text_at(0, access_size_); }
    /// The refresh token that the caller gave, until the service sends another one.
    [[nodiscard]] std::string_view refresh_token() const noexcept {
        return rotated_size_ != 0 ? text_at(tokens_.size() - rotated_size_, rotated_size_) : refresh_token_.view();
    }

    void begin() noexcept {
        request_ = {
            .grant_type = detail::ascii::literal("refresh_token"),
            .client_id = application_.client_id,
            .client_secret = {},
            .redirect_uri = {},
            .refresh_token = refresh_token(),
        };
        if (!application_.client_secret.empty()) request_.client_secret = application_.client_secret.view();
        if (!application_.redirect_uri.empty()) request_.redirect_uri = application_.redirect_uri.view();
        call_ = login_.start(detail::get_token, request_, call_options{}, allow_waiting_lookup);
        fetching_ = true;
    }

    void finish(instant now, instant failed_at) noexcept {
        fetching_ = false;
        reason_.assign({});
        why_ = call_.error();
        if (why_.code == errc::ok) why_ = take(call_.value(), now);
        if (why_.code != errc::ok) take_failure(failed_at);
        login_.stop();  // a renewal an hour later wants no connection until then; and the reply's memory is zeroed
    }

    /// Takes the new tokens. The order matters: the program gets the rotated token first, since the host may no longer take
    /// the old one, whatever happens to the rest. Then everything that can fail is checked, while the old tokens are still
    /// whole. Only then they are zeroed and replaced. `reply` lies in the other part of the memory.
    error take(const token_reply& reply, instant now) noexcept {
        const std::string_view access = reply.access_token.value_or(std::string_view{});
        std::string_view rotated = reply.refresh_token.value_or(std::string_view{});
        if (rotated == refresh_token()) rotated = {};
        const std::size_t kept = rotated.empty() ? rotated_size_ : rotated.size();
        if (!rotated.empty() && on_rotated_.function != nullptr) on_rotated_.function(on_rotated_.context, rotated);
        if (access.empty()) return {.stage = stage::service, .code = errc::credential_unavailable, .http_status = 200};
        // Needed are three times the tokens, because they get a third of the memory.
        if (access.size() > tokens_.size() || kept > tokens_.size() - access.size())
            return {.stage = stage::credential,
                    .code = errc::memory_too_small,
                    .offset = static_cast<std::uint32_t>(3 * (access.size() + kept))};
        const std::size_t zeroed = rotated.empty() ? tokens_.size() - rotated_size_ : tokens_.size();
        detail::wipe(tokens_.data(), zeroed);
        std::memcpy(tokens_.data(), access.data(), access.size());
        access_size_ = access.size();
        if (!rotated.empty()) {
            std::memcpy(tokens_.data() + tokens_.size() - rotated.size(), rotated.data(), rotated.size());
            rotated_size_ = rotated.size();
        }
        const std::int64_t seconds = reply.expires_in ? detail::seconds_of(*reply.expires_in) : 0;
        const milliseconds life{seconds * 1'000}, tenth{seconds * 100}, minute{60'000};
        renewal_.fetched(now, life, tenth < minute ? tenth : minute);
        return {};
    }

    void take_failure(instant now) noexcept {
        const reply_info& reply = login_.last_reply();
        const bool answered = reply.status >= 400 && reply.status < 500 && !reply.type.empty();
        if (answered) reason_.assign(reply.type);
        if (answered && !is_repeatable(why_.code) && !detail::may_pass(reply.type))
            give_up(why_);
        else
            renewal_.failed(now, reply.retry_after);
    }

    void give_up(const error& e) noexcept {
        why_ = e;
        renewal_.give_up();
    }

    using login_client = client<Link, anonymous, compact_reader>;

    oauth_application application_;
    borrowed refresh_token_;
    rotation_hook on_rotated_;
    std::span<std::byte> tokens_;  // the access token at the start, a refresh token that the service sent at the end
    std::size_t access_size_ = 0;
    std::size_t rotated_size_ = 0;
    detail::renewal renewal_;
    error why_;
    fixed_text<64> reason_;
    bool fetching_ = false;
    token_request request_;  // borrowed by the call
    login_client login_;
    typename login_client::template call_of<token_reply> call_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
