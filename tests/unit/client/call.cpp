// Tests of superoffice/client/call.hpp: starting, moving, cancelling and destroying a call.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/call.hpp>

#include <doctest/doctest.h>

#include "support/scripted_call.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::instant;
using so::script_step;
using so::stage;
using so::step_state;

namespace {

const std::string request = support::request_text{}.text();
const std::string task = support::reply_text("200 OK", R"({"Id":497})");
constexpr std::string_view value = R"({"Id":497})";

const script_step good_steps[] = {script::starts(), script::expects(request), script::gives(task)};

using changing_client = so::client<support::changing_link, so::bearer>;
using changing_call = so::call<changing_client, so::BatchTaskInfo>;
static_assert(!std::is_copy_constructible_v<changing_call> && std::is_nothrow_move_constructible_v<changing_call> &&
              std::is_nothrow_move_assignable_v<changing_call>);

constexpr so::error cancelled{.stage = stage::none, .code = errc::cancelled};

bool is_zero(std::span<const std::byte> memory) {
    return std::all_of(memory.begin(), memory.end(), [](std::byte b) { return b == std::byte{0}; });
}

/// A client whose link plays one script after another.
struct bench {
    support::changing_link link;
    std::array<std::byte, 2048> memory{};
    changing_client api{link, support::test_base, so::bearer{support::test_token}, memory};

    ~bench() { link.now = nullptr; }  // the script is gone before

    /// The client is as good as new.
    void check_good() {
        CHECK_FALSE(api.is_busy());
        so::scripted good{good_steps};
        link.now = &good;
        CHECK(support::ask(api).value == value);
        CHECK(good.finished());
        api.stop();
        link.now = nullptr;
    }
};

struct waiting_link : so::byte_transport_archetype {
    static constexpr bool may_wait = true;
};

}  // namespace

TEST_CASE("call: cancelled or destroyed at any step, it leaves a usable client and zeroed memory") {
    so::scripted whole{good_steps, {.at_most = 16, .blocks_first = true}};
    std::size_t steps = 0;
    {
        bench b;
        b.link.now = &whole;
        auto call = b.api.start_get_batch_task_info(497);
        for (; call.step(instant{1}) != step_state::done; ++steps) {
        }
        CHECK(call.result().has_value());
    }
    REQUIRE(steps > 20);
    for (std::size_t at = 0; at <= steps; ++at) {
        for (const bool by_cancel : {true, false}) {
            CAPTURE(at);
            bench b;
            so::scripted partial{good_steps, {.at_most = 16, .blocks_first = true}};
            b.link.now = &partial;
            {
                auto call = b.api.start_get_batch_task_info(497);
                for (std::size_t n = 0; n < at; ++n) CHECK(call.step(instant{1}) == step_state::pending);
                CHECK(b.api.is_busy());
                if (by_cancel) {
                    call.cancel();
                    CHECK(call.is_done());
                    CHECK(call.error() == cancelled);
                    CHECK(call.step(instant{2}) == step_state::done);
                    call.cancel();
                    CHECK(call.error() == cancelled);
                }
            }
            CHECK(is_zero(b.memory));
            b.check_good();
        }
    }
}

TEST_CASE("call: a second call while the first runs is busy, and the first goes on") {
    bench b;
    so::scripted link{good_steps, {.at_most = 100}};
    b.link.now = &link;
    auto first = b.api.start_get_batch_task_info(497);
    CHECK(first.step(instant{0}) == step_state::done);
    auto running = b.api.start_get_batch_task_info(497);
    {
        auto second = b.api.start_get_batch_task_info(498);
        CHECK(second.is_done());
        CHECK(second.error() == so::error{.stage = stage::request, .code = errc::busy});
        CHECK(second.step(instant{0}) == step_state::done);
        second.cancel();
        CHECK(second.error() == errc::busy);
    }
    CHECK(b.api.is_busy());
    CHECK_FALSE(running.is_done());
    running.cancel();
    CHECK_FALSE(b.api.is_busy());
    b.check_good();
}

TEST_CASE("call: after a move the new object goes on and the old one is done") {
    bench b;
    so::scripted link{good_steps, {.blocks_first = true}};
    b.link.now = &link;
    auto first = b.api.start_get_batch_task_info(497);
    CHECK(first.step(instant{0}) == step_state::pending);
    auto second = std::move(first);
    CHECK(first.is_done());  // NOLINT: moved-from is a state
    CHECK(first.error() == errc::cancelled);
    CHECK(b.api.is_busy());
    CHECK(second.step(instant{0}) == step_state::pending);
    first.cancel();
    CHECK(b.api.is_busy());
    support::step_to_end(second, instant{0});
    CHECK(second.result().has_value());
    auto third = std::move(second);
    CHECK(third.is_done());
    CHECK(third.value().Id == 497);
    b.api.stop();
    b.check_good();
}

TEST_CASE("call: assigning another call cancels the running one") {
    bench b, other;
    so::scripted link{good_steps}, unused{good_steps, {.blocks_first = true}};
    b.link.now = &link;
    other.link.now = &unused;
    auto call = other.api.start_get_batch_task_info(497);
    CHECK(call.step(instant{0}) == step_state::pending);
    call = b.api.start_get_batch_task_info(497);
    CHECK_FALSE(other.api.is_busy());
    CHECK(b.api.is_busy());
    support::step_to_end(call, instant{0});
    CHECK(call.result().has_value());
    other.check_good();

    // The next call of the same client takes the place of a finished one.
    b.api.stop();
    so::scripted again{good_steps};
    b.link.now = &again;
    call = b.api.start_get_batch_task_info(497);
    support::step_to_end(call, instant{0});
    CHECK(call.result().has_value());
}

TEST_CASE("call: a member of a class, without a call at first, then with one, then with another") {
    bench b;
    so::scripted link{good_steps};
    b.link.now = &link;
    struct screen {
        decltype(b.api)::call_of<> call;
    } shown;
    CHECK(shown.call.is_done());
    CHECK(shown.call.step(instant{0}) == step_state::done);
    CHECK(shown.call.error() == errc::cancelled);
    shown.call.cancel();
    shown.call = b.api.start_get_batch_task_info(497);
    CHECK_FALSE(shown.call.is_done());
    auto& same = shown.call;
    shown.call = std::move(same);  // changes nothing
    CHECK_FALSE(shown.call.is_done());
    shown.call = b.api.start_get_batch_task_info(497);  // the client had one already
    CHECK(shown.call.error() == errc::busy);
    CHECK_FALSE(b.api.is_busy());
    shown.call = b.api.start_get_batch_task_info(497);
    support::step_to_end(shown.call, instant{0});
    CHECK(shown.call.result().has_value());
    b.api.stop();
}

TEST_CASE("call: a call that was never stepped has not used the link") {
    bench b;
    so::scripted link{good_steps};
    b.link.now = &link;
    {
        const auto call = b.api.start_get_batch_task_info(497);
    }
    CHECK(link.calls() == 0);
    b.check_good();
}

TEST_CASE("call: every operation can be started or run by its name") {
    bench b;
    so::scripted link{good_steps};
    b.link.now = &link;
    auto call = b.api.start<so::BatchTaskInfo>(so::get_batch_task_info, so::GetBatchTaskInfoRequest{497});
    support::step_to_end(call);
    CHECK(call.value().Id == 497);
}

TEST_CASE("call: over a link that may block, it starts only with allow_waiting_lookup") {
    waiting_link link;
    std::array<std::byte, 2048> memory{};
    so::client api{link, "http://localhost", so::bearer{"t"}, memory};
    auto call = api.start_get_batch_task_info(497, so::allow_waiting_lookup);
    support::step_to_end(call);
    CHECK(call.error() == so::error{.stage = stage::receive, .code = errc::connection_closed});
    auto other = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{5}}, so::allow_waiting_lookup);
    support::step_to_end(other);
    CHECK(other.error() == errc::connection_closed);
    auto named = api.start<so::BatchTaskInfo>(so::get_batch_task_info, so::GetBatchTaskInfoRequest{497},
                                              so::allow_waiting_lookup);
    support::step_to_end(named);
    CHECK(named.error() == errc::connection_closed);
}

TEST_CASE("call: {} always means default options") {
    bench b;
    so::scripted link{good_steps};
    b.link.now = &link;
    auto call = b.api.start_get_batch_task_info(497, {});
    support::step_to_end(call);
    CHECK(call.value().Id == 497);
}
