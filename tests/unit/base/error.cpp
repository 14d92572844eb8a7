// Tests of superoffice/base/error.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/error.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
using so::errc;
using so::remedy;

namespace {

constexpr auto count = static_cast<std::size_t>(errc::count_);

static_assert(sizeof(so::error) == 16 && std::is_trivially_copyable_v<so::error>);
static_assert(so::error{}.code == errc::ok && so::error{}.stage == so::stage::none);

}  // namespace

TEST_CASE("error: every code has a name, a sentence and somebody who can help, and no two are alike") {
    std::set<std::string_view> names, texts;
    for (std::size_t n = 0; n < count; ++n) {
        const auto code = static_cast<errc>(n);
        CAPTURE(so::name(code));
        const std::string_view text = so::message(code);
        CHECK(names.insert(so::name(code)).second);
        CHECK(texts.insert(text).second);
        CHECK(!text.empty());
        CHECK(!text.ends_with('.'));
        CHECK(so::message(so::error{.code = code}) == text);
        CHECK(so::remedy_of(code) <= remedy::wait);
    }
}

TEST_CASE("error: rows stand beside their codes") {
    constexpr bool may_repeat = true, in_vain = false;
    struct {
        errc code;
        std::string_view name;
        remedy who;
        bool repeatable;
    } const cases[] = {
        {errc::ok, "ok", remedy::program, in_vain},
        {errc::deadline_exceeded, "deadline_exceeded", remedy::wait, may_repeat},
        {errc::bad_header_value, "bad_header_value", remedy::program, in_vain},
        {errc::memory_too_small, "memory_too_small", remedy::program, in_vain},
        {errc::name_not_found, "name_not_found", remedy::user, in_vain},
        {errc::connection_reset, "connection_reset", remedy::wait, may_repeat},
        {errc::certificate_expired, "certificate_expired", remedy::administrator, in_vain},
        {errc::truncated_close, "truncated_close", remedy::wait, may_repeat},
        {errc::bad_http, "bad_http", remedy::administrator, in_vain},
        {errc::null_document, "null_document", remedy::program, in_vain},
        {errc::out_of_range, "out_of_range", remedy::program, in_vain},
        {errc::no_such_task, "no_such_task", remedy::user, in_vain},
        {errc::unauthorized, "unauthorized", remedy::user, in_vain},
        {errc::throttled, "throttled", remedy::wait, may_repeat},
        {errc::unavailable, "unavailable", remedy::wait, may_repeat},
        {errc::not_json, "not_json", remedy::administrator, in_vain},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        CHECK(so::name(one.code) == one.name);
        CHECK(so::remedy_of(one.code) == one.who);
        CHECK(so::is_repeatable(one.code) == one.repeatable);
    }
}

TEST_CASE("error: every stage and every remedy has a name of its own") {
    std::set<std::string_view> names;
    for (int n = 0; n <= static_cast<int>(so::stage::service); ++n)
        CHECK(names.insert(so::name(static_cast<so::stage>(n))).second);
    CHECK(so::name(so::stage::none) == std::string_view{"none"});
    CHECK(so::name(so::stage::service) == std::string_view{"service"});
    for (int n = 0; n <= static_cast<int>(remedy::wait); ++n)
        CHECK(names.insert(so::name(static_cast<remedy>(n))).second);
}

TEST_CASE("error: a number that is no code reads as the first row, not as memory behind the table") {
    CHECK(so::name(static_cast<errc>(255)) == std::string_view{"ok"});
    CHECK(so::name(static_cast<so::stage>(255)) == std::string_view{"none"});
    CHECK(so::name(static_cast<remedy>(255)) == std::string_view{"program"});
}

TEST_CASE("error: needed() is the offset of the three codes that are about size, else 0") {
    for (std::size_t n = 0; n < count; ++n) {
        const auto code = static_cast<errc>(n);
        const bool sized =
            code == errc::memory_too_small || code == errc::reply_too_large || code == errc::document_too_large;
        CHECK(so::error{.code = code, .offset = 77}.needed() == (sized ? 77 : 0));
    }
}

TEST_CASE("error: compares whole, and with a code alone") {
    const so::error a{.stage = so::stage::http, .code = errc::bad_http, .offset = 3};
    so::error b = a;
    CHECK(a == b);
    b.offset = 4;
    CHECK(a != b);
    CHECK(b == errc::bad_http);
    CHECK(b != errc::ok);
}
