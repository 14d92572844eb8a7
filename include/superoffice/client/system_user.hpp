// superoffice/client/system_user.hpp - the ticket of a system user, fetched and renewed without waiting.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_SYSTEM_USER_HPP
#define SUPEROFFICE_CLIENT_SYSTEM_USER_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/civil_time.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/base64.hpp>
#include <superoffice/base/detail/wipe.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/base/utc_clock.hpp>
#include <superoffice/client/client.hpp>
#include <superoffice/client/detail/json_web_token.hpp>
#include <superoffice/client/detail/renewal.hpp>
#include <superoffice/client/signer.hpp>
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/http/detail/http_date.hpp>
#include <superoffice/http/request_head.hpp>
#include <superoffice/schema/fixed_text.hpp>
#include <superoffice/schema/system_user_reply.hpp>
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

/// What a system user is known by. The texts are borrowed for the life of the credential.
/// Source: the vendor's page on system users; login facts, section 1.4.
struct system_user_application {
    borrowed system_user_token;  ///< "My App-2d2D5KmBji", from the first log-in of the tenant's administrator
    borrowed client_secret;      ///< of the application; it is also sent as SO-AppToken with each call
    borrowed context;            ///< the tenant: "Cust12345"
};

/// Checks the signature of the token that the log-in host sends (RS256). Optional: the token comes over a verified TLS
/// connection from the host itself. True where `signature` is right for `signed_text`.
struct token_verifier {
    bool (*function)(void* context, std::string_view signed_text,
                     std::span<const std::byte> signature) noexcept = nullptr;
    void* context = nullptr;
};

/// The least memory of a `system_user` that holds an exchange of the documented size: a JWT of 1.7 KB and a signed token of
/// 0.4 KB for a key of 2048 bits.
inline constexpr std::size_t system_user_memory_bytes = 6 * 1024;

namespace detail {

/// Source: the vendor's page on system user tickets; login facts, section 1.4.
inline constexpr operation<SystemUserRequest, SystemUserReply> authenticate_system_user{
    "/Login/api/PartnerSystemUser/Authenticate", milliseconds{3'000}};

/// A ticket lives for six hours after its last use. Source: login facts, section 1.4.
inline constexpr milliseconds ticket_life{6 * 3'600'000};
inline constexpr milliseconds ticket_margin{10 * 60'000};

inline constexpr std::string_view token_issuer = "SuperOffice AS";

/// UTC as YYYYMMDDHHmm, the form in which the service wants it signed.
constexpr void write_minute(std::int64_t seconds, char* into) noexcept {
    const std::int64_t most = 253'402'300'799;  // the end of the year 9999
    const std::int64_t time = seconds < 0 ? 0 : seconds > most ? most : seconds;
    // 86,400 is 128 times 675. Small processors divide 64 bits by a function, so this divides 32 bits.
    const std::uint32_t days = static_cast<std::uint32_t>(time >> 7) / 675;
    const auto of_day = static_cast<std::uint32_t>(time - std::int64_t{days} * 86'400);
    const civil_time day = day_since_1970(static_cast<std::int32_t>(days));
    const std::uint32_t parts[] = {static_cast<std::uint32_t>(day.year) / 100,
                                   static_cast<std::uint32_t>(day.year) % 100,
                                   day.month,
                                   day.day,
                                   of_day / 3'600,
                                   of_day / 60 % 60};
    for (const std::uint32_t part : parts) {
        *into++ = static_cast<char>('0' + part / 10);
        *into++ = static_cast<char>('0' + part % 10);
    }
}

}  // namespace detail

/// A credential that fetches a system user's ticket itself: it signs the time with the application's key, and exchanges that
/// for a ticket at the log-in host, over a link of its own. It makes the call in steps, inside of `prepare`; nothing waits.
/// Each use of a ticket moves its end by six hours; it is renewed when 5 hours and 50 minutes have passed without a use, and
/// when the service answers 401.
///
///     superoffice::mbedtls_rsa_signer key;
///     if (const auto loaded = key.load(text_of_the_key); !loaded) return report(loaded.error());
///     superoffice::system_user robot{login_link, superoffice::default_login_url, {user_token, secret, "Cust12345"}, key,
///                                    clock, login_memory};
///     superoffice::client api{link, base, &robot, memory};
///
/// The clock of the device may be wrong: when the host refuses the signed time and its Date header differs by more than a
/// minute, the exchange is repeated once with the host's time, which is used from then on; `clock_offset()` says by how many
/// seconds the device is off.
/// Lifetime, memory, security, sharing: as for `refreshing_bearer`; see `system_user_memory_bytes`.
/// Errors: failures that may pass are repeated after 1, 2, 4 ... 60 seconds, or the server's Retry-After. A refusal makes the
/// credential dead: `is_dead()`; `reason()` has the host's text, which is not documented.
/// Checked of the token: issuer "SuperOffice AS", the context asked for, and its signature where `verifier` is given.
/// Costs: one signature for each renewal; no heap besides what link and signer take; no clock but the one given.
template <class Link, signer Signer>
class system_user {
  public:
    /// For a link that never blocks.
    system_user(Link& link, borrowed login_url, const system_user_application& application, Signer& key,
                utc_clock clock, std::span<std::byte> memory, token_verifier verifier = {})
        : system_user(link, login_url, application, key, clock, memory, verifier, allow_waiting_lookup) {
        detail::require_link_that_never_blocks<Link>();
    }
    /// For any link.
    system_user(Link& link, borrowed login_url, const system_user_application& application, Signer& key,
                utc_clock clock, std::span<std::byte> memory, token_verifier verifier, allow_waiting_lookup_t)
        : application_(application), key_(&key), clock_(clock), verifier_(verifier), memory_(memory),
          texts_(memory.last(memory.size() / 3)),
          login_(link, login_url, anonymous{}, memory.first(memory.size() - memory.size() / 3)) {
        if (!detail::ascii::is_https(login_url.view()))
            give_up({.stage = stage::request, .code = errc::insecure_link});
        else if (application.system_user_token.empty() || application.client_secret.empty())
            give_up({.stage = stage::credential, .code = errc::credential_missing});
    }
    system_user(const system_user&) = delete;
    system_user& operator=(const system_user&) = delete;
    ~system_user() {
        call_.cancel();
        detail::wipe(texts_.data(), texts_.size());
    }

    /// See `credential_source`. Makes one step of the log-in call where a ticket is being fetched; the first step of a call
    /// signs.
    credential_state prepare(instant now) noexcept {
        now_ = now;
        // As in `refreshing_bearer`: a fetch that was left alone has failed when it wanted its next step.
        for (instant failed_at = fetching_ ? call_.wants().until : now; renewal_.is_due(now); failed_at = now) {
            if (!fetching_) {
                corrected_ = false;
                begin();
                continue;
            }
            if (call_.step(now) == step_state::pending) return credential_state::pending;
            finish(failed_at < now ? failed_at : now);
        }
        if (renewal_.is_usable(now)) return credential_state::ready;
        return why_.code == errc::credential_missing ? credential_state::missing : credential_state::unavailable;
    }
    void add_to(request_head& head) noexcept {
        head.header(detail::ascii::literal("Authorization"), detail::ascii::literal("SOTicket "), ticket_text());
        head.header(detail::ascii::literal("SO-AppToken"), application_.client_secret.view());
        renewal_.extend(now_, detail::ticket_life, detail::ticket_margin);
    }
    /// Also true while a ticket is being fetched: that will be a new one.
    bool refused() noexcept {
        renewal_.refused();
        return !renewal_.is_dead();
    }

    /// Changes with each new ticket; for `credential_share`.
    [[nodiscard]] std::uint32_t generation() const noexcept { return renewal_.generation(); }
    /// No ticket will come any more; `why()` and `reason()` say why not.
    [[nodiscard]] bool is_dead() const noexcept { return renewal_.is_dead(); }
    /// Why the last attempt failed; `errc::ok` after one that did not.
    [[nodiscard]] const error& why() const noexcept { return why_; }
    /// The log-in host's own text for a refusal, or what is wrong with its token. Empty where there is none, or where the
    /// text has more than 128 bytes.
    [[nodiscard]] std::string_view reason() const noexcept { return reason_.view(); }
    /// How many seconds the log-in host is ahead of the device's clock; 0 until a refusal showed a difference.
    [[nodiscard]] std::int64_t clock_offset() const noexcept { return offset_; }

  private:
    [[nodiscard]] char* texts() const noexcept { return reinterpret_cast<char*>(texts_.data()); }
    [[nodiscard]] std::string_view ticket_text() const noexcept { return {texts(), ticket_size_}; }
    [[nodiscard]] std::int64_t device_time() const noexcept {
        return clock_ ? clock_.seconds(clock_.context) : std::int64_t{0};
    }

    void begin() noexcept {
        reason_.assign({});
        std::string_view signed_token;
        if (why_ = sign(signed_token); why_.code != errc::ok) return renewal_.failed(now_, {});
        request_ = {signed_token, application_.client_secret, application_.context, "JWT"};
        call_ = login_.start(detail::authenticate_system_user, request_, call_options{}, allow_waiting_lookup);
        fetching_ = true;
    }

    /// The signed token stands at the end of the texts, behind the ticket that may still be in use.
    error sign(std::string_view& into) noexcept {
        const std::string_view token = application_.system_user_token;
        const std::size_t data_size = token.size() + 1 + 12;
        const std::size_t most = data_size + 1 + detail::base64_size(max_signature_bytes);
        if (most > texts_.size() - ticket_size_)
            return {.stage = stage::credential,
                    .code = errc::memory_too_small,
                    .offset = detail::as_offset(3 * (most + ticket_size_))};
        char* const data = texts() + texts_.size() - most;
        std::memcpy(data, token.data(), token.size());
        data[token.size()] = '.';
        detail::write_minute(device_time() + offset_, data + token.size() + 1);
        std::byte signature[max_signature_bytes];
        const result<std::size_t> size = key_->sign(std::string_view{data, data_size}, signature);
        if (!size) return size.error();
        if (*size > max_signature_bytes) return {.stage = stage::credential, .code = errc::credential_unavailable};
        data[data_size] = '.';
        detail::write_base64({signature, *size}, data + data_size + 1);
        into = {data, data_size + 1 + detail::base64_size(*size)};
        return {};
    }

    void finish(instant failed_at) noexcept {
        fetching_ = false;
        why_ = call_.error();
        const reply_info& reply = login_.last_reply();
        bool refused = reply.status >= 400 && reply.status < 500 && !is_repeatable(why_.code);
        if (why_.code == errc::ok) {
            why_ = take(call_.value());
            refused = why_.code == errc::unauthorized;
        } else if (refused) {
            reason_.assign(reply.message);
        }
        const field<milliseconds> retry_after = reply.retry_after;
        const bool again = refused && !corrected_ && correct_clock(reply.head.date());
        if (why_.code != errc::ok && refused) why_.native = static_cast<std::int32_t>(offset_);
        detail::wipe(texts_.data() + ticket_size_, texts_.size() - ticket_size_);
        login_.stop();  // also zeroes the reply
        if (again)
            begin();
        else if (refused)
            give_up(why_);
        else if (why_.code != errc::ok)
            renewal_.failed(failed_at, retry_after);
    }

    /// True where the host's clock and ours differ by more than a minute: then the host's counts from now on.
    bool correct_clock(std::string_view date) noexcept {
        std::int64_t host = 0;
        if (!detail::parse_http_date(date, 0, host)) return false;
        const std::int64_t offset = host - device_time();
        const std::int64_t change = offset - offset_;
        if (change <= 60 && change >= -60) return false;
        offset_ = offset;
        return corrected_ = true;
    }

    error take(const SystemUserReply& reply) noexcept {
        if (reply.IsSuccessful == false) {
            reason_.assign(reply.ErrorMessage.value_or(std::string_view{}));
            return {.stage = stage::service, .code = errc::unauthorized, .http_status = 200};
        }
        detail::json_web_token token;
        if (!detail::split_token(reply.Token.value_or(std::string_view{}), token))
            return refuse_token("the log-in host sent no token");
        if (verifier_.function != nullptr && !is_signed(token))
            return refuse_token("the signature of the token is wrong");
        // The reply stands in our own memory, so its bytes may be rewritten.
        char* const at = reinterpret_cast<char*>(memory_.data()) +
                         (token.payload.data() - reinterpret_cast<const char*>(memory_.data()));
        const std::string_view claims = detail::read_claims(at, token.payload.size());
        if (claims.empty()) return refuse_token("the token holds no claims");
        if (!(detail::find_claim(claims, "iss") == detail::token_issuer))
            return refuse_token("the token is from another issuer");
        if (!(detail::find_claim(claims, "http://schemes.superoffice.net/identity/ctx") == application_.context.view()))
            return refuse_token("the token is for another tenant");
        return keep_ticket(detail::find_claim(claims, "http://schemes.superoffice.net/identity/ticket"));
    }

    [[gnu::noinline]] bool is_signed(const detail::json_web_token& token) noexcept {
        char signature[max_signature_bytes];
        std::size_t size = 0;
        return token.signature.size() <= max_signature_bytes / 3 * 4 + 3 &&
               detail::read_base64url(token.signature, signature, size) &&
               verifier_.function(verifier_.context, token.signed_text, std::as_bytes(std::span{signature, size}));
    }

    error refuse_token(std::string_view why) noexcept {
        reason_.assign(why);
        return {.stage = stage::service, .code = errc::credential_unavailable, .http_status = 200};
    }

    error keep_ticket(json_text text) noexcept {
        if (!text.is_string() || text.unescaped_size() == 0) return refuse_token("the token holds no ticket");
        if (text.unescaped_size() > texts_.size())
            return {.stage = stage::credential,
                    .code = errc::memory_too_small,
                    .offset = detail::as_offset(3 * text.unescaped_size())};
        detail::wipe(texts_.data(), texts_.size());
        const result<std::string_view> copied = text.copy({texts(), texts_.size()});
        ticket_size_ = copied ? copied->size() : 0;
        renewal_.fetched(now_, detail::ticket_life, detail::ticket_margin);
        return {};
    }

    void give_up(const error& e) noexcept {
        why_ = e;
        renewal_.give_up();
    }

    using login_client = client<Link, anonymous, compact_reader>;

    system_user_application application_;
    Signer* key_;
    utc_clock clock_;
    token_verifier verifier_;
    std::span<std::byte> memory_;
    std::span<std::byte> texts_;  // the ticket at the start; the signed token at the end, during an exchange
    std::size_t ticket_size_ = 0;
    std::int64_t offset_ = 0;  // seconds
    instant now_;
    detail::renewal renewal_;
    error why_;
    fixed_text<128> reason_;
    bool fetching_ = false;
    bool corrected_ = false;     // this renewal was repeated with the host's time
    SystemUserRequest request_;  // borrowed by the call
    login_client login_;
    typename login_client::template call_of<SystemUserReply> call_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
