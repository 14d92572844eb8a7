// superoffice/service/credentials.hpp - the credentials of a call, and the concept of a source that renews them.
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

/// What a source answers before each request.
enum class credential_state : std::uint8_t {
    ready,        ///< `add_to` may be called
    pending,      ///< not yet; the source is asked again at the next step, until the call's deadline
    missing,      ///< none was given: `errc::credential_missing`
    unavailable,  ///< none can be had: `errc::credential_unavailable`
};

/// A source puts a credential into each request. The client calls three functions from its own thread and never nested. Each
/// is declared `noexcept`:
///
/// `prepare(now)`   says whether a credential is there. It may do a bounded piece of work (a step of fetching one) and never
///                  waits.
/// `add_to(head)`   adds the header lines. Called only after `ready`. The lines are wiped as they are sent.
/// `refused()`      the service answered 401 to what was added. True: there is a fresh credential, or there will be one
///                  after some `prepare`, and the call is repeated once. False: the call ends with `errc::unauthorized`.
///
/// The client holds the source by value, or takes a pointer to one that lives elsewhere. Several clients that share one source
/// each take a `credential_share` of it: it remembers which credential its client sent, so that a source which several
/// clients saw refused fetches one fresh credential and not one for each.
template <class Source>
concept credential_source = requires(Source& source, request_head& head, instant now) {
    { source.prepare(now) } noexcept -> std::same_as<credential_state>;
    { source.add_to(head) } noexcept;
    { source.refused() } noexcept -> std::same_as<bool>;
};

/// Satisfies `credential_source` and nothing more: a template for your own source.
struct credential_source_archetype {
    credential_state prepare(instant) noexcept { return credential_state::unavailable; }
    void add_to(request_head&) noexcept {}
    bool refused() noexcept { return false; }
};
static_assert(credential_source<credential_source_archetype>);

namespace detail {
/// Shared by the fixed kinds: the text is there or not, and there is never a fresh one.
struct fixed_credential {
    static constexpr credential_state state_of(borrowed text) noexcept {
        return text.empty() ? credential_state::missing : credential_state::ready;
    }
    [[nodiscard]] constexpr bool refused() const noexcept { return false; }
};
}  // namespace detail

/// User name and password, sent as base64 of UTF-8 (RFC 7617). Only for onsite installations that have switched it on.
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

/// A system user's ticket ("7T:..."), sent unchanged. Online it needs the application token too.
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

/// An access token ("8A:Cust12345...."). It is valid for an hour.
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

/// No credential: for a client that only makes calls which need none, such as `get_tenant_status`.
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
