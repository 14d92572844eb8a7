// Tests of superoffice/transport/tls/detail/tls_records.hpp: records that come in one piece, in several, or with the end of the
// stream right behind them. The server is mbedTLS in the same thread, and two strings are the network.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/tls/tls.hpp>

#include <doctest/doctest.h>

#if SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS && !defined(_WIN32) && defined(MBEDTLS_SSL_SRV_C)

#include "../tls_service.hpp"

#if defined(MBEDTLS_SSL_CACHE_C)
#include <mbedtls/ssl_cache.h>
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace tls_testing;

namespace {

/// One end of a connection that is two strings.
struct string_link {
    static constexpr bool may_wait = false;
    static constexpr bool lingers = true;
    std::string* in = nullptr;
    std::string* out = nullptr;
    std::size_t at_most = SIZE_MAX;
    bool hesitates = false;  // blocks before each move
    bool is_stuck = false;   // nothing can be transmitted
    bool is_broken = false;  // ... and that is told
    int breaks_after = -1;   // so many moves; negative: never
    io_result end = io_result::would_block(wait_for::readable);
    io_result last = {};
    int receives = 0, waits = 0, failures = 0;

    io_result start(const so::peer&) noexcept { return io_result::ready(); }
    io_result receive(std::span<std::byte> into) noexcept {
        ++receives;
        return last = move(into);
    }
    io_result transmit(std::span<const std::byte> from) noexcept {
        if (breaks_after >= 0 && breaks_after-- == 0) is_broken = true;
        if (is_broken) return ++failures, io_result::failed(errc::connection_reset, 32, so::stage::transmit);
        if (is_stuck) return io_result::would_block(wait_for::writable);
        out->append(reinterpret_cast<const char*>(from.data()), from.size());
        return io_result::ready(from.size());
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return false; }
    void wait(wait_for, so::milliseconds) noexcept { ++waits; }

  private:
    io_result move(std::span<std::byte> into) noexcept {
        hesitated_ = hesitates && !hesitated_;
        if (hesitated_) return io_result::would_block(wait_for::readable);
        if (in->empty()) return end;
        const std::size_t n = std::min({into.size(), in->size(), at_most});
        std::memcpy(into.data(), in->data(), n);
        in->erase(0, n);
        return io_result::ready(n);
    }
    bool hesitated_ = false;
};
static_assert(so::waiting_transport<so::tls<string_link>>);

class server {
  public:
    server() {
        mbedtls_ssl_config_init(&config_);
        mbedtls_ssl_init(&ssl_);
        const std::string folder = service().directory();
        good_ = generator_.begin({}) == 0 &&
                identity_.load_files((folder + "/good.pem").c_str(), (folder + "/good.key").c_str()).has_value() &&
                mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                            MBEDTLS_SSL_PRESET_DEFAULT) == 0 &&
                mbedtls_ssl_conf_own_cert(&config_, identity_.chain(), identity_.key()) == 0;
        generator_.give_to(config_);
#if defined(MBEDTLS_SSL_CACHE_C)
        mbedtls_ssl_cache_init(&sessions_);
        mbedtls_ssl_conf_session_cache(&config_, &sessions_, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
#endif
        mbedtls_ssl_conf_renegotiation(&config_, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
        good_ = good_ && mbedtls_ssl_setup(&ssl_, &config_) == 0;
        mbedtls_ssl_set_bio(&ssl_, this, push, pull, nullptr);
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_config_free(&config_);
#if defined(MBEDTLS_SSL_CACHE_C)
        mbedtls_ssl_cache_free(&sessions_);
#endif
    }

    /// A client on a connection of its own.
    bool meet(so::tls<string_link>& link) {
        if (!turn_to(link)) return false;
        bool met = false;
        for (int i = 0; i < 1000; ++i) {
            const io_result r = link.start({"localhost", 443});
            if (r.state == io_state::failed) return false;
            if (!met) met = mbedtls_ssl_handshake(&ssl_) == 0;
            if (met && r.state == io_state::ready) return true;
        }
        return false;
    }

    /// The same, as far as the server's answer to the client's first words.
    bool answer(so::tls<string_link>& link) {
        if (!turn_to(link)) return false;
        if (link.start({"localhost", 443}).state != io_state::would_block) return false;
        return mbedtls_ssl_handshake(&ssl_) == MBEDTLS_ERR_SSL_WANT_READ;
    }

    /// One record of each text.
    void send(std::span<const std::string> texts) {
        for (const std::string& text : texts)
            REQUIRE(mbedtls_ssl_write(&ssl_, reinterpret_cast<const unsigned char*>(text.data()), text.size()) ==
                    static_cast<int>(text.size()));
    }
    void send_alert(unsigned char level, unsigned char what) {
        REQUIRE(mbedtls_ssl_send_alert_message(&ssl_, level, what) == 0);
    }
    void send_close_notify() { REQUIRE(mbedtls_ssl_close_notify(&ssl_) == 0); }
    /// What the client says next, in mbedTLS's words: a size, or a code.
    int hear() {
        unsigned char text[64];
        return mbedtls_ssl_read(&ssl_, text, sizeof text);
    }
    void ask_again() { REQUIRE(mbedtls_ssl_renegotiate(&ssl_) == 0); }
    bool is_old() const { return std::string_view(mbedtls_ssl_get_version(&ssl_)) == "TLSv1.2"; }
    /// It keeps sessions: without tickets, so those of TLS 1.2 only.
    bool resumes() const {
#if defined(MBEDTLS_SSL_CACHE_C)
        return is_old();
#else
        return false;
#endif
    }

    std::string to_client, from_client;

  private:
    bool turn_to(so::tls<string_link>& link) {
        link.stop();
        to_client.clear();
        from_client.clear();
        link.link().in = &to_client;
        link.link().out = &from_client;
        link.link().end = io_result::would_block(wait_for::readable);
        return good_ && mbedtls_ssl_session_reset(&ssl_) == 0;
    }

    static int push(void* self, const unsigned char* from, std::size_t size) {
        static_cast<server*>(self)->to_client.append(reinterpret_cast<const char*>(from), size);
        return static_cast<int>(size);
    }
    static int pull(void* self, unsigned char* into, std::size_t size) {
        std::string& from = static_cast<server*>(self)->from_client;
        if (from.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
        const std::size_t n = std::min(size, from.size());
        std::memcpy(into, from.data(), n);
        from.erase(0, n);
        return static_cast<int>(n);
    }

    so::detail::random_generator generator_;
    so::client_certificate identity_;
    mbedtls_ssl_config config_;
    mbedtls_ssl_context ssl_;
#if defined(MBEDTLS_SSL_CACHE_C)
    mbedtls_ssl_cache_context sessions_;
#endif
    bool good_ = false;
};

std::string text_of(std::size_t size) {
    static unsigned next = 0;
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>('!' + next++ % 90);
    return text;
}

constexpr unsigned char warning = 1, fatal = 2;

/// Receives until something else than data is answered.
io_result drain(so::tls<string_link>& link, std::size_t room, std::string& seen) {
    std::vector<std::byte> memory(room + 1, std::byte{0x5a});
    for (int i = 0; i < 100000; ++i) {
        const io_result r = link.receive(std::span(memory).first(room));
        REQUIRE(memory[room] == std::byte{0x5a});
        if (r.state != io_state::ready) return r;
        REQUIRE(r.bytes >= 1);
        REQUIRE(r.bytes <= room);
        seen.append(reinterpret_cast<const char*>(memory.data()), r.bytes);
    }
    return {};
}

/// The same over a link that also blocks although there is more.
io_result drain_patiently(so::tls<string_link>& link, std::size_t room, std::string& seen) {
    for (;;) {
        const io_result r = drain(link, room, seen);
        if (r.state != io_state::would_block || (link.link().in->empty() && link.link().last.state != io_state::ready &&
                                                 link.link().end.state == io_state::would_block))
            return r;
    }
}

/// A batch of records: sizes of texts; 0 is a record without any; -1 an alert that is no more than a remark.
using batch = std::vector<int>;

std::string send(server& peer, const batch& records) {
    std::string all;
    for (const int size : records) {
        if (size < 0) {
            peer.send_alert(warning, 90);  // user_canceled
            continue;
        }
        const std::string text = text_of(static_cast<std::size_t>(size));
        peer.send(std::array{text});
        all += text;
    }
    return all;
}

}  // namespace

TEST_CASE("tls: records that came in one piece are received in one piece, where there is room to read ahead") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    server peer;
    so::tls<string_link> link{trusting_service()};
    REQUIRE(peer.meet(link));
    struct {
        batch records;
        std::size_t room;
        std::size_t first;  // bytes of the first answer
        int receives;       // of the link below, for it
    } const cases[] = {
        {{300}, 1000, 300, 1},      {{10, 20, 300}, 1000, 330, 1},
        {{1, 1, 1, 1}, 1000, 4, 1}, {{500}, 500, 500, 2},  // the reply's last bytes: what is around them does not fit
        {{400, 500}, 900, 400, 1},                         // the second one's end is not waited for
        {{10, 20}, 63, 10, 2},                             // head and rest, as mbedTLS asks
        {{10, 20}, 64, 10, 1},      {{10}, 1, 1, 2},
        {{1000}, 100, 100, 2},      {{16383}, 40000, 16383, 1},
        {{16383}, 16384, 16383, 2},  // with TLS 1.3, mbedTLS puts no more into a record
    };
    for (const auto& c : cases) {
        CAPTURE(c.room);
        const std::string sent = send(peer, c.records);
        CAPTURE(sent.size());
        std::vector<std::byte> memory(c.room);
        link.link().receives = 0;
        const io_result r = link.receive(memory);
        CHECK(r.state == io_state::ready);
        CHECK(r.bytes == c.first);
        CHECK(link.link().receives == c.receives);
        std::string seen(reinterpret_cast<const char*>(memory.data()), r.bytes);
        CHECK(drain(link, c.room, seen).state == io_state::would_block);
        CHECK(seen == sent);
    }
}

TEST_CASE("tls: records cut at any byte give the same text, and nothing is held back that a wait would miss") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    server peer;
    so::tls<string_link> link{trusting_service()};
    REQUIRE(peer.meet(link));
    batch records = {5, 70, -1, 120, 0, 1};
    if (!peer.is_old()) records = {5, 70, 120, 0, 1};  // TLS 1.3 has no remarks: every alert is an end
    for (const std::size_t room : std::array<std::size_t, 7>{1, 63, 64, 80, 100, 121, 1000}) {
        CAPTURE(room);
        for (std::size_t cut = 0, size = 1; cut < size; ++cut) {
            CAPTURE(cut);
            const std::string sent = send(peer, records);
            size = peer.to_client.size();
            const std::string rest = peer.to_client.substr(cut);
            peer.to_client.resize(cut);
            std::string seen;
            io_result r = drain(link, room, seen);
            REQUIRE(r.state == io_state::would_block);
            REQUIRE(r.wants == wait_for::readable);
            REQUIRE(link.link().last.state == io_state::would_block);
            REQUIRE(sent.starts_with(seen));
            peer.to_client = rest;
            r = drain(link, room, seen);
            REQUIRE(r.state == io_state::would_block);
            REQUIRE(peer.to_client.empty());
            REQUIRE(seen == sent);
        }
        for (const std::size_t at_most : std::array<std::size_t, 5>{1, 2, 5, 7, 100}) {
            link.link().at_most = at_most;
            for (const bool hesitates : {false, true}) {
                link.link().hesitates = hesitates;
                const std::string sent = send(peer, records);
                std::string seen;
                REQUIRE(drain_patiently(link, room, seen).state == io_state::would_block);
                REQUIRE(seen == sent);
            }
        }
        link.link().at_most = SIZE_MAX;
        link.link().hesitates = false;
    }
}

TEST_CASE("tls: many records that move no data hold up nothing that came with them") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    server peer;
    so::tls<string_link> link{trusting_service()};
    REQUIRE(peer.meet(link));
    if (!peer.is_old()) return;
    for (const bool is_stuck : {false, true}) {
        link.link().is_stuck = is_stuck;
        batch records = {7};
        for (int i = 0; i < 40; ++i) records.push_back(-1);
        records.push_back(9);
        const std::string sent = send(peer, records);
        std::string seen;
        CHECK(drain(link, 4000, seen).state == io_state::would_block);
        CHECK(seen == sent);
    }
}

TEST_CASE("tls: after the handshake every alert is alert_received, except those about certificates") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    for (const int alert : {40, 50, 70, 80, 120}) {
        CAPTURE(alert);
        server peer;
        so::tls<string_link> link{trusting_service()};
        REQUIRE(peer.meet(link));
        peer.send_alert(fatal, static_cast<unsigned char>(alert));
        std::string seen;
        const io_result r = drain(link, 1000, seen);
        check_failed(r, errc::alert_received, stage::receive);
        CHECK(r.native == alert);
        CHECK(so::is_repeatable(r.code));
    }
}

TEST_CASE("tls: what follows an alert is not read, and does not hide it") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    server peer;
    so::tls<string_link> link{trusting_service()};
    REQUIRE(peer.meet(link));
    std::string seen;
    static_cast<void>(drain(link, 1000, seen));  // tickets
    peer.send(std::array{std::string("text")});
    peer.send_alert(fatal, 80);
    peer.to_client += "and more";
    const io_result r = drain(link, 1000, seen);
    CHECK(seen == "text");
    check_failed(r, errc::alert_received, stage::receive);
    CHECK(r.native == 80);
}

TEST_CASE("tls: a server that ends the connection because renegotiation is refused has its own error") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    struct {
        const char* what;
        bool answers = false;     // between the question and the end
        unsigned char alert = 0;  // 0: none
        bool damages = false;     // ... on the way
        bool closes = false;      // the connection below ends
        errc code = errc::ok;     // ok: closed
    } const cases[] = {
        {.what = "an alert", .alert = 40, .code = errc::renegotiation_refused},
        {.what = "an alert that was damaged", .alert = 40, .damages = true, .code = errc::link_failed},
        {.what = "close_notify", .alert = 255, .code = errc::renegotiation_refused},
        {.what = "a bare end", .closes = true, .code = errc::renegotiation_refused},
        {.what = "an answer, then an alert", .answers = true, .alert = 40, .code = errc::alert_received},
        {.what = "an answer, then close_notify", .answers = true, .alert = 255},
        {.what = "an answer, then a bare end", .answers = true, .closes = true, .code = errc::truncated_close},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        server peer;
        so::tls<string_link> link{trusting_service()};
        REQUIRE(peer.meet(link));
        if (!peer.is_old()) return;  // TLS 1.3 has no renegotiation
        peer.ask_again();
        std::string seen;
        CHECK(drain(link, 1000, seen).state == io_state::would_block);
        if (c.answers) peer.send(std::array{std::string("text")});
        if (c.alert == 255) peer.send_close_notify();
        if (c.alert != 0 && c.alert != 255) peer.send_alert(fatal, c.alert);
        if (c.damages) peer.to_client.back() = static_cast<char>(peer.to_client.back() ^ 1);
        if (c.closes) link.link().end = io_result::closed();
        const io_result r = drain(link, 1000, seen);
        CHECK(seen == (c.answers ? "text" : ""));
        if (c.code == errc::ok) {
            CHECK(r.state == io_state::closed);
        } else {
            check_failed(r, c.code, stage::receive);
            if (c.alert == 40 && !c.damages) CHECK(r.native == 40);
        }
    }
}

TEST_CASE("tls: HelloRequest between data while nothing can be sent") {
    server peer;
    so::tls<string_link> link{trusting_service()};
    for (const bool first : {false, true}) {
        CAPTURE(first);
        REQUIRE(peer.meet(link));
        if (!peer.is_old()) return;
        std::string sent;
        if (!first) sent += send(peer, {30});
        peer.ask_again();
        sent += send(peer, {40, 50});
        link.link().is_stuck = true;
        std::string seen;
        io_result r = drain(link, 4000, seen);
        for (int i = 0; i < 5 && r.state == io_state::would_block; ++i) r = drain(link, 4000, seen);
        CHECK(r.state == io_state::would_block);
        CHECK(seen == sent);
        link.link().is_stuck = false;
    }
}

TEST_CASE(
    "tls: what ends the connection right behind data is told behind the data, and stays; an alert or damage ends the "
    "session too") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    enum class ending { notified, alert, damaged, bare, reset };
    server peer;
    so::tls<string_link> link{trusting_service()};
    bool resumes = false;
    for (const ending how : {ending::notified, ending::alert, ending::damaged, ending::bare, ending::reset}) {
        CAPTURE(static_cast<int>(how));
        for (const std::size_t room : std::array<std::size_t, 3>{1, 64, 500}) {
            CAPTURE(room);
            std::size_t size = 1;
            for (std::size_t cut = 0; cut < size; cut += room == 500 ? 1 : 17) {
                CAPTURE(cut);
                REQUIRE(peer.meet(link));
                REQUIRE(link.resumed() == resumes);  // by how the connection before ended
                REQUIRE(peer.to_client.empty());
                std::string sent = send(peer, {30, 40});
                const std::size_t good = peer.to_client.size();
                if (how == ending::notified) peer.send_alert(warning, 0);
                if (how == ending::alert) peer.send_alert(fatal, 80);  // internal_error
                if (how == ending::damaged) {
                    send(peer, {20});
                    peer.to_client.back() = static_cast<char>(peer.to_client.back() ^ 1);
                }
                if (how == ending::bare) link.link().end = io_result::closed();
                if (how == ending::reset) link.link().end = io_result::failed(errc::connection_reset, 104);
                // All in one piece, or the end later.
                size = how == ending::bare || how == ending::reset ? 1 : peer.to_client.size();
                const std::string rest = peer.to_client.substr(cut == 0 ? peer.to_client.size() : cut);
                peer.to_client.resize(peer.to_client.size() - rest.size());
                std::string seen;
                if (!rest.empty()) {
                    REQUIRE(drain(link, room, seen).state == io_state::would_block);
                    if (cut >= good) CHECK(seen == sent);
                    peer.to_client += rest;
                }
                for (int again = 0; again < 2; ++again) {
                    const io_result r = drain(link, room, seen);
                    REQUIRE(seen == sent);
                    REQUIRE(r.state == (how == ending::notified ? io_state::closed : io_state::failed));
                    REQUIRE(r.bytes == 0);
                    const errc expected = how == ending::notified  ? errc::ok
                                          : how == ending::alert   ? errc::alert_received
                                          : how == ending::damaged ? errc::link_failed
                                          : how == ending::bare    ? errc::truncated_close
                                                                   : errc::connection_reset;
                    REQUIRE(std::string_view(so::name(r.code)) == so::name(expected));
                }
                REQUIRE_FALSE(link.secure());
                const io_result after = link.transmit(std::as_bytes(std::span("x", 1)));
                REQUIRE(after.state == io_state::failed);
                resumes = peer.resumes() && how != ending::alert && how != ending::damaged;
            }
        }
    }
}

TEST_CASE("tls: each transmit says how much of its own text went out, also behind one that blocked") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    server peer;
    so::tls<string_link> link{trusting_service()};
    REQUIRE(peer.meet(link));
    std::string seen;
    static_cast<void>(drain(link, 100, seen));  // tickets
    for (const std::string_view text :
         {std::string_view("a longer text"), std::string_view("short"), std::string_view("1")}) {
        const io_result r = link.transmit(bytes(text));
        CHECK(r.state == io_state::ready);
        CHECK(r.bytes == text.size());
        CHECK(peer.hear() == static_cast<int>(text.size()));
    }
    // The caller has more by the time the link takes it: the rest is not counted as sent.
    link.link().is_stuck = true;
    CHECK(link.transmit(bytes("first")).state == io_state::would_block);
    link.link().is_stuck = false;
    const io_result r = link.transmit(bytes("first and second"));
    CHECK(r.state == io_state::ready);
    CHECK(r.bytes == 5);
    CHECK(peer.hear() == 5);
    CHECK(link.transmit(bytes(" and second")).bytes == 11);
    CHECK(peer.hear() == 11);
}

TEST_CASE("tls: stop sends close_notify to the server, but not if the connection broke") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    server peer;
    so::tls<string_link> link{trusting_service()};

    REQUIRE(peer.meet(link));
    CHECK(peer.hear() == MBEDTLS_ERR_SSL_WANT_READ);
    link.stop();
    CHECK(peer.hear() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);

    REQUIRE(peer.meet(link));  // behind data that was never received
    send(peer, {30});
    link.stop();
    CHECK(peer.hear() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);

    std::string seen;
    REQUIRE(peer.meet(link));  // in answer to the server's own
    peer.send_alert(warning, 0);
    REQUIRE(drain(link, 100, seen).state == io_state::closed);
    link.stop();
    CHECK(peer.hear() == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);

    REQUIRE(peer.meet(link));
    peer.send_alert(fatal, 80);  // internal_error
    REQUIRE(drain(link, 100, seen).state == io_state::failed);
    link.stop();
    CHECK(peer.from_client.empty());
}

TEST_CASE(
    "tls: behind a transmit that failed below, what the server said last is received, and its alert is the reason") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    enum class ending { nothing, notified, refused, alert, damaged, half, bare, reset };
    server peer;
    so::tls<string_link> link{trusting_service()};
    for (const ending how : {ending::nothing, ending::notified, ending::refused, ending::alert, ending::damaged,
                             ending::half, ending::bare, ending::reset}) {
        CAPTURE(static_cast<int>(how));
        for (const batch& texts : {batch{}, batch{30}, batch{30, 400}}) {
            CAPTURE(texts.size());
            for (const std::size_t room : std::array<std::size_t, 3>{1, 64, 1000}) {
                CAPTURE(room);
                REQUIRE(peer.meet(link));
                std::string seen;
                static_cast<void>(drain(link, 100, seen));  // tickets
                const std::string sent = send(peer, texts);
                if (how == ending::notified) peer.send_alert(warning, 0);
                if (how == ending::refused) peer.send_alert(fatal, 48);  // unknown_ca
                if (how == ending::alert) peer.send_alert(fatal, 80);    // internal_error
                if (how == ending::damaged || how == ending::half) {
                    const std::size_t good = peer.to_client.size();
                    peer.send_alert(fatal, 48);
                    if (how == ending::half) peer.to_client.resize(good + 6);
                    if (how == ending::damaged) peer.to_client.back() = static_cast<char>(peer.to_client.back() ^ 1);
                }
                if (how == ending::bare) link.link().end = io_result::closed();
                if (how == ending::reset) link.link().end = io_result::failed(errc::link_failed, 5);
                link.link().is_broken = true;
                link.link().failures = 0;
                const io_result failed = link.transmit(std::as_bytes(std::span("request", 7)));
                REQUIRE(failed.state == io_state::failed);
                CHECK(failed.code == errc::connection_reset);
                CHECK(failed.native == 32);
                CHECK_FALSE(link.secure());

                for (int again = 0; again < 2; ++again) {
                    const io_result r = drain(link, room, seen);
                    CHECK(seen == sent);
                    if (how == ending::nothing || how == ending::half) {
                        CHECK(r.state == io_state::would_block);
                        continue;
                    }
                    CHECK(r.state == (how == ending::notified ? io_state::closed : io_state::failed));
                    const errc expected = how == ending::notified  ? errc::ok
                                          : how == ending::refused ? errc::client_certificate_refused
                                          : how == ending::alert   ? errc::alert_received
                                                                   : errc::connection_reset;
                    CHECK(std::string_view(so::name(r.code)) == so::name(expected));
                    CHECK(r.native == (how == ending::notified  ? 0
                                       : how == ending::refused ? 48
                                       : how == ending::alert   ? 80
                                                                : 32));
                }
                CHECK(link.transmit(std::as_bytes(std::span("x", 1))).state == io_state::failed);
                CHECK(link.link().failures == 1);  // nothing was tried again, nor is a goodbye
                link.stop();
                CHECK(link.link().failures == 1);
                std::array<std::byte, 4> into;
                CHECK(link.receive(into).state == io_state::failed);
                link.link().is_broken = false;
            }
        }
    }
    REQUIRE(peer.meet(link));
}

#if defined(MBEDTLS_SSL_CACHE_C)
TEST_CASE("tls: a resumed handshake fails if its last message was not sent, and says why, if the server has said it") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    using namespace std::string_view_literals;
    server peer;
    so::tls<string_link> link{trusting_service()};
    struct {
        const char* what;
        int alert;               // of the server, under its keys; negative: none
        std::string_view plain;  // what anybody on the way can write
        errc code;
        int native;
    } const cases[] = {
        {"nothing", -1, "", errc::connection_reset, 32},
        {"access_denied", 49, "", errc::client_certificate_refused, 49},
        {"internal_error", 80, "", errc::handshake_failed, 80},
        {"goodbye", 0, "", errc::connection_reset, 32},
        {"an alert that is not the server's", -1, "\x15\x03\x03\0\x02\x02\x31"sv, errc::connection_reset, 32},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        REQUIRE(peer.meet(link));
        if (!peer.is_old()) return;
        REQUIRE(peer.answer(link));
        if (c.alert >= 0) peer.send_alert(c.alert == 0 ? warning : fatal, static_cast<unsigned char>(c.alert));
        peer.to_client += c.plain;
        link.link().failures = 0;
        link.link().breaks_after = 1;  // behind the change of cipher
        io_result r = io_result::would_block(wait_for::nothing);
        for (int i = 0; i < 100 && r.state == io_state::would_block; ++i) r = link.start({"localhost", 443});
        CHECK(r.state == io_state::failed);
        CHECK(std::string_view(so::name(r.code)) == so::name(c.code));
        CHECK(r.native == c.native);
        CHECK(r.at == so::stage::handshake);
        CHECK_FALSE(link.secure());
        CHECK(link.link().failures == 1);
        link.link().is_broken = false;
        link.link().breaks_after = -1;
    }
    REQUIRE(peer.meet(link));
    CHECK_FALSE(link.resumed());  // that session is not trusted any more
}
#endif

TEST_CASE("tls: wait waits for the link below, unless bytes are already here") {
    REQUIRE_MESSAGE(service().is_ready(), service().problem());
    server peer;
    so::tls<string_link> link{trusting_service()};
    REQUIRE(peer.meet(link));
    const auto waits = [&link](wait_for wants) {
        const int before = link.link().waits;
        link.wait(wants, so::milliseconds{1});
        return link.link().waits - before;
    };
    std::string seen;
    static_cast<void>(drain(link, 100, seen));  // tickets
    CHECK(waits(wait_for::readable) == 1);
    send(peer, {10});
    std::array<std::byte, 6> six;
    CHECK(link.receive(six).bytes == 6);
    CHECK(waits(wait_for::readable) == 0);
    CHECK(waits(wait_for::writable) == 1);
    CHECK(link.receive(six).bytes == 4);
    CHECK(waits(wait_for::readable) == 1);

    send(peer, {10});
    peer.send_alert(warning, 0);
    std::array<std::byte, 100> more;
    CHECK(link.receive(more).bytes == 10);
    CHECK(waits(wait_for::readable) == 0);
    CHECK(link.receive(more).state == io_state::closed);
    CHECK(waits(wait_for::readable) == 0);  // that it is over is here, too
    CHECK(waits(wait_for::writable) == 1);
}

#endif  // SUPEROFFICE_WITH_MBEDTLS && SUPEROFFICE_WITH_SOCKETS
