// Tests of superoffice/client/watch.hpp, over a scripted link and with a manual clock.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/watch.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/manual_clock.hpp"
#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::instant;
using so::milliseconds;
using so::script_step;
using so::stage;
using so::watch_state;
using support::reply_text;

namespace {

static_assert(so::detail::digest_of({}) == 0xcbf29ce484222325u && so::detail::digest_of("a") == 0xaf63dc4c8601ec8cu);

struct progress {
    so::field<so::coded<so::BatchTaskState>> State;
    so::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

struct described {
    so::field<so::coded<so::BatchTaskState>> State;
    so::field<std::string_view> ProgressDescription;
    std::string_view Name = "none";
    std::int32_t Id = -1;
};
BOOST_DESCRIBE_STRUCT(described, (), (State, ProgressDescription, Name, Id))

static_assert(!std::is_copy_constructible_v<so::watch<>> && !std::is_move_constructible_v<so::watch<>>);

const std::string request =
    support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State,ProgressPercent"}
        .text();

const std::string described_request =
    support::request_text{
        .target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State,ProgressDescription,Name,Id"}
        .text();

std::string at(std::string_view state, int percent) {
    return reply_text("200 OK",
                      "{\"State\":\"" + std::string{state} + "\",\"ProgressPercent\":" + std::to_string(percent) + "}");
}
const std::string gone_reply = reply_text("200 OK", "null");
const std::string unavailable = reply_text("503 Service Unavailable", "");

/// A script of questions, each with its reply, over one kept connection.
std::vector<script_step> asked(std::initializer_list<std::string_view> replies) {
    std::vector<script_step> steps = {script::starts()};
    for (const std::string_view reply : replies) {
        steps.push_back(script::expects(request));
        steps.push_back(script::gives(reply));
    }
    return steps;
}

/// A client, a watch and a clock.
template <class Info = progress>
struct bench {
    bench(std::vector<script_step> script, const so::watch_options& options = {}, const so::script_pacing& manner = {})
        : steps(std::move(script)), link(steps, manner), task(api, 497, options) {}

    std::vector<script_step> steps;
    so::scripted link;
    std::array<std::byte, 2048> memory{};
    so::client<so::scripted, so::bearer> api{link, support::test_base, so::bearer{support::test_token}, memory};
    support::manual_clock clock;
    so::watch<Info> task;

    watch_state step() { return task.step(clock.now()); }

    /// Steps through all pauses, to the next news; counts the milliseconds until then.
    watch_state next() {
        const instant from = clock.now();
        watch_state state = step();
        for (int rounds = 0; state == watch_state::waiting && rounds < 10'000; ++rounds) {
            const so::wait_condition wanted = task.wants();
            if (wanted.what == so::wait_for::time) clock.pass(wanted.until - clock.now());
            state = step();
        }
        waited = clock.now() - from;
        return state;
    }
    milliseconds waited{};

    [[nodiscard]] int percent() const { return task.value().ProgressPercent.value_or(-1); }
};

}  // namespace

TEST_CASE("watch: made with options, with {}, or only with allow_waiting_lookup") {
    const std::string reply = at("Succeeded", 100);
    bench b{asked({reply, reply})};
    so::watch<progress> with_none{b.api, 497, {}};
    CHECK(with_none.step(b.clock.now()) == watch_state::finished);
    so::watch<progress> that_may_wait{b.api, 497, so::allow_waiting_lookup};
    CHECK(that_may_wait.step(b.clock.now()) == watch_state::finished);
}

namespace {

/// Can be waited on: time passes then.
struct waited_link : support::changing_link {
    support::manual_clock* time = nullptr;
    std::vector<std::int64_t> pauses;

    void wait(so::wait_for what, milliseconds at_most) noexcept {
        time->pass(at_most);
        if (what == so::wait_for::time) pauses.push_back(at_most.count());
    }
};
static_assert(so::waiting_transport<waited_link>);

struct same_clock {
    support::manual_clock* time;
    instant now() noexcept { return time->now(); }
};

}  // namespace

TEST_CASE("watch: follow waits for the next news") {
    const std::string first = at("Started", 10), second = at("Started", 60), last = at("Succeeded", 100);
    const auto steps = asked({first, first, second, last});
    so::scripted script{steps};
    support::manual_clock time;
    waited_link link;
    link.now = &script;
    link.time = &time;
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    so::watch<progress> task{api, 497};
    CHECK(task.follow(api, same_clock{&time}) == watch_state::changed);
    CHECK(link.pauses.empty());
    CHECK(task.value().ProgressPercent == 10);
    CHECK(task.follow(api, same_clock{&time}) == watch_state::changed);  // the second reply was nothing new
    CHECK(link.pauses == std::vector<std::int64_t>{2'000, 2'000});
    CHECK(task.value().ProgressPercent == 60);
    CHECK(task.follow(api, same_clock{&time}) == watch_state::finished);
    CHECK(task.follow(api, same_clock{&time}) == watch_state::finished);
    CHECK(link.pauses.size() == 3);
    link.now = nullptr;
}

TEST_CASE("watch: follow over a link without `wait` asks it again and again until the time has come") {
    const std::string first = at("Started", 10), last = at("Failed", 10);
    const auto steps = asked({first, last});
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    support::manual_clock time{milliseconds{1}};
    so::watch<progress> task{api, 497};
    CHECK(task.follow(api, same_clock{&time}) == watch_state::changed);
    CHECK(task.follow(api, same_clock{&time}) == watch_state::finished);
    so::scripted nothing{{}};
    so::client other{nothing, support::test_base, so::bearer{support::test_token}, memory};
    so::watch<progress> lost{other, 497, {.max_failures = 0}};
    CHECK(lost.follow(other, same_clock{&time}) == watch_state::call_failed);
}

TEST_CASE("watch: section 13, each change is reported once, then finished") {
    const std::string replies[] = {at("New", 0), at("Started", 10), at("Started", 10), at("Started", 60),
                                   at("Succeeded", 100)};
    bench b{asked({replies[0], replies[1], replies[2], replies[3], replies[4]})};
    CHECK(b.next() == watch_state::changed);
    CHECK(b.waited == milliseconds{0});
    CHECK(b.task.value().State == so::BatchTaskState::New);
    CHECK(b.step() == watch_state::waiting);
    CHECK(b.next() == watch_state::changed);
    CHECK(b.waited == milliseconds{2'000});
    CHECK(b.percent() == 10);
    CHECK(b.next() == watch_state::changed);  // the third reply was nothing new
    CHECK(b.waited == milliseconds{4'000});
    CHECK(b.percent() == 60);
    CHECK_FALSE(b.task.is_over());
    CHECK(b.next() == watch_state::finished);
    CHECK(b.task.is_over());
    CHECK(b.task.value().State == so::BatchTaskState::Succeeded);
    CHECK(b.percent() == 100);
    CHECK(b.step() == watch_state::finished);
    CHECK(b.task.wants().what == so::wait_for::nothing);
    b.task.cancel();
    CHECK(b.step() == watch_state::finished);
    CHECK(b.link.finished());
}

TEST_CASE("watch: section 6, just three states are an end") {
    struct {
        std::string_view state;
        watch_state told;
    } const cases[] = {
        {"Succeeded", watch_state::finished},
        {"Failed", watch_state::finished},
        {"SucceededManualCleanup", watch_state::finished},
        {"succeeded", watch_state::finished},
        {"Unknown", watch_state::changed},
        {"New", watch_state::changed},
        {"Aquired", watch_state::changed},
        {"Started", watch_state::changed},
        {"All", watch_state::changed},
        {"Paused", watch_state::changed},
    };
    for (const auto& one : cases) {
        CAPTURE(one.state);
        const std::string reply = at(one.state, 1);
        bench b{asked({reply})};
        CHECK(b.next() == one.told);
        CHECK(b.task.value().State->text() == one.state);
    }
    for (const std::string& reply :
         {reply_text("200 OK", R"({"State":4})"), reply_text("200 OK", R"({"State":6,"Id":1})")}) {
        bench b{asked({reply})};
        CHECK(b.next() == watch_state::finished);
    }
    for (const std::string& reply : {reply_text("200 OK", R"({"State":null})"), reply_text("200 OK", "{}")}) {
        bench b{asked({reply})};
        CHECK(b.next() == watch_state::changed);
    }
}

TEST_CASE("watch: section 13, a task may go back, and its percent may shrink") {
    const std::string replies[] = {at("Started", 80), at("New", 0), at("Started", 80)};
    bench b{asked({replies[0], replies[1], replies[2]})};
    CHECK(b.next() == watch_state::changed);
    CHECK(b.next() == watch_state::changed);
    CHECK(b.percent() == 0);
    CHECK(b.next() == watch_state::changed);
    CHECK(b.percent() == 80);
}

TEST_CASE("watch: a member that the reply lacks does not keep its earlier value") {
    struct row {
        std::string_view second;
        bool absent = false, null = false;
    };
    const row rows[] = {
        {.second = R"({"State":"Started"})", .absent = true},
        {.second = R"({"State":"Started","ProgressDescription":null,"Name":null,"Id":null})", .null = true}};
    for (const row& each : rows)
        for (const bool fails_between : {false, true}) {
            CAPTURE(each.second);
            const std::string first = reply_text(
                "200 OK", R"({"State":"Started","ProgressDescription":"Exporting","Name":"Export","Id":497})");
            const std::string second = reply_text("200 OK", each.second);
            std::vector<script_step> steps = {script::starts(), script::expects(described_request),
                                              script::gives(first), script::expects(described_request)};
            if (fails_between) {
                steps.push_back(script::gives(unavailable));
                steps.push_back(script::expects(described_request));
            }
            steps.push_back(script::gives(second));
            bench<described> b{steps};
            REQUIRE(b.next() == watch_state::changed);
            CHECK(b.task.value().ProgressDescription.value_or("") == "Exporting");
            CHECK(b.task.value().Name == "Export");
            CHECK(b.task.value().Id == 497);
            REQUIRE(b.next() == watch_state::changed);
            CHECK(b.task.value().ProgressDescription.is_absent() == each.absent);
            CHECK(b.task.value().ProgressDescription.is_null() == each.null);
            CHECK(b.task.value().Name == "none");
            CHECK(b.task.value().Id == -1);
        }
}

TEST_CASE("watch: never a second question before the interval is over") {
    const std::string reply = at("Started", 1);
    bench b{asked({reply, reply, reply}), {.interval = milliseconds{500}}};
    CHECK(b.step() == watch_state::changed);
    const std::size_t asked_once = b.link.moved();
    for (int n = 0; n < 499; ++n) {
        b.clock.pass(milliseconds{1});
        CHECK(b.step() == watch_state::waiting);
        CHECK(b.task.wants().what == so::wait_for::time);
        if (b.link.moved() != asked_once) CHECK(b.link.moved() == asked_once);
    }
    b.clock.pass(milliseconds{1});
    CHECK(b.step() == watch_state::waiting);  // the same again
    CHECK(b.link.moved() == 2 * asked_once);
    b.clock.pass(milliseconds{10'000});  // the interval counts from the reply, not from when it was due
    CHECK(b.step() == watch_state::waiting);
    CHECK(b.link.moved() == 3 * asked_once);
    CHECK(b.step() == watch_state::waiting);
    CHECK(b.link.finished());
}

TEST_CASE("watch: section 13, a task that was seen and is no longer there is gone") {
    const std::string first = at("Started", 1);
    for (const std::string& end :
         {gone_reply, std::string{"HTTP/1.1 204 No Content\r\n\r\n"},
          reply_text("404 Not Found", R"({"Error":true,"ErrorType":"SoNotFoundException"})")}) {
        bench b{asked({first, end})};
        CHECK(b.next() == watch_state::changed);
        CHECK(b.next() == watch_state::gone);
        CHECK(b.task.error() == errc::no_such_task);
        CHECK(b.step() == watch_state::gone);
        CHECK(b.task.is_over());
    }
}

TEST_CASE("watch: a task that was never seen has failed") {
    bench b{asked({gone_reply})};
    CHECK(b.next() == watch_state::call_failed);
    CHECK(b.task.error() == errc::no_such_task);
    CHECK(b.step() == watch_state::call_failed);
}

TEST_CASE("watch: a failure that cannot pass by itself ends it at once") {
    struct {
        std::string reply;
        errc code;
    } const cases[] = {
        {reply_text("401 Unauthorized", ""), errc::unauthorized},
        {reply_text("403 Forbidden", ""), errc::forbidden},
        {reply_text("421 Misdirected Request", ""), errc::tenant_moved},
        {reply_text("200 OK", R"({"Error":true,"Message":"x"})"), errc::service_fault},
        {reply_text("500 Internal Server Error", R"({"Error":true,"Message":"x"})"), errc::service_fault},
        {reply_text("501 Not Implemented", "<html>", "", "text/html"), errc::unexpected_status},
        {reply_text("200 OK", R"({"State":[]})"), errc::wrong_kind},
        {reply_text("200 OK", "<html>", "", "text/html"), errc::not_json},
    };
    const std::string first = at("Started", 1);
    for (const auto& one : cases) {
        bench b{asked({first, one.reply})};
        CHECK(b.next() == watch_state::changed);
        CHECK(b.next() == watch_state::call_failed);
        CHECK(b.task.error() == one.code);
        CHECK(b.task.last_failure() == one.code);
    }
}

TEST_CASE("watch: an error page of a server or a proxy is tolerated, with any status") {
    const std::string first = at("Started", 1), other = at("Started", 2);
    for (const std::string_view status : {"408 Request Timeout", "500 Internal Server Error", "502 Bad Gateway",
                                          "503 Service Unavailable", "504 Gateway Timeout"})
        for (const std::string_view page : {"<html><h1>Oops</h1></html>", ""}) {
            CAPTURE(status);
            const std::string reply = reply_text(status, page, "", "text/html");
            const bool ends_kept_connection = status.starts_with("408");  // and so counts on a fresh one only
            bench b{ends_kept_connection ? asked({reply, other}) : asked({first, reply, other})};
            if (!ends_kept_connection) CHECK(b.next() == watch_state::changed);
            CHECK(b.next() == watch_state::changed);
            CHECK(b.percent() == 2);
        }
}

TEST_CASE("watch: failures that may pass are tolerated, with pauses that double") {
    const std::string good = at("Started", 1), other = at("Started", 2);
    std::vector<script_step> steps =
        asked({good, unavailable, unavailable, unavailable, unavailable, unavailable, other});
    bench b{steps, {.interval = milliseconds{1'000}, .max_pause = milliseconds{5'000}}};
    CHECK(b.next() == watch_state::changed);
    std::vector<std::int64_t> pauses;
    instant last = b.clock.now();
    std::size_t moved = b.link.moved();
    for (;;) {  // a millisecond at a time
        b.clock.pass(milliseconds{1});
        const watch_state state = b.step();
        if (b.link.moved() != moved) {
            pauses.push_back((b.clock.now() - last).count());
            last = b.clock.now();
            moved = b.link.moved();
        }
        if (state != watch_state::waiting) {
            CHECK(state == watch_state::changed);
            break;
        }
        if (pauses.size() > 1) CHECK(b.task.last_failure() == errc::unavailable);
    }
    CHECK(pauses == std::vector<std::int64_t>{1'000, 1'000, 2'000, 4'000, 5'000, 5'000});
    CHECK(b.task.last_failure() == errc::ok);
    CHECK(b.percent() == 2);
}

TEST_CASE("watch: one failure more than max_failures ends it, and a good reply resets the count") {
    const std::string good = at("Started", 1), other = at("Started", 2);
    bench b{asked({good, unavailable, unavailable, other, unavailable, unavailable, unavailable}),
            {.interval = milliseconds{10}, .max_failures = 2}};
    CHECK(b.next() == watch_state::changed);
    CHECK(b.next() == watch_state::changed);
    CHECK(b.next() == watch_state::call_failed);
    CHECK(b.task.error() == errc::unavailable);
    CHECK(b.link.finished());

    bench none{asked({unavailable}), {.max_failures = 0}};
    CHECK(none.next() == watch_state::call_failed);
}

TEST_CASE("watch: failures of the link are tolerated too") {
    const std::string good = at("Succeeded", 100);
    bench b{{script::fails(errc::connection_refused, 111, stage::connect),
             script::fails(errc::name_lookup_failed, 2, stage::resolve), script::starts(), script::expects(request),
             script::closes(), script::stops(), script::starts(), script::expects(request), script::gives(good)}};
    CHECK(b.next() == watch_state::finished);
    CHECK(b.waited == milliseconds{2'000 + 4'000 + 8'000});
    CHECK(b.link.finished());
}

TEST_CASE("watch: the deadline of the watch does not hide the last failure that was tolerated") {
    bench b{{script::fails(errc::connection_refused, 111, stage::connect), script::starts(), script::expects(request),
             script::would_block(), script::would_block()},
            {.interval = milliseconds{1'000}, .deadline = milliseconds{5'000}}};
    CHECK(b.step() == watch_state::waiting);
    b.clock.pass(milliseconds{1'000});
    CHECK(b.step() == watch_state::waiting);
    b.clock.pass(milliseconds{4'000});  // in the middle of the second call
    CHECK(b.step() == watch_state::call_failed);
    CHECK(b.task.error() == errc::deadline_exceeded);
    CHECK(b.task.last_failure() == so::error{.stage = stage::connect, .code = errc::connection_refused, .native = 111});
}

TEST_CASE("watch: a server's Retry-After is kept, up to the longest pause") {
    struct {
        std::string_view line;
        std::int64_t pause;
    } const cases[] = {
        {"Retry-After: 7\r\n", 7'000},
        {"Retry-After: 1\r\n", 2'000},
        {"Retry-After: 0\r\n", 2'000},
        {"Retry-After: 3600\r\n", 60'000},
        {"", 2'000},
    };
    const std::string good = at("Started", 1);
    for (const auto& one : cases) {
        CAPTURE(one.line);
        const std::string throttled = reply_text("429 Too Many Requests", "", one.line);
        bench b{asked({throttled, good})};
        CHECK(b.next() == watch_state::changed);
        CHECK(b.waited == milliseconds{one.pause});
    }
}

TEST_CASE("watch: an interval above the longest pause is kept after a failure, too") {
    const std::string good = at("Started", 1);
    for (const std::string_view line : {"", "Retry-After: 120\r\n", "Retry-After: 3600\r\n"}) {
        CAPTURE(line);
        const std::string throttled = reply_text("503 Service Unavailable", "", line);
        std::vector<script_step> steps;
        for (const std::string* const reply : {&throttled, &throttled, &good}) {  // each over a connection of its own
            if (!steps.empty()) steps.push_back(script::stops());
            for (const script_step& step : asked({*reply})) steps.push_back(step);
        }
        bench b{steps, {.interval = milliseconds{300'000}}};
        CHECK(b.next() == watch_state::changed);
        CHECK(b.waited == milliseconds{2 * 300'000});
    }
}

TEST_CASE("watch: jitter makes each pause longer by up to a quarter, each by another share") {
    const std::string first = at("Started", 1), second = at("Started", 2), third = at("Started", 3);
    const std::string throttled = reply_text("429 Too Many Requests", "", "Retry-After: 20\r\n");
    std::set<std::int64_t> intervals, retries;
    for (const std::uint32_t jitter : {0U, 1U, 2U, 3U, 1'000'000U, 0xffff'ffffU}) {
        CAPTURE(jitter);
        bench b{asked({first, second, throttled, third}), {.jitter = jitter}};
        CHECK(b.next() == watch_state::changed);
        CHECK(b.waited == milliseconds{0});
        CHECK(b.next() == watch_state::changed);
        const std::int64_t interval = b.waited.count();
        CHECK(b.next() == watch_state::changed);  // behind an interval and the Retry-After
        const std::int64_t retry = b.waited.count();
        CHECK(interval >= 2'000);
        CHECK(interval <= 2'500);
        CHECK(retry >= 22'000);
        CHECK(retry <= 27'500);
        CHECK((interval == 2'000) == (jitter == 0));
        CHECK((retry == 22'000) == (jitter == 0));
        CHECK((retry == 11 * interval) == (jitter == 0));  // one watch's pauses differ as well
        CHECK(intervals.insert(interval).second);
        CHECK(retries.insert(retry).second);
    }
    bench endless{asked({first, second}), {.interval = milliseconds{INT64_MAX}, .jitter = 1}};
    CHECK(endless.next() == watch_state::changed);
    CHECK(endless.task.wants().until == instant::never());
}

TEST_CASE("watch: its deadline ends it, in a pause") {
    const std::string good = at("Started", 1);
    bench b{asked({good, good}), {.deadline = milliseconds{3'000}}};
    CHECK(b.next() == watch_state::changed);
    CHECK(b.next() == watch_state::call_failed);
    CHECK(b.waited == milliseconds{3'000});
    CHECK(b.task.error() == so::error{.stage = stage::none, .code = errc::deadline_exceeded});
    CHECK(b.link.finished());
}

TEST_CASE("watch: its deadline ends it, in a question") {
    bench b{{script::starts(), script::expects(request), script::expects("never")}, {.deadline = milliseconds{3'000}}};
    CHECK(b.step() == watch_state::waiting);
    CHECK(b.task.wants().what == so::wait_for::readable);
    CHECK(b.task.wants().until == b.clock.now() + milliseconds{3'000});
    b.clock.pass(milliseconds{3'000});
    CHECK(b.step() == watch_state::call_failed);
    CHECK(b.task.error() == so::error{.stage = stage::receive, .code = errc::deadline_exceeded});
    CHECK_FALSE(b.api.is_busy());
}

TEST_CASE("watch: a call that takes too long is tolerated") {
    const std::string good = at("Started", 1);
    bench b{{script::starts(), script::expects(request), script::would_block(), script::stops(), script::starts(),
             script::expects(request), script::gives(good)},
            {.call = {.timeout = milliseconds{100}}}};
    CHECK(b.step() == watch_state::waiting);
    CHECK(b.task.wants().until == b.clock.now() + milliseconds{100});
    b.clock.pass(milliseconds{100});
    CHECK(b.next() == watch_state::changed);
    CHECK(b.waited == milliseconds{2'000});
    CHECK(b.link.finished());
}

TEST_CASE("watch: a refusal that has come when the deadline passes is what ends it, and the last failure") {
    const std::string begun = "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nonly a part";
    bench b{{script::starts(), script::expects(request), script::gives(begun), script::would_block()},
            {.deadline = milliseconds{3'000}}};
    CHECK(b.step() == watch_state::waiting);
    b.clock.pass(milliseconds{3'000});
    CHECK(b.step() == watch_state::call_failed);
    CHECK(b.task.error() == so::error{.stage = stage::service, .code = errc::unavailable, .http_status = 503});
    CHECK(b.task.last_failure() == errc::unavailable);
}

TEST_CASE("watch: each call has the call's timeout, else the client's, and at most the rest of the watch's deadline") {
    struct row {
        milliseconds of_watch, of_call, wanted;
    };
    for (const row& each : {row{milliseconds{0}, milliseconds{0}, so::default_timeout},
                            row{milliseconds{3'600'000}, milliseconds{0}, so::default_timeout},
                            row{milliseconds{0}, milliseconds{100}, milliseconds{100}},
                            row{milliseconds{3'600'000}, milliseconds{100}, milliseconds{100}},
                            row{milliseconds{10'000}, milliseconds{0}, milliseconds{10'000}},
                            row{milliseconds{10'000}, milliseconds{20'000}, milliseconds{10'000}}}) {
        CAPTURE(each.of_watch.count());
        CAPTURE(each.of_call.count());
        bench b{{script::starts(), script::expects(request), script::would_block()},
                {.deadline = each.of_watch, .call = {.timeout = each.of_call}}};
        CHECK(b.step() == watch_state::waiting);
        CHECK(b.task.wants().until == b.clock.now() + each.wanted);
    }
}

TEST_CASE("watch: the longest deadline does not overflow") {
    const std::string good = at("Started", 1);
    bench b{asked({good}), {.deadline = milliseconds{INT64_MAX}}};
    CHECK(b.next() == watch_state::changed);
}

TEST_CASE("watch: cancelled or destroyed in a pause or in a call, it leaves a usable client") {
    const std::string good = at("Started", 1);
    const so::error cancelled{.stage = stage::none, .code = errc::cancelled};
    bench paused{asked({good})};
    CHECK(paused.next() == watch_state::changed);
    paused.task.cancel();
    CHECK(paused.task.error() == cancelled);
    CHECK(paused.step() == watch_state::call_failed);

    bench asking{asked({good}), {}, {.blocks_first = true}};
    CHECK(asking.step() == watch_state::waiting);
    CHECK(asking.api.is_busy());
    asking.task.cancel();
    CHECK_FALSE(asking.api.is_busy());
    CHECK(asking.task.error() == cancelled);

    bench b{asked({good}), {}, {.blocks_first = true}};
    {
        so::watch<> short_lived{b.api, 498};
        CHECK(short_lived.step(b.clock.now()) == watch_state::waiting);
        CHECK(b.api.is_busy());
    }
    CHECK_FALSE(b.api.is_busy());
    CHECK(b.next() == watch_state::changed);
}

TEST_CASE(
    "watch: while another call runs on the client, last_failure() is busy; it waits its interval and never gives up") {
    const std::string good = at("Started", 1);
    bench b{asked({good, good}), {.interval = milliseconds{700}, .max_failures = 0}};
    auto call = b.api.start_get_batch_task_info<progress>(497);
    for (int n = 0; n < 10; ++n) {
        CHECK(b.step() == watch_state::waiting);
        CHECK(b.task.last_failure() == errc::busy);
        CHECK(b.task.wants().what == so::wait_for::time);
        CHECK(b.task.wants().until == b.clock.now() + milliseconds{700});
        b.clock.pass(milliseconds{700});
    }
    CHECK(b.link.calls() == 0);
    support::step_to_end(call, b.clock.now());
    CHECK(call.result().has_value());
    CHECK(b.next() == watch_state::changed);
}

TEST_CASE("watch: the other call on its client is neither shortened nor ended by it") {
    const std::string good = at("Started", 1);
    bench b{{script::starts(), script::expects(request), script::would_block(), script::gives(good)},
            {.deadline = milliseconds{100}}};
    auto call = b.api.start_get_batch_task_info<progress>(497);
    CHECK(b.step() == watch_state::waiting);  // the client is busy
    CHECK(call.step(b.clock.now()) == so::step_state::pending);
    b.task.cancel();
    CHECK(b.api.is_busy());
    b.clock.pass(milliseconds{5'000});  // beyond the end of the watch, and not of the call
    support::step_to_end(call, b.clock.now());
    CHECK(call.error().code == errc::ok);
}

TEST_CASE("watch: the digest of a reply is FNV-1a, 64 bits") {
    std::string text;  // not a constant, so that the program computes it
    CHECK(so::detail::digest_of(text) == 0xcbf29ce484222325u);
    text = "a";
    CHECK(so::detail::digest_of(text) == 0xaf63dc4c8601ec8cu);
    text = "foobar";
    CHECK(so::detail::digest_of(text) == 0x85944171f73967e8u);
}

TEST_CASE("watch: other calls in its pauses change nothing") {
    const std::string one = at("Started", 1), two = at("Started", 2);
    bench b{asked({one, two, one, two})};
    CHECK(b.next() == watch_state::changed);
    CHECK(support::ask<progress>(b.api, {}, b.clock.now()).error.code == errc::ok);
    CHECK(b.step() == watch_state::waiting);
    b.clock.pass(milliseconds{2'000});
    CHECK(b.step() == watch_state::waiting);  // the same as its own last one
    CHECK(b.next() == watch_state::changed);
}

TEST_CASE("watch: a base URL that cannot be used ends it") {
    so::scripted link{{}};
    std::array<std::byte, 2048> memory{};
    so::client api{link, "ftp://x", so::bearer{"t"}, memory};
    so::watch<> task{api, 1};
    CHECK(task.step(instant{0}) == watch_state::call_failed);
    CHECK(task.error() == errc::bad_base_url);
}

TEST_CASE("watch: with the program's $select, and with all properties") {
    const std::string whole = support::request_text{}.text();
    const std::string named =
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State"}.text();
    const std::string reply = at("Failed", 5);
    const script_step steps[] = {script::starts(), script::expects(whole), script::gives(reply), script::expects(named),
                                 script::gives(reply)};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    so::watch<> everything{api, 497};
    CHECK(everything.step(instant{0}) == watch_state::finished);
    so::watch<> just_state{api, 497, {.call = {.select = "State"}}};
    CHECK(just_state.step(instant{0}) == watch_state::finished);
    CHECK(link.finished());
}

TEST_CASE("watch: a plain enum is a State too") {
    struct plain {
        so::BatchTaskState State = so::BatchTaskState::Unknown;
    };
    CHECK(so::is_final(plain{so::BatchTaskState::Failed}.State));
}

TEST_CASE("watch: its replies may be cut at any byte") {
    const std::string replies[] = {at("Started", 1), at("Started", 1), at("Succeeded", 100)};
    const auto steps = asked({replies[0], replies[1], replies[2]});
    const auto told = replay::in_every_cut(steps, [](so::scripted& link) {
        std::array<std::byte, 2048> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        so::watch<progress> task{api, 497};
        std::string seen;
        for (std::int64_t now = 0; !task.is_over() && now < 100'000; ++now) {
            const watch_state state = task.step(instant{now});
            if (state == watch_state::changed) seen += 'c';
            if (state == watch_state::finished) seen += 'f';
        }
        return seen;
    });
    CHECK(told == "cf");
}

TEST_CASE("watch: it allocates nothing") {
    const std::string replies[] = {at("New", 0), at("Started", 10), at("Succeeded", 100)};
    const auto steps = asked({replies[0], unavailable, replies[1], replies[2]});
    bench b{steps};
    const support::allocation_count allocations;
    watch_state state = b.next();
    while (state == watch_state::changed) state = b.next();
    const std::size_t count = allocations.so_far();
    CHECK(count == 0);
    CHECK(state == watch_state::finished);
}

TEST_CASE("watch: without a pause a step takes no longer after a million failures than after the first one") {
    constexpr so::watch_options no_pause{.interval = milliseconds{0}};
    // The compiler gives up on a constant that takes so many turns.
    static_assert(so::detail::pause_after(UINT32_MAX, no_pause, {}).count() == 0);
    static_assert(so::detail::pause_after(UINT32_MAX, no_pause, milliseconds{7'000}).count() == 7'000);
    static_assert(so::detail::pause_after(UINT32_MAX, so::watch_options{}, {}).count() == 60'000);
    for (const std::uint32_t failures : {1U, 2U, UINT32_MAX})
        CHECK(so::detail::pause_after(failures, no_pause, {}).count() == 0);
}
