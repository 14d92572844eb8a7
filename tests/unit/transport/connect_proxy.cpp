// Tests of superoffice/transport/connect_proxy.hpp over scripted links; tests/network has a real proxy.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/connect_proxy.hpp>

#include <doctest/doctest.h>

#include "support/replay.hpp"
#include "support/scripted_call.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::instant;
using so::io_result;
using so::io_state;
using so::script_step;
using so::stage;
using so::step_state;
using so::wait_for;

static_assert(so::byte_transport<so::connect_proxy<so::byte_transport_archetype>>);
static_assert(!so::timed_transport<so::connect_proxy<so::byte_transport_archetype>>);
static_assert(!so::lingering_transport<so::connect_proxy<so::byte_transport_archetype>>);
static_assert(so::lingering_transport<so::connect_proxy<so::scripted>>);
static_assert(!so::waking_transport<so::connect_proxy<so::byte_transport_archetype>>);
static_assert(!so::waiting_transport<so::connect_proxy<so::byte_transport_archetype>>);
static_assert(so::byte_transport<so::connect_proxy<so::connect_proxy<so::byte_transport_archetype>>>);

namespace {

using tunnel = so::connect_proxy<support::changing_link>;

constexpr so::http_proxy plain{"proxy.example", 3128};
// RFC 7617 section 2: its example.
constexpr so::http_proxy knowing{"proxy.example", 3128, "Aladdin", "open sesame"};
constexpr std::string_view secret = "QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
constexpr std::string_view question = "CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\n\r\n";
constexpr std::string_view knowing_question =
    "CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\n"
    "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n";
constexpr std::string_view agreed = "HTTP/1.1 200 Connection established\r\n\r\n";

/// How a start ended, and what was received through the tunnel then.
struct outcome {
    io_state state = io_state::ready;
    errc code = errc::ok;
    std::int32_t native = 0;
    stage at = stage::none;
    std::string received;
    bool operator==(const outcome&) const = default;
};

outcome of(const io_result& r) { return {r.state, r.code, r.native, r.at, {}}; }

io_result start(tunnel& t, const so::peer& to) {
    for (std::size_t i = 0; i < replay::max_rounds; ++i) {
        const io_result r = t.start(to);
        if (r.state != io_state::would_block) return r;
        CHECK(r.at != stage::none);
    }
    return {};
}

/// Starts; then takes `size` bytes.
outcome talk(so::scripted& link, std::size_t size = 0, const so::http_proxy& via = plain,
             const so::peer& to = {"host.example", 443}) {
    tunnel t{via};
    t.link().now = &link;
    outcome o = of(start(t, to));
    std::array<std::byte, 3> into{};
    for (std::size_t i = 0; o.received.size() < size && o.state == io_state::ready && i < replay::max_rounds; ++i) {
        const io_result r = t.receive(into);
        if (r.state == io_state::would_block) continue;
        o.state = r.state;
        o.received.append(reinterpret_cast<const char*>(into.data()), r.bytes);
    }
    CHECK_FALSE(t.secure());
    return o;
}

/// Whether that text stands anywhere in the object.
template <class T>
bool object_holds(const T& object, std::string_view text) {
    return support::holds(std::as_bytes(std::span(&object, 1)), text);
}

}  // namespace

TEST_CASE("connect_proxy: asks as in RFC 9112 section 3.2.3, and bytes behind the head come from the peer") {
    const struct {
        const char* what;
        so::peer to;
        so::http_proxy via;
        std::string_view asked, head;
    } rows[] = {
        {"a name", {"host.example", 443}, plain, question, agreed},
        {"with a credential", {"host.example", 443}, knowing, knowing_question, agreed},
        {"an IPv4 literal",
         {"192.0.2.1", 80},
         plain,
         "CONNECT 192.0.2.1:80 HTTP/1.1\r\nHost: 192.0.2.1:80\r\n\r\n",
         agreed},
        {"an IPv6 literal",
         {"2001:db8::1", 8443},
         plain,
         "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n",
         agreed},
        {"HTTP/1.0 and no reason", {"host.example", 443}, plain, question, "HTTP/1.0 200\r\n\r\n"},
        {"any 2xx", {"host.example", 443}, plain, question, "HTTP/1.1 204 No Content\r\n\r\n"},
        // RFC 9110 section 9.3.6: both MUST be ignored.
        {"framing is ignored",
         {"host.example", 443},
         plain,
         question,
         "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nVia: x\r\n\r\n"},
        {"a length alone", {"host.example", 443}, plain, question, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
        {"two lengths that differ",
         {"host.example", 443},
         plain,
         question,
         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n"},
        {"a length that is no number",
         {"host.example", 443},
         plain,
         question,
         "HTTP/1.1 200 OK\r\nContent-Length: none\r\n\r\n"},
        {"a coding", {"host.example", 443}, plain, question, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"},
        {"a folded line",  // RFC 9112 section 5.2
         {"host.example", 443},
         plain,
         question,
         "HTTP/1.1 200 OK\r\nVia: 1.1 a,\r\n\t1.1 b\r\n c\r\nX: \r\n\r\n"},
        {"lone line feeds", {"host.example", 443}, plain, question, "HTTP/1.1 200 OK\nVia: x\n\n"},
        {"interim replies",
         {"host.example", 443},
         plain,
         question,
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const std::string together = std::string(row.head) + "HTTP/1.1 200 is the peer's";
        const script_step steps[] = {script::starts("proxy.example", 3128), script::expects(row.asked),
                                     script::gives(together), script::gives(" and more")};
        const outcome o =
            replay::in_every_cut(steps, [&](so::scripted& link) { return talk(link, 35, row.via, row.to); });
        CHECK(o == outcome{.received = "HTTP/1.1 200 is the peer's and more"});
    }
}

namespace {

/// Takes ten bytes at a time, and gives nothing.
struct slow_link {
    static constexpr bool may_wait = false;
    std::string sent;
    io_result start(const so::peer&) noexcept { return io_result::ready(); }
    io_result receive(std::span<std::byte>) noexcept { return io_result::would_block(so::wait_for::readable); }
    io_result transmit(std::span<const std::byte> from) noexcept {
        const std::size_t size = from.size() < 10 ? from.size() : 10;
        sent.append(reinterpret_cast<const char*>(from.data()), size);
        return io_result::ready(size);
    }
    void stop() noexcept {}
    [[nodiscard]] bool secure() const noexcept { return false; }
};

}  // namespace

TEST_CASE("connect_proxy: a request that the link takes in parts arrives whole, and nothing goes out behind it") {
    so::connect_proxy<slow_link> t{knowing};
    for (int again = 0; again < 100; ++again) CHECK(t.start({"host.example", 443}).state == io_state::would_block);
    CHECK(t.link().sent == knowing_question);
}

TEST_CASE("connect_proxy: each refusal has its own error, with the status as native code") {
    const struct {
        std::string_view head;
        errc code;
        std::int32_t native;
    } rows[] = {
        {"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
         errc::proxy_unauthorized, 407},
        {"HTTP/1.0 401 Unauthorized\r\n\r\n", errc::proxy_unauthorized, 401},
        {"HTTP/1.1 403 Forbidden\r\n\r\n", errc::proxy_refused, 403},
        {"HTTP/1.1 405 Method Not Allowed\r\n\r\n", errc::proxy_refused, 405},
        {"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n", errc::proxy_refused, 302},
        {"HTTP/1.0 400 Bad Request\r\n\r\n", errc::proxy_refused, 400},
        {"HTTP/1.1 500 Unable to connect\r\n\r\n", errc::proxy_failed, 500},
        {"HTTP/1.1 502 Bad Gateway\r\n\r\n", errc::proxy_failed, 502},
        {"HTTP/1.1 503 Service Unavailable\r\n\r\n", errc::proxy_failed, 503},
        {"HTTP/1.1 504 Gateway Timeout\r\n\r\n", errc::proxy_failed, 504},
        {"HTTP/1.1 101 Switching Protocols\r\n\r\n", errc::bad_http, 0},
        {"HTTP/2 200\r\n\r\n", errc::bad_http, 0},
        {"SSH-2.0-OpenSSH_9.2\r\n", errc::bad_http, 0},
        {"HTTP/1.1 000 x\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 2000 x\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1\t200 OK\r\n\r\n", errc::bad_http, 0},
        {"\x05", errc::bad_http, 0},  // SOCKS
        {"HTTP/1.1 200 OK\r\nbad name : x\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 200 OK\r\nno-colon\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 200 OK\r\n: no name\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 200 OK\r\n folded at the start: x\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 200 OK\r\nVia: a\rb\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 200 OK\r\nVia: \x01\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 200 O\x7fK\r\n\r\n", errc::bad_http, 0},
        {"HTTP/1.1 999 x\r\n\r\n", errc::proxy_failed, 999},
    };
    for (const auto& row : rows) {
        CAPTURE(row.head);
        // Cut by hand: what is behind the byte at fault is never asked for.
        for (std::size_t cut = 0; cut < row.head.size(); ++cut) {
            const script_step steps[] = {script::starts(), script::expects(question),
                                         script::gives(row.head.substr(0, cut)), script::would_block(),
                                         script::gives(row.head.substr(cut))};
            so::scripted link{steps};
            const outcome o = talk(link);
            CHECK(o == outcome{io_state::failed, row.code, row.native, stage::connect, {}});
            CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
        }
    }
}

TEST_CASE("connect_proxy: a refusal is read if the proxy answers and closes before the whole request") {
    struct {
        const char* what;
        std::string_view reply;
        errc code;
        std::int32_t native;
    } const cases[] = {
        {"403", "HTTP/1.1 403 Forbidden\r\n\r\n", errc::proxy_refused, 403},
        {"407", "HTTP/1.1 407 x\r\nContent-Length: 9\r\n\r\n", errc::proxy_unauthorized, 407},
        {"503", "HTTP/1.1 503 x\r\n\r\n", errc::proxy_failed, 503},
        {"no HTTP", "220 mail\r\n\r\n", errc::bad_http, 0},
        {"half a head, but the status", "HTTP/1.1 403 Forb", errc::proxy_refused, 403},
        {"not even the status", "HTTP/1.1 403", errc::connection_reset, 32},
        {"nothing", "", errc::connection_reset, 32},
        {"200, to nobody's question", agreed, errc::connection_reset, 32},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        for (const std::size_t asked : {std::size_t{0}, std::size_t{9}}) {
            const script_step steps[] = {script::starts(), script::expects(knowing_question.substr(0, asked)),
                                         script::fails(errc::connection_reset, 32), script::gives(c.reply),
                                         script::stops()};
            so::scripted link{steps};
            tunnel t{knowing};
            t.link().now = &link;
            const io_result r = start(t, {"host.example", 443});
            CHECK(r.state == io_state::failed);
            CHECK(std::string_view(so::name(r.code)) == so::name(c.code));
            CHECK(r.native == c.native);
            CHECK(r.at == stage::connect);
            CHECK_FALSE(object_holds(t, secret.substr(secret.size() - 8)));
            CHECK(link.finished());
        }
    }
}

TEST_CASE("connect_proxy: impossible hosts and credentials are refused before the link below is started") {
    const std::string long_name(254, 'a'), long_password(4096, 'p');
    const so::peer good{"host.example", 443};
    const struct {
        const char* what;
        so::peer to;
        so::http_proxy via;
        errc code;
        stage at;
    } rows[] = {
        {"no host", {"", 443}, plain, errc::name_not_found, stage::resolve},
        {"too long a host", {long_name, 443}, plain, errc::name_not_found, stage::resolve},
        {"CR LF in the host", {"a\r\nX: y", 443}, plain, errc::name_not_found, stage::resolve},
        {"a space in the host", {"a b", 443}, plain, errc::name_not_found, stage::resolve},
        {"DEL in the host", {"a\x7f", 443}, plain, errc::name_not_found, stage::resolve},
        {"a byte above ASCII in the host", {"\xc3\xa5.example", 443}, plain, errc::name_not_found, stage::resolve},
        {"NUL in the host", {{"a\0b", 3}, 443}, plain, errc::name_not_found, stage::resolve},
        {"a port in the host", {"host.example:1", 443}, plain, errc::name_not_found, stage::resolve},
        {"a user in the host", {"x@host.example", 443}, plain, errc::name_not_found, stage::resolve},
        {"CR in the user", good, {"p", 1, "a\rb", "c"}, errc::bad_header_value, stage::request},
        {"LF in the user", good, {"p", 1, "a\nb", "c"}, errc::bad_header_value, stage::request},
        {"NUL in the user", good, {"p", 1, std::string_view("a\0b", 3), "c"}, errc::bad_header_value, stage::request},
        {"a colon in the user", good, {"p", 1, "a:b", "c"}, errc::bad_header_value, stage::request},
        {"CR in the password", good, {"p", 1, "a", "c\r"}, errc::bad_header_value, stage::request},
        {"LF in the password", good, {"p", 1, "a", "\nc"}, errc::bad_header_value, stage::request},
        {"NUL in the password", good, {"p", 1, "a", std::string_view("\0", 1)}, errc::bad_header_value, stage::request},
        {"too long a password", good, {"p", 1, "a", long_password}, errc::bad_header_value, stage::request},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const script_step steps[] = {script::starts()};
        so::scripted link{steps};
        CHECK(talk(link, 0, row.via, row.to) == outcome{io_state::failed, row.code, 0, row.at, {}});
        CHECK(link.calls() == 0);
    }
}

TEST_CASE("connect_proxy: a host of 253 bytes is asked for, and a request of 4096 bytes is sent") {
    const std::string longest(253, 'h');
    const std::string asked = "CONNECT " + longest + ":443 HTTP/1.1\r\nHost: " + longest + ":443\r\n\r\n";
    const script_step steps[] = {script::starts(), script::expects(asked), script::gives(agreed)};
    so::scripted link{steps};
    CHECK(talk(link, 0, plain, {longest, 443}) == outcome{});

    const std::string password(2995, 'p');  // with "user:" 3000 bytes, which are 4000 in base64
    for (const std::size_t size : {std::size_t{15}, std::size_t{16}}) {
        const std::string host(size, 'h');
        const std::size_t whole = 8 + size + 4 + 11 + 6 + size + 4 + 2 + 27 + 4000 + 4;
        const script_step all[] = {script::starts(), script::would_block(so::wait_for::writable)};
        so::scripted other{all};
        tunnel t{{"proxy.example", 3128, "user", password}};
        t.link().now = &other;
        const io_result r = t.start({host, 443});
        CHECK(whole == (size == 15 ? 4096 : 4098));
        CHECK(r.state == (size == 15 ? io_state::would_block : io_state::failed));
        CHECK(r.code == (size == 15 ? errc::ok : errc::bad_header_value));
    }
}

TEST_CASE("connect_proxy: a refusal counts, even if the rest of its head is long, malformed or cut off") {
    const struct {
        const char* what;
        std::string rest;
        bool closes = false;
    } rows[] = {
        {.what = "6 KB", .rest = "x\r\nX-Filler: " + std::string(6000, 'x') + "\r\n\r\n"},
        {.what = "more than can be counted", .rest = "x\r\nX: " + std::string(64 * 1024, 'x')},
        {.what = "200 lines",
         .rest =
             [] {
                 std::string lines = "x\r\n";
                 for (int n = 0; n < 200; ++n) lines += "X: y\r\n";
                 return lines + "\r\n";
             }()},
        {.what = "a folded line", .rest = "x\r\nVia: 1.1 a,\r\n 1.1 b\r\n\r\n"},
        {.what = "no well-formed line", .rest = "x\r\nbad name : x\r\n\x01\r\n\r\n"},
        {.what = "no reason, no end", .rest = "", .closes = true},
        {.what = "two lengths", .rest = "x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
    };
    const struct {
        std::string_view status;
        errc code;
        std::int32_t native;
    } statuses[] = {
        {"407", errc::proxy_unauthorized, 407},
        {"302", errc::proxy_refused, 302},
        {"503", errc::proxy_failed, 503},
    };
    for (const auto& row : rows)
        for (const auto& status : statuses) {
            CAPTURE(row.what);
            const std::string head = "HTTP/1.1 " + std::string(status.status) + " " + row.rest;
            std::vector<script_step> steps{script::starts(), script::expects(question), script::gives(head)};
            if (row.closes) steps.push_back(script::closes());
            for (const std::size_t at_most : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
                so::scripted link{steps, {.at_most = at_most}};
                CHECK(talk(link) == outcome{io_state::failed, status.code, status.native, stage::connect, {}});
            }
        }
}

TEST_CASE("connect_proxy: a head above the limit is refused, interim heads included, and one at the limit is taken") {
    const std::string line = "X-Filler: " + std::string(54, 'x') + "\r\n";  // 66 bytes
    const auto head_of = [&](std::size_t size) {
        std::string head = "HTTP/1.1 200 OK\r\n";
        while (head.size() + line.size() + 8 < size) head += line;
        head += "Y: ";
        head.append(size - head.size() - 4, 'y');
        return head + "\r\n\r\n";
    };
    const auto play = [&](const std::string& replies, std::size_t at_most) {
        const script_step steps[] = {script::starts(), script::expects(question), script::gives(replies)};
        so::scripted link{steps, {.at_most = at_most}};
        const outcome o = talk(link, replies.ends_with("z") ? 1 : 0);
        CHECK(link.moved() <= question.size() + 64 * 1024 + (o.state == io_state::ready ? 1 : 0));
        return o;
    };
    for (const std::size_t at_most : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
        CAPTURE(at_most);
        const outcome too_large{io_state::failed, errc::head_too_large, 0, stage::connect, {}};
        CHECK(play(head_of(64 * 1024) + "z", at_most) == outcome{.received = "z"});
        CHECK(play(head_of(64 * 1024 + 1), at_most) == too_large);
        std::string interim;
        while (interim.size() < 64 * 1024) interim += "HTTP/1.1 100 Continue\r\n\r\n";
        CHECK(play(interim + std::string(agreed), at_most) == too_large);
    }
}

TEST_CASE(
    "connect_proxy: each failure of the link below, at any call, is its error, and no credential stays in memory") {
    const script_step steps[] = {script::starts("proxy.example", 3128), script::expects(knowing_question),
                                 script::gives(agreed)};
    const auto drive = [&](so::scripted& link) {
        tunnel t{knowing};
        t.link().now = &link;
        const outcome o = of(start(t, {"host.example", 443}));
        CHECK_FALSE(object_holds(t, secret));
        CHECK_FALSE(object_holds(t, secret.substr(secret.size() - 8)));
        return o;
    };
    for (const io_result& interruption :
         {io_result::failed(errc::connection_reset, 104, stage::transmit),
          io_result::failed(errc::name_not_found, -2, stage::resolve), io_result::closed()}) {
        replay::interrupted_anywhere(
            steps, interruption, drive, [&](const outcome& o, so::scripted&, std::size_t calls_before) {
                CHECK(o.state == io_state::failed);
                CHECK(o.at == (calls_before == 0 && interruption.at != stage::none ? interruption.at : stage::connect));
                if (interruption.state == io_state::failed) {
                    CHECK(o.code == interruption.code);
                    CHECK(o.native == interruption.native);
                } else {
                    CHECK((o.code == errc::connection_closed || o.code == errc::connection_reset));
                }
            });
    }
}

TEST_CASE("connect_proxy: stopped at any step it keeps no secret, and the next start works") {
    const script_step good[] = {script::starts("proxy.example", 3128), script::expects(knowing_question),
                                script::gives(agreed), script::gives("peer")};
    const so::script_pacing slow{.at_most = 3, .blocks_first = true};
    std::size_t rounds = 0;
    for (bool whole = false; !whole; ++rounds) {
        CAPTURE(rounds);
        so::scripted first{good, slow}, second{good, slow};
        tunnel t{knowing};
        t.link().now = &first;
        for (std::size_t i = 0; i < rounds && !whole; ++i)
            whole = t.start({"host.example", 443}).state == io_state::ready;
        t.stop();
        CHECK_FALSE(object_holds(t, secret.substr(secret.size() - 8)));
        std::array<std::byte, 8> into{};
        CHECK(of(t.receive(into)) == outcome{io_state::failed, errc::link_failed, 0, stage::receive, {}});
        CHECK(of(t.transmit(into)) == outcome{io_state::failed, errc::link_failed, 0, stage::transmit, {}});
        t.stop();
        t.link().now = &second;
        CHECK(start(t, {"host.example", 443}).state == io_state::ready);
        CHECK(t.start({"host.example", 443}).state == io_state::ready);
    }
    CHECK(rounds > knowing_question.size() / 3);
}

TEST_CASE("connect_proxy: it passes on what the link below can do, and does not wait for bytes that have arrived") {
    struct able_link : support::changing_link {
        struct clock {
            [[nodiscard]] static instant now() noexcept { return instant{5}; }
        };
        instant told;
        int waits = 0;
        void tick(instant at, instant) noexcept { told = at; }
        [[nodiscard]] instant wake_at() const noexcept { return told + so::milliseconds{3}; }
        void wait(wait_for, so::milliseconds) noexcept { ++waits; }
        [[nodiscard]] int native_handle() const noexcept { return 17; }
    };
    const std::string together = std::string(agreed) + "early";
    const script_step steps[] = {script::starts(), script::expects(question), script::would_block(),
                                 script::gives(together), script::expects("mine")};
    so::scripted link{steps};
    so::connect_proxy<able_link> t{plain};
    t.link().now = &link;
    static_assert(so::monotonic_clock<so::connect_proxy<able_link>::clock>);
    t.tick(instant{100}, instant{200});
    CHECK(t.wake_at() == instant{103});
    CHECK(t.native_handle() == 17);
    CHECK(t.start({"host.example", 443}).state == io_state::would_block);
    t.wait(wait_for::readable, so::milliseconds{1});
    CHECK(t.link().waits == 1);
    CHECK(t.start({"host.example", 443}).state == io_state::ready);
    t.wait(wait_for::readable, so::milliseconds{1});
    CHECK(t.link().waits == 1);
    t.wait(wait_for::writable, so::milliseconds{1});
    CHECK(t.link().waits == 2);
    std::array<std::byte, 8> into{};
    CHECK(t.receive(into).bytes == 5);
    t.wait(wait_for::readable, so::milliseconds{1});
    CHECK(t.link().waits == 3);
    CHECK(t.transmit(std::as_bytes(std::span("mine", 4))).bytes == 4);
    CHECK(link.finished());
}

TEST_CASE(
    "connect_proxy: behind a proxy a loopback address is none of this machine, and gets no credential in clear text") {
    std::array<std::byte, 2048> memory{};
    for (const char* host : {"localhost", "127.0.0.1", "service.localhost"}) {
        const std::string asked = std::string{"CONNECT "} + host + ":80 HTTP/1.1\r\nHost: " + host + ":80\r\n\r\n";
        const script_step steps[] = {script::starts("proxy.example", 3128), script::expects(asked),
                                     script::gives(agreed), script::stops()};
        so::scripted link{steps};
        tunnel t{plain};
        t.link().now = &link;
        const std::string base = std::string{"http://"} + host + "/Cust12345/api";
        so::client api{t, so::borrowed{base}, so::bearer{support::test_token}, memory};
        CHECK(support::ask(api).error == so::error{.stage = stage::connect, .code = errc::insecure_link});
        CHECK(link.finished());
    }
    static_assert(so::relaying_transport<tunnel> && !so::relaying_transport<so::scripted>);
}

TEST_CASE("connect_proxy: a client calls through it, with one deadline over the proxy's steps as well") {
    const std::string request = support::request_text{.host = "onsite.example:8080"}.text();
    const std::string task = support::reply_text("200 OK", R"({"Id":497})");
    const std::string asked = "CONNECT onsite.example:8080 HTTP/1.1\r\nHost: onsite.example:8080\r\n\r\n";
    constexpr const char* base = "http://onsite.example:8080/Cust12345/api";
    std::array<std::byte, 2048> memory{};

    const script_step steps[] = {script::starts("proxy.example", 3128),
                                 script::expects(asked),
                                 script::gives(agreed),
                                 script::expects(request),
                                 script::gives(task),
                                 script::expects(request),
                                 script::gives(task)};
    for (const std::size_t at_most : {std::size_t{1}, SIZE_MAX}) {
        so::scripted link{steps, {.at_most = at_most}};
        tunnel t{plain};
        t.link().now = &link;
        so::client api{t, base, so::bearer{support::test_token}, memory, {.allow_credential_in_clear_text = true}};
        CHECK(support::ask(api).value == R"({"Id":497})");
        CHECK(support::ask(api).value == R"({"Id":497})");  // the tunnel is kept
        CHECK(link.finished());
    }

    const struct {
        const char* what;
        std::size_t step;
    } stalls[] = {{"the proxy's address", 0}, {"the question", 1}, {"the proxy's reply", 2}};
    for (const auto& stall : stalls) {
        CAPTURE(stall.what);
        std::vector<script_step> late(std::begin(steps), std::begin(steps) + stall.step);
        late.push_back(script::would_block(wait_for::writable, stall.step == 0 ? stage::connect : stage::none));
        late.push_back(script::stops());
        late.insert(late.end(), std::begin(steps), std::begin(steps) + 5);
        so::scripted link{late};
        tunnel t{plain};
        t.link().now = &link;
        so::client api{t, base, so::bearer{support::test_token}, memory, {.allow_credential_in_clear_text = true}};
        auto call = api.start_get_batch_task_info(497, {.timeout = so::milliseconds{1'000}});
        CHECK(call.step(instant{500}) == step_state::pending);
        CHECK(call.step(instant{1'500}) == step_state::done);
        CHECK(call.error() == so::error{.stage = stage::connect, .code = errc::deadline_exceeded});
        CHECK(support::ask(api).value == R"({"Id":497})");
        CHECK(link.finished());
    }

    const script_step refused[] = {script::starts(), script::expects(asked),
                                   script::gives("HTTP/1.1 407 No\r\nContent-Length: 3\r\n\r\nno\n"), script::stops()};
    so::scripted link{refused};
    tunnel t{plain};
    t.link().now = &link;
    so::client api{t, base, so::bearer{support::test_token}, memory, {.allow_credential_in_clear_text = true}};
    CHECK(support::ask(api).error ==
          so::error{.stage = stage::connect, .code = errc::proxy_unauthorized, .native = 407});
    CHECK_FALSE(support::holds(memory, "secret"));

    // https asks for a secure link, and a tunnel alone is none.
    const script_step open[] = {script::starts(), script::expects(question), script::gives(agreed)};
    so::scripted naked{open};
    t.link().now = &naked;
    so::client other{t, "https://host.example/Cust12345/api", so::bearer{support::test_token}, memory};
    CHECK(support::ask(other).error == so::error{.stage = stage::connect, .code = errc::insecure_link});
    t.link().now = nullptr;
}
