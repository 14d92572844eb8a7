// decoding.cpp - counts the instructions that the documented reply takes to decode, by the library and by its peer.
// SPDX-License-Identifier: BSL-1.0
//
// For QEMU with -icount shift=0, where an instruction takes a nanosecond: a tick of the 25 MHz counter is 40 of them.
#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "board.hpp"
#include "peer.hpp"

#include <support/documented_reply.hpp>

namespace {

char document[documented_reply.size()];
constinit peer::task other{};

volatile std::uint32_t& systick(std::uintptr_t offset) noexcept {
    return *reinterpret_cast<volatile std::uint32_t*>(0xe000e010 + offset);
}
constexpr std::uint32_t longest = 0xffffff;

template <class Work>
void count(const char* what, Work work) noexcept {
    std::memcpy(document, documented_reply.data(), sizeof document);
    systick(0) = 0;
    systick(4) = longest;
    systick(8) = 0;
    systick(0) = 5;            // on, without its interrupt
    while (systick(8) == 0) {  // it begins with the next tick
    }
    const std::uint32_t before = systick(8);
    const bool good = work();
    const std::uint32_t after = systick(8);
    firmware::print(what);
    firmware::print(" ");
    firmware::print((before - after) * 40);
    firmware::print("\n");
    if (!good) firmware::leave(1);
}

}  // namespace

int firmware::program() noexcept {
    count("library", [] {
        const auto task = superoffice::decode<superoffice::BatchTaskInfo>(
            superoffice::compact_reader{}, superoffice::json_document{document, sizeof document, sizeof document});
        return task && task->ProgressPercent == 100;
    });
    count("peer", [] { return peer::decode(document, sizeof document, other) && other.percent == 100; });
    return 0;
}
