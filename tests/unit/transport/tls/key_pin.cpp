// Tests of superoffice/transport/tls/key_pin.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/key_pin.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace so = superoffice;

TEST_CASE("key_pin: takes 44 characters of base64, with or without curl's prefix, and nothing else") {
    // SHA-256 of nothing: e3b0c442 98fc1c14 9afbf4c8 996fb924 27ae41e4 649b934c a495991b 7852b855
    constexpr so::key_pin empty = so::key_pin_of("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    static_assert(empty.sha256[0] == 0xe3 && empty.sha256[1] == 0xb0 && empty.sha256[30] == 0xb8 &&
                  empty.sha256[31] == 0x55);
    so::key_pin pin;
    CHECK(so::parse_key_pin("sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", pin));
    CHECK(pin == empty);
    // Every digit counts, 'A' of value 0 as well.
    so::key_pin zeros = empty;
    CHECK(so::parse_key_pin(std::string(43, 'A') + "=", zeros));
    CHECK(zeros == so::key_pin{});
    CHECK(so::parse_key_pin(std::string(42, '/') + "8=", zeros));
    for (const std::uint8_t each : zeros.sha256) CHECK(each == 0xff);
    const std::string good = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    for (const std::string& bad :
         {std::string(), good.substr(1), good + "=", good.substr(0, 43) + "A", "-" + good.substr(1),
          good.substr(0, 42) + "V=", "sha1//" + good, good.substr(0, 20) + "=" + good.substr(21)}) {
        CAPTURE(bad);
        so::key_pin untouched = empty;
        CHECK_FALSE(so::parse_key_pin(bad, untouched));
        CHECK(untouched == empty);
    }
}
