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
    CHECK(detail::rsa_key_part(std::string_view{"<P>AQ==</P>"}.substr(1), "P")
              .empty());  // what stands before is not read
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

TEST_CASE("rsa_key_xml: a length takes one byte up to 127, two up to 255, and three above") {
    struct row {
        std::size_t bytes;
        std::string_view head;
    };
    const row rows[] = {{3, "\x02\x03"},       {126, "\x02\x7E"},         {129, "\x02\x81\x81"},
                        {255, "\x02\x81\xFF"}, {258, "\x02\x82\x01\x02"}, {513, "\x02\x82\x02\x01"}};
    for (const row& each : rows) {
        CAPTURE(each.bytes);
        std::vector<std::byte> memory(1'000);
        detail::der_writer out{memory};
        out.number(std::string(each.bytes / 3 * 4, 'B'));
        CHECK(out.ok());
        CHECK(memory.size() - out.at() == each.head.size() + each.bytes);
        CHECK(std::string_view{reinterpret_cast<const char*>(memory.data()) + out.at(), each.head.size()} == each.head);
    }
    for (const std::size_t size : {127U, 128U}) {
        std::vector<std::byte> memory(1'000);
        detail::der_writer out{memory};
        for (std::size_t n = 0; n < size; ++n) out.put(1);
        out.put_tag_and_length(2, memory.size());
        CHECK(memory.size() - out.at() == size + (size == 127 ? 2U : 3U));
    }
}

TEST_CASE("rsa_key_xml: a key is written with its numbers in the order of RFC 8017") {
    const std::string_view xml =
        "<RSAKeyValue><Modulus>AQ==</Modulus><Exponent>Ag==</Exponent><P>BA==</P><Q>BQ==</Q><DP>Bg==</DP><DQ>Bw==</DQ>"
        "<InverseQ>CA==</InverseQ><D>Aw==</D></RSAKeyValue>";
    std::vector<std::byte> into(xml.size() + detail::rsa_key_der_overhead);
    const std::size_t size = detail::rsa_key_to_der(xml, into);
    const std::string_view der{
        "\x30\x1B\x02\x01\0\x02\x01\x01\x02\x01\x02\x02\x01\x03\x02\x01\x04\x02\x01\x05\x02\x01\x06"
        "\x02\x01\x07\x02\x01\x08",
        29};
    CHECK(std::string_view{reinterpret_cast<const char*>(into.data()), size} == der);
}
