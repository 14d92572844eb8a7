// error_line.hpp - what stopped a call, in one line: first for a person, then the details for a log.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_ERROR_LINE_HPP
#define SUPEROFFICE_CLI_ERROR_LINE_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/service/request_headers.hpp>
#include <superoffice/service/reply.hpp>

#include <string>
#include <string_view>

namespace cli {

/// The sentence for a person. After a failed handshake in full: every fault of the certificate, the alert, mbedTLS's number.
/// With the proxy or the file of authorities that it is about; see circumstances.hpp.
std::string what_happened(const superoffice::error& e);

/// What the user of this tool can do about it; empty where the tool does not know.
std::string_view advice_on(const superoffice::error& e);

/// "no such task (stage service, no_such_task, HTTP 200)", with the service's own words where it sent any, and the
/// name of the member that the error is about, or "". At its end the advice, if it is not empty. Without the tool's name and
/// without a line end.
std::string error_line(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member,
                       std::string_view advice);

}  // namespace cli
#endif
