// 02_frame_loop.cpp - follows a task in a loop that draws 60 frames a second and must never block: 02_frame_loop ID
#include <superoffice/batch.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using steady = std::chrono::steady_clock;

constexpr auto frame = std::chrono::microseconds{16'667};  // 60 frames a second
constexpr auto budget = std::chrono::milliseconds{2};      // time for the network in each frame

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

// mbedtls_socket asks the system for the host's address, which may block for seconds. This link is given addresses that
// were looked up elsewhere, for example by a thread at start-up. TLS still checks the name in the URL.
using frame_link = superoffice::tls<superoffice::basic_tcp_socket<superoffice::given_addresses>>;
static_assert(!frame_link::may_wait);

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

int main(int argc, char** argv) {
    const superoffice::result<std::int32_t> id = superoffice::parse_task_id(argc > 1 ? argv[1] : "497");
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";
    const char* address = std::getenv("SUPEROFFICE_ADDRESS");  // "192.0.2.7": of the host in the URL
    superoffice::address_list known;
    if (!id || address == nullptr || !known.add(address)) {
        std::fprintf(stderr, "usage: SUPEROFFICE_ADDRESS=192.0.2.7 %s ID\n", argv[0]);
        return 2;
    }

    frame_link link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}, superoffice::given_addresses{known}};
    std::array<std::byte, 4 * 1024> memory;
    superoffice::client api{link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory};
    superoffice::watch<progress> task{api, *id};

    std::signal(SIGINT, [](int) { interrupted = 1; });
    int drawn = 0;
    auto next_frame = steady::now();
    for (auto state = superoffice::watch_state::waiting; !task.is_over();) {
        // A step never blocks and does a bounded piece of work. This frame has time for several steps. When the watch waits
        // for the server or for its next question, wants().until is in the future, and there is nothing to do until then.
        const auto begun = steady::now();
        auto now = begun;
        do {
            state = task.step(now);
            now = steady::now();
        } while (state == superoffice::watch_state::waiting && task.wants().until <= now && now - begun < budget);

        if (state == superoffice::watch_state::changed || state == superoffice::watch_state::finished) {
            std::printf("%d %%\n", task.value().ProgressPercent.value_or(0));
            std::fflush(stdout);
        }
        if (interrupted != 0) task.cancel();  // works at any time, also while a request is under way

        ++drawn;  // draw_frame(), and present it:
        next_frame += frame;
        std::this_thread::sleep_until(next_frame);
    }

    if (!task.result()) {
        std::fprintf(stderr, "%s\n", superoffice::message(task.error()));
        return 1;
    }
    std::printf("done after %d frames\n", drawn);
}
