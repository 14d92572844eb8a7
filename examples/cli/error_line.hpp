// error_line.hpp - what stopped a call, in one line: for a person first, then what a log wants.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_ERROR_LINE_HPP
#define SUPEROFFICE_CLI_ERROR_LINE_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/service/request_headers.hpp>
#include <superoffice/service/reply.hpp>

#include <string>
#include <string_view>

namespace cli {

/// "no such task (stage service, no_such_task, HTTP 200)", with the service's own words where it sent any, and the
/// name of the member that the error is about, or "". Without the tool's name and without a line end.
std::string error_line(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member);

}  // namespace cli
#endif
