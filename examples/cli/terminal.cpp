#include "terminal.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

#if defined(_WIN32)
#include <io.h>
#else
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#endif

namespace cli {
namespace {

volatile std::sig_atomic_t caught = 0;
volatile std::sig_atomic_t stop_wanted = 0;
volatile std::sig_atomic_t redraw_wanted = 0;

extern "C" void remember(int number) {
    if (number != SIGINT || caught == 0) caught = number;
}

bool taken(volatile std::sig_atomic_t& flag) {
    const bool was_set = flag != 0;
    flag = 0;
    return was_set;
}

#if !defined(_WIN32)
extern "C" void remember_stop(int) { stop_wanted = 1; }
extern "C" void remember_redraw(int) { redraw_wanted = 1; }

/// Without SA_RESTART: whatever waits ends at once.
void handle(int number, void (*handler)(int)) {
    struct sigaction before{};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) return;  // as a shell without job control wants it
    struct sigaction action{};
    action.sa_handler = handler;
    ::sigaction(number, &action, nullptr);
}
#endif

}  // namespace

bool is_terminal() {
#if defined(_WIN32)
    const bool is_one = ::_isatty(1) != 0;
#else
    const bool is_one = ::isatty(STDOUT_FILENO) == 1;
#endif
    const char* const kind = std::getenv("TERM");
    return is_one && kind != nullptr && std::string_view{kind} != "dumb";
}

bool wants_colours() {
    const char* const none = std::getenv("NO_COLOR");
    return is_terminal() && (none == nullptr || *none == '\0');
}

std::size_t terminal_columns() {
#if !defined(_WIN32)
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#endif
    return 80;
}

std::size_t terminal_rows() {
#if !defined(_WIN32)
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) return size.ws_row;
#endif
    return 24;
}

void put(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw std::system_error{errno, std::generic_category(), "standard output"};
}

void prepare_streams() {
#if !defined(_WIN32)
    std::signal(SIGPIPE, SIG_IGN);
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
        if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF && ::open("/dev/null", O_RDONLY) == -1) std::_Exit(8);
#endif
}

void catch_interruptions() {
#if defined(_WIN32)
    std::signal(SIGINT, remember);
    std::signal(SIGTERM, remember);
#else
    struct sigaction action{};
    action.sa_handler = remember;
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // no SA_RESTART: whatever waits ends at once
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before{};
        ::sigaction(number, nullptr, &before);
        if (before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);  // nohup stays nohup
    }
#endif
}

int interruption() { return caught; }

void catch_terminal_signals() {
#if !defined(_WIN32)
    handle(SIGTSTP, remember_stop);
    handle(SIGWINCH, remember_redraw);
    handle(SIGCONT, remember_redraw);
#endif
}

bool wants_to_stop() { return taken(stop_wanted); }

void stop_until_continued() {
#if !defined(_WIN32)
    std::signal(SIGTSTP, SIG_DFL);
    ::raise(SIGTSTP);
    handle(SIGTSTP, remember_stop);
    redraw_wanted = 1;
#endif
}

bool has_to_redraw() { return taken(redraw_wanted); }

void obey_interruptions() {
#if defined(_WIN32)
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
#else
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before{};
        ::sigaction(number, nullptr, &before);
        if (before.sa_handler == remember) std::signal(number, SIG_DFL);  // nohup stays nohup
    }
#endif
}

bool can_ask() {
#if defined(_WIN32)
    return false;  // a read would not end with the next Ctrl-C
#else
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
        if (::isatty(stream) != 1) return false;
    const pid_t reader = ::tcgetpgrp(STDIN_FILENO);  // -1: of a terminal that is not the session's own, anybody
    return reader == -1 || reader == ::getpgrp();
#endif
}

bool says_yes(const char* question) {
#if !defined(_WIN32)
    ::tcflush(STDIN_FILENO, TCIFLUSH);
#endif
    std::fprintf(stderr, "\r%s", question);  // over the ^C that the terminal has shown
    std::string answer;
    int c = std::getchar();
    for (; c != EOF && c != '\n'; c = std::getchar()) answer += static_cast<char>(c);
    if (c == EOF) std::fputc('\n', stderr);
    return c == '\n' && (answer == "y" || answer == "Y");
}

}  // namespace cli
