// Tests of superoffice/schema/string_map.hpp: maps in every form that a reply may have.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/json.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/string_map.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::errc;
using so::field;
using so::string_map;

namespace {

struct maps {
    field<string_map> ParameterObject;
    field<so::field_property_map> FieldProperties;
};
BOOST_DESCRIBE_STRUCT(maps, (), (ParameterObject, FieldProperties))

struct export_parameters {
    field<std::string_view> format;
    so::json_text includePersons;
    std::int32_t limit = 100;
};
BOOST_DESCRIBE_STRUCT(export_parameters, (), (format, includePersons, limit))

/// Decodes {"ParameterObject":TEXT,"FieldProperties":TEXT} with every reader, and calls f(maps).
template <class F>
void with_maps(std::string_view text, F f) {
    const std::string document =
        "{\"ParameterObject\":" + std::string{text} + ",\"FieldProperties\":" + std::string{text} + " }";
    support::decode_each<maps>(document, [&](const so::result<maps>& answer) {
        REQUIRE(answer.has_value());
        f(*answer);
    });
}

std::string copied(so::json_text text) {
    std::string copy(text.unescaped_size(), '\0');
    CHECK(text.copy(copy).has_value());
    return copy;
}

std::string written(const string_map& map) {
    std::string all;
    for (const auto [key, value] : map) all += copied(key) + (value.is_null() ? "!" : "=") + copied(value) + ';';
    return all;
}

static_assert(std::input_iterator<string_map::iterator> &&
              std::sentinel_for<string_map::sentinel, string_map::iterator>);
static_assert(string_map{}.empty() && string_map{}.raw().empty() && !string_map{}.is_object());

}  // namespace

TEST_CASE("string_map: section 7, every form in which a map may come") {
    struct {
        std::string_view text;
        std::size_t size;
        std::string_view written;
    } const cases[] = {
        {"{}", 0, ""},
        {"{ \n }", 0, ""},
        {R"({"ParameterObject1":"format=xlsx","ParameterObject2":"includePersons=true"})", 2,
         "ParameterObject1=format=xlsx;ParameterObject2=includePersons=true;"},
        {R"({ "a" : null , "b" : "" })", 2, "a!;b=;"},
        {R"({"k\u0065y":"v\u0061l\"ue","":"\\"})", 2, "key=val\"ue;=\\;"},
        {R"({"a":"1","a":"2"})", 2, "a=1;a=2;"},
        {"{\"\xc3\xa5\":\"\xf0\x9f\x98\x80\"}", 1, "\xc3\xa5=\xf0\x9f\x98\x80;"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const std::string document = "{\"ParameterObject\":" + std::string{one.text} + '}';
        support::decode_each<maps>(document, [&](const so::result<maps>& answer) {
            REQUIRE(answer.has_value());
            const string_map& map = *answer->ParameterObject;
            CHECK(map.is_object());
            CHECK(map.raw() == one.text);
            for (int time = 0; time < 2; ++time) {  // reading changes nothing
                CHECK(map.size() == one.size);
                CHECK(map.empty() == (one.size == 0));
                CHECK(written(map) == one.written);
            }
        });
    }
}

TEST_CASE("string_map: null is no map") {
    with_maps("null", [](const maps& both) {
        CHECK(both.ParameterObject.is_null());
        CHECK(both.FieldProperties.is_null());
    });
}

TEST_CASE("string_map: anything but an object is kept as its text, and looks empty") {
    for (const std::string_view text : {"[1,\"a\"]", "\"{\\\"a\\\":1}\"", "12.5", "true", "[]"}) {
        CAPTURE(text);
        with_maps(text, [&](const maps& both) {
            CHECK_FALSE(both.ParameterObject->is_object());
            CHECK(both.ParameterObject->raw() == text);
            CHECK(both.ParameterObject->empty());
            CHECK(both.ParameterObject->size() == 0);
            CHECK(both.ParameterObject->find("a").is_absent());
            CHECK(both.ParameterObject->as<export_parameters>().error() == errc::wrong_kind);
            CHECK(both.FieldProperties->raw() == text);
            CHECK(both.FieldProperties->empty());
        });
    }
}

TEST_CASE("string_map: find takes the last entry of a key, reads escapes, and observes letter case") {
    const std::string_view text =
        R"({"a":"1","\u0061":"2","A":"3","n":null,"num":-1.5e3,"obj":{"a":"4"},"list":["a"]})";
    support::decode_each<maps>("{\"ParameterObject\":" + std::string{text} + '}', [](const so::result<maps>& answer) {
        const string_map& map = *answer->ParameterObject;
        CHECK(*map.find("a") == "2");
        CHECK(*map.find("A") == "3");
        CHECK(map.find("b").is_absent());
        CHECK(map.find("").is_absent());
        CHECK(map.find("n")->is_null());
        CHECK(map.find("num")->raw() == "-1.5e3");
        CHECK(*map.find("num") == "-1.5e3");
        CHECK_FALSE(map.find("num")->is_string());
        CHECK(map.find("obj")->raw() == R"({"a":"4"})");
        CHECK(map.find("list")->plain() == R"(["a"])");
    });
}

TEST_CASE("string_map: a huge one") {
    constexpr std::size_t count = 5'000;
    std::string text = "{\"ParameterObject\":{";
    for (std::size_t n = 0; n < count; ++n)
        text += "\"key" + std::to_string(n) + "\":\"value " + std::to_string(n) + "\",";
    text.back() = '}';
    text += '}';
    support::decode_each<maps>(text, [&](const so::result<maps>& answer) {
        REQUIRE(answer.has_value());
        CHECK(answer->ParameterObject->size() == count);
        CHECK(*answer->ParameterObject->find("key0") == "value 0");
        CHECK(*answer->ParameterObject->find("key4999") == "value 4999");
        CHECK(answer->ParameterObject->find("key5000").is_absent());
    });
}

TEST_CASE("string_map: as a described struct, in place or over a copy") {
    struct {
        std::string_view text;
        std::string_view in_place;  // the struct written again, or the error
        std::string_view copied;
    } const cases[] = {
        {"{}", R"({"includePersons":null,"limit":100})", ""},
        {R"({"format":"xlsx","includePersons":"true","limit":5,"other":[1]})",
         R"({"format":"xlsx","includePersons":"true","limit":5})", ""},
        {R"({"format":null,"includePersons":null,"limit":null})",
         R"({"format":null,"includePersons":null,"limit":100})", ""},
        {R"({"includePersons":"\u0074rue"})", R"({"includePersons":"\u0074rue","limit":100})", ""},
        {R"({"f\u006frmat":"xlsx","includePersons":1})", R"({"format":"xlsx","includePersons":1,"limit":100})", ""},
        {R"({"format":"xl\u0073x","includePersons":1})", "memory_too_small 41 format",
         R"({"format":"xlsx","includePersons":1,"limit":100})"},
        {R"({"limit":"5"})", "wrong_kind 9 limit", ""},
        {R"({"limit":5000000000})", "out_of_range 9 limit", ""},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        support::decode_each<maps>(
            "{\"ParameterObject\":" + std::string{one.text} + '}', [&](const so::result<maps>& answer) {
                REQUIRE(answer.has_value());
                const string_map& map = *answer->ParameterObject;
                for (int time = 0; time < 2; ++time) {
                    CHECK(support::outcome_of(map.as<export_parameters>()) == one.in_place);
                    std::array<char, 256> room{};
                    CHECK(support::outcome_of(map.as<export_parameters>(room)) ==
                          (one.copied.empty() ? one.in_place : one.copied));
                    CHECK(map.raw() == one.text);
                }
                const std::size_t needed = map.raw().size();
                std::array<char, 256> room{};
                CHECK(map.as<export_parameters>(std::span{room}.first(needed - 1)).error() ==
                      so::error{.stage = so::stage::decode,
                                .code = errc::memory_too_small,
                                .offset = static_cast<std::uint32_t>(needed)});
                room[needed] = '#';  // what stands behind the room that is given stays
                CHECK(support::outcome_of(map.as<export_parameters>(std::span{room}.first(needed))) ==
                      (one.copied.empty() ? one.in_place : one.copied));
                CHECK(room[needed] == '#');
            });
    }
    CHECK(string_map{}.as<export_parameters>().error() == errc::empty_document);
}

TEST_CASE("field_property_map: section 7, rights on fields") {
    const std::string_view text = R"({
        "fieldName": {"FieldRight": null, "FieldType": "System.Int32", "FieldLength": 300},
        "Name": {"FieldRight": {"Mask": "Update, UIHintMandatory", "Reason": "[SR_MANDATORY_FIELD_1281]"}, "FieldType": "ShortText"},
        "number": {"FieldRight": {"Mask": 1, "Reason": ""}, "FieldType": "", "FieldLength": 0},
        "esc\u0061ped": {"FieldType": "a\\b", "FieldRight": {"Mask": "\u0046ULL", "Reason": "\"why\""}},
        "nothing": null,
        "empty": {},
        "more": {"Unknown": [1, {"x": "}"}], "FieldLength": -1}
    })";
    support::decode_each<maps>("{\"FieldProperties\":" + std::string{text} + '}', [](const so::result<maps>& answer) {
        REQUIRE(answer.has_value());
        const so::field_property_map& map = *answer->FieldProperties;
        for (int time = 0; time < 2; ++time) {
            CHECK(map.size() == 7);
            const auto first = map.find("fieldName");
            CHECK(first->FieldRight.is_null());
            CHECK(*first->FieldType == "System.Int32");
            CHECK(first->FieldLength == 300);

            const auto name = map.find("Name");
            CHECK(name->FieldRight->Mask->has(so::EFieldRight::Update));
            CHECK(name->FieldRight->Mask->has(so::EFieldRight::UIHintMandatory));
            CHECK(name->FieldRight->Mask->bits() == 67);
            CHECK(*name->FieldRight->Reason == "[SR_MANDATORY_FIELD_1281]");
            CHECK(name->FieldLength.is_absent());

            const auto number = map.find("number");
            CHECK(*number->FieldRight->Mask == so::EFieldRight::Read);
            CHECK(*number->FieldRight->Reason == "");
            CHECK(*number->FieldType == "");

            // A mask's escapes cannot be read where nothing may be written: such a mask is unknown, never a right.
            const auto escaped = map.find("escaped");
            CHECK_FALSE(escaped->FieldRight->Mask->known());
            CHECK(escaped->FieldRight->Mask->bits() == 0);
            CHECK(escaped->FieldRight->Mask->text() == "\\u0046ULL");
            CHECK(*escaped->FieldRight->Reason == "\"why\"");
            CHECK(*escaped->FieldType == "a\\b");

            CHECK(map.find("nothing").is_null());
            CHECK(map.find("empty")->FieldLength.is_absent());
            CHECK(map.find("more")->FieldLength == -1);
            CHECK(map.find("Fieldname").is_absent());
        }
        std::string keys;
        for (const auto property : map) (keys += copied(property.key)) += ' ';
        CHECK(keys == "fieldName Name number escaped nothing empty more ");
    });
}

TEST_CASE("string_map: iterators walk, compare and can be kept") {
    const string_map map = string_map::of_checked(R"({"a":"1","b":"2"})");
    auto at = map.begin();
    const auto first = at++;
    CHECK((*first).key == "a");
    CHECK((*at).value == "2");
    CHECK(first != at);
    CHECK(first == map.begin());
    CHECK(++at == map.end());
    CHECK(map == string_map::of_checked(std::string{map.raw()}));
    CHECK(map != string_map{});
    CHECK(map.is_object());
    CHECK_FALSE(string_map{}.is_object());
}
