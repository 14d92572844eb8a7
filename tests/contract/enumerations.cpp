// Section 6: states, cancellation and masks in every form that was seen, and in some other forms.
#include "contract.hpp"

using namespace contract;
using superoffice::BatchTaskCancellationBehaviour;
using superoffice::EFieldRight;
using superoffice::ETableRight;

TEST_CASE_TEMPLATE("§6 states: every text, any case, numbers, and unknown values", Reader, READERS) {
    host<Reader> to;
    constexpr bool is_known = true, is_unknown = false, is_final = true, goes_on = false;
    const struct {
        std::int32_t id;
        bool known;
        std::int32_t number;
        std::string_view text;
        bool final;
    } rows[] = {
        {6100, is_known, 0, "Unknown", goes_on},
        {6101, is_known, 1, "New", goes_on},
        {6102, is_known, 2, "Aquired", goes_on},
        {6103, is_known, 3, "Started", goes_on},
        {6104, is_known, 4, "Succeeded", is_final},
        {6105, is_known, 5, "Failed", is_final},
        {6106, is_known, 6, "SucceededManualCleanup", is_final},
        {6107, is_known, 99999, "All", goes_on},
        {6108, is_unknown, 0, "Paused", goes_on},
        {6109, is_known, 3, "started", goes_on},
        {6110, is_known, 3, "Started", goes_on},
        {6111, is_known, 99999, "All", goes_on},
        {6112, is_unknown, 77, "", goes_on},
        {6113, is_unknown, 0, "3", goes_on},
        {6115, is_unknown, 0, "", goes_on},
        {6117, is_known, 3, "Started", goes_on},
        {6118, is_unknown, 0, "Acquired", goes_on},
    };
    for (const auto& row : rows) {
        CAPTURE(row.id);
        const auto task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        REQUIRE(task->State.has_value());
        CHECK(task->State->known() == row.known);
        CHECK(task->State->number() == row.number);
        CHECK(task->State->text() == row.text);
        CHECK(superoffice::is_final(task->State) == row.final);
    }
    CHECK(to.api.get_batch_task_info(6114)->State.is_null());
    const superoffice::error e = to.api.get_batch_task_info(6116).error();
    CHECK(e == errc::wrong_kind);
    CHECK(superoffice::member_name<BatchTaskInfo>(e) == "State");
}

TEST_CASE_TEMPLATE("§6 cancellation: every text, any case, numbers, and unknown values", Reader, READERS) {
    host<Reader> to;
    constexpr bool is_known = true, is_unknown = false;
    const struct {
        std::int32_t id;
        bool known;
        std::int32_t number;
        std::string_view text;
    } rows[] = {
        {6120, is_known, 0, "CanCancel"},    {6121, is_known, 1, "CancelWithWarning"},
        {6122, is_known, 2, "CannotCancel"}, {6123, is_unknown, 0, "MayCancel"},
        {6124, is_known, 0, "CanCancel"},    {6125, is_known, 1, "CancelWithWarning"},
        {6126, is_known, 2, "CannotCancel"}, {6127, is_unknown, 7, ""},
        {6129, is_known, 0, "cancancel"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.id);
        const auto task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        REQUIRE(task->CancellationBehaviour.has_value());
        CHECK(task->CancellationBehaviour->known() == row.known);
        CHECK(task->CancellationBehaviour->number() == row.number);
        CHECK(task->CancellationBehaviour->text() == row.text);
    }
    CHECK(to.api.get_batch_task_info(6128)->CancellationBehaviour.is_null());
}

TEST_CASE_TEMPLATE("§6 masks: joined names, combined names, numbers, and unknown values, on table and field", Reader,
                   READERS) {
    host<Reader> to;
    struct mask {
        std::uint32_t bits;
        bool known;
        std::string_view text;
    };
    const struct {
        std::int32_t id;
        mask table, field;
    } rows[] = {
        {6200, {15, true, "FULL"}, {3, true, "FULL"}},
        {6201, {0, true, "None"}, {0, true, "None"}},
        {6202, {0, false, "Read"}, {1, true, "Read"}},
        {6203, {2, true, "Update"}, {3, true, "Update"}},
        {6204, {8, true, "Delete"}, {0, false, "Delete"}},
        {6205, {3, true, "Select, Update"}, {3, false, "Select, Update"}},
        {6206, {11, true, "Select, Update, Delete"}, {3, false, "Select, Update, Delete"}},
        {6207, {15, true, "Select, Update, Insert, Delete"}, {3, false, "Select, Update, Insert, Delete"}},
        {6208, {37, true, "RI, RestrictedUpdate"}, {0, false, "RI, RestrictedUpdate"}},
        {6209, {2, false, "Update, UIHintMandatory"}, {67, true, "Update, UIHintMandatory"}},
        {6210, {2, false, "Update, Nullable"}, {35, true, "Update, Nullable"}},
        {6211, {2, false, "Update, Unused4"}, {35, true, "Update, Unused4"}},
        {6212, {0, false, "Unused4, UIHintReadOnly"}, {160, true, "Unused4, UIHintReadOnly"}},
        {6213, {1, true, "Select"}, {1, true, "Read"}},
        {6214, {15, true, "FULL"}, {15, true, ""}},
        {6215, {0, true, "None"}, {0, true, "None"}},
        {6216, {256, false, ""}, {256, true, "UndefinedValue256"}},
        {6217, {4096, false, ""}, {4096, false, ""}},
        {6218, {3, true, "Select,Update"}, {3, false, "Select,Update"}},
        {6219, {1, false, "Select, Frobnicate"}, {0, false, "Select, Frobnicate"}},
        {6220, {0, true, ""}, {0, true, ""}},
        {6222, {15, true, "full"}, {3, true, "full"}},
        {6223, {38, true, "WRITE"}, {2, true, "WRITE"}},
        {6224, {31, true, "URI, Delete, Filtering"}, {0, false, "URI, Delete, Filtering"}},
        {6225, {0, false, "UndefinedValue256"}, {256, true, "UndefinedValue256"}},
        {6227, {0, false, "15"}, {0, false, "15"}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.id);
        const auto task = to.api.get_batch_task_info(row.id);
        REQUIRE(task.has_value());
        REQUIRE(task->TableRight->Mask.has_value());
        const auto& table = *task->TableRight->Mask;
        CHECK(table.bits() == row.table.bits);
        CHECK(table.known() == row.table.known);
        CHECK(table.text() == row.table.text);
        const auto property = task->FieldProperties->find("Name");
        REQUIRE(property.has_value());
        REQUIRE(property->FieldRight->Mask.has_value());
        const auto& field = *property->FieldRight->Mask;
        CHECK(field.bits() == row.field.bits);
        CHECK(field.known() == row.field.known);
        CHECK(field.text() == row.field.text);
    }
    const auto null = to.api.get_batch_task_info(6221);
    REQUIRE(null.has_value());
    CHECK(null->TableRight->Mask.is_null());
    CHECK(null->FieldProperties->find("Name")->FieldRight->Mask.is_null());
    CHECK(to.api.get_batch_task_info(6226).error() == errc::out_of_range);  // -1
}

TEST_CASE("§6 masks: each right can be asked for by itself") {
    host<> to;
    const auto task = to.api.get_batch_task_info(6208);  // RI, RestrictedUpdate
    REQUIRE(task.has_value());
    const auto mask = *task->TableRight->Mask;
    CHECK(mask.has(ETableRight::Select));
    CHECK(mask.has(ETableRight::Insert));
    CHECK(mask.has(ETableRight::RestrictedUpdate));
    CHECK(!mask.has(ETableRight::Update));
    const auto hinted = to.api.get_batch_task_info(6209);  // Update, UIHintMandatory
    REQUIRE(hinted.has_value());
    const auto field = *hinted->FieldProperties->find("Name")->FieldRight->Mask;
    CHECK((field.has(EFieldRight::Read) && field.has(EFieldRight::Write) && field.has(EFieldRight::UIHintMandatory)));
    CHECK(!field.has(EFieldRight::UIHintReadOnly));
}
