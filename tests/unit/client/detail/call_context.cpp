// Tests of superoffice/client/detail/call_context.hpp: a call that is sent again for several reasons.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/client/detail/call_context.hpp>

#include <doctest/doctest.h>

#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;

namespace {

constexpr std::string_view old_host = "online3.superoffice.com", new_host = "online7.superoffice.com";
const std::string asked_old = support::request_text{.host = old_host}.text();
const std::string asked_new = support::request_text{.host = new_host}.text();
const std::string task = support::reply_text("200 OK", R"({"Id":497})");
const std::string refusal = support::reply_text("401 Unauthorized", "", "", "text/plain");
const std::string misdirected = support::reply_text("421 Misdirected Request", "", "", "text/plain");
const std::string question =
    "GET /api/state/Cust12345 HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
    "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n\r\n";
const std::string address =
    support::reply_text("200 OK", R"({"IsRunning":true,"Api":"https://online7.superoffice.com/Cust12345/api"})");

/// A source that always has another credential. Its text stays the same, so all requests of one host are equal.
struct renewing {
    so::credential_state prepare(so::instant) noexcept { return so::credential_state::ready; }
    void add_to(so::request_head& head) noexcept { head.header("Authorization", "Bearer ", support::test_token); }
    bool refused() noexcept { return true; }
};

enum class event { dies, refuses, moves, answers };

/// What the peers do after a first good call.
std::vector<so::script_step> steps_of(std::initializer_list<event> events) {
    std::vector<so::script_step> steps = {script::starts(), script::expects(asked_old), script::gives(task)};
    const std::string* asked = &asked_old;
    const auto add = [&](std::initializer_list<so::script_step> more) {
        steps.insert(steps.end(), more.begin(), more.end());
    };
    for (const event each : events) {
        add({script::expects(*asked)});
        switch (each) {
            case event::dies: add({script::closes(), script::stops(), script::starts()}); break;
            case event::refuses: add({script::gives(refusal)}); break;
            case event::answers: add({script::gives(task)}); break;
            case event::moves:
                add({script::gives(misdirected), script::stops(), script::starts(), script::expects(question),
                     script::gives(address), script::stops(), script::starts()});
                asked = &asked_new;
        }
    }
    return steps;
}

}  // namespace

TEST_CASE(
    "call_context: a dead connection, a refused credential and a moved tenant cost a call nothing, also together") {
    using enum event;
    const std::initializer_list<event> rows[] = {
        {dies, answers},
        {refuses, answers},
        {moves, answers},
        {dies, refuses, answers},
        {refuses, dies, answers},
        {dies, moves, answers},
        {refuses, moves, answers},
        {moves, refuses, answers},
        {dies, refuses, moves, answers},
        {dies, moves, refuses, answers},
        {refuses, dies, moves, answers},
        {moves, refuses, dies, answers},
    };
    for (const auto& row : rows) {
        const std::vector<so::script_step> steps = steps_of(row);
        CAPTURE(&row - rows);
        so::scripted link{steps};
        std::array<std::byte, 4096> memory{};
        so::client api{link, "https://online3.superoffice.com/Cust12345/api", renewing{}, memory,
                       so::client_options{.tenant_directory = "https://online.superoffice.com"}};
        CHECK(support::ask(api).error == errc::ok);
        CHECK(support::ask(api).error == errc::ok);
        CHECK(link.finished());
        CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
    }
}

TEST_CASE("call_context: what happens twice in a call is told, whatever else happened between") {
    using enum event;
    const struct {
        std::initializer_list<event> events;
        errc told;
    } rows[] = {
        {{refuses, refuses}, errc::unauthorized},
        {{refuses, dies, refuses}, errc::unauthorized},
        {{refuses, moves, refuses}, errc::unauthorized},
        {{moves, refuses, dies, refuses}, errc::unauthorized},
        {{moves, refuses, dies, moves}, errc::tenant_moved},
        {{moves, refuses, moves}, errc::tenant_moved},
        {{dies, refuses, dies}, errc::connection_closed},
        {{refuses, dies, moves, dies}, errc::connection_closed},
    };
    for (const auto& row : rows) {
        CAPTURE(&row - rows);
        const std::vector<so::script_step> steps = steps_of(row.events);
        so::scripted link{steps};
        std::array<std::byte, 4096> memory{};
        so::client api{link, "https://online3.superoffice.com/Cust12345/api", renewing{}, memory,
                       so::client_options{.tenant_directory = "https://online.superoffice.com"}};
        CHECK(support::ask(api).error == errc::ok);
        CHECK(support::ask(api).error == row.told);
        CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
    }
}
