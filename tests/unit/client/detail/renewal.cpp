// Tests of superoffice/client/detail/renewal.hpp: when a credential may be sent, and when a new one is fetched.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/detail/renewal.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using superoffice::instant;
using superoffice::milliseconds;
using superoffice::detail::renewal;

TEST_CASE("renewal: before the first credential none can be sent, and one is due at any time") {
    const renewal none;
    for (const std::int64_t now : {INT64_MIN, std::int64_t{-5}, std::int64_t{0}, std::int64_t{1'000'000}}) {
        CAPTURE(now);
        CHECK_FALSE(none.is_usable(instant{now}));
        CHECK(none.is_due(instant{now}));
    }
    CHECK_FALSE(none.is_dead());
    CHECK(none.generation() == 0);
}

TEST_CASE("renewal: a credential is sent until its end, and a new one is due a margin before") {
    renewal one;
    one.fetched(instant{1'000}, milliseconds{10'000}, milliseconds{2'000});
    CHECK(one.generation() == 1);
    CHECK(one.is_usable(instant{10'999}));
    CHECK_FALSE(one.is_usable(instant{11'000}));
    CHECK_FALSE(one.is_due(instant{8'999}));
    CHECK(one.is_due(instant{9'000}));
    one.extend(instant{9'000}, milliseconds{10'000}, milliseconds{2'000});
    CHECK(one.generation() == 1);
    CHECK(one.is_usable(instant{18'999}));
    CHECK_FALSE(one.is_usable(instant{19'000}));
    CHECK_FALSE(one.is_due(instant{16'999}));
    CHECK(one.is_due(instant{17'000}));
    one.fetched(instant{20'000}, milliseconds{0}, milliseconds{2'000});  // nobody knows how long it lives
    CHECK(one.generation() == 2);
    CHECK(one.is_usable(instant{INT64_MAX - 1}));
    CHECK_FALSE(one.is_due(instant{INT64_MAX - 1}));
}

TEST_CASE("renewal: a credential that the service refused is not sent again, and a new one is due at once") {
    renewal one;
    one.fetched(instant{1'000}, milliseconds{10'000}, milliseconds{2'000});
    one.refused();
    CHECK_FALSE(one.is_usable(instant{1'000}));
    CHECK(one.is_due(instant{1'000}));
    CHECK_FALSE(one.is_dead());
    one.fetched(instant{1'001}, milliseconds{10'000}, milliseconds{2'000});
    CHECK(one.is_usable(instant{1'001}));
    one.give_up();
    CHECK(one.is_dead());
    CHECK_FALSE(one.is_usable(instant{1'001}));
    CHECK_FALSE(one.is_due(instant{1'000'000'000}));
}

TEST_CASE("renewal: after failures the next attempt waits 1, 2, 4 to 60 seconds, or as long as the server asks") {
    renewal one;
    const auto pause_after_failure = [&](superoffice::field<milliseconds> retry_after = {}) {
        one.failed(instant{0}, retry_after);
        std::int64_t pause = 0;
        while (pause < 1'000'000 && !one.is_due(instant{pause})) pause += 500;
        CHECK_FALSE(one.is_due(instant{pause - 1}));
        return pause;
    };
    for (const std::int64_t pause : {1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000})
        CHECK(pause_after_failure() == pause);
    CHECK(pause_after_failure(milliseconds{30'000}) == 60'000);
    CHECK(pause_after_failure(milliseconds{90'000}) == 90'000);
    one.fetched(instant{0}, milliseconds{10'000}, milliseconds{2'000});
    one.refused();
    CHECK(one.is_due(instant{0}));
    CHECK(pause_after_failure() == 1'000);
}
