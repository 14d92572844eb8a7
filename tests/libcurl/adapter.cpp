// Drives a client over examples/libcurl/curl_multi.hpp as its first argument says, and tells what happened in a line.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/batch.hpp>

#include "../../examples/libcurl/curl_multi.hpp"
#include "../support/outcomes.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;

namespace {

struct settings {
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    const char* token = std::getenv("SUPEROFFICE_TOKEN");
    curl_options curl{.ca_file = std::getenv("SUPEROFFICE_CA_FILE"),
                      .proxy = std::getenv("TEST_PROXY"),
                      .proxy_userpwd = std::getenv("TEST_PROXY_USER")};
};

/// So many calls by one client; the connections it took, and which HTTP it was.
int reuse(const settings& with, int count) {
    curl_multi stack{with.curl};
    std::array<std::byte, 16 * 1024> memory;
    so::client api{stack, so::borrowed{with.base}, so::bearer{with.token}, memory};
    int good = 0;
    long connections = 0, version = 0;
    for (int n = 0; n < count; ++n) {
        const auto task = api.get_batch_task_info(497);
        long fresh = 0;
        curl_easy_getinfo(stack.easy_handle(), CURLINFO_NUM_CONNECTS, &fresh);
        connections += fresh;
        if (task && task->Id == 547) ++good;
    }
    curl_easy_getinfo(stack.easy_handle(), CURLINFO_HTTP_VERSION, &version);
    std::printf("good %d connections %ld http %d type %.*s\n", good, connections,
                version == CURL_HTTP_VERSION_2_0 ? 2 : 1, static_cast<int>(api.last_reply().head.content_type().size()),
                api.last_reply().head.content_type().data());
    return 0;
}

/// Given up behind every number of steps, each time followed by a whole call; the clock stands still.
int cancel(const settings& with) {
    curl_multi stack{with.curl};
    std::array<std::byte, 16 * 1024> memory;
    so::client api{stack, so::borrowed{with.base}, so::bearer{with.token}, memory};
    int cancelled = 0, good = 0;
    for (int steps = 0; steps < 12; ++steps) {
        auto call = api.start_get_batch_task_info(497);
        for (int n = 0; n < steps && call.step(so::instant{0}) == so::step_state::pending; ++n)
            stack.wait(call.wants().what, so::milliseconds{20});
        if (!call.is_done()) ++cancelled;
        call.cancel();
        if (api.get_batch_task_info(497)) ++good;
    }
    std::printf("cancelled %s good %d\n", cancelled != 0 ? "some" : "none", good);
    return 0;
}

/// One call for the task, in so many bytes of memory.
int ask(const settings& with, std::int32_t id, std::size_t bytes) {
    curl_multi stack{with.curl};
    std::vector<std::byte> memory(bytes);
    so::client api{stack, so::borrowed{with.base}, so::bearer{with.token}, memory,
                   so::client_options{.timeout = so::milliseconds{20'000}}};
    const auto task = api.get_batch_task_info(id);
    const so::error& e = task.error();
    std::printf("%s %s %d\n", so::name(e.code), so::name(e.stage), e.http_status);
    return 0;
}

/// One call in too little memory, and two more by what it says: with a byte less, and with enough.
int grow(const settings& with, std::int32_t id, std::size_t bytes) {
    curl_multi stack{with.curl};
    const auto answer_in = [&](std::size_t size) {
        std::vector<std::byte> memory(size);
        so::client api{stack, so::borrowed{with.base}, so::bearer{with.token}, memory};
        return api.get_batch_task_info(id).error();
    };
    const std::size_t needed = answer_in(bytes).needed();
    const so::error less = answer_in(needed - 1), enough = answer_in(needed);
    std::printf("%s %s %s\n", so::name(less.code), less.needed() == needed ? "again" : "otherwise",
                so::name(enough.code));
    return 0;
}

/// The deadline passes while the server says nothing: by the time told, not by a clock.
int late(const settings& with) {
    curl_multi stack{with.curl};
    std::array<std::byte, 4096> memory;
    so::client api{stack, so::borrowed{with.base}, so::bearer{with.token}, memory};
    auto call = api.start_get_batch_task_info(497);
    int pending = 0;
    for (int n = 0; n < 20 && call.step(so::instant{0}) == so::step_state::pending; ++n, ++pending)
        stack.wait(call.wants().what, so::milliseconds{5});
    const bool done = call.step(so::instant{30'000}) == so::step_state::done;
    std::printf("pending %d %s\n", pending, done ? so::name(call.error().code) : "pending");
    return 0;
}

/// Everything that can happen to a call on its way (support/outcomes.hpp): what differs, or how many rows there are.
int try_outcomes() {
    int good = 0;
    for (const outcomes::row& row : outcomes::rows) {
        const outcomes::peer peer(row);
        const std::string base = row.base(peer.port()),
                          proxy = "http://" + std::string{row.proxy} + ":" + std::to_string(peer.port());
        curl_multi stack{{.proxy = row.is_proxy ? proxy.c_str() : ""}};
        std::array<std::byte, 4096> memory;
        so::client api{stack, so::borrowed{base}, so::bearer{"8A:x"}, memory, {.timeout = so::milliseconds{20'000}}};
        const std::string differs = row.differs(api.get_batch_task_info(497).error());
        if (differs.empty()) ++good;
        if (!differs.empty()) std::printf("%s\n", differs.c_str());
    }
    std::printf("%d of %d\n", good, static_cast<int>(std::size(outcomes::rows)));
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const settings with;
    const std::string_view what = count > 1 ? arguments[1] : "";
    const auto number = [&](int n) { return count > n ? std::atoi(arguments[n]) : 0; };
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 2;
    if (what == "outcomes") return try_outcomes();
    if (with.base == nullptr) return 2;
    int code = 2;
    if (what == "reuse") code = reuse(with, number(2));
    if (what == "cancel") code = cancel(with);
    if (what == "ask") code = ask(with, number(2), static_cast<std::size_t>(number(3)));
    if (what == "grow") code = grow(with, number(2), static_cast<std::size_t>(number(3)));
    if (what == "late") code = late(with);
    curl_global_cleanup();
    return code;
}
