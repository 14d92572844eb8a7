// The Batch agent's calls and the user behind the credential, one test for each row of section 2.1 of the agent's notes.
#include "contract.hpp"

#include <algorithm>
#include <type_traits>

namespace contract::of_batch_agent {
namespace {

constexpr std::int32_t own_associate = 426;  // who the good token is
constexpr std::int32_t everybody[] = {-1}, me[] = {own_associate}, nobody[] = {4711};

struct listed_task {
    superoffice::field<std::int32_t> Id, AssociateId;
    superoffice::field<std::string_view> Name;
    superoffice::field<superoffice::coded<BatchTaskState>> State;
    superoffice::field<bool> IsSystemTask;
};
BOOST_DESCRIBE_STRUCT(listed_task, (), (Id, AssociateId, Name, State, IsSystemTask))

/// An element of a list, with text of its own.
struct kept_task {
    std::int32_t id, associate;
    std::string name;
    BatchTaskState state;
    bool system;
};

/// What a list call gave, and what it sent.
struct listing {
    std::vector<kept_task> tasks;
    errc code = errc::ok;
    std::string request;

    [[nodiscard]] bool has(std::int32_t id) const {
        return std::any_of(tasks.begin(), tasks.end(), [id](const kept_task& one) { return one.id == id; });
    }
    /// Whether there are tasks, and `is` holds for each.
    template <class Predicate>
    [[nodiscard]] bool all(Predicate is) const {
        return !tasks.empty() && std::all_of(tasks.begin(), tasks.end(), is);
    }
};

template <class Request>
listing listed(const superoffice::operation<Request, superoffice::list_of<BatchTaskInfo>>& call,
               const std::type_identity_t<Request>& request) {
    host<> to;
    const journal log;
    listing found;
    const auto count = to.api.run_list<listed_task>(call, request, [&](const listed_task& one) noexcept {
        found.tasks.push_back(
            {*one.Id, *one.AssociateId, std::string{*one.Name}, one.State->value(), *one.IsSystemTask});
    });
    found.code = count.error().code;
    CHECK(count.value_or(0) == found.tasks.size());
    found.request = log.last_request();
    return found;
}

/// Whether the request went to this call of the Batch agent with the list's $select and with this body, as JSON text.
bool was_sent(const listing& found, const std::string& name, const std::string& body) {
    return found.code == errc::ok && holds(found.request, "\"method\": \"POST\"") &&
           holds(found.request,
                 "/Cust12345/api/v1/Agents/Batch/" + name + "?$select=Id,AssociateId,Name,State,IsSystemTask\"") &&
           holds(found.request, "\"body\": \"" + body + "\"");
}

bool is_new(const kept_task& one) { return one.state == BatchTaskState::New; }
bool is_of_a_user(const kept_task& one) { return !one.system; }
bool is_mine(const kept_task& one) { return one.associate == own_associate; }
bool is_of_the_system(const kept_task& one) { return one.system; }

superoffice::StartBatchJobRequest job(std::string_view name) {
    superoffice::StartBatchJobRequest made;
    made.BatchTaskInfo.Name = name;
    return made;
}

}  // namespace

TEST_CASE("agent 2.1 currentPrincipal: the user behind the credential, whose tasks can be listed") {
    const undisturbed service;
    host<> to;
    const journal log;
    const auto user = to.api.run(superoffice::get_current_principal, {});
    REQUIRE(user.has_value());
    CHECK(user->AssociateId == own_associate);
    CHECK(holds(log.last_request(), "\"method\": \"GET\", \"target\": \"/Cust12345/api/v1/User/currentPrincipal"));
    CHECK(has_header(log.last_request(), "Authorization"));
    const std::int32_t mine[] = {user->AssociateId.value_or(0)};
    CHECK(listed(superoffice::get_batch_task_infos_by_associates, {mine}).all(is_mine));
    host<superoffice::default_reader, superoffice::bearer> expired{superoffice::bearer{expired_token}};
    CHECK(expired.api.run(superoffice::get_current_principal, {}).error() == errc::unauthorized);
}

TEST_CASE("agent 2.1 GetBatchTaskInfo: one task, by its id") {
    host<> to;
    const journal log;
    CHECK(to.api.run(superoffice::get_batch_task_info, {497})->Id == 547);
    CHECK(holds(log.last_request(), "/api/v1/Agents/Batch/GetBatchTaskInfo\""));
}

TEST_CASE("agent 2.1 GetBatchTaskInfosByAssociates: the tasks of these users; no users, no tasks") {
    const undisturbed service;
    const listing mine = listed(superoffice::get_batch_task_infos_by_associates, {me});
    CHECK(was_sent(mine, "GetBatchTaskInfosByAssociates", R"({\"AssociateIds\":[426]})"));
    CHECK(mine.has(1000));
    CHECK(mine.all(is_mine));
    const std::int32_t two[] = {4711, own_associate};
    CHECK(was_sent(listed(superoffice::get_batch_task_infos_by_associates, {two}), "GetBatchTaskInfosByAssociates",
                   R"({\"AssociateIds\":[4711,426]})"));
    CHECK(listed(superoffice::get_batch_task_infos_by_associates, {everybody}).has(1000));
    const listing none = listed(superoffice::get_batch_task_infos_by_associates, {nobody});
    CHECK(none.code == errc::ok);
    CHECK(none.tasks.empty());
}

TEST_CASE("agent 2.1 GetBatchTaskInfosByAssociatesAndState: the tasks of these users in this state") {
    const undisturbed service;
    const listing mine = listed(superoffice::get_batch_task_infos_by_associates_and_state, {me, BatchTaskState::New});
    CHECK(was_sent(mine, "GetBatchTaskInfosByAssociatesAndState", R"({\"AssociateIds\":[426],\"State\":\"New\"})"));
    CHECK(mine.all(is_mine));
    CHECK(mine.all(is_new));
    CHECK(
        listed(superoffice::get_batch_task_infos_by_associates_and_state, {nobody, BatchTaskState::New}).tasks.empty());
}

TEST_CASE("agent 2.1 GetBatchTaskInfosByState: the users' tasks in this state, in each state of the enumeration") {
    const undisturbed service;
    const listing fresh = listed(superoffice::get_batch_task_infos_by_state, {BatchTaskState::New});
    CHECK(was_sent(fresh, "GetBatchTaskInfosByState", R"({\"State\":\"New\"})"));
    CHECK(fresh.has(1000));
    CHECK(fresh.all(is_new));
    CHECK(fresh.all(is_of_a_user));
    const struct {
        BatchTaskState state;
        const char* text;
    } rows[] = {{BatchTaskState::Unknown, "Unknown"},
                {BatchTaskState::New, "New"},
                {BatchTaskState::Aquired, "Aquired"},
                {BatchTaskState::Started, "Started"},
                {BatchTaskState::Succeeded, "Succeeded"},
                {BatchTaskState::Failed, "Failed"},
                {BatchTaskState::SucceededManualCleanup, "SucceededManualCleanup"},
                {BatchTaskState::All, "All"}};
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const listing found = listed(superoffice::get_batch_task_infos_by_state, {row.state});
        CHECK(was_sent(found, "GetBatchTaskInfosByState", R"({\"State\":\")" + std::string{row.text} + R"(\"})"));
        for (const kept_task& one : found.tasks) CHECK((row.state == BatchTaskState::All || one.state == row.state));
    }
}

TEST_CASE("agent 2.1 GetBatchTaskInfosByNameAndState: the users' tasks of this name in this state") {
    const undisturbed service;
    const listing found =
        listed(superoffice::get_batch_task_infos_by_name_and_state, {"ContactExport", BatchTaskState::New});
    CHECK(was_sent(found, "GetBatchTaskInfosByNameAndState", R"({\"Name\":\"ContactExport\",\"State\":\"New\"})"));
    CHECK(found.has(1000));
    CHECK(found.all(is_new));
    CHECK(found.all([](const kept_task& one) { return one.name == "ContactExport"; }));
    CHECK(listed(superoffice::get_batch_task_infos_by_name_and_state, {"No \"such\" name", BatchTaskState::New})
              .tasks.empty());
}

TEST_CASE("agent 2.1 GetBatchTaskInfosByNameAndAssociates: these users' tasks of this name") {
    const undisturbed service;
    const listing found = listed(superoffice::get_batch_task_infos_by_name_and_associates, {"ContactExport", me});
    CHECK(was_sent(found, "GetBatchTaskInfosByNameAndAssociates",
                   R"({\"Name\":\"ContactExport\",\"AssociateIds\":[426]})"));
    CHECK(found.all(is_mine));
    CHECK(listed(superoffice::get_batch_task_infos_by_name_and_associates, {"ContactExport", nobody}).tasks.empty());
}

TEST_CASE("agent 2.1 GetAllBatchTaskInfosByName: tasks of this name, the system's too") {
    const undisturbed service;
    const listing found = listed(superoffice::get_all_batch_task_infos_by_name, {""});
    CHECK(was_sent(found, "GetAllBatchTaskInfosByName", R"({\"TaskName\":\"\"})"));
    CHECK(std::any_of(found.tasks.begin(), found.tasks.end(), is_of_the_system));
    CHECK(std::any_of(found.tasks.begin(), found.tasks.end(), is_of_a_user));
    CHECK(listed(superoffice::get_all_batch_task_infos_by_name, {"ContactExport"}).has(1000));
}

TEST_CASE("agent 2.1 GetAllBatchTaskInfosByNameAndState: tasks of this name in this state, the system's too") {
    const undisturbed service;
    const listing found = listed(superoffice::get_all_batch_task_infos_by_name_and_state, {"", BatchTaskState::New});
    CHECK(was_sent(found, "GetAllBatchTaskInfosByNameAndState", R"({\"TaskName\":\"\",\"State\":\"New\"})"));
    CHECK(found.all(is_new));
    CHECK(std::any_of(found.tasks.begin(), found.tasks.end(), is_of_the_system));
}

TEST_CASE("agent 2.1 GetSystemBatchTaskInfosByName: the system's tasks of this name, and no user's") {
    const undisturbed service;
    const listing found = listed(superoffice::get_system_batch_task_infos_by_name, {""});
    CHECK(was_sent(found, "GetSystemBatchTaskInfosByName", R"({\"TaskName\":\"\"})"));
    CHECK(found.has(1009));
    CHECK(found.all(is_of_the_system));
}

TEST_CASE("agent 2.1 GetSystemBatchTaskInfosByNameAndState: the system's tasks of this name in this state") {
    const undisturbed service;
    const listing found = listed(superoffice::get_system_batch_task_infos_by_name_and_state, {"", BatchTaskState::New});
    CHECK(was_sent(found, "GetSystemBatchTaskInfosByNameAndState", R"({\"TaskName\":\"\",\"State\":\"New\"})"));
    CHECK(found.all(is_of_the_system));
    CHECK(found.all(is_new));
    CHECK(
        listed(superoffice::get_system_batch_task_infos_by_name_and_state, {"", BatchTaskState::SucceededManualCleanup})
            .tasks.empty());
}

TEST_CASE("agent 2.1 StartBatchJob: the id of a new task, by the definition's name; an unknown name is an error") {
    const undisturbed service;
    host<> to;
    const journal log;
    const superoffice::StartBatchJobRequest wanted = job("ContactExport");
    const auto started = to.api.run(superoffice::start_batch_job, wanted);
    REQUIRE(started.has_value());
    CHECK(holds(log.last_request(), "/api/v1/Agents/Batch/StartBatchJob\""));
    CHECK(holds(log.last_request(), R"("body": "{\"BatchTaskInfo\":{\"Name\":\"ContactExport\"}}")"));
    CHECK(to.api.get_batch_task_info(*started)->Name == "ContactExport");
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

TEST_CASE(
    "agent 2.1 StartBatchJob: is not sent again when the connection dies behind it; the outcome is unknown then, and "
    "the error says so") {
    const undisturbed service;
    host<> to;
    CHECK(to.api.get_batch_task_info(497).has_value());  // the connection is a kept one now
    for (const char* const fault : {"close-before-head", "reset-before-head", "close-in-body", "reset-in-body"}) {
        CAPTURE(fault);
        control("next", R"({"match": "StartBatchJob", "fault": ")" + std::string{fault} + "\"}");
        const journal log;
        const superoffice::StartBatchJobRequest wanted = job("ContactExport");
        const superoffice::error e = to.api.run(superoffice::start_batch_job, wanted).error();
        CHECK(name(e.code) == std::string_view{"outcome_unknown"});
        CHECK(log.lines("StartBatchJob").size() == 1);
        CHECK(to.api.get_batch_task_info(497).has_value());
    }
    const std::string jobs = control("tasks");
    std::size_t started = 0;
    for (std::size_t at = 0; (at = jobs.find("ContactExport", at)) != std::string::npos; ++at) ++started;
    CHECK(started == 4);
}

TEST_CASE("agent 2.1 StopBatchJob: true where the task was stopped, else false") {
    const undisturbed service;
    host<> to;
    CHECK(to.api.get_batch_task_info(1000)->State == BatchTaskState::New);
    const journal log;
    CHECK(to.api.run(superoffice::stop_batch_job, {1000}).value());
    CHECK(holds(log.last_request(), "/api/v1/Agents/Batch/StopBatchJob\""));
    CHECK(holds(log.last_request(), R"("body": "{\"Id\":1000}")"));
    CHECK_FALSE(to.api.run(superoffice::stop_batch_job, {1000}).value());
}

TEST_CASE("agent 2.1 UpdateBatchTask: sends State and texts only, and gives the changed task") {
    const undisturbed service;
    host<> to;
    const journal log;
    const auto changed =
        to.api.run(superoffice::update_batch_task, {.BatchTaskInfo = {.Id = 1000,
                                                                      .State = BatchTaskState::Failed,
                                                                      .Description = "changed \"here\"",
                                                                      .Response = "no",
                                                                      .Request = "all"}});
    REQUIRE(changed.has_value());
    CHECK(holds(log.last_request(), "/api/v1/Agents/Batch/UpdateBatchTask\""));
    CHECK(holds(log.last_request(),
                R"({\"BatchTaskInfo\":{\"Id\":1000,\"State\":\"Failed\",\"Description\":\"changed \\\"here\\\"\",)"
                R"(\"Response\":\"no\",\"Request\":\"all\"}})"));
    CHECK(changed->Id == 1000);
    CHECK(changed->State == BatchTaskState::Failed);
    CHECK(changed->Description == "changed \"here\"");
    CHECK(changed->Response == "no");
    CHECK(changed->Request == "all");
}

TEST_CASE("agent 2.1 DeleteBatchTask: 204 is success, and the task is gone") {
    const undisturbed service;
    host<> to;
    const journal log;
    CHECK(to.api.run(superoffice::delete_batch_task, {1000}).has_value());
    CHECK(holds(log.last_request(), "/api/v1/Agents/Batch/DeleteBatchTask\""));
    CHECK(holds(log.last_request(), R"("body": "{\"BatchTaskId\":1000}")"));
    CHECK(to.api.last_reply().status == 204);
    CHECK(to.api.get_batch_task_info(1000).error() == errc::no_such_task);
}

TEST_CASE("agent 2.1 DeleteBatchTasks: 204 is success, and all of the tasks are gone") {
    const undisturbed service;
    host<> to;
    const journal log;
    const std::int32_t several[] = {2000, 3000};
    CHECK(to.api.run(superoffice::delete_batch_tasks, {several}).has_value());
    CHECK(holds(log.last_request(), "/api/v1/Agents/Batch/DeleteBatchTasks\""));
    CHECK(holds(log.last_request(), R"("body": "{\"BatchTaskIds\":[2000,3000]}")"));
    CHECK(to.api.get_batch_task_info(2000).error() == errc::no_such_task);
    CHECK(to.api.get_batch_task_info(3000).error() == errc::no_such_task);
}

TEST_CASE("agent 2.1 all calls: slow above 3000 ms, and not at it") {
    CHECK(superoffice::get_batch_task_infos_by_associates.slow == milliseconds{3000});
    CHECK(superoffice::get_batch_task_infos_by_associates_and_state.slow == milliseconds{3000});
    CHECK(superoffice::get_batch_task_infos_by_state.slow == milliseconds{3000});
    CHECK(superoffice::get_batch_task_infos_by_name_and_state.slow == milliseconds{3000});
    CHECK(superoffice::get_batch_task_infos_by_name_and_associates.slow == milliseconds{3000});
    CHECK(superoffice::get_all_batch_task_infos_by_name.slow == milliseconds{3000});
    CHECK(superoffice::get_all_batch_task_infos_by_name_and_state.slow == milliseconds{3000});
    CHECK(superoffice::get_system_batch_task_infos_by_name.slow == milliseconds{3000});
    CHECK(superoffice::get_system_batch_task_infos_by_name_and_state.slow == milliseconds{3000});
    CHECK(superoffice::start_batch_job.slow == milliseconds{3000});
    CHECK(superoffice::stop_batch_job.slow == milliseconds{3000});
    CHECK(superoffice::update_batch_task.slow == milliseconds{3000});
    CHECK(superoffice::delete_batch_task.slow == milliseconds{3000});
    CHECK(superoffice::delete_batch_tasks.slow == milliseconds{3000});
    const undisturbed service;
    for (const auto& [end, slow] : {std::pair{instant{3000}, false}, std::pair{instant{3001}, true}}) {
        host<> to;
        auto call = to.api.start_list<listed_task>(
            superoffice::get_batch_task_infos_by_state, {BatchTaskState::New}, [](const listed_task&) noexcept {},
            superoffice::call_options{}, superoffice::allow_waiting_lookup);
        drive(to.link, call, instant{0}, end);
        CHECK(call.error().code == errc::ok);
        CHECK(to.api.last_reply().slow == slow);
    }
}

TEST_CASE(
    "agent 2.1 request types: a flat request goes as a form, one that holds a struct or a list is refused by name") {
    const undisturbed service;
    host<> to{superoffice::client_options{.request_as = superoffice::request_type::form}};
    const superoffice::StartBatchJobRequest wanted = job("ContactExport");
    const journal log;
    CHECK(to.api.run(superoffice::start_batch_job, wanted).error() == errc::unsupported_content_type);
    const std::int32_t several[] = {2000, 3000};
    CHECK(to.api.run(superoffice::delete_batch_tasks, {several}).error() == errc::unsupported_content_type);
    CHECK(log.requests().empty());
    CHECK(to.api.run(superoffice::delete_batch_task, {1000}).has_value());
    CHECK(holds(log.last_request(), R"("body": "BatchTaskId=1000")"));
}

TEST_CASE("agent 2.1 lists: 100,000 tasks are read one at a time in 4 KB") {
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

}  // namespace contract::of_batch_agent
