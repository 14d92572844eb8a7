// Tests of superoffice/base/error.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
using so::errc;
using so::error;
using so::stage;

namespace {

static_assert(sizeof(error) == 16 && std::is_trivially_copyable_v<error>);
static_assert(error{}.code == errc::ok && error{}.stage == stage::none);

constexpr auto count = static_cast<std::size_t>(errc::count_);

bool is_one_of(errc code, std::initializer_list<errc> list) {
    return std::find(list.begin(), list.end(), code) != list.end();
}

/// What each function about `native` answers.
struct native_parts {
    std::int32_t system = 0, lookup = 0, tls = 0, stack = 0;
    std::uint16_t proxy = 0;
    std::uint8_t alert = 0;
    std::uint32_t faults = 0;
    friend bool operator==(const native_parts&, const native_parts&) = default;
};
native_parts parts_of(const error& e) {
    return {.system = e.system_code(),
            .lookup = e.lookup_code(),
            .tls = e.tls_library_code(),
            .stack = e.http_stack_code(),
            .proxy = e.proxy_status(),
            .alert = e.tls_alert(),
            .faults = e.certificate_faults()};
}

}  // namespace

TEST_CASE("error: native has one meaning, and only its function answers with it") {
    const struct {
        const char* what;
        error e;
        native_parts parts;
    } cases[] = {
        {"errno", {.stage = stage::connect, .code = errc::connection_refused, .native = 111}, {.system = 111}},
        {"WSAECONNRESET",
         {.stage = stage::receive, .code = errc::connection_reset, .native = 10054},
         {.system = 10054}},
        {"the code of your own link", {.code = errc::link_failed, .native = 5}, {.system = 5}},
        {"getaddrinfo's", {.stage = stage::resolve, .code = errc::name_not_found, .native = -2}, {.lookup = -2}},
        {"c-ares's", {.stage = stage::resolve, .code = errc::name_lookup_failed, .native = 11}, {.lookup = 11}},
        {"a proxy's", {.stage = stage::connect, .code = errc::proxy_unauthorized, .native = 407}, {.proxy = 407}},
        {"the smallest status", {.stage = stage::connect, .code = errc::proxy_failed, .native = 100}, {.proxy = 100}},
        {"the largest status", {.stage = stage::connect, .code = errc::proxy_failed, .native = 999}, {.proxy = 999}},
        {"below every status", {.stage = stage::connect, .code = errc::proxy_failed, .native = 99}, {}},
        {"above every status", {.stage = stage::connect, .code = errc::proxy_failed, .native = 1000}, {}},
        {"no status", {.stage = stage::connect, .code = errc::proxy_failed, .native = 7}, {}},
        {"a certificate's", {.stage = stage::handshake, .code = errc::certificate_expired, .native = 5}, {.faults = 5}},
        {"the lowest bit", {.stage = stage::handshake, .code = errc::certificate_expired, .native = 1}, {.faults = 1}},
        {"mbedTLS's",
         {.stage = stage::handshake, .code = errc::certificate_refused, .native = -0x3000},
         {.tls = -0x3000}},
        {"an alert", {.stage = stage::handshake, .code = errc::handshake_failed, .native = 40}, {.alert = 40}},
        {"mbedTLS's", {.stage = stage::handshake, .code = errc::handshake_failed, .native = -0x7100}, {.tls = -0x7100}},
        {"mbedTLS's", {.stage = stage::receive, .code = errc::link_failed, .native = -0x7200}, {.tls = -0x7200}},
        {"libcurl's", {.code = errc::certificate_expired, .native = 60, .from_http_stack = true}, {.stack = 60}},
        {"libcurl's", {.code = errc::name_not_found, .native = 6, .from_http_stack = true}, {.stack = 6}},
        {"a stack's", {.code = errc::link_failed, .native = -1, .from_http_stack = true}, {.stack = -1}},
        {"a proxy's", {.code = errc::proxy_refused, .native = 403, .from_http_stack = true}, {.proxy = 403}},
        {"none", {.stage = stage::connect, .code = errc::connection_refused}, {}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.what);
        CAPTURE(so::name(one.e.code));
        CHECK(parts_of(one.e) == one.parts);
    }
}

TEST_CASE("error: for every code, at most one function answers with native") {
    for (std::size_t n = 0; n < count; ++n)
        for (const std::int32_t native : {-0x7100, -2, 0, 1, 40, 407, 10054})
            for (const bool from_stack : {false, true}) {
                const error e{.code = static_cast<errc>(n), .native = native, .from_http_stack = from_stack};
                CAPTURE(so::name(e.code));
                CAPTURE(native);
                const native_parts parts = parts_of(e);
                const int answers = (parts.system != 0) + (parts.lookup != 0) + (parts.tls != 0) + (parts.stack != 0) +
                                    (parts.proxy != 0) + (parts.alert != 0) + (parts.faults != 0);
                CHECK(answers <= 1);
                if (native == 0) CHECK(answers == 0);
            }
}

TEST_CASE("error: what refuses a request before it is sent tells the place and the header") {
    const error header = so::detail::refused_request(errc::bad_header_value, 7, 3);
    CHECK(header == error{.stage = stage::request, .code = errc::bad_header_value, .offset = 7, .member = 3});
    CHECK(header.header_number() == 3);
    const error select = so::detail::refused_request(errc::bad_select, 5);
    CHECK(select == error{.stage = stage::request, .code = errc::bad_select, .offset = 5});
    CHECK(so::detail::refused_request(errc::ok, 5, 3) == error{});
}

TEST_CASE("error: offset is a position, a size that is needed, or a number of bytes that came") {
    for (std::size_t n = 0; n < count; ++n) {
        const auto code = static_cast<errc>(n);
        CAPTURE(so::name(code));
        const error e{.stage = stage::http, .code = code, .offset = 77};
        const bool sized = is_one_of(code, {errc::memory_too_small, errc::reply_too_large, errc::document_too_large});
        const bool came = is_one_of(code, {errc::connection_closed, errc::head_too_large});
        CHECK(e.needed() == (sized ? 77 : 0));
        CHECK(e.received() == (came ? 77 : 0));
        if (sized || came) CHECK(e.position() == error::no_position);
    }
}

TEST_CASE("error: position() is a byte of the document, of the reply or of an argument, byte 0 included") {
    const struct {
        error e;
        std::size_t position;
    } cases[] = {
        {{.stage = stage::decode, .code = errc::bad_json, .offset = 12}, 12},
        {{.stage = stage::decode, .code = errc::wrong_kind}, 0},
        {{.stage = stage::decode, .code = errc::not_json}, 0},
        {{.stage = stage::http, .code = errc::bad_http}, 0},
        {{.stage = stage::http, .code = errc::unsupported_transfer_coding, .offset = 40}, 40},
        {{.stage = stage::request, .code = errc::bad_base_url, .offset = 8}, 8},
        {{.stage = stage::request, .code = errc::bad_select}, 0},
        {{.stage = stage::request, .code = errc::bad_header_value, .offset = 3, .member = 7}, 3},
        {{.stage = stage::credential, .code = errc::bad_header_value, .offset = 3, .member = 1}, 3},
        {{.stage = stage::request, .code = errc::bad_header_value}, error::no_position},  // a proxy's header
        {{.stage = stage::connect, .code = errc::bad_http}, error::no_position},          // a proxy's reply
        {{.stage = stage::http, .code = errc::bad_http, .from_http_stack = true}, error::no_position},
        {{.stage = stage::request, .code = errc::memory_too_small, .offset = 500}, error::no_position},
        {{.stage = stage::decode, .code = errc::document_too_large, .offset = 500}, error::no_position},
        {{.stage = stage::http, .code = errc::connection_closed, .offset = 9}, error::no_position},
        {{.stage = stage::service, .code = errc::no_such_task}, error::no_position},
        {{.stage = stage::request, .code = errc::unsupported_content_type}, error::no_position},
        {{}, error::no_position},
    };
    for (const auto& one : cases) {
        CAPTURE(so::name(one.e.code));
        CAPTURE(so::name(one.e.stage));
        CHECK(one.e.position() == one.position);
    }
}

TEST_CASE("error: member is the number of a member or of a header") {
    const error of_member{.stage = stage::decode, .code = errc::wrong_kind, .member = 3};
    CHECK(of_member.member_number() == 3);
    CHECK(of_member.header_number() == 0);
    for (const stage at : {stage::request, stage::credential}) {
        const error of_header{.stage = at, .code = errc::bad_header_value, .member = 2};
        CHECK(of_header.member_number() == 0);
        CHECK(of_header.header_number() == 2);
    }
    CHECK(error{.stage = stage::connect, .code = errc::link_failed}.member_number() == 0);
}

TEST_CASE("error: its sentence is the code's, with one of its own for a header of the credential") {
    for (std::size_t n = 0; n < count; ++n) {
        const auto code = static_cast<errc>(n);
        CHECK(so::message(error{.code = code}) == std::string_view{so::message(code)});
    }
    const error of_header{.stage = stage::request, .code = errc::bad_header_value};
    const error of_credential{.stage = stage::credential, .code = errc::bad_header_value};
    CHECK(so::message(of_header) ==
          std::string_view{"a request header contains a line break or another forbidden character, or is too long"});
    CHECK(so::message(of_credential) ==
          std::string_view{"the credential contains a line break or another forbidden character, or is too long"});
    CHECK(so::message(error{.stage = stage::credential, .code = errc::credential_missing}) ==
          std::string_view{"no credential was given"});
}

TEST_CASE("error: compares whole, and with a code alone") {
    const error a{.stage = stage::http, .code = errc::bad_http, .offset = 3};
    error b = a;
    CHECK(a == b);
    b.offset = 4;
    CHECK(a != b);
    CHECK(b == errc::bad_http);
    CHECK(b != errc::ok);
}
