// Section 13: a task followed to each of its ends, by the service's manual clock.
#include "contract.hpp"

using namespace contract;
using superoffice::watch_state;

namespace {

struct followed {
    superoffice::field<superoffice::coded<BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
    superoffice::field<std::int32_t> StartCount;
};
BOOST_DESCRIBE_STRUCT(followed, (), (State, ProgressPercent, StartCount))

struct outcome {
    watch_state end = watch_state::waiting;
    errc code = errc::ok;
    std::string seen;       // "New 0, Aquired 0, Started 12, ..."
    std::int64_t took = 0;  // milliseconds
    std::size_t requests = 0;
    std::size_t failures = 0;  // tolerated
};

/// Steps the watch to its end; in the pauses both clocks go on together.
template <class Info = followed, class Host>
outcome follow(Host& to, std::int32_t id, superoffice::watch_options options = {}, int steps = 200) {
    outcome found;
    const journal log;
    superoffice::watch<Info> task{to.api, id, options, superoffice::allow_waiting_lookup};
    instant now{1'000'000};
    errc last = errc::ok;
    while (steps > 0) {
        found.end = task.step(now);
        if (task.last_failure().code != last && task.last_failure().code != errc::ok) ++found.failures;
        last = task.last_failure().code;
        if (found.end == watch_state::changed || found.end == watch_state::finished) {
            if (!found.seen.empty()) found.seen += ", ";
            found.seen += task.value().State->text();
            found.seen += ' ';
            found.seen += std::to_string(task.value().ProgressPercent.value_or(-1));
        }
        if (task.is_over()) break;
        if (found.end == watch_state::changed) continue;
        const auto wants = task.wants();
        if (wants.what != superoffice::wait_for::time) {
            to.link.wait(wants.what, milliseconds{1000});
            continue;
        }
        --steps;
        if (wants.until > now) {
            advance_tasks(wants.until - now);
            now = wants.until;
        }
    }
    if (!task.result()) found.code = task.error().code;
    found.took = (now - instant{1'000'000}).count();
    found.requests = log.requests().size();
    return found;
}

}  // namespace

TEST_CASE_TEMPLATE("§13 ends: Succeeded, Failed and SucceededManualCleanup are the three final states", Reader,
                   READERS) {
    const undisturbed around;
    host<Reader> to;
    outcome found = follow(to, 1001);
    CHECK(found.end == watch_state::finished);
    CHECK(found.seen == "New 0, Started 0, Started 25, Started 50, Started 75, Succeeded 100");
    CHECK(found.took == 10'000);
    CHECK(found.requests == 6);
    found = follow(to, 2001);
    CHECK(found.end == watch_state::finished);
    CHECK(found.seen.ends_with("Failed 63"));
    found = follow(to, 3001);
    CHECK(found.end == watch_state::finished);
    CHECK(found.seen.ends_with("SucceededManualCleanup 100"));
}

TEST_CASE("§13 interval: two seconds by default; a shorter one also sees Aquired") {
    const undisturbed around;
    host<> to;
    superoffice::watch_options options;
    options.interval = milliseconds{1000};
    const outcome found = follow(to, 1002, options);
    CHECK(found.seen.starts_with("New 0, Aquired 0, Started 0, Started 12"));
    CHECK(found.requests == 11);
}

TEST_CASE("§13 select: only the struct's members are asked for, each time") {
    const undisturbed around;
    host<> to;
    const journal log;
    follow(to, 1003);
    for (const std::string& line : log.requests())
        CHECK(holds(line, "\"select\": \"State,ProgressPercent,StartCount\""));
    CHECK(follow<BatchTaskInfo>(to, 1004).end == watch_state::finished);
    CHECK(holds(log.last_request(), "\"select\": null"));
}

TEST_CASE("§13 gone: null after the task was seen is neither success nor failure") {
    const undisturbed around;
    host<> to;
    const outcome found = follow(to, 12001);
    CHECK(found.end == watch_state::gone);
    CHECK(found.code == errc::no_such_task);
    CHECK(found.seen.ends_with("Started 75"));
    CHECK(follow(to, 4001).end == watch_state::finished);  // if it looks in time it sees the end

    const outcome never = follow(to, 5);
    CHECK(never.end == watch_state::call_failed);
    CHECK(never.code == errc::no_such_task);
    CHECK(never.requests == 1);
}

TEST_CASE("§13 restart: a task may go back, its percent may fall, its StartCount grow") {
    const undisturbed around;
    host<> to;
    superoffice::watch_options options;
    options.interval = milliseconds{1000};
    const outcome found = follow(to, 10001, options);
    CHECK(found.end == watch_state::finished);
    CHECK(found.seen ==
          "New 0, Aquired 0, Started 0, Started 20, Started 40, New 0, Started 0, Started 25, Started 50, "
          "Started 75, Succeeded 100");
}

TEST_CASE("§13 deadline: a task that stays Started ends by the watch's deadline; unchanged replies are not reported") {
    const undisturbed around;
    host<> to;
    superoffice::watch_options options;
    options.deadline = milliseconds{61'000};
    const outcome found = follow(to, 5001, options);
    CHECK(found.end == watch_state::call_failed);
    CHECK(found.code == errc::deadline_exceeded);
    CHECK(found.took == 61'000);
    CHECK(found.seen.ends_with("Started 74, Started 99"));
    CHECK(found.requests == 31);
}

TEST_CASE("§13 outages: max_failures in a row are tolerated and reported; the next one ends the watch") {
    const undisturbed around;
    host<> to;
    const outcome flaky = follow(to, 11001);  // every second request is answered 503
    CHECK(flaky.end == watch_state::finished);
    CHECK(flaky.seen.ends_with("Succeeded 100"));
    CHECK(flaky.failures > 1);

    superoffice::watch_options options;
    options.max_failures = 0;
    outcome found = follow(to, 11002, options);
    CHECK(found.end == watch_state::call_failed);
    CHECK(found.code == errc::unavailable);
    CHECK(found.requests == 2);

    control("reset");
    control("next", R"({"match": "GetBatchTaskInfo", "fault": "reset-before-head", "times": 3})");
    found = follow(to, 1005);
    CHECK(found.end == watch_state::finished);
    CHECK(found.failures == 1);  // one kind, three times
    control("next", R"({"match": "GetBatchTaskInfo", "status": 503, "body": "", "times": 6})");
    found = follow(to, 1006);
    CHECK(found.end == watch_state::call_failed);
    CHECK(found.code == errc::unavailable);
    CHECK(found.took == 2000 + 4000 + 8000 + 16'000 + 32'000);  // the pause doubles
    CHECK(found.requests == 6);
}

TEST_CASE("§13 outages: Retry-After is obeyed, up to the longest pause") {
    const undisturbed around;
    host<> to;
    const auto outage = [&](const char* seconds) {
        control("reset");
        control("next", "{\"match\": \"GetBatchTaskInfo\", \"status\": 429, \"headers\": [[\"Retry-After\", \"" +
                            std::string{seconds} + "\"]], \"body\": \"\"}");
        superoffice::watch_options options;
        options.max_pause = milliseconds{20'000};
        return follow(to, 6104, options);  // Succeeded at once
    };
    CHECK(outage("7").took == 7000);
    CHECK(outage("1").took == 2000);
    CHECK(outage("86400").took == 20'000);
    CHECK(outage("soon").took == 2000);
}

TEST_CASE("§13 errors: an error that does not pass by itself ends the watch at once") {
    const undisturbed around;
    host<> to;
    for (const auto& row : {std::pair{7401, errc::unauthorized},
                            {7403, errc::forbidden},
                            {27404, errc::not_found},
                            {17400, errc::service_fault},
                            {7302, errc::redirected},
                            {9007, errc::bad_json}}) {
        const auto& [id, code] = row;
        CAPTURE(row.first);
        const outcome found = follow(to, id);
        CHECK(found.end == watch_state::call_failed);
        CHECK(found.code == code);
        CHECK(found.requests == 1);
    }
}

TEST_CASE("§13 states: unknown ones and All are not final") {
    const undisturbed around;
    host<> to;
    superoffice::watch_options options;
    options.deadline = milliseconds{3000};
    for (const std::int32_t id : {6100, 6107, 6108, 6112}) {
        CAPTURE(id);
        CHECK(follow(to, id, options).code == errc::deadline_exceeded);
    }
    for (const std::int32_t id : {6104, 6105, 6106}) CHECK(follow(to, id, options).end == watch_state::finished);
}

TEST_CASE("§13 cancel: the running call is cancelled, and the client is free") {
    const undisturbed around;
    host<> to;
    superoffice::watch<followed> task{to.api, 8008, {}, superoffice::allow_waiting_lookup};
    const journal log;
    while (log.requests().empty()) {
        CHECK(task.step(instant{0}) == watch_state::waiting);
        to.link.wait(task.wants().what, milliseconds{20});
    }
    CHECK(to.api.is_busy());
    task.cancel();
    CHECK(task.step(instant{0}) == watch_state::call_failed);
    CHECK(task.error() == errc::cancelled);
    check_sample(to.api.get_batch_task_info(497));
}
