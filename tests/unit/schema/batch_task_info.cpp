// Tests of superoffice/schema/batch_task_info.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/detail/describe.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
namespace detail = superoffice::detail;
using so::BatchTaskInfo;
using so::BatchTaskState;

namespace {

static_assert(std::is_trivially_copyable_v<BatchTaskInfo>);
static_assert(so::is_final(BatchTaskState::Succeeded));

struct row {
    std::string_view name;
    std::int32_t value;
};

template <class E>
void check_table(const row (&rows)[], std::size_t count) {
    const char* rest = so::detail::enumerators_of<E>.bytes;
    so::detail::enumerator each;
    for (std::size_t n = 0; n < count; ++n) {
        REQUIRE(so::detail::take_enumerator(rest, each));
        CHECK(each.name == rows[n].name);
        CHECK(each.value == rows[n].value);
    }
    CHECK_FALSE(so::detail::take_enumerator(rest, each));
}

}  // namespace

TEST_CASE("BatchTaskInfo: section 1.4, the 24 properties in order") {
    const std::string_view names[] = {
        "Id",
        "Name",
        "AssociateId",
        "DetailsTable",
        "DetailsRecord",
        "IsSystemTask",
        "IsInternalTask",
        "ParameterObject",
        "LastStarted",
        "Created",
        "StartCount",
        "DatabaseSerialNumber",
        "Context",
        "Result",
        "State",
        "Description",
        "Response",
        "Request",
        "ProgressDescription",
        "ProgressPercent",
        "FileName",
        "CancellationBehaviour",
        "TableRight",
        "FieldProperties",
    };
    REQUIRE(detail::member_count<BatchTaskInfo> == 24);
    for (std::size_t n = 0; n < 24; ++n) CHECK(detail::member_names<BatchTaskInfo>[n] == names[n]);
    CHECK(detail::member_count<so::GetBatchTaskInfoRequest> == 1);
    CHECK(detail::member_names<so::GetBatchTaskInfoRequest>[0] == "Id");
}

TEST_CASE("BatchTaskInfo: everything is absent to begin with") {
    const BatchTaskInfo info;
    detail::for_each_member<BatchTaskInfo>(
        [&](auto index) { CHECK((info.*detail::member_pointer<BatchTaskInfo, index>).is_absent()); });
}

TEST_CASE("BatchTaskState: section 6, the wire's names and numbers") {
    const row rows[] = {
        {"Unknown", 0},
        {"New", 1},
        {"Aquired", 2},
        {"Started", 3},
        {"Succeeded", 4},
        {"Failed", 5},
        {"SucceededManualCleanup", 6},
        {"All", 99999},
    };
    check_table<BatchTaskState>(rows, sizeof rows / sizeof rows[0]);
}

TEST_CASE("BatchTaskCancellationBehaviour: section 6, the wire's names and numbers") {
    const row rows[] = {{"CanCancel", 0}, {"CancelWithWarning", 1}, {"CannotCancel", 2}};
    check_table<so::BatchTaskCancellationBehaviour>(rows, sizeof rows / sizeof rows[0]);
}

TEST_CASE("is_final, has_succeeded: section 6, three states are final and two a success, in whatever type they come") {
    enum end { goes_on, succeeded, failed };
    struct {
        std::string_view text;
        end how;
    } const cases[] = {
        {"Unknown", goes_on},
        {"New", goes_on},
        {"Aquired", goes_on},
        {"Started", goes_on},
        {"Succeeded", succeeded},
        {"Failed", failed},
        {"SucceededManualCleanup", succeeded},
        {"All", goes_on},
        {"Exploded", goes_on},
        {"", goes_on},
        {"succeeded", succeeded},
        {"failed", failed},
    };
    const auto check = [](const auto& state, end how) {
        CHECK(so::is_final(state) == (how != goes_on));
        CHECK(so::has_succeeded(state) == (how == succeeded));
    };
    for (const auto& one : cases) {
        CAPTURE(one.text);
        const auto state = so::coded<BatchTaskState>::from_text(one.text);
        check(state, one.how);
        check(so::field<so::coded<BatchTaskState>>{state}, one.how);
        if (state.known()) check(state.value(), one.how);
    }
    check(so::field<so::coded<BatchTaskState>>{}, goes_on);
    check(so::field<so::coded<BatchTaskState>>{nullptr}, goes_on);
}

TEST_CASE("BatchTaskInfo: a request that was not filled in names no task") {
    CHECK(so::GetBatchTaskInfoRequest{}.Id == 0);
    CHECK(so::StopBatchJobRequest{}.Id == 0);
}
