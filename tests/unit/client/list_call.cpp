// Tests of superoffice/client/list_call.hpp: lists of any length, an element at a time, over both kinds of transports.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/client/list_call.hpp>
#include <superoffice/transport/scripted_http.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The readers that a test of lists runs with, one after another.
#if SUPEROFFICE_WITH_SIMDJSON
#define READERS so::compact_reader, so::simdjson_reader
#else
#define READERS so::compact_reader
#endif

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::stage;
using support::reply_text;

namespace {

struct row {
    std::int32_t Id = -1;
    so::field<std::string_view> Name;
};
BOOST_DESCRIBE_STRUCT(row, (), (Id, Name))

const std::string request =
    support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfosByState?$select=Id,Name",
                          .body = R"({"State":"Started"})"}
        .text();
constexpr so::GetBatchTaskInfosByStateRequest started{so::BatchTaskState::Started};

struct outcome {
    so::error error;
    std::uint64_t count = 0;
    std::string seen;  ///< "1:a 2:b"
    std::uint16_t status = 0;

    bool operator==(const outcome&) const = default;
};

/// Collects what arrives, and stops behind so many.
struct collector {
    std::string* seen;
    std::uint64_t stop_after;
    std::uint64_t count = 0;

    so::list_answer operator()(const row& each) noexcept {
        *seen += (seen->empty() ? "" : " ") + std::to_string(each.Id) + ":" + std::string{each.Name.value_or("-")};
        return ++count == stop_after ? so::list_answer::stop : so::list_answer::more;
    }
};

template <class Reader, class Link>
outcome list(Link& link, std::size_t memory_size = 512, std::uint64_t stop_after = UINT64_MAX) {
    std::vector<std::byte> memory(memory_size);
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory, so::client_options{}, [] {
                       if constexpr (std::is_constructible_v<Reader, std::size_t>)
                           return Reader{4096};
                       else
                           return Reader{};
                   }()};
    outcome made;
    auto call =
        api.template start_list<row>(so::get_batch_task_infos_by_state, started, collector{&made.seen, stop_after});
    support::step_to_end(call);
    CHECK_FALSE(api.is_busy());
    made.error = call.error();
    made.count = call.count();
    if (call.result()) CHECK(*call.result() == made.count);
    made.status = api.last_reply().status;
    return made;
}

template <class Reader>
outcome listed(const std::string& reply, std::size_t memory_size = 512, bool closes = false) {
    std::vector<so::script_step> steps = {script::starts(), script::expects(request), script::gives(reply)};
    if (closes) steps.push_back(script::closes());
    return replay::in_every_cut(steps, [&](so::scripted& link) { return list<Reader>(link, memory_size); });
}

/// The same for a reply that may not be received to its end.
template <class Reader>
outcome ended(const std::string& reply) {
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    return replay::in_every_manner(
        std::span<const so::script_step>{steps}, [](so::scripted& link) { return list<Reader>(link); },
        [](const so::scripted& link) {
            CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
            return true;
        });
}

std::string chunked(std::string_view body, std::size_t size) {
    std::string made = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += size) {
        const std::string_view piece = body.substr(at, size);
        std::array<char, 8> hex{};
        const int n = std::snprintf(hex.data(), hex.size(), "%x", static_cast<unsigned>(piece.size()));
        made += std::string{hex.data(), static_cast<std::size_t>(n)} + "\r\n" + std::string{piece} + "\r\n";
    }
    return made + "0\r\n\r\n";
}

constexpr std::string_view three = R"([{"Id":1,"Name":"a\"\u00e9"},{"Name":null,"Id":2}, {"Id":3,"Other":[{}]} ])";
const std::string three_seen = "1:a\"\xC3\xA9 2:- 3:-";

so::error decode_error(errc code, std::uint32_t offset, std::uint16_t member = 0) {
    return {.stage = stage::decode, .code = code, .http_status = 200, .offset = offset, .member = member};
}

}  // namespace

TEST_CASE_TEMPLATE("list_call: each element arrives, in every framing and cut", Reader, READERS) {
    const outcome all{{}, 3, three_seen, 200};
    CHECK(listed<Reader>(reply_text("200 OK", three)) == all);
    CHECK(listed<Reader>(chunked(three, 7)) == all);
    CHECK(listed<Reader>(chunked(three, 1000)) == all);
    CHECK(listed<Reader>("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + std::string{three}, 512, true) ==
          all);
    CHECK(listed<Reader>(reply_text("200 OK", "[]")) == outcome{{}, 0, "", 200});
    CHECK(listed<Reader>(reply_text("200 OK", " [ ] \r\n")) == outcome{{}, 0, "", 200});
}

TEST_CASE_TEMPLATE("list_call: replies that are not a list", Reader, READERS) {
    const auto service = [](errc code, std::uint16_t status = 200) {
        return so::error{.stage = stage::service, .code = code, .http_status = status};
    };
    struct {
        const char* what;
        std::string reply;
        so::error error;
        std::uint64_t count = 0;
        std::string seen = {};
    } const rows[] = {
        {"204", "HTTP/1.1 204 No Content\r\n\r\n", {}},
        {"null", reply_text("200 OK", " null"), {}},
        {"an error object", reply_text("200 OK", R"({"Error":true,"Message":"no"})"), service(errc::service_fault)},
        {"an object", reply_text("200 OK", R"({"value":[]})"), decode_error(errc::wrong_kind, 0)},
        {"a number", reply_text("200 OK", "7"), decode_error(errc::wrong_kind, 0)},
        {"nothing", reply_text("200 OK", ""), decode_error(errc::empty_document, 0)},
        {"a page", reply_text("200 OK", "<html>"), decode_error(errc::not_json, 0)},
        {"another type", reply_text("200 OK", "[]", "", "text/plain"), decode_error(errc::not_json, 0)},
        {"401", reply_text("401 Unauthorized", ""), service(errc::unauthorized, 401)},
        {"an error object under 400", reply_text("400 Bad Request", R"({"Error":true,"Message":"no"})"),
         service(errc::service_fault, 400)},
        {"a page under 503", reply_text("503 Busy", "<html>", "", "text/html"), service(errc::unavailable, 503)},
        {"a bad element", reply_text("200 OK", R"([{"Id":1},{"Id":x}])"), decode_error(errc::bad_json, 16, 1), 1,
         "1:-"},
        {"an element of a wrong kind", reply_text("200 OK", R"([{"Id":1},{"Id":"2"}])"),
         decode_error(errc::wrong_kind, 16, 1), 1, "1:-"},
        {"a number as element", reply_text("200 OK", R"([{"Id":1}, 2])"), decode_error(errc::wrong_kind, 11), 1, "1:-"},
        {"null as element", reply_text("200 OK", R"([{"Id":1},null])"), decode_error(errc::wrong_kind, 10), 1, "1:-"},
        {"a foreign element", reply_text("200 OK", R"([{"Id":1},{"id":2}])"), service(errc::foreign_document), 1,
         "1:-"},
        {"an empty element", reply_text("200 OK", R"([{}])"), {}, 1, "-1:-"},
        {"cut off JSON", reply_text("200 OK", R"([{"Id":1},{"Id":2})"), decode_error(errc::bad_json, 18), 2, "1:- 2:-"},
        {"cut off element", reply_text("200 OK", R"([{"Id":1},{"Id":2)"), decode_error(errc::bad_json, 17), 1, "1:-"},
        {"no comma", reply_text("200 OK", R"([{"Id":1} {"Id":2}])"), decode_error(errc::bad_json, 10), 1, "1:-"},
        {"something behind", reply_text("200 OK", R"([{"Id":1}] x)"), decode_error(errc::bad_json, 11), 1, "1:-"},
    };
    for (const auto& each : rows) {
        CAPTURE(each.what);
        const outcome got = ended<Reader>(each.reply);
        CHECK(so::name(got.error.code) == std::string_view{so::name(each.error.code)});
        CHECK(got.error.stage == each.error.stage);
        CHECK(got.error.offset == each.error.offset);
        CHECK(got.error.member == each.error.member);
        CHECK(got.error.http_status == each.error.http_status);
        CHECK(got.count == each.count);
        CHECK(got.seen == each.seen);
    }
}

TEST_CASE_TEMPLATE("list_call: memory for one element is enough, and an element that does not fit is an error", Reader,
                   READERS) {
    std::string body = "[";
    for (int n = 0; n != 300; ++n) body += (n == 0 ? "" : ",") + std::string{R"({"Id":)"} + std::to_string(n) + "}";
    body += "]";
    const std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n";
    const std::size_t largest = std::string_view{R"(,{"Id":299})"}.size();
    const std::size_t slack = Reader::slack == 0 ? 1 : Reader::slack;
    // The request has to fit, too.
    const std::size_t memory = std::max(request.size(), head.size() + largest + slack);
    for (const std::string& reply : {head + body, chunked(body, 33), chunked(body, 5000)}) {
        const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
        for (const std::size_t at_most : {SIZE_MAX, std::size_t{1}, std::size_t{7}}) {
            so::scripted link{steps, {.at_most = at_most}};
            const outcome got = list<Reader>(link, memory);
            CHECK(got.error.code == errc::ok);
            CHECK(got.count == 300);
            CHECK(link.finished());
        }
    }
    const std::string wide = R"([{"Id":1},{"Id":2,"Name":")" + std::string(memory, 'x') + R"("}])";
    for (const std::string& reply : {reply_text("200 OK", wide), chunked(wide, 50)}) {
        const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
        for (const std::size_t at_most : {SIZE_MAX, std::size_t{1}}) {
            so::scripted link{steps, {.at_most = at_most}};
            const outcome got = list<Reader>(link, memory);
            CHECK(got.error.code == errc::reply_too_large);
            CHECK(got.error.needed() == memory + 1);
            CHECK(got.count == 1);
        }
    }
}

TEST_CASE("list_call: a function may stop, and the connection is not kept in the middle of a reply") {
    const std::string reply = reply_text("200 OK", three), good = reply_text("200 OK", "[]");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply), script::stops(),
                                     script::starts(), script::expects(request), script::gives(good)};
    so::scripted link{steps, {.at_most = 1}};
    std::array<std::byte, 512> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    std::string seen;
    auto call = api.start_list<row>(so::get_batch_task_infos_by_state, started, collector{&seen, 2});
    support::step_to_end(call);
    CHECK(call.result().value_or(99) == 2);
    CHECK(seen == "1:a\"\xC3\xA9 2:-");
}

TEST_CASE("list_call: a connection that dies anywhere in the list is an error, and the count is what came") {
    const std::string reply = reply_text("200 OK", three);
    const std::size_t sent = request.size(), body_at = reply.size() - three.size();
    for (const auto& interruption : {so::io_result::failed(errc::connection_reset, 104), so::io_result::closed()})
        replay::interrupted_at_each_byte(
            std::vector<so::script_step>{script::starts(), script::expects(request), script::gives(reply)},
            interruption, sent, sent + reply.size() - 1,
            [](so::scripted& link) { return list<so::compact_reader>(link); },
            [&](const outcome& got, so::scripted& link, std::size_t) {
                const std::string_view part =
                    std::string_view{reply}.substr(0, link.moved() < sent ? 0 : link.moved() - sent);
                CHECK((got.error.code == errc::connection_reset || got.error.code == errc::connection_closed));
                const auto ended =
                    part.size() < body_at
                        ? 0
                        : std::count(part.begin() + static_cast<std::ptrdiff_t>(body_at), part.end(), '}');
                const std::uint64_t whole[] = {0, 1, 2, 2, 3};
                CHECK(got.count == whole[ended]);
            });
}

TEST_CASE_TEMPLATE("list_call: over an HTTP stack, with the reply cut at any byte", Reader, READERS) {
    namespace http = so::http_script;
    constexpr std::string_view json = "Content-Type: application/json\r\n";
    const std::string url =
        "https://online.superoffice.com/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfosByState?$select=Id,Name";
    const auto outcome_of = [&](int status, std::string_view fields, std::string_view body) {
        const so::http_script_step steps[] = {http::asks("POST", url, R"({"State":"Started"})"),
                                              http::replies(static_cast<std::uint16_t>(status), fields),
                                              http::gives(body), http::ends()};
        return replay::in_every_manner<so::scripted_http>(
            std::span<const so::http_script_step>{steps},
            [](so::scripted_http& stack) { return list<Reader>(stack, 700); },
            [](const so::scripted_http& stack) {
                CHECK(stack.first_mismatch().what == so::script_mismatch::kind::none);
                return true;
            });
    };
    CHECK(outcome_of(200, json, three) == outcome{{}, 3, three_seen, 200});
    CHECK(outcome_of(200, json, "[]") == outcome{{}, 0, "", 200});
    CHECK(outcome_of(200, json, "null") == outcome{{}, 0, "", 200});
    CHECK(outcome_of(200, "Content-Type: text/html\r\n", "[]").error == decode_error(errc::not_json, 0));
    CHECK(outcome_of(200, json, R"([{"Id":1},{"Id":x}])").error == decode_error(errc::bad_json, 16, 1));
    CHECK(outcome_of(200, json, R"({"Error":true,"Message":"no"})").error.code == errc::service_fault);
    CHECK(outcome_of(401, json, "[1]").error.code == errc::unauthorized);
    const outcome gzip = outcome_of(200, "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", three);
    CHECK(gzip.error.code == errc::unsupported_content_coding);
    CHECK(gzip.count == 0);
    std::string long_list = "[";
    for (int n = 0; n != 300; ++n)
        long_list += (n == 0 ? "" : ",") + std::string{R"({"Id":)"} + std::to_string(n) + "}";
    long_list += "]";
    CHECK(outcome_of(200, json, long_list).count == 300);
    const outcome wide = outcome_of(200, json, R"([{"Id":1},{"Id":2,"Name":")" + std::string(700, 'x') + R"("}])");
    CHECK(wide.error.code == errc::reply_too_large);
    CHECK(wide.count == 1);
    const outcome refused = outcome_of(503, json, R"([{"Id":1},{"Id":2,"Name":")" + std::string(700, 'x') + R"("}])");
    CHECK(refused.error.code == errc::unavailable);
}

TEST_CASE("list_call: a fresh credential repeats the call, before any element") {
    struct renewing {
        int tokens = 1;
        so::credential_state prepare(so::instant) noexcept { return so::credential_state::ready; }
        void add_to(so::request_head& head) noexcept {
            head.header("Authorization", "Bearer 8A:Cust12345.the-secret/token+==");
        }
        bool refused() noexcept { return ++tokens == 2; }
    };
    const std::string refusal = reply_text("401 Unauthorized", "[1,2,3]"), reply = reply_text("200 OK", three);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(refusal),
                                     script::expects(request), script::gives(reply)};
    CHECK(replay::in_every_cut(steps, [](so::scripted& link) {
              std::array<std::byte, 512> memory{};
              so::client api{link, support::test_base, renewing{}, memory};
              std::string seen;
              auto call = api.start_list<row>(so::get_batch_task_infos_by_state, started, collector{&seen, 9});
              support::step_to_end(call);
              return seen;
          }) == three_seen);
}

TEST_CASE("list_call: all properties, blocking, and nothing is allocated") {
    const std::string all = support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfosByState",
                                                  .body = R"({"State":"Started"})"}
                                .text();
    const std::string reply = reply_text("200 OK", three);
    const so::script_step steps[] = {script::starts(), script::expects(all), script::gives(reply)};
    struct clock {
        static so::instant now() noexcept { return so::instant{5}; }
    };
    so::scripted link{steps, {.at_most = 9, .blocks_first = true}};
    std::array<std::byte, 512> memory{};
    so::client api{link,   support::test_base,   so::bearer{support::test_token},
                   memory, so::client_options{}, so::compact_reader{}};
    std::int64_t sum = 0;
    const support::allocation_count allocations;
    const auto count = api.run_list(
        so::get_batch_task_infos_by_state, started,
        [&](const so::BatchTaskInfo& task) noexcept { sum += task.Id.value_or(0); }, {}, clock{});
    CHECK(allocations.so_far() == 0);
    CHECK(count.value_or(99) == 3);
    CHECK(sum == 6);
    CHECK(link.finished());
}

TEST_CASE("list_call: cancelled anywhere, the client is ready for the next call") {
    const std::string reply = reply_text("200 OK", three);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted whole{steps, {.at_most = 1}};
    static_cast<void>(list<so::compact_reader>(whole));
    for (std::size_t calls = 0; calls < whole.calls(); ++calls) {
        so::scripted link{steps, {.at_most = 1}};
        std::array<std::byte, 512> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        std::string seen;
        auto call = api.start_list<row>(so::get_batch_task_infos_by_state, started, collector{&seen, 9});
        while (link.calls() < calls) static_cast<void>(call.step(so::instant{5}));
        call.cancel();
        CHECK(call.is_done());
        CHECK_FALSE(api.is_busy());
        CHECK_FALSE(support::holds(memory, "the-secret"));
    }
}
