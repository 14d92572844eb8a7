// Tests of superoffice/client/detail/http_connection.hpp: a client over an HTTP stack does all that it does over a link.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/detail/http_connection.hpp>

#include <superoffice/client/watch.hpp>
#include <superoffice/transport/scripted_http.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/documented_reply.hpp"
#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::http_script;
using so::errc;
using so::http_script_step;
using so::instant;
using so::io_result;
using so::script_pacing;
using so::scripted_http;
using so::stage;
using so::step_state;
using support::call_outcome;

namespace {

constexpr std::string_view url = "https://online.superoffice.com/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo";
constexpr std::string_view body = R"({"Id":497})";
constexpr std::string_view json = "Content-Type: application/json; charset=utf-8\r\n";
const std::string fields =
    "Accept: application/json\r\nAccept-Encoding: identity\r\nContent-Type: application/json; charset=utf-8\r\n"
    "User-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT
    "\r\nAuthorization: Bearer 8A:Cust12345.the-secret/token+==\r\n";
const std::string sample{documented_reply};

template <class Info = so::BatchTaskInfo, class Credential = so::bearer>
call_outcome ask_once(scripted_http& stack, const so::client_options& options = {}, std::size_t memory_size = 2048,
                      Credential credential = Credential{support::test_token}) {
    std::vector<std::byte> memory(memory_size);
    so::client api{stack, support::test_base, credential, memory, options};
    const call_outcome outcome = support::ask<Info>(api);
    CHECK_FALSE(support::holds(memory, "the-secret"));
    return outcome;
}

/// The same in every manner.
call_outcome in_every_cut(std::span<const http_script_step> steps, const so::client_options& options = {},
                          std::size_t memory_size = 2048) {
    return replay::in_every_cut<scripted_http>(
        steps, [&](scripted_http& stack) { return ask_once(stack, options, memory_size); });
}

/// A credential that gives another token after a refusal.
struct renewing {
    std::string_view now = "old";
    so::credential_state prepare(instant) noexcept { return so::credential_state::ready; }
    void add_to(so::request_head& head) const noexcept { head.header("Authorization", "Bearer ", now); }
    bool refused() noexcept { return now = "new", true; }
};

struct progress {
    so::field<so::coded<so::BatchTaskState>> State;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State))

}  // namespace

TEST_CASE("http_connection: the stack gets the whole request, and the reply may be cut at any byte") {
    const http_script_step steps[] = {script::asks("POST", url, body, fields), script::replies(200, json),
                                      script::gives(sample), script::ends()};
    const call_outcome outcome = in_every_cut(steps);
    CHECK(outcome.error == so::error{});
    CHECK(outcome.status == 200);
    CHECK(outcome.value.find("\"Id\":547") != std::string::npos);
}

TEST_CASE("http_connection: the stack gets each part of the URL too, and the request is zeroed once it was taken") {
    struct looking : so::http_transport_archetype {
        unsigned asked = 0;
        std::string seen;
        so::io_result start(const so::http_request& what) noexcept {
            seen = std::string(what.method) + ' ' + std::string(what.to.host) + ' ' + std::to_string(what.to.port) +
                   ' ' + std::string(what.target) + ' ' + (what.https ? "s" : "") + ' ' +
                   std::to_string(what.time_left.count());
            CHECK(what.url == "http://[::1]:8080/x/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State");
            CHECK(what.url.data()[what.url.size()] == '\0');
            CHECK(what.target.data()[what.target.size()] == '\0');
            so::header_line line;
            std::string_view rest = what.fields;
            std::size_t lines = 0;
            for (; so::next_header(rest, line); ++lines) CHECK_FALSE(line.name.empty());
            CHECK(lines == 5);
            CHECK(line.name == "Authorization");
            CHECK(line.value == "Bearer the-secret");
            return ++asked < 3 ? io_result::would_block(so::wait_for::time, stage::transmit) : io_result::ready();
        }
    } stack;
    std::array<std::byte, 1024> memory{};
    so::client api{stack, "http://[::1]:8080/x/api/", so::bearer{"the-secret"}, memory};
    auto call = api.start_get_batch_task_info<progress>(497);
    CHECK(call.step(instant{0}) == step_state::pending);
    CHECK(call.wants().what == so::wait_for::time);
    CHECK(support::holds(memory, "the-secret"));
    CHECK(call.step(instant{100}) == step_state::pending);
    CHECK(stack.seen == "POST ::1 8080 /x/api/v1/Agents/Batch/GetBatchTaskInfo?$select=State  29900");
    CHECK(call.step(instant{200}) == step_state::done);
    CHECK(stack.asked == 3);
    CHECK_FALSE(support::holds(memory, "the-secret"));
}

TEST_CASE("http_connection: a reply means the same over a link and over a stack") {
    struct {
        std::uint16_t status;
        std::string_view fields, body;
        errc code;
    } const cases[] = {
        {200, json, "null", errc::no_such_task},
        {204, "", "", errc::no_such_task},
        {200, json, R"({"Error":true,"Message":"m"})", errc::service_fault},
        {404, json, R"({"Error":true,"ErrorType":"SoNotFoundException","Message":"m"})", errc::no_such_task},
        {404, "", "", errc::not_found},
        {401, "WWW-Authenticate: Basic\r\n", "", errc::unauthorized},
        {421, "", "", errc::tenant_moved},
        {429, "Retry-After: 7\r\n", "", errc::throttled},
        {302, "Location: https://elsewhere/\r\n", "", errc::redirected},
        {200, "Content-Type: text/html\r\n", "<html>", errc::not_json},
        {200, json, "{", errc::bad_json},
        {200, json, "", errc::empty_document},
        {200, "Content-Encoding: gzip\r\n", "zzzz", errc::unsupported_content_coding},
        {200, "Content-Encoding: Identity\r\n", R"({"Id":1})", errc::ok},
        {204, "Content-Encoding: gzip\r\n", "", errc::no_such_task},
        {503, "Content-Encoding: gzip\r\n", "zzzz", errc::unavailable},
        {0, "", "", errc::bad_http},
        {100, "", "", errc::bad_http},
        {600, "", "", errc::unexpected_status},  // as 599
        {999, "", "", errc::unexpected_status},
        {1000, "", "", errc::bad_http},
        {200, "Content-Encoding: none\r\n", R"({"Id":1})", errc::ok},
        {503, "Date: a\x01z\r\n", "{}", errc::unavailable},
        {200, "Date: a\x01z\r\n", "{}", errc::bad_http},
    };
    for (const auto& one : cases) {
        CAPTURE(one.status);
        CAPTURE(one.body);
        const http_script_step steps[] = {script::asks(), script::replies(one.status, one.fields),
                                          script::gives(one.body), script::ends()};
        const call_outcome outcome = in_every_cut(steps);
        CHECK(outcome.error.code == one.code);
        CHECK(outcome.status == one.status);
        CHECK(outcome.retry_after == (one.status == 429 ? 7000 : -1));
        if (one.code == errc::service_fault) CHECK(outcome.message == "m");
    }
}

TEST_CASE("http_connection: the headers worth knowing are kept in the client's own memory") {
    const std::string head =
        std::string(json) + "Location: /there\r\nX-DB-Stats: Calls=7\r\nSo-TimeZone: UTC\r\nX-Other: o\r\n";
    const http_script_step steps[] = {script::asks(), script::replies(500, head), script::gives("[]"), script::ends(),
                                      script::asks(), script::replies(200),       script::gives(body), script::ends()};
    scripted_http stack{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{stack, support::test_base, so::bearer{support::test_token}, memory};
    CHECK(support::ask(api).error.code == errc::unavailable);
    stack.cancel();  // forgets its own
    const so::reply_head& kept = api.last_reply().head;
    CHECK(kept.content_type() == "application/json; charset=utf-8");
    CHECK(kept.location() == "/there");
    CHECK(kept.db_stats() == "Calls=7");
    CHECK(kept.time_zone() == "UTC");
    CHECK(kept.date().data() == nullptr);
    CHECK(kept.header("x-other").data() == nullptr);
    CHECK(reinterpret_cast<const std::byte*>(kept.fields.data() + kept.fields.size()) == memory.data() + memory.size());
    CHECK(support::ask(api).error.code == errc::ok);
    CHECK(api.last_reply().head.fields.empty());
    CHECK(stack.finished());
}

namespace {

constexpr std::size_t slack = so::compact_reader::slack == 0 ? 1 : so::compact_reader::slack;

/// A task whose document is so long.
std::string task_of(std::size_t bytes) {
    const std::string_view before = R"({"Description":")", behind = R"("})";
    return std::string{before} + std::string(bytes - before.size() - behind.size(), 'x') + std::string{behind};
}

std::string length_of(std::string_view text) { return "Content-Length: " + std::to_string(text.size()) + "\r\n"; }

/// A call with so much memory, for a reply in pieces of at most so many bytes.
call_outcome ask_in(std::size_t memory_size, std::span<const http_script_step> steps, std::size_t at_most = SIZE_MAX) {
    scripted_http stack{steps, {.at_most = at_most}};
    std::vector<std::byte> memory(memory_size);
    so::client api{stack, support::test_base, so::bearer{support::test_token}, memory, {}, so::compact_reader{}};
    const call_outcome outcome = support::ask(api);
    CHECK_FALSE(support::holds(memory, "the-secret"));
    return outcome;
}

so::error too_large(std::size_t needed, std::uint16_t status = 200) {
    return {.stage = stage::http,
            .code = errc::reply_too_large,
            .http_status = status,
            .offset = static_cast<std::uint32_t>(needed)};
}

}  // namespace

TEST_CASE("http_connection: needed() is exact for a reply that does not fit") {
    constexpr std::size_t memory_size = 1024;
    const std::string type = "content-type: application/json\r\n";
    struct {
        std::string_view fields;
        std::size_t kept;
    } const heads[] = {
        {"", 0},
        {"X-Other: none of it is kept\r\n", 0},
        {"Content-Type: application/json\r\n", type.size()},
        {"Date: Mon, 23 Nov 2026 10:00:00 GMT\r\nX-Other: o\r\nContent-Type:application/json\r\n"
         "Location: /there\r\nX-DB-Stats: Calls=7\r\nSO-TimeZone: UTC\r\n",
         sizeof "date: Mon, 23 Nov 2026 10:00:00 GMT\r\n" - 1 + type.size() + sizeof "location: /there\r\n" - 1 +
             sizeof "x-db-stats: Calls=7\r\n" - 1 + sizeof "so-timezone: UTC\r\n" - 1},
    };
    for (const auto& head : heads) {
        CAPTURE(head.fields);
        // From a body that fits by a byte to one that would not fit without its head, and much longer ones.
        std::vector<std::size_t> sizes{2000, 5000, 70'000};
        for (std::size_t size = memory_size - slack - head.kept - 1; size <= memory_size + 2; ++size)
            sizes.push_back(size);
        for (const std::size_t size : sizes) {
            CAPTURE(size);
            const std::string text = task_of(size);
            const std::size_t enough = size + slack + head.kept;
            for (const bool known : {true, false}) {
                CAPTURE(known);
                const std::string lines = std::string{head.fields} + (known ? length_of(text) : "");
                const http_script_step steps[] = {script::asks(), script::replies(200, lines), script::gives(text),
                                                  script::ends()};
                for (const std::size_t at_most : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
                    if (at_most == 1 && size > 5000) continue;
                    CAPTURE(at_most);
                    const so::error first = ask_in(memory_size, steps, at_most).error;
                    CHECK(first == (enough <= memory_size ? so::error{} : too_large(enough)));
                    CHECK(ask_in(enough, steps, at_most).value == text);
                    CHECK(ask_in(enough - 1, steps, at_most).error == too_large(enough));
                }
            }
        }
    }
}

TEST_CASE("http_connection: a body that does not fit and does not say its size is counted up to a limit") {
    constexpr std::size_t memory_size = 1024;
    const std::string type = "content-type: application/json\r\n";
    constexpr std::size_t limit = memory_size + 1024 * 1024;
    const std::size_t rest = slack + type.size();
    const struct {
        std::size_t size, counted;
    } cases[] = {{limit - 1, limit - 1}, {limit, limit}, {limit + 1, limit}, {2 * limit, limit}};
    for (const auto& one : cases) {
        CAPTURE(one.size);
        const std::string text = task_of(one.size);
        const http_script_step steps[] = {script::asks(), script::replies(200, type), script::gives(text),
                                          script::ends()};
        CHECK(ask_in(memory_size, steps).error == too_large(one.counted + rest));
        CHECK((ask_in(one.counted + rest, steps).error == so::error{}) == (one.counted == one.size));
    }
}

TEST_CASE("http_connection: a body that is only counted is too large, however it ends") {
    const std::string type = "content-type: application/json\r\n", text = task_of(2000), short_one = task_of(500);
    const std::size_t enough = text.size() + slack + type.size();
    const auto ends_with = [&](const http_script_step& last, std::string_view come = {}) {
        const http_script_step steps[] = {script::asks(), script::replies(200, type),
                                          script::gives(come.empty() ? text : come), last};
        return ask_in(1024, steps).error;
    };
    CHECK(ends_with(script::fails(errc::connection_closed)) == too_large(enough));
    CHECK(ends_with(script::fails(errc::connection_reset, 104)) == too_large(enough));
    CHECK(ends_with(script::fails(errc::reply_too_large)) == too_large(enough));
    CHECK(ends_with(script::fails(errc::connection_reset, 104), short_one) == so::error{.stage = stage::http,
                                                                                        .code = errc::connection_reset,
                                                                                        .http_status = 200,
                                                                                        .native = 104,
                                                                                        .from_http_stack = true});

    // The time is up, for a body that does not fit and for one that might have; and the next call is good.
    for (const std::string& come : {text, short_one}) {
        const http_script_step steps[] = {script::asks(),        script::replies(200, type), script::gives(come),
                                          script::would_block(), script::cancels(),          script::asks(),
                                          script::replies(200),  script::gives(body),        script::ends()};
        scripted_http stack{steps};
        std::array<std::byte, 1024> memory{};
        so::client api{stack, support::test_base, so::bearer{support::test_token}, memory, {}, so::compact_reader{}};
        {
            auto call = api.start_get_batch_task_info(497);
            CHECK(call.step(instant{0}) == step_state::pending);
            CHECK(call.step(instant{30'000}) == step_state::done);
            const so::error late{.stage = stage::http, .code = errc::deadline_exceeded, .http_status = 200};
            CHECK(call.error() == (come == text ? too_large(enough) : late));
        }
        CHECK(support::ask(api).value == body);
        CHECK(stack.finished());
    }
}

TEST_CASE("http_connection: a Content-Length that is no number, or smaller than the body so far, is ignored") {
    const std::string text = task_of(2000);
    for (const std::string_view length : {"", "x", "-1", "0", "1023", "99999999999999999999999"}) {
        CAPTURE(length);
        const std::string lines = "Content-Length: " + std::string{length} + "\r\n";
        const http_script_step steps[] = {script::asks(), script::replies(200, lines), script::gives(text),
                                          script::ends()};
        CHECK(ask_in(1024, steps, 100).error == too_large(text.size() + slack));
    }
    // No machine has so much.
    for (const std::string_view length : {"4294967295", "18446744073709551615"}) {
        const std::string lines = "Content-Length: " + std::string{length} + "\r\n";
        const http_script_step steps[] = {script::asks(), script::replies(200, lines), script::gives(text)};
        CHECK(ask_in(1024, steps).error == too_large(UINT32_MAX));
    }
}

TEST_CASE("http_connection: a stack that cannot read a large body to its end gives its size, or a lower bound") {
    const std::string type = "content-type: application/json\r\n";
    const struct {
        std::string fields;
        std::uint16_t status;
        std::size_t needed;
    } cases[] = {
        {type + "Content-Length: 5000\r\n", 200, 5000 + slack + type.size()},
        {type, 200, 1024 + 1 + type.size()},
        {type + "Content-Length: 7\r\n", 200, 1024 + 1 + type.size()},
        {"", 0, 1024 + 1},
    };
    for (const auto& one : cases) {
        CAPTURE(one.fields);
        const http_script_step steps[] = {script::asks(), script::replies(one.status, one.fields),
                                          script::fails(errc::reply_too_large)};
        CHECK(ask_in(1024, steps).error == too_large(one.needed, one.status));
    }
}

TEST_CASE("http_connection: status and coding decide before a body that does not fit") {
    const std::string text = task_of(2000);
    for (const bool known : {true, false}) {
        const std::string length = known ? length_of(text) : std::string{};
        const std::string busy = "retry-after: 3\r\n" + length, zipped = "Content-Encoding: gzip\r\n" + length;
        const http_script_step unavailable[] = {script::asks(), script::replies(503, busy), script::gives(text),
                                                script::ends()};
        const http_script_step unreadable[] = {script::asks(), script::replies(200, zipped), script::gives(text),
                                               script::ends()};
        for (const std::size_t at_most : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
            const call_outcome outcome = ask_in(600, unavailable, at_most);
            CHECK(outcome.error.code == errc::unavailable);
            CHECK(outcome.retry_after == 3000);
            CHECK(ask_in(600, unreadable, at_most).error.code == errc::unsupported_content_coding);
        }
    }
}

TEST_CASE("http_connection: a header of a refusal that cannot be kept does not hide the others") {
    const std::string long_location = "Location: https://" + std::string(1'500, 'x') + "\r\n";
    for (const std::string& bad :
         {std::string{"Location: a\x01\r\n"}, std::string{"Content-Type: text/\x7f\r\n"}, long_location}) {
        CAPTURE(bad);
        const std::string lines = bad + "Retry-After: 7\r\nWWW-Authenticate: Bearer\r\n";
        const http_script_step steps[] = {script::asks(), script::replies(503, lines), script::gives("<html>"),
                                          script::ends()};
        scripted_http stack{steps};
        std::array<std::byte, 1024> memory{};
        so::client api{stack, support::test_base, so::bearer{"t"}, memory};
        CHECK(support::ask(api).error.code == errc::unavailable);
        CHECK(api.last_reply().retry_after == so::milliseconds{7'000});
        CHECK(api.last_reply().head.www_authenticate() == "Bearer");
        CHECK(api.last_reply().head.location().empty());
    }
}

TEST_CASE("http_connection: 401 asks the credential for a fresh one, once") {
    const auto with = [](std::string_view token) {
        return fields.substr(0, fields.find("Authorization")) + "Authorization: Bearer " + std::string(token) + "\r\n";
    };
    const std::string old_one = with("old"), new_one = with("new");
    const http_script_step good[] = {script::asks({}, {}, {}, old_one),
                                     script::replies(401),
                                     script::ends(),
                                     script::asks({}, {}, {}, new_one),
                                     script::replies(200),
                                     script::gives(body),
                                     script::ends()};
    scripted_http stack{good};
    CHECK(ask_once(stack, {}, 2048, renewing{}).value == body);
    CHECK(stack.finished());
    const http_script_step bad[] = {script::asks(), script::replies(401), script::ends(),
                                    script::asks(), script::replies(401), script::ends()};
    scripted_http refusing{bad};
    CHECK(ask_once(refusing, {}, 2048, renewing{}).error.code == errc::unauthorized);
    CHECK(refusing.finished());
}

TEST_CASE("http_connection: 421 asks the tenant's directory, and the call goes to the new host") {
    const http_script_step steps[] = {
        script::asks("POST", url, body),
        script::replies(421),
        script::ends(),
        script::asks("GET", "https://login.example.com/api/state/Cust12345", ""),
        script::replies(200, json),
        script::gives(R"({"IsRunning":true,"Api":"https://online7.superoffice.com/Cust12345/api"})"),
        script::ends(),
        script::asks("POST", "https://online7.superoffice.com/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo", body,
                     fields),
        script::replies(200, json),
        script::gives(body),
        script::ends()};
    const call_outcome outcome = in_every_cut(steps, {.tenant_directory = "https://login.example.com"});
    CHECK(outcome.value == body);
}

TEST_CASE("http_connection: a failure at each step is reported with stage and code, and the next call succeeds") {
    const http_script_step steps[] = {script::asks(), script::replies(200), script::gives("{\"Id\""),
                                      script::gives(":497}"), script::ends()};
    const http_script_step again[] = {script::asks(), script::replies(200), script::gives(body), script::ends()};
    for (const io_result& interruption :
         {io_result::failed(errc::connection_reset, 104), io_result::failed(errc::ok, 7, stage::handshake),
          io_result::failed(errc::certificate_wrong_name, 60, stage::handshake)}) {
        for (std::size_t at = 0; at < 4; ++at) {
            CAPTURE(at);
            scripted_http stack{steps, {.interrupt_at = at, .interruption = interruption}};
            std::array<std::byte, 1024> memory{};
            so::client api{stack, support::test_base, so::bearer{support::test_token}, memory};
            const so::error e = support::ask(api).error;
            CHECK(e.code == (interruption.code == errc::ok ? errc::link_failed : interruption.code));
            CHECK(e.native == interruption.native);
            CHECK(e.stage == (interruption.at != stage::none ? interruption.at
                              : at == 0                      ? stage::connect
                                                             : stage::http));
            CHECK(e.http_status == (at == 0 ? 0 : 200));
            CHECK_FALSE(support::holds(memory, "the-secret"));
            stack = scripted_http{again};
            CHECK(support::ask(api).value == body);
        }
    }
}

TEST_CASE("http_connection: cancelled at each step, nothing of the request stays, and the next call succeeds") {
    const http_script_step steps[] = {script::asks(), script::replies(200), script::gives(body), script::ends()};
    for (std::size_t blocked = 0; blocked < 3; ++blocked) {
        CAPTURE(blocked);
        scripted_http stack{steps,
                            {.interrupt_at = blocked, .interruption = io_result::would_block(so::wait_for::readable)}};
        std::array<std::byte, 1024> memory{};
        so::client api{stack, support::test_base, so::bearer{support::test_token}, memory};
        {
            auto call = api.start_get_batch_task_info(497);
            CHECK(call.step(instant{0}) == step_state::pending);
            CHECK(call.wants().what == so::wait_for::readable);
            CHECK(call.wants().until == instant{30'000});
            CHECK(support::holds(memory, "the-secret") == (blocked == 0));
        }
        CHECK_FALSE(support::holds(memory, "the-secret"));
        CHECK_FALSE(api.is_busy());
        stack = scripted_http{steps};
        CHECK(support::ask(api).value == body);
        CHECK(stack.finished());
    }
}

TEST_CASE("http_connection: the deadline covers the whole call, and the stack gets the time that is left") {
    const http_script_step steps[] = {script::asks(), script::would_block(), script::would_block(), script::cancels()};
    scripted_http stack{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{stack, support::test_base, so::bearer{"t"}, memory};
    auto call = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{50}});
    CHECK(call.step(instant{0}) == step_state::pending);
    CHECK(call.step(instant{49}) == step_state::pending);
    CHECK(call.step(instant{50}) == step_state::done);
    CHECK(call.error() == so::error{.stage = stage::receive, .code = errc::deadline_exceeded});
    CHECK(stack.finished());
}

TEST_CASE("http_connection: a stack is called again at its wake_at") {
    struct hasty : so::http_transport_archetype {
        io_result step(instant, std::span<std::byte>) noexcept { return io_result::would_block(so::wait_for::time); }
        [[nodiscard]] instant wake_at() const noexcept { return instant{7}; }
        [[nodiscard]] bool secure() const noexcept { return true; }
    } stack;
    std::array<std::byte, 1024> memory{};
    so::client api{stack, support::test_base, so::bearer{"t"}, memory};
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.step(instant{0}) == step_state::pending);
    CHECK(call.wants().until == instant{7});
}

TEST_CASE("http_connection: a failure that names no stage is of the stage for which the stack has waited") {
    struct waiting : so::http_transport_archetype {
        stage at = stage::none;
        bool waited = false;
        io_result start(const so::http_request&) noexcept {
            if (waited) return io_result::failed(errc::connection_reset, 104);
            waited = true;
            return io_result::would_block(so::wait_for::time, at);
        }
        [[nodiscard]] bool secure() const noexcept { return true; }
    };
    struct {
        stage waits_for, fails_at;
    } const cases[] = {
        {stage::none, stage::connect},        {stage::resolve, stage::resolve},   {stage::connect, stage::connect},
        {stage::handshake, stage::handshake}, {stage::transmit, stage::transmit},
    };
    for (const auto& one : cases) {
        CAPTURE(static_cast<int>(one.waits_for));
        waiting stack;
        stack.at = one.waits_for;
        std::array<std::byte, 1024> memory{};
        so::client api{stack, support::test_base, so::bearer{"t"}, memory};
        auto call = api.start_get_batch_task_info(497);
        CHECK(call.step(instant{0}) == step_state::pending);
        CHECK(call.step(instant{1'000}) == step_state::done);
        CHECK(call.error().stage == one.fails_at);
        CHECK(call.error().code == errc::connection_reset);
    }
}

TEST_CASE("http_connection: a stack that yields is called again at once") {
    struct busy : so::http_transport_archetype {
        io_result step(instant, std::span<std::byte>) noexcept { return io_result::would_block(so::wait_for::nothing); }
        [[nodiscard]] bool secure() const noexcept { return true; }
    } stack;
    std::array<std::byte, 1024> memory{};
    so::client api{stack, support::test_base, so::bearer{"t"}, memory};
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.step(instant{100}) == step_state::pending);
    CHECK(call.wants().what == so::wait_for::time);
    CHECK(call.wants().until == instant{100});
}

TEST_CASE("http_connection: after a reply that did not fit, the next call may still wait for its credential") {
    struct fetched {
        bool pending = false;
        so::credential_state prepare(instant) noexcept {
            return pending ? so::credential_state::pending : so::credential_state::ready;
        }
        void add_to(so::request_head& head) const noexcept { head.header("Authorization", "Bearer ", "t"); }
        bool refused() noexcept { return false; }
    };
    for (const std::uint16_t code : {std::uint16_t{200}, std::uint16_t{503}}) {
        const std::string large = task_of(2000);
        const http_script_step steps[] = {script::asks(), script::replies(code), script::gives(large), script::ends()};
        scripted_http stack{steps};
        std::array<std::byte, 1024> memory{};
        fetched credential;
        so::client api{stack, support::test_base, &credential, memory};
        CHECK(support::ask(api).error.code == (code == 200 ? errc::reply_too_large : errc::unavailable));
        credential.pending = true;
        auto call = api.start_get_batch_task_info(497);
        CHECK(call.step(instant{0}) == step_state::pending);
        CHECK(call.step(instant{29'999}) == step_state::pending);
        CHECK(call.step(instant{30'000}) == step_state::done);
        CHECK(call.error() == so::error{.stage = stage::credential, .code = errc::deadline_exceeded});
    }
}

TEST_CASE("http_connection: an https request is not given to a stack that does not verify the peer") {
    scripted_http stack{{}, {.secure = false}};
    CHECK(ask_once(stack).error == so::error{.stage = stage::connect, .code = errc::insecure_link});
    CHECK(stack.calls() == 0);
    CHECK(stack.first_mismatch().what == so::script_mismatch::kind::none);
}

TEST_CASE(
    "http_connection: what cannot be a header or a URL reaches no stack, and too little memory says how much it "
    "takes") {
    scripted_http stack{{}};
    std::array<std::byte, 1024> memory{};
    for (const std::string_view token : {"a\r\nX-Evil: 1", "a\nb", "a\rb"}) {
        so::client api{stack, support::test_base, so::bearer{token}, memory};
        const so::error e = support::ask(api).error;
        CHECK(e == errc::bad_header_value);
        CHECK(e.stage == stage::credential);
        CHECK(e.position() == 8);
        CHECK(so::header_name(e, {}) == "Authorization");
    }
    so::client zero{stack, support::test_base, so::bearer{std::string_view{"a\0b", 3}}, memory};
    CHECK(support::ask(zero).error.code == errc::bad_header_value);
    CHECK(stack.calls() == 0);

    std::size_t needed = 1;
    for (std::size_t size = 0; size<needed; size = needed - 1> size ? needed - 1 : needed) {
        scripted_http untouched{{}};
        const so::error e = ask_once(untouched, {}, size).error;
        CHECK(e.code == errc::memory_too_small);
        needed = e.needed();
        CHECK(needed == url.size() + 1 + fields.size() + body.size());
    }
}

TEST_CASE("http_connection: a watch follows a task over a stack") {
    const http_script_step steps[] = {
        script::asks(), script::replies(200), script::gives(R"({"State":"Started"})"),   script::ends(),
        script::asks(), script::replies(200), script::gives(R"({"State":"Succeeded"})"), script::ends()};
    scripted_http stack{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{stack, support::test_base, so::bearer{support::test_token}, memory};
    so::watch<progress> task{api, 497};
    instant now{0};
    const auto next = [&] {
        for (;; now = now + so::milliseconds{1000})
            if (const so::watch_state state = task.step(now); state != so::watch_state::waiting) return state;
    };
    CHECK(next() == so::watch_state::changed);
    CHECK(next() == so::watch_state::finished);
    CHECK(stack.finished());
}

TEST_CASE("http_connection: the blocking call and a whole call without an allocation") {
    const http_script_step steps[] = {script::asks(), script::replies(200, json), script::would_block(),
                                      script::gives(sample), script::ends()};
    struct clock {
        instant now() noexcept { return instant{1}; }
    };
    scripted_http stack{steps, {.at_most = 7}};
    std::array<std::byte, 2048> memory{};
    const support::allocation_count allocations;
    so::client api{stack, support::test_base, so::bearer{support::test_token}, memory, {}, so::compact_reader{}};
    const auto task = api.get_batch_task_info(497, {}, clock{});
    const std::size_t counted = allocations.so_far();
    CHECK(counted == 0);
    CHECK(task.has_value());
    api.stop();
    CHECK_FALSE(support::holds(memory, "Started"));
}

TEST_CASE(
    "http_connection: a stack is told what it may not repeat, and a call that it took and lost has an unknown "
    "outcome") {
    struct losing_stack : so::http_transport_archetype {
        bool takes = true, replies = false, may_repeat = true;
        io_result start(const so::http_request& what) noexcept {
            may_repeat = what.may_repeat;
            return takes ? io_result::ready() : io_result::failed(errc::connection_refused, 7);
        }
        io_result step(instant, std::span<std::byte>) noexcept { return io_result::failed(errc::connection_reset, 56); }
        [[nodiscard]] std::uint16_t status() const noexcept { return replies ? 200 : 0; }
        [[nodiscard]] static bool secure() noexcept { return true; }
    };
    const so::StartBatchJobRequest job{};
    const struct {
        bool takes, replies;
        errc once, repeatable;
    } rows[] = {
        {.takes = false, .replies = false, .once = errc::connection_refused, .repeatable = errc::connection_refused},
        {.takes = true, .replies = false, .once = errc::outcome_unknown, .repeatable = errc::connection_reset},
        {.takes = true, .replies = true, .once = errc::outcome_unknown, .repeatable = errc::connection_reset}};
    for (const auto& row : rows) {
        CAPTURE(row.takes);
        CAPTURE(row.replies);
        losing_stack stack;
        stack.takes = row.takes;
        stack.replies = row.replies;
        std::array<std::byte, 1024> memory{};
        so::client api{stack, support::test_base, so::bearer{support::test_token}, memory};
        auto once = api.start(so::start_batch_job, job);
        support::step_to_end(once);
        CHECK(once.error() == row.once);
        CHECK(once.error().native == (row.takes ? 56 : 7));
        CHECK_FALSE(stack.may_repeat);
        auto repeatable = api.start_get_batch_task_info(497);
        support::step_to_end(repeatable);
        CHECK(repeatable.error() == row.repeatable);
        CHECK(stack.may_repeat);
    }
}

TEST_CASE("http_connection: a refusal counts once its status is there, though its body does not end in time") {
    struct {
        std::uint16_t status;
        errc code;
        stage at;
    } const rows[] = {{200, errc::deadline_exceeded, stage::http},
                      {299, errc::deadline_exceeded, stage::http},
                      {302, errc::redirected, stage::service},
                      {403, errc::forbidden, stage::service},
                      {503, errc::unavailable, stage::service}};
    for (const auto& row : rows) {
        CAPTURE(row.status);
        const http_script_step steps[] = {script::asks(),        script::replies(row.status), script::gives("<html>"),
                                          script::would_block(), script::would_block(),       script::cancels()};
        scripted_http stack{steps};
        std::array<std::byte, 1024> memory{};
        so::client api{stack, support::test_base, so::bearer{"t"}, memory};
        auto call = api.start_get_batch_task_info(497);
        CHECK(call.step(instant{0}) == step_state::pending);
        CHECK(call.step(instant{29'999}) == step_state::pending);
        CHECK(call.step(instant{30'000}) == step_state::done);
        CHECK(call.error() == so::error{.stage = row.at, .code = row.code, .http_status = row.status});
        CHECK(stack.finished());
    }
}
