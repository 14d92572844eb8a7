// Tests of superoffice/client/task_board.hpp, over a scripted link and with a clock that goes by hand.
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
    return {
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State,ProgressPercent,"
                                        "StartCount,ProgressDescription,CancellationBehaviour",
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

/// Keeps what a board fetches, and for which task. Offset 0 begins a file.
struct store {
    std::string* kept;
    so::sink_answer answer = so::sink_answer::more;
    so::sink_answer operator()(std::int32_t id, std::uint64_t offset, std::span<const std::byte> piece) noexcept {
        if (offset == 0) *kept = number(id) + ": ";
        CHECK(kept->size() == number(id).size() + 2 + offset);
        kept->append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return answer;
    }
};

using client = so::client<so::scripted, so::bearer>;

struct bench {
    explicit bench(std::initializer_list<exchange> exchanges, const so::script_pacing& pacing = {})
        : steps(script_of(exchanges)), link(steps, pacing) {}

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
    std::string kept;
    so::task_board<client, store, 3> board{api, store{&kept}};

    /// So many steps, with the time standing still.
    void step(int count = 50) {
        for (int n = 0; n < count; ++n) board.step(clock.now());
    }
    const so::board_row& row(std::size_t at = 0) { return board.rows()[at]; }
};

}  // namespace

TEST_CASE("task_board: a row has what a panel shows, and keeps it when the reply is gone") {
    bench b{{asks(497, R"("State":"Started","ProgressPercent":37,"StartCount":1,"ProgressDescription":"1,842 rows",)"
                       R"("CancellationBehaviour":"CancelWithWarning")"),
             asks(498, R"("State":"Pending","CancellationBehaviour":"CannotCancel")")}};
    CHECK(b.board.rows().empty());
    CHECK(b.board.follow(497, b.clock.now()));
    CHECK(b.board.follow(498, b.clock.now()));
    b.step();
    REQUIRE(b.board.rows().size() == 2);
    CHECK(b.row().id == 497);
    CHECK(b.row().news == watch_state::changed);
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

TEST_CASE("task_board: elapsed counts until the end of the task, and the time left is estimated") {
    bench b{{asks(497, R"("State":"Started","ProgressPercent":0)"),
             asks(497, R"("State":"Started","ProgressPercent":50)"),
             asks(497, R"("State":"Succeeded","ProgressPercent":100)")}};
    b.board.follow(497, b.clock.now());
    b.step();
    CHECK_FALSE(b.row().left.at(b.clock.now()).has_value());
    b.clock.pass(milliseconds{10'000});
    b.step();
    CHECK(b.row().left.at(b.clock.now()) == milliseconds{10'000});
    CHECK(b.row().elapsed(b.clock.now()) == milliseconds{10'000});
    b.clock.pass(milliseconds{2'000});
    b.step();
    b.clock.pass(milliseconds{60'000});
    CHECK(b.row().is_over());
    CHECK(b.row().can_fetch());
    CHECK_FALSE(b.row().can_stop());
    CHECK(b.row().elapsed(b.clock.now()) == milliseconds{12'000});
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

TEST_CASE("task_board: why a start failed is told until the next one") {
    bench b{{starts("Nonsense", reply_text("500 Internal Server Error", R"({"Error":true,"Message":"no such job"})")),
             starts("ContactExport", reply_text("200 OK", "500")), asks(500, R"("State":"Pending")")}};
    b.board.start("Nonsense");
    b.step();
    CHECK(b.board.error() == errc::service_fault);
    CHECK(b.board.rows().empty());
    b.board.start("ContactExport");
    b.step();
    CHECK(b.board.error() == errc::ok);
    CHECK(b.board.rows().size() == 1);
}

TEST_CASE("task_board: stops the task of a row once the question under way is answered") {
    bench b{{asks(1, R"("State":"Started")"), stops(1, reply_text("200 OK", "true")), asks(1, R"("State":"Failed")")},
            {.blocks_first = true}};
    b.board.follow(1, b.clock.now());
    b.board.step(b.clock.now());
    REQUIRE(b.api.is_busy());
    CHECK(b.board.stop(1));
    CHECK_FALSE(b.board.can_act());
    CHECK_FALSE(b.board.stop(1));  // one waits already
    CHECK_FALSE(b.board.fetch(1));
    CHECK_FALSE(b.board.start("ContactExport"));
    b.step();
    CHECK(b.board.can_act());
    CHECK(b.row().error == errc::ok);
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.row().state == "Failed");
    CHECK(b.link.finished());
}

TEST_CASE("task_board: why a stop failed stands in the row until the next reply") {
    bench b{
        {asks(1, R"("State":"Started")"), stops(1, reply_text("403 Forbidden", "")), asks(1, R"("State":"Stopping")")}};
    b.board.follow(1, b.clock.now());
    b.step();
    b.board.stop(1);
    b.step();
    CHECK(b.row().error == errc::forbidden);
    CHECK_FALSE(b.row().is_over());
    b.clock.pass(milliseconds{2'000});
    b.step();
    CHECK(b.row().error == errc::ok);
}

TEST_CASE("task_board: fetches what a task made, more than once") {
    bench b{{asks(1, R"("State":"Succeeded")"), asks(2, R"("State":"Succeeded")"), fetches(2, file("abcdef")),
             fetches(1, file("")), fetches(2, reply_text("404 Not Found", ""))}};
    b.board.follow(1, b.clock.now());
    b.board.follow(2, b.clock.now());
    b.step();
    CHECK(b.row(1).can_fetch());
    CHECK(b.board.fetch(2));
    CHECK_FALSE(b.row(1).can_fetch());
    b.step();
    CHECK(b.kept == "2: abcdef");
    CHECK(b.row(1).fetched == 6);
    CHECK(b.row(1).is_fetched);
    CHECK_FALSE(b.row(1).can_fetch());
    CHECK(b.board.fetch(1));
    b.step();
    CHECK(b.row().fetched == 0);
    CHECK(b.row().is_fetched);
    CHECK(b.board.fetch(2));
    b.step();
    CHECK(b.row(1).error == errc::not_found);
    CHECK_FALSE(b.row(1).is_fetched);
    CHECK(b.row(1).can_fetch());
    CHECK(b.link.finished());
}

TEST_CASE("task_board: a file that the store cannot keep is not fetched, and can be fetched again") {
    bench b{{asks(1, R"("State":"Succeeded")"), fetches(1, file(std::string(1'000, 'x')))}, {.at_most = 100}};
    so::task_board<client, store, 3> board{b.api, store{&b.kept, so::sink_answer::stop}};
    board.follow(1, b.clock.now());
    for (int n = 0; n < 500; ++n) board.step(b.clock.now());
    board.fetch(1);
    for (int n = 0; n < 500; ++n) board.step(b.clock.now());
    CHECK(board.rows()[0].fetched > 0);
    CHECK(board.rows()[0].fetched < 1'000);
    CHECK(board.rows()[0].error == errc::cancelled);
    CHECK(board.rows()[0].can_fetch());
}

TEST_CASE("task_board: what concerns one task stands in its row; an outage is told, and ends nothing") {
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

TEST_CASE("task_board: a refused credential ends all rows") {
    const exchange refused{asks(1, "").request, reply_text("403 Forbidden", "")};
    bench b{{refused}};
    b.board.follow(1, b.clock.now());
    b.board.follow(2, b.clock.now());
    b.step();
    CHECK(b.row().error == errc::forbidden);
    CHECK(b.row().news == watch_state::call_failed);
    CHECK(b.row(1).news == watch_state::call_failed);
}

TEST_CASE("task_board: tasks that are not there, and a board that is full") {
    bench b{{}};
    CHECK_FALSE(b.board.stop(1));
    CHECK_FALSE(b.board.fetch(0));
    for (const std::int32_t id : {1, 2, 3}) CHECK(b.board.follow(id, b.clock.now()));
    CHECK(b.board.is_full());
    CHECK(b.board.follow(2, b.clock.now()));  // is followed already
    CHECK_FALSE(b.board.follow(4, b.clock.now()));
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
