// main.cpp - the library in WebAssembly: its calls go through the fetch() of a browser or of Node. See superoffice.mjs.
//
// The module needs no C library but for a few functions on memory and strings, no heap, and nothing of WASI. Its memory holds
// one client and one watch; a page that follows several tasks makes several instances.
#include "fetch_stack.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

namespace {

struct progress {
    superoffice::field<superoffice::coded<superoffice::BatchTaskState>> State;
    superoffice::field<std::int32_t> ProgressPercent;
    superoffice::field<std::string_view> ProgressDescription;
};
BOOST_DESCRIBE_STRUCT(progress, (), (State, ProgressPercent, ProgressDescription))

using client = superoffice::client<fetch_stack, superoffice::bearer>;
using watch = superoffice::watch<progress>;

std::array<char, 256> base;
std::array<char, 2048> token;
std::array<std::byte, 8192> memory;
[[clang::no_destroy]] fetch_stack stack;
// Made by start(); nothing runs before, and no destructor at the end.
alignas(client) std::array<std::byte, sizeof(client)> client_room;
alignas(watch) std::array<std::byte, sizeof(watch)> watch_room;
client* api = nullptr;
watch* task = nullptr;

std::string_view said;  // by text_of(), until the next step

}  // namespace

#define FOR_HOST(name) extern "C" __attribute__((export_name(#name)))

// The page writes both texts here before start(), a NUL at the end of each.
FOR_HOST(base_url) char* base_url() noexcept { return base.data(); }
FOR_HOST(access_token) char* access_token() noexcept { return token.data(); }

FOR_HOST(start) void start(std::int32_t id, double interval_ms) noexcept {
    if (task != nullptr) task->~watch();
    if (api != nullptr) api->~client();
    const char *const base_text = base.data(), *const token_text = token.data();
    api = ::new (client_room.data()) client{stack, base_text, superoffice::bearer{token_text}, memory};
    task = ::new (watch_room.data())
        watch{*api, id, {.interval = superoffice::milliseconds{static_cast<std::int64_t>(interval_ms)}}};
}

/// A watch_state: 0 waiting, 1 changed, 2 finished, 3 gone, 4 call_failed.
FOR_HOST(step) int step(double now_ms) noexcept {
    return static_cast<int>(task->step(superoffice::instant{static_cast<std::int64_t>(now_ms)}));
}
FOR_HOST(percent) int percent() noexcept { return task->value().ProgressPercent.value_or(-1); }

/// 0: the state, 1: the description of the progress, 2: the error. Where the text begins; text_size() is its size.
FOR_HOST(text_of) const char* text_of(int which) noexcept {
    said = which == 2            ? std::string_view{superoffice::message(task->error())}
           : which == 1          ? task->value().ProgressDescription.value_or(std::string_view{})
           : task->value().State ? task->value().State->text()
                                 : std::string_view{};
    return said.data();
}
FOR_HOST(text_size) std::size_t text_size() noexcept { return said.size(); }
FOR_HOST(stop) void stop() noexcept {
    if (task != nullptr) task->~watch();
    task = nullptr;
}
