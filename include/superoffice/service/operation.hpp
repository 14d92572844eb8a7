// superoffice/service/operation.hpp - a call of the service: its path, its documents, and how its request is written.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_OPERATION_HPP
#define SUPEROFFICE_SERVICE_OPERATION_HPP

#include <superoffice/base/version.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/http/base_url.hpp>
#include <superoffice/http/detail/http1_writer.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/service_version.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/service/options.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

enum class http_method : std::uint8_t { post, get };

/// One call: what is sent, what comes back, where, and above which duration the vendor calls it slow. All that another
/// call of the same service needs is such a line and two described structs. With `get` the request is a `path_segment`;
/// of any other nothing is sent. A reply may also be a value by itself: `bool`, a number, text, or `json_text` for a list,
/// whose elements `examples/12_decode.cpp` goes through. Such a one comes as JSON only, and is not asked for by a client
/// whose `reply_as` is XML: `unsupported_content_type`. Where it may be an object, an error object is told from it by
/// `"Error": true` alone. A call may reach the service twice, where a kept connection dies before the reply begins: so it is
/// one that may be repeated.
template <class Request, class Reply>
struct operation {
    using request_type = Request;
    using reply_type = Reply;

    std::string_view path;  ///< behind the base URL's root
    milliseconds slow;      ///< the service's own threshold ("NsApiSlow"): a mark for telemetry, no time-out
    http_method method = http_method::post;
};

/// The largest request object, in bytes, without the texts it borrows.
inline constexpr std::size_t max_request_object_bytes = 96;

/// The request of a call that is made by GET: what comes behind its path. Letters, digits and -._ only, else
/// `bad_base_url` with the offset in it. Borrowed until the call is over.
struct path_segment {
    borrowed text;
};

/// How one task is doing. Source: reference page of GetBatchTaskInfo.
inline constexpr operation<GetBatchTaskInfoRequest, BatchTaskInfo> get_batch_task_info{
    "/api/v1/Agents/Batch/GetBatchTaskInfo", milliseconds{3000}};

/// Stops a task, where its kind can be stopped: true if it was. False also says that it is over: perhaps stopped by the same
/// call, which came twice. Source: section 12 of the service notes.
inline constexpr operation<StopBatchJobRequest, bool> stop_batch_job{"/api/v1/Agents/Batch/StopBatchJob",
                                                                     milliseconds{3000}};

/// Which versions the service has; no credential is needed, or sent. Source: section 2 of the service notes.
inline constexpr operation<path_segment, ServiceVersion> get_service_version{"/api", milliseconds{3000},
                                                                             http_method::get};

/// Where an Online tenant lives now; no credential is needed, or sent. Source: tenant status page.
inline constexpr operation<path_segment, TenantStatus> get_tenant_status{"/api/state/", milliseconds{3000},
                                                                         http_method::get};

namespace detail {

/// Header names that the library sends itself: a caller's second one would contradict it. First `named_headers`, one for
/// one.
inline constexpr char owned_headers[] =
    "User-Agent Accept-Language SO-Language SO-Culture SO-TimeZone SO-AppToken host connection content-length "
    "transfer-encoding content-type accept accept-encoding authorization cookie x-xsrf-token expect upgrade te "
    "trailer ";

constexpr bool is_owned_header(std::string_view name) noexcept {
    return ascii::index_of_word(owned_headers, name) >= 0;
}

/// The first byte that may not stand in a path segment or, with commas and slashes, in a `$select`, since it would have
/// to be escaped; the size of the text if there is none.
[[gnu::noinline]] constexpr std::size_t find_unplain(std::string_view text, const char* others) noexcept {
    std::size_t at = 0;
    while (at < text.size() && ascii::is_alphanumeric_or(text[at], others)) ++at;
    return at;
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
    reply_type accept;
    bool own_headers = true;  ///< the caller's further ones, in which there may be secrets
};

/// The documented headers, in the order in which they are sent; the last one is a secret, like the credential. Their
/// names stand at the start of `owned_headers`.
inline constexpr borrowed request_headers::* named_headers[] = {
    &request_headers::user_agent, &request_headers::accept_language, &request_headers::language,
    &request_headers::culture,    &request_headers::time_zone,       &request_headers::app_token};

/// What is asked for, and all header lines but the credential's; Host and Content-Length only where `Writer` frames the
/// request, not where a stack of the host's does. Errors: those of `Writer`; `bad_select`, and
/// `bad_base_url` for a segment that cannot stand in a path, each with the offset in its text; `bad_header_value` for a
/// name that the library owns.
template <class Writer>
error write_lines(Writer& out, const request_lines& lines) noexcept {
    if (const std::size_t at = find_unplain(lines.select, ",/-._"); at != lines.select.size())
        return refused_request(errc::bad_select, at);
    if (const std::size_t at = find_unplain(lines.segment, "-._"); at != lines.segment.size())
        return refused_request(errc::bad_base_url, at);

    const bool posts = lines.method == http_method::post;
    const std::string_view target[] = {lines.base.root, lines.path, lines.segment,
                                       lines.select.empty() ? std::string_view{} : ascii::literal("?$select="),
                                       lines.select};
    const std::string_view method = posts ? ascii::literal("POST") : ascii::literal("GET");
    constexpr bool frames = std::same_as<Writer, http1_writer>;
    if constexpr (frames) {
        out.request_line(method, target, std::size(target));
        out.header(ascii::literal("Host"), lines.base.authority);
    } else {
        out.call(method, lines.base.https ? ascii::literal("https://") : ascii::literal("http://"),
                 lines.base.authority, target, std::size(target));
    }
    out.constant("Accept: ");
    out.constant(media_types[media_index(lines.accept)]);
    out.constant("\r\nAccept-Encoding: identity\r\n");
    if (posts) {
        out.constant("Content-Type: ");
        out.constant(media_types[media_index(lines.of_client.request_as)]);
        out.constant("; charset=utf-8\r\n");
        if constexpr (frames) out.header(ascii::literal("Content-Length"), lines.body_size);
    }
    out.count_headers_from_here();
    const char* names = owned_headers;
    for (borrowed request_headers::* const each : named_headers) {
        const std::string_view name = ascii::take_word(names);
        std::string_view value = lines.of_call.*each;
        if (value.empty()) value = lines.of_client.headers.*each;
        if (value.empty() && each == &request_headers::user_agent)
            value = ascii::literal("superoffice-batch/" SUPEROFFICE_VERSION_TEXT);
        if (value.empty() || (each == &request_headers::app_token && !posts))
            out.count_header();
        else
            out.header(name, value);
    }
    if (lines.own_headers)
        for (const request_headers* each : {&lines.of_client.headers, &lines.of_call})
            for (const header_field& field : each->more) {
                out.header(field.name, field.value.view());
                if (is_owned_header(field.name)) out.refuse(0);
            }
    return out.failure();
}

}  // namespace detail

/// The name of the header that a `bad_header_value` is about, from the headers that the client and the call were given; of
/// one of the caller's own as it was given, and it may be the name that is wrong. Empty where it is about something else: a
/// credential's header at stage::credential, where `header_number()` counts those that it adds, or a proxy's.
///
/// For a log without it: `header_number()` is 1 for User-Agent, 2 Accept-Language, 3 SO-Language, 4 SO-Culture, 5 SO-TimeZone,
/// 6 SO-AppToken, then come the client's `more` and the call's.
[[nodiscard]] constexpr std::string_view header_name(const error& e, const request_headers& of_client,
                                                     const request_headers& of_call = {}) noexcept {
    if (e.header_number() == 0 || e.stage != stage::request) return {};
    std::size_t number = std::size(detail::named_headers);
    if (e.header_number() <= number)
        return detail::ascii::word_at(detail::owned_headers, e.header_number() - std::size_t{1});
    for (const request_headers* headers : {&of_client, &of_call})
        for (const header_field& own : headers->more)
            if (++number == e.header_number()) return own.name;
    return {};
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
