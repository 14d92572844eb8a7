// Tests of superoffice/client/detail/byte_connection.hpp: a request whose connection dies.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/client/detail/byte_connection.hpp>

#include <doctest/doctest.h>

#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::io_result;
using so::stage;

namespace {

enum class death { reset, closed, silent };

/// A service behind connections of which one exchange, the second unless said otherwise, dies after so many bytes, sent and
/// received. Counts how often it got a whole request.
class mortal_link {
  public:
    static constexpr bool may_wait = false;

    std::string request, reply;
    std::size_t dies_at = 0;
    death how = death::reset;
    int dying = 1;  ///< the number of the exchange that dies, from 0
    int starts = 0;
    int carried_out = 0;
    int looks = 0;  ///< for bytes that nobody asked for

    io_result start(const so::peer&) noexcept {
        ++starts;
        open_ = true;
        sent_ = got_ = 0;
        return io_result::ready();
    }
    io_result transmit(std::span<const std::byte> from) noexcept {
        if (is_dead()) return dead();
        const std::size_t n = std::min(from.size(), left());
        sent_ += n;
        if (sent_ == request.size()) ++carried_out;
        return io_result::ready(n);
    }
    io_result receive(std::span<std::byte> into) noexcept {
        if (!open_) return io_result::closed();
        looks += sent_ == 0 ? 1 : 0;
        if (sent_ != request.size()) return io_result::would_block(so::wait_for::readable);
        if (is_dead()) return dead();
        const std::size_t n = std::min({into.size(), left(), reply.size() - got_});
        std::memcpy(into.data(), reply.data() + got_, n);
        got_ += n;
        if (got_ == reply.size()) {
            ++exchanges_;
            sent_ = got_ = 0;
        }
        return io_result::ready(n);
    }
    void stop() noexcept {
        open_ = false;
        if (exchanges_ == dying) exchanges_ = dying + 1;  // the connection of that exchange is gone: the others live
    }
    [[nodiscard]] bool secure() const noexcept { return open_; }

  private:
    bool open_ = false;
    [[nodiscard]] bool is_dead() const noexcept { return exchanges_ == dying && left() == 0; }
    [[nodiscard]] std::size_t left() const noexcept {
        return exchanges_ == dying ? dies_at - sent_ - got_ : request.size() + reply.size();
    }
    [[nodiscard]] io_result dead() const noexcept {
        if (how == death::silent) return io_result::would_block(so::wait_for::readable);
        return how == death::closed ? io_result::closed() : io_result::failed(errc::connection_reset, 104);
    }

    std::size_t sent_ = 0, got_ = 0;
    int exchanges_ = 0;
};
static_assert(so::byte_transport<mortal_link>);

constexpr so::operation<so::GetBatchTaskInfoRequest, so::BatchTaskInfo> start_something{
    .path = "/api/v1/Agents/Batch/StartBatchJob", .slow = so::milliseconds{3000}, .may_repeat = false};

const std::string body = R"({"Id":497,"ProgressPercent":42})";

}  // namespace

TEST_CASE(
    "byte_connection: a call that may not be repeated is never carried out twice, whichever byte the connection dies "
    "at") {
    mortal_link shape;
    shape.request = support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StartBatchJob"}.text();
    shape.reply = support::reply_text("200 OK", body);
    const std::size_t request_size = shape.request.size();
    const std::size_t status_end = request_size + shape.reply.find("\r\n") + 2;
    for (const death how : {death::reset, death::closed, death::silent})
        for (std::size_t dies_at = 0; dies_at < request_size + shape.reply.size(); ++dies_at) {
            CAPTURE(static_cast<int>(how));
            CAPTURE(dies_at);
            mortal_link link = shape;
            link.dies_at = dies_at;
            link.how = how;
            std::array<std::byte, 4096> memory{};
            so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
            auto first = api.start(start_something, {497});
            support::step_to_end(first);
            REQUIRE(first.result().has_value());
            auto second = api.start(start_something, {497});
            so::instant now{2'000};
            for (; second.step(now) != so::step_state::done; now = now + so::milliseconds{1'000}) {
            }
            CHECK(link.carried_out == 2);
            if (dies_at < request_size) {  // it was not sent whole: nothing was carried out
                CHECK(second.result().has_value());
                CHECK(link.starts == 2);
            } else {
                CHECK(second.error() == errc::outcome_unknown);
                CHECK(second.error().stage == (dies_at == request_size ? stage::receive : stage::http));
                CHECK(second.error().http_status == (dies_at >= status_end ? 200 : 0));
                CHECK(second.error().native == (how == death::reset ? 104 : 0));
                CHECK(link.starts == 1);
            }
        }
}

TEST_CASE(
    "byte_connection: StartBatchJob over a fresh connection is sent once, whichever byte the connection dies at") {
    so::StartBatchJobRequest job;
    job.BatchTaskInfo.Name = std::string_view{"ContactExport"};
    mortal_link shape;
    shape.request = support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StartBatchJob",
                                          .body = R"({"BatchTaskInfo":{"Name":"ContactExport"}})"}
                        .text();
    shape.reply = support::reply_text("200 OK", "4711");
    shape.dying = 0;
    const std::size_t request_size = shape.request.size();
    for (const death how : {death::reset, death::closed, death::silent})
        for (std::size_t dies_at = 0; dies_at < request_size + shape.reply.size(); ++dies_at) {
            CAPTURE(static_cast<int>(how));
            CAPTURE(dies_at);
            mortal_link link = shape;
            link.dies_at = dies_at;
            link.how = how;
            std::array<std::byte, 4096> memory{};
            so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
            auto call = api.start(so::start_batch_job, job);
            so::instant now{2'000};
            for (; call.step(now) != so::step_state::done; now = now + so::milliseconds{1'000}) {
            }
            CHECK(link.starts == 1);
            CHECK(link.carried_out == (dies_at < request_size ? 0 : 1));
            CHECK(call.error() != errc::ok);
            CHECK((call.error() == errc::outcome_unknown) == (dies_at >= request_size));
        }
}

TEST_CASE("byte_connection: a link that was stopped between two calls is started again") {
    for (const std::int64_t pause : {0, 999, 1'000}) {
        CAPTURE(pause);
        mortal_link link;
        link.request = support::request_text{}.text();
        link.reply = support::reply_text("200 OK", body);
        link.dying = -1;
        std::array<std::byte, 4096> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        for (const so::instant now : {so::instant{5'000}, so::instant{5'000 + pause}}) {
            auto call = api.start(so::get_batch_task_info, {497});
            while (call.step(now) != so::step_state::done) {
            }
            CHECK(call.result().has_value());
            link.stop();  // a modem with one line, which another link needs
        }
        CHECK(link.starts == 2);
        CHECK(link.carried_out == 2);
    }
}

TEST_CASE(
    "byte_connection: a kept connection is looked at before it is used, but not within a second where the call may be "
    "repeated") {
    struct {
        bool may_repeat;
        std::int64_t pause;
        int looks;
    } const rows[] = {{true, 0, 0},      {true, 999, 0}, {true, 1'000, 1},
                      {true, 60'000, 1}, {false, 0, 1},  {false, 999, 1}};
    for (const auto& row : rows) {
        CAPTURE(row.may_repeat);
        CAPTURE(row.pause);
        mortal_link link;
        link.request = support::request_text{}.text();
        link.reply = support::reply_text("200 OK", body);
        link.dying = -1;
        std::array<std::byte, 4096> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        constexpr so::operation<so::GetBatchTaskInfoRequest, so::BatchTaskInfo> once{
            .path = so::get_batch_task_info.path, .slow = so::milliseconds{3000}, .may_repeat = false};
        for (const so::instant now : {so::instant{5'000}, so::instant{5'000 + row.pause}}) {
            auto call = api.start(row.may_repeat ? so::get_batch_task_info : once, {497});
            while (call.step(now) != so::step_state::done) {
            }
            CHECK(call.result().has_value());
        }
        CHECK(link.looks == row.looks);
        CHECK(link.starts == 1);
    }
}

TEST_CASE("byte_connection: a call that may be repeated is sent once more until its reply has begun") {
    mortal_link shape;
    shape.request = support::request_text{}.text();
    shape.reply = support::reply_text("200 OK", body);
    for (const death how : {death::reset, death::closed, death::silent})
        for (std::size_t dies_at = 0; dies_at < shape.request.size() + shape.reply.size(); ++dies_at) {
            CAPTURE(static_cast<int>(how));
            CAPTURE(dies_at);
            mortal_link link = shape;
            link.dies_at = dies_at;
            link.how = how;
            std::array<std::byte, 4096> memory{};
            so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
            CHECK(support::ask(api).error == errc::ok);
            auto second = api.start_get_batch_task_info(497);
            so::instant now{2'000};
            for (; second.step(now) != so::step_state::done; now = now + so::milliseconds{1'000}) {
            }
            const bool replied = dies_at > shape.request.size();
            CHECK(second.result().has_value() == !replied);
            CHECK(link.starts == (replied ? 1 : 2));
        }
}

TEST_CASE("byte_connection: a kept connection that is silent gets a quarter of the time, then a fresh one is opened") {
    struct {
        const char* what;
        std::int64_t timeout, replaced_after;
    } const rows[] = {{"the default", 30'000, 7'500}, {"a short one", 100, 25}, {"a long one", 400'000, 100'000}};
    for (const auto& row : rows) {
        CAPTURE(row.what);
        mortal_link link;
        link.request = support::request_text{}.text();
        link.reply = support::reply_text("200 OK", body);
        link.dies_at = link.request.size();
        link.how = death::silent;
        std::array<std::byte, 4096> memory{};
        so::client api{link,
                       support::test_base,
                       so::bearer{support::test_token},
                       memory,
                       {.timeout = so::milliseconds{row.timeout}}};
        CHECK(support::ask(api).error == errc::ok);
        auto second = api.start_get_batch_task_info(497);
        CHECK(second.step(so::instant{1'000}) == so::step_state::pending);
        CHECK(second.wants().what == so::wait_for::readable);
        CHECK(second.wants().until == so::instant{1'000 + row.replaced_after});
        CHECK(second.step(so::instant{1'000 + row.replaced_after - 1}) == so::step_state::pending);
        CHECK(link.starts == 1);
        CHECK(second.step(so::instant{1'000 + row.replaced_after}) == so::step_state::done);
        CHECK(link.starts == 2);
        CHECK(second.result().has_value());
    }
}

TEST_CASE("byte_connection: a reply whose last byte came in time counts, however late the next step is") {
    const std::string request = support::request_text{}.text(), good = support::reply_text("200 OK", body);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(good)};
    for (std::size_t at_most = 1; at_most < 40; ++at_most) {  // each ends at another one of a step's pieces of work
        so::scripted link{steps, {.at_most = at_most}};
        std::array<std::byte, 4096> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        auto call = api.start_get_batch_task_info(497);
        while (!link.finished()) static_cast<void>(call.step(so::instant{0}));
        CHECK(call.step(so::instant{1'000'000}) == so::step_state::done);
        CHECK(call.error().code == errc::ok);
    }
}

TEST_CASE("byte_connection: a 408 on a kept connection is the end of that connection, on a fresh one it is a reply") {
    const std::string request = support::request_text{}.text(), good = support::reply_text("200 OK", body);
    const std::string late = support::reply_text("408 Request Timeout", "", "Connection: close\r\n");
    const std::string open_end = "HTTP/1.1 408 Request Timeout\r\n\r\nto";
    for (const std::string& crossing : {late, open_end}) {
        std::vector<so::script_step> steps = {script::starts(), script::expects(request), script::gives(good),
                                              script::expects(request), script::gives(crossing)};
        if (crossing == open_end) steps.push_back(script::closes());
        for (const so::script_step& step :
             {script::stops(), script::starts(), script::expects(request), script::gives(good)})
            steps.push_back(step);
        CHECK(replay::in_every_cut(steps, [](so::scripted& link) {
                  std::array<std::byte, 4096> memory{};
                  so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
                  CHECK(support::ask(api).error == errc::ok);
                  return support::ask(api).error.code;
              }) == errc::ok);
    }
    const so::script_step fresh[] = {script::starts(), script::expects(request), script::gives(late)};
    CHECK(replay::in_every_cut(fresh, [](so::scripted& link) { return support::ask_once(link).error.code; }) ==
          errc::unavailable);
    const so::script_step twice[] = {script::starts(),         script::expects(request), script::gives(good),
                                     script::expects(request), script::gives(late),      script::stops(),
                                     script::starts(),         script::expects(request), script::gives(late)};
    so::scripted link{twice};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(support::ask(api).error == errc::ok);
    CHECK(support::ask(api).error == errc::unavailable);
    CHECK(link.finished());
}

TEST_CASE(
    "byte_connection: outcome_unknown is told only where the service may have carried out a call that may not be "
    "repeated") {
    const std::string request = support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StartBatchJob"}.text();
    const std::string_view half = std::string_view{request}.substr(0, request.size() / 2);
    const so::script_pacing no_name{.interrupt_at = 0,
                                    .interruption = io_result::failed(errc::name_not_found, -2, stage::resolve)};
    struct {
        const char* what;
        so::script_pacing pacing;
        std::vector<so::script_step> steps;
        so::error error;
    } const rows[] = {
        {"the name is not found",
         no_name,
         {script::starts()},
         {.stage = stage::resolve, .code = errc::name_not_found, .native = -2}},
        {"the connection breaks within the request",
         {},
         {script::starts(), script::expects(half), script::fails(errc::connection_reset, 32), script::stops()},
         {.stage = stage::transmit, .code = errc::connection_reset, .native = 32}},
        {"the connection breaks behind the request",
         {},
         {script::starts(), script::expects(request), script::fails(errc::connection_reset, 104)},
         {.stage = stage::receive, .code = errc::outcome_unknown, .native = 104}},
        {"what answers does not speak HTTP",
         {},
         {script::starts(), script::expects(request), script::gives("what?\r\n\r\n")},
         {.stage = stage::http, .code = errc::bad_http}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        so::scripted link{row.steps, row.pacing};
        std::array<std::byte, 4096> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        auto call = api.start(start_something, {497});
        support::step_to_end(call);
        CHECK(call.error() == row.error);
        CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
    }
}

TEST_CASE("byte_connection: a start that answers closed, which no link should, is a connection that was closed") {
    struct : so::byte_transport_archetype {
        io_result start(const so::peer&) noexcept { return io_result::closed(); }
    } link;
    std::array<std::byte, 2048> memory{};
    so::client api{link, "http://localhost", so::bearer{"t"}, memory};
    CHECK(support::ask(api).error == so::error{.stage = stage::connect, .code = errc::connection_closed});
}
