// simdjson's On-Demand by hand, with both maps taken apart: find_field_unordered for each member, and each entry of a map when it
// is reached. (A file of its own: what the compiler inlines into the others would change.)
#include "on_demand.hpp"

#include "contender.hpp"

namespace bench {
namespace {

/// One entry of `FieldProperties`.
struct plain_property {
    std::string_view key, mask, reason, type;
    std::int32_t length = 0;
    bool has_right = false;
};
struct plain_parameter {
    std::string_view key, value;
};

/// Each pair of `ParameterObject`, both texts unescaped.
template <class F>
bool walk_parameters(od::value value, F& f) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return value.is_null();
    for (auto item : object) {
        od::field field;
        plain_parameter pair;
        if (std::move(item).get(field) != simdjson::SUCCESS) return false;
        if (field.unescaped_key().get(pair.key) != simdjson::SUCCESS || !take(field.value(), pair.value)) return false;
        f(pair);
    }
    return true;
}

inline bool take_property(od::value value, plain_property& into) {
    od::object object, right;
    od::value part;
    if (value.get_object().get(object) != simdjson::SUCCESS) return value.is_null();
    if (object.find_field_unordered("FieldRight").get(part) == simdjson::SUCCESS) {
        if (part.get_object().get(right) == simdjson::SUCCESS) {
            into.has_right = true;
            od::value text;
            if (right.find_field_unordered("Mask").get(text) == simdjson::SUCCESS && !take(text, into.mask))
                return false;
            if (right.find_field_unordered("Reason").get(text) == simdjson::SUCCESS && !take(text, into.reason))
                return false;
        } else if (!part.is_null()) {
            return false;
        }
    }
    if (object.find_field_unordered("FieldType").get(part) == simdjson::SUCCESS && !take(part, into.type)) return false;
    return object.find_field_unordered("FieldLength").get(part) != simdjson::SUCCESS || take(part, into.length);
}

/// Each entry of `FieldProperties`, taken apart.
template <class F>
bool walk_properties(od::value value, F& f) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return value.is_null();
    for (auto item : object) {
        od::field field;
        plain_property property;
        if (std::move(item).get(field) != simdjson::SUCCESS) return false;
        if (field.unescaped_key().get(property.key) != simdjson::SUCCESS) return false;
        if (!take_property(field.value(), property)) return false;
        f(property);
    }
    return true;
}

/// As `find_unordered`, but both maps are taken apart; `f` gets each entry.
template <class F>
bool find_walked(od::parser& parser, const char* data, std::size_t size, std::size_t capacity, plain_task& task, F f) {
    od::document document;
    if (parser.iterate(data, size, capacity).get(document) != simdjson::SUCCESS) return false;
    od::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return false;
    od::value value;
    struct walker {
        F& f;
        bool operator()(std::string_view plain_task::* which, od::value of, plain_task& into) {
            if (which == &plain_task::ParameterObject) return walk_parameters(of, f);
            if (which == &plain_task::FieldProperties) return walk_properties(of, f);
            return take_raw(of, into.*which);
        }
    } walk{f};
#define BENCH_TAKE(name) \
    if (object.find_field_unordered(#name).get(value) == simdjson::SUCCESS && !take(value, task.name)) return false;
#define BENCH_WALK(name) \
    if (object.find_field_unordered(#name).get(value) == simdjson::SUCCESS && !walk(&plain_task::name, value, task)) \
        return false;
    BENCH_EACH_MEMBER(BENCH_TAKE, BENCH_TAKE, BENCH_WALK)
#undef BENCH_TAKE
#undef BENCH_WALK
    return true;
}

}  // namespace
}  // namespace bench

namespace {

class walked : public bench::contender {
  public:
    bool decode(bench::document from) override {
        bench::plain_task task;
        const bool good = bench::find_walked(parser_, from.data, from.size, from.capacity, task,
                                             [](const auto& entry) { bench::use(&entry); });
        bench::use(&task);
        return good;
    }
    nlohmann::json seen(bench::document from) override {
        bench::plain_task task;
        nlohmann::json parameters = nlohmann::json::object(), properties = parameters;
        struct collector {
            nlohmann::json &parameters, &properties;
            void operator()(const bench::plain_parameter& entry) const {
                parameters[std::string(entry.key)] = bench::as_text(entry.value);
            }
            void operator()(const bench::plain_property& entry) const {
                nlohmann::json right;
                if (entry.has_right)
                    right = {{"Mask", bench::as_text(entry.mask)}, {"Reason", bench::as_text(entry.reason)}};
                properties[std::string(entry.key)] = {
                    {"FieldRight", right}, {"FieldType", bench::as_text(entry.type)}, {"FieldLength", entry.length}};
            }
        };
        if (!bench::find_walked(parser_, from.data, from.size, from.capacity, task, collector{parameters, properties}))
            return {};
        nlohmann::json made = to_json(task);
        made["ParameterObject"] = parameters;
        made["FieldProperties"] = properties;
        return made;
    }

  private:
    bench::od::parser parser_;
};

}  // namespace

std::unique_ptr<bench::contender> bench::make_find_walked(std::size_t) { return std::make_unique<walked>(); }
