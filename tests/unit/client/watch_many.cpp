// Tests of superoffice/client/watch_many.hpp, over a scripted link and with a manual clock.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/watch_many.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/manual_clock.hpp"
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
using so::errc;
using so::instant;
using so::milliseconds;
using so::watch_state;
using support::reply_text;

namespace {

struct progress {
    so::field<so::coded<so::BatchTaskState>> State;
    so::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

static_assert(!std::is_copy_constructible_v<so::watch_many<>> && !std::is_move_constructible_v<so::watch_many<>>);
static_assert(sizeof(so::watched_task) <= 32);

std::string question(std::int32_t id) {
    const std::string body = R"({"Id":)" + std::to_string(id) + "}";
    return support::request_text{
        .target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State,ProgressPercent", .body = body}
        .text();
}
std::string at(std::string_view state, int percent) {
    return reply_text("200 OK",
                      "{\"State\":\"" + std::string{state} + "\",\"ProgressPercent\":" + std::to_string(percent) + "}");
}
const std::string nothing = reply_text("200 OK", "null");
const std::string unavailable = reply_text("503 Service Unavailable", "");
const std::string busy_for_30_s = reply_text("503 Service Unavailable", "", "Retry-After: 30\r\n");

struct exchange {
    std::int32_t id;
    std::string reply;
    bool ends_connection = false;
};

struct news {
    std::int32_t id;
    watch_state state;
    std::int64_t at;  ///< milliseconds since the start
    bool operator==(const news&) const = default;
};

struct bench {
    bench(const std::vector<exchange>& exchanges, std::span<so::watched_task> tasks,
          const so::watch_options& options = {}, const so::script_pacing& pacing = {})
        : steps(script_of(exchanges)), link(steps, pacing), all(api, tasks, options) {}

    std::vector<so::script_step> script_of(const std::vector<exchange>& exchanges) {
        std::vector<so::script_step> made = {script::starts()};
        for (const exchange& each : exchanges) {
            made.push_back(script::expects(texts.emplace_back(question(each.id))));
            made.push_back(script::gives(texts.emplace_back(each.reply)));
            if (each.ends_connection) made.push_back(script::starts());
        }
        return made;
    }

    std::deque<std::string> texts;
    std::vector<so::script_step> steps;
    so::scripted link;
    std::array<std::byte, 2048> memory{};
    so::client<so::scripted, so::bearer> api{link, support::test_base, so::bearer{support::test_token}, memory};
    support::manual_clock clock;
    so::watch_many<progress> all;

    /// Steps to the end; time passes in the pauses.
    std::vector<news> follow() {
        std::vector<news> told;
        const instant start = clock.now();
        for (int rounds = 0; rounds < 100'000 && !all.is_over(); ++rounds) {
            const watch_state state = all.step(clock.now());
            if (state != watch_state::waiting)
                told.push_back({all.task().id, state, (clock.now() - start).count()});
            else if (const so::wait_condition wants = all.wants(); wants.what == so::wait_for::time)
                clock.pass(wants.until - clock.now());
        }
        return told;
    }
};

using enum watch_state;

}  // namespace

TEST_CASE("watch_many: each task is asked in turn, its news are reported once, and the last task's end is the end") {
    so::watched_task tasks[] = {{.id = 1}, {.id = 2}, {.id = 3}};
    bench b{{{1, at("Started", 10)},
             {2, at("Started", 50)},
             {3, at("Succeeded", 100)},
             {1, at("Started", 10)},
             {2, at("Failed", 60)},
             {1, at("Succeeded", 100)}},
            tasks};
    CHECK(b.follow() ==
          std::vector<news>{
              {1, changed, 0}, {2, changed, 0}, {3, finished, 0}, {2, finished, 2'000}, {1, finished, 4'000}});
    CHECK(b.all.is_over());
    CHECK(b.link.finished());
    for (const so::watched_task& each : tasks) CHECK(each.state == finished);
    CHECK(b.all.step(b.clock.now()) == waiting);
}

TEST_CASE("watch_many: an error of one task ends only that task; an error of the connection or service ends all") {
    constexpr bool ends_all = true;
    struct row {
        const char* name;
        std::string reply;
        errc code;
        bool all;
    };
    const row rows[] = {
        {"no such task", nothing, errc::no_such_task, !ends_all},
        {"an error object", reply_text("200 OK", R"({"Error":true,"Message":"no"})"), errc::service_fault, !ends_all},
        {"a reply that cannot be decoded", reply_text("200 OK", R"({"State":"Started","ProgressPercent":"x"})"),
         errc::wrong_kind, !ends_all},
        {"an object that is no task", reply_text("200 OK", R"({"status":"ok"})"), errc::foreign_document, !ends_all},
        {"a reply that is too large",
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n", errc::reply_too_large,
         !ends_all},
        {"400", reply_text("400 Bad Request", ""), errc::bad_request, !ends_all},
        {"403", reply_text("403 Forbidden", ""), errc::forbidden, !ends_all},
        {"404 of a web server", reply_text("404 Not Found", "<html>", "", "text/html"), errc::not_found, !ends_all},
        {"409", reply_text("409 Conflict", ""), errc::unexpected_status, !ends_all},
        {"501", reply_text("501 Not Implemented", ""), errc::unexpected_status, !ends_all},
        {"401", reply_text("401 Unauthorized", ""), errc::unauthorized, ends_all},
        {"302", reply_text("302 Found", "", "Location: /login\r\n"), errc::redirected, ends_all},
        {"no JSON", reply_text("200 OK", "<html>", "", "text/html"), errc::not_json, !ends_all},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
        bench b{{{1, each.reply, each.code == errc::reply_too_large}, {2, at("Succeeded", 100)}}, tasks};
        CHECK(b.all.step(b.clock.now()) == call_failed);
        CHECK(b.all.error() == each.code);
        CHECK(b.all.task().id == 1);
        CHECK(b.all.is_over() == each.all);
        CHECK(tasks[0].state == call_failed);
        CHECK(tasks[1].state == (each.all ? call_failed : waiting));
        CHECK(b.all.last_failure() == errc::ok);  // it was not borne
        if (!each.all) CHECK(b.follow() == std::vector<news>{{2, finished, 0}});
    }
}

TEST_CASE("watch_many: a task that the service knew and no longer knows is gone") {
    so::watched_task tasks[] = {{.id = 1}};
    bench b{{{1, at("Started", 10)}, {1, nothing}}, tasks};
    CHECK(b.follow() == std::vector<news>{{1, changed, 0}, {1, gone, 2'000}});
    CHECK(b.all.error() == errc::no_such_task);
}

TEST_CASE("watch_many: a failure of one task leaves the others their times, and its pauses get longer") {
    so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
    bench b{{{1, unavailable},  // 0 s: again after 2 s
             {2, at("Started", 1)},
             {1, reply_text("502 Bad Gateway", "")},  // 2 s: again after 4 s
             {2, at("Started", 2)},
             {2, at("Started", 3)},  // 4 s
             {1, unavailable},       // 6 s: again after 8 s
             {2, at("Started", 4)},
             {2, at("Started", 5)},
             {2, at("Started", 6)},
             {2, at("Succeeded", 100)},  // 12 s
             {1, at("Succeeded", 100)}},
            tasks};
    CHECK(b.all.step(b.clock.now()) == waiting);
    CHECK(b.all.last_failure() == errc::unavailable);
    CHECK(tasks[0].failure == errc::unavailable);
    CHECK_FALSE(b.all.pauses_all());
    CHECK(b.all.step(b.clock.now()) == changed);
    CHECK(b.all.task().id == 2);
    CHECK(b.all.last_failure() == errc::unavailable);  // nothing was heard of task 1
    CHECK(b.follow() == std::vector<news>{{2, changed, 2'000},
                                          {2, changed, 4'000},
                                          {2, changed, 6'000},
                                          {2, changed, 8'000},
                                          {2, changed, 10'000},
                                          {2, finished, 12'000},
                                          {1, finished, 14'000}});
    CHECK(b.all.last_failure() == errc::ok);
    CHECK(tasks[0].failure == errc::ok);
    CHECK(b.link.finished());
}

TEST_CASE("watch_many: each task has its own failures, and the one that has used them up ends alone") {
    for (const std::uint32_t most : {0U, 1U, 5U}) {
        CAPTURE(most);
        so::watched_task tasks[] = {{.id = 1}, {.id = 2}, {.id = 3}};
        // Without a pause the three take turns. Task 2 replies once in between, which begins its count anew.
        std::vector<exchange> exchanges;
        for (std::uint32_t n = 0; n <= most; ++n) {
            exchanges.push_back({1, unavailable});
            exchanges.push_back({2, n == 0 && most > 0 ? at("Started", 1) : unavailable});
            exchanges.push_back({3, at("Started", 1)});
        }
        if (most > 0) exchanges.push_back({2, unavailable});
        exchanges.push_back({3, at("Succeeded", 100)});
        bench b{exchanges, tasks, {.interval = milliseconds{0}, .max_failures = most}};
        std::vector<std::int32_t> failed;
        for (int rounds = 0; rounds < 1'000 && !b.all.is_over(); ++rounds) {
            if (b.all.step(b.clock.now()) == call_failed) {
                CHECK(b.all.error() == errc::unavailable);
                CHECK_FALSE(b.all.is_over());
                failed.push_back(b.all.task().id);
            }
            b.clock.pass(milliseconds{1});
        }
        CHECK(failed == std::vector<std::int32_t>{1, 2});
        CHECK(tasks[2].state == finished);
        CHECK(b.link.finished());
    }
}

TEST_CASE(
    "watch_many: what the service says of itself, and the way to it, pause all; the next question is about another "
    "task") {
    struct row {
        const char* name;
        std::string reply;
        errc code;
        std::int64_t pause;
    };
    const row rows[] = {
        {"503 with Retry-After", busy_for_30_s, errc::unavailable, 30'000},
        {"500 with Retry-After", reply_text("500 Internal Server Error", "", "Retry-After: 5\r\n"), errc::unavailable,
         5'000},
        {"429 with Retry-After", reply_text("429 Too Many Requests", "", "Retry-After: 7\r\n"), errc::throttled, 7'000},
        {"429", reply_text("429 Too Many Requests", ""), errc::throttled, 2'000},
        {"408", reply_text("408 Request Timeout", ""), errc::unavailable, 2'000},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
        bench b{{{1, each.reply}, {2, at("Succeeded", 100)}, {1, at("Succeeded", 100)}}, tasks};
        CHECK(b.all.step(b.clock.now()) == waiting);
        CHECK(b.all.pauses_all());
        CHECK(b.all.last_failure() == each.code);
        CHECK(tasks[0].failure == each.code);
        CHECK(b.all.wants().until == b.clock.now() + milliseconds{each.pause});
        CHECK(b.all.step(b.clock.now()) == waiting);  // nothing is asked meanwhile
        CHECK(b.follow() == std::vector<news>{{2, finished, each.pause}, {1, finished, each.pause}});
        CHECK_FALSE(b.all.pauses_all());
        CHECK(b.all.last_failure() == errc::ok);
        CHECK(b.link.finished());
    }
}

TEST_CASE("watch_many: failures about all tasks pause longer each time, and the sixth in a row ends all") {
    so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
    const std::string throttled = reply_text("429 Too Many Requests", "");
    bench b{{{1, throttled},
             {2, busy_for_30_s},
             {1, at("Started", 1)},
             {2, throttled},
             {1, throttled},
             {2, throttled},
             {1, throttled},
             {2, throttled},
             {1, throttled}},
            tasks,
            {.interval = milliseconds{10'000}, .max_pause = milliseconds{40'000}}};
    // 10 s and, as the server asks, 30 s; then 10, 20, 40, 40 and 40 s.
    CHECK(b.follow() == std::vector<news>{{1, changed, 40'000}, {1, call_failed, 190'000}});
    CHECK(b.all.error() == errc::throttled);
    CHECK(b.all.last_failure() == errc::throttled);
    CHECK(b.all.is_over());
    CHECK(tasks[1].state == call_failed);
}

TEST_CASE("watch_many: a task whose question always breaks the connection ends alone") {
    so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
    std::deque<std::string> texts;
    std::vector<so::script_step> steps = {script::starts()};
    const auto ask = [&](std::int32_t id, std::string_view reply) {
        steps.push_back(script::expects(texts.emplace_back(question(id))));
        if (!reply.empty()) return steps.push_back(script::gives(texts.emplace_back(reply)));
        steps.insert(steps.end(), {script::fails(errc::connection_reset), script::starts()});
    };
    for (int n = 0; n < 3; ++n) {
        ask(1, "");
        if (n > 0) ask(1, "");  // the client repeats it over a fresh connection
        ask(2, at("Started", n));
    }
    ask(2, at("Succeeded", 100));
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    so::watch_many<progress> all{api, tasks, {.max_failures = 2}};
    support::manual_clock clock;
    std::vector<std::int32_t> failed;
    for (int rounds = 0; rounds < 1'000 && !all.is_over(); ++rounds) {
        if (all.step(clock.now()) == call_failed) {
            failed.push_back(all.task().id);
            CHECK_FALSE(all.is_over());
        }
        clock.pass(milliseconds{500});
    }
    CHECK(failed == std::vector<std::int32_t>{1});
    CHECK(tasks[1].state == finished);
}

TEST_CASE("watch_many: a deadline ends all, also in the middle of a question") {
    so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
    bench b{{{1, at("Started", 10)}, {2, at("Started", 10)}}, tasks, {.deadline = milliseconds{1'500}}};
    CHECK(b.follow() == std::vector<news>{{1, changed, 0}, {2, changed, 0}, {2, call_failed, 1'500}});
    CHECK(b.all.error() == errc::deadline_exceeded);
}

TEST_CASE("watch_many: the first question goes out at the first step, also where a clock is below zero") {
    for (const std::int64_t now : {INT64_C(-5'000), INT64_C(0), INT64_C(5'000)}) {
        CAPTURE(now);
        so::watched_task tasks[] = {{.id = 1}};
        bench b{{{1, at("Started", 10)}}, tasks};
        CHECK(b.all.step(instant{now}) == changed);
        CHECK(b.all.step(instant{now}) == waiting);
        CHECK(b.all.wants().until == instant{now} + so::watch_options{}.interval);
    }
}

TEST_CASE("watch_many: no tasks are over at once") {
    bench b{{}, {}};
    CHECK(b.all.step(b.clock.now()) == waiting);
    CHECK(b.all.is_over());
}

TEST_CASE("watch_many: cancelled, and its client free again") {
    so::watched_task tasks[] = {{.id = 1}};
    bench b{{{1, at("Started", 10)}}, tasks, {}, {.blocks_first = true}};
    CHECK(b.all.step(b.clock.now()) == waiting);
    CHECK(b.api.is_busy());
    b.all.cancel();
    CHECK_FALSE(b.api.is_busy());
    CHECK(b.all.is_over());
    CHECK(b.all.error() == errc::cancelled);
    CHECK(tasks[0].state == waiting);
}

TEST_CASE("watch_many: another watch goes on with the same tasks, and with one more") {
    so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
    bench b{{{1, at("Started", 10)}, {2, at("Succeeded", 100)}, {1, at("Succeeded", 100)}}, std::span{tasks, 1}};
    CHECK(b.all.step(b.clock.now()) == changed);
    b.all.cancel();
    so::watch_many<progress> more{b.api, tasks};
    CHECK(more.step(b.clock.now()) == finished);
    CHECK(more.task().id == 2);
    CHECK(more.step(b.clock.now()) == waiting);  // task 1 answered just now
    b.clock.pass(milliseconds{2'000});
    CHECK(more.step(b.clock.now()) == finished);
    CHECK(more.is_over());
}

TEST_CASE("watch_many: nothing is asked for a free element, and a task that is added is asked for at once") {
    so::watched_task tasks[4] = {{.id = 1}};
    bench b{{{1, at("Started", 10)},
             {2, at("Started", 20)},
             {3, nothing},
             {1, at("Succeeded", 100)},
             {2, at("Failed", 20)}},
            tasks};
    CHECK(b.all.step(b.clock.now()) == changed);
    CHECK(b.all.step(b.clock.now()) == waiting);  // for the pause of task 1
    CHECK(b.all.wants().until == b.clock.now() + milliseconds{2'000});
    CHECK(b.all.follow(0) == nullptr);  // nothing would ever be asked for it
    CHECK(b.all.follow(2) == &tasks[1]);
    CHECK(b.all.step(b.clock.now()) == changed);
    CHECK(b.all.task().id == 2);
    CHECK(b.all.follow(3) == &tasks[2]);
    CHECK(b.follow() == std::vector<news>{{3, call_failed, 0}, {1, finished, 2'000}, {2, finished, 2'000}});
    CHECK(b.link.finished());
    CHECK_FALSE(tasks[3].is_followed());
}

TEST_CASE("watch_many: a watch that is over, or was cancelled, goes on with a task that is added") {
    so::watched_task tasks[3];
    bench b{{{1, at("Succeeded", 100)}, {2, at("Started", 10)}, {3, at("Succeeded", 100)}, {2, at("Succeeded", 100)}},
            tasks};
    CHECK(b.follow().empty());
    CHECK(b.all.is_over());
    CHECK(b.all.follow(1) == &tasks[0]);
    CHECK(b.follow() == std::vector<news>{{1, finished, 0}});
    CHECK(b.all.follow(2) == &tasks[1]);
    CHECK(b.all.step(b.clock.now()) == changed);
    b.all.cancel();
    CHECK(b.all.follow(3) == &tasks[2]);
    CHECK(b.follow() == std::vector<news>{{3, finished, 0}, {2, finished, 2'000}});
}

TEST_CASE("watch_many: no task is added to a full array, and one that is over stays in its element") {
    so::watched_task tasks[] = {{.id = 1}};
    bench b{{{1, at("Succeeded", 100)}}, tasks};
    CHECK(b.all.follow(2) == nullptr);
    CHECK(b.follow() == std::vector<news>{{1, finished, 0}});
    CHECK(b.all.follow(2) == nullptr);
    CHECK(b.all.is_over());
    CHECK(tasks[0].id == 1);
}

TEST_CASE("watch_many: a task that is added during an outage waits until the pause is over") {
    so::watched_task tasks[2] = {{.id = 1}};
    bench b{{{1, reply_text("429 Too Many Requests", "")}, {2, at("Succeeded", 100)}, {1, at("Succeeded", 100)}},
            tasks};
    CHECK(b.all.step(b.clock.now()) == waiting);
    CHECK(b.all.last_failure() == errc::throttled);
    REQUIRE(b.all.follow(2) != nullptr);
    CHECK(b.all.step(b.clock.now()) == waiting);
    CHECK(b.all.wants().until == b.clock.now() + milliseconds{2'000});
    CHECK(b.follow() == std::vector<news>{{2, finished, 2'000}, {1, finished, 2'000}});
}

TEST_CASE("watch_many: an error that ends all leaves a free element free") {
    so::watched_task tasks[2] = {{.id = 1}};
    bench b{{{1, reply_text("401 Unauthorized", "")}, {2, at("Succeeded", 100)}}, tasks};
    CHECK(b.follow() == std::vector<news>{{1, call_failed, 0}});
    CHECK(b.all.is_over());
    CHECK(tasks[1].state == waiting);
    CHECK(b.all.follow(2) == &tasks[1]);
    CHECK(b.follow() == std::vector<news>{{2, finished, 0}});
}

TEST_CASE("watch_many: another user of the client is no failure") {
    so::watched_task tasks[] = {{.id = 1}};
    bench b{{{497, at("Started", 10)}, {1, at("Succeeded", 100)}}, tasks, {.max_failures = 0}};
    {
        auto other = b.api.start_get_batch_task_info<progress>(497);
        CHECK(b.all.step(b.clock.now()) == waiting);
        CHECK(b.all.last_failure() == errc::busy);
        CHECK_FALSE(b.all.pauses_all());
        support::step_to_end(other, b.clock.now());
    }
    CHECK(b.follow() == std::vector<news>{{1, finished, 2'000}});
}

TEST_CASE("watch_many: a thousand tasks in an array are asked equally often, without a heap") {
    constexpr std::int32_t count = 1'000;
    std::vector<so::watched_task> tasks(count);
    std::deque<std::string> texts;
    std::vector<so::script_step> steps = {script::starts()};
    for (const bool last : {false, true})
        for (std::int32_t id = 1; id <= count; ++id) {
            tasks[static_cast<std::size_t>(id) - 1].id = id;
            steps.push_back(script::expects(texts.emplace_back(question(id))));
            steps.push_back(script::gives(texts.emplace_back(last ? at("Succeeded", 100) : at("Started", 1))));
        }
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    so::watch_many<progress> all{api, tasks};
    support::manual_clock clock;
    std::int32_t changes = 0, ends = 0;
    const support::allocation_count heap;
    while (!all.is_over()) {
        const watch_state state = all.step(clock.now());
        changes += state == changed;
        ends += state == finished;
        if (state == waiting && !all.is_over()) clock.pass(milliseconds{1});
    }
    CHECK(heap.so_far() == 0);
    CHECK(changes == count);
    CHECK(ends == count);
    CHECK(link.finished());
}

TEST_CASE("watch_many: devices with different jitter ask at different times, by up to a quarter later") {
    std::int64_t asked_at[3] = {};
    std::size_t n = 0;
    for (const std::uint32_t jitter : {0U, 1U, 2U}) {
        so::watched_task tasks[] = {{.id = 1}};
        bench b{{{1, at("Started", 10)}, {1, at("Succeeded", 100)}},
                tasks,
                {.interval = milliseconds{40'000}, .jitter = jitter}};
        const std::vector<news> told = b.follow();
        REQUIRE(told.size() == 2);
        asked_at[n++] = told[1].at;
    }
    CHECK(asked_at[0] == 40'000);
    CHECK(asked_at[1] > 40'000);
    CHECK(asked_at[1] <= 50'000);
    CHECK(asked_at[2] > 40'000);
    CHECK(asked_at[2] <= 50'000);
    CHECK(asked_at[1] != asked_at[2]);
}

TEST_CASE("watch_many: its end in the middle of a question leaves a free client; to cancel twice changes nothing") {
    so::watched_task tasks[] = {{.id = 1}};
    std::vector<so::script_step> steps = {script::starts(), script::expects("no such question")};
    so::scripted link{steps, {.blocks_first = true}};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    {
        so::watch_many<progress> all{api, tasks};
        CHECK(all.step(so::instant{1'000}) == waiting);
        CHECK(api.is_busy());
    }
    CHECK_FALSE(api.is_busy());
    so::watch_many<progress> idle{api, tasks};
    idle.cancel();
    idle.cancel();
    CHECK(idle.is_over());
    CHECK(idle.error() == errc::cancelled);
}

TEST_CASE("watch_many: its end between two questions leaves a call of the program's own alone") {
    for (const bool cancels : {true, false}) {
        CAPTURE(cancels);
        so::watched_task tasks[] = {{.id = 1}};
        std::deque<std::string> texts = {question(1), at("Started", 10), question(2), at("Started", 20)};
        const so::script_step steps[] = {script::starts(),          script::expects(texts[0]), script::gives(texts[1]),
                                         script::expects(texts[2]), script::would_block(),     script::gives(texts[3])};
        so::scripted link{steps};
        std::array<std::byte, 2048> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        const so::instant now{1'000};
        auto own = [&] {
            so::watch_many<progress> all{api, tasks};
            CHECK(all.step(now) == changed);
            auto call = api.start_get_batch_task_info<progress>(2);
            CHECK(call.step(now) == so::step_state::pending);
            if (cancels) all.cancel();
            return call;
        }();
        support::step_to_end(own, now);
        REQUIRE(own.result().has_value());
        CHECK(own.value().ProgressPercent == 20);
        CHECK(link.finished());
    }
}

TEST_CASE("watch_many: after a reply the next step is wanted now, also where the question was asked late") {
    so::watched_task tasks[] = {{.id = 1}, {.id = 2}};
    bench b{{{1, at("Started", 10)},
             {2, at("Started", 10)},
             {1, at("Started", 20)},
             {2, at("Started", 10)},
             {1, unavailable}},
            tasks};
    CHECK(b.all.step(b.clock.now()) == changed);
    CHECK(b.all.step(b.clock.now()) == changed);
    b.clock.pass(milliseconds{5'000});  // a program that was busy with something else: both are due since 3 seconds
    for (const watch_state state : {changed, waiting}) {
        CHECK(b.all.step(b.clock.now()) == state);
        CHECK(b.all.wants().what == so::wait_for::time);
        CHECK(b.all.wants().until == b.clock.now());
    }
    CHECK(b.all.step(b.clock.now()) == waiting);
    CHECK(b.all.wants().until == b.clock.now() + milliseconds{2'000});
    b.clock.pass(milliseconds{5'000});
    CHECK(b.all.step(b.clock.now()) == waiting);
    CHECK(b.all.last_failure() == errc::unavailable);
    CHECK(b.all.wants().until == b.clock.now());
    CHECK(b.link.finished());
}

TEST_CASE("watch_many: a deadline that passes in the middle of a question ends it") {
    so::watched_task tasks[] = {{.id = 1}};
    bench b{{{1, at("Started", 10)}}, tasks, {.deadline = milliseconds{500}}, {.blocks_first = true}};
    CHECK(b.all.step(b.clock.now()) == waiting);
    REQUIRE(b.api.is_busy());
    b.clock.pass(milliseconds{500});
    CHECK(b.all.step(b.clock.now()) == call_failed);
    CHECK(b.all.error() == errc::deadline_exceeded);
    CHECK(b.all.is_over());
}

TEST_CASE("watch_many: the shortest deadline is a millisecond") {
    so::watched_task tasks[] = {{.id = 1}};
    bench b{{{1, at("Started", 10)}}, tasks, {.deadline = milliseconds{1}}, {.blocks_first = true}};
    CHECK(b.all.step(b.clock.now()) == waiting);
    b.clock.pass(milliseconds{1});
    CHECK(b.all.step(b.clock.now()) == call_failed);
    CHECK(b.all.error() == errc::deadline_exceeded);
}

TEST_CASE("watch_many: in the middle of a question it wants what its call wants") {
    so::watched_task tasks[] = {{.id = 1}};
    bench b{{{1, at("Started", 10)}}, tasks, {}, {.blocks_first = true}};
    CHECK(b.all.wants().what == so::wait_for::time);
    CHECK(b.all.step(b.clock.now()) == waiting);
    REQUIRE(b.api.is_busy());
    CHECK(b.all.wants().what == so::wait_for::readable);
    CHECK(b.all.wants().until == b.clock.now() + milliseconds{30'000});
}
