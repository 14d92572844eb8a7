// Tests of superoffice/http_transport.hpp: what is an HTTP stack, and how much memory a call over one takes.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http_transport.hpp>

#include <doctest/doctest.h>

#include "support/scripted_call.hpp"

#include <superoffice/transport/scripted_http.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace http_script = superoffice::http_script;
using so::io_result;

namespace {

using archetype = so::http_transport_archetype;
static_assert(so::http_transport<archetype> && !so::waking_http_transport<archetype> &&
              !so::waiting_http_transport<archetype>);

struct waking : archetype {
    [[nodiscard]] so::instant wake_at() const noexcept { return so::instant::never(); }
};
struct waiting : archetype {
    void wait(so::wait_for, so::milliseconds) noexcept {}
};
static_assert(so::waking_http_transport<waking> && so::waiting_http_transport<waiting>);

// Each requirement counts.
struct may_throw : archetype {
    io_result step(so::instant, std::span<std::byte>) { return {}; }
};
struct other_answer : archetype {
    int start(const so::http_request&) noexcept { return 0; }
};
struct deaf : archetype {
    bool header(std::string_view) noexcept { return false; }
};
struct untold {
    io_result start(const so::http_request&) noexcept { return {}; }
    io_result step(so::instant, std::span<std::byte>) noexcept { return {}; }
    std::uint16_t status() const noexcept { return 0; }
    std::string_view header(std::string_view) const noexcept { return {}; }
    void cancel() noexcept {}
    bool secure() const noexcept { return false; }
};
static_assert(!so::http_transport<may_throw> && !so::http_transport<other_answer> && !so::http_transport<deaf> &&
              !so::http_transport<untold>);

// Whatever converts is enough.
struct plain_spoken : archetype {
    static constexpr int may_wait = 0;
    io_result step(so::instant, std::span<std::byte>) noexcept { return io_result::closed(); }
    [[nodiscard]] long status() const noexcept { return 204; }
    [[nodiscard]] int secure() const noexcept { return 1; }
};
static_assert(so::http_transport<plain_spoken>);

// Neither kind passes for the other.
static_assert(!so::http_transport<so::scripted> && !so::byte_transport<so::scripted_http>);

}  // namespace

TEST_CASE("http_transport: over the archetype a call ends with what it says") {
    archetype stack;
    std::array<std::byte, 1024> memory{};
    so::client api{stack, "http://example.com", so::bearer{"t"}, memory};
    CHECK(support::ask(api).error == so::error{.stage = so::stage::receive, .code = so::errc::link_failed});
    so::client safe{stack, "https://example.com", so::bearer{"t"}, memory};
    CHECK(support::ask(safe).error == so::error{.stage = so::stage::connect, .code = so::errc::insecure_link});
    plain_spoken other;
    so::client found{other, "https://example.com", so::bearer{"t"}, memory};
    CHECK(support::ask(found).error ==
          so::error{.stage = so::stage::service, .code = so::errc::no_such_task, .http_status = 204});
}

TEST_CASE("http_transport: http_memory_bytes is enough for a call, and not much more than it takes") {
    const std::string url = std::string(support::test_base) + "/v1/Agents/Batch/GetBatchTaskInfo";
    const std::string credential = "Authorization: Bearer " + std::string(support::test_token) + "\r\n";
    const std::string type = "content-type: application/json\r\n";
    for (const std::size_t text : {0u, 700u}) {
        const std::string reply = R"({"Id":497,"Description":")" + std::string(text, 'd') + "\"}";
        const so::http_script_step steps[] = {http_script::asks("POST", url, R"({"Id":497})"),
                                              http_script::replies(200, type), http_script::gives(reply),
                                              http_script::ends()};
        const auto arrives_in = [&](std::size_t size) {
            so::scripted_http stack{steps};
            std::vector<std::byte> memory(size);
            so::client api{stack, support::test_base,  so::bearer{support::test_token}, memory,
                           {},    so::compact_reader{}};
            return support::ask(api).error.code == so::errc::ok;
        };
        std::size_t least = 2048;
        while (arrives_in(least - 1)) --least;
        const std::size_t told = so::http_memory_bytes(url.size(), credential.size(), 10, reply.size(), type.size(),
                                                       so::compact_reader::slack);
        CAPTURE(text);
        CHECK(least <= told);
        CHECK(told < least + 64);
    }
}
