// Section 4: every kind of refusal, and every kind of reply without a value.
#include "contract.hpp"

using namespace contract;

namespace {

struct only_name {
    superoffice::field<std::string_view> Name;
};
BOOST_DESCRIBE_STRUCT(only_name, (), (Name))

constexpr std::string_view message_a = "The request is invalid.", detail_a = "The parameter 'Id' has no value.",
                           message_b = "The id must not be negative.", message_c = "Batch task id 404 was not found",
                           wrong_host = "The sub-domain of this address is not the one that serves tenant Cust12345.";

// What each special id of the service ends in. See local_superoffice.py --help.
constexpr refusal null_and_empty[] = {
    {5, errc::no_such_task},     // unknown to the service
    {9000, errc::no_such_task},  // null
    {9015, errc::no_such_task},  // null within white space
    {7204, errc::no_such_task, 204}, {9005, errc::empty_document}, {9022, errc::empty_document},  // white space only
};

constexpr refusal objects_under_200[] = {
    {9010, errc::service_fault, 200, message_a, detail_a},
    {9011, errc::service_fault, 200, message_b, {}, "ArgumentException"},
    {9012, errc::service_fault, 200, message_c, {}, "SoNotFoundException"},
    {9013, errc::service_fault, 200, {}, {}, "ArgumentException"},  // before 10.1.1: no message
    {9014, errc::service_fault, 200, "Something is wrong."},
    {9020, errc::service_fault, 200, {}, {}, "ArgumentException"},  // Message null
    {9021, errc::service_fault, 200, "\u00c6rlig \"nei\"\n", {}, "ArgumentException"},
};

constexpr refusal statuses[] = {
    {7400, errc::service_fault, 400, message_a, detail_a},
    {17400, errc::service_fault, 400, message_b, {}, "ArgumentException"},
    {27400, errc::service_fault, 400, message_c, {}, "SoNotFoundException"},
    {9208, errc::bad_request, 400},  // a problem document of somebody else's
    {7401, errc::unauthorized, 401, "Log in first."},
    {17401, errc::unauthorized, 401},
    {27401, errc::unauthorized, 401},
    {7403, errc::forbidden, 403, "The right to see this task is missing.", {}, "SoSecurityException"},
    {17403, errc::forbidden, 403},
    {7404, errc::no_such_task, 404, "No such batch task.", {}, "SoNotFoundException"},
    {17404, errc::no_such_task, 404, message_c, {}, "SoNotFoundException"},
    {27404, errc::not_found, 404},
    {7408, errc::unavailable, 408},
    {7415, errc::unexpected_status, 415, "The media type is not supported."},
    {7418, errc::unexpected_status, 418},
    {7421, errc::tenant_moved, 421},
    {17421, errc::tenant_moved, 421},
    {27421, errc::tenant_moved, 421, wrong_host},
    {7429, errc::throttled, 429, "Too many calls."},
    {17429, errc::throttled, 429, "Too many calls."},
    {27429, errc::throttled, 429, "Too many calls."},
    {7500, errc::unavailable, 500},  // a page, which tells nothing about the task
    {17500, errc::service_fault, 500, "The server failed.", {}, "NullReferenceException"},
    {27500, errc::unavailable, 500},
    {7502, errc::unavailable, 502},
    {7503, errc::unavailable, 503},
    {7504, errc::unavailable, 504},
    {7599, errc::unexpected_status, 599},
    {7301, errc::redirected, 301},
    {7302, errc::redirected, 302},
    {7304, errc::redirected, 304},
    {7307, errc::redirected, 307},
    {7308, errc::redirected, 308},
};

constexpr refusal no_task_documents[] = {
    {9001, errc::wrong_kind},  // an array of the sample
    {9002, errc::wrong_kind},  // a string
    {9003, errc::wrong_kind},  // a number
    {9004, errc::wrong_kind},  // true
    {9016, errc::wrong_kind},  // []
    {9017, errc::wrong_kind},  // false
    {9006, errc::not_json},    // an HTML page under 200
    {9007, errc::bad_json},    // half the sample
    {9008, errc::bad_json},    // behind a byte order mark
    {9009, errc::bad_json},    // with more behind
    {9018, errc::bad_json},    // a comment
    {9019, errc::bad_json},    // a trailing comma
};

}  // namespace

TEST_CASE_TEMPLATE("§4 nothing: null, 204, 404 of the service and an empty reply", Reader, READERS) {
    host<Reader> to;
    for (const refusal& row : null_and_empty) check_refusal(to, row);
}

TEST_CASE_TEMPLATE("§4 error objects: A, B and C under 200, whatever their spelling of the message", Reader, READERS) {
    host<Reader> to;
    for (const refusal& row : objects_under_200) check_refusal(to, row);
}

TEST_CASE_TEMPLATE("§4 statuses: each has its code, with the service's words if there are any", Reader, READERS) {
    host<Reader> to;
    for (const refusal& row : statuses) {
        check_refusal(to, row);
        CAPTURE(row.id);
        CHECK(to.api.get_batch_task_info(row.id).error().stage == stage::service);
    }
}

TEST_CASE_TEMPLATE("§4 documents: documents that are neither a task nor an error object", Reader, READERS) {
    host<Reader> to;
    for (const refusal& row : no_task_documents) {
        check_refusal(to, row);
        CAPTURE(row.id);
        CHECK(to.api.get_batch_task_info(row.id).error().stage == stage::decode);
    }
}

TEST_CASE_TEMPLATE("§4 success: other 2xx with a task, and a task that carries a null Message", Reader, READERS) {
    host<Reader> to;
    const struct {
        std::int32_t id;
        std::uint16_t status;
    } rows[] = {{7201, 201}, {7206, 206}, {6012, 200}};
    for (const auto& row : rows) {
        CAPTURE(row.id);
        const auto task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        CHECK(task->Id == 547);
        CHECK(to.api.last_reply().status == row.status);
    }
}

TEST_CASE("§4 error objects: no Id is object A under 200, a refused one object B under 400, of the service itself") {
    const undisturbed around;
    host<> to;
    check_refusal(to, {-1, errc::service_fault, 400, message_b, {}, "ArgumentException"});
    control("next", R"({"match": "GetBatchTaskInfo", "body": "{\"Message\":\"m\",\"MessageDetail\":\"d\"}"})");
    check_refusal(to, {497, errc::service_fault, 200, "m", "d"});
}

TEST_CASE("§4 error objects: an error object larger than the memory does not hide the status") {
    const undisturbed around;
    host<> to{superoffice::client_options{}, service().base_url(), 4096};
    control("next", "{\"match\": \"GetBatchTaskInfo\", \"status\": 503, \"body\": \"" + std::string(8192, ' ') + "\"}");
    check_refusal(to, {497, errc::unavailable, 503});
    check_sample(to.api.get_batch_task_info(497));
}

TEST_CASE("§4 error objects: the program's own struct does not hide them") {
    host<> to;
    CHECK(to.api.get_batch_task_info<only_name>(9011).error() == errc::service_fault);
    CHECK(to.api.last_reply().message == message_b);
    CHECK(to.api.get_batch_task_info<only_name>(9000).error() == errc::no_such_task);
    CHECK(to.api.get_batch_task_info<only_name>(497)->Name == "ContactExport");
}

TEST_CASE_TEMPLATE("§4 throttling: Retry-After in seconds and as a date; none, nonsense, and a day at most", Reader,
                   READERS) {
    const undisturbed around;
    host<Reader> to{superoffice::client_options{.retry_after_dates = superoffice::http_dates}};
    const auto asked = [&](std::int32_t id) {
        CHECK(!to.api.get_batch_task_info(id).has_value());
        return to.api.last_reply().retry_after;
    };
    CHECK(asked(7429) == milliseconds{2000});
    CHECK(asked(7503) == milliseconds{2000});
    for (const std::int32_t id : {17429, 17503}) {  // two seconds from the server's Date, seconds are whole in both
        const auto wait = asked(id);
        REQUIRE(wait.has_value());
        CHECK((*wait >= milliseconds{1000} && *wait <= milliseconds{3000}));
    }
    CHECK(asked(27429).is_absent());
    CHECK(asked(27503).is_absent());
    CHECK(asked(37503).is_absent());
    CHECK(asked(47503) == milliseconds{86'400'000});  // more than a day is a day
    control("settings", R"({"retry_after": 0})");
    CHECK(asked(7429) == milliseconds{0});
    CHECK(asked(497 - 1000000).is_absent());
}
