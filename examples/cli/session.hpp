// session.hpp - what the commands that need a credential share: the client over one kind of link, and its complaints.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_SESSION_HPP
#define SUPEROFFICE_CLI_SESSION_HPP

#include "arguments.hpp"
#include "complaint.hpp"
#include "credentials_from_environment.hpp"
#include "exit_code.hpp"
#include "retry.hpp"
#include "terminal.hpp"
#include "visible_text.hpp"

#include <superoffice/batch.hpp>
#include <superoffice/client/watch_many.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The struct as one line of JSON.
template <class Struct>
std::string json_of(const Struct& shown) {
    std::string text(superoffice::encode(shown, {}).error().needed(), '\0');
    return one_line(*superoffice::encode(shown, text)) + "\n";
}

inline superoffice::client_options options_of(const arguments& given) {
    superoffice::client_options options;
    options.timeout = given.timeout;
    if (!given.tenant_directory.empty()) options.tenant_directory = given.tenant_directory;
    options.headers.language = given.language;
    options.headers.culture = given.culture;
    options.headers.time_zone = given.time_zone;
    options.allow_credential_in_clear_text = given.plain_http;
    options.retry_after_dates = superoffice::http_dates;
    return options;
}

/// What the tool ends with after the signal that came.
inline exit_code code_of_interruption() {
    return interruption() == SIGINT ? exit_code::interrupted : exit_code::terminated;
}

/// Waits for the next try. False where a signal came that the tool does not obey at once.
template <class Link>
bool wait_for_retry(Link& link, superoffice::milliseconds pause) {
    constexpr superoffice::milliseconds longest{250};
    const superoffice::instant end = Link::clock::now() + pause;
    while (interruption() == 0) {
        const superoffice::milliseconds left = end - Link::clock::now();
        if (left <= superoffice::milliseconds{0}) return true;
        link.wait(superoffice::wait_for::time, left < longest ? left : longest);
    }
    return false;
}

template <class Link>
class session {
  public:
    session(Link& link, const arguments& given, environment_credential& credential)
        : given_(given), credential_(credential), link_(link), memory_(given.memory),
          api_(link, given.base_url, &credential, memory_, options_of(given)) {}

    [[nodiscard]] const arguments& given() const { return given_; }
    Link& link() { return link_; }
    superoffice::client<Link, environment_credential*>& api() { return api_; }

    /// A signal that comes just before the wait begins does not end it: hence the limit.
    void wait(const superoffice::wait_condition& wanted, superoffice::instant now) {
        constexpr superoffice::milliseconds longest{250};
        if (wanted.until <= now) return;
        const superoffice::milliseconds left = wanted.until - now;
        link_.wait(wanted.what, left < longest ? left : longest);
    }

    /// Makes a call, and makes it again as --retry allows. `call` answers with a result.
    template <class Info = superoffice::BatchTaskInfo, class Call>
    auto with_retries(const Call& call, repetition twice = repetition::is_harmless) {
        for (std::uint32_t done = 0;; ++done) {
            auto made = call();
            if (made || !tries_again<Info>(made.error(), done, twice)) return made;
        }
    }

    /// Whether a call that failed is to be made again: says so, and waits.
    template <class Info = superoffice::BatchTaskInfo>
    bool tries_again(const superoffice::error& e, std::uint32_t done, repetition twice = repetition::is_harmless) {
        const failed_call failed{.error = e,
                                 .retry_after = api_.last_reply().retry_after,
                                 .twice = twice,
                                 .has_lost_credential = credential_.is_lost()};
        const std::uint32_t allowed = given_.retries.value_or(0);
        const std::optional<retry> next = next_retry(failed, done, allowed);
        if (!next) {
            advise(why_no_retry(failed, done, allowed));
            return false;
        }
        if (const std::string why = credential_.why(); e == superoffice::errc::credential_unavailable && !why.empty())
            complain_and_retry(why, *next);
        else
            quote<Info>(e, [&next](const auto&... what) { complain_and_retry(what..., *next); });
        return wait_for_retry(link_, next->pause);
    }

    /// Whether the last call failed because of its task alone, so that a call about another task may be answered.
    [[nodiscard]] bool concerns_one_task(const superoffice::error& e) const {
        return superoffice::concerns_one_task(e, api_.last_reply().retry_after);
    }

    using complaint = void(const superoffice::error&, const superoffice::reply_info&, std::string_view);

    /// Quotes the service's words, with stars in place of a secret that it may send back.
    template <class Info = superoffice::BatchTaskInfo>
    void complain_about(const superoffice::error& e, complaint& how) {
        quote<Info>(e, how);
    }

    /// Says why a call gave nothing.
    template <class Info = superoffice::BatchTaskInfo>
    exit_code fail(const superoffice::error& e) {
        if (interruption() != 0) return code_of_interruption();
        if (const std::string why = credential_.why(); e == superoffice::errc::credential_unavailable && !why.empty()) {
            complain(why, exit_code::credential);
            return exit_code::credential;
        }
        complain_about<Info>(e, complain);
        return exit_code_of(e);
    }

  private:
    template <class Info, class Complaint>
    void quote(const superoffice::error& e, const Complaint& how) {
        superoffice::reply_info reply = api_.last_reply();
        const std::string message = credential_.without_secrets(reply.message);
        const std::string detail = credential_.without_secrets(reply.detail);
        const std::string type = credential_.without_secrets(reply.type);
        reply.message = message;
        reply.detail = detail;
        reply.type = type;
        how(e, reply, superoffice::member_name<Info>(e));
    }

    const arguments& given_;
    environment_credential& credential_;
    Link& link_;
    std::vector<std::byte> memory_;
    superoffice::client<Link, environment_credential*> api_;
};

}  // namespace cli
#endif
