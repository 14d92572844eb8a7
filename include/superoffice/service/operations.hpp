// superoffice/service/operations.hpp - the catalogue: the calls of the service that this library knows, an entry each.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_OPERATIONS_HPP
#define SUPEROFFICE_SERVICE_OPERATIONS_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/codec/request_list.hpp>
#include <superoffice/schema/batch_requests.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/current_principal.hpp>
#include <superoffice/schema/service_version.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/service/operation.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

// ---- one task

/// How one task is doing. Source: reference page of GetBatchTaskInfo.
inline constexpr operation<GetBatchTaskInfoRequest, BatchTaskInfo> get_batch_task_info{
    .path = "/api/v1/Agents/Batch/GetBatchTaskInfo", .slow = milliseconds{3000}, .nothing = errc::no_such_task};

/// Stops a task, where its kind can be stopped: true if it was. False also says that the task is over already, for example
/// because the same call reached the service twice. Source: section 12 of the service notes.
inline constexpr operation<StopBatchJobRequest, bool> stop_batch_job{
    .path = "/api/v1/Agents/Batch/StopBatchJob", .slow = milliseconds{3000}, .nothing = errc::no_such_task};

/// Starts a predefined job: the id of the new task. Not repeated: a second one would start a second task.
/// Source: reference page of StartBatchJob.
inline constexpr operation<StartBatchJobRequest, std::int32_t> start_batch_job{
    .path = "/api/v1/Agents/Batch/StartBatchJob", .slow = milliseconds{3000}, .may_repeat = false};

/// Changes state and texts of a task, and gives the whole task. Source: reference page of UpdateBatchTask.
inline constexpr operation<UpdateBatchTaskRequest, BatchTaskInfo> update_batch_task{
    .path = "/api/v1/Agents/Batch/UpdateBatchTask", .slow = milliseconds{3000}, .nothing = errc::no_such_task};

/// Deletes tasks. Source: reference pages of DeleteBatchTask and DeleteBatchTasks.
inline constexpr operation<DeleteBatchTaskRequest, void> delete_batch_task{
    .path = "/api/v1/Agents/Batch/DeleteBatchTask", .slow = milliseconds{3000}, .nothing = errc::no_such_task};
inline constexpr operation<DeleteBatchTasksRequest, void> delete_batch_tasks{
    .path = "/api/v1/Agents/Batch/DeleteBatchTasks", .slow = milliseconds{3000}, .nothing = errc::no_such_task};

/// The file that a finished task made. Source: reference page of the BLOB agent.
inline constexpr operation<GetOutputFromBatchRequest, file_bytes> get_output_from_batch{
    .path = "/api/v1/Agents/BLOB/GetOutputFromBatch", .slow = milliseconds{3000}};

/// Deletes the files that a task made, and the task. Source: reference page of the BLOB agent.
inline constexpr operation<CleanupBatchTaskRequest, void> cleanup_batch_task{
    .path = "/api/v1/Agents/BLOB/CleanupBatchTask", .slow = milliseconds{3000}, .nothing = errc::no_such_task};

// ---- lists of tasks; an empty list where there is none. Source: reference pages of the Batch agent.

/// Tasks of users, and where the call says "all", of the system too.
inline constexpr operation<GetBatchTaskInfosByAssociatesRequest, list_of<BatchTaskInfo>>
    get_batch_task_infos_by_associates{
        .path = "/api/v1/Agents/Batch/GetBatchTaskInfosByAssociates", .slow = milliseconds{3000}, .nothing = errc::ok};
inline constexpr operation<GetBatchTaskInfosByAssociatesAndStateRequest, list_of<BatchTaskInfo>>
    get_batch_task_infos_by_associates_and_state{.path = "/api/v1/Agents/Batch/GetBatchTaskInfosByAssociatesAndState",
                                                 .slow = milliseconds{3000},
                                                 .nothing = errc::ok};
inline constexpr operation<GetBatchTaskInfosByStateRequest, list_of<BatchTaskInfo>> get_batch_task_infos_by_state{
    .path = "/api/v1/Agents/Batch/GetBatchTaskInfosByState", .slow = milliseconds{3000}, .nothing = errc::ok};
inline constexpr operation<GetBatchTaskInfosByNameAndStateRequest, list_of<BatchTaskInfo>>
    get_batch_task_infos_by_name_and_state{.path = "/api/v1/Agents/Batch/GetBatchTaskInfosByNameAndState",
                                           .slow = milliseconds{3000},
                                           .nothing = errc::ok};
inline constexpr operation<GetBatchTaskInfosByNameAndAssociatesRequest, list_of<BatchTaskInfo>>
    get_batch_task_infos_by_name_and_associates{.path = "/api/v1/Agents/Batch/GetBatchTaskInfosByNameAndAssociates",
                                                .slow = milliseconds{3000},
                                                .nothing = errc::ok};

/// Since version 10.1.8 of the service.
inline constexpr operation<GetAllBatchTaskInfosByNameRequest, list_of<BatchTaskInfo>> get_all_batch_task_infos_by_name{
    .path = "/api/v1/Agents/Batch/GetAllBatchTaskInfosByName", .slow = milliseconds{3000}, .nothing = errc::ok};
inline constexpr operation<GetAllBatchTaskInfosByNameAndStateRequest, list_of<BatchTaskInfo>>
    get_all_batch_task_infos_by_name_and_state{.path = "/api/v1/Agents/Batch/GetAllBatchTaskInfosByNameAndState",
                                               .slow = milliseconds{3000},
                                               .nothing = errc::ok};
inline constexpr operation<GetSystemBatchTaskInfosByNameRequest, list_of<BatchTaskInfo>>
    get_system_batch_task_infos_by_name{
        .path = "/api/v1/Agents/Batch/GetSystemBatchTaskInfosByName", .slow = milliseconds{3000}, .nothing = errc::ok};
inline constexpr operation<GetSystemBatchTaskInfosByNameAndStateRequest, list_of<BatchTaskInfo>>
    get_system_batch_task_infos_by_name_and_state{.path = "/api/v1/Agents/Batch/GetSystemBatchTaskInfosByNameAndState",
                                                  .slow = milliseconds{3000},
                                                  .nothing = errc::ok};

// ---- the service

/// The user behind the credential: `AssociateId` finds the user's own tasks. Source: reference page of the User resource.
inline constexpr operation<path_segment, CurrentPrincipal> get_current_principal{
    .path = "/api/v1/User/currentPrincipal", .slow = milliseconds{3000}, .method = http_method::get};

/// Which versions the service has. Source: section 2 of the service notes.
inline constexpr operation<path_segment, ServiceVersion> get_service_version{
    .path = "/api", .slow = milliseconds{3000}, .method = http_method::get, .needs_credential = false};

/// Where an Online tenant lives now. Source: tenant status page.
inline constexpr operation<path_segment, TenantStatus> get_tenant_status{.path = "/api/state/",
                                                                         .slow = milliseconds{3000},
                                                                         .method = http_method::get,
                                                                         .needs_credential = false,
                                                                         .nothing = errc::not_found};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
