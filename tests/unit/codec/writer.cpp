// Tests of superoffice/codec/writer.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/writer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::json_writer;

namespace {

template <class F>
std::string written(F f) {
    std::array<char, 128> room{};
    json_writer out{room};
    f(out);
    CHECK(out.fits());
    return std::string{out.text()};
}

template <class Number>
std::string number(Number n) {
    return written([n](json_writer& out) { out.number(n); });
}

std::string string(std::string_view text) {
    return written([text](json_writer& out) { out.string(text); });
}

static_assert([] {
    char room[8] = {};
    json_writer out{room};
    out.string("a\n");
    return out.size() == 9 && !out.fits();
}());

}  // namespace

TEST_CASE("json_writer: numbers of every width at their limits") {
    CHECK(number(0) == "0");
    CHECK(number(-1) == "-1");
    CHECK(number((std::numeric_limits<std::int8_t>::min)()) == "-128");
    CHECK(number((std::numeric_limits<std::uint8_t>::max)()) == "255");
    CHECK(number((std::numeric_limits<std::int16_t>::min)()) == "-32768");
    CHECK(number((std::numeric_limits<std::int32_t>::min)()) == "-2147483648");
    CHECK(number((std::numeric_limits<std::int32_t>::max)()) == "2147483647");
    CHECK(number((std::numeric_limits<std::uint32_t>::max)()) == "4294967295");
    CHECK(number((std::numeric_limits<std::int64_t>::min)()) == "-9223372036854775808");
    CHECK(number((std::numeric_limits<std::int64_t>::max)()) == "9223372036854775807");
    CHECK(number((std::numeric_limits<std::uint64_t>::max)()) == "18446744073709551615");
}

TEST_CASE("json_writer: strings have quotes, backslashes and control characters escaped, all else as it is") {
    struct {
        std::string_view text;
        std::string_view json;
    } const cases[] = {
        {"", R"("")"},
        {"plain text", R"("plain text")"},
        {"\"\\/", R"("\"\\/")"},
        {"\b\f\n\r\t", R"("\u0008\u000c\u000a\u000d\u0009")"},
        {std::string_view{"a\0b\x1f\x7f", 5}, "\"a\\u0000b\\u001f\x7f\""},
        {"\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80\""},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        CHECK(string(one.text) == one.json);
    }
}

TEST_CASE("json_writer: what does not fit is counted, and nothing is written past the end") {
    const std::string_view whole = R"({"a":-12,"b":"\u0001"})";
    const auto write = [](json_writer& out) {
        out.put('{');
        out.string("a");
        out.raw(":");
        out.number(-12);
        out.put(',');
        out.string("b");
        out.put(':');
        out.string("\x01");
        out.put('}');
    };
    for (std::size_t size = 0; size <= whole.size() + 1; ++size) {
        CAPTURE(size);
        std::array<char, 32> room{};
        room.fill('#');
        json_writer out{std::span{room}.first(size)};
        write(out);
        CHECK(out.size() == whole.size());
        CHECK(out.fits() == (size >= whole.size()));
        for (std::size_t n = size; n < room.size(); ++n) CHECK(room[n] == '#');
        if (out.fits()) CHECK(out.text() == whole);
    }
    json_writer counting{{}};
    write(counting);
    CHECK(counting.size() == whole.size());
}
