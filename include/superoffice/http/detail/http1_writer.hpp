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

    /// Checks the path and the query: the `parts`, one behind the other, as they go on the wire. A first byte other than
    /// '/', anything but visible ASCII, and '#' are refused with their position in the target (RFC 9112 section 3.2.1).
    /// (Not a span: each further type of span costs every translation unit some milliseconds.)
    void check_target(const std::string_view* parts, std::size_t count) noexcept {
        std::size_t at = 0;
        for (const std::string_view* each = parts; each != parts + count; ++each)
            for (const char c : *each) {
                if (at == 0 ? c != '/' : !ascii::is_of_target(c)) return refuse(at);
                ++at;
            }
        if (at == 0) refuse(0);
    }

    /// Writes `form` with `texts[n - 1]` in place of each byte n from 1 to 8, without checking it. Nothing is encoded.
    [[gnu::noinline]] void fill(const char* form, const std::string_view* texts) noexcept {
        for (;;) {
            const char* const text = form;
            while (static_cast<unsigned char>(*form) > 8) ++form;
            put({text, static_cast<std::size_t>(form - text)});
            if (*form == 0) return;
            put(texts[*form++ - 1]);
        }
    }
};

/// Call check_target, fill (for the request line), header for each header, and end_of_head in this order, then write the
/// body behind them. The head must have a Content-Length with the size of the body, so that size must be known before.
class http1_writer : public target_writer {
  public:
    using target_writer::target_writer;

    void end_of_head() noexcept { constant("\r\n"); }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
