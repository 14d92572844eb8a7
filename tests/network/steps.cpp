// Steps a call through the chain, each byte late, with a mark before and after every step that a tracer can see: checks.py
// looks at what the steps asked of the system in between. `--wait`: one step waits, so that the check can be seen to fail.
// SPDX-License-Identifier: BSL-1.0
#include "chain.hpp"

#include <cstdio>
#include <cstring>

namespace so = superoffice;

namespace {

// Nobody has this descriptor: the call fails, and shows in the trace.
void mark(std::string_view text) {
    if (::write(-1, text.data(), text.size()) != -1) std::abort();
}

}  // namespace

int main(int count, char** arguments) {
    support::local_service service({"--manual-clock"});
    if (!service.is_ready()) {
        std::fprintf(stderr, "%s\n", service.problem().c_str());
        return 1;
    }
    network::chain c(service);
    network::stepper time;
    const bool waits = count > 1 && std::strcmp(arguments[1], "--wait") == 0;
    const auto step = [&](auto& call, so::instant now) {
        mark("step begins");
        const so::step_state state = call.step(now);
        if (waits) c.link().wait(so::wait_for::time, so::milliseconds{1});
        mark("step ends");
        return state;
    };
    for (int n = 0; n < 2; ++n) {  // the second one over the kept connection
        auto call = c.api().start_get_batch_task_info(497, {.timeout = so::milliseconds{600'000}});
        int steps = 1;
        for (; !time.is_done_after(call, step); ++steps) {
            if (steps > 1'000'000) return 2;
            c.work({.at_a_time = 1});
        }
        if (!call.result()) {
            std::fprintf(stderr, "%s\n", so::message(call.error()));
            return 3;
        }
        std::printf("%d steps\n", steps);
    }
}
