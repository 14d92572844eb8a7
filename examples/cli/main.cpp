// main.cpp - superoffice-batch, a command line tool: shows, lists, starts, follows, stops and deletes batch tasks.
// SPDX-License-Identifier: BSL-1.0
#include "arguments.hpp"
#include "authorities.hpp"
#include "complaint.hpp"
#include "credentials_from_environment.hpp"
#include "exit_code.hpp"
#include "fetch_command.hpp"
#include "get_command.hpp"
#include "job_commands.hpp"
#include "list_command.hpp"
#include "login.hpp"
#include "network_link.hpp"
#include "output_commands.hpp"
#include "renewing_credential.hpp"
#include "session.hpp"
#include "stop_command.hpp"
#include "table.hpp"
#include "terminal.hpp"
#include "watch_command.hpp"

#include <superoffice/batch.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

namespace cli {
namespace {

/// Reads no credential, so that it works without one, and when the file of one is missing.
template <class Link>
exit_code probe(Link& link, const arguments& given) {
    std::vector<std::byte> memory(given.memory);
    superoffice::client api{link, given.base_url, superoffice::anonymous{}, memory, options_of(given)};
    for (std::uint32_t done = 0;; ++done) {
        const superoffice::result<superoffice::ServiceVersion> versions = api.run(superoffice::get_service_version, {});
        if (versions) {
            put(given.json ? json_of(*versions) : table_of(*versions, wants_colours()));
            return exit_code::done;
        }
        const superoffice::error e = versions.error();
        const std::string_view member = superoffice::member_name<superoffice::ServiceVersion>(e);
        const failed_call failed{.error = e, .retry_after = api.last_reply().retry_after};
        const std::uint32_t allowed = given.retries.value_or(0);
        const std::optional<retry> next = next_retry(failed, done, allowed);
        if (!next) {
            advise(why_no_retry(failed, done, allowed));
            complain(e, api.last_reply(), member);
            return exit_code_of(e);
        }
        complain_and_retry(e, api.last_reply(), member, *next);
        wait_for_retry(link, next->pause);
    }
}

template <class Link>
exit_code run_over(Link& link, const arguments& given) {
    if (given.command == command::probe) return probe(link, given);
    environment_credential credential{given};
    session<Link> made{link, given, credential};
    switch (given.command) {
        case command::watch: return watch(made);
        case command::stop: return stop(made);
        case command::list: return list(made);
        case command::start: return start(made);
        case command::remove: return remove(made);
        case command::output: return output(made);
        case command::fetch: return fetch(made);
        default: return get(made);
    }
}

exit_code run(const arguments& given) {
    if (given.command == command::login) return login(given);
    if (given.command == command::logout) return logout();
    const bool https = !is_http(given.base_url);
    if (!https && !given.plain_http && given.command != command::probe) {
        complain("over http the credential can be read on its way: use https, or say --plain-http", exit_code::usage);
        return exit_code::usage;
    }
    std::optional<authorities> trusted;
    superoffice::tls_options options = tls_options_of(given);
    if (https || given.proxy.is_secure()) trusted.emplace(given.ca_file).add_to(options);
    if (https) {
        tls_link link{given, "call", options};
        return run_over(link, given);
    }
    plain_link link{given, "call", options};
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
