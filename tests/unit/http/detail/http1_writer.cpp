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
    std::string_view target;
    errc code;
    unsigned offset;
};

const row rows[] = {
    {"/", errc::ok, 0},
    {"/Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo?$select=Id,TableRight/Mask", errc::ok, 0},
    {"/a%20b?c=d&e=%C3%B8", errc::ok, 0},
    {"", errc::bad_header_value, 0},
    {"a", errc::bad_header_value, 0},
    {"*", errc::bad_header_value, 0},
    {"http://x/", errc::bad_header_value, 0},
    {" /", errc::bad_header_value, 0},
    {"/a b", errc::bad_header_value, 2},
    {"/a\tb", errc::bad_header_value, 2},
    {"/a\r\nX: y", errc::bad_header_value, 2},
    {"/a\0"sv, errc::bad_header_value, 2},
    {"/a#b", errc::bad_header_value, 2},
    {"/\xc3\xb8", errc::bad_header_value, 1},
    {"/\x7f", errc::bad_header_value, 1},
};

}  // namespace

TEST_CASE("http1_writer: a target that would break the request is refused") {
    for (const row& r : rows) {
        CAPTURE(r.target);
        std::array<std::byte, 128> memory{};
        http1_writer writer{memory};
        writer.check_target(&r.target, 1);
        writer.fill("GET \1", &r.target);
        CHECK(writer.failure().code == r.code);
        CHECK(writer.failure().offset == r.offset);
        CHECK(writer.text().empty() == (r.code != errc::ok));
    }
}

TEST_CASE("http1_writer: a whole head, in parts") {
    std::array<std::byte, 512> memory{};
    http1_writer writer{memory};
    const std::string_view texts[] = {
        "/crm", "/api/v1/Agents/Batch/GetBatchTaskInfo", "", "?$select=", "Id", "POST", "crm.example.com", ":80"};
    writer.check_target(texts, 5);
    writer.fill("\6 \1\2\3\4\5 HTTP/1.1\r\nHost:\t\7\10\r\n", texts);
    writer.header("Content-Length", 10u);
    writer.end_of_head();
    CHECK(writer.failure().code == errc::ok);
    CHECK(writer.text() ==
          "POST /crm/api/v1/Agents/Batch/GetBatchTaskInfo?$select=Id HTTP/1.1\r\nHost:\tcrm.example.com:80\r\n"
          "Content-Length: 10\r\n\r\n");
    CHECK(writer.needed() == writer.size());
}

TEST_CASE("http1_writer: the offset in the target counts over its parts") {
    std::array<std::byte, 64> memory{};
    http1_writer writer{memory};
    const std::string_view target[] = {"", "/api", "/v1 "};
    writer.check_target(target, std::size(target));
    CHECK(writer.failure().code == errc::bad_header_value);
    CHECK(writer.failure().offset == 7);
}

TEST_CASE("http1_writer: text that does not fit is counted") {
    std::array<std::byte, 128> memory{};
    for (std::size_t size = 0; size <= 128; ++size) {
        http1_writer writer{{memory.data(), size}};
        constexpr std::string_view target = "/";
        writer.fill("POST \1 HTTP/1.1\r\n", &target);
        writer.header("Host", "x");
        writer.end_of_head();
        constexpr std::size_t needed = 17 + 9 + 2;
        CHECK(writer.needed() == needed);
        CHECK(writer.size() <= size);
        CHECK(writer.failure().needed() == (size < needed ? needed : 0));
        CHECK((writer.failure().code == errc::ok) == (size >= needed));
    }
}
