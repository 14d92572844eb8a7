// Tests of superoffice/codec/detail/key_sizes.hpp: a size that was added is there, and most others are not.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/key_sizes.hpp>

#include <doctest/doctest.h>

#include <cstddef>

using superoffice::detail::key_sizes;

TEST_CASE("key_sizes: has what was added, and what is 32 apart from that") {
    for (std::size_t size = 0; size <= 300; ++size) {
        key_sizes sizes;
        sizes.add(size);
        for (std::size_t other = 0; other <= 300; ++other) CHECK(sizes.has(other) == (size % 32 == other % 32));
    }
}

TEST_CASE("key_sizes: an empty one has nothing, two together have what either has") {
    key_sizes one, other;
    one.add(5);
    other.add(15);
    for (std::size_t size = 0; size < 32; ++size) {
        CHECK_FALSE(key_sizes{}.has(size));
        CHECK((one | other).has(size) == (size == 5 || size == 15));
    }
}
