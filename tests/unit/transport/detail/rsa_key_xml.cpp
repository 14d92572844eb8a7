// Tests of superoffice/transport/detail/rsa_key_xml.hpp; the tests of mbedtls_rsa_signer sign with such keys.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/detail/rsa_key_xml.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace detail = superoffice::detail;

TEST_CASE("rsa_key_xml: an element is found by its whole name, and ends at the next one") {
    struct row {
        std::string_view xml, part;
    };
    const row rows[] = {
        {"<P>AQ==</P>", "AQ=="}, {"P>AQ==</P>", ""},       {"<P", ""},         {"<P>AQ==", ""},
        {"<DP>BB</DP>", ""},     {"<DP>B</DP><P>A<", "A"}, {"<PX>B</PX>", ""}, {"", ""},
    };
    for (const row& each : rows) {
        CAPTURE(each.xml);
        CHECK(detail::rsa_key_part(each.xml, "P") == each.part);
    }
}

TEST_CASE("rsa_key_xml: a number is written as DER without its blanks, and other text is refused") {
    struct row {
        std::string_view base64, der;
    };
    const row rows[] = {
        {"AQ==", "\x02\x01\x01"},
        {" A\tQ\r\n==", "\x02\x01\x01"},
        {"gA==", std::string_view{"\x02\x02\0\x80", 4}},
        {"AAE=", "\x02\x01\x01"},
        {"A*==", ""},
        {"AR==", ""},
        {"AA==", ""},
    };
    for (const row& each : rows) {
        CAPTURE(each.base64);
        std::array<std::byte, 16> memory{};
        detail::der_writer out{memory};
        out.number(each.base64);
        CHECK(out.ok() == !each.der.empty());
        if (out.ok())
            CHECK(std::string_view{reinterpret_cast<const char*>(memory.data()) + out.at(), memory.size() - out.at()} ==
                  each.der);
    }
}

TEST_CASE("rsa_key_xml: memory that is too small and a number of more than 65,535 bytes are refused") {
    std::array<std::byte, 2> small{};
    detail::der_writer full{small};
    full.number("AQ==");
    CHECK_FALSE(full.ok());
    for (const std::size_t groups : {21'845U, 21'846U}) {  // of three bytes; 65,535 and 65,538
        std::vector<std::byte> memory(70'000);
        detail::der_writer out{memory};
        std::string text(4 * groups, 'B');
        out.number(text);
        CHECK(out.ok() == (groups == 21'845U));
    }
}
