#include "contender.hpp"
#include "nlohmann_task.hpp"

namespace {

template <class T>
nlohmann::json plain(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
}

class by_nlohmann : public bench::contender {
  public:
    bool decode(bench::document from) override {
        const auto task = nlohmann::json::parse(from.data, from.data + from.size).get<bench::nlohmann_task>();
        bench::use(&task);
        return true;
    }
    nlohmann::json seen(bench::document from) override {
        const auto task = nlohmann::json::parse(from.data, from.data + from.size).get<bench::nlohmann_task>();
        nlohmann::json made{{"Id", plain(task.Id)},
                            {"Name", plain(task.Name)},
                            {"AssociateId", plain(task.AssociateId)},
                            {"DetailsTable", plain(task.DetailsTable)},
                            {"DetailsRecord", plain(task.DetailsRecord)},
                            {"IsSystemTask", plain(task.IsSystemTask)},
                            {"IsInternalTask", plain(task.IsInternalTask)},
                            {"LastStarted", plain(task.LastStarted)},
                            {"Created", plain(task.Created)},
                            {"StartCount", plain(task.StartCount)},
                            {"DatabaseSerialNumber", plain(task.DatabaseSerialNumber)},
                            {"Context", plain(task.Context)},
                            {"Result", plain(task.Result)},
                            {"State", plain(task.State)},
                            {"Description", plain(task.Description)},
                            {"Response", plain(task.Response)},
                            {"Request", plain(task.Request)},
                            {"ProgressDescription", plain(task.ProgressDescription)},
                            {"ProgressPercent", plain(task.ProgressPercent)},
                            {"FileName", plain(task.FileName)},
                            {"CancellationBehaviour", plain(task.CancellationBehaviour)},
                            {"TableRight", task.TableRight},
                            {"FieldProperties", task.FieldProperties}};
        for (const auto& [key, value] : task.ParameterObject) made["ParameterObject"][key] = plain(value);
        return made;
    }
};

}  // namespace

std::unique_ptr<bench::contender> bench::make_nlohmann(std::size_t) { return std::make_unique<by_nlohmann>(); }
