// superoffice/operation.hpp - a call of the service: its path, its documents, and how its request is written.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_OPERATION_HPP
#define SUPEROFFICE_OPERATION_HPP

#include <superoffice/base_url.hpp>
#include <superoffice/batch_task_info.hpp>
#include <superoffice/detail/http1_writer.hpp>
#include <superoffice/json.hpp>
#include <superoffice/options.hpp>
#include <superoffice/tenant_state.hpp>
#include <superoffice/version.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

enum class http_method : std::uint8_t { post, get };

/// One call: what is sent, what comes back, where, and above which duration the vendor calls it slow. All that another
/// call of the same service needs is such a line and two described structs. With `get` the request is a `path_segment`.
template <class Request, class Reply>
struct operation {
    using request_type = Request;
    using reply_type = Reply;

    std::string_view path;  ///< behind the base URL's root
    milliseconds slow;      ///< the service's own threshold ("NsApiSlow"): a mark for telemetry, no time-out
    http_method method = http_method::post;
};

/// The request of a call that is made by GET: what comes behind its path. Letters, digits and -._ only.
struct path_segment {
    std::string_view text;
};

/// How one task is doing. Source: reference page of GetBatchTaskInfo.
inline constexpr operation<GetBatchTaskInfoRequest, BatchTaskInfo> get_batch_task_info{
    "/api/v1/Agents/Batch/GetBatchTaskInfo", milliseconds{3000}};

/// Where an Online tenant lives now; no credential is needed, or sent. Source: tenant status page.
inline constexpr operation<path_segment, TenantStatus> get_tenant_status{"/api/state/", milliseconds{3000},
                                                                         http_method::get};

namespace detail {

/// Header names that the library sends itself: a caller's second one would contradict it.
inline constexpr std::string_view owned_headers[] = {"host",
                                                     "connection",
                                                     "content-length",
                                                     "transfer-encoding",
                                                     "content-type",
                                                     "accept",
                                                     "accept-encoding",
                                                     "authorization",
                                                     "cookie",
                                                     "x-xsrf-token",
                                                     "so-apptoken",
                                                     "user-agent",
                                                     "expect",
                                                     "upgrade",
                                                     "accept-language",
                                                     "so-language",
                                                     "so-culture",
                                                     "so-timezone",
                                                     "te",
                                                     "trailer"};

constexpr bool is_owned_header(std::string_view name) noexcept {
    for (const std::string_view owned : owned_headers)
        if (ascii::equal_ignoring_case(owned, name)) return true;
    return false;
}

/// The first byte that may not stand in a path segment or, with commas and slashes, in a `$select`, since it would have
/// to be escaped; npos if there is none.
constexpr std::size_t find_unplain(std::string_view text, std::string_view others) noexcept {
    for (std::size_t n = 0; n < text.size(); ++n)
        if (!is_alphanumeric(text[n]) && others.find(text[n]) == others.npos) return n;
    return text.npos;
}

/// The part of a request that does not depend on the credential.
struct request_lines {
    const base_url& base;
    http_method method;
    std::string_view path;
    std::string_view segment;
    std::string_view select;
    const client_options& of_client;
    const request_headers& of_call;
    std::size_t body_size;
    bool own_headers = true;  ///< the caller's further ones, in which there may be secrets
};

inline void write_header(http1_writer& out, std::string_view name, borrowed of_call, borrowed of_client) noexcept {
    const borrowed& value = of_call.empty() ? of_client : of_call;
    if (!value.empty()) out.header(name, value.view());
}

/// Request line and all header lines but the credential's. Errors: those of `http1_writer`; `bad_select`, and
/// `bad_base_url` for a segment that cannot stand in a path, each with the offset in its text; `bad_header_value` for a
/// name that the library owns.
inline error write_lines(http1_writer& out, const request_lines& lines) noexcept {
    const auto refused = [](errc code, std::size_t at) {
        return error{.stage = stage::request, .code = code, .offset = static_cast<std::uint32_t>(at)};
    };
    if (const std::size_t at = find_unplain(lines.select, ",/-._"); at != std::string_view::npos)
        return refused(errc::bad_select, at);
    if (const std::size_t at = find_unplain(lines.segment, "-._"); at != std::string_view::npos)
        return refused(errc::bad_base_url, at);
    const request_headers& mine = lines.of_client.headers;
    const request_headers& call = lines.of_call;
    for (const auto more : {mine.more, call.more})
        for (const header_field& field : more)
            if (is_owned_header(field.name)) return refused(errc::bad_header_value, 0);

    const bool posts = lines.method == http_method::post;
    out.request_line(posts ? "POST" : "GET", lines.base.root, lines.path, lines.segment,
                     std::string_view{lines.select.empty() ? "" : "?$select="}, lines.select);
    out.header("Host", lines.base.authority);
    out.header("Accept", media_type(lines.of_client.reply_as));
    out.header("Accept-Encoding", "identity");
    if (posts) {
        out.header("Content-Type", media_type(lines.of_client.request_as), "; charset=utf-8");
        out.header("Content-Length", lines.body_size);
    }
    write_header(out, "User-Agent", call.user_agent,
                 mine.user_agent.empty() ? borrowed{"superoffice-batch/" SUPEROFFICE_VERSION_TEXT} : mine.user_agent);
    write_header(out, "Accept-Language", call.accept_language, mine.accept_language);
    write_header(out, "SO-Language", call.language, mine.language);
    write_header(out, "SO-Culture", call.culture, mine.culture);
    write_header(out, "SO-TimeZone", call.time_zone, mine.time_zone);
    if (posts) write_header(out, "SO-AppToken", call.app_token, mine.app_token);  // a secret, like the credential
    for (const auto more : {mine.more, call.more})
        for (const header_field& field : more)
            if (lines.own_headers) out.header(field.name, field.value);
    return out.failure();
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
