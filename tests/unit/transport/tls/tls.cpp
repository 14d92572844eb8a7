// Tests of superoffice/transport/tls/tls.hpp: options, the link below, and whole calls to a server. What belongs to one part of it
// (certificates, the handshake, resumption, ...) is tested beside that part, in detail/.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/tls.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/transport/mbedtls_socket.hpp>
#include <superoffice/transport/scripted.hpp>

#include "support/failing_calloc.hpp"
#include "support/failing_malloc.hpp"
#include "tls_service.hpp"
#include "tls_testing.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace tls_testing;

namespace {

static_assert(so::byte_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::timed_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::lingering_transport<so::tls<so::byte_transport_archetype>>);
static_assert(so::lingering_transport<so::tls<so::scripted>>);
static_assert(!so::waking_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::waiting_transport<so::tls<so::byte_transport_archetype>>);
static_assert(!so::tls<so::byte_transport_archetype>::may_wait);

}  // namespace

TEST_CASE("tls: an impossible host is refused before anything else") {
    const std::string long_name(so::max_host_bytes + 1, 'a');
    for (const std::string_view host : {std::string_view(), std::string_view("a\0b", 3), std::string_view(long_name)}) {
        so::tls<recorder> link{trusting_nobody()};
        check_failed(link.start({host, 443}), errc::name_not_found, stage::resolve);
        CHECK(link.link().starts == 0);
    }
}

TEST_CASE("tls: a host has 253 bytes at most") {
    const std::string label(63, 'a'), longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
    REQUIRE(longest.size() == 253);
    so::tls<recorder> link{trusting_nobody()};
    CHECK(link.import_session({longest, 443}, {}).state == io_state::closed);  // no session, but a host
    CHECK(link.start({longest, 443}).state == io_state::would_block);
    CHECK(client_hello(link.link().sent).server_name == longest);
    so::tls<recorder> other{trusting_nobody()};
    check_failed(other.import_session({longest + 'b', 443}, {}), errc::name_not_found, stage::resolve);
    check_failed(other.import_session({"", 443}, {}), errc::name_not_found, stage::resolve);
    check_failed(other.start({longest + 'b', 443}), errc::name_not_found, stage::resolve);
    CHECK(other.link().starts == 0);
}

TEST_CASE("tls: a clock that is not set is an error before anything is sent, unless dates do not matter") {
    so::tls_options options = trusting_nobody();
    options.utc_now.seconds = [](void*) noexcept { return std::int64_t{0}; };
    so::tls<recorder> link{options};
    check_failed(link.start({"service.example", 443}), errc::no_clock, stage::handshake);
    CHECK(link.link().starts == 0);

    options.skip_certificate_dates = true;
    so::tls<recorder> careless{options};
    CHECK(careless.start({"service.example", 443}).state == io_state::would_block);
}

TEST_CASE("tls: answers of the link below pass through unchanged") {
    namespace script = so::script;
    const so::peer to{"service.example", 443};

    SUBCASE("while it is started") {
        const so::script_step steps[] = {
            script::would_block(wait_for::time, stage::resolve),
            script::would_block(wait_for::writable, stage::connect),
            script::fails(errc::connection_refused, 111, stage::connect),
            script::starts(),
        };
        so::tls<so::scripted> link{trusting_nobody(), steps};
        io_result r = link.start(to);
        CHECK(r.state == io_state::would_block);
        CHECK(r.wants == wait_for::time);
        CHECK(r.at == stage::resolve);
        r = link.start(to);
        CHECK(r.wants == wait_for::writable);
        r = link.start(to);
        check_failed(r, errc::connection_refused, stage::connect);
        CHECK(r.native == 111);
    }
    SUBCASE("in the handshake") {
        for (const errc code : {errc::connection_reset, errc::link_failed}) {
            const so::script_step steps[] = {script::starts(), script::fails(code, 104)};
            so::tls<so::scripted> link{trusting_nobody(), steps};
            const io_result r = link.start(to);
            check_failed(r, code, stage::handshake);
            CHECK(r.native == 104);
        }
    }
    SUBCASE("when the server's answer cannot be received") {
        struct broken : recorder {
            io_result receive(std::span<std::byte>) noexcept {
                return io_result::failed(errc::link_failed, 77, stage::receive);
            }
        };
        so::tls<broken> link{trusting_nobody()};
        const io_result r = link.start(to);
        check_failed(r, errc::link_failed, stage::handshake);
        CHECK(r.native == 77);
        CHECK_FALSE(link.link().sent.empty());
    }
    SUBCASE("also what it waits for, whatever mbedTLS waits for") {
        const so::script_step steps[] = {script::starts(), script::would_block(wait_for::readable)};
        so::tls<so::scripted> link{trusting_nobody(), steps};
        const io_result r = link.start(to);  // it transmits, and the link below wants to read first
        CHECK(r.state == io_state::would_block);
        CHECK(r.wants == wait_for::readable);
        CHECK(r.at == stage::handshake);
    }
    SUBCASE("nothing is moved outside of a connection") {
        so::tls<recorder> link{trusting_nobody()};
        std::array<std::byte, 4> into{};
        link.stop();
        CHECK(link.receive(into).state == io_state::failed);
        CHECK(link.transmit(bytes("x")).state == io_state::failed);
        CHECK(link.start(to).state == io_state::would_block);
        const std::string hello = link.link().sent;
        CHECK(link.transmit(bytes("secret")).state == io_state::failed);
        CHECK(link.receive(into).state == io_state::failed);
        link.stop();
        CHECK(link.link().sent == hello);
    }
}

TEST_CASE("tls: a link below whose start answers closed, which no link should, is a connection that was closed") {
    struct closing : recorder {
        io_result start(const so::peer&) noexcept { return io_result::closed(); }
    };
    so::tls<closing> link{trusting_nobody()};
    check_failed(link.start({"service.example", 443}), errc::connection_closed, stage::connect);
}

TEST_CASE("tls: where memory runs out before the ClientHello is sent, start fails, and the next one is good") {
    // Other versions of mbedTLS may have faults of their own there.
    constexpr bool can_fail = support::failing_calloc::works && MBEDTLS_VERSION_NUMBER < 0x03000000;
    int number = 0;
    for (bool failed = can_fail; failed; ++number) {
        CAPTURE(number);
        so::tls<recorder> link{trusting_nobody()};
        io_result r;
        {
            const support::failing_calloc memory{number};
            for (r = link.start({"service.example", 443}); r.at == stage::none;
                 r = link.start({"service.example", 443})) {
            }
            failed = memory.has_failed();
        }
        if (failed) {
            CHECK(r.state == io_state::failed);
            CHECK(r.at == stage::handshake);
            CHECK((r.code == errc::handshake_failed || r.code == errc::bad_authorities || r.code == errc::no_entropy));
            CHECK(r.native < 0);
            CHECK(link.link().sent.empty());
        }
        r = link.start({"service.example", 443});
        CHECK(r.state == io_state::would_block);
        CHECK(client_hello(link.link().sent).server_name == "service.example");
    }
    if (can_fail) CHECK(number > 10);
}

TEST_CASE("tls: a session is imported once all authorities are loaded, and not where they cannot be") {
    std::string twenty;
    for (int n = 0; n < 20; ++n) twenty += nobodys_authority;
    struct {
        const char* what;
        std::string authorities;
        io_state state;
    } const rows[] = {{"more than are read at once", twenty, io_state::closed},  // it is no session that is imported
                      {"none that can be read", "garbage", io_state::failed}};
    for (const auto& row : rows) {
        CAPTURE(row.what);
        so::tls_options options;
        options.ca_memory = bytes(row.authorities);
        so::tls<recorder> link{options};
        const io_result r = link.import_session({"service.example", 443}, bytes("no session"));
        CHECK(r.state == row.state);
        if (row.state == io_state::failed) check_failed(r, errc::bad_authorities, stage::handshake);
        CHECK(link.link().starts == 0);
    }
}

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

#if defined(__GLIBC__) && !defined(SUPEROFFICE_TESTS_OTHER_FREE)
#define SUPEROFFICE_TESTS_COUNT_HEAP 1
static std::size_t heap_calls() { return support::malloc_calls + support::calloc_calls; }
#endif

namespace {

/// Moves a byte at a time, and blocks before each.
struct hesitant : so::tcp_socket {
    bool moved = true;
    int blocked = 0;
    bool hesitates() noexcept {
        moved = !moved;
        blocked += !moved;
        return !moved;
    }
    io_result receive(std::span<std::byte> into) noexcept {
        return hesitates() ? io_result::would_block(wait_for::nothing) : so::tcp_socket::receive(into.first(1));
    }
    io_result transmit(std::span<const std::byte> from) noexcept {
        return hesitates() ? io_result::would_block(wait_for::nothing) : so::tcp_socket::transmit(from.first(1));
    }
};

/// Keeps what comes until the peer has closed, then gives it out in pieces, perhaps blocking before each.
struct hoarder : so::tcp_socket {
    std::vector<std::byte> kept;
    std::size_t given = 0, piece = SIZE_MAX;
    bool hoards = false, whole = false, hesitates = false, moved = true;
    int asked = 0;  ///< after the whole was there

    io_result receive(std::span<std::byte> into) noexcept {
        if (!hoards) return so::tcp_socket::receive(into);
        while (!whole) {
            std::byte some[4096];
            const io_result r = so::tcp_socket::receive(some);
            if (r.state == io_state::would_block) return r;
            whole = r.state == io_state::closed;
            kept.insert(kept.end(), some, some + r.bytes);
        }
        if (hesitates && (moved = !moved) == false) return io_result::would_block(wait_for::nothing);
        ++asked;
        const std::size_t left = kept.size() - given;
        const std::size_t size = (std::min)({left, into.size(), piece});
        if (size == 0) return io_result::closed();
        std::memcpy(into.data(), kept.data() + given, size);
        given += size;
        return io_result::ready(size);
    }
};

struct received {
    std::string text;
    io_result end;
    int asked = 0;
    bool is_resumed = false;  ///< the connection behind that end
};

/// How a reply is received over a `hoarder`, and into how much memory.
struct hoarding {
    std::size_t size = 16384;      ///< bytes of memory for each `receive`
    std::size_t piece = SIZE_MAX;  ///< see `hoarder`
    bool hesitates = false;        ///< see `hoarder`
    bool damages_last = false;     ///< the last byte that came is changed once all have come
};

/// Receives a whole reply and its end.
received receive_hoarded(int id, const hoarding& how) {
    so::tls<hoarder> link{trusting_service()};
    REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
    link.link().hoards = true;
    link.link().piece = how.piece;
    link.link().hesitates = how.hesitates;
    REQUIRE(transmit(link, request(id, "Connection: close\r\n")).state == io_state::ready);
    std::vector<std::byte> into(how.size);
    received all;
    for (bool spoilt = !how.damages_last;;) {
        const io_result r = link.receive(into);
        if (r.state == io_state::ready) {
            REQUIRE(r.bytes >= 1);
            REQUIRE(r.bytes <= how.size);
            all.text.append(reinterpret_cast<const char*>(into.data()), r.bytes);
        } else if (r.state == io_state::would_block) {
            link.wait(r.wants, so::milliseconds{5000});
            if (!spoilt && link.link().whole) {
                link.link().kept.back() ^= std::byte{1};
                spoilt = true;
            }
        } else {
            all.end = r;
            all.asked = link.link().asked;
            CHECK(link.receive(into).state == r.state);  // and stays so
            CHECK(link.receive(std::span(into).first(1)).state == r.state);
            CHECK_FALSE(link.secure());
            link.link().hoards = false;
            CHECK(start(link, "localhost", service().port()).state == io_state::ready);
            all.is_resumed = link.resumed();
            return all;
        }
    }
}

/// The part that is the same in each reply.
std::string without_head(const std::string& reply) {
    const std::size_t end = reply.find("\r\n\r\n");
    return end == std::string::npos ? reply : reply.substr(end);
}

}  // namespace

TEST_CASE("tls: a good certificate lets a call through, time and again over one object") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::mbedtls_socket link{trusting_service()};
    for (const std::uint16_t port : {service().port(), service().port(), service().port("rsa"), service().port()}) {
        REQUIRE(start(link, "localhost", port).state == io_state::ready);
        CHECK(link.secure());
        CHECK(link.start({"localhost", port}).state == io_state::ready);
        CHECK(link.native_handle() != -1);
        CHECK(std::string_view(link.version()).substr(0, 4) == "TLSv");
        for (int call = 0; call < 2; ++call) {
            REQUIRE(transmit(link, request(497)).state == io_state::ready);
            std::string reply;
            REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
            CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
        }
        link.stop();
        CHECK_FALSE(link.secure());
    }
}

TEST_CASE(
    "tls: a reply and its end come out the same, however its records arrive and however much is taken at a time") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool truncated : {false, true}) {
        const int id = truncated ? 8013 : 8016;
        const received plain = receive_hoarded(id, {});
        CHECK(plain.text.substr(0, 15) == "HTTP/1.1 200 OK");
        for (const std::size_t size : {1U, 63U, 64U, 65U, 100U, 1000U, 16384U})
            for (const std::size_t piece : {1U, 4U, 5U, 6U, 29U, 64U, 100U, 1000U, 16384U})
                for (const bool hesitates : {false, true}) {
                    if (hesitates && piece == 1 && size == 1) continue;  // says nothing new, and takes its time
                    CAPTURE(truncated);
                    CAPTURE(size);
                    CAPTURE(piece);
                    CAPTURE(hesitates);
                    const received all = receive_hoarded(id, {.size = size, .piece = piece, .hesitates = hesitates});
                    CHECK(without_head(all.text) == without_head(plain.text));
                    if (truncated)
                        check_failed(all.end, errc::truncated_close, stage::receive);
                    else
                        CHECK(all.end.state == io_state::closed);
                    CHECK(all.is_resumed);
                }
    }
}

TEST_CASE("tls: all records that have arrived are received by one call of the link below, the end included") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const received all = receive_hoarded(8016, {});
    CHECK(all.end.state == io_state::closed);
    CHECK(all.asked == 1);
}

TEST_CASE("tls: the text of good records is given before the error of a damaged one, which also ends the session") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const received plain = receive_hoarded(8016, {.hesitates = true});
    for (const std::size_t size : {1U, 64U, 1000U, 16384U}) {
        CAPTURE(size);
        const received all = receive_hoarded(8016, {.size = size, .hesitates = true, .damages_last = true});
        check_failed(all.end, errc::link_failed, stage::receive);
        CHECK_FALSE(all.is_resumed);
        CHECK(without_head(all.text) == without_head(plain.text));
    }
}

TEST_CASE("tls: an end with close_notify is `closed`, an end without is an error") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool truncated : {false, true}) {
        CAPTURE(truncated);
        so::mbedtls_socket link{trusting_service()};
        REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
        REQUIRE(transmit(link, request(truncated ? 8013 : 8016)).state == io_state::ready);
        std::string reply;
        for (int again = 0; again < 2; ++again) {
            const io_result r = receive(link, reply);
            CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
            if (truncated) {
                check_failed(r, errc::truncated_close, stage::receive);
            } else {
                CHECK(r.state == io_state::closed);
            }
        }
        if (truncated)
            check_failed(link.transmit(bytes("x")), errc::truncated_close, stage::receive);
        else
            check_failed(link.transmit(bytes("x")), errc::connection_closed, stage::transmit);
        CHECK_FALSE(link.secure());
        CHECK(start(link, "localhost", service().port()).state == io_state::ready);
    }
}

TEST_CASE("tls: a reset passes through, in the handshake and after it") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::mbedtls_socket link{trusting_service()};
    check_failed(start(link, "localhost", service().port("rude")), errc::connection_reset, stage::handshake);

    REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
    REQUIRE(transmit(link, request(8000)).state == io_state::ready);
    std::string reply;
    const io_result r = receive(link, reply);
    check_failed(r, errc::connection_reset, stage::receive);
    CHECK(r.native > 0);

    support::local_service brief;
    REQUIRE_MESSAGE(brief.is_ready(), brief.problem());
    const std::uint16_t port = brief.port();
    brief.end();
    check_failed(start(link, "localhost", port), errc::connection_refused, stage::connect);
}

TEST_CASE("tls: TLS 1.3 is spoken where it is asked for and there is one") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls_options options = trusting_service();
    options.protocol = so::tls_protocol::tls_1_3;
    so::mbedtls_socket link{options};
    const io_result r = start(link, "localhost", service().port("new"));
    if (!so::detail::mbedtls_api::has_tls_1_3) {
        check_failed(r, errc::handshake_failed, stage::handshake);
        so::mbedtls_socket old{trusting_service()};
        check_failed(start(old, "localhost", service().port("new")), errc::tls_version_refused, stage::handshake);
        return;
    }
    REQUIRE(r.state == io_state::ready);
    CHECK(std::string_view(link.version()) == "TLSv1.3");
    for (int call = 0; call < 3; ++call) {  // tickets come in before the first reply
        REQUIRE(transmit(link, request(497)).state == io_state::ready);
        std::string reply;
        REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
        CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
    }
    REQUIRE(transmit(link, request(8013)).state == io_state::ready);
    std::string reply;
    check_failed(receive(link, reply), errc::truncated_close, stage::receive);

    options.protocol = so::tls_protocol::automatic;
    so::mbedtls_socket wary{options};
    const io_result wary_result = start(wary, "localhost", service().port("new"));
    CHECK((wary_result.state == io_state::ready) == !so::detail::mbedtls_api::offers_one_version());
    for (const certificate_case& c : bad_certificates) {
        options.protocol = so::tls_protocol::tls_1_3;
        so::mbedtls_socket refusing{options};
        check_failed(start(refusing, "localhost", service().port(c.listener)), c.code, stage::handshake);
    }
}

TEST_CASE("tls: a link that moves a byte at a time and blocks before each carries the same call") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls<hesitant> link{trusting_service()};
    REQUIRE(start(link, "localhost", service().port()).state == io_state::ready);
    // Long enough for two records, and offered a little longer each time: what was begun must not be counted twice.
    const std::string text = request(497, "X-Filler: " + std::string(6000, 'x') + "\r\n");
    std::string_view rest = text;
    std::size_t held = 0;
    while (!rest.empty()) {
        held = held < rest.size() ? held + 1 : rest.size();
        const io_result r = link.transmit(bytes(rest.substr(0, held)));
        REQUIRE((r.state == io_state::ready || r.state == io_state::would_block));
        REQUIRE(r.bytes <= held);
        rest.remove_prefix(r.bytes);
        held -= r.bytes;
    }
    std::string reply;
    REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
    CHECK(reply.substr(0, 15) == "HTTP/1.1 200 OK");
    CHECK(link.link().blocked > 1000);
}

#if defined(SUPEROFFICE_TESTS_COUNT_HEAP)
TEST_CASE("tls: nothing is allocated between the handshake and the next start") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    bool new_protocol = false;
    SUBCASE("TLS 1.2") {}
    SUBCASE("TLS 1.3") { new_protocol = true; }
    if (new_protocol && !so::detail::mbedtls_api::has_tls_1_3) return;
    so::tls_options options = trusting_service();
    options.protocol = new_protocol ? so::tls_protocol::tls_1_3 : so::tls_protocol::tls_1_2;
    so::mbedtls_socket link{options};
    const std::string text = request(497);
    static char reply[16384];
    for (int connection = 0; connection < 2; ++connection) {
        const std::size_t at_start = heap_calls();
        REQUIRE(start(link, "localhost", service().port(new_protocol ? "new" : "old")).state == io_state::ready);
        CHECK(heap_calls() > at_start);  // the counter counts mbedTLS
        bool ok = true;
        std::size_t before = heap_calls();
        for (int call = 0; call < 10; ++call) {
            if (new_protocol && call == 1) before = heap_calls();  // mbedTLS keeps the ticket that came with the first
            ok = ok && transmit(link, text).state == io_state::ready;
            std::size_t size = 0;
            while (ok && std::string_view(reply, size).find(last_chunk) == std::string_view::npos) {
                const io_result r = link.receive(std::as_writable_bytes(std::span(reply)).subspan(size));
                if (r.state == io_state::would_block) link.wait(r.wants, so::milliseconds{5000});
                ok = ok && (r.state == io_state::ready || r.state == io_state::would_block);
                size += r.bytes;
            }
        }
        link.stop();
        const std::size_t after = heap_calls();
        CHECK(ok);
#if MBEDTLS_VERSION_NUMBER < 0x04000000
        CHECK(after - before == 0);
#else
        CHECK(after - before != 0);  // PSA takes memory for each record, and gives it back
#endif
    }
}
#endif

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE
#endif  // SUPEROFFICE_WITH_MBEDTLS
