// tests/support/drive_exchange.hpp - drives an exchange over a scripted link and says how it ended.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_DRIVE_EXCHANGE_HPP
#define SUPEROFFICE_TESTS_SUPPORT_DRIVE_EXCHANGE_HPP

#include <superoffice/http/exchange.hpp>
#include <superoffice/transport/scripted.hpp>

#include <support/guard_page.hpp>
#include <support/replay.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

/// How an exchange ended, by value.
struct exchange_outcome {
    superoffice::exchange_action action = superoffice::exchange_action::failed;
    superoffice::error failure;
    int status = 0;
    int minor_version = 0;
    bool reusable = false;
    bool reply_started = false;
    bool link_failed = false;
    bool status_decides = false;
    std::string fields;
    std::string body;

    bool operator==(const exchange_outcome&) const = default;

    [[nodiscard]] bool done() const { return action == superoffice::exchange_action::done; }
};

/// Memory of just the size asked for: the bytes before it tell when they were written to, the page behind it ends the
/// test when it is touched. One at a time.
class guarded_memory {
  public:
    explicit guarded_memory(std::size_t size) : start_(page().place(std::string(front + size, fill))), size_(size) {}

    [[nodiscard]] std::span<std::byte> span() const {
        return std::as_writable_bytes(std::span<char>(start_ + front, size_));
    }
    [[nodiscard]] bool intact() const { return std::string_view(start_, front) == std::string(front, fill); }

  private:
    static support::guard_page& page() {
        static support::guard_page one(64 * 1024);
        return one;
    }

    static constexpr std::size_t front = 64;
    static constexpr char fill = '\x5a';
    char* start_;
    std::size_t size_;
};

/// Sends `request` and takes the reply, in memory of `memory_size` bytes, with what holds at every step checked.
inline exchange_outcome drive_exchange(superoffice::scripted& link, std::string_view request, std::size_t memory_size,
                                       std::size_t slack) {
    using superoffice::exchange_action;
    using superoffice::io_state;

    guarded_memory memory(memory_size);
    std::memcpy(memory.span().data(), request.data(), request.size());
    superoffice::exchange machine;
    machine.begin(memory.span(), request.size(), slack);
    exchange_outcome outcome;
    std::size_t rounds = 0;
    for (; rounds < replay::max_rounds; ++rounds) {
        if (machine.action() == exchange_action::transmit) {
            if (machine.outgoing().empty()) break;
            const auto moved = link.transmit(machine.outgoing());
            if (moved.state == io_state::ready) machine.transmitted(moved.bytes);
            outcome.link_failed = moved.state == io_state::failed;
        } else if (machine.action() == exchange_action::receive) {
            if (machine.incoming().empty()) break;
            const auto moved = link.receive(machine.incoming());
            if (moved.state == io_state::ready) machine.received(moved.bytes);
            if (moved.state == io_state::closed) machine.closed();
            outcome.link_failed = moved.state == io_state::failed;
        } else {
            break;
        }
        if (outcome.link_failed) break;
    }
    const bool ended =
        outcome.link_failed || machine.action() == exchange_action::done || machine.action() == exchange_action::failed;
    CHECK(ended);
    CHECK(rounds < replay::max_rounds);
    CHECK(memory.intact());

    outcome.action = machine.action();
    outcome.failure = machine.failure();
    outcome.status = machine.head().status;
    outcome.minor_version = machine.head().minor_version;
    outcome.reusable = machine.reusable();
    outcome.reply_started = machine.reply_started();
    outcome.status_decides = machine.status_decides();
    outcome.fields = machine.head().fields;
    outcome.body.assign(machine.body().data(), machine.body().size());
    if (outcome.done()) {
        CHECK(machine.failure() == superoffice::error{});
        CHECK(machine.body_capacity() >= machine.body().size() + std::max<std::size_t>(slack, 1));
        CHECK(reinterpret_cast<std::byte*>(machine.body().data()) + machine.body_capacity() ==
              memory.span().data() + memory.span().size());
    }
    return outcome;
}

#endif
