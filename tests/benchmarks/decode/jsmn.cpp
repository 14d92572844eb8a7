// jsmn as its own example uses it: tokens, then each key is compared with the names in turn. Nothing is unescaped, and
// UTF-8 is not checked. In a second form, the texts are unescaped in place by hand.
#include <jsmn.h>

#include <cstring>
#include <vector>

#include "contender.hpp"
#include "plain_task.hpp"

namespace {

/// Into the text's own place, byte by byte, as such code is mostly written. False for a malformed escape.
bool unescape(char* at, std::size_t size, std::string_view& into) {
    const char *from = at, *const end = at + size;
    char* out = at;
    const auto hex4 = [&from, end](unsigned& value) {
        if (end - from < 4) return false;
        value = 0;
        for (int n = 0; n < 4; ++n) {
            const char c = *from++;
            value <<= 4;
            if (c >= '0' && c <= '9')
                value |= static_cast<unsigned>(c - '0');
            else if (c >= 'a' && c <= 'f')
                value |= static_cast<unsigned>(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                value |= static_cast<unsigned>(c - 'A' + 10);
            else
                return false;
        }
        return true;
    };
    const auto put = [&out](unsigned byte) { *out++ = static_cast<char>(byte); };
    while (from != end) {
        if (*from != '\\') {
            *out++ = *from++;
            continue;
        }
        if (++from == end) return false;
        unsigned point = 0, low = 0;
        switch (*from++) {
            case '"': put('"'); break;
            case '\\': put('\\'); break;
            case '/': put('/'); break;
            case 'b': put('\b'); break;
            case 'f': put('\f'); break;
            case 'n': put('\n'); break;
            case 'r': put('\r'); break;
            case 't': put('\t'); break;
            case 'u':
                if (!hex4(point)) return false;
                if (point >= 0xD800 && point < 0xDC00) {
                    if (end - from < 6 || from[0] != '\\' || from[1] != 'u') return false;
                    from += 2;
                    if (!hex4(low) || low < 0xDC00 || low > 0xDFFF) return false;
                    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                }
                if (point < 0x80) {
                    put(point);
                } else if (point < 0x800) {
                    put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
                } else if (point < 0x10000) {
                    put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
                } else {
                    put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F)), put(0x80 | (point >> 6 & 0x3F)),
                        put(0x80 | (point & 0x3F));
                }
                break;
            default: return false;
        }
    }
    into = {at, static_cast<std::size_t>(out - at)};
    return true;
}

template <bool Unescapes>
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
#define BENCH_TEXT(name) made[#name] = Unescapes ? bench::as_text(task.name) : unescaped(task.name);
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

    static bool rewrite(const bench::document& from, std::string_view& text) {
        return text.data() == nullptr || unescape(from.data + (text.data() - from.data), text.size(), text);
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
        if constexpr (Unescapes) {
#define BENCH_LEAVE(name)
#define BENCH_REWRITE(name) \
    if (!rewrite(from, task.name)) return false;
            BENCH_EACH_MEMBER(BENCH_LEAVE, BENCH_REWRITE, BENCH_LEAVE)
#undef BENCH_LEAVE
#undef BENCH_REWRITE
        }
        return true;
    }

    std::vector<jsmntok_t> tokens_;
};

}  // namespace

std::unique_ptr<bench::contender> bench::make_jsmn(std::size_t max_bytes) {
    return std::make_unique<by_jsmn<false>>(max_bytes);
}
std::unique_ptr<bench::contender> bench::make_jsmn_unescaped(std::size_t max_bytes) {
    return std::make_unique<by_jsmn<true>>(max_bytes);
}
