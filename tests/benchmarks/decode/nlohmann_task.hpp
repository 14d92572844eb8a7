// The task as a user of nlohmann's JSON declares it.
#ifndef SUPEROFFICE_TESTS_BENCHMARKS_DECODE_NLOHMANN_TASK_HPP
#define SUPEROFFICE_TESTS_BENCHMARKS_DECODE_NLOHMANN_TASK_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace bench {

struct nlohmann_task {
    std::optional<std::int32_t> Id, AssociateId, DetailsTable, DetailsRecord, StartCount, ProgressPercent;
    std::optional<bool> IsSystemTask, IsInternalTask;
    std::optional<std::string> Name, LastStarted, Created, DatabaseSerialNumber, Context, Result, State, Description,
        Response, Request, ProgressDescription, FileName, CancellationBehaviour;
    std::map<std::string, std::optional<std::string>> ParameterObject;
    nlohmann::json TableRight, FieldProperties;
};

template <class T>
void take(const nlohmann::json& from, const char* name, std::optional<T>& into) {
    const auto found = from.find(name);
    if (found == from.end() || found->is_null())
        into.reset();
    else
        into = found->get<T>();
}

inline void from_json(const nlohmann::json& from, nlohmann_task& task) {
    take(from, "Id", task.Id);
    take(from, "Name", task.Name);
    take(from, "AssociateId", task.AssociateId);
    take(from, "DetailsTable", task.DetailsTable);
    take(from, "DetailsRecord", task.DetailsRecord);
    take(from, "IsSystemTask", task.IsSystemTask);
    take(from, "IsInternalTask", task.IsInternalTask);
    task.ParameterObject.clear();
    if (const auto found = from.find("ParameterObject"); found != from.end() && found->is_object())
        for (const auto& [key, value] : found->items())
            task.ParameterObject[key] = value.is_null() ? std::optional<std::string>{} : value.get<std::string>();
    take(from, "LastStarted", task.LastStarted);
    take(from, "Created", task.Created);
    take(from, "StartCount", task.StartCount);
    take(from, "DatabaseSerialNumber", task.DatabaseSerialNumber);
    take(from, "Context", task.Context);
    take(from, "Result", task.Result);
    take(from, "State", task.State);
    take(from, "Description", task.Description);
    take(from, "Response", task.Response);
    take(from, "Request", task.Request);
    take(from, "ProgressDescription", task.ProgressDescription);
    take(from, "ProgressPercent", task.ProgressPercent);
    take(from, "FileName", task.FileName);
    take(from, "CancellationBehaviour", task.CancellationBehaviour);
    task.TableRight = from.value("TableRight", nlohmann::json());
    task.FieldProperties = from.value("FieldProperties", nlohmann::json());
}

}  // namespace bench
#endif
