// superoffice/client/detail/call_driver.hpp - the machine behind a client: brings one call at a time from request to meaning.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_CALL_DRIVER_HPP
#define SUPEROFFICE_CLIENT_DETAIL_CALL_DRIVER_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/detail/call_context.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/detail/http_date.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/service/credentials.hpp>
#include <superoffice/service/detail/stored_request.hpp>
#include <superoffice/service/detail/tenant_directory.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/reply.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

// A credential source is held by value or given as a pointer.
template <class Source>
constexpr Source& source_of(Source& source) noexcept {
    return source;
}
template <class Source>
constexpr Source& source_of(Source* source) noexcept {
    return *source;
}

/// FNV-1a, 64 bits: tells whether a reply differs from the one before. Not against anybody's malice.
constexpr std::uint64_t digest_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

/// One call at a time: credential, carriage, meaning; and back to the start where the call is to be repeated, each of
/// which happens once at most:
///
///     the carrier says so (a kept connection was dead)
///     401   with a fresh credential, if the source has one
///     421   at the tenant's new address, after asking the directory in between
///
/// The carrier takes the request that was written with its `writer`, brings it to the target and comes back with the
/// reply: `byte_carrier` and its own HTTP over a link, or `http_carrier` over an HTTP stack of the host's.
template <class Carrier, class Credential, class Reader>
class call_driver {
  public:
    template <class Link>
    call_driver(Link& link, borrowed base, Credential&& credential, std::span<std::byte> memory,
                const client_options& options, Reader&& reader)
        : memory_(memory), all_bytes_(memory.size()), base_(base), carrier_(link), credential_(std::move(credential)),
          reader_(std::move(reader)), options_(options) {}
    call_driver(const call_driver&) = delete;
    call_driver& operator=(const call_driver&) = delete;
    ~call_driver() { stop(); }

    [[nodiscard]] result<void> check_base_url() const noexcept { return parse_base_url(base_).error(); }
    [[nodiscard]] std::string_view base() const noexcept { return base_; }
    [[nodiscard]] const reply_info& last_reply() const noexcept { return reply_; }
    [[nodiscard]] bool is_busy() const noexcept { return phase_ != phase::idle; }
    [[nodiscard]] wait_condition wants() const noexcept { return course_.wants; }
    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
    void want_digest() noexcept { digest_wanted_ = true; }
    [[nodiscard]] auto& link() noexcept { return carrier_.link(); }

    /// Takes a request; sends nothing yet. `select` and the texts of `options` are borrowed until the call is over.
    template <class Request, class Reply>
    error begin(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                const call_options& options) noexcept {
        if (is_busy()) return {.stage = stage::request, .code = errc::busy};
        reply_ = {};
        if (plain_value<Reply> && is_xml(options_.reply_as))  // else it would be done, and its answer lost
            return refused_request(errc::unsupported_content_type, 0);
        if (!at_base_)
            if (const error e = read_base_url(base_, target_); e.code != errc::ok) return e;
        at_base_ = true;
        carrier_.renew();
        request_.store<Reader>(request);
        path_ = what.path;
        method_ = what.method;
        slow_ = what.slow;
        select_ = select;
        call_ = options;
        course_.reached = stage::request;
        course_.patient = false;
        course_.wants = {wait_for::time, instant{}};  // at once: no time is known yet
        timed_ = refreshed_ = moved_ = asking_directory_ = false;
        phase_ = phase::credential;
        return {};
    }

    /// Goes on as far as it can without waiting. With `done`, `answer` holds the value or the error.
    template <class Info>
    step_state advance(instant now, result<Info>& answer) noexcept {
        if (!timed_) {
            started_ = now;
            course_.deadline = now + (call_.timeout.count() > 0 ? call_.timeout : timeout());
            timed_ = true;
        }
        course_.wants = {wait_for::time, now};
        for (unsigned work = 0; work < max_work_per_step; ++work) {
            switch (go_on(now)) {
                case progress::on: break;
                case progress::waits: return step_state::pending;
                case progress::again: phase_ = phase::credential; break;
                case progress::replied:
                    if (take_reply(now, answer)) return step_state::done;
                    break;
                case progress::failed:
                    give_up(now);
                    answer = course_.failure;
                    return step_state::done;
            }
        }
        return step_state::pending;
    }

    /// Of a call that has none of its own.
    [[nodiscard]] milliseconds timeout() const noexcept {
        return options_.timeout.count() > 0 ? options_.timeout : default_timeout;
    }

    /// The running call is driven by somebody who waits for the link whenever a step says so.
    void be_patient() noexcept { course_.patient = true; }

    /// Ends a running call. The connection is in the middle of something and cannot be kept.
    void cancel() noexcept {
        if (is_busy()) stop();
    }

    void stop() noexcept {
        carrier_.wipe();
        carrier_.disconnect();
        phase_ = phase::idle;
    }

  private:
    enum class phase : std::uint8_t { idle, credential, carriage };

    progress go_on(instant now) noexcept {
        if (now >= course_.deadline && !carrier_.knows_enough()) return course_.fail(errc::deadline_exceeded);
        if (phase_ == phase::credential) return take_credential(now);
        return carrier_.advance(course_, target_, options_.idle_timeout, now);
    }

    // ---- the request

    /// Of a base that could be parsed.
    [[nodiscard]] bool base_is_https() const noexcept { return base_[4] != ':'; }

    /// Only then has the request a body and a credential.
    [[nodiscard]] bool posts() const noexcept { return !asking_directory_ && method_ == http_method::post; }

    progress take_credential(instant now) noexcept {
        course_.reached = stage::credential;
        if (posts()) {
            switch (source_of(credential_).prepare(now)) {
                case credential_state::pending: {
                    const instant next = now + credential_pause;
                    return course_.wait({wait_for::time, next < course_.deadline ? next : course_.deadline});
                }
                case credential_state::missing: return course_.fail(errc::credential_missing);
                case credential_state::unavailable: return course_.fail(errc::credential_unavailable);
                case credential_state::ready: break;
            }
        }
        if (!write_request()) return progress::failed;
        phase_ = phase::carriage;
        return progress::on;
    }

    /// The request at the start of the memory, ready to be sent. False: the failure says why not.
    bool write_request() noexcept {
        error& e = course_.failure;  // made where it stays: every copy of one is code
        json_writer counted{{}};
        if ((posts() && !request_.write_body(counted, options_.request_as)) ||
            (!reads_xml<Reader> && is_xml(options_.reply_as))) {
            e = refused_request(errc::unsupported_content_type, 0);
            return false;
        }

        typename Carrier::writer head{memory_};
        e = write_lines(head, request_lines_for(counted.size()));
        if (e.code == errc::ok || e.code == errc::memory_too_small) {
            head.count_headers_from_here();
            if (posts()) source_of(credential_).add_to(head);
            head.end_of_head();
            e = head.failure();
            if (e.code == errc::bad_header_value) e.stage = stage::credential;
            const std::size_t needed = head.needed() + counted.size();
            if (e.code == errc::memory_too_small || (e.code == errc::ok && needed > memory_.size()))
                e = refused_request(errc::memory_too_small, needed);
        }
        if (e.code != errc::ok) {
            head.wipe();
            return false;
        }
        json_writer body{{reinterpret_cast<char*>(memory_.data()) + head.size(), counted.size()}};
        if (counted.size() != 0) request_.write_body(body, options_.request_as);
        carrier_.begin(memory_, head, body.size(), Reader::slack);
        return true;
    }

    [[nodiscard]] request_lines request_lines_for(std::size_t body_size) const noexcept {
        if (asking_directory_)
            return {.base = target_,
                    .method = http_method::get,
                    .path = get_tenant_status.path,
                    .segment = options_.tenant_directory.functions().tenant_of(base_),
                    .select = {},
                    .of_client = options_,
                    .of_call = call_.headers,
                    .body_size = 0,
                    .accept = reply_type::json,
                    .own_headers = false};
        return {target_,  method_,       path_,     request_.segment(), select_,
                options_, call_.headers, body_size, options_.reply_as};
    }

    // ---- the meaning

    /// A whole reply. True when the call is over; false when it goes on with another request.
    template <class Info>
    bool take_reply(instant now, result<Info>& answer) noexcept {
        const std::span<char> body = carrier_.body();
        const json_document document{body.data(), body.size(), carrier_.capacity()};
        note_reply();
        note_time(now);
        carrier_.settle(now);

        if (asking_directory_) {
            const error e = take_new_address(document);
            if (e.code == errc::ok) return go_again();
            answer = e;
            return end();
        }
        if (reply_.status == 401 && !refreshed_ && posts() && source_of(credential_).refused()) {
            refreshed_ = true;
            return go_again();
        }
        if (reply_.status == 421 && !moved_ && !options_.tenant_directory.empty()) {
            at_base_ = false;
            const error e = options_.tenant_directory.functions().aim(options_.tenant_directory.url(), target_);
            if (e.code != errc::ok) {
                answer = e;
                return end();
            }
            moved_ = asking_directory_ = true;
            carrier_.disconnect();
            return go_again();
        }
        if (digest_wanted_) digest_ = digest_of({body.data(), body.size()});
        answer = error{};
        answer = interpret(reader_, reply_, document, *answer);
        if constexpr (reads_xml<Reader>)  // which counts without the head, in front of the body or behind it
            if (error e = answer.error(); e.code == errc::memory_too_small) {
                e.offset += static_cast<std::uint32_t>(memory_.size() - document.capacity);
                count_kept(e);
                answer = e;
            }
        return end();
    }

    /// What is there of a reply, whole or not.
    void note_reply() noexcept {
        reply_ = {};
        reply_.head = carrier_.head();
        reply_.status = carrier_.status();
        if (const std::string_view after = reply_.head.retry_after(); !after.empty())  // dates take their time
            if (milliseconds wait; parse_retry_after(after, reply_.head.date(), utc_now(), wait))
                reply_.retry_after = wait;
    }
    [[nodiscard]] std::int64_t utc_now() const noexcept {
        return options_.utc_now ? options_.utc_now.seconds(options_.utc_now.context) : 0;
    }
    void note_time(instant now) noexcept {
        reply_.duration = now - started_;
        reply_.slow = reply_.duration > slow_;
    }

    bool go_again() noexcept {
        carrier_.wipe();
        reply_.head = {};  // where it stood, the next request is written, with its credential
        phase_ = phase::credential;
        return false;
    }

    bool end() noexcept {
        phase_ = phase::idle;
        return true;
    }

    /// The address is kept at the end of the memory, which gets smaller by as much.
    error take_new_address(const json_document& document) noexcept {
        asking_directory_ = false;
        carrier_.disconnect();
        std::string_view base;
        const error e = options_.tenant_directory.functions().learn(reply_, document, base_is_https(), base);
        if (e.code != errc::ok) return e;
        if (base.size() >= all_bytes_ / 2)
            return {.stage = stage::service, .code = errc::tenant_moved, .http_status = 421};
        memory_ = {memory_.data(), all_bytes_ - base.size()};
        char* const kept = reinterpret_cast<char*>(memory_.data() + memory_.size());
        std::memmove(kept, base.data(), base.size());
        base_ = {kept, base.size()};
        static_cast<void>(read_base_url(base_, target_));  // which was asked before
        at_base_ = true;
        carrier_.rest_in(memory_, Reader::slack);
        return {};
    }

    void give_up(instant now) noexcept {
        if (phase_ == phase::carriage) {
            note_reply();
            if (course_.failure.http_status == 0) course_.failure.http_status = reply_.status;
        }
        count_kept(course_.failure);
        note_time(now);
        carrier_.abandon();
        phase_ = phase::idle;
    }

    /// What would have been enough memory is so with the address that is kept at its end.
    void count_kept(error& e) const noexcept {
        if (e.code != errc::memory_too_small && e.code != errc::reply_too_large) return;
        const auto kept = static_cast<std::uint32_t>(all_bytes_ - memory_.size());
        e.offset = e.offset < UINT32_MAX - kept ? e.offset + kept : UINT32_MAX;
    }

    /// A credential that is being fetched is asked for again after this long, by those who sleep between steps.
    static constexpr milliseconds credential_pause{10};

    // What is small and asked for often comes first: a Cortex-M reaches the first bytes of an object by shorter
    // instructions than the rest.
    phase phase_ = phase::idle;
    http_method method_ = http_method::post;
    bool digest_wanted_ = false;
    bool timed_ = false;             // the deadline is known
    bool refreshed_ = false;         // the call was repeated with a fresh credential
    bool moved_ = false;             // the call was repeated at a new address
    bool asking_directory_ = false;  // the running exchange asks for that address
    bool at_base_ = false;           // `target_` is what the base says
    course course_;
    instant started_;
    milliseconds slow_;
    std::span<std::byte> memory_;
    std::size_t all_bytes_;  // of the memory, with what is kept at its end
    std::string_view base_;
    base_url target_;  // whom the running exchange is for: the tenant, or the directory of tenants
    std::string_view path_, select_;
    std::uint64_t digest_ = 0;  // of the last reply's body, where a watch wants it
    Carrier carrier_;
    Credential credential_;
    Reader reader_;
    reply_info reply_;
    stored_request request_;
    call_options call_;
    client_options options_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
