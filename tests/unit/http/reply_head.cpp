// Tests of superoffice/http/reply_head.hpp: looking headers up, and the headers that are kept.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/exchange.hpp>
#include <superoffice/http/reply_head.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

namespace so = superoffice;

TEST_CASE("reply_head: the headers of the reply can be looked up and walked") {
    std::byte memory[512];
    so::exchange machine;
    machine.begin(memory, 0, 16);
    const std::string_view reply =
        "HTTP/1.1 429 Slow down\r\ncontent-TYPE:  application/json; charset=utf-8 \t\r\nRetry-After: 5\nX-Empty:\r\n"
        "Location: https://a.example/?b=c:d\r\nWWW-Authenticate: Bearer\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\n"
        "x-db-stats: Calls=7\r\nSO-TimeZone: UTC\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: 0\r\n\r\n";
    std::memcpy(memory, reply.data(), reply.size());
    machine.received(reply.size());

    const so::reply_head& head = machine.head();
    CHECK(head.status == 429);
    CHECK(head.minor_version == 1);
    CHECK(head.content_type() == "application/json; charset=utf-8");
    CHECK(head.retry_after() == "5");
    CHECK(head.location() == "https://a.example/?b=c:d");
    CHECK(head.www_authenticate() == "Bearer");
    CHECK(head.date() == "Mon, 23 Nov 2026 10:00:00 GMT");
    CHECK(head.db_stats() == "Calls=7");
    CHECK(head.time_zone() == "UTC");
    CHECK(head.header("x-twice") == "1");
    CHECK(head.header("x-empty").empty());
    CHECK(head.header("x-empty").data() != nullptr);
    CHECK(head.header("x-absent").data() == nullptr);
    CHECK(head.header("").data() == nullptr);

    int lines = 0;
    so::header_line line;
    for (std::string_view rest = head.fields; so::next_header(rest, line);) ++lines;
    CHECK(lines == 11);
    CHECK(line.name == "Content-Length");
}

TEST_CASE("reply_head: without lines, and with a last line that does not end") {
    CHECK(so::reply_head{}.status == 0);
    CHECK(so::reply_head{}.minor_version == 1);
    CHECK(so::reply_head{}.header("a").data() == nullptr);
    const so::reply_head open{.fields = "A: b\r\nLonger: c"};
    CHECK(open.header("a") == "b");
    CHECK(open.header("longer").data() == nullptr);
    CHECK(open.header("zz").data() == nullptr);
    support::guard_page page{16};
    const so::reply_head at_the_end{.fields = {page.place("A: b\r\n"), 6}};
    CHECK(at_the_end.header("content-type").data() == nullptr);
    CHECK(at_the_end.header("a: b\r").data() == nullptr);
}

TEST_CASE("reply_head: each header worth keeping has its name and its function, in one order") {
    using getter = std::string_view (so::reply_head::*)() const noexcept;
    const struct {
        so::kept_header which;
        std::string_view name;
        getter value;
    } table[] = {
        {so::kept_header::content_type, "content-type", &so::reply_head::content_type},
        {so::kept_header::location, "location", &so::reply_head::location},
        {so::kept_header::retry_after, "retry-after", &so::reply_head::retry_after},
        {so::kept_header::www_authenticate, "www-authenticate", &so::reply_head::www_authenticate},
        {so::kept_header::date, "date", &so::reply_head::date},
        {so::kept_header::db_stats, "x-db-stats", &so::reply_head::db_stats},
        {so::kept_header::time_zone, "so-timezone", &so::reply_head::time_zone},
    };
    REQUIRE(std::size(table) == static_cast<std::size_t>(so::kept_header::count_));
    for (const auto& row : table) {
        CAPTURE(row.name);
        CHECK(so::kept_headers[static_cast<std::size_t>(row.which)] == row.name);
        const std::string fields = "X-Other: no\r\n" + std::string{row.name} + ": yes\r\n";
        const so::reply_head head{.fields = fields};
        for (const auto& other : table)
            CHECK((head.*other.value)() == (other.which == row.which ? std::string_view{"yes"} : std::string_view{}));
    }
}

TEST_CASE("reply_head: a last line without an end is ignored, and nothing behind it is read") {
    CHECK(so::reply_head{.fields = "A: 1\r\nDate: 2"}.header("B").data() == nullptr);
    CHECK(so::reply_head{.fields = "Date: 2"}.header("X").data() == nullptr);
}
