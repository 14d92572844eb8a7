// shared_link.cpp - the firmware's link_in_turn on this machine: it can what the shared link can, and no more.
#include "shared_link.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdio>
#include <span>

namespace {

using namespace superoffice;
using firmware::link_in_turn;

struct least {
    static constexpr bool may_wait = false;
    int stopped = 0;
    io_result start(const peer&) noexcept { return io_result::ready(); }
    io_result receive(std::span<std::byte>) noexcept { return io_result::ready(1); }
    io_result transmit(std::span<const std::byte>) noexcept { return io_result::ready(1); }
    void stop() noexcept { ++stopped; }
    bool secure() const noexcept { return true; }
};

struct most : least {
    static constexpr bool lingers = true;
    static constexpr bool relays = true;
    struct clock {
        instant now() noexcept { return instant{}; }
    };
    int ticked = 0, waited = 0;
    void tick(instant, instant) noexcept { ++ticked; }
    instant wake_at() const noexcept { return instant{} + milliseconds{7}; }
    void wait(wait_for, milliseconds) noexcept { ++waited; }
    int native_handle() const noexcept { return 3; }
};

template <class Link>
concept has_handle = requires(const Link& link) { link.native_handle(); };
template <class Link>
concept has_clock = requires { typename Link::clock; };

static_assert(timed_transport<link_in_turn<most>> && waking_transport<link_in_turn<most>>);
static_assert(waiting_transport<link_in_turn<most>> && lingering_transport<link_in_turn<most>>);
static_assert(relaying_transport<link_in_turn<most>> && !relaying_transport<link_in_turn<least>>);
static_assert(has_handle<link_in_turn<most>> && has_clock<link_in_turn<most>>);
static_assert(!timed_transport<link_in_turn<least>> && !waking_transport<link_in_turn<least>>);
static_assert(!waiting_transport<link_in_turn<least>> && !lingering_transport<link_in_turn<least>>);
static_assert(!has_handle<link_in_turn<least>> && !has_clock<link_in_turn<least>>);

bool is_ready(const io_result& r) noexcept { return r.state == io_state::ready; }

int wrong;
void require(bool is_so, const char* what) noexcept {
    if (is_so) return;
    std::printf("%s\n", what);
    wrong = 1;
}

}  // namespace

int main() {
    most link;
    firmware::shared_link<most> shared{link};
    link_in_turn<most> first{shared}, second{shared};
    std::byte byte[1];

    first.tick({}, {});
    require(link.ticked == 1, "a link hears the time before it is started");
    require(is_ready(first.start({})) && first.wake_at() == most{}.wake_at(),
            "who has the turn is woken when the link says");
    first.wait(wait_for::readable, milliseconds{1});
    require(link.waited == 1 && first.native_handle() == 3, "who has the turn waits on the link");
    const int before = link.stopped;
    require(is_ready(second.start({})) && link.stopped == before + 1, "the other one's connection is ended");
    require(first.wake_at() == instant::never(), "who has lost the turn is not woken");
    first.wait(wait_for::readable, milliseconds{1});
    require(link.waited == 1, "who has lost the turn waits for nothing");
    require(!is_ready(first.receive(byte)) && !is_ready(first.transmit(byte)),
            "who has lost the turn reads and sends nothing");
    require(is_ready(second.receive(byte)) && is_ready(second.transmit(byte)), "who has the turn reads and sends");
    return wrong;
}
