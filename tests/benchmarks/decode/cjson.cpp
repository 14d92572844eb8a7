// cJSON: a tree, which holds the texts, then each member by its name.
#include <cjson/cJSON.h>

#include "contender.hpp"
#include "plain_task.hpp"

namespace {

struct owned_task {
    bench::plain_task plain;
    cJSON* root = nullptr;  // the texts stand in it
    owned_task() = default;
    owned_task(const owned_task&) = delete;
    owned_task& operator=(const owned_task&) = delete;
    ~owned_task() { cJSON_Delete(root); }
};

void take(const cJSON* item, std::int32_t& into) {
    if (cJSON_IsNumber(item)) into = item->valueint;
}
void take(const cJSON* item, bool& into) {
    if (cJSON_IsBool(item)) into = cJSON_IsTrue(item) != 0;
}
void take(const cJSON* item, std::string_view& into) {
    if (cJSON_IsString(item)) into = item->valuestring;
}

bool parse(const bench::document& from, owned_task& task) {
    task.root = cJSON_ParseWithLength(from.data, from.size);
    if (!cJSON_IsObject(task.root)) return false;
#define BENCH_TAKE(name) take(cJSON_GetObjectItemCaseSensitive(task.root, #name), task.plain.name);
#define BENCH_LEAVE(name)
    BENCH_EACH_MEMBER(BENCH_TAKE, BENCH_TAKE, BENCH_LEAVE)
#undef BENCH_TAKE
#undef BENCH_LEAVE
    return true;
}

class by_cjson : public bench::contender {
  public:
    bool decode(bench::document from) override {
        owned_task task;
        const bool good = parse(from, task);
        bench::use(&task);
        return good;
    }
    nlohmann::json seen(bench::document from) override {
        owned_task task;
        if (!parse(from, task)) return {};
        nlohmann::json made = to_json(task.plain);
        for (const char* name : {"ParameterObject", "TableRight", "FieldProperties"}) {
            char* const text = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(task.root, name));
            made[name] = nlohmann::json::parse(text);
            cJSON_free(text);
        }
        return made;
    }
};

}  // namespace

std::unique_ptr<bench::contender> bench::make_cjson(std::size_t) { return std::make_unique<by_cjson>(); }
