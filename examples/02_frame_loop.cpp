// 02_frame_loop.cpp - the same call in a loop that draws a frame every 16 ms and may never wait.
#include <superoffice/batch.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

// Stands for the game: draws, and says how long the frame's other work took.
int drawn = 0;
void draw_frame() {
    ++drawn;
    std::this_thread::sleep_for(std::chrono::milliseconds{16});
}

}  // namespace

int main() {
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    if (base == nullptr) base = "https://sod.superoffice.com/Cust12345/api";

    superoffice::mbedtls_socket link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}};
    std::array<std::byte, 16 * 1024> memory;
    superoffice::client api{link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory};

    // mbedtls_socket asks the system for the host's address, and that may wait: a hitch of some milliseconds, once per
    // connection. The library does not let it pass in silence. Where no hitch is allowed, look the address up elsewhere
    // (a thread of your own, a platform call) and use tls<basic_tcp_socket<given_addresses>>.
    auto call = api.start_get_batch_task_info(497, superoffice::allow_waiting_lookup);

    // One step a frame. A step does a bounded piece of work and returns; the first one starts the call's deadline.
    while (call.step(std::chrono::steady_clock::now()) != superoffice::step_state::done) draw_frame();

    // The texts in the value are views into `memory`: good until the next call starts.
    const auto& task = call.value();
    if (!task) {
        std::fprintf(stderr, "%s\n", superoffice::message(task.error()));
        return 1;
    }
    std::printf("%d %% after %d frames\n", task->ProgressPercent.value_or(0), drawn);
}
