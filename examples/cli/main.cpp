// main.cpp - superoffice-batch, a command line tool: shows, lists, starts, follows, stops and deletes batch tasks.
// SPDX-License-Identifier: BSL-1.0
#include "arguments.hpp"
#include "authorities.hpp"
#include "complaint.hpp"
#include "credentials_from_environment.hpp"
#include "exit_code.hpp"
#include "job_commands.hpp"
#include "list_command.hpp"
#include "login.hpp"
#include "output_commands.hpp"
#include "progress_line.hpp"
#include "renewing_credential.hpp"
#include "run_command.hpp"
#include "session.hpp"
#include "table.hpp"
#include "terminal.hpp"
#include "visible_text.hpp"

#include <superoffice/batch.hpp>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace cli {
namespace {

/// All that is asked for with a credential, over one kind of link.
template <class Link>
class tool : session<Link> {
    using base = session<Link>;
    using base::api;
    using base::complain_about;
    using base::fail;
    using base::wait;

  public:
    tool(Link& link, const arguments& given, environment_credential& credential)
        : base(link, given, credential), given_(given) {}

    base& shared() { return *this; }

    exit_code get() {
        superoffice::call_options call;
        call.select = given_.selection.text();
        superoffice::result<superoffice::BatchTaskInfo> task = api().get_batch_task_info(given_.id, call);
        if (!task) return fail(task.error());
        given_.selection.keep_only(*task);
        put(given_.json ? json_of(*task) : table_of(*task, given_.selection, wants_colours()));
        return exit_code::done;
    }

    exit_code watch() {
        selection selected = given_.selection;
        if (selected.is_everything()) selected = selection::of("State,ProgressPercent,ProgressDescription");
        selected.add("State");  // by which a watch knows the end

        return follow(selected, false, [this](const superoffice::BatchTaskInfo& task) { return finish(task); });
    }

    /// Follows the task, and downloads its output at the end.
    exit_code fetch() {
        if (!given_.output.empty()) output_target::check(given_.output, given_.force);  // before a long wait
        const selection selected = selection::of("State,ProgressPercent,ProgressDescription,FileName");
        return follow(selected, true, [this](const superoffice::BatchTaskInfo& task) {
            if (task.State == superoffice::BatchTaskState::Failed) {
                complain("the task failed", exit_code::task_failed);
                return exit_code::task_failed;
            }
            const std::string suggested{task.FileName.value_or(std::string_view{})};
            const exit_code saved = download_suggested(shared(), given_.id, suggested);
            return saved == exit_code::done && given_.cleanup ? clean_up(shared()) : saved;
        });
    }

  private:
    /// Shows how the task is doing; `at_end` gets it at its end. `only_in_place`: on a terminal only.
    template <class AtEnd>
    exit_code follow(const selection& selected, bool only_in_place, const AtEnd& at_end) {
        superoffice::watch_options options;
        options.interval = given_.interval;
        options.deadline = given_.deadline;
        options.call.select = selected.text();
        superoffice::watch<> task{api(), given_.id, options, superoffice::allow_waiting_lookup};

        const bool in_place = !given_.json && is_terminal() && given_.output != "-";
        catch_interruptions();
        if (in_place) catch_terminal_signals();
        progress_line line{in_place};
        superoffice::errc told = superoffice::errc::ok;
        for (;;) {
            if (interruption() != 0) {
                task.cancel();
                return leave(line);
            }
            if (wants_to_stop()) {
                line.pause();
                stop_until_continued();
            }
            if (has_to_redraw()) line.redraw();
            const superoffice::instant now = Link::clock::now();
            const superoffice::watch_state state = task.step(now);
            switch (state) {
                case superoffice::watch_state::waiting:
                    if (const superoffice::error& e = task.last_failure(); e.code != told) {
                        told = e.code;
                        if (told != superoffice::errc::ok) {
                            line.end(false);
                            complain_about(e, complain_and_go_on);
                        }
                    }
                    line.update_left(words_of(left_.at(now)));
                    wait(task.wants(), now);
                    break;
                case superoffice::watch_state::changed:
                case superoffice::watch_state::finished: {
                    superoffice::BatchTaskInfo shown = task.value();
                    selected.keep_only(shown);
                    left_.note(now, shown.ProgressPercent, shown.StartCount);
                    if (in_place || !only_in_place) show(shown, now, line);
                    if (state == superoffice::watch_state::finished) {
                        line.end();
                        return at_end(shown);
                    }
                    break;
                }
                case superoffice::watch_state::gone:
                    line.end();
                    complain("the task is gone, and its end was not seen: neither success nor failure",
                             exit_code::no_such_task);
                    return exit_code::no_such_task;
                case superoffice::watch_state::call_failed: line.end(); return fail(task.error());
            }
        }
    }

  public:
    exit_code stop() {
        // StopBatchJob answers false for whatever it did not stop: the task itself says why.
        superoffice::call_options call;
        call.select = "State,CancellationBehaviour";
        const superoffice::result<superoffice::BatchTaskInfo> task = api().get_batch_task_info(given_.id, call);
        if (!task) return fail(task.error());
        if (const auto not_now = reason_not_to_stop(*task)) {
            if (given_.json) put("false\n");
            complain(not_now->sentence, not_now->code);
            return not_now->code;
        }
        const superoffice::result<bool> stopped = ask_to_stop();
        if (!stopped) return exit_code_of(stopped.error());
        if (given_.json)
            put(*stopped ? "true\n" : "false\n");
        else if (*stopped)
            put("the task is stopped\n");
        return *stopped ? exit_code::done : exit_code::task_failed;
    }

  private:
    struct reason {
        std::string sentence;
        exit_code code;
    };

    /// Asks the person at the terminal where the kind of the task wants a warning.
    std::optional<reason> reason_not_to_stop(const superoffice::BatchTaskInfo& task) const {
        using behaviour = superoffice::BatchTaskCancellationBehaviour;
        if (superoffice::is_final(task.State))
            return reason{"the task is over already: " + visible(task.State->text()), exit_code::task_failed};
        if (task.CancellationBehaviour == behaviour::CannotCancel)
            return reason{"a task of this kind cannot be stopped", exit_code::task_failed};
        if (task.CancellationBehaviour != behaviour::CancelWithWarning || given_.yes) return {};
        if (!can_ask())
            return reason{"stopping a task of this kind may leave work half done: say --yes to stop it all the same",
                          exit_code::usage};
        if (says_yes("Stopping a task of this kind may leave work half done. Stop it all the same? [y/N] ")) return {};
        return reason{"the task was not stopped", exit_code::task_failed};
    }

    /// Complains where the task is not stopped.
    superoffice::result<bool> ask_to_stop() {
        const superoffice::result<bool> stopped = api().run(superoffice::stop_batch_job, {given_.id});
        if (!stopped)
            complain_about(stopped.error(), complain);
        else if (!*stopped)
            complain("the service did not stop the task: it is over already, or its kind cannot be stopped",
                     exit_code::task_failed);
        return stopped;
    }

    /// After Ctrl-C: the user may want to stop the task as well, and not only the watch.
    exit_code leave(progress_line& line) {
        obey_interruptions();
        if (interruption() != SIGINT) return exit_code::terminated;
        line.end();
        if (can_ask() && says_yes("Stop the task as well? [y/N] ") && ask_to_stop().value_or(false))
            tell("the task is stopped");
        return exit_code::interrupted;
    }

    exit_code finish(const superoffice::BatchTaskInfo& task) {
        if (!given_.json && !given_.selection.is_everything()) put(table_of(task, given_.selection, wants_colours()));
        const bool failed = task.State == superoffice::BatchTaskState::Failed;
        if (failed) complain("the task failed", exit_code::task_failed);
        const bool ran = given_.exec.empty() || run_command(given_.exec, given_.id, std::string{task.State->text()});
        return failed ? exit_code::task_failed : ran ? exit_code::done : exit_code::output;
    }

    void show(const superoffice::BatchTaskInfo& task, superoffice::instant now, progress_line& line) {
        if (given_.json) return put_changed(json_of(task));
        progress shown{task};
        if (line.is_in_place() && !superoffice::is_final(task.State)) shown.left = words_of(left_.at(now));
        line.show(shown);
    }

    void put_changed(const std::string& json) {
        if (json != last_json_) put(json);
        last_json_ = json;
    }

    const arguments& given_;
    std::string last_json_;
    superoffice::remaining_time left_;
};

/// Reads no credential, so that it works without one, and when the file of one is missing.
template <class Link>
exit_code probe(Link& link, const arguments& given) {
    std::vector<std::byte> memory(given.memory);
    superoffice::client api{link, given.base_url, superoffice::anonymous{}, memory, options_of(given)};
    const superoffice::result<superoffice::ServiceVersion> versions = api.run(superoffice::get_service_version, {});
    if (versions) {
        put(given.json ? json_of(*versions) : table_of(*versions, wants_colours()));
        return exit_code::done;
    }
    const superoffice::error e = versions.error();
    complain(e, api.last_reply(), superoffice::member_name<superoffice::ServiceVersion>(e));
    return exit_code_of(e);
}

template <class Link>
exit_code run_over(Link& link, const arguments& given) {
    if (given.command == command::probe) return probe(link, given);
    environment_credential credential{given};
    tool<Link> made{link, given, credential};
    switch (given.command) {
        case command::watch: return made.watch();
        case command::stop: return made.stop();
        case command::list: return list(made.shared());
        case command::start: return start(made.shared());
        case command::remove: return remove(made.shared());
        case command::output: return output(made.shared());
        case command::fetch: return made.fetch();
        default: return made.get();
    }
}

exit_code run(const arguments& given) {
    if (given.command == command::login) return login(given);
    if (given.command == command::logout) return logout();
    const bool https = !is_http(given.base_url);
    if (https) {
        const authorities trusted{given.ca_file};
        superoffice::tls_options options = tls_options_of(given);
        trusted.add_to(options);
        superoffice::mbedtls_socket link{options};
        return run_over(link, given);
    }
    if (!given.plain_http && given.command != command::probe) {
        complain("over http the credential can be read on its way: use https, or say --plain-http", exit_code::usage);
        return exit_code::usage;
    }
    superoffice::tcp_socket link;
    return run_over(link, given);
}

}  // namespace
}  // namespace cli

int main(int argc, char** argv) {
    cli::exit_code code = cli::exit_code::output;
    try {
        cli::prepare_streams();
        if (const auto given = cli::parse(argc, argv, code)) code = cli::run(*given);
    } catch (const std::system_error& problem) {
        code = cli::exit_code::output;
        if (problem.code().value() != EPIPE)
            cli::complain(problem.what(), code);  // the reader has gone, and wants no more
    } catch (const std::invalid_argument& problem) {
        code = cli::exit_code::usage;
        cli::complain(problem.what(), code);
    } catch (const std::runtime_error& problem) {
        code = cli::exit_code::credential;
        cli::complain(problem.what(), code);
    } catch (const std::exception& problem) {
        code = cli::exit_code::output;
        cli::complain(problem.what(), code);
    }
    return static_cast<int>(code);
}
