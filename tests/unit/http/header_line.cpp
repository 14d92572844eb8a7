// Tests of superoffice/http/header_line.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/header_line.hpp>

#include <doctest/doctest.h>

#include <string_view>

TEST_CASE("header_line: header lines are given in their order, unchanged") {
    std::string_view rest = "A: b\r\nC:d:e\n F:\t\r\n";
    superoffice::header_line line;
    CHECK(superoffice::next_header(rest, line));
    CHECK((line.name == "A" && line.value == "b"));
    CHECK(superoffice::next_header(rest, line));
    CHECK((line.name == "C" && line.value == "d:e"));
    CHECK(superoffice::next_header(rest, line));
    CHECK((line.name == " F" && line.value.empty()));
    CHECK(!superoffice::next_header(rest, line));
    for (const std::string_view open : {"A", "A: b", ""}) {  // a line that does not end
        rest = open;
        CHECK(!superoffice::next_header(rest, line));
        CHECK(rest == open);
    }
    rest = "\r\n";
    CHECK(!superoffice::next_header(rest, line));
}
