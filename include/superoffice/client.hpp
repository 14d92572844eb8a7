// superoffice/client.hpp - makes the call: drives an exchange over a link, with one deadline, in the caller's memory.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_HPP
#define SUPEROFFICE_CLIENT_HPP

#include <superoffice/base_url.hpp>
#include <superoffice/credentials.hpp>
#include <superoffice/detail/http_date.hpp>
#include <superoffice/exchange.hpp>
#include <superoffice/json/default_reader.hpp>
#include <superoffice/operation.hpp>
#include <superoffice/options.hpp>
#include <superoffice/reply.hpp>
#include <superoffice/result.hpp>
#include <superoffice/select.hpp>
#include <superoffice/time.hpp>
#include <superoffice/transport.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// What `step` answers: call it again, or fetch the value.
enum class step_state : std::uint8_t { pending, done };

/// What a pending call waits for: the link to be readable or writable, or (`wait_for::time`) the next step; at the
/// latest `until`.
struct wait_condition {
    wait_for what = wait_for::nothing;
    instant until = instant::never();
};

/// Says that the start of a call may wait for the link's name look-up all the same.
struct allow_waiting_lookup_t {};
inline constexpr allow_waiting_lookup_t allow_waiting_lookup{};

/// So much work a single step does at most, counted in calls of the link.
inline constexpr unsigned max_work_per_step = 16;

/// So large a request may be, apart from the texts it borrows.
inline constexpr std::size_t max_request_object_bytes = 64;

namespace detail {

/// In the place of a link's own clock.
struct no_clock {};

/// The clock that a link brings for the blocking call, if it does.
template <class Link>
struct own_clock {
    using type = no_clock;
};
template <class Link>
    requires requires { typename Link::clock; }
struct own_clock<Link> {
    using type = typename Link::clock;
};

// A credential source is held by value or given as a pointer.
template <class Source>
constexpr Source& source_of(Source& source) noexcept {
    return source;
}
template <class Source>
constexpr Source& source_of(Source* source) noexcept {
    return *source;
}

/// A request whose type is forgotten until it has to be written (again).
class stored_request {
  public:
    template <class Request>
    void store(const Request& request) noexcept {
        static_assert(sizeof(Request) <= max_request_object_bytes && std::is_trivially_copyable_v<Request>,
                      "superoffice: a request is a small struct that holds no memory of its own");
        std::memcpy(bytes_, &request, sizeof request);
        encode_ = [](const std::byte* from, json_writer& out) noexcept {
            Request copy;
            std::memcpy(&copy, from, sizeof copy);
            codec<Request>::encode(out, copy);
        };
    }
    void encode(json_writer& out) const noexcept { encode_(bytes_, out); }

  private:
    void (*encode_)(const std::byte*, json_writer&) noexcept = nullptr;
    std::byte bytes_[max_request_object_bytes] = {};
};

/// FNV-1a, 64 bits: tells whether a reply differs from the one before. Not against anybody's malice.
constexpr std::uint64_t digest_of(std::span<const char> text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

}  // namespace detail

template <class Client, class Info>
class call;

template <class Info>
class watch;

inline namespace SUPEROFFICE_ABI_READER {

/// Asks one service, over one link, one call at a time.
///
/// It borrows the link, the base URL's text, the credential's texts and the memory, all of which outlive it; none of
/// them may be used by somebody else while a call runs. Request, head and reply stand in `memory`; texts of a decoded
/// struct are views into it, valid until the next call starts or the memory is gone. The request's bytes are zeroed as
/// they are sent. Neither copied nor moved. No heap, no clock, no waiting but in the blocking call.
template <byte_transport Link, class Credential, json_reader Reader = default_reader>
class client {
  public:
    using link_type = Link;

    /// Checks the base URL; `check()` tells the outcome, and so does every call.
    client(Link& link, borrowed base, Credential credential, std::span<std::byte> memory, client_options options = {})
        : client(link, base, std::move(credential), memory, options, make_reader(memory.size())) {}
    client(Link& link, borrowed base, Credential credential, std::span<std::byte> memory, client_options options,
           Reader reader)
        : link_(&link), base_(parse_base_url(base)), credential_(std::move(credential)), memory_(memory),
          options_(options), reader_(std::move(reader)) {}
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() { stop(); }

    /// Whether the client can be used at all: `bad_base_url` with its offset, `memory_too_small`.
    [[nodiscard]] result<void> check() const noexcept {
        if (!base_) return base_.error();
        if (memory_.size() <= Reader::slack)
            return error{.stage = stage::request,
                         .code = errc::memory_too_small,
                         .offset = static_cast<std::uint32_t>(Reader::slack + 1)};
        return {};
    }

    /// Asks how the task is doing, and waits for the answer. `Info` is a described struct; its members become the
    /// `$select`. The link is waited on where it can be (`waiting_transport`), otherwise asked again at once.
    ///
    /// @returns  the task, or the error that stopped the call; `errc::no_such_task` where the service knows none
    /// Costs     at most `timeout` of time (plus the system's name look-up, which cannot be interrupted); no heap
    template <class Info = BatchTaskInfo, class Clock = typename detail::own_clock<Link>::type>
    [[nodiscard]] result<Info> get_batch_task_info(std::int32_t id, const call_options& options = {}, Clock clock = {}) {
        static_assert(monotonic_clock<Clock>, "superoffice: the blocking call needs a clock: give one that models "
                                              "monotonic_clock, or step() the call yourself");
        return run(call<client, Info>{*this, superoffice::get_batch_task_info, GetBatchTaskInfoRequest{id}, options}, clock);
    }

    /// The same in steps that never wait. The call is the caller's; this client runs one at a time (`errc::busy`).
    template <class Info = BatchTaskInfo>
    [[nodiscard]] call<client, Info> start_get_batch_task_info(std::int32_t id, const call_options& options = {}) noexcept {
        static_assert(!Link::may_wait, "superoffice: this link's start may wait for a name look-up: give it a resolver "
                                       "that does not, or say superoffice::allow_waiting_lookup");
        return start_get_batch_task_info<Info>(id, options, allow_waiting_lookup);
    }
    template <class Info = BatchTaskInfo>
    [[nodiscard]] call<client, Info> start_get_batch_task_info(std::int32_t id, const call_options& options,
                                                               allow_waiting_lookup_t) noexcept {
        return call<client, Info>{*this, superoffice::get_batch_task_info, GetBatchTaskInfoRequest{id}, options};
    }
    template <class Info = BatchTaskInfo>
    [[nodiscard]] call<client, Info> start_get_batch_task_info(std::int32_t id, allow_waiting_lookup_t) noexcept {
        return start_get_batch_task_info<Info>(id, call_options{}, allow_waiting_lookup);
    }

    /// About the last reply, whether it was a value or an error; valid as long as the decoded text.
    [[nodiscard]] const reply_info& last_reply() const noexcept { return reply_; }

    /// True while a call runs.
    [[nodiscard]] bool is_busy() const noexcept { return phase_ != phase::idle; }

    /// Ends whatever runs, drops the kept connection, and zeroes the memory as far as it was used.
    void stop() noexcept {
        exchange_.wipe();
        drop_connection();
        phase_ = phase::idle;
    }

  private:
    template <class Client, class Info>
    friend class superoffice::call;
    template <class Info>
    friend class superoffice::watch;

    enum class phase : std::uint8_t { idle, credential, connection, exchange };

    static Reader make_reader(std::size_t bytes) {
        if constexpr (std::constructible_from<Reader, std::size_t>) return Reader{bytes};
        else return Reader{};
    }

    template <class Call, class Clock>
    auto run(Call made, Clock& clock) {
        for (;;) {
            const instant now = clock.now();
            if (made.step(now) == step_state::done) return made.value();
            if constexpr (waiting_transport<Link>) {
                const wait_condition wanted = made.wants();
                if (wanted.until > now) link_->wait(wanted.what, wanted.until - now);
            }
        }
    }

    // ---- what call and watch use

    /// Takes a request; sends nothing yet. `select` and the texts of `options` are borrowed until the call is over.
    template <class Request, class Reply>
    error begin(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                const call_options& options) noexcept {
        if (is_busy()) return {.stage = stage::request, .code = errc::busy};
        reply_ = {};
        if (const result<void> usable = check(); !usable) return usable.error();
        request_.store(request);
        path_ = what.path;
        slow_ = what.slow;
        select_ = select;
        call_ = options;
        started_ = deadline_ = instant{};
        timed_ = refreshed_ = retried_ = false;
        phase_ = phase::credential;
        return {};
    }

    /// Goes on as far as it can without waiting. With `done`, `answer` holds the value or the error.
    template <class Info>
    step_state advance(instant now, result<Info>& answer) noexcept {
        if (!timed_) {
            started_ = now;
            deadline_ = now + (call_.timeout.count > 0 ? call_.timeout : options_.timeout);
            timed_ = true;
        }
        wants_ = {wait_for::time, now};
        for (unsigned work = 0; work < max_work_per_step; ++work) {
            const progress so_far = now >= deadline_ ? fail({.stage = reached_, .code = errc::deadline_exceeded}) : go_on(now);
            if (so_far == progress::waits) return step_state::pending;
            if (so_far == progress::failed) {
                reply_.duration = now - started_;
                answer = failure_;
                return step_state::done;
            }
            if (so_far == progress::replied) {
                answer = conclude<Info>(now);
                if (phase_ == phase::idle) return step_state::done;
            }
        }
        return step_state::pending;
    }

    [[nodiscard]] wait_condition wants() const noexcept { return wants_; }

    /// Ends a running call. The connection is in the middle of something and cannot be kept.
    void cancel() noexcept {
        if (is_busy()) stop();
    }

    // ---- the machine

    enum class progress : std::uint8_t { on, waits, replied, failed };

    progress go_on(instant now) noexcept {
        if constexpr (timed_transport<Link>) link_->tick(now, deadline_);
        switch (phase_) {
            case phase::credential: return take_credential(now);
            case phase::connection: return take_connection(now);
            default: return take_exchange();
        }
    }

    progress take_credential(instant now) noexcept {
        reached_ = stage::credential;
        switch (detail::source_of(credential_).prepare(now)) {
            case credential_state::pending: return wait({wait_for::time, now + credential_pause});
            case credential_state::missing: return fail({.stage = reached_, .code = errc::credential_missing});
            case credential_state::unavailable: return fail({.stage = reached_, .code = errc::credential_unavailable});
            case credential_state::ready: break;
        }
        if (const error e = write_request(); e.code != errc::ok) return fail(e);
        phase_ = phase::connection;
        return progress::on;
    }

    /// The request at the start of the memory, ready to be sent.
    error write_request() noexcept {
        json_writer counted{{}};
        request_.encode(counted);
        detail::http1_writer head{memory_};
        error e = detail::write_lines(
            head, {*base_, path_, select_, options_.headers, call_.headers, counted.size()});
        if (e.code == errc::ok || e.code == errc::memory_too_small) {
            detail::source_of(credential_).add_to(head);
            head.end_of_head();
            e = head.failure();
            if (e.code == errc::ok && memory_.size() - head.size() < counted.size()) e.code = errc::memory_too_small;
        }
        if (e.code != errc::ok) {
            if (e.code == errc::memory_too_small)
                e = {.stage = stage::request,
                     .code = e.code,
                     .offset = static_cast<std::uint32_t>(head.needed() + counted.size())};
            head.wipe();
            return e;
        }
        json_writer body{{reinterpret_cast<char*>(memory_.data()) + head.size(), counted.size()}};
        request_.encode(body);
        exchange_.begin(memory_, head.size() + body.size(), Reader::slack);
        return {};
    }

    progress take_connection(instant now) noexcept {
        if (connected_ && !still_good(now)) drop_connection();
        reused_ = connected_;
        if (!connected_) {
            if (reached_ < stage::resolve || reached_ > stage::handshake) reached_ = stage::connect;
            const io_result io = link_->start(base_->to);
            if (io.at != stage::none) reached_ = io.at;
            if (io.state == io_state::would_block) return wait({io.wants, deadline_});
            if (io.state != io_state::ready) return fail_link(io);
            connected_ = true;
        }
        if (base_->https && !link_->secure()) return fail({.stage = stage::connect, .code = errc::insecure_link});
        phase_ = phase::exchange;
        return progress::on;
    }

    /// A kept connection on which something arrived unasked, or that has ended, is of no use.
    bool still_good(instant now) noexcept {
        if (now - last_used_ > options_.idle_limit) return false;
        std::byte unasked[1];
        return link_->receive(unasked).state == io_state::would_block;
    }

    progress take_exchange() noexcept {
        switch (exchange_.action()) {
            case exchange_action::transmit: {
                reached_ = stage::transmit;
                const io_result io = link_->transmit(exchange_.outgoing());
                if (io.state == io_state::ready) return exchange_.transmitted(io.bytes), progress::on;
                if (io.state == io_state::would_block) return wait({io.wants, deadline_});
                if (may_retry()) return retry();
                if (io.state == io_state::closed) return exchange_.closed(), progress::on;
                return fail_link(io);
            }
            case exchange_action::receive: {
                reached_ = exchange_.reply_started() ? stage::http : stage::receive;
                const io_result io = link_->receive(exchange_.incoming());
                if (io.state == io_state::ready) return exchange_.received(io.bytes), progress::on;
                if (io.state == io_state::would_block) return wait({io.wants, deadline_});
                if (may_retry()) return retry();
                if (io.state == io_state::closed) return exchange_.closed(), progress::on;
                return fail_link(io);
            }
            case exchange_action::done: return progress::replied;
            case exchange_action::failed: return fail(exchange_.failure());
        }
        return fail({.stage = reached_, .code = errc::link_failed});
    }

    /// RFC 9110 section 9.2.2 allows it for a call that only reads: a kept connection may have ended while the request
    /// was under way. Once, and only before the first byte of a reply.
    [[nodiscard]] bool may_retry() const noexcept { return reused_ && !retried_ && !exchange_.reply_started(); }

    progress retry() noexcept {
        retried_ = true;
        exchange_.wipe();
        drop_connection();
        phase_ = phase::credential;
        return progress::on;
    }

    /// The reply is whole: what it means. Leaves `phase::credential` when the call is to be repeated with a fresh one.
    template <class Info>
    result<Info> conclude(instant now) noexcept {
        const bool keep = exchange_.reusable();
        const std::span<char> body = exchange_.body();
        reply_.status = exchange_.head().status;
        reply_.head = exchange_.head();
        reply_.duration = now - started_;
        reply_.slow = reply_.duration > slow_;
        reply_.retry_after = detail::parse_retry_after(reply_.head.retry_after(), reply_.head.date());
        if (digest_wanted_) digest_ = detail::digest_of(body);
        last_used_ = now;
        if (!keep) drop_connection();

        if (reply_.status == 401 && !refreshed_ && detail::source_of(credential_).refused()) {
            refreshed_ = true;
            exchange_.wipe();
            reply_ = {};
            phase_ = phase::credential;
            return {};
        }
        phase_ = phase::idle;
        return detail::interpret<Info>(reader_, reply_, json_document{body.data(), body.size(), exchange_.body_capacity()});
    }

    progress wait(wait_condition condition) noexcept {
        wants_ = condition;
        return progress::waits;
    }

    progress fail_link(const io_result& io) noexcept {
        const errc code = io.state == io_state::closed ? errc::connection_closed
                          : io.code == errc::ok        ? errc::link_failed
                                                       : io.code;
        return fail({.stage = reached_, .code = code, .http_status = exchange_.head().status, .native = io.native});
    }

    /// The link is in an unknown state after every failure, so it is never kept.
    progress fail(const error& e) noexcept {
        failure_ = e;
        if (phase_ == phase::exchange) {
            reply_.head = exchange_.head();
            reply_.status = reply_.head.status;
            if (failure_.http_status == 0) failure_.http_status = reply_.status;
        }
        // A request that was not sent holds the credential; what came of a reply may be looked at.
        if (exchange_.action() == exchange_action::transmit) exchange_.wipe();
        drop_connection();
        phase_ = phase::idle;
        return progress::failed;
    }

    void drop_connection() noexcept {
        link_->stop();
        connected_ = false;
    }

    /// A credential that is being fetched is asked for again after this long, by those who sleep between steps.
    static constexpr milliseconds credential_pause{10};

    Link* link_;
    result<base_url> base_;
    Credential credential_;
    std::span<std::byte> memory_;
    client_options options_;
    Reader reader_;

    exchange exchange_;
    reply_info reply_;
    error failure_;

    detail::stored_request request_;
    std::string_view path_, select_;
    call_options call_;
    milliseconds slow_;
    instant started_, deadline_, last_used_;
    std::uint64_t digest_ = 0;     // of the last reply's body, where a watch wants it
    bool digest_wanted_ = false;
    wait_condition wants_;
    stage reached_ = stage::none;
    phase phase_ = phase::idle;
    bool timed_ = false;      // the deadline is known
    bool connected_ = false;  // the link is open
    bool reused_ = false;     // it was open before this call
    bool retried_ = false;    // the call was repeated on a fresh connection
    bool refreshed_ = false;  // the call was repeated with a fresh credential
};

}  // namespace SUPEROFFICE_ABI_READER

/// A running call. The caller holds it; moving it on is allowed, and giving it up (destructor, `cancel`) ends the call
/// and leaves the client ready for the next one. It must be gone before its client is.
template <class Client, class Info>
class call {
  public:
    template <class Request, class Reply>
    call(Client& api, const operation<Request, Reply>& what, const Request& request, const call_options& options) noexcept
        : api_(&api), value_(Info{}) {
        const std::string_view select = options.select.empty() ? select_of<Info, Reply>() : options.select.view();
        if (const error e = api.begin(what, request, select, options); e.code != errc::ok) finish(e);
    }
    call(call&& other) noexcept : api_(std::exchange(other.api_, nullptr)), value_(std::move(other.value_)) {}
    call& operator=(call&& other) noexcept {
        if (this != &other) {
            cancel();
            api_ = std::exchange(other.api_, nullptr);
            value_ = std::move(other.value_);
        }
        return *this;
    }
    ~call() { cancel(); }

    /// Goes on as far as it can without waiting, `max_work_per_step` calls of the link at most. `now` never goes back;
    /// the first one starts the deadline. After `done` it answers `done` and does nothing.
    step_state step(instant now) noexcept {
        if (api_ != nullptr && api_->advance(now, value_) == step_state::done) api_ = nullptr;
        return api_ == nullptr ? step_state::done : step_state::pending;
    }

    /// What to wait for before the next step, for those who sleep in between. While pending.
    [[nodiscard]] wait_condition wants() const noexcept { return api_ == nullptr ? wait_condition{} : api_->wants(); }

    [[nodiscard]] bool is_done() const noexcept { return api_ == nullptr; }

    /// The task or the error; only once `step` has answered done. Texts live until the client's next call.
    [[nodiscard]] const result<Info>& value() const noexcept {
        SUPEROFFICE_ASSERT(is_done());
        return value_;
    }

    /// Ends it; the value is then `errc::cancelled`. Does nothing once it is done.
    void cancel() noexcept {
        if (api_ == nullptr) return;
        api_->cancel();
        finish({.stage = stage::none, .code = errc::cancelled});
    }

  private:
    void finish(const error& e) noexcept {
        value_ = e;
        api_ = nullptr;
    }

    Client* api_;
    result<Info> value_;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
