// A TLS connection whose link fails, ends, blocks or trickles at any one moment, or that is given up there, to a real server;
// and two of them in two threads.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)

#include <superoffice/transport/mbedtls_socket.hpp>

#include "support/local_service.hpp"
#include "support/test_tls.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace so = superoffice;
using so::errc;
using so::io_result;
using so::io_state;
using so::stage;
using so::wait_for;

namespace {

support::local_service& service() {
    static support::local_service one;
    return one;
}

so::tls_options trusting_service() {
    so::tls_options options;
    options.ca_file = service().ca_file().c_str();
    options.protocol = support::test_tls();
    return options;
}

enum class fault { fails, closes, blocks, trickles };

/// Does one thing wrong, instead of the move behind so many good ones. Calls that only block are not counted: how many
/// there are is up to the machine.
struct faulty : so::tcp_socket {
    fault what = fault::blocks;
    int good_moves = -1;  ///< before the fault; negative: none comes
    bool fired = false, in_transmit = false;

    io_result receive(std::span<std::byte> into) noexcept {
        if (!is_due()) return counted(so::tcp_socket::receive(into));
        if (what != fault::trickles) return fire(false);
        const io_result r = so::tcp_socket::receive(into.first(1));
        fired = r.state == io_state::ready;
        return r;
    }
    io_result transmit(std::span<const std::byte> from) noexcept {
        if (!is_due()) return counted(so::tcp_socket::transmit(from));
        if (what != fault::trickles) return fire(true);
        const io_result r = so::tcp_socket::transmit(from.first(1));
        fired = r.state == io_state::ready;
        return r;
    }

  private:
    bool is_due() const noexcept { return !fired && good_moves == 0; }
    io_result counted(const io_result& r) noexcept {
        if (r.state == io_state::ready && good_moves > 0) --good_moves;
        return r;
    }
    io_result fire(bool transmitting) noexcept {
        fired = true;
        in_transmit = transmitting;
        if (what == fault::blocks) return io_result::would_block(wait_for::nothing);
        if (what == fault::closes && !transmitting) return io_result::closed();
        return what == fault::closes ? io_result::failed(errc::connection_closed, 32, stage::transmit)
                                     : io_result::failed(errc::connection_reset, 104, stage::receive);
    }
};

template <class Link>
io_result start(Link& link) {
    for (int i = 0; i < 100000; ++i) {
        const io_result r = link.start({"localhost", service().port()});
        if (r.state != io_state::would_block) return r;
        link.wait(r.wants, so::milliseconds{5000});
    }
    return {};
}

/// One call: ready once all of a good reply is there, else what ended it.
template <class Link>
io_result call(Link& link) {
    constexpr std::string_view text =
        "POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo HTTP/1.1\r\nHost: localhost\r\n"
        "Authorization: Bearer 8A:Cust12345.test-token-good\r\n"
        "Content-Type: application/json\r\nAccept: application/json\r\n"
        "Content-Length: 10\r\n\r\n{\"Id\":497}";
    io_result r = start(link);
    for (std::size_t sent = 0; r.state == io_state::ready && sent < text.size();) {
        r = link.transmit(std::as_bytes(std::span(text).subspan(sent)));
        if (r.state == io_state::would_block) {
            link.wait(r.wants, so::milliseconds{5000});
            r = io_result::ready();
        }
        sent += r.bytes;
    }
    std::string reply;
    std::array<std::byte, 1000> into;
    while (r.state == io_state::ready && !reply.ends_with("\r\n0\r\n\r\n")) {
        r = link.receive(into);
        if (r.state == io_state::would_block) {
            link.wait(r.wants, so::milliseconds{5000});
            r = io_result::ready();
        }
        reply.append(reinterpret_cast<const char*>(into.data()), r.bytes);
    }
    if (r.state == io_state::ready && !reply.starts_with("HTTP/1.1 200 OK")) return io_result::closed();
    return r;
}

}  // namespace

TEST_CASE(
    "tls: whatever the link does at any one moment, the call is right or its error is, and the next call is good") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const fault what : {fault::fails, fault::closes, fault::blocks, fault::trickles}) {
        CAPTURE(static_cast<int>(what));
        int moment = 0, in_handshake = 0;
        for (bool fired = true; fired && moment < 1000; ++moment) {
            CAPTURE(moment);
            so::tls<faulty> link{trusting_service()};
            link.link().what = what;
            link.link().good_moves = moment;
            const io_result begun = start(link);
            in_handshake += link.link().fired && begun.state != io_state::ready;
            const io_result r = begun.state == io_state::ready ? call(link) : begun;
            fired = link.link().fired;
            if (!fired || what == fault::blocks || what == fault::trickles) {
                CHECK(r.state == io_state::ready);
            } else {
                const errc expected = what == fault::fails             ? errc::connection_reset
                                      : begun.state != io_state::ready ? errc::connection_closed
                                      : link.link().in_transmit        ? errc::connection_closed
                                                                       : errc::truncated_close;
                REQUIRE(r.state == io_state::failed);
                CHECK(std::string_view(so::name(r.code)) == so::name(expected));
                if (what == fault::fails) CHECK(r.native == 104);
                if (begun.state != io_state::ready) CHECK(r.at == stage::handshake);
                CHECK_FALSE(link.secure());
            }
            link.link().good_moves = -1;
            link.stop();
            CHECK(call(link).state == io_state::ready);
        }
        CHECK(moment > 10);
        CHECK(moment < 1000);
        if (what == fault::fails || what == fault::closes) CHECK(in_handshake > 6);
    }
}

TEST_CASE("tls: a handshake that is given up behind any of its steps leaves an object that makes a good call") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls_options options = trusting_service();
    options.resume = false;
    so::mbedtls_socket link{options};
    int given_up = 0;
    for (bool over = false; !over && given_up < 1000; ++given_up) {
        CAPTURE(given_up);
        for (int step = 0; step <= given_up && !over; ++step) {
            const io_result r = link.start({"localhost", service().port()});
            REQUIRE((r.state == io_state::would_block || r.state == io_state::ready));
            over = r.state == io_state::ready;
            if (!over && step != given_up) link.wait(r.wants, so::milliseconds{5000});
        }
        link.stop();
        CHECK_FALSE(link.secure());
        CHECK(call(link).state == io_state::ready);
        link.stop();
    }
    CHECK(given_up > 4);
    CHECK(given_up < 1000);
}

#if defined(MBEDTLS_THREADING_C)
TEST_CASE("tls: two links in two threads do not disturb each other") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    int good[2] = {0, 0};
    const auto work = [](int& count) {
        so::mbedtls_socket link{trusting_service()};
        for (int i = 0; i < 20; ++i) {
            count += call(link).state == io_state::ready;
            if (i % 4 == 3) link.stop();  // so that handshakes run at the same time as well
        }
    };
    std::thread one(work, std::ref(good[0])), other(work, std::ref(good[1]));
    one.join();
    other.join();
    CHECK(good[0] == 20);
    CHECK(good[1] == 20);
}
#else
TEST_CASE("tls: two links in two threads do not disturb each other") {
    MESSAGE("skipped: this mbedTLS was built without MBEDTLS_THREADING_C");
}
#endif

#endif  // SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS
