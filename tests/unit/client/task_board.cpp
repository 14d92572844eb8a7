// Tests of superoffice/client/task_board.hpp, over a scripted link and with a manual clock.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/task_board.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/manual_clock.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::milliseconds;
using so::watch_state;
using support::reply_text;

namespace {

struct exchange {
    std::string request, reply;
};

std::string number(std::int32_t id) { return std::to_string(id); }

/// The question about a task, and a reply of these members.
exchange asks(std::int32_t id, std::string_view members) {
    return {support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=Name,State,"
                                            "ProgressPercent,StartCount,ProgressDescription,CancellationBehaviour",
                                  .body = R"({"Id":)" + number(id) + "}"}
                .text(),
            reply_text("200 OK", members == "null" ? std::string{members} : "{" + std::string{members} + "}")};
}
exchange starts(std::string_view name, const std::string& reply) {
    const std::string body = R"({"BatchTaskInfo":{"Name":")" + std::string{name} + "\"}}";
    return {support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StartBatchJob", .body = body}.text(),
            reply};
}
exchange stops(std::int32_t id, const std::string& reply) {
    const std::string body = R"({"Id":)" + number(id) + "}";
    return {support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StopBatchJob", .body = body}.text(), reply};
}
exchange fetches(std::int32_t id, const std::string& reply) {
    const std::string body = R"({"BatchTaskId":)" + number(id) + "}";
    std::string text =
        support::request_text{.target = "/Cust12345/api/v1/Agents/BLOB/GetOutputFromBatch", .body = body}.text();
    const std::string_view json = "Accept: application/json";
    return {text.replace(text.find(json), json.size(), "Accept: application/octet-stream"), reply};
}
std::string file(std::string_view bytes) { return reply_text("200 OK", bytes, "", "application/octet-stream"); }

/// Keeps what a board fetches, and for which task. Offset 0 begins a file, and an empty piece ends it.
struct store {
    std::string kept;
    so::store_answer answer = so::store_answer::more, at_end = so::store_answer::more;
    so::store_answer operator()(std::int32_t id, std::uint64_t offset, std::span<const std::byte> piece) noexcept {
        if (offset == 0) kept = number(id) + ": ";
        CHECK(kept.size() == number(id).size() + 2 + offset);
        if (piece.empty() && at_end == so::store_answer::more) kept += ".";
        kept.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return piece.empty() ? at_end : answer;
    }
};

using client = so::client<so::scripted, so::bearer>;

struct bench {
    explicit bench(std::initializer_list<exchange> exchanges, const so::script_pacing& pacing = {},
                   const so::board_options& options = {})
        : steps(script_of(exchanges)), link(steps, pacing), board(api, files, options) {}

    std::vector<so::script_step> script_of(std::initializer_list<exchange> exchanges) {
        std::vector<so::script_step> made = {script::starts()};
        for (const exchange& each : exchanges) {
            made.push_back(script::expects(texts.emplace_back(each.request)));
            made.push_back(script::gives(texts.emplace_back(each.reply)));
        }
        return made;
    }

    std::deque<std::string> texts;
    std::vector<so::script_step> steps;
    so::scripted link;
    std::array<std::byte, 4096> memory{};
    client api{link, support::test_base, so::bearer{support::test_token}, memory};
    support::manual_clock clock;
    store files;
    so::task_board<client, store, 3> board;

    /// So many steps, with the time standing still.
    void step(int count = 50) {
        for (int n = 0; n < count; ++n) board.step(clock.now());
    }
    const so::board_row& row(std::size_t at = 0) { return board.rows()[at]; }
};

}  // namespace

TEST_CASE("task_board: a row has what a panel shows, and keeps it when the reply is gone") {
    bench b{{asks(497, R"("Name":"Contacts","State":"Started","ProgressPercent":37,"StartCount":1,)"
                       R"("ProgressDescription":"1,842 rows","CancellationBehaviour":"CancelWithWarning")"),
             asks(498, R"("State":"Pending","CancellationBehaviour":"CannotCancel")")}};
    CHECK(b.board.rows().empty());
    CHECK(b.board.follow(497, b.clock.now()));
    CHECK(b.board.follow(498, b.clock.now()));
    b.step();
    REQUIRE(b.board.rows().size() == 2);
    CHECK(b.row().id == 497);
    CHECK(b.row().news == watch_state::changed);
    CHECK(b.row().name == "Contacts");
    CHECK(b.row().state == "Started");
    CHECK(b.row().text == "1,842 rows");
    CHECK(b.row().percent == 37);
    CHECK(b.row().asks_first);
    CHECK(b.row().can_stop());
    CHECK_FALSE(b.row().can_fetch());
    CHECK(b.row().error == errc::ok);
    CHECK(b.row(1).state == "Pending");
    CHECK(b.row(1).text.empty());
    CHECK(b.row(1).percent == 0);
    CHECK_FALSE(b.row(1).asks_first);
    CHECK_FALSE(b.row(1).can_stop());
    CHECK(b.link.finished());
}

TEST_CASE("task_board: the time watched counts until the end of the task, and the time left is estimated") {
    bench b{{asks(497, R"("State":"Started","ProgressPercent":0)"),
             asks(497, R"("State":"Started","ProgressPercent":50)"),
             asks(497, R"("State":"Succeeded","ProgressPercent":100)")}};
    b.board.follow(497, b.clock.now());
    b.step();
    CHECK_FALSE(b.row().left.at(b.clock.now()).has_value());
    b.clock.pass(milliseconds{10'000});
    b.step();
    CHECK(b.row().left.at(b.clock.now()) == milliseconds{10'000});
    CHECK(b.row().watched(b.clock.now()) == milliseconds{10'000});
    b.clock.pass(milliseconds{2'000});
    b.step();
    b.clock.pass(milliseconds{60'000});
    CHECK(b.row().is_over());
    CHECK(b.row().can_fetch());
    CHECK_FALSE(b.row().can_stop());
    CHECK(b.row().watched(b.clock.now()) == milliseconds{12'000});
}

TEST_CASE("task_board: percents count from 0 to 100, and an absent one changes nothing") {
    bench b{{asks(1, R"("State":"Started","ProgressPercent":-1)"),
             asks(1, R"("State":"Started","ProgressPercent":110)"), asks(1, R"("State":"Running")")}};
    b.board.follow(1, b.clock.now());
    for (const std::int32_t percent : {0, 100, 100}) {
        b.step();
        CHECK(b.row().percent == percent);
        b.clock.pass(milliseconds{2'000});
    }
    CHECK(b.row().state == "Running");  // a state that nobody knows
}

TEST_CASE("task_board: a text that is too long is cut between two characters") {
    struct row {
        std::string text;
        std::size_t kept;
    };
    const std::string a(94, 'a');
    const row rows[] = {
        {a + "bc", 96},
        {a + "bcd", 96},
        {a + "\u00e6", 96},           // two bytes that fit
        {a + "b\u00e6", 95},          // the second byte does not
        {a + "\u2713", 94},           // three bytes
        {a + "\U0001F600", 94},       // four
        {std::string(97, '\x80'), 0}  // no UTF-8: nothing to cut at
    };
    for (const row& each : rows) {
        CAPTURE(each.text);
        CHECK(so::detail::cut_to(each.text, 96) == each.text.substr(0, each.kept));
    }
    bench b{{asks(1, R"("State":"Started","ProgressDescription":")" + a + "\u2713\"")}};
    b.board.follow(1, b.clock.now());
    b.step();
    CHECK(b.row().text == a);
}

TEST_CASE("task_board: a job is started, and its task followed") {
    bench b{{starts("ContactExport", reply_text("200 OK", "500")), asks(500, R"("State":"Pending")")}};
    CHECK(b.board.can_act());
    CHECK(b.board.start("ContactExport"));
    b.step();
    REQUIRE(b.board.rows().size() == 1);
    CHECK(b.row().id == 500);
    CHECK(b.row().state == "Pending");
    CHECK(b.board.error() == errc::ok);
    CHECK(b.link.finished());
}

TEST_CASE("task_board: the error of a start stays until the next start, and does not hide an outage") {
    bench b{{asks(1, R"("State":"Started")"),
             starts("Nonsense", reply_text("500 Internal Server Error", R"({"Error":true,"Message":"no such job"})")),
             {asks(1, "").request, reply_text("503 Service Unavailable", "")},
             starts("ContactExport", reply_text("200 OK", "500")),
             asks(500, R"("State":"Pending")")}};
    b.board.follow(1, b.clock.now());
    b.step();
    b.board.start("Nonsense");
    b.step();
    CHECK(b.board.start_error() == errc::service_fault);
    CHECK(b.board.start_name() == "Nonsense");
    CHECK(b.board.error() == errc::ok);
    CHECK(b.board.rows().size() == 1);
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.board.start_error() == errc::service_fault);
    CHECK(b.board.error() == errc::unavailable);
    b.board.start("ContactExport");
    CHECK(b.board.start_error() == errc::ok);
    b.step();
    CHECK(b.board.start_error() == errc::ok);
    CHECK(b.board.rows().size() == 2);
}

TEST_CASE("task_board: a start that gives no id of a task has failed") {
    bench b{{starts("ContactExport", reply_text("200 OK", "0"))}};
    b.board.start("ContactExport");
    b.step();
    CHECK(b.board.start_error() == errc::no_such_task);
    CHECK(b.board.rows().empty());
}

TEST_CASE(
    "task_board: a job's name is copied, of 63 bytes at most; one start at a time, and room is kept for its task") {
    const std::string longest(63, 'n');
    bench b{{starts(longest, reply_text("200 OK", "500")), asks(500, R"("State":"Pending")")}, {.blocks_first = true}};
    CHECK_FALSE(b.board.start(longest + "n"));
    CHECK(b.board.can_start());
    std::string name = longest;
    CHECK(b.board.start(name));
    name.assign(name.size(), 'x');
    CHECK(b.board.is_starting());
    CHECK_FALSE(b.board.start("ContactExport"));
    b.board.step(b.clock.now());
    REQUIRE(b.api.is_busy());
    CHECK(b.board.can_act());
    CHECK_FALSE(b.board.can_start());
    CHECK_FALSE(b.board.start("ContactExport"));  // the first one is under way
    CHECK(b.board.follow(1, b.clock.now()));
    CHECK(b.board.follow(2, b.clock.now()));
    CHECK(b.board.is_full());
    CHECK_FALSE(b.board.follow(3, b.clock.now()));
    for (int n = 0; n < 50 && b.board.is_starting(); ++n) b.board.step(b.clock.now());
    REQUIRE(b.board.rows().size() == 3);
    CHECK(b.row(2).id == 500);
}

TEST_CASE("task_board: stops the task of a row once the question under way is answered") {
    bench b{{asks(1, R"("State":"Started")"), stops(1, reply_text("200 OK", "true")), asks(1, R"("State":"Failed")")},
            {.blocks_first = true}};
    b.board.follow(1, b.clock.now());
    b.board.step(b.clock.now());
    REQUIRE(b.api.is_busy());
    CHECK(b.board.stop(1));
    CHECK(b.row().is_stopping);
    CHECK_FALSE(b.row().can_stop());
    CHECK_FALSE(b.board.can_act());
    CHECK_FALSE(b.board.stop(1));  // one waits already
    CHECK_FALSE(b.board.start("ContactExport"));
    b.step();
    CHECK(b.board.can_act());
    CHECK_FALSE(b.row().is_stopping);
    CHECK_FALSE(b.row().stop_declined);
    CHECK(b.row().action_error == errc::ok);
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.row().state == "Failed");
    CHECK(b.link.finished());
}

TEST_CASE("task_board: the error of a stop stays in the row until the next action") {
    struct row {
        const char* name;
        std::string reply;
        errc code = errc::ok;
        bool declined = false;
    };
    const row rows[] = {
        {.name = "403", .reply = reply_text("403 Forbidden", ""), .code = errc::forbidden},
        {.name = "declined", .reply = reply_text("200 OK", "false"), .declined = true},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        bench b{{asks(1, R"("State":"Started")"), stops(1, each.reply), asks(1, R"("State":"Running")"),
                 stops(1, reply_text("200 OK", "true"))}};
        b.board.follow(1, b.clock.now());
        b.step();
        CHECK(b.board.stop(1));
        b.step();
        b.clock.pass(milliseconds{2'000});
        b.step();
        CHECK(b.row().state == "Running");
        CHECK(b.row().action_error == each.code);
        CHECK(b.row().stop_declined == each.declined);
        CHECK(b.row().error == errc::ok);
        CHECK(b.row().can_stop());
        CHECK(b.board.stop(1));
        CHECK(b.row().action_error == errc::ok);
        CHECK_FALSE(b.row().stop_declined);
        b.step();
        CHECK_FALSE(b.row().stop_declined);
        CHECK(b.link.finished());
    }
}

TEST_CASE("task_board: stop and fetch are refused where the row says so") {
    struct row {
        const char* name;
        std::string_view members;
        bool can_stop = false, can_fetch = false;
    };
    const row rows[] = {
        {.name = "runs", .members = R"("State":"Started")", .can_stop = true},
        {.name = "cannot be stopped", .members = R"("State":"Started","CancellationBehaviour":"CannotCancel")"},
        {.name = "succeeded", .members = R"("State":"Succeeded")", .can_fetch = true},
        {.name = "succeeded, files stay", .members = R"("State":"SucceededManualCleanup")", .can_fetch = true},
        {.name = "failed", .members = R"("State":"Failed")"},
        {.name = "unknown", .members = "null"},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        bench b{{asks(1, each.members)}};
        b.board.follow(1, b.clock.now());
        b.step();
        CHECK(b.row().can_stop() == each.can_stop);
        CHECK(b.row().can_fetch() == each.can_fetch);
        CHECK(b.board.stop(1) == each.can_stop);
        CHECK(b.row().is_stopping == each.can_stop);
        CHECK(b.board.fetch(1) == each.can_fetch);
        CHECK(b.row().is_fetching == each.can_fetch);
        CHECK(b.board.can_act() == !(each.can_stop || each.can_fetch));
    }
}

TEST_CASE("task_board: fetches what a task made, more than once; an empty piece ends a whole file, also an empty one") {
    bench b{{asks(1, R"("State":"Succeeded")"), asks(2, R"("State":"Succeeded")"), fetches(2, file("abcdef")),
             fetches(1, file("")), fetches(2, reply_text("404 Not Found", "")), fetches(2, file("new"))}};
    b.board.follow(1, b.clock.now());
    b.board.follow(2, b.clock.now());
    b.step();
    CHECK(b.row(1).can_fetch());
    CHECK(b.board.fetch(2));
    CHECK_FALSE(b.row(1).can_fetch());
    b.step();
    CHECK(b.files.kept == "2: abcdef.");
    CHECK(b.row(1).fetched == 6);
    CHECK(b.row(1).is_fetched);
    CHECK(b.board.fetch(1));
    b.step();
    CHECK(b.files.kept == "1: .");
    CHECK(b.row().fetched == 0);
    CHECK(b.row().is_fetched);
    CHECK(b.board.fetch(2));
    b.step();
    CHECK(b.files.kept == "1: .");
    CHECK(b.row(1).action_error == errc::not_found);
    CHECK_FALSE(b.row(1).is_fetched);
    CHECK(b.row(1).fetched == 0);
    CHECK(b.board.fetch(2));
    CHECK(b.row(1).action_error == errc::ok);
    b.step();
    CHECK(b.files.kept == "2: new.");
    CHECK(b.row(1).is_fetched);
    CHECK(b.link.finished());
}

TEST_CASE("task_board: a second fetch counts its bytes from the beginning") {
    bench b{{asks(1, R"("State":"Succeeded")"), fetches(1, file("abc"))}};
    b.board.follow(1, b.clock.now());
    b.step();
    b.board.fetch(1);
    b.step();
    CHECK(b.row().fetched == 3);
    b.board.fetch(1);
    CHECK(b.row().fetched == 0);
    CHECK_FALSE(b.row().is_fetched);
}

TEST_CASE("task_board: a file that the store cannot keep is not fetched, and can be fetched again") {
    bench b{{asks(1, R"("State":"Succeeded")"), fetches(1, file(std::string(1'000, 'x')))}, {.at_most = 100}};
    b.files.answer = so::store_answer::failed;
    b.board.follow(1, b.clock.now());
    b.step(500);
    b.board.fetch(1);
    b.step(500);
    CHECK(b.row().fetched < 1'000);
    CHECK(b.row().store_failed);
    CHECK_FALSE(b.row().is_fetched);
    CHECK(b.row().action_error == errc::ok);
    CHECK(b.row().can_fetch());
    CHECK(b.board.fetch(1));
    CHECK_FALSE(b.row().store_failed);
}

TEST_CASE("task_board: a store may refuse the end of a file, and put off a piece or the end") {
    bench b{{asks(1, R"("State":"Succeeded")"), fetches(1, file("abc")), fetches(1, file("abc"))}};
    b.files.at_end = so::store_answer::failed;
    b.board.follow(1, b.clock.now());
    b.step();
    b.board.fetch(1);
    b.step();
    CHECK(b.row().store_failed);
    CHECK_FALSE(b.row().is_fetched);
    CHECK_FALSE(b.row().is_fetching);
    b.files.at_end = so::store_answer::not_now;
    b.board.fetch(1);
    b.step();
    CHECK(b.row().is_fetching);
    CHECK_FALSE(b.row().is_fetched);
    b.files.at_end = so::store_answer::more;
    b.step();
    CHECK(b.files.kept == "1: abc.");
    CHECK(b.row().is_fetched);
    CHECK_FALSE(b.row().store_failed);
}

TEST_CASE("task_board: a fetch has a timeout and a size of its own") {
    const std::initializer_list<exchange> script = {asks(1, R"("State":"Succeeded")"), fetches(1, file("abcdef"))};
    bench slow{script, {}, {.fetch_timeout = milliseconds{60'000}}};
    slow.files.answer = so::store_answer::not_now;
    slow.board.follow(1, slow.clock.now());
    slow.step();
    slow.board.fetch(1);
    slow.step();
    slow.clock.pass(milliseconds{59'999});  // longer than the client's timeout
    slow.step();
    CHECK(slow.row().is_fetching);
    slow.clock.pass(milliseconds{1});
    slow.step();
    CHECK(slow.row().action_error == errc::deadline_exceeded);
    CHECK_FALSE(slow.row().is_fetching);

    for (const std::uint64_t size : {5U, 6U}) {
        bench large{script, {}, {.max_file_bytes = size}};
        large.board.follow(1, large.clock.now());
        large.step();
        large.board.fetch(1);
        large.step();
        CHECK(large.row().action_error == (size < 6 ? errc::reply_too_large : errc::ok));
    }
}

TEST_CASE("task_board: an error of one task stands in its row; an outage is reported, and ends nothing") {
    const exchange outage{asks(2, "").request, reply_text("503 Service Unavailable", "")};
    bench b{{asks(1, "null"), asks(2, R"("State":"Started")"), outage, outage, outage, outage, outage, outage, outage,
             asks(2, R"("State":"Started")")}};
    b.board.follow(1, b.clock.now());
    b.board.follow(2, b.clock.now());
    b.step();
    CHECK(b.row().news == watch_state::call_failed);
    CHECK(b.row().error == errc::no_such_task);
    CHECK(b.row(1).news == watch_state::changed);
    CHECK(b.board.error() == errc::ok);
    for (int n = 0; n < 7; ++n) {
        b.clock.pass(milliseconds{60'000});
        b.step();
        CHECK(b.board.error() == errc::unavailable);
        CHECK_FALSE(b.row(1).is_over());
    }
    b.clock.pass(milliseconds{60'000});
    b.step();
    CHECK(b.board.error() == errc::ok);
    CHECK(b.link.finished());
}

TEST_CASE("task_board: a task that is refused ends alone, and one that keeps failing leaves the others their times") {
    const exchange failing{asks(2, "").request, reply_text("500 Internal Server Error", "")};
    bench b{{{asks(1, "").request, reply_text("403 Forbidden", "")},
             failing,
             asks(3, R"("State":"Started")"),
             failing,
             asks(3, R"("State":"Succeeded")"),
             asks(2, R"("State":"Started")")}};
    for (const std::int32_t id : {1, 2, 3}) b.board.follow(id, b.clock.now());
    b.step();
    CHECK(b.row().error == errc::forbidden);
    CHECK_FALSE(b.row(1).is_over());
    CHECK(b.row(2).state == "Started");
    CHECK(b.board.error() == errc::unavailable);
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.row(2).state == "Succeeded");
    CHECK(b.board.error() == errc::unavailable);
    b.clock.pass(milliseconds{4'000});
    b.step();
    CHECK(b.row(1).state == "Started");
    CHECK(b.board.error() == errc::ok);
    CHECK(b.link.finished());
}

TEST_CASE("task_board: a refused credential ends all rows and is reported; each can be followed again") {
    const exchange refused{asks(1, "").request, reply_text("401 Unauthorized", "")};
    bench b{{asks(1, R"("State":"Started")"), asks(2, R"("State":"Started")"), refused, asks(2, R"("State":"Running")"),
             asks(1, R"("State":"Running")")}};
    b.board.follow(1, b.clock.now());
    b.board.follow(2, b.clock.now());
    b.step();
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.board.error() == errc::unauthorized);
    for (const so::board_row& each : b.board.rows()) {
        CHECK(each.error == errc::unauthorized);
        CHECK(each.news == watch_state::call_failed);
    }
    for (const std::int32_t id : {2, 1}) {
        CHECK(b.board.follow(id, b.clock.now()));
        CHECK(b.board.error() == errc::ok);
        const so::board_row& row = b.row(id == 1 ? 0 : 1);
        CHECK(row.error == errc::ok);
        CHECK_FALSE(row.is_over());
        b.step();
        CHECK(row.state == "Running");
    }
    CHECK(b.board.rows().size() == 2);
    CHECK(b.link.finished());
}

TEST_CASE("task_board: an outage before the refused credential is forgotten when a task is followed again") {
    bench b{{{asks(1, "").request, reply_text("503 Service Unavailable", "")},
             {asks(1, "").request, reply_text("401 Unauthorized", "")},
             asks(1, R"("State":"Running")")}};
    b.board.follow(1, b.clock.now());
    b.step();
    CHECK(b.board.error() == errc::unavailable);
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.board.error() == errc::unauthorized);
    b.board.follow(1, b.clock.now());
    CHECK(b.board.error() == errc::ok);
    b.step();
    CHECK(b.row().state == "Running");
}

TEST_CASE("task_board: no task has an id below 1") {
    bench b{{}};
    for (const std::int32_t id : {0, -1, INT32_MIN}) CHECK_FALSE(b.board.follow(id, b.clock.now()));
    CHECK(b.board.rows().empty());
    CHECK(b.board.follow(1, b.clock.now()));
}

TEST_CASE("task_board: a row that is over can be removed, which makes room") {
    bench b{{asks(1, R"("State":"Succeeded")"), asks(2, R"("State":"Started")"), asks(3, R"("State":"Failed")"),
             asks(4, R"("State":"Pending")"), asks(4, R"("State":"Running")"), asks(2, R"("State":"Running")")}};
    for (const std::int32_t id : {1, 2, 3}) b.board.follow(id, b.clock.now());
    CHECK_FALSE(b.board.forget(1));  // nothing is known of it yet
    b.step();
    CHECK_FALSE(b.board.forget(2));
    CHECK_FALSE(b.board.forget(4));
    CHECK(b.board.is_full());
    CHECK(b.board.forget(1));
    CHECK_FALSE(b.board.forget(1));
    REQUIRE(b.board.rows().size() == 2);
    CHECK(b.row().id == 2);
    CHECK(b.row(1).id == 3);
    CHECK_FALSE(b.board.is_full());
    CHECK(b.board.follow(4, b.clock.now()));
    b.step();
    CHECK(b.row(2).state == "Pending");
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.row().state == "Running");
    CHECK(b.row(1).state == "Failed");
    CHECK(b.row(2).state == "Running");
    CHECK(b.link.finished());
}

TEST_CASE("task_board: a row stays while its output is fetched") {
    bench b{{asks(1, R"("State":"Succeeded")"), fetches(1, file("abc"))}};
    b.board.follow(1, b.clock.now());
    b.step();
    b.board.fetch(1);
    CHECK_FALSE(b.board.forget(1));
    b.step();
    CHECK(b.board.forget(1));
    CHECK(b.files.kept == "1: abc.");
}

TEST_CASE("task_board: a row stays while a stop waits, though its task has ended meanwhile") {
    bench b{{asks(1, R"("State":"Started")"), asks(1, R"("State":"Failed")"), stops(1, reply_text("200 OK", "false"))},
            {.blocks_first = true}};
    b.board.follow(1, b.clock.now());
    b.step();
    b.clock.pass(milliseconds{2'000});
    b.board.step(b.clock.now());
    REQUIRE(b.api.is_busy());
    CHECK(b.board.stop(1));
    for (int n = 0; n < 50 && !b.row().is_over(); ++n) b.board.step(b.clock.now());
    CHECK(b.row().is_over());
    CHECK(b.row().is_stopping);
    CHECK_FALSE(b.board.forget(1));
    b.step();
    CHECK(b.row().stop_declined);
    CHECK(b.board.forget(1));
    CHECK(b.link.finished());
}

TEST_CASE("task_board: a refused credential changes nothing of a task that has ended") {
    bench b{{asks(1, R"("State":"Succeeded")"), {asks(2, "").request, reply_text("401 Unauthorized", "")}}};
    b.board.follow(1, b.clock.now());
    b.board.follow(2, b.clock.now());
    b.step();
    CHECK(b.row().news == watch_state::finished);
    CHECK(b.row().error == errc::ok);
    CHECK(b.row().can_fetch());
    CHECK(b.row(1).error == errc::unauthorized);
}

TEST_CASE("task_board: asks for a task again after the interval of its options") {
    bench b{{asks(1, R"("State":"Started")"), asks(1, R"("State":"Running")")}, {}, {.interval = milliseconds{500}}};
    b.board.follow(1, b.clock.now());
    b.step();
    b.clock.pass(milliseconds{499});
    b.step();
    CHECK(b.row().state == "Started");
    b.clock.pass(milliseconds{1});
    b.step();
    CHECK(b.row().state == "Running");
}

TEST_CASE("task_board: tasks that are not there, and a board that is full") {
    bench b{{}};
    CHECK_FALSE(b.board.stop(1));
    CHECK_FALSE(b.board.fetch(0));
    for (const std::int32_t id : {1, 2, 3}) CHECK(b.board.follow(id, b.clock.now()));
    CHECK(b.board.is_full());
    CHECK(b.board.follow(2, b.clock.now()));  // is followed already
    CHECK_FALSE(b.board.follow(4, b.clock.now()));
    CHECK_FALSE(b.board.can_start());
    CHECK_FALSE(b.board.start("ContactExport"));
    CHECK(b.board.rows().size() == 3);
    CHECK_FALSE(b.board.stop(4));
    CHECK(b.board.can_act());
}

TEST_CASE("task_board: allocates nothing") {
    bench b{{asks(1, R"("State":"Started")"), starts("ContactExport", reply_text("200 OK", "2")),
             asks(2, R"("State":"Started")"), stops(2, reply_text("200 OK", "true"))}};
    const support::allocation_count heap;
    b.board.follow(1, b.clock.now());
    b.step();
    b.board.start("ContactExport");
    b.step();
    b.board.stop(2);
    b.step();
    CHECK(heap.so_far() == 0);
    CHECK(b.link.finished());
}

TEST_CASE("task_board: a reply without a state has none to show") {
    bench b{{asks(1, R"("ProgressPercent":5)")}};
    b.board.follow(1, b.clock.now());
    b.step();
    CHECK(b.row().state.empty());
    CHECK(b.row().percent == 5);
}

TEST_CASE("task_board: a task that the service no longer knows is gone, and the others are watched further") {
    bench b{{asks(497, R"("State":"Started")"), asks(498, R"("State":"Started")"), asks(497, "null"),
             asks(498, R"("State":"Started")")}};
    CHECK(b.board.follow(497, b.clock.now()));
    CHECK(b.board.follow(498, b.clock.now()));
    b.step();
    CHECK(b.row().news == watch_state::changed);
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.row().news == watch_state::gone);
    CHECK(b.row().error == errc::no_such_task);
    CHECK(b.row().is_over());
    CHECK_FALSE(b.row(1).is_over());
}
