// Tests of superoffice/http/request_head.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/http/request_head.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace std::string_view_literals;
namespace so = superoffice;
using so::errc;

namespace {

struct value_row {
    std::string_view name;
    std::string_view value;
    errc code;
    unsigned offset;
};

const value_row value_rows[] = {
    {"A", "b", errc::ok, 0},
    {"A", "", errc::ok, 0},
    {"A", "b\tc d", errc::ok, 0},
    {"A", "Oslo \xc3\xb8", errc::ok, 0},
    {"SO-AppToken", "a+/=:.b", errc::ok, 0},
    {"A", "b\r\nX: y", errc::bad_header_value, 1},
    {"A", "\nb", errc::bad_header_value, 0},
    {"A", "bc\r", errc::bad_header_value, 2},
    {"A", "b\0c"sv, errc::bad_header_value, 1},
    {"A", "b\x1b[31m", errc::bad_header_value, 1},
    {"A", "bc\x7f", errc::bad_header_value, 2},
    {"", "b", errc::bad_header_value, 0},
    {"A B", "b", errc::bad_header_value, 1},
    {"AB:", "b", errc::bad_header_value, 2},
    {"A\r\n", "b", errc::bad_header_value, 1},
    {"\xc3\xb8", "b", errc::bad_header_value, 0},
};

struct pair_row {
    std::string_view user;
    std::string_view password;
    std::string_view text;  // empty: refused
    unsigned offset;
};

const pair_row pair_rows[] = {
    {"tim0", "Tjo0", "dGltMDpUam8w", 0},
    {"", "", "Og==", 0},
    {"a", "", "YTo=", 0},
    {"", "b", "OmI=", 0},
    {"a", "b", "YTpi", 0},
    {"Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", 0},
    {"test", "123\xc2\xa3", "dGVzdDoxMjPCow==", 0},
    {"a", "b:c", "YTpiOmM=", 0},
    {"\xff", "\xff\xff", "/zr//w==", 0},
    {"a:b", "c", "", 1},
    {"a\n", "c", "", 1},
    {"a\t", "c", "", 1},
    {"a", "b\tc", "", 3},
    {"a", "b\0"sv, "", 3},
};

}  // namespace

TEST_CASE("request_head: a value that would break the head is refused, with the byte at fault") {
    for (const value_row& row : value_rows) {
        CAPTURE(row.name);
        CAPTURE(row.value);
        std::array<std::byte, 128> memory{};
        so::request_head head{memory};
        head.header(row.name, row.value);
        CHECK(head.failure().code == row.code);
        CHECK(head.failure().offset == row.offset);
        CHECK(head.failure().stage == (row.code == errc::ok ? so::stage::none : so::stage::request));
        if (row.code == errc::ok) {
            CHECK(head.text() == std::string(row.name) + ": " + std::string(row.value) + "\r\n");
            CHECK(head.needed() == head.size());
        }
    }
}

TEST_CASE("request_head: a value may come in parts, and offsets count over all of them") {
    std::array<std::byte, 128> memory{};
    so::request_head head{memory};
    const std::string token = "8A:Cust12345.x";
    head.header("Authorization", "Bearer ", token);
    head.header("Content-Length", std::size_t{497}, "", 0u);
    head.header("Empty");
    CHECK(head.failure() == so::error{});
    CHECK(head.text() == "Authorization: Bearer 8A:Cust12345.x\r\nContent-Length: 4970\r\nEmpty: \r\n");

    head.header("A", "Bearer ", std::uint16_t{12}, "x\ny");
    CHECK(head.failure().code == errc::bad_header_value);
    CHECK(head.failure().offset == 10);
}

TEST_CASE("request_head: user and password become base64 in place") {
    for (const pair_row& row : pair_rows) {
        CAPTURE(row.user);
        CAPTURE(row.password);
        std::array<std::byte, 128> memory{};
        so::request_head head{memory};
        head.header("Authorization", "Basic ", so::base64_pair{row.user, row.password});
        if (row.text.empty()) {
            CHECK(head.failure().code == errc::bad_header_value);
            CHECK(head.failure().offset == 6 + row.offset);
        } else {
            CHECK(head.failure() == so::error{});
            CHECK(head.text() == "Authorization: Basic " + std::string(row.text) + "\r\n");
        }
    }
}

TEST_CASE("request_head: text that does not fit is counted and not written") {
    std::array<std::byte, 256> whole{};
    const auto fill = [](so::request_head& head) {
        head.header("Host", "a.example", ":", 443u);
        head.header("Authorization", "Basic ", so::base64_pair{"user", "password"});
        head.header("A", "b");
    };
    so::request_head all{whole};
    fill(all);
    for (std::size_t size = 0; size < all.size(); ++size) {
        CAPTURE(size);
        std::array<std::byte, 256> memory{};
        memory.fill(std::byte{0xa5});
        so::request_head head{{memory.data(), size}};
        fill(head);
        CHECK(head.failure().code == errc::memory_too_small);
        CHECK(head.failure().needed() == all.size());
        CHECK(head.needed() == all.size());
        CHECK(head.size() <= size);
        CHECK(all.text().substr(0, head.size()) == head.text());
        CHECK(std::all_of(memory.begin() + static_cast<std::ptrdiff_t>(size), memory.end(),
                          [](std::byte b) { return b == std::byte{0xa5}; }));
    }
    so::request_head exact{{whole.data(), all.size()}};
    fill(exact);
    CHECK(exact.failure() == so::error{});
    CHECK(exact.size() == exact.needed());
}

TEST_CASE("request_head: a bad value is reported before too little memory, and the first bad value is reported") {
    std::array<std::byte, 4> memory{};
    so::request_head head{memory};
    head.header("Long", "value");
    CHECK(head.failure().code == errc::memory_too_small);
    head.header("A", "bc\n");
    head.header("A", "\n");
    CHECK(head.failure().code == errc::bad_header_value);
    CHECK(head.failure().offset == 2);
    CHECK(head.failure().needed() == 0);
}

TEST_CASE("request_head: the error has the number of the header at fault") {
    struct {
        std::string_view values[3];
        std::uint16_t member;
        std::uint32_t offset;
    } const rows[] = {
        {{"a", "b", "c"}, 0, 0},      {{"\n", "b", "c"}, 1, 0},    {{"a", "b\r", "c"}, 2, 1},
        {{"a", "b", "cd\0"sv}, 3, 2}, {{"a", "b\n", "\nc"}, 2, 1},
    };
    for (const auto& row : rows)
        for (const std::size_t size : {0u, 128u}) {
            std::array<std::byte, 128> memory{};
            so::request_head head{{memory.data(), size}};
            constexpr std::string_view names[] = {"A", "B", "C"};
            for (std::size_t each = 0; each < 3; ++each) head.header(names[each], row.values[each]);
            if (row.member == 0) {
                CHECK(head.failure().member == 0);
                continue;
            }
            CHECK(head.bad_name() == names[row.member - 1]);
            CHECK(head.failure() == so::error{.stage = so::stage::request,
                                              .code = errc::bad_header_value,
                                              .offset = row.offset,
                                              .member = row.member});
            head.wipe();
            head.header("D", "\n");
            CHECK(head.failure().member == 1);
            CHECK(head.bad_name() == "D");
        }
}

TEST_CASE("request_head: a value is limited in size") {
    const std::string longest(std::size_t{16 * 1024}, 'x');
    std::string memory(std::size_t{16 * 1024} * 2, '\0');
    const auto span = std::as_writable_bytes(std::span<char>(memory));
    so::request_head within{span};
    within.header("A", longest);
    CHECK(within.failure() == so::error{});
    within.header("B", "the limit is that of one value");
    CHECK(within.failure() == so::error{});
    for (int parts = 0; parts < 3; ++parts) {
        so::request_head beyond{span};
        if (parts == 0) beyond.header("A", longest + "x");
        if (parts == 1) beyond.header("A", longest, "x");
        if (parts == 2) beyond.header("A", so::base64_pair{"user", longest});
        CHECK(beyond.failure().code == errc::bad_header_value);
        CHECK(beyond.failure().offset == std::size_t{16 * 1024});
    }
}

TEST_CASE("request_head: wipe zeroes what was written and starts again") {
    std::array<std::byte, 64> memory{};
    so::request_head head{memory};
    head.header("Authorization", "Bearer secret");
    head.header("A", "\n");
    CHECK(head.failure().code == errc::bad_header_value);
    head.wipe();
    CHECK(std::all_of(memory.begin(), memory.end(), [](std::byte b) { return b == std::byte{0}; }));
    CHECK(head.failure() == so::error{});
    head.header("A", "b");
    CHECK(head.text() == "A: b\r\n");
}
