// Tests of superoffice/client/download.hpp: files of any size in pieces, back-pressure, limits, and other replies.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/client/download.hpp>
#include <superoffice/transport/scripted_http.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
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
namespace script = superoffice::script;
using so::errc;
using so::stage;
using support::reply_text;

namespace {

std::string request_bytes() {
    std::string text = support::request_text{.target = "/Cust12345/api/v1/Agents/BLOB/GetOutputFromBatch",
                                             .body = R"({"BatchTaskId":497})"}
                           .text();
    const std::string_view json = "Accept: application/json";
    return text.replace(text.find(json), json.size(), "Accept: application/octet-stream");
}
const std::string request = request_bytes();
constexpr std::string_view octets = "application/octet-stream";

struct outcome {
    so::error error;
    std::uint64_t count = 0;
    std::string file;

    bool operator==(const outcome&) const = default;
};

/// Keeps what arrives. Refuses each piece once, if told so, and stops behind so many bytes.
struct store {
    std::string* file;
    bool refuses_first = false;
    std::size_t stop_at = SIZE_MAX;
    bool refused = false;

    so::sink_answer operator()(std::span<const std::byte> piece) noexcept {
        CHECK(!piece.empty());
        if (refuses_first && !refused) return refused = true, so::sink_answer::not_now;
        refused = false;
        file->append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return file->size() >= stop_at ? so::sink_answer::stop : so::sink_answer::more;
    }
};

template <class Link>
outcome fetch(Link& link, std::uint64_t max_bytes = so::default_max_file_bytes, bool refuses_first = false,
              std::size_t memory_size = 512) {
    std::vector<std::byte> memory(memory_size);
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    outcome made;
    auto call = api.start_download(so::get_output_from_batch, {497}, store{&made.file, refuses_first}, max_bytes);
    support::step_to_end(call);
    CHECK_FALSE(api.is_busy());
    made.error = call.error();
    made.count = call.count();
    if (call.result()) CHECK(*call.result() == made.count);
    return made;
}

/// In every cut; the reply may not be received to its end.
outcome fetched(const std::string& reply, bool closes = false, std::uint64_t max_bytes = so::default_max_file_bytes) {
    std::vector<so::script_step> steps = {script::starts(), script::expects(request), script::gives(reply)};
    if (closes) steps.push_back(script::closes());
    const auto check = [](const so::scripted& link) {
        CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
        return true;
    };
    return replay::in_every_manner(steps, [&](so::scripted& link) { return fetch(link, max_bytes); }, check);
}

const std::string file = std::string{"%PDF\0\xFF\r\n\r\n[{\"", 14} + std::string(900, 'x') + "end";

std::string chunked(std::string_view body) {
    std::string made = "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 16)
        made += (body.size() - at >= 16 ? "10" : std::string{"0123456789abcdef"[body.size() - at]}) + "\r\n" +
                std::string{body.substr(at, 16)} + "\r\n";
    return made + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("download: a file larger than the memory arrives whole, in every framing and cut") {
    const outcome whole{{}, file.size(), file};
    CHECK(fetched(reply_text("200 OK", file, "", octets)) == whole);
    CHECK(fetched(chunked(file)) == whole);
    CHECK(fetched("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + file, true) == whole);
    CHECK(fetched("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(file.size()) + "\r\n\r\n" + file) == whole);
    CHECK(fetched(reply_text("200 OK", "", "", octets)) == outcome{});
}

TEST_CASE("download: replies that are not a file") {
    const auto service = [](errc code, std::uint16_t status) {
        return so::error{.stage = stage::service, .code = code, .http_status = status};
    };
    const auto decode = [](errc code, std::uint32_t offset = 0) {
        return so::error{.stage = stage::decode, .code = code, .http_status = 200, .offset = offset};
    };
    struct {
        const char* what;
        std::string reply;
        so::error error;
    } const rows[] = {
        {"204", "HTTP/1.1 204 No Content\r\n\r\n", service(errc::null_document, 204)},
        {"null", reply_text("200 OK", "null"), service(errc::null_document, 200)},
        {"base64 in JSON", reply_text("200 OK", R"("JVBERg==")"), decode(errc::file_as_base64)},
        {"base64 in JSON, longer than the memory", reply_text("200 OK", " \"" + std::string(2000, 'A') + "\""),
         decode(errc::file_as_base64, 1)},
        {"an error object", reply_text("200 OK", R"({"Error":true,"Message":"no"})"),
         service(errc::service_fault, 200)},
        {"an object", reply_text("200 OK", R"({"a":1})"), decode(errc::unsupported_content_type)},
        {"an array", reply_text("200 OK", "[1]"), decode(errc::unsupported_content_type)},
        {"nothing, as JSON", reply_text("200 OK", ""), decode(errc::empty_document)},
        {"white space, as JSON", reply_text("200 OK", " \n"), decode(errc::empty_document)},
        {"a page", reply_text("200 OK", "<html>", "", "text/html; charset=utf-8"),
         decode(errc::unsupported_content_type)},
        {"401", reply_text("401 Unauthorized", ""), service(errc::unauthorized, 401)},
        {"404 of the service", reply_text("404 Not Found", R"({"Error":true,"Message":"no"})"),
         service(errc::service_fault, 404)},
        {"503 with a file's type", reply_text("503 Busy", file, "", octets), service(errc::unavailable, 503)},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const outcome got = fetched(row.reply);
        CHECK(so::name(got.error.code) == std::string_view{so::name(row.error.code)});
        CHECK(got.error.stage == row.error.stage);
        CHECK(got.error.http_status == row.error.http_status);
        if (row.error.code != errc::empty_document) CHECK(got.error.offset == row.error.offset);
        CHECK(got.file == "");
        CHECK(got.count == 0);
    }
}

TEST_CASE(
    "download: a sink that says \"not now\" gets the same bytes again, and nothing is received until it takes them") {
    const std::string reply = reply_text("200 OK", file, "", octets);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    const auto refusing = [](so::scripted& link) { return fetch(link, so::default_max_file_bytes, true); };
    CHECK(replay::in_every_cut(steps, refusing) == outcome{{}, file.size(), file});

    so::scripted link{steps};
    std::array<std::byte, 512> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    bool takes = false;
    std::size_t taken = 0, asked = 0;
    auto call = api.start_download(so::get_output_from_batch, {497}, [&](std::span<const std::byte> piece) noexcept {
        ++asked;
        if (!takes) return so::sink_answer::not_now;
        taken += piece.size();
        return so::sink_answer::more;
    });
    CHECK(call.step(so::instant{100}) == so::step_state::pending);
    const std::size_t calls = link.calls();
    CHECK(asked == 1);
    CHECK(call.wants().what == so::wait_for::time);
    CHECK(call.wants().until == so::instant{110});
    for (int n = 0; n != 50; ++n) CHECK(call.step(so::instant{200 + n}) == so::step_state::pending);
    CHECK(link.calls() == calls);
    CHECK(asked == 51);
    CHECK(call.count() == 0);
    takes = true;
    support::step_to_end(call, so::instant{300});
    CHECK(taken == file.size());

    so::scripted late{steps};
    so::client slow{late, support::test_base, so::bearer{support::test_token}, memory};
    auto never = slow.start_download(so::get_output_from_batch, {497},
                                     [](std::span<const std::byte>) noexcept { return so::sink_answer::not_now; });
    CHECK(never.step(so::instant{0}) == so::step_state::pending);
    CHECK(never.step(so::instant{29'995}) == so::step_state::pending);
    CHECK(never.wants().until == so::instant{30'000});
    CHECK(never.step(so::instant{30'000}) == so::step_state::done);
    CHECK(never.error() == errc::deadline_exceeded);
}

TEST_CASE("download: a sink may stop, and the connection is not kept in the middle of a file") {
    const std::string reply = reply_text("200 OK", file, "", octets), small = reply_text("200 OK", "a", "", octets);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply), script::stops(),
                                     script::starts(), script::expects(request), script::gives(small)};
    so::scripted link{steps, {.at_most = 10}};
    std::array<std::byte, 512> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    std::string seen;
    auto call = api.start_download(so::get_output_from_batch, {497}, store{&seen, false, 20});
    support::step_to_end(call);
    CHECK(call.error() == so::error{});
    CHECK(call.result().value_or(0) == seen.size());
    CHECK(seen == file.substr(0, seen.size()));
}

TEST_CASE("download: a file above the limit is refused, one of its size is not") {
    for (const std::string& reply : {reply_text("200 OK", "0123456789", "", octets), chunked("0123456789")}) {
        CHECK(fetched(reply, false, 10) == outcome{{}, 10, "0123456789"});
        const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
        for (const std::size_t at_most : {SIZE_MAX, std::size_t{1}}) {
            so::scripted link{steps, {.at_most = at_most}};
            const outcome got = fetch(link, 9);
            CHECK(got.error.code == errc::reply_too_large);
            CHECK(got.error.needed() == 10);
            CHECK(got.count <= 9);
        }
    }
}

TEST_CASE("download: a connection that dies anywhere in the file is an error, and the count is what came") {
    const std::string reply = reply_text("200 OK", "0123456789", "", octets);
    const std::size_t sent = request.size(), body_at = reply.size() - 10;
    for (const auto& interruption : {so::io_result::failed(errc::connection_reset, 104), so::io_result::closed()})
        replay::interrupted_at_each_byte(
            std::vector<so::script_step>{script::starts(), script::expects(request), script::gives(reply)},
            interruption, sent, sent + reply.size() - 1, [](so::scripted& link) { return fetch(link); },
            [&](const outcome& got, so::scripted& link, std::size_t) {
                const std::size_t came = link.moved() < sent ? 0 : link.moved() - sent;
                CHECK((got.error.code == errc::connection_reset || got.error.code == errc::connection_closed));
                CHECK(got.count == (came < body_at ? 0 : came - body_at));
                CHECK(got.file == std::string_view{"0123456789"}.substr(0, static_cast<std::size_t>(got.count)));
            });
}

TEST_CASE("download: over an HTTP stack, with the reply cut at any byte") {
    namespace http = so::http_script;
    const auto outcome_of = [&](std::uint16_t status, std::string_view fields, std::string_view body) {
        const so::http_script_step steps[] = {
            http::asks("POST", "https://online.superoffice.com/Cust12345/api/v1/Agents/BLOB/GetOutputFromBatch",
                       R"({"BatchTaskId":497})"),
            http::replies(status, fields), http::gives(body), http::ends()};
        return replay::in_every_manner<so::scripted_http>(
            std::span<const so::http_script_step>{steps},
            [](so::scripted_http& stack) { return fetch(stack, so::default_max_file_bytes, true, 700); },
            [](const so::scripted_http& stack) {
                CHECK(stack.first_mismatch().what == so::script_mismatch::kind::none);
                return true;
            });
    };
    CHECK(outcome_of(200, "Content-Type: application/octet-stream\r\n", file) == outcome{{}, file.size(), file});
    CHECK(outcome_of(200, "Content-Type: application/json\r\n", "\"JVBERg==\"").error.code == errc::file_as_base64);
    CHECK(outcome_of(200, "Content-Type: application/json\r\n", "null").error.code == errc::null_document);
    CHECK(outcome_of(403, "Content-Type: application/octet-stream\r\n", file).error.code == errc::forbidden);
}

TEST_CASE("download: over an HTTP stack, in any memory that holds the request") {
    namespace http = so::http_script;
    const so::http_script_step steps[] = {
        http::asks("POST", "https://online.superoffice.com/Cust12345/api/v1/Agents/BLOB/GetOutputFromBatch",
                   R"({"BatchTaskId":497})"),
        http::replies(200, "Content-Type: application/octet-stream\r\n"), http::gives(file), http::ends()};
    const auto outcome_with = [&](std::size_t memory_size) {
        so::scripted_http stack{steps};
        return fetch(stack, so::default_max_file_bytes, false, memory_size);
    };
    const outcome refused = outcome_with(100);
    REQUIRE(refused.error.code == errc::memory_too_small);
    const std::size_t least = refused.error.needed();
    for (std::size_t size = least; size < least + 100; ++size) {
        CAPTURE(size - least);
        CHECK(outcome_with(size) == outcome{{}, file.size(), file});
    }
}

TEST_CASE("download: type and length are known with the first byte; blocking, and nothing is allocated") {
    const std::string reply = reply_text("200 OK", file, "", "application/pdf");
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    struct clock {
        static so::instant now() noexcept { return so::instant{5}; }
    };
    so::scripted link{steps, {.at_most = 100, .blocks_first = true}};
    std::array<std::byte, 512> memory{};
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    std::size_t taken = 0;
    bool known = true;
    const support::allocation_count allocations;
    const auto count = api.run_download(
        so::get_output_from_batch, {497},
        [&](std::span<const std::byte> piece) noexcept {
            known = known && api.last_reply().head.content_type() == "application/pdf" &&
                    api.last_reply().head.header("content-length") == "917";
            taken += piece.size();
        },
        so::default_max_file_bytes, {}, clock{});
    CHECK(allocations.so_far() == 0);
    CHECK(known);
    CHECK(count.value_or(0) == file.size());
    CHECK(taken == file.size());
}

TEST_CASE("download: a download that is a class member can be started again, also while it runs") {
    const std::string reply = reply_text("200 OK", "abcdef", "", octets),
                      other = reply_text("200 OK", "xyz", "", octets);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply),
                                     script::expects(request), script::gives(other)};
    so::scripted link{steps};
    std::vector<std::byte> memory(512);
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    std::string kept;
    so::download<decltype(api), store> call{store{&kept}};
    CHECK(call.is_done());
    CHECK(call.error() == errc::cancelled);
    CHECK(call.count() == 0);
    call.start(api, so::get_output_from_batch, {497});
    CHECK_FALSE(call.is_done());
    call.start(api, so::get_output_from_batch, {497});  // nothing of the first one was sent
    support::step_to_end(call);
    CHECK(call.error() == errc::ok);
    CHECK(call.count() == 6);
    call.start(api, so::get_output_from_batch, {497});
    CHECK(call.count() == 0);
    support::step_to_end(call);
    CHECK(call.count() == 3);
    CHECK(kept == "abcdefxyz");
    CHECK(link.finished());
}

TEST_CASE("download: a client that is busy starts none, and goes on with its call") {
    const std::string reply = reply_text("200 OK", "abcdef", "", octets);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    so::scripted link{steps};
    std::vector<std::byte> memory(512);
    so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
    std::string first, second;
    auto running = api.start_download(so::get_output_from_batch, {497}, store{&first});
    auto refused = api.start_download(so::get_output_from_batch, {498}, store{&second});
    CHECK(refused.is_done());
    CHECK(refused.error() == so::error{.stage = stage::request, .code = errc::busy});
    CHECK(refused.count() == 0);
    refused.cancel();
    CHECK(refused.error() == errc::busy);
    CHECK_FALSE(running.is_done());
    support::step_to_end(running);
    CHECK(first == "abcdef");
    CHECK(second == "");
}

TEST_CASE("download: cancelled at each step, the client is ready for the next call") {
    const std::string reply = reply_text("200 OK", file, "", octets);
    const so::script_step steps[] = {script::starts(), script::expects(request), script::gives(reply)};
    for (std::size_t calls = 0; calls < 20; ++calls) {
        CAPTURE(calls);
        so::scripted link{steps, {.at_most = 100}};
        std::array<std::byte, 512> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory};
        std::string taken;
        auto call = api.start_download(so::get_output_from_batch, {497}, store{&taken});
        while (link.calls() < calls && call.step(so::instant{5}) != so::step_state::done) {
        }
        const bool was_done = call.is_done();
        call.cancel();
        CHECK(call.is_done());
        CHECK((call.error() == errc::cancelled) == !was_done);
        CHECK(call.count() == taken.size());
        CHECK_FALSE(api.is_busy());
        CHECK_FALSE(support::holds(memory, "the-secret"));
    }
}

TEST_CASE("download: the file comes from where the tenant has moved to; what the directory says is no part of it") {
    const std::string moved = reply_text("421 Misdirected Request", "", "", "text/plain"),
                      address = reply_text("200 OK", R"({"IsRunning":true,"Api":"https://new.example/Cust12345/api"})"),
                      reply = reply_text("200 OK", file, "", octets);
    const std::string question =
        "GET /api/state/Cust12345 HTTP/1.1\r\nHost: directory.example\r\nAccept: application/json\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n\r\n";
    std::string again = request;
    constexpr std::string_view old_host = "Host: online.superoffice.com";
    again.replace(again.find(old_host), old_host.size(), "Host: new.example");
    const so::script_step steps[] = {script::starts(),       script::expects(request), script::gives(moved),
                                     script::stops(),        script::starts(),         script::expects(question),
                                     script::gives(address), script::stops(),          script::starts(),
                                     script::expects(again), script::gives(reply)};
    const auto fetch_from = [](so::scripted& link) {
        std::array<std::byte, 512> memory{};
        so::client api{link, support::test_base, so::bearer{support::test_token}, memory,
                       so::client_options{.tenant_directory = "https://directory.example"}};
        outcome made;
        auto call = api.start_download(so::get_output_from_batch, {497}, store{&made.file});
        support::step_to_end(call);
        made.error = call.error();
        made.count = call.count();
        return made;
    };
    CHECK(replay::in_every_cut(steps, fetch_from) == outcome{{}, file.size(), file});
}

TEST_CASE("download: beyond 4 GB the limit is kept to the byte, and the error says as much as its 32 bits can") {
    struct {
        const char* what;
        std::uint64_t limit;
        so::detail::stream_state state;
        std::uint32_t offset;
    } const rows[] = {
        {"the last byte of the limit", (std::uint64_t{1} << 40) + 1, so::detail::stream_state::more, 0},
        {"one byte more", std::uint64_t{1} << 40, so::detail::stream_state::failed, UINT32_MAX},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        so::detail::body_stream<so::default_reader> stream{nullptr};
        stream.count = std::uint64_t{1} << 40;  // a terabyte has come
        char byte[1] = {};
        CHECK(so::detail::check_piece(stream, {byte, 1, octets, false}, row.limit) == row.state);
        CHECK(stream.failure.offset == row.offset);
        CHECK((stream.failure.code == errc::reply_too_large) == (row.state == so::detail::stream_state::failed));
    }
}

TEST_CASE("download: a file has a gigabyte at most, unless the program names another limit") {
    const std::uint64_t gigabyte = 1'073'741'824;
    for (const std::uint64_t size : {gigabyte, gigabyte + 1}) {
        CAPTURE(size);
        so::detail::body_stream<so::default_reader> stream{nullptr};
        stream.count = size - 1;
        char byte[1] = {};
        const auto state = so::detail::check_piece(stream, {byte, 1, octets, false}, so::default_max_file_bytes);
        CHECK((state == so::detail::stream_state::more) == (size == gigabyte));
        CHECK(stream.failure.offset == (size == gigabyte ? 0 : gigabyte + 1));
    }
}

TEST_CASE("download: whether a JSON reply is a file is decided by its first byte that is no blank, once it is there") {
    char bytes[] = " \t\r\n\"YWJj\"";
    so::detail::body_stream<so::compact_reader> stream{nullptr};
    using state = so::detail::stream_state;
    const auto looked_at = [&](std::size_t size, bool last) {
        const so::detail::body_piece piece{{bytes, size}, sizeof bytes, "application/json", last};
        return so::detail::check_piece(stream, piece, 1'000);
    };
    for (std::size_t blanks = 0; blanks <= 4; ++blanks) {
        CHECK(looked_at(blanks, false) == state::not_now);
        CHECK(looked_at(blanks, true) == state::whole);
    }
    CHECK(looked_at(5, false) == state::failed);
    CHECK(stream.failure == errc::file_as_base64);
    CHECK(stream.failure.offset == 4);
}
