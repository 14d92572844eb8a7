// c-ares beside the single header: a call asks it, and is told what is wrong with its settings. Needs c-ares and the system's sockets.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/cares_resolver.hpp>

int main() {
    superoffice::cares_socket link{superoffice::cares_resolver{{.servers = "not a server"}}};
    std::byte memory[2048];
    superoffice::client api{link, "http://superoffice.invalid/api", superoffice::bearer{"token"}, memory};
    auto call = api.start_get_batch_task_info(497);
    if (call.step(superoffice::instant{0}) != superoffice::step_state::done) return 1;
    return call.error().code == superoffice::errc::name_lookup_failed ? 0 : 2;
}
