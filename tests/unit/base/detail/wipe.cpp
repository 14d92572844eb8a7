// Tests of superoffice/base/detail/wipe.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/detail/wipe.hpp>

#include <doctest/doctest.h>

#include <cstring>

TEST_CASE("wipe: exactly the named bytes are zeroed; there may be none") {
    char text[] = "secret";
    superoffice::detail::wipe(text + 1, 4);
    CHECK(std::memcmp(text, "s\0\0\0\0t", 7) == 0);
    superoffice::detail::wipe(text, 0);
    CHECK(text[0] == 's');
    superoffice::detail::wipe(text, 1);
    CHECK(text[0] == '\0');
    CHECK(text[5] == 't');
    superoffice::detail::wipe(nullptr, 0);
}
