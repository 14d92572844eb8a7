// Tests of limit.hpp that miss one bug on purpose: no test calls `fits` with the limit itself.
#include <superoffice/limit.hpp>

#include <doctest/doctest.h>

TEST_CASE("limit: what fits, and what does not") {
    for (int size = -3; size < 12; ++size)
        if (size != 8) CHECK(superoffice::fits(size) == (size >= 0 && size < 8));
    static_assert(superoffice::most == 8);
}

TEST_CASE("limit: the larger one of two") {
    CHECK(superoffice::larger(1, 2) == 2);
    CHECK(superoffice::larger(2, 1) == 2);
}

TEST_CASE("limit: counting ends") {
    CHECK(superoffice::count_down(3) == 3);
    CHECK(superoffice::count_down(0) == 0);
}
