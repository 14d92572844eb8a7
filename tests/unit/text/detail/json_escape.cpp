// Tests of superoffice/text/detail/json_escape.hpp: what an escape stands for, and where a malformed one is at fault.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/text/detail/json_escape.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using superoffice::detail::no_point;
using superoffice::detail::read_escape;

namespace {

struct escape {
    std::uint32_t point;
    std::size_t place;  ///< behind the escape, or of the fault
};

escape read(std::string_view text, support::guard_page& page) {
    const char* const placed = page.place(text);
    const char* at = placed;
    const std::uint32_t point = read_escape(at, placed + text.size());
    return {point, static_cast<std::size_t>(at - placed)};
}

}  // namespace

TEST_CASE("json_escape: a code point and the byte behind it, or the byte at fault") {
    constexpr struct {
        std::string_view text;
        std::uint32_t point;
        std::size_t place;
    } rows[] = {
        {R"(\n)", '\n', 2},
        {R"(\"x)", '"', 2},
        {R"(\\n)", '\\', 2},
        {R"(\/)", '/', 2},
        {R"(\b)", '\b', 2},
        {R"(\f)", '\f', 2},
        {R"(\r)", '\r', 2},
        {R"(\t)", '\t', 2},
        {R"(\u00e50)", 0xE5, 6},
        {R"(\u0000)", 0, 6},
        {R"(\uD7FF)", 0xD7FF, 6},
        {R"(\ue000)", 0xE000, 6},
        {R"(\uFFFF)", 0xFFFF, 6},
        {R"(\ud83d\ude00x)", 0x1F600, 12},
        {R"(\ud800\udc00)", 0x10000, 12},
        {R"(\uDBFF\uDFFF)", 0x10FFFF, 12},
        {R"(\x)", no_point, 1},
        {R"(\N)", no_point, 1},
        {R"(\U0041)", no_point, 1},
        {R"(\u00g0)", no_point, 4},
        {R"(\udc00\ud800)", no_point, 0},  // a low half first
        {R"(\ud800x)", no_point, 0},       // a high half alone
        {R"(\ud800\n)", no_point, 0},      // ... before another escape
        {R"(\ud800\ud800)", no_point, 0},  // ... twice
        {R"(\ud800\u0041)", no_point, 0},  // ... before a whole code point
        {R"(\ud800\ue000)", no_point, 0},  // ... before the first code point behind the low halves
        {R"(\ud800\uZZ00)", no_point, 8},  // a wrong digit counts for more than the missing half
        {R"(\ud800\udc0")", no_point, 11},
    };
    support::guard_page page{64};
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const escape found = read(row.text, page);
        CHECK(found.point == row.point);
        CHECK(found.place == row.place);
    }
}

TEST_CASE("json_escape: one that is cut is at fault at the end of the text") {
    constexpr std::string_view whole = R"(\ud83d\ude00)";
    support::guard_page page{64};
    for (std::size_t size = 1; size < whole.size(); ++size) {
        CAPTURE(size);
        const escape found = read(whole.substr(0, size), page);
        CHECK(found.point == no_point);
        CHECK(found.place == size);
    }
}
