// Tests of superoffice/transport/scripted_http.hpp: what a script answers, and how it reports another call.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/scripted_http.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace so = superoffice;
namespace script = superoffice::http_script;
using so::instant;
using so::io_state;
using kind = so::script_mismatch::kind;

namespace {

constexpr so::http_request request{.method = "POST",
                                   .url = "https://example.com/x",
                                   .target = "/x",
                                   .to = {"example.com", 443},
                                   .https = true,
                                   .fields = "Accept: a\r\nX-B: c\r\n",
                                   .body = std::string_view("hello!").substr(0, 5)};  // more lies behind it in memory

std::string taken(so::scripted_http& stack, std::size_t at_once = 64) {
    std::string all;
    std::array<std::byte, 64> into{};
    for (;;) {
        const so::io_result io = stack.step(instant{0}, std::span{into}.first(at_once));
        if (io.state == io_state::closed) return all;
        if (io.state == io_state::failed) return all + "!";
        all.append(reinterpret_cast<const char*>(into.data()), io.bytes);
    }
}

}  // namespace

TEST_CASE("scripted_http: plays calls, one after the other") {
    const so::http_script_step steps[] = {script::asks("POST", "https://example.com/x", "hello", request.fields),
                                          script::would_block(),
                                          script::replies(200, "Content-Type: text/plain\r\nX-A:  1 \r\n"),
                                          script::gives("ab"),
                                          script::gives(""),
                                          script::gives("c"),
                                          script::ends(),
                                          script::asks(),
                                          script::replies(404),
                                          script::ends(),
                                          script::asks({}, "https://example.com/x"),
                                          script::fails(so::errc::name_not_found, 6, so::stage::resolve)};
    for (const so::script_pacing& pacing : {so::script_pacing{}, so::script_pacing{.at_most = 1},
                                            so::script_pacing{.cut_at = 1}, so::script_pacing{.blocks_first = true}}) {
        so::scripted_http stack{steps, pacing};
        const auto start = [&] {
            while (stack.start(request).state == io_state::would_block) {
            }
        };
        start();
        CHECK(stack.status() == 0);
        CHECK(taken(stack) == "abc");
        CHECK(taken(stack) == "");  // ended, and again
        CHECK(stack.status() == 200);
        CHECK(stack.header("content-type") == "text/plain");
        CHECK(stack.header("X-a") == "1");
        CHECK(stack.header("x").data() == nullptr);
        start();
        CHECK(stack.header("X-a").data() == nullptr);
        CHECK(taken(stack) == "");
        CHECK(stack.status() == 404);
        CHECK_FALSE(stack.finished());
        start();
        std::array<std::byte, 4> into{};
        so::io_result io = stack.step(instant{0}, into);
        if (io.state == io_state::would_block) io = stack.step(instant{0}, into);
        CHECK(io.native == 6);
        CHECK(stack.finished());
        CHECK(stack.moved() == 3);
        CHECK(stack.secure());
    }
}

TEST_CASE("scripted_http: a step answers would_block or failed as the script says it, and no more than that") {
    const struct {
        so::http_script_step step;
        so::io_result answer;
    } rows[] = {
        {script::would_block(), so::io_result::would_block(so::wait_for::readable)},
        {script::would_block(so::wait_for::writable, so::stage::connect),
         so::io_result::would_block(so::wait_for::writable, so::stage::connect)},
        {script::fails(so::errc::link_failed), so::io_result::failed(so::errc::link_failed, 0)},
        {script::fails(so::errc::link_failed, 5), so::io_result::failed(so::errc::link_failed, 5)},
        {script::fails(so::errc::name_not_found, 6, so::stage::resolve),
         so::io_result::failed(so::errc::name_not_found, 6, so::stage::resolve)},
    };
    for (const auto& row : rows) {
        CAPTURE(&row - rows);
        so::scripted_http stack{std::span{&row.step, 1}};
        const so::io_result answered = stack.start(request);
        CHECK(answered.state == row.answer.state);
        CHECK(answered.wants == row.answer.wants);
        CHECK(answered.code == row.answer.code);
        CHECK(answered.native == row.answer.native);
        CHECK(answered.at == row.answer.at);
        CHECK(stack.finished());
    }
}

TEST_CASE("scripted_http: the head has come although nothing of the body has") {
    const so::http_script_step steps[] = {script::asks(), script::replies(200, "A: b\r\n"), script::would_block(),
                                          script::gives("ab"), script::ends()};
    so::scripted_http stack{steps};
    REQUIRE(stack.start(request).state == io_state::ready);
    std::array<std::byte, 4> into{};
    CHECK(stack.step(instant{0}, into).state == io_state::would_block);
    CHECK(stack.status() == 200);
    CHECK(taken(stack) == "ab");
    CHECK(stack.finished());
}

TEST_CASE("scripted_http: cancel may come at any time, and must where the script says so") {
    const so::http_script_step steps[] = {script::asks(),       script::replies(200, "A: b\r\n"),
                                          script::cancels(),    script::asks(),
                                          script::replies(200), script::ends()};
    so::scripted_http stack{steps};
    stack.cancel();
    stack.start(request);
    std::array<std::byte, 4> into{};
    CHECK(so::scripted_http{steps}.finished() == false);
    stack.cancel();
    CHECK(stack.first_mismatch().what == kind::none);
    CHECK(stack.status() == 0);
    CHECK(stack.step(instant{0}, into).state == io_state::failed);
    CHECK(stack.first_mismatch().what == kind::not_started);
}

TEST_CASE("scripted_http: the first mismatch is kept, and from then on everything fails") {
    struct {
        so::http_script_step step;
        kind what;
        std::size_t offset;
        char wanted = '\0', got = '\0';  // NUL: nothing
    } const cases[] = {{script::asks("GET", {}), kind::other_peer, 0},
                       {script::asks({}, "https://example.com/y"), kind::other_peer, 0},
                       {script::asks({}, {}, "hellO"), kind::other_bytes, 4, 'O', 'o'},
                       {script::asks({}, {}, ""), kind::other_bytes, 0, '\0', 'h'},
                       {script::asks({}, {}, "hello, and more"), kind::other_bytes, 5, ',', '\0'},
                       {script::asks({}, {}, {}, "Accept: a\r\n"), kind::other_bytes, 11, '\0', 'X'},
                       {script::replies(200), kind::other_call, 0},
                       {script::ends(), kind::other_call, 0}};
    for (const auto& one : cases) {
        so::scripted_http stack{std::span{&one.step, 1}};
        CHECK(stack.start(request).state == io_state::failed);
        CHECK(stack.first_mismatch().what == one.what);
        CHECK(stack.first_mismatch().offset == one.offset);
        CHECK(stack.first_mismatch().wanted == one.wanted);
        CHECK(stack.first_mismatch().got == one.got);
        CHECK(stack.start(request).state == io_state::failed);
        CHECK_FALSE(stack.finished());
    }
    const so::http_script_step steps[] = {script::asks(), script::replies(200)};
    so::scripted_http twice{steps};
    twice.start(request);
    CHECK(twice.start(request).state == io_state::failed);
    CHECK(twice.first_mismatch().what == kind::started_twice);
    so::scripted_http unended{steps};
    unended.start(request);
    CHECK(taken(unended) == "!");
    CHECK(unended.first_mismatch().what == kind::other_call);
    CHECK(unended.first_mismatch().step == 2);
}

TEST_CASE("scripted_http: every call can be made to answer something else") {
    const so::http_script_step steps[] = {script::asks(), script::replies(200), script::gives("ab"), script::ends()};
    for (std::size_t at = 0; at < 3; ++at) {
        so::scripted_http stack{steps, {.interrupt_at = at, .interruption = so::io_result::closed(), .secure = false}};
        const so::io_result begun = stack.start(request);
        CHECK_FALSE(stack.secure());
        CHECK((begun.state == io_state::failed) == (at == 0));
        if (at == 0) continue;
        CHECK(taken(stack) == (at == 1 ? "" : "ab"));
        CHECK(stack.calls() == at + 1);
    }
}

TEST_CASE("scripted_http: a mismatch names the step by the function that made it") {
    namespace script = superoffice::http_script;
    const struct {
        superoffice::http_script_step step;
        std::string_view name;
    } rows[] = {
        {script::asks(), "asks"},
        {script::replies(200), "replies"},
        {script::gives("x"), "gives"},
        {script::ends(), "ends"},
        {script::would_block(), "would_block or fails"},
        {script::cancels(), "cancels"},
    };
    for (const auto& row : rows) CHECK(superoffice::step_name(row.step.what) == row.name);
}
