// RapidJSON in situ: a document over the reply's own bytes, then each member by its name.
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "contender.hpp"
#include "plain_task.hpp"

namespace {

/// Nested values stay in the document, which is the user's as long as they are.
struct rapid_task : bench::plain_task {
    const rapidjson::Value *parameters = nullptr, *right = nullptr, *properties = nullptr;
};

void take(const rapidjson::Value& value, std::int32_t& into) {
    if (value.IsInt()) into = value.GetInt();
}
void take(const rapidjson::Value& value, bool& into) {
    if (value.IsBool()) into = value.GetBool();
}
void take(const rapidjson::Value& value, std::string_view& into) {
    if (value.IsString()) into = {value.GetString(), value.GetStringLength()};
}

bool parse(rapidjson::Document& document, char* data, rapid_task& task) {
    if (document.ParseInsitu<rapidjson::kParseValidateEncodingFlag>(data).HasParseError() || !document.IsObject())
        return false;
#define BENCH_TAKE(name) \
    if (const auto found = document.FindMember(#name); found != document.MemberEnd()) take(found->value, task.name);
#define BENCH_LEAVE(name)
    BENCH_EACH_MEMBER(BENCH_TAKE, BENCH_TAKE, BENCH_LEAVE)
#undef BENCH_TAKE
#undef BENCH_LEAVE
    if (const auto at = document.FindMember("ParameterObject"); at != document.MemberEnd())
        task.parameters = &at->value;
    if (const auto at = document.FindMember("TableRight"); at != document.MemberEnd()) task.right = &at->value;
    if (const auto at = document.FindMember("FieldProperties"); at != document.MemberEnd())
        task.properties = &at->value;
    return true;
}

nlohmann::json printed(const rapidjson::Value* value) {
    if (value == nullptr) return {};
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer{text};
    value->Accept(writer);
    return nlohmann::json::parse(text.GetString());
}

class rapid : public bench::contender {
  public:
    bool decode(bench::document from) override {
        rapidjson::Document document;
        rapid_task task;
        const bool good = parse(document, from.data, task);
        bench::use(&task);
        return good;
    }
    nlohmann::json seen(bench::document from) override {
        rapidjson::Document document;
        rapid_task task;
        if (!parse(document, from.data, task)) return {};
        nlohmann::json made = to_json(task);
        made["ParameterObject"] = printed(task.parameters);
        made["TableRight"] = printed(task.right);
        made["FieldProperties"] = printed(task.properties);
        return made;
    }
};

}  // namespace

std::unique_ptr<bench::contender> bench::make_rapidjson(std::size_t) { return std::make_unique<rapid>(); }
