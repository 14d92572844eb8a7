// fetch_stack.hpp - an HTTP stack for the library in WebAssembly: the fetch() of a browser or of Node. Copy it with fetch_host.js.
//
//     fetch_stack stack;
//     superoffice::client<fetch_stack, superoffice::bearer> api{stack, base_url, superoffice::bearer{token}, memory};
//
// One request at a time; for several at the same time make several clients, each over a stack of its own. Go back to the event
// loop between two steps: nothing arrives before.
#ifndef FETCH_STACK_HPP
#define FETCH_STACK_HPP

#include <superoffice/batch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>

// The functions of fetch_host.js. Emscripten finds them by `--js-library fetch_host.js`; without Emscripten the module imports
// them from "host". `request` is what `begin` has returned.
#ifdef __EMSCRIPTEN__
#define FETCH_IMPORT(name)
#else
#define FETCH_IMPORT(name) __attribute__((import_module("host"), import_name(#name)))
#endif
extern "C" {
FETCH_IMPORT(begin)
int superoffice_fetch_begin(const char* method, std::size_t method_size, const char* url, std::size_t url_size,
                            const char* fields, std::size_t fields_size, const char* body, std::size_t body_size);
FETCH_IMPORT(
    receive)  // how many bytes; 0: nothing yet; -1: the reply is complete; below: failed, see `fetch_stack::reasons`
int superoffice_fetch_receive(int request, void* into, std::size_t size);
FETCH_IMPORT(status)
int superoffice_fetch_status(int request);
FETCH_IMPORT(header)  // how many bytes it has, of which at most `room` were written; -1: there is no such header
int superoffice_fetch_header(int request, const char* name, std::size_t size, char* into, std::size_t room);
FETCH_IMPORT(cancel)
void superoffice_fetch_cancel(int request);
}
#undef FETCH_IMPORT

class fetch_stack {
  public:
    static constexpr bool may_wait = false;

    fetch_stack() noexcept = default;
    fetch_stack(const fetch_stack&) = delete;
    fetch_stack& operator=(const fetch_stack&) = delete;
    ~fetch_stack() { cancel(); }

    superoffice::io_result start(const superoffice::http_request& what) noexcept {
        cancel();
        request_ = superoffice_fetch_begin(what.method.data(), what.method.size(), what.url.data(), what.url.size(),
                                           what.fields.data(), what.fields.size(), what.body.data(), what.body.size());
        return superoffice::io_result::ready();
    }
    superoffice::io_result step(superoffice::instant, std::span<std::byte> into) noexcept {
        const int count = superoffice_fetch_receive(request_, into.data(), into.size());
        if (count > 0) return superoffice::io_result::ready(static_cast<std::size_t>(count));
        if (count == 0) return superoffice::io_result::would_block(superoffice::wait_for::nothing);
        if (count == -1) return superoffice::io_result::closed();
        const std::size_t number = static_cast<std::size_t>(-2 - count);
        const reason& why = reasons[number < std::size(reasons) ? number : 0];
        return superoffice::io_result::failed(why.code, count, why.at);
    }
    [[nodiscard]] std::uint16_t status() const noexcept {
        return static_cast<std::uint16_t>(superoffice_fetch_status(request_));
    }
    [[nodiscard]] std::string_view header(std::string_view name) noexcept {
        const int size = superoffice_fetch_header(request_, name.data(), name.size(), header_.data(), header_.size());
        // One that does not fit counts as absent: a part of it would say something else.
        if (size < 0 || static_cast<std::size_t>(size) > header_.size()) return {};
        return {header_.data(), static_cast<std::size_t>(size)};
    }
    void cancel() noexcept {
        if (request_ != 0) superoffice_fetch_cancel(request_);
        request_ = 0;
    }
    [[nodiscard]] bool secure() const noexcept { return true; }  // fetch() verifies the server of an https URL

  private:
    struct reason {
        superoffice::errc code;
        superoffice::stage at;
    };
    static constexpr reason reasons[] = {
        // -2, -3 and so on
        {superoffice::errc::link_failed, superoffice::stage::none},
        {superoffice::errc::name_not_found, superoffice::stage::resolve},
        {superoffice::errc::name_lookup_failed, superoffice::stage::resolve},
        {superoffice::errc::connection_refused, superoffice::stage::connect},
        {superoffice::errc::connection_reset, superoffice::stage::none},
        {superoffice::errc::connection_closed, superoffice::stage::none},
        {superoffice::errc::certificate_expired, superoffice::stage::handshake},
        {superoffice::errc::certificate_not_yet_valid, superoffice::stage::handshake},
        {superoffice::errc::certificate_self_signed, superoffice::stage::handshake},
        {superoffice::errc::certificate_unknown_authority, superoffice::stage::handshake},
        {superoffice::errc::certificate_wrong_name, superoffice::stage::handshake},
    };

    int request_ = 0;
    std::array<char, 512> header_{};
};
static_assert(superoffice::http_transport<fetch_stack>);

#endif
