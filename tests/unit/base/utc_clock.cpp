// Tests of superoffice/base/utc_clock.hpp: a clock of the user's, or none.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/utc_clock.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace so = superoffice;

TEST_CASE("utc_clock: without a function nobody asks; with one it is given its context") {
    CHECK_FALSE(so::utc_clock{});
    std::int64_t now = 1'795'000'000;
    const so::utc_clock clock{[](void* context) noexcept { return *static_cast<std::int64_t*>(context); }, &now};
    CHECK(clock);
    CHECK(clock.seconds(clock.context) == 1'795'000'000);
}
