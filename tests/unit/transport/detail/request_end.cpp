// Tests of superoffice/transport/detail/request_end.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/transport/detail/request_end.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>

TEST_CASE("request_end: the last byte of a request is the last of its body, or of its head without a body") {
    constexpr std::string_view requests[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX-Content-Length: 9\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nAccept: 99\r\n\r\n{\"Id\":\r\n497}",
        "POST / HTTP/1.1\r\ncontent-LENGTH:3\r\n\r\n\n\n\n",
        "POST / HTTP/1.1\nContent-Length: 0\n\n",
    };
    for (const std::string_view request : requests) {
        CAPTURE(request);
        superoffice::detail::request_end end;
        for (std::size_t at = 0; at < request.size(); ++at) CHECK(end.take(request[at]) == (at + 1 == request.size()));
    }
}
