// Tests of superoffice/codec/json.hpp: whole documents. The values of each type are tested in codec.cpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/json.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <doctest/doctest.h>

#include "support/counting_heap.hpp"
#include "support/decoding.hpp"
#include "support/documented_reply.hpp"
#include "support/json_cases.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
using namespace std::string_view_literals;
using so::BatchTaskInfo;
using so::errc;
using so::field;
using support::decoded_as;
using support::encoded;

namespace {

struct inner {
    field<std::int32_t> Deep;
    field<std::string_view> Text;
};
BOOST_DESCRIBE_STRUCT(inner, (), (Deep, Text))

struct small {
    field<std::int32_t> Id;
    field<std::string_view> Name;
    field<inner> Inner;
};
BOOST_DESCRIBE_STRUCT(small, (), (Id, Name, Inner))

/// Members that are not fields keep what they were initialised with.
struct initialised {
    std::int32_t number = 7;
    bool flag = true;
    std::string_view text = "as it was";
    so::BatchTaskState state = so::BatchTaskState::Aquired;
    so::fixed_text<8> fixed;
    inner nested{.Deep = 5, .Text = {}};
};
BOOST_DESCRIBE_STRUCT(initialised, (), (number, flag, text, state, fixed, nested))

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

}  // namespace

TEST_CASE("decode: section 1.5, the documented sample gives exactly its 24 values") {
    int readers = 0;
    support::decode_each<BatchTaskInfo>(support::sample_task, [&](const so::result<BatchTaskInfo>& answer) {
        ++readers;
        REQUIRE(answer.has_value());
        const BatchTaskInfo& task = *answer;
        CHECK(task.Id == 547);
        CHECK(task.Name == "ContactExport");
        CHECK(task.AssociateId == 426);
        CHECK(task.DetailsTable == 202);
        CHECK(task.DetailsRecord == 91);
        CHECK(task.IsSystemTask == false);
        CHECK(task.IsInternalTask == false);
        REQUIRE(task.ParameterObject.has_value());
        CHECK(task.ParameterObject->size() == 2);
        CHECK(*task.ParameterObject->find("ParameterObject1") == "format=xlsx");
        CHECK(*task.ParameterObject->find("ParameterObject2") == "includePersons=true");
        REQUIRE(task.LastStarted.has_value());
        CHECK(task.LastStarted->text() == "2024-11-27T09:15:00+01:00");
        CHECK(*task.LastStarted->utc() == so::unix_time{1'732'695'300, 0});
        REQUIRE(task.Created.has_value());
        CHECK(task.Created->text() == "2024-11-27T09:00:00+01:00");
        CHECK(task.Created->offset() == 60);
        CHECK(task.StartCount == 1);
        CHECK(task.DatabaseSerialNumber == "459952");
        CHECK(task.Context == "User Export Request");
        CHECK(task.Result == "Success");
        CHECK(task.State == so::BatchTaskState::Succeeded);
        CHECK(task.State->text() == "Succeeded");
        CHECK(task.Description == "Export contact list to Excel with related person records");
        CHECK(task.Response == "Successfully exported 1,245 contacts");
        CHECK(task.Request == "Export all active contacts from North region");
        CHECK(task.ProgressDescription == "Export completed - file ready for download");
        CHECK(task.ProgressPercent == 100);
        CHECK(task.FileName == "ContactExport_2024-11-27.xlsx");
        CHECK(task.CancellationBehaviour == so::BatchTaskCancellationBehaviour::CanCancel);
        CHECK(task.TableRight.is_null());
        REQUIRE(task.FieldProperties.has_value());
        CHECK(task.FieldProperties->size() == 1);
        const field<so::FieldProperty> property = task.FieldProperties->find("fieldName");
        REQUIRE(property.has_value());
        CHECK(property->FieldRight.is_null());
        CHECK(*property->FieldType == "System.Int32");
        CHECK(property->FieldLength == 300);
    });
    CHECK(readers == 1 + SUPEROFFICE_WITH_SIMDJSON);
}

TEST_CASE("decode and encode: section 1.5, there and back, with every reader") {
    CHECK(decoded_as<BatchTaskInfo>(documented_reply) == documented_reply);
}

TEST_CASE("decode: section 5, members may come in any order") {
    std::vector<std::string_view> members;
    std::string_view rest = documented_reply.substr(1, documented_reply.size() - 2);
    for (std::size_t n = 0, depth = 0; n <= rest.size(); ++n) {
        if (n == rest.size() || (rest[n] == ',' && depth == 0 && rest[n + 1] == '"')) {
            members.push_back(rest.substr(0, n));
            if (n == rest.size()) break;
            rest.remove_prefix(n + 1);
            n = 0;
        }
        depth += rest[n] == '{';
        depth -= rest[n] == '}';
    }
    REQUIRE(members.size() == 24);
    seeded random{20241127};
    for (int round = 0; round < 50; ++round) {
        for (std::size_t n = members.size(); n > 1; --n) std::swap(members[n - 1], members[random.below(n)]);
        std::string shuffled = "{";
        for (const std::string_view member : members) (shuffled += member) += ',';
        shuffled.back() = '}';
        const std::string outcome = decoded_as<BatchTaskInfo>(shuffled);
        CHECK(outcome == documented_reply);
        if (outcome != documented_reply) break;
    }
}

TEST_CASE("decode: each type of member gets its value") {
    struct {
        std::string_view document;
        std::string_view outcome;
    } const cases[] = {
        // missing, null
        {"{}", "{}"},
        {" \t\r\n{ } \n", "{}"},
        {R"({"Id":null,"Name":null,"Inner":null})", R"({"Id":null,"Name":null,"Inner":null})"},
        {R"({"Inner":{}})", R"({"Inner":{}})"},
        {R"({"Inner":{"Deep":null}})", R"({"Inner":{"Deep":null}})"},
        // order
        {R"({"Name":"n","Inner":{"Text":"t","Deep":1},"Id":2})",
         R"({"Id":2,"Name":"n","Inner":{"Deep":1,"Text":"t"}})"},
        // duplicates: the last one
        {R"({"Id":1,"Id":2})", R"({"Id":2})"},
        {R"({"Id":1,"Id":null})", R"({"Id":null})"},
        {R"({"Id":null,"Id":1})", R"({"Id":1})"},
        {R"({"Inner":{"Deep":1},"Inner":{"Text":"x"}})", R"({"Inner":{"Text":"x"}})"},
        {R"({"Inner":{"Deep":1,"Deep":2},"Id":3,"Inner":{"Deep":4,"Deep":5}})", R"({"Id":3,"Inner":{"Deep":5}})"},
        {R"({"Inner":{"Deep":1},"Inner":null})", R"({"Inner":null})"},
        // unknown ones are skipped, letter case observed, nested ones of known names among them
        {R"({"id":1,"ID":2,"Id ":3,"":4,"Other":{"Id":5,"Inner":[{"Id":6}]},"Id":7})", R"({"Id":7})"},
        {R"({"Other":[[[[1,2,"3",null,true]]]],"Inner":{"Id":8}})", R"({"Inner":{}})"},
        {R"({"id":1,"Other":"a document of nothing that is known"})", "{}"},
        // escaped names
        {R"({"\u0049d":1,"N\u0061me":"x","\u0049nner":{"\u0044eep":2}})", R"({"Id":1,"Name":"x","Inner":{"Deep":2}})"},
        {R"({"\u0049\u0064":1,"\u0069d":2})", R"({"Id":1})"},
        {R"({"\/Id":1})", "{}"},
        // numbers short and long, and white space in every place
        {R"({"Id":0})", R"({"Id":0})"},
        {R"({"Id":-0})", R"({"Id":0})"},
        {R"({"Id":-7,"Name":"n"})", R"({"Id":-7,"Name":"n"})"},
        {R"({"Id":999999999})", R"({"Id":999999999})"},
        {R"({"Id":1000000000})", R"({"Id":1000000000})"},
        {R"({"Id":-999999999})", R"({"Id":-999999999})"},
        {R"({"Id":2147483647})", R"({"Id":2147483647})"},
        {R"({"Id":-2147483648})", R"({"Id":-2147483648})"},
        {"{ \"Id\"\t:\n12 ,\r\"Name\" : \"x\" }", R"({"Id":12,"Name":"x"})"},
        {"{\"Other\" : 12 , \"Id\":null\n, \"Name\" :null }", R"({"Id":null,"Name":null})"},
        {R"({"Other":[true,false,null,-1,0,1.5e-3,""],"Id":1})", R"({"Id":1})"},
        // names that begin or end like ours, and longer ones than any of ours
        {R"({"I":1,"Idd":2,"d":3,"Nam":"x","Name_of_something_much_longer":"y","Inne":{},"Id":4})", R"({"Id":4})"},
        // text
        {R"({"Name":""})", R"({"Name":""})"},
        {R"({"Name":"\u0041\t\"\\\/\ud83d\ude00"})", "{\"Name\":\"A\\u0009\\\"\\\\/\xf0\x9f\x98\x80\"}"},
        {R"({"Name":"\u0000"})", R"({"Name":"\u0000"})"},
        {"{\"Name\":\"\xc3\xa5\"}", "{\"Name\":\"\xc3\xa5\"}"},
        {R"({"Name":"\n","Inner":{"Text":"\t"}})", R"({"Name":"\u000a","Inner":{"Text":"\u0009"}})"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.document);
        CHECK(decoded_as<small>(one.document) == one.outcome);
    }
}

TEST_CASE("decode: a bad document is refused, with the byte and the member") {
    struct {
        std::string_view document;
        std::string_view outcome;
    } const cases[] = {
        // the whole document
        {"", "empty_document 0"},
        {" \n", "empty_document 2"},
        {"null", "null_document 0"},
        {" null ", "null_document 0"},
        {"nul", "bad_json 3"},
        {"null x", "bad_json 5"},
        {"[]", "wrong_kind 0"},
        {"5", "wrong_kind 0"},
        {R"("text")", "wrong_kind 0"},
        {"true", "wrong_kind 0"},
        {"<html></html>", "bad_json 0"},
        {"\xEF\xBB\xBF{\"Id\":1}", "bad_json 0"},  // a byte order mark
        {"{}{}", "bad_json 2"},
        {"{},", "bad_json 2"},
        // a member of ours
        {R"({"Id":"1"})", "wrong_kind 6 Id"},
        {R"({"Id":true})", "wrong_kind 6 Id"},
        {R"({"Id":{}})", "wrong_kind 6 Id"},
        {R"({"Id":[1]})", "wrong_kind 6 Id"},
        {R"({"Name":1})", "wrong_kind 8 Name"},
        {R"({"Name":{"Id":1}})", "wrong_kind 8 Name"},
        {R"({"Inner":[]})", "wrong_kind 9 Inner"},
        {R"({"Inner":"x"})", "wrong_kind 9 Inner"},
        {R"({"Id":1,"Name":"x","Inner":{"Text":"a","Deep":"b"}})", "wrong_kind 46 Inner"},
        {R"({"Id":2147483648})", "out_of_range 6 Id"},
        {R"({"Id":1,"Id":"2"})", "wrong_kind 13 Id"},
        {R"({"\u0049d":"1"})", "wrong_kind 11 Id"},
        {R"({"Id":-2147483649})", "out_of_range 6 Id"},
        {R"({"Id":12345678901})", "out_of_range 6 Id"},
        {R"({"Id":1.0})", "out_of_range 6 Id"},
        {R"({"Id":1e0})", "out_of_range 6 Id"},
        // within a member of ours
        {R"({"Id":00})", "bad_number 7 Id"},
        {R"({"Id":-01})", "bad_number 8 Id"},
        {R"({"Id":12x})", "bad_number 8 Id"},
        {R"({"Id":12"Name":"x"})", "bad_number 8 Id"},
        {R"({"Id":nulll})", "bad_json 10 Id"},
        {R"({"Id":null"Name":"x"})", "bad_json 10 Id"},
        {R"({"Name":"a\q"})", "bad_string 11 Name"},
        {R"({"Id":01})", "bad_number 7 Id"},
        {R"({"Id":-})", "bad_number 7 Id"},
        {R"({"Id":tru})", "wrong_kind 6 Id"},  // told by its first byte
        // members of no concern are checked all the same
        {R"({"Other":01})", "bad_number 10"},
        {"{\"Other\":\"a\xff\"}", "bad_utf8 11"},
        {R"({"Other":["a\x"]})", "bad_string 13"},
        {R"({"Other":1.})", "bad_number 11"},
        {R"({"Other":truefalse})", "bad_json 13"},
        {R"({"Other":nul})", "bad_json 12"},
        {R"({"Other":{"a":nul}})", "bad_json 17"},
        {R"({"Other":[1 2]})", "bad_json 12"},
        // between members
        {R"({"Id":1 "Name":"x"})", "bad_json 8"},
        {R"({"Id":1,})", "bad_json 8"},
        {R"({"Id" 1})", "bad_json 6"},
        {R"({Id:1})", "bad_json 1"},
        {R"({xId":1})", "bad_json 1"},
        {R"({"Id":1,xName":"x"})", "bad_json 8"},
        {R"({xId":1,"Name":"x"})", "bad_json 1"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.document);
        CHECK(decoded_as<small>(one.document) == one.outcome);
    }
}

TEST_CASE("decode: a wanted member is found, and a bad one refused, at any place among unknown members") {
    struct {
        std::string_view member;
        std::string_view outcome;  // where the member stands first
    } const cases[] = {
        {R"("Id":5)", R"({"Id":5})"},
        {R"("Id" :5)", R"({"Id":5})"},
        {R"("Id": 5 )", R"({"Id":5})"},
        {R"("\u0049d":5)", R"({"Id":5})"},
        {R"("Name":"x")", R"({"Name":"x"})"},
        {R"("Inner":{"Z":1,"Y":"y","Deep":2,"X":null})", R"({"Inner":{"Deep":2}})"},
        {R"("ID":5)", "{}"},
        {R"("A":"\u0041\"",)"
         R"("Id":6)",
         R"({"Id":6})"},
        {R"("A":"b" , "Id":6)", R"({"Id":6})"},
        {R"("A":[],"Id":6)", R"({"Id":6})"},
        {R"("A":-1.5e3,"Id":6)", R"({"Id":6})"},
        {R"("A":123456789012345678901234567890,"Id":6)", R"({"Id":6})"},
        {R"("A":-0,"Id":6)", R"({"Id":6})"},
        {R"("Id":"5")", "wrong_kind 6 Id"},
        {R"("A":01)", "bad_number 6"},
        {R"("A":-)", "bad_number 6"},
        {R"("A":-01)", "bad_number 7"},
        {R"("A":1a)", "bad_number 6"},
        {R"("A":1"B":2)", "bad_number 6"},
        {R"("A":"x""B":2)", "bad_json 8"},
        {R"("A":null"B":2)", "bad_json 9"},
        {R"("A":falsey)", "bad_json 10"},
        {R"("A":nul)", "bad_json 8"},
        {R"("A":"\q")", "bad_string 7"},
        {R"("\q":1)", "bad_string 3"},
        {R"("A" 1)", "bad_json 5"},
        {R"("A":)", "bad_json 5"},
        {R"("A")", "bad_json 4"},
        {R"(A:1)", "bad_json 1"},
        {R"(:1)", "bad_json 1"},
        {R"(1:2)", "bad_json 1"},
        {R"("A":1,)", "bad_json 7"},
        {R"("A":,"B":2)", "bad_json 5"},
        {R"("A":1:2)", "bad_json 6"},
    };
    const std::string_view others[] = {R"("B2":1,)", R"("C33":"text",)", R"("D":null,)", R"("E":-20,)", R"("F":true,)"};
    for (const auto& one : cases) {
        std::string before;
        for (const std::string_view other : others) {
            // The byte at fault lies as much further back as there is before it.
            std::string wanted{one.outcome};
            if (const std::size_t space = wanted.find(' '); wanted[0] != '{') {
                const std::size_t end = (std::min)(wanted.find(' ', space + 1), wanted.size());
                const auto at = std::stoul(wanted.substr(space + 1, end - space - 1)) + before.size();
                wanted.replace(space + 1, end - space - 1, std::to_string(at));
            }
            for (const std::string_view after : {"", R"(,"G":2)", R"(,"H":"h","I":false)"}) {
                const std::string document = "{" + before + std::string{one.member} + std::string{after} + "}";
                CAPTURE(document);
                CHECK(decoded_as<small>(document) == wanted);
            }
            before += other;
        }
    }
}

TEST_CASE("decode: null and absence leave plain members as they were initialised") {
    const std::string_view untouched =
        R"({"number":7,"flag":true,"text":"as it was","state":"Aquired","fixed":"","nested":{"Deep":5}})";
    CHECK(decoded_as<initialised>("{}") == untouched);
    CHECK(decoded_as<initialised>(
              R"({"number":null,"flag":null,"text":null,"state":null,"fixed":null,"nested":null})") == untouched);
    CHECK(decoded_as<initialised>(
              R"({"number":0,"flag":false,"text":"","state":"New","fixed":"x","nested":{"Text":"y"}})") ==
          R"({"number":0,"flag":false,"text":"","state":"New","fixed":"x","nested":{"Text":"y"}})");
}

TEST_CASE("decode: nesting beyond json_max_depth is refused, in known and in unknown members") {
    const auto nested = [](std::string_view before, std::size_t depth) {
        return std::string{before} + std::string(depth, '[') + std::string(depth, ']') + '}';
    };
    CHECK(decoded_as<small>(nested(R"({"Other":)", so::json_max_depth - 1)) == "{}");
    CHECK(decoded_as<small>(nested(R"({"Other":)", so::json_max_depth)).starts_with("too_deep "));
    CHECK(decoded_as<small>(nested(R"({"Other":)", 20'000)).starts_with("too_deep "));
}

TEST_CASE("decode: a document cut at any byte gives no value and reads nothing behind the cut") {
    for (const std::string_view whole :
         {documented_reply, R"({"Name":"\u0041\ud83d\ude00","TableRight":{"Mask":1.5e3}})"sv}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            support::decode_each<BatchTaskInfo>(whole.substr(0, size), [&](const so::result<BatchTaskInfo>& answer) {
                if (answer.has_value()) CHECK_FALSE(answer.has_value());
                if (answer.error().offset > size) CHECK(answer.error().offset <= size);
            });
        }
    }
}

TEST_CASE("decode and encode: every type of a member may be a whole document") {
    CHECK(decoded_as<bool>(" true\n") == "true");
    CHECK(decoded_as<std::int32_t>("-497") == "-497");
    CHECK(decoded_as<std::string_view>(R"("a\u0062c")") == R"("abc")");
    CHECK(decoded_as<so::date_time>(R"("2019-12-19T10:44:12")") == R"("2019-12-19T10:44:12")");
    CHECK(decoded_as<so::coded<so::BatchTaskState>>("2") == R"("Aquired")");
    CHECK(decoded_as<so::json_text>(R"( [{"Id":1}, null] )") == R"([{"Id":1}, null])");
    CHECK(decoded_as<so::string_map>(R"({"a":"b"})") == R"({"a":"b"})");
    CHECK(decoded_as<field<bool>>("false") == "false");
}

TEST_CASE("decode: a bad value by itself is refused, with the byte") {
    CHECK(decoded_as<bool>("null") == "null_document 0");
    CHECK(decoded_as<bool>("") == "empty_document 0");
    CHECK(decoded_as<bool>(" 1") == "wrong_kind 1");
    CHECK(decoded_as<bool>(R"("true")") == "wrong_kind 0");
    CHECK(decoded_as<bool>("{}") == "wrong_kind 0");
    CHECK(decoded_as<bool>("[true]") == "wrong_kind 0");
    CHECK(decoded_as<bool>("tru") == "bad_json 3");
    CHECK(decoded_as<bool>("true false") == "bad_json 5");
    CHECK(decoded_as<bool>("<b>") == "bad_json 0");
    CHECK(decoded_as<std::int32_t>("2147483648") == "out_of_range 0");
    CHECK(decoded_as<so::json_text>("[1,]") == "bad_json 3");
    CHECK(decoded_as<so::date_time>(R"("tomorrow")") == "bad_date 0");
}

TEST_CASE("decode: text points into the document") {
    std::string document = R"({"Name":"plain","Inner":{"Text":"esc\u0061ped"}})";
    const auto answer = so::decode<small>(so::compact_reader{}, {document.data(), document.size(), document.size()});
    REQUIRE(answer.has_value());
    const std::string_view text = *answer->Inner->Text;
    CHECK(answer->Name->data() == document.data() + 9);
    CHECK(text == "escaped");
    CHECK(text.data() == document.data() + document.find("esc"));
}

TEST_CASE("decode: memory without the reader's slack is an error that says how much would do") {
    std::string document = R"({"Id":5})";
    const std::size_t size = document.size();
    CHECK(so::decode<small>(so::compact_reader{}, {document.data(), size, size}).has_value());
    CHECK(so::decode<small>(so::compact_reader{}, {document.data(), size, size - 1}).error().needed() == size);
#if SIZE_MAX > UINT32_MAX  // not a byte of it is looked at
    const auto endless = so::decode<small>(so::compact_reader{}, {document.data(), 5'000'000'000, 6'000'000'000});
    CHECK(endless.error() == errc::document_too_large);
    CHECK(endless.error().needed() == UINT32_MAX);
#endif
#if SUPEROFFICE_WITH_SIMDJSON
    so::simdjson_reader reader{size};
    document.resize(size + so::simdjson_reader::slack);
    const auto tight = so::decode<small>(reader, {document.data(), size, document.size() - 1});
    CHECK(tight.error() == errc::memory_too_small);
    CHECK(tight.error().needed() == document.size());
    CHECK(so::decode<small>(reader, {document.data(), size, document.size()}).has_value());
    so::simdjson_reader smaller{size - 1};
    const auto too_large = so::decode<small>(smaller, {document.data(), size, document.size()});
    CHECK(too_large.error() == errc::document_too_large);
    CHECK(too_large.error().needed() == size);
#endif
}

TEST_CASE("encode: writes what fits, says how much would be enough, and leaves out absent members") {
    small value{.Id = -5, .Name = "a\"b", .Inner = nullptr};
    const std::string_view whole = R"({"Id":-5,"Name":"a\"b","Inner":null})";
    CHECK(encoded(value) == whole);
    std::array<char, 64> room{};
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto tight = so::encode(value, std::span{room}.first(size));
        CHECK(tight.error() == errc::memory_too_small);
        CHECK(tight.error().stage == so::stage::request);
        CHECK(tight.error().needed() == whole.size());
    }
    CHECK(encoded(small{}) == "{}");
    CHECK(encoded(so::GetBatchTaskInfoRequest{497}) == R"({"Id":497})");
    CHECK(encoded(so::GetBatchTaskInfoRequest{-2147483647 - 1}) == R"({"Id":-2147483648})");
    CHECK(encoded(BatchTaskInfo{}) == "{}");
}

TEST_CASE("member_name: names the member of the outermost struct, or is empty") {
    const auto named = [](std::uint16_t member, so::stage at = so::stage::decode) {
        return so::member_name<small>(so::error{.stage = at, .member = member});
    };
    CHECK(named(0).empty());
    CHECK(named(1) == "Id");
    CHECK(named(3) == "Inner");
    CHECK(named(4).empty());
    CHECK(named(65535).empty());
    CHECK(named(1, so::stage::request).empty());  // a header's number
}

TEST_CASE("decode and encode: nothing is allocated once a reader is there, however often it is used") {
    std::array<char, 4096> document{}, room{};
    const auto rounds = [&](auto& reader) {
        for (int round = 0; round < 3; ++round) {
            documented_reply.copy(document.data(), documented_reply.size());
            const auto answer =
                so::decode<BatchTaskInfo>(reader, {document.data(), documented_reply.size(), document.size()});
            if (!answer.has_value() || !so::encode(*answer, room).has_value()) return false;
            if (!answer->FieldProperties->find("fieldName").has_value()) return false;
        }
        return true;
    };
    const auto counted = [&](auto& reader) {
        const support::allocation_count allocations;
        const bool good = rounds(reader);
        const std::size_t count = allocations.so_far();
        CHECK(good);
        return count;
    };
    so::compact_reader compact;
    CHECK(counted(compact) == 0);
#if SUPEROFFICE_WITH_SIMDJSON
    so::simdjson_reader fast{document.size()};
    CHECK(counted(fast) == 0);
#endif
}

TEST_CASE("json: a name that another one begins with is not taken for it") {
    so::compact_reader reader;
    std::string longer = R"({"Idx":5,"Names":"a"})", both = R"({"Idx":5,"Id":6})";
    const auto one = so::decode<small>(reader, {longer.data(), longer.size(), longer.size()});
    REQUIRE(one.has_value());
    CHECK_FALSE(one->Id.has_value());
    CHECK_FALSE(one->Name.has_value());
    const auto other = so::decode<small>(reader, {both.data(), both.size(), both.size()});
    REQUIRE(other.has_value());
    CHECK(other->Id == 6);
}

TEST_CASE("json: a decode says whether a member was found and whether one was passed over") {
    struct row {
        std::string text;
        bool matched, passed;
    };
    row rows[] = {{"{}", false, false},
                  {R"({"Id":1})", true, false},
                  {R"({"X":1})", false, true},
                  {R"({"X":1,"Id":1})", true, true}};
    for (row& each : rows) {
        CAPTURE(each.text);
        so::compact_reader reader;
        so::decode_state state;
        small value;
        const so::error e =
            so::detail::decode_document(reader, {each.text.data(), each.text.size(), each.text.size()}, value, state);
        CHECK(e.code == errc::ok);
        CHECK(state.matched == each.matched);
        CHECK(state.passed == each.passed);
    }
}

TEST_CASE("json: members that the first struct does not have go to a second one, if it has them") {
    struct row {
        std::string_view text;
        errc code;
        std::uint32_t offset;
        std::int32_t number;  ///< in the first struct
        std::int32_t deep;    ///< in the second one
        std::string_view deep_text;
    };
    constexpr row rows[] = {
        {R"({"Id":1,"Deep":2,"Other":true,"Text":"t"})", errc::ok, 0, 1, 2, "t"},
        {R"({"Other":[],"Text":"t","Id":1})", errc::ok, 0, 1, 0, "t"},
        {R"({"Other":1,"More":2,"Deep":3,"Id":1})", errc::ok, 0, 1, 3, ""},
        {R"({"Deep":"x","Text":"t"})", errc::ok, 0, 0, 0, "t"},               // of another kind: skipped
        {R"({"Deep":99999999999,"Id":1})", errc::out_of_range, 8, 0, 0, ""},  // its own place
        {R"({"Other":{"a":1.},"Id":1})", errc::bad_number, 16, 0, 0, ""},
    };
    for (const row& each : rows) {
        CAPTURE(each.text);
        const auto check = [&each](auto& reader, std::size_t slack) {
            std::string text{each.text};
            text.resize(each.text.size() + slack);
            so::decode_state state;
            small first;
            inner second;
            const so::error e = so::detail::decode_document(reader, {text.data(), each.text.size(), text.size()}, first,
                                                            state, &second);
            CHECK(e.code == each.code);
            CHECK(e.offset == each.offset);
            CHECK(first.Id.value_or(0) == each.number);
            CHECK(second.Deep.value_or(0) == each.deep);
            CHECK(second.Text.value_or(std::string_view{}) == each.deep_text);
        };
        so::compact_reader compact;
        check(compact, so::compact_reader::slack);
#if SUPEROFFICE_WITH_SIMDJSON
        so::simdjson_reader fast{1'000};
        check(fast, so::simdjson_reader::slack);
#endif
    }
}

TEST_CASE("json: no entry of FieldProperties shows what stood in the one before") {
    std::string text =
        R"({"FieldProperties":{"a":{"FieldRight":{"Mask":"Read"},"FieldType":"String","FieldLength":7},"b":null,"c":{}}})";
    const auto task = so::decode<BatchTaskInfo>(so::compact_reader{}, {text.data(), text.size(), text.size()});
    REQUIRE(task.has_value());
    int entries = 0;
    for (const auto& entry : *task->FieldProperties) {
        const auto& [name, property] = entry;
        CHECK(name == std::string_view{"abc"}.substr(static_cast<std::size_t>(entries), 1));
        ++entries;
        CHECK(property.FieldLength.has_value() == (entries == 1));
        CHECK(property.FieldType.has_value() == (entries == 1));
        CHECK(property.FieldRight.has_value() == (entries == 1));
    }
    CHECK(entries == 3);
}

TEST_CASE("json: a document that is not there is empty") {
    const so::json_document nothing;
    CHECK(nothing.size == 0);
    CHECK(nothing.capacity == 0);
    CHECK(so::decode<small>(so::compact_reader{}, nothing).error() == errc::empty_document);
}
