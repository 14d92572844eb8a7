// The frame of every program that makes calls for ./tests/bench: it takes orders on its standard input, one a line, and
// answers each with one line.
//
//     check        what the reply said, for comparison
//     kept 100     so many calls on a kept connection; the answer is CPU time of the process and calls' wall time, in ns
//     resumed 100  each on a connection of its own, its session resumed
//     fresh 100    each on a connection of its own, from the start
//     peak         the process's peak memory so far, in KB
//     allocations  how many blocks of heap one more call on the kept connection takes
#ifndef SUPEROFFICE_TESTS_BENCHMARKS_CALL_PEER_HPP
#define SUPEROFFICE_TESTS_BENCHMARKS_CALL_PEER_HPP

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <time.h>

namespace bench {

/// Blocks of heap so far, of malloc and its relatives, the libraries' included; 0 where nobody counts.
std::size_t heap_blocks() noexcept;

struct place {
    const char* host;
    const char* port;
    const char* ca_file;
};

enum class manner { kept, resumed, fresh };

inline long long nanoseconds(clockid_t clock) {
    timespec t = {};
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

[[noreturn]] inline void give_up(const char* why) {
    std::fprintf(stderr, "%s\n", why);
    std::exit(1);
}

inline long peak_kilobytes() {
    std::FILE* const file = std::fopen("/proc/self/status", "r");
    char line[256];
    long found = 0;
    while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr)
        if (std::strncmp(line, "VmHWM:", 6) == 0) found = std::atol(line + 6);
    if (file != nullptr) std::fclose(file);
    return found;
}

/// A Session has `call(manner)`, which makes one call and gives up if it fails, and `print_reply()`.
template <class Session>
int serve(int argc, char** argv) {
    if (argc != 4) give_up("usage: PROGRAM HOST PORT CA-FILE");
    Session session{place{argv[1], argv[2], argv[3]}};
    char word[32];
    while (std::scanf("%31s", word) == 1) {
        int count = 0;
        if (std::strcmp(word, "check") == 0) {
            session.call(manner::kept);
            session.print_reply();
        } else if (std::strcmp(word, "peak") == 0) {
            std::printf("%ld\n", peak_kilobytes());
        } else if (std::strcmp(word, "allocations") == 0) {
            session.call(manner::kept);
            const std::size_t before = heap_blocks();
            session.call(manner::kept);
            std::printf("%zu\n", heap_blocks() - before);
        } else if (std::scanf("%d", &count) == 1) {
            const manner how = std::strcmp(word, "kept") == 0      ? manner::kept
                               : std::strcmp(word, "resumed") == 0 ? manner::resumed
                                                                   : manner::fresh;
            const long long cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID), wall = nanoseconds(CLOCK_MONOTONIC);
            for (int n = 0; n < count; ++n) session.call(how);
            std::printf("%lld %lld\n", nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
                        nanoseconds(CLOCK_MONOTONIC) - wall);
        }
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace bench
#endif
