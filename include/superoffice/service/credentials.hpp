// superoffice/service/credentials.hpp - who is asking: the service's four ways to say it, and the hook for a fresh one.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_CREDENTIALS_HPP
#define SUPEROFFICE_SERVICE_CREDENTIALS_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/http/request_head.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The vendor's log-in host. Development tenants have another one: https://sod.superoffice.com.
inline constexpr std::string_view default_login_url = "https://online.superoffice.com";

/// What a source answers when a call is about to be made.
enum class credential_state : std::uint8_t {
    ready,        ///< `add_to` may be called
    pending,      ///< not yet: asked again at the next step, within the call's deadline
    missing,      ///< nobody gave one: `errc::credential_missing`
    unavailable,  ///< it cannot be had: `errc::credential_unavailable`
};

/// Whatever can put a credential into a request. Asked before every request, from the client's thread, never nested, by
/// three functions that are declared `noexcept`:
///
/// `prepare(now)`   whether a credential is there; may do a bounded piece of its own work (fetching one), never waits
/// `add_to(head)`   adds its header lines; only after `ready`. What it adds is wiped once it was sent
/// `refused()`      the service answered 401 to what was added. True: there is a fresh one, or there will be after some
///                  `prepare`; the call is then repeated, once. False: the call ends with `errc::unauthorized`
///
/// A source that lives elsewhere is given to the client as a pointer. Several clients can share one, but it cannot tell
/// which token was refused: four that have sent the same old one have four fresh ones fetched. Where that counts, give
/// each client a small source of its own, which remembers what it added:
///
///     struct my_share {
///         shared_token* token;   // the text; a number that grows with each fresh one; fetch(), prepare(now)
///         unsigned added = 0;
///         credential_state prepare(instant now) noexcept { return token->prepare(now); }  // pending while it fetches
///         void add_to(request_head& head) noexcept {
///             added = token->number;
///             head.header("Authorization", "Bearer ", token->text);
///         }
///         bool refused() noexcept {
///             if (added == token->number) token->fetch();  // else there is a fresh one already
///             return true;
///         }
///     };
template <class Source>
concept credential_source = requires(Source& source, request_head& head, instant now) {
    { source.prepare(now) } noexcept -> std::same_as<credential_state>;
    { source.add_to(head) } noexcept;
    { source.refused() } noexcept -> std::same_as<bool>;
};

/// Satisfies `credential_source` and nothing more: what to start a source of one's own from.
struct credential_source_archetype {
    credential_state prepare(instant) noexcept { return credential_state::unavailable; }
    void add_to(request_head&) noexcept {}
    bool refused() noexcept { return false; }
};
static_assert(credential_source<credential_source_archetype>);

namespace detail {
/// What the fixed kinds have in common: they are there or not, and there is no fresh one.
struct fixed_credential {
    static constexpr credential_state state_of(borrowed text) noexcept {
        return text.empty() ? credential_state::missing : credential_state::ready;
    }
    [[nodiscard]] constexpr bool refused() const noexcept { return false; }
};
}  // namespace detail

/// User name and password, sent as base64 of UTF-8 (RFC 7617). Installations of one's own, where it is switched on.
class basic : public detail::fixed_credential {
  public:
    constexpr basic(borrowed user, borrowed password) noexcept : user_(user), password_(password) {}
    [[nodiscard]] constexpr credential_state prepare(instant) const noexcept { return state_of(user_); }
    void add_to(request_head& head) const noexcept {
        head.header(detail::ascii::literal("Authorization"), detail::ascii::literal("Basic "),
                    base64_pair{user_, password_});
    }

  private:
    borrowed user_, password_;
};

/// A system-user ticket ("7T:..."), sent as it is. Online it needs the application token too.
class ticket : public detail::fixed_credential {
  public:
    constexpr explicit ticket(borrowed text, borrowed app_token = {}) noexcept : text_(text), app_token_(app_token) {}
    [[nodiscard]] constexpr credential_state prepare(instant) const noexcept { return state_of(text_); }
    void add_to(request_head& head) const noexcept {
        head.header(detail::ascii::literal("Authorization"), detail::ascii::literal("SOTicket "), text_.view());
        if (!app_token_.empty()) head.header(detail::ascii::literal("SO-AppToken"), app_token_.view());
    }

  private:
    borrowed text_, app_token_;
};

/// An access token ("8A:Cust12345...."). Good for an hour.
class bearer : public detail::fixed_credential {
  public:
    constexpr explicit bearer(borrowed token) noexcept : token_(token) {}
    [[nodiscard]] constexpr credential_state prepare(instant) const noexcept { return state_of(token_); }
    void add_to(request_head& head) const noexcept {
        head.header(detail::ascii::literal("Authorization"), detail::ascii::literal("Bearer "), token_.view());
    }

  private:
    borrowed token_;
};

/// A browser's session: the whole Cookie header (the session cookie's name is not documented) and the XSRF value.
class session : public detail::fixed_credential {
  public:
    constexpr session(borrowed cookie, borrowed xsrf_token) noexcept : cookie_(cookie), xsrf_token_(xsrf_token) {}
    [[nodiscard]] constexpr credential_state prepare(instant) const noexcept {
        return xsrf_token_.empty() ? credential_state::missing : state_of(cookie_);
    }
    void add_to(request_head& head) const noexcept {
        head.header(detail::ascii::literal("Cookie"), cookie_.view());
        head.header(detail::ascii::literal("X-XSRF-TOKEN"), xsrf_token_.view());
    }

  private:
    borrowed cookie_, xsrf_token_;
};

/// Nobody: for calls that need no credential, such as `get_tenant_status`.
class anonymous : public detail::fixed_credential {
  public:
    [[nodiscard]] constexpr credential_state prepare(instant) const noexcept { return credential_state::ready; }
    constexpr void add_to(request_head&) const noexcept {}
};

static_assert(credential_source<const basic> && credential_source<const ticket> && credential_source<const bearer> &&
              credential_source<const session> && credential_source<const anonymous>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
