// Tests of superoffice/transport/script_mismatch.hpp: the sentence for each difference.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/script_mismatch.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace so = superoffice;
using kind = so::script_mismatch::kind;

TEST_CASE("script_mismatch: says in words what differed") {
    const struct {
        so::script_mismatch mismatch;
        std::string_view text;
    } rows[] = {
        {{}, "nothing differs from the script"},
        {{.what = kind::other_bytes, .step = 1, .offset = 17, .wanted = 'P', .got = 'G', .called = "transmit"},
         "step 2: transmit differs at byte 17: expected 'P', got 'G'"},
        {{.what = kind::other_bytes, .step = 1, .wanted = '\r', .got = '\xe4', .called = "transmit"},
         "step 2: transmit differs at byte 0: expected 0x0D, got 0xE4"},
        {{.what = kind::other_bytes, .step = 1, .wanted = '~', .got = '\x7f', .called = "transmit"},
         "step 2: transmit differs at byte 0: expected '~', got 0x7F"},
        {{.what = kind::other_bytes, .step = 1, .wanted = ' ', .called = "transmit"},
         "step 2: transmit differs at byte 0: expected ' ', got nothing"},
        {{.what = kind::other_bytes, .step = 0, .offset = 3, .got = 'x', .called = "start"},
         "step 1: start differs at byte 3: expected nothing, got 'x'"},
        {{.what = kind::other_call, .step = 2, .called = "transmit", .named = "gives"},
         "step 3: transmit was called, but the script has gives"},
        {{.what = kind::other_call, .step = 99, .called = "receive"},
         "step 100: receive was called, but the script has ended"},
        {{.what = kind::other_peer, .called = "start"}, "step 1: start was called for another peer or URL"},
        {{.what = kind::not_started, .called = "transmit"},
         "step 1: transmit was called before start, or after the end"},
        {{.what = kind::started_twice, .step = 1, .called = "start"}, "step 2: start was called twice"},
    };
    for (const auto& row : rows) {
        char into[128];
        CHECK(so::describe(row.mismatch, into) == row.text);
        char small[9];
        CHECK(so::describe(row.mismatch, small) == row.text.substr(0, 8));
        CHECK(small[8] == '\0');
        CHECK(so::describe(row.mismatch, {}).empty());
    }
}
