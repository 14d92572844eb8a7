// arguments.hpp - the command line, and what --help says.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLI_ARGUMENTS_HPP
#define SUPEROFFICE_CLI_ARGUMENTS_HPP

#include "exit_code.hpp"
#include "proxy.hpp"
#include "selection.hpp"

#include <superoffice/base/time.hpp>
#include <superoffice/schema/batch_task_info.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cli {

enum class command { get, watch, stop, list, start, remove, output, fetch, probe, login, logout };

/// The most tasks that `get` and `watch` take at once.
constexpr std::size_t max_tasks = 1'000;

struct arguments {
    cli::command command = command::get;
    std::int32_t id = 0;                                                   // stop, output, fetch
    std::vector<std::int32_t> ids;                                         // get, watch, delete
    std::string name;                                                      // list, start
    superoffice::BatchTaskState state = superoffice::BatchTaskState::All;  // list
    bool mine = false;                                                     // list
    std::string base_url;
    std::string tenant_directory;  // the log-in host, which knows where a tenant has moved; empty: nobody is asked
    cli::selection selection;
    bool json = false;
    superoffice::milliseconds timeout{30'000};
    std::string ca_file;  // empty: see authorities.hpp
    std::string tls;      // "1.2", "1.3"; empty: the library chooses
    bool plain_http = false;
    cli::proxy proxy;
    bool trace = false;
    std::optional<std::uint32_t> retries;  // none given: a watch has a number of its own, other calls have 0
    std::uint16_t port = 0;                // login: of the redirect address; 0: a free one
    std::size_t memory = 4 * 1024 * 1024;
    std::string language = "en";
    std::string culture, time_zone;
    superoffice::milliseconds interval{2'000};  // watch
    superoffice::milliseconds deadline{0};      // watch, fetch: 0: none; login: 0: five minutes
    std::string output;    // output, fetch: the file; empty: as the server suggests; "-": standard output
    bool force = false;    // output, fetch
    bool cleanup = false;  // fetch
    bool yes = false;      // stop
    std::string exec;      // watch: a command for the shell
};

/// Whether the base URL is one of http, not https.
bool is_http(const std::string& base_url);

/// Reads the command line. Where there is nothing more to do (--help, --version, a mistake), it has said so already
/// and answers nothing but the exit code in `code`.
std::optional<arguments> parse(int argc, char** argv, exit_code& code);

}  // namespace cli
#endif
