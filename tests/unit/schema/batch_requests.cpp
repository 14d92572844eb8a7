// Tests of superoffice/schema/batch_requests.hpp: what a request asks for that was not filled in.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/batch_requests.hpp>

#include <doctest/doctest.h>

namespace so = superoffice;
using so::BatchTaskState;

TEST_CASE("batch_requests: a request that was not filled in names no task") {
    CHECK(so::GetOutputFromBatchRequest{}.BatchTaskId == 0);
    CHECK(so::CleanupBatchTaskRequest{}.BatchTaskId == 0);
    CHECK(so::DeleteBatchTaskRequest{}.BatchTaskId == 0);
    CHECK(so::DeleteBatchTasksRequest{}.BatchTaskIds.empty());
    CHECK(so::UpdateBatchTaskRequest{}.BatchTaskInfo.Id == 0);
}

TEST_CASE("batch_requests: a list that names no state has the tasks of every state") {
    CHECK(so::GetBatchTaskInfosByStateRequest{}.State == BatchTaskState::All);
    CHECK(so::GetBatchTaskInfosByNameAndStateRequest{}.State == BatchTaskState::All);
    CHECK(so::GetBatchTaskInfosByAssociatesAndStateRequest{}.State == BatchTaskState::All);
    CHECK(so::GetAllBatchTaskInfosByNameAndStateRequest{}.State == BatchTaskState::All);
    CHECK(so::GetSystemBatchTaskInfosByNameAndStateRequest{}.State == BatchTaskState::All);
}

TEST_CASE("batch_requests: a change that was not filled in changes nothing") {
    const so::BatchTaskChange change;
    CHECK(change.State.is_absent());
    CHECK(change.Description.is_absent());
    CHECK(change.Response.is_absent());
    CHECK(change.Request.is_absent());
}
