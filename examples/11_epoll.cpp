// 11_epoll.cpp - a thousand calls at the same time in one thread: 11_epoll [COUNT]
#include <superoffice/batch.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/resource.h>

namespace {

using link_type = superoffice::tls<superoffice::basic_tcp_socket<superoffice::given_addresses>>;
// The compact reader, because simdjson's would allocate its own memory on the heap for each client.
using client_type = superoffice::client<link_type, superoffice::bearer, superoffice::compact_reader>;

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

// A long timeout, because the last call waits for all the others.
constexpr superoffice::call_options slow{.timeout = superoffice::milliseconds{300'000}};

// Everything that one call needs. Sessions share nothing.
struct session {
    session(const char* base, const superoffice::tls_options& trust, const superoffice::address_list& known)
        : link(trust, superoffice::given_addresses{known}),
          api(link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory, {}, {}),
          call(api.start_get_batch_task_info<progress>(497, slow)) {}
    link_type link;
    std::array<std::byte, 2 * 1024> memory;
    client_type api;
    superoffice::call<client_type, progress> call;
};

volatile std::sig_atomic_t interrupted = 0;

superoffice::instant now() noexcept { return std::chrono::steady_clock::now(); }

// Tells epoll what a pending call waits for. Once only, because that changes with each step.
bool arm(int epoll, session& s) noexcept {
    epoll_event wanted{};
    wanted.data.ptr = &s;
    switch (s.call.wants().what) {
        case superoffice::wait_for::readable: wanted.events = EPOLLIN | EPOLLONESHOT; break;
        case superoffice::wait_for::writable: wanted.events = EPOLLOUT | EPOLLONESHOT; break;
        default: return true;  // waits for the time in wants().until only
    }
    // When the link tries the next address, it closes its socket and opens a new one, which may get the same number. epoll
    // forgets a closed socket, so only epoll knows which it is: modify, and if that fails, add.
    const int socket = s.link.native_handle();
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &wanted) == 0) return true;
    return errno == ENOENT && epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &wanted) == 0;
}

std::size_t heap_in_use() noexcept {
    const auto all = mallinfo2();
    return all.uordblks + all.hblkhd;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    const char* address =
        std::getenv("SUPEROFFICE_ADDRESS");  // of the host in the URL: a name lookup would block all calls
    superoffice::address_list known;
    if (base == nullptr || address == nullptr || !known.add(address) || count == 0) {
        std::fprintf(stderr, "usage: SUPEROFFICE_BASE_URL=https://... SUPEROFFICE_ADDRESS=192.0.2.7 %s [COUNT]\n",
                     argv[0]);
        return 2;
    }
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);  // the usual limit is 1024
    if (descriptors.rlim_cur < count + 16) {
        std::fprintf(stderr, "only %zu sockets may be open (ulimit -Hn)\n",
                     static_cast<std::size_t>(descriptors.rlim_cur));
        return 2;
    }
    std::signal(SIGINT, [](int) { interrupted = 1; });

    // Loaded once for all links: the system's authorities alone take 0.4 MB.
    superoffice::certificate_authorities roots;
    const char* const ca_file = std::getenv("SUPEROFFICE_CA_FILE");
    const auto loaded = ca_file != nullptr ? roots.add_file(ca_file) : roots.add_system();
    if (!loaded) {
        std::fprintf(stderr, "%s\n", superoffice::message(loaded.error()));
        return 2;
    }
    const superoffice::tls_options trust{.authorities = &roots};
    std::deque<session> sessions;  // a deque never moves its elements; links and clients cannot be moved
    for (std::size_t n = 0; n < count; ++n) sessions.emplace_back(base, trust, known);

    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const std::size_t heap_before = heap_in_use();
    std::size_t heap_most = heap_before, pending = count, finished = 0;
    const auto go_on = [&](session& s) {
        if (s.call.is_done()) return;  // reported twice: by its time and by epoll
        if (s.call.step(now()) == superoffice::step_state::pending) {
            if (arm(epoll, s)) return;
            s.call.cancel();
        }
        --pending;
        if (s.call.result()) ++finished;
        if (!s.call.result()) std::fprintf(stderr, "%s\n", superoffice::message(s.call.error()));
    };
    for (session& s : sessions) go_on(s);
    while (pending != 0 && interrupted == 0) {
        // This goes through a thousand times. A program with many more calls keeps them sorted.
        superoffice::instant wake = now() + superoffice::milliseconds{60'000};
        for (session& s : sessions) {
            if (s.call.wants().until <= now()) go_on(s);
            if (s.call.wants().until < wake) wake = s.call.wants().until;  // never(), if the call is done
        }
        if (pending == 0) break;  // epoll would report nothing more
        const std::int64_t pause = (wake - now()).count();
        epoll_event events[64];
        const int happened = epoll_wait(epoll, events, 64, pause < 0 ? 0 : static_cast<int>(pause));
        for (int n = 0; n < happened; ++n) go_on(*static_cast<session*>(events[n].data.ptr));
        if (const std::size_t heap = heap_in_use(); heap > heap_most) heap_most = heap;
    }

    std::printf("%zu finished, %zu failed, %zu given up\n", finished, count - finished - pending, pending);
    const std::size_t heap =
        (heap_most - heap_before) / count;  // mbedTLS's; this library uses none. A sanitizer hides it
    std::printf("bytes per client: %zu = client and call %zu, memory %zu, link %zu, heap of TLS %zu\n",
                sizeof(session) + heap, sizeof(client_type) + sizeof(session::call), sizeof(session::memory),
                sizeof(link_type), heap);
    return finished == count ? 0 : 1;  // the end of `sessions` cancels all calls that still run
}
