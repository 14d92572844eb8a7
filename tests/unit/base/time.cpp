// Tests of superoffice/base/time.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

namespace so = superoffice;
namespace chrono = std::chrono;
using so::instant;
using so::milliseconds;

namespace {

constexpr std::int64_t most = (std::numeric_limits<std::int64_t>::max)();
constexpr std::int64_t least = (std::numeric_limits<std::int64_t>::min)();

// Durations of every period become whole milliseconds, cut towards zero.
static_assert(milliseconds{chrono::milliseconds{5}}.count() == 5);
static_assert(milliseconds{chrono::seconds{2}}.count() == 2'000);
static_assert(milliseconds{chrono::minutes{-2}}.count() == -120'000);
static_assert(milliseconds{chrono::hours{1}}.count() == 3'600'000);
static_assert(milliseconds{chrono::microseconds{1'999}}.count() == 1);
static_assert(milliseconds{chrono::nanoseconds{-1'999'999}}.count() == -1);
static_assert(milliseconds{chrono::duration<double>{1.5}}.count() == 1'500);
static_assert(milliseconds{chrono::duration<double, std::milli>{2.9}}.count() == 2);
static_assert(milliseconds{chrono::duration<float>{0.25f}}.count() == 250);
static_assert(milliseconds{chrono::duration<double>{std::numeric_limits<double>::infinity()}}.count() == INT64_MAX);
static_assert(milliseconds{chrono::duration<double>{-std::numeric_limits<double>::infinity()}}.count() == INT64_MIN);
static_assert(milliseconds{chrono::duration<double, std::milli>{1e19}}.count() == INT64_MAX);
static_assert(milliseconds{chrono::duration<float>{1e30f}}.count() == INT64_MAX);
static_assert(milliseconds{chrono::duration<int, std::ratio<1, 3>>{2}}.count() == 666);
static_assert(milliseconds{chrono::duration<std::int32_t, std::ratio<1, 60>>{90}}.count() == 1'500);

// What does not fit stays at the end.
static_assert(milliseconds{(chrono::seconds::max)()}.count() == most);
static_assert(milliseconds{(chrono::hours::min)()}.count() == least);
static_assert((milliseconds{most} + milliseconds{1}).count() == most);
static_assert((milliseconds{least} + milliseconds{-1}).count() == least);
static_assert((milliseconds{least} - milliseconds{1}).count() == least);
static_assert((milliseconds{0} - milliseconds{least}).count() == most);
static_assert(instant{5} + milliseconds{most} == instant::never());
static_assert(instant::never() + milliseconds{5} == instant::never());
static_assert((instant::never() - instant{-5}).count() == most);

static_assert(instant{} == instant{0} && milliseconds{} == milliseconds{0});
static_assert(instant{5} < instant{6} && milliseconds{-1} < milliseconds{0} && instant{7} < instant::never());
static_assert(instant{5} + milliseconds{7} == instant{12} && instant{5} - milliseconds{7} == instant{-2});
static_assert(instant{12} - instant{5} == milliseconds{7});

void takes_milliseconds(milliseconds expected, milliseconds got) { CHECK(expected == got); }

}  // namespace

TEST_CASE("time: a duration that is not a number becomes zero") {
    CHECK(milliseconds{chrono::duration<double>{std::numeric_limits<double>::quiet_NaN()}}.count() == 0);
}

TEST_CASE("time: functions that take milliseconds or an instant also take values of chrono") {
    takes_milliseconds(milliseconds{250}, chrono::milliseconds{250});
    using clock = chrono::steady_clock;
    const clock::time_point earlier{chrono::seconds{100}}, later = earlier + chrono::microseconds{2'500};
    const instant from = earlier, to = later;
    CHECK(from == instant{100'000});
    CHECK(to - from == milliseconds{2});
}

TEST_CASE("tick32: time goes on where the counter wraps") {
    so::tick32 time;
    CHECK(time(1'000) == instant{1'000});
    CHECK(time(1'000) == instant{1'000});
    CHECK(time(0xfffffff0u) == instant{0xfffffff0});
    CHECK(time(0x10u) == instant{0x1'0000'0010});
    CHECK(time(0xffffffffu) == instant{0x1'ffff'ffff});
    CHECK(time(0) == instant{0x2'0000'0000});
    instant last{0x2'0000'0000};
    for (std::uint32_t ticks = 0, n = 0; n < 20; ++n) {
        ticks += 0x7fffffffu;
        const instant now = time(ticks);
        CHECK(now - last == milliseconds{0x7fffffff});
        last = now;
    }
}

TEST_CASE("time: a sum that does not fit is the largest or smallest number, at run time as in a constant") {
    struct row {
        std::int64_t a, b, sum, difference;
    };
    const row rows[] = {
        {most, 1, most, most - 1},
        {most, -1, most - 1, most},
        {least, -1, least, least + 1},
        {least, 1, least + 1, least},
        {5, -7, -2, 12},
        {5, 7, 12, -2},
        {-5, 7, 2, -12},
        {-5, -7, -12, 2},
        {least, least, least, 0},
        {0, least, least, most},
        {most, most, most, 0},
    };
    for (const row& each : rows) {
        CAPTURE(each.a);
        CAPTURE(each.b);
        CHECK(so::detail::sum(each.a, each.b) == each.sum);
        CHECK(so::detail::difference(each.a, each.b) == each.difference);
    }
}

TEST_CASE("time: floating point durations of any size become whole milliseconds") {
    struct row {
        double given;
        std::int64_t whole;
    };
    const double infinite = std::numeric_limits<double>::infinity();
    const row rows[] = {{1.9, 1},
                        {-1.9, -1},
                        {1e19, most},
                        {-1e19, least},
                        {-9223372036854775808.0, least},  // the smallest number, which fits
                        {infinite, most},
                        {-infinite, least},
                        {std::numeric_limits<double>::quiet_NaN(), 0}};
    for (const row& each : rows) {
        CAPTURE(each.given);
        CHECK(milliseconds{chrono::duration<double, std::milli>{each.given}}.count() == each.whole);
    }
}

TEST_CASE("time: seconds that just fit are not the largest number, and those that do not are") {
    CHECK(milliseconds{chrono::seconds{most / 1000}}.count() == most / 1000 * 1000);
    CHECK(milliseconds{chrono::seconds{most / 1000 + 1}}.count() == most);
    CHECK(milliseconds{chrono::seconds{least / 1000}}.count() == least / 1000 * 1000);
    CHECK(milliseconds{chrono::seconds{least / 1000 - 1}}.count() == least);
}

TEST_CASE("time: parts of a second, at run time as in a constant") {
    CHECK(milliseconds{chrono::duration<int, std::ratio<1, 3>>{2}}.count() == 666);
    CHECK(milliseconds{chrono::duration<std::int32_t, std::ratio<1, 60>>{90}}.count() == 1'500);
    CHECK(milliseconds{chrono::microseconds{-1'999}}.count() == -1);
}

TEST_CASE_TEMPLATE("time: every comparison, of equal and of different times", T, instant, milliseconds) {
    for (const std::int64_t a : {least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, most})
        for (const std::int64_t b : {least, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, most}) {
            CAPTURE(a);
            CAPTURE(b);
            CHECK((T{a} < T{b}) == (a < b));
            CHECK((T{a} > T{b}) == (a > b));
            CHECK((T{a} <= T{b}) == (a <= b));
            CHECK((T{a} >= T{b}) == (a >= b));
            CHECK((T{a} == T{b}) == (a == b));
        }
}
