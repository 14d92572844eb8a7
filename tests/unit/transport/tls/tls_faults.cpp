// A TLS connection whose link fails, ends, blocks or trickles at any one moment, or that is given up there, to a real server;
// and two of them in two threads.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/tls.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32)

#include <superoffice/transport/mbedtls_socket.hpp>

#include "support/failing_calloc.hpp"
#include "tls_service.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <thread>

using namespace tls_testing;

namespace {

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

/// Does not take one thing that is transmitted, nor anything behind it, and has received by then what the test says.
struct dropping : so::tcp_socket {
    std::string_view waiting;
    io_result behind;
    int good_moves = -1;  ///< before the one that fails; negative: none does
    int moves = 0, late = 0;
    bool failed = false;

    io_result receive(std::span<std::byte> into) noexcept {
        if (!failed) return so::tcp_socket::receive(into);
        if (waiting.empty()) return behind;
        const std::size_t n = waiting.copy(reinterpret_cast<char*>(into.data()), into.size());
        waiting.remove_prefix(n);
        return io_result::ready(n);
    }
    io_result transmit(std::span<const std::byte> from) noexcept {
        if (failed) ++late;
        if (moves++ != good_moves) return so::tcp_socket::transmit(from);
        failed = true;
        return io_result::failed(errc::connection_reset, 32, stage::transmit);
    }
};
/// The same, but no such thing as a word behind the failure.
struct silent : dropping {
    static constexpr bool lingers = false;
};

template <class Link>
io_result start(Link& link, std::uint16_t port = service().port()) {
    for (int i = 0; i < 100000; ++i) {
        const io_result r = link.start({"localhost", port});
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

TEST_CASE("tls: a handshake that the server broke off says why, if the server has said it") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    if (!so::detail::mbedtls_api::has_tls_1_2) return;
    using namespace std::string_view_literals;
    so::client_certificate me;
    const std::string pair = service().directory() + "/client";
    REQUIRE(me.load_files((pair + ".pem").c_str(), (pair + ".key").c_str()));
    struct {
        const char* listener;
        const so::client_certificate* client;
        int moves;  // of the client's in a handshake: ClientHello, [Certificate], key, [proof], change of cipher, Finished
        int tried;  // a server that was shown none goes at once, and ends what would follow by itself
    } const handshakes[] = {{"old", nullptr, 4, 5}, {"picky12", nullptr, 5, 3}, {"picky12", &me, 6, 7}};
    struct {
        const char* what;
        std::string_view waiting;
        io_result behind;
        errc code;  // ok: as the link failed
        std::int32_t native;
    } const words[] = {
        {"a bad certificate", "\x15\x03\x03\0\x02\x02\x2a"sv, io_result::closed(), errc::client_certificate_refused,
         42},
        {"an unknown authority", "\x15\x03\x03\0\x02\x02\x30"sv, {}, errc::client_certificate_refused, 48},
        {"an expired one", "\x15\x03\x01\0\x02\x02\x2d"sv, {}, errc::client_certificate_refused, 45},
        {"required", "\x15\x03\x03\0\x02\x02\x74"sv, {}, errc::client_certificate_refused, 116},
        {"the version", "\x15\x03\x03\0\x02\x02\x46"sv, {}, errc::tls_version_refused, 70},
        {"the server is not well", "\x15\x03\x03\0\x02\x02\x50"sv, {}, errc::handshake_failed, 80},
        {"handshake_failure", "\x15\x03\x03\0\x02\x02\x28"sv, {}, errc::handshake_failed, 40},
        {"decode_error", "\x15\x03\x03\0\x02\x02\x32"sv, {}, errc::handshake_failed, 50},  // GnuTLS, to one without
        {"two", "\x15\x03\x03\0\x02\x02\x30\x15\x03\x03\0\x02\x02\x50"sv, {}, errc::client_certificate_refused, 48},
        {"nothing yet", ""sv, io_result::would_block(wait_for::readable), errc::ok, 0},
        {"nothing, and the end", ""sv, io_result::closed(), errc::ok, 0},
        {"nothing, and a reset", ""sv, io_result::failed(errc::link_failed, 5, stage::receive), errc::ok, 0},
        {"goodbye", "\x15\x03\x03\0\x02\x01\0"sv, {}, errc::ok, 0},
        {"half an alert", "\x15\x03\x03\0\x02\x02"sv, io_result::closed(), errc::ok, 0},
        {"half a header", "\x15\x03"sv, io_result::would_block(wait_for::readable), errc::ok, 0},
        {"half an alert, and a reset", "\x15\x03\x03\0\x02"sv, io_result::failed(errc::link_failed, 5), errc::ok, 0},
        {"an alert of three bytes", "\x15\x03\x03\0\x03\x02\x30\0"sv, {}, errc::ok, 0},
        {"another level", "\x15\x03\x03\0\x02\x07\x30"sv, io_result::closed(), errc::ok, 0},
        // Only in answer to the ClientHello: a server that has spoken TLS before speaks it.
        {"plain text", "HTTP/1.1 400 Bad Request\r\n\r\n"sv, io_result::closed(), errc::not_tls,
         MBEDTLS_ERR_SSL_INVALID_RECORD},
        {"Finished", "\x14\x03\x03\0\x01\x01\x16\x03\x03\0\x10\x14\0\0\x0cxxxxxxxxxxxx"sv, {}, errc::ok, 0},
    };
    for (const auto& handshake : handshakes) {
        CAPTURE(handshake.listener);
        CAPTURE(handshake.moves);
        so::tls_options options = trusting_service();
        options.protocol = so::tls_protocol::tls_1_2;
        options.resume = false;
        options.client = handshake.client;
        const auto check = [&](auto& link, const auto& word, int move, bool hears) {
            CAPTURE(word.what);
            CAPTURE(move);
            link.stop();
            dropping& below = link.link();
            below.waiting = word.waiting;
            below.behind =
                word.behind.state == io_state::ready ? io_result::would_block(wait_for::readable) : word.behind;
            below.good_moves = move;
            below.moves = below.late = 0;
            below.failed = false;
            const io_result r = start(link, service().port(handshake.listener));
            REQUIRE(below.failed == (move < handshake.moves));
            if (!below.failed) {
                CHECK(r.state == io_state::ready);
                return;
            }
            const bool wants_one = handshake.client == nullptr && handshake.moves == 5 && move > 0;  // as it said
            const errc told = (word.native == 40 || word.native == 50) && wants_one ? errc::client_certificate_refused
                              : word.code == errc::not_tls && move > 0              ? errc::ok
                                                                                    : word.code;
            REQUIRE(r.state == io_state::failed);
            CHECK(std::string_view(so::name(r.code)) ==
                  so::name(told == errc::ok || !hears ? errc::connection_reset : told));
            CHECK(r.native == (told == errc::ok || !hears ? 32 : word.native));
            CHECK(r.at == stage::handshake);
            CHECK_FALSE(link.secure());
            CHECK(below.late == 0);
            CHECK(below.native_handle() == -1);
        };
        so::tls<dropping> link{options};
        so::tls<silent> quiet{options};
        for (int move = 0; move < handshake.tried; ++move) {
            for (const auto& word : words) check(link, word, move, true);
            check(quiet, words[0], move, false);
        }
    }
}

TEST_CASE("tls: a server whose certificate is refused gets an alert, and may be gone already") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls_options options = trusting_service();
    options.utc_now.seconds = [](void*) noexcept { return std::int64_t{1}; };  // 1970: not valid yet
    so::tls<dropping> link{options};
    link.link().good_moves = 1;  // behind ClientHello
    link.link().behind = io_result::closed();
    const io_result r = start(link);
    CHECK(r.state == io_state::failed);
    CHECK(std::string_view(so::name(r.code)) == so::name(errc::certificate_not_yet_valid));
    CHECK(link.link().failed);
}

TEST_CASE("tls: after a handshake that was stopped at any step the object makes a good call") {
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
TEST_CASE("tls: where memory runs out at any place of a handshake, it fails, and the next one is good") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::certificate_authorities roots;
    REQUIRE(roots.add_file(service().ca_file().c_str()));
    so::tls_options options = trusting_service();
    options.ca_file = nullptr;
    options.authorities = &roots;
    // A handshake takes thousands of pieces of memory: each of the first ones, then fewer and fewer of them fail. (Other
    // versions of mbedTLS may have faults of their own there.)
    constexpr bool can_fail = support::failing_calloc::works && MBEDTLS_VERSION_NUMBER < 0x03000000;
    int failures = 0;
    bool failed = can_fail;
    for (int number = 0; failed; number += 1 + number / 8, ++failures) {
        CAPTURE(number);
        so::mbedtls_socket link{options};
        io_result r;
        {
            const support::failing_calloc memory{number};
            r = start(link);
            failed = memory.has_failed();
        }
        if (r.state != io_state::ready) {
            CHECK(failed);
            CHECK(r.at == stage::handshake);
            // mbedTLS takes a signature that it has no memory to check for a wrong one.
            CHECK((r.code == errc::handshake_failed ||
                   (r.code == errc::certificate_unknown_authority && r.native == MBEDTLS_X509_BADCERT_NOT_TRUSTED)));
            CHECK_FALSE(link.secure());
        }
        link.stop();
        CHECK(start(link).state == io_state::ready);
    }
    if (can_fail) CHECK(failures > 20);
}

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
