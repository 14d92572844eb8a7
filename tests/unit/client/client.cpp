// Tests of superoffice/client/client.hpp: connections, deadlines, memory and secrets. The life of a call is in call.cpp, what
// replies mean in reply.cpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/documented_reply.hpp"
#include "support/manual_clock.hpp"
#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::instant;
using so::io_result;
using so::script_step;
using so::stage;
using so::step_state;
using support::call_outcome;
using support::reply_text;

namespace {

const std::string request = support::request_text{}.text();
const std::string task = reply_text("200 OK", R"({"Id":497,"State":"Started"})");
constexpr std::string_view task_value = R"({"Id":497,"State":"Started"})";

struct progress {
    so::field<so::coded<so::BatchTaskState>> State;
    so::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

using bearer_client = so::client<so::scripted, so::bearer>;
static_assert(!std::is_copy_constructible_v<bearer_client> && !std::is_move_constructible_v<bearer_client>);
static_assert(!std::is_copy_assignable_v<bearer_client> && !std::is_move_assignable_v<bearer_client>);

/// Two calls by one client: whether the connection is kept between them, and what comes of the second one.
struct two_outcomes {
    call_outcome first, second;
    bool operator==(const two_outcomes&) const = default;
};

two_outcomes ask_twice(so::scripted& link, so::milliseconds pause = so::milliseconds{0}) {
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    two_outcomes seen;
    seen.first = support::ask(api);
    seen.second = support::ask(api, {}, instant{1'000} + pause);
    return seen;
}

/// The two calls go well over these steps, however they are cut.
void check_two_calls(std::span<const script_step> steps, so::milliseconds pause = so::milliseconds{0}) {
    const auto seen = replay::in_every_cut(steps, [pause](so::scripted& link) { return ask_twice(link, pause); });
    CHECK(seen.first.value == task_value);
    CHECK(seen.second.value == task_value);
}

bool is_zero(std::span<const std::byte> memory) {
    return std::all_of(memory.begin(), memory.end(), [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

TEST_CASE("client: section 1.5, the call as it goes over the wire, and its value") {
    const script_step steps[] = {script::starts("online.superoffice.com", 443), script::expects(request),
                                 script::gives(task)};
    const auto outcome = replay::in_every_cut(steps, [](so::scripted& link) { return support::ask_once(link); });
    CHECK(outcome.value == task_value);
    CHECK(outcome.error == so::error{});
    CHECK(outcome.status == 200);
}

TEST_CASE("client: section 2, a base URL with port, path and http") {
    struct {
        std::string_view base, host;
        std::uint16_t port;
        std::string_view authority, target;
        bool secure;
    } const cases[] = {
        {"http://superoffice80/api", "superoffice80", 80, "superoffice80", "/api/v1/Agents/Batch/GetBatchTaskInfo",
         false},
        {"https://[::1]:8443/Super/api/v1", "::1", 8443, "[::1]:8443", "/Super/api/v1/Agents/Batch/GetBatchTaskInfo",
         true},
        {"http://crm.example.com:8080/crm", "crm.example.com", 8080, "crm.example.com:8080",
         "/crm/api/v1/Agents/Batch/GetBatchTaskInfo", true},
    };
    for (const auto& one : cases) {
        CAPTURE(one.base);
        const std::string bytes = support::request_text{.target = one.target, .host = one.authority}.text();
        const script_step steps[] = {script::starts(one.host, one.port), script::expects(bytes), script::gives(task)};
        so::scripted link{steps, {.secure = one.secure}};
        std::array<std::byte, 4096> memory{};
        so::client api{
            link, one.base, so::bearer{support::test_token}, memory, {.allow_credential_in_clear_text = !one.secure}};
        CHECK(api.check_base_url().has_value());
        CHECK(api.base() == one.base);
        CHECK(support::ask(api).value == task_value);
        CHECK(link.finished());
    }
}

TEST_CASE("client: section 10, the program's own struct is the query") {
    const std::string selected =
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State,ProgressPercent"}
            .text();
    const std::string reply = reply_text("200 OK", R"({"Id":null,"State":"Started","ProgressPercent":42,"Name":null})");
    const script_step steps[] = {script::starts(), script::expects(selected), script::gives(reply)};
    const auto outcome =
        replay::in_every_cut(steps, [](so::scripted& link) { return support::ask_once<progress>(link); });
    CHECK(outcome.value == R"({"State":"Started","ProgressPercent":42})");
}

TEST_CASE("client: an object without any property is no task, but may be one of which a $select left nothing") {
    const std::string empty = support::reply_text("200 OK", "{}");
    const so::script_step steps[] = {script::starts(), script::expects_request(), script::gives(empty),
                                     script::expects_request(), script::gives(empty)};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(support::ask(api).error ==
          so::error{.stage = stage::service, .code = errc::foreign_document, .http_status = 200});
    CHECK(support::ask(api, {.select = "State"}).error.code == errc::ok);
    CHECK(link.finished());
}

TEST_CASE("client: a credential is sent in clear text only if the program allows it, or to this machine") {
    struct {
        const char* what;
        std::string_view base;
        bool secure, allowed, sent;
    } const rows[] = {
        {.what = "http", .base = "http://crm.example.com", .secure = false, .allowed = false, .sent = false},
        {.what = "http, allowed", .base = "http://crm.example.com", .secure = false, .allowed = true, .sent = true},
        {.what = "http, TLS in the modem",
         .base = "http://crm.example.com",
         .secure = true,
         .allowed = false,
         .sent = true},
        {.what = "http, this machine",
         .base = "http://localhost:8080",
         .secure = false,
         .allowed = false,
         .sent = true},
        {.what = "http, this machine's address",
         .base = "http://[::1]",
         .secure = false,
         .allowed = false,
         .sent = true},
        {.what = "http, a look-alike",
         .base = "http://127.0.0.1.example.com",
         .secure = false,
         .allowed = false,
         .sent = false},
        {.what = "https", .base = "https://crm.example.com", .secure = false, .allowed = false, .sent = false},
        {.what = "https, allowed", .base = "https://crm.example.com", .secure = false, .allowed = true, .sent = false},
        {.what = "https, this machine", .base = "https://localhost", .secure = false, .allowed = false, .sent = false},
        {.what = "https, TLS", .base = "https://crm.example.com", .secure = true, .allowed = false, .sent = true},
    };
    constexpr so::operation<so::path_segment, so::ServiceVersion> no_credential{
        .path = "/api", .slow = so::milliseconds{1'000}, .method = so::http_method::get, .needs_credential = false};
    constexpr so::operation<so::path_segment, so::ServiceVersion> with_credential{
        .path = "/api", .slow = so::milliseconds{1'000}, .method = so::http_method::get};
    const std::string reply = reply_text("200 OK", "{}");
    const so::error refused{.stage = stage::connect, .code = errc::insecure_link};
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const std::string_view host = row.base.substr(row.base.find("//") + 2);
        const std::string lines = "GET /api HTTP/1.1\r\nHost: " + std::string{host} +
                                  "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: "
                                  "superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n";
        const auto outcome = [&](const auto& what, auto credential, std::string_view more, so::request_headers headers,
                                 so::request_headers of_call = {}) {
            const std::string whole = lines + std::string{more} + "\r\n";
            const script_step steps[] = {script::starts(), script::expects(whole), script::gives(reply)};
            so::scripted link{steps, {.secure = row.secure}};
            std::array<std::byte, 1024> memory{};
            so::client api{link, row.base, credential, memory,
                           so::client_options{.allow_credential_in_clear_text = row.allowed, .headers = headers}};
            auto call = api.start(what, so::path_segment{""}, so::call_options{.headers = of_call});
            support::step_to_end(call);
            CHECK_FALSE(support::holds(memory, "secret"));
            return call.error();
        };
        const so::error expected = row.sent ? so::error{} : refused;
        CHECK(outcome(with_credential, so::bearer{"secret"}, "Authorization: Bearer secret\r\n", {}) == expected);
        CHECK(outcome(with_credential, so::anonymous{}, "SO-AppToken: secret\r\n", {.app_token = "secret"}) ==
              expected);
        CHECK(outcome(with_credential, so::anonymous{}, "SO-AppToken: secret\r\n", {}, {.app_token = "secret"}) ==
              expected);
        // Nothing secret: only the scheme counts.
        const bool open = row.base.starts_with("http:") || row.secure;
        CHECK(outcome(with_credential, so::anonymous{}, "", {}) == (open ? so::error{} : refused));
        CHECK(outcome(no_credential, so::bearer{"secret"}, "", {.app_token = "secret"}) ==
              (open ? so::error{} : refused));
    }
}

TEST_CASE("client: the program chooses the reader") {
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(task)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link,   support::test_base,   so::bearer{support::test_token},
                   memory, so::client_options{}, so::compact_reader{}};
    CHECK(support::ask(api).value == task_value);
}

TEST_CASE("client: check_base_url() and every call report a base URL that cannot be used, and nothing is sent") {
    so::scripted link{{}};
    std::array<std::byte, 4096> memory{};
    so::client api{link, "https://example.com/a b", so::bearer{"t"}, memory};
    const so::error bad{.stage = stage::request,
                        .code = errc::bad_base_url,
                        .native = static_cast<std::int32_t>(so::detail::url_fault::path_character),
                        .offset = 21};
    CHECK(api.check_base_url().error() == bad);
    CHECK(support::ask(api).error == bad);
    CHECK(support::ask(api).error == bad);
    CHECK(link.calls() == 0);
}

// ---- connections

TEST_CASE("client: a connection is kept and used again") {
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(task),
                                 script::expects(request), script::gives(task)};
    check_two_calls(steps);
}

TEST_CASE("client: neither a refusal nor a reply that cannot be decoded ends the connection") {
    for (const std::string& reply : {reply_text("503 Service Unavailable", "later"), reply_text("200 OK", "null"),
                                     reply_text("200 OK", "[]"), reply_text("200 OK", R"({"Id":"x"})")}) {
        const script_step steps[] = {script::starts(), script::expects(request), script::gives(reply),
                                     script::expects(request), script::gives(task)};
        const auto seen = replay::in_every_cut(steps, [](so::scripted& link) { return ask_twice(link); });
        CHECK_FALSE(seen.first.error.code == errc::ok);
        CHECK(seen.second.value == task_value);
    }
}

TEST_CASE("client: a connection that the reply closes is not used again") {
    const std::string closing = reply_text("200 OK", task_value, "Connection: close\r\n");
    const std::string old = "HTTP/1.0 200 OK\r\nContent-Length: 28\r\n\r\n" + std::string{task_value};
    const std::string open = "HTTP/1.1 200 OK\r\n\r\n" + std::string{task_value};
    const script_step by_header[] = {script::starts(),   script::expects(request), script::gives(closing),
                                     script::stops(),    script::starts(),         script::expects(request),
                                     script::gives(task)};
    check_two_calls(by_header);
    const script_step by_version[] = {script::starts(), script::expects(request), script::gives(old), script::stops(),
                                      script::starts(), script::expects(request), script::gives(task)};
    check_two_calls(by_version);
    const script_step by_close[] = {script::starts(),         script::expects(request), script::gives(open),
                                    script::closes(),         script::stops(),          script::starts(),
                                    script::expects(request), script::gives(task)};
    check_two_calls(by_close);
}

TEST_CASE("client: a kept connection that has ended, or brought something unasked, is replaced before it is used") {
    constexpr so::milliseconds pause{1'000};  // from then on it is looked at
    const script_step ended[] = {script::starts(),         script::expects(request), script::gives(task),
                                 script::closes(),         script::stops(),          script::starts(),
                                 script::expects(request), script::gives(task)};
    check_two_calls(ended, pause);
    const script_step failed[] = {
        script::starts(), script::expects(request), script::gives(task), script::fails(errc::connection_reset),
        script::starts(), script::expects(request), script::gives(task)};
    check_two_calls(failed, pause);
    const script_step unasked[] = {script::starts(),         script::expects(request), script::gives(task),
                                   script::gives("H"),       script::stops(),          script::starts(),
                                   script::expects(request), script::gives(task)};
    so::scripted link{unasked};
    CHECK(ask_twice(link, pause).second.value == task_value);
    CHECK(link.finished());
}

TEST_CASE("client: a kept connection is not used again after idle_timeout") {
    for (const std::int64_t pause : {60'000, 60'001}) {
        const script_step kept[] = {script::starts(), script::expects(request), script::gives(task),
                                    script::expects(request), script::gives(task)};
        const script_step fresh[] = {script::starts(), script::expects(request), script::gives(task), script::stops(),
                                     script::starts(), script::expects(request), script::gives(task)};
        so::scripted link{pause > 60'000 ? std::span<const script_step>{fresh} : std::span<const script_step>{kept}};
        CHECK(ask_twice(link, so::milliseconds{pause}).second.value == task_value);
        CHECK(link.finished());
    }
}

TEST_CASE("client: a kept connection that dies before the reply's first byte is replaced once") {
    const script_step in_transmit[] = {
        script::starts(), script::expects(request), script::gives(task), script::fails(errc::connection_reset, 104),
        script::starts(), script::expects(request), script::gives(task)};
    const script_step in_receive[] = {script::starts(),
                                      script::expects(request),
                                      script::gives(task),
                                      script::expects(request),
                                      script::fails(errc::truncated_close),
                                      script::starts(),
                                      script::expects(request),
                                      script::gives(task)};
    const script_step closed[] = {script::starts(),         script::expects(request), script::gives(task),
                                  script::expects(request), script::closes(),         script::stops(),
                                  script::starts(),         script::expects(request), script::gives(task)};
    const std::span<const script_step> all[] = {in_transmit, in_receive, closed};
    for (const auto& steps : all) {
        so::scripted link{steps};
        const auto seen = ask_twice(link);
        CHECK(seen.first.value == task_value);
        CHECK(seen.second.value == task_value);
        CHECK(link.finished());
    }
    check_two_calls(closed);
}

TEST_CASE("client: a dead connection is replaced only once, not if it is fresh, and not within a reply") {
    const script_step again[] = {script::starts(),         script::expects(request), script::gives(task),
                                 script::expects(request), script::closes(),         script::starts(),
                                 script::expects(request), script::closes()};
    so::scripted twice{again};
    CHECK(ask_twice(twice).second.error == so::error{.stage = stage::receive, .code = errc::connection_closed});
    CHECK(twice.finished());

    const script_step at_first[] = {script::starts(), script::expects(request), script::closes()};
    so::scripted fresh{at_first};
    CHECK(support::ask_once(fresh).error == so::error{.stage = stage::receive, .code = errc::connection_closed});
    CHECK(fresh.finished());

    const script_step within[] = {script::starts(),         script::expects(request), script::gives(task),
                                  script::expects(request), script::gives("H"),       script::closes()};
    so::scripted begun{within};
    CHECK(ask_twice(begun).second.error ==
          so::error{.stage = stage::http, .code = errc::connection_closed, .offset = 1});
    CHECK(begun.finished());
}

TEST_CASE("client: a reply is read if the peer answers and closes before the request is sent whole") {
    const std::string too_large = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\n\r\ntoo large";
    const std::string fields = reply_text("431 Request Header Fields Too Large", R"({"Message":"no"})");
    const std::string until_close = "HTTP/1.1 401 Unauthorized\r\n\r\nuntil the end";
    const std::string whole_until_close =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + std::string(task_value);
    const std::string large = "HTTP/1.1 413 x\r\nContent-Length: 1000000\r\n\r\nbegin";
    constexpr so::error reset{.stage = stage::transmit, .code = errc::connection_reset, .native = 32};
    so::error reset_in_200 = reset;
    reset_in_200.http_status = 200;
    const auto refused = [](std::uint16_t status, errc code = errc::unexpected_status) {
        return so::error{.stage = stage::service, .code = code, .http_status = status};
    };
    enum class end { failed, closed };
    struct {
        const char* what;
        std::string reply;
        end behind;
        so::error error;
    } const cases[] = {
        {"413", too_large, end::failed, refused(413)},
        {"413, and an orderly end", too_large, end::closed, refused(413)},
        {"431 behind an interim reply", "HTTP/1.1 103 Early Hints\r\n\r\n" + fields, end::failed, refused(431)},
        {"401 until the end", until_close, end::closed, refused(401, errc::unauthorized)},
        {"401 until a reset", until_close, end::failed, refused(401, errc::unauthorized)},
        {"half of a refusal's body", too_large.substr(0, too_large.size() - 4), end::failed, refused(413)},
        {"half of it, and an orderly end", too_large.substr(0, too_large.size() - 4), end::closed, refused(413)},
        {"a refusal that does not fit", large, end::failed, refused(413)},
        {"a whole task", task, end::failed, {}},
        {"a task until the end", whole_until_close, end::closed, {}},
        {"a task until a reset", whole_until_close, end::failed, reset_in_200},
        {"half of a task", task.substr(0, task.size() - 4), end::failed, reset_in_200},
        {"half of a task, and an orderly end", task.substr(0, task.size() - 4), end::closed, reset_in_200},
        {"half of a head", too_large.substr(0, 12), end::failed, reset},
        {"half of a head, and an orderly end", too_large.substr(0, 12), end::closed, reset},
        {"nothing", "", end::failed, reset},
        {"nothing, and an orderly end", "", end::closed, reset},
        {"what is no reply", "what?\r\n\r\n", end::failed, {.stage = stage::http, .code = errc::bad_http}},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        for (const std::size_t sent : {std::size_t{0}, std::size_t{1}, request.size() - 1}) {
            CAPTURE(sent);
            const script_step steps[] = {script::starts(), script::expects(std::string_view{request}.substr(0, sent)),
                                         script::fails(errc::connection_reset, 32), script::gives(c.reply),
                                         c.behind == end::closed ? script::closes() : script::stops()};
            for (const std::size_t at_most : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
                so::scripted link{steps, {.at_most = at_most}};
                std::array<std::byte, 4096> memory{};
                so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
                const call_outcome seen = support::ask(api);
                CHECK(seen.error == c.error);
                if (c.error.code == errc::ok) CHECK(seen.value == task_value);
                CHECK_FALSE(support::holds(memory, "secret"));
                CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
            }
        }
    }
}

TEST_CASE(
    "client: a refusal before the request is sent whole: a kept connection is replaced first, and the next one is "
    "read") {
    const std::string gone = reply_text("408 Request Timeout", "");
    const script_step kept[] = {script::starts(),
                                script::expects(request),
                                script::gives(task),
                                script::would_block(),
                                script::fails(errc::connection_reset, 32),
                                script::stops(),
                                script::starts(),
                                script::expects(std::string_view{request}.substr(0, 9)),
                                script::fails(errc::connection_reset, 32),
                                script::gives(gone)};
    so::scripted link{kept};
    const auto seen = ask_twice(link);
    CHECK(seen.first.value == task_value);
    CHECK(seen.second.error == so::error{.stage = stage::service, .code = errc::unavailable, .http_status = 408});
    CHECK(link.finished());
}

TEST_CASE("client: an answer to an unfinished request ends the connection") {
    const script_step steps[] = {script::starts(),
                                 script::expects(std::string_view{request}.substr(0, 9)),
                                 script::fails(errc::connection_reset, 32),
                                 script::gives(task),
                                 script::stops(),
                                 script::starts(),
                                 script::expects(request),
                                 script::gives(task)};
    so::scripted link{steps};
    const auto seen = ask_twice(link);
    CHECK(seen.first.value == task_value);
    CHECK(seen.second.value == task_value);
    CHECK(link.finished());
}

TEST_CASE("client: a link that does not linger is not called after it has failed") {
    struct link_of_before : so::byte_transport_archetype {
        int receives = 0, stops = 0;
        io_result receive(std::span<std::byte>) noexcept { return ++receives, io_result::closed(); }
        io_result transmit(std::span<const std::byte>) noexcept {
            return io_result::failed(errc::connection_reset, 32);
        }
        void stop() noexcept { ++stops; }
        [[nodiscard]] bool secure() const noexcept { return true; }
    } link;
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(support::ask(api).error == so::error{.stage = stage::transmit, .code = errc::connection_reset, .native = 32});
    CHECK(link.receives == 0);
    CHECK(link.stops > 0);
}

TEST_CASE("client: stop() and its end hang up and zero the memory") {
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(task), script::stops(),
                                 script::starts(), script::expects(request), script::gives(task), script::stops()};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    {
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        CHECK(support::ask(api).value == task_value);
        CHECK_FALSE(is_zero(memory));
        api.stop();
        CHECK(is_zero(memory));
        CHECK(support::ask(api).value == task_value);
        CHECK_FALSE(is_zero(memory));
    }
    CHECK(is_zero(memory));
    CHECK(link.finished());
}

// ---- failures of the link

TEST_CASE(
    "client: a link that fails anywhere: one error, its native code, the stage, and no secret left in the memory") {
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(task)};
    std::vector<std::byte> memory(4096);
    const auto drive = [&](so::scripted& link) {
        std::fill(memory.begin(), memory.end(), std::byte{0});
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        const auto outcome = support::ask(api);
        CHECK_FALSE(support::holds(memory, support::test_token.substr(0, 8)));
        CHECK_FALSE(support::holds(memory, support::test_token.substr(support::test_token.size() - 8)));
        return outcome;
    };
    const std::size_t sent = request.size();
    for (const io_result& interruption :
         {io_result::failed(errc::connection_reset, 104), io_result::failed(errc::link_failed, -1),
          io_result::failed(errc::ok, 7), io_result::closed()}) {
        replay::interrupted_anywhere(
            steps, interruption, drive, [&](const call_outcome& outcome, so::scripted& link, std::size_t) {
                const so::error& e = outcome.error;
                const stage expected = link.moved() == 0 && e.stage != stage::transmit ? stage::connect
                                       : link.moved() < sent                           ? stage::transmit
                                       : link.moved() == sent                          ? stage::receive
                                                                                       : stage::http;
                CHECK(e.stage == expected);
                if (interruption.state == so::io_state::failed) {
                    CHECK(e.native == interruption.native);
                    CHECK(e.code == (interruption.code == errc::ok ? errc::link_failed : interruption.code));
                } else {
                    CHECK((e.code == errc::connection_closed || e.code == errc::connection_reset));
                }
                CHECK(outcome.value.empty());
            });
    }
}

TEST_CASE("client: the stage of a failed start comes from the link") {
    for (const stage at : {stage::resolve, stage::connect, stage::handshake}) {
        const script_step steps[] = {script::would_block(so::wait_for::readable, stage::resolve),
                                     script::fails(errc::certificate_expired, -9984, at), script::starts()};
        so::scripted link{steps};
        CHECK(support::ask_once(link).error ==
              so::error{.stage = at, .code = errc::certificate_expired, .native = -9984});
    }
}

TEST_CASE("client: with an https base nothing is sent over a link that is not secure") {
    const script_step steps[] = {script::starts()};
    so::scripted link{steps, {.secure = false}};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(support::ask(api).error == so::error{.stage = stage::connect, .code = errc::insecure_link});
    CHECK(link.moved() == 0);
    CHECK(link.finished());
    CHECK(is_zero(memory));
}

// ---- deadlines

TEST_CASE("client: one deadline covers all stages, and the error names the stage") {
    const std::size_t half = request.size() / 2;
    const std::string_view sent{request}, came{task};
    struct {
        stage at;
        std::vector<script_step> steps;
        std::uint16_t status = 0;
    } const cases[] = {
        {stage::resolve, {script::would_block(so::wait_for::readable, stage::resolve), script::starts()}},
        {stage::connect, {script::would_block(so::wait_for::writable, stage::connect), script::starts()}},
        {stage::handshake, {script::would_block(so::wait_for::readable, stage::handshake), script::starts()}},
        {stage::transmit, {script::starts(), script::would_block(so::wait_for::writable), script::expects(request)}},
        {stage::transmit,
         {script::starts(), script::expects(sent.substr(0, half)), script::would_block(),
          script::expects(sent.substr(half))}},
        {stage::receive, {script::starts(), script::expects(request), script::would_block(), script::gives(task)}},
        {stage::http,
         {script::starts(), script::expects(request), script::gives(came.substr(0, 1)), script::would_block(),
          script::gives(came.substr(1))}},
        {stage::http,
         {script::starts(), script::expects(request), script::gives(came.substr(0, came.size() - 1)),
          script::would_block(), script::gives("}")},
         200},
    };
    for (const auto& one : cases) {
        CAPTURE(so::name(one.at));
        so::scripted link{one.steps};
        std::array<std::byte, 4096> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        auto call = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{1'000}});
        CHECK(call.step(instant{500}) == step_state::pending);
        CHECK(call.wants().until == instant{1'500});
        CHECK(call.step(instant{1'500}) == step_state::done);
        CHECK(call.error() == so::error{.stage = one.at, .code = errc::deadline_exceeded, .http_status = one.status});
        CHECK(api.last_reply().duration == so::milliseconds{1'000});
        CHECK_FALSE(support::holds(memory, "secret"));
        CHECK_FALSE(api.is_busy());
    }
}

TEST_CASE("client: the deadline covers a retry, and a retry in time succeeds") {
    const script_step steps[] = {
        script::starts(),         script::expects(request), script::gives(task),
        script::expects(request), script::closes(),         script::would_block(so::wait_for::writable, stage::connect),
        script::starts(),         script::expects(request), script::gives(task)};
    for (const std::int64_t later : {999, 1'000}) {
        so::scripted link{steps};
        std::array<std::byte, 4096> memory{};
        so::client api{
            link, support::test_base, so::bearer{support::test_token}, memory, {.timeout = so::milliseconds{1'000}}};
        CHECK(support::ask(api).value == task_value);
        auto call = api.start_get_batch_task_info(497);
        CHECK(call.step(instant{5'000}) == step_state::pending);
        CHECK(call.step(instant{5'000 + later}) == step_state::done);
        CHECK(call.error() ==
              (later < 1'000 ? so::error{} : so::error{.stage = stage::connect, .code = errc::deadline_exceeded}));
    }
}

TEST_CASE("client: the deadline covers the repeat after a refused credential and after a moved tenant") {
    struct renewing {
        bool is_slow = false;
        int asked = 0;
        so::credential_state prepare(instant) noexcept {
            return is_slow && ++asked > 1 ? so::credential_state::pending : so::credential_state::ready;
        }
        void add_to(so::request_head& head) noexcept { head.header("Authorization", "Bearer ", support::test_token); }
        bool refused() noexcept { return true; }
    };
    const std::string unauthorized = support::reply_text("401 Unauthorized", "", "", "text/plain");
    const std::string moved = support::reply_text("421 Misdirected Request", "", "", "text/plain");
    const std::string question =
        "GET /api/state/Cust12345 HTTP/1.1\r\nHost: directory.example\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n\r\n";
    constexpr bool credential_is_late = true, link_is_late = false;
    const struct {
        const char* what;
        bool is_slow;
        std::vector<script_step> steps;  // after the first request
        stage at;
    } rows[] = {
        {"fetching a fresh one", credential_is_late, {script::gives(unauthorized)}, stage::credential},
        {"the repeat", link_is_late, {script::gives(unauthorized), script::expects(request)}, stage::receive},
        {"the directory's address", link_is_late, {script::gives(moved), script::stops()}, stage::connect},
        {"the directory's reply",
         link_is_late,
         {script::gives(moved), script::stops(), script::starts(), script::expects(question)},
         stage::receive},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        std::vector<script_step> steps{script::starts(), script::expects(request)};
        steps.insert(steps.end(), row.steps.begin(), row.steps.end());
        steps.push_back(script::would_block());
        const std::size_t late = steps.size();
        for (const script_step& step :
             {script::stops(), script::starts(), script::expects(request), script::gives(task)})
            steps.push_back(step);
        if (row.is_slow)
            steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(late) - 1);  // it is not the link that is late
        so::scripted link{steps};
        std::array<std::byte, 4096> memory{};
        renewing source{.is_slow = row.is_slow};
        so::client api{link, support::test_base, &source, memory,
                       so::client_options{.tenant_directory = "https://directory.example"}};
        auto call = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{1'000}});
        CHECK(call.step(instant{5'000}) == step_state::pending);
        CHECK(call.step(instant{6'000}) == step_state::done);
        CHECK(call.error().code == errc::deadline_exceeded);
        CHECK(std::string_view(so::name(call.error().stage)) == so::name(row.at));
        source.is_slow = false;
        CHECK(support::ask(api, {}, instant{6'000}).value == task_value);
        CHECK(link.finished());
    }
}

TEST_CASE("client: each call has its own deadline and stage") {
    struct slow_later {
        int asked = 0;
        so::credential_state prepare(instant) noexcept {
            return ++asked > 2 ? so::credential_state::pending : so::credential_state::ready;
        }
        void add_to(so::request_head& head) const noexcept {
            head.header("Authorization", "Bearer ", support::test_token);
        }
        bool refused() noexcept { return false; }
    };
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(task),
                                 script::expects(request), script::gives(task)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, slow_later{}, memory, {.idle_timeout = so::milliseconds{100'000}}};
    CHECK(support::ask(api, {.timeout = so::milliseconds{10}}).value == task_value);
    CHECK(support::ask(api, {}, instant{50'000}).value == task_value);
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.step(instant{60'000}) == step_state::pending);
    CHECK(call.step(instant{90'000}) == step_state::done);
    CHECK(call.error() == so::error{.stage = stage::credential, .code = errc::deadline_exceeded});
}

TEST_CASE("client: a call is slow once it has taken longer than its operation's threshold") {
    struct {
        std::int64_t duration;  ///< milliseconds
        bool slow;
    } const cases[] = {{2'999, false}, {3'000, false}, {3'001, true}};
    for (const auto& one : cases) {
        CAPTURE(one.duration);
        const script_step steps[] = {script::starts(), script::expects(request), script::would_block(),
                                     script::gives(task)};
        so::scripted link{steps};
        std::array<std::byte, 4096> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        auto call = api.start_get_batch_task_info(497);
        CHECK(call.step(instant{5'000}) == step_state::pending);
        CHECK(call.step(instant{5'000 + one.duration}) == step_state::done);
        CHECK(api.last_reply().duration == so::milliseconds{one.duration});
        CHECK(api.last_reply().slow == one.slow);
    }
}

// ---- waiting

TEST_CASE("client: a call says what it waits for") {
    const script_step steps[] = {script::would_block(so::wait_for::writable, stage::connect),
                                 script::starts(),
                                 script::would_block(so::wait_for::readable),
                                 script::expects(request),
                                 script::would_block(so::wait_for::readable),
                                 script::gives(task)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.wants().what == so::wait_for::time);  // the first step is due at once
    CHECK(call.wants().until == instant{});
    for (const so::wait_for expected : {so::wait_for::writable, so::wait_for::readable, so::wait_for::readable}) {
        CHECK(call.step(instant{100}) == step_state::pending);
        CHECK(call.wants().what == expected);
        CHECK(call.wants().until == instant{30'100});
    }
    CHECK(call.step(instant{100}) == step_state::done);
    CHECK(call.wants().what == so::wait_for::nothing);
}

TEST_CASE("client: the next call does not inherit the wait condition of a cancelled one") {
    const script_step steps[] = {script::starts(), script::expects(request), script::would_block()};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    {
        auto call = api.start_get_batch_task_info(497);
        CHECK(call.step(instant{100}) == step_state::pending);
        CHECK(call.wants().what == so::wait_for::readable);
    }
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.wants().what == so::wait_for::time);
    CHECK(call.wants().until == instant{});
}

TEST_CASE("client: a link that yields is called again at once, not at the deadline") {
    const script_step steps[] = {script::would_block(so::wait_for::nothing, stage::handshake),
                                 script::starts(),
                                 script::would_block(so::wait_for::nothing),
                                 script::expects(request),
                                 script::would_block(so::wait_for::nothing),
                                 script::gives(task)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start_get_batch_task_info(497);
    for (int i = 0; i < 3; ++i) {
        CHECK(call.step(instant{100}) == step_state::pending);
        CHECK(call.wants().what == so::wait_for::time);
        CHECK(call.wants().until == instant{100});
    }
    CHECK(call.step(instant{100}) == step_state::done);
}

TEST_CASE("client: a call waits at most until its link's wake_at and its deadline") {
    struct waking_link : support::changing_link {
        instant wake;
        [[nodiscard]] instant wake_at() const noexcept { return wake; }
    };
    static_assert(so::waking_transport<waking_link>);
    const script_step steps[] = {script::would_block(so::wait_for::writable, stage::connect),
                                 script::would_block(so::wait_for::writable, stage::connect),
                                 script::starts(),
                                 script::expects(request),
                                 script::would_block(so::wait_for::readable),
                                 script::gives(task)};
    so::scripted played{steps};
    waking_link link;
    link.now = &played;
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start_get_batch_task_info(497);
    const struct {
        instant wake, until;
        so::wait_for what;
    } rows[] = {{instant{700}, instant{700}, so::wait_for::writable},
                {instant{99'999}, instant{30'100}, so::wait_for::writable},
                {instant::never(), instant{30'100}, so::wait_for::readable}};
    for (const auto& row : rows) {
        link.wake = row.wake;
        CHECK(call.step(instant{100}) == step_state::pending);
        CHECK(call.wants().what == row.what);
        CHECK(call.wants().until == row.until);
    }
    CHECK(call.step(instant{100}) == step_state::done);
    call.cancel();
    api.stop();
    link.now = nullptr;
}

TEST_CASE("client: the work of one step is bounded") {
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(task)};
    so::scripted link{steps, {.at_most = 1}};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start_get_batch_task_info(497);
    std::size_t before = 0, rounds = 0, most = 0;
    while (call.step(instant{7}) == step_state::pending) {
        CHECK(link.calls() - before <= 16);
        most = link.calls() - before > most ? link.calls() - before : most;
        CHECK(link.calls() > before);
        CHECK(call.wants().what == so::wait_for::time);  // there is more to do at once
        CHECK(call.wants().until == instant{7});
        before = link.calls();
        ++rounds;
    }
    CHECK(most == 16);
    CHECK(rounds >= (request.size() + task.size()) / 16);
    CHECK(call.result().has_value());
}

TEST_CASE(
    "client: a link that can wait is waited for before the blocking call looks for a reply; a step looks at once") {
    struct waiting_link : support::changing_link {
        std::string log;
        io_result transmit(std::span<const std::byte> from) noexcept {
            log += "transmit ";
            return support::changing_link::transmit(from);
        }
        io_result receive(std::span<std::byte> into) noexcept {
            log += "receive ";
            return support::changing_link::receive(into);
        }
        void wait(so::wait_for what, so::milliseconds at_most) noexcept {
            log += what == so::wait_for::readable && at_most <= so::default_timeout ? "wait " : "wait wrongly ";
        }
    };
    static_assert(so::waiting_transport<waiting_link>);
    const script_step steps[] = {script::starts(),         script::expects(request), script::gives(task),
                                 script::expects(request), script::would_block(),    script::gives(task),
                                 script::expects(request), script::gives(task)};
    so::scripted played{steps};
    waiting_link link;
    link.now = &played;
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(api.get_batch_task_info(497, {}, support::manual_clock{}).has_value());
    CHECK(link.log == "transmit wait receive ");
    link.log.clear();
    CHECK(api.get_batch_task_info(497, {}, support::manual_clock{}).has_value());
    CHECK(link.log == "transmit wait receive wait receive ");  // woken too early

    link.log.clear();
    auto call = api.start_get_batch_task_info(497);
    CHECK(api.get_batch_task_info(497, {}, support::manual_clock{}).error().code == errc::busy);
    CHECK(call.step(instant{0}) == step_state::done);  // nor does it wait because somebody else would have
    CHECK(link.log == "transmit receive ");

    // The time may be up before a reply was ever looked for.
    const script_step silent[] = {script::starts(), script::expects(request)};
    so::scripted unheard{silent};
    link.now = &unheard;
    CHECK(api.get_batch_task_info(497, {.timeout = so::milliseconds{100}}, support::manual_clock{so::milliseconds{150}})
              .error() == so::error{.stage = stage::receive, .code = errc::deadline_exceeded});
    api.stop();
    link.now = nullptr;
}

TEST_CASE("client: the blocking call with the program's clock") {
    const script_step steps[] = {script::would_block(),    script::starts(),      script::would_block(),
                                 script::expects(request), script::would_block(), script::gives(task)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    const auto answer = api.get_batch_task_info(497, {}, support::manual_clock{});
    REQUIRE(answer.has_value());
    CHECK(answer->State == so::BatchTaskState::Started);
    CHECK(link.finished());

    const script_step never[] = {script::starts(), script::expects(request), script::expects("never")};
    so::scripted quiet{never};
    so::client other{quiet, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(
        other.get_batch_task_info(497, {.timeout = so::milliseconds{100}}, support::manual_clock{so::milliseconds{10}})
            .error() == so::error{.stage = stage::receive, .code = errc::deadline_exceeded});
}

// ---- memory

TEST_CASE("client: needed() is exact for a request that does not fit") {
    const std::string empty = "HTTP/1.1 204 No Content\r\n\r\n";
    for (std::size_t size = 0; size < request.size(); ++size) {
        so::scripted link{{}};
        const auto outcome = support::ask_once(link, so::bearer{support::test_token}, {}, {}, size);
        const so::error expected{.stage = stage::request,
                                 .code = errc::memory_too_small,
                                 .offset = static_cast<std::uint32_t>(request.size())};
        CHECK(outcome.error == expected);
        CHECK(link.calls() == 0);
        if (outcome.error != expected) break;
    }
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(empty)};
    so::scripted link{steps};
    CHECK(support::ask_once(link, so::bearer{support::test_token}, {}, {}, request.size()).error == errc::no_such_task);
}

TEST_CASE("client: needed() is exact for a reply that does not fit") {
    const std::string sized = reply_text("200 OK", documented_reply), chunked = documented_reply_chunked();
    for (const bool known : {true, false}) {
        const script_step steps[] = {script::starts(), script::expects(request),
                                     script::gives(known ? sized : chunked)};
        so::scripted link{steps};
        const auto outcome = support::ask_once(link, so::bearer{support::test_token}, {}, {}, 700);
        REQUIRE(outcome.error == errc::reply_too_large);
        CHECK(outcome.error.stage == stage::http);
        CHECK(outcome.error.http_status == 200);
        CHECK(outcome.status == 200);
        const std::size_t needed = outcome.error.needed();

        const auto with = [&](std::size_t size) {
            so::scripted again{steps};
            return support::ask_once(again, so::bearer{support::test_token}, {}, {}, size);
        };
        CHECK(with(needed).value == documented_reply);
        CHECK(with(needed - 1).error == errc::reply_too_large);
        CHECK(with(needed - 1).error.needed() == needed);
    }
}

TEST_CASE("client: a reply known not to fit is too large, also when the time is up before its end") {
    const std::string chunk = "10\r\n0123456789abcdef\r\n";
    std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", many;
    for (int i = 0; i < 100; ++i) many += chunk;
    const std::string fits = head + chunk, overflows = head + many;
    constexpr std::size_t slack = so::default_reader::slack;
    for (const std::string_view reply : {std::string_view{fits}, std::string_view{overflows}}) {
        const script_step steps[] = {script::starts(), script::expects(request), script::gives(reply),
                                     script::would_block()};
        so::scripted link{steps};
        std::array<std::byte, 1024> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        auto call = api.start_get_batch_task_info(497);
        while (!link.finished()) CHECK(call.step(instant{0}) == step_state::pending);
        CHECK(call.step(instant{30'000}) == step_state::done);
        const so::error e = call.error();
        CHECK(e.code == (reply == fits ? errc::deadline_exceeded : errc::reply_too_large));
        CHECK(e.needed() == (reply == fits ? 0 : head.size() + 1600 + (slack == 0 ? 1 : slack)));
        CHECK(e.http_status == 200);
    }
}

TEST_CASE(
    "client: a reply known not to fit is what its status and its size say, also when the link fails before its end") {
    std::string many = "Transfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 100; ++i) many += "10\r\n0123456789abcdef\r\n";
    const std::string ok = "HTTP/1.1 200 OK\r\n" + many, refused = "HTTP/1.1 403 Forbidden\r\n" + many;
    const script_step ends[] = {script::closes(), script::fails(errc::connection_reset, 104),
                                script::fails(errc::truncated_close, -1)};
    for (const script_step& end : ends) {
        const auto after = [&](std::string_view reply) {
            const script_step steps[] = {script::starts(), script::expects(request), script::gives(reply), end};
            so::scripted link{steps};
            return support::ask_once(link, so::bearer{support::test_token}, {}, {}, 1024).error;
        };
        const so::error large = after(ok), no = after(refused);
        CHECK(large.code == errc::reply_too_large);
        CHECK(large.needed() > 1600);
        CHECK(large.http_status == 200);
        CHECK(no.code == errc::forbidden);
        CHECK(no.http_status == 403);
    }
}

TEST_CASE("client: the request is zeroed as it is sent") {
    const script_step steps[] = {script::starts(), script::expects(request), script::would_block(),
                                 script::gives(task)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.step(instant{0}) == step_state::pending);
    CHECK(link.moved() == request.size());
    CHECK(is_zero(memory));
    CHECK(call.step(instant{0}) == step_state::done);
    CHECK_FALSE(support::holds(memory, "secret"));

    const script_step blocked[] = {script::starts(), script::expects(std::string_view{request}.substr(0, 200)),
                                   script::would_block(), script::expects(std::string_view{request}.substr(200)),
                                   script::gives(task)};
    so::scripted slow{blocked};
    so::client other{slow, support::test_base, so::bearer{support::test_token}, memory};
    auto partial = other.start_get_batch_task_info(497);
    CHECK(partial.step(instant{0}) == step_state::pending);
    CHECK(is_zero(std::span{memory}.first(200)));
    CHECK(support::holds(memory, "\r\n\r\n{\"Id\":497}"));
}

TEST_CASE("client: texts of a value live until the next call, and point into the memory") {
    const std::string reply = reply_text("200 OK", documented_reply);
    const script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted link{steps};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    auto call = api.start_get_batch_task_info(497);
    support::step_to_end(call);
    REQUIRE(call.result().has_value());
    const char* const name = call.value().Name->data();
    CHECK(name > reinterpret_cast<const char*>(memory.data()));
    CHECK(name < reinterpret_cast<const char*>(memory.data() + memory.size()));
    CHECK(call.value().Name == "ContactExport");
}

TEST_CASE("client: a whole call allocates nothing: the first, the second, with and without an error") {
    const std::string reply = reply_text("200 OK", documented_reply);
    const script_step steps[] = {script::starts(),
                                 script::expects(request),
                                 script::gives(reply),
                                 script::expects(request),
                                 script::gives(task),
                                 script::expects(request),
                                 script::fails(errc::connection_reset),
                                 script::fails(errc::connection_refused),
                                 script::starts()};
    so::scripted link{steps, {.at_most = 50}};
    std::array<std::byte, 4096> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    const support::allocation_count allocations;
    errc codes[3] = {};
    for (errc& code : codes) {
        auto call = api.start_get_batch_task_info(497);
        while (call.step(instant{1'000}) != step_state::done) {
        }
        code = call.error().code;
    }
    const std::size_t count = allocations.so_far();
    CHECK(count == 0);
    CHECK(codes[0] == errc::ok);
    CHECK(codes[1] == errc::ok);
    CHECK(codes[2] == errc::connection_refused);
}
