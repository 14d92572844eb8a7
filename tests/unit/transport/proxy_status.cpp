// Tests of superoffice/transport/proxy_status.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/proxy_status.hpp>

#include <doctest/doctest.h>

namespace so = superoffice;
using so::errc;

TEST_CASE("proxy_status: a refused credential, a refusal that stays, and a failure that may pass") {
    for (long status = 300; status < 1000; ++status) {
        CAPTURE(status);
        const errc expected = status == 407 || status == 401 ? errc::proxy_unauthorized
                              : status < 500                 ? errc::proxy_refused
                                                             : errc::proxy_failed;
        CHECK(so::errc_of_proxy_status(status) == expected);
        CHECK(so::is_repeatable(so::errc_of_proxy_status(status)) == (status >= 500));
    }
}
