// Tests of superoffice/service/credentials.hpp: header lines, refused texts, and how a fresh credential is fetched.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/service/credentials.hpp>

#include <doctest/doctest.h>

#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using namespace std::string_view_literals;
using so::credential_state;
using so::errc;
using so::instant;
using so::stage;
using support::reply_text;

namespace {

const std::string task = reply_text("200 OK", R"({"Id":497})");
const std::string refusal = reply_text("401 Unauthorized", "");

/// The request carries just these lines, and the call succeeds, however it is cut.
template <class Credential>
void check_lines(const Credential& credential, std::string_view lines) {
    const std::string request = support::request_text{.credential = lines}.text();
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(task)};
    const auto outcome =
        replay::in_every_cut(steps, [&](so::scripted& link) { return support::ask_once(link, credential); });
    CHECK(outcome.value == R"({"Id":497})");
}

/// The call ends before the link is touched.
template <class Credential>
so::error refused_early(const Credential& credential) {
    so::scripted link{{}};
    const auto outcome = support::ask_once(link, credential);
    CHECK(link.calls() == 0);
    CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
    return outcome.error;
}

/// Hands out one token after another, and writes down what it was asked.
class refreshing_source {
  public:
    std::vector<credential_state> states;  // of the next questions; ready when there are no more
    int refusals_borne = 1;
    int prepared = 0, added = 0, refused_times = 0;

    credential_state prepare(instant now) noexcept {
        last_asked = now;
        const auto asked = static_cast<std::size_t>(prepared++);
        return asked < states.size() ? states[asked] : credential_state::ready;
    }
    void add_to(so::request_head& head) noexcept {
        ++added;
        head.header("Authorization", "Bearer token-", static_cast<unsigned>(refused_times));
    }
    bool refused() noexcept { return ++refused_times <= refusals_borne; }

    instant last_asked;
};
static_assert(so::credential_source<refreshing_source>);

std::string request_with(std::string_view token) {
    const std::string line = "Authorization: Bearer " + std::string{token} + "\r\n";
    return support::request_text{.credential = line}.text();
}

so::client<so::scripted, refreshing_source*> client_of(so::scripted& link, refreshing_source& source,
                                                       std::span<std::byte> memory) {
    return {link, support::test_base, &source, memory};
}

/// A token of several clients, fresh at the question behind the one that had it fetched. As a source it fetches whenever
/// one of them is refused.
struct shared_token {
    std::string text = "token-0";
    unsigned number = 0;
    bool is_fetching = false;

    credential_state prepare(instant) noexcept {
        const bool was_fetching = is_fetching;
        is_fetching = false;
        if (was_fetching) text.back() = static_cast<char>('0' + ++number);
        return was_fetching ? credential_state::pending : credential_state::ready;
    }
    void fetch() noexcept { is_fetching = true; }
    void add_to(so::request_head& head) noexcept { head.header("Authorization", "Bearer ", text); }
    bool refused() noexcept { return fetch(), true; }
};

/// What credentials.hpp advises.
struct my_share {
    shared_token* token;
    unsigned added = 0;

    credential_state prepare(instant now) noexcept { return token->prepare(now); }
    void add_to(so::request_head& head) noexcept {
        added = token->number;
        head.header("Authorization", "Bearer ", token->text);
    }
    bool refused() noexcept {
        if (added == token->number) token->fetch();
        return true;
    }
};

/// Four clients ask with the old token before the first of them hears that it is refused. How many were fetched.
template <class Source, class Make>
unsigned fetches_of_four(Make source_of) {
    struct asking {
        so::scripted link;
        std::array<std::byte, 2048> memory{};
        so::client<so::scripted, Source> api;
        decltype(api.start_get_batch_task_info(497)) call;
        asking(std::span<const so::script_step> steps, Source source)
            : link(steps), api(link, support::test_base, source, memory), call(api.start_get_batch_task_info(497)) {}
    };
    const std::string old = request_with("token-0");
    shared_token token;
    std::deque<std::string> fresh;
    std::deque<std::array<so::script_step, 6>> steps;
    std::deque<asking> clients;
    for (unsigned n = 1; n <= 4; ++n) {
        const bool has_share = !std::is_pointer_v<Source>;
        fresh.push_back(request_with("token-" + std::to_string(has_share ? 1 : n)));
        steps.push_back({script::starts(), script::expects(old), script::would_block(), script::gives(refusal),
                         script::expects(fresh.back()), script::gives(task)});
        clients.emplace_back(steps.back(), source_of(token));
    }
    for (asking& each : clients) CHECK(each.call.step(instant{0}) == so::step_state::pending);
    for (asking& each : clients) {
        support::step_to_end(each.call);
        CHECK(each.call.result().has_value());
        CHECK(each.link.finished());
    }
    return token.number;
}

}  // namespace

TEST_CASE("credentials: section 3, the exact header lines of each kind") {
    check_lines(so::basic{"tji0", "Jei0"}, "Authorization: Basic dGppMDpKZWkw\r\n");
    check_lines(so::basic{"user", ""}, "Authorization: Basic dXNlcjo=\r\n");
    check_lines(so::basic{"a", "b:c"}, "Authorization: Basic YTpiOmM=\r\n");
    check_lines(so::basic{"b\xc3\xa5rd", "\xe2\x82\xac\xf0\x9f\x98\x80"},
                "Authorization: Basic YsOlcmQ64oKs8J+YgA==\r\n");
    check_lines(so::ticket{"7T:AbC+/=.."}, "Authorization: SOTicket 7T:AbC+/=..\r\n");
    check_lines(so::ticket{"7T:abc", "app-token"}, "Authorization: SOTicket 7T:abc\r\nSO-AppToken: app-token\r\n");
    check_lines(so::bearer{"8A:Cust12345.xyz+/="}, "Authorization: Bearer 8A:Cust12345.xyz+/=\r\n");
    check_lines(so::session{"sid=1; XSRF-TOKEN=2", "xsrf+/="},
                "Cookie: sid=1; XSRF-TOKEN=2\r\nX-XSRF-TOKEN: xsrf+/=\r\n");
    check_lines(so::anonymous{}, "");
}

TEST_CASE("credentials: a fixed credential has no fresh one after a refusal") {
    CHECK_FALSE(so::bearer{"token"}.refused());
    CHECK_FALSE(so::basic{"user", "password"}.refused());
    CHECK_FALSE(so::ticket{"7T:ticket"}.refused());
    CHECK_FALSE(so::session{"cookie", "xsrf"}.refused());
    CHECK_FALSE(so::anonymous{}.refused());
}

TEST_CASE("credentials: section 3, tokens of several kilobytes") {
    const std::string token(6'000, 'T');
    const std::string line = "Authorization: Bearer " + token + "\r\n";
    const std::string request = support::request_text{.credential = line}.text();
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(task)};
    so::scripted link{steps};
    CHECK(support::ask_once(link, so::bearer{token}, {}, {}, 8'192).value == R"({"Id":497})");
}

TEST_CASE("credentials: an empty credential is missing, and nothing is sent") {
    const so::error missing{.stage = stage::credential, .code = errc::credential_missing};
    CHECK(refused_early(so::basic{"", "password"}) == missing);
    CHECK(refused_early(so::basic{"", ""}) == missing);
    CHECK(refused_early(so::ticket{""}) == missing);
    CHECK(refused_early(so::ticket{"", "app"}) == missing);
    CHECK(refused_early(so::bearer{""}) == missing);
    CHECK(refused_early(so::bearer{static_cast<const char*>(nullptr)}) == missing);
    CHECK(refused_early(so::session{"", "x"}) == missing);
    CHECK(refused_early(so::session{"c", ""}) == missing);
}

TEST_CASE("credentials: CR, LF and NUL are refused with their place and their header, and nothing is sent") {
    struct fault {
        std::size_t position;
        unsigned number;  // among the credential's own headers
        std::string_view name;
        bool operator==(const fault&) const = default;
    };
    const auto refused_early = [](const auto& credential) {
        const so::error e = ::refused_early(credential);
        CHECK(e == errc::bad_header_value);
        CHECK(e.stage == stage::credential);
        CHECK(so::message(e) ==
              "the credential contains a line break or another forbidden character, or is too long"sv);
        return fault{e.position(), e.header_number(), so::header_name(e, {})};
    };
    const auto bad = [](std::size_t position, unsigned number = 1, std::string_view name = "Authorization") {
        return fault{position, number, name};
    };
    CHECK(refused_early(so::bearer{"a\r\nX-Evil: 1"}) == bad(8));  // counted from "Bearer "
    CHECK(refused_early(so::bearer{"a\nb"}) == bad(8));
    CHECK(refused_early(so::bearer{"\0"sv}) == bad(7));
    CHECK(refused_early(so::ticket{"t\r"}) == bad(10));
    CHECK(refused_early(so::ticket{"t", "app\n"}) == bad(3, 2, "SO-AppToken"));
    CHECK(refused_early(so::session{"a\r\nb", "x"}) == bad(1, 1, "Cookie"));
    CHECK(refused_early(so::session{"a", "x\0"sv}) == bad(1, 2, "X-XSRF-TOKEN"));
    CHECK(refused_early(so::basic{"a\nb", "c"}) == bad(7));  // counted in the clear text
    CHECK(refused_early(so::basic{"a", "b\r"}) == bad(9));
    CHECK(refused_early(so::basic{"a:b", "c"}) == bad(7));
}

TEST_CASE("credentials: nothing of a credential that is refused or does not fit stays in the memory") {
    const so::ticket credential{"7T:the-secret", "app\n"};
    for (const std::size_t size : {4'096U, 400U, 360U, 320U, 300U}) {
        CAPTURE(size);
        std::vector<std::byte> memory(size);
        so::scripted link{{}};
        so::client api{link, support::test_base, credential, memory};
        const so::error e = support::ask(api).error;
        CHECK((e == errc::bad_header_value || e == errc::memory_too_small));
        CHECK_FALSE(support::holds(memory, "7T:"));
        CHECK_FALSE(support::holds(memory, "secret"));
    }
}

TEST_CASE("credential_source: a 401 is repeated once with the fresh credential, over the kept connection") {
    const std::string first = request_with("token-0"), second = request_with("token-1");
    const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(refusal),
                                     script::expects(second), script::gives(task)};
    const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) {
        refreshing_source source;
        std::array<std::byte, 2048> memory{};
        auto api = client_of(link, source, memory);
        const auto seen = support::ask(api);
        CHECK(source.added == 2);
        CHECK(source.refused_times == 1);
        return seen;
    });
    CHECK(outcome.value == R"({"Id":497})");
    CHECK(outcome.status == 200);
}

TEST_CASE("credential_source: a dead connection is replaced once in a call, with and without a fresh credential") {
    const std::string first = request_with("token-0"), second = request_with("token-1");
    const so::script_step steps[] = {script::starts(),
                                     script::expects(first),
                                     script::gives(task),
                                     script::expects(first),
                                     script::fails(errc::connection_reset, 104),
                                     script::starts(),
                                     script::expects(first),
                                     script::gives(refusal),
                                     script::expects(second),
                                     script::fails(errc::connection_reset, 104)};
    so::scripted link{steps};
    refreshing_source source;
    std::array<std::byte, 2048> memory{};
    auto api = client_of(link, source, memory);
    CHECK(support::ask(api).value == R"({"Id":497})");
    CHECK(support::ask(api).error == so::error{.stage = stage::receive, .code = errc::connection_reset, .native = 104});
    CHECK(link.finished());
}

TEST_CASE("credential_source: a call is repeated once at most, also with a fresh credential") {
    const std::string first = request_with("token-0"), second = request_with("token-1");
    const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(refusal),
                                     script::expects(second), script::gives(refusal)};
    const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) {
        refreshing_source source;
        source.refusals_borne = 100;
        std::array<std::byte, 2048> memory{};
        auto api = client_of(link, source, memory);
        return support::ask(api);
    });
    CHECK(outcome.error == errc::unauthorized);
    CHECK(outcome.error.http_status == 401);
}

TEST_CASE("credential_source: without a fresh credential the 401 is the outcome") {
    const std::string first = request_with("token-0");
    const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(refusal)};
    so::scripted link{steps};
    refreshing_source source;
    source.refusals_borne = 0;
    std::array<std::byte, 2048> memory{};
    auto api = client_of(link, source, memory);
    CHECK(support::ask(api).error == errc::unauthorized);
    CHECK(link.finished());
}

TEST_CASE("credential_source: a 401 over a connection that is not kept is repeated on a fresh one") {
    const std::string first = request_with("token-0"), second = request_with("token-1");
    const std::string closing = reply_text("401 Unauthorized", "", "Connection: close\r\n");
    const so::script_step steps[] = {script::starts(), script::expects(first),  script::gives(closing), script::stops(),
                                     script::starts(), script::expects(second), script::gives(task)};
    const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) {
        refreshing_source source;
        std::array<std::byte, 2048> memory{};
        auto api = client_of(link, source, memory);
        return support::ask(api);
    });
    CHECK(outcome.value == R"({"Id":497})");
}

TEST_CASE("credential_source: each call has its own repeat") {
    const std::string requests[] = {request_with("token-0"), request_with("token-1"), request_with("token-2")};
    const so::script_step steps[] = {
        script::starts(),    script::expects(requests[0]), script::gives(refusal), script::expects(requests[1]),
        script::gives(task), script::expects(requests[1]), script::gives(refusal), script::expects(requests[2]),
        script::gives(task)};
    so::scripted link{steps};
    refreshing_source source;
    source.refusals_borne = 100;
    std::array<std::byte, 2048> memory{};
    auto api = client_of(link, source, memory);
    CHECK(support::ask(api).value == R"({"Id":497})");
    CHECK(support::ask(api).value == R"({"Id":497})");
    CHECK(link.finished());
}

TEST_CASE("credential_source: a pending source is asked again at each step, and nothing is sent meanwhile") {
    const std::string first = request_with("token-0");
    const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(task)};
    so::scripted link{steps};
    refreshing_source source;
    source.states = {credential_state::pending, credential_state::pending};
    std::array<std::byte, 2048> memory{};
    auto api = client_of(link, source, memory);
    auto call = api.start_get_batch_task_info(497);
    for (const std::int64_t now : {5, 15}) {
        CHECK(call.step(instant{now}) == so::step_state::pending);
        CHECK(source.last_asked == instant{now});
        CHECK(call.wants().what == so::wait_for::time);
        CHECK(call.wants().until == instant{now} + so::milliseconds{10});
        CHECK(link.calls() == 0);
    }
    CHECK(call.step(instant{25}) == so::step_state::done);
    CHECK(call.result().has_value());
    CHECK(source.prepared == 3);
    CHECK(source.added == 1);
}

TEST_CASE("credential_source: an unavailable credential ends the call, at first or after a refusal") {
    for (const credential_state state : {credential_state::unavailable, credential_state::missing}) {
        const errc code = state == credential_state::missing ? errc::credential_missing : errc::credential_unavailable;
        so::scripted untouched{{}};
        refreshing_source source;
        source.states = {state};
        std::array<std::byte, 2048> memory{};
        auto api = client_of(untouched, source, memory);
        CHECK(support::ask(api).error == so::error{.stage = stage::credential, .code = code});
        CHECK(untouched.calls() == 0);

        const std::string first = request_with("token-0");
        const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(refusal)};
        so::scripted link{steps};
        refreshing_source later;
        later.states = {credential_state::ready, state};
        auto other = client_of(link, later, memory);
        CHECK(support::ask(other).error == so::error{.stage = stage::credential, .code = code});
        CHECK(link.finished());
    }
}

TEST_CASE("credential_source: a pending source is limited by the deadline") {
    so::scripted link{{}};
    refreshing_source source;
    source.states.assign(1'000, credential_state::pending);
    std::array<std::byte, 2048> memory{};
    auto api = client_of(link, source, memory);
    auto call = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{50}});
    std::int64_t now = 0;
    for (; call.step(instant{now}) == so::step_state::pending; now += 10) CHECK(now < 50);
    CHECK(now == 50);
    CHECK(call.error() == so::error{.stage = stage::credential, .code = errc::deadline_exceeded});

    // Who sleeps between the steps is not told to sleep beyond it.
    auto last = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{15}});
    CHECK(last.step(instant{100}) == so::step_state::pending);
    CHECK(last.wants().until == instant{110});
    CHECK(last.step(instant{110}) == so::step_state::pending);
    CHECK(last.wants().until == instant{115});
    CHECK(last.step(instant{115}) == so::step_state::done);
}

TEST_CASE("credential_source: clients that share a token fetch one fresh token, if each knows which one it sent") {
    CHECK(fetches_of_four<my_share>([](shared_token& token) { return my_share{&token}; }) == 1);
    CHECK(fetches_of_four<shared_token*>([](shared_token& token) { return &token; }) == 4);
}

TEST_CASE("credential_source: a shared source is given as a pointer, a small one by value") {
    const std::string first = request_with("token-0");
    const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(task)};
    refreshing_source shared;
    std::array<std::byte, 2048> memory{};
    for (int n = 0; n < 2; ++n) {
        so::scripted link{steps};
        so::client api{link, support::test_base, &shared, memory};
        CHECK(support::ask(api).value == R"({"Id":497})");
    }
    CHECK(shared.added == 2);
    so::scripted link{steps};
    so::client api{link, support::test_base, refreshing_source{}, memory};
    CHECK(support::ask(api).value == R"({"Id":497})");
}
