// Tests of superoffice/service/operation.hpp: what makes another call of the service, and the request's lines.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/service/operation.hpp>

#include <doctest/doctest.h>

#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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

TEST_CASE("operation: a GET carries no credential, no application token, and no body that it was not made for") {
    const std::string request =
        "GET /api/state/Cust-1_a.b HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT
        "\r\nSO-Language: en\r\n\r\n";
    const std::string by_id = "GET /api/v1/BatchTask/" + request.substr(request.find(" HTTP"));
    const std::string reply = support::reply_text("200 OK", R"({"IsRunning":true})");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply),
                                     script::expects(by_id), script::gives(reply)};
    so::scripted link{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{link, "https://online.superoffice.com", so::ticket{"7T:secret", "app-secret"}, memory,
                   so::client_options{.headers = {.language = "en", .app_token = "app-secret"}}};
    auto call = api.start<so::TenantStatus>(so::get_tenant_status, so::path_segment{"Cust-1_a.b"});
    support::step_to_end(call);
    CHECK(call.value().IsRunning == true);
    constexpr so::operation<StopBatchJobRequest, so::TenantStatus> misused{
        "/api/v1/BatchTask/", so::milliseconds{1'000}, so::http_method::get};
    auto other = api.start<so::TenantStatus>(misused, StopBatchJobRequest{});
    support::step_to_end(other);
    CHECK(other.value().IsRunning == true);
    CHECK(link.finished());
}
