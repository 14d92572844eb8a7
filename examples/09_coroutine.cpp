// 09_coroutine.cpp - co_await on a call: asks about two tasks at the same time in one thread: 09_coroutine ID ID
#include <superoffice/batch.hpp>

#include <array>
#include <chrono>
#include <coroutine>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

#include <poll.h>

namespace {

using link_type = superoffice::tls<superoffice::basic_tcp_socket<superoffice::given_addresses>>;
using client_type = superoffice::client<link_type, superoffice::bearer>;
using call_type = superoffice::call<client_type, superoffice::BatchTaskInfo>;

superoffice::instant now() noexcept { return std::chrono::steady_clock::now(); }

volatile std::sig_atomic_t interrupted = 0;

// The variables of a coroutine live in a frame whose size only the compiler knows. The frame comes from the heap, unless the
// promise has its own operator new. This promise takes it from the array below: one frame for each coroutine.
struct alignas(std::max_align_t) coroutine_frame {
    std::byte bytes[4 * 1024];
    bool taken = false;
};
coroutine_frame frames[2];

// A coroutine. It runs at once up to its first co_await, and is destroyed with this object.
struct job {
    struct promise_type {
        static void* operator new(std::size_t size) noexcept {
            for (coroutine_frame& frame : frames)
                if (size <= sizeof(frame.bytes) && !std::exchange(frame.taken, true)) return frame.bytes;
            return nullptr;
        }
        static void operator delete(void* bytes) noexcept {
            for (coroutine_frame& frame : frames)
                if (frame.bytes == bytes) frame.taken = false;
        }
        static job get_return_object_on_allocation_failure() noexcept { return job{nullptr}; }
        job get_return_object() noexcept { return job{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept { std::terminate(); }
    };

    explicit job(std::coroutine_handle<promise_type> handle) noexcept : frame(handle) {}
    job(job&& other) noexcept : frame(std::exchange(other.frame, nullptr)) {}
    ~job() {
        if (frame) frame.destroy();  // the destructor of a call that still runs cancels it
    }
    std::coroutine_handle<promise_type> frame;
};

// What a coroutine waits for: a call, as one element of a linked list. It lives in the frame of the coroutine.
struct outcome_of {
    [[nodiscard]] bool await_ready() noexcept { return call.step(now()) == superoffice::step_state::done; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
        then = waiter;
        next = first;
        first = this;
    }
    [[nodiscard]] const auto& await_resume() const noexcept { return call.result(); }

    [[nodiscard]] pollfd handle() const noexcept {
        switch (call.wants().what) {  // the handle changes when the socket tries the next address
            case superoffice::wait_for::readable: return {link.native_handle(), POLLIN, 0};
            case superoffice::wait_for::writable: return {link.native_handle(), POLLOUT, 0};
            default: return {-1, 0, 0};  // waits for a time only: poll ignores this
        }
    }

    outcome_of*& first;
    call_type& call;
    const link_type& link;
    std::coroutine_handle<> then{};
    outcome_of* next = nullptr;
};

// Steps the calls, resumes the coroutines whose call is done, then sleeps until there is something to do.
void run(outcome_of*& first) noexcept {
    while (first != nullptr && interrupted == 0) {
        pollfd handles[2];  // there are two coroutines
        nfds_t count = 0;
        superoffice::instant wake = now() + superoffice::milliseconds{60'000};
        for (outcome_of** at = &first; *at != nullptr;) {
            outcome_of* const one = *at;
            if (one->call.step(now()) == superoffice::step_state::done) {
                *at = one->next;
                one->then.resume();
                wake = now();  // it may wait for something else now and is then first in the list
                continue;
            }
            handles[count++] = one->handle();
            if (one->call.wants().until < wake) wake = one->call.wants().until;
            at = &one->next;
        }
        const auto pause = (wake - now()).count();
        poll(handles, count, pause < 0 ? 0 : static_cast<int>(pause));
    }
}

job show(outcome_of*& waiting, client_type& api, const link_type& link, std::int32_t id) {
    superoffice::call_options options;
    options.timeout = superoffice::milliseconds{20'000};  // from the first step to the last byte
    auto call = api.start_get_batch_task_info(id, options);
    const auto& task = co_await outcome_of{waiting, call, link};
    if (task)
        std::printf("%d: %d %%\n", id, task->ProgressPercent.value_or(0));
    else
        std::printf("%d: %s\n", id, superoffice::message(task.error()));
}

}  // namespace

int main(int argc, char** argv) {
    const char* base = std::getenv("SUPEROFFICE_BASE_URL");
    const char* address = std::getenv("SUPEROFFICE_ADDRESS");  // of the host in the URL: a name lookup would block both
    superoffice::address_list known;
    const auto id1 = superoffice::parse_task_id(argc == 3 ? argv[1] : "");
    const auto id2 = superoffice::parse_task_id(argc == 3 ? argv[2] : "");
    if (base == nullptr || address == nullptr || !known.add(address) || !id1 || !id2) {
        std::fprintf(stderr, "usage: SUPEROFFICE_BASE_URL=https://... SUPEROFFICE_ADDRESS=192.0.2.7 %s ID ID\n",
                     argv[0]);
        return 2;
    }
    const superoffice::given_addresses where{known};
    const superoffice::tls_options trust{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")};
    const superoffice::bearer token{std::getenv("SUPEROFFICE_TOKEN")};
    link_type link1{trust, where}, link2{trust, where};
    std::array<std::byte, 4 * 1024> memory1, memory2;
    client_type api1{link1, base, token, memory1}, api2{link2, base, token, memory2};

    std::signal(SIGINT, [](int) { interrupted = 1; });
    outcome_of* waiting = nullptr;
    const job job1 = show(waiting, api1, link1, *id1);
    const job job2 = show(waiting, api2, link2, *id2);
    run(waiting);
    return job1.frame && job2.frame && interrupted == 0 ? 0 : 1;  // no frame: coroutine_frame is too small
}
