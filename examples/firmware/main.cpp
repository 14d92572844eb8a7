// main.cpp - firmware that asks how one task is doing and follows another to its end, over a modem on a UART.
// SPDX-License-Identifier: BSL-1.0
//
// FIRMWARE_TLS          1: TLS here, over the modem's clear bytes; 0: the modem does it
// FIRMWARE_CREDENTIAL   how it logs in: see credential.hpp
// FIRMWARE_WATCH        1: follows a task; 0: only asks once
// FIRMWARE_TEXTS        1: errors by name and number; 0: by number. `superoffice::message(e)` has a sentence for each (4 KB)
#include "board.hpp"
#include "credential.hpp"
#include "print_failure.hpp"
#include "provision.hpp"
#include "uart.hpp"
#if FIRMWARE_TLS
#include "tls.hpp"
#endif

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace {

using namespace firmware;

#if FIRMWARE_TLS
using link = superoffice::tls<uart<modem::speaks_clear>>;
#else
using link = uart<modem::does_tls>;
#endif
using login = log_in<link>;
using client = superoffice::client<login::client_link, login::credential>;
using call = superoffice::call<client, superoffice::BatchTaskInfo>;

/// Memory for an object that is constructed later: no constructor runs before main, and no destructor by itself.
template <class T>
class place {
  public:
    template <class... Args>
    T& make(Args&&... args) noexcept {
        return *::new (static_cast<void*>(room_)) T{std::forward<Args>(args)...};
    }
    /// Constructs the answer of `f` in place: not on the stack, and not moved.
    template <class F>
    T& make_by(F f) noexcept {
        return *::new (static_cast<void*>(room_)) T(f());
    }
    void destroy(T& made) noexcept { made.~T(); }

  private:
    alignas(T) std::byte room_[sizeof(T)];
};

place<link> link_room;
place<login> login_room;
place<client> client_room;
std::byte memory[2048];  // request and reply

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent))

superoffice::tick32 clock;
superoffice::instant now() noexcept { return clock(ticks()); }

void show(const superoffice::field<superoffice::coded<superoffice::BatchTaskState>>& state,
          const superoffice::field<std::int32_t>& percent) noexcept {
    print(state ? state->text() : "?");
    print(" ");
    print(static_cast<std::uint32_t>(percent.value_or(0)));
    print(" %\n");
}

int show(const superoffice::error& e) noexcept {
    print_error(e);
    return 1;
}

int get(client& api, std::int32_t id) noexcept {
    static place<call> room;
    call& running = room.make_by([&] { return api.start_get_batch_task_info(id); });
    while (running.step(now()) != superoffice::step_state::done) {
    }
    if (!running.result()) return show(running.error());
    const superoffice::BatchTaskInfo& task = running.value();
    print("task ");
    print(task.Name.value_or("?"));
    print(": ");
    show(task.State, task.ProgressPercent);
    return 0;
}

#if FIRMWARE_WATCH
int follow(client& api, std::int32_t id) noexcept {
    static place<superoffice::watch<progress>> room;
    auto& task = room.make(api, id);
    for (;;) {
        switch (task.step(now())) {
            case superoffice::watch_state::waiting: break;
            case superoffice::watch_state::changed:
            case superoffice::watch_state::finished:
                print("watch ");
                show(task.value().State, task.value().ProgressPercent);
                if (task.is_over()) return 0;
                break;
            default: return show(task.error());
        }
    }
}
#endif

}  // namespace

int firmware::program() noexcept {
    if (!is_sound(provisioned)) return 1;
#if FIRMWARE_TLS
    link& modem = link_room.make(tls_settings());
#else
    link& modem = link_room.make();
#endif
    login& user = login_room.make(modem);
    client& api = client_room.make(user.link(), superoffice::borrowed{std::string_view{provisioned.base_url}},
                                   user.source(), memory);
    int code = get(api, provisioned.task_to_get);
#if FIRMWARE_WATCH
    if (code == 0) code = follow(api, provisioned.task_to_watch);
#endif
    user.explain();
    // The destructors zero every secret. A program that runs forever never comes here.
    client_room.destroy(api);
    login_room.destroy(user);
    print("stack ");
    print(stack_used());
#if FIRMWARE_TLS
    print("\narena ");
    print(tls_arena_used());
#endif
    print("\n");
    return code;
}
