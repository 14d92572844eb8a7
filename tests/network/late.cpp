// One deadline over all stages of a call, and an end at any of them: real sockets, name server, proxy and TLS.
// SPDX-License-Identifier: BSL-1.0
#include "chain.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace so = superoffice;
using network::chain;
using network::limits;
using network::stepper;
using so::errc;
using so::milliseconds;
using so::stage;
using so::step_state;

namespace {

support::local_service& service() {
    static support::local_service one({"--manual-clock"});
    REQUIRE_MESSAGE(one.is_ready(), one.problem());
    return one;
}

bool is_zero(std::span<const std::byte> memory) {
    return std::all_of(memory.begin(), memory.end(), [](std::byte b) { return b == std::byte{0}; });
}

constexpr auto plain_step = [](auto& call, so::instant now) { return call.step(now); };

/// A whole call as fast as it goes.
bool is_good(chain& c, stepper& time) {
    c.renew();
    time.deadline = time.now + milliseconds{600'000};
    auto call = c.api().start_get_batch_task_info(497, {.timeout = milliseconds{600'000}});
    for (int i = 0; i < 100'000 && !time.is_done_after(call, plain_step); ++i) c.work({});
    return call.is_done() && call.result().has_value();
}

/// Lets a call come as far as the limits let it, and steps it some more.
template <class Call>
void come(chain& c, stepper& time, Call& call, const limits& to) {
    const auto is_there = [&] {
        const bool is_given = to.bytes == SIZE_MAX || c.proxy().given() >= to.bytes;
        return is_given && c.answered() == to.answers;
    };
    for (int i = 0; i < 100'000 && !is_there() && !call.is_done(); ++i) {
        time.is_done_after(call, plain_step);
        c.work(to);
    }
    REQUIRE(is_there());
    for (int i = 0; i < 5; ++i) {
        time.now = time.now + milliseconds{1};
        CHECK(call.step(time.now) == step_state::pending);
    }
}

enum class end { by_deadline, by_cancel, by_destructor };

}  // namespace

TEST_CASE("late: the deadline or the caller ends a call at any point, and the client is usable at once") {
    chain c(service());
    stepper time;
    REQUIRE(is_good(c, time));
    c.api().stop();
    REQUIRE(is_good(c, time));  // its handshake is a short one, as those to come
    const std::size_t all = c.proxy().given();
    c.api().stop();

    struct stop {
        limits to;
        stage first, last;
    };
    std::vector<stop> stops{{{.answers = 0}, stage::resolve, stage::resolve},
                            {{.answers = 1}, stage::resolve, stage::resolve},
                            {{.bytes = 0}, stage::connect, stage::connect},
                            {{.bytes = 1}, stage::connect, stage::connect},
                            {{.bytes = 40}, stage::connect, stage::connect}};
    if (c.has_hole()) {
        stops.push_back({{.only_hole = true}, stage::connect, stage::connect});
    } else {
        MESSAGE("skipped: an address that never answers; this system takes every connection");
    }
    // What the proxy hands on of the handshake and of the reply.
    for (std::size_t i = 1; i <= 12; ++i)
        stops.push_back({{.bytes = 60 + (all - 61) * i / 12}, stage::handshake, stage::http});

    std::string met;
    for (const stop& each : stops) {
        for (const end how : {end::by_deadline, end::by_cancel, end::by_destructor}) {
            CAPTURE(each.to.answers);
            CAPTURE(each.to.bytes);
            CAPTURE(static_cast<int>(how));
            c.renew();
            time.deadline = time.now + milliseconds{60'000};
            {
                auto call = c.api().start_get_batch_task_info(497, {.timeout = milliseconds{60'000}});
                time.deadline = time.now + milliseconds{60'001};
                come(c, time, call, each.to);
                if (how == end::by_deadline) {
                    CHECK(call.step(time.deadline) == step_state::done);
                    const so::error e = call.error();
                    CHECK(e.code == errc::deadline_exceeded);
                    CHECK(e.stage >= each.first);
                    CHECK(e.stage <= each.last);
                    met += std::string(so::name(e.stage)) + ' ';
                    time.now = time.deadline;
                } else if (how == end::by_cancel) {
                    call.cancel();
                    CHECK(call.error() == errc::cancelled);
                }
            }
            CHECK_FALSE(c.api().is_busy());
            CHECK(c.link().link().link().native_handle() == -1);
            if (how != end::by_deadline) CHECK(is_zero(c.memory()));
            CHECK(is_good(c, time));
            c.api().stop();
        }
    }
    for (const char* const name : {"resolve", "connect", "handshake", "receive"})
        CHECK(met.find(name) != std::string::npos);
}

TEST_CASE("late: the whole call succeeds a byte at a time, also with a dead address") {
    chain c(service());
    stepper time;
    auto call = c.api().start_get_batch_task_info(497, {.timeout = milliseconds{600'000}});
    for (int i = 0; i < 200'000 && !time.is_done_after(call, plain_step); ++i) c.work({.at_a_time = 1});
    REQUIRE(call.is_done());
    REQUIRE(call.result().has_value());
}
