// Tests of superoffice/client/remaining_time.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/remaining_time.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace so = superoffice;
using so::field;
using so::instant;
using so::milliseconds;

namespace {

struct noted {
    std::int64_t at;
    std::int32_t percent;
    std::int32_t start_count = 1;
};

constexpr std::int64_t unknown = -1;

std::int64_t left_at(const so::remaining_time& left, std::int64_t now) {
    const field<milliseconds> time = left.at(instant{now});
    return time.has_value() ? time->count() : unknown;
}

}  // namespace

TEST_CASE("remaining_time: the estimate after each reply") {
    struct row {
        const char* name;
        std::vector<noted> replies;
        std::int64_t now;
        std::int64_t left;
    };
    const row rows[] = {
        {"no reply", {}, 0, unknown},
        {"one reply", {{0, 10}}, 1'000, unknown},
        {"the same percent again", {{0, 10}, {5'000, 10}}, 5'000, unknown},
        {"half in ten seconds", {{0, 0}, {10'000, 50}}, 10'000, 10'000},
        {"counts down between replies", {{0, 0}, {10'000, 50}}, 10'100, 9'900},
        {"grows when the next percent does not come: 51 percent took 20 s, so 49 take 19.2",
         {{0, 0}, {10'000, 50}},
         20'000,
         19'215},
        {"watched from the middle: 10 percent in 5 s", {{0, 40}, {5'000, 50}}, 5'000, 25'000},
        {"at the end", {{0, 0}, {10'000, 100}}, 10'000, 0},
        {"at the end at once", {{0, 100}}, 0, 0},
        {"above 100 is 100", {{0, 0}, {10'000, 130}}, 10'000, 0},
        {"below 0 is 0", {{0, -5}, {10'000, 50}}, 10'000, 10'000},
        {"a falling percent is a new start", {{0, 0}, {10'000, 50}, {20'000, 10}}, 20'000, unknown},
        {"after it the pace of the new start counts",
         {{0, 0}, {10'000, 50}, {20'000, 10}, {21'000, 20}},
         21'000,
         8'000},
        {"another start count is a new start", {{0, 0, 1}, {10'000, 50, 1}, {11'000, 60, 2}}, 11'000, unknown},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        so::remaining_time left;
        for (const noted& reply : each.replies) left.note(instant{reply.at}, reply.percent, reply.start_count);
        CHECK(left_at(left, each.now) == each.left);
    }
}

TEST_CASE("remaining_time: an absent percent changes nothing, and an absent start count is no new start") {
    so::remaining_time left;
    left.note(instant{0}, 0, 1);
    left.note(instant{5'000}, {}, 1);
    left.note(instant{10'000}, 50, {});
    left.note(instant{10'000}, 50, 1);
    CHECK(left_at(left, 10'000) == 10'000);
}

TEST_CASE("remaining_time: is right for a task of 200 days") {
    constexpr std::int64_t day = 86'400'000;
    so::remaining_time left;
    left.note(instant{0}, 0);
    left.note(instant{100 * day}, 50);
    CHECK(left_at(left, 100 * day) == 100 * day);
}

static_assert(sizeof(so::remaining_time) <= 40);
