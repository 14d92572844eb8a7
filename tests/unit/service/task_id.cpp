// Tests of superoffice/service/task_id.hpp: texts that name a task. Numbers are in tests/compile_fail.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/service/task_id.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace so = superoffice;
using so::errc;

TEST_CASE("parse_task_id: a text names the task of its decimal digits, or none") {
    struct {
        std::string_view text;
        std::int32_t id;
        errc code = errc::ok;
    } const rows[] = {
        {"1", 1},
        {"497", 497},
        {"010", 10},
        {"2147483647", 2147483647},
        {"0000000000000000000000002147483647", 2147483647},
        {"0", 0, errc::out_of_range},
        {"2147483648", 0, errc::out_of_range},
        {"4294967793", 0, errc::out_of_range},  // 497 in its lower 32 bits
        {"18446744073709551615", 0, errc::out_of_range},
        {"18446744073709551616", 0, errc::bad_number},
        {"", 0, errc::bad_number},
        {" 497", 0, errc::bad_number},
        {"497 ", 0, errc::bad_number},
        {"497x", 0, errc::bad_number},
        {"0x10", 0, errc::bad_number},
        {"-497", 0, errc::bad_number},
        {"+497", 0, errc::bad_number},
        {"4.97e2", 0, errc::bad_number},
        {std::string_view{"497\0", 4}, 0, errc::bad_number},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const so::result<std::int32_t> id = so::parse_task_id(row.text);
        CHECK(id.value_or(0) == row.id);
        CHECK(id.error().code == row.code);
        CHECK(id.error().offset == 0);
        CHECK(id.error().stage == (row.code == errc::ok ? so::stage::none : so::stage::request));
    }
    static_assert(*so::parse_task_id("497") == 497);
}
