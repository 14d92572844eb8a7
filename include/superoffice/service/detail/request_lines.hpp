// superoffice/service/detail/request_lines.hpp - writes the request line and the headers of a call.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_DETAIL_REQUEST_LINES_HPP
#define SUPEROFFICE_SERVICE_DETAIL_REQUEST_LINES_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/version.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/content_type.hpp>
#include <superoffice/http/detail/http1_writer.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/options.hpp>
#include <superoffice/service/request_headers.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The position of the first byte that would have to be escaped in a path segment or, with commas and slashes, in a
/// `$select`; the size of the text if there is none.
[[gnu::noinline]] constexpr std::size_t find_unplain(std::string_view text, const char* others) noexcept {
    std::size_t at = 0;
    while (at < text.size() && ascii::is_alphanumeric_or(text[at], others)) ++at;
    return at;
}

/// The target of a request and what it needs: of an operation, or of the question to a directory of tenants.
struct request_target {
    std::string_view path;
    std::string_view segment;  ///< behind the path
    std::string_view select;
    const char* accept;  ///< a media type
    http_method method = http_method::post;
    bool needs_credential = true;   ///< and the SO-AppToken, a secret like the credential
    bool with_more_headers = true;  ///< the program's further headers, which may hold secrets
};

/// The part of a request that does not depend on the credential.
struct request_lines {
    const request_target& what;
    const base_url& base;
    const client_options& of_client;
    const request_headers& of_call;
    std::size_t body_size;
};

/// Writes the request line and all headers but the credential's. Host and Content-Length are written only where `Writer`
/// frames the request (an HTTP stack of the host adds its own). Errors: those of `Writer`; `bad_select`, and
/// `bad_base_url` for a segment that cannot stand in a path, each with the offset in its text; `bad_header_value` for a
/// name that the library sends itself.
template <class Writer>
error write_lines(Writer& out, const request_lines& lines) noexcept {
    const request_target& what = lines.what;
    if (const std::size_t at = find_unplain(what.select, ",/-._"); at != what.select.size())
        return refused_request(errc::bad_select, at);
    if (const std::size_t at = find_unplain(what.segment, "-._"); at != what.segment.size())
        return refused_request(errc::bad_base_url, at);

    constexpr bool frames = std::same_as<Writer, http1_writer>;
    const bool posts = what.method == http_method::post;
    const ascii::decimal body_size{lines.body_size};
    const std::string_view texts[] = {posts ? ascii::literal("POST") : ascii::literal("GET"),
                                      lines.base.root,
                                      what.path,
                                      what.segment,
                                      what.select.empty() ? std::string_view{} : ascii::literal("?$select="),
                                      what.select,
                                      lines.base.authority_before_zone(),
                                      lines.base.authority_behind_zone(),
                                      body_size.text()};
    constexpr std::size_t target_parts = 5;
    if constexpr (frames) {
        out.check_target(texts + 1, target_parts);
        out.fill("\1 \2\3\4\5\6 HTTP/1.1\r\nHost: \7\10\r\nAccept: ", texts);
    } else {
        out.call(texts[0], lines.base.https ? ascii::literal("https://") : ascii::literal("http://"),
                 lines.base.authority, texts + 1, target_parts);
        out.constant("Accept: ");
    }
    out.constant(what.accept);
    out.constant("\r\nAccept-Encoding: identity\r\n");
    if (posts) {
        out.constant("Content-Type: ");
        out.constant(lines.of_client.request_as.name());
        out.fill(frames ? "; charset=utf-8\r\nContent-Length: \1\r\n" : "; charset=utf-8\r\n", texts + 8);
    }
    const char* names = valued_headers;
    for (borrowed request_headers::* const each : named_headers) {
        const std::string_view name = ascii::take_word(names);
        std::string_view value = lines.of_call.*each;
        if (value.empty()) value = lines.of_client.headers.*each;
        if (value.empty() && each == &request_headers::user_agent)
            value = ascii::literal("superoffice-batch/" SUPEROFFICE_VERSION_TEXT);
        if (value.empty() || (each == &request_headers::app_token && !what.needs_credential))
            out.count_header();
        else
            out.header(name, value);
    }
    if (what.with_more_headers) {
        lines.of_client.headers.more.add_to(out);
        lines.of_call.more.add_to(out);
    }
    return out.failure();
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
