// superoffice/http/exchange.hpp - one HTTP/1.1 request and its reply as a state machine: no I/O, no clock.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_EXCHANGE_HPP
#define SUPEROFFICE_HTTP_EXCHANGE_HPP

#include <superoffice/base/assertion.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/wipe.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/http/detail/chunked.hpp>
#include <superoffice/http/detail/http1_reader.hpp>
#include <superoffice/http/reply_head.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

// Not spoken here: redirects, content codings, transfer codings other than chunked, trailers (checked and dropped),
// HTTP/2, pipelining, Upgrade (101 is refused), HEAD and CONNECT (the end of the body is found as RFC 9112 section 6.3
// says for every other method), Expect: 100-continue (100 is skipped like every 1xx).

/// At most this many 1xx replies are skipped before the real one. One more is refused.
inline constexpr std::size_t max_interim_replies = 8;

/// A body that does not fit and does not say its size is received and counted up to this many bytes beyond the memory, so
/// that `needed()` is exact. A longer one ends the exchange there.
inline constexpr std::size_t max_counted_bytes = std::size_t{1} * 1024 * 1024;

/// What the exchange needs next.
enum class exchange_action : std::uint8_t {
    transmit,  ///< give `outgoing()` to the peer, then call `transmitted(n)`
    receive,   ///< put what the peer sent into `incoming()`, then call `received(n)` or `closed()`
    done,      ///< the reply is complete: `head()`, `body()`
    failed,    ///< `failure()` says why; see also `status_decides()`
};

namespace detail {

/// The members of an exchange, which are all set anew at its start and its end.
struct exchange_state {
    enum class place : std::uint8_t { request, head, sized_body, chunked_body, open_body, done, failed };

    /// As they are before `begin`. Smaller code than `{}`: g++ makes it by a memset and a store for each member that is not 0.
    static constexpr exchange_state fresh() noexcept { return {}; }
    static constexpr http1_reader fresh_reader() noexcept { return {}; }

    // Small members come first: a Cortex-M reaches them by shorter instructions there.
    place at_ = place::failed;
    bool dropping_ = false;
    bool keep_ = false;
    bool cut_ = false;      // the request was cut short
    bool streams_ = false;  // the body is used while it arrives
    std::uint8_t interim_ = 0;
    std::uint16_t slack_ = 1;
    std::span<std::byte> memory_;
    std::size_t size_ = 0;       // bytes sent of the request; then bytes received while the head is read
    std::size_t head_size_ = 0;  // the size of the request until it was sent, then of the head of the reply
    std::size_t stream_ = 0;     // bytes of the reply that have come; the largest number stands for every larger one
    std::size_t body_size_ = 0;  // without framing, with the bytes that were dropped
    std::size_t length_ = 0;     // Content-Length
    reply_head head_;
    error failure_{.code = errc::cancelled};
    http1_reader reader_;
    chunked chunks_;
};

}  // namespace detail

/// One request and one reply, in memory that the caller owns. The request stands at the start of the memory when the
/// exchange begins, and is zeroed while it is sent. Then the reply takes its place: the head first, and right behind it the
/// body without its chunked framing.
///
///     exchange.begin(memory, writer.size(), Reader::slack);
///     for (;;) switch (exchange.action()) {
///         case exchange_action::transmit: ... link.transmit(exchange.outgoing()) ... exchange.transmitted(n); break;
///         case exchange_action::receive:  ... link.receive(exchange.incoming()) ...  exchange.received(n);    break;
///         case exchange_action::done:     return use(exchange.head(), exchange.body());
///         case exchange_action::failed:   return exchange.failure();
///     }
///
/// The outcome does not depend on how the bytes were cut on their way. No heap. Every byte is moved at most once, and once
/// more for each 1xx reply before it. After `done` and `failed`, another `begin` starts the next exchange.
class exchange : detail::exchange_state {
  public:
    exchange() noexcept : exchange_state(fresh()) {}
    exchange(const exchange&) = delete;

    /// Starts with the request that fills the first `request_size` bytes of `memory`. The memory is borrowed until the
    /// reply was used. `slack` bytes stay free behind the body; 0 counts as 1, because a byte must always have room.
    [[gnu::noinline]] void begin(std::span<std::byte> memory, std::size_t request_size, std::size_t slack) noexcept {
        SUPEROFFICE_ASSERT(!memory.empty() && request_size <= memory.size() && slack <= UINT16_MAX);
        reset();
        memory_ = memory;
        slack_ = static_cast<std::uint16_t>(slack == 0 ? 1 : slack);
        failure_.code = errc::ok;
        head_size_ = request_size;
        at_ = request_size == 0 ? place::head : place::request;
    }

    /// After `begin`: the body of a 2xx reply is used while it arrives. Look at `window()`, and `drop` what was used. While
    /// `is_full()`, nothing can be received.
    void stream_body() noexcept { streams_ = true; }

    /// The bytes of the body that have arrived and were not dropped.
    [[nodiscard]] std::span<char> window() noexcept {
        if (at_ < place::sized_body || at_ > place::done) return {};
        return {text() + head_size_, dropping_ ? 0 : body_size_};
    }
    /// Bytes from the start of the window to the end of the memory.
    [[nodiscard]] std::size_t window_capacity() const noexcept { return memory_.size() - head_size_; }
    /// Moves the rest of the window over its first `n` bytes.
    void drop(std::size_t n) noexcept {
        SUPEROFFICE_ASSERT(n <= window().size());
        if (n == 0) return;
        body_size_ -= n;
        if (at_ == place::sized_body) length_ -= n;
        std::memmove(text() + head_size_, text() + head_size_ + n, body_size_);
    }
    [[nodiscard]] bool is_full() noexcept { return action() == exchange_action::receive && incoming().empty(); }

    [[nodiscard]] exchange_action action() const noexcept {
        if (at_ == place::request) return exchange_action::transmit;
        if (at_ == place::done) return exchange_action::done;
        return at_ == place::failed ? exchange_action::failed : exchange_action::receive;
    }

    /// The rest of the request. Not empty with `transmit`, empty otherwise.
    [[nodiscard]] std::span<const std::byte> outgoing() const noexcept {
        if (at_ != place::request) return {};
        return {memory_.data() + size_, head_size_ - size_};
    }

    /// The memory for the next bytes of the reply. Not empty with `receive`, empty otherwise. Behind a head with a
    /// Content-Length it ends with the reply, so that no byte behind the reply is asked for.
    [[nodiscard]] std::span<std::byte> incoming() noexcept {
        if (action() != exchange_action::receive) return {};
        const std::size_t from = at_ == place::head ? size_ : head_size_ + (dropping_ ? 0 : body_size_);
        std::size_t room = usable_size() - from;
        if (at_ == place::sized_body && room > length_ - body_size_) room = length_ - body_size_;
        return {memory_.data() + from, room};
    }

    /// The link took the first `n` bytes of `outgoing()`. They are zeroed.
    void transmitted(std::size_t n) noexcept {
        SUPEROFFICE_ASSERT(at_ == place::request && n <= outgoing().size());
        detail::wipe(memory_.data() + size_, n);
        size_ += n;
        if (size_ < head_size_) return;
        size_ = head_size_ = 0;
        at_ = place::head;
    }

    /// The peer takes no more of the request, but may have answered already (RFC 9112 section 9.5). The rest of the request
    /// is zeroed, and a reply is still read. The connection is not kept.
    void cut_short() noexcept {
        SUPEROFFICE_ASSERT(at_ == place::request);
        detail::wipe(memory_.data() + size_, head_size_ - size_);
        size_ = head_size_ = 0;
        at_ = place::head;
        cut_ = true;
    }
    [[nodiscard]] bool is_cut_short() const noexcept { return cut_; }

    /// The first `n` bytes of `incoming()` now hold the next bytes of the reply.
    void received(std::size_t n) noexcept {
        SUPEROFFICE_ASSERT(action() == exchange_action::receive && n <= incoming().size());
        char* const arrived = reinterpret_cast<char*>(incoming().data());
        stream_ = n < highest - stream_ ? stream_ + n : highest;  // a file may have more bytes than 32 bits can count
        if (at_ != place::head) return take_body({arrived, n});
        size_ += n;
        take_head();
    }

    /// The stream has ended: nothing more will come. This completes a body that ends with the connection. Anywhere else it is
    /// `errc::connection_closed`, with `stage::transmit` before the request was sent, `stage::receive` before the first byte
    /// of the reply, and `stage::http` within the reply.
    void closed() noexcept {
        keep_ = false;
        if (at_ == place::open_body) return finish();
        if (is_dropping()) return give_up_counting();
        if (at_ == place::request) return fail(stage::transmit, errc::connection_closed, 0);
        if (action() == exchange_action::receive)
            fail(reply_started() ? stage::http : stage::receive, errc::connection_closed, stream_);
    }

    /// `errc::ok`, or with `failed` one of
    ///
    /// connection_closed            see `closed()`; `received()` says how many bytes of the reply had come
    /// bad_http                     `position()` is the byte at fault, counted from the first byte of the reply
    /// http_limit_exceeded          the same; too many header lines, 1xx replies, chunk extensions or trailers
    /// head_too_large               the head fills the memory, alone or with a body of unknown size to follow; `received()`
    ///                              says how many bytes had come
    /// unsupported_transfer_coding  `position()` is where it is named
    /// unsupported_content_coding   `position()` is where it is named
    /// reply_too_large              `needed()` says exactly how much memory would have been enough. At once where the reply
    ///                              says its size; otherwise the rest is received, counted and dropped first. It is a lower
    ///                              bound where the reply is longer than `max_counted_bytes` beyond the memory, and where
    ///                              the peer or the caller ended it early
    /// cancelled                    there was no `begin`, or a `wipe` since
    ///
    /// `http_status` is set from the moment the status line was read.
    [[nodiscard]] const error& failure() const noexcept { return failure_; }

    /// The head of the reply, as far as it was read: the status from the end of the status line on, then each complete
    /// header line. Status 0, and no lines, before that and for a 1xx reply.
    [[nodiscard]] const reply_head& head() const noexcept { return head_; }

    /// The status is known and is 300 or above: it is the outcome of the call, even where the rest of the reply cannot be
    /// read or does not come. The caller then uses `head()`, and `body()` where it is there.
    [[nodiscard]] bool status_decides() const noexcept { return head_.status >= 300; }

    /// The status of the reply from the end of its first line on, also of a 1xx reply. 0 before.
    [[nodiscard]] std::uint16_t status() const noexcept { return reader_.status(); }

    /// The body of the reply, with `done`; empty before. The caller may change it.
    [[nodiscard]] std::span<char> body() noexcept {
        if (at_ != place::done) return {};
        return {text() + head_size_, body_size_};
    }

    /// Bytes from the body's start to the end of the memory: its size and at least `slack` more.
    [[nodiscard]] std::size_t body_capacity() const noexcept {
        return at_ == place::done ? memory_.size() - head_size_ : 0;
    }

    /// With `done`: the connection may carry another exchange. Both sides want to keep it, the whole request was sent, the end
    /// of the reply was certain, and nothing came behind it. Bytes that come later are not seen here: before the next
    /// request call `receive` of the link once, and drop the connection unless it answers `would_block`.
    [[nodiscard]] bool reusable() const noexcept { return at_ == place::done && keep_ && !cut_; }

    /// A byte of the reply has come. Before that, a request that may be repeated can be sent on another connection.
    [[nodiscard]] bool reply_started() const noexcept { return stream_ != 0; }

    /// The reply does not fit; the rest of it is only counted.
    [[nodiscard]] bool is_dropping() const noexcept { return dropping_ && action() == exchange_action::receive; }

    /// While dropping: ends with `reply_too_large` and what was counted so far, for example because the time is up.
    void give_up_counting() noexcept { too_large(body_size_); }

    /// Ends the exchange and zeroes the whole memory: what is left of the request, and the reply.
    void wipe() noexcept {
        detail::wipe(memory_.data(), memory_.size());
        reset();
    }

  private:
    [[gnu::noinline]] void reset() noexcept { static_cast<exchange_state&>(*this) = fresh(); }

    char* text() noexcept { return reinterpret_cast<char*>(memory_.data()); }

    void take_head() noexcept {
        for (;;) {
            const detail::http1_reader::answer answer = reader_.advance(text(), size_);
            if (reader_.status() >= 200) head_ = {reader_.status(), reader_.minor_version(), reader_.fields(text())};
            switch (answer) {
                case detail::http1_reader::answer::more:
                    if (size_ == usable_size()) fail(stage::http, errc::head_too_large, stream_);
                    return;
                case detail::http1_reader::answer::bad: return fail_in_head(errc::bad_http, reader_.position());
                case detail::http1_reader::answer::too_many_lines:
                    return fail_in_head(errc::http_limit_exceeded, reader_.position());
                case detail::http1_reader::answer::done: break;
            }
            if (reader_.status() >= 200) return take_framing();
            if (reader_.status() == 101) return fail_in_head(errc::bad_http, status_at);
            if (++interim_ > max_interim_replies) return fail_in_head(errc::http_limit_exceeded, status_at);
            // What came behind a 1xx moves to the front and is read as if it had come first.
            size_ -= reader_.position();
            std::memmove(text(), text() + reader_.position(), size_);
            reader_ = fresh_reader();
        }
    }

    /// RFC 9112 section 6.3: where the body ends. Section 9.3: whether the connection may be kept.
    void take_framing() noexcept {
        const detail::http1_framing& says = reader_.framing();
        head_size_ = reader_.position();
        keep_ = !says.wants_close && (head_.minor_version == 1 || says.wants_keep_alive);

        // A length beyond what this machine can count does not fit anywhere.
        const bool never_has_body = head_.status == 204 || head_.status == 304;
        length_ = never_has_body ? 0 : static_cast<std::size_t>(says.length < highest ? says.length : highest);
        const bool is_sized = never_has_body || says.has_length;

        errc refused = errc::ok;
        std::size_t at = says.transfer_coding_at;
        if (says.has_transfer_coding && says.has_length) {
            refused = errc::bad_http;
            if (says.length_at > at) at = says.length_at;
        } else if (says.has_transfer_coding && head_.minor_version == 0) {
            refused = errc::bad_http;
        } else if (says.has_transfer_coding && !says.chunked) {
            refused = errc::unsupported_transfer_coding;
        } else if (says.foreign_coding && !(is_sized && length_ == 0)) {
            refused = errc::unsupported_content_coding;
            at = says.content_coding_at;
        }
        if (refused != errc::ok) return fail_in_head(refused, at);

        if (is_sized) {
            if (is_streaming() ? length_ == highest : !fits(length_)) return too_large(length_);
            at_ = place::sized_body;
        } else {
            if (head_size_ == usable_size()) return fail(stage::http, errc::head_too_large, stream_);
            at_ = says.has_transfer_coding ? place::chunked_body : place::open_body;
        }
        take_body({text() + head_size_, size_ - head_size_});
    }

    /// `arrived` lies at the end of the body so far, or behind it.
    void take_body(std::string_view arrived) noexcept {
        if (at_ == place::open_body) return store(arrived);
        if (at_ == place::sized_body) {
            const std::size_t left = length_ - body_size_;
            if (arrived.size() > left) keep_ = false;  // more than was announced
            body_size_ += arrived.size() < left ? arrived.size() : left;
            if (body_size_ == length_) finish();
            return;
        }
        using answer = detail::chunked::answer;
        for (std::string_view piece;;) {
            const answer found = chunks_.next(arrived, piece);
            if (found == answer::more) return;
            if (found == answer::done) {
                if (!arrived.empty()) keep_ = false;
                return finish();
            }
            if (found != answer::payload)
                return fail(stage::http, found == answer::bad ? errc::bad_http : errc::http_limit_exceeded,
                            stream_ - arrived.size());
            store(piece);
            if (at_ == place::failed) return;
        }
    }

    void store(std::string_view piece) noexcept {
        if (!fits(body_size_ + piece.size())) dropping_ = true;
        if (!dropping_) std::memmove(text() + head_size_ + body_size_, piece.data(), piece.size());
        body_size_ += piece.size();
        const std::size_t enough = memory_.size() - head_size_ + max_counted_bytes;
        if (body_size_ > enough) too_large(enough);
    }

    void finish() noexcept {
        if (!fits(body_size_)) return too_large(body_size_);
        at_ = place::done;
    }

    [[nodiscard]] bool is_streaming() const noexcept { return streams_ && head_.status < 300; }

    /// How much of the memory is received into. A body that is used while it arrives has its slack at every time.
    [[nodiscard]] std::size_t usable_size() const noexcept {
        const std::size_t unused = is_streaming() ? slack_ : 0;
        return memory_.size() > unused ? memory_.size() - unused : 0;
    }

    [[nodiscard]] bool fits(std::size_t body) const noexcept {
        const std::size_t behind = memory_.size() - head_size_;
        return slack_ <= behind && body <= behind - slack_;
    }

    void too_large(std::size_t body) noexcept {
        const std::size_t rest = head_size_ + slack_;
        fail(stage::http, errc::reply_too_large, body > highest - rest ? highest : body + rest);
    }

    void fail_in_head(errc code, std::size_t at) noexcept { fail(stage::http, code, stream_ - size_ + at); }

    void fail(stage where, errc code, std::size_t offset) noexcept {
        if (at_ == place::request) detail::wipe(memory_.data() + size_, head_size_ - size_);
        failure_ = {.stage = where, .code = code, .http_status = reader_.status(), .offset = detail::as_offset(offset)};
        keep_ = false;
        at_ = place::failed;
    }

    static constexpr std::size_t status_at = 9;
    static constexpr std::size_t highest = (std::numeric_limits<std::size_t>::max)();
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
