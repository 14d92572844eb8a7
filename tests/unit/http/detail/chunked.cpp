// Tests of superoffice/http/detail/chunked.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/detail/chunked.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

using namespace std::string_view_literals;
using superoffice::detail::chunked;

namespace {

struct result {
    chunked::answer answer = chunked::answer::more;
    std::string body;
    std::size_t at = 0;  // how far it came in the input

    bool operator==(const result&) const = default;
};

// Feeds the text in two pieces, or byte by byte when `cut` lies beyond its end.
result take(std::string_view text, std::size_t cut) {
    chunked decoder;
    result got;
    for (std::size_t from = 0; from < text.size() && got.answer == chunked::answer::more;) {
        const std::size_t size = cut > text.size() ? 1 : (from < cut ? cut - from : text.size() - from);
        std::string_view input = text.substr(from, size);
        std::string_view piece;
        do {
            got.answer = decoder.next(input, piece);
            if (got.answer == chunked::answer::payload) got.body += piece;
        } while (got.answer == chunked::answer::payload);
        from += size;
        got.at = from - input.size();
    }
    return got;
}

result take_in_every_cut(std::string_view text) {
    const result whole = take(text, text.size());
    CHECK(take(text, text.size() + 1) == whole);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        CAPTURE(cut);
        CHECK(take(text, cut) == whole);
    }
    return whole;
}

struct good_row {
    std::string_view text;
    std::string_view body;
    std::string_view rest;
};

const good_row good_rows[] = {
    {"0\r\n\r\n", "", ""},
    {"5\r\nHello\r\n0\r\n\r\n", "Hello", ""},
    {"5\r\nHello\r\n6\r\n World\r\n000\r\n\r\n", "Hello World", ""},
    {"A\r\n0123456789\r\n00a\r\n9876543210\r\n0\r\n\r\n", "01234567899876543210", ""},
    {"0000000000000005\r\nHello\r\n0000000000000000\r\n\r\n", "Hello", ""},
    {"10\r\n0123456789abcdef\r\n0\r\n\r\n", "0123456789abcdef", ""},
    {"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n", ""},
    {"2;a\r\nok\r\n0;b=c\r\n\r\n", "ok", ""},
    {"2 \t;a=\"b;c\"\r\nok\r\n0\r\n\r\n", "ok", ""},
    {"2;\r\nok\r\n0\r\n\r\n", "ok", ""},
    {"2 \r\nok\r\n0\t \r\n\r\n", "ok", ""},
    {"0\r\nA: b\r\n c\r\n\td\r\nB: e\r\n\r\n", "", ""},
    {"0\r\nA: b\r\nC:\r\nD:\xff\t\r\n\r\n", "", ""},
    {"2\r\nok\r\n0\r\n\r\nHTTP/1.1", "ok", "HTTP/1.1"},
    {"0\r\n\r\n\r\n", "", "\r\n"},
};

// '@' stands before the byte at fault.
const std::string_view bad_rows[] = {
    "@\r\n",
    "@ 5\r\n",
    "@;a\r\n",
    "@-1\r\n",
    "@+5\r\n",
    "0@x5\r\n",
    "5@_0\r\n",
    "@g\r\n",
    "5@\n",
    "5\r@\r\n",
    "5@\0\r\n"sv,
    "5 @5\r\n",
    "5\t@a\r\n",
    "5;a@\nHello",
    "5;a\r@b",
    "5;a@\0"sv,
    "5;a@\x7f",
    "5\r\nHello@\n",
    "5\r\nHello\r@\r",
    "5\r\nHello@0\r\n\r\n",
    "5\r\nHello\r\n@\r\n",
    "0000000000000000@5\r\nHello",
    "1000000000000000@0\r\n",
    "ffffffffffffffff@f\r\n",
    "0@\n\r\n",
    "0\r\n@\n",
    "0\r\n\r@x",
    "0\r\n@ A: b\r\n",
    "0\r\n@: b\r\n",
    "0\r\nA@ : b\r\n",
    "0\r\nA@\r\n",
    "0\r\nA: b\r\n@(c: d\r\n",
    "0\r\nA: b@\n",
    "0\r\nA: b\r@c",
    "0\r\nA: @\0\r\n"sv,
};

}  // namespace

TEST_CASE("chunked: the framing is removed, cut at any byte") {
    for (const good_row& row : good_rows) {
        CAPTURE(row.text);
        const result got = take_in_every_cut(row.text);
        CHECK(got.answer == chunked::answer::done);
        CHECK(got.body == row.body);
        CHECK(row.text.substr(got.at) == row.rest);
    }
}

TEST_CASE("chunked: bad framing is refused at the byte at fault, cut at any byte") {
    for (const std::string_view marked : bad_rows) {
        CAPTURE(marked);
        std::string text(marked);
        const std::size_t at = text.find('@');
        text.erase(at, 1);
        const result got = take_in_every_cut(text);
        CHECK(got.answer == chunked::answer::bad);
        CHECK(got.at == at);
    }
}

TEST_CASE("chunked: each beginning of a good body needs more bytes") {
    for (const good_row& row : good_rows) {
        const std::string_view text = row.text.substr(0, row.text.size() - row.rest.size());
        for (std::size_t size = 0; size < text.size(); ++size) {
            const result got = take(text.substr(0, size), size);
            CHECK(got.answer == chunked::answer::more);
            CHECK(got.at == size);
            CHECK(row.body.substr(0, got.body.size()) == got.body);
        }
    }
}

TEST_CASE("chunked: the largest possible size does not overflow") {
    chunked decoder;
    std::string_view input = "ffffffffffffffff\r\nabc";
    std::string_view piece;
    CHECK(decoder.next(input, piece) == chunked::answer::payload);
    CHECK(piece == "abc");
    CHECK(decoder.next(input, piece) == chunked::answer::more);
}

TEST_CASE("chunked: extensions and trailers are bounded over the whole body") {
    const std::string full = ";" + std::string(4096 / 2 - 1, 'x');
    const std::string within = "1" + full + "\r\na\r\n1" + full + "\r\nb\r\n0\r\n\r\n";
    const std::string beyond = "1" + full + "\r\na\r\n1" + full + "\r\nb\r\n0;\r\n\r\n";
    CHECK(take(within, within.size()).answer == chunked::answer::done);
    CHECK(take(beyond, beyond.size()).answer == chunked::answer::too_long);
    CHECK(take(beyond, beyond.size()).at == beyond.find("0;") + 1);

    const std::string trailer = "A:" + std::string(4096 / 2 - 2, 'x') + "\r\n";
    CHECK(take("0\r\n" + trailer + trailer + "\r\n", 1).answer == chunked::answer::done);
    CHECK(take("0\r\n" + trailer + trailer + "A", 1).answer == chunked::answer::too_long);
    const std::string spaces = "1" + std::string(4096, ' ');
    CHECK(take(spaces + "\r\na\r\n0\r\n\r\n", 1).answer == chunked::answer::done);
    CHECK(take(spaces + " \r\na", 1).answer == chunked::answer::too_long);
}
