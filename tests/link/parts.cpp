// Two parts of one program give the same answers, and each was compiled from the headers that it should use.
#include "part.hpp"

#include <doctest/doctest.h>

TEST_CASE("two parts of a program: the same struct decodes and selects alike in both") {
    char first[] = R"({"State":"Started","ProgressPercent":42})";
    char second[] = R"({"State":"Started","ProgressPercent":42})";
    const auto one = first_part().decode({first, sizeof first - 1, sizeof first});
    const auto other = second_part().decode({second, sizeof second - 1, sizeof second});
    REQUIRE(one.has_value());
    REQUIRE(other.has_value());
    CHECK(one->ProgressPercent.value_or(0) == 42);
    CHECK(other->ProgressPercent.value_or(0) == 42);
    CHECK((one->State == other->State));
    CHECK(first_part().select() == "State,ProgressPercent");
    CHECK(second_part().select() == "State,ProgressPercent");
}

TEST_CASE("two parts of a program: one of them is made from the single header") {
    CHECK_FALSE(first_part().is_from_single_header);
    CHECK(second_part().is_from_single_header == (SECOND_IS_SINGLE == 1));
}
