// Tests of superoffice/transport/detail/certificate_der.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/detail/certificate_der.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace so = superoffice;
using namespace std::string_literals;

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

std::string_view text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string element(char tag, const std::string& content) {
    std::string whole{tag};
    if (content.size() < 0x80) {
        whole += static_cast<char>(content.size());
    } else {
        whole += "\x82"s;
        whole += static_cast<char>(content.size() >> 8);
        whole += static_cast<char>(content.size() & 0xff);
    }
    return whole + content;
}

const std::string number = element(2, "\x01"s), algorithm = element(0x30, "al"), issuer = element(0x30, "issuer"),
                  dates = element(0x30, "dates"), subject = element(0x30, std::string(200, 's')),
                  rest = element(0x30, "key") + element('\xa3', "extensions"),
                  version = element('\xa0', "\x02\x01\x02"s);

std::string certificate(const std::string& tbs) {
    return element(0x30, element(0x30, tbs) + algorithm + element(3, "signature"));
}

}  // namespace

TEST_CASE("certificate_der: the subject is found with and without a version") {
    const std::string tail = number + algorithm + issuer + dates + subject + rest;
    const struct {
        const char* what;
        std::string certificate;
        std::string_view found;
    } cases[] = {
        {"version 3", certificate(version + tail), subject},
        {"version 1, which is not written", certificate(tail), subject},
        {"another one behind it", certificate(tail) + certificate(version), subject},
        {"no number", certificate(version + algorithm + issuer + dates + subject), ""},
        {"no dates", certificate(version + number + algorithm + issuer), ""},
        {"nothing behind the dates", certificate(version + number + algorithm + issuer + dates), ""},
        {"the subject is no sequence", certificate(number + algorithm + issuer + dates + element(0x31, "s")), ""},
        {"nothing inside", element(0x30, ""), ""},
        {"nothing", "", ""},
        {"a set", element(0x31, "x"), ""},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        CHECK(text(so::detail::subject_of(bytes(c.certificate))) == c.found);
    }
}

TEST_CASE("certificate_der: a certificate that is cut anywhere has no subject, and nothing is read behind the cut") {
    const std::string whole = certificate(version + number + algorithm + issuer + dates + subject + rest);
    support::guard_page memory(whole.size());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const char* const at = memory.place(std::string_view(whole).substr(0, size));
        CHECK(so::detail::subject_of(bytes({at, size})).empty());
        CHECK(so::detail::der_size(bytes({at, size})) == 0);
    }
    CHECK(so::detail::der_size(bytes(whole)) == whole.size());
}

TEST_CASE("certificate_der: an empty element and an element without a certificate have no subject") {
    support::guard_page memory(64);
    for (const std::string& whole :
         {element(0x30, ""), element(0x30, element(2, "")), element(0x30, element(0x30, ""))}) {
        const char* const at = memory.place(whole);
        CHECK(so::detail::subject_of(bytes({at, whole.size()})).empty());
    }
}

TEST_CASE("certificate_der: certificates one after another are counted up to a limit, or up to other bytes") {
    const std::string one = certificate(version + number + algorithm + issuer + dates + subject + rest);
    const struct {
        const char* what;
        std::string all;
        std::uint32_t most, count;
        std::size_t end;
    } cases[] = {
        {"nothing", "", 3, 0, 0},
        {"one", one, 3, 1, one.size()},
        {"as many as may be", one + one + one, 3, 3, 3 * one.size()},
        {"one more", one + one + one + one, 3, 3, 3 * one.size()},
        {"bytes behind it", one + "x", 3, 1, one.size()},
        {"cut off", one + one.substr(0, one.size() - 1), 3, 1, one.size()},
        {"none may be", one, 0, 0, 0},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        std::uint32_t count = 77;
        CHECK(so::detail::end_of_certificates(bytes(c.all), c.most, count) == c.end);
        CHECK(count == c.count);
    }
}

TEST_CASE("certificate_der: lengths in every form, up to three bytes") {
    const struct {
        const char* what;
        std::string head;
        std::size_t content, size;
    } cases[] = {
        {"none", "0"s, 0, 0},
        {"0", "0\0"s, 0, 2},
        {"127", "0\x7f"s, 127, 129},
        {"127, one byte is missing", "0\x7f"s, 126, 0},
        {"128 in one byte", "0\x81\x80"s, 128, 131},
        {"256 in two bytes", "0\x82\x01\0"s, 256, 260},
        {"65,536 in three bytes", "0\x83\x01\0\0"s, 65536, 65541},
        {"3 in three bytes", "0\x83\0\0\x03"s, 3, 8},
        {"four bytes", "0\x84\0\0\0\x03"s, 3, 0},
        {"0 in one byte", "0\x81\0"s, 0, 3},
        {"of no known size", "0\x80"s, 200, 0},
        {"all bits", "0\xff"s, 300, 0},
        {"another tag", "1\0"s, 0, 0},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        const std::string whole = c.head + std::string(c.content, 'x');
        CHECK(so::detail::der_size(bytes(whole)) == c.size);
        if (c.size != 0) CHECK(so::detail::der_head(bytes(whole)) == c.head.size());
    }
}

TEST_CASE("certificate_der: names may be the same whatever their case and their kind of string") {
    const struct {
        std::string_view a, b;
        bool same;
    } cases[] = {
        {"\x0c\x04Test", "\x0c\x04Test", true},  {"\x0c\x04Test", "\x0c\x04tEST", true},
        {"\x0c\x04Test", "\x13\x04Test", true},  {"\x14\x04Test", "\x13\x04Test", false},
        {"\x0c\x04Test", "\x0c\x04Text", false}, {"\x0c\x04Test", "\x0c\x05Tests", false},
        {"\x0c\x04Tes@", "\x0c\x04Tes`", false}, {"", "", true},
    };
    for (const auto& c : cases) {
        CAPTURE(c.a);
        CAPTURE(c.b);
        CHECK(so::detail::may_be_same_name(bytes(c.a), bytes(c.b)) == c.same);
        CHECK(so::detail::may_be_same_name(bytes(c.b), bytes(c.a)) == c.same);
        support::guard_page first(64), second(64);
        const std::string_view a{first.place(c.a), c.a.size()}, b{second.place(c.b), c.b.size()};
        CHECK(so::detail::may_be_same_name(bytes(a), bytes(b)) == c.same);
    }
}
