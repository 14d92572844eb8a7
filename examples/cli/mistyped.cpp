#include "mistyped.hpp"

#include "nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace cli {
namespace {

/// A name as it may be shown: short, and made of letters. Of another one the beginning, as far as it is a name.
std::string visible_name(const std::string& name) {
    constexpr std::size_t longest = 20;
    const std::size_t end = name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
    return name.size() <= longest && end == name.npos ? name : name.substr(0, std::min(end, longest)) + "...";
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
    for (const CLI::App* each : commands_of(app))
        if (each->get_name() == name) return each;
    return nullptr;
}

/// The option of the tool or of the command, if there is one. One of the tool that its help hides belongs to some commands
/// only, and may stand before them.
const CLI::Option* find_option(const CLI::App& app, const CLI::App* command, const std::string& name) {
    const CLI::Option* const own = command == nullptr ? nullptr : command->get_option_no_throw(name);
    const CLI::Option* const common = app.get_option_no_throw(name);
    const bool is_hidden = common != nullptr && common->get_group().empty();
    return common == nullptr || (is_hidden && command != nullptr) ? own : common;
}

/// The command that the words name, if they name one.
const CLI::App* named_command(const CLI::App& app, const std::vector<std::string>& words) {
    for (const std::string& word : words)
        if (const CLI::App* const found = find_command(app, word); found != nullptr) return found;
    return nullptr;
}

/// An option of one command stands before the command; empty if no command has it, or the words name another command.
std::string too_early(const CLI::App& app, const std::string& name, const std::vector<std::string>& words) {
    const CLI::App* owner = named_command(app, words);
    for (const CLI::App* each : commands_of(app))
        if (owner == nullptr && each->get_option_no_throw(name) != nullptr) owner = each;
    if (owner == nullptr || owner->get_option_no_throw(name) == nullptr) return {};
    return name + " is an option of " + owner->get_name() + ", and comes after the command: superoffice-batch " +
           owner->get_name() + " " + name;
}

std::string no_such_option(const CLI::App& app, const CLI::App* command, const std::string& name,
                           const std::vector<std::string>& words) {
    if (command == nullptr) {
        if (std::string early = too_early(app, name, words); !early.empty()) return early;
        command = named_command(app, words);
    }
    std::vector<std::string> names;
    for (const CLI::App* each : {&app, command})
        if (each != nullptr)
            for (const CLI::Option* option : each->get_options())
                for (const std::string& long_name : option->get_lnames()) names.push_back("--" + long_name);
    for (const CLI::App* other : commands_of(app))
        if (command != nullptr && other != command && other->get_option_no_throw(name) != nullptr)
            return name + " is an option of " + other->get_name() + ", not of " + command->get_name();
    return "there is no option " + visible_name(name) + did_you_mean(name, names);
}

std::string no_such_command(const CLI::App& app, const std::string& word) {
    std::vector<std::string> names{"--help", "--version"};
    for (const CLI::App* each : commands_of(app)) names.push_back(each->get_name());
    if (visible_name(word) != word) return "the first word is no command";  // perhaps a secret in the wrong place
    return "there is no command " + word + did_you_mean(word, names);
}

std::string missing_command(const CLI::App& app) {
    std::string text = "a command is missing:";
    for (const CLI::App* each : commands_of(app)) text.append(" ").append(each->get_name()).append(",");
    text.pop_back();
    return text;
}

}  // namespace

std::optional<std::string> mistyped(const CLI::App& app, const std::vector<std::string>& words) {
    const CLI::App* command = nullptr;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word.size() > 1 && word[0] == '-') {
            const std::string name = word[1] == '-' ? word.substr(0, word.find('=')) : word.substr(0, 2);
            const CLI::App* const of = command == nullptr ? named_command(app, words) : command;
            const CLI::Option* option = find_option(app, command, name);
            if (option != nullptr && option->get_group().empty()) option = find_option(app, of, name);
            if (option == nullptr) return no_such_option(app, command, name, words);
            if (option->get_items_expected_max() > 0 && name == word) ++at;  // its value
        } else if (command == nullptr) {
            command = find_command(app, word);
            if (command == nullptr) return no_such_command(app, word);
        }
    }
    if (command == nullptr) return missing_command(app);
    return std::nullopt;
}

}  // namespace cli
