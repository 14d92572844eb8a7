// Tests of superoffice/transport/http_transport.hpp: which types are HTTP stacks.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/http_transport.hpp>

#include <doctest/doctest.h>

#include <superoffice/transport/scripted_http.hpp>

#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace so = superoffice;
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

TEST_CASE("http_transport: a request is one to an https URL that may be repeated, unless it says otherwise") {
    constexpr so::http_request request;
    CHECK(request.https);
    CHECK(request.may_repeat);
    CHECK(request.time_left == so::milliseconds{0});
    CHECK(request.body.empty());
}

TEST_CASE("http_transport: over the archetype a call ends with the archetype's error") {
    archetype stack;
    std::array<std::byte, 1024> memory{};
    so::client api{stack, "http://localhost", so::bearer{"t"}, memory};
    CHECK(support::ask(api).error ==
          so::error{.stage = so::stage::receive, .code = so::errc::link_failed, .from_http_stack = true});
    so::client safe{stack, "https://example.com", so::bearer{"t"}, memory};
    CHECK(support::ask(safe).error == so::error{.stage = so::stage::connect, .code = so::errc::insecure_link});
    plain_spoken other;
    so::client found{other, "https://example.com", so::bearer{"t"}, memory};
    CHECK(support::ask(found).error ==
          so::error{.stage = so::stage::service, .code = so::errc::no_such_task, .http_status = 204});
}
