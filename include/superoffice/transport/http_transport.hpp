// superoffice/transport/http_transport.hpp - what an HTTP stack of the host's must do to carry one whole call.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_HTTP_TRANSPORT_HPP
#define SUPEROFFICE_TRANSPORT_HTTP_TRANSPORT_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/http/header_line.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One request, as an HTTP stack wants it. Views into the client's memory; they hold the credential.
struct http_request {
    std::string_view method;  ///< "POST", or "GET" without a body
    std::string_view url;     ///< whole: "https://host:8443/Cust12345/api/v1/...?$select=State"; a NUL follows it
    std::string_view target;  ///< its path and query; the NUL follows here too
    peer to;                  ///< its host, without the brackets of an IPv6 literal, and its port
    bool https = true;        ///< its scheme
    std::string_view fields;  ///< "Name: value" lines, each with CRLF behind it; for `next_header`
    std::string_view body;
    milliseconds time_left{0};  ///< until the call's deadline; the client ends the call then by itself
};

/// An HTTP stack of the host's (an engine's module, libcurl, WinHTTP, a modem's own): takes one request at a time and
/// gives the reply. The client calls the functions below, from one thread, never nested. Each is declared `noexcept`; none
/// waits.
///
/// `may_wait`          a `static constexpr bool`, as for `byte_transport`: true only where `start` may wait all the same.
///
/// `start(request)`    takes the request, all of it: its texts are zeroed as soon as the answer is `ready`, so what is
///                     needed later has to be copied. `would_block` asks for another call with the same request; no
///                     `closed`. After `failed`, `cancel` and the end of a reply the next call starts afresh.
///                     Sends the header lines as they are, and adds those that belong to the stack: Host, Content-Length
///                     or the framing of its protocol, Connection. It adds no credential, cookie or Accept-Encoding of
///                     its own (the request asks for `identity`), and does not log what is in `fields`.
///
/// `step(now, into)`   goes on with the reply. `ready` with 1..into.size() bytes of the body, put into the front of
///                     `into`; `would_block` with none; `closed` when the reply is whole, which includes that its body is
///                     as long as its head said; `failed`. `into` is all the memory that is left, never empty, and only
///                     borrowed for the call; what does not fit is kept for the next one. A body that has outgrown the
///                     memory is taken to its end all the same, if its size is not known: it is counted, so that
///                     `needed()` is exact (see `max_counted_bytes`). A stack that cannot go on with one answers
///                     `failed` with `errc::reply_too_large`: `needed()` is a lower bound then, unless the head told the
///                     size. May be called again after `closed` and answers the same.
///                     3xx, 401, 407 and 421 are replies like any other: no redirect is followed, since the credential
///                     would go with it, and nobody is asked for a password. 1xx is skipped. A stack may repeat the
///                     request on a fresh connection: see `operation`.
///
/// `status()`          the reply's, 200..599; 0 while none is known. Until the next `start` or `cancel`, like `header`.
///
/// `header(name)`      the value of the reply's first header of that name, compared without case, without white space
///                     around it; a view without data where there is none. Asked for behind `closed` and `failed`,
///                     and as soon as the body has outgrown the memory; in ASCII of any case; HTTP/2's pseudo-headers are
///                     none. `content-encoding` must tell what the bytes of the body are encoded with, and
///                     `content-length` how many they are: a stack that has decoded them answers that there is none.
///
/// `cancel()`          gives up whatever is under way, at once, with or without a reply; nothing of the request or of
///                     `into` is touched later. Safe at any time, also twice, also before `start` and behind the end.
///
/// `secure()`          true where a request to an https URL reaches nobody but the verified peer. Asked before `start`: no
///                     request is handed over for an https base to a stack that says false.
///
/// `failed` carries what is known: `code` (`link_failed` where nothing better is), `native` (the stack's own code) and
/// `at`, the stage. Proxies, connections and their reuse, TLS and protocol versions are the stack's own.
template <class Stack>
concept http_transport =
    requires(Stack& stack, const http_request& what, instant now, std::span<std::byte> into, std::string_view name) {
        { Stack::may_wait } -> std::convertible_to<bool>;
        { stack.start(what) } noexcept -> std::same_as<io_result>;
        { stack.step(now, into) } noexcept -> std::same_as<io_result>;
        { stack.status() } noexcept -> std::convertible_to<std::uint16_t>;
        { stack.header(name) } noexcept -> std::same_as<std::string_view>;
        { stack.cancel() } noexcept;
        { stack.secure() } noexcept -> std::convertible_to<bool>;
    };

/// A stack that wants its next `step` at some time although nothing has moved (its own time limits, or because nobody can
/// wait for it): `wake_at()` says when, and `instant::never()` where there is no such time. Asked after `would_block`.
template <class Stack>
concept waking_http_transport = http_transport<Stack> && requires(const Stack& stack) {
    { stack.wake_at() } noexcept -> std::same_as<instant>;
};

/// A stack that can wait, for the blocking call: as `waiting_transport`.
template <class Stack>
concept waiting_http_transport = http_transport<Stack> && requires(Stack& stack, wait_for wants, milliseconds at_most) {
    { stack.wait(wants, at_most) } noexcept;
};

/// Satisfies `http_transport` and nothing more: what to start an adapter of one's own from.
struct http_transport_archetype {
    static constexpr bool may_wait = false;
    io_result start(const http_request&) noexcept { return io_result::ready(); }
    io_result step(instant, std::span<std::byte>) noexcept { return io_result::failed(errc::link_failed, 0); }
    [[nodiscard]] std::uint16_t status() const noexcept { return 0; }
    [[nodiscard]] std::string_view header(std::string_view) const noexcept { return {}; }
    void cancel() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return false; }
};
static_assert(http_transport<http_transport_archetype> && !byte_transport<http_transport_archetype>);
static_assert(!http_transport<byte_transport_archetype>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
