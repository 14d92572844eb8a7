// superoffice/client/detail/call_driver.hpp - runs one call at a time: credential, request, reply, and what the reply means.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_CALL_DRIVER_HPP
#define SUPEROFFICE_CLIENT_DETAIL_CALL_DRIVER_HPP

#include <superoffice/base/result.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/client/detail/body_stream.hpp>
#include <superoffice/client/detail/call_context.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/detail/http_date.hpp>
#include <superoffice/service/credentials.hpp>
#include <superoffice/service/detail/request_lines.hpp>
#include <superoffice/service/detail/stored_request.hpp>
#include <superoffice/service/detail/tenant_address.hpp>
#include <superoffice/service/detail/tenant_directory.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/reply.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
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

/// Runs one call at a time. A call goes through the values of `call_phase` and back to `request` where it is sent once more:
/// see `repeat_reason`.
///
/// `Connection` takes the request that was written with its `writer`, brings it to the target and comes back with the
/// reply: `byte_connection` with the library's own HTTP over a link, or `http_connection` over an HTTP stack of the host.
template <class Connection, class Credential, class Reader>
class call_driver {
  public:
    /// `make_reader` makes the reader in its place.
    template <class Link, class MakeReader>
    call_driver(Link& link, borrowed base, Credential&& credential, std::span<std::byte> memory,
                const client_options& options, MakeReader make_reader)
        : address_(base, memory), connection_(link), credential_(std::move(credential)), reader_(make_reader()),
          options_(options) {}
    call_driver(const call_driver&) = delete;
    call_driver& operator=(const call_driver&) = delete;
    ~call_driver() { stop(); }

    [[nodiscard]] result<void> check_base_url() const noexcept { return parse_base_url(base()).error(); }
    [[nodiscard]] std::string_view base() const noexcept { return address_.base(); }
    [[nodiscard]] const reply_info& last_reply() const noexcept { return reply_; }
    [[nodiscard]] bool is_busy() const noexcept { return call_.phase != call_phase::idle; }
    [[nodiscard]] const wait_condition& wants() const noexcept { return call_.wants; }
    /// Takes a digest of the reply to the call that was just accepted. A program without a watch contains no code for it.
    void want_digest(body_digest& into) noexcept { digest_ = &into; }
    [[nodiscard]] auto& link() noexcept { return connection_.link(); }

    /// Accepts a call; sends nothing yet. `select` and the texts of `options` are borrowed until the call is over.
    template <class Request, class Reply>
    error start(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                const call_options& options) noexcept {
        error e;  // one object for every answer: each copy of an error is code
        if (is_busy()) {
            e.stage = stage::request;
            e.code = errc::busy;
            return e;
        }
        reply_ = {};
        if (plain_value<value_of_reply<Reply>> &&
            is_xml(options_.reply_as)) {  // refused before the service carries it out
            e = refused_request(errc::unsupported_content_type, 0);
            return e;
        }
        address_.aim_at_tenant(e);
        if (e.code != errc::ok) return e;
        stream_ = nullptr;
        digest_ = nullptr;
        what_.accept = std::same_as<Reply, file_bytes> ? "application/octet-stream" : options_.reply_as.name();
        request_.store<Reader>(request);
        what_.path = what.path;
        what_.segment = request_.segment();
        what_.select = select;
        what_.method = what.method;
        what_.needs_credential = what.needs_credential;
        rules_ = {.nothing = what.nothing,
                  .may_repeat = what.may_repeat,
                  .has_value = !std::is_void_v<Reply>,
                  .may_be_empty = what.nothing != errc::no_such_task || !select.empty()};
        slow_ = static_cast<std::uint32_t>(what.slow.count() < UINT32_MAX ? what.slow.count() : UINT32_MAX);
        call_headers_ = options.headers;
        const milliseconds time = options.timeout.count() > 0 ? options.timeout : timeout();
        call_.deadline = instant{} + time;  // until the first step says what time it is
        call_.reached = stage::request;
        call_.blocking = false;
        call_.asks_directory = false;
        call_.repeats = 0;
        call_.wants = {wait_for::time, instant{}};  // at once: no time is known yet
        call_.phase = call_phase::accepted;
        return e;
    }

    /// The same for a reply whose body is used while it arrives. A reply that is a value of another kind ends with the
    /// error `foreign`. The stream lives until the call is over. A program without such calls contains no code for them.
    template <class Request, class Reply>
    error start_stream(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                       const call_options& options, body_stream<Reader>& stream, const error& foreign) noexcept {
        const error e = start(what, request, select, options);
        if (e.code != errc::ok) return e;
        stream_ = &stream;
        stream.foreign = foreign;
        stream.feed = feed_stream;
        return {};
    }

    /// Goes on as far as it can without waiting. With `done`, `answer` holds the value or the error.
    template <class Info>
    step_state step(instant now, result<Info>& answer) noexcept {
        if (call_.phase == call_phase::accepted) {
            call_.started = now;
            call_.deadline = now + (call_.deadline - instant{});
            call_.phase = call_phase::request;
        }
        call_.wants = {wait_for::time, now};
        for (unsigned work = 0; work < max_work_per_step; ++work) {
            switch (go_on(now)) {
                case progress::working: break;
                case progress::waiting: return step_state::pending;
                case progress::repeat: call_.phase = call_phase::request; break;
                case progress::replied:
                    if (take_reply(now, answer)) return step_state::done;
                    break;
                case progress::failed:
                    give_up(now);
                    answer = call_.failure;
                    return step_state::done;
            }
        }
        return step_state::pending;
    }

    /// The deadline of calls that set none.
    [[nodiscard]] milliseconds timeout() const noexcept {
        return options_.timeout.count() > 0 ? options_.timeout : default_timeout;
    }

    /// The call that was just accepted ends after this time at the latest.
    void limit_time(milliseconds left) noexcept {
        if (call_.deadline > instant{} + left) call_.deadline = instant{} + left;
    }

    /// The caller of the running call waits for the link whenever a step says so.
    void set_blocking() noexcept { call_.blocking = true; }

    /// Ends a running call. The connection is in the middle of something and cannot be kept.
    void cancel() noexcept {
        if (is_busy()) stop();
    }

    void stop() noexcept {
        connection_.wipe();
        connection_.disconnect();
        call_.phase = call_phase::idle;
    }

  private:
    [[nodiscard]] bool is_exchanging() const noexcept { return call_.phase == call_phase::exchange; }

    progress go_on(instant now) noexcept {
        if (now >= call_.deadline && !connection_.stop_receiving()) return call_.fail(errc::deadline_exceeded);
        if (!is_exchanging()) return prepare_request(now);
        if (stream_ != nullptr)
            if (const progress fed = stream_->feed(this, now, false); fed != progress::working) return fed;
        const progress made = connection_.step(call_, address_.target(), options_.idle_timeout, now);
        return made == progress::replied && stream_ != nullptr ? stream_->feed(this, now, true) : made;
    }

    // ---- the request

    [[nodiscard]] bool sends_credential() const noexcept { return what_.needs_credential && !call_.asks_directory; }

    progress prepare_request(instant now) noexcept {
        call_.reached = stage::credential;
        if (sends_credential()) {
            switch (source_of(credential_).prepare(now)) {
                case credential_state::pending: {
                    const instant next = now + credential_pause;
                    return call_.wait({wait_for::time, next < call_.deadline ? next : call_.deadline});
                }
                case credential_state::missing: return call_.fail(errc::credential_missing);
                case credential_state::unavailable: return call_.fail(errc::credential_unavailable);
                case credential_state::ready: break;
            }
        }
        call_.may_repeat = call_.asks_directory || rules_.may_repeat;
        if (!write_request()) return progress::failed;
        call_.phase = call_phase::exchange;
        return progress::working;
    }

    /// Writes the request to the start of the memory. False: the failure says why it cannot be sent.
    [[gnu::noinline]] bool write_request() noexcept {
        error& e = call_.failure;  // made where it stays: every copy of an error is code
        request_target what = what_;
        if (call_.asks_directory) options_.tenant_directory.functions()->ask(what, base());
        json_writer counted{{}};
        if ((what.method == http_method::post && !request_.write_body(counted, options_.request_as)) ||
            (!reads_xml<Reader> && is_xml(options_.reply_as))) {
            e = refused_request(errc::unsupported_content_type, 0);
            return false;
        }

        const std::span<std::byte> memory = address_.memory();
        typename Connection::writer head{memory};
        e = write_lines(head, {what, address_.target(), options_, call_headers_, counted.size()});
        if (e.code == errc::ok || e.code == errc::memory_too_small) {
            head.count_headers_from_here();
            const std::size_t before = head.needed();
            if (what.needs_credential) source_of(credential_).add_to(head);
            call_.has_secret = !options_.allow_credential_in_clear_text &&
                               (head.needed() != before || (what.needs_credential && has_app_token()));
            head.end_of_head();
            e = head.failure();
            if (e.code == errc::bad_header_value) blame_credential(e, head.bad_name());
            const std::size_t needed = head.needed() + counted.size();
            if (e.code == errc::memory_too_small || (e.code == errc::ok && needed > memory.size()))
                e = refused_request(errc::memory_too_small, needed);
        }
        if (e.code != errc::ok) {
            head.wipe();
            return false;
        }
        json_writer body{{reinterpret_cast<char*>(memory.data()) + head.size(), counted.size()}};
        if (counted.size() != 0) request_.write_body(body, options_.request_as);
        connection_.set_request(memory, head, body.size(), Reader::slack);
        if (stream_ != nullptr) connection_.stream_body();
        return true;
    }

    [[nodiscard]] bool has_app_token() const noexcept {
        return !options_.headers.app_token.empty() || !call_headers_.app_token.empty();
    }

    // ---- the reply

    /// A whole reply. True when the call is over; false when it goes on with another request.
    template <class Info>
    bool take_reply(instant now, result<Info>& answer) noexcept {
        const std::span<char> body = connection_.body();
        const json_document document{body.data(), body.size(), connection_.capacity()};
        note_reply();
        note_time(now);
        connection_.end_exchange(now);

        if (const directory_functions* const directory = options_.tenant_directory.functions(); directory != nullptr) {
            const bool asked = call_.asks_directory;
            directory_visit visit{reply_, document, address_, call_.repeats, call_.asks_directory};
            if (directory->take_reply(options_.tenant_directory.url(), visit)) {
                if (asked || call_.asks_directory) connection_.disconnect();
                if (visit.failure.code != errc::ok) return end_with(visit.failure, answer);
                connection_.use_memory(address_.memory(), Reader::slack);
                return repeat_request();
            }
        }
        if (reply_.status == 401 && sends_credential() && !call_.has_repeated(repeat_reason::refused_credential) &&
            source_of(credential_).refused()) {
            call_.note_repeat(repeat_reason::refused_credential);
            return repeat_request();
        }
        if constexpr (std::same_as<Info, std::uint64_t>)
            if (stream_ != nullptr) return end_stream(document, answer);
        if (digest_ != nullptr) digest_->take(*digest_, {body.data(), body.size()});
        read_value(document, answer);
        call_.phase = call_phase::idle;
        return true;
    }

    template <class Info>
    void read_value(const json_document& document, result<Info>& answer) noexcept {
        answer = error{};
        if constexpr (std::is_void_v<Info>) {
            nothing ignored;
            answer = interpret(reader_, reply_, document, ignored, rules_);
        } else {
            answer = interpret(reader_, reply_, document, *answer, rules_);
        }
        if constexpr (reads_xml<Reader>)  // XML is rewritten in the free memory; the head around the body counts too
            if (error e = answer.error(); e.code == errc::memory_too_small) {
                e.offset += static_cast<std::uint32_t>(address_.memory().size() - document.capacity);
                address_.add_kept_bytes(e);
                answer = e;
            }
    }

    // ---- a reply whose body is used while it arrives

    [[nodiscard]] bool is_streaming() noexcept {
        const std::uint16_t status = connection_.status();
        return !call_.asks_directory && status >= 200 && status <= 299 && !stream_->is_whole;
    }

    /// Hands over what has arrived. `working`: more can be received; `replied`: the call is over.
    static progress feed_stream(void* driver, instant now, bool last) noexcept {
        call_driver& self = *static_cast<call_driver*>(driver);
        const progress ended = last ? progress::replied : progress::working;
        if (self.is_streaming()) {
            body_stream<Reader>& stream = *self.stream_;
            const std::span<char> window = self.connection_.window();
            if (!window.empty() || last) {
                if (stream.count == 0) self.note_reply();
                stream.used = 0;
                const stream_state state =
                    stream.take(stream, self.reader_,
                                {window, self.connection_.window_capacity(), self.connection_.content_type(), last});
                self.connection_.drop(stream.used);
                switch (state) {
                    case stream_state::more: break;
                    case stream_state::not_now: return self.wait_for_sink(now);
                    case stream_state::stopped: stream.has_stopped = true; return progress::replied;
                    case stream_state::whole: stream.is_whole = true; break;
                    case stream_state::failed: return self.call_.fail(stream.failure);
                }
            }
        }
        if (last || !self.connection_.is_full()) return ended;
        return self.call_.fail({.stage = stage::http,
                                .code = errc::reply_too_large,
                                .offset = as_offset(self.address_.memory().size() + 1)});
    }

    progress wait_for_sink(instant now) noexcept {
        const instant next = now + sink_pause;
        return call_.wait({wait_for::time, next < call_.deadline ? next : call_.deadline});
    }

    bool end_stream(const json_document& document, result<std::uint64_t>& answer) noexcept {
        if (stream_->has_stopped) connection_.disconnect();
        if (reply_.status >= 200 && reply_.status <= 299 && !stream_->is_whole && reply_.status != 204)
            return end_with_count(stream_->count, answer);
        nothing ignored;
        const error e = interpret(reader_, reply_, document, ignored, rules_);
        if (e.code != errc::ok && e.code != errc::wrong_kind) return end_with(e, answer);
        // 204 and null are an empty stream, where the operation says so.
        if (reply_.status == 204 || beginning_of(document).on('n')) return end_with_count(0, answer);
        error foreign = stream_->foreign;
        foreign.http_status = reply_.status;
        return end_with(foreign, answer);
    }

    bool end_with_count(std::uint64_t count, result<std::uint64_t>& answer) noexcept {
        answer = count;
        call_.phase = call_phase::idle;
        return true;
    }

    /// Notes the part of the reply that has arrived.
    void note_reply() noexcept {
        reply_ = {};
        reply_.head = connection_.head();
        reply_.status = connection_.status();
        options_.retry_after_dates.function(reply_.head, options_.utc_now, reply_.retry_after);
    }
    [[gnu::noinline]] void note_time(instant now) noexcept {
        reply_.duration = now - call_.started;
        reply_.slow = reply_.duration.count() > slow_;
    }

    [[gnu::noinline]] bool repeat_request() noexcept {
        connection_.wipe();
        reply_.head = {};  // the next request, with its credential, is written over it
        call_.phase = call_phase::request;
        return false;
    }

    template <class Info>
    bool end_with(const error& e, result<Info>& answer) noexcept {
        answer = e;
        call_.phase = call_phase::idle;
        return true;
    }

    void give_up(instant now) noexcept {
        error& e = call_.failure;
        if (is_exchanging()) {
            note_reply();
            if (e.http_status == 0) e.http_status = reply_.status;
            // Errors of the time, the link and TLS stand before those of HTTP. None of them says what the service did.
            if (!call_.may_repeat && e.code < errc::bad_http && connection_.is_request_sent())
                e.code = errc::outcome_unknown;
        }
        address_.add_kept_bytes(e);
        note_time(now);
        connection_.give_up();
        call_.phase = call_phase::idle;
    }

    /// A credential that is being fetched is asked for again after this long.
    static constexpr milliseconds credential_pause{10};

    /// A sink that takes nothing now is asked again after this long.
    static constexpr milliseconds sink_pause{10};

    // Small members that are used often come first: a Cortex-M reaches the first bytes of an object by shorter
    // instructions than the rest.
    call_context call_;
    reply_rules rules_;
    std::uint32_t slow_;  // milliseconds
    tenant_address address_;
    request_target what_;
    body_stream<Reader>* stream_ = nullptr;  // takes a body while it arrives
    body_digest* digest_ = nullptr;
    Connection connection_;
    Credential credential_;
    Reader reader_;
    stored_request request_;
    reply_info reply_;
    request_headers call_headers_ = no_headers();
    client_options options_;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
