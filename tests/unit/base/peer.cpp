// Tests of superoffice/base/peer.hpp: what a peer is that is named in part.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/peer.hpp>

#include <doctest/doctest.h>

namespace so = superoffice;

TEST_CASE("peer: one that names a host alone has no port and no zone") {
    const so::peer named{"service.example"};
    CHECK(named.host == "service.example");
    CHECK(named.port == 0);
    CHECK(named.zone.empty());
    CHECK(so::max_host_bytes == 253);
}
