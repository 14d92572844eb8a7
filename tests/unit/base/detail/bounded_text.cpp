// Tests of superoffice/base/detail/bounded_text.hpp: texts that fit, and texts that do not.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/detail/bounded_text.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

using superoffice::detail::bounded_text;

TEST_CASE("bounded_text: what does not fit is cut off, and a NUL follows all that fits") {
    constexpr std::string_view whole = "abc";
    for (std::size_t room = 0; room <= 5; ++room) {
        CAPTURE(room);
        std::array<char, 6> memory;
        memory.fill('#');
        bounded_text text{std::span(memory).first(room)};
        text.add("ab");
        text.add('c');
        const std::size_t kept = room == 0 ? 0 : room > 3 ? 3 : room - 1;
        CHECK(text.text() == whole.substr(0, kept));
        if (room != 0) CHECK(memory[kept] == '\0');
        for (std::size_t at = room; at < memory.size(); ++at) CHECK(memory[at] == '#');
    }
}

TEST_CASE("bounded_text: numbers, in decimal and in hexadecimal digits") {
    std::array<char, 64> memory;
    const auto decimal = [&](std::size_t number) {
        bounded_text text{memory};
        text.add_decimal(number);
        return std::string(text.text());
    };
    for (const std::size_t number : {std::size_t{0}, std::size_t{9}, std::size_t{10}, std::size_t{497},
                                     std::size_t{1000}, (std::numeric_limits<std::size_t>::max)()})
        CHECK(decimal(number) == std::to_string(number));

    const struct {
        std::uint32_t number;
        int digits;
        std::string_view text;
    } rows[] = {
        {0, 4, "0x0000"},          {0x1234, 4, "0x1234"},         {0xABCDEF, 4, "0xCDEF"},
        {0xABCDEF, 6, "0xABCDEF"}, {0x9F000000, 8, "0x9F000000"}, {0xFFFFFFFF, 8, "0xFFFFFFFF"},
        {0x7, 1, "0x7"},
    };
    for (const auto& row : rows) {
        bounded_text text{memory};
        text.add_hex(row.number, row.digits);
        CHECK(text.text() == row.text);
    }
    bounded_text text{memory};
    text.add_hex(0x2700);
    CHECK(text.text() == "0x2700");
}
