#include "run_command.hpp"

#include "complaint.hpp"
#include "terminal.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#if !defined(_WIN32)
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace cli {
namespace {

constexpr const char* secrets[] = {
    "SUPEROFFICE_TOKEN",         "SUPEROFFICE_TICKET",           "SUPEROFFICE_APP_TOKEN",  "SUPEROFFICE_USER",
    "SUPEROFFICE_PASSWORD",      "SUPEROFFICE_COOKIE",           "SUPEROFFICE_XSRF_TOKEN", "SUPEROFFICE_REFRESH_TOKEN",
    "SUPEROFFICE_CLIENT_SECRET", "SUPEROFFICE_SYSTEM_USER_TOKEN"};

#if !defined(_WIN32)
/// While it lives, Ctrl-Z stops this process, whatever else it does with that signal: it stops the command too, and the shell
/// continues both.
class obeys_stop_key {
  public:
    obeys_stop_key() {
        ::sigaction(SIGTSTP, nullptr, &before_);
        if (before_.sa_handler != SIG_IGN) std::signal(SIGTSTP, SIG_DFL);
    }
    obeys_stop_key(const obeys_stop_key&) = delete;
    obeys_stop_key& operator=(const obeys_stop_key&) = delete;
    ~obeys_stop_key() { ::sigaction(SIGTSTP, &before_, nullptr); }

  private:
    struct sigaction before_{};
};

/// The exit code, or 128 and the number of the signal, as shells have it; -1 where it cannot be run.
int run(const std::string& command, std::int32_t id, const std::string& state) {
    const obeys_stop_key while_it_runs;
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGPIPE, SIG_DFL);
        for (const char* const name : secrets) ::unsetenv(name);
        ::setenv("SUPEROFFICE_TASK_ID", std::to_string(id).c_str(), 1);
        ::setenv("SUPEROFFICE_TASK_STATE", state.c_str(), 1);
        ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    if (child < 0) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
#else
int run(const std::string& command, std::int32_t id, const std::string& state) {
    for (const char* const name : secrets) ::_putenv_s(name, "");
    ::_putenv_s("SUPEROFFICE_TASK_ID", std::to_string(id).c_str());
    ::_putenv_s("SUPEROFFICE_TASK_STATE", state.c_str());
    return std::system(command.c_str());
}
#endif

}  // namespace

bool run_command(const std::string& command, std::int32_t id, const std::string& state) {
    const int code = run(command, id, state);
    if (code == 0) return true;
    complain(code == -1 ? std::string{"the command of --exec could not be run"}
                        : "the command of --exec ended with " + std::to_string(code),
             exit_code::output);
    return false;
}

}  // namespace cli
