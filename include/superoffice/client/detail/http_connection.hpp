// superoffice/client/detail/http_connection.hpp - carries a request and its reply over an HTTP stack of the host.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_HTTP_CONNECTION_HPP
#define SUPEROFFICE_CLIENT_DETAIL_HTTP_CONNECTION_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/wipe.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/detail/call_context.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/detail/content_coding.hpp>
#include <superoffice/http/detail/http_call_writer.hpp>
#include <superoffice/http/exchange.hpp>
#include <superoffice/http/reply_head.hpp>
#include <superoffice/transport/http_transport.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Hands the request to the stack, receives the body, and keeps the headers of `kept_headers`. `http_memory_bytes` says
/// how the memory is laid out.
template <http_transport Stack>
class http_connection {
  public:
    using writer = http_call_writer;

    explicit http_connection(Stack& stack) noexcept : stack_(&stack) {}

    [[nodiscard]] Stack& link() const noexcept { return *stack_; }

    /// The request stands at the start of `memory`: what `head` has written, then the body.
    void set_request(std::span<std::byte> memory, const writer& head, std::size_t body_size,
                     std::size_t slack) noexcept {
        use_memory(memory, slack);
        method_ = head.method();
        url_size_ = head.url_size();
        target_at_ = head.target_at();
        fields_end_ = head.size();
        size_ = head.size() + body_size;
        starting_ = true;
    }

    /// For the request just set: the body of a 2xx reply is used while it arrives. Look at `window()`, and `drop` what was
    /// used. While `is_full()`, nothing can be received.
    void stream_body() noexcept { streams_ = true; }
    [[nodiscard]] std::span<char> window() noexcept { return body(); }
    [[nodiscard]] std::size_t window_capacity() const noexcept { return capacity(); }
    void drop(std::size_t n) noexcept {
        size_ -= n;
        std::memmove(text(), text() + n, size_);
    }
    [[nodiscard]] bool is_full() const noexcept { return !starting_ && is_streaming() && size_ == room(); }
    [[nodiscard]] std::string_view content_type() const noexcept {
        return stack_->header(kept_headers[static_cast<std::size_t>(kept_header::content_type)]);
    }

    /// One call of the stack.
    progress step(call_context& call, const base_url& target, milliseconds, instant now) noexcept {
        if (starting_) return hand_over(call, target, now);
        const progress made = receive(call, now);
        if (made == progress::failed) call.failure.from_http_stack = call.failure.needed() == 0;
        return made;
    }

    [[nodiscard]] const reply_head& head() const noexcept { return head_; }
    [[nodiscard]] std::uint16_t status() const noexcept { return head_.status; }
    [[nodiscard]] std::span<char> body() noexcept { return {text(), size_}; }
    [[nodiscard]] std::size_t capacity() const noexcept { return memory_.size() - head_.fields.size(); }

    /// True once the stack has taken the request: the service may carry it out.
    [[nodiscard]] bool is_request_sent() const noexcept { return !starting_; }

    /// Called when the time is up. True if the part of the reply that has arrived says more than that: it is too large and
    /// was only counted, or its status decides.
    [[nodiscard]] bool stop_receiving() noexcept {
        return time_is_up_ = counting_ || (receiving_ && head_.status >= 300);
    }

    /// After a whole reply. The stack decides whether it keeps the connection.
    void end_exchange(instant) noexcept { receiving_ = counting_ = time_is_up_ = false; }

    /// A request that was not handed over holds the credential and is wiped.
    void give_up() noexcept {
        if (starting_) wipe();
        receiving_ = counting_ = time_is_up_ = false;
        disconnect();
    }

    void disconnect() noexcept { stack_->cancel(); }

    void wipe() noexcept {
        detail::wipe(memory_.data(), memory_.size());
        forget_reply();
    }

    void use_memory(std::span<std::byte> memory, std::size_t slack) noexcept {
        memory_ = memory;
        slack_ = slack == 0 ? 1 : slack;
        streams_ = false;
        forget_reply();
    }

  private:
    [[nodiscard]] bool is_streaming() const noexcept { return streams_ && head_.status < 300; }

    void forget_reply() noexcept {
        head_ = {};
        size_ = 0;
        receiving_ = counting_ = time_is_up_ = false;
    }

    progress hand_over(call_context& call, const base_url& target, instant now) noexcept {
        // `secure()` of a stack is about https. To an http:// URL it sends in clear text.
        if (target.https ? !stack_->secure() : !call.may_be_seen(target, false)) {
            call.reached = stage::connect;
            return call.fail(errc::insecure_link);
        }
        if (call.reached < stage::resolve || call.reached > stage::receive) call.reached = stage::connect;
        const std::string_view url{text(), url_size_};
        const io_result io = stack_->start({.method = method_,
                                            .url = url,
                                            .target = ascii::from(url, target_at_),
                                            .to = target.to,
                                            .https = target.https,
                                            .fields = {text() + url_size_ + 1, fields_end_ - url_size_ - 1},
                                            .body = {text() + fields_end_, size_ - fields_end_},
                                            .time_left = call.deadline - now,
                                            .may_repeat = call.may_repeat});
        if (io.at != stage::none) call.reached = io.at;
        if (io.state == io_state::would_block) return call.wait_for_link(*stack_, io.wants, call.deadline);
        if (io.state != io_state::ready) {
            static_cast<void>(call.fail(io));
            call.failure.from_http_stack = true;
            return progress::failed;
        }
        detail::wipe(memory_.data(), size_);
        size_ = 0;
        starting_ = false;
        receiving_ = true;
        return progress::working;
    }

    progress receive(call_context& call, instant now) noexcept {
        if (time_is_up_) return too_large(call, size_);
        const std::span<std::byte> free = is_streaming() ? memory_.first(room()) : memory_;
        const std::span<std::byte> into = counting_ ? memory_ : free.subspan(size_);
        const io_result io = stack_->step(now, into);
        head_.status = static_cast<std::uint16_t>(stack_->status());
        call.reached = io.at != stage::none ? io.at : head_.status != 0 ? stage::http : stage::receive;
        switch (io.state) {
            case io_state::would_block: return call.wait_for_link(*stack_, io.wants, call.deadline);
            case io_state::closed: return finish(call);
            case io_state::ready:
                SUPEROFFICE_ASSERT(io.bytes <= into.size());
                if (is_streaming() && size_ == 0 && !is_plain_coding(stack_->header("content-encoding")))
                    return call.fail({.stage = stage::http, .code = errc::unsupported_content_coding});
                size_ += io.bytes;
                return size_ <= room() ? progress::working : count(call);
            case io_state::failed: break;
        }
        if (io.code == errc::reply_too_large)
            return too_large(call, announced_size(size_ > room() ? size_ : room() + 1));
        return counting_ || head_.status >= 300 ? too_large(call, size_) : call.fail(io);
    }

    progress finish(call_context& call) noexcept {
        call.reached = stage::http;
        if (head_.status < 200 || head_.status > 999) return call.fail(errc::bad_http);
        return take_reply(call);
    }

    /// The body does not fit. The rest of it is received over what has arrived and only counted, unless the head said its
    /// size, or the status says more.
    progress count(call_context& call) noexcept {
        counting_ = true;
        const std::size_t announced = announced_size(0);
        const std::size_t enough = memory_.size() + max_counted_bytes;
        if (announced < size_ && size_ <= enough && head_.status < 300) return progress::working;
        return too_large(call, announced >= size_ ? announced : size_ < enough ? size_ : enough);
    }

    /// The size of the body as its head says it; `otherwise` where that does not say it, or says less.
    std::size_t announced_size(std::size_t otherwise) noexcept {
        std::uint64_t length = 0;
        if (!ascii::parse_decimal(stack_->header("content-length"), length) || length < otherwise) return otherwise;
        return static_cast<std::size_t>(length < SIZE_MAX ? length : SIZE_MAX);
    }

    /// A body of that size was not received to its end.
    progress too_large(call_context& call, std::size_t size) noexcept {
        size_ = size;
        counting_ = true;
        return take_reply(call);
    }

    /// A body of `size_` bytes and the kept headers are the reply, if both fit and leave the reader's slack.
    progress take_reply(call_context& call) noexcept {
        call.reached = stage::http;
        const std::string_view coding = stack_->header("content-encoding");
        if (size_ != 0 && !is_plain_coding(coding))
            return refuse(call, {.stage = stage::http, .code = errc::unsupported_content_coding});
        request_head counted{{}};
        keep_headers(counted);
        if (counted.failure().code == errc::bad_header_value)
            return refuse(call, {.stage = stage::http, .code = errc::bad_http});
        const std::size_t rest = slack_ + counted.needed();
        const std::size_t needed = size_ < SIZE_MAX - rest ? size_ + rest : SIZE_MAX;
        if (counting_ || needed > memory_.size()) return refuse(call, sized(needed));
        request_head kept{memory_.last(counted.needed())};
        keep_headers(kept);
        head_.fields = kept.text();
        return progress::replied;
    }

    void keep_headers(request_head& out) noexcept {
        for (const std::string_view name : kept_headers) keep_header(out, name);
    }
    void keep_header(request_head& out, std::string_view name) noexcept {
        if (const std::string_view value = stack_->header(name); value.data() != nullptr) out.header(name, value);
    }

    static error sized(std::size_t needed) noexcept {
        return {.stage = stage::http, .code = errc::reply_too_large, .offset = as_offset(needed)};
    }

    /// A body that cannot be read, mostly an error page, does not hide what the status says.
    progress refuse(call_context& call, const error& e) noexcept {
        if (head_.status < 300) return call.fail(e);
        size_ = 0;
        // Each header by itself: one that is malformed or too long does not hide the others.
        std::size_t size = 0;
        for (const std::string_view name : kept_headers) {
            request_head line{memory_.first(room()).subspan(size)};
            keep_header(line, name);
            if (line.failure().code == errc::ok) size += line.size();
        }
        std::memmove(memory_.data() + memory_.size() - size, memory_.data(), size);
        head_.fields = {text() + memory_.size() - size, size};
        disconnect();
        return progress::replied;
    }

    /// The largest body that fits where no header is kept.
    [[nodiscard]] std::size_t room() const noexcept { return memory_.size() > slack_ ? memory_.size() - slack_ : 0; }

    char* text() noexcept { return reinterpret_cast<char*>(memory_.data()); }

    Stack* stack_;
    std::span<std::byte> memory_;
    std::size_t slack_ = 1;
    std::size_t size_ = 0;  // of the request; then of the body that has come
    std::size_t url_size_ = 0, target_at_ = 0, fields_end_ = 0;
    std::string_view method_;
    reply_head head_;
    bool streams_ = false;     // the body is used while it arrives
    bool starting_ = false;    // the stack has not taken the request yet
    bool receiving_ = false;   // it has, and the reply is not complete yet
    bool counting_ = false;    // the body does not fit: its bytes are only counted
    bool time_is_up_ = false;  // and the counting ends, since the deadline has passed
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
