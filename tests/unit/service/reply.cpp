// Tests of superoffice/service/reply.hpp: the meaning of each reply, over a scripted link and cut at every byte.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/service/reply.hpp>

#include <doctest/doctest.h>

#include "support/documented_reply.hpp"
#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::stage;
using support::call_outcome;
using support::reply_text;

namespace {

constexpr std::string_view html = "<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>";
constexpr std::string_view shape_a =
    R"({"Message":"The request is invalid.","MessageDetail":"The parameters dictionary contains a null entry."})";
constexpr std::string_view shape_b =
    R"({"Error":true,"ErrorType":"ArgumentException","Message":"no \"such\" id","ErrorSource":"SuperOffice.Services.Implementation"})";
constexpr std::string_view shape_c =
    R"({"Error":true,"ErrorType":"SoNotFoundException","ErrorMessage":"Task id 497 not found","ErrorSource":"SuperOffice"})";

struct fault_text {
    std::string_view message = "", detail = "", type = "";
};
constexpr fault_text by_a{"The request is invalid.", "The parameters dictionary contains a null entry.", ""};
constexpr fault_text by_b{"no \"such\" id", "", "ArgumentException"};
constexpr fault_text by_c{"Task id 497 not found", "", "SoNotFoundException"};

struct reply_case {
    std::string_view status;
    std::string_view body;
    std::string_view type;  ///< Content-Type
    errc code;
    stage at;
    std::uint32_t offset = 0;
    fault_text words = {};
    std::string_view value = "";
};

constexpr std::string_view json = "application/json; charset=utf-8";

const reply_case cases[] = {
    // a task
    {"200 OK", documented_reply, json, errc::ok, stage::none, 0, {}, documented_reply},
    {"200 OK", R"({"Id":1})", "text/json", errc::ok, stage::none, 0, {}, R"({"Id":1})"},
    {"200 OK", R"({"Id":1})", "application/problem+json", errc::ok, stage::none, 0, {}, R"({"Id":1})"},
    {"200 OK", R"({"Id":1})", "APPLICATION/JSON ;charset=utf-8", errc::ok, stage::none, 0, {}, R"({"Id":1})"},
    {"200 OK", R"({"Id":1})", "", errc::ok, stage::none, 0, {}, R"({"Id":1})"},
    {"203 Non-Authoritative", R"({"Id":1})", json, errc::ok, stage::none, 0, {}, R"({"Id":1})"},
    {"200 OK", R"({"Id":1,"Message":"not ours"})", json, errc::ok, stage::none, 0, {"not ours"}, R"({"Id":1})"},
    {"200 OK", R"({"Error":false,"Id":1})", json, errc::ok, stage::none, 0, {}, R"({"Id":1})"},
    {"200 OK", R"({"Error":"true","Id":1,"Message":{"a":1}})", json, errc::ok, stage::none, 0, {}, R"({"Id":1})"},
    // nothing
    {"200 OK", "null", json, errc::no_such_task, stage::service},
    {"200 OK", " null\r\n", json, errc::no_such_task, stage::service},
    {"200 OK", "", json, errc::empty_document, stage::decode},
    {"200 OK", "  ", json, errc::empty_document, stage::decode, 2},
    {"200 OK", "", "text/html", errc::empty_document, stage::decode},
    // error objects under 200
    {"200 OK", shape_a, json, errc::service_fault, stage::service, 0, by_a},
    {"200 OK", shape_b, json, errc::service_fault, stage::service, 0, by_b},
    {"200 OK", shape_c, json, errc::service_fault, stage::service, 0, by_c},
    {"200 OK", R"({"Error":true})", json, errc::service_fault, stage::service},
    {"200 OK", R"({"Id":1,"Error":true})", json, errc::service_fault, stage::service},
    {"200 OK", R"({"ErrorType":"X"})", json, errc::service_fault, stage::service, 0, {"", "", "X"}},
    {"200 OK", R"({"ErrorMessage":"a","Message":"b"})", json, errc::service_fault, stage::service, 0, {"b"}},
    {"200 OK", R"({"ErrorMessage":"a","Message":null})", json, errc::service_fault, stage::service, 0, {"a"}},
    // an object of somebody else
    {"200 OK", R"({"value":[]})", json, errc::foreign_document, stage::service},
    {"200 OK", R"( { "Message":{"text":"x"}})", json, errc::foreign_document, stage::service},
    {"200 OK", R"({"Error":false})", json, errc::foreign_document, stage::service},
    {"200 OK", R"({"id":497,"state":"Started"})", json, errc::foreign_document, stage::service},
    {"200 OK", R"({"value":[],"Id":null})", json, errc::ok, stage::none, 0, {}, R"({"Id":null})"},
    {"200 OK", "{}", json, errc::foreign_document, stage::service},
    {"200 OK", " {\t} ", json, errc::foreign_document, stage::service},
    // 4xx
    {"400 Bad Request", shape_a, json, errc::service_fault, stage::service, 0, by_a},
    {"400 Bad Request", shape_b, json, errc::service_fault, stage::service, 0, by_b},
    {"400 Bad Request", R"({"MessageDetail":"d"})", json, errc::service_fault, stage::service, 0, {"", "d"}},
    {"400 Bad Request", "", json, errc::bad_request, stage::service},
    {"400 Bad Request", "{}", json, errc::bad_request, stage::service},
    {"400 Bad Request", "[1", json, errc::bad_request, stage::service},
    {"400 Bad Request", html, "text/html", errc::bad_request, stage::service},
    {"401 Unauthorized", "", json, errc::unauthorized, stage::service},
    {"401 Unauthorized", shape_a, json, errc::unauthorized, stage::service, 0, by_a},
    {"401 Unauthorized", html, "text/html", errc::unauthorized, stage::service},
    {"403 Forbidden", shape_b, json, errc::forbidden, stage::service, 0, by_b},
    {"403 Forbidden", html, "text/html", errc::forbidden, stage::service},
    {"404 Not Found", shape_c, json, errc::no_such_task, stage::service, 0, by_c},
    {"404 Not Found", shape_b, json, errc::no_such_task, stage::service, 0, by_b},
    {"404 Not Found", R"({"ErrorType":"X"})", json, errc::no_such_task, stage::service, 0, {"", "", "X"}},
    {"404 Not Found", shape_a, json, errc::not_found, stage::service, 0, by_a},
    {"404 Not Found", html, "text/html", errc::not_found, stage::service},
    {"404 Not Found", "null", json, errc::not_found, stage::service},
    {"405 Method Not Allowed", "", json, errc::unexpected_status, stage::service},
    {"408 Request Timeout", html, "text/html", errc::unavailable, stage::service},
    {"421 Misdirected Request", "wrong sub-domain", "text/plain", errc::tenant_moved, stage::service},
    {"421 Misdirected Request", shape_a, json, errc::tenant_moved, stage::service, 0, by_a},
    {"429 Too Many Requests", "", json, errc::throttled, stage::service},
    // 3xx, 5xx
    {"301 Moved Permanently", "", json, errc::redirected, stage::service},
    {"302 Found", html, "text/html", errc::redirected, stage::service},
    {"307 Temporary Redirect", "", json, errc::redirected, stage::service},
    {"500 Internal Server Error", html, "text/html", errc::unavailable, stage::service},
    {"500 Internal Server Error", html, json, errc::unavailable, stage::service},
    {"500 Internal Server Error", "", json, errc::unavailable, stage::service},
    {"500 Internal Server Error", "{}", json, errc::unavailable, stage::service},
    {"500 Internal Server Error", R"({"title":"oops"})", "application/problem+json", errc::unavailable, stage::service},
    {"500 Internal Server Error", R"({"Error":true)", json, errc::unavailable, stage::service},
    {"500 Internal Server Error", "oops", "text/plain", errc::unavailable, stage::service},
    {"500 Internal Server Error", shape_b, json, errc::service_fault, stage::service, 0, by_b},
    {"502 Bad Gateway", html, "text/html", errc::unavailable, stage::service},
    {"503 Service Unavailable", html, "text/html", errc::unavailable, stage::service},
    {"503 Service Unavailable", shape_a, json, errc::unavailable, stage::service, 0, by_a},
    {"504 Gateway Timeout", html, "text/html", errc::unavailable, stage::service},
    {"504 Gateway Timeout", "", json, errc::unavailable, stage::service},
    {"501 Not Implemented", html, "text/html", errc::unexpected_status, stage::service},
    {"599 Odd", "", json, errc::unexpected_status, stage::service},
    // 200 that is no document of ours
    {"200 OK", html, "text/html", errc::not_json, stage::decode},
    {"200 OK", html, json, errc::not_json, stage::decode},
    {"200 OK", html, "", errc::not_json, stage::decode},
    {"200 OK", " \r\n <html></html>", json, errc::not_json, stage::decode, 4},
    {"200 OK", R"({"Id":1})", "text/plain", errc::not_json, stage::decode},
    {"200 OK", "<BatchTaskInfo><Id>1</Id></BatchTaskInfo>", "application/xml", errc::unsupported_content_type,
     stage::decode},
    {"200 OK", "<BatchTaskInfo/>", "text/xml; charset=utf-8", errc::unsupported_content_type, stage::decode},
    {"200 OK", "[]", json, errc::wrong_kind, stage::decode},
    {"200 OK", "497", json, errc::wrong_kind, stage::decode},
    {"200 OK", R"("text")", json, errc::wrong_kind, stage::decode},
    {"200 OK", "false", json, errc::wrong_kind, stage::decode},
    {"200 OK", R"({"Id":<b>})", json, errc::bad_json, stage::decode, 6},
    {"200 OK", R"({"Other":<b>})", json, errc::bad_json, stage::decode, 9},
    {"200 OK", R"({"Id":1)", json, errc::bad_json, stage::decode, 7},
    {"200 OK", R"({"Id":"1"})", json, errc::wrong_kind, stage::decode, 6},
};

struct asked_for_two {
    so::field<std::int32_t> ProgressPercent;
    std::int32_t StartCount = 3;
};
BOOST_DESCRIBE_STRUCT(asked_for_two, (), (ProgressPercent, StartCount))
struct asked_for_nothing {};
BOOST_DESCRIBE_STRUCT(asked_for_nothing, (), ())

/// What a call makes of a 200 with this body, if its operation answers with a T.
template <class T>
call_outcome answered_as(std::string_view body) {
    constexpr so::operation<so::StopBatchJobRequest, T> one{"/api/v1/Agents/Batch/GetBatchTaskInfosByState",
                                                            so::milliseconds{3'000}};
    const std::string request =
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfosByState",
                              .body = R"({"Id":2})"}
            .text();
    const std::string reply = reply_text("200 OK", body);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start(one, {2});
    support::step_to_end(call);
    return support::outcome_of(api, call.result());
}

}  // namespace

TEST_CASE("reply: section 4, every kind of reply, cut at any byte") {
    const std::string request = support::request_text{}.text();
    for (const reply_case& one : cases) {
        CAPTURE(one.status);
        CAPTURE(one.type);
        CAPTURE(one.body);
        const std::string reply = one.type.empty() ? "HTTP/1.1 " + std::string{one.status} +
                                                         "\r\nContent-Length: " + std::to_string(one.body.size()) +
                                                         "\r\n\r\n" + std::string{one.body}
                                                   : reply_text(one.status, one.body, "", one.type);
        const so::script_step steps[] = {script::starts("online.superoffice.com", 443), script::expects(request),
                                         script::gives(reply)};
        const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) { return support::ask_once(link); });
        CHECK(std::string_view{so::name(outcome.error.code)} == so::name(one.code));
        CHECK(outcome.error.stage == one.at);
        CHECK(outcome.error.offset == one.offset);
        CHECK(outcome.error.native == 0);
        CHECK(std::to_string(outcome.status) == one.status.substr(0, 3));
        CHECK(outcome.error.http_status == (one.code == errc::ok ? 0 : outcome.status));
        CHECK(outcome.message == one.words.message);
        CHECK(outcome.detail == one.words.detail);
        CHECK(outcome.type == one.words.type);
        CHECK(outcome.value == one.value);
    }
}

TEST_CASE("reply: section 12, true or false, and the error object in its place") {
    const std::string request =
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StopBatchJob", .body = R"({"Id":497})"}.text();
    const reply_case bool_cases[] = {
        {"200 OK", "true", json, errc::ok, stage::none, 0, {}, "true"},
        {"200 OK", "\r\n false ", "text/json", errc::ok, stage::none, 0, {}, "false"},
        {"200 OK", "null", json, errc::no_such_task, stage::service},
        {"200 OK", "", json, errc::empty_document, stage::decode},
        {"200 OK", shape_a, json, errc::service_fault, stage::service, 0, by_a},
        {"200 OK", shape_b, json, errc::service_fault, stage::service, 0, by_b},
        {"200 OK", shape_c, json, errc::service_fault, stage::service, 0, by_c},
        {"200 OK", "{}", json, errc::wrong_kind, stage::decode},
        {"200 OK", R"(  {"Id":497})", json, errc::wrong_kind, stage::decode, 2},
        {"200 OK", R"({"Error":false,"Id":497})", json, errc::wrong_kind, stage::decode},
        {"200 OK", R"({"Error":true)", json, errc::bad_json, stage::decode, 13},
        {"200 OK", R"({"Id":<b>})", json, errc::bad_json, stage::decode, 6},
        {"200 OK", "[true]", json, errc::wrong_kind, stage::decode},
        {"200 OK", "1", json, errc::wrong_kind, stage::decode},
        {"200 OK", R"("true")", json, errc::wrong_kind, stage::decode},
        {"200 OK", "true,", json, errc::bad_json, stage::decode, 4},
        {"200 OK", html, json, errc::not_json, stage::decode},
        {"200 OK", "true", "text/plain", errc::not_json, stage::decode},
        {"200 OK", "<boolean>true</boolean>", "text/xml", errc::unsupported_content_type, stage::decode},
        {"400 Bad Request", shape_b, json, errc::service_fault, stage::service, 0, by_b},
        {"403 Forbidden", "true", json, errc::forbidden, stage::service},
        {"404 Not Found", shape_c, json, errc::no_such_task, stage::service, 0, by_c},
        {"503 Service Unavailable", html, "text/html", errc::unavailable, stage::service},
    };
    for (const reply_case& one : bool_cases) {
        CAPTURE(one.status);
        CAPTURE(one.body);
        const std::string reply = reply_text(one.status, one.body, "", one.type);
        const so::script_step steps[] = {script::starts("online.superoffice.com", 443), script::expects(request),
                                         script::gives(reply)};
        const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) {
            std::array<std::byte, 2048> memory{};
            so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
            auto call = api.start(so::stop_batch_job, {497});
            support::step_to_end(call);
            return support::outcome_of(api, call.result());
        });
        CHECK(std::string_view{so::name(outcome.error.code)} == so::name(one.code));
        CHECK(outcome.error.stage == one.at);
        CHECK(outcome.error.offset == one.offset);
        CHECK(outcome.message == one.words.message);
        CHECK(outcome.type == one.words.type);
        CHECK(outcome.value == one.value);
    }
}

TEST_CASE("reply: section 12, a list is kept as text, to be gone through later") {
    CHECK(answered_as<so::json_text>(R"([{"Id":1}, {"Id":2}])").value == R"([{"Id":1}, {"Id":2}])");
}

TEST_CASE_TEMPLATE("reply: a value that may be an object is not mistaken for an error object", T, so::json_text,
                   so::string_map, so::field<so::json_text>, so::field<so::BatchTaskInfo>, so::field<so::string_map>) {
    for (const std::string_view object : {R"({"Id":497})", R"({"Id":1,"Description":"\"a\""})"})
        CHECK(answered_as<T>(object).value == object);
    for (const std::string_view fault : {shape_b, shape_c}) {
        const call_outcome outcome = answered_as<T>(fault);
        CHECK(outcome.error == errc::service_fault);
        CHECK(outcome.message == (fault == shape_b ? by_b : by_c).message);
        CHECK(outcome.value == "");
    }
    CHECK(answered_as<T>(R"({"Error":true,"Id":1)").error == errc::bad_json);
}

TEST_CASE("reply: an object without any of the properties that a struct asks for is not taken for a task") {
    CHECK(answered_as<asked_for_two>(R"({"value":[]})").error ==
          so::error{.stage = stage::service, .code = errc::foreign_document, .http_status = 200});
    CHECK(answered_as<asked_for_two>(R"({"value":[],"StartCount":null})").error == errc::ok);
    CHECK(answered_as<asked_for_two>("{}").error == errc::ok);
    CHECK(answered_as<asked_for_nothing>(R"({"value":[]})").error == errc::ok);
}

TEST_CASE("reply: section 4, 204 is no task, and needs no body") {
    const std::string request = support::request_text{}.text();
    const so::script_step steps[] = {script::starts(), script::expects(request),
                                     script::gives("HTTP/1.1 204 No Content\r\n\r\n")};
    const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) { return support::ask_once(link); });
    CHECK(outcome.error == errc::no_such_task);
    CHECK(outcome.status == 204);
}

TEST_CASE("reply: section 5, the onsite server's own, chunked") {
    const std::string request = support::request_text{}.text(), reply = documented_reply_chunked();
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) { return support::ask_once(link); });
    CHECK(outcome.value == documented_reply);
}

TEST_CASE("reply: a member at fault is named") {
    const std::string reply = reply_text("200 OK", R"({"Id":1,"ProgressPercent":2147483648})");
    const std::string request = support::request_text{}.text();
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted link{steps};
    const auto outcome = support::ask_once(link);
    CHECK(outcome.error == errc::out_of_range);
    CHECK(outcome.error.offset == 26);
    CHECK(outcome.error.http_status == 200);
    CHECK(so::member_name<so::BatchTaskInfo>(outcome.error) == "ProgressPercent");
}

TEST_CASE("reply: Retry-After is read for every status, in seconds or, if the options say so, as a date") {
    struct {
        std::string_view status, lines;
        std::int64_t retry_after;
        std::int64_t without_dates = retry_after;
    } const replies[] = {
        {"429 Too Many Requests", "Retry-After: 5\r\n", 5'000},
        {"503 Service Unavailable", "Retry-After: 120\r\n", 120'000},
        {"503 Service Unavailable", "retry-after:0\r\n", 0},
        {"503 Service Unavailable",
         "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:00 GMT\r\n", 23'000, -1},
        {"503 Service Unavailable", "Retry-After: soon\r\n", -1},
        {"503 Service Unavailable", "Retry-After: 100000\r\n", 86'400'000},
        {"503 Service Unavailable", "Retry-After: -1\r\n", -1},
        {"503 Service Unavailable", "", -1},
        {"200 OK", "Retry-After: 7\r\n", 7'000},
    };
    const std::string request = support::request_text{}.text();
    for (const auto& one : replies) {
        CAPTURE(one.lines);
        const std::string reply = reply_text(one.status, "{}", one.lines);
        const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
        so::scripted without{steps}, with{steps};
        CHECK(support::ask_once(without).retry_after == one.without_dates);
        const so::client_options dates{.retry_after_dates = so::http_dates};
        CHECK(support::ask_once(with, so::bearer{support::test_token}, dates).retry_after == one.retry_after);
    }
}

TEST_CASE(
    "reply: a date in Retry-After counts from nothing where neither a Date header nor a clock says what time it is") {
    const std::string request = support::request_text{}.text();
    const std::string reply =
        reply_text("503 Service Unavailable", "{}", "Retry-After: Thu, 01 Jan 1970 00:00:05 GMT\r\n");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted link{steps};
    const so::client_options dates{.retry_after_dates = so::http_dates};
    CHECK(support::ask_once(link, so::bearer{support::test_token}, dates).retry_after == -1);
}

TEST_CASE("reply: every status from 300 to 399 is a redirection, and one without a meaning is unexpected") {
    using so::detail::errc_of_status;
    for (const int status : {300, 301, 304, 308, 399})
        CHECK(errc_of_status(static_cast<std::uint16_t>(status)) == errc::redirected);
    for (const int status : {100, 299, 402, 418, 499, 501, 599})
        CHECK(errc_of_status(static_cast<std::uint16_t>(status)) == errc::unexpected_status);
}

TEST_CASE("reply: a date in Retry-After without a Date header counts from the clock that the options name") {
    const std::string request = support::request_text{}.text();
    const std::string reply =
        reply_text("503 Service Unavailable", "{}", "Retry-After: Sun, 06 Nov 1994 08:50:00 GMT\r\n");
    for (const std::int64_t now : {std::int64_t{0}, std::int64_t{784111777}}) {
        const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
        so::scripted link{steps};
        std::array<std::byte, 4096> memory{};
        std::int64_t time_of_day = now;
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory,
                       so::client_options{.retry_after_dates = so::http_dates,
                                          .utc_now = {[](void* at) noexcept { return *static_cast<std::int64_t*>(at); },
                                                      &time_of_day}}};
        CHECK(support::ask(api).error == errc::unavailable);
        const auto& wait = api.last_reply().retry_after;
        CHECK(wait.has_value() == (now != 0));
        if (wait) CHECK(*wait == so::milliseconds{23'000});
    }
}

TEST_CASE("last_reply: section 5, it has the kept headers, also after an error") {
    const std::string request = support::request_text{}.text();
    const std::string reply = reply_text("302 Found", "gone",
                                         "Location: https://elsewhere.example/login\r\n"
                                         "WWW-Authenticate: Bearer realm=\"x\"\r\n"
                                         "x-db-stats: implementationMS=512&Calls=7&Read=123\r\n"
                                         "SO-TIMEZONE: NO\r\n");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(api.last_reply().status == 0);
    CHECK(support::ask(api).error == errc::redirected);
    const so::reply_head& head = api.last_reply().head;
    CHECK(head.location() == "https://elsewhere.example/login");
    CHECK(head.www_authenticate() == "Bearer realm=\"x\"");
    CHECK(head.db_stats() == "implementationMS=512&Calls=7&Read=123");
    CHECK(head.time_zone() == "NO");
    CHECK(head.header("content-length") == "4");
    CHECK(link.finished());
    const auto next = api.start_get_batch_task_info(497);
    CHECK(api.last_reply().status == 0);  // nothing of the call before
    CHECK(api.last_reply().head.fields.empty());
}

TEST_CASE("last_reply: after a call without a whole reply it has what arrived, and a status of 300 or above decides") {
    struct {
        std::string_view reply;
        int status;
        std::int64_t retry_after;  // in seconds; -1: none
        errc code;                 // ok: how it ended
    } const rows[] = {
        {"", 0, -1, errc::ok},
        {"HTTP/1.1 50", 0, -1, errc::ok},
        {"HTTP/1.1 503 Busy", 0, -1, errc::ok},
        {"HTTP/1.1 200 OK\r\nRetry-After: 9\r\nA", 200, 9, errc::ok},
        {"HTTP/1.1 503 Busy\r\n", 503, -1, errc::unavailable},
        {"HTTP/1.1 503 Busy\r\nRetry-Af", 503, -1, errc::unavailable},
        {"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 5\r\n\r\n", 503, 9, errc::unavailable},
        {"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 5\r\n\r\nab", 503, 9, errc::unavailable},
        {"HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nab", 403, -1, errc::forbidden},
    };
    const std::string request = support::request_text{}.text();
    const struct {
        so::script_step last;
        errc code;
    } ends[] = {{script::closes(), errc::connection_closed},
                {script::fails(errc::connection_reset, 104), errc::connection_reset},
                {script::would_block(), errc::deadline_exceeded}};
    for (const auto& row : rows)
        for (const auto& end : ends) {
            CAPTURE(row.reply);
            std::vector<so::script_step> steps = {script::starts(), script::expects(request)};
            if (!row.reply.empty()) steps.push_back(script::gives(row.reply));
            steps.insert(steps.end(), 2, end.last);
            so::scripted link{steps};
            std::array<std::byte, 4096> memory{};
            so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
            auto call = api.start_get_batch_task_info(497);
            static_cast<void>(call.step(so::instant{0}));
            static_cast<void>(call.step(so::instant{5'000}));
            CHECK(call.step(so::instant{30'000}) == so::step_state::done);
            CHECK(call.error() == (row.code == errc::ok ? end.code : row.code));
            CHECK(call.error().http_status == row.status);
            const so::reply_info& about = api.last_reply();
            CHECK(about.status == row.status);
            CHECK(about.retry_after.has_value() == (row.retry_after >= 0));
            if (about.retry_after) CHECK(*about.retry_after == so::milliseconds{row.retry_after * 1000});
            CHECK(about.slow == (end.code == errc::deadline_exceeded));
        }
}

TEST_CASE("last_reply: section 9, slow is a mark on the duration, no error") {
    struct {
        std::int64_t takes;
        bool slow;
    } const calls[] = {{0, false}, {2'999, false}, {3'000, false}, {3'001, true}, {29'999, true}};
    const std::string request = support::request_text{}.text(), reply = reply_text("200 OK", R"({"Id":497})");
    for (const auto& one : calls) {
        CAPTURE(one.takes);
        const so::script_step steps[] = {script::starts(), script::expects(request), script::would_block(),
                                         script::gives(reply)};
        so::scripted link{steps};
        std::array<std::byte, 4096> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        auto call = api.start_get_batch_task_info(497);
        CHECK(call.step(so::instant{500}) == so::step_state::pending);
        CHECK(call.step(so::instant{500 + one.takes}) == so::step_state::done);
        CHECK(call.result().has_value());
        CHECK(api.last_reply().duration == so::milliseconds{one.takes});
        CHECK(api.last_reply().slow == one.slow);
    }
}

TEST_CASE("reply: a threshold beyond 32 bits of milliseconds, 49 days, is never exceeded") {
    constexpr so::operation<so::GetBatchTaskInfoRequest, so::BatchTaskInfo> large_threshold{
        .path = so::get_batch_task_info.path, .slow = so::milliseconds{std::int64_t{UINT32_MAX} + 1}};
    const std::string request = support::request_text{}.text(), reply = reply_text("200 OK", R"({"Id":497})");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::would_block(),
                                     script::gives(reply)};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start(large_threshold, {497}, {.timeout = so::milliseconds{std::int64_t{UINT32_MAX} * 2}});
    CHECK(call.step(so::instant{0}) == so::step_state::pending);
    CHECK(call.step(so::instant{UINT32_MAX}) == so::step_state::done);
    CHECK(call.result().has_value());
    CHECK_FALSE(api.last_reply().slow);
    CHECK(api.last_reply().duration == so::milliseconds{UINT32_MAX});
}

TEST_CASE("reply: a status that HTTP does not know is unexpected, above and below") {
    CHECK(so::detail::errc_of_status(199) == so::errc::unexpected_status);
    CHECK(so::detail::errc_of_status(399) == so::errc::redirected);
    CHECK(so::detail::errc_of_status(418) == so::errc::unexpected_status);
}
