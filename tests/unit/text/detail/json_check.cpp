// Tests of superoffice/text/detail/json_check.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/text/detail/json_check.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <string>
#include <string_view>

using superoffice::errc;
using superoffice::json_max_depth;
using superoffice::detail::json_cursor;

namespace {

struct checked {
    errc code;
    std::size_t place;  ///< behind the value, or of the fault
};

checked check(std::string_view text, std::size_t depth = 0) {
    json_cursor at{text.data(), text.data() + text.size()};
    const errc code = superoffice::detail::check_json_value(at, depth);
    return {code, static_cast<std::size_t>(at.at - text.data())};
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("json_check: moves behind a value, or to the byte at fault, and reads nothing behind the text") {
    struct {
        std::string_view text;
        errc code;
        std::size_t place;
    } const cases[] = {
        {"1", errc::ok, 1},
        {"-1.5e3 ", errc::ok, 6},
        {"true,", errc::ok, 4},
        {"null", errc::ok, 4},
        {R"("a\u00e6" )", errc::ok, 9},
        {"{}", errc::ok, 2},
        {"[ ]", errc::ok, 3},
        {"[[],{},[{}]]", errc::ok, 12},
        {R"({"a":1,"b":[2,{"c":{}}],"d":"}"},)", errc::ok, 32},
        {" {\"a\"", errc::bad_json, 0},
        {"[ 1 , 2 ]", errc::ok, 9},
        {"{ \"a\" : 1 , \"b\" : [ ] }", errc::ok, 23},
        {"", errc::bad_json, 0},
        {"x", errc::bad_json, 0},
        {"[", errc::bad_json, 1},
        {"[1", errc::bad_json, 2},
        {"[1,", errc::bad_json, 3},
        {"[1,]", errc::bad_json, 3},
        {"[,1]", errc::bad_json, 1},
        {"[1 2]", errc::bad_json, 3},
        {"[1}", errc::bad_json, 2},
        {"{]", errc::bad_json, 1},
        {"{,", errc::bad_json, 1},
        {"{1:2}", errc::bad_json, 1},
        {R"({"a" 1})", errc::bad_json, 5},
        {R"({"a":})", errc::bad_json, 5},
        {R"({"a":1,})", errc::bad_json, 7},
        {R"({"a":1]})", errc::bad_json, 6},
        {"[01]", errc::bad_number, 2},
        {"[nul]", errc::bad_json, 4},
        {R"(["\x"])", errc::bad_string, 3},
        {R"(["\ud800"])", errc::bad_string, 2},
        {"[\"\x80\"]", errc::bad_utf8, 2},
    };
    support::guard_page page{4096};
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const char* const placed = page.place(one.text);
        const checked found = check({placed, one.text.size()});
        CHECK(found.code == one.code);
        CHECK(found.place == one.place);
        CHECK(std::string_view(placed, one.text.size()) == one.text);  // nothing is rewritten
    }
}

TEST_CASE("json_check: containers around the value count for the greatest depth") {
    CHECK(check(nested(json_max_depth)).code == errc::ok);
    CHECK(check(nested(json_max_depth + 1)).code == errc::too_deep);
    CHECK(check(nested(json_max_depth + 1)).place == json_max_depth);
    CHECK(check(nested(json_max_depth - 3), 3).code == errc::ok);
    CHECK(check(nested(json_max_depth - 2), 3).code == errc::too_deep);
}
