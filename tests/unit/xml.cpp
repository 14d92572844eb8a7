// Tests of superoffice/xml.hpp: the JSON for each kind of XML, and the documents that are refused.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>
#include <superoffice/std_types.hpp>
#include <superoffice/transport/scripted_http.hpp>
#include <superoffice/xml.hpp>

#include <doctest/doctest.h>

#include "support/decoding.hpp"
#include "support/documented_reply.hpp"
#include "support/failing_malloc.hpp"
#include "support/freed_memory.hpp"
#include "support/guard_page.hpp"
#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace so = superoffice;
using namespace std::string_view_literals;
using so::BatchTaskInfo;
using so::errc;
using so::field;

static_assert(so::json_reader<so::xml_reader<so::compact_reader>>);
static_assert(std::same_as<decltype(so::xml_reader{}), so::xml_reader<so::compact_reader>>);
static_assert(std::same_as<decltype(so::xml_reader{std::size_t{1024}}), so::xml_reader<>>);
static_assert(so::detail::reads_xml<so::xml_reader<>>);
static_assert(!so::detail::reads_xml<so::default_reader>);
static_assert(so::detail::writes_xml<so::xml_reader<>, so::GetBatchTaskInfoRequest>);

namespace {

enum class colour : std::int32_t { red = 1, green = 2, blue = 4 };
BOOST_DESCRIBE_ENUM(colour, red, green, blue)

struct inner {
    field<std::int32_t> Deep;
    field<std::string_view> Text;
};
BOOST_DESCRIBE_STRUCT(inner, (), (Deep, Text))

/// A member of every type that there is.
struct every {
    field<std::int32_t> Int;
    field<std::uint64_t> Big;
    field<bool> Flag;
    field<std::string_view> Text;
    field<so::fixed_text<8>> Fixed;
    field<so::coded<colour>> Coded;
    field<colour> Enum;
    field<so::flags<colour>> Flags;
    field<so::date_time> Date;
    field<so::json_text> Any;
    field<inner> Inner;
    field<so::string_map> Map;
    field<so::field_property_map> Properties;
    so::unlisted<std::int32_t> Unlisted;
    std::int32_t Plain = 7;
    std::string Owned = "owned";
    std::optional<std::int32_t> Optional;
};
BOOST_DESCRIBE_STRUCT(every, (),
                      (Int, Big, Flag, Text, Fixed, Coded, Enum, Flags, Date, Any, Inner, Map, Properties, Unlisted,
                       Plain, Owned, Optional))

/// The service's own error members, and one of them as something else.
struct with_message {
    field<std::int32_t> Message;
    field<std::int32_t> Id;
};
BOOST_DESCRIBE_STRUCT(with_message, (), (Message, Id))

using small_reader = so::xml_reader<so::compact_reader>;

struct rewriting {
    errc code = errc::ok;
    std::size_t offset = 0;
    std::string json;  // or the error's name and offset
};

/// The XML as JSON for T, with plenty of room, or with as much as is told.
template <class T, class Reader = small_reader>
rewriting rewrite(std::string_view xml, std::size_t capacity = 0) {
    if (capacity == 0) capacity = xml.size() * 8 + 4096;
    std::vector<char> memory(capacity > xml.size() ? capacity : xml.size(), '#');
    for (std::size_t n = 0; n < xml.size(); ++n) memory[n] = xml[n];
    const so::result<so::json_document> json = Reader::template to_json<T>({memory.data(), xml.size(), capacity});
    CHECK(std::string_view{memory.data(), xml.size()} == xml);
    if (json) {
        CHECK(json->data == memory.data() + xml.size());
        CHECK(json->capacity == capacity - xml.size());
        CHECK(json->size + Reader::slack <= json->capacity);
        return {errc::ok, 0, {json->data, json->size}};
    }
    CHECK(json.error().stage == so::stage::decode);
    CHECK(json.error().member == 0);
    return {json.error().code, json.error().offset,
            std::string{so::name(json.error().code)} + ' ' + std::to_string(json.error().offset)};
}

template <class T>
std::string json_of(std::string_view xml) {
    return rewrite<T>(xml).json;
}

template <class T, class Reader>
std::string decoded_by(Reader reader, std::string_view xml) {
    std::vector<char> memory(xml.begin(), xml.end());
    memory.resize(xml.size() * 8 + 4096);
    const auto json = reader.template to_json<T>({memory.data(), xml.size(), memory.size()});
    return support::outcome_of(json ? so::decode<T>(reader, *json) : so::result<T>{json.error()});
}

/// What the XML is decoded to, written as JSON; or the error. The same with each base reader.
template <class T>
std::string decoded(std::string_view xml) {
    const std::string outcome = decoded_by<T>(so::xml_reader<so::compact_reader>{}, xml);
#if SUPEROFFICE_WITH_SIMDJSON
    CHECK(decoded_by<T>(so::xml_reader<so::simdjson_reader>{xml.size() * 8 + 4096}, xml) == outcome);
#endif
    return outcome;
}

std::string in_root(std::string_view xml) { return "<r>" + std::string{xml} + "</r>"; }

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

/// Numbers that look random and are the same in every run (xorshift32, Marsaglia 2003).
class seeded {
  public:
    explicit seeded(std::uint32_t seed) : state_(seed) {}
    std::size_t below(std::size_t end) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_ % end;
    }

  private:
    std::uint32_t state_;
};

struct member_case {
    std::string_view xml;      // within the root
    std::string_view json;     // that it becomes
    std::string_view outcome;  // of the decode: the struct written again, or the error
};

constexpr member_case members[] = {
    // numbers
    {"<Int>5</Int>", R"({"Int":5})", R"({"Int":5,"Plain":7,"Owned":"owned"})"},
    {"<Int> \n\t-12\r\n </Int>", R"({"Int":-12})", R"({"Int":-12,"Plain":7,"Owned":"owned"})"},
    {"<Int><!-- a -->1<!-- b -->2<?p q?>3</Int>", R"({"Int":123})", R"({"Int":123,"Plain":7,"Owned":"owned"})"},
    {"<Int><![CDATA[ 4]]>2</Int>", R"({"Int":42})", R"({"Int":42,"Plain":7,"Owned":"owned"})"},
    {"<Int>&#x34;&#50;</Int>", R"({"Int":42})", R"({"Int":42,"Plain":7,"Owned":"owned"})"},
    {"<Int/>", R"({"Int":null})", R"({"Int":null,"Plain":7,"Owned":"owned"})"},
    {"<Int> </Int>", R"({"Int":null})", R"({"Int":null,"Plain":7,"Owned":"owned"})"},
    {"<Int>x</Int>", R"({"Int":"x"})", "wrong_kind 7 Int"},
    {"<Int>1 2</Int>", R"({"Int":"1 2"})", "wrong_kind 7 Int"},
    {"<Int>+1</Int>", R"({"Int":"+1"})", "wrong_kind 7 Int"},
    {"<Int>01</Int>", R"({"Int":"01"})", "wrong_kind 7 Int"},
    {"<Int>-</Int>", R"({"Int":"-"})", "wrong_kind 7 Int"},
    {"<Int>1.5</Int>", R"({"Int":1.5})", "out_of_range 7 Int"},
    {"<Int>2147483648</Int>", R"({"Int":2147483648})", "out_of_range 7 Int"},
    {"<Int>true</Int>", R"({"Int":"true"})", "wrong_kind 7 Int"},
    {"<Int>null</Int>", R"({"Int":"null"})", "wrong_kind 7 Int"},
    {"<Int>{}</Int>", R"({"Int":"{}"})", "wrong_kind 7 Int"},
    {"<Int>\"</Int>", R"({"Int":"\""})", "wrong_kind 7 Int"},
    {"<Int>1,\"Plain\":2</Int>", R"({"Int":"1,\"Plain\":2"})", "wrong_kind 7 Int"},
    {"<Int><b/></Int>", R"({"Int":{}})", "wrong_kind 7 Int"},
    {"<Int>5<b>6</b></Int>", R"({"Int":{}})", "wrong_kind 7 Int"},
    {"<Big>18446744073709551615</Big>", R"({"Big":18446744073709551615})",
     R"({"Big":18446744073709551615,"Plain":7,"Owned":"owned"})"},
    {"<Big>1000000000000000000000000000000000000000000000000000000000000000</Big>",
     R"({"Big":1000000000000000000000000000000000000000000000000000000000000000})", "out_of_range 7 Big"},
    {"<Big>10000000000000000000000000000000000000000000000000000000000000000</Big>",
     R"({"Big":"10000000000000000000000000000000000000000000000000000000000000000"})", "wrong_kind 7 Big"},
    {"<Unlisted>3</Unlisted>", R"({"Unlisted":3})", R"({"Unlisted":3,"Plain":7,"Owned":"owned"})"},
    {"<Plain>3</Plain>", R"({"Plain":3})", R"({"Plain":3,"Owned":"owned"})"},
    {"<Plain/>", R"({"Plain":null})", R"({"Plain":7,"Owned":"owned"})"},
    {"<Optional>3</Optional>", R"({"Optional":3})", R"({"Plain":7,"Owned":"owned","Optional":3})"},
    // booleans
    {"<Flag>true</Flag>", R"({"Flag":true})", R"({"Flag":true,"Plain":7,"Owned":"owned"})"},
    {"<Flag> False\n</Flag>", R"({"Flag":false})", R"({"Flag":false,"Plain":7,"Owned":"owned"})"},
    {"<Flag>1</Flag>", R"({"Flag":true})", R"({"Flag":true,"Plain":7,"Owned":"owned"})"},
    {"<Flag>0</Flag>", R"({"Flag":false})", R"({"Flag":false,"Plain":7,"Owned":"owned"})"},
    {"<Flag></Flag>", R"({"Flag":null})", R"({"Flag":null,"Plain":7,"Owned":"owned"})"},
    {"<Flag>yes</Flag>", R"({"Flag":"yes"})", "wrong_kind 8 Flag"},
    {"<Flag>2</Flag>", R"({"Flag":"2"})", "wrong_kind 8 Flag"},
    // text
    {"<Text>a b</Text>", R"({"Text":"a b"})", R"({"Text":"a b","Plain":7,"Owned":"owned"})"},
    {"<Text>  a  </Text>", R"({"Text":"  a  "})", R"({"Text":"  a  ","Plain":7,"Owned":"owned"})"},
    {"<Text/>", R"({"Text":""})", R"({"Text":"","Plain":7,"Owned":"owned"})"},
    {"<Text> </Text>", R"({"Text":" "})", R"({"Text":" ","Plain":7,"Owned":"owned"})"},
    {"<Text>123</Text>", R"({"Text":"123"})", R"({"Text":"123","Plain":7,"Owned":"owned"})"},
    {"<Text>null</Text>", R"({"Text":"null"})", R"({"Text":"null","Plain":7,"Owned":"owned"})"},
    {"<Text>&lt;&gt;&amp;&quot;&apos;\\</Text>", R"({"Text":"<>&\"'\\"})",
     R"({"Text":"<>&\"'\\","Plain":7,"Owned":"owned"})"},
    {"<Text>a\nb\tc&#13;&#10;</Text>", R"({"Text":"a\nb\tc\r\n"})",
     R"({"Text":"a\u000ab\u0009c\u000d\u000a","Plain":7,"Owned":"owned"})"},
    {"<Text>a\r\nb\rc</Text>", R"({"Text":"a\nb\nc"})", R"({"Text":"a\u000ab\u000ac","Plain":7,"Owned":"owned"})"},
    {"<Text><![CDATA[<a>&lt;]] >]]></Text>", R"({"Text":"<a>&lt;]] >"})",
     R"({"Text":"<a>&lt;]] >","Plain":7,"Owned":"owned"})"},
    {"<Text>bl\xC3\xA5 &#xE5;&#8364;&#x1F600;</Text>", "{\"Text\":\"bl\xC3\xA5 \xC3\xA5\xE2\x82\xAC\xF0\x9F\x98\x80\"}",
     "{\"Text\":\"bl\xC3\xA5 \xC3\xA5\xE2\x82\xAC\xF0\x9F\x98\x80\",\"Plain\":7,\"Owned\":\"owned\"}"},
    {"<Text>a<b/>c</Text>", R"({"Text":{}})", "wrong_kind 8 Text"},
    {"<Fixed>12345678</Fixed>", R"({"Fixed":"12345678"})", R"({"Fixed":"12345678","Plain":7,"Owned":"owned"})"},
    {"<Fixed>123456789</Fixed>", R"({"Fixed":"123456789"})", "text_too_long 9 Fixed"},
    {"<Owned>mine</Owned>", R"({"Owned":"mine"})", R"({"Plain":7,"Owned":"mine"})"},
    // enumerations
    {"<Coded>green</Coded>", R"({"Coded":"green"})", R"({"Coded":"green","Plain":7,"Owned":"owned"})"},
    {"<Coded> Green </Coded>", R"({"Coded":"Green"})", R"({"Coded":"Green","Plain":7,"Owned":"owned"})"},
    {"<Coded>2</Coded>", R"({"Coded":2})", R"({"Coded":"green","Plain":7,"Owned":"owned"})"},
    {"<Coded>dark  red</Coded>", R"({"Coded":"dark red"})", R"({"Coded":"dark red","Plain":7,"Owned":"owned"})"},
    {"<Coded/>", R"({"Coded":null})", R"({"Coded":null,"Plain":7,"Owned":"owned"})"},
    {"<Enum>blue</Enum>", R"({"Enum":"blue"})", R"({"Enum":"blue","Plain":7,"Owned":"owned"})"},
    {"<Enum>grey</Enum>", R"({"Enum":"grey"})", "unknown_enumerator 8 Enum"},
    {"<Flags>red blue</Flags>", R"({"Flags":"red, blue"})", R"({"Flags":"red, blue","Plain":7,"Owned":"owned"})"},
    {"<Flags>red, blue</Flags>", R"({"Flags":"red, blue"})", R"({"Flags":"red, blue","Plain":7,"Owned":"owned"})"},
    {"<Flags>\n red\n ,,blue,</Flags>", R"({"Flags":"red, blue"})",
     R"({"Flags":"red, blue","Plain":7,"Owned":"owned"})"},
    {"<Flags>5</Flags>", R"({"Flags":5})", R"({"Flags":5,"Plain":7,"Owned":"owned"})"},
    {"<Flags/>", R"({"Flags":null})", R"({"Flags":null,"Plain":7,"Owned":"owned"})"},
    {"<Flags>5 6</Flags>", R"({"Flags":"5, 6"})", R"({"Flags":"5, 6","Plain":7,"Owned":"owned"})"},
    // dates
    {"<Date> 2024-11-27T09:15:00+01:00 </Date>", R"({"Date":"2024-11-27T09:15:00+01:00"})",
     R"({"Date":"2024-11-27T09:15:00+01:00","Plain":7,"Owned":"owned"})"},
    {"<Date/>", R"({"Date":null})", R"({"Date":null,"Plain":7,"Owned":"owned"})"},
    {"<Date>20241127</Date>", R"({"Date":"20241127"})", "bad_date 8 Date"},
    // any
    {"<Any> 1 </Any>", R"({"Any":" 1 "})", R"({"Any":" 1 ","Plain":7,"Owned":"owned"})"},
    {"<Any/>", R"({"Any":""})", R"({"Any":"","Plain":7,"Owned":"owned"})"},
    {"<Any>x<a>1</a> y <p:b><c/></p:b></Any>", R"({"Any":{"a":"1","b":{"c":""}}})",
     R"({"Any":{"a":"1","b":{"c":""}},"Plain":7,"Owned":"owned"})"},
    // structs
    {"<Inner><Deep>1</Deep><Text>t</Text></Inner>", R"({"Inner":{"Deep":1,"Text":"t"}})",
     R"({"Inner":{"Deep":1,"Text":"t"},"Plain":7,"Owned":"owned"})"},
    {"<Inner>\n <Other><Deep>9</Deep></Other> <Text>t</Text>\n</Inner>", R"({"Inner":{"Text":"t"}})",
     R"({"Inner":{"Text":"t"},"Plain":7,"Owned":"owned"})"},
    {"<Inner><Message>m</Message></Inner>", R"({"Inner":{}})", R"({"Inner":{},"Plain":7,"Owned":"owned"})"},
    {"<Inner/>", R"({"Inner":null})", R"({"Inner":null,"Plain":7,"Owned":"owned"})"},
    {"<Inner> </Inner>", R"({"Inner":null})", R"({"Inner":null,"Plain":7,"Owned":"owned"})"},
    {"<Inner>text</Inner>", R"({"Inner":"text"})", "wrong_kind 9 Inner"},
    {"<Inner><Deep>x</Deep></Inner>", R"({"Inner":{"Deep":"x"}})", "wrong_kind 17 Inner"},
    // null
    {"<Int xsi:nil='true'/>", R"({"Int":null})", R"({"Int":null,"Plain":7,"Owned":"owned"})"},
    {"<Text i:nil='1'/>", R"({"Text":null})", R"({"Text":null,"Plain":7,"Owned":"owned"})"},
    {"<Text nil=' true '>x</Text>", R"({"Text":null})", R"({"Text":null,"Plain":7,"Owned":"owned"})"},
    {"<Text xsi:nil='false'>x</Text>", R"({"Text":"x"})", R"({"Text":"x","Plain":7,"Owned":"owned"})"},
    {"<Text xmlns:nil='true'>x</Text>", R"({"Text":"x"})", R"({"Text":"x","Plain":7,"Owned":"owned"})"},
    {"<Inner xsi:nil='true'><Deep>1</Deep></Inner>", R"({"Inner":null})",
     R"({"Inner":null,"Plain":7,"Owned":"owned"})"},
    {"<Inner><Deep xsi:nil='true'/></Inner>", R"({"Inner":{"Deep":null}})",
     R"({"Inner":{"Deep":null},"Plain":7,"Owned":"owned"})"},
    {"<Map xsi:nil='true'/>", R"({"Map":null})", R"({"Map":null,"Plain":7,"Owned":"owned"})"},
    // which members
    {"", "{}", R"({"Plain":7,"Owned":"owned"})"},
    {"text only", R"("text only")", "wrong_kind 0"},
    {"a<Int>1</Int>b", R"({"Int":1})", R"({"Int":1,"Plain":7,"Owned":"owned"})"},
    {"<int>1</int><Ints/><In/>", "{}", R"({"Plain":7,"Owned":"owned"})"},
    {"<a:Int xmlns:a='urn:x'>1</a:Int>", R"({"Int":1})", R"({"Int":1,"Plain":7,"Owned":"owned"})"},
    {"<unbound:Int>1</unbound:Int>", R"({"Int":1})", R"({"Int":1,"Plain":7,"Owned":"owned"})"},
    {"<Int>1</Int><Text>t</Text><Int>2</Int>", R"({"Int":1,"Text":"t","Int":2})",
     R"({"Int":2,"Text":"t","Plain":7,"Owned":"owned"})"},
    {"<Unknown><Int>1</Int><Map><a/></Map></Unknown><Int>2</Int>", R"({"Int":2})",
     R"({"Int":2,"Plain":7,"Owned":"owned"})"},
    {"<Unknown xsi:nil='true'/>", "{}", R"({"Plain":7,"Owned":"owned"})"},
};

struct map_case {
    std::string_view xml;  // within the map
    std::string_view json;
};

constexpr map_case maps[] = {
    {"", "{}"},
    {" \n ", "{}"},
    // SOAP: documented for the sibling call
    {"<StringKeyValuePair><Key>k</Key><Value>v</Value></StringKeyValuePair>", R"({"k":"v"})"},
    {"<StringKeyValuePair><Key>k</Key><Value>v</Value></StringKeyValuePair>"
     "<StringKeyValuePair><Key>l</Key><Value>w</Value></StringKeyValuePair>",
     R"({"k":"v","l":"w"})"},
    {"\n <s:StringKeyValuePair>\n <s:Key>k</s:Key>\n <s:Value>v</s:Value>\n </s:StringKeyValuePair>\n", R"({"k":"v"})"},
    {"<P><Value>v</Value><Key>key</Key></P>", R"({"key":"v"})"},
    {"<P><Value>a long value</Value><Key>k</Key></P><P><Value/><Key>l</Key></P>", R"({"k":"a long value","l":""})"},
    {"<P><Value/><Key/></P>", R"({"":""})"},
    {"<P><Key>k</Key><Value xsi:nil='true'/></P>", R"({"k":null})"},
    {"<P><Value xsi:nil='true'/><Key>k</Key></P>", R"({"k":null})"},
    {"<P><Key>k</Key></P>", R"({"k":null})"},
    {"<P><Key>k</Key><Value/></P>", R"({"k":""})"},
    {"<P><Key> k &quot; </Key><Value> v\\ </Value></P>", R"({" k \" ":" v\\ "})"},
    {"<P><Key>1</Key><Value>2</Value></P>", R"({"1":"2"})"},
    {"<P>x<Key>k</Key>y<Value>v</Value>z</P>", R"({"k":"v"})"},
    {"<P><Key>k</Key><Other>o</Other><Value>v</Value></P>", R"({"k":"v"})"},
    {"<P><Key>k</Key><Key>l</Key><Value>v</Value><Value>w</Value></P>", R"({"k":"v"})"},
    {"<P><Key>k</Key><Value><string>v</string></Value></P>", R"({"k":{"string":"v"}})"},
    // without a key
    {"<a>1</a><P><Value>v</Value></P><b>2</b>", R"({"a":"1","b":"2"})"},
    {"<P><Key xsi:nil='true'/><Value>v</Value></P>", "{}"},
    {"<P><Value>v</Value><Key xsi:nil='true'/></P><b>2</b>", R"({"b":"2"})"},
    {"<P><Key><x/></Key><Value>v</Value></P>", "{}"},
    {"<P><Key xsi:nil='1'/><Key>k</Key><Value>v</Value></P>", R"({"k":"v"})"},
    {"<P><Value>v</Value><Key xsi:nil='1'/><Key>k</Key></P>", R"({"k":"v"})"},
    {"<StringKeyValuePair/>", "{}"},
    {"<StringKeyValuePair Key='k'/>", R"({"k":""})"},
    {"<a Key='KeyValuePair'/>", R"({"KeyValuePair":""})"},
    {"<StringKeyValuePair Key='k' xsi:nil='true'/>", R"({"k":null})"},
    {"<StringKeyValuePair xsi:nil='true'/>", "{}"},
    {"<StringKeyValuePair>x</StringKeyValuePair><a/>", R"({"a":""})"},
    // .NET's DataContract
    {"<d2p1:KeyValueOfstringstring><d2p1:Key>k</d2p1:Key><d2p1:Value>v</d2p1:Value></d2p1:KeyValueOfstringstring>",
     R"({"k":"v"})"},
    // an element for each
    {"<format>xlsx</format><persons>true</persons>", R"({"format":"xlsx","persons":"true"})"},
    {"<format/>", R"({"format":""})"},
    {"<KeyValueSeparator>=</KeyValueSeparator><MyKeyValue xsi:nil='true'/>",
     R"({"KeyValueSeparator":"=","MyKeyValue":null})"},
    {"<format xsi:nil='true'/>", R"({"format":null})"},
    {"<format>a</format><format>b</format>", R"({"format":"a","format":"b"})"},
    {"<x:format xmlns:x='urn:x'>a</x:format>", R"({"format":"a"})"},
    {"<format><x>1</x></format>", R"({"format":{"x":"1"}})"},
    {"<Key>k</Key><Value>v</Value>", R"({"Key":"k","Value":"v"})"},
    // attributes
    {"<item key='k'>v</item>", R"({"k":"v"})"},
    {"<item Key='k\"&lt;'>v</item>", R"({"k\"<":"v"})"},
    {"<item key='k' value='v'/>", R"({"k":"v"})"},
    {"<add key='k' value='v'>ignored<x/></add><b/>", R"({"k":"v","b":""})"},
    {"<item key='k' value='a&#10;b'/>", "{\"k\":\"a\\u000ab\"}"},
    {"<item key='k' xsi:nil='true' value='v'/>", R"({"k":null})"},
    {"<item key='k'/>", R"({"k":""})"},
    {"<item key='k'><value>v</value></item>", R"({"k":"v"})"},
    {"<item key='k'><value>v</value><key>l</key></item>", R"({"k":"v"})"},
    {"<item key=''>v</item>", R"({"":"v"})"},
    {"<KeyValue key='k'>v</KeyValue>", R"({"k":"v"})"},
    {"<item value='v'>w</item>", R"({"item":"w"})"},
    {"<item xmlns:key='urn:x'>w</item>", R"({"item":"w"})"},
    // all at once
    {"<a>1</a><P><Value>2</Value><Key>b</Key></P><item key='c'>3</item><item key='d' value='4'/>",
     R"({"a":"1","b":"2","c":"3","d":"4"})"},
};

constexpr map_case property_maps[] = {
    {"", "{}"},
    {"<FieldPropertyDictionaryKeyValuePair><Key>Name</Key><Value><FieldRight><Mask>Read Write</Mask><Reason/>"
     "</FieldRight><FieldType>System.String</FieldType><FieldLength>30</FieldLength></Value>"
     "</FieldPropertyDictionaryKeyValuePair>",
     R"({"Name":{"FieldRight":{"Mask":"Read, Write","Reason":""},"FieldType":"System.String","FieldLength":30}})"},
    {"<FieldPropertyDictionaryKeyValuePair><Value><FieldLength>30</FieldLength><FieldRight/></Value><Key>Name</Key>"
     "</FieldPropertyDictionaryKeyValuePair>",
     R"({"Name":{"FieldLength":30,"FieldRight":null}})"},
    {"<P><Key>Name</Key><Value/></P>", R"({"Name":null})"},
    {"<P><Key>Name</Key><Value xsi:nil='true'/></P>", R"({"Name":null})"},
    {"<Name><FieldLength>30</FieldLength><Other>x</Other></Name>", R"({"Name":{"FieldLength":30}})"},
    {"<Name/>", R"({"Name":null})"},
    {"<item key='Name'><FieldType>t</FieldType></item>", R"({"Name":{"FieldType":"t"}})"},
    {"<item key='Name'><Value><FieldType>t</FieldType></Value></item>", R"({"Name":{"FieldType":"t"}})"},
    {"<KeyValueOfstringFieldProperty><Key>a</Key><Value><FieldRight><Mask>3</Mask></FieldRight></Value>"
     "</KeyValueOfstringFieldProperty>",
     R"({"a":{"FieldRight":{"Mask":3}}})"},
};

constexpr std::string_view plain_sample =
    "<BatchTaskInfo><Id>547</Id><Name>ContactExport</Name><AssociateId>426</AssociateId><DetailsTable>202</"
    "DetailsTable>"
    "<DetailsRecord>91</DetailsRecord><IsSystemTask>false</IsSystemTask><IsInternalTask>false</IsInternalTask>"
    "<ParameterObject><ParameterObject1>format=xlsx</ParameterObject1>"
    "<ParameterObject2>includePersons=true</ParameterObject2></ParameterObject>"
    "<LastStarted>2024-11-27T09:15:00+01:00</LastStarted><Created>2024-11-27T09:00:00+01:00</Created>"
    "<StartCount>1</StartCount><DatabaseSerialNumber>459952</DatabaseSerialNumber><Context>User Export "
    "Request</Context>"
    "<Result>Success</Result><State>Succeeded</State>"
    "<Description>Export contact list to Excel with related person records</Description>"
    "<Response>Successfully exported 1,245 contacts</Response>"
    "<Request>Export all active contacts from North region</Request>"
    "<ProgressDescription>Export completed - file ready for download</ProgressDescription>"
    "<ProgressPercent>100</ProgressPercent><FileName>ContactExport_2024-11-27.xlsx</FileName>"
    "<CancellationBehaviour>CanCancel</CancellationBehaviour><TableRight/>"
    "<FieldProperties><fieldName><FieldRight/><FieldType>System.Int32</FieldType><FieldLength>300</FieldLength>"
    "</fieldName></FieldProperties></BatchTaskInfo>";

/// The sample as each server might spell it, all meaning the same.
std::vector<std::string> sample_spellings() {
    const std::string plain{plain_sample};
    const std::string soap_maps = replaced(
        replaced(
            plain,
            "<ParameterObject1>format=xlsx</ParameterObject1><ParameterObject2>includePersons=true"
            "</ParameterObject2>",
            "<StringKeyValuePair><Key>ParameterObject1</Key><Value>format=xlsx</Value></StringKeyValuePair>"
            "<StringKeyValuePair><Key>ParameterObject2</Key><Value>includePersons=true</Value></StringKeyValuePair>"),
        "<fieldName><FieldRight/><FieldType>System.Int32</FieldType><FieldLength>300</FieldLength></fieldName>",
        "<FieldPropertyDictionaryKeyValuePair><Key>fieldName</Key><Value><FieldRight i:nil=\"true\"/>"
        "<FieldType>System.Int32</FieldType><FieldLength>300</FieldLength></Value>"
        "</FieldPropertyDictionaryKeyValuePair>");
    const std::string values_first =
        replaced(soap_maps, "<Key>ParameterObject2</Key><Value>includePersons=true</Value>",
                 "<Value>includePersons=true</Value><Key>ParameterObject2</Key>");
    const std::string attributes = replaced(replaced(plain, "<ParameterObject1>format=xlsx</ParameterObject1>",
                                                     "<item key='ParameterObject1'>format=xlsx</item>"),
                                            "<ParameterObject2>includePersons=true</ParameterObject2>",
                                            "<item key='ParameterObject2' value='includePersons=true'/>");
    const std::string soap = replaced(
        soap_maps, "<BatchTaskInfo>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<BatchTaskInfo "
        "xmlns=\"http://www.superoffice.net/ws/crm/NetServer/Services88\" "
        "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">");
    // Every element prefixed.
    const std::string prefixed =
        replaced(replaced(replaced(replaced(soap_maps, "</", "\x01"), "<", "<a:"), "\x01", "</a:"), "<a:BatchTaskInfo>",
                 "<a:BatchTaskInfo xmlns:a='urn:a' xmlns:i='urn:i'>");
    const std::string pretty =
        "\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<!-- a task -->\n" +
        replaced(replaced(plain, "><", ">\n\t<"), "</BatchTaskInfo>", "\n</BatchTaskInfo>\n<!-- -->\n");
    const std::string decorated = replaced(
        replaced(replaced(plain, "ContactExport<", "<![CDATA[Contact]]>E&#120;port<!-- x --><"), "100", "\n 1<?p?>00 "),
        "Succeeded<", " Succeeded\n<");
    const std::string nil = replaced(plain, "<TableRight/>", "<TableRight xsi:nil=\"true\"></TableRight>");
    return {plain, soap_maps, values_first, attributes, soap, prefixed, pretty, decorated, nil};
}

struct refused {
    std::string_view xml;
    std::size_t offset;
    errc code = errc::bad_xml;
};

constexpr refused malformed[] = {
    {"", 0, errc::empty_document},
    {" \r\n\t", 4, errc::empty_document},
    {"\xEF\xBB\xBF", 3, errc::empty_document},
    {"\xEF\xBB\xBF \n", 5, errc::empty_document},
    {"x", 0},
    {"null", 0},
    {"{\"Id\":1}", 0},
    {"<", 0},
    {"<a", 0},
    {"<a>", 3},
    {"<a><b></a>", 8},
    {"<a></b>", 5},
    {"</a>", 1},
    {"<a/><b/>", 4},
    {"<a/>x", 4},
    {"<a/>&amp;", 4},
    {" <?xml version='1.0'?><a/>", 1},
    {"<?xml version='1.0'><a/>", 0},
    {"<a b='1' b='2'/>", 9},
    {"<a b=1/>", 5},
    {"<a b/>", 4},
    {"<a b='<'/>", 6},
    {"<a b='1'c='2'/>", 8},
    {"<a>&x;</a>", 3},
    {"<a>&nbsp;</a>", 3},
    {"<a>&</a>", 4},
    {"<a>&#0;</a>", 3},
    {"<a>&#x1F;</a>", 3},
    {"<a>&#xD800;</a>", 3},
    {"<a>&#xFFFE;</a>", 3},
    {"<a>&#x110000;</a>", 3},
    {"<a b='&x;'/>", 0},
    {"<a>]]></a>", 5},
    {"<a><![CDATA[</a>", 16},
    {"<a><!-- -- --></a>", 10},
    {"<a><?xml version='1.0'?></a>", 3},
    {"<a><</a>", 4},
    {"<1/>", 1},
    {"<a>\x01</a>", 3},
    {"<a>\x1F</a>", 3},
    {"<a>\x80</a>", 3},
    {"<a>\xC3</a>", 3},
    {"<a>\xC0\xAF</a>", 3},
    {"<a>\xED\xA0\x80</a>", 3},
    {"<a>\xF4\x90\x80\x80</a>", 3},
    {"<a>\xEF\xBF\xBF</a>", 3},
    {"<\xFF/>", 1},
    {"<a b='\xFF'/>", 6},
};

// Everything that has ever been used against a parser; DOCTYPE is refused where it stands or just behind.
constexpr std::string_view hostile[] = {
    "<!DOCTYPE a><a/>",
    "<!DOCTYPE a []><a/>",
    "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" "
    "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\"><a/>",
    "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
    "<!DOCTYPE a [<!ENTITY x \"y\">]><a><Text>&x;</Text></a>",
    "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a><Text>&x;</Text></a>",
    "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x.dtd\"> %p;]><a/>",
    "<!DOCTYPE a [<!ATTLIST a xmlns:nil CDATA 'true' nil CDATA 'true'>]><a/>",
    "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">"
    "<!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;\">"
    "<!ENTITY lol4 \"&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;\">"
    "<!ENTITY lol5 \"&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;\">]><a><Text>&lol5;</Text></a>",
    "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
    "<?xml version='1.0' encoding='us-ascii'?><a/>",
    "<?xml version='1.0' encoding='UTF-16'?><a/>",
    "<?xml version='1.0' encoding='utf-7'?><a/>",
    "\xFF\xFE<\0a\0/\0>\0"sv,
    "\xFE\xFF\0<\0a\0/\0>"sv,
    "<\0a\0/\0>\0"sv,
    "\0<\0a\0/\0>"sv,
    "\0\0\0<\0\0\0a\0\0\0/\0\0\0>"sv,
    "\x4C\xA7\x93\x94",  // EBCDIC
    "<\0"sv,
    "<a>\0</a>"sv,
};

}  // namespace

TEST_CASE("xml: each member becomes the JSON that its type expects") {
    for (const member_case& row : members) {
        CAPTURE(row.xml);
        const std::string xml = in_root(row.xml);
        CHECK(json_of<every>(xml) == row.json);
        CHECK(decoded<every>(xml) == row.outcome);
    }
}

TEST_CASE("xml: a map is read in every spelling") {
    for (const map_case& row : maps) {
        CAPTURE(row.xml);
        CHECK(json_of<every>("<r><Map>" + std::string{row.xml} + "</Map></r>") ==
              "{\"Map\":" + std::string{row.json} + "}");
        CHECK(decoded<every>("<r><Text>t</Text><Map>" + std::string{row.xml} + "</Map><Int>1</Int></r>") ==
              R"({"Int":1,"Text":"t","Map":)" + std::string{row.json} + R"(,"Plain":7,"Owned":"owned"})");
    }
    for (const map_case& row : property_maps) {
        CAPTURE(row.xml);
        CHECK(decoded<every>("<r><Properties>" + std::string{row.xml} + "</Properties></r>") ==
              R"({"Properties":)" + std::string{row.json} + R"(,"Plain":7,"Owned":"owned"})");
    }
    CHECK(decoded<every>("<r><Map>text</Map></r>") ==
          R"({"Map":"text","Plain":7,"Owned":"owned"})");  // as JSON's "text"
    CHECK(decoded<every>("<r><Properties><Name>text</Name></Properties></r>") == "wrong_kind 22 Properties");
}

TEST_CASE("xml: section 11, the documented sample in each spelling is the struct that its JSON is") {
    const std::string expected = support::decoded_as<BatchTaskInfo>(documented_reply);
    CHECK(expected == documented_reply);
    for (const std::string& xml : sample_spellings()) {
        CAPTURE(xml);
        CHECK(decoded<BatchTaskInfo>(xml) == expected);
    }
    std::string crlf = replaced(std::string{plain_sample}, "><", ">\r\n<");
    CHECK(decoded<BatchTaskInfo>(crlf) == expected);
}

TEST_CASE("xml: the shortened sample of the reference decodes, empty text included") {
    CHECK(json_of<inner>("<ContactEntity><Deep>123</Deep>...<Text></Text></ContactEntity>") ==
          R"({"Deep":123,"Text":""})");
}

TEST_CASE("xml: a document that is null, or has nothing in it") {
    for (const std::string_view xml : {"<BatchTaskInfo xsi:nil='true'/>"sv, "<a i:nil='1'></a>"sv,
                                       "<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'> </a>"sv,
                                       "<a nil='true'><Id>1</Id></a>"sv}) {
        CAPTURE(xml);
        CHECK(json_of<BatchTaskInfo>(xml) == "null");
        CHECK(decoded<BatchTaskInfo>(xml) == "null_document 0");
    }
    CHECK(decoded<BatchTaskInfo>("<BatchTaskInfo/>") == "{}");
    CHECK(decoded<BatchTaskInfo>("<BatchTaskInfo xsi:nil='false'/>") == "{}");
}

TEST_CASE("xml: a reply that is no struct has a root of its own kind") {
    CHECK(json_of<bool>("<boolean xmlns='http://schemas.microsoft.com/2003/10/Serialization/'>true</boolean>") ==
          "true");
    CHECK(json_of<std::int32_t>("<int> 12 </int>") == "12");
    CHECK(json_of<std::string_view>("<string>a\"b</string>") == R"("a\"b")");
    CHECK(json_of<bool>("<boolean/>") == "null");
    CHECK(json_of<bool>("<boolean i:nil='true'/>") == "null");
    CHECK(json_of<bool>("<Error><Message>m</Message><Id>1</Id></Error>") == R"({"Message":"m"})");
}

TEST_CASE("xml: section 4, the members of an error object pass at the root, whatever is asked for") {
    constexpr std::string_view a =
        "<Error><Message>The request is invalid.</Message><MessageDetail>d</MessageDetail></Error>";
    constexpr std::string_view c =
        "<x><Error>true</Error><ErrorType>SoNotFoundException</ErrorType><ErrorMessage>Contact id "
        "99999 not found</ErrorMessage><ErrorSource>s</ErrorSource><StackTrace>t</StackTrace></x>";
    CHECK(json_of<BatchTaskInfo>(a) == R"({"Message":"The request is invalid.","MessageDetail":"d"})");
    CHECK(json_of<so::detail::nothing>(a) == json_of<BatchTaskInfo>(a));
    CHECK(json_of<BatchTaskInfo>(c) == R"({"Error":true,"ErrorType":"SoNotFoundException","ErrorMessage":)"
                                       R"("Contact id 99999 not found","ErrorSource":"s"})");
    // T's own member of the same name goes first.
    CHECK(decoded<with_message>("<a><Message>5</Message><Id>6</Id></a>") == R"({"Message":5,"Id":6})");

    small_reader reader;
    std::string memory{c};
    memory.resize(4096);
    const auto json = reader.to_json<BatchTaskInfo>({memory.data(), c.size(), memory.size()});
    REQUIRE(json.has_value());
    BatchTaskInfo task;
    so::decode_state state;
    so::detail::fault_collector collector;
    CHECK(so::detail::decode_document(reader, *json, task, state, &collector.fault) == errc::ok);
    CHECK(collector.says_error());
    CHECK(collector.fault.ErrorType == "SoNotFoundException");
    CHECK(collector.fault.ErrorMessage == "Contact id 99999 not found");
}

TEST_CASE("xml: a document of 4 GB is too large, and nothing of it is read") {
    if constexpr (sizeof(std::size_t) > 4) {
        constexpr auto size = static_cast<std::size_t>(std::uint64_t{1} << 32);
        char none[1] = {};
        const auto answer = so::detail::xml_as_json({none, size, size}, so::detail::xml_shape_of<inner>, 0);
        CHECK(answer.error().code == errc::document_too_large);
        CHECK(answer.error().offset == UINT32_MAX);
    }
}

TEST_CASE("xml: where the heap is used up the document is too large, whichever of Expat's blocks is the one") {
    if (!support::failing_malloc::works) return;
    // Longer than the pieces that Expat gets, so that it takes memory in the middle of it, too.
    const std::string xml = "<a><Deep>5</Deep><Text>" + std::string(10'000, 'x') + "</Text></a>";
    int refused = 0;
    for (int number = 0; number < 1000; ++number) {
        CAPTURE(number);
        std::string memory = xml;
        memory.resize(4 * xml.size());
        const support::failing_malloc heap{number};
        const auto answer =
            so::detail::xml_as_json({memory.data(), xml.size(), memory.size()}, so::detail::xml_shape_of<inner>, 0);
        if (!heap.has_failed()) {
            CHECK(answer.has_value());
            break;
        }
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().code == errc::document_too_large);
        CHECK(answer.error().needed() == xml.size());
        ++refused;
    }
    CHECK(refused >= 5);
    CHECK(refused < 1000);
}

TEST_CASE("xml: text in front of the first element is none of the document") {
    std::array<char, 32> room{};
    so::detail::xml_to_json json{room, so::detail::xml_shape_of<inner>};
    json.text("text");
    CHECK(json.size() == 0);
}

TEST_CASE("xml: a document that is not well-formed is refused, with the byte at fault") {
    for (const refused& row : malformed) {
        CAPTURE(row.xml);
        const rewriting made = rewrite<every>(row.xml);
        CHECK(made.code == row.code);
        CHECK(made.offset == row.offset);
    }
}

TEST_CASE("xml: DOCTYPE, and with it every entity, and encodings other than UTF-8 are refused") {
    for (const std::string_view xml : hostile) {
        CAPTURE(xml);
        CHECK(rewrite<every>(xml).code == errc::bad_xml);
    }
    CHECK(rewrite<every>(std::string_view{"\xFF\xFE<\0a\0/\0>\0", 10}).offset == 0);
    // As text they are text.
    CHECK(json_of<every>("<a><!-- <!DOCTYPE a> --><Text><![CDATA[<!DOCTYPE a>]]></Text></a>") ==
          R"({"Text":"<!DOCTYPE a>"})");
    for (const std::string_view encoding : {"utf-8"sv, "UTF-8"sv, "Utf-8"sv}) {
        const std::string xml = "<?xml version='1.0' encoding='" + std::string{encoding} + "'?><a><Int>1</Int></a>";
        CHECK(json_of<every>(xml) == R"({"Int":1})");
    }
}

TEST_CASE("xml: as deep as JSON may be, and no deeper") {
    const auto nested = [](std::size_t depth, std::string_view root) {
        std::string xml{root};
        for (std::size_t n = 1; n < depth; ++n) xml += "<b>";
        xml += 'x';
        for (std::size_t n = 1; n < depth; ++n) xml += "</b>";
        return xml + "</a>";
    };
    CHECK(rewrite<every>(nested(so::json_max_depth, "<a>")).json == "{}");
    const rewriting deeper = rewrite<every>(nested(so::json_max_depth + 1, "<a>"));
    CHECK(deeper.code == errc::too_deep);
    CHECK(deeper.offset == 3 * so::json_max_depth);  // of the element that is too much
    CHECK(rewrite<every>(nested(100'000, "<a>")).code == errc::too_deep);

    // The deepest that is taken, wanted down to its last element, decodes.
    std::string any = "<a><Any>", end = "</Any></a>";
    for (std::size_t n = 2; n < so::json_max_depth; ++n) (any += "<b>"), end.insert(0, "</b>");
    CHECK(decoded<every>(any + end).substr(0, 12) == R"({"Any":{"b":)");
    CHECK(rewrite<every>(any + "<b/>" + end).code == errc::too_deep);
}

TEST_CASE("xml: markup is limited, text is not") {
    const std::string least(32 * 1024 - 64, 'x'), most(2 * 32 * 1024 + 16 * 1024, 'x');
    // Wherever the markup begins with regard to the pieces that Expat gets.
    for (const std::size_t before : {0u, 1u, 2000u, 4090u, 4096u, 50'000u}) {
        CAPTURE(before);
        const std::string text = "<a><Unknown>" + std::string(before, 'y') + "</Unknown>";
        CHECK(rewrite<every>(text + "<b c='" + least + "'/><Int>1</Int></a>").json == R"({"Int":1})");
        CHECK(rewrite<every>(text + "<!--" + least + "--><Int>1</Int></a>").json == R"({"Int":1})");
        CHECK(rewrite<every>(text + "<?p " + least + "?><Int>1</Int></a>").json == R"({"Int":1})");
        CHECK(rewrite<every>(text + "<b c='" + most + "'/><Int>1</Int></a>").code == errc::bad_xml);
        CHECK(rewrite<every>(text + "<!--" + most + "--><Int>1</Int></a>").code == errc::bad_xml);
        CHECK(rewrite<every>(text + "<" + most + "/><Int>1</Int></a>").code == errc::bad_xml);
        CHECK(rewrite<every>(text + "<b " + most).code == errc::bad_xml);
    }
    // The largest is the limit twice, and the two pieces of 4 KB in which it ends.
    const auto whole = [](std::size_t size) { return "<a b='" + std::string(size - 9, 'x') + "'/>"; };
    CHECK(rewrite<every>(whole(69'632 + 100)).code == errc::ok);
    CHECK(rewrite<every>(whole(73'728 + 1)).code == errc::bad_xml);
    CHECK(rewrite<every>("<a b='" + std::string(1'000'000, 'x') + "'/>").code == errc::bad_xml);
    CHECK(rewrite<every>("<!DOCTYPE " + std::string(1'000'000, 'x') + "><a/>").code == errc::bad_xml);

    const std::string long_text(300'000, 'z');
    for (const auto& [open, close] : {std::pair{"", ""}, std::pair{"<![CDATA[", "]]>"}})
        CHECK(json_of<every>("<a><Text>" + std::string{open} + long_text + close + "</Text></a>") ==
              "{\"Text\":\"" + long_text + "\"}");
    const std::string spaces(300'000, ' ');
    CHECK(json_of<every>(spaces + "<a>" + spaces + "<Int>" + spaces + "1</Int></a>" + spaces) == R"({"Int":1})");
}

TEST_CASE("xml: the outcome does not depend on the pieces that Expat gets") {
    const std::string expected = json_of<BatchTaskInfo>(plain_sample);
    for (std::size_t before = 4096 - plain_sample.size() - 20; before < 4096 + 20; ++before) {
        CAPTURE(before);
        const std::string xml = "<!--" + std::string(before, '.') + "-->" + std::string{plain_sample};
        CHECK(json_of<BatchTaskInfo>(xml) == expected);
    }
}

TEST_CASE("xml: Expat's memory is given back with the document") {
    const support::freed_memory freed{"any text"};
    CHECK(rewrite<every>("<a><Int>1</Int></a>").code == errc::ok);
    if (support::freed_memory::looks) CHECK(freed.blocks() > 10);
}

TEST_CASE("xml: a document cut at any byte is refused, and nothing is read behind it") {
    static support::guard_page page{64 * 1024};
    for (const std::string& xml : sample_spellings()) {
        const std::size_t whole = xml.rfind("</") + "</"sv.size() + "BatchTaskInfo>"sv.size();
        for (std::size_t size = 0; size < whole; ++size) {
            CAPTURE(size);
            const auto json =
                small_reader::to_json<BatchTaskInfo>({page.place(std::string_view{xml}.substr(0, size)), size, size});
            const errc code = json.error().code;
            CHECK((code == errc::bad_xml || code == errc::empty_document));
        }
        const auto json = small_reader::to_json<BatchTaskInfo>({page.place(xml), xml.size(), xml.size()});
        CHECK(json.error().code == errc::memory_too_small);
    }
}

TEST_CASE("xml: needed() is exact for memory that is too small") {
    const auto check = [](auto reader, std::string_view xml) {
        using type = decltype(reader);
        const rewriting made = rewrite<every, type>(xml);
        REQUIRE(made.code == errc::ok);
        const std::size_t needed = xml.size() + made.json.size() + type::slack;
        for (std::size_t capacity = xml.size(); capacity < needed; ++capacity) {
            CAPTURE(capacity);
            const rewriting small = rewrite<every, type>(xml, capacity);
            CHECK(small.code == errc::memory_too_small);
            CHECK(small.offset == needed);
        }
        CHECK(rewrite<every, type>(xml, needed).json == made.json);
        CHECK(rewrite<every, type>(xml, 1).offset == needed);  // a capacity that is a mistake
    };
    const auto check_each = [&](const std::string& xml) {
        CAPTURE(xml);
        check(small_reader{}, xml);
#if SUPEROFFICE_WITH_SIMDJSON
        check(so::xml_reader<so::simdjson_reader>{4096}, xml);
#endif
    };
    for (const member_case& row : members) check_each(in_root(row.xml));
    for (const map_case& row : maps) check_each("<r><Map>" + std::string{row.xml} + "</Map></r>");
    for (const map_case& row : property_maps)
        check_each("<r><Properties>" + std::string{row.xml} + "</Properties></r>");
}

TEST_CASE("xml: damaged documents are refused, or become well-formed JSON") {
    std::vector<std::string> seeds = sample_spellings();
    for (const map_case& row : maps)
        seeds.push_back("<r><ParameterObject>" + std::string{row.xml} + "</ParameterObject></r>");
    constexpr std::string_view pieces[] = {
        "<",      ">",       "/>",     "</",         "&lt;",     "\"",   "'",         "=",
        "<Key>",  "</Key>",  "<Key/>", "<Value>",    "</Value>", "x",    " nil='1'",  "\\",
        "<a>",    "</a>",    "<a/>",   " key='k'",   "\n",       "1",    "<![CDATA[", "]]>",
        "<Mask>", "</Mask>", ",",      "<Id>7</Id>", "\xC3\xA5", "\xC3", "-->",       "<!--"};
    seeded random{20241127};
    std::size_t taken = 0;
    constexpr int rounds = 20'000;
    for (int round = 0; round < rounds; ++round) {
        std::string xml = seeds[random.below(seeds.size())];
        for (std::size_t changes = 1 + random.below(2); changes > 0; --changes) {
            const std::size_t at = random.below(xml.size());
            if (random.below(3) == 0)
                xml.erase(at, 1 + random.below(12));
            else
                xml.insert(at, pieces[random.below(std::size(pieces))]);
            if (xml.empty()) break;
        }
        const rewriting made = rewrite<BatchTaskInfo>(xml);
        if (made.code != errc::ok) {
            const bool known = made.code == errc::bad_xml || made.code == errc::empty_document;
            if (!known) MESSAGE(xml << ": " << made.json);
            REQUIRE(known);
            continue;
        }
        ++taken;
        std::string json = made.json;
        so::compact_reader reader;
        REQUIRE(reader.start({json.data(), json.size(), json.size()}) == errc::ok);
        auto root = reader.root();
        const bool good = root.skip() == errc::ok && reader.finish() == errc::ok;
        if (!good) MESSAGE(xml << ": " << json);
        REQUIRE(good);
    }
    CHECK(taken > rounds / 20);  // or else the test would show nothing
    CHECK(taken < rounds);
}

TEST_CASE("xml: a struct's name is found in what each compiler writes of it") {
    struct row {
        std::string_view compiler, text, name;
    };
    constexpr row rows[] = {
        {"g++",
         "consteval std::string_view so::type_name() [with T = a::b; std::string_view = std::basic_string_view<char>]",
         "b"},
        {"g++, no namespace", "consteval std::string_view so::type_name() [with T = b; std::string_view = x]", "b"},
        {"clang", "std::string_view so::type_name() [T = a::b]", "b"},
        {"clang, in a function", "std::string_view so::type_name() [T = (anonymous namespace)::b]", "b"},
        {"cl",
         "class std::basic_string_view<char,struct std::char_traits<char> > __cdecl so::type_name<struct a::b>(void)",
         "b"},
        {"cl, no namespace",
         "class std::basic_string_view<char,struct std::char_traits<char> > __cdecl so::type_name<class b>(void)", "b"},
    };
    for (const row& one : rows) {
        CAPTURE(one.compiler);
        CHECK(superoffice::detail::type_name_in(one.text) == one.name);
    }
}

static_assert(!superoffice::detail::is_xml_writable<superoffice::json_text>());
static_assert(superoffice::detail::is_xml_writable<std::string_view>());
static_assert(superoffice::detail::is_identifier("aZ_09"));
static_assert(!superoffice::detail::is_identifier("") && !superoffice::detail::is_identifier("list<a>") &&
              !superoffice::detail::is_identifier("a{") && !superoffice::detail::is_identifier("a~"));

TEST_CASE("xml: a request is written with its struct's name and its members") {
    const auto written = [](const auto& request) {
        std::array<char, 1024> memory{};
        so::json_writer out{memory};
        so::xml_reader<so::compact_reader>::write_xml(out, request);
        REQUIRE(out.fits());
        return std::string{out.text()};
    };
    CHECK(written(so::GetBatchTaskInfoRequest{497}) ==
          "<GetBatchTaskInfoRequest><Id>497</Id></GetBatchTaskInfoRequest>");
    CHECK(written(so::GetBatchTaskInfoRequest{-1}) == "<GetBatchTaskInfoRequest><Id>-1</Id></GetBatchTaskInfoRequest>");
    CHECK(written(inner{}) == "<inner></inner>");
    CHECK(written(inner{nullptr, "a<b>&\"c'\r\n\t\x01"sv}) ==
          "<inner><Deep xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>"
          "<Text>a&lt;b&gt;&amp;&quot;c&apos;&#13;\n\t\xEF\xBF\xBD</Text></inner>");

    so::json_writer none{{}};
    so::xml_reader<>::write_xml(none, so::GetBatchTaskInfoRequest{497});
    CHECK(none.size() == "<GetBatchTaskInfoRequest><Id>497</Id></GetBatchTaskInfoRequest>"sv.size());
}

namespace {

struct writable {
    bool flag = true;
    std::string_view text = "t";
    so::fixed_text<4> fixed;
    colour plain = colour::green;
    field<so::coded<colour>> coded;
    so::coded<colour> number;
    field<so::flags<colour>> flags;
    so::flags<colour> bits;
    field<so::date_time> date;
    field<inner> nested;
    so::unlisted<std::uint64_t> unlisted;
    std::optional<std::int32_t> optional;
    std::optional<std::int32_t> without;
    std::string owned = "o&";
};
BOOST_DESCRIBE_STRUCT(writable, (),
                      (flag, text, fixed, plain, coded, number, flags, bits, date, nested, unlisted, optional, without,
                       owned))

struct unwritable {
    so::string_map map;
};
BOOST_DESCRIBE_STRUCT(unwritable, (), (map))
static_assert(!so::detail::writes_xml<so::xml_reader<>, unwritable>);

}  // namespace

TEST_CASE("xml: a written document is read back as the same value") {
    writable value;
    value.fixed.assign("<x>");
    value.coded = so::coded<colour>::from_text("Mauve");
    value.number = so::coded<colour>::from_number(77);
    value.flags = so::flags<colour>::from_text("red, blue");
    value.bits = so::flags<colour>::from_number(6);
    value.date = *so::date_time::from_text("2024-11-27T09:15:00Z");
    value.nested = inner{5, "deep"};
    value.unlisted = so::unlisted<std::uint64_t>{UINT64_MAX};
    value.optional = -3;
    std::array<char, 2048> memory{};
    so::json_writer out{memory};
    small_reader::write_xml(out, value);
    REQUIRE(out.fits());
    CHECK(out.text() ==
          "<writable><flag>true</flag><text>t</text><fixed>&lt;x&gt;</fixed><plain>green</plain>"
          "<coded>Mauve</coded><number>77</number><flags>red, blue</flags><bits>6</bits>"
          "<date>2024-11-27T09:15:00Z</date><nested><Deep>5</Deep><Text>deep</Text></nested>"
          "<unlisted>18446744073709551615</unlisted><optional>-3</optional><owned>o&amp;</owned></writable>");
    CHECK(decoded<writable>(out.text()) == support::encoded(value));

    // Values that say nothing are written, too; only what is absent is left out.
    writable least;
    least.flag = false;
    least.owned.clear();
    so::json_writer again{memory};
    small_reader::write_xml(again, least);
    CHECK(again.text() ==
          "<writable><flag>false</flag><text>t</text><fixed></fixed><plain>green</plain>"
          "<number></number><bits></bits><owned></owned></writable>");
}

namespace {

/// Takes whatever is sent, and gives one reply: a request's head is tested elsewhere.
struct any_link {
    static constexpr bool may_wait = false;
    std::string_view gives;
    std::string sent;

    so::io_result start(const so::peer&) noexcept { return so::io_result::ready(); }
    so::io_result receive(std::span<std::byte> into) noexcept {
        if (gives.empty()) return so::io_result::would_block(so::wait_for::readable);
        const std::size_t n = gives.size() < into.size() ? gives.size() : into.size();
        std::memcpy(into.data(), gives.data(), n);
        gives.remove_prefix(n);
        return so::io_result::ready(n);
    }
    so::io_result transmit(std::span<const std::byte> from) noexcept {
        sent.append(reinterpret_cast<const char*>(from.data()), from.size());
        return so::io_result::ready(from.size());
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return true; }
};
static_assert(so::byte_transport<any_link>);

}  // namespace

TEST_CASE("xml: an error in XML in place of a list is told, also where white space comes first") {
    const std::string request =
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfosByState",
                              .body = R"({"State":"Started"})"}
            .text();
    const std::string reply =
        support::reply_text("200 OK", "\r\n <x><Error>true</Error><ErrorMessage>no</ErrorMessage></x>", "", "text/xml");
    const so::script_step steps[] = {so::script::starts(), so::script::expects(request), so::script::gives(reply)};
    const auto code = replay::in_every_cut(steps, [](so::scripted& link) {
        std::array<std::byte, 2048> memory{};
        so::client api{link,   support::test_base,   so::bearer{support::test_token},
                       memory, so::client_options{}, small_reader{}};
        auto call = api.start_list<BatchTaskInfo>(so::get_batch_task_infos_by_state,
                                                  so::GetBatchTaskInfosByStateRequest{so::BatchTaskState::Started},
                                                  [](const BatchTaskInfo&) noexcept { return so::list_answer::more; });
        support::step_to_end(call);
        CHECK(api.last_reply().message == "no");
        return call.error().code;
    });
    CHECK(code == errc::service_fault);
}

TEST_CASE("xml: a client that has the reader sends and reads XML; one that has not says so") {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml; charset=utf-8\r\nContent-Length: ";
    const auto reply = [&](std::string_view body) {
        return head + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
    };
    so::client_options options;
    options.request_as = so::request_type::xml;
    options.reply_as = so::reply_type::xml;
    std::array<std::byte, 16 * 1024> memory{};

    const auto ask = [&](auto reader, std::string_view body, std::string& message) {
        const std::string whole = reply(body);
        any_link link{whole, {}};
        so::client api{link, "https://example.com/api", so::anonymous{}, memory, options, std::move(reader)};
        const auto task = api.get_batch_task_info(497, {}, so::steady_clock{});
        message = std::string{api.last_reply().message};
        if (!task && task.error().stage == so::stage::request) return task;
        CHECK(link.sent.find("Accept: application/xml") != link.sent.npos);
        CHECK(link.sent.find("Content-Type: application/xml") != link.sent.npos);
        CHECK(link.sent.ends_with("\r\n\r\n<GetBatchTaskInfoRequest><Id>497</Id></GetBatchTaskInfoRequest>"));
        if (task) CHECK(support::encoded(*task) == documented_reply);
        return task;
    };
    const auto ask_each = [&](auto reader) {
        std::string message;
        CHECK(ask(reader(), plain_sample, message).has_value());
        CHECK(ask(reader(), "<a xsi:nil='true'/>", message).error() == errc::no_such_task);
        CHECK(ask(reader(), "<Error><Message>no</Message></Error>", message).error() == errc::service_fault);
        CHECK(message == "no");
        CHECK(ask(reader(), "<html><p>proxy</html>", message).error() == errc::not_json);
        CHECK(ask(reader(), "<?xml version='1.0'?><x:HTML xmlns:x='a'><body>x</body></x:HTML>", message).error() ==
              errc::not_json);
        CHECK(ask(reader(), "<a><Id>x</Id></a>", message).error() == errc::wrong_kind);
    };
    ask_each([] { return so::xml_reader{}; });
#if SUPEROFFICE_WITH_SIMDJSON
    ask_each([] { return so::xml_reader{16 * 1024}; });
#endif
    // Text of a proxy, which says what it is.
    any_link page{"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nno ", {}};
    so::client of_page{page, "https://example.com/api", so::anonymous{}, memory, options, so::xml_reader{}};
    CHECK(of_page.get_batch_task_info(497, {}, so::steady_clock{}).error() == errc::not_json);

    std::string message;
    const auto without = ask(so::compact_reader{}, plain_sample, message);
    CHECK(without.error().stage == so::stage::request);
    CHECK(without.error() == errc::unsupported_content_type);
}

TEST_CASE("xml: a value by itself is not asked for as XML, which is said before anything is done") {
    const auto answer_in = [](so::reply_type as, std::span<const so::script_step> steps) {
        so::scripted link{steps};
        std::array<std::byte, 2048> memory{};
        so::client api{link,
                       support::test_base,
                       so::bearer{support::test_token},
                       memory,
                       so::client_options{.reply_as = as},
                       so::xml_reader<so::compact_reader>{}};
        auto call = api.start(so::stop_batch_job, {497});
        support::step_to_end(call);
        CHECK(link.finished());
        return call.result();
    };
    for (const so::reply_type as : {so::reply_type::xml, so::reply_type::text_xml})
        CHECK(answer_in(as, {}).error() ==
              so::error{.stage = so::stage::request, .code = so::errc::unsupported_content_type});
    const std::string request =
        support::request_text{.target = "/Cust12345/api/v1/Agents/Batch/StopBatchJob", .body = R"({"Id":497})"}.text();
    const std::string reply = support::reply_text("200 OK", "true");
    const so::script_step steps[] = {so::script::starts(), so::script::expects(request), so::script::gives(reply)};
    CHECK(answer_in(so::reply_type::json, steps).value_or(false));
}

TEST_CASE("xml: needed() is exact, also with a moved tenant's address in the memory") {
    const auto reply = [](std::string_view status, std::string_view type, std::string_view body) {
        return "HTTP/1.1 " + std::string{status} + "\r\nContent-Type: " + std::string{type} +
               "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               std::string{body};
    };
    // As JSON twice as long as it came: each character is escaped.
    const std::string large = "<B><Name>" + std::string(1500, '"') + "</Name></B>";
    const std::string task = reply("200 OK", "application/xml", large);
    const std::string moved = reply("421 Misdirected Request", "text/plain", "");
    const std::string state = reply("200 OK", "application/json",
                                    R"({"IsRunning":true,"Api":"https://online7.superoffice.com/Cust12345/api"})");

    /// Another reply on each connection.
    struct many_replies : any_link {
        std::span<const std::string_view> rest;
        so::io_result start(const so::peer&) noexcept {
            gives = rest.front();
            rest = rest.subspan(1);
            return so::io_result::ready();
        }
    };
    const auto with = [&](std::size_t size, std::span<const std::string_view> replies) {
        many_replies link;
        link.rest = replies;
        std::vector<std::byte> memory(size);
        so::client api{
            link,
            "https://online3.superoffice.com/Cust12345/api",
            so::anonymous{},
            memory,
            so::client_options{.reply_as = so::reply_type::xml, .tenant_directory = "https://online.superoffice.com"},
            so::xml_reader<so::compact_reader>{}};
        return api.get_batch_task_info(497, {}, so::steady_clock{}).error();
    };
    const std::string_view stays[] = {task}, goes[] = {moved, state, task};
    for (const std::span<const std::string_view> replies :
         {std::span<const std::string_view>{stays}, std::span<const std::string_view>{goes}}) {
        const so::error small = with(2200, replies);
        CHECK(small.code == errc::memory_too_small);
        CHECK(with(small.needed(), replies).code == errc::ok);
        CHECK(with(small.needed() - 1, replies) == small);
    }
}

TEST_CASE("xml: needed() is exact over an HTTP stack too, where kept headers take memory") {
    namespace script = so::http_script;
    const std::string large = "<B><Name>" + std::string(1500, '"') + "</Name></B>";
    const auto with = [&](std::size_t size) {
        const so::http_script_step steps[] = {
            script::asks(),
            script::replies(200, "Content-Type: application/xml\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
            script::gives(large), script::ends()};
        so::scripted_http stack{steps};
        std::vector<std::byte> memory(size);
        so::client api{
            stack,  "https://online3.superoffice.com/Cust12345/api",     so::anonymous{},
            memory, so::client_options{.reply_as = so::reply_type::xml}, so::xml_reader<so::compact_reader>{}};
        return api.get_batch_task_info(497, {}, so::steady_clock{}).error();
    };
    const so::error small = with(2200);
    CHECK(small.code == errc::memory_too_small);
    CHECK(with(small.needed()).code == errc::ok);
    CHECK(with(small.needed() - 1) == small);
}
