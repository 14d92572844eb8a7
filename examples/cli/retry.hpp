// retry.hpp - which failed calls --retry makes again, and after which pause.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_RETRY_HPP
#define SUPEROFFICE_CLI_RETRY_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/schema/field.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cli {

/// The most that --retry takes.
constexpr std::uint32_t max_retries = 100;

/// One more try.
struct retry {
    std::uint32_t number = 0, of = 0;  ///< "2 of 3"
    superoffice::milliseconds pause{0};
};

/// Whether the service may carry the call out twice, as `operation::may_repeat` says.
enum class repetition { is_harmless, does_harm };

/// What is known of a call that failed.
struct failed_call {
    superoffice::error error;
    superoffice::field<superoffice::milliseconds> retry_after;
    repetition twice = repetition::is_harmless;
    bool has_lost_credential = false;  ///< and no other will come
};

/// The next try after this failure, or nothing: where no try is left, where the error does not pass by itself, where the
/// credential is lost for good, where the service asks for a longer pause than ten minutes, and where the request of a call
/// that does harm may have been sent. The pauses are 1, 2, 4 ... 60 seconds, or longer where the service asks for it.
std::optional<retry> next_retry(const failed_call& call, std::uint32_t done, std::uint32_t allowed);

/// Why there is no next try although one is left: the service asks for a longer pause than the tool waits. Else empty.
std::string why_no_retry(const failed_call& call, std::uint32_t done, std::uint32_t allowed);

}  // namespace cli
#endif
