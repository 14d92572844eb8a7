// Tests of superoffice/http/detail/http1_reader.hpp: what it tells apart in one head. What follows from that for a reply, and
// the heads that are refused, are tested with the exchange.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/detail/http1_reader.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

using namespace std::string_view_literals;
using superoffice::detail::http1_reader;

namespace {

// Reads the head in two pieces, from memory that moves in between.
http1_reader read_cut(std::string_view text, std::size_t cut, http1_reader::answer& answer) {
    http1_reader reader;
    std::string first(text.substr(0, cut));
    answer = reader.advance(first.data(), first.size());
    std::string second(text);
    std::copy(first.begin(), first.end(), second.begin());  // a folded line was joined
    if (answer == http1_reader::answer::more) answer = reader.advance(second.data(), second.size());
    return reader;
}

struct row {
    std::string_view text;
    unsigned status = 200;
    unsigned minor_version = 1;
    // What the head says of its body and of the connection.
    bool has_length = false;
    unsigned length = 0;
    bool has_transfer_coding = false;
    bool chunked = false;
    bool foreign_coding = false;
    bool wants_close = false;
    bool wants_keep_alive = false;
};

const row rows[] = {
    {.text = "HTTP/1.1 200 OK\r\n\r\n"},
    {.text = "HTTP/1.0 404 Not Found\n\n", .status = 404, .minor_version = 0},
    {.text = "HTTP/1.1 100\r\n\r\n", .status = 100},
    {.text = "HTTP/1.1 200 OK\r\nCONTENT-LENGTH:12\r\n\r\n", .has_length = true, .length = 12},
    {.text = "HTTP/1.1 200 OK\r\nContent-Length-X: 12\r\n\r\n"},
    {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .has_transfer_coding = true, .chunked = true},
    {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .has_transfer_coding = true},
    {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
     .has_transfer_coding = true},
    {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n , chunked\r\n\r\n",
     .has_transfer_coding = true,
     .chunked = true},
    {.text = "HTTP/1.1 200 OK\r\nContent-Length: 12, 12\r\n\r\n", .has_length = true, .length = 12},
    {.text = "HTTP/1.1 999 OK\r\n\r\n", .status = 999},
    {.text = "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\n"},
    {.text = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n", .foreign_coding = true},
    {.text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", .wants_close = true},
    {.text = "HTTP/1.1 200 OK\r\nConnection: ,, keep-alive ,\r\n\r\n", .wants_keep_alive = true},
    {.text = "HTTP/1.1 200 OK\r\nConnection:\r\n\r\n"},
    {.text = "HTTP/1.1 200 OK\r\nConnection: keep-alive;close\r\n\r\n"},
};

}  // namespace

TEST_CASE("http1_reader: a head means the same, cut at any byte") {
    for (const row& r : rows) {
        CAPTURE(r.text);
        const std::string text = std::string(r.text) + "body";
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            CAPTURE(cut);
            http1_reader::answer answer{};
            const http1_reader reader = read_cut(text, cut, answer);
            CHECK(answer == http1_reader::answer::done);
            CHECK(reader.position() == r.text.size());
            CHECK(reader.status() == r.status);
            CHECK(reader.minor_version() == r.minor_version);
            CHECK(reader.fields(text.data()) == r.text.substr(r.text.find('\n') + 1));
            const auto& says = reader.framing();
            CHECK(says.has_length == r.has_length);
            CHECK(says.length == r.length);
            CHECK(says.has_transfer_coding == r.has_transfer_coding);
            CHECK(says.chunked == r.chunked);
            CHECK(says.foreign_coding == r.foreign_coding);
            CHECK(says.wants_close == r.wants_close);
            CHECK(says.wants_keep_alive == r.wants_keep_alive);
        }
    }
}

TEST_CASE("http1_reader: each beginning of a head needs more bytes, and the status is known once its line has ended") {
    std::string text = "HTTP/1.1 207 x\r\nContent-Length: 1\r\n\r\n";
    for (std::size_t size = 0; size < text.size(); ++size) {
        http1_reader reader;
        CHECK(reader.advance(text.data(), size) == http1_reader::answer::more);
        CHECK(reader.position() == size);
        CHECK(reader.status() == (size <= text.find('\n') ? 0 : 207));
    }
}

TEST_CASE("http1_reader: header lines are taken up to the limit") {
    std::string text = "HTTP/1.1 200 OK\r\n";
    for (std::size_t i = 0; i < 128; ++i) text += "A: b\r\n";
    std::string most = text + "\r\n", more = text + "A: b\r\n\r\n";
    http1_reader within;
    CHECK(within.advance(most.data(), most.size()) == http1_reader::answer::done);
    http1_reader beyond;
    CHECK(beyond.advance(more.data(), more.size()) == http1_reader::answer::too_many_lines);
    CHECK(beyond.position() == text.size());
}

TEST_CASE("http1_reader: a header is told by its whole name, however long that is") {
    struct {
        std::string_view line;
        http1_reader::answer answer;
    } const names[] = {
        {"Content-Length: x", http1_reader::answer::bad},              // 14 letters: counts, and is no number
        {"Content-Disposition: x", http1_reader::answer::done},        // 19
        {"Transfer-Encoding-Options: x", http1_reader::answer::done},  // 25
        // 46 letters, 32 more than Content-Length has
        {"Content-Length-Is-A-Name-That-Somebody-Extended: x", http1_reader::answer::done},
    };
    for (const auto& each : names) {
        CAPTURE(each.line);
        std::string head = "HTTP/1.1 200 OK\r\n" + std::string{each.line} + "\r\n\r\n";
        http1_reader reader;
        CHECK(reader.advance(head.data(), head.size()) == each.answer);
    }
}
