// Tests of superoffice/http/detail/http_call_writer.hpp: the URL and the headers of a call that an HTTP stack makes.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/detail/http_call_writer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

using namespace std::string_view_literals;
using superoffice::detail::http_call_writer;

TEST_CASE("http_call_writer: a URL with a NUL behind it, then the headers, and where each part begins") {
    std::array<std::byte, 256> memory{};
    http_call_writer writer{memory};
    CHECK(writer.method().empty());
    CHECK(writer.url_size() == 0);
    CHECK(writer.target_at() == 0);
    constexpr std::string_view parts[] = {"/Cust12345", "/api/v1/Agents/Batch/GetBatchTaskInfo", "?$select=", "Id"};
    writer.call("POST", "https://", "online.superoffice.com:8443", parts, std::size(parts));
    writer.header("Accept", "application/json");
    writer.end_of_head();
    constexpr std::string_view url =
        "https://online.superoffice.com:8443/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=Id";
    CHECK(writer.method() == "POST");
    CHECK(writer.url_size() == url.size());
    CHECK(writer.target_at() == url.find("/Cust12345"));
    CHECK(writer.failure() == superoffice::error{});
    CHECK(writer.text().substr(0, url.size()) == url);
    CHECK(writer.text().substr(url.size()) == "\0Accept: application/json\r\n"sv);
}

TEST_CASE("http_call_writer: a target that would break the request is refused with its place in the target") {
    std::array<std::byte, 256> memory{};
    http_call_writer writer{memory};
    constexpr std::string_view parts[] = {"/Cust12345", "/a b"};
    writer.call("GET", "http://", "h", parts, std::size(parts));
    CHECK(writer.failure().code == superoffice::errc::bad_header_value);
    CHECK(writer.failure().offset == 12);
}
