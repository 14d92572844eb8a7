// Section 8: every form of a date, and the zones, languages and cultures that change a reply.
#include "contract.hpp"

using namespace contract;

namespace {

superoffice::call_options with_zone(const char* zone) {
    superoffice::call_options options;
    options.headers.time_zone = zone;
    return options;
}

}  // namespace

TEST_CASE_TEMPLATE("§8 dates: every form that was seen", Reader, READERS) {
    using superoffice::civil_time;
    host<Reader> to;
    constexpr std::int64_t unknown = INT64_MIN;
    constexpr bool is_set = true, is_unset = false;
    const struct {
        std::int32_t id;
        bool is_set;
        std::int64_t utc;  // seconds since 1970; unknown without an offset
        std::uint32_t nanosecond;
        civil_time local;
    } rows[] = {
        {6500, is_set, unknown, 0, {2019, 12, 19, 10, 44, 12, 0}},
        {6501, is_set, 1028724720, 0, {2002, 8, 7, 12, 52, 0, 0}},
        {6502, is_set, 1017590400, 0, {2002, 3, 31, 18, 0, 0, 0}},
        {6503, is_set, 1545654885, 0, {2018, 12, 24, 7, 34, 45, 0}},
        {6504, is_set, 1622896101, 477290000, {2021, 6, 5, 14, 28, 21, 477290000}},
        {6505, is_set, 1622896101, 77170300, {2021, 6, 5, 14, 28, 21, 77170300}},
        {6506, is_set, 1622903301, 100000000, {2021, 6, 5, 14, 28, 21, 100000000}},
        {6507, is_set, unknown, 0, {2021, 6, 5, 14, 28, 21, 120000000}},
        {6508, is_unset, unknown, 0, {1, 1, 1, 0, 0, 0, 0}},
        {6509, is_unset, unknown, 0, {1, 1, 1, 0, 0, 0, 0}},
        {6510, is_unset, unknown, 0, {1, 1, 1, 1, 0, 0, 0}},
        {6511, is_set, unknown, 0, {9999, 12, 31, 23, 59, 59, 999999900}},
        {6512, is_set, 1709164800, 0, {2024, 2, 29, 0, 0, 0, 0}},
        {6514, is_set, 1622903301, 0, {2021, 6, 5, 14, 28, 21, 0}},
        {6515, is_set, 1622946501, 0, {2021, 6, 5, 14, 28, 21, 0}},
        {6516, is_set, 1622852901, 0, {2021, 6, 5, 14, 28, 21, 0}},
        {6517, is_set, 1622903301, 123456789, {2021, 6, 5, 14, 28, 21, 123456789}},
        {6519, is_unset, unknown, 0, {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.id);
        const auto task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        for (const auto& date : {task->LastStarted, task->Created}) {
            REQUIRE(date.has_value());
            CHECK(date->is_set() == row.is_set);
            CHECK(date->local() == row.local);
            CHECK(date->utc().has_value() == (row.utc != unknown));
            if (date->utc()) {
                CHECK(date->utc()->seconds == row.utc);
                CHECK(date->utc()->nanoseconds == row.nanosecond);
            }
        }
    }
    const auto null = to.api.get_batch_task_info(6521);
    REQUIRE(null.has_value());
    CHECK((null->LastStarted.is_null() && null->Created.is_null()));
}

TEST_CASE_TEMPLATE("§8 dates: a text that is no date is refused with the member's name", Reader, READERS) {
    host<Reader> to;
    for (const refusal& row : {refusal{6513, errc::bad_date},
                               {6518, errc::bad_date},
                               {6520, errc::bad_date},
                               {6522, errc::wrong_kind},
                               {6523, errc::bad_date},
                               {6524, errc::bad_date},
                               {6525, errc::bad_date},
                               {6526, errc::bad_date}}) {
        CAPTURE(row.id);
        check_refusal(to, row);
        CHECK(superoffice::member_name<BatchTaskInfo>(to.api.get_batch_task_info(row.id).error()) == "LastStarted");
    }
}

TEST_CASE("§8 zones: with and without SO-TimeZone, with and without includeTZOffset") {
    const undisturbed around;
    host<> to;
    const struct {
        const char* zone;
        const char* started;
        const char* created;
        const char* in_force;
    } rows[] = {
        {"", "2026-11-02T08:30:02", "2026-11-02T08:30:00", "NO"},  // the database's own zone, unmarked
        {"UTC", "2026-11-02T07:30:02", "2026-11-02T07:30:00", nullptr},
        {"utc", "2026-11-02T07:30:02", "2026-11-02T07:30:00", nullptr},
        {"US-NY", "2026-11-02T02:30:02", "2026-11-02T02:30:00", nullptr},
        {"460", "2026-11-02T02:30:02", "2026-11-02T02:30:00", nullptr},  // by number
        {"UTC, includeTZOffset", "2026-11-02T07:30:02Z", "2026-11-02T07:30:00Z", nullptr},
        {"NO, includeTZOffset", "2026-11-02T08:30:02+01:00", "2026-11-02T07:30:00Z", nullptr},
        {"includeTZOffset", "2026-11-02T08:30:02+01:00", "2026-11-02T07:30:00Z", nullptr},
    };
    CHECK(to.api.get_batch_task_info(1000).has_value());
    advance_tasks(milliseconds{5000});  // it runs
    for (const auto& row : rows) {
        CAPTURE(row.zone);
        const journal log;
        const auto task = to.api.get_batch_task_info(1000, with_zone(row.zone));
        REQUIRE(task.has_value());
        CHECK(task->LastStarted->text() == row.started);
        CHECK(task->Created->text() == row.created);
        CHECK(has_header(log.last_request(), "SO-TimeZone") == (*row.zone != '\0'));
        const bool has_offset = std::string_view{row.zone}.find("include") != std::string_view::npos;
        CHECK(task->LastStarted->offset().has_value() == has_offset);
        CHECK(task->LastStarted->utc().has_value() == has_offset);
        if (row.in_force != nullptr)
            CHECK(to.api.last_reply().head.time_zone() == row.in_force);
        else
            CHECK(to.api.last_reply().head.time_zone().data() == nullptr);
    }
    CHECK(to.api.get_batch_task_info(1000, with_zone("Europe/Oslo")).error() == errc::service_fault);  // no IANA names
}

TEST_CASE("§8 not set: year 1, plain, with Z and shifted, for a task that never ran") {
    const undisturbed around;
    host<> to;
    for (const auto& row : {std::pair{"", "0001-01-01T00:00:00"},
                            {"UTC, includeTZOffset", "0001-01-01T00:00:00Z"},
                            {"NO, includeTZOffset", "0001-01-01T01:00:00+01:00"}}) {
        const auto& [zone, text] = row;
        CAPTURE(row.first);
        const auto task = to.api.get_batch_task_info(1000, with_zone(zone));
        REQUIRE(task.has_value());
        CHECK(task->StartCount == 0);
        CHECK(task->LastStarted->text() == text);
        CHECK(!task->LastStarted->is_set());
        CHECK(task->LastStarted->utc().is_absent());
    }
}

TEST_CASE("§8 language: raw without one, translated with one, SO-Language wins, * and x switch it off") {
    const undisturbed around;
    host<> to;
    const std::string_view raw = "NO:\"Eksport av kontakter til Excel\";US:\"Export of contacts to Excel\"",
                           norwegian = "Eksport av kontakter til Excel", english = "Export of contacts to Excel";
    const struct {
        const char* accept;
        const char* language;
        std::string_view text;
    } rows[] = {{"", "", raw},
                {"en", "", english},
                {"en-us", "", english},
                {"nb-no", "", norwegian},
                {"nb", "en", english},
                {"en", "no", norwegian},
                {"*", "", raw},
                {"en", "*", raw},
                {"en", "x", raw},
                {"", "nb-no", norwegian},
                {"fr;q=0.1, nb", "", norwegian}};
    for (const auto& row : rows) {
        CAPTURE(row.accept);
        CAPTURE(row.language);
        superoffice::call_options options;
        options.headers.accept_language = row.accept;
        options.headers.language = row.language;
        const auto task = to.api.get_batch_task_info(1000, options);
        REQUIRE(task.has_value());
        CHECK(task->Description == row.text);
    }
    CHECK(to.api.get_batch_task_info(6629)->Description == "NO:\"Leverand\u00f8r\";US:\"Supplier\"");
}

TEST_CASE("§8 culture: touches what is inside strings only") {
    const undisturbed around;
    host<> to;
    CHECK(to.api.get_batch_task_info(1000).has_value());
    advance_tasks(milliseconds{6000});
    const struct {
        const char* language;
        const char* culture;
        std::string_view text;
    } rows[] = {{"en", "", "2,490 rows written"}, {"en", "de", "2.490 rows written"}, {"", "de", ""}};
    for (const auto& row : rows) {
        CAPTURE(row.culture);
        superoffice::call_options options;
        options.headers.language = row.language;
        options.headers.culture = row.culture;
        const auto task = to.api.get_batch_task_info(1000, options);
        REQUIRE(task.has_value());
        CHECK(task->ProgressPercent == 50);
        if (!row.text.empty())
            CHECK(task->ProgressDescription == row.text);
        else
            CHECK(task->ProgressDescription ==
                  "NO:\"2,490 rader skrevet\";US:\"2,490 rows written\"");  // ignored without a language
        CHECK(task->LastStarted->text() == "2026-11-02T08:30:02");
    }
}
