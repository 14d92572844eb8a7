// Sections 1.1 and 10: $select, made from a struct or given as text, and the properties that are not selected.
#include "contract.hpp"

using namespace contract;

namespace {

struct progress {
    superoffice::field<superoffice::coded<BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

struct only_mask {
    superoffice::field<superoffice::flags<superoffice::ETableRight>> Mask;
};
BOOST_DESCRIBE_STRUCT(only_mask, (), (Mask))

struct rights {
    std::int32_t Id = -1;
    superoffice::field<only_mask> TableRight;
    superoffice::fixed_text<32> FileName;
};
BOOST_DESCRIBE_STRUCT(rights, (), (Id, TableRight, FileName))

struct wishes {
    superoffice::field<std::int32_t> Id;
    superoffice::unlisted<std::string_view> NotYetInvented;
};
BOOST_DESCRIBE_STRUCT(wishes, (), (Id, NotYetInvented))

constexpr const char* manners[] = {"absent", "null", "defaults", "ignored"};

}  // namespace

TEST_CASE_TEMPLATE("§10 typed: a struct selects its own members, however the service treats the others", Reader,
                   READERS) {
    const undisturbed around;
    host<Reader> to;
    for (const char* const manner : manners) {
        CAPTURE(manner);
        control("settings", "{\"nulled\": \"" + std::string{manner} + "\"}");
        const journal log;
        const auto task = to.api.template get_batch_task_info<progress>(497);
        REQUIRE(task.has_value());
        CHECK(task->State == BatchTaskState::Succeeded);
        CHECK(task->ProgressPercent == 100);
        CHECK(holds(log.last_request(), "GetBatchTaskInfo?$select=State,ProgressPercent\""));
    }
    for (const std::int32_t id : {9100, 9101, 9102, 9103}) {
        CAPTURE(id);
        CHECK(to.api.template get_batch_task_info<progress>(id)->ProgressPercent == 100);
    }
}

TEST_CASE_TEMPLATE("§10 nested: TableRight/Mask for a struct inside a struct", Reader, READERS) {
    const undisturbed around;
    host<Reader> to;
    const journal log;
    const auto task = to.api.template get_batch_task_info<rights>(6205);
    REQUIRE(task.has_value());
    CHECK(holds(log.last_request(), "?$select=Id,TableRight/Mask,FileName\""));
    CHECK(task->Id == 547);
    CHECK(task->TableRight->Mask->bits() == 3);
    CHECK(task->FileName == "ContactExport_2024-11-27.xlsx");
    const auto none = to.api.template get_batch_task_info<rights>(497);
    REQUIRE(none.has_value());
    CHECK(none->TableRight.is_null());
}

TEST_CASE("§10 unlisted: a property that this version does not list is asked for by its name") {
    host<> to;
    const journal log;
    const auto task = to.api.get_batch_task_info<wishes>(497);
    REQUIRE(task.has_value());
    CHECK(holds(log.last_request(), "?$select=Id,NotYetInvented\""));
    CHECK(task->NotYetInvented.is_absent());
}

TEST_CASE_TEMPLATE("§10 nulled out: absent, null and default values are each read as sent", Reader, READERS) {
    const undisturbed around;
    host<Reader> to;
    superoffice::call_options options;
    options.select = "Name,TableRight/Mask";
    for (const char* const manner : manners) {
        CAPTURE(manner);
        control("settings", "{\"nulled\": \"" + std::string{manner} + "\"}");
        const auto task = to.api.get_batch_task_info(6205, options);
        REQUIRE(task.has_value());
        CHECK(task->Name == "ContactExport");
        CHECK(task->TableRight->Mask->bits() == 3);
        const std::string_view how = manner;
        CHECK(task->ProgressPercent.is_absent() == (how == "absent"));
        CHECK(task->ProgressPercent.is_null() == (how == "null"));
        CHECK(task->LastStarted.is_null() == (how == "null"));
        CHECK(task->TableRight->Reason.has_value() == (how == "ignored"));
        if (how == "defaults") {
            CHECK(task->ProgressPercent == 0);
            CHECK(task->IsSystemTask == false);
            CHECK(task->State == BatchTaskState::Unknown);
            CHECK(!task->LastStarted->is_set());
            CHECK(task->Description.is_null());
        }
        if (how == "ignored") CHECK(task->ProgressPercent == 100);
    }
}

TEST_CASE("§10 text: sent as it is given, in place of the struct's own, matched without case") {
    host<> to;
    const journal log;
    superoffice::call_options options;
    options.select = "name,progressPERCENT";
    const auto task = to.api.get_batch_task_info(9100, options);
    REQUIRE(task.has_value());
    CHECK(holds(log.last_request(), "GetBatchTaskInfo?$select=name,progressPERCENT\""));
    CHECK(task->Name == "ContactExport");
    CHECK(task->ProgressPercent == 100);
    CHECK(task->Id.is_absent());
    options.select = "Id";
    // The reply then has none of the members of this struct.
    CHECK(to.api.get_batch_task_info<progress>(9100, options).error() == errc::foreign_document);
    CHECK(holds(log.last_request(), "?$select=Id\""));
}

TEST_CASE("§10 text: the vendor's own example with its foreign names is taken, and gives nothing") {
    host<> to;
    superoffice::call_options options;
    options.select = "name,department,category/id";
    const auto task = to.api.get_batch_task_info(9100, options);
    REQUIRE(task.has_value());
    CHECK(task->Name == "ContactExport");
    CHECK(task->State.is_absent());
}

TEST_CASE("§10 text: a character that a query cannot have is refused before anything is sent, with its position") {
    using namespace std::string_view_literals;
    host<> to;
    const journal log;
    const struct {
        std::string_view text;
        std::uint32_t offset;
    } rows[] = {{"Id&x=1"sv, 2}, {"Id Name"sv, 2}, {"Id\r\nX: y"sv, 2},  {"#"sv, 0},
                {"Id,%41"sv, 3}, {"a\0b"sv, 1},    {"Stat\xc3\xa9"sv, 4}};
    for (const auto& row : rows) {
        superoffice::call_options options;
        options.select = row.text;
        const superoffice::error e = to.api.get_batch_task_info(497, options).error();
        CHECK(e == errc::bad_select);
        CHECK(e.offset == row.offset);
    }
    CHECK(log.connections() == 0);
}

TEST_CASE("§1.1 query: without a select there is none") {
    host<> to;
    const journal log;
    check_sample(to.api.get_batch_task_info(497));
    CHECK(holds(log.last_request(), "\"select\": null"));
    CHECK(holds(log.last_request(), "/GetBatchTaskInfo\""));
}
