#include "table.hpp"

#include "members.hpp"
#include "visible_text.hpp"

#include <superoffice/codec/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cli {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t name_columns = 24;  // CancellationBehaviour has 21
constexpr std::size_t indent = 2;

/// Text that stands for itself only: what looks like a marker, or does not show where it ends, is quoted.
std::string unmistakable(std::string_view text) {
    const bool odd = text.empty() || text == "null" || text == "absent" || text.front() == ' ' || text.back() == ' ' ||
                     text.front() == '"';
    return odd ? '"' + visible(text) + '"' : visible(text);
}

std::string text_of(const superoffice::json_text& text) {
    std::string copied(text.unescaped_size(), '\0');
    static_cast<void>(text.copy(copied));
    return copied;
}

class table {
  public:
    explicit table(bool colours) : colours_(colours) {}

    template <class T>
    void show(std::string_view name, const superoffice::field<T>& value) {
        if (value.has_value())
            show(name, *value);
        else
            line(name, value.is_null() ? "null" : "absent", true);
    }
    void show(std::string_view name, bool value) { line(name, value ? "true" : "false"); }
    void show(std::string_view name, std::int32_t value) { line(name, std::to_string(value)); }
    void show(std::string_view name, std::string_view value) { line(name, unmistakable(value)); }
    void show(std::string_view name, const superoffice::json_text& value) {
        if (value.is_null())
            line(name, "null", true);
        else
            line(name, unmistakable(text_of(value)));
    }

    template <class E>
    void show(std::string_view name, const superoffice::coded<E>& value) {
        if (value.known()) return line(name, visible(value.text()));
        line(name, (value.text().empty() && value.number() != 0 ? std::to_string(value.number())
                                                                : unmistakable(value.text())) +
                       " (unknown to this version)");
    }

    template <class E>
    void show(std::string_view name, const superoffice::flags<E>& value) {
        const bool by_number = value.text().empty() && value.bits() != 0;
        std::string text = by_number ? std::to_string(value.bits()) : unmistakable(value.text());
        if (!value.known()) text += " (not all known to this version)";
        line(name, text);
    }

    void show(std::string_view name, const superoffice::date_time& value) {
        std::string text = unmistakable(value.text());
        if (!value.is_set())
            text += " (not set)";
        else if (!value.offset())
            text += " (zone unknown)";
        line(name, text);
    }

    template <class Value>
    void show(std::string_view name, const superoffice::basic_map<Value>& map) {
        if (!map.is_object()) return line(name, visible(map.raw()));
        line(name, std::to_string(map.size()) + (map.size() == 1 ? " entry" : " entries"));
        deeper([&] {
            for (const auto& [key, value] : map) show(unmistakable(text_of(key)), value);
        });
    }

    template <class Struct>
        requires requires { typename boost::describe::describe_members<Struct, boost::describe::mod_public>; }
    void show(std::string_view name, const Struct& value) {
        line(name, "");
        deeper(
            [&] { for_each_member(value, [&](std::string_view inner, const auto& member) { show(inner, member); }); });
    }

    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    template <class F>
    void deeper(F&& f) {
        depth_ += indent;
        f();
        depth_ -= indent;
    }

    void line(std::string_view name, std::string_view value, bool is_marker = false) {
        const std::size_t used = depth_ + width_of(name);
        text_.append(depth_, ' ').append(name);
        if (!value.empty()) text_.append(used + 2 > name_columns ? 2 : name_columns - used, ' ');
        text_.append(is_marker && colours_ ? "\x1b[2m"sv : ""sv).append(value);
        text_.append(is_marker && colours_ ? "\x1b[0m\n"sv : "\n"sv);
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool colours_;
};

}  // namespace

std::string table_of(const superoffice::BatchTaskInfo& task, const selection& shown, bool colours) {
    table made{colours};
    for_each_member(task, [&](std::string_view name, const auto& member) {
        if (shown.has(name)) made.show(name, member);
    });
    return made.text();
}

std::string table_of(const superoffice::ServiceVersion& versions, bool colours) {
    table made{colours};
    for_each_member(versions, [&](std::string_view name, const auto& member) { made.show(name, member); });
    return made.text();
}

}  // namespace cli
