// main.cpp - the library in WebAssembly: its calls go through the fetch() of a browser or of Node. See superoffice.mjs.
//
// The module needs no C library but for a few functions on memory and strings, no heap, and nothing of WASI. Its memory holds
// one client and one watch; a page that follows several tasks makes several instances.
#include <superoffice/batch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>

// What superoffice.mjs does for this module.
#define FROM_HOST(name) extern "C" __attribute__((import_module("host"), import_name(#name)))
FROM_HOST(begin)
void host_begin(const char* method, std::size_t method_size, const char* url, std::size_t url_size, const char* fields,
                std::size_t fields_size, const char* body, std::size_t body_size) noexcept;
FROM_HOST(receive)
int host_receive(void* into,
                 std::size_t size) noexcept;  // bytes; 0: nothing yet; -1: the reply is complete; -2: failed
FROM_HOST(status)
int host_status() noexcept;
FROM_HOST(header)
int host_header(const char* name, std::size_t size, char* into, std::size_t room) noexcept;  // bytes; -1: there is none
FROM_HOST(cancel)
void host_cancel() noexcept;

namespace {

class fetch_stack {
  public:
    static constexpr bool may_wait = false;

    superoffice::io_result start(const superoffice::http_request& what) noexcept {
        host_begin(what.method.data(), what.method.size(), what.url.data(), what.url.size(), what.fields.data(),
                   what.fields.size(), what.body.data(), what.body.size());
        return superoffice::io_result::ready();
    }
    superoffice::io_result step(superoffice::instant, std::span<std::byte> into) noexcept {
        const int count = host_receive(into.data(), into.size());
        if (count > 0) return superoffice::io_result::ready(static_cast<std::size_t>(count));
        if (count == 0) return superoffice::io_result::would_block(superoffice::wait_for::nothing);
        if (count == -1) return superoffice::io_result::closed();
        return superoffice::io_result::failed(superoffice::errc::link_failed, count);
    }
    [[nodiscard]] std::uint16_t status() const noexcept { return static_cast<std::uint16_t>(host_status()); }
    [[nodiscard]] std::string_view header(std::string_view name) noexcept {
        const int size = host_header(name.data(), name.size(), header_.data(), header_.size());
        return size < 0 ? std::string_view{} : std::string_view{header_.data(), static_cast<std::size_t>(size)};
    }
    void cancel() noexcept { host_cancel(); }
    [[nodiscard]] bool secure() const noexcept { return true; }  // fetch() verifies the server of an https URL

  private:
    std::array<char, 512> header_{};
};
static_assert(superoffice::http_transport<fetch_stack>);

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
fetch_stack stack;
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
