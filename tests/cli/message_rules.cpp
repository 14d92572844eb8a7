// What --trace says of HTTP messages, in whatever pieces they come: prints each row that is wrong.
#include "message_trace.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

namespace {

struct message_case {
    const char* what;
    cli::message_trace::kind kind = cli::message_trace::kind::replies;
    std::string_view bytes;
    const char* lines;  // each ends with a |
    bool ends = false;  // nothing of the message is missing
};

using namespace std::string_view_literals;
constexpr auto requests = cli::message_trace::kind::requests;

const message_case cases[] = {
    {.what = "no body",
     .kind = requests,
     .bytes = "GET /a/b HTTP/1.1\r\nHost: h\r\n\r\n",
     .lines = "GET /a/b|Host: 1 byte|",
     .ends = true},
    {.what = "a query",
     .kind = requests,
     .bytes = "GET /a?secret=1&b=? HTTP/1.1\r\n\r\n",
     .lines = "GET /a, a query of 12 bytes|",
     .ends = true},
    {.what = "an empty query",
     .kind = requests,
     .bytes = "GET /a? HTTP/1.1\r\n\r\n",
     .lines = "GET /a, a query of 0 bytes|",
     .ends = true},
    {.what = "a body",
     .kind = requests,
     .bytes = "POST /a HTTP/1.1\r\nContent-Length: 3\r\nAuthorization: Bearer x\r\n\r\nabc",
     .lines = "POST /a|Content-Length: 3|Authorization: 8 bytes|body of 3 bytes|",
     .ends = true},
    {.what = "two requests",
     .kind = requests,
     .bytes = "POST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nxGET /b HTTP/1.1\r\n\r\n",
     .lines = "POST /a|Content-Length: 1|body of 1 byte|GET /b|",
     .ends = true},
    {.what = "escapes in a path",
     .kind = requests,
     .bytes = "GET /\x1b[2J HTTP/1.1\r\n\r\n",
     .lines = "a request line with other characters|",
     .ends = true},
    {.what = "length",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
     .lines = "HTTP/1.1 200 (T)|Content-Length: 2|body of 2 bytes (T)|",
     .ends = true},
    {.what = "no bytes",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     .lines = "HTTP/1.1 200 (T)|Content-Length: 0|",
     .ends = true},
    {.what = "204", .bytes = "HTTP/1.1 204 No Content\r\n\r\n", .lines = "HTTP/1.1 204 (T)|", .ends = true},
    {.what = "interim",
     .bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
     .lines = "HTTP/1.1 100 (T)|HTTP/1.1 200 (T)|Content-Length: 1|body of 1 byte (T)|",
     .ends = true},
    {.what = "chunks",
     .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
     .lines = "HTTP/1.1 200 (T)|Transfer-Encoding: 7 bytes|body in chunks, 12 bytes (T)|",
     .ends = true},
    {.what = "chunks, none",
     .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     .lines = "HTTP/1.1 200 (T)|Transfer-Encoding: 7 bytes|body in chunks, 5 bytes (T)|",
     .ends = true},
    {.what = "until the end", .bytes = "HTTP/1.0 200 OK\r\n\r\nabc", .lines = "HTTP/1.0 200 (T)|body of 3 bytes (T)|"},
    {.what = "cut in its head",
     .bytes = "HTTP/1.1 200 OK\r\nDate: Mon",
     .lines = "HTTP/1.1 200 (T)|ends within its head|"},
    {.what = "cut in its first line", .bytes = "HTTP/1.1 2", .lines = "ends within its head|"},
    {.what = "cut in its body",
     .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
     .lines = "HTTP/1.1 200 (T)|Content-Length: 9|body of 2 bytes (T)|"},
    {.what = "no HTTP", .bytes = "220 mail.example ESMTP\r\n", .lines = "no HTTP (T)|ends within its head|"},
    {.what = "a status of two digits", .bytes = "HTTP/1.1 20 OK\r\n\r\n", .lines = "no HTTP (T)|", .ends = true},
    {.what = "blanks around values",
     .bytes = "HTTP/1.1 304 x\r\nA: \t v w \t\r\nB:\r\nC:x\r\nRetry-After:\t 7 \r\n\r\n",
     .lines = "HTTP/1.1 304 (T)|A: 3 bytes|B: 0 bytes|C: 1 byte|Retry-After: 7|",
     .ends = true},
    {.what = "line ends without CR",
     .bytes = "HTTP/1.1 304 x\nA: b\n\n",
     .lines = "HTTP/1.1 304 (T)|A: 1 byte|",
     .ends = true},
    {.what = "a line without a colon",
     .bytes = "HTTP/1.1 304 x\r\nabc\r\n\r\n",
     .lines = "HTTP/1.1 304 (T)|a line that is no header|",
     .ends = true},
    {.what = "values with another form",
     .bytes = "HTTP/1.1 304 x\r\nDate: now\r\nRetry-After: -1\r\nContent-Length: 1e3\r\nContent-Type: a/b\r\ndate: "
              "Mon, 30 Nov 2026 "
              "01:02:03 GMT\r\n\r\n",
     .lines = "HTTP/1.1 304 (T)|Date: 3 bytes|Retry-After: 2 bytes|Content-Length: 3 bytes|Content-Type: 3 bytes|date: "
              "Mon, 30 Nov "
              "2026 01:02:03 GMT|",
     .ends = true},
    {.what = "NUL and bytes of other sets",
     .bytes = "HTTP/1.1 304 x\r\nContent-Type: text/\0\xff\r\nX\0: y\r\n\r\n"sv,
     .lines = "HTTP/1.1 304 (T)|Content-Type: 7 bytes|a header with an unusual name: 1 byte|",
     .ends = true},
};

/// The lines where the message comes in pieces: up to `cut`, and then of `size` bytes.
std::string lines_of(const message_case& each, std::size_t cut, std::size_t size, bool& is_within) {
    std::string lines;
    cli::message_trace trace{each.kind, [&lines](const std::string& line) { lines += line + "|"; },
                             [] { return std::string{" (T)"}; }};
    for (std::size_t at = 0; at < each.bytes.size();) {
        const std::size_t count = std::min(at < cut ? cut - at : size, each.bytes.size() - at);
        trace.take(std::as_bytes(std::span{each.bytes.substr(at, count)}));
        at += count;
    }
    is_within = trace.is_within();
    trace.end();
    trace.end();
    return lines;
}

}  // namespace

int main() {
    int wrong = 0;
    for (const message_case& each : cases) {
        for (std::size_t cut = 0; cut <= each.bytes.size(); ++cut) {
            for (const std::size_t size : {each.bytes.size(), std::size_t{1}}) {
                bool is_within = false;
                const std::string lines = lines_of(each, cut, size, is_within);
                if (lines == each.lines && is_within != each.ends) continue;
                std::printf("%s, cut at %zu: %s\n", each.what, cut, lines.c_str());
                ++wrong;
            }
        }
    }
    // Endless lines take no endless memory, and say how long they were.
    bool is_within = false;
    const std::string line(100'000, 'x');
    const std::string endless = "HTTP/1.1 304 x\r\n" + line + ": " + line + "\r\nDate: " + line + "\r\n\r\n";
    const std::string found =
        lines_of({.what = "endless", .bytes = endless, .lines = ""}, 0, endless.size(), is_within);
    if (found != "HTTP/1.1 304 (T)|a header with an unusual name: 100000 bytes|Date: 100000 bytes|") {
        std::printf("endless: %s\n", found.c_str());
        ++wrong;
    }
    return wrong == 0 ? 0 : 1;
}
