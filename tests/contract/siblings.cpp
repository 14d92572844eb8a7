// Section 12: other calls of the same service, one line each.
#include "contract.hpp"

using namespace contract;

namespace {

constexpr superoffice::operation<superoffice::path_segment, BatchTaskInfo> get_batch_task{
    .path = "/api/v1/BatchTask/",
    .slow = superoffice::milliseconds{1000},
    .method = superoffice::http_method::get,
    .nothing = errc::no_such_task};
constexpr superoffice::operation<superoffice::path_segment, BatchTaskInfo> get_batch_task_as_nobody{
    .path = "/api/v1/BatchTask/",
    .slow = superoffice::milliseconds{1000},
    .method = superoffice::http_method::get,
    .needs_credential = false};

/// "true", "false", or the error's name.
std::string_view stopped(const superoffice::result<bool>& answer) {
    if (!answer) return superoffice::name(answer.error().code);
    return *answer ? "true" : "false";
}

}  // namespace

TEST_CASE("§12 StopBatchJob: true if the task was stopped, which is Failed then; else false") {
    const undisturbed service;
    host<> to;
    CHECK(to.api.get_batch_task_info(1000)->State == superoffice::BatchTaskState::New);
    const journal log;
    CHECK(stopped(to.api.run(superoffice::stop_batch_job, {1000})) == "true");
    CHECK(holds(log.last_request(), "\"target\": \"/Cust12345/api/v1/Agents/Batch/StopBatchJob\""));
    CHECK(to.api.get_batch_task_info(1000)->State == superoffice::BatchTaskState::Failed);
    CHECK(stopped(to.api.run(superoffice::stop_batch_job, {1000})) == "false");  // it is over
    CHECK(stopped(to.api.run(superoffice::stop_batch_job, {3000})) ==
          "false");  // it is of a kind that cannot be stopped
    CHECK(stopped(to.api.run(superoffice::stop_batch_job, {497})) == "false");
}

TEST_CASE("§12 StopBatchJob: as a form, in steps, and without a credential") {
    const undisturbed service;
    host<> to{superoffice::client_options{.request_as = superoffice::request_type::form}};
    CHECK(to.api.get_batch_task_info(1000).has_value());
    auto call = to.api.start(superoffice::stop_batch_job, {1000}, superoffice::allow_waiting_lookup);
    drive(to.link, call, instant{0}, instant{1});
    CHECK(stopped(call.result()) == "true");
    host<superoffice::default_reader, superoffice::anonymous> nobody{superoffice::anonymous{}};
    CHECK(stopped(nobody.api.run(superoffice::stop_batch_job, {1000})) == "unauthorized");
}

TEST_CASE(
    "§12 REST form: a GET by id is an operation of your own, with the credential unless its line says otherwise") {
    host<> to;
    const journal log;
    const auto task = to.api.run(get_batch_task, superoffice::path_segment{"497"});
    CHECK(holds(log.last_request(), "\"method\": \"GET\", \"target\": \"/Cust12345/api/v1/BatchTask/497\""));
    CHECK(has_header(log.last_request(), "Authorization"));
    CHECK(task->Id.has_value());
    CHECK(to.api.run(get_batch_task, superoffice::path_segment{"498"}).error() == errc::no_such_task);
    CHECK(to.api.run(get_batch_task_as_nobody, superoffice::path_segment{"497"}).error() == errc::unauthorized);
    CHECK(!has_header(log.last_request(), "Authorization"));
}

TEST_CASE("§12 REST form: a segment that cannot stand in a path is refused before anything is sent") {
    host<> to;
    const journal log;
    for (const char* const segment : {"../x", "a b", "1?x", "1\r\n", "%41"})
        CHECK(to.api.run<BatchTaskInfo>(get_batch_task, superoffice::path_segment{segment}).error() ==
              errc::bad_base_url);
    CHECK(log.connections() == 0);
}

TEST_CASE("§12 slow: each operation has its own threshold") {
    host<> to;
    auto call = to.api.start<BatchTaskInfo>(get_batch_task, superoffice::path_segment{"497"}, {},
                                            superoffice::allow_waiting_lookup);
    drive(to.link, call, instant{0}, instant{1001});
    CHECK(to.api.last_reply().slow);
}
