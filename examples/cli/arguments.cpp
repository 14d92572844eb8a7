#include "arguments.hpp"

#include "argument_values.hpp"
#include "cli11.hpp"
#include "complaint.hpp"
#include "credentials_from_environment.hpp"
#include "mistyped.hpp"
#include "renewing_credential.hpp"
#include "retry.hpp"
#include "terminal.hpp"

#include <superoffice/base/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace cli {
namespace {

std::string footer() {
    return std::string{
               "Server: --base-url, else the variable SUPEROFFICE_BASE_URL: https://HOST/TENANT, with or without "
               "/api at its end\n\n"
               "Certificate authorities: --ca-file, else SUPEROFFICE_CA_FILE, else SSL_CERT_FILE and SSL_CERT_DIR, "
               "else "
               "the system's.\n\n"
               "Proxy: --proxy, else for https:// the variable https_proxy, else HTTPS_PROXY: http://HOST:PORT, and "
               "there\n"
               "  also http://USER:PASSWORD@HOST:PORT. Hosts in no_proxy, else NO_PROXY, are reached without it.\n\n"
               "A variable that is empty counts as unset.\n\n"} +
           environment_credential::description() + "\nExit code, of several tasks the highest:\n" +
           list_of_exit_codes();
}

CLI::Option* add_seconds(CLI::App& app, const char* name, superoffice::milliseconds& into, const char* meaning) {
    return app
        .add_option_function<std::string>(
            name, [&into, name](const std::string& text) { into = seconds_of(name, text); }, meaning)
        ->type_name("SECONDS");
}

CLI::Option* add_select(CLI::App& app, arguments& into) {
    return app
        .add_option_function<std::string>(
            "--select",
            [&into](const std::string& names) {
                try {
                    into.selection = selection::of(names);
                } catch (const std::invalid_argument& problem) {
                    throw CLI::ValidationError{"--select", problem.what()};
                }
            },
            "ask for these properties only, and show only these: State,ProgressPercent,TableRight/Mask")
        ->type_name("NAMES");
}

void add_common(CLI::App& app, arguments& into) {
    app.add_option("--base-url", into.base_url, "the server and the tenant")->type_name("URL");
    add_select(app, into)->group("");  // may stand before the command; the help of those that take it shows it
    app.add_flag("--json", into.json, "one line of JSON for whatever is shown, and for each error");
    add_seconds(app, "--timeout", into.timeout, "for each call, from name lookup to the last byte (30)");
    app.add_option("--ca-file", into.ca_file, "trust these certificate authorities (PEM) instead of the system's")
        ->type_name("FILE");
    app.add_option_function<std::string>(
           "--tls",
           [&into](const std::string& version) {
               if (version != "1.2" && version != "1.3") throw CLI::ValidationError{"--tls", "has to be 1.2 or 1.3"};
               into.tls = version;
           },
           "offer this version only: 1.2 or 1.3")
        ->type_name("VERSION");
    app.add_option("--language", into.language, "of texts: SO-Language (en); * for all languages at once")
        ->type_name("CODE");
    app.add_option("--culture", into.culture, "of formats inside texts: SO-Culture")->type_name("CODE");
    app.add_option("--time-zone", into.time_zone, "of dates: SO-TimeZone (\"UTC, includeTZOffset\")")
        ->type_name("CODE");
    app.add_option_function<std::string>(
           "--memory",
           [&into](const std::string& text) {
               into.memory = static_cast<std::size_t>(number_of("--memory", text, 1'024, std::int64_t{1} << 30));
           },
           "memory for one request and its reply (4194304)")
        ->type_name("BYTES");
    app.add_option_function<std::string>(
           "--retry",
           [&into](const std::string& text) {
               into.retries = static_cast<std::uint32_t>(number_of("--retry", text, 0, max_retries));
           },
           "make a failed call again, so many times, if its error may pass by itself: the network, 429, 500, 502, 503, "
           "504 (0)")
        ->type_name("NUMBER");
    app.add_flag("--trace", into.trace,
                 "say on standard error what is connected, sent and received, and how long it takes; no secrets");
    app.add_flag("--plain-http", into.plain_http, "allow an http:// server: the credential can be read on its way");
}

/// The help of one command, with the options that all of them take.
std::string help_of(const CLI::App& app, const CLI::App& command) {
    const auto formatter = std::dynamic_pointer_cast<CLI::Formatter>(app.get_formatter());
    std::string text =
        formatter->make_help(&command, "superoffice-batch " + command.get_name(), CLI::AppFormatMode::Normal);
    std::string common = formatter->make_groups(&app, CLI::AppFormatMode::Normal);
    const std::string title = "Options:";
    if (const std::size_t at = common.find(title); at != common.npos)
        common.replace(at, title.size(), "Options of every command:");
    return text + common + "\nCredentials, variables and exit codes: superoffice-batch --help\n";
}

void complain_of(const std::string& what) { complain(what + "; see superoffice-batch --help", exit_code::usage); }

/// "https://host/Cust12345/api/v1/Agents/Batch" leads to the same tenant as "https://host/Cust12345".
std::string without_agents(const std::string& base_url) {
    const std::size_t at = base_url.find("/v1/Agents");
    return at == base_url.npos ? base_url : base_url.substr(0, at + 3);
}

/// The log-in host, without a path: it knows where a tenant has moved. It is not asked for a base that is not https.
std::string directory_of(const std::string& base_url) {
    if (is_http(base_url)) return {};
    const std::string url = login_url_from_environment();
    const std::size_t host = url.find("://");
    return host == url.npos ? std::string{} : url.substr(0, url.find('/', host + 3));
}

}  // namespace

bool is_http(const std::string& base_url) {
    return superoffice::detail::ascii::equal_ignoring_case(base_url.substr(0, 5), "http:");
}

std::optional<arguments> parse(int argc, char** argv, exit_code& code) {
    arguments made;
    CLI::App app{"Lists, starts, follows, stops and deletes batch tasks of SuperOffice.", "superoffice-batch"};
    app.footer(footer());
    app.set_version_flag("--version", "superoffice-batch " SUPEROFFICE_VERSION_TEXT);
    app.require_subcommand(1);
    app.fallthrough();  // options may stand before the command and after it
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    add_common(app, made);
    std::optional<std::string> proxy_url;
    app.add_option_function<std::string>(
           "--proxy", [&proxy_url](const std::string& url) { proxy_url = url; },
           "connect through this HTTP proxy, http://HOST:PORT or https://HOST:PORT; an empty text: through none")
        ->type_name("URL");

    CLI::App* const get = app.add_subcommand(
        "get",
        "Shows a task once: a line for each of its properties. Takes several ids: shows each task below its id; with\n"
        "--json it prints a line for each, which begins with the id. A task that cannot be shown does not hide the "
        "others.");
    CLI::App* const watch = app.add_subcommand(
        "watch",
        "Follows a task to its end: a bar on a terminal, else a line for each change. Beside the bar: the\n"
        "time since it was seen first, and an estimate of the time left. Takes several ids: each line\n"
        "names its task, with --json by the member id.\n"
        "Asks for State, ProgressPercent and ProgressDescription; with --select for State and "
        "the names given,\nwhich are shown at the end as get shows them.\n"
        "Ctrl-C ends it; on a terminal it asks whether to stop the task as well, or those that are not over.");
    CLI::App* const stop = app.add_subcommand("stop",
                                              "Stops a task, if its kind can be stopped. Looks at the task first.\n"
                                              "For a kind that wants a warning it asks; where there is no terminal to "
                                              "ask on, it needs --yes.");
    CLI::App* const list = app.add_subcommand(
        "list",
        "Lists the tasks of users: a line for each with Id, State, percent and Name, as soon as it has arrived.");
    CLI::App* const start = app.add_subcommand(
        "start",
        "Starts a job that is predefined on the server, and prints the id of the new task. Sends the call once only:\n"
        "where the connection breaks, look with list whether the job was started.");
    CLI::App* const remove = app.add_subcommand(
        "delete", "Tells the service to delete tasks. Looks nothing up: the service says nothing of unknown ones.");
    CLI::App* const output = app.add_subcommand(
        "output",
        "Downloads the file that a finished task made, and prints its name. The file is there when it is whole.\n"
        "--timeout limits the wait for each piece of it.");
    CLI::App* const fetch =
        app.add_subcommand("fetch", "Follows a task to its end as watch does, and downloads its file as output does.");
    CLI::App* const probe = app.add_subcommand("probe",
                                               "Asks the server for its versions: shows whether the address is right. "
                                               "Needs no credential, and sends none.");
    CLI::App* const login = app.add_subcommand(
        "login",
        "Logs a person in by browser, and stores the refresh token for later calls.\n"
        "Needs SUPEROFFICE_CLIENT_ID, of an application that is registered as native with the address\n"
        "http://127.0.0.1:PORT/. Prints the address to open, and waits for the browser to come back.");
    CLI::App* const logout = app.add_subcommand("logout", "Forgets the refresh token that login stored.");
    for (CLI::App* each : {get, watch})
        each->add_option_function<std::vector<std::string>>(
                "ID",
                [&made](const std::vector<std::string>& texts) { made.ids = different_task_ids_of(texts, max_tasks); },
                "the tasks, at most 1000; one that is named twice counts once")
            ->type_name("NUMBER")
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
            ->required();
    for (CLI::App* each : {stop, output, fetch})
        each->add_option_function<std::string>(
                "ID", [&made](const std::string& text) { made.id = task_id_of(text); }, "the task")
            ->type_name("NUMBER")
            ->required();
    remove
        ->add_option_function<std::vector<std::string>>(
            "ID",
            [&made](const std::vector<std::string>& texts) { made.ids = different_task_ids_of(texts, texts.size()); },
            "the tasks; one that is named twice counts once")
        ->type_name("NUMBER")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->required();
    start->add_option("NAME", made.name, "the job: its name on the server")->type_name("TEXT")->required();
    list->add_option_function<std::string>(
            "--state", [&made](const std::string& text) { made.state = state_of(text); },
            "only tasks in this state, such as Started (All)")
        ->type_name("STATE");
    list->add_flag("--mine", made.mine, "only tasks of the user for whom the credential stands");
    list->add_option("--name", made.name, "only tasks of this name")->type_name("NAME");
    for (CLI::App* each : {get, watch, stop, list, start, remove, output, fetch, probe, login, logout})
        each->footer("");  // that of the tool is long
    for (CLI::App* each : {stop, list, start, remove, output, fetch, probe, login, logout})
        each->excludes(app.get_option("--select"));
    for (CLI::App* each : {get, watch}) add_select(*each, made);
    add_seconds(*login, "--deadline", made.deadline, "wait so long for the browser (300)");
    for (CLI::App* each : {watch, fetch}) {
        add_seconds(*each, "--interval", made.interval, "from one reply to the next question (2)");
        add_seconds(*each, "--deadline", made.deadline, "give up after this time (never)");
    }
    for (CLI::App* each : {output, fetch}) {
        each->add_option("-o,--output", made.output,
                         "write this file (the name that the server suggests); - for standard output")
            ->type_name("FILE");
        each->add_flag("--force", made.force, "replace the file if there is one");
    }
    fetch->add_flag("--cleanup", made.cleanup, "when the file is safe, delete the task and its output at the service");
    login
        ->add_option_function<std::string>(
            "--port",
            [&made](const std::string& text) {
                made.port = static_cast<std::uint16_t>(number_of("--port", text, 1, 65'535));
            },
            "of the registered address (any free one)")
        ->type_name("NUMBER");
    watch
        ->add_option("--exec", made.exec,
                     "run this in the shell when a task has ended, with SUPEROFFICE_TASK_ID and SUPEROFFICE_TASK_STATE")
        ->type_name("COMMAND");
    stop->add_flag("--yes", made.yes, "stop it without a question, whatever its kind");

    const std::vector<std::string> words(argv + 1, argv + argc);
    if (std::find(words.begin(), words.end(), "--json") != words.end()) complain_in_json();

    code = exit_code::usage;
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const std::vector<CLI::App*> given = app.get_subcommands();
        put(given.empty() ? app.get_formatter()->make_help(&app, "superoffice-batch", CLI::AppFormatMode::All)
                          : help_of(app, *given.front()));
        code = exit_code::done;
        return {};
    } catch (const CLI::CallForVersion& version) {
        put(std::string{version.what()} + "\n");
        code = exit_code::done;
        return {};
    } catch (const CLI::ParseError& problem) {
        const std::optional<std::string> found = mistyped(app, words);
        // CLI11 shows the words that it did not expect. One of them may be a secret.
        const bool shows_words = problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
        complain_of(found ? *found : shows_words ? std::string{"there is one argument too many"} : problem.what());
        return {};
    }
    made.command = app.got_subcommand(get)      ? command::get
                   : app.got_subcommand(watch)  ? command::watch
                   : app.got_subcommand(stop)   ? command::stop
                   : app.got_subcommand(list)   ? command::list
                   : app.got_subcommand(start)  ? command::start
                   : app.got_subcommand(remove) ? command::remove
                   : app.got_subcommand(output) ? command::output
                   : app.got_subcommand(fetch)  ? command::fetch
                   : app.got_subcommand(probe)  ? command::probe
                   : app.got_subcommand(login)  ? command::login
                                                : command::logout;
    if (made.command != command::logout) made.proxy = proxy::chosen(proxy_url);
    if (made.command == command::login || made.command == command::logout) return made;

    if (made.cleanup && made.output == "-") {
        complain_of("--cleanup needs a file: nobody knows whether what went to standard output is safe");
        return {};
    }

    if (made.base_url.empty()) made.base_url = variable_without_blanks("SUPEROFFICE_BASE_URL");
    made.base_url = without_agents(made.base_url);
    if (made.base_url.empty()) {
        complain("no server: give --base-url, or set SUPEROFFICE_BASE_URL", exit_code::usage);
        return {};
    }
    made.tenant_directory = directory_of(made.base_url);
    return made;
}

}  // namespace cli
