// Tests of superoffice/http/detail/http1_writer.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/detail/http1_writer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

using namespace std::string_view_literals;
namespace so = superoffice;
using so::errc;
using so::detail::http1_writer;

namespace {

struct row {
    std::string_view method;
    std::string_view target;
    errc code;
    unsigned offset;
};

const row rows[] = {
    {"POST", "/", errc::ok, 0},
    {"GET", "/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=Id,TableRight/Mask", errc::ok, 0},
    {"GET", "/a%20b?c=d&e=%C3%B8", errc::ok, 0},
    {"", "/", errc::bad_header_value, 0},
    {"PO ST", "/", errc::bad_header_value, 2},
    {"POST\r\n", "/", errc::bad_header_value, 4},
    {"POST", "", errc::bad_header_value, 0},
    {"POST", "a", errc::bad_header_value, 0},
    {"POST", "*", errc::bad_header_value, 0},
    {"POST", "http://x/", errc::bad_header_value, 0},
    {"POST", "/a b", errc::bad_header_value, 2},
    {"POST", "/a\tb", errc::bad_header_value, 2},
    {"POST", "/a\r\nX: y", errc::bad_header_value, 2},
    {"POST", "/a\0"sv, errc::bad_header_value, 2},
    {"POST", "/a#b", errc::bad_header_value, 2},
    {"POST", "/\xc3\xb8", errc::bad_header_value, 1},
    {"POST", "/\x7f", errc::bad_header_value, 1},
};

}  // namespace

TEST_CASE("http1_writer: a request line that would break the request is refused") {
    for (const row& r : rows) {
        CAPTURE(r.method);
        CAPTURE(r.target);
        std::array<std::byte, 128> memory{};
        http1_writer writer{memory};
        writer.request_line(r.method, &r.target, 1);
        CHECK(writer.failure().code == r.code);
        CHECK(writer.failure().offset == r.offset);
    }
}

TEST_CASE("http1_writer: a whole head, in parts") {
    std::array<std::byte, 512> memory{};
    http1_writer writer{memory};
    const std::string_view target[] = {"/crm", "/api/v1/Agents/Batch/GetBatchTaskInfo", "", "?$select=", "Id"};
    writer.request_line("POST", target, std::size(target));
    writer.header("Host", "crm.example.com");
    writer.header("Content-Length", 10u);
    writer.end_of_head();
    CHECK(writer.failure() == so::error{});
    CHECK(writer.text() ==
          "POST /crm/api/v1/Agents/Batch/GetBatchTaskInfo?$select=Id HTTP/1.1\r\nHost: crm.example.com\r\n"
          "Content-Length: 10\r\n\r\n");
    CHECK(writer.needed() == writer.size());
}

TEST_CASE("http1_writer: the offset in the target counts over its parts") {
    std::array<std::byte, 64> memory{};
    http1_writer writer{memory};
    const std::string_view target[] = {"", "/api", "/v1 "};
    writer.request_line("POST", target, std::size(target));
    CHECK(writer.failure().code == errc::bad_header_value);
    CHECK(writer.failure().offset == 7);
}

TEST_CASE("http1_writer: text that does not fit is counted") {
    std::array<std::byte, 128> memory{};
    for (std::size_t size = 0; size <= 128; ++size) {
        http1_writer writer{{memory.data(), size}};
        constexpr std::string_view target = "/";
        writer.request_line("POST", &target, 1);
        writer.header("Host", "x");
        writer.end_of_head();
        constexpr std::size_t needed = 17 + 9 + 2;
        CHECK(writer.needed() == needed);
        CHECK(writer.size() <= size);
        CHECK(writer.failure().needed() == (size < needed ? needed : 0));
        CHECK((writer.failure().code == errc::ok) == (size >= needed));
    }
}
