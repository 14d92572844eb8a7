#include "argument_values.hpp"

#include "arguments.hpp"
#include "cli11.hpp"
#include "nearest.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

namespace cli {
namespace {

bool is_decimal(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

}  // namespace

std::int64_t number_of(const char* name, const std::string& text, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!is_decimal(text) || read.ec != std::errc{} || number < least || number > most)
        throw CLI::ValidationError{
            name, "has to be a decimal number from " + std::to_string(least) + " to " + std::to_string(most)};
    return number;
}

superoffice::milliseconds seconds_of(const char* name, const std::string& text) {
    constexpr std::int64_t most = 100LL * 365 * 86'400;
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string whole = text.substr(0, point);
    std::string fraction = point < text.size() ? text.substr(point + 1) : "0";
    std::int64_t count = 0;
    if (is_decimal(whole) && whole.size() < 12 && is_decimal(fraction)) {
        fraction.resize(3, '0');
        count = std::stoll(whole) * 1'000 + std::stoll(fraction);
    }
    if (count <= 0 || count > most * 1'000)
        throw CLI::ValidationError{name, "has to be a number of seconds above 0, such as 1.5"};
    return superoffice::milliseconds{count};
}

std::int32_t task_id_of(const std::string& text) {
    constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(number_of("ID", text, 1, most));
}

std::vector<std::int32_t> different_task_ids_of(const std::vector<std::string>& texts, std::size_t most) {
    std::vector<std::int32_t> ids;
    for (const std::string& text : texts)
        if (const std::int32_t id = task_id_of(text); std::find(ids.begin(), ids.end(), id) == ids.end()) {
            if (ids.size() == most)
                throw CLI::ValidationError{"ID", "at most " + std::to_string(most) + " tasks at once"};
            ids.push_back(id);
        }
    return ids;
}

superoffice::BatchTaskState state_of(const std::string& text) {
    using superoffice::BatchTaskState;
    constexpr std::pair<const char*, BatchTaskState> states[] = {
        {"All", BatchTaskState::All},         {"Unknown", BatchTaskState::Unknown},
        {"New", BatchTaskState::New},         {"Aquired", BatchTaskState::Aquired},
        {"Started", BatchTaskState::Started}, {"Succeeded", BatchTaskState::Succeeded},
        {"Failed", BatchTaskState::Failed},   {"SucceededManualCleanup", BatchTaskState::SucceededManualCleanup}};
    std::vector<std::string> names;
    std::string all;
    for (const auto& [name, state] : states) {
        if (CLI::detail::to_lower(name) == CLI::detail::to_lower(text)) return state;
        names.emplace_back(name);
        all.append(all.empty() ? "" : ", ").append(name);
    }
    throw CLI::ValidationError{"--state", "a task has only these states: " + all + did_you_mean(text, names)};
}

}  // namespace cli
