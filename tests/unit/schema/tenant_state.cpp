// Tests of superoffice/schema/tenant_state.hpp: the directory's answer, and the call after a 421 (sections 2 and 4).
#include <superoffice/client/client.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/transport/scripted.hpp>

#include <doctest/doctest.h>

#include <support/replay.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace {

using superoffice::errc;
using superoffice::script_step;
namespace script = superoffice::script;

// The sample of section 2, with another host.
constexpr std::string_view status_document =
    R"({ "ContextIdentifier": "Cust12345", "Endpoint": "https://online2.superoffice.com/Cust12345", "State": "Running",
  "IsRunning": true, "ValidUntil": "2026-02-23T09:52:01.9342965Z",
  "Api": "https://online2.superoffice.com/Cust12345/api", "Version": "Release_11.10_2026.02.24-02" })";

constexpr std::string_view first_base = "https://online3.superoffice.com/Cust12345/api";
constexpr std::string_view directory = "https://online.superoffice.com";

std::string request_to(std::string_view host) {
    return "POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo HTTP/1.1\r\nHost: " + std::string{host} +
           "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nContent-Type: application/json; "
           "charset=utf-8\r\n"
           "Content-Length: 10\r\nUser-Agent: superoffice-batch/0.1.0\r\nAuthorization: Bearer "
           "secret\r\n\r\n{\"Id\":497}";
}

constexpr std::string_view directory_request =
    "GET /api/state/Cust12345 HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
    "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/0.1.0\r\n\r\n";

std::string reply(std::string_view status, std::string_view body, std::string_view type = "application/json") {
    return "HTTP/1.1 " + std::string{status} + "\r\nContent-Type: " + std::string{type} +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

const std::string misdirected = reply("421 Misdirected Request", "The tenant is not here.", "text/plain");
const std::string task = reply("200 OK", R"({"Id":497,"ProgressPercent":42})");

struct outcome {
    errc code = errc::ok;
    int status = 0;
    int percent = -1;
    std::string base;

    bool operator==(const outcome&) const = default;
};

outcome ask(superoffice::scripted& link, std::string_view where_to_ask = directory,
            std::string_view base = first_base) {
    std::array<std::byte, 2048> memory{};
    superoffice::client api{link, base, superoffice::bearer{"secret"}, memory,
                            superoffice::client_options{.tenant_directory = where_to_ask}};
    auto call = api.start_get_batch_task_info(497);
    while (call.step(superoffice::instant{0}) != superoffice::step_state::done) {
    }
    outcome seen{.code = call.error().code, .status = call.error().http_status, .base = std::string{api.base()}};
    if (call.result()) seen.percent = call.value().ProgressPercent.value_or(-2);
    return seen;
}

/// 421 from the first host, then the directory's reply.
std::vector<script_step> moved_steps(std::string_view first_request, std::string_view directory_reply) {
    return {script::starts("online3.superoffice.com", 443),
            script::expects(first_request),
            script::gives(misdirected),
            script::stops(),
            script::starts("online.superoffice.com", 443),
            script::expects(directory_request),
            script::gives(directory_reply)};
}

}  // namespace

TEST_CASE("tenant status: the documented sample (section 2)") {
    std::string document{status_document};
    const auto status = superoffice::decode<superoffice::TenantStatus>(
        superoffice::compact_reader{}, superoffice::json_document{document.data(), document.size(), document.size()});
    REQUIRE(status.has_value());
    CHECK(status->ContextIdentifier == "Cust12345");
    CHECK(status->State == superoffice::TenantState::Running);
    CHECK(status->IsRunning == true);
    CHECK(status->ValidUntil->utc().has_value());
    CHECK(superoffice::base_of(*status) == "https://online2.superoffice.com/Cust12345/api");
}

TEST_CASE("tenant status: the base URL is Api, else Endpoint, else nothing") {
    superoffice::TenantStatus status;
    CHECK(superoffice::base_of(status).empty());
    status.Endpoint = "e";
    CHECK(superoffice::base_of(status) == "e");
    status.Api = "";
    CHECK(superoffice::base_of(status) == "e");
    status.Api = "a";
    CHECK(superoffice::base_of(status) == "a");
}

TEST_CASE("tenant moved: without a directory a 421 ends the call, with its own code") {
    const std::string request = request_to("online3.superoffice.com");
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(misdirected)};
    CHECK(replay::in_every_cut(steps, [](superoffice::scripted& link) { return ask(link, {}); }) ==
          outcome{errc::tenant_moved, 421, -1, std::string{first_base}});
}

TEST_CASE("tenant moved: the directory is asked without a credential, and the call repeated at the new address") {
    const std::string first = request_to("online3.superoffice.com"), second = request_to("online2.superoffice.com");
    const std::string status = reply("200 OK", status_document);
    auto steps = moved_steps(first, status);
    steps.push_back(script::stops());
    steps.push_back(script::starts("online2.superoffice.com", 443));
    steps.push_back(script::expects(second));
    steps.push_back(script::gives(task));
    CHECK(replay::in_every_cut(steps, [](superoffice::scripted& link) { return ask(link); }) ==
          outcome{errc::ok, 0, 42, "https://online2.superoffice.com/Cust12345/api"});
}

TEST_CASE("tenant moved: the program's headers go to the tenant, never to the directory") {
    const std::string status = reply("200 OK", status_document);
    const auto with_header = [](std::string_view host) {
        std::string request = request_to(host);
        return request.insert(request.find("Authorization"), "X-Gateway-Key: k\r\n");
    };
    const std::string first = with_header("online3.superoffice.com"), second = with_header("online2.superoffice.com");
    auto steps = moved_steps(first, status);
    steps.push_back(script::starts("online2.superoffice.com", 443));
    steps.push_back(script::expects(second));
    steps.push_back(script::gives(task));
    superoffice::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    const superoffice::header_field own[] = {{"X-Gateway-Key", "k"}};
    superoffice::client api{link, first_base, superoffice::bearer{"secret"}, memory,
                            superoffice::client_options{.tenant_directory = directory, .headers = {.more = own}}};
    auto call = api.start_get_batch_task_info(497);
    while (call.step(superoffice::instant{0}) != superoffice::step_state::done) {
    }
    CHECK(call.result().has_value());
    CHECK(link.finished());
}

TEST_CASE("tenant moved: a second 421 is not followed again") {
    const std::string first = request_to("online3.superoffice.com"), second = request_to("online2.superoffice.com");
    const std::string status = reply("200 OK", status_document);
    auto steps = moved_steps(first, status);
    steps.push_back(script::starts("online2.superoffice.com", 443));
    steps.push_back(script::expects(second));
    steps.push_back(script::gives(misdirected));
    superoffice::scripted link{steps};
    CHECK(ask(link) == outcome{errc::tenant_moved, 421, -1, "https://online2.superoffice.com/Cust12345/api"});
    CHECK(link.finished());
}

TEST_CASE("tenant moved: answers of the directory without a new address") {
    struct row {
        const char* what;
        std::string reply;
        errc code;
        int status;
    };
    const row rows[] = {
        {"not running", reply("200 OK", R"({"IsRunning":false,"State":"OfflineMaintenance","Api":"https://a/b"})"),
         errc::unavailable, 200},
        {"no address", reply("200 OK", R"({"IsRunning":true})"), errc::tenant_moved, 421},
        {"an address that is none", reply("200 OK", R"({"IsRunning":true,"Api":"online2"})"), errc::tenant_moved, 421},
        {"an address without TLS",
         reply("200 OK", R"({"IsRunning":true,"Api":"http://online2.superoffice.com/Cust12345"})"), errc::tenant_moved,
         421},
        {"an address longer than half the memory",
         reply("200 OK", R"({"IsRunning":true,"Api":"https://a/)" + std::string(1024, 'x') + "\"}"), errc::tenant_moved,
         421},
        {"a page", reply("200 OK", "<html>", "text/html"), errc::not_json, 200},
        {"nobody", reply("404 Not Found", "", "text/html"), errc::not_found, 404},
        {"a refusal", reply("401 Unauthorized", "", "text/html"), errc::tenant_moved, 421},
        {"another refusal", reply("403 Forbidden", "", "text/html"), errc::tenant_moved, 421},
        {"an outage", reply("503 Service Unavailable", "", "text/html"), errc::unavailable, 503},
    };
    for (const row& r : rows) {
        CAPTURE(r.what);
        const std::string first = request_to("online3.superoffice.com");
        const auto steps = moved_steps(first, r.reply);
        superoffice::scripted link{steps};
        CHECK(ask(link) == outcome{r.code, r.status, -1, std::string{first_base}});
        CHECK(link.finished());
    }
}

TEST_CASE("tenant moved: from http to http the call goes on, because nothing was encrypted before") {
    const std::string first = request_to("localhost:8080"), second = request_to("localhost:8081");
    const std::string status = reply("200 OK", R"({"IsRunning":true,"Api":"http://localhost:8081/Cust12345/api"})");
    const std::vector<script_step> steps = {script::starts("localhost", 8080),
                                            script::expects(first),
                                            script::gives(misdirected),
                                            script::stops(),
                                            script::starts("online.superoffice.com", 443),
                                            script::expects(directory_request),
                                            script::gives(status),
                                            script::stops(),
                                            script::starts("localhost", 8081),
                                            script::expects(second),
                                            script::gives(task)};
    superoffice::scripted link{steps};
    CHECK(ask(link, directory, "http://localhost:8080/Cust12345/api") ==
          outcome{errc::ok, 0, 42, "http://localhost:8081/Cust12345/api"});
    CHECK(link.finished());
}

TEST_CASE("tenant moved: a base URL that names no tenant has nothing to ask the directory about") {
    std::string request = request_to("online3.superoffice.com");
    request.replace(request.find("/Cust12345/api"), 14, "/api");
    const std::vector<script_step> steps = {script::starts("online3.superoffice.com", 443), script::expects(request),
                                            script::gives(misdirected)};
    for (const std::string_view base : {"https://online3.superoffice.com", "https://online3.superoffice.com/api"}) {
        CAPTURE(base);
        superoffice::scripted link{steps};
        CHECK(ask(link, directory, base) == outcome{errc::tenant_moved, 421, -1, std::string{base}});
        CHECK(link.finished());
    }
}

TEST_CASE("tenant moved: a directory's URL that cannot be used is an error, and nobody else is asked") {
    const std::string request = request_to("online3.superoffice.com");
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(misdirected)};
    superoffice::scripted link{steps};
    CHECK(ask(link, "online.superoffice.com").code == errc::bad_base_url);
}

TEST_CASE("tenant moved: a link that fails at any step is an error, and never a value") {
    // Once the 421 is known it counts, although the rest of that reply is missing: the directory is asked at once. This
    // script has another order then, which is a mismatch.
    const std::string first = request_to("online3.superoffice.com"), second = request_to("online2.superoffice.com");
    const std::string status = reply("200 OK", status_document);
    auto steps = moved_steps(first, status);
    steps.push_back(script::starts("online2.superoffice.com", 443));
    steps.push_back(script::expects(second));
    steps.push_back(script::gives(task));
    for (const auto& interruption :
         {superoffice::io_result::failed(errc::connection_reset, 104), superoffice::io_result::closed()})
        replay::interrupted_anywhere(
            steps, interruption, [](superoffice::scripted& link) { return ask(link); },
            [](const outcome& seen, superoffice::scripted&, std::size_t) {
                CHECK((seen.code == errc::connection_reset || seen.code == errc::connection_closed ||
                       seen.code == errc::script_mismatch));
                CHECK(seen.percent == -1);
            });
}

TEST_CASE("tenant moved: a 421 that is cut off anywhere behind its status is followed") {
    const std::string first = request_to("online3.superoffice.com"), second = request_to("online2.superoffice.com");
    const std::string status = reply("200 OK", status_document);
    const std::size_t status_line = misdirected.find('\n') + 1;
    for (std::size_t cut = status_line; cut < misdirected.size(); ++cut) {
        CAPTURE(cut);
        const std::string_view part = std::string_view{misdirected}.substr(0, cut);
        const script_step steps[] = {script::starts("online3.superoffice.com", 443),
                                     script::expects(first),
                                     script::gives(part),
                                     script::fails(errc::connection_reset, 104),
                                     script::starts("online.superoffice.com", 443),
                                     script::expects(directory_request),
                                     script::gives(status),
                                     script::stops(),
                                     script::starts("online2.superoffice.com", 443),
                                     script::expects(second),
                                     script::gives(task)};
        superoffice::scripted link{steps};
        CHECK(ask(link) == outcome{errc::ok, 0, 42, "https://online2.superoffice.com/Cust12345/api"});
        CHECK(link.finished());
    }
}

TEST_CASE("tenant status: a program can ask for it, without a credential") {
    const std::string answer = reply("200 OK", status_document);
    const script_step steps[] = {script::starts("online.superoffice.com", 443), script::expects(directory_request),
                                 script::gives(answer)};
    superoffice::scripted link{steps};
    std::array<std::byte, 1024> memory{};
    superoffice::client api{link, directory, superoffice::anonymous{}, memory};
    auto call =
        api.start<superoffice::TenantStatus>(superoffice::get_tenant_status, superoffice::path_segment{"Cust12345"});
    while (call.step(superoffice::instant{0}) != superoffice::step_state::done) {
    }
    REQUIRE(call.result().has_value());
    CHECK(call.value().Version == "Release_11.10_2026.02.24-02");
}

TEST_CASE("tenant status: a name that cannot stand in a path is refused before anything is sent") {
    for (const std::string_view name : {"a/b", "a b", "a?b", "a%2fb", "a\r\nb"}) {
        CAPTURE(name);
        superoffice::scripted link{{}};
        std::array<std::byte, 1024> memory{};
        superoffice::client api{link, directory, superoffice::anonymous{}, memory};
        auto call =
            api.start<superoffice::TenantStatus>(superoffice::get_tenant_status, superoffice::path_segment{name});
        CHECK(call.step(superoffice::instant{0}) == superoffice::step_state::done);
        CHECK(call.error() == errc::bad_base_url);
        CHECK(link.calls() == 0);
    }
}

TEST_CASE("tenant_state: section 2, the states have the service's numbers") {
    using superoffice::TenantState;
    const struct {
        TenantState state;
        int number;
    } rows[] = {{TenantState::Unknown, 0},
                {TenantState::Provisioning, 1},
                {TenantState::Running, 2},
                {TenantState::Deleted, 3},
                {TenantState::Suspended, 4},
                {TenantState::OnlineMaintenance, 5},
                {TenantState::OfflineMaintenance, 6},
                {TenantState::ProvisioningFailed, 8},
                {TenantState::Deleting, 10},
                {TenantState::DeleteFailed, 11},
                {TenantState::MigrationPending, 12}};
    for (const auto& row : rows) CHECK(static_cast<int>(row.state) == row.number);
}
