// Tests of superoffice/service/operation.hpp: an operation of the program, and its request.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/service/operation.hpp>
#include <superoffice/service/operations.hpp>

#include <doctest/doctest.h>

#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::stage;

namespace {

// Section 12: another call of the same service is a described request, a described reply, and one line.
struct StopBatchJobRequest {
    std::int32_t Id = 0;
    so::field<bool> Force;
};
BOOST_DESCRIBE_STRUCT(StopBatchJobRequest, (), (Id, Force))
struct StopBatchJobReply {
    so::field<std::int32_t> Id;
    so::field<bool> Stopped;
};
BOOST_DESCRIBE_STRUCT(StopBatchJobReply, (), (Id, Stopped))
constexpr so::operation<StopBatchJobRequest, StopBatchJobReply> stop_batch_job{"/api/v1/Agents/Batch/StopBatchJob",
                                                                               so::milliseconds{1'000}};

struct just_stopped {
    so::field<bool> Stopped;
};
BOOST_DESCRIBE_STRUCT(just_stopped, (), (Stopped))

static_assert(so::get_batch_task_info.path == "/api/v1/Agents/Batch/GetBatchTaskInfo");
static_assert(so::get_batch_task_info.slow == so::milliseconds{3'000});

template <class Info>
so::result<Info> stopped(so::scripted& link) {
    std::array<std::byte, 1024> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start<Info>(stop_batch_job, StopBatchJobRequest{.Id = 5, .Force = true});
    support::step_to_end(call);
    return call.result();
}

}  // namespace

TEST_CASE("operation: section 12, another call of the service") {
    const std::string reply = support::reply_text("200 OK", R"({"Id":5,"Stopped":true})");
    const std::string whole = support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StopBatchJob",
                                                    .body = R"({"Id":5,"Force":true})"}
                                  .text();
    const so::script_step steps[] = {script::starts(), script::expects(whole), script::gives(reply)};
    CHECK(replay::in_every_cut(steps,
                               [](so::scripted& link) { return stopped<StopBatchJobReply>(link)->Stopped == true; }));

    const std::string selected =
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StopBatchJob?$select=Stopped",
                              .body = R"({"Id":5,"Force":true})"}
            .text();
    const so::script_step narrow[] = {script::starts(), script::expects(selected), script::gives(reply)};
    CHECK(
        replay::in_every_cut(narrow, [](so::scripted& link) { return stopped<just_stopped>(link)->Stopped == true; }));
}

TEST_CASE("operation: a path segment is plain, or refused with its place, and nothing is sent") {
    struct {
        std::string_view segment;
        std::uint32_t offset;
    } const cases[] = {{"Cust 1", 4}, {"a/b", 1}, {"../x", 2}, {"a?b", 1}, {"a\r\nb", 1}, {"%41", 0}};
    for (const auto& one : cases) {
        CAPTURE(one.segment);
        so::scripted link{{}};
        std::array<std::byte, 1024> memory{};
        so::client api{link, "https://online.superoffice.com", so::anonymous{}, memory};
        auto call = api.start<so::TenantStatus>(so::get_tenant_status, so::path_segment{one.segment});
        support::step_to_end(call);
        CHECK(call.error() == so::error{.stage = stage::request, .code = errc::bad_base_url, .offset = one.offset});
        CHECK(link.calls() == 0);
    }
}

TEST_CASE("operation: `needs_credential` decides whether a credential is sent, not the method") {
    struct {
        bool needs_credential;
        so::http_method method;
        std::string_view request;
    } const rows[] = {
        {.needs_credential = false,
         .method = so::http_method::get,
         .request =
             "GET /api/v1/Thing/Cust-1_a.b HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
             "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT
             "\r\nSO-Language: en\r\n\r\n"},
        {.needs_credential = true,
         .method = so::http_method::get,
         .request =
             "GET /api/v1/Thing/Cust-1_a.b HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
             "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT
             "\r\nSO-Language: en\r\nSO-AppToken: app-secret\r\nAuthorization: Basic bWU6cGFzcw==\r\n\r\n"},
    };
    const std::string reply = support::reply_text("200 OK", R"({"IsRunning":true})");
    for (const auto& row : rows) {
        CAPTURE(row.needs_credential);
        const so::script_step steps[] = {script::starts(), script::expects(row.request), script::gives(reply)};
        const so::operation<so::path_segment, so::TenantStatus> thing{.path = "/api/v1/Thing/",
                                                                      .slow = so::milliseconds{1'000},
                                                                      .method = row.method,
                                                                      .needs_credential = row.needs_credential};
        const auto drive = [&](so::scripted& link) {
            std::array<std::byte, 1024> memory{};
            so::client api{link, "https://online.superoffice.com", so::basic{"me", "pass"}, memory,
                           so::client_options{.headers = {.language = "en", .app_token = "app-secret"}}};
            auto call = api.start(thing, so::path_segment{"Cust-1_a.b"});
            support::step_to_end(call);
            return call.result().has_value() && call.value().IsRunning == true;
        };
        CHECK(replay::in_every_cut(steps, drive));
    }
}

TEST_CASE("operation: a GET with a credential renews it at 401, once") {
    struct renewing {
        int tokens = 1;
        so::credential_state prepare(so::instant) noexcept { return so::credential_state::ready; }
        void add_to(so::request_head& head) noexcept {
            head.header("Authorization", "Bearer ", tokens == 1 ? "a" : "b");
        }
        bool refused() noexcept { return ++tokens == 2; }
    };
    const auto request = [](std::string_view token) {
        return "GET /api/v1/Me HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
               "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT
               "\r\nAuthorization: Bearer " +
               std::string{token} + "\r\n\r\n";
    };
    const std::string first = request("a"), second = request("b");
    const std::string refusal = support::reply_text("401 Unauthorized", ""),
                      reply = support::reply_text("200 OK", "{}");
    const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(refusal),
                                     script::expects(second), script::gives(reply)};
    constexpr so::operation<so::path_segment, so::TenantStatus> me{
        .path = "/api/v1/Me", .slow = so::milliseconds{1'000}, .method = so::http_method::get};
    CHECK(replay::in_every_cut(steps, [&](so::scripted& link) {
              std::array<std::byte, 1024> memory{};
              so::client api{link, "https://online.superoffice.com", renewing{}, memory};
              auto call = api.start(me, so::path_segment{""});
              support::step_to_end(call);
              return call.error().code;
          }) == errc::ok);
}

TEST_CASE("operation: a 401 of an operation without a credential asks for no fresh one") {
    struct counting {
        int* refusals;
        static so::credential_state prepare(so::instant) noexcept { return so::credential_state::ready; }
        static void add_to(so::request_head& head) noexcept { head.header("Authorization", "Bearer a"); }
        bool refused() noexcept { return ++*refusals, true; }
    };
    const std::string request =
        "GET /api/v1/Thing/ HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n\r\n";
    const std::string refusal = support::reply_text("401 Unauthorized", "");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(refusal)};
    so::scripted link{steps};
    int refusals = 0;
    std::array<std::byte, 1024> memory{};
    so::client api{link, "https://online.superoffice.com", counting{&refusals}, memory};
    auto call = api.start(so::operation<so::path_segment, so::TenantStatus>{.path = "/api/v1/Thing/",
                                                                            .slow = so::milliseconds{1'000},
                                                                            .method = so::http_method::get,
                                                                            .needs_credential = false},
                          so::path_segment{""});
    support::step_to_end(call);
    CHECK(call.error().code == errc::unauthorized);
    CHECK(refusals == 0);
    CHECK(link.finished());
}

TEST_CASE("operation: a GET sends no body, whatever its request is") {
    const std::string request =
        "GET /api/v1/BatchTask/ HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n\r\n";
    const std::string reply = support::reply_text("200 OK", R"({"IsRunning":true})");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted link{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{link, "https://online.superoffice.com", so::anonymous{}, memory};
    constexpr so::operation<StopBatchJobRequest, so::TenantStatus> misused{
        .path = "/api/v1/BatchTask/", .slow = so::milliseconds{1'000}, .method = so::http_method::get};
    auto call = api.start(misused, StopBatchJobRequest{});
    support::step_to_end(call);
    CHECK(call.value().IsRunning == true);
    CHECK(link.finished());
}

namespace {

template <class Reply>
struct outcome_of_line {
    so::error error;
    bool has_value = false;
    bool operator==(const outcome_of_line&) const = default;
};

/// The outcome of a call by a line with this meaning of nothing.
template <class Reply>
outcome_of_line<Reply> answered(std::string_view reply, errc nothing) {
    const std::string request =
        support::request_text{.target = "/Cust12345/api/v1/Thing", .body = R"({"Id":5})"}.text();
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    const so::operation<so::StopBatchJobRequest, Reply> line{
        .path = "/api/v1/Thing", .slow = so::milliseconds{1'000}, .nothing = nothing};
    return replay::in_every_cut(steps, [&](so::scripted& link) {
        std::array<std::byte, 1024> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        auto call = api.start(line, {5});
        support::step_to_end(call);
        return outcome_of_line<Reply>{call.error(), call.result().has_value()};
    });
}

}  // namespace

TEST_CASE("operation: `nothing` decides what null, 204 and 404 mean") {
    const std::string no_content = "HTTP/1.1 204 No Content\r\n\r\n";
    const std::string null = support::reply_text("200 OK", " null ");
    const std::string no_row =
        support::reply_text("404 Not Found", R"({"Error":true,"ErrorType":"SoNotFoundException","Message":"no"})");
    const std::string no_page = support::reply_text("404 Not Found", "<html>", "", "text/html");
    const std::string empty = support::reply_text("200 OK", "");
    const std::string fault = support::reply_text("200 OK", R"({"Error":true,"ErrorType":"X","Message":"no"})");
    const std::string words = support::reply_text("200 OK", R"({"Message":"no"})");
    const std::string details = support::reply_text("200 OK", R"({"MessageDetail":"no"})");
    const std::string object = support::reply_text("200 OK", R"({"Anything":1})");
    struct {
        const char* what;
        std::string_view reply;
        errc nothing, of_struct, of_bool, of_void;
    } const rows[] = {
        {"204, default", no_content, errc::null_document, errc::null_document, errc::null_document, errc::ok},
        {"null, default", null, errc::null_document, errc::null_document, errc::null_document, errc::ok},
        {"404, default", no_row, errc::null_document, errc::service_fault, errc::service_fault, errc::service_fault},
        {"204, a lookup", no_content, errc::no_such_task, errc::no_such_task, errc::no_such_task, errc::ok},
        {"null, a lookup", null, errc::no_such_task, errc::no_such_task, errc::no_such_task, errc::ok},
        {"404, a lookup", no_row, errc::no_such_task, errc::no_such_task, errc::no_such_task, errc::no_such_task},
        {"204, a value", no_content, errc::ok, errc::ok, errc::ok, errc::ok},
        {"null, a value", null, errc::ok, errc::ok, errc::ok, errc::ok},
        {"404, a value", no_row, errc::ok, errc::service_fault, errc::service_fault, errc::service_fault},
        {"404, no such address", no_page, errc::no_such_task, errc::not_found, errc::not_found, errc::not_found},
        {"an empty 200", empty, errc::no_such_task, errc::empty_document, errc::empty_document, errc::ok},
        {"an error object", fault, errc::ok, errc::service_fault, errc::service_fault, errc::service_fault},
        {"words of the web server", words, errc::ok, errc::service_fault, errc::service_fault, errc::service_fault},
        {"only details", details, errc::ok, errc::service_fault, errc::service_fault, errc::service_fault},
        {"an object", object, errc::ok, errc::foreign_document, errc::wrong_kind, errc::ok},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const auto of_struct = answered<so::TenantStatus>(row.reply, row.nothing);
        CHECK(of_struct.error.code == row.of_struct);
        CHECK(of_struct.has_value == (row.of_struct == errc::ok));
        CHECK(answered<bool>(row.reply, row.nothing).error.code == row.of_bool);
        const auto of_void = answered<void>(row.reply, row.nothing);
        CHECK(of_void.error.code == row.of_void);
        CHECK(of_void.has_value == (row.of_void == errc::ok));
    }
}

TEST_CASE("operation: of a call that does harm twice, no reply that tells nothing ends in an error that may pass") {
    const struct {
        std::string text;
        bool closes;
    } replies[] = {{support::reply_text("200 OK", ""), false},
                   {support::reply_text("200 OK", " \r\n"), false},
                   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
                   {"HTTP/1.1 200 OK\r\n\r\n", true}};  // cut off where its body would begin
    const std::string request = support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StartBatchJob",
                                                      .body = R"({"BatchTaskInfo":{"Name":"job"}})"}
                                    .text();
    for (const auto& reply : replies) {
        CAPTURE(reply.text);
        std::vector<so::script_step> steps = {script::starts(), script::expects(request), script::gives(reply.text)};
        if (reply.closes) steps.push_back(script::closes());
        const so::error e = replay::in_every_cut(steps, [](so::scripted& link) {
            std::array<std::byte, 1024> memory{};
            so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
            so::StartBatchJobRequest job;
            job.BatchTaskInfo.Name = std::string_view{"job"};
            auto call = api.start(so::start_batch_job, job);
            support::step_to_end(call);
            return call.error();
        });
        CHECK(e.code == errc::outcome_unknown);
        CHECK_FALSE(so::is_repeatable(e.code));
        CHECK(e.http_status == 200);
    }
}

TEST_CASE("operation: a line that says no more than its path is posted with the credential and may be sent again") {
    const so::operation<so::StopBatchJobRequest, bool> line{.path = "/api/v1/Thing", .slow = so::milliseconds{1}};
    CHECK(line.method == so::http_method::post);
    CHECK(line.needs_credential);
    CHECK(line.may_repeat);
    CHECK(line.nothing == errc::null_document);
}

TEST_CASE("operation: a path that cannot stand in a request is refused with its place behind the base URL's") {
    constexpr so::operation<so::StopBatchJobRequest, bool> line{.path = "/api/v1/a thing", .slow = so::milliseconds{1}};
    so::scripted link{{}};
    std::array<std::byte, 1024> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start(line, {5});
    support::step_to_end(call);
    CHECK(call.error() == errc::bad_header_value);
    CHECK(call.error().offset == std::string_view{"/Cust12345/api/v1/a"}.size());
    CHECK(link.calls() == 0);
}
