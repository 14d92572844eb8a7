#include "arguments.hpp"

#include "credentials_from_environment.hpp"
#include "terminal.hpp"

#include <superoffice/base/version.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#include <CLI/CLI.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace cli {
namespace {

std::string footer() {
    return std::string{
               "Server: --base-url, else the variable SUPEROFFICE_BASE_URL: https://HOST/TENANT, with or without "
               "/api behind it\n\n"} +
           environment_credential::description() + "\nExit code:\n" + list_of_exit_codes();
}

/// "1.5" as milliseconds. Throws what CLI11 wants of an option's value.
superoffice::milliseconds seconds_of(const std::string& text) {
    char* end = nullptr;
    const double seconds = std::strtod(text.c_str(), &end);
    constexpr double most = 100.0 * 365 * 86'400;
    if (text.empty() || *end != '\0' || !std::isfinite(seconds) || seconds < 0.001 || seconds > most)
        throw CLI::ValidationError{"not a number of seconds above 0: " + text};
    return superoffice::milliseconds{static_cast<std::int64_t>(seconds * 1'000)};
}

CLI::Option* add_seconds(CLI::App& app, const char* name, superoffice::milliseconds& into, const char* meaning) {
    return app
        .add_option_function<std::string>(
            name, [&into](const std::string& text) { into = seconds_of(text); }, meaning)
        ->type_name("SECONDS");
}

void add_common(CLI::App& app, arguments& into) {
    app.add_option("--base-url", into.base_url, "the server and the tenant")->type_name("URL");
    app.add_option_function<std::string>(
           "--select",
           [&into](const std::string& names) {
               try {
                   into.selection = selection::of(names);
               } catch (const std::invalid_argument& problem) {
                   throw CLI::ValidationError{"--select " + names, problem.what()};
               }
           },
           "ask for these properties only, and show only these: State,ProgressPercent,TableRight/Mask")
        ->type_name("NAMES");
    app.add_flag("--json", into.json, "one line of JSON for whatever is shown");
    add_seconds(app, "--timeout", into.timeout, "for each call, from name look-up to the last byte (30)");
    app.add_option("--ca-file", into.ca_file, "trust these certificate authorities (PEM), not the system's")
        ->type_name("FILE");
    app.add_option("--tls", into.tls, "offer this version only: 1.2 or 1.3")
        ->type_name("VERSION")
        ->check(CLI::IsMember(std::set<std::string>{"1.2", "1.3"}).description(""));
    app.add_option("--language", into.language, "of texts: SO-Language (en); * for all languages at once")
        ->type_name("CODE");
    app.add_option("--culture", into.culture, "of formats inside texts: SO-Culture")->type_name("CODE");
    app.add_option("--time-zone", into.time_zone, "of dates: SO-TimeZone (\"UTC, includeTZOffset\")")
        ->type_name("CODE");
    app.add_option("--memory", into.memory, "the largest reply there is room for, about (4194304)")
        ->type_name("BYTES")
        ->check(CLI::Range(std::size_t{1'024}, std::size_t{1} << 30).description(""));
    app.add_flag("--plain-http", into.plain_http, "allow an http:// server: the credential can be read on its way");
}

/// CLI11 shows what it did not expect. That may be a secret somebody tried to give as an argument.
std::string without_values(const CLI::ParseError& problem) {
    if (problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError))
        return "an argument is not known, or there is one too many";
    return problem.what();
}

void complain(const std::string& what) { std::fprintf(stderr, "superoffice-batch: %s\n", what.c_str()); }

}  // namespace

std::optional<arguments> parse(int argc, char** argv, exit_code& code) {
    arguments made;
    CLI::App app{"Tells how a batch task of SuperOffice is doing, and can stop it.", "superoffice-batch"};
    app.footer(footer());
    app.set_version_flag("--version", "superoffice-batch " SUPEROFFICE_VERSION_TEXT);
    app.require_subcommand(1);
    app.fallthrough();  // options may stand before the command and behind it
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    add_common(app, made);

    CLI::App* const get = app.add_subcommand("get", "Shows a task once: a line for each of its properties.");
    CLI::App* const watch =
        app.add_subcommand("watch",
                           "Follows a task to its end: a bar on a terminal, else a line for each change.\n"
                           "Asks for State, ProgressPercent and ProgressDescription; with --select for State and "
                           "what that names,\nwhich is shown at the end as get shows it.\n"
                           "Ctrl-C ends it; on a terminal it asks whether to stop the task as well.");
    CLI::App* const stop = app.add_subcommand("stop", "Stops a task, where its kind can be stopped.");
    CLI::App* const probe = app.add_subcommand("probe",
                                               "Asks the server for its versions: whether the address is right. "
                                               "Needs no credential, and sends none.");
    for (CLI::App* each : {get, watch, stop}) each->add_option("ID", made.id, "the task")->required();
    for (CLI::App* each : {stop, probe}) each->excludes(app.get_option("--select"));
    for (CLI::App* each : {get, watch, stop, probe}) each->set_help_flag();  // there is one help for all
    add_seconds(*watch, "--interval", made.interval, "from one reply to the next question (2)");
    add_seconds(*watch, "--deadline", made.deadline, "give up after so long (never)");

    code = exit_code::usage;
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        put(app.get_formatter()->make_help(&app, "superoffice-batch", CLI::AppFormatMode::All));
        code = exit_code::done;
        return {};
    } catch (const CLI::CallForVersion& version) {
        put(std::string{version.what()} + "\n");
        code = exit_code::done;
        return {};
    } catch (const CLI::ParseError& problem) {
        complain(without_values(problem) + "; see superoffice-batch --help");
        return {};
    }
    made.command = app.got_subcommand(get)     ? command::get
                   : app.got_subcommand(watch) ? command::watch
                   : app.got_subcommand(stop)  ? command::stop
                                               : command::probe;

    const char* const base_url = std::getenv("SUPEROFFICE_BASE_URL");
    if (made.base_url.empty() && base_url != nullptr) made.base_url = base_url;
    if (made.base_url.empty()) {
        complain("no server: give --base-url, or set SUPEROFFICE_BASE_URL");
        return {};
    }
    return made;
}

}  // namespace cli
