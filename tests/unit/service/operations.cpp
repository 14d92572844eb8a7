// Tests of superoffice/service/operations.hpp: the request of each operation, and the value of its reply.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/service/operations.hpp>

#include <doctest/doctest.h>

#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;

namespace {

const std::string no_content = "HTTP/1.1 204 No Content\r\n\r\n";
const std::string one_task = support::reply_text("200 OK", R"({"Id":497,"Name":"ContactExport"})");
const std::string two_tasks = support::reply_text("200 OK", R"([{"Id":1}, {"Id":2}])");

struct fixed_clock {
    static so::instant now() noexcept { return so::instant{1'000}; }
};

struct outcome {
    errc code = errc::ok;
    std::string value;

    bool operator==(const outcome&) const = default;
};

template <class T>
outcome outcome_of(const so::result<T>& answer) {
    outcome made{.code = answer.error().code, .value = {}};
    if constexpr (!std::is_void_v<T>)
        if (answer) {
            std::array<char, 512> room{};
            made.value = *so::encode(*answer, room);
        }
    return made;
}

/// The call in steps, cut at every byte, and blocking.
template <class Request, class Reply>
outcome outcome_of(const so::operation<Request, Reply>& what, const Request& request, const std::string& bytes,
                   std::string_view reply) {
    const so::script_step steps[] = {script::starts(), script::expects(bytes), script::gives(reply)};
    const auto with_client = [](so::scripted& link, auto use) {
        std::array<std::byte, 2048> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        return use(api);
    };
    const outcome in_steps = replay::in_every_cut(steps, [&](so::scripted& link) {
        return with_client(link, [&](auto& api) {
            auto call = api.start(what, request);
            support::step_to_end(call);
            return outcome_of(call.result());
        });
    });
    const outcome blocking = replay::in_every_cut(steps, [&](so::scripted& link) {
        return with_client(link, [&](auto& api) { return outcome_of(api.run(what, request, {}, fixed_clock{})); });
    });
    CHECK(blocking == in_steps);
    return in_steps;
}

/// For a call by POST: path behind the agents, body, what the reply gives, and what it means when the service knows nothing.
struct expected {
    std::string_view path, body, reply, value;
    errc of_no_content, of_missing;
};

template <class Request, class Reply>
void check(const so::operation<Request, Reply>& what, const Request& request, const expected& row) {
    CAPTURE(row.path);
    const std::string target = "/Cust12345/api/v1/Agents/" + std::string{row.path};
    const std::string bytes = support::request_text{.target = target, .body = row.body}.text();
    CHECK(outcome_of(what, request, bytes, row.reply) == outcome{errc::ok, std::string{row.value}});
    CHECK(outcome_of(what, request, bytes, no_content).code == row.of_no_content);
    const std::string missing =
        support::reply_text("404 Not Found", R"({"Error":true,"ErrorType":"SoNotFoundException","Message":"no"})");
    CHECK(outcome_of(what, request, bytes, missing).code == row.of_missing);
    CHECK(outcome_of(what, request, bytes, support::reply_text("403 Forbidden", "")).code == errc::forbidden);
    const std::string bad_gateway = support::reply_text("502 Bad Gateway", "");
    CHECK(outcome_of(what, request, bytes, bad_gateway).code ==
          (what.may_repeat ? errc::unavailable : errc::outcome_unknown));
    CHECK(what.slow == so::milliseconds{3'000});
    CHECK(what.needs_credential);
}

so::StartBatchJobRequest job_of(std::string_view name, std::string_view description) {
    so::StartBatchJobRequest made;
    made.BatchTaskInfo.Name = name;
    if (!description.empty()) made.BatchTaskInfo.Description = description;
    return made;
}

constexpr std::int32_t two[] = {497, -5};
using so::BatchTaskState;

}  // namespace

TEST_CASE("operations: the calls about one task") {
    const std::string yes = support::reply_text("200 OK", "true"), id = support::reply_text("200 OK", "500001");
    check(so::get_batch_task_info, {497},
          {.path = "Batch/GetBatchTaskInfo",
           .body = R"({"Id":497})",
           .reply = one_task,
           .value = R"({"Id":497,"Name":"ContactExport"})",
           .of_no_content = errc::no_such_task,
           .of_missing = errc::no_such_task});
    check(so::stop_batch_job, {497},
          {.path = "Batch/StopBatchJob",
           .body = R"({"Id":497})",
           .reply = yes,
           .value = "true",
           .of_no_content = errc::no_such_task,
           .of_missing = errc::no_such_task});
    check(so::start_batch_job, job_of("ContactExport", "all"),
          {.path = "Batch/StartBatchJob",
           .body = R"({"BatchTaskInfo":{"Name":"ContactExport","Description":"all"}})",
           .reply = id,
           .value = "500001",
           .of_no_content = errc::null_document,
           .of_missing = errc::service_fault});
    check(so::update_batch_task,
          {.BatchTaskInfo = {.Id = 497, .State = BatchTaskState::Failed, .Response = "\"no\"", .Request = nullptr}},
          {.path = "Batch/UpdateBatchTask",
           .body = R"({"BatchTaskInfo":{"Id":497,"State":"Failed","Response":"\"no\"","Request":null}})",
           .reply = one_task,
           .value = R"({"Id":497,"Name":"ContactExport"})",
           .of_no_content = errc::no_such_task,
           .of_missing = errc::no_such_task});
    check(so::delete_batch_task, {497},
          {.path = "Batch/DeleteBatchTask",
           .body = R"({"BatchTaskId":497})",
           .reply = no_content,
           .value = "",
           .of_no_content = errc::ok,
           .of_missing = errc::no_such_task});
    check(so::delete_batch_tasks, {two},
          {.path = "Batch/DeleteBatchTasks",
           .body = R"({"BatchTaskIds":[497,-5]})",
           .reply = no_content,
           .value = "",
           .of_no_content = errc::ok,
           .of_missing = errc::no_such_task});
    check(so::cleanup_batch_task, {497},
          {.path = "BLOB/CleanupBatchTask",
           .body = R"({"BatchTaskId":497})",
           .reply = no_content,
           .value = "",
           .of_no_content = errc::ok,
           .of_missing = errc::no_such_task});
}

TEST_CASE("operations: the lists of tasks") {
    const auto check_list = [](const auto& what, const auto& request, std::string_view path, std::string_view body) {
        check(what, request,
              {.path = path,
               .body = body,
               .reply = two_tasks,
               .value = R"([{"Id":1}, {"Id":2}])",
               .of_no_content = errc::ok,
               .of_missing = errc::service_fault});
    };
    check_list(so::get_batch_task_infos_by_associates, so::GetBatchTaskInfosByAssociatesRequest{two},
               "Batch/GetBatchTaskInfosByAssociates", R"({"AssociateIds":[497,-5]})");
    check_list(so::get_batch_task_infos_by_associates, so::GetBatchTaskInfosByAssociatesRequest{},
               "Batch/GetBatchTaskInfosByAssociates", R"({"AssociateIds":[]})");
    check_list(so::get_batch_task_infos_by_associates_and_state,
               so::GetBatchTaskInfosByAssociatesAndStateRequest{two, BatchTaskState::Started},
               "Batch/GetBatchTaskInfosByAssociatesAndState", R"({"AssociateIds":[497,-5],"State":"Started"})");
    check_list(so::get_batch_task_infos_by_state, so::GetBatchTaskInfosByStateRequest{BatchTaskState::Aquired},
               "Batch/GetBatchTaskInfosByState", R"({"State":"Aquired"})");
    check_list(so::get_batch_task_infos_by_name_and_state,
               so::GetBatchTaskInfosByNameAndStateRequest{"a \"b\"", BatchTaskState::All},
               "Batch/GetBatchTaskInfosByNameAndState", R"({"Name":"a \"b\"","State":"All"})");
    check_list(so::get_batch_task_infos_by_name_and_associates,
               so::GetBatchTaskInfosByNameAndAssociatesRequest{"Export", two},
               "Batch/GetBatchTaskInfosByNameAndAssociates", R"({"Name":"Export","AssociateIds":[497,-5]})");
    check_list(so::get_all_batch_task_infos_by_name, so::GetAllBatchTaskInfosByNameRequest{"Export"},
               "Batch/GetAllBatchTaskInfosByName", R"({"TaskName":"Export"})");
    check_list(so::get_all_batch_task_infos_by_name_and_state,
               so::GetAllBatchTaskInfosByNameAndStateRequest{"Export", BatchTaskState::New},
               "Batch/GetAllBatchTaskInfosByNameAndState", R"({"TaskName":"Export","State":"New"})");
    check_list(so::get_system_batch_task_infos_by_name, so::GetSystemBatchTaskInfosByNameRequest{"Export"},
               "Batch/GetSystemBatchTaskInfosByName", R"({"TaskName":"Export"})");
    check_list(so::get_system_batch_task_infos_by_name_and_state,
               so::GetSystemBatchTaskInfosByNameAndStateRequest{"Export", BatchTaskState::New},
               "Batch/GetSystemBatchTaskInfosByNameAndState", R"({"TaskName":"Export","State":"New"})");
}

TEST_CASE("operations: get_current_principal is a GET with the credential") {
    const std::string bytes =
        "GET /Cust12345/api/v1/User/currentPrincipal HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: "
        "application/json\r\nAccept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT
        "\r\nAuthorization: Bearer 8A:Cust12345.the-secret/token+==\r\n\r\n";
    const std::string reply = support::reply_text("200 OK", R"({"UserType":"InternalAssociate","AssociateId":426})");
    CHECK(outcome_of(so::get_current_principal, so::path_segment{""}, bytes, reply) ==
          outcome{errc::ok, R"({"AssociateId":426})"});
}

TEST_CASE("operations: every line is slow from 3 seconds on, the service's own threshold") {
    // Those that no test above has looked at.
    CHECK(so::get_output_from_batch.slow == so::milliseconds{3'000});
    CHECK(so::get_current_principal.slow == so::milliseconds{3'000});
    CHECK(so::get_service_version.slow == so::milliseconds{3'000});
    CHECK(so::get_tenant_status.slow == so::milliseconds{3'000});
}

TEST_CASE("operations: only the call that starts a task may not be repeated") {
    CHECK_FALSE(so::start_batch_job.may_repeat);
    CHECK(so::get_batch_task_info.may_repeat);
    CHECK(so::stop_batch_job.may_repeat);
    CHECK(so::update_batch_task.may_repeat);
    CHECK(so::delete_batch_task.may_repeat);
    CHECK(so::delete_batch_tasks.may_repeat);
    CHECK(so::cleanup_batch_task.may_repeat);
    CHECK_FALSE(so::get_service_version.needs_credential);
    CHECK_FALSE(so::get_tenant_status.needs_credential);
    CHECK(so::get_tenant_status.nothing == errc::not_found);
}

TEST_CASE("operations: a large request is borrowed, and written anew for each repeat") {
    const so::StartBatchJobRequest request = job_of("ContactExport", {});
    static_assert(so::detail::is_borrowed_request<so::StartBatchJobRequest>);
    static_assert(!so::detail::is_borrowed_request<so::task_id>);
    constexpr std::size_t most = sizeof(void*) == 8 ? 56 : 32;
    static_assert(!so::detail::is_borrowed_request<std::array<std::byte, most>>);
    static_assert(so::detail::is_borrowed_request<std::array<std::byte, most + 1>>);
    struct renewing {
        int refusals = 0;
        so::credential_state prepare(so::instant) noexcept { return so::credential_state::ready; }
        void add_to(so::request_head& head) noexcept {
            head.header("Authorization", "Bearer 8A:Cust12345.the-secret/token+==");
        }
        bool refused() noexcept { return ++refusals == 1; }
    };
    const std::string bytes = support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StartBatchJob",
                                                    .body = R"({"BatchTaskInfo":{"Name":"ContactExport"}})"}
                                  .text();
    const std::string refusal = support::reply_text("401 Unauthorized", ""), id = support::reply_text("200 OK", "7");
    const so::script_step steps[] = {script::starts(), script::expects(bytes), script::gives(refusal),
                                     script::expects(bytes), script::gives(id)};
    CHECK(replay::in_every_cut(steps, [&](so::scripted& link) {
              std::array<std::byte, 2048> memory{};
              so::client api{link, support::test_base, renewing{}, memory};
              auto call = api.start(so::start_batch_job, request);
              support::step_to_end(call);
              return call.result().has_value() ? call.value() : -1;
          }) == 7);
}
