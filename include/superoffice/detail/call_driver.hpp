// superoffice/detail/call_driver.hpp - the machine behind a client: brings one call at a time from request to meaning.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_DETAIL_CALL_DRIVER_HPP
#define SUPEROFFICE_DETAIL_CALL_DRIVER_HPP

#include <superoffice/base_url.hpp>
#include <superoffice/call.hpp>
#include <superoffice/credentials.hpp>
#include <superoffice/detail/http1_writer.hpp>
#include <superoffice/detail/http_date.hpp>
#include <superoffice/detail/stored_request.hpp>
#include <superoffice/exchange.hpp>
#include <superoffice/operation.hpp>
#include <superoffice/options.hpp>
#include <superoffice/reply.hpp>
#include <superoffice/result.hpp>
#include <superoffice/tenant_state.hpp>
#include <superoffice/time.hpp>
#include <superoffice/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// So much work a single step does at most, counted in calls of the link.
inline constexpr unsigned max_work_per_step = 16;

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
constexpr std::uint64_t digest_of(std::span<const char> text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

/// The last segment of a path, "Cust12345" of "/Cust12345": which tenant a base URL is for.
constexpr std::string_view last_segment(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : path.substr(slash + 1);
}

/// One call at a time: credential, connection, exchange, meaning; and back to the start where the call is to be
/// repeated, each of which happens once at most:
///
///     a kept connection that was dead   on a fresh one
///     401                               with a fresh credential, if the source has one
///     421                               at the tenant's new address, after asking the directory in between
template <class Link, class Credential, class Reader>
class call_driver {
  public:
    call_driver(Link& link, borrowed base, Credential&& credential, std::span<std::byte> memory,
                const client_options& options, Reader&& reader)
        : link_(&link), base_(parse_base_url(base)), base_text_(base), credential_(std::move(credential)),
          memory_(memory), whole_memory_(memory), options_(options), reader_(std::move(reader)) {}
    call_driver(const call_driver&) = delete;
    call_driver& operator=(const call_driver&) = delete;
    ~call_driver() { stop(); }

    [[nodiscard]] result<void> check() const noexcept { return base_ ? result<void>{} : result<void>{base_.error()}; }
    [[nodiscard]] std::string_view base() const noexcept { return base_text_; }
    [[nodiscard]] const reply_info& last_reply() const noexcept { return reply_; }
    [[nodiscard]] bool is_busy() const noexcept { return phase_ != phase::idle; }
    [[nodiscard]] wait_condition wants() const noexcept { return wants_; }
    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
    void want_digest() noexcept { digest_wanted_ = true; }
    [[nodiscard]] Link& link() noexcept { return *link_; }

    /// Takes a request; sends nothing yet. `select` and the texts of `options` are borrowed until the call is over.
    template <class Request, class Reply>
    error begin(const operation<Request, Reply>& what, const Request& request, std::string_view select,
                const call_options& options) noexcept {
        if (is_busy()) return {.stage = stage::request, .code = errc::busy};
        reply_ = {};
        if (!base_) return base_.error();
        request_.store<Reader>(request);
        path_ = what.path;
        method_ = what.method;
        slow_ = what.slow;
        select_ = select;
        call_ = options;
        reached_ = stage::request;
        timed_ = refreshed_ = retried_ = moved_ = asking_directory_ = false;
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
            switch (now < deadline_ ? go_on(now) : fail({.stage = reached_, .code = errc::deadline_exceeded})) {
                case progress::on: break;
                case progress::waits: return step_state::pending;
                case progress::replied:
                    if (take_reply(now, answer)) return step_state::done;
                    break;
                case progress::failed:
                    reply_.duration = now - started_;
                    answer = failure_;
                    return step_state::done;
            }
        }
        return step_state::pending;
    }

    /// Ends a running call. The connection is in the middle of something and cannot be kept.
    void cancel() noexcept {
        if (is_busy()) stop();
    }

    void stop() noexcept {
        exchange_.wipe();
        drop_connection();
        phase_ = phase::idle;
    }

  private:
    enum class phase : std::uint8_t { idle, credential, connection, exchange };
    enum class progress : std::uint8_t { on, waits, replied, failed };

    progress go_on(instant now) noexcept {
        if constexpr (timed_transport<Link>) link_->tick(now, deadline_);
        switch (phase_) {
            case phase::credential: return take_credential(now);
            case phase::connection: return take_connection(now);
            default: return take_exchange();
        }
    }

    // ---- the request

    /// Whom the running exchange is for: the tenant, or the directory of tenants.
    [[nodiscard]] const base_url& target() const noexcept { return asking_directory_ ? directory_ : *base_; }

    [[nodiscard]] bool needs_credential() const noexcept { return !asking_directory_ && method_ == http_method::post; }

    progress take_credential(instant now) noexcept {
        reached_ = stage::credential;
        if (needs_credential()) {
            switch (source_of(credential_).prepare(now)) {
                case credential_state::pending: return wait({wait_for::time, now + credential_pause});
                case credential_state::missing: return fail({.stage = reached_, .code = errc::credential_missing});
                case credential_state::unavailable:
                    return fail({.stage = reached_, .code = errc::credential_unavailable});
                case credential_state::ready: break;
            }
        }
        if (const error e = write_request(); e.code != errc::ok) return fail(e);
        phase_ = phase::connection;
        return progress::on;
    }

    /// The request at the start of the memory, ready to be sent.
    error write_request() noexcept {
        json_writer counted{{}};
        if (!asking_directory_ && !request_.write_body(counted, options_.request_as))
            return {.stage = stage::request, .code = errc::unsupported_content_type};
        if (!reads_xml<Reader> && is_xml(options_.reply_as))
            return {.stage = stage::request, .code = errc::unsupported_content_type};

        http1_writer head{memory_};
        error e = write_lines(head, request_lines_for(counted.size()));
        if (e.code == errc::ok || e.code == errc::memory_too_small) {
            if (needs_credential()) source_of(credential_).add_to(head);
            head.end_of_head();
            e = head.failure();
            const bool fits = head.needed() + counted.size() <= memory_.size();
            if ((e.code == errc::ok && !fits) || e.code == errc::memory_too_small)
                e = {.stage = stage::request,
                     .code = errc::memory_too_small,
                     .offset = static_cast<std::uint32_t>(head.needed() + counted.size())};
        }
        if (e.code != errc::ok) {
            head.wipe();
            return e;
        }
        json_writer body{{reinterpret_cast<char*>(memory_.data()) + head.size(), counted.size()}};
        if (counted.size() != 0) request_.write_body(body, options_.request_as);
        exchange_.begin(memory_, head.size() + body.size(), Reader::slack);
        return {};
    }

    [[nodiscard]] request_lines request_lines_for(std::size_t body_size) const noexcept {
        if (asking_directory_)
            return {.base = directory_,
                    .method = http_method::get,
                    .path = get_tenant_status.path,
                    .segment = last_segment(base_->root),
                    .select = {},
                    .of_client = options_,
                    .of_call = call_.headers,
                    .body_size = 0,
                    .own_headers = false};
        return {*base_, method_, path_, request_.segment(), select_, options_, call_.headers, body_size};
    }

    // ---- the connection

    progress take_connection(instant now) noexcept {
        if (connected_ && !still_good(now)) drop_connection();
        reused_ = connected_;
        if (!connected_) {
            if (reached_ < stage::resolve || reached_ > stage::handshake) reached_ = stage::connect;
            const io_result io = link_->start(target().to);
            if (io.at != stage::none) reached_ = io.at;
            if (io.state == io_state::would_block) return wait({io.wants, deadline_});
            if (io.state != io_state::ready) return fail_link(io);
            connected_ = true;
        }
        if (target().https && !link_->secure()) return fail({.stage = stage::connect, .code = errc::insecure_link});
        phase_ = phase::exchange;
        return progress::on;
    }

    /// A kept connection on which something arrived unasked, or that has ended, is of no use.
    bool still_good(instant now) noexcept {
        if (now - last_used_ > options_.idle_limit) return false;
        std::byte unasked[1];
        return link_->receive(unasked).state == io_state::would_block;
    }

    void drop_connection() noexcept {
        link_->stop();
        connected_ = false;
    }

    // ---- the exchange

    progress take_exchange() noexcept {
        io_result io;
        switch (exchange_.action()) {
            case exchange_action::transmit:
                reached_ = stage::transmit;
                io = link_->transmit(exchange_.outgoing());
                if (io.state == io_state::ready) return exchange_.transmitted(io.bytes), progress::on;
                break;
            case exchange_action::receive:
                reached_ = exchange_.reply_started() ? stage::http : stage::receive;
                io = link_->receive(exchange_.incoming());
                if (io.state == io_state::ready) return exchange_.received(io.bytes), progress::on;
                break;
            case exchange_action::done: return progress::replied;
            case exchange_action::failed: return is_refused_unread() ? progress::replied : fail(exchange_.failure());
        }
        if (io.state == io_state::would_block) return wait({io.wants, deadline_});
        if (may_retry()) return retry();
        if (io.state == io_state::closed) return exchange_.closed(), progress::on;
        return fail_link(io);
    }

    /// A body that could not be taken in, an error page mostly, does not hide what the status says.
    [[nodiscard]] bool is_refused_unread() const noexcept {
        const errc code = exchange_.failure().code;
        return (code == errc::reply_too_large || code == errc::unsupported_content_coding) &&
               exchange_.head().status >= 300;
    }

    /// A kept connection may have ended while the request was under way. The call only reads, so it is safe to repeat
    /// (RFC 9110 section 9.2.2): once, and only before the first byte of a reply.
    [[nodiscard]] bool may_retry() const noexcept { return reused_ && !retried_ && !exchange_.reply_started(); }

    progress retry() noexcept {
        retried_ = true;
        exchange_.wipe();
        drop_connection();
        phase_ = phase::credential;
        return progress::on;
    }

    // ---- the meaning

    /// A whole reply. True when the call is over; false when it goes on with another request.
    template <class Info>
    bool take_reply(instant now, result<Info>& answer) noexcept {
        const std::span<char> body = exchange_.body();
        const json_document document{body.data(), body.size(), exchange_.body_capacity()};
        reply_ = {};
        reply_.head = exchange_.head();
        reply_.status = reply_.head.status;
        reply_.retry_after = parse_retry_after(reply_.head.retry_after(), reply_.head.date());
        reply_.duration = now - started_;
        reply_.slow = reply_.duration > slow_;
        last_used_ = now;
        if (!exchange_.reusable()) drop_connection();

        if (asking_directory_) {
            const error e = take_new_address(interpret<TenantStatus>(reader_, reply_, document));
            if (e.code == errc::ok) return go_again();
            answer = e;
            return end();
        }
        if (reply_.status == 401 && !refreshed_ && needs_credential() && source_of(credential_).refused()) {
            refreshed_ = true;
            return go_again();
        }
        if (reply_.status == 421 && !moved_ && !options_.tenant_directory.empty()) {
            const result<base_url> directory = parse_base_url(options_.tenant_directory);
            if (!directory || (base_->https && !directory->https)) {  // who answers decides where the credential goes
                answer = directory ? error{.stage = stage::connect, .code = errc::insecure_link} : directory.error();
                return end();
            }
            moved_ = asking_directory_ = true;
            directory_ = *directory;
            drop_connection();
            return go_again();
        }
        if (digest_wanted_) digest_ = digest_of(body);
        answer = interpret<Info>(reader_, reply_, document);
        return end();
    }

    bool go_again() noexcept {
        exchange_.wipe();
        phase_ = phase::credential;
        return false;
    }

    bool end() noexcept {
        phase_ = phase::idle;
        return true;
    }

    /// The address is kept at the end of the memory, which gets smaller by as much.
    error take_new_address(const result<TenantStatus>& status) noexcept {
        asking_directory_ = false;
        drop_connection();
        const error nowhere{.stage = stage::service, .code = errc::tenant_moved, .http_status = 421};
        if (!status) return status.error() == errc::no_such_task ? nowhere : status.error();
        if (status->IsRunning == false)
            return {.stage = stage::service, .code = errc::unavailable, .http_status = reply_.status};
        const std::string_view base = base_of(*status);
        const result<base_url> parsed = parse_base_url(base);
        if (!parsed || (base_->https && !parsed->https)) return nowhere;  // never from https to http
        if (base.size() >= whole_memory_.size() / 2) return nowhere;
        memory_ = whole_memory_.first(whole_memory_.size() - base.size());
        char* const kept = reinterpret_cast<char*>(memory_.data() + memory_.size());
        std::memmove(kept, base.data(), base.size());
        base_text_ = {kept, base.size()};
        base_ = parse_base_url(base_text_);
        exchange_.begin(memory_, 0, Reader::slack);  // lets go of the address: what it holds gets wiped
        return {};
    }

    // ---- the ends of a step

    progress wait(const wait_condition& condition) noexcept {
        wants_ = condition;
        return progress::waits;
    }

    progress fail_link(const io_result& io) noexcept {
        const errc code = io.state == io_state::closed ? errc::connection_closed
                          : io.code == errc::ok        ? errc::link_failed
                                                       : io.code;
        return fail({.stage = reached_, .code = code, .native = io.native});
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

    /// A credential that is being fetched is asked for again after this long, by those who sleep between steps.
    static constexpr milliseconds credential_pause{10};

    Link* link_;
    result<base_url> base_;
    std::string_view base_text_;
    base_url directory_;
    Credential credential_;
    std::span<std::byte> memory_;
    std::span<std::byte> whole_memory_;
    client_options options_;
    Reader reader_;

    exchange exchange_;
    reply_info reply_;
    error failure_;

    stored_request request_;
    std::string_view path_, select_;
    call_options call_;
    milliseconds slow_;
    instant started_, deadline_, last_used_;
    std::uint64_t digest_ = 0;  // of the last reply's body, where a watch wants it
    wait_condition wants_;
    stage reached_ = stage::none;
    phase phase_ = phase::idle;
    http_method method_ = http_method::post;
    bool digest_wanted_ = false;
    bool timed_ = false;             // the deadline is known
    bool connected_ = false;         // the link is open
    bool reused_ = false;            // it was open before this call
    bool retried_ = false;           // the call was repeated on a fresh connection
    bool refreshed_ = false;         // the call was repeated with a fresh credential
    bool moved_ = false;             // the call was repeated at a new address
    bool asking_directory_ = false;  // the running exchange asks for that address
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
