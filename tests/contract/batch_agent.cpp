// The Batch agent's calls, the clean-up of the BLOB agent and the user behind the credential: section 2 of the agent's notes.
#include "contract.hpp"

#include <algorithm>
#include <iterator>

using namespace contract;

namespace {

constexpr std::int32_t own_associate = 426;  // who the good token is

/// The ids of a list, in order, without spaces: "497 1000".
std::string ids_of(const superoffice::result<superoffice::json_text>& list) {
    if (!list) return superoffice::name(list.error().code);
    std::string ids;
    const std::string_view text = list->raw();
    for (std::size_t at = 0; (at = text.find("\"Id\":", at)) != std::string_view::npos;) {
        at += 5;
        ids += (ids.empty() ? "" : " ") + std::to_string(std::atoi(text.data() + at));
    }
    return ids;
}

superoffice::StartBatchJobRequest job(std::string_view name) {
    superoffice::StartBatchJobRequest made;
    made.BatchTaskInfo.Name = name;
    return made;
}

struct listed_task {
    superoffice::field<std::int32_t> Id;
    superoffice::field<superoffice::coded<BatchTaskState>> State;
};
BOOST_DESCRIBE_STRUCT(listed_task, (), (Id, State))

bool was_asked(const journal& log, std::string_view name) {
    return holds(log.last_request(), "\"target\": \"/Cust12345/api/v1/Agents/" + std::string{name} + "\"");
}

}  // namespace

TEST_CASE("agent 2.1 currentPrincipal: the user behind the credential, whose tasks can be listed") {
    const undisturbed service;
    host<> to;
    const journal log;
    const auto me = to.api.run(superoffice::get_current_principal, {});
    REQUIRE(me.has_value());
    CHECK(me->AssociateId == own_associate);
    CHECK(has_header(log.last_request(), "Authorization"));
    const std::int32_t mine[] = {me->AssociateId.value_or(0)};
    CHECK(holds(ids_of(to.api.run(superoffice::get_batch_task_infos_by_associates, {mine})), "1000"));
    host<superoffice::default_reader, superoffice::bearer> expired{superoffice::bearer{expired_token}};
    CHECK(expired.api.run(superoffice::get_current_principal, {}).error() == errc::unauthorized);
}

TEST_CASE("agent 2.1: each list call is answered, and lists what it says") {
    const undisturbed service;
    host<> to;
    CHECK(to.api.get_batch_task_info(1000)->State == BatchTaskState::New);
    const std::int32_t all_users[] = {-1}, nobody[] = {4711};
    const journal log;
    const std::string by_state = ids_of(to.api.run(superoffice::get_batch_task_infos_by_state, {BatchTaskState::New}));
    CHECK(was_asked(log, "Batch/GetBatchTaskInfosByState"));
    CHECK(holds(by_state, "1000"));
    CHECK(ids_of(to.api.run(superoffice::get_batch_task_infos_by_associates, {nobody})) == "");
    CHECK(holds(ids_of(to.api.run(superoffice::get_batch_task_infos_by_associates, {all_users})), "1000"));
    CHECK(holds(
        ids_of(to.api.run(superoffice::get_batch_task_infos_by_associates_and_state, {all_users, BatchTaskState::New})),
        "1000"));
    const std::string name{*to.api.get_batch_task_info(1000)->Name};
    CHECK(holds(ids_of(to.api.run(superoffice::get_batch_task_infos_by_name_and_state, {name, BatchTaskState::All})),
                "1000"));
    CHECK(
        holds(ids_of(to.api.run(superoffice::get_batch_task_infos_by_name_and_associates, {name, all_users})), "1000"));
    CHECK(holds(ids_of(to.api.run(superoffice::get_all_batch_task_infos_by_name, {name})), "1000"));
    CHECK(
        holds(ids_of(to.api.run(superoffice::get_all_batch_task_infos_by_name_and_state, {name, BatchTaskState::New})),
              "1000"));
    const std::string system = ids_of(to.api.run(superoffice::get_system_batch_task_infos_by_name, {""}));
    CHECK(holds(system, "1009"));
    CHECK_FALSE(holds(system, "1000"));
    CHECK(ids_of(to.api.run(superoffice::get_system_batch_task_infos_by_name_and_state,
                            {"", BatchTaskState::SucceededManualCleanup})) == "");
}

TEST_CASE("agent 2.1 StartBatchJob: the id of a new task, which can be asked for, stopped and updated") {
    const undisturbed service;
    host<> to;
    const superoffice::StartBatchJobRequest wanted = job("ContactExport");
    const auto started = to.api.run(superoffice::start_batch_job, wanted);
    REQUIRE(started.has_value());
    CHECK(to.api.get_batch_task_info(*started)->Name == "ContactExport");
    const auto changed = to.api.run(superoffice::update_batch_task,
                                    {.BatchTaskInfo = {.Id = *started, .Description = "changed \"here\""}});
    REQUIRE(changed.has_value());
    CHECK(changed->Description == "changed \"here\"");
    CHECK(to.api.run(superoffice::stop_batch_job, {*started}).value());
    CHECK(to.api.run(superoffice::start_batch_job, job("nothing of the kind")).error() == errc::service_fault);
}

TEST_CASE("agent 2.1 StartBatchJob: in steps, from a request that is borrowed") {
    const undisturbed service;
    host<> to;
    const superoffice::StartBatchJobRequest wanted = job("ContactExport");
    auto call = to.api.start(superoffice::start_batch_job, wanted, superoffice::allow_waiting_lookup);
    drive(to.link, call, instant{0}, instant{1});
    CHECK(call.value() > 0);
}

TEST_CASE("agent 2.1 deletes: 204 is success, and the tasks are gone") {
    const undisturbed service;
    host<> to;
    CHECK(to.api.run(superoffice::delete_batch_task, {1000}).has_value());
    CHECK(to.api.get_batch_task_info(1000).error() == errc::no_such_task);
    const std::int32_t several[] = {2000, 3000};
    CHECK(to.api.run(superoffice::delete_batch_tasks, {several}).has_value());
    CHECK(to.api.get_batch_task_info(2000).error() == errc::no_such_task);
    CHECK(to.api.get_batch_task_info(3000).error() == errc::no_such_task);
    auto call = to.api.start(superoffice::cleanup_batch_task, {4000}, superoffice::allow_waiting_lookup);
    drive(to.link, call, instant{0}, instant{1});
    CHECK(call.result().has_value());
    CHECK(to.api.get_batch_task_info(4000).error() == errc::no_such_task);
}

TEST_CASE("agent 2.1 lists: 100,000 tasks go by, one at a time, in 4 KB") {
    const undisturbed service;
    host<> to{{}, contract::service().base_url(), 4096};
    std::uint64_t succeeded = 0;
    const auto count = to.api.run_list<listed_task>(
        superoffice::get_all_batch_task_infos_by_name, {"List-100000"},
        [&](const listed_task& task) noexcept { succeeded += task.State == BatchTaskState::Succeeded ? 1U : 0U; },
        {.timeout = milliseconds{120'000}});
    CHECK(count.error().code == errc::ok);
    CHECK(count.value_or(0) == 100'000);
    CHECK(succeeded > 0);
    const auto first =
        to.api.run_list<listed_task>(superoffice::get_all_batch_task_infos_by_name, {"List-100000"},
                                     [](const listed_task&) noexcept { return superoffice::list_answer::stop; });
    CHECK(first.value_or(0) == 1);
    CHECK(to.api.get_batch_task_info<listed_task>(497)->State.has_value());  // on a fresh connection
}

TEST_CASE("agent 2.4 GetOutputFromBatch: the whole job: start, wait for the end, fetch the file, clean up") {
    const undisturbed service;
    host<> to{{}, contract::service().base_url(), 4096};
    const superoffice::StartBatchJobRequest wanted = job("Output-1000000");
    const auto id = to.api.run(superoffice::start_batch_job, wanted);
    REQUIRE(id.has_value());
    advance_tasks(milliseconds{60'000});
    CHECK(to.api.get_batch_task_info<listed_task>(*id)->State == BatchTaskState::SucceededManualCleanup);
    const journal log;
    std::uint64_t bytes = 0;
    const auto count = to.api.run_download(superoffice::get_output_from_batch, {*id},
                                           [&](std::span<const std::byte> piece) noexcept { bytes += piece.size(); });
    CHECK(count.error().code == errc::ok);
    CHECK(count.value_or(0) == 1'000'000);
    CHECK(bytes == 1'000'000);
    CHECK(has_header(log.last_request(), "Accept", "application/octet-stream"));
    const auto limited = to.api.run_download(
        superoffice::get_output_from_batch, {*id}, [](std::span<const std::byte>) noexcept {}, 999'999);
    CHECK(limited.error() == errc::reply_too_large);
    CHECK(to.api.run(superoffice::cleanup_batch_task, {*id}).has_value());
    CHECK(to.api.get_batch_task_info<listed_task>(*id).error() == errc::no_such_task);
}
