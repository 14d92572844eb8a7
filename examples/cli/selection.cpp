#include "selection.hpp"

#include "members.hpp"
#include "nearest.hpp"

#include <algorithm>
#include <stdexcept>

namespace cli {
namespace {

std::string_view head_of(std::string_view path) { return path.substr(0, path.find('/')); }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// The path as the service spells its first part.
std::string canonical(std::string_view path) {
    const superoffice::BatchTaskInfo any{};
    std::string found, all;
    for_each_member(any, [&](std::string_view name, const auto&) {
        if (equal_ignoring_case(name, head_of(path))) found = name;
        all.append(all.empty() ? "" : ", ").append(name);
    });
    const std::string_view rest = path.substr(head_of(path).size());
    const bool is_path = std::all_of(rest.begin(), rest.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' || c == '_';
    });
    if (found.empty() || !is_path) {
        std::vector<std::string> properties;
        for_each_member(any, [&](std::string_view name, const auto&) { properties.emplace_back(name); });
        throw std::invalid_argument{"a task has only these properties: " + all +
                                    did_you_mean(head_of(path), properties)};
    }
    return found.append(rest);
}

}  // namespace

selection selection::of(std::string_view names) {
    selection made;
    while (!names.empty()) {
        const std::size_t comma = names.find(',');
        std::string_view name = names.substr(0, comma);
        names = comma == names.npos ? std::string_view{} : names.substr(comma + 1);
        while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
        while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
        const std::string path = canonical(name);
        if (std::find(made.paths_.begin(), made.paths_.end(), path) != made.paths_.end()) continue;
        made.paths_.push_back(path);
        made.text_.append(made.text_.empty() ? "" : ",").append(path);
    }
    return made;
}

bool selection::has(std::string_view name) const {
    return is_everything() ||
           std::any_of(paths_.begin(), paths_.end(), [&](const std::string& path) { return head_of(path) == name; });
}

void selection::add(std::string_view name) {
    if (!has(name)) *this = of(text_ + "," + std::string{name});
}

void selection::keep_only(superoffice::BatchTaskInfo& task) const {
    for_each_member(task, [&](std::string_view name, auto& member) {
        if (!has(name)) member.reset();
    });
}

}  // namespace cli
