// Tests of superoffice/http/exchange.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/exchange.hpp>

#include <support/counting_heap.hpp>
#include <support/drive_exchange.hpp>
#include <support/http_leniency.hpp>
#include <support/replay.hpp>
#include <support/wire_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace std::string_view_literals;
namespace so = superoffice;
namespace script = superoffice::script;
using so::errc;
using so::exchange_action;
using so::stage;

namespace {

constexpr std::string_view request = "POST /api HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n\r\n{}";

// How a reply ends.
enum class ending { open, closed };

// Whether the connection may be used again.
constexpr bool kept = true, dropped = false;

struct good_reply {
    std::string_view subject;
    std::string_view reply;
    int status;
    std::string_view body;
    bool reusable;
    ending end = ending::open;
};

const good_reply good_replies[] = {
    {"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"sv, 200, "Hello", kept},
    {"length 0", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"sv, 200, "", kept},
    {"length with leading zeros", "HTTP/1.1 200 OK\r\nContent-Length: 0005\r\n\r\nHello"sv, 200, "Hello", kept},
    {"length twice, the same", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nHello"sv, 200, "Hello",
     kept},
    {"length between white space", "HTTP/1.1 200 OK\r\nContent-Length: \t 5 \t\r\n\r\nHello"sv, 200, "Hello", kept},
    {"length in another case", "HTTP/1.1 200 OK\r\ncOnTeNt-lEnGtH:5\r\n\r\nHello"sv, 200, "Hello", kept},
    {"binary body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\0\r\n\r\xff"sv, 200, "\0\r\n\r\xff"sv, kept},
    {"lone LFs in the head", "HTTP/1.1 200 OK\nContent-Length: 5\r\nA: b\n\nHello"sv, 200, "Hello", kept},
    {"no reason phrase", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", kept},
    {"no reason phrase and no space", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", kept},
    {"no space and a lone LF", "HTTP/1.1 200\nContent-Length: 2\n\nok"sv, 200, "ok", kept},
    {"reason phrase in another alphabet", "HTTP/1.1 404 \xd0\x9d\xd0\xb5\tt\r\nContent-Length: 0\r\n\r\n"sv, 404, "",
     kept},
    {"status above 599", "HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n"sv, 999, "", kept},
    {"folded line", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\td\nContent-Length:\r\n 2\r\n\r\nok"sv, 200, "ok", kept},
    {"folded line that is blank", "HTTP/1.1 200 OK\r\nA: b\r\n \r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", kept},
    {"equal lengths in a list", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2,02\r\n\r\nok"sv, 200, "ok", kept},
    {"empty value", "HTTP/1.1 200 OK\r\nA:\r\nContent-Length: 0\r\n\r\n"sv, 200, "", kept},

    {"204", "HTTP/1.1 204 No Content\r\n\r\n"sv, 204, "", kept},
    {"204 that announces a body", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"sv, 204, "", kept},
    {"304 that announces a body", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"sv, 304, "", kept},
    {"304 with a content coding", "HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n"sv, 304, "", kept},
    {"empty body with a content coding", "HTTP/1.1 401 No\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"sv,
     401, "", kept},

    {"1xx first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"sv, 200, "Hello",
     kept},
    {"several 1xx first",
     "HTTP/1.1 102 Processing\r\nA: b\r\n\r\nHTTP/1.1 103 Early\r\nContent-Length: 9\r\nLink: x\r\n\r\n"
     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"sv,
     200, "Hello", kept},

    {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n6\r\n World\r\n0\r\n\r\n"sv, 200,
     "Hello World", kept},
    {"chunked in another case", "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"sv, 200,
     "ok", kept},
    {"chunked with empty elements around it",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: , chunked ,,\r\n\r\n2\r\nok\r\n0\r\n\r\n"sv, 200, "ok", kept},
    {"chunked with spaces behind the sizes",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n0 \t\r\n\r\n"sv, 200, "ok", kept},
    {"chunked with a folded trailer",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n c\r\n\r\n"sv, 200, "ok", kept},
    {"chunked and empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv, 200, "", kept},
    {"chunked with extensions and trailers",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5;a=b\r\nHello\r\n6 ; c=\"d\"\r\n World\r\n0;last\r\nX-Check: 1\r\nY:\r\n\r\n"sv,
     200, "Hello World", kept},

    {"until the peer closes", "HTTP/1.1 200 OK\r\n\r\nHello"sv, 200, "Hello", dropped, ending::closed},
    {"until the peer closes, and empty", "HTTP/1.1 200 OK\r\n\r\n"sv, 200, "", dropped, ending::closed},
    {"until the peer closes, HTTP/1.0", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nHello"sv, 200, "Hello",
     dropped, ending::closed},

    {"identity", "HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", kept},
    {"a content coding of none, and a character set",
     "HTTP/1.1 200 OK\r\nContent-Encoding: none, UTF-8\r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", kept},
    {"empty content coding", "HTTP/1.1 200 OK\r\nContent-Encoding: \r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", kept},

    {"HTTP/1.0 does not keep", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", dropped},
    {"HTTP/1.0 keeps when it says so", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok"sv,
     200, "ok", kept},
    {"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", dropped},
    {"close within a list", "HTTP/1.1 200 OK\r\nConnection: TE ,\tCLOSE, x\r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok",
     dropped},
    {"close in a second line", "HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"sv,
     200, "ok", dropped},
    {"close beats keep-alive", "HTTP/1.0 200 OK\r\nConnection: close, keep-alive\r\nContent-Length: 2\r\n\r\nok"sv, 200,
     "ok", dropped},
    {"closed is not close", "HTTP/1.1 200 OK\r\nConnection: closed\r\nContent-Length: 2\r\n\r\nok"sv, 200, "ok", kept},
};

// '@' stands before the byte at fault and is taken out. `status` is what the error carries.
struct bad_reply {
    std::string_view subject;
    std::string_view reply;
    errc code = errc::bad_http;
    int status = 200;
};

const bad_reply bad_replies[] = {
    {"TLS alert", "@\x15\x03\x01"sv, errc::bad_http, 0},
    {"another protocol", "@SSH-2.0-OpenSSH_9.2\r\n"sv, errc::bad_http, 0},
    {"ICY", "@ICY 200 OK\r\n"sv, errc::bad_http, 0},
    {"HTTP/2", "HTTP/@2 200\r\n"sv, errc::bad_http, 0},
    {"HTTP/1.2", "HTTP/1.@2 200 OK\r\n"sv, errc::bad_http, 0},
    {"http in lower case", "@http/1.1 200 OK\r\n"sv, errc::bad_http, 0},
    {"empty line first", "@\r\nHTTP/1.1 200 OK\r\n"sv, errc::bad_http, 0},
    {"two spaces", "HTTP/1.1 @ 200 OK\r\n"sv, errc::bad_http, 0},
    {"status of two digits", "HTTP/1.1 20@ OK\r\n"sv, errc::bad_http, 0},
    {"status of four digits", "HTTP/1.1 200@0 OK\r\n"sv, errc::bad_http, 0},
    {"status below 100", "HTTP/1.1 @099 x\r\n"sv, errc::bad_http, 0},
    {"NUL in the reason phrase", "HTTP/1.1 200 O@\0K\r\n"sv, errc::bad_http, 0},
    {"bare CR in the reason phrase", "HTTP/1.1 200 O@\rK\r\n"sv, errc::bad_http, 0},
    {"bare CR behind the status", "HTTP/1.1 200@\rOK\r\n"sv, errc::bad_http, 0},
    {"CR CR LF", "HTTP/1.1 200 OK@\r\r\n"sv, errc::bad_http, 0},
    {"101", "HTTP/1.1 @101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"sv, errc::bad_http, 101},
    {"bad head of a 1xx", "HTTP/1.1 100 Continue\r\nA@ : b\r\n"sv, errc::bad_http, 100},
    {"bad head behind a 1xx", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA@ : b\r\n"sv},
    {"garbage behind a 1xx", "HTTP/1.1 100 Continue\r\n\r\n@x"sv, errc::bad_http, 0},

    {"white space before the colon", "HTTP/1.1 200 OK\r\nA@ : b\r\n"sv},
    {"no name", "HTTP/1.1 200 OK\r\n@: b\r\n"sv},
    {"no colon", "HTTP/1.1 200 OK\r\nABC@\r\n"sv},
    {"a name that is no token", "HTTP/1.1 200 OK\r\nA@(B): c\r\n"sv},
    {"folded first line", "HTTP/1.1 200 OK\r\n@\tA: b\r\n"sv},
    {"NUL in a value", "HTTP/1.1 200 OK\r\nA: b@\0c\r\n"sv},
    {"control character in a value", "HTTP/1.1 200 OK\r\nA: b@\x01\r\n"sv},
    {"DEL in a value", "HTTP/1.1 200 OK\r\nA: b@\x7f\r\n"sv},
    {"bare CR in a value", "HTTP/1.1 200 OK\r\nA: b@\rc\r\n"sv},
    {"bare CR as a line", "HTTP/1.1 200 OK\r\nA: b\r\n@\rB: c\r\n"sv},

    {"no length", "HTTP/1.1 200 OK\r\nContent-Length:@\r\n"sv},
    {"length with a sign", "HTTP/1.1 200 OK\r\nContent-Length: @+5\r\n"sv},
    {"negative length", "HTTP/1.1 200 OK\r\nContent-Length: @-5\r\n"sv},
    {"hexadecimal length", "HTTP/1.1 200 OK\r\nContent-Length: @0x5\r\n"sv},
    {"lengths in a list that differ", "HTTP/1.1 200 OK\r\nContent-Length: @5, 6\r\n"sv},
    {"a list of lengths with an empty element", "HTTP/1.1 200 OK\r\nContent-Length: @5,\r\n"sv},
    {"a length that is folded", "HTTP/1.1 200 OK\r\nContent-Length: @5\r\n 5\r\n"sv},
    {"length with a space", "HTTP/1.1 200 OK\r\nContent-Length: @5 5\r\n"sv},
    {"lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: @6\r\n"sv},
    {"length that overflows", "HTTP/1.1 200 OK\r\nContent-Length: @18446744073709551616\r\n"sv},
    {"length and chunked", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: @chunked\r\n\r\n"sv},
    {"chunked and length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: @5\r\n\r\n"sv},
    {"chunked under HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: @chunked\r\n\r\n"sv},

    {"gzip as transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: @gzip, chunked\r\n\r\n"sv,
     errc::unsupported_transfer_coding},
    {"identity as transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: @identity\r\n\r\n"sv,
     errc::unsupported_transfer_coding},
    {"chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: @chunked\r\n\r\n"sv,
     errc::unsupported_transfer_coding},
    {"chunked with something behind it", "HTTP/1.1 200 OK\r\nTransfer-Encoding: @chunked;q=1\r\n\r\n"sv,
     errc::unsupported_transfer_coding},
    {"chunked with a vertical tab before it",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: @\x0b"
     "chunked\r\n\r\n"sv},
    {"only empty elements", "HTTP/1.1 200 OK\r\nTransfer-Encoding: @, ,\r\n\r\n"sv, errc::unsupported_transfer_coding},
    {"no transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding:@\r\n\r\n"sv, errc::unsupported_transfer_coding},
    {"gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: @gzip\r\nContent-Length: 5\r\n\r\n"sv,
     errc::unsupported_content_coding},
    {"gzip of a fault", "HTTP/1.1 502 x\r\nContent-Encoding: @gzip\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
     errc::unsupported_content_coding, 502},
    {"gzip and identity in one list",
     "HTTP/1.1 200 OK\r\nContent-Encoding: @gzip, identity\r\nContent-Length: 5\r\n\r\n"sv,
     errc::unsupported_content_coding},
    {"gzip before identity", "HTTP/1.1 200 OK\r\nContent-Encoding: @gzip\r\nContent-Encoding: identity\r\n\r\n"sv,
     errc::unsupported_content_coding},

    {"chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n@\r\nHello"sv},
    {"chunk that is too short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nHello\r@\n0\r\n\r\n"sv},
    {"chunk that is too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHell@o\r\n0\r\n\r\n"sv},
    {"second chunk that is too long behind a 1xx",
     "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb@b\r\n0\r\n\r\n"sv},
    {"trailer that is folded", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n@ A: b\r\n\r\n"sv},
};

constexpr std::size_t memory_size = 512;

so::scripted link_of(const std::vector<so::script_step>& steps) { return so::scripted{steps}; }

std::vector<so::script_step> steps_of(std::string_view reply, ending end = ending::open) {
    std::vector<so::script_step> steps{script::expects(request), script::gives(reply)};
    if (end == ending::closed) steps.push_back(script::closes());
    return steps;
}

auto drive_with(std::size_t memory, std::size_t slack) {
    return [=](so::scripted& link) { return drive_exchange(link, request, memory, slack); };
}

std::string without_mark(std::string_view marked, std::size_t& at) {
    at = marked.find('@');
    std::string text(marked);
    if (at != std::string_view::npos) text.erase(at, 1);
    return text;
}

}  // namespace

TEST_CASE("exchange: a good reply is read completely, cut at any byte") {
    for (const good_reply& row : good_replies) {
        CAPTURE(row.subject);
        const auto steps = steps_of(row.reply, row.end);
        const auto got = replay::in_every_cut(steps, drive_with(memory_size, 16));
        CHECK(got.done());
        CHECK(got.failure == so::error{});
        CHECK(got.status == row.status);
        CHECK(got.body == row.body);
        CHECK(got.reusable == row.reusable);
        CHECK(got.reply_started);
    }
}

TEST_CASE("exchange: a good reply that is closed or fails at any byte says how far it came") {
    for (const good_reply& row : good_replies) {
        CAPTURE(row.subject);
        const auto steps = steps_of(row.reply, row.end);
        const std::size_t head_end = row.reply.rfind(row.end == ending::closed ? row.body : ""sv);

        const auto closed = so::io_result::closed();
        replay::interrupted_anywhere(
            steps, closed, drive_with(memory_size, 16),
            [&](const exchange_outcome& got, so::scripted& link, std::size_t) {
                const bool sent = link.moved() >= request.size();
                const std::size_t came = sent ? link.moved() - request.size() : 0;
                CHECK(got.link_failed == !sent);  // where `closed` cannot be an answer, the script says reset
                if (!sent) {
                    CHECK(!got.reply_started);
                } else if (row.end == ending::closed && came >= head_end) {
                    CHECK(got.done());
                    CHECK(got.body == row.body.substr(0, came - head_end));
                    CHECK(!got.reusable);
                } else {
                    CHECK(got.action == exchange_action::failed);
                    CHECK(got.failure.code == errc::connection_closed);
                    CHECK(got.failure.stage == (came == 0 ? stage::receive : stage::http));
                    CHECK(got.failure.offset == came);
                    CHECK(got.reply_started == (came != 0));
                    CHECK(got.body.empty());
                }
            });

        const auto reset = so::io_result::failed(errc::connection_reset, 104);
        replay::interrupted_anywhere(steps, reset, drive_with(memory_size, 16),
                                     [&](const exchange_outcome& got, so::scripted& link, std::size_t) {
                                         CHECK(got.link_failed);
                                         CHECK(!got.done());
                                         CHECK(!got.reusable);
                                         CHECK(got.reply_started == (link.moved() > request.size()));
                                     });
    }
}

TEST_CASE("exchange: a bad reply is refused at the byte at fault, cut at any byte") {
    for (const bad_reply& row : bad_replies) {
        CAPTURE(row.subject);
        std::size_t at = 0;
        // A header line is read once the byte behind it has come: it could continue the line.
        const std::string reply = without_mark(row.reply, at) + "\r\n";
        const auto steps = steps_of(reply);

        // The fault shows before the last byte in some rows: what is behind it need not be played.
        const auto check = [&](so::scripted link) {
            const auto got = drive_exchange(link, request, memory_size, 16);
            CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
            CHECK(got.action == exchange_action::failed);
            CHECK(got.failure.code == row.code);
            CHECK(got.failure.stage == stage::http);
            CHECK(got.failure.offset == at);
            CHECK(got.failure.http_status == row.status);
            CHECK(!got.reusable);
            CHECK(got.body.empty());
            return link.moved();
        };
        const std::size_t all = check(link_of(steps));
        check(so::scripted{steps, {.at_most = 1}});
        check(so::scripted{steps, {.blocks_first = true}});
        for (std::size_t cut = 1; cut < all; ++cut) {
            CAPTURE(cut);
            check(so::scripted{steps, {.cut_at = cut}});
        }
    }
}

TEST_CASE("exchange: the connection is not kept if bytes follow the reply") {
    const std::string_view replies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello!"sv,
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\r\n"sv,
        "HTTP/1.1 204 No Content\r\n\r\nHello"sv,
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nHello"sv,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"sv,
    };
    for (const std::string_view reply : replies) {
        CAPTURE(reply);
        const auto steps = steps_of(reply);
        so::scripted link{steps};
        const auto got = drive_exchange(link, request, memory_size, 0);
        CHECK(got.done());
        CHECK(!got.reusable);
        CHECK((got.body == "Hello" || got.body.empty()));
    }
}

TEST_CASE("exchange: behind a Content-Length no byte beyond the reply is asked for") {
    std::byte memory[256];
    so::exchange machine;
    machine.begin(memory, 0, 16);
    const std::string_view head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    std::memcpy(machine.incoming().data(), head.data(), head.size());
    machine.received(head.size());
    CHECK(machine.action() == exchange_action::receive);
    CHECK(machine.incoming().size() == 5);
    std::memcpy(machine.incoming().data(), "Hel", 3);
    machine.received(3);
    CHECK(machine.incoming().size() == 2);
}

TEST_CASE("exchange: the request is sent unchanged, and zeroed while it is sent") {
    std::byte memory[256];
    std::memcpy(memory, request.data(), request.size());
    so::exchange machine;
    machine.begin(memory, request.size(), 16);
    for (std::size_t sent = 0; sent < request.size(); ++sent) {
        CHECK(machine.action() == exchange_action::transmit);
        CHECK(machine.incoming().empty());
        CHECK(machine.outgoing().size() == request.size() - sent);
        CHECK(static_cast<char>(machine.outgoing()[0]) == request[sent]);
        machine.transmitted(1);
        CHECK(memory[sent] == std::byte{0});
    }
    CHECK(machine.action() == exchange_action::receive);
    CHECK(machine.outgoing().empty());
    CHECK(machine.incoming().size() == sizeof memory);
    CHECK(!machine.reply_started());
}

TEST_CASE("exchange: a request that was not sent is zeroed when the peer closes, and by wipe") {
    const auto zero = [](std::span<const std::byte> bytes) {
        return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
    };
    std::byte memory[256];
    so::exchange machine;

    std::memcpy(memory, request.data(), request.size());
    machine.begin(memory, request.size(), 16);
    machine.transmitted(10);
    machine.closed();
    CHECK(machine.action() == exchange_action::failed);
    CHECK(machine.failure() == so::error{.stage = stage::transmit, .code = errc::connection_closed});
    CHECK(zero({memory, request.size()}));

    std::memcpy(memory, request.data(), request.size());
    machine.begin(memory, request.size(), 16);
    machine.transmitted(10);
    machine.wipe();
    CHECK(machine.action() == exchange_action::failed);
    CHECK(machine.failure().code == errc::cancelled);
    CHECK(zero(memory));
}

TEST_CASE(
    "exchange: a request that is cut short leaves nothing behind, and its reply is taken in but ends the connection") {
    constexpr auto reply = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nHello"sv;
    for (std::size_t sent = 0; sent < request.size(); ++sent) {
        CAPTURE(sent);
        std::vector<std::byte> memory(256);
        std::memcpy(memory.data(), request.data(), request.size());
        so::exchange machine;
        machine.begin(memory, request.size(), 0);
        if (sent != 0) machine.transmitted(sent);
        CHECK_FALSE(machine.is_cut_short());
        machine.cut_short();
        CHECK(machine.is_cut_short());
        CHECK(machine.action() == exchange_action::receive);
        CHECK(machine.outgoing().empty());
        CHECK(std::all_of(memory.begin(), memory.end(), [](std::byte b) { return b == std::byte{0}; }));
        CHECK(machine.incoming().size() == memory.size());
        std::memcpy(machine.incoming().data(), reply.data(), reply.size());
        machine.received(reply.size());
        REQUIRE(machine.action() == exchange_action::done);
        CHECK(machine.head().status == 413);
        CHECK(std::string_view(machine.body().data(), machine.body().size()) == "Hello");
        CHECK_FALSE(machine.reusable());
    }
    std::vector<std::byte> memory(256);
    so::exchange machine;
    machine.begin(memory, 8, 0);
    machine.cut_short();
    machine.closed();
    CHECK(machine.failure() == so::error{.stage = stage::receive, .code = errc::connection_closed});
    machine.begin(memory, 8, 0);
    CHECK_FALSE(machine.is_cut_short());
}

TEST_CASE("exchange: before begin there is no request and no reply, and wipe does nothing") {
    so::exchange machine;
    machine.wipe();
    CHECK(machine.action() == exchange_action::failed);
    CHECK(machine.failure().code == errc::cancelled);
    CHECK(machine.outgoing().empty());
    CHECK(machine.incoming().empty());
    CHECK(machine.body().empty());
    CHECK(machine.body_capacity() == 0);
    CHECK(!machine.reusable());
    CHECK(machine.head().status == 0);
    CHECK(machine.head().content_type().data() == nullptr);
}

TEST_CASE("exchange: a close after the end only means that the connection is not kept") {
    std::byte memory[256];
    so::exchange machine;
    machine.begin(memory, 0, 16);
    const std::string_view reply = "HTTP/1.1 204 x\r\n\r\n";
    std::memcpy(memory, reply.data(), reply.size());
    machine.received(reply.size());
    CHECK(machine.reusable());
    machine.closed();
    CHECK(machine.action() == exchange_action::done);
    CHECK(!machine.reusable());
}

TEST_CASE("exchange: the head is there when only the body was refused") {
    const auto steps = steps_of("HTTP/1.1 503 x\r\nRetry-After: 7\r\nContent-Encoding: br\r\n\r\n");
    so::scripted link{steps};
    const auto got = drive_exchange(link, request, memory_size, 16);
    CHECK(got.failure.code == errc::unsupported_content_coding);
    CHECK(got.status == 503);
    CHECK(so::reply_head{.fields = got.fields}.retry_after() == "7");
}

TEST_CASE("exchange: the document's table of what is taken and refused is true, cut at any byte") {
    for (const http_leniency::row& row : http_leniency::rows) {
        CAPTURE(row.what);
        const auto steps = steps_of(row.reply, ending::closed);
        std::vector<so::script_pacing> pacings{{}, {.at_most = 1}};
        for (std::size_t cut = 1; cut < request.size() + row.reply.size(); ++cut) pacings.push_back({.cut_at = cut});
        for (const so::script_pacing& pacing : pacings) {
            so::scripted link{steps, pacing};
            const auto got = drive_exchange(link, request, memory_size, 16);
            CHECK(got.failure.code == row.code);
            CHECK(got.done() == (row.code == errc::ok));
            CHECK((got.done() ? got.status : got.failure.http_status) == row.status);
            CHECK(got.body == (got.done() ? "ok" : ""));
        }
    }
}

TEST_CASE(
    "exchange: a status of 300 or above decides, with the header lines that were read, whatever comes behind it") {
    const std::string long_line = "Content-Security-Policy: " + std::string(memory_size, 'a') + "\r\n";
    std::string many_lines;
    for (std::size_t n = 0; n <= 128; ++n) many_lines += "A:\n";
    const struct {
        const char* what;
        std::string rest;
        errc code;
    } rows[] = {
        {"a head larger than the memory", long_line, errc::head_too_large},
        {"more lines than the limit", many_lines, errc::http_limit_exceeded},
        {"a line that is none", "A B\r\n\r\n", errc::bad_http},
        {"a control character", "A: \x01\r\n\r\n", errc::bad_http},
        {"lengths that differ", "Content-Length: 4, 5\r\n\r\nbusy", errc::bad_http},
        {"length and chunked", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nbusy", errc::bad_http},
        {"a transfer coding", "Transfer-Encoding: gzip\r\n\r\nbusy", errc::unsupported_transfer_coding},
        {"a content coding", "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbusy",
         errc::unsupported_content_coding},
        {"a body larger than the memory", "Content-Length: 4000\r\n\r\n", errc::reply_too_large},
        {"bad chunks", "Transfer-Encoding: chunked\r\n\r\nbusy", errc::bad_http},
        {"long chunk extensions", "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(4096, 'x'),
         errc::http_limit_exceeded},
        {"a body cut off", "Content-Length: 40\r\n\r\nbusy", errc::connection_closed},
        {"a head cut off", "Content-Le", errc::connection_closed},
    };
    for (const auto& row : rows)
        for (const std::string_view status : {"200", "299", "300", "401", "503", "999"}) {
            CAPTURE(row.what);
            CAPTURE(status);
            const std::string reply =
                "HTTP/1.1 " + std::string(status) + " x\r\nRetry-After: 7\r\nWWW-Authenticate: Bearer\r\n" + row.rest;
            const auto steps = steps_of(reply, ending::closed);
            for (const std::size_t at_most : {reply.size(), std::size_t{1}, std::size_t{7}}) {
                so::scripted link{steps, {.at_most = at_most}};
                const auto got = drive_exchange(link, request, memory_size, 16);
                CHECK(got.action == exchange_action::failed);
                CHECK(got.failure.code == row.code);
                CHECK(std::to_string(got.failure.http_status) == status);
                CHECK(std::to_string(got.status) == status);
                CHECK(got.status_decides == (got.status >= 300));
                CHECK(so::reply_head{.fields = got.fields}.retry_after() == "7");
                CHECK(so::reply_head{.fields = got.fields}.www_authenticate() == "Bearer");
                CHECK(!got.reusable);
            }
        }
}

TEST_CASE("exchange: a status of 300 or above decides once its line has ended; a 1xx does not") {
    const std::string_view reply =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 9\r\nServer: x\r\n\r\n";
    const std::size_t status_line = reply.find("Retry-After"), header = reply.find("Server") + 1;
    for (std::size_t size = 1; size < reply.size(); ++size) {
        CAPTURE(size);
        std::byte memory[256];
        so::exchange machine;
        machine.begin(memory, 0, 16);
        std::memcpy(machine.incoming().data(), reply.data(), size);
        machine.received(size);
        CHECK(machine.status_decides() == (size >= status_line));
        CHECK(machine.head().retry_after() == (size >= header ? "9" : ""));
        machine.closed();
        CHECK(machine.failure().code == errc::connection_closed);
        CHECK(machine.status_decides() == (size >= status_line));
    }
}

TEST_CASE("exchange: a folded line is one line with spaces, cut at any byte") {
    const auto steps = steps_of("HTTP/1.1 204 x\r\nA: b,\r\n  c\n\td\r\nB: e\r\n\r\n"sv);
    const auto got = replay::in_every_cut(steps, drive_with(memory_size, 16));
    CHECK(so::reply_head{.fields = got.fields}.header("A") == "b,    c \td");
    CHECK(so::reply_head{.fields = got.fields}.header("B") == "e");
}

TEST_CASE("exchange: a head as large as the memory is too large, also after interim replies") {
    const std::string head = "HTTP/1.1 204 x\r\nA: " + std::string(200, 'b') + "\r\n\r\n";
    const std::string interim = "HTTP/1.1 103 x\r\nA: " + std::string(150, 'b') + "\r\n\r\n";
    for (const std::string& reply : {head, interim + head}) {
        const auto steps = steps_of(reply);
        const auto fits = replay::in_every_cut(steps, drive_with(head.size() + 1, 0));
        CHECK(fits.done());
        for (const std::size_t memory : {head.size() - 1, head.size() - 30}) {
            for (const std::size_t at_most : {reply.size(), std::size_t{1}, std::size_t{7}}) {
                so::scripted link{steps, {.at_most = at_most}};
                const auto got = drive_exchange(link, request, memory, 0);
                CHECK(got.failure.code == errc::head_too_large);
                CHECK(got.failure.stage == stage::http);
                CHECK(got.failure.http_status == 204);
                CHECK(got.failure.offset == reply.size() - head.size() + memory);
            }
        }
    }
}

TEST_CASE("exchange: a head that leaves no byte for a body of unknown size is too large") {
    for (const std::string_view framing : {"Transfer-Encoding: chunked\r\n\r\n"sv, "Server: x\r\n\r\n"sv}) {
        const std::string head =
            "HTTP/1.1 200 OK\r\nA: a-value-that-makes-it-longer-than-the-request\r\n" + std::string(framing);
        const std::string reply = head + "0\r\n\r\n";
        const auto steps = steps_of(reply, ending::closed);
        for (const std::size_t at_most : {reply.size(), std::size_t{1}}) {
            so::scripted full{steps, {.at_most = at_most}};
            const auto got = drive_exchange(full, request, head.size(), 0);
            CHECK(got.failure.code == errc::head_too_large);
            CHECK(got.failure.offset == head.size());
            CHECK(got.status == 200);
            so::scripted enough{steps, {.at_most = at_most}};
            CHECK(drive_exchange(enough, request, head.size() + 6, 0).done());
        }
    }
}

TEST_CASE("exchange: a reply that does not fit says exactly how much memory it takes") {
    struct row {
        std::string_view subject;
        std::string reply;
        ending end;
    };
    std::string trickle = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 300; ++i) trickle += "1;x=y\r\nz\r\n";
    trickle += "0\r\nA: b\r\n\r\n";
    const row rows[] = {
        {"length", "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n" + std::string(300, 'z'), ending::open},
        {"one chunk",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12c\r\n" + std::string(300, 'z') + "\r\n0\r\n\r\n",
         ending::open},
        {"many chunks", trickle, ending::open},
        {"until closed", "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + std::string(300, 'z'), ending::closed},
    };
    for (const row& r : rows) {
        CAPTURE(r.subject);
        const auto steps = steps_of(r.reply, r.end);
        const std::size_t head = r.reply.find("\r\n\r\n") + 4;
        for (const std::size_t slack : {0u, 1u, 16u, 64u, 400u}) {
            CAPTURE(slack);
            const std::size_t needed = head + 300 + (slack == 0 ? 1 : slack);
            {
                const auto got = replay::in_every_cut(steps, drive_with(needed, slack));
                CHECK(got.done());
                CHECK(got.body == std::string(300, 'z'));
            }
            // From one byte too few down to a single byte behind the head.
            for (const std::size_t memory : {needed - 1, needed - 150, head + 64, head + 1}) {
                if (memory < request.size() || memory >= needed) continue;
                for (const std::size_t at_most : {r.reply.size(), std::size_t{1}, std::size_t{7}}) {
                    CAPTURE(memory);
                    CAPTURE(at_most);
                    so::scripted link{steps, {.at_most = at_most}};
                    const auto got = drive_exchange(link, request, memory, slack);
                    CHECK(got.failure.code == errc::reply_too_large);
                    CHECK(got.failure.stage == stage::http);
                    CHECK(got.failure.http_status == 200);
                    CHECK(got.failure.needed() == needed);
                    CHECK(got.status == 200);
                    CHECK(!got.reusable);
                    if (r.subject != "length") CHECK(link.finished());
                }
            }
        }
    }
}

TEST_CASE("exchange: an empty body needs its slack too") {
    const std::string_view reply =
        "HTTP/1.1 200 OK\r\nServer: a-name-longer-than-the-request\r\nContent-Length: 0\r\n\r\n";
    const auto steps = steps_of(reply);
    so::scripted link{steps};
    const auto got = drive_exchange(link, request, reply.size() + 15, 16);
    CHECK(got.failure.code == errc::reply_too_large);
    CHECK(got.failure.needed() == reply.size() + 16);
}

TEST_CASE("exchange: the largest Content-Length is too large, not an overflow") {
    for (const char* length : {"18446744073709551615", "18446744073709551600", "4294967295", "5000000000"}) {
        const std::string reply = std::string("HTTP/1.1 200 OK\r\nContent-Length: ") + length + "\r\n\r\n";
        const auto steps = steps_of(reply);
        so::scripted link{steps};
        const auto got = drive_exchange(link, request, memory_size, 16);
        CHECK(got.failure.code == errc::reply_too_large);
        CHECK(got.failure.needed() == 0xffffffffu);
    }
}

TEST_CASE("exchange: counting ends at the limit, and when the peer closes, with a lower bound") {
    const std::string_view head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto begin = [&](so::exchange& machine, std::span<std::byte> memory, std::string_view size) {
        machine.begin(memory, 0, 16);
        const std::string start = std::string(head) + std::string(size) + "\r\n";
        std::memcpy(machine.incoming().data(), start.data(), start.size());
        machine.received(start.size());
    };
    std::vector<std::byte> memory(64 * 1024);
    so::exchange machine;

    begin(machine, memory, "ffffffffffffffff");
    while (machine.action() == exchange_action::receive) machine.received(machine.incoming().size());
    CHECK(machine.failure().code == errc::reply_too_large);
    CHECK(machine.failure().needed() == memory.size() + 1024 * 1024 + 16);
    CHECK(machine.head().status == 200);

    begin(machine, memory, "100000");
    std::size_t body = 0;
    while (body < memory.size()) {
        body += machine.incoming().size();
        machine.received(machine.incoming().size());
    }
    machine.closed();
    CHECK(machine.failure().code == errc::reply_too_large);
    CHECK(machine.failure().needed() == head.size() + body + 16);
}

TEST_CASE("exchange: the sentence of http_limit_exceeded has the numbers of the limits") {
    const std::string_view sentence = so::message(errc::http_limit_exceeded);
    for (const std::size_t limit : {std::size_t{128}, std::size_t{8}, std::size_t{4096}})
        CHECK(sentence.find(' ' + std::to_string(limit) + ' ') != sentence.npos);
    static_assert(so::max_trailer_bytes == std::size_t{4096});
}

TEST_CASE("exchange: 1xx replies are skipped up to the limit") {
    std::string interims;
    for (std::size_t i = 0; i < std::size_t{8}; ++i) interims += "HTTP/1.1 102 Processing\r\n\r\n";
    const std::string last = "HTTP/1.1 204 x\r\n\r\n";
    const std::string within = interims + last;
    const std::string beyond = interims + "HTTP/1.1 103 x\r\n\r\n" + last;

    const auto good_steps = steps_of(within);
    CHECK(replay::in_every_cut(good_steps, drive_with(memory_size, 0)).status == 204);
    const auto bad_steps = steps_of(beyond);
    for (const std::size_t at_most : {beyond.size(), std::size_t{1}}) {
        so::scripted link{bad_steps, {.at_most = at_most}};
        const auto got = drive_exchange(link, request, memory_size, 0);
        CHECK(got.failure.code == errc::http_limit_exceeded);
        CHECK(got.failure.position() == interims.size() + 9);
    }
}

TEST_CASE(
    "exchange: a body that is used while it arrives may be larger than the memory, in pieces and drops of any size") {
    constexpr std::string_view body = "0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string chunks;
    for (std::size_t at = 0; at < body.size(); at += 9) chunks += "9\r\n" + std::string(body.substr(at, 9)) + "\r\n";
    REQUIRE(body.size() % 9 == 0);
    const struct {
        std::string_view framing;
        std::string reply;
        bool ends_by_close;
    } rows[] = {
        {"length", "HTTP/1.1 200 OK\r\nContent-Length: 72\r\n\r\n" + std::string(body), false},
        {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n", false},
        {"close", "HTTP/1.1 200 OK\r\n\r\n" + std::string(body), true},
    };
    for (const auto& row : rows)
        for (const std::size_t piece : {1U, 2U, 7U, 80U})
            for (const std::size_t at_once : {1U, 2U, 5U, 80U}) {
                CAPTURE(row.framing);
                CAPTURE(piece);
                CAPTURE(at_once);
                std::array<std::byte, 64> memory;
                so::exchange machine;
                machine.begin(memory, 0, 4);
                machine.stream_body();
                CHECK(machine.window().empty());
                std::string used;
                std::size_t at = 0;
                for (int turn = 0; turn < 1000 && machine.action() == exchange_action::receive; ++turn) {
                    const std::size_t n = std::min({piece, machine.incoming().size(), row.reply.size() - at});
                    CHECK(machine.is_full() == machine.incoming().empty());
                    if (at == row.reply.size()) {
                        machine.closed();
                    } else if (n != 0) {
                        std::memcpy(machine.incoming().data(), row.reply.data() + at, n);
                        machine.received(n);
                        at += n;
                    }
                    const std::span<char> window = machine.window();
                    CHECK(window.size() <= machine.window_capacity());
                    const std::size_t first = std::min(at_once, window.size());
                    used.append(window.data(), first);
                    machine.drop(first);
                }
                REQUIRE(machine.action() == exchange_action::done);
                used.append(machine.window().data(), machine.window().size());
                CHECK(used == body);
                CHECK(machine.reusable() != row.ends_by_close);
            }
}

TEST_CASE("exchange: one object serves one exchange after another") {
    std::byte memory[256];
    so::exchange machine;
    const std::string_view replies[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        "HTTP/1.0 @",  // fails
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nxyz",
    };
    for (const std::string_view reply : replies) {
        machine.begin(memory, 0, 1);
        CHECK(machine.failure() == so::error{});
        CHECK(!machine.reply_started());
        CHECK(machine.head().status == 0);
        std::memcpy(memory, reply.data(), reply.size());
        machine.received(reply.size());
    }
    CHECK(machine.action() == exchange_action::done);
    CHECK(std::string_view(machine.body().data(), machine.body().size()) == "xyz");
    CHECK(machine.reusable());
}

TEST_CASE("exchange: behind 4 GB of a file, too, the reply has begun, so that its request is not sent once more") {
    std::vector<std::byte> memory(std::size_t{1} << 22);
    so::exchange exchange;
    exchange.begin(memory, 0, 1);
    exchange.stream_body();
    std::uint64_t received = 0;
    const auto receive = [&](std::string_view bytes, std::uint64_t most) {
        const std::span<std::byte> into = exchange.incoming();
        const std::size_t n = into.size() < most ? into.size() : static_cast<std::size_t>(most);
        std::memcpy(into.data(), bytes.data(), bytes.size() < n ? bytes.size() : n);
        exchange.received(n);
        exchange.drop(exchange.window().size());
        received += n;
    };
    constexpr std::string_view head = "HTTP/1.1 200 OK\r\n\r\n";
    receive(head, head.size());
    constexpr std::uint64_t beyond = std::uint64_t{1} << 32;  // what a 32-bit machine counts as 0
    while (received != beyond) receive("", beyond - received);
    CHECK(exchange.reply_started());
    exchange.closed();
    CHECK(exchange.action() == exchange_action::done);
}

TEST_CASE("exchange: each wire file has the outcome that it names, cut at any byte") {
    const std::vector<wire_file> files = wire::all();
    CHECK(files.size() >= 18);  // else they were not found
    for (const wire_file& file : files) {
        CAPTURE(file.name);
        CHECK(file.mistake == "");
        const auto steps = steps_of(file.reply, file.closed ? ending::closed : ending::open);
        std::vector<so::script_pacing> manners{
            {}, {.at_most = 1}, {.at_most = 1, .blocks_first = true}, {.blocks_first = true}};
        for (std::size_t cut = 1; cut < request.size() + file.reply.size(); ++cut) manners.push_back({.cut_at = cut});
        for (const so::script_pacing& manner : manners) {
            CAPTURE(manner.at_most);
            CAPTURE(manner.cut_at);
            so::scripted link{steps, manner};
            const auto got = drive_exchange(link, request, file.memory, file.slack);
            const so::reply_head head{.fields = got.fields};
            CHECK(link.first_mismatch().what == so::script_mismatch::kind::none);
            CHECK(got.done() == file.done);
            CHECK(so::name(got.failure.code) == file.code);
            CHECK(so::name(got.failure.stage) == file.stage);
            CHECK(got.failure.needed() == file.needed);
            CHECK(got.body == file.body);
            if (!file.done && file.fault_at != std::string::npos) CHECK(got.failure.offset == file.fault_at);
            if (file.status != -1) CHECK((got.done() ? got.status : got.failure.http_status) == file.status);
            if (!file.reusable.empty()) CHECK(got.reusable == (file.reusable == "yes"));
            for (const auto& [name, value] : file.headers) CHECK(head.header(name) == value);
            for (const auto& name : file.absent_headers) CHECK(head.header(name).data() == nullptr);
        }
    }
}

TEST_CASE("exchange: a whole exchange over a scripted link allocates nothing") {
    const std::string_view chunked =
        "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n";
    const std::string_view too_large = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n";
    for (const std::string_view reply : {chunked, too_large}) {
        const so::script_step steps[] = {script::expects(request), script::gives(reply)};
        std::byte memory[256];
        std::memcpy(memory, request.data(), request.size());
        so::scripted link{steps, {.at_most = 7, .blocks_first = true}};

        const support::allocation_count allocations;
        so::exchange machine;
        machine.begin(memory, request.size(), 16);
        while (machine.action() == exchange_action::transmit) {
            const auto moved = link.transmit(machine.outgoing());
            if (moved.state == so::io_state::ready) machine.transmitted(moved.bytes);
        }
        while (machine.action() == exchange_action::receive) {
            const auto moved = link.receive(machine.incoming());
            if (moved.state == so::io_state::ready) machine.received(moved.bytes);
        }
        const auto found = machine.head().header("transfer-encoding");
        const std::size_t counted = allocations.so_far();

        CHECK(counted == 0);
        CHECK(link.finished());
        CHECK(found == (reply == chunked ? "chunked" : ""));
        CHECK(machine.failure().code == (reply == chunked ? errc::ok : errc::reply_too_large));
    }
}
