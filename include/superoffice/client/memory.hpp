// superoffice/client/memory.hpp - how much memory a call takes, as constants of the sizes of its parts.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_MEMORY_HPP
#define SUPEROFFICE_CLIENT_MEMORY_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The library's own header lines, each as long as it gets.
inline constexpr std::string_view longest_own_lines =
    "Accept: application/merge-patch+json\r\nAccept-Encoding: identity\r\n"
    "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nUser-Agent: "
    "superoffice-batch/000.000.000\r\n";

/// The request stands where the reply will: as much as the larger of both, of which the reply never ends at the last byte.
constexpr std::size_t larger_of(std::size_t request, std::size_t reply, std::size_t slack) noexcept {
    reply += slack == 0 ? 1 : slack;
    return request > reply ? request : reply;
}

}  // namespace detail

/// Memory, in bytes, that is enough for a call over a link, and hardly more than that (over an HTTP stack:
/// `http_memory_bytes`). Until it is sent, the request stands there, header lines and body; then, in the same place, the
/// reply, its head and its body, and the reader's slack. `url`: the base URL, the path and the `$select`. `lines`: the
/// credential's and your own header lines, each with its name and 4 bytes more. `body`: the request's. `head`: the reply's,
/// its empty line included; `reply`: the reply's body. `slack`: the reader's. A tenant that has moved takes its new base URL
/// besides.
constexpr std::size_t memory_bytes(std::size_t url, std::size_t lines, std::size_t body, std::size_t head,
                                   std::size_t reply, std::size_t slack) noexcept {
    constexpr std::string_view around = "POST  HTTP/1.1\r\nHost: \r\nContent-Length: 4294967295\r\n\r\n";
    return detail::larger_of(url + around.size() + detail::longest_own_lines.size() + lines + body, head + reply,
                             slack);
}

/// Memory, in bytes, that is enough for a call over an HTTP stack, and hardly more than that. Until the stack has taken it,
/// the request:
///
///     url, NUL, header lines, body
///
/// then, in the same place, the reply: its body from the start on, the reader's slack, and the kept headers at the end,
/// as lines. `url`: what `http_request::url` will be long, which is the base URL, the path and the `$select`. `lines`:
/// the credential's and your own header lines, each with its name and 4 bytes more. `body`: the request's. `reply`: the
/// reply's body; `kept`: those of its headers that are kept, as `lines`. `slack`: the reader's.
constexpr std::size_t http_memory_bytes(std::size_t url, std::size_t lines, std::size_t body, std::size_t reply,
                                        std::size_t kept, std::size_t slack) noexcept {
    return detail::larger_of(url + 1 + detail::longest_own_lines.size() + lines + body, reply + kept, slack);
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
