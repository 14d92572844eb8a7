// Tests of superoffice/transport/detail/proxy_reply.hpp without a connection; the tests of connect_proxy have all heads.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/detail/proxy_reply.hpp>

#include <doctest/doctest.h>

#include <string_view>

using superoffice::detail::proxy_reply;

namespace {

/// The answer to the last byte of the text; each byte before it must have been answered by `more`.
constexpr proxy_reply::answer last_answer(std::string_view text) {
    proxy_reply reply;
    auto answer = proxy_reply::answer::more;
    for (const char c : text) {
        if (answer != proxy_reply::answer::more) return proxy_reply::answer::bad;
        answer = reply.take(c);
    }
    return answer;
}

static_assert(last_answer("HTTP/1.1 200 OK\r\n\r\n") == proxy_reply::answer::opened);
static_assert(last_answer("HTTP/1.0 200\n\n") == proxy_reply::answer::opened);
static_assert(last_answer("HTTP/1.1 407 ") == proxy_reply::answer::refused);
static_assert(last_answer("HTTP/1.1 407\n") == proxy_reply::answer::refused);
static_assert(last_answer("HTTP/1.1 299 x\r\nA:") == proxy_reply::answer::more);

}  // namespace

TEST_CASE("proxy_reply: every status has its answer, at the byte behind it") {
    for (int status = 0; status < 1000; ++status) {
        CAPTURE(status);
        proxy_reply reply;
        const char digits[] = {static_cast<char>('0' + status / 100), static_cast<char>('0' + status / 10 % 10),
                               static_cast<char>('0' + status % 10)};
        for (const char c : std::string_view("HTTP/1.1 ")) CHECK(reply.take(c) == proxy_reply::answer::more);
        const auto first = reply.take(digits[0]);
        if (status < 100) {
            CHECK(first == proxy_reply::answer::bad);
            continue;
        }
        CHECK(first == proxy_reply::answer::more);
        CHECK(reply.take(digits[1]) == proxy_reply::answer::more);
        CHECK(reply.take(digits[2]) == proxy_reply::answer::more);
        CHECK(reply.status() == status);
        CHECK(reply.take(' ') == (status >= 300   ? proxy_reply::answer::refused
                                  : status == 101 ? proxy_reply::answer::bad
                                                  : proxy_reply::answer::more));
    }
}

TEST_CASE("proxy_reply: a bad status line is refused at the byte at fault") {
    for (const std::string_view text :
         {"HTTP/1.2", "HTTP/1.1\t", "HTTP/1.1 0", "HTTP/1.1 2x", "HTTP/1.1 20:", "HTTP/1.1 2000", "h"}) {
        CAPTURE(text);
        CHECK(last_answer(text) == proxy_reply::answer::bad);
        CHECK(last_answer(text.substr(0, text.size() - 1)) == proxy_reply::answer::more);
    }
    CHECK(last_answer("HTTP/1.0 200\n\n") == proxy_reply::answer::opened);
}

TEST_CASE("proxy_reply: each line has a name of its own") {
    CHECK(last_answer("HTTP/1.1 200 OK\r\nA: b\r\nC:") == proxy_reply::answer::more);
    CHECK(last_answer("HTTP/1.1 200 OK\r\n:") == proxy_reply::answer::bad);
    CHECK(last_answer("HTTP/1.1 200 OK\r\nA: b\r\n:") == proxy_reply::answer::bad);
}
