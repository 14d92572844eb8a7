// Tests of superoffice/http/detail/content_coding.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/detail/content_coding.hpp>

#include <doctest/doctest.h>

#include <string_view>

TEST_CASE("content_coding: the values of Content-Encoding that mean that nothing is encoded") {
    const struct {
        std::string_view value;
        bool plain;
    } rows[] = {
        {"", true},
        {"identity", true},
        {"Identity", true},
        {"none", true},
        {"utf-8", true},
        {"UTF8", true},
        {"us-ascii", true},
        {"iso-8859-1", true},
        {",", true},
        {"identity, identity", true},
        {"identity,", true},
        {"gzip", false},
        {"identity, gzip", false},
        {"gzip, identity", false},
        {",br", false},
        {"identit", false},
        {"x", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.value);
        CHECK(superoffice::detail::is_plain_coding(row.value) == row.plain);
    }
}

TEST_CASE("content_coding: an empty element encodes nothing") {
    CHECK(superoffice::detail::is_plain_element(""));
    CHECK_FALSE(superoffice::detail::is_plain_element("identity none"));
}
