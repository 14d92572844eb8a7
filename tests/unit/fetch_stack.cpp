// Tests of examples/wasm/fetch_stack.hpp without WebAssembly: this program has the functions of fetch_host.js.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/client/client.hpp>

#include <superoffice/batch.hpp>

#if !defined(__EMSCRIPTEN__)
#define __EMSCRIPTEN__  // the functions below are linked, not imported
#include "../../examples/wasm/fetch_stack.hpp"
#undef __EMSCRIPTEN__
#else
#include "../../examples/wasm/fetch_stack.hpp"
#endif

#include <doctest/doctest.h>

#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace so = superoffice;
using so::errc;
using so::stage;

namespace {

struct {
    int status = 0, answer = -1;
    std::string location;
} host;

}  // namespace

extern "C" {
int superoffice_fetch_begin(const char*, std::size_t, const char*, std::size_t, const char*, std::size_t, const char*,
                            std::size_t) {
    return 1;
}
int superoffice_fetch_receive(int, void*, std::size_t) { return host.answer; }
int superoffice_fetch_status(int) { return host.status; }
int superoffice_fetch_header(int, const char* name, std::size_t size, char* into, std::size_t room) {
    if (std::string_view{name, size} != "location") return -1;
    std::memcpy(into, host.location.data(), host.location.size() < room ? host.location.size() : room);
    return static_cast<int>(host.location.size());
}
void superoffice_fetch_cancel(int) {}
}

TEST_CASE("fetch_stack: the host's reason becomes the error") {
    struct {
        int answer;
        errc code;
        stage at;
    } const rows[] = {
        {-2, errc::link_failed, stage::receive},
        {-3, errc::name_not_found, stage::resolve},
        {-4, errc::name_lookup_failed, stage::resolve},
        {-5, errc::connection_refused, stage::connect},
        {-6, errc::connection_reset, stage::receive},
        {-7, errc::connection_closed, stage::receive},
        {-8, errc::certificate_expired, stage::handshake},
        {-9, errc::certificate_not_yet_valid, stage::handshake},
        {-10, errc::certificate_self_signed, stage::handshake},
        {-11, errc::certificate_unknown_authority, stage::handshake},
        {-12, errc::certificate_wrong_name, stage::handshake},
        {-13, errc::link_failed, stage::receive},
        {-2147483647 - 1, errc::link_failed, stage::receive},
    };
    for (const auto& row : rows) {
        CAPTURE(row.answer);
        host = {.status = 0, .answer = row.answer, .location = {}};
        fetch_stack stack;
        std::array<std::byte, 2048> memory{};
        so::client api{stack, support::test_base, so::bearer{"t"}, memory};
        const so::error e = support::ask(api).error;
        CHECK(e.code == row.code);
        CHECK(e.stage == row.at);
        CHECK(e.native == row.answer);
    }
}

TEST_CASE("fetch_stack: a header is there whole or not at all") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{512}, std::size_t{513}, std::size_t{1'500}}) {
        CAPTURE(size);
        host = {.status = 302, .answer = -1, .location = std::string(size, 'x')};
        fetch_stack stack;
        std::array<std::byte, 2048> memory{};
        so::client api{stack, support::test_base, so::bearer{"t"}, memory};
        CHECK(support::ask(api).error.code == errc::redirected);
        CHECK(api.last_reply().head.location() == (size <= 512 ? host.location : std::string{}));
    }
}
