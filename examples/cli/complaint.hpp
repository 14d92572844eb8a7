// complaint.hpp - what the tool says on standard error: a sentence for a person, or with --json a line for a program.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_COMPLAINT_HPP
#define SUPEROFFICE_CLI_COMPLAINT_HPP

#include "exit_code.hpp"
#include "retry.hpp"

#include <superoffice/base/error.hpp>
#include <superoffice/service/operation.hpp>
#include <superoffice/service/reply.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// From now on each complaint is one line of JSON: {"error":{"message":"no such task", ... "exit_code":3}}.
void complain_in_json();

/// While it lives, each complaint and notice names the task: "task 497: no such task"; with --json the member "id".
/// Without an id it changes nothing.
class about_task {
  public:
    explicit about_task(std::optional<std::int32_t> id);
    about_task(const about_task&) = delete;
    about_task& operator=(const about_task&) = delete;
    ~about_task();
};

/// The next complaint about an error ends with this advice, in place of the advice that belongs to its code.
void advise(std::string sentence);

/// "superoffice-batch: " and the sentence. `code` is what the tool ends with because of it.
void complain(std::string_view sentence, exit_code code);

/// A notice, which is no error: with --json {"message":"..."}.
void notify(std::string_view sentence);

/// A line of --trace: "trace: call: connected (1 ms)"; with --json {"trace":"call: connected (1 ms)"}.
void trace(std::string_view line);

/// What stopped a call. `member` is the name of the member that the error is about, or "".
void complain(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member);

/// The same where the tool does not end because of it, but asks the service again.
void complain_and_go_on(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member);

/// The same two where the call is made again after a pause.
void complain_and_retry(std::string_view sentence, const retry& next);
void complain_and_retry(const superoffice::error& e, const superoffice::reply_info& reply, std::string_view member,
                        const retry& next);

}  // namespace cli
#endif
