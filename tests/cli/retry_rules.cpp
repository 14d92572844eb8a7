// Which failed calls --retry makes again, and after how many seconds: prints each row that is wrong.
#include "retry.hpp"

#include <cstdint>
#include <cstdio>
#include <optional>

namespace {

using cli::repetition;
using superoffice::errc;
using superoffice::stage;

constexpr std::int64_t never = -1, none = -1;

struct retry_case {
    const char* what;
    errc code = errc::unavailable;
    superoffice::stage stage = superoffice::stage::service;
    std::int64_t retry_after = none;  // seconds
    std::uint32_t done = 0;
    std::uint32_t allowed = 3;
    repetition twice = repetition::is_harmless;
    bool lost = false;
    std::int64_t pause = 1;  // seconds, or never
};

const retry_case cases[] = {
    // how often, and how long
    {.what = "none allowed", .allowed = 0, .pause = never},
    {.what = "the first", .done = 0, .pause = 1},
    {.what = "the last", .done = 2, .pause = 4},
    {.what = "one too many", .done = 3, .pause = never},
    {.what = "the sixth", .done = 5, .allowed = 100, .pause = 32},
    {.what = "the seventh", .done = 6, .allowed = 100, .pause = 60},
    {.what = "the hundredth", .done = 99, .allowed = 100, .pause = 60},
    {.what = "Retry-After 0", .retry_after = 0, .pause = 1},
    {.what = "Retry-After longer", .retry_after = 7, .pause = 7},
    {.what = "Retry-After shorter", .retry_after = 1, .done = 2, .pause = 4},
    {.what = "Retry-After of ten minutes", .retry_after = 600, .pause = 600},
    {.what = "Retry-After longer than ten minutes", .retry_after = 601, .pause = never},
    {.what = "the same, and none allowed", .retry_after = 601, .allowed = 0, .pause = never},
    // what passes by itself
    {.what = "throttled", .code = errc::throttled},
    {.what = "connection", .code = errc::connection_refused, .stage = stage::connect},
    {.what = "deadline", .code = errc::deadline_exceeded, .stage = stage::receive},
    {.what = "a proxy that cannot", .code = errc::proxy_failed, .stage = stage::connect},
    {.what = "a proxy that wants a password",
     .code = errc::proxy_unauthorized,
     .stage = stage::connect,
     .pause = never},
    {.what = "certificate", .code = errc::certificate_expired, .stage = stage::handshake, .pause = never},
    {.what = "401", .code = errc::unauthorized, .pause = never},
    {.what = "no such task", .code = errc::no_such_task, .pause = never},
    {.what = "cancelled", .code = errc::cancelled, .stage = stage::none, .pause = never},
    {.what = "outcome unknown", .code = errc::outcome_unknown, .stage = stage::receive, .pause = never},
    {.what = "no credential now", .code = errc::credential_unavailable, .stage = stage::credential},
    {.what = "no credential any more",
     .code = errc::credential_unavailable,
     .stage = stage::credential,
     .lost = true,
     .pause = never},
    // calls that do harm when they are carried out twice: only before anything was sent
    {.what = "harm, name", .code = errc::name_lookup_failed, .stage = stage::resolve, .twice = repetition::does_harm},
    {.what = "harm, connect",
     .code = errc::connection_refused,
     .stage = stage::connect,
     .twice = repetition::does_harm},
    {.what = "harm, handshake",
     .code = errc::connection_reset,
     .stage = stage::handshake,
     .twice = repetition::does_harm},
    {.what = "harm, deadline before",
     .code = errc::deadline_exceeded,
     .stage = stage::handshake,
     .twice = repetition::does_harm},
    {.what = "harm, transmit",
     .code = errc::connection_reset,
     .stage = stage::transmit,
     .twice = repetition::does_harm,
     .pause = never},
    {.what = "harm, receive",
     .code = errc::connection_reset,
     .stage = stage::receive,
     .twice = repetition::does_harm,
     .pause = never},
    {.what = "harm, deadline after",
     .code = errc::deadline_exceeded,
     .stage = stage::receive,
     .twice = repetition::does_harm,
     .pause = never},
    {.what = "harm, 503", .twice = repetition::does_harm, .pause = never},
    {.what = "harm, unknown stage",
     .code = errc::link_failed,
     .stage = stage::none,
     .twice = repetition::does_harm,
     .pause = never},
};

}  // namespace

int main() {
    int wrong = 0;
    for (const retry_case& each : cases) {
        cli::failed_call call{.error = {.stage = each.stage, .code = each.code},
                              .retry_after = {},
                              .twice = each.twice,
                              .has_lost_credential = each.lost};
        if (each.retry_after != none) call.retry_after = superoffice::milliseconds{each.retry_after * 1000};
        const std::optional<cli::retry> next = cli::next_retry(call, each.done, each.allowed);
        const std::int64_t pause = next ? next->pause.count() / 1000 : never;
        const bool is_numbered = !next || (next->number == each.done + 1 && next->of == each.allowed);
        const bool says_why = !cli::why_no_retry(call, each.done, each.allowed).empty();
        if (pause == each.pause && is_numbered && says_why == (each.retry_after > 600 && each.allowed > 0)) continue;
        std::printf("%s: %lld s\n", each.what, static_cast<long long>(pause));
        ++wrong;
    }
    return wrong == 0 ? 0 : 1;
}
