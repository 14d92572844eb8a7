// Section 5: the framing and the spelling of a reply, and its faults.
#include "contract.hpp"

using namespace contract;

TEST_CASE_TEMPLATE("§5 framing: chunks of every shape, Content-Length, and until close give the same task", Reader,
                   READERS) {
    host<Reader> to;
    plain_host<Reader> open{superoffice::bearer{good_token}};
    for (std::int32_t id = 8100; id <= 8108; ++id) {
        CAPTURE(id);
        check_sample(to.api.get_batch_task_info(id));
        check_sample(open.api.get_batch_task_info(id));
    }
}

TEST_CASE("§5 compression: never asked for; a compressed reply has its own error") {
    host<> to;
    const journal log;
    check_refusal(to, {9205, errc::unsupported_content_coding});
    CHECK(has_header(log.last_request(), "Accept-Encoding", "identity"));
    check_refusal(to, {9211, errc::unsupported_content_coding});
    check_sample(to.api.get_batch_task_info(9207));  // identity, said in words
}

TEST_CASE("§5 headers: kept headers have functions, all others can be looked up") {
    host<> to;
    check_sample(to.api.get_batch_task_info(497));
    const superoffice::reply_head& head = to.api.last_reply().head;
    CHECK(head.status == 200);
    CHECK(head.db_stats() == "implementationMS=3&Calls=1&Read=1");
    CHECK(head.time_zone() == "NO");
    CHECK(head.content_type() == "application/json; charset=utf-8");
    CHECK(head.date().size() == 29);
    CHECK(head.header("cache-control") == "no-cache");
    CHECK(head.header("PRAGMA") == "no-cache");
    CHECK(head.header("Expires") == "-1");
    CHECK(head.header("Vary") == "Accept-Encoding");
    CHECK(head.header("Strict-Transport-Security") == "max-age=31536000");
    CHECK(head.header("X-Nothing").data() == nullptr);
    CHECK(head.retry_after().data() == nullptr);
}

TEST_CASE("§5 request: User-Agent is the library by default") {
    host<> to;
    const journal log;
    check_sample(to.api.get_batch_task_info(497));
    CHECK(has_header(log.last_request(), "User-Agent", "superoffice-batch/" SUPEROFFICE_VERSION_TEXT));
}

TEST_CASE_TEMPLATE("§5 members: reversed, indented, with any white space, with escapes in their names", Reader,
                   READERS) {
    host<Reader> to;
    for (const std::int32_t id : {6000, 6007, 6008, 6011}) {
        CAPTURE(id);
        check_sample(to.api.get_batch_task_info(id));
    }
}

TEST_CASE_TEMPLATE("§5 members: unknown ones are skipped, of duplicates the last counts", Reader, READERS) {
    host<Reader> to;
    check_sample(to.api.get_batch_task_info(6001));
    check_sample(to.api.get_batch_task_info(6004));
}

TEST_CASE("§5 connection: kept between calls, unless the server closes it") {
    host<> to;
    const journal log;
    check_sample(to.api.get_batch_task_info(497));
    check_sample(to.api.get_batch_task_info(497));
    check_refusal(to, {9000, errc::no_such_task});
    CHECK(log.connections() == 1);
    check_sample(to.api.get_batch_task_info(8016));  // closes and says so
    CHECK(log.connections() == 1);
    check_sample(to.api.get_batch_task_info(497));
    CHECK(log.connections() == 2);
    check_sample(to.api.get_batch_task_info(8015));  // closes without a word
    check_sample(to.api.get_batch_task_info(497));
    CHECK(log.connections() == 3);
    CHECK(log.lines("internal-error").empty());
}

TEST_CASE_TEMPLATE("§5 connection: a dead kept connection is replaced, and the call repeated once", Reader, READERS) {
    for (const std::int32_t id : {8017, 8018}) {  // a later request is met by a close, or a reset
        CAPTURE(id);
        host<Reader> to;
        plain_host<Reader> open{superoffice::bearer{good_token}};
        const journal log;
        for (int round = 0; round < 3; ++round) {
            check_sample(to.api.get_batch_task_info(id));
            check_sample(open.api.get_batch_task_info(id));
        }
        CHECK(log.connections() == 6);       // each third of them for the first request of a call
        CHECK(log.requests().size() == 10);  // 2 first ones, and 2 x 2 x 2 where the kept connection was dead
    }
}

TEST_CASE("§5 connection: a connection is not used after idle_timeout") {
    superoffice::client_options options;
    options.idle_timeout = milliseconds{1000};
    host<> to{options};
    const journal log;
    for (const std::int64_t at : {0, 1000, 2001}) {
        auto call = to.api.start_get_batch_task_info(497, superoffice::allow_waiting_lookup);
        drive(to.link, call, instant{at}, instant{at});
        check_sample(call.result());
        CHECK(log.connections() == (at == 2001 ? 2 : 1));
    }
}

TEST_CASE_TEMPLATE("§5 faults: a reply that breaks off has another error than one that never came", Reader, READERS) {
    const struct {
        std::int32_t id;
        errc code;
        stage at;
        std::uint16_t status;  // from the end of its line on
    } rows[] = {
        {8000, errc::connection_reset, stage::receive, 0}, {8001, errc::connection_reset, stage::http, 200},
        {8002, errc::connection_reset, stage::http, 200},  {8003, errc::connection_closed, stage::receive, 0},
        {8004, errc::connection_closed, stage::http, 200}, {8005, errc::connection_closed, stage::http, 200},
        {8006, errc::connection_closed, stage::http, 200}, {8007, errc::connection_closed, stage::http, 200},
    };
    host<Reader> to;
    plain_host<Reader> open{superoffice::bearer{good_token}};
    for (const auto& row : rows) {
        CAPTURE(row.id);
        const auto check = [&](auto& api) {
            const journal log;
            api.stop();  // a fresh connection, so that nothing is repeated
            const superoffice::error e = api.get_batch_task_info(row.id).error();
            CHECK(name(e.code) == std::string_view{name(row.code)});
            CHECK(name(e.stage) == std::string_view{name(row.at)});
            CHECK(e.http_status == row.status);
            CHECK(api.last_reply().status == row.status);
            CHECK(log.requests().size() == 1);
        };
        check(to.api);
        check(open.api);
    }
    check_sample(to.api.get_batch_task_info(497));
}

TEST_CASE("§5 faults: an end without close_notify is an error") {
    host<> to;
    for (const std::int32_t id : {8013, 8014}) {
        CAPTURE(id);
        const superoffice::error e = to.api.get_batch_task_info(id).error();
        CHECK(e == errc::truncated_close);
        CHECK(e.http_status == 200);
    }
    plain_host<> open{superoffice::bearer{good_token}};
    check_sample(open.api.get_batch_task_info(8013));                     // without TLS nobody can tell
    CHECK(open.api.get_batch_task_info(8014).error() == errc::bad_json);  // but for the document
}

TEST_CASE("§5 faults: a server that stalls costs the deadline and no more, and the next call works") {
    for (const auto& row : {std::pair{8008, stage::receive}, {8009, stage::http}, {8010, stage::http}}) {
        const auto& [id, at] = row;
        CAPTURE(row.first);
        host<> to;
        auto call = to.api.start_get_batch_task_info(id, superoffice::allow_waiting_lookup);
        const journal log;
        // The request is out once the service has logged it; what comes of the reply comes at once.
        for (int waits = 0; waits < 5; waits += log.requests().empty() ? 0 : 1) {
            CHECK(call.step(instant{0}) == superoffice::step_state::pending);
            to.link.wait(call.wants().what, milliseconds{20});
        }
        CHECK(call.step(instant{29'999}) == superoffice::step_state::pending);
        CHECK(call.wants().until == instant{30'000});
        CHECK(call.step(instant{30'000}) == superoffice::step_state::done);
        CHECK(call.error() == errc::deadline_exceeded);
        CHECK(name(call.error().stage) == std::string_view{name(at)});
        CHECK(to.api.last_reply().duration == milliseconds{30'000});
        check_sample(to.api.get_batch_task_info(497));
    }
}

TEST_CASE("§5 faults: a byte at a time, and interim replies, change nothing") {
    host<> to;
    plain_host<> open{superoffice::bearer{good_token}};
    for (const std::int32_t id : {8011, 8012, 8019, 8020, 8021, 8022, 8027, 8028, 8031}) {
        CAPTURE(id);
        check_sample(to.api.get_batch_task_info(id));
        check_sample(open.api.get_batch_task_info(id));
    }
    CHECK(to.api.get_batch_task_info(8023).error() == errc::http_limit_exceeded);  // eleven of them are too many
    CHECK(to.api.get_batch_task_info(8024).error() == errc::http_limit_exceeded);
}

TEST_CASE("§5 faults: replies that are not HTTP/1.1, or contradict themselves, are refused") {
    host<> to;
    for (const std::int32_t id : {8026, 8032, 8033, 8034, 8035, 8036, 8037}) {
        CAPTURE(id);
        const superoffice::error e = to.api.get_batch_task_info(id).error();
        CHECK(name(e.code) == std::string_view{"bad_http"});
        CHECK(e.stage == stage::http);
        check_sample(to.api.get_batch_task_info(497));
    }
    check_sample(
        to.api.get_batch_task_info(8038));  // more than was announced: the reply counts, the connection does not
    check_sample(to.api.get_batch_task_info(497));
}

TEST_CASE("§5 faults: endless heads and bodies end at the memory's size") {
    host<> to;
    CHECK(to.api.get_batch_task_info(8029).error() == errc::head_too_large);
    CHECK(to.api.get_batch_task_info(8025).error() == errc::reply_too_large);      // chunks without end
    CHECK(to.api.get_batch_task_info(8030).error() == errc::http_limit_exceeded);  // 2000 header lines
    host<> small{superoffice::client_options{}, service().base_url(), 1024};
    CHECK(small.api.get_batch_task_info(8030).error() == errc::head_too_large);
    const superoffice::error e = small.api.get_batch_task_info(497).error();
    CHECK(e == errc::reply_too_large);
    host<> enough{superoffice::client_options{}, service().base_url(), e.needed()};
    check_sample(enough.api.get_batch_task_info(497));
}
