// Tests of superoffice/codec/codec.hpp: the values that each type of member takes, refuses and writes, with every reader.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/codec.hpp>
#include <superoffice/codec/json.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <type_traits>

namespace so = superoffice;
using so::field;
using support::decoded_as;

namespace {

enum class colour : std::int32_t { red = 1, green = 2, dark_green = -7 };
BOOST_DESCRIBE_ENUM(colour, red, green, dark_green)

enum class bits : std::uint32_t { none = 0, a = 1, b = 2, both = 3, top = 0x8000'0000 };
BOOST_DESCRIBE_ENUM(bits, none, a, b, both, top)

/// The integer type that no fixed width has a name for: long or long long, by platform.
using nameless = std::conditional_t<std::is_same_v<std::int64_t, long>, long long, long>;

/// A struct with one member, as every case below needs it.
template <class T>
struct holding;

#define HOLDING(...) \
    template <> \
    struct holding<__VA_ARGS__> { \
        __VA_ARGS__ v{}; \
    }; \
    BOOST_DESCRIBE_STRUCT(holding<__VA_ARGS__>, (), (v))

HOLDING(std::int8_t)
HOLDING(std::uint8_t)
HOLDING(std::int16_t)
HOLDING(std::uint16_t)
HOLDING(std::int32_t)
HOLDING(std::uint32_t)
HOLDING(std::int64_t)
HOLDING(std::uint64_t)
HOLDING(nameless)
HOLDING(bool)
HOLDING(std::string_view)
HOLDING(so::fixed_text<4>)
HOLDING(so::json_text)
HOLDING(colour)
HOLDING(so::coded<colour>)
HOLDING(so::flags<bits>)
HOLDING(so::date_time)
HOLDING(so::string_map)
HOLDING(so::field_property_map)
HOLDING(holding<std::int8_t>)
HOLDING(field<std::int32_t>)
HOLDING(field<bool>)
HOLDING(field<colour>)
HOLDING(field<holding<std::int8_t>>)
HOLDING(so::unlisted<std::int32_t>)
HOLDING(so::unlisted<so::fixed_text<4>>)

/// {"v":VALUE} as a holding<T>: the value written again, or the error with its offset in VALUE.
template <class T>
std::string read_as(std::string_view value) {
    const std::string outcome = decoded_as<holding<T>>("{\"v\":" + std::string{value} + '}');
    if (outcome.starts_with("{\"v\":")) return outcome.substr(5, outcome.size() - 6);
    const std::size_t digits = outcome.find(' ') + 1, end = outcome.find(' ', digits);
    std::size_t offset = 0;
    for (std::size_t n = digits; n < outcome.size() && n < end; ++n)
        offset = offset * 10 + static_cast<std::size_t>(outcome[n] - '0');
    CHECK(outcome.substr(end) == " v");
    return outcome.substr(0, digits) + std::to_string(offset - 5);
}

/// VALUE as the whole document; an error without the name of a member.
template <class T>
std::string read_alone(std::string_view value) {
    const std::string outcome = decoded_as<T>(value);
    return outcome.ends_with(" v") ? outcome.substr(0, outcome.size() - 2) : outcome;
}

struct value_case {
    std::string_view value;
    std::string_view outcome;
};

template <class T, std::size_t N>
void check_all(const value_case (&cases)[N]) {
    for (const value_case& one : cases) {
        CAPTURE(one.value);
        CHECK(read_as<T>(one.value) == one.outcome);
        CHECK(read_alone<T>(one.value) == (one.value == "null" ? "null_document 0" : one.outcome));
    }
}

template <class T>
void check_limits(std::string_view lowest, std::string_view below, std::string_view highest, std::string_view above) {
    const value_case cases[] = {
        {lowest, lowest},
        {below, "out_of_range 0"},
        {highest, highest},
        {above, "out_of_range 0"},
        {"0", "0"},
        {"-0", "0"},
        {"1.0", "out_of_range 0"},
        {"1e0", "out_of_range 0"},
        {"0.5", "out_of_range 0"},
        {"1E2", "out_of_range 0"},
        {"\"1\"", "wrong_kind 0"},
        {"true", "wrong_kind 0"},
        {"[]", "wrong_kind 0"},
        {"{}", "wrong_kind 0"},
        {"null", "0"},
        {"99999999999999999999999", "out_of_range 0"},
        {"-99999999999999999999999", "out_of_range 0"},
        {"01", "bad_number 1"},
    };
    check_all<T>(cases);
}

}  // namespace

TEST_CASE("codec: integers of every width at their limits; no fraction, no exponent, no other kind") {
    check_limits<std::int8_t>("-128", "-129", "127", "128");
    check_limits<std::uint8_t>("0", "-1", "255", "256");
    check_limits<std::int16_t>("-32768", "-32769", "32767", "32768");
    check_limits<std::uint16_t>("0", "-1", "65535", "65536");
    check_limits<std::int32_t>("-2147483648", "-2147483649", "2147483647", "2147483648");
    check_limits<std::uint32_t>("0", "-1", "4294967295", "4294967296");
    check_limits<std::int64_t>("-9223372036854775808", "-9223372036854775809", "9223372036854775807",
                               "9223372036854775808");
    check_limits<std::uint64_t>("0", "-1", "18446744073709551615", "18446744073709551616");
    if constexpr (sizeof(nameless) == 8)
        check_limits<nameless>("-9223372036854775808", "-9223372036854775809", "9223372036854775807",
                               "9223372036854775808");
    else
        check_limits<nameless>("-2147483648", "-2147483649", "2147483647", "2147483648");
}

TEST_CASE("codec: section 1.5, values of other samples are not range-checked away") {
    check_all<field<std::int32_t>>({{"816", "816"}, {"986", "986"}, {"-1", "-1"}, {"2147483648", "out_of_range 0"}});
}

TEST_CASE("codec: bool") {
    check_all<bool>({{"true", "true"},
                     {"false", "false"},
                     {"null", "false"},
                     {"1", "wrong_kind 0"},
                     {"\"true\"", "wrong_kind 0"},
                     {"truth", "bad_json 3"}});
    check_all<field<bool>>({{"true", "true"}, {"null", "null"}, {"0", "wrong_kind 0"}});
}

TEST_CASE("codec: text, viewed or owned") {
    check_all<std::string_view>({{"\"\"", "\"\""},
                                 {R"("a\u0062c")", "\"abc\""},
                                 {"null", "\"\""},
                                 {"1", "wrong_kind 0"},
                                 {"{}", "wrong_kind 0"},
                                 {R"("\ud83d")", "bad_string 1"}});
    check_all<so::fixed_text<4>>({{"\"abcd\"", "\"abcd\""},
                                  {"\"abcde\"", "text_too_long 0"},
                                  {R"("\u0061\u0062\u0063\u0064")", "\"abcd\""},
                                  {R"("\u00e5\u00e5\u0061")", "text_too_long 0"},
                                  {"null", "\"\""},
                                  {"1", "wrong_kind 0"}});
    check_all<so::unlisted<so::fixed_text<4>>>(
        {{"\"abcd\"", "\"abcd\""}, {"\"abcde\"", "text_too_long 0"}, {"null", "null"}});
}

TEST_CASE("codec: json_text takes any value unchanged") {
    check_all<so::json_text>({{R"("a\u0062")", R"("a\u0062")"},
                              {"1.50e+3", "1.50e+3"},
                              {"true", "true"},
                              {"null", "null"},
                              {R"({ "a" : [1, {"b":"\n"}] })", R"({ "a" : [1, {"b":"\n"}] })"},
                              {"[ ]", "[ ]"}});
}

TEST_CASE("codec: json_text knows whether it has escapes to be read: only a string has") {
    for (const auto& [document, escaped] : {std::pair{R"("a\nb")", true}, std::pair{R"("ab")", false},
                                            std::pair{R"(["a\nb"])", false}, std::pair{"1", false}}) {
        std::string text = document;
        CAPTURE(text);
        const auto value = so::decode<so::json_text>(so::compact_reader{}, {text.data(), text.size(), text.size()});
        REQUIRE(value.has_value());
        CHECK(value->is_escaped() == escaped);
    }
}

TEST_CASE("codec: a plain enum knows its texts and numbers, or fails") {
    check_all<colour>({{"\"red\"", "\"red\""},
                       {"\"GREEN\"", "\"green\""},
                       {R"("\u0072ed")", "\"red\""},
                       {"2", "\"green\""},
                       {"-7", "\"dark_green\""},
                       {"\"blue\"", "unknown_enumerator 0"},
                       {"\"\"", "unknown_enumerator 0"},
                       {"3", "unknown_enumerator 0"},
                       {"2147483648", "out_of_range 0"},
                       {"2.5", "out_of_range 0"},
                       {"true", "wrong_kind 0"},
                       {"[]", "wrong_kind 0"}});
    check_all<field<colour>>({{"\"red\"", "\"red\""}, {"null", "null"}, {"\"blue\"", "unknown_enumerator 0"}});
}

TEST_CASE("codec: coded takes unknown texts and numbers") {
    check_all<so::coded<colour>>({{"\"red\"", "\"red\""},
                                  {"\"RED\"", "\"RED\""},
                                  {"\"blue\"", "\"blue\""},
                                  {R"("bl\u0075e")", "\"blue\""},
                                  {"\"\"", "\"\""},
                                  {"2", "\"green\""},
                                  {"3", "3"},
                                  {"-3", "-3"},
                                  {"2147483648", "out_of_range 0"},
                                  {"1e1", "out_of_range 0"},
                                  {"false", "wrong_kind 0"}});
}

TEST_CASE("codec: section 6, flags take names and numbers") {
    check_all<so::flags<bits>>({{"\"a, b\"", "\"a, b\""},
                                {"\"A,B\"", "\"A,B\""},
                                {"\"a, z\"", "\"a, z\""},
                                {R"("a\u002c b")", "\"a, b\""},
                                {"\"\"", "\"\""},
                                {"3", "\"both\""},
                                {"0", "\"none\""},
                                {"2147483648", "\"top\""},
                                {"2147483649", "2147483649"},
                                {"64", "64"},
                                {"4294967296", "out_of_range 0"},
                                {"-1", "out_of_range 0"},
                                {"[]", "wrong_kind 0"}});
}

TEST_CASE("codec: section 8, dates") {
    check_all<so::date_time>({{"\"2019-12-19T10:44:12\"", "\"2019-12-19T10:44:12\""},
                              {"\"2002-08-07T12:52:00Z\"", "\"2002-08-07T12:52:00Z\""},
                              {"\"2002-03-31T18:00:00+02:00\"", "\"2002-03-31T18:00:00+02:00\""},
                              {"\"2018-12-24T07:34:45-0500\"", "\"2018-12-24T07:34:45-0500\""},
                              {"\"2021-06-05T14:28:21.47729+02:00\"", "\"2021-06-05T14:28:21.47729+02:00\""},
                              {"\"2021-06-05T14:28:21.0771703+02:00\"", "\"2021-06-05T14:28:21.0771703+02:00\""},
                              {"\"0001-01-01T00:00:00\"", "\"0001-01-01T00:00:00\""},
                              {R"("2019-12-19T10\u003a44:12")", "\"2019-12-19T10:44:12\""},
                              {"\"\"", "\"\""},
                              {"\"yesterday\"", "bad_date 0"},
                              {"\"2019-12-19\"", "bad_date 0"},
                              {"1576748652", "wrong_kind 0"},
                              {"null", "\"\""}});
}

TEST_CASE("codec: section 7, maps keep their text, object or not") {
    const value_case both[] = {
        {"{}", "{}"}, {R"({ "a" : {} })", R"({ "a" : {} })"}, {"null", "{}"}, {"[1]", "[1]"}, {"\"text\"", "\"text\""},
        {"5", "5"},
    };
    check_all<so::string_map>(both);
    check_all<so::field_property_map>(both);
    check_all<so::string_map>({
        {R"({"a":"x","b":5,"c":null})", R"({"a":"x","b":5,"c":null})"},
        {R"({"a":tru})", "bad_json 8"},
        {R"({"a":"\q"})", "bad_string 7"},
        {R"({"a":1,})", "bad_json 7"},
    });
    check_all<so::field_property_map>({
        {R"({"a":null,"b":{"FieldLength":1}})", R"({"a":null,"b":{"FieldLength":1}})"},
        {R"({"a":{"FieldRight":{"Mask":"\u0046ULL"}}})", R"({"a":{"FieldRight":{"Mask":"\u0046ULL"}}})"},
        {R"({"a":5})", "wrong_kind 5"},
        {R"({"a":tru})", "wrong_kind 5"},  // told by its first byte
        {R"({"a":nul})", "bad_json 8"},
        {R"({"a":{"x":"\q"}})", "bad_string 12"},
        {R"({"a":{},})", "bad_json 8"},
        {R"({"a":{"FieldLength":"x"}})", "wrong_kind 20"},
        {R"({"a":{"FieldLength":1e9}})", "out_of_range 20"},
    });
}

TEST_CASE("codec: structs in structs") {
    check_all<holding<std::int8_t>>({{"{\"v\":5}", "{\"v\":5}"},
                                     {"{}", "{\"v\":0}"},
                                     {"null", "{\"v\":0}"},
                                     {"{\"v\":300}", "out_of_range 5"},
                                     {"[]", "wrong_kind 0"},
                                     {"5", "wrong_kind 0"}});
    check_all<field<holding<std::int8_t>>>({{"{}", "{\"v\":0}"}, {"null", "null"}, {"{\"v\":{}}", "wrong_kind 5"}});
}

TEST_CASE("codec: unlisted is read like a field") {
    check_all<so::unlisted<std::int32_t>>({{"5", "5"}, {"null", "null"}, {"\"5\"", "wrong_kind 0"}});
    CHECK(decoded_as<holding<so::unlisted<std::int32_t>>>("{}") == "{}");
}

TEST_CASE("codec: a field whose value was refused holds none") {
    std::string document = "5";
    so::compact_reader reader;
    CHECK(reader.start({document.data(), 1, 1}) == so::errc::ok);
    auto value = reader.root();
    so::decode_state state;
    field<bool> flag = true;
    CHECK(so::codec<field<bool>>::decode(value, flag, state) == so::errc::wrong_kind);
    CHECK(flag.is_absent());
}
