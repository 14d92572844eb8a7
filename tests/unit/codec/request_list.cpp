// Tests of superoffice/codec/request_list.hpp: a list in a request is written as a JSON array.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/request_list.hpp>

#include <superoffice/codec/json.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace so = superoffice;

namespace {

struct lists {
    std::span<const std::int32_t> Ids;
    std::span<const std::string_view> Names;
};
BOOST_DESCRIBE_STRUCT(lists, (), (Ids, Names))

}  // namespace

TEST_CASE("request_list: each element is written in its order, with a comma between two") {
    constexpr std::int32_t ids[] = {497, -1, 0};
    constexpr std::string_view names[] = {"one", "a \"quoted\" one", ""};
    struct {
        std::size_t ids, names;  // how many of them
        std::string_view text;
    } const cases[] = {
        {0, 0, R"({"Ids":[],"Names":[]})"},
        {1, 0, R"({"Ids":[497],"Names":[]})"},
        {2, 1, R"({"Ids":[497,-1],"Names":["one"]})"},
        {3, 3, R"({"Ids":[497,-1,0],"Names":["one","a \"quoted\" one",""]})"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        std::array<char, 100> room;
        const auto written = so::encode(lists{std::span{ids}.first(one.ids), std::span{names}.first(one.names)}, room);
        REQUIRE(written.has_value());
        CHECK(*written == one.text);
    }
}
