// library.cpp - what the size table measures: only the library's work; the device's functions are in another file.
// SPDX-License-Identifier: BSL-1.0
//
// LIBRARY_WORK  1: decodes the documented task, all 24 properties
//               2: the whole call, request to meaning, in steps
//               3: a watch in place of it
//               4: a list in place of it, element by element
//               5: a download in place of it
//               6: the call with a `refreshing_bearer` in place of a token
//               7: the call with a `system_user` in place of a token; the device signs
//               8: the sentence for an error's code; 9: its name; 10: the sentence for its stage
// LIBRARY_PROPERTIES  how many of a task's they ask for: 24, which is all, or 2
#include <superoffice/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

// The device. A baud rate or a pin is none of the library's business.
extern "C" {
superoffice::io_result device_receive(std::byte* into, std::size_t size) noexcept;
superoffice::io_result device_transmit(const std::byte* from, std::size_t size) noexcept;
std::uint32_t device_ticks() noexcept;
void device_show(std::int32_t percent) noexcept;
bool device_store(const std::byte* from, std::size_t size) noexcept;
std::size_t device_sign(const char* data, std::size_t size, std::byte* into) noexcept;
std::int64_t device_utc() noexcept;
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

#if LIBRARY_WORK == 6
using credential = superoffice::refreshing_bearer<device>;
#elif LIBRARY_WORK == 7
/// A key in the device's secure element.
struct secure_element {
    superoffice::result<std::size_t> sign(std::string_view data, std::span<std::byte> into) noexcept {
        return device_sign(data.data(), data.size(), into.data());
    }
};
using credential = superoffice::system_user<device, secure_element>;
#endif
#if LIBRARY_WORK == 6 || LIBRARY_WORK == 7
using client = superoffice::client<device, credential*, reader>;
#else
using client = superoffice::client<device, superoffice::bearer, reader>;
#endif

/// Takes the elements of a list.
struct shown {
    void operator()(const info& task) const noexcept { device_show(task.ProgressPercent.value_or(-1)); }
};
/// Takes the bytes of a file.
struct stored {
    superoffice::sink_answer operator()(std::span<const std::byte> piece) const noexcept {
        return device_store(piece.data(), piece.size()) ? superoffice::sink_answer::more
                                                        : superoffice::sink_answer::not_now;
    }
};

#if LIBRARY_WORK == 3
using work = superoffice::watch<info>;
#elif LIBRARY_WORK == 4
using work = superoffice::list_call<client, info, shown>;
#elif LIBRARY_WORK == 5
using work = superoffice::download<client, stored>;
#else
using work = superoffice::call<client, info>;
#endif

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
#elif LIBRARY_WORK >= 8
int work_of_library(char*, std::size_t size) noexcept {
#if LIBRARY_WORK == 10
    return *superoffice::message(static_cast<superoffice::stage>(size));
#elif LIBRARY_WORK == 9
    return *superoffice::name(static_cast<superoffice::errc>(size));
#else
    return *superoffice::message(static_cast<superoffice::errc>(size));
#endif
}
#else
namespace {
device link_room;
place<client> client_room;
#if LIBRARY_WORK == 3
place<work> watch_room;
#elif LIBRARY_WORK == 4
place<work> list_room;
#elif LIBRARY_WORK == 5
place<work> download_room;
#else
place<work> call_room;
#endif
#if LIBRARY_WORK >= 6
device login_link_room;
place<credential> credential_room;
#endif
}  // namespace

int work_of_library(char* memory, std::size_t size) noexcept {
    superoffice::tick32 clock;
    const auto bytes = std::as_writable_bytes(std::span(memory, size));
#if LIBRARY_WORK == 6
    credential& token =
        credential_room.make(login_link_room, superoffice::borrowed{superoffice::default_login_url},
                             superoffice::oauth_application{.client_id = "id", .client_secret = "secret"},
                             superoffice::borrowed{"refresh-token"}, bytes.last(size / 2));
    credential* const with = &token;
#elif LIBRARY_WORK == 7
    static secure_element key;
    credential& ticket = credential_room.make(
        login_link_room, superoffice::borrowed{superoffice::default_login_url},
        superoffice::system_user_application{"My App-2d2D5KmBji", "secret", "Cust12345"}, key,
        superoffice::utc_clock{[](void*) noexcept { return device_utc(); }, nullptr}, bytes.last(size / 2));
    credential* const with = &ticket;
#else
    const superoffice::bearer with{superoffice::borrowed{"8A:Cust12345.token"}};
#endif
    client& api = client_room.make(link_room, superoffice::borrowed{"https://online.superoffice.com/Cust12345/api"},
                                   with, LIBRARY_WORK >= 6 ? bytes.first(size / 2) : bytes);
#if LIBRARY_WORK == 3
    work& running = watch_room.make(api, 497);
    while (running.step(clock(device_ticks())) <= superoffice::watch_state::changed) {
    }
#else
#if LIBRARY_WORK == 4
    work& running = list_room.make_by([&] {
        return api.start_list<info>(superoffice::get_batch_task_infos_by_state, {superoffice::BatchTaskState::Started},
                                    shown{});
    });
#elif LIBRARY_WORK == 5
    work& running =
        download_room.make_by([&] { return api.start_download(superoffice::get_output_from_batch, {497}, stored{}); });
#else
    work& running = call_room.make_by([&] { return api.start_get_batch_task_info<info>(497); });
#endif
    while (running.step(clock(device_ticks())) != superoffice::step_state::done) {
    }
#endif
    return static_cast<int>(running.error().code);
}
#endif
