// Tests of superoffice/service/detail/tenant_address.hpp: what a client keeps of a move, and whom it asks. The rest is in client.cpp,
// credentials.cpp, reply.cpp and tenant_state.cpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/service/detail/tenant_address.hpp>

#include <doctest/doctest.h>

#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::instant;
using so::stage;
using so::step_state;

namespace {

constexpr std::string_view directory = "https://online.superoffice.com";
constexpr std::string_view new_base = "https://online7.superoffice.com/Cust12345/api";

const std::string first = support::request_text{.host = "online3.superoffice.com"}.text();
const std::string second = support::request_text{.host = "online7.superoffice.com"}.text();
const std::string task = support::reply_text("200 OK", R"({"Id":497})");
const std::string misdirected = support::reply_text("421 Misdirected Request", "", "", "text/plain");
const std::string status =
    support::reply_text("200 OK", R"({"IsRunning":true,"Api":"https://online7.superoffice.com/Cust12345/api"})");
const std::string question =
    "GET /api/state/Cust12345 HTTP/1.1\r\nHost: online.superoffice.com\r\nAccept: application/json\r\n"
    "Accept-Encoding: identity\r\nUser-Agent: superoffice-batch/" SUPEROFFICE_VERSION_TEXT "\r\n\r\n";

}  // namespace

TEST_CASE("tenant_address: the tenant is the last segment of a path") {
    CHECK(so::detail::last_segment("/a/Cust12345") == "Cust12345");
    CHECK(so::detail::last_segment("/Cust12345") == "Cust12345");
    CHECK(so::detail::last_segment("/Cust12345/").empty());
    CHECK(so::detail::last_segment("/").empty());
    CHECK(so::detail::last_segment("").empty());
    CHECK(so::detail::last_segment("Cust12345").empty());
}

TEST_CASE("tenant_address: a new address takes less than half of the memory, and what is needed counts it") {
    std::array<std::byte, 64> memory{};
    so::detail::tenant_address address{"https://a.example/Cust1", memory};
    const std::string half(32, 'b'), less(31, 'c');
    CHECK_FALSE(address.move_to(half));
    CHECK(address.base() == "https://a.example/Cust1");
    CHECK(address.memory().size() == 64);
    const auto needed_after_move = [&](errc code, std::uint32_t offset) {
        so::error e{.stage = stage::http, .code = code, .offset = offset};
        address.add_kept_bytes(e);
        return e.offset;
    };
    CHECK(needed_after_move(errc::memory_too_small, 100) == 100);
    CHECK(address.move_to(less));
    CHECK(address.base() == less);
    CHECK(address.memory().size() == 33);
    CHECK(needed_after_move(errc::memory_too_small, 100) == 131);
    CHECK(needed_after_move(errc::reply_too_large, 100) == 131);
    CHECK(needed_after_move(errc::reply_too_large, UINT32_MAX - 31) == UINT32_MAX);
    CHECK(needed_after_move(errc::reply_too_large, UINT32_MAX - 30) == UINT32_MAX);
    CHECK(needed_after_move(errc::bad_json, 100) == 100);
    // The second move counts the whole memory again.
    CHECK_FALSE(address.move_to(half));
    CHECK(address.move_to(std::string_view{less}.substr(1)));
    CHECK(address.memory().size() == 34);
}

TEST_CASE("tenant_address: a new address is kept, through a cancel, a stop and further calls") {
    const so::script_step steps[] = {
        script::starts("online3.superoffice.com", 443),
        script::expects(first),
        script::gives(misdirected),
        script::stops(),
        script::starts("online.superoffice.com", 443),
        script::expects(question),
        script::gives(status),
        script::stops(),
        script::would_block(so::wait_for::writable, stage::connect),  // the call is cancelled here
        script::starts("online7.superoffice.com", 443),
        script::expects(second),
        script::gives(task),
        script::stops(),
        script::starts("online7.superoffice.com", 443),
        script::expects(second),
        script::gives(task)};
    so::scripted link{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{link, "https://online3.superoffice.com/Cust12345/api", so::bearer{support::test_token}, memory,
                   so::client_options{.tenant_directory = directory}};
    {
        auto call = api.start_get_batch_task_info(497);
        while (api.base() != new_base) REQUIRE(call.step(instant{0}) == step_state::pending);
        call.cancel();
    }
    CHECK(api.base() == new_base);
    CHECK(support::ask(api).value == R"({"Id":497})");
    api.stop();
    CHECK(api.base() == new_base);
    CHECK(support::ask(api).value == R"({"Id":497})");
    CHECK(link.finished());
}

TEST_CASE("tenant_address: how much memory would be enough counts the new address, which is kept in it") {
    const std::string large = support::reply_text("200 OK", "{\"Name\":\"" + std::string(1500, 'n') + "\"}");
    const so::script_step steps[] = {script::starts(),        script::expects(first), script::gives(misdirected),
                                     script::stops(),         script::starts(),       script::expects(question),
                                     script::gives(status),   script::stops(),        script::starts(),
                                     script::expects(second), script::gives(large)};
    const auto with = [&](std::size_t size) {
        so::scripted link{steps};
        std::vector<std::byte> memory(size);
        so::client api{link, "https://online3.superoffice.com/Cust12345/api", so::bearer{support::test_token}, memory,
                       so::client_options{.tenant_directory = directory}};
        return support::ask(api).error;
    };
    const so::error small = with(1024);
    CHECK(small.code == errc::reply_too_large);
    CHECK(with(small.needed()).code == errc::ok);
    CHECK(with(small.needed() - 1) == small);
}

TEST_CASE("tenant_address: while a call is repeated, its last reply shows nothing of the new request") {
    struct renewing {
        std::string_view now = "old-token";
        so::credential_state prepare(instant) noexcept { return so::credential_state::ready; }
        void add_to(so::request_head& head) const noexcept { head.header("Authorization", "Bearer ", now); }
        bool refused() noexcept { return now = "new-token", true; }
    };
    const std::string refused =
        support::reply_text("401 Unauthorized", "", "X-Long: " + std::string(600, 'x') + "\r\n");
    const std::string asked =
        support::request_text{.host = "online3.superoffice.com", .credential = "Authorization: Bearer old-token\r\n"}
            .text();
    const so::script_step steps[] = {script::starts(), script::expects(asked), script::gives(refused),
                                     script::would_block(),  // nothing came unasked
                                     script::would_block(so::wait_for::writable)};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, "https://online3.superoffice.com/Cust12345/api", renewing{}, memory};
    auto call = api.start_get_batch_task_info(497);
    CHECK(call.step(instant{0}) == step_state::pending);
    CHECK(support::holds(memory, "new-token"));
    CHECK(api.last_reply().status == 401);
    CHECK(api.last_reply().head.fields.empty());
    CHECK(api.last_reply().head.header("authorization").empty());
}

TEST_CASE("tenant_address: what a directory says beside the address is not where the new request's credential stands") {
    // As far into the memory as the token is.
    const std::string wordy = support::reply_text(
        "200 OK", R"({"IsRunning":true,"Api":"https://online7.superoffice.com/Cust12345/api","Message":")" +
                      std::string(400, 'm') + "\"}");
    const so::script_step steps[] = {script::starts(),           script::expects(first),
                                     script::gives(misdirected), script::stops(),
                                     script::starts(),           script::expects(question),
                                     script::gives(wordy),       script::stops(),
                                     script::starts(),           script::would_block(so::wait_for::writable)};
    so::scripted link{steps};
    std::array<std::byte, 2048> memory{};
    so::client api{link, "https://online3.superoffice.com/Cust12345/api", so::bearer{support::test_token}, memory,
                   so::client_options{.tenant_directory = directory}};
    auto call = api.start_get_batch_task_info(497);
    while (!link.finished()) REQUIRE(call.step(instant{0}) == step_state::pending);
    CHECK(support::holds(memory, support::test_token));
    CHECK(api.last_reply().message.empty());
    CHECK(api.last_reply().head.fields.empty());
}

TEST_CASE("tenant_address: a directory without TLS is not asked where to send the credential of an https base") {
    const so::script_step steps[] = {script::starts(), script::expects(first), script::gives(misdirected)};
    so::scripted link{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{link, "https://online3.superoffice.com/Cust12345/api", so::bearer{support::test_token}, memory,
                   so::client_options{.tenant_directory = "http://online.superoffice.com"}};
    CHECK(support::ask(api).error == so::error{.stage = stage::connect, .code = errc::insecure_link});
    CHECK(link.finished());
}

TEST_CASE("tenant_address: a directory that knows no such tenant leaves the 421 as it is") {
    const std::string nothing = support::reply_text("200 OK", "null");
    const so::script_step steps[] = {script::starts(),      script::expects(first), script::gives(misdirected),
                                     script::stops(),       script::starts(),       script::expects(question),
                                     script::gives(nothing)};
    so::scripted link{steps};
    std::array<std::byte, 1024> memory{};
    so::client api{link, "https://online3.superoffice.com/Cust12345/api", so::bearer{support::test_token}, memory,
                   so::client_options{.tenant_directory = directory}};
    CHECK(support::ask(api).error ==
          so::error{.stage = stage::service, .code = errc::tenant_moved, .http_status = 421});
    CHECK(link.finished());
}
