// Tests of superoffice/client/refreshing_bearer.hpp, over scripted links and with a manual clock.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/refreshing_bearer.hpp>

#include <superoffice/client/credential_share.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/login_exchanges.hpp"
#include "support/manual_clock.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::credential_state;
using so::errc;
using so::milliseconds;
using so::script_step;
using support::holds;
using support::reply_text;

namespace {

constexpr std::string_view first_access = "8A:Cust12345.first-first_access-token";
constexpr std::string_view second_access = "8A:Cust12345.second-first_access-token";
constexpr std::string_view refresh = "refresh-token-of-the-device";
constexpr std::string_view rotated = "refresh-token-that-came-later";

std::string form(std::string_view token, std::string_view secret = "&client_secret=sec%2F%2Bret") {
    return "grant_type=refresh_token&client_id=my-app" + std::string{secret} + "&refresh_token=" + std::string{token};
}
std::string token_request(std::string_view body) {
    return support::login_request("/login/common/oauth/tokens", "application/x-www-form-urlencoded", body);
}
std::string token_reply(std::string_view token, std::string_view more = R"(,"expires_in":3600)") {
    return reply_text(
        "200 OK", R"({"token_type":"Bearer","access_token":")" + std::string{token} + "\"" + std::string{more} + "}");
}

struct heard {
    std::vector<std::string> tokens;
    static void hear(void* context, std::string_view token) noexcept {
        static_cast<heard*>(context)->tokens.emplace_back(token);
    }
};

struct device {
    explicit device(support::login_exchanges& all, std::string_view login = so::default_login_url,
                    std::string_view secret = "sec/+ret", const so::script_pacing& pacing = {})
        : link(all.steps, pacing), source(link, login, {.client_id = "my-app", .client_secret = secret}, refresh,
                                          memory, {heard::hear, &rotations}) {}

    so::scripted link;
    std::array<std::byte, so::refreshing_bearer_memory_bytes> memory{};
    heard rotations;
    support::manual_clock clock;
    so::refreshing_bearer<so::scripted> source;

    credential_state prepare() { return support::prepared(source, clock); }
    std::string line() { return support::lines_of(source); }
};

std::string bearer_line(std::string_view token) { return "Authorization: Bearer " + std::string{token} + "\r\n"; }

}  // namespace

static_assert(so::credential_source<so::refreshing_bearer<so::scripted>>);
static_assert(so::counted_credential_source<so::refreshing_bearer<so::scripted>>);
static_assert(so::credential_source<so::credential_share<so::refreshing_bearer<so::scripted>>>);
static_assert(!std::is_move_constructible_v<so::refreshing_bearer<so::scripted>>);

TEST_CASE("refreshing_bearer: fetches a token before the first call, and uses it until a minute before its end") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)), token_reply(first_access));
    all.add(token_request(form(refresh)), token_reply(second_access));
    device d{all};
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.line() == bearer_line(first_access));
    CHECK(d.source.generation() == 1);
    d.clock.pass(milliseconds{3'539'999});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.line() == bearer_line(first_access));
    d.clock.pass(milliseconds{1});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.line() == bearer_line(second_access));
    CHECK(d.source.generation() == 2);
    CHECK(d.link.finished());
    CHECK(d.rotations.tokens.empty());
}

TEST_CASE("refreshing_bearer: the forms that a reply may have") {
    struct row {
        const char* name;
        std::string_view more;
        std::int64_t renewed_after;  ///< -1: never by time
    };
    constexpr row rows[] = {
        {"expires_in as a number", R"(,"expires_in":300)", 270'000},
        {"expires_in as a text", R"(,"expires_in":"300")", 270'000},
        {"no expires_in", "", -1},
        {"expires_in null", R"(,"expires_in":null)", -1},
        {"expires_in 0", R"(,"expires_in":0)", -1},
        {"expires_in negative", R"(,"expires_in":-5)", -1},
        {"expires_in no number", R"(,"expires_in":"soon")", -1},
        {"expires_in beyond 30 years", R"(,"expires_in":99999999999999999999)", -1},
        {"expires_in 1,000,000,000, which counts", R"(,"expires_in":1000000000)", 999'999'940'000},
        {"expires_in one more", R"(,"expires_in":1000000001)", -1},
        {"an id_token besides", R"(,"expires_in":300,"id_token":"eyJ.x.y")", 270'000},
        {"the same refresh token again", R"(,"expires_in":300,"refresh_token":"refresh-token-of-the-device")", 270'000},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        support::login_exchanges all;
        all.add(token_request(form(refresh)), token_reply(first_access, each.more));
        all.add(token_request(form(refresh)), token_reply(second_access));
        device d{all};
        CHECK(d.prepare() == credential_state::ready);
        d.clock.pass(milliseconds{each.renewed_after < 0 ? std::int64_t{2'000'000'000'000} : each.renewed_after - 1});
        CHECK(d.prepare() == credential_state::ready);
        CHECK(d.line() == bearer_line(first_access));
        if (each.renewed_after >= 0) {
            d.clock.pass(milliseconds{1});
            CHECK(d.prepare() == credential_state::ready);
            CHECK(d.line() == bearer_line(second_access));
        }
        CHECK(d.rotations.tokens.empty());
    }
}

TEST_CASE("refreshing_bearer: a secret that is not given is not sent, nor is a redirect_uri") {
    support::login_exchanges all;
    all.add(token_request(form(refresh, "")), token_reply(first_access));
    device d{all, so::default_login_url, ""};
    CHECK(d.prepare() == credential_state::ready);
}

TEST_CASE(
    "refreshing_bearer: a new refresh token is given to the program first, then used, and the old one is forgotten") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)),
            token_reply(first_access, R"(,"expires_in":300,"refresh_token":")" + std::string{rotated} + "\""));
    all.add(token_request(form(rotated)), token_reply(second_access, R"(,"expires_in":300,"refresh_token":"third")"));
    all.add(token_request(form("third")), token_reply(first_access, ""));
    device d{all};
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.rotations.tokens == std::vector<std::string>{std::string{rotated}});
    CHECK(holds(d.memory, rotated));
    d.clock.pass(milliseconds{300'000});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.rotations.tokens.size() == 2);
    CHECK_FALSE(holds(d.memory, rotated));
    CHECK_FALSE(holds(d.memory, first_access));
    d.clock.pass(milliseconds{300'000});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.link.finished());
}

TEST_CASE("refreshing_bearer: a new refresh token reaches the program, even if the reply is useless otherwise") {
    struct row {
        const char* name;
        std::string reply;
        errc code;
    };
    const row rows[] = {
        {"no access token", reply_text("200 OK", R"({"refresh_token":"saved"})"), errc::credential_unavailable},
        {"tokens of 1,707 bytes, one more than fits",
         token_reply(std::string(1'702, 'a'), R"(,"refresh_token":"saved")"), errc::memory_too_small},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        support::login_exchanges all;
        all.add(token_request(form(refresh)), each.reply);
        device d{all};
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK(d.source.why() == each.code);
        CHECK(d.rotations.tokens == std::vector<std::string>{"saved"});
        if (each.code != errc::memory_too_small) continue;
        CHECK(d.source.why() ==
              so::error{.stage = so::stage::credential, .code = errc::memory_too_small, .offset = 3 * (1'702 + 5)});
    }
    // An access token alone: one byte more than fits, too.
    support::login_exchanges large;
    large.add(token_request(form(refresh)), token_reply(std::string(1'707, 'a')));
    device full{large};
    CHECK(full.prepare() == credential_state::unavailable);
    CHECK(full.source.why() ==
          so::error{.stage = so::stage::credential, .code = errc::memory_too_small, .offset = 3 * 1'707});
    // Nobody wants to hear of it.
    support::login_exchanges all;
    all.add(token_request(form(refresh, "")), token_reply(first_access, R"(,"refresh_token":"unheard")"));
    so::scripted link{all.steps};
    std::array<std::byte, so::refreshing_bearer_memory_bytes> memory{};
    support::manual_clock clock;
    so::refreshing_bearer<so::scripted> deaf{link, so::default_login_url, {.client_id = "my-app"}, refresh, memory};
    CHECK(support::prepared(deaf, clock) == credential_state::ready);
    CHECK(holds(memory, "unheard"));
}

TEST_CASE(
    "refreshing_bearer: refusals that need a person make it dead, with the host's word; after others it tries again") {
    struct row {
        const char* name;
        std::string reply;
        bool dead;
        std::string_view reason;
        std::int64_t next;  ///< milliseconds until the next attempt; unused if the credential is dead
    };
    const std::string letters(65, 'e');
    const row rows[] = {
        {"consent withdrawn", reply_text("400 Bad Request", R"({"error":"invalid_grant","error_description":"gone"})"),
         true, "invalid_grant", 0},
        {"wrong secret", reply_text("401 Unauthorized", R"({"error":"invalid_client"})"), true, "invalid_client", 0},
        {"unauthorized_client", reply_text("400 Bad Request", R"({"error":"unauthorized_client"})"), true,
         "unauthorized_client", 0},
        {"invalid_request", reply_text("400 Bad Request", R"({"error":"invalid_request"})"), true, "invalid_request",
         0},
        {"temporarily_unavailable", reply_text("400 Bad Request", R"({"error":"temporarily_unavailable"})"), false,
         "temporarily_unavailable", 1'000},
        {"a word of 64 bytes", reply_text("400 Bad Request", R"({"error":")" + std::string(64, 'e') + "\"}"), true,
         std::string_view{letters}.substr(0, 64), 0},
        {"a word of 65 bytes", reply_text("400 Bad Request", R"({"error":")" + letters + "\"}"), true, "", 0},
        {"503 with a word", reply_text("503 Service Unavailable", R"({"error":"invalid_grant"})"), false, "", 1'000},
        {"302 with a word", reply_text("302 Found", R"({"error":"invalid_grant"})"), false, "", 1'000},
        {"400 without a word", reply_text("400 Bad Request", ""), false, "", 1'000},
        {"503", reply_text("503 Service Unavailable", "<html>", "", "text/html"), false, "", 1'000},
        {"503 with Retry-After", reply_text("503 Service Unavailable", "", "Retry-After: 7\r\n"), false, "", 7'000},
        {"503 with Retry-After 0, which is no shorter pause",
         reply_text("503 Service Unavailable", "", "Retry-After: 0\r\n"), false, "", 1'000},
        {"429 with Retry-After", reply_text("429 Too Many Requests", "{}", "Retry-After: 90\r\n"), false, "", 90'000},
        {"429 with a word", reply_text("429 Too Many Requests", R"({"error":"rate_limit"})", "Retry-After: 90\r\n"),
         false, "rate_limit", 90'000},
        {"408 with a word", reply_text("408 Request Timeout", R"({"error":"timeout"})"), false, "timeout", 1'000},
        {"a page under 200", reply_text("200 OK", "<html>", "", "text/html"), false, "", 1'000},
        {"null", reply_text("200 OK", "null"), false, "", 1'000},
        {"another object", reply_text("200 OK", "{}"), false, "", 1'000},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        support::login_exchanges all;
        all.add(token_request(form(refresh)), each.reply);
        all.add(token_request(form(refresh)), token_reply(first_access));
        device d{all};
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK(d.source.is_dead() == each.dead);
        CHECK(d.source.refused() == !each.dead);
        CHECK(d.source.reason() == each.reason);
        CHECK(d.source.why() != errc::ok);
        if (each.dead) {
            d.clock.pass(milliseconds{100'000'000});
            CHECK(d.prepare() == credential_state::unavailable);
            continue;
        }
        d.clock.pass(milliseconds{each.next - 1});
        CHECK(d.prepare() == credential_state::unavailable);
        d.clock.pass(milliseconds{1});
        CHECK(d.prepare() == credential_state::ready);
        CHECK(d.source.why() == errc::ok);
        CHECK(d.line() == bearer_line(first_access));
    }
}

TEST_CASE("refreshing_bearer: failures in a row are 1, 2, 4 ... 60 seconds apart") {
    support::login_exchanges all;
    const std::int64_t pauses[] = {1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000};
    for (std::size_t n = 0; n <= std::size(pauses); ++n)
        all.add(token_request(form(refresh)), reply_text("503 Service Unavailable", ""));
    device d{all};
    CHECK(d.prepare() == credential_state::unavailable);
    for (const std::int64_t pause : pauses) {
        CAPTURE(pause);
        const std::size_t before = d.link.calls();
        d.clock.pass(milliseconds{pause - 1});
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK(d.link.calls() == before);
        d.clock.pass(milliseconds{1});
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK(d.link.calls() != before);
    }
}

TEST_CASE("refreshing_bearer: while an early renewal fails, the old token is still sent") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)), token_reply(first_access));
    all.add(token_request(form(refresh)), reply_text("503 Service Unavailable", ""));
    all.add(token_request(form(refresh)), token_reply(second_access));
    device d{all};
    CHECK(d.prepare() == credential_state::ready);
    d.clock.pass(milliseconds{3'540'000});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.line() == bearer_line(first_access));
    CHECK(d.source.why() == errc::unavailable);
    d.clock.pass(milliseconds{1'000});
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.line() == bearer_line(second_access));
}

TEST_CASE("refreshing_bearer: at its end a token is no longer sent, whatever the next attempt is waiting for") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)), token_reply(first_access, R"(,"expires_in":300)"));
    all.add(token_request(form(refresh)), reply_text("503 Service Unavailable", "", "Retry-After: 60\r\n"));
    all.add(token_request(form(refresh)), token_reply(second_access));
    device d{all};
    CHECK(d.prepare() == credential_state::ready);
    struct row {
        std::int64_t passes;  ///< milliseconds since the row before
        credential_state state;
        const char* what;
    };
    constexpr row rows[] = {{270'000, credential_state::ready, "the renewal fails; 30 seconds are left"},
                            {29'999, credential_state::ready, "the last millisecond"},
                            {1, credential_state::unavailable, "the end"},
                            {29'999, credential_state::unavailable, "the pause that the host asked for"},
                            {1, credential_state::ready, "the next attempt"}};
    for (const row& each : rows) {
        CAPTURE(each.what);
        d.clock.pass(milliseconds{each.passes});
        CHECK(d.prepare() == each.state);
    }
    CHECK(d.line() == bearer_line(second_access));
    CHECK(d.link.finished());
}

TEST_CASE("refreshing_bearer: nothing is sent to a log-in URL that is not https, nor without a refresh token") {
    support::login_exchanges none;
    struct row {
        std::string_view url;
        errc code;
    };
    for (const row& each : {row{"http://online.superoffice.com", errc::insecure_link}, row{"", errc::insecure_link},
                            row{"online.superoffice.com", errc::insecure_link}}) {
        CAPTURE(each.url);
        device d{none, each.url};
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK(d.source.is_dead());
        CHECK(d.source.why() == so::error{.stage = so::stage::request, .code = each.code});
    }
    so::scripted link{none.steps};
    std::array<std::byte, so::refreshing_bearer_memory_bytes> memory{};
    so::refreshing_bearer<so::scripted> source{link, so::default_login_url, {.client_id = "my-app"}, "", memory};
    CHECK(source.prepare(so::instant{1}) == credential_state::missing);
    CHECK(source.why() == so::error{.stage = so::stage::credential, .code = errc::credential_missing});
}

TEST_CASE("refreshing_bearer: a link that is not secure gets no secret") {
    support::login_exchanges all;
    all.steps = {script::starts(), script::stops()};
    device d{all, so::default_login_url, "sec/+ret", {.secure = false}};
    CHECK(d.prepare() == credential_state::unavailable);
    CHECK(d.source.why() == errc::insecure_link);
}

TEST_CASE("refreshing_bearer: the reply cut at every byte gives no token, and one byte at a time the same token") {
    const std::string request = token_request(form(refresh)), reply = token_reply(first_access);
    for (std::size_t size = 0; size < reply.size(); ++size) {
        CAPTURE(size);
        const script_step steps[] = {script::starts(), script::expects(request),
                                     script::gives(std::string_view{reply}.substr(0, size)), script::closes()};
        support::login_exchanges all;
        all.steps.assign(std::begin(steps), std::end(steps));
        device d{all};
        CHECK(d.prepare() == credential_state::unavailable);
        CHECK_FALSE(d.source.is_dead());
    }
    support::login_exchanges all;
    all.add(request, reply);
    device d{all, so::default_login_url, "sec/+ret", {.at_most = 1, .blocks_first = true}};
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.line() == bearer_line(first_access));
}

TEST_CASE("refreshing_bearer: no secret is left in its memory, and none is allocated") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)), token_reply(first_access, R"(,"refresh_token":"saved")"));
    auto d = std::make_unique<device>(all);
    const support::allocation_count heap;
    CHECK(d->source.prepare(d->clock.now()) == credential_state::ready);
    CHECK(heap.so_far() == 1);  // the test's own: the token that the program stores
    CHECK_FALSE(holds(d->memory, refresh));
    CHECK_FALSE(holds(d->memory, "sec%2F%2Bret"));
    CHECK(holds(d->memory, first_access));
    std::array<std::byte, so::refreshing_bearer_memory_bytes>& memory = d->memory;
    d->source.~refreshing_bearer();
    for (const std::byte each : memory)
        if (each != std::byte{}) FAIL("a byte is left");
    new (&d->source) so::refreshing_bearer<so::scripted>{d->link, so::default_login_url, {}, "x", memory};
}

TEST_CASE("refreshing_bearer: a call waits for the token, and after 401 fetches a new one, once") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)), token_reply(first_access));
    all.add(token_request(form(refresh)), token_reply(second_access));
    device d{all};
    const std::string first = support::request_text{.credential = bearer_line(first_access)}.text(),
                      second = support::request_text{.credential = bearer_line(second_access)}.text();
    const std::string refusal = reply_text("401 Unauthorized", ""), good = reply_text("200 OK", R"({"Id":497})");
    const script_step steps[] = {script::starts(), script::expects(first), script::gives(refusal),
                                 script::expects(second), script::gives(good)};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, &d.source, memory};
    const support::call_outcome outcome = support::ask(api);
    CHECK(outcome.error == errc::ok);
    CHECK(d.link.finished());
}

TEST_CASE("credential_share: clients that were refused with one token cause one new token") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)), token_reply(first_access));
    all.add(token_request(form(refresh)), token_reply(second_access));
    device d{all};
    so::credential_share<so::refreshing_bearer<so::scripted>> shares[] = {
        so::credential_share{d.source}, so::credential_share{d.source}, so::credential_share{d.source}};
    CHECK(d.prepare() == credential_state::ready);
    std::array<std::byte, 512> room{};
    for (auto& share : shares) {
        so::detail::http1_writer head{room};
        share.add_to(head);
        CHECK(head.text() == "Authorization: Bearer " + std::string{first_access} + "\r\n");
    }
    CHECK(shares[0].refused());
    CHECK(shares[1].refused());  // the new one is under way
    CHECK(d.prepare() == credential_state::ready);
    CHECK(shares[2].refused());  // and has come already: no third request
    CHECK(d.prepare() == credential_state::ready);
    CHECK(d.source.generation() == 2);
    CHECK(d.link.finished());
}

TEST_CASE("credential_share: of a source that is dead, every client hears that no new credential comes") {
    support::login_exchanges all;
    all.add(token_request(form(refresh)), reply_text("400 Bad Request", R"({"error":"invalid_grant"})"));
    device d{all};
    so::credential_share first{d.source}, second{d.source};
    CHECK(support::prepared(first, d.clock) == credential_state::unavailable);
    CHECK_FALSE(first.refused());
    CHECK(second.prepare(d.clock.now()) == credential_state::unavailable);
    CHECK_FALSE(second.refused());
    CHECK(d.link.finished());
}

TEST_CASE("refreshing_bearer: the answers of the host after which it tries again") {
    for (const std::string_view word : {"temporarily_unavailable", "server_error", "slow_down"})
        CHECK(so::detail::may_pass(word));
    for (const std::string_view word : {"invalid_grant", "server_errors", ""}) CHECK_FALSE(so::detail::may_pass(word));
}

TEST_CASE(
    "refreshing_bearer: a fetch that a cancelled call has left alone does not fail the next call, an hour later") {
    const std::string request = token_request(form(refresh)), reply = token_reply(first_access);
    const struct {
        const char* left;
        std::vector<script_step> first;  ///< the steps of the fetch that is left alone
    } rows[] = {
        {"while it connects", {script::would_block()}},
        {"before the request is sent", {script::starts(), script::would_block()}},
        {"before the reply comes", {script::starts(), script::expects(request), script::would_block()}},
    };
    constexpr struct {
        std::int64_t later;  ///< milliseconds; the fetch may take 30 seconds, and the next one waits for one second
        credential_state state;
    } times[] = {{30'000, credential_state::unavailable},
                 {30'999, credential_state::unavailable},
                 {31'000, credential_state::ready},
                 {3'600'000, credential_state::ready}};
    for (const auto& row : rows)
        for (const auto& time : times) {
            CAPTURE(row.left);
            CAPTURE(time.later);
            support::login_exchanges all;
            all.steps = row.first;
            all.steps.push_back(script::stops());
            all.add(request, reply);
            device d{all};
            CHECK(d.source.prepare(d.clock.now()) == credential_state::pending);
            d.clock.pass(milliseconds{time.later});
            CHECK(d.source.prepare(d.clock.now()) == time.state);
            CHECK((d.source.why() == errc::ok) == (time.state == credential_state::ready));
            CHECK(d.link.first_mismatch().what == so::script_mismatch::kind::none);
        }
}
