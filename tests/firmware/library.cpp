// library.cpp - what the size table measures: only the library's work; the device's functions are in another file.
// SPDX-License-Identifier: BSL-1.0
//
// LIBRARY_WORK  1: decodes the documented task, all 24 properties
//               2: the whole call, request to meaning, in steps
//               3: a watch in place of it
// LIBRARY_PROPERTIES  how many of a task's they ask for: 24, which is all, or 2
#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

// The device. A baud rate or a pin is none of the library's business.
extern "C" {
superoffice::io_result device_receive(std::byte* into, std::size_t size) noexcept;
superoffice::io_result device_transmit(const std::byte* from, std::size_t size) noexcept;
std::uint32_t device_ticks() noexcept;
}

namespace {

struct device {
    static constexpr bool may_wait = false;
    superoffice::io_result start(const superoffice::peer&) noexcept { return superoffice::io_result::ready(); }
    superoffice::io_result receive(std::span<std::byte> into) noexcept {
        return device_receive(into.data(), into.size());
    }
    superoffice::io_result transmit(std::span<const std::byte> from) noexcept {
        return device_transmit(from.data(), from.size());
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return true; }
};
static_assert(superoffice::byte_transport<device>);

#ifndef LIBRARY_READER
#define LIBRARY_READER superoffice::compact_reader
#endif
#ifndef LIBRARY_PROPERTIES
#define LIBRARY_PROPERTIES 24
#endif
#if LIBRARY_PROPERTIES == 2
struct info {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(info, (), (State, ProgressPercent))
#else
using info = superoffice::BatchTaskInfo;
#endif
using reader = LIBRARY_READER;
using client = superoffice::client<device, superoffice::bearer, reader>;
using call = superoffice::call<client, info>;
using watch = superoffice::watch<info>;

/// Room for an object that is made later, so that no constructor runs before main and no destructor ever.
template <class T>
struct place {
    alignas(T) std::byte room[sizeof(T)];
    template <class... Args>
    T& make(Args&&... args) noexcept {
        return *::new (static_cast<void*>(room)) T{std::forward<Args>(args)...};
    }
    template <class F>
    T& make_by(F f) noexcept {
        return *::new (static_cast<void*>(room)) T(f());
    }
};

}  // namespace

extern "C" int work_of_library(char* data, std::size_t size) noexcept;

#if LIBRARY_WORK == 1
extern "C" superoffice::BatchTaskInfo decoded;
int work_of_library(char* data, std::size_t size) noexcept {
    superoffice::error e;
    {
        const auto task = superoffice::decode<superoffice::BatchTaskInfo>(
            reader{}, superoffice::json_document{data, size, size + reader::slack});
        e = task.error();
        if (task) decoded = *task;
    }
    return static_cast<int>(e.code);
}
#else
namespace {
device link_room;
place<client> client_room;
#if LIBRARY_WORK == 2
place<call> call_room;
#else
place<watch> watch_room;
#endif
}  // namespace

int work_of_library(char* memory, std::size_t size) noexcept {
    superoffice::tick32 clock;
    client& api = client_room.make(link_room, superoffice::borrowed{"https://online.superoffice.com/Cust12345/api"},
                                   superoffice::bearer{superoffice::borrowed{"8A:Cust12345.token"}},
                                   std::as_writable_bytes(std::span(memory, size)));
#if LIBRARY_WORK == 2
    call& running = call_room.make_by([&] { return api.start_get_batch_task_info<info>(497); });
    while (running.step(clock(device_ticks())) != superoffice::step_state::done) {
    }
#else
    watch& running = watch_room.make(api, 497);
    while (running.step(clock(device_ticks())) <= superoffice::watch_state::changed) {
    }
#endif
    return static_cast<int>(running.error().code);
}
#endif
