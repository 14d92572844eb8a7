// Section 1: the call itself: the request, and the 24 properties of the reply.
#include "contract.hpp"

#include <array>

using namespace contract;

TEST_CASE("§1 request: one POST to the documented path with the documented body, and nothing else") {
    host<> to;
    const journal log;
    check_sample(to.api.get_batch_task_info(497));
    REQUIRE(log.requests().size() == 1);
    const std::string sent = log.last_request();
    CHECK(holds(sent, "\"method\": \"POST\", \"target\": \"/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo\""));
    CHECK(holds(sent, R"("body": "{\"Id\":497}")"));
    CHECK(holds(sent, "\"version\": \"HTTP/1.1\""));
    CHECK(has_header(sent, "Host", origin().substr(8)));
    CHECK(has_header(sent, "Authorization", "Bearer (redacted)"));
    CHECK(has_header(sent, "Content-Type", "application/json; charset=utf-8"));
    CHECK(has_header(sent, "Accept", "application/json"));
    for (const char* const optional :
         {"Accept-Language", "SO-Language", "SO-Culture", "SO-TimeZone", "SO-AppToken", "X-XSRF-TOKEN", "Cookie"})
        CHECK_MESSAGE(!has_header(sent, optional), optional);
}

TEST_CASE("§1.2 headers: each is sent as given, for the client or for the call, and the call wins") {
    superoffice::client_options options;
    options.headers = {.accept_language = "fr,de,ru,zh",
                       .language = "en",
                       .culture = "nb",
                       .time_zone = "UTC",
                       .app_token = "for-the-client",
                       .user_agent = "somebody/1"};
    host<> to{options};
    const journal log;
    check_refusal(to, {5, errc::no_such_task});
    std::string sent = log.last_request();
    CHECK(has_header(sent, "Accept-Language", "fr,de,ru,zh"));
    CHECK(has_header(sent, "SO-Language", "en"));
    CHECK(has_header(sent, "SO-Culture", "nb"));
    CHECK(has_header(sent, "SO-TimeZone", "UTC"));
    CHECK(has_header(sent, "SO-AppToken", "(redacted)"));
    CHECK(has_header(sent, "User-Agent", "somebody/1"));

    superoffice::call_options once;
    once.headers = {.accept_language = "*",
                    .language = "x",
                    .culture = "de",
                    .time_zone = "NO, includeTZOffset",
                    .app_token = "for-the-call",
                    .user_agent = "somebody/2"};
    CHECK(to.api.get_batch_task_info(5, once).error() == errc::no_such_task);
    sent = log.last_request();
    CHECK(has_header(sent, "Accept-Language", "*"));
    CHECK(has_header(sent, "SO-Language", "x"));
    CHECK(has_header(sent, "SO-Culture", "de"));
    CHECK(has_header(sent, "SO-TimeZone", "NO, includeTZOffset"));
    CHECK(has_header(sent, "User-Agent", "somebody/2"));
    CHECK(!has_header(sent, "User-Agent", "somebody/1"));

    CHECK(to.api.get_batch_task_info(5).error() == errc::no_such_task);
    CHECK(has_header(log.last_request(), "SO-Language", "en"));
}

TEST_CASE("§1.2 headers: the caller's own ones follow, of the client and of the call") {
    const superoffice::header_field of_client[] = {{"SO-Browser-TZ-Offset", "60"}, {"X-One", "1"}};
    const superoffice::header_field of_call[] = {{"X-Two", "2"}};
    superoffice::client_options options;
    options.headers.more = of_client;
    host<> to{options};
    const journal log;
    superoffice::call_options once;
    once.headers.more = of_call;
    check_sample(to.api.get_batch_task_info(497, once));
    CHECK(has_header(log.last_request(), "SO-Browser-TZ-Offset", "60"));
    CHECK(has_header(log.last_request(), "X-One", "1"));
    CHECK(has_header(log.last_request(), "X-Two", "2"));
}

TEST_CASE("§1.2 headers: what cannot be a header is refused before anything is sent") {
    host<> to;
    const journal log;
    using namespace std::string_view_literals;
    for (const std::string_view evil : {"en\r\nX-Evil: 1"sv, "en\n"sv, "en\r"sv, "e\0n"sv, "\x7f"sv}) {
        superoffice::call_options each[6];
        each[0].headers.accept_language = evil;
        each[1].headers.language = evil;
        each[2].headers.culture = evil;
        each[3].headers.time_zone = evil;
        each[4].headers.app_token = evil;
        each[5].headers.user_agent = evil;
        for (const auto& options : each)
            CHECK(to.api.get_batch_task_info(497, options).error() == errc::bad_header_value);
        const superoffice::header_field own[] = {{"X-Own", evil}}, named[] = {{evil, "1"}};
        superoffice::call_options more;
        more.headers.more = own;
        CHECK(to.api.get_batch_task_info(497, more).error() == errc::bad_header_value);
        more.headers.more = named;
        CHECK(to.api.get_batch_task_info(497, more).error() == errc::bad_header_value);
    }
    for (const char* const owned : {"Host", "content-length", "AUTHORIZATION", "Cookie", "Transfer-Encoding",
                                    "SO-Language", "Accept-Encoding", "User-Agent", "X-XSRF-TOKEN"}) {
        const superoffice::header_field own[] = {{owned, "1"}};
        superoffice::call_options more;
        more.headers.more = own;
        CHECK_MESSAGE(to.api.get_batch_task_info(497, more).error() == errc::bad_header_value, owned);
    }
    CHECK(log.connections() == 0);
}

TEST_CASE("§1.3 id: every int32 is sent as it is") {
    host<> to;
    const journal log;
    check_refusal(to, {2147483647, errc::no_such_task});
    CHECK(holds(log.last_request(), R"("body": "{\"Id\":2147483647}")"));
    check_refusal(to, {0, errc::no_such_task});
    CHECK(holds(log.last_request(), R"("body": "{\"Id\":0}")"));
    check_refusal(to,
                  {-2147483647 - 1, errc::service_fault, 400, "The id must not be negative.", {}, "ArgumentException"});
    CHECK(holds(log.last_request(), R"("body": "{\"Id\":-2147483648}")"));
}

TEST_CASE_TEMPLATE("§1.4 properties: all 24 of the sample, each with its value", Reader, READERS) {
    host<Reader> to;
    check_sample(to.api.get_batch_task_info(497));
    plain_host<Reader> open{superoffice::bearer{good_token}};
    check_sample(open.api.get_batch_task_info(497));
}

TEST_CASE_TEMPLATE("§1.4 properties: texts as long as their columns and longer are taken whole", Reader, READERS) {
    host<Reader> to{superoffice::client_options{}, service().base_url(), 256 * 1024};
    auto task = to.api.get_batch_task_info(6626);
    REQUIRE(task.has_value());
    CHECK(task->Description == std::string(254, 'd'));
    CHECK(task->Response == std::string(254, 'r'));
    CHECK(task->FileName == std::string(260, 'f'));
    task = to.api.get_batch_task_info(6627);  // characters of three bytes
    REQUIRE(task.has_value());
    CHECK(task->Description->size() == 3 * 254);
    CHECK(task->FileName->size() == 3 * 260);
    CHECK(task->FileName->substr(0, 3) == "\u20ac");
    task = to.api.get_batch_task_info(6628);
    REQUIRE(task.has_value());
    CHECK(task->Description->size() == 5 * 13107);
}

TEST_CASE_TEMPLATE("§1.4 properties: null and absent are different", Reader, READERS) {
    host<Reader> to;
    auto task = to.api.get_batch_task_info(6002);
    REQUIRE(task.has_value());
    CHECK(task->FileName.is_absent());
    CHECK(task->CancellationBehaviour.is_absent());
    CHECK(task->Id == 547);
    task = to.api.get_batch_task_info(6003);
    REQUIRE(task.has_value());
    for (const auto& text : {task->Name, task->DatabaseSerialNumber, task->Context, task->Result, task->Description,
                             task->Response, task->Request, task->ProgressDescription, task->FileName})
        CHECK(text.is_null());
    CHECK(task->ParameterObject.is_null());
    CHECK(task->FieldProperties.is_null());
    CHECK(task->State == BatchTaskState::Succeeded);
    task = to.api.get_batch_task_info(6005);
    REQUIRE(task.has_value());
    CHECK(task->Id.is_null());
    CHECK(task->IsSystemTask.is_null());
    CHECK(task->LastStarted.is_null());
    CHECK(task->State.is_null());
    CHECK(task->CancellationBehaviour.is_null());
    CHECK(task->TableRight.is_null());
    task = to.api.get_batch_task_info(6006);
    CHECK(task.error().code == errc::foreign_document);
    task = to.api.get_batch_task_info(6009);
    REQUIRE(task.has_value());
    CHECK(task->Id == 547);
    CHECK(task->Name.is_absent());
    task = to.api.get_batch_task_info(6634);
    REQUIRE(task.has_value());
    CHECK(task->Name == "");
    CHECK(task->FileName == "");
}

TEST_CASE_TEMPLATE("§1.4 numbers: int32 and bool take their range; other values are refused with the member's name",
                   Reader, READERS) {
    host<Reader> to;
    const struct {
        std::int32_t id;
        std::int32_t percent;
    } taken[] = {{497, 100}, {6013, -1}, {6600, 816}, {6608, 0}};
    for (const auto& row : taken) {
        CAPTURE(row.id);
        const auto task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        CHECK(task->ProgressPercent == row.percent);
    }
    const auto ends = to.api.get_batch_task_info(6601);
    REQUIRE(ends.has_value());
    CHECK(ends->Id == 2147483647);
    CHECK(ends->AssociateId == -2147483647 - 1);

    const struct {
        std::int32_t id;
        errc code;
        std::string_view member;
    } refused[] = {
        {6602, errc::out_of_range, "ProgressPercent"}, {6603, errc::out_of_range, "ProgressPercent"},
        {6604, errc::out_of_range, "ProgressPercent"}, {6605, errc::out_of_range, "ProgressPercent"},
        {6607, errc::out_of_range, "ProgressPercent"}, {6606, errc::wrong_kind, "ProgressPercent"},
        {6611, errc::wrong_kind, "ProgressPercent"},   {6609, errc::wrong_kind, "IsSystemTask"},
        {6610, errc::wrong_kind, "IsSystemTask"},      {6612, errc::wrong_kind, "Name"},
        {6613, errc::bad_number, "ProgressPercent"},
    };
    for (const auto& row : refused) {
        CAPTURE(row.id);
        const superoffice::error e = to.api.get_batch_task_info(row.id).error();
        CHECK(name(e.code) == std::string_view{name(row.code)});
        CHECK(e.stage == stage::decode);
        CHECK(e.http_status == 200);
        CHECK(superoffice::member_name<BatchTaskInfo>(e) == row.member);
    }
}

TEST_CASE_TEMPLATE("§1.4 texts: escapes, UTF-8, and malformed ones of both", Reader, READERS) {
    host<Reader> to;
    using namespace std::string_view_literals;
    const struct {
        std::int32_t id;
        std::string_view name;
    } taken[] = {{6620, "\xF0\x9F\x98\x80 \xF0\x9D\x84\x9E"sv},
                 {6621, "\xF0\x9F\x98\x80 \xF0\x9D\x84\x9E"sv},
                 {6622, "\"\\/\b\f\n\r\t"sv},
                 {6623, "a\0b"sv},
                 {6635, "<b>&amp;</b> ]]> \"'"sv}};
    for (const auto& row : taken) {
        CAPTURE(row.id);
        const auto task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        CHECK(task->Name == row.name);
    }
    for (const refusal& row : {refusal{6624, errc::bad_string},
                               {6625, errc::bad_string},
                               {6630, errc::bad_string},
                               {6631, errc::bad_utf8},
                               {6632, errc::bad_utf8},
                               {6633, errc::bad_string}})
        check_refusal(to, row);
}

TEST_CASE("§1.4 keep: a decoded task survives the next call in the caller's own storage") {
    host<> to;
    const auto first = to.api.get_batch_task_info(497);
    REQUIRE(first.has_value());
    std::array<char, 2048> storage{};
    CHECK(superoffice::keep(*first, std::span{storage}.first(10)).error() == errc::memory_too_small);
    const auto kept = superoffice::keep(*first, storage);
    check_refusal(to, {17404, errc::no_such_task, 404, "Batch task id 404 was not found", {}, "SoNotFoundException"});
    check_sample(kept);
}

TEST_CASE_TEMPLATE("§1.5 sample: an id other than the one asked for is taken, and so are the generated values", Reader,
                   READERS) {
    host<Reader> to;
    auto task = to.api.get_batch_task_info(497);
    REQUIRE(task.has_value());
    CHECK(task->Id == 547);
    task = to.api.get_batch_task_info(6600);
    REQUIRE(task.has_value());
    CHECK(task->ProgressPercent == 816);
    CHECK(task->StartCount == 986);
    task = to.api.get_batch_task_info(6107);
    REQUIRE(task.has_value());
    CHECK(task->State == BatchTaskState::All);
    CHECK(!superoffice::is_final(task->State));
    task = to.api.get_batch_task_info(6010);
    REQUIRE(task.has_value());
    CHECK(task->TableRight->Mask->text() == "Select, Update");
    CHECK(task->FieldProperties->find("Name")->FieldRight->Mask->text() == "Update, UIHintMandatory");
    task = to.api.get_batch_task_info(6204);
    REQUIRE(task.has_value());
    CHECK(task->TableRight->Mask == superoffice::ETableRight::Delete);
    for (const char* const language : {"fr,de,ru,zh", "sv", "en", "*"}) {
        superoffice::call_options options;
        options.headers.accept_language = language;
        CHECK(to.api.get_batch_task_info(497, options)->ProgressPercent == 100);
    }
}

TEST_CASE("§1.5 sample: the sample's request, Basic and all, gives the sample's reply") {
    superoffice::client_options options;
    options.headers.accept_language = "fr,de,ru,zh";
    host<superoffice::default_reader, superoffice::basic> to{superoffice::basic{"tje0", "Tje0"}, options,
                                                             origin() + "/superoffice/api"};
    const journal log;
    check_sample(to.api.get_batch_task_info(497));
    CHECK(holds(log.last_request(), "\"credential\": \"basic-sample\""));
    CHECK(to.api.last_reply().head.content_type() == "application/json; charset=utf-8");
}
