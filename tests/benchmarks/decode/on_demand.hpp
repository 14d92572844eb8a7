// simdjson's On-Demand, used by hand in three ways: asking for each member, going over the keys, and that with a look at
// every pair of ParameterObject.
#ifndef SUPEROFFICE_TESTS_BENCHMARKS_DECODE_ON_DEMAND_HPP
#define SUPEROFFICE_TESTS_BENCHMARKS_DECODE_ON_DEMAND_HPP

#include <cstdint>
#include <string_view>

#include <simdjson.h>

#include "plain_task.hpp"

namespace bench {

namespace od = simdjson::ondemand;

inline bool take(od::value value, std::int32_t& into) {
    std::int64_t number = 0;
    if (value.get_int64().get(number) != simdjson::SUCCESS) return value.is_null();
    if (number < INT32_MIN || number > INT32_MAX) return false;
    into = static_cast<std::int32_t>(number);
    return true;
}
inline bool take(od::value value, bool& into) {
    return value.get_bool().get(into) == simdjson::SUCCESS || value.is_null();
}
inline bool take(od::value value, std::string_view& into) {
    return value.get_string().get(into) == simdjson::SUCCESS || value.is_null();
}
inline bool take_raw(od::value value, std::string_view& into) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return value.is_null();
    return object.raw_json().get(into) == simdjson::SUCCESS;
}

/// The same, after a look at every pair: both texts unescaped, so that nothing in them is bad.
inline bool take_pairs(od::value value, std::string_view& into) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return value.is_null();
    for (auto item : object) {
        od::field field;
        std::string_view key, text;
        if (std::move(item).get(field) != simdjson::SUCCESS) return false;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
        if (field.value().get_string().get(text) != simdjson::SUCCESS && !field.value().is_null()) return false;
    }
    return object.reset().error() == simdjson::SUCCESS && object.raw_json().get(into) == simdjson::SUCCESS;
}

/// find_field_unordered for each member, in the order of the documentation.
inline bool find_unordered(od::parser& parser, const char* data, std::size_t size, std::size_t capacity,
                           plain_task& task) {
    od::document document;
    if (parser.iterate(data, size, capacity).get(document) != simdjson::SUCCESS) return false;
    od::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return false;
    od::value value;
#define BENCH_TAKE(name) \
    if (object.find_field_unordered(#name).get(value) == simdjson::SUCCESS && !take(value, task.name)) return false;
#define BENCH_TAKE_RAW(name) \
    if (object.find_field_unordered(#name).get(value) == simdjson::SUCCESS && !take_raw(value, task.name)) return false;
    BENCH_EACH_MEMBER(BENCH_TAKE, BENCH_TAKE, BENCH_TAKE_RAW)
#undef BENCH_TAKE
#undef BENCH_TAKE_RAW
    return true;
}

/// A switch over the length of the key, then comparisons.
template <bool EveryPair>
bool by_switch(od::parser& parser, const char* data, std::size_t size, std::size_t capacity, plain_task& task) {
    od::document document;
    if (parser.iterate(data, size, capacity).get(document) != simdjson::SUCCESS) return false;
    od::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return false;
    for (auto item : object) {
        od::field field;
        std::string_view key;
        if (std::move(item).get(field) != simdjson::SUCCESS) return false;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
        od::value value = field.value();
        bool good = true;
        switch (key.size()) {
            case 2:
                if (key == "Id") good = take(value, task.Id);
                break;
            case 4:
                if (key == "Name") good = take(value, task.Name);
                break;
            case 5:
                if (key == "State") good = take(value, task.State);
                break;
            case 6:
                if (key == "Result") good = take(value, task.Result);
                break;
            case 7:
                if (key == "Created")
                    good = take(value, task.Created);
                else if (key == "Context")
                    good = take(value, task.Context);
                else if (key == "Request")
                    good = take(value, task.Request);
                break;
            case 8:
                if (key == "Response")
                    good = take(value, task.Response);
                else if (key == "FileName")
                    good = take(value, task.FileName);
                break;
            case 10:
                if (key == "StartCount")
                    good = take(value, task.StartCount);
                else if (key == "TableRight")
                    good = take_raw(value, task.TableRight);
                break;
            case 11:
                if (key == "AssociateId")
                    good = take(value, task.AssociateId);
                else if (key == "LastStarted")
                    good = take(value, task.LastStarted);
                else if (key == "Description")
                    good = take(value, task.Description);
                break;
            case 12:
                if (key == "DetailsTable")
                    good = take(value, task.DetailsTable);
                else if (key == "IsSystemTask")
                    good = take(value, task.IsSystemTask);
                break;
            case 13:
                if (key == "DetailsRecord") good = take(value, task.DetailsRecord);
                break;
            case 14:
                if (key == "IsInternalTask") good = take(value, task.IsInternalTask);
                break;
            case 15:
                if (key == "ParameterObject")
                    good = EveryPair ? take_pairs(value, task.ParameterObject) : take_raw(value, task.ParameterObject);
                else if (key == "ProgressPercent")
                    good = take(value, task.ProgressPercent);
                else if (key == "FieldProperties")
                    good = take_raw(value, task.FieldProperties);
                break;
            case 19:
                if (key == "ProgressDescription") good = take(value, task.ProgressDescription);
                break;
            case 20:
                if (key == "DatabaseSerialNumber") good = take(value, task.DatabaseSerialNumber);
                break;
            case 21:
                if (key == "CancellationBehaviour") good = take(value, task.CancellationBehaviour);
                break;
            default: break;
        }
        if (!good) return false;
    }
    return true;
}

}  // namespace bench
#endif
