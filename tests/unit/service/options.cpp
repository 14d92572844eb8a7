// Tests of superoffice/service/options.hpp: which headers a client and a call send, and which win.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/service/options.hpp>

#include <doctest/doctest.h>

#include <superoffice/transport/scripted_http.hpp>

#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace so = superoffice;
namespace script = superoffice::script;
using namespace std::string_view_literals;
using so::errc;
using so::header_field;
using so::request_headers;
using so::stage;

namespace {

const std::string task = support::reply_text("200 OK", R"({"Id":497,"State":"Started"})");

struct progress {
    so::field<so::coded<so::BatchTaskState>> State;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State))

/// What is sent is just `expected`.
template <class Info = so::BatchTaskInfo>
void check_request(const support::request_text& expected, const so::client_options& of_client,
                   const so::call_options& of_call) {
    const std::string request = expected.text();
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(task)};
    so::scripted link{steps};
    const auto outcome = support::ask_once<Info>(link, so::bearer{support::test_token}, of_client, of_call);
    CHECK(outcome.error.code == errc::ok);
    CHECK(link.finished());
}

/// The call ends before the link is touched, and the same way before an HTTP stack of the host's is.
so::error refused_early(const so::client_options& of_client, const so::call_options& of_call) {
    so::scripted link{{}};
    const auto outcome = support::ask_once(link, so::bearer{support::test_token}, of_client, of_call);
    CHECK(link.calls() == 0);

    so::scripted_http stack{{}};
    std::array<std::byte, 4096> memory{};
    so::client api{stack, support::test_base, so::bearer{support::test_token}, memory, of_client};
    CHECK(support::ask(api, of_call).error == outcome.error);
    CHECK(stack.calls() == 0);
    return outcome.error;
}

so::error bad_header(std::uint16_t member, std::uint32_t offset) {
    return {.stage = stage::request, .code = errc::bad_header_value, .offset = offset, .member = member};
}

}  // namespace

TEST_CASE("options: section 1.2, every documented header goes out by its name") {
    const request_headers all{.accept_language = "fr,de,ru,zh",
                              .language = "nb-no",
                              .culture = "sv",
                              .time_zone = "NO, includeTZOffset",
                              .app_token = "secret",
                              .user_agent = "tool/1.0"};
    const support::request_text expected{.user_agent = "tool/1.0",
                                         .more =
                                             "Accept-Language: fr,de,ru,zh\r\nSO-Language: nb-no\r\nSO-Culture: sv\r\n"
                                             "SO-TimeZone: NO, includeTZOffset\r\nSO-AppToken: secret\r\n"};
    check_request(expected, {.headers = all}, {});
    check_request(expected, {}, {.headers = all});
}

TEST_CASE("options: what a call sets wins over the client's, header by header") {
    const request_headers mine{.accept_language = "en",
                               .language = "en",
                               .culture = "en",
                               .time_zone = "UTC",
                               .app_token = "client",
                               .user_agent = "client/1"};
    check_request(
        {.user_agent = "client/1",
         .more =
             "Accept-Language: *\r\nSO-Language: en\r\nSO-Culture: en\r\nSO-TimeZone: NO\r\nSO-AppToken: client\r\n"},
        {.headers = mine}, {.headers = {.accept_language = "*", .time_zone = "NO"}});
    check_request(
        {.user_agent = "call/1",
         .more =
             "Accept-Language: en\r\nSO-Language: x\r\nSO-Culture: sv\r\nSO-TimeZone: UTC\r\nSO-AppToken: call\r\n"},
        {.headers = mine},
        {.headers = {.language = "x", .culture = "sv", .app_token = "call", .user_agent = "call/1"}});
}

TEST_CASE("options: the program's headers follow the library's, the client's first, empty values too") {
    const header_field mine[] = {{"SO-Browser-TZ-Offset", "60"}, {"X-Empty", ""}}, calls[] = {{"X-Trace", "a b"}};
    check_request({.more = "SO-Browser-TZ-Offset: 60\r\nX-Empty: \r\nX-Trace: a b\r\n"}, {.headers = {.more = mine}},
                  {.headers = {.more = calls}});
}

TEST_CASE("options: headers that the library sends itself are refused, and nothing is sent") {
    for (const std::string_view name : {"Host",
                                        "connection",
                                        "CONTENT-LENGTH",
                                        "Transfer-Encoding",
                                        "Content-Type",
                                        "Accept",
                                        "Accept-Encoding",
                                        "authorization",
                                        "Cookie",
                                        "X-XSRF-TOKEN",
                                        "SO-AppToken",
                                        "User-Agent",
                                        "Expect",
                                        "Upgrade",
                                        "Accept-Language",
                                        "SO-Language",
                                        "SO-Culture",
                                        "SO-TimeZone",
                                        "TE",
                                        "Trailer"}) {
        CAPTURE(name);
        const header_field more[] = {{"X-Good", "1"}, {name, "x"}};
        CHECK(refused_early({.headers = {.more = more}}, {}) == bad_header(8, 0));
        CHECK(refused_early({}, {.headers = {.more = more}}) == bad_header(8, 0));
    }
}

TEST_CASE("options: line breaks and NUL are refused wherever text becomes a header, and nothing is sent") {
    for (const std::string_view text : {"a\r\nX-Evil: 1"sv, "a\nb"sv, "a\0b"sv, "a\rb"sv, "a\x1f"sv, "a\x7f"sv}) {
        CAPTURE(text);
        const header_field value[] = {{"X-Mine", text}};
        const header_field name[] = {{text, "x"}};
        struct {
            request_headers headers;
            std::string_view name;
        } const rows[] = {
            {{.user_agent = text}, "User-Agent"}, {{.accept_language = text}, "Accept-Language"},
            {{.language = text}, "SO-Language"},  {{.culture = text}, "SO-Culture"},
            {{.time_zone = text}, "SO-TimeZone"}, {{.app_token = text}, "SO-AppToken"},
            {{.more = value}, "X-Mine"},          {{.more = name}, text},
        };
        for (const auto& row : rows) {
            CAPTURE(row.name);
            const auto number = static_cast<std::uint16_t>(&row - rows < 6 ? &row - rows + 1 : 7);
            CHECK(refused_early({.headers = row.headers}, {}) == bad_header(number, 1));
            CHECK(refused_early({}, {.headers = row.headers}) == bad_header(number, 1));
            CHECK(so::header_name(bad_header(number, 1), row.headers) == row.name);
            CHECK(so::header_name(bad_header(number, 1), {}, row.headers) == row.name);
        }
    }
    const header_field nameless[] = {{"", "x"}}, spaced[] = {{"X Mine", "x"}};
    CHECK(refused_early({.headers = {.more = nameless}}, {}) == errc::bad_header_value);
    CHECK(refused_early({.headers = {.more = spaced}}, {}) == errc::bad_header_value);
}

TEST_CASE("options: the error names which of several headers is at fault") {
    const header_field good[] = {{"X-One", "1"}, {"X-Two", "2"}};
    const header_field bad[] = {{"X-Three", "3"}, {"X-Four", "a\nb"}, {"X-Five", "\n"}};
    const header_field owned[] = {{"X-Six", "6"}, {"Host", "a\nb"}, {"Te", "x"}};
    struct {
        so::client_options of_client;
        so::call_options of_call;
        std::uint16_t member;
        std::uint32_t offset;
        std::string_view name;
    } const rows[] = {
        {{.headers = {.more = bad}}, {}, 8, 1, "X-Four"},
        {{}, {.headers = {.more = bad}}, 8, 1, "X-Four"},
        {{.headers = {.more = good}}, {.headers = {.more = bad}}, 10, 1, "X-Four"},
        {{.headers = {.more = bad}}, {.headers = {.more = owned}}, 8, 1, "X-Four"},
        {{.headers = {.more = owned}}, {.headers = {.more = bad}}, 8, 1, "Host"},
        {{.headers = {.more = good}}, {.headers = {.language = "en", .more = owned}}, 10, 1, "Host"},
        {{.headers = {.time_zone = "\n", .more = bad}}, {}, 5, 0, "SO-TimeZone"},
        {{.headers = {.language = "en\n"}}, {.headers = {.culture = "\n", .more = bad}}, 3, 2, "SO-Language"},
        {{.headers = {.language = "en\n"}}, {.headers = {.language = "en", .culture = "\n"}}, 4, 0, "SO-Culture"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const so::error e = refused_early(row.of_client, row.of_call);
        CHECK(e == bad_header(row.member, row.offset));
        CHECK(so::header_name(e, row.of_client.headers, row.of_call.headers) == row.name);
        CHECK(so::member_name<so::BatchTaskInfo>(e).empty());
    }
}

TEST_CASE("header_name: empty if the error is about another header") {
    const header_field more[] = {{"X-Mine", "1"}};
    const request_headers headers{.more = more};
    static_assert(so::header_name(so::error{.stage = stage::request, .code = errc::bad_header_value, .member = 1},
                                  {}) == "User-Agent");
    CHECK(so::header_name(bad_header(8, 0), headers, headers) == "X-Mine");
    for (const so::error& e : {so::error{}, bad_header(0, 0), bad_header(9, 0), bad_header(65535, 0),
                               so::error{.stage = stage::credential, .code = errc::bad_header_value, .member = 1},
                               so::error{.stage = stage::credential, .code = errc::credential_unavailable, .native = 7},
                               so::error{.stage = stage::decode, .code = errc::bad_json, .member = 1}})
        CHECK(so::header_name(e, headers, headers).empty());
}

TEST_CASE("options: section 10, the struct is the $select unless a text is given") {
    const std::string target{"/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select="};
    check_request<progress>({.target = target + "State"}, {}, {});
    check_request<progress>({.target = target + "State,ProgressPercent"}, {}, {.select = "State,ProgressPercent"});
    check_request({.target = target + "name,department,category/id"}, {}, {.select = "name,department,category/id"});
}

TEST_CASE("options: a $select that would have to be escaped is refused, with the position") {
    struct {
        std::string_view text;
        std::uint32_t offset;
    } const cases[] = {
        {"Name, Id", 5}, {" Name", 0},       {"Name&x=1", 4}, {"Name#", 4},
        {"a\r\nb", 1},   {"N\xc3\xa5me", 1}, {"a%20b", 1},    {"a?b", 1},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        CHECK(refused_early({}, {.select = one.text}) ==
              so::error{.stage = stage::request, .code = errc::bad_select, .offset = one.offset});
    }
}

TEST_CASE("options: the deadline is the call's, or else the client's") {
    struct {
        std::int64_t of_client, of_call, expected;
    } const cases[] = {{30'000, 0, 30'000}, {30'000, 50, 50}, {10, 50, 50}, {10, 0, 10},
                       {0, 0, 30'000},      {-5, 0, 30'000},  {10, -5, 10}};
    for (const auto& one : cases) {
        const so::script_step steps[] = {script::would_block(), script::would_block(), script::starts()};
        so::scripted link{steps};
        std::array<std::byte, 2048> memory{};
        so::client api{link, support::test_base, so::bearer{"t"}, memory, {.timeout = so::milliseconds{one.of_client}}};
        auto call = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{one.of_call}});
        CHECK(call.step(so::instant{100}) == so::step_state::pending);
        CHECK(call.wants().until == so::instant{100 + one.expected});
        CHECK(call.step(so::instant{100 + one.expected - 1}) == so::step_state::pending);
        CHECK(call.step(so::instant{100 + one.expected}) == so::step_state::done);
        CHECK(call.error() == errc::deadline_exceeded);
    }
}

TEST_CASE("options: the longest deadline does not overflow") {
    const so::script_step steps[] = {script::would_block(), script::would_block(), script::starts()};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{"t"}, memory, {.timeout = so::milliseconds{INT64_MAX}}};
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.step(so::instant{100}) == so::step_state::pending);
    CHECK(call.wants().until == so::instant::never());
    CHECK(call.step(so::instant{INT64_MAX - 1}) == so::step_state::pending);
}

TEST_CASE("options: without options no credential is sent in clear text, except to this machine") {
    const auto sends = [](std::string_view base, const so::client_options& options) {
        const so::script_step steps[] = {script::starts(), script::would_block(so::wait_for::writable)};
        so::scripted link{steps, {.secure = false}};
        std::array<std::byte, 4096> memory{};
        so::client api{link, base, so::bearer{support::test_token}, memory, options};
        auto call = api.start_get_batch_task_info(497);
        const bool is_over = call.step(so::instant{1'000}) == so::step_state::done;
        if (is_over) CHECK(call.error() == errc::insecure_link);
        return !is_over;
    };
    CHECK_FALSE(sends("http://crm.example/api", {}));
    CHECK(sends("http://localhost/api", {}));
    CHECK(sends("http://crm.example/api", {.allow_credential_in_clear_text = true}));
}

TEST_CASE("options: a call has 30 seconds, and a kept connection is not checked within a second") {
    CHECK(so::default_timeout == so::milliseconds{30'000});
    CHECK(so::client_options{}.timeout == so::milliseconds{30'000});
    CHECK(so::client_options{}.idle_timeout == so::milliseconds{60'000});
    CHECK(so::unchecked_reuse_time == so::milliseconds{1'000});
    CHECK(so::call_options{}.timeout == so::milliseconds{0});
}
