// Fuzz target: a reply through the exchange, whole and in pieces, in memory of any size: one outcome, and always an end.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/http/exchange.hpp>

#include <string>

namespace so = superoffice;
using fuzzing::exact_memory;

namespace {

constexpr std::string_view request = "POST /api/v1/Agents/Batch/GetBatchTaskInfo HTTP/1.1\r\nHost: a\r\n\r\n";

struct outcome {
    so::exchange_action action;
    so::error failure;
    std::uint16_t status;
    bool reusable;
    std::string fields, body;

    bool operator==(const outcome&) const = default;
};

outcome told(so::exchange& machine, const exact_memory& memory, std::size_t slack) {
    const so::reply_head& head = machine.head();
    outcome made{
        machine.action(),   machine.failure(),        head.status,
        machine.reusable(), std::string{head.fields}, std::string{machine.body().data(), machine.body().size()}};
    MUST(fuzzing::is_within(head.fields, memory.text()));
    so::header_line line;
    for (std::string_view rest = head.fields; so::next_header(rest, line);)
        MUST(!fuzzing::breaks_line(line.name) && !fuzzing::breaks_line(line.value) && !line.name.empty());
    if (made.action == so::exchange_action::done) {
        MUST(made.failure == so::error{});
        MUST(head.status >= 200 && head.status <= 999);
        MUST(fuzzing::is_within({machine.body().data(), machine.body().size()}, memory.text()));
        MUST(machine.body_capacity() >= machine.body().size() + slack);
    } else {
        MUST(machine.body().empty());
        MUST(made.action != so::exchange_action::failed || made.failure.code != so::errc::ok);
    }
    return made;
}

template <class Size>
outcome play(std::string_view reply, std::size_t memory_size, std::size_t slack, bool closes, Size piece) {
    exact_memory memory(memory_size);
    std::memcpy(memory.data(), request.data(), request.size());
    so::exchange machine;
    machine.begin({reinterpret_cast<std::byte*>(memory.data()), memory.size()}, request.size(), slack);
    while (machine.action() == so::exchange_action::transmit) {
        MUST(!machine.outgoing().empty());
        machine.transmitted(piece(machine.outgoing().size()));
    }
    MUST(memory.text().substr(0, request.size()) == std::string(request.size(), '\0'));
    while (machine.action() == so::exchange_action::receive && !reply.empty()) {
        const auto into = machine.incoming();
        MUST(!into.empty());
        const std::size_t most = into.size() < reply.size() ? into.size() : reply.size();
        const std::size_t size = piece(most);
        std::memcpy(into.data(), reply.data(), size);
        reply.remove_prefix(size);
        machine.received(size);
    }
    if (closes && machine.action() == so::exchange_action::receive) {
        machine.closed();
        MUST(machine.action() == so::exchange_action::done || machine.action() == so::exchange_action::failed);
    }
    return told(machine, memory, slack);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in{data, size};
    const bool closes = in.number() % 2 == 0;
    const std::size_t slack = 1 + in.number() % 64, seed = in.number();
    const std::size_t memory = request.size() + slack + (255 - in.number()) * 8;
    const auto whole = play(in.rest(), memory, slack, closes, [](std::size_t most) { return most; });
    const auto bytes = play(in.rest(), memory, slack, closes, [](std::size_t) { return std::size_t{1}; });
    fuzzing::pieces sizes(seed);
    const auto cut = play(in.rest(), memory, slack, closes, [&](std::size_t most) { return sizes.next(most); });
    // What came behind the reply is only seen by who takes more than the reply at once.
    auto no_more = whole;
    if (bytes.reusable) no_more.reusable = true;
    MUST(no_more == bytes);
    no_more.reusable = cut.reusable;
    MUST(no_more == cut && (bytes.reusable || !cut.reusable));
    return 0;
}
