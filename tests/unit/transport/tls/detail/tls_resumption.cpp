// Tests of superoffice/transport/tls/detail/tls_resumption.hpp and tls_session.hpp: which session is kept and offered, also as bytes.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/detail/tls_resumption.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS

#include <superoffice/http/base_url.hpp>
#include <superoffice/transport/tls/tls.hpp>

#include "../tls_service.hpp"
#include "../tls_testing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tls_testing;

#if defined(SUPEROFFICE_TESTS_TLS_SERVICE)

namespace {

/// When a certificate of the service ends, in seconds since 1970.
std::int64_t last_second_of(const char* name) {
    mbedtls_x509_crt parsed;
    mbedtls_x509_crt_init(&parsed);
    REQUIRE(mbedtls_x509_crt_parse_file(&parsed, (service().directory() + "/" + name).c_str()) == 0);
    const mbedtls_x509_time& end = parsed.valid_to;
    const std::int64_t seconds = so::detail::seconds_since_1970({.year = end.year,
                                                                 .month = static_cast<std::uint8_t>(end.mon),
                                                                 .day = static_cast<std::uint8_t>(end.day),
                                                                 .hour = static_cast<std::uint8_t>(end.hour),
                                                                 .minute = static_cast<std::uint8_t>(end.min),
                                                                 .second = static_cast<std::uint8_t>(end.sec)});
    mbedtls_x509_crt_free(&parsed);
    return seconds;
}

}  // namespace

TEST_CASE("tls: the session is resumed, unless the options forbid it") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const bool resume : {true, false}) {
        so::tls_options options = trusting_service();
        options.resume = resume;
        options.protocol = so::tls_protocol::tls_1_2;
        so::mbedtls_socket link{options};
        for (const bool second : {false, true}) {
            REQUIRE(start(link, "localhost", service().port("old")).state == io_state::ready);
            REQUIRE(transmit(link, request(497)).state == io_state::ready);
            std::string reply;  // once it is there, the handshake was logged
            REQUIRE(receive(link, reply, last_chunk).state == io_state::ready);
            const std::vector<std::string> seen = service().log_lines({"\"event\": \"handshake\""});
            REQUIRE_FALSE(seen.empty());
            CAPTURE(seen.back());
            CHECK((seen.back().find("\"resumed\": true") != std::string::npos) == (resume && second));
            CHECK(seen.back().find("\"alpn\": \"http/1.1\"") != std::string::npos);
            link.stop();
        }
    }
}

TEST_CASE("tls: a session is never offered to another host or port") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const char* const listener : {"old", "new"}) {
        const bool is_new = listener == std::string_view("new");
        if (is_new && !so::detail::mbedtls_api::has_tls_1_3) continue;
        CAPTURE(listener);
        const std::uint16_t port = service().port(listener);
        so::tls_options options = trusting_service();
        options.protocol = is_new ? so::tls_protocol::tls_1_3 : so::tls_protocol::tls_1_2;
        const so::peer known{"localhost", port};
        constexpr bool same_peer = true;
        struct {
            so::peer to;
            bool is_known;
        } const cases[] = {
            {known, same_peer},
            {{"elsewhere", port}, !same_peer},
            {{"localhost", static_cast<std::uint16_t>(port ^ 1)}, !same_peer},
            {{"localhost", static_cast<std::uint16_t>(port ^ 0x100)}, !same_peer},
        };
        for (const auto& c : cases) {
            CAPTURE(c.to.host);
            CAPTURE(c.to.port);
            so::tls<diverted> met{options}, imported{options};
            met.link().way = imported.link().way = port;
            REQUIRE(start(met, known.host, known.port).state == io_state::ready);
            CHECK(reply_of(met).substr(0, 15) == "HTTP/1.1 200 OK");  // with TLS 1.3 tickets come with it
            met.stop();
            std::array<std::byte, so::mbedtls_socket::max_session_bytes> saved;
            const std::size_t size = met.export_session(saved);
            REQUIRE(imported.import_session(known, std::span(saved).first(size)).state == io_state::ready);
            for (so::tls<diverted>* const link : {&met, &imported}) {
                link->link().sent.clear();
                static_cast<void>(start(*link, c.to.host, c.to.port));
                const client_hello hello(link->link().sent);
                if (is_new) {
                    CHECK(hello.has_shared_key == c.is_known);
                } else {
                    CHECK(hello.ticket.empty() == !c.is_known);
                    CHECK(hello.session_id.empty() == !c.is_known);
                }
            }
        }
    }
}

namespace {

/// Can block once before it transmits: 2 is what follows the ClientHello.
struct hesitant : diverted {
    int blocks_at = 0;
    int transmits = 0;

    io_result transmit(std::span<const std::byte> from) noexcept {
        if (++transmits == blocks_at) return io_result::would_block(so::wait_for::writable, stage::transmit);
        return diverted::transmit(from);
    }
};

}  // namespace

TEST_CASE("tls: a session with which a handshake has failed is not offered again") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    so::tls_options options = trusting_service();
    options.protocol = so::tls_protocol::tls_1_2;
    const std::uint16_t port = service().port("old");
    const struct {
        const char* what;
        const char* listener;  // where the handshake in between ends up
        int blocks_at;
        errc code;
    } rows[] = {
        {"none has failed", "", 0, errc::ok},
        {"reset", "rude", 0, errc::connection_reset},
        {"a refused certificate", "self-signed", 0, errc::certificate_self_signed},
        {"a refused certificate; the link blocks when the server is told", "self-signed", 2,
         errc::certificate_self_signed},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const bool failed = row.code != errc::ok;
        so::tls<hesitant> link{options};
        link.link().way = port;
        REQUIRE(start(link, "localhost", port).state == io_state::ready);
        link.stop();
        if (failed) {
            link.link().way = service().port(row.listener);
            link.link().blocks_at = row.blocks_at;
            link.link().transmits = 0;
            check_failed(start(link, "localhost", port), row.code, stage::handshake);
            link.link().way = port;
            std::array<std::byte, so::mbedtls_socket::max_session_bytes> room;
            CHECK(link.export_session(room) == 0);
        }
        link.link().sent.clear();
        REQUIRE(start(link, "localhost", port).state == io_state::ready);
        CHECK(client_hello(link.link().sent).session_id.empty() == failed);
        CHECK(link.resumed() != failed);
        link.stop();
    }
}

TEST_CASE("tls: a session survives as bytes, for the same peer and the same trust only") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    const bool newer = so::detail::mbedtls_api::has_tls_1_3;
    const so::key_pin pins[] = {pin_of("good.pem"), so::key_pin{}},
                      other_pins[] = {pin_of("good.pem"), pin_of("ca.pem")};
    so::client_certificate me, somebody;
    for (const auto& [who, name] : {std::pair{&me, "/client"}, std::pair{&somebody, "/wrong-name"}}) {
        const std::string pair = service().directory() + name;
        REQUIRE(who->load_files((pair + ".pem").c_str(), (pair + ".key").c_str()));
    }
    for (const char* const listener : {"old", "new"}) {
        const bool is_new = listener == std::string_view("new");
        if (is_new && !newer) continue;
        CAPTURE(listener);
        const std::string base = "https://localhost:" + std::to_string(service().port(listener)) + "/Cust12345/api";
        const so::peer to = so::parse_base_url(base)->to;
        so::tls_options options = trusting_service();
        options.protocol = is_new ? so::tls_protocol::tls_1_3 : so::tls_protocol::tls_1_2;
        options.pins = pins;
        options.client = &me;
        std::array<std::byte, so::mbedtls_socket::max_session_bytes> saved;
        std::size_t size = 0;
        {
            so::mbedtls_socket link{options};
            CHECK(link.export_session(saved) == 0);
            REQUIRE(start(link, to.host, to.port).state == io_state::ready);
            CHECK_FALSE(link.resumed());
            CHECK(reply_of(link).substr(0, 15) == "HTTP/1.1 200 OK");
            size = link.export_session(saved);
            REQUIRE(size > 0);
            CHECK(size < 400);  // without the server's certificate
            // In less memory nothing is exported, and no byte behind it is written.
            std::array<std::byte, so::mbedtls_socket::max_session_bytes> room;
            for (std::size_t less = 0; less < size; ++less) {
                room.fill(std::byte{0x5A});
                if (link.export_session(std::span(room).first(less)) != 0) FAIL_CHECK("fits into " << less);
                const auto behind = std::span(room).subspan(less);
                if (std::count(behind.begin(), behind.end(), std::byte{0x5A}) != std::ssize(behind))
                    FAIL_CHECK("written behind " << less);
            }
            CHECK(link.export_session(std::span(room).first(size)) == size);
            CHECK(link.import_session(to, std::span(saved).first(size)).state == io_state::closed);  // not now
        }
        const std::span<const std::byte> session = std::span(saved).first(size);
        const auto taken = [&](const so::tls_options& other, const so::peer& peer, std::span<const std::byte> from) {
            so::mbedtls_socket link{other};
            return link.import_session(peer, from).state == io_state::ready;
        };
        CHECK_FALSE(taken(options, {"", to.port}, session));
        CHECK_FALSE(taken(options, {std::string(254, 'a'), to.port}, session));
        {
            so::mbedtls_socket link{options};
            REQUIRE(link.import_session(to, session).state == io_state::ready);
            REQUIRE(start(link, to.host, to.port).state == io_state::ready);
            CHECK(link.resumed());
            CHECK(reply_of(link).substr(0, 15) == "HTTP/1.1 200 OK");
            CHECK(service().log_lines({"\"event\": \"handshake\""}).back().find("\"resumed\": true") !=
                  std::string::npos);
        }
        {  // a handshake that is given up before the server answers costs no session
            so::tls<recorder> given_up{options};
            std::array<std::byte, so::mbedtls_socket::max_session_bytes> again;
            REQUIRE(given_up.import_session(to, session).state == io_state::ready);
            CHECK(given_up.start(to).state == io_state::would_block);
            given_up.stop();
            CHECK(given_up.export_session(again) > 0);
        }
        CHECK(taken(options, to, session));
        CHECK_FALSE(taken(options, {"localhost", static_cast<std::uint16_t>(to.port + 1)}, session));
        CHECK_FALSE(taken(options, {"elsewhere.example", to.port}, session));
        so::tls_options changed = options;
        const auto takes_changed = [&] {
            const bool takes = taken(changed, to, session);
            changed = options;
            return takes;
        };
        CHECK(takes_changed());
        changed.protocol = so::tls_protocol::automatic;
        CHECK_FALSE(takes_changed());
        changed.pins = other_pins;
        CHECK_FALSE(takes_changed());
        changed.pins = std::span(pins).first(1);
        CHECK_FALSE(takes_changed());
        changed.pins = {};
        CHECK_FALSE(takes_changed());
        changed.pin_instead_of_authorities = true;
        CHECK_FALSE(takes_changed());
        changed.client = &somebody;
        CHECK_FALSE(takes_changed());
        changed.client = nullptr;
        CHECK_FALSE(takes_changed());
        changed.skip_certificate_dates = true;
        CHECK_FALSE(takes_changed());
        changed.ca_memory = bytes(nobodys_authority);
        CHECK_FALSE(takes_changed());
        changed.resume = false;
        CHECK_FALSE(takes_changed());
        std::vector<std::byte> damaged(session.begin(), session.end());
        so::mbedtls_socket link{options};
        for (std::size_t at = 0; at < size; ++at) {
            damaged[at] ^= std::byte{1};
            if (link.import_session(to, damaged).state != io_state::closed) FAIL_CHECK("damaged at " << at);
            damaged[at] ^= std::byte{1};
            if (link.import_session(to, session.first(at)).state != io_state::closed) FAIL_CHECK("cut at " << at);
        }
        CHECK(link.import_session(to, damaged).state == io_state::ready);

        {  // it is taken by a link whose connection has broken, too
            so::mbedtls_socket broken{options};
            REQUIRE(start(broken, to.host, to.port).state == io_state::ready);
            REQUIRE(transmit(broken, request(8000)).state == io_state::ready);
            std::string reply;
            CHECK(receive(broken, reply).state == io_state::failed);
            CHECK(broken.import_session(to, session).state == io_state::ready);
            REQUIRE(start(broken, to.host, to.port).state == io_state::ready);
            CHECK(broken.resumed());
        }

        // What the session rests on has expired meanwhile.
        std::int64_t now = so::detail::seconds_since_1970({.year = 2048});
        changed.utc_now = {[](void* context) noexcept { return *static_cast<std::int64_t*>(context); }, &now};
        so::mbedtls_socket late{changed};
        REQUIRE(late.import_session(to, session).state == io_state::ready);
        check_failed(start(late, to.host, to.port), errc::certificate_expired, stage::handshake);

        // It is resumed up to the last second of the certificates, and no longer.
        now = std::min(last_second_of("good.pem"), last_second_of("ca.pem"));
        so::mbedtls_socket last{changed};
        CHECK_FALSE(last.resumed());
        REQUIRE(last.import_session(to, session).state == io_state::ready);
        REQUIRE(start(last, to.host, to.port).state == io_state::ready);
        CHECK(last.resumed());
        ++now;
        so::mbedtls_socket after{changed};
        REQUIRE(after.import_session(to, session).state == io_state::ready);
        check_failed(start(after, to.host, to.port), errc::certificate_expired, stage::handshake);
        CHECK_FALSE(after.resumed());
    }
}

#endif  // SUPEROFFICE_TESTS_TLS_SERVICE

#endif
