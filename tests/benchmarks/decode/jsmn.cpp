// jsmn as its own example uses it: tokens, then each key is compared with the names in turn. Nothing is unescaped, and
// UTF-8 is not checked.
#include <jsmn.h>

#include <cstring>
#include <vector>

#include "contender.hpp"
#include "plain_task.hpp"

namespace {

class by_jsmn : public bench::contender {
  public:
    explicit by_jsmn(std::size_t max_bytes) : tokens_(max_bytes / 4 + 64) {}
    bool decode(bench::document from) override {
        bench::plain_task task;
        const bool good = parse(from, task);
        bench::use(&task);
        return good;
    }
    nlohmann::json seen(bench::document from) override {
        bench::plain_task task;
        if (!parse(from, task)) return {};
        nlohmann::json made;
#define BENCH_SCALAR(name) made[#name] = task.name;
#define BENCH_TEXT(name) made[#name] = unescaped(task.name);
#define BENCH_RAW(name) made[#name] = bench::as_raw(task.name);
        BENCH_EACH_MEMBER(BENCH_SCALAR, BENCH_TEXT, BENCH_RAW)
#undef BENCH_SCALAR
#undef BENCH_TEXT
#undef BENCH_RAW
        return made;
    }

  private:
    static nlohmann::json unescaped(std::string_view text) {
        return text.data() == nullptr ? nlohmann::json() : nlohmann::json::parse('"' + std::string(text) + '"');
    }
    static bool is(const char* data, const jsmntok_t& token, const char* name) {
        const auto size = static_cast<std::size_t>(token.end - token.start);
        return token.type == JSMN_STRING && std::strlen(name) == size &&
               std::strncmp(data + token.start, name, size) == 0;
    }
    static void take(const jsmntok_t& token, std::string_view text, std::int32_t& into) {
        if (token.type != JSMN_PRIMITIVE || text == "null") return;
        std::int64_t value = 0;
        const bool negative = text.front() == '-';
        for (const char c : text.substr(negative ? 1 : 0)) value = value * 10 + (c - '0');
        into = static_cast<std::int32_t>(negative ? -value : value);
    }
    static void take(const jsmntok_t&, std::string_view text, bool& into) { into = text == "true"; }
    static void take(const jsmntok_t& token, std::string_view text, std::string_view& into) {
        if (token.type != JSMN_PRIMITIVE) into = text;  // else it is null
    }

    bool parse(const bench::document& from, bench::plain_task& task) {
        jsmn_parser parser;
        jsmn_init(&parser);
        const int count =
            jsmn_parse(&parser, from.data, from.size, tokens_.data(), static_cast<unsigned>(tokens_.size()));
        if (count < 1 || tokens_[0].type != JSMN_OBJECT) return false;
        for (int i = 1; i + 1 < count;) {
            const jsmntok_t& key = tokens_[static_cast<std::size_t>(i)];
            const jsmntok_t& value = tokens_[static_cast<std::size_t>(i + 1)];
            const std::string_view text(from.data + value.start, static_cast<std::size_t>(value.end - value.start));
            if (false) {
            }
#define BENCH_TAKE(name) else if (is(from.data, key, #name)) take(value, text, task.name);
            BENCH_EACH_MEMBER(BENCH_TAKE, BENCH_TAKE, BENCH_TAKE)
#undef BENCH_TAKE
            const int end = value.end;
            for (i += 2; i < count && tokens_[static_cast<std::size_t>(i)].start < end;) ++i;
        }
        return true;
    }

    std::vector<jsmntok_t> tokens_;
};

}  // namespace

std::unique_ptr<bench::contender> bench::make_jsmn(std::size_t max_bytes) {
    return std::make_unique<by_jsmn>(max_bytes);
}
