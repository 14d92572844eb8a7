// Section 2: base URLs, and how a call finds a tenant that has moved.
#include "contract.hpp"

using namespace contract;

TEST_CASE("§2 base URL: tenant root, /api, /api/ and /api/v1 lead to the same path") {
    for (const char* const form : {"/Cust12345", "/Cust12345/", "/Cust12345/api", "/Cust12345/api/",
                                   "/Cust12345/api/v1", "/Cust12345/api/v1/", "/Cust12345/API"}) {
        CAPTURE(form);
        host<> to{superoffice::client_options{}, origin() + form};
        const journal log;
        check_sample(to.api.get_batch_task_info(497));
        CHECK(holds(log.last_request(), "\"target\": \"/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo\""));
    }
}

TEST_CASE("§2 base URL: any path onsite, with TLS and without") {
    const struct {
        const char* form;
        const char* root;
    } rows[] = {{"/superoffice/api", "/superoffice"},
                {"/Super/api/", "/Super"},
                {"/crm/api/v1", "/crm"},
                {"/api/v1", ""},
                {"/api", ""},
                {"/", ""},
                {"", ""}};
    for (const auto& row : rows) {
        CAPTURE(row.form);
        const std::string target = "\"target\": \"" + std::string{row.root} + "/api/v1/Agents/Batch/GetBatchTaskInfo\"";
        const journal log;
        host<> to{superoffice::client_options{}, origin() + row.form};
        check_sample(to.api.get_batch_task_info(497));
        CHECK(holds(log.last_request(), target));
        plain_host<> open{superoffice::bearer{good_token}, origin("plain") + row.form};
        check_sample(open.api.get_batch_task_info(497));
        CHECK(holds(log.last_request(), target));
        CHECK(holds(log.last_request(), "\"listener\": \"plain\""));
    }
}

TEST_CASE("§2 base URL: addresses as IPv4 and IPv6 literals") {
    const std::string port = std::to_string(service().port("plain"));
    plain_host<> four{superoffice::bearer{good_token}, "http://127.0.0.1:" + port + "/crm"};
    const journal log;
    check_sample(four.api.get_batch_task_info(497));
    CHECK(has_header(log.last_request(), "Host", "127.0.0.1:" + port));
    if (!has_ipv6()) {
        MESSAGE("no IPv6 here: that half was not run");
        return;
    }
    plain_host<> six{superoffice::bearer{good_token}, "http://[::1]:" + port + "/crm"};
    check_sample(six.api.get_batch_task_info(497));
    CHECK(has_header(log.last_request(), "Host", "[::1]:" + port));
}

TEST_CASE("§2 base URL: an unusable one is an error with its position, at construction and at each call") {
    const struct {
        const char* text;
        std::uint32_t offset;
    } rows[] = {{"", 0},
                {"ftp://a", 0},
                {"https://", 8},
                {"https://a b", 9},
                {"https://user:secret@a/", 13},
                {"https://a:0/", 10},
                {"https://a:65536/", 10},
                {"https://[::1/", 12},
                {"https://a/?x", 10},
                {"https://a/#x", 10},
                {"https://a/\r\nX: y", 10}};
    const journal log;
    for (const auto& row : rows) {
        CAPTURE(row.text);
        host<> to{superoffice::client_options{}, row.text};
        CHECK(to.api.check_base_url().error() == errc::bad_base_url);
        CHECK(to.api.check_base_url().error().position() == row.offset);
        CHECK(to.api.get_batch_task_info(497).error() == to.api.check_base_url().error());
    }
    CHECK(log.connections() == 0);
}

TEST_CASE("§2 base URL: https over a link that is not secure sends nothing") {
    plain_host<> to{superoffice::bearer{good_token},
                    "https://localhost:" + std::to_string(service().port("plain")) + "/crm"};
    const journal log;
    CHECK(to.api.get_batch_task_info(497).error() == errc::insecure_link);
    CHECK(log.lines("\"first-byte\"").empty());
    CHECK(log.requests().empty());
}

TEST_CASE("§2 base URL: a path where no service lives is not_found, not a missing task") {
    host<> to{superoffice::client_options{}, origin() + "/nothing-here"};
    check_refusal(to, {497, errc::not_found, 404});
}

TEST_CASE("§2 replies: an address in a reply is never followed") {
    host<> to;
    const journal log;
    check_refusal(to, {7301, errc::redirected, 301});
    CHECK(to.api.last_reply().head.location() == "https://elsewhere.example/api/v1");
    check_refusal(to, {7302, errc::redirected, 302});
    CHECK(to.api.last_reply().head.location() == "/login?return=%2Fapi");
    CHECK(log.requests().size() == 2);
    CHECK(to.api.base() == service().base_url());
}

TEST_CASE("§2 421: without a directory it ends the call, with a code of its own") {
    host<> elsewhere{superoffice::client_options{}, origin() + "/Cust999/api"};
    check_refusal(elsewhere, {497, errc::tenant_moved, 421});
    host<> to;
    check_refusal(to, {7421, errc::tenant_moved, 421});
    check_refusal(to, {17421, errc::tenant_moved, 421});
    check_refusal(to, {27421, errc::tenant_moved, 421,
                       "The sub-domain of this address is not the one that serves tenant Cust12345."});
}

TEST_CASE_TEMPLATE("§2 421: the directory names the new host, and the call is repeated there", Reader, READERS) {
    const undisturbed around;
    control("tenant", R"({"at": "second"})");
    const std::string directory = origin();
    superoffice::client_options options;
    options.tenant_directory = directory;
    const superoffice::header_field own[] = {{"X-Own", "1"}};
    options.headers.app_token = "test-app-token";
    options.headers.more = own;
    host<Reader> to{options};
    const journal log;
    check_sample(to.api.get_batch_task_info(497));
    CHECK(to.api.base() == service().base_url("second"));

    auto sent = log.requests();
    REQUIRE(sent.size() == 3);
    CHECK(holds(sent[0], "\"listener\": \"main\""));
    CHECK(holds(sent[0], "\"status\": 421"));
    CHECK(holds(sent[1], "\"method\": \"GET\", \"target\": \"/api/state/Cust12345\""));
    CHECK(!has_header(sent[1], "Authorization"));
    CHECK(!has_header(sent[1], "SO-AppToken"));
    CHECK(!has_header(sent[1], "Content-Type"));
    CHECK(!has_header(sent[1], "X-Own"));
    CHECK(holds(sent[2], "\"listener\": \"second\""));
    CHECK(has_header(sent[2], "Authorization", "Bearer (redacted)"));
    CHECK(has_header(sent[2], "X-Own", "1"));
    CHECK(has_header(sent[2], "Host", origin("second").substr(8)));

    check_sample(to.api.get_batch_task_info(497));  // straight to the new host, over the kept connection
    sent = log.requests();
    REQUIRE(sent.size() == 4);
    CHECK(holds(sent[3], "\"listener\": \"second\""));
    CHECK(holds(sent[3], "\"number\": 2"));

    control("tenant", R"({"at": "main"})");  // and back again
    check_sample(to.api.get_batch_task_info(497));
    CHECK(to.api.base() == service().base_url());
    CHECK(log.requests().size() == 7);
}

TEST_CASE("§2 421: each state that the directory may answer, and its outcome") {
    const undisturbed around;
    const struct {
        const char* state;
        errc code;
    } rows[] = {{"Running", errc::ok},
                {"OnlineMaintenance", errc::ok},
                {"OfflineMaintenance", errc::unavailable},
                {"Suspended", errc::unavailable},
                {"Deleted", errc::unavailable},
                {"MigrationPending", errc::unavailable}};
    const std::string directory = origin();
    superoffice::client_options options;
    options.tenant_directory = directory;
    for (const auto& row : rows) {
        CAPTURE(row.state);
        control("tenant", "{\"at\": \"second\", \"state\": \"" + std::string{row.state} + "\"}");
        host<> to{options};
        CHECK(name(to.api.get_batch_task_info(497).error().code) == std::string_view{name(row.code)});
    }
    host<> unknown{options, origin() + "/Cust999"};
    CHECK(unknown.api.get_batch_task_info(497).error() == errc::unavailable);
}

TEST_CASE_TEMPLATE("§2 state: GET /api/state/{tenant} needs no credential and decodes whole", Reader, READERS) {
    const undisturbed around;
    host<Reader, superoffice::anonymous> to{superoffice::anonymous{}, superoffice::client_options{}, origin()};
    const journal log;
    auto status = to.api.template run<superoffice::TenantStatus>(superoffice::get_tenant_status,
                                                                 superoffice::path_segment{"Cust12345"});
    REQUIRE(status.has_value());
    CHECK(status->ContextIdentifier == "Cust12345");
    CHECK(status->Endpoint == origin() + "/Cust12345");
    CHECK(status->Api == service().base_url());
    CHECK(status->State == superoffice::TenantState::Running);
    CHECK(status->IsRunning == true);
    CHECK(status->Version == "Release_11.10_2026.02.24-02");
    REQUIRE(status->ValidUntil.has_value());
    CHECK(status->ValidUntil->utc().has_value());
    CHECK(!has_header(log.last_request(), "Authorization"));

    control("tenant", R"({"version": ""})");  // older replies have none
    status = to.api.template run<superoffice::TenantStatus>(superoffice::get_tenant_status,
                                                            superoffice::path_segment{"Cust12345"});
    REQUIRE(status.has_value());
    CHECK(status->Version.is_absent());
    using enum superoffice::TenantState;
    for (const auto& row : {std::pair{"Unknown", Unknown},
                            {"Provisioning", Provisioning},
                            {"Running", Running},
                            {"Deleted", Deleted},
                            {"Suspended", Suspended},
                            {"OnlineMaintenance", OnlineMaintenance},
                            {"OfflineMaintenance", OfflineMaintenance},
                            {"ProvisioningFailed", ProvisioningFailed},
                            {"Deleting", Deleting},
                            {"DeleteFailed", DeleteFailed},
                            {"MigrationPending", MigrationPending}}) {
        const auto& [text, value] = row;
        CAPTURE(row.first);
        control("tenant", "{\"state\": \"" + std::string{text} + "\"}");
        status = to.api.template run<superoffice::TenantStatus>(superoffice::get_tenant_status,
                                                                superoffice::path_segment{"Cust12345"});
        REQUIRE(status.has_value());
        CHECK(status->State == value);
        CHECK(status->IsRunning.value_or(false) == (value == Running || value == OnlineMaintenance));
    }
}

TEST_CASE("§2 probe: the version facts, a call that needs no credential") {
    host<superoffice::default_reader, superoffice::anonymous> to{superoffice::anonymous{}};
    const auto facts = to.api.run(superoffice::get_service_version, {});
    REQUIRE(facts.has_value());
    CHECK(*facts->v1 == service().base_url() + "/v1");
    CHECK(*facts->NetServerVersion == "11.10.0.0");
    CHECK(*facts->ServicesCurrent == "Services88");
}

TEST_CASE("§2 maintenance: an outage is unavailable or a broken connection, and may pass by itself") {
    host<> to;
    check_refusal(to, {7502, errc::unavailable, 502});
    check_refusal(to, {7503, errc::unavailable, 503});
    check_refusal(to, {7504, errc::unavailable, 504});
    CHECK(to.api.get_batch_task_info(8000).error() == errc::connection_reset);
    for (const errc code : {errc::unavailable, errc::connection_reset, errc::connection_closed,
                            errc::connection_refused, errc::throttled, errc::deadline_exceeded})
        CHECK(superoffice::is_repeatable(code));
    check_sample(to.api.get_batch_task_info(497));
}
