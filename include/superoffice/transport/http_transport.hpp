// superoffice/transport/http_transport.hpp - what an HTTP stack of the host must do to carry one whole call.
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

/// One request. The texts are views into the client's memory; they contain the credential.
struct http_request {
    std::string_view method;  ///< "POST", or "GET" without a body
    std::string_view url;     ///< complete: "https://host:8443/Cust12345/api/v1/...?$select=State"; a NUL follows it
    std::string_view target;  ///< the path and the query of the URL; a NUL follows here too
    peer to;                  ///< the host of the URL, without the brackets of an IPv6 literal, and its port
    bool https = true;        ///< the scheme of the URL
    std::string_view fields;  ///< lines "Name: value", each ending in CRLF; for `next_header`
    std::string_view body;
    milliseconds time_left{0};  ///< until the deadline of the call; the client itself ends the call then
    bool may_repeat = true;     ///< false: do not send this request twice, for example on a fresh connection
};

/// An HTTP stack of the host (an engine's module, libcurl, WinHTTP, the stack of a modem): it takes one request at a
/// time and gives the reply. The client calls the functions below from one thread and never nested. Each is declared
/// `noexcept`. None blocks.
///
/// `may_wait`          a `static constexpr bool`, as for `byte_transport`: true only if `start` may block all the same.
///
/// `start(request)`    takes all of the request: its texts are zeroed as soon as the answer is `ready`, so copy what is
///                     needed later. `would_block` asks for another call with the same request; never answer `closed`.
///                     After `failed`, `cancel` and the end of a reply the next call begins anew. Send the header lines
///                     as they are, and add those that belong to the stack: Host, Content-Length or the framing of its
///                     protocol, Connection. Add no credential, cookie or Accept-Encoding (the request asks for
///                     `identity`), and do not log `fields`.
///
/// `step(now, into)`   continues with the reply. `ready`: 1 to into.size() bytes of the body were put at the start of
///                     `into`. `would_block`: none. `closed`: the reply is complete, and its body is as long as its
///                     head said. `failed`. `into` is all the memory that is left, is never empty, and is only borrowed
///                     for the call; keep what does not fit for the next one. If the body has outgrown the memory and
///                     its size is not known, it is read to its end all the same and counted, so that `needed()` is
///                     exact (see `max_counted_bytes`). A stack that cannot continue then answers `failed` with
///                     `errc::reply_too_large`; `needed()` is a lower bound then, unless the head told the size. May be
///                     called again after `closed` and then answers the same. 3xx, 401, 407 and 421 are replies like
///                     any other: follow no redirect, since the credential would go with it, and ask nobody for a
///                     password. Skip 1xx. A stack may repeat the request on a fresh connection if `may_repeat` says
///                     so.
///
/// `status()`          of the reply, 200 to 999; 600 and above count as 5xx. 0 while it is not known. Valid until the next
///                     `start` or `cancel`, like `header`.
///
/// `header(name)`      the value of the first header of that name, compared ignoring case, without white space around
///                     it; a view without data if there is none. Asked after `closed` and `failed`, and as soon as
///                     `step` has given bytes of the body. `name` is ASCII in any case; pseudo-headers of HTTP/2 do not
///                     count. `content-encoding` must tell how the bytes of the body are encoded, and `content-length`
///                     how many they are: a stack that has decoded them answers that there is no such header.
///
/// `cancel()`          gives up at once whatever is under way, with or without a reply; nothing of the request or of
///                     `into` is touched later. Safe at any time, also twice, also before `start` and after the end.
///
/// `secure()`          true if a request to an https URL reaches only the verified peer. Asked before `start`: for an
///                     https base, no request is given to a stack that answers false.
///
/// `failed` carries what is known: `code` (`link_failed` if nothing better is), `native` (the code of the stack) and
/// `at`, the stage. Proxies, connections and their reuse, TLS and protocol versions are the business of the stack.
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

/// A stack whose `step` must be called at a certain time even if nothing moves (because of its own time limits, or
/// because it cannot be waited for). `wake_at()` says when; `instant::never()` if there is no such time. Asked after
/// `would_block`.
template <class Stack>
concept waking_http_transport = http_transport<Stack> && requires(const Stack& stack) {
    { stack.wake_at() } noexcept -> std::same_as<instant>;
};

/// A stack that can wait, for the blocking call, like a `waiting_transport`.
template <class Stack>
concept waiting_http_transport = http_transport<Stack> && requires(Stack& stack, wait_for wants, milliseconds at_most) {
    { stack.wait(wants, at_most) } noexcept;
};

/// Satisfies `http_transport` and nothing more: a template for your own adapter.
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
