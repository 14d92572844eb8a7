// The output of a finished task and its clean-up, one test for each statement of section 2.4 of the agent's notes.
#include "contract.hpp"

#include <cstring>
#include <span>

namespace contract::of_output {
namespace {

constexpr std::int32_t output_of(std::int32_t bytes) { return 1'000'000'000 + bytes; }

struct state_of_task {
    superoffice::field<superoffice::coded<BatchTaskState>> State;
    superoffice::field<std::string_view> FileName;
};
BOOST_DESCRIBE_STRUCT(state_of_task, (), (State, FileName))

/// How a download ended, and what came.
struct fetched {
    superoffice::error error;
    std::uint64_t count = 0;
    std::string file;
};

template <class Host>
fetched fetch(Host& to, std::int32_t id) {
    fetched all;
    auto call = to.api.start_download(
        superoffice::get_output_from_batch, {id},
        [&](std::span<const std::byte> piece) noexcept {
            all.file.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        },
        superoffice::default_max_file_bytes, {}, superoffice::allow_waiting_lookup);
    drive(to.link, call, instant{0}, instant{1});
    all.error = call.error();
    all.count = call.count();
    return all;
}

/// The bytes of the service's outputs: every value in order, then lines that say at which byte they begin.
std::string expected_file(std::size_t size) {
    std::string file;
    for (int value = 0; value != 256; ++value) file += static_cast<char>(value);
    char line[32];
    while (file.size() < size) {
        std::snprintf(line, sizeof line, "%015zu\n", file.size() % (std::size_t{1} << 20));
        file += line;
    }
    return file.substr(0, size);
}

}  // namespace

TEST_CASE("agent 2.4 GetOutputFromBatch: asks for bytes, and gives them unchanged, for a file of any size") {
    const undisturbed service;
    for (const std::int32_t size : {1, 256, 4096, 100'000}) {
        CAPTURE(size);
        host<> to{{}, contract::service().base_url(), 4096};
        const journal log;
        const fetched got = fetch(to, output_of(size));
        CHECK(got.error.code == errc::ok);
        CHECK(got.count == static_cast<std::uint64_t>(size));
        CHECK((got.file == expected_file(static_cast<std::size_t>(size))));
        CHECK(holds(log.last_request(), "\"method\": \"POST\""));
        CHECK(holds(log.last_request(), "/Cust12345/api/v1/Agents/BLOB/GetOutputFromBatch\""));
        CHECK(holds(log.last_request(), R"("body": "{\"BatchTaskId\":)" + std::to_string(output_of(size)) + "}\""));
        CHECK(has_header(log.last_request(), "Accept", "application/octet-stream"));
    }
}

TEST_CASE("agent 2.4 GetOutputFromBatch: other documented types of files are taken, and the type can be asked for") {
    const undisturbed service;
    for (const char* const type :
         {"application/octet-stream", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          "application/pdf", "text/plain", "application/zip", "image/png"}) {
        CAPTURE(type);
        host<> to;
        control("next",
                R"({"status": 200, "headers": [["Content-Type", ")" + std::string{type} + R"("]], "body": "file"})");
        const fetched got = fetch(to, 497);
        CHECK(got.error.code == errc::ok);
        CHECK(got.file == "file");
        CHECK(to.api.last_reply().head.content_type() == std::string_view{type});
    }
}

TEST_CASE("agent 2.4 GetOutputFromBatch: base64 in a JSON string is refused by name") {
    const undisturbed service;
    host<> to;
    control("next", R"({"status": 200, "headers": [["Content-Type", "application/json; charset=utf-8"]],
                        "body": "\"JVBERi0xLjc=\""})");
    const fetched got = fetch(to, 497);
    CHECK(got.error == errc::file_as_base64);
    CHECK(got.file.empty());
}

TEST_CASE("agent 2.4 GetOutputFromBatch: a task without output is recognised, in each way that a service may say it") {
    const undisturbed service;
    const struct {
        const char* form;
        errc code;
        std::uint16_t status;
    } rows[] = {{"as-asked", errc::null_document, 204}, {"null", errc::null_document, 200},
                {"204", errc::null_document, 204},      {"error", errc::service_fault, 400},
                {"object", errc::service_fault, 200},   {"404", errc::service_fault, 404}};
    for (const auto& row : rows) {
        CAPTURE(row.form);
        control("settings", R"({"no_output": ")" + std::string{row.form} + "\"}");
        host<> to;
        const fetched got = fetch(to, 1000);  // has not run yet
        CHECK(superoffice::name(got.error.code) == std::string_view{superoffice::name(row.code)});
        CHECK(got.error.http_status == row.status);
        CHECK(got.file.empty());
    }
    // Nothing tells an empty reply with a file's type from an empty file.
    control("settings", R"({"no_output": "empty"})");
    host<> to;
    const fetched got = fetch(to, 1000);
    CHECK(got.error.code == errc::ok);
    CHECK(got.count == 0);
}

TEST_CASE("agent 2.4 GetOutputFromBatch: a reply that breaks off is an error, and says how much had come") {
    const undisturbed service;
    const struct {
        const char* ending;
        errc code;
    } rows[] = {{"close", errc::connection_closed}, {"reset", errc::connection_reset}, {"cut", errc::truncated_close}};
    for (const auto& row : rows) {
        CAPTURE(row.ending);
        control("output",
                R"({"id": 497, "bytes": 100000, "stop_after": 54321, "ending": ")" + std::string{row.ending} + "\"}");
        host<> to{{}, contract::service().base_url(), 4096};
        const fetched got = fetch(to, 497);
        CHECK(name(got.error.code) == std::string_view{name(row.code)});
        CHECK(got.error.stage == stage::http);
        CHECK(got.count == got.file.size());
        CHECK(got.count <= 54'321);
        if (row.code != errc::connection_reset) CHECK(got.count == 54'321);  // a reset may overtake what was sent
        CHECK((got.file == expected_file(got.file.size())));
    }
}

TEST_CASE("agent 2.4 FileName: comes with the task, whose file it names") {
    host<> to;
    const auto task = to.api.get_batch_task_info<state_of_task>(497);
    REQUIRE(task.has_value());
    CHECK(task->FileName == "ContactExport_2024-11-27.xlsx");
}

TEST_CASE("agent 2.4 CleanupBatchTask: 204 is success; output and task are gone") {
    const undisturbed service;
    host<> to;
    CHECK(fetch(to, output_of(10)).error.code == errc::ok);
    const journal log;
    CHECK(to.api.run(superoffice::cleanup_batch_task, {output_of(10)}).has_value());
    CHECK(holds(log.last_request(), "/Cust12345/api/v1/Agents/BLOB/CleanupBatchTask\""));
    CHECK(holds(log.last_request(), R"("body": "{\"BatchTaskId\":1000000010}")"));
    CHECK(to.api.last_reply().status == 204);
    CHECK(fetch(to, output_of(10)).error == errc::null_document);
    CHECK(to.api.get_batch_task_info<state_of_task>(output_of(10)).error() == errc::no_such_task);
    auto call = to.api.start(superoffice::cleanup_batch_task, {4000}, superoffice::allow_waiting_lookup);
    drive(to.link, call, instant{0}, instant{1});
    CHECK(call.result().has_value());
}

TEST_CASE("agent 2.4 the whole job: start, wait for the end, fetch the file, clean up") {
    const undisturbed service;
    host<> to{{}, contract::service().base_url(), 4096};
    superoffice::StartBatchJobRequest wanted;
    wanted.BatchTaskInfo.Name = "Output-1000000";
    const auto id = to.api.run(superoffice::start_batch_job, wanted);
    REQUIRE(id.has_value());
    advance_tasks(milliseconds{60'000});
    CHECK(to.api.get_batch_task_info<state_of_task>(*id)->State == BatchTaskState::SucceededManualCleanup);
    std::uint64_t bytes = 0;
    const auto count = to.api.run_download(superoffice::get_output_from_batch, {*id},
                                           [&](std::span<const std::byte> piece) noexcept { bytes += piece.size(); });
    CHECK(count.error().code == errc::ok);
    CHECK(count.value_or(0) == 1'000'000);
    CHECK(bytes == 1'000'000);
    const auto limited = to.api.run_download(
        superoffice::get_output_from_batch, {*id}, [](std::span<const std::byte>) noexcept {}, 999'999);
    CHECK(limited.error() == errc::reply_too_large);
    CHECK(to.api.run(superoffice::cleanup_batch_task, {*id}).has_value());
    CHECK(to.api.get_batch_task_info<state_of_task>(*id).error() == errc::no_such_task);
}

}  // namespace contract::of_output
