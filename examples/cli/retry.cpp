#include "retry.hpp"

#include <algorithm>

namespace cli {

namespace {

using superoffice::milliseconds;

constexpr milliseconds longest_asked_for{600'000};

/// The next try, however long its pause is.
std::optional<retry> possible_retry(const failed_call& call, std::uint32_t done, std::uint32_t allowed) {
    using superoffice::errc;
    constexpr milliseconds longest_backoff{60'000};
    const superoffice::error& e = call.error;
    if (done >= allowed || !superoffice::is_repeatable(e.code) || e.code == errc::cancelled) return {};
    if (call.has_lost_credential) return {};
    const bool may_be_sent = e.stage == superoffice::stage::none || e.stage >= superoffice::stage::transmit;
    if (call.twice == repetition::does_harm && may_be_sent) return {};
    milliseconds pause = longest_backoff;
    if (done < 6) pause = milliseconds{1'000 << done};
    if (call.retry_after) pause = std::max(pause, *call.retry_after);
    return retry{done + 1, allowed, pause};
}

}  // namespace

std::optional<retry> next_retry(const failed_call& call, std::uint32_t done, std::uint32_t allowed) {
    const std::optional<retry> next = possible_retry(call, done, allowed);
    return next && next->pause <= longest_asked_for ? next : std::nullopt;
}

std::string why_no_retry(const failed_call& call, std::uint32_t done, std::uint32_t allowed) {
    const std::optional<retry> next = possible_retry(call, done, allowed);
    if (!next || next->pause <= longest_asked_for) return {};
    return "not tried again: --retry waits at most " + std::to_string(longest_asked_for.count() / 1'000) +
           " s, and the service asks for more";
}

}  // namespace cli
