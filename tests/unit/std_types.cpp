// Tests of superoffice/std_types.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/batch.hpp>
#include <superoffice/std_types.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

namespace chrono = std::chrono;
using superoffice::errc;
using superoffice::field;

struct owning {
    std::string Name = "as initialised";
    std::optional<std::string> Description;
    std::optional<std::int32_t> ProgressPercent;
    field<std::string> Response;
    std::optional<superoffice::coded<superoffice::BatchTaskState>> State;
    std::optional<superoffice::TableRight> TableRight;
};
BOOST_DESCRIBE_STRUCT(owning, (), (Name, Description, ProgressPercent, Response, State, TableRight))

// A program's own struct inside an optional is selected member by member, as it is inside a field.
struct just_mask {
    std::optional<superoffice::flags<superoffice::ETableRight>> Mask;
};
BOOST_DESCRIBE_STRUCT(just_mask, (), (Mask))
struct nested {
    std::optional<std::string> FileName;
    std::optional<just_mask> TableRight;
};
BOOST_DESCRIBE_STRUCT(nested, (), (FileName, TableRight))

struct viewing {
    std::optional<std::string_view> Name;
    std::optional<superoffice::coded<superoffice::BatchTaskState>> State;
    std::optional<superoffice::TableRight> TableRight;
};
BOOST_DESCRIBE_STRUCT(viewing, (), (Name, State, TableRight))

static_assert(superoffice::select_of<owning>() == "Name,Description,ProgressPercent,Response,State,TableRight");
static_assert(superoffice::select_of<nested>() == "FileName,TableRight/Mask");
static_assert(superoffice::monotonic_clock<superoffice::steady_clock>);

template <class T>
superoffice::result<T> decoded(std::string text) {
    const std::size_t size = text.size();
    text.resize(size + superoffice::default_reader::slack);
#if SUPEROFFICE_WITH_SIMDJSON
    superoffice::simdjson_reader reader{text.size()};
#else
    superoffice::compact_reader reader;
#endif
    superoffice::result<T> answer = superoffice::decode<T>(reader, {text.data(), size, text.size()});
    text.assign(text.size(), '#');  // what the struct owns does not care
    return answer;
}

TEST_CASE("std_types: how members are decoded") {
    struct {
        std::string_view document;
        std::string_view name;
        std::optional<std::string> description;
        std::optional<std::int32_t> percent;
    } const cases[] = {
        {R"({})", "as initialised", {}, {}},
        {R"({"Name":null,"Description":null,"ProgressPercent":null})", "as initialised", {}, {}},
        {R"({"Name":"","Description":"","ProgressPercent":0})", "", "", 0},
        {R"({"Name":"a \"b\" \u00e5\n","Description":"\ud83d\ude00","ProgressPercent":-1})", "a \"b\" \xc3\xa5\n",
         "\xf0\x9f\x98\x80", -1},
        {R"({"Name":"one","Name":"two and longer than a short string is in any library"})",
         "two and longer than a short string is in any library",
         {},
         {}},
        {R"({"ProgressPercent":1,"ProgressPercent":null})", "as initialised", {}, {}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.document);
        const auto task = decoded<owning>(std::string{one.document});
        REQUIRE(task.has_value());
        CHECK(task->Name == one.name);
        CHECK(task->Description == one.description);
        CHECK(task->ProgressPercent == one.percent);
    }
}

TEST_CASE("std_types: a value of the wrong kind fails with its member") {
    struct {
        std::string_view document;
        errc code;
        std::string_view member;
    } const cases[] = {
        {R"({"Name":1})", errc::wrong_kind, "Name"},
        {R"({"Description":{}})", errc::wrong_kind, "Description"},
        {R"({"ProgressPercent":2147483648})", errc::out_of_range, "ProgressPercent"},
        {R"({"Response":false})", errc::wrong_kind, "Response"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.document);
        const auto task = decoded<owning>(std::string{one.document});
        REQUIRE_FALSE(task.has_value());
        CHECK(task.error().code == one.code);
        CHECK(superoffice::member_name<owning>(task.error()) == one.member);
    }
}

TEST_CASE("std_types: field<std::string> distinguishes null and absent") {
    CHECK(decoded<owning>("{}")->Response.is_absent());
    CHECK(decoded<owning>(R"({"Response":null})")->Response.is_null());
    CHECK(*decoded<owning>(R"({"Response":"x"})")->Response == "x");
}

TEST_CASE("std_types: an empty optional is left out when written") {
    owning task;
    task.Name = "a\nb";
    char room[200];
    CHECK(*superoffice::encode(task, room) == R"({"Name":"a\u000ab"})");
    task.ProgressPercent = 7;
    task.Response = nullptr;
    task.Description = "d";
    CHECK(*superoffice::encode(task, room) ==
          R"({"Name":"a\u000ab","Description":"d","ProgressPercent":7,"Response":null})");
}

TEST_CASE("std_types: an empty optional that cannot be left out is written as null") {
    char room[8];
    superoffice::json_writer out{room};
    superoffice::codec<std::optional<std::int32_t>>::encode(out, std::nullopt);
    CHECK(out.text() == "null");
    superoffice::json_writer date{room};
    superoffice::codec<std::optional<chrono::sys_seconds>>::encode(date, std::nullopt);
    CHECK(date.text() == "null");
}

TEST_CASE("std_types: dates become time points of chrono") {
    constexpr bool has_time = true, has_none = false;
    struct {
        std::string_view text;
        bool there;
        std::int64_t nanoseconds;
    } const cases[] = {
        {"1970-01-01T00:00:00Z", has_time, 0},
        {"1969-12-31T23:59:59.9Z", has_time, -100'000'000},
        {"2024-11-27T09:15:00+01:00", has_time, 1'732'695'300'000'000'000},
        {"2021-06-05T14:28:21.0771703+02:00", has_time, 1'622'896'101'077'170'300},
        {"2024-11-27T09:15:00", has_none, 0},           // where?
        {"0001-01-01T00:00:00Z", has_none, 0},          // not set
        {"9999-12-31T23:59:59.9999999Z", has_none, 0},  // more than 64 bits of nanoseconds
        {"1678-01-01T00:00:00Z", has_time, -9'214'560'000'000'000'000},
        {"1600-01-01T00:00:00Z", has_none, 0},
        {"", has_none, 0},
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const field<superoffice::date_time> date = superoffice::date_time::from_text(one.text);
        REQUIRE(date.has_value());
        const auto time = superoffice::to_sys_time(*date);
        CHECK(time.has_value() == one.there);
        if (time.has_value()) {
            CHECK(time->time_since_epoch().count() == one.nanoseconds);
            CHECK(superoffice::to_unix_time(*time) == *date->utc());
        }
    }
}

TEST_CASE("std_types: unix_time of any time point") {
    const chrono::sys_seconds second{chrono::seconds{5}};
    CHECK(superoffice::to_unix_time(second) == superoffice::unix_time{5, 0});
    CHECK(superoffice::to_unix_time(second - chrono::milliseconds{5'001}) == superoffice::unix_time{-1, 999'000'000});
    CHECK(superoffice::to_unix_time(chrono::sys_days{chrono::days{1}}) == superoffice::unix_time{86'400, 0});
}

TEST_CASE("std_types: the steady clock does not go back") {
    const superoffice::instant first = superoffice::steady_clock::now();
    CHECK(superoffice::steady_clock::now() >= first);
}

}  // namespace

TEST_CASE("std_types: keep copies the value of an optional") {
    for (const std::string_view document :
         {R"({"Name":"n","State":"Sleeping","TableRight":{"Mask":"RI","Reason":"r"}})",
          R"({"Name":"","State":"Started"})", R"({})"}) {
        CAPTURE(document);
        std::string text{document};
        const auto info = superoffice::decode<viewing>(
            superoffice::compact_reader{}, superoffice::json_document{text.data(), text.size(), text.size()});
        REQUIRE(info.has_value());
        char storage[64];
        const auto kept = superoffice::keep(*info, storage);
        REQUIRE(kept.has_value());
        text.assign(text.size(), '#');
        char room[256];
        const auto written = superoffice::encode(*kept, room);
        REQUIRE(written.has_value());
        CHECK(*written == document);
    }
}

namespace {

using sys_milliseconds = chrono::sys_time<chrono::milliseconds>;

struct dated {
    field<chrono::sys_seconds> LastStarted;
    std::optional<chrono::local_time<chrono::milliseconds>> Created;
};
BOOST_DESCRIBE_STRUCT(dated, (), (LastStarted, Created))
static_assert(superoffice::select_of<dated>() == "LastStarted,Created");

struct dates {
    chrono::sys_seconds plain{chrono::seconds{-1}};
    field<sys_milliseconds> fine;
    std::optional<chrono::sys_time<chrono::nanoseconds>> finest;
    chrono::local_seconds local{chrono::seconds{-1}};
    superoffice::unlisted<chrono::local_days> day;
};
BOOST_DESCRIBE_STRUCT(dates, (), (plain, fine, finest, local, day))

std::string written(const dates& value) {
    char room[300];
    return std::string{*superoffice::encode(value, room)};
}

}  // namespace

TEST_CASE("std_types: time points as members") {
    struct row {
        std::string_view date;
        std::string_view plain, fine, finest, local, day;
    };
    constexpr std::string_view before = "\"1969-12-31T23:59:59Z\"", before_local = "\"1969-12-31T23:59:59\"";
    const row rows[] = {
        {R"("2019-12-19T10:44:12Z")", R"("2019-12-19T10:44:12Z")", R"("2019-12-19T10:44:12Z")",
         R"("2019-12-19T10:44:12Z")", R"("2019-12-19T10:44:12")", R"("2019-12-19T00:00:00")"},
        {R"("2019-12-19T10:44:10.1234567+02:00")", R"("2019-12-19T08:44:10Z")", R"("2019-12-19T08:44:10.123Z")",
         R"("2019-12-19T08:44:10.1234567Z")", R"("2019-12-19T10:44:10")", R"("2019-12-19T00:00:00")"},
        // No offset: nothing is guessed.
        {R"("2019-12-19T10:44:12")", before, "", "", R"("2019-12-19T10:44:12")", R"("2019-12-19T00:00:00")"},
        // Not set.
        {R"("0001-01-01T00:00:00Z")", before, "", "", before_local, ""},
        {R"("")", before, "", "", before_local, ""},
        // Beyond what nanoseconds hold.
        {R"("9999-12-31T23:59:59Z")", R"("9999-12-31T23:59:59Z")", R"("9999-12-31T23:59:59Z")", "",
         R"("9999-12-31T23:59:59")", R"("9999-12-31T00:00:00")"},
        {"null", before, "null", "", before_local, "null"},
    };
    for (const row& r : rows) {
        CAPTURE(r.date);
        std::string document = "{", wanted = "{";
        const auto add = [](std::string& to, const char* name, std::string_view value) {
            if (!value.empty()) ((to += to.size() > 1 ? ",\"" : "\"") += name).append("\":").append(value);
        };
        for (const char* const name : {"plain", "fine", "finest", "local", "day"}) add(document, name, r.date);
        add(wanted, "plain", r.plain), add(wanted, "fine", r.fine), add(wanted, "finest", r.finest);
        add(wanted, "local", r.local), add(wanted, "day", r.day);
        const auto decoded_dates = decoded<dates>(document + "}");
        REQUIRE(decoded_dates.has_value());
        CHECK(written(*decoded_dates) == wanted + "}");
    }
}

TEST_CASE("std_types: a text that is no date is an error for a time point, too") {
    const auto answer = decoded<dates>(R"({"fine":"yesterday"})");
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == errc::bad_date);
    CHECK(superoffice::member_name<dates>(answer.error()) == "fine");
    CHECK(decoded<dates>(R"({"finest":1})").error().code == errc::wrong_kind);
}

TEST_CASE("std_types: a time point before year 1 is written as null") {
    dates value;
    value.plain = chrono::sys_days{chrono::year{-1} / 1 / 1};
    CHECK(written(value) == R"({"plain":null,"local":"1969-12-31T23:59:59"})");
}

TEST_CASE(
    "std_types: a time point after the year 9999 is written as null, and a date that does not fit leaves the member "
    "alone") {
    const auto text = superoffice::detail::date_text{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1},
                                                     std::chrono::nanoseconds{0}};
    CHECK(text.text().empty());
    std::chrono::time_point<std::chrono::local_t, std::chrono::duration<std::int16_t>> narrow;
    CHECK_FALSE(superoffice::detail::to_time_point(*superoffice::date_time::from_text("2021-06-05T14:28:21"), narrow));
    CHECK_FALSE(superoffice::detail::to_time_point(*superoffice::date_time::from_text("1921-06-05T14:28:21"), narrow));
    CHECK(superoffice::detail::to_time_point(*superoffice::date_time::from_text("1970-01-01T00:00:09"), narrow));
    CHECK(narrow.time_since_epoch().count() == 9);
    std::chrono::local_time<std::chrono::nanoseconds> fine;
    CHECK_FALSE(superoffice::detail::to_time_point(*superoffice::date_time::from_text("0002-01-01T00:00:00"), fine));
    CHECK_FALSE(superoffice::detail::to_time_point(*superoffice::date_time::from_text("9999-01-01T00:00:00"), fine));
}
