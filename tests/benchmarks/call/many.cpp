// Many clients in one thread: so many calls under way at once, each begun anew when it has ended.
//
//     many HOST PORT CA-FILE MILLISECONDS COUNT COUNT...     a line each: COUNT, calls a second, CPU time per call in ns
#include <superoffice/batch.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/epoll.h>
#include <sys/resource.h>

#include "peer.hpp"

namespace {

using client = superoffice::client<superoffice::mbedtls_socket, superoffice::bearer, superoffice::compact_reader>;
using clock_type = superoffice::tcp_socket::clock;

struct line {
    superoffice::mbedtls_socket link;
    std::array<std::byte, 4096> memory;
    client api;
    std::optional<superoffice::call<client, superoffice::BatchTaskInfo>> running;

    line(const char* base, const char* ca_file)
        : link{{.ca_file = ca_file}},
          api{link, base, superoffice::bearer{"8A:Cust12345.AbCdEfGh"}, memory, {}, superoffice::compact_reader{}} {}

    /// How many calls have ended; another one is under way. One may end in the step that begins it: the reply was fast.
    int step() {
        for (int ended = 0;; ++ended) {
            if (!running) running.emplace(api.start_get_batch_task_info(497, superoffice::allow_waiting_lookup));
            if (running->step(clock_type::now()) != superoffice::step_state::done) return ended;
            if (!running->result()) bench::give_up(superoffice::message(running->error()));
            running.reset();
        }
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) bench::give_up("usage: many HOST PORT CA-FILE MILLISECONDS COUNT...");
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    const std::string base = "https://" + std::string(argv[1]) + ":" + argv[2] + "/Cust12345/api";
    const long long duration = std::atoll(argv[4]) * 1000000;
    std::vector<std::unique_ptr<line>> lines;
    const int ready = epoll_create1(0);
    for (int at = 5; at < argc; ++at) {
        const auto count = static_cast<std::size_t>(std::atoi(argv[at]));
        while (lines.size() < count) {
            lines.push_back(std::make_unique<line>(base.c_str(), argv[3]));
            line& made = *lines.back();
            const auto task = made.api.get_batch_task_info(497);
            if (!task) bench::give_up(superoffice::message(task.error()));
            epoll_event wanted = {};
            wanted.events = EPOLLIN;
            wanted.data.ptr = &made;
            epoll_ctl(ready, EPOLL_CTL_ADD, made.link.native_handle(), &wanted);
        }
        for (std::size_t n = 0; n < count; ++n) static_cast<void>(lines[n]->step());
        const long long cpu = bench::nanoseconds(CLOCK_PROCESS_CPUTIME_ID), wall = bench::nanoseconds(CLOCK_MONOTONIC);
        long long calls = 0, now = wall;
        while (now - wall < duration) {
            epoll_event happened[64];
            const int found = epoll_wait(ready, happened, 64, 10000);
            if (found <= 0) bench::give_up("nothing happens");
            for (int n = 0; n < found; ++n) calls += static_cast<line*>(happened[n].data.ptr)->step();
            now = bench::nanoseconds(CLOCK_MONOTONIC);
        }
        std::printf("%zu %.0f %lld\n", count, static_cast<double>(calls) * 1e9 / static_cast<double>(now - wall),
                    (bench::nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (calls != 0 ? calls : 1));
        std::fflush(stdout);
    }
}
