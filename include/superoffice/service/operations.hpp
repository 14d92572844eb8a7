// superoffice/service/operations.hpp - the catalogue: the calls of the service that this library knows, a line each.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_OPERATIONS_HPP
#define SUPEROFFICE_SERVICE_OPERATIONS_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/schema/service_version.hpp>
#include <superoffice/schema/tenant_state.hpp>
#include <superoffice/service/operation.hpp>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// How one task is doing. Source: reference page of GetBatchTaskInfo.
inline constexpr operation<GetBatchTaskInfoRequest, BatchTaskInfo> get_batch_task_info{
    .path = "/api/v1/Agents/Batch/GetBatchTaskInfo", .slow = milliseconds{3000}, .nothing = errc::no_such_task};

/// Stops a task, where its kind can be stopped: true if it was. False also says that the task is over already, for example
/// because the same call reached the service twice. Source: section 12 of the service notes.
inline constexpr operation<StopBatchJobRequest, bool> stop_batch_job{
    .path = "/api/v1/Agents/Batch/StopBatchJob", .slow = milliseconds{3000}, .nothing = errc::no_such_task};

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
