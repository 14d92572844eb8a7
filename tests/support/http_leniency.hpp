// tests/support/http_leniency.hpp - unusual replies that are taken, and those that are refused, each with its RFC section.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_HTTP_LENIENCY_HPP
#define SUPEROFFICE_TESTS_SUPPORT_HTTP_LENIENCY_HPP

#include <superoffice/base/error.hpp>

#include <string_view>

// tests/unit/http/exchange.cpp plays each row, and the table of include/superoffice/http/README.md is made from them. Taken is
// what cannot be misunderstood; refused is what two readers may read in two ways, which is what request smuggling lives on.
namespace http_leniency {

struct row {
    std::string_view what;
    std::string_view section;                        ///< RFC, and section
    std::string_view reply;                          ///< the peer closes behind it
    superoffice::errc code = superoffice::errc::ok;  ///< ok: taken, and the body is "ok"
    int status = 200;                                ///< that the reply or the error has
};

constexpr auto bad = superoffice::errc::bad_http;
constexpr auto no_transfer = superoffice::errc::unsupported_transfer_coding;
constexpr auto no_content = superoffice::errc::unsupported_content_coding;

inline constexpr row rows[] = {
    // the status line
    {"no reason phrase, nor the space before it", "9112, 4", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"},
    {"a status from 600 to 999: as 5xx", "9110, 15", "HTTP/1.1 742 x\r\nContent-Length: 2\r\n\r\nok", {}, 742},
    {"a status below 100, or not of three digits", "9112, 4", "HTTP/1.1 099 x\r\n\r\n", bad, 0},
    {"a version other than 1.0 and 1.1", "9110, 2.5", "HTTP/2 200\r\n\r\n", bad, 0},
    {"101, which nobody asked for", "9110, 15.2.2", "HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n", bad, 101},
    {"up to 8 other replies of 1xx: skipped", "9110, 15.2",
     "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\nHTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nok"},
    {"bytes before the status line", "9112, 2.2", "\r\nHTTP/1.1 200 x\r\n\r\n", bad, 0},
    // header lines
    {"a line that ends in LF alone", "9112, 2.2", "HTTP/1.1 200 x\nContent-Length: 2\n\nok"},
    {"a CR that no LF follows", "9112, 2.2", "HTTP/1.1 200 x\r\nA: b\rContent-Length: 2\r\n\r\nok", bad},
    {"NUL and other control characters", "9110, 5.5", "HTTP/1.1 200 x\r\nA: \x01\r\n\r\n", bad},
    {"bytes above 127 in a value", "9110, 5.5", "HTTP/1.1 200 x\r\nA: \xe5\r\nContent-Length: 2\r\n\r\nok"},
    {"a folded line: spaces replace the line break", "9112, 5.2",
     "HTTP/1.1 200 x\r\nA: b,\r\n c\r\nContent-Length: 2\r\n\r\nok"},
    {"white space in front of the first line", "9112, 2.2", "HTTP/1.1 200 x\r\n A: b\r\n\r\n", bad},
    {"white space before the colon", "9112, 5.1", "HTTP/1.1 200 x\r\nContent-Length : 2\r\n\r\nok", bad},
    {"a name that is no token, or a line without a colon", "9112, 5", "HTTP/1.1 200 x\r\nA B\r\n\r\n", bad},
    // where the body ends
    {"Content-Length with leading zeros", "9110, 8.6", "HTTP/1.1 200 x\r\nContent-Length: 002\r\n\r\nok"},
    {"equal lengths, in several lines or in a list", "9110, 8.6",
     "HTTP/1.1 200 x\r\nContent-Length: 2, 2\r\nContent-Length: 2\r\n\r\nok"},
    {"lengths that differ", "9110, 8.6", "HTTP/1.1 200 x\r\nContent-Length: 2, 3\r\n\r\nok", bad},
    {"a length that is empty, signed, hexadecimal, or too large for 64 bits", "9110, 8.6",
     "HTTP/1.1 200 x\r\nContent-Length: +2\r\n\r\nok", bad},
    {"Content-Length together with Transfer-Encoding", "9112, 6.3",
     "HTTP/1.1 200 x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", bad},
    {"Transfer-Encoding in HTTP/1.0", "9112, 6.1",
     "HTTP/1.0 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", bad},
    {"empty elements beside chunked", "9110, 5.6.1",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: , chunked,\r\n\r\n2\r\nok\r\n0\r\n\r\n"},
    {"chunked twice, or any other transfer coding, identity too", "9112, 7",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: identity\r\n\r\nok", no_transfer},
    {"neither of both: the body ends with the connection", "9112, 6.3", "HTTP/1.1 200 x\r\n\r\nok"},
    {"a body that a length or a chunk promises, and that is cut off", "9112, 8",
     "HTTP/1.1 200 x\r\nContent-Length: 3\r\n\r\nok", superoffice::errc::connection_closed},
    {"bytes behind the reply: not read, and the connection is not kept", "9112, 9.3",
     "HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\nokHTTP"},
    // chunks
    {"spaces or tabs behind a chunk size", "9112, 7.1.1",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n0 \r\n\r\n"},
    {"chunk extensions: skipped", "9112, 7.1.1",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\nok\r\n0\r\n\r\n"},
    {"trailers, folded ones too: checked and dropped", "9112, 7.1.2",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n c\r\n\r\n"},
    {"LF alone in the framing of chunks", "9112, 7.1",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n", bad},
    {"a chunk that is longer or shorter than its size", "9112, 7.1",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n", bad},
    {"a chunk size that is empty, signed, or longer than 16 digits", "9112, 7.1",
     "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nok\r\n0\r\n\r\n", bad},
    // what the body is
    {"Content-Encoding identity, none, or a character set", "9110, 8.4.1",
     "HTTP/1.1 200 x\r\nContent-Encoding: utf-8\r\nContent-Length: 2\r\n\r\nok"},
    {"any other Content-Encoding", "9110, 8.4",
     "HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", no_content},
};

}  // namespace http_leniency

#endif
