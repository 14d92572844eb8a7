// Runs a server beside a test: a line to its standard input, lines from its standard output.
//
//     support::child_process child({"python3", "fault_peer.py", ...});
//     REQUIRE(child.line() == "ready 40001");
//
// It is to end when its standard input does, so also when the test is killed. POSIX only.
#ifndef SUPEROFFICE_TESTS_SUPPORT_CHILD_PROCESS_HPP
#define SUPEROFFICE_TESTS_SUPPORT_CHILD_PROCESS_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace support {

class child_process {
  public:
    explicit child_process(std::vector<std::string> words) {
        int to_it[2] = {-1, -1}, from_it[2] = {-1, -1};
        if (!make_pipe(to_it) || !make_pipe(from_it)) return;
        to_it_ = to_it[1];
        from_it_ = from_it[0];
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, to_it[0], 0);
        ::posix_spawn_file_actions_adddup2(&actions, from_it[1], 1);
        if (::posix_spawnp(&process_, argv[0], &actions, nullptr, argv.data(), environ) != 0) process_ = -1;
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(to_it[0]);
        ::close(from_it[1]);
    }
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process() {
        if (to_it_ != -1) ::close(to_it_);
        if (process_ != -1) {
            for (int tenths = 0; tenths < 150 && !has_ended(); ++tenths) ::poll(nullptr, 0, 100);
            if (process_ != -1) {
                ::kill(process_, SIGKILL);
                ::waitpid(process_, nullptr, 0);
            }
        }
        if (from_it_ != -1) ::close(from_it_);
    }

    /// The next line that it prints, without its end; empty if it ends, or says nothing for a minute.
    std::string line() {
        for (;;) {
            if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
                const std::string first = text_.substr(0, end);
                text_.erase(0, end + 1);
                return first;
            }
            if (!receive(60000)) return {};
        }
    }

    /// Whether there is a line, within these milliseconds.
    bool has_line(int milliseconds) {
        while (text_.find('\n') == std::string::npos)
            if (!receive(milliseconds)) return false;
        return true;
    }

    bool send_line(const std::string& line) {
        const std::string text = line + "\n";
        return ::write(to_it_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    }

  private:
    static bool make_pipe(int (&ends)[2]) {
        return ::pipe(ends) == 0 && ::fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
               ::fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
    }

    bool has_ended() {
        if (::waitpid(process_, nullptr, WNOHANG) == 0) return false;
        process_ = -1;
        return true;
    }

    bool receive(int milliseconds) {
        pollfd wanted = {};
        wanted.fd = from_it_;
        wanted.events = POLLIN;
        if (::poll(&wanted, 1, milliseconds) <= 0) return false;
        char piece[512];
        const ssize_t n = ::read(from_it_, piece, sizeof piece);
        if (n > 0) text_.append(piece, static_cast<std::size_t>(n));
        return n > 0;
    }

    std::string text_;
    pid_t process_ = -1;
    int to_it_ = -1, from_it_ = -1;
};

}  // namespace support
#endif
