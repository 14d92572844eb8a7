// superoffice/schema/batch_requests.hpp - the requests of the Batch agent's other calls, with the wire's names.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_BATCH_REQUESTS_HPP
#define SUPEROFFICE_SCHEMA_BATCH_REQUESTS_HPP

#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/field.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

// Texts and lists are borrowed until the call is over. Some calls name a task's definition `Name`, others `TaskName`.
// Source: reference pages of the Batch and BLOB agents.

struct GetBatchTaskInfosByAssociatesRequest {
    std::span<const std::int32_t> AssociateIds;
};
BOOST_DESCRIBE_STRUCT(GetBatchTaskInfosByAssociatesRequest, (), (AssociateIds))

struct GetBatchTaskInfosByAssociatesAndStateRequest {
    std::span<const std::int32_t> AssociateIds;
    BatchTaskState State = BatchTaskState::All;
};
BOOST_DESCRIBE_STRUCT(GetBatchTaskInfosByAssociatesAndStateRequest, (), (AssociateIds, State))

struct GetBatchTaskInfosByStateRequest {
    BatchTaskState State = BatchTaskState::All;
};
BOOST_DESCRIBE_STRUCT(GetBatchTaskInfosByStateRequest, (), (State))

struct GetBatchTaskInfosByNameAndStateRequest {
    std::string_view Name;
    BatchTaskState State = BatchTaskState::All;
};
BOOST_DESCRIBE_STRUCT(GetBatchTaskInfosByNameAndStateRequest, (), (Name, State))

struct GetBatchTaskInfosByNameAndAssociatesRequest {
    std::string_view Name;
    std::span<const std::int32_t> AssociateIds;
};
BOOST_DESCRIBE_STRUCT(GetBatchTaskInfosByNameAndAssociatesRequest, (), (Name, AssociateIds))

struct GetAllBatchTaskInfosByNameRequest {
    std::string_view TaskName;
};
BOOST_DESCRIBE_STRUCT(GetAllBatchTaskInfosByNameRequest, (), (TaskName))

struct GetAllBatchTaskInfosByNameAndStateRequest {
    std::string_view TaskName;
    BatchTaskState State = BatchTaskState::All;
};
BOOST_DESCRIBE_STRUCT(GetAllBatchTaskInfosByNameAndStateRequest, (), (TaskName, State))

struct GetSystemBatchTaskInfosByNameRequest {
    std::string_view TaskName;
};
BOOST_DESCRIBE_STRUCT(GetSystemBatchTaskInfosByNameRequest, (), (TaskName))

struct GetSystemBatchTaskInfosByNameAndStateRequest {
    std::string_view TaskName;
    BatchTaskState State = BatchTaskState::All;
};
BOOST_DESCRIBE_STRUCT(GetSystemBatchTaskInfosByNameAndStateRequest, (), (TaskName, State))

/// The job to start: `Name` says which one, and it must be predefined on the server. Only the members that are set are sent.
struct StartBatchJobRequest {
    superoffice::BatchTaskInfo BatchTaskInfo;
};
BOOST_DESCRIBE_STRUCT(StartBatchJobRequest, (), (BatchTaskInfo))

/// The properties of a task that UpdateBatchTask changes. The service ignores all others.
struct BatchTaskChange {
    std::int32_t Id = 0;
    field<coded<BatchTaskState>> State{};
    field<std::string_view> Description{};
    field<std::string_view> Response{};
    field<std::string_view> Request{};
};
BOOST_DESCRIBE_STRUCT(BatchTaskChange, (), (Id, State, Description, Response, Request))

struct UpdateBatchTaskRequest {
    BatchTaskChange BatchTaskInfo;
};
BOOST_DESCRIBE_STRUCT(UpdateBatchTaskRequest, (), (BatchTaskInfo))

struct DeleteBatchTaskRequest {
    std::int32_t BatchTaskId = 0;
};
BOOST_DESCRIBE_STRUCT(DeleteBatchTaskRequest, (), (BatchTaskId))

struct DeleteBatchTasksRequest {
    std::span<const std::int32_t> BatchTaskIds;
};
BOOST_DESCRIBE_STRUCT(DeleteBatchTasksRequest, (), (BatchTaskIds))

struct GetOutputFromBatchRequest {
    std::int32_t BatchTaskId = 0;
};
BOOST_DESCRIBE_STRUCT(GetOutputFromBatchRequest, (), (BatchTaskId))

struct CleanupBatchTaskRequest {
    std::int32_t BatchTaskId = 0;
};
BOOST_DESCRIBE_STRUCT(CleanupBatchTaskRequest, (), (BatchTaskId))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
