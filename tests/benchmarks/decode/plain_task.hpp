// The task as it is declared by hand: texts as views, dates and enumerations as text, nested values as raw JSON.
#ifndef SUPEROFFICE_TESTS_BENCHMARKS_DECODE_PLAIN_TASK_HPP
#define SUPEROFFICE_TESTS_BENCHMARKS_DECODE_PLAIN_TASK_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace bench {

struct plain_task {
    std::int32_t Id = 0;
    std::string_view Name;
    std::int32_t AssociateId = 0, DetailsTable = 0, DetailsRecord = 0;
    bool IsSystemTask = false, IsInternalTask = false;
    std::string_view ParameterObject, LastStarted, Created;
    std::int32_t StartCount = 0;
    std::string_view DatabaseSerialNumber, Context, Result, State, Description, Response, Request, ProgressDescription;
    std::int32_t ProgressPercent = 0;
    std::string_view FileName, CancellationBehaviour, TableRight, FieldProperties;
};

/// Its members in the order of the documentation: numbers and truth values, texts, raw JSON.
// clang-format off
#define BENCH_EACH_MEMBER(SCALAR, TEXT, RAW) \
    SCALAR(Id) TEXT(Name) SCALAR(AssociateId) SCALAR(DetailsTable) SCALAR(DetailsRecord) SCALAR(IsSystemTask) \
    SCALAR(IsInternalTask) RAW(ParameterObject) TEXT(LastStarted) TEXT(Created) SCALAR(StartCount) \
    TEXT(DatabaseSerialNumber) TEXT(Context) TEXT(Result) TEXT(State) TEXT(Description) TEXT(Response) TEXT(Request) \
    TEXT(ProgressDescription) SCALAR(ProgressPercent) TEXT(FileName) TEXT(CancellationBehaviour) RAW(TableRight) \
    RAW(FieldProperties)
// clang-format on

/// A text that was not there has no address.
inline nlohmann::json as_text(std::string_view text) {
    return text.data() == nullptr ? nlohmann::json() : nlohmann::json(text);
}
inline nlohmann::json as_raw(std::string_view raw) {
    return raw.data() == nullptr ? nlohmann::json() : nlohmann::json::parse(raw);
}

inline nlohmann::json to_json(const plain_task& task) {
    nlohmann::json made;
#define BENCH_SCALAR(name) made[#name] = task.name;
#define BENCH_TEXT(name) made[#name] = as_text(task.name);
#define BENCH_RAW(name) made[#name] = as_raw(task.name);
    BENCH_EACH_MEMBER(BENCH_SCALAR, BENCH_TEXT, BENCH_RAW)
#undef BENCH_SCALAR
#undef BENCH_TEXT
#undef BENCH_RAW
    return made;
}

}  // namespace bench
#endif
