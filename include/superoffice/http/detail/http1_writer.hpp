// superoffice/http/detail/http1_writer.hpp - writes an HTTP/1.1 request into the caller's memory.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_HTTP1_WRITER_HPP
#define SUPEROFFICE_HTTP_DETAIL_HTTP1_WRITER_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/http/request_head.hpp>

#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// A request head that can also write the target, which is the path and the query.
class target_writer : public request_head {
  public:
    using request_head::request_head;

    using request_head::constant;
    using request_head::count_header;
    using request_head::count_headers_from_here;
    using request_head::put;
    using request_head::refuse;

  protected:
    /// Writes the path and the query: the `parts`, one behind the other, as they go on the wire. Nothing is encoded. A first
    /// byte other than '/', anything but visible ASCII, and '#' are refused with their position in the target (RFC 9112
    /// section 3.2.1). (Not a span: each further type of span costs every translation unit some milliseconds.)
    void target(const std::string_view* parts, std::size_t count) noexcept {
        std::size_t at = 0;
        for (const std::string_view* each = parts; each != parts + count; ++each) {
            if (at == 0 && !each->empty() && each->front() != '/') refuse(0);
            for (const char c : *each) {
                if (!ascii::is_of_target(c)) refuse(at);
                ++at;
            }
            put(*each);
        }
        if (at == 0) refuse(0);
    }
};

/// Call request_line, header..., end_of_head in this order, then write the body behind them. The head must have a
/// Content-Length with the size of the body, so that size must be known before.
class http1_writer : public target_writer {
  public:
    using target_writer::target_writer;

    /// For `parts` see `target`.
    void request_line(std::string_view method, const std::string_view* parts, std::size_t count) noexcept {
        put_token(method);
        constant(" ");
        target(parts, count);
        if (method.empty()) refuse(0);
        constant(" HTTP/1.1\r\n");
    }

    void end_of_head() noexcept { constant("\r\n"); }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
