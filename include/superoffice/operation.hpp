// superoffice/operation.hpp - a call of the service: its path, its documents, and how its request is written.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_OPERATION_HPP
#define SUPEROFFICE_OPERATION_HPP

#include <superoffice/base_url.hpp>
#include <superoffice/batch_task_info.hpp>
#include <superoffice/detail/http1_writer.hpp>
#include <superoffice/json.hpp>
#include <superoffice/options.hpp>
#include <superoffice/version.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// One call: what is sent, what comes back, where, and above which duration the vendor calls it slow. All that another
/// call of the same service needs is such a line and two described structs.
template <class Request, class Reply>
struct operation {
    using request_type = Request;
    using reply_type = Reply;

    std::string_view path;  ///< behind the base URL's root
    milliseconds slow;      ///< the service's own threshold ("NsApiSlow"): a mark for telemetry, no time-out
};

/// How one task is doing. Source: reference page of GetBatchTaskInfo.
inline constexpr operation<GetBatchTaskInfoRequest, BatchTaskInfo> get_batch_task_info{
    "/api/v1/Agents/Batch/GetBatchTaskInfo", milliseconds{3000}};

namespace detail {

/// Header names that the library sends itself: a caller's second one would contradict it.
inline constexpr std::string_view owned_headers[] = {
    "host",           "connection",  "content-length", "transfer-encoding", "content-type", "accept", "accept-encoding",
    "authorization",  "cookie",      "x-xsrf-token",   "so-apptoken",       "user-agent",   "expect", "upgrade",
    "accept-language", "so-language", "so-culture",    "so-timezone",       "te",           "trailer"};

constexpr bool is_owned_header(std::string_view name) noexcept {
    for (const std::string_view owned : owned_headers)
        if (ascii::equal_ignoring_case(owned, name)) return true;
    return false;
}

/// What may stand in a `$select`: names, commas, slashes; nothing that would have to be escaped in a query.
constexpr bool is_select_text(std::string_view text) noexcept {
    for (const char c : text)
        if (!is_alphanumeric(c) && c != ',' && c != '/' && c != '_' && c != '.' && c != '-') return false;
    return true;
}

/// The part of a request that does not depend on the credential.
struct request_lines {
    const base_url& base;
    std::string_view path;
    std::string_view select;
    const request_headers& of_client;
    const request_headers& of_call;
    std::size_t body_size;
};

inline void write_header(http1_writer& out, std::string_view name, borrowed of_call, borrowed of_client) noexcept {
    const borrowed& value = of_call.empty() ? of_client : of_call;
    if (!value.empty()) out.header(name, value.view());
}

/// Request line and all header lines but the credential's. Errors: those of `http1_writer`; `bad_select`;
/// `bad_header_value` for a name that the library owns.
inline error write_lines(http1_writer& out, const request_lines& lines) noexcept {
    if (!is_select_text(lines.select)) return {.stage = stage::request, .code = errc::bad_select};
    for (const auto more : {lines.of_client.more, lines.of_call.more})
        for (const header_field& field : more)
            if (is_owned_header(field.name)) return {.stage = stage::request, .code = errc::bad_header_value};

    out.request_line("POST", lines.base.root, lines.path, std::string_view{lines.select.empty() ? "" : "?$select="},
                     lines.select);
    out.header("Host", lines.base.authority);
    out.header("Accept", "application/json");
    out.header("Accept-Encoding", "identity");
    out.header("Content-Type", "application/json; charset=utf-8");
    out.header("Content-Length", lines.body_size);
    const request_headers& mine = lines.of_client;
    const request_headers& call = lines.of_call;
    write_header(out, "User-Agent", call.user_agent,
                 mine.user_agent.empty() ? borrowed{"superoffice-batch/" SUPEROFFICE_VERSION_TEXT} : mine.user_agent);
    write_header(out, "Accept-Language", call.accept_language, mine.accept_language);
    write_header(out, "SO-Language", call.language, mine.language);
    write_header(out, "SO-Culture", call.culture, mine.culture);
    write_header(out, "SO-TimeZone", call.time_zone, mine.time_zone);
    write_header(out, "SO-AppToken", call.app_token, mine.app_token);
    for (const auto more : {mine.more, call.more})
        for (const header_field& field : more) out.header(field.name, field.value);
    return out.failure();
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
