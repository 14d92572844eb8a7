// superoffice/schema/batch_task_info.hpp - the request, the reply and its enumerations, with the wire's names.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SCHEMA_BATCH_TASK_INFO_HPP
#define SUPEROFFICE_SCHEMA_BATCH_TASK_INFO_HPP

#include <superoffice/schema/coded.hpp>
#include <superoffice/schema/date_time.hpp>
#include <superoffice/schema/field.hpp>
#include <superoffice/schema/rights.hpp>
#include <superoffice/schema/string_map.hpp>

#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Where a task stands. `Aquired` without a c is the wire's spelling. `All` is a filter value of the list calls, no
/// state; it appears in samples. Source: enumeration page BatchTaskState.
enum class BatchTaskState : std::int32_t {
    Unknown = 0,
    New = 1,                     ///< waiting; no worker has it
    Aquired = 2,                 ///< a worker has it, it does not run yet
    Started = 3,                 ///< running
    Succeeded = 4,               ///< done
    Failed = 5,                  ///< stopped by a failure
    SucceededManualCleanup = 6,  ///< done; the caller of the task cleans up its data
    All = 99999,
};
BOOST_DESCRIBE_ENUM(BatchTaskState, Unknown, New, Aquired, Started, Succeeded, Failed, SucceededManualCleanup, All)

/// True if a task in this state has done its work. Takes a field, a coded value or the enumerator itself.
template <class State>
[[nodiscard]] constexpr bool has_succeeded(const State& state) noexcept {
    return state == BatchTaskState::Succeeded || state == BatchTaskState::SucceededManualCleanup;
}

/// True if nothing more will happen to a task in this state: it has succeeded or failed. Takes what `has_succeeded` takes.
template <class State>
[[nodiscard]] constexpr bool is_final(const State& state) noexcept {
    return has_succeeded(state) || state == BatchTaskState::Failed;
}

/// Whether this kind of task can be stopped. Source: enumeration page BatchTaskCancellationBehaviour.
enum class BatchTaskCancellationBehaviour : std::int32_t { CanCancel = 0, CancelWithWarning = 1, CannotCancel = 2 };
BOOST_DESCRIBE_ENUM(BatchTaskCancellationBehaviour, CanCancel, CancelWithWarning, CannotCancel)

/// The service's whole reply about one task; asking for it needs no `$select`. Every member may be absent or null: a server
/// omits a property that was not selected, or sends it as null, and older servers do not have the newest members.
/// Texts are views into the memory that the reply was received in. Source: reference page of GetBatchTaskInfo.
struct BatchTaskInfo {
    field<std::int32_t> Id;             ///< not always the one asked for, so never compared
    field<std::string_view> Name;       ///< definition name: 254 characters in the database
    field<std::int32_t> AssociateId;    ///< owner; 0 for a system task
    field<std::int32_t> DetailsTable;   ///< number of the table with more about the task
    field<std::int32_t> DetailsRecord;  ///< row in that table
    field<bool> IsSystemTask;           ///< no user started it
    field<bool> IsInternalTask;         ///< leaves no trace in the database
    field<string_map> ParameterObject;  ///< free names to texts
    field<date_time> LastStarted;       ///< year 1 for one that never ran
    field<date_time> Created;
    field<std::int32_t> StartCount;  ///< may grow: tasks are restarted
    field<std::string_view> DatabaseSerialNumber;
    field<std::string_view> Context;
    field<std::string_view> Result;
    field<coded<BatchTaskState>> State;
    field<std::string_view> Description;          ///< 254 characters in the database
    field<std::string_view> Response;             ///< 254 characters
    field<std::string_view> Request;              ///< 254 characters
    field<std::string_view> ProgressDescription;  ///< what it is doing now; 254 characters
    field<std::int32_t> ProgressPercent;          ///< values above 100 occur; nothing says that it only grows
    field<std::string_view> FileName;             ///< a name, no URL; absent on old servers
    field<coded<BatchTaskCancellationBehaviour>> CancellationBehaviour;  ///< since 10.2.1
    field<superoffice::TableRight> TableRight;
    field<field_property_map> FieldProperties;  ///< field name to the right on it
};
BOOST_DESCRIBE_STRUCT(BatchTaskInfo, (),
                      (Id, Name, AssociateId, DetailsTable, DetailsRecord, IsSystemTask, IsInternalTask,
                       ParameterObject, LastStarted, Created, StartCount, DatabaseSerialNumber, Context, Result, State,
                       Description, Response, Request, ProgressDescription, ProgressPercent, FileName,
                       CancellationBehaviour, TableRight, FieldProperties))

/// The body of the call: `{"Id":497}`.
struct GetBatchTaskInfoRequest {
    std::int32_t Id = 0;
};
BOOST_DESCRIBE_STRUCT(GetBatchTaskInfoRequest, (), (Id))

/// The same of StopBatchJob, which answers true or false.
struct StopBatchJobRequest {
    std::int32_t Id = 0;
};
BOOST_DESCRIBE_STRUCT(StopBatchJobRequest, (), (Id))

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
