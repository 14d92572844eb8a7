// Tests of superoffice/codec/detail/member_table.hpp: each member's name, place and size.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/member_table.hpp>
#include <superoffice/codec/json.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::field;

namespace {

enum class colour : std::int32_t { red = 1, green = 2 };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct base {
    field<std::int32_t> inherited;
};
BOOST_DESCRIBE_STRUCT(base, (), (inherited))

struct inner {
    field<std::string_view> text;
};
BOOST_DESCRIBE_STRUCT(inner, (), (text))

struct outer : base {
    std::int32_t plain = 7;
    char not_described = 'x';
    field<bool> flag;
    so::unlisted<so::coded<colour>> code;
    field<inner> object;
    field<so::fixed_text<3>> other;
    field<std::int64_t> wide;
    so::json_text raw;
};
BOOST_DESCRIBE_STRUCT(outer, (base), (plain, flag, code, object, other, wide, raw))

// Names that differ in one byte.
struct alike {
    std::int32_t abXde = 0, abYde = 0, aaZde = 0, abZff = 0, abWde = 0, xbXde = 0;
};
BOOST_DESCRIBE_STRUCT(alike, (), (abXde, abYde, aaZde, abZff, abWde, xbXde))

// Names that differ in a byte that the guess does not look at.
struct twins {
    std::int32_t aXbcde = 0, aYbcde = 0, aZbcde = 0, aWbcde = 0, aVbcde = 0;
};
BOOST_DESCRIBE_STRUCT(twins, (), (aXbcde, aYbcde, aZbcde, aWbcde, aVbcde))
// So many that their names would be hashed if they had different digests.
struct many_twins : twins {
    std::int32_t aUbcde = 0, aTbcde = 0, aSbcde = 0, aRbcde = 0;
};
BOOST_DESCRIBE_STRUCT(many_twins, (twins), (aUbcde, aTbcde, aSbcde, aRbcde))

using value = so::compact_reader::value;
template <class T>
constexpr const auto& table = so::detail::member_tables<T, value>::whole;

}  // namespace

TEST_CASE("member_table: each member's name and place, and how it takes null") {
    outer object;
    const auto& whole = table<outer>;
    REQUIRE(whole.count == 8);
    using so::detail::null_meaning;
    struct expected {
        std::string_view name;
        void* place;
        null_meaning null;
    };
    const expected wanted[] = {
        {"inherited", &object.inherited, null_meaning::of_field}, {"plain", &object.plain, null_meaning::nothing},
        {"flag", &object.flag, null_meaning::of_field},           {"code", &object.code, null_meaning::of_field},
        {"object", &object.object, null_meaning::of_field},       {"other", &object.other, null_meaning::of_field},
        {"wide", &object.wide, null_meaning::of_field},           {"raw", &object.raw, null_meaning::own},
    };
    for (std::size_t n = 0; n < whole.count; ++n) {
        CAPTURE(wanted[n].name);
        CHECK(whole.rows[n].name() == wanted[n].name);
        CHECK(so::detail::member_at(&object, whole.places, n) == wanted[n].place);
        CHECK(whole.rows[n].null() == wanted[n].null);
    }
}

TEST_CASE("member_table: the hash finds every name of the struct, and no other") {
    const auto check = [](const auto& of) {
        for (std::size_t n = 0; n < of.count; ++n) {
            const std::string key = '"' + std::string{of.rows[n].name()} + '"';
            CHECK(of.find(so::json_text{key, false}) == n);
            const std::string longer = '"' + std::string{of.rows[n].name()} + "_\"";
            CHECK(of.find(so::json_text{longer, false}) == of.count);
            std::string other = key;
            other[2] = '-';
            CHECK(of.find(so::json_text{other, false}) == of.count);
        }
        for (const std::string_view none : {"\"\"", "\"x\"", "\"Unknown\""})
            CHECK(of.find(so::json_text{none, false}) == of.count);
        const std::string escaped = "\"\\u00" + std::to_string(of.rows[0].name()[0] / 16) + "1\"";
        CHECK(of.find(so::json_text{escaped, true}) == of.count);
    };
    check(table<alike>);
    check(table<twins>);
    check(table<many_twins>);
    check(table<so::BatchTaskInfo>);
    check(table<so::FieldProperty>);
    CHECK(table<so::BatchTaskInfo>.hashed != nullptr);
    CHECK(table<many_twins>.hashed == nullptr);  // looked through one after the other
    CHECK(table<inner>.hashed == nullptr);
}

TEST_CASE("member_table: a member is found behind some that the struct does not have") {
    CHECK(support::decoded_as<inner>(R"({"other":1,"text":"a"})") == R"({"text":"a"})");
    CHECK(support::decoded_as<inner>(R"({"other":1,"texts":"x","more":true,"text":"a"})") == R"({"text":"a"})");
    CHECK(support::decoded_as<twins>(R"({"other":1,"aVbcde":5,"more":null,"aXbcde":1})") ==
          R"({"aXbcde":1,"aYbcde":0,"aZbcde":0,"aWbcde":0,"aVbcde":5})");
}

TEST_CASE("member_table: each value is written to its own member") {
    CHECK(
        support::decoded_as<outer>(
            R"({"raw":[1],"wide":-7,"other":"abc","object":{"text":"t"},"code":"Green","flag":true,"plain":3,"inherited":1})") ==
        R"({"inherited":1,"plain":3,"flag":true,"code":"Green","object":{"text":"t"},"other":"abc","wide":-7,"raw":[1]})");
    CHECK(support::decoded_as<twins>(R"({"aVbcde":5,"aWbcde":4,"aXbcde":1,"aYbcde":2,"aZbcde":3})") ==
          R"({"aXbcde":1,"aYbcde":2,"aZbcde":3,"aWbcde":4,"aVbcde":5})");
    CHECK(support::decoded_as<alike>(R"({"xbXde":6,"\u0061bWde":5,"abZff":4})") ==
          R"({"abXde":0,"abYde":0,"aaZde":0,"abZff":4,"abWde":5,"xbXde":6})");
}
