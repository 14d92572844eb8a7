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

/// The library's own header lines, each at its longest.
inline constexpr std::string_view longest_own_lines =
    "Accept: application/merge-patch+json\r\nAccept-Encoding: identity\r\n"
    "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nUser-Agent: "
    "superoffice-batch/000.000.000\r\n";

/// Request and reply use the same memory, so the larger one counts. Behind the reply at least one byte is free.
constexpr std::size_t larger_of(std::size_t request, std::size_t reply, std::size_t slack) noexcept {
    reply += slack == 0 ? 1 : slack;
    return request > reply ? request : reply;
}

}  // namespace detail

/// Bytes of memory that are enough for a call over a link, and hardly more. (Over an HTTP stack: `http_memory_bytes`.) The
/// memory holds the request, head and body, until it is sent; then the reply, head and body, and the reader's slack. After a
/// tenant has moved, its new base URL takes as many bytes more.
///
/// @param url    the base URL, the path and the `$select`
/// @param lines  the header lines of the credential and your own ones, each with its name and 4 bytes more
/// @param body   the body of the request
/// @param head   the head of the reply with its empty line
/// @param reply  the body of the reply
/// @param slack  of the reader
constexpr std::size_t memory_bytes(std::size_t url, std::size_t lines, std::size_t body, std::size_t head,
                                   std::size_t reply, std::size_t slack) noexcept {
    constexpr std::string_view around = "POST  HTTP/1.1\r\nHost: \r\nContent-Length: 4294967295\r\n\r\n";
    return detail::larger_of(url + around.size() + detail::longest_own_lines.size() + lines + body, head + reply,
                             slack);
}

/// Bytes of memory that are enough for a call over an HTTP stack, and hardly more. Until the stack has taken it, the memory
/// holds the request:
///
///     url, NUL, header lines, body
///
/// Then it holds the reply: the body from the start on, the reader's slack, and at the end the kept headers as lines.
///
/// @param url    the size of `http_request::url`: the base URL, the path and the `$select`
/// @param lines  the header lines of the credential and your own ones, each with its name and 4 bytes more
/// @param body   the body of the request
/// @param reply  the body of the reply
/// @param kept   those headers of the reply that are kept (`kept_headers`), counted like `lines`
/// @param slack  of the reader
constexpr std::size_t http_memory_bytes(std::size_t url, std::size_t lines, std::size_t body, std::size_t reply,
                                        std::size_t kept, std::size_t slack) noexcept {
    return detail::larger_of(url + 1 + detail::longest_own_lines.size() + lines + body, reply + kept, slack);
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
