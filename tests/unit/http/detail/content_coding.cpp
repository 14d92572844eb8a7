// Tests of superoffice/http/detail/content_coding.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/detail/content_coding.hpp>

#include <doctest/doctest.h>

#include <string_view>

TEST_CASE("content_coding: the values of Content-Encoding that mean that nothing is encoded") {
    constexpr bool plain = true;
    const struct {
        std::string_view value;
        bool is_plain;
    } rows[] = {
        {"", plain},
        {"identity", plain},
        {"Identity", plain},
        {"none", plain},
        {"utf-8", plain},
        {"UTF8", plain},
        {"us-ascii", plain},
        {"iso-8859-1", plain},
        {",", plain},
        {"identity, identity", plain},
        {"identity,", plain},
        {"gzip", !plain},
        {"identity, gzip", !plain},
        {"gzip, identity", !plain},
        {",br", !plain},
        {"identit", !plain},
        {"x", !plain},
    };
    for (const auto& row : rows) {
        CAPTURE(row.value);
        CHECK(superoffice::detail::is_plain_coding(row.value) == row.is_plain);
    }
}

TEST_CASE("content_coding: an empty element encodes nothing") {
    CHECK(superoffice::detail::is_plain_element(""));
    CHECK_FALSE(superoffice::detail::is_plain_element("identity none"));
}
