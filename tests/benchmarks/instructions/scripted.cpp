// The whole call over a link that moves bytes of memory and nothing else, for callgrind: by this library with either
// reader, and as somebody writes it by hand for this one reply (fixed request, Content-Length found, On-Demand).
#include <superoffice/batch.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <valgrind/callgrind.h>

#include <support/documented_reply.hpp>

#include "../decode/on_demand.hpp"

namespace {

constexpr int calls = 200;

std::string whole_reply() {
    return "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nPragma: no-cache\r\nContent-Length: " +
           std::to_string(documented_reply.size()) +
           "\r\nContent-Type: application/json; charset=utf-8\r\nExpires: -1\r\nVary: Accept-Encoding\r\n"
           "Date: Tue, 17 Sep 2024 12:00:00 GMT\r\nx-db-stats: implementationMS=12&Calls=2&Read=24\r\n\r\n" +
           std::string(documented_reply);
}

[[noreturn]] void give_up(const char* why) {
    std::fprintf(stderr, "%s\n", why);
    std::exit(1);
}

/// Keeps what is sent, and gives nothing.
struct recorder {
    static constexpr bool may_wait = false;
    std::string sent;
    superoffice::io_result start(const superoffice::peer&) noexcept { return superoffice::io_result::ready(); }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        sent.append(reinterpret_cast<const char*>(from.data()), from.size());
        return superoffice::io_result::ready(from.size());
    }
    superoffice::io_result receive(std::span<std::byte>) noexcept {
        return superoffice::io_result::would_block(superoffice::wait_for::readable);
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return true; }
};
static_assert(superoffice::byte_transport<recorder>);

/// What the library sends: the script wants to know.
const std::string& expected_request() {
    static const std::string text = [] {
        recorder link;
        std::array<std::byte, 4096> memory;
        superoffice::client api{link, "https://online.superoffice.com/Cust12345/api",
                                superoffice::bearer{"8A:Cust12345.AbCdEfGh"}, memory};
        auto call = api.start_get_batch_task_info(497);
        static_cast<void>(call.step(superoffice::instant{0}));
        return link.sent;
    }();
    return text;
}

void profile(const char* name) {
    const std::string what = std::string("call ") + name + " " + std::to_string(calls);
    CALLGRIND_DUMP_STATS_AT(what.c_str());
}

template <class Reader>
void ours(const char* name, Reader reader) {
    const std::string reply = whole_reply();
    std::vector<superoffice::script_step> steps{superoffice::script::starts()};
    for (int n = 0; n < calls + 1; ++n) {
        steps.push_back(superoffice::script::expects(expected_request()));
        steps.push_back(superoffice::script::gives(reply));
    }
    superoffice::scripted link{steps};
    std::array<std::byte, 4096> memory;
    superoffice::client<superoffice::scripted, superoffice::bearer, Reader> api{
        link,
        "https://online.superoffice.com/Cust12345/api",
        superoffice::bearer{"8A:Cust12345.AbCdEfGh"},
        memory,
        {},
        std::move(reader)};
    for (int n = 0; n < calls + 1; ++n) {
        if (n == 1) CALLGRIND_ZERO_STATS;
        if (n != 0) CALLGRIND_TOGGLE_COLLECT;
        auto call = api.start_get_batch_task_info(497);
        while (call.step(superoffice::instant{n}) != superoffice::step_state::done) {
        }
        const bool good = call.result().has_value() && call.value().ProgressPercent == 100;
        if (n != 0) CALLGRIND_TOGGLE_COLLECT;
        if (!good) give_up("the call went wrong");
    }
    // One piece out and one piece in for each call, and a look before each one whether the kept link is still good.
    const std::size_t wanted = 1 + 2 * (calls + 1) + calls;
    if (link.calls() > wanted) {
        std::fprintf(stderr, "%zu uses of the link for %d calls instead of %zu\n", link.calls(), calls + 1, wanted);
        std::exit(1);
    }
    profile(name);
}

/// The same script by hand.
void by_hand() {
    const std::string reply = whole_reply();
    const std::string request = expected_request();
    std::vector<superoffice::script_step> steps;
    for (int n = 0; n < calls + 1; ++n) {
        steps.push_back(superoffice::script::expects(request));
        steps.push_back(superoffice::script::gives(reply));
    }
    superoffice::scripted link{steps};
    std::array<std::byte, 4096> memory;
    bench::od::parser parser;
    for (int n = 0; n < calls + 1; ++n) {
        if (n == 1) CALLGRIND_ZERO_STATS;
        if (n != 0) CALLGRIND_TOGGLE_COLLECT;
        std::size_t size = link.transmit(std::as_bytes(std::span(request))).bytes;
        if (size != request.size()) give_up("the request was not taken");
        size = link.receive(memory).bytes;
        const std::string_view text(reinterpret_cast<const char*>(memory.data()), size);
        const std::size_t head = text.find("\r\n\r\n"), length = text.find("Content-Length: ");
        if (!text.starts_with("HTTP/1.1 200") || head == text.npos || length == text.npos) give_up("no such head");
        const auto body = static_cast<std::size_t>(std::atol(text.data() + length + 16));
        if (head + 4 + body != size) give_up("not the whole reply");
        bench::plain_task task;
        const bool good = bench::by_switch<false>(parser, text.data() + head + 4, body, memory.size() - head - 4, task);
        if (n != 0) CALLGRIND_TOGGLE_COLLECT;
        if (!good || task.ProgressPercent != 100) give_up("the call went wrong");
    }
    profile("by_hand");
}

}  // namespace

int main() {
    ours("ours", superoffice::simdjson_reader{4096});
    ours("ours_compact", superoffice::compact_reader{});
    by_hand();
}
