// Section 7: parameters, the rights on fields and on the whole task.
#include "contract.hpp"

#include <array>

using namespace contract;

namespace {

/// The sample's parameters, by name.
struct parameters {
    superoffice::field<std::string_view> ParameterObject1;
    superoffice::json_text ParameterObject2;
    superoffice::field<std::string_view> Another;
};
BOOST_DESCRIBE_STRUCT(parameters, (), (ParameterObject1, ParameterObject2, Another))

constexpr std::size_t large_memory = 2 * 1024 * 1024;

/// The text of the value, copied: it may hold escapes.
std::string text_of(const superoffice::field<superoffice::json_text>& value) {
    if (!value.has_value()) return "(absent)";
    if (value->is_null()) return "(null)";
    std::array<char, 256> room{};
    const auto copied = value->copy(room);
    return copied ? std::string{*copied} : "(too long)";
}

}  // namespace

TEST_CASE_TEMPLATE("§7 ParameterObject: empty, null, null values, free keys, escapes, duplicates", Reader, READERS) {
    host<Reader> to;
    auto task = to.api.get_batch_task_info(6300);
    REQUIRE(task.has_value());
    CHECK((task->ParameterObject->empty() && task->ParameterObject->is_object()));
    CHECK(to.api.get_batch_task_info(6301)->ParameterObject.is_null());

    const struct {
        std::int32_t id;
        std::string_view key, value;
    } rows[] = {
        {6302, "first", "(null)"},
        {6302, "second", "text"},
        {6302, "third", "(null)"},
        {6302, "fourth", "(absent)"},
        {6303, "quote\"d", "back\\slash"},
        {6303, "tab\tbed", "line\nbreak"},
        {6303, "\u00e6\u00f8\u00e5", "\U0001f600"},
        {6303, "slash/ed", "/"},
        {6303, "", "empty key"},
        {6306, "a", "3"},
        {6306, "b", "2"},
        {6307, "number", "1"},
        {6307, "true", "true"},
        {6307, "list", "[1,\"a\"]"},
        {6313, "a", ""},
        {6313, " b ", " "},
    };
    for (const auto& row : rows) {
        CAPTURE(row.id);
        CAPTURE(row.key);
        task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        for (int time = 0; time < 2; ++time) {  // the same answer however often it is read
            std::string found = text_of(task->ParameterObject->find(row.key));
            if (row.key == "list") std::erase(found, ' ');
            CHECK(found == row.value);
        }
    }
}

TEST_CASE_TEMPLATE("§7 ParameterObject: walked twice with equal results, and as the program's own struct", Reader,
                   READERS) {
    host<Reader> to;
    const auto task = to.api.get_batch_task_info(6303);
    REQUIRE(task.has_value());
    std::string seen[2];
    for (std::string& each : seen)
        for (const auto& [key, value] : *task->ParameterObject) {
            each += text_of(key);
            each += '=';
            each += text_of(value);
            each += ';';
        }
    CHECK(seen[0] == seen[1]);
    CHECK(task->ParameterObject->size() == 5);
    CHECK(!seen[0].empty());

    const auto sample = to.api.get_batch_task_info(497);
    REQUIRE(sample.has_value());
    for (int time = 0; time < 2; ++time) {
        const auto mine = sample->ParameterObject->template as<parameters>();
        REQUIRE(mine.has_value());
        CHECK(mine->ParameterObject1 == "format=xlsx");
        CHECK(mine->ParameterObject2 == "includePersons=true");
        CHECK(mine->Another.is_absent());
    }
}

TEST_CASE_TEMPLATE("§7 ParameterObject: a value that is no object is kept unchanged", Reader, READERS) {
    host<Reader> to;
    for (const auto& row : {std::pair{6308, "\"format=xlsx\""}, {6314, "7"}}) {
        const auto& [id, raw] = row;
        CAPTURE(row.first);
        const auto task = to.api.get_batch_task_info(id);
        REQUIRE(task.has_value());
        CHECK(!task->ParameterObject->is_object());
        CHECK(task->ParameterObject->empty());
        CHECK(task->ParameterObject->raw() == raw);
    }
    const auto list = to.api.get_batch_task_info(6309);
    REQUIRE(list.has_value());
    CHECK(list->ParameterObject->raw().front() == '[');
    CHECK(list->ParameterObject->empty());
}

TEST_CASE_TEMPLATE("§7 ParameterObject: many, large and long", Reader, READERS) {
    host<Reader> to{superoffice::client_options{}, service().base_url(), large_memory};
    auto task = to.api.get_batch_task_info(6304);
    REQUIRE(task.has_value());
    CHECK(task->ParameterObject->size() == 300);
    CHECK(text_of(task->ParameterObject->find("Parameter0299")).size() == 40);
    task = to.api.get_batch_task_info(6305);
    REQUIRE(task.has_value());
    CHECK(task->ParameterObject->size() == 1000);
    CHECK(task->ParameterObject->find("Parameter0999")->unescaped_size() == 1024);
    task = to.api.get_batch_task_info(6310);
    REQUIRE(task.has_value());
    CHECK(task->ParameterObject->find("long")->unescaped_size() == 65536);
}

TEST_CASE_TEMPLATE("§7 ParameterObject: checked at decode, to its depth", Reader, READERS) {
    host<Reader> to;
    check_refusal(to, {6311, errc::bad_string});
    check_refusal(to, {6312, errc::too_deep});
}

TEST_CASE_TEMPLATE("§7 FieldProperties: empty, null, entries that are null or have no members, unknown members", Reader,
                   READERS) {
    host<Reader> to;
    auto task = to.api.get_batch_task_info(6400);
    REQUIRE(task.has_value());
    CHECK(task->FieldProperties->empty());
    CHECK(to.api.get_batch_task_info(6401)->FieldProperties.is_null());

    task = to.api.get_batch_task_info(6403);
    REQUIRE(task.has_value());
    auto property = task->FieldProperties->find("Name");
    REQUIRE(property.has_value());
    CHECK(property->FieldRight.is_null());
    CHECK(property->FieldType == "");
    CHECK(property->FieldLength == 0);

    task = to.api.get_batch_task_info(6404);
    REQUIRE(task.has_value());
    CHECK(task->FieldProperties->size() == 2);
    property = task->FieldProperties->find("Name");
    CHECK(property.is_null());
    CHECK(task->FieldProperties->find("Created")->FieldType == "System.DateTime");

    task = to.api.get_batch_task_info(6405);
    REQUIRE(task.has_value());
    property = task->FieldProperties->find("Name");
    CHECK((property->FieldRight.is_null() && property->FieldType.is_null() && property->FieldLength.is_null()));
    task = to.api.get_batch_task_info(6406);
    REQUIRE(task.has_value());
    CHECK(task->FieldProperties->find("Name")->FieldLength.is_absent());
    task = to.api.get_batch_task_info(6408);
    REQUIRE(task.has_value());
    CHECK(task->FieldProperties->find("name")->FieldLength == 300);
    task = to.api.get_batch_task_info(6409);
    REQUIRE(task.has_value());
    CHECK(task->FieldProperties->find("Name")->FieldLength == 300);
    check_refusal(to, {6410, errc::wrong_kind});
}

TEST_CASE_TEMPLATE("§7 FieldProperties: 500 entries, each with its right", Reader, READERS) {
    host<Reader> to{superoffice::client_options{}, service().base_url(), large_memory};
    const auto task = to.api.get_batch_task_info(6407);
    REQUIRE(task.has_value());
    std::size_t full = 0;
    for (const auto& [field, property] : *task->FieldProperties)
        full += property.FieldRight->Mask == superoffice::EFieldRight::FULL ? 1u : 0u;
    CHECK(full == 500);
    CHECK(task->FieldProperties->find("Field499")->FieldLength == 300);
}

TEST_CASE_TEMPLATE("§7 rights: with reasons, with resource keys, with nothing", Reader, READERS) {
    host<Reader> to;
    auto task = to.api.get_batch_task_info(6402);
    REQUIRE(task.has_value());
    const auto name = task->FieldProperties->find("Name");
    REQUIRE(name.has_value());
    CHECK(name->FieldRight->Reason == "[SR_MANDATORY_FIELD_1281]");
    CHECK(name->FieldType == "ShortText");
    CHECK(name->FieldLength == 254);
    const auto owner = task->FieldProperties->find("Owner");
    REQUIRE(owner.has_value());
    CHECK(owner->FieldRight->Mask == superoffice::EFieldRight::Read);
    CHECK(owner->FieldRight->Reason == "Owned by someone else");
    CHECK(owner->FieldType == "SuperOffice.CRM.Services.Contact");

    task = to.api.get_batch_task_info(6412);
    REQUIRE(task.has_value());
    CHECK(task->TableRight->Mask == superoffice::ETableRight::FULL);
    CHECK(task->TableRight->Reason.is_null());
    task = to.api.get_batch_task_info(6413);
    REQUIRE(task.has_value());
    CHECK(task->TableRight->Mask.is_absent());
    task = to.api.get_batch_task_info(6414);
    REQUIRE(task.has_value());
    CHECK(task->TableRight->Mask == superoffice::ETableRight::None);
    CHECK(task->TableRight->Reason == "Only the owner may see this");
    check_refusal(to, {6411, errc::wrong_kind});  // a right that is text alone
}
