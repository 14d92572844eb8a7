// superoffice/service/operation.hpp - what an operation is: one line that says everything special about a call.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_OPERATION_HPP
#define SUPEROFFICE_SERVICE_OPERATION_HPP

#include <superoffice/base/borrowed.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

enum class http_method : std::uint8_t { post, get };

/// The `Reply` of an operation that answers with a list of `Element`s: see `client::run_list` and `start_list`, which hand
/// them over one at a time. `run` and `start` give the whole list as a `json_text`.
template <class Element>
struct list_of {
    using element_type = Element;
};

/// The `Reply` of an operation that answers with a file: see `client::run_download` and `start_download`. It is asked for as
/// application/octet-stream.
struct file_bytes {};

/// One call of the service: where it goes, what is sent, what comes back. To add a call of the same service, describe a
/// request and a reply and write one such entry; those of this library are in <superoffice/service/operations.hpp>.
///
/// `Request` is a described struct, sent as the body. With `http_method::get` it is a `path_segment`; any other struct is not
/// sent then.
///
/// `Reply` is one of these:
///
/// a described struct
/// a value by itself   `bool`, a number, text, or `json_text` for any JSON. It comes as JSON only: a client that wants
///                     XML does not ask for it (`unsupported_content_type`). Where such a value may be an object, only
///                     `"Error": true` tells an error object from it.
/// `list_of<T>`        a list of described structs
/// `file_bytes`        a file
/// `void`              success without a value; the result is a `result<void>`
template <class Request, class Reply>
struct operation {
    using request_type = Request;
    using reply_type = Reply;

    std::string_view path;  ///< behind the base URL's root
    milliseconds slow;      ///< the service's own threshold ("NsApiSlow"): a mark for telemetry, no timeout
    http_method method = http_method::post;

    /// False: neither the client's credential nor its SO-AppToken is sent.
    bool needs_credential = true;

    /// Whether the call does no harm when the service carries it out twice. True: it is sent again, once, when a kept
    /// connection turns out to be dead or answers 408. False: it is never sent again after the whole request was sent, unless
    /// the service refused it (401, 421); where no reply tells what became of it, the error is `outcome_unknown`.
    bool may_repeat = true;

    /// What it means when the service has nothing to give. A 404 without an error object is always `not_found`.
    ///
    /// `nothing`                  204, or `null` as the document        404 with the service's error object
    /// `errc::null_document`      `null_document`                       `service_fault`
    /// `errc::ok`                 the reply as its type initialises it  `service_fault`
    /// another (`no_such_task`)   that error                            that error
    ///
    /// With a `void` reply 204 and `null` are always success; the 404 is as above.
    errc nothing = errc::null_document;
};

/// The request of a call that is made by GET: what comes behind its path. Letters, digits and -._ only, else
/// `bad_base_url` with the offset in it. Borrowed until the call is over.
struct path_segment {
    borrowed text;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
