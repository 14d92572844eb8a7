// Tests of superoffice/schema/field.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/field.hpp>

#include <doctest/doctest.h>

#include <superoffice/text/json_text.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace so = superoffice;
using so::field;
using so::unlisted;

namespace {

static_assert(std::is_trivially_copyable_v<field<std::int32_t>>);
static_assert(field<int>{}.is_absent() && field<int>{nullptr}.is_null() && field<int>{0}.has_value());

// bool has no conversion to bool: presence and value would look alike.
static_assert(std::constructible_from<bool, field<int>>);
static_assert(!std::constructible_from<bool, field<bool>> && !std::constructible_from<bool, unlisted<bool>>);
static_assert(!std::convertible_to<field<int>, bool>);
static_assert(!std::convertible_to<field<int>, field<bool>>);  // "there is a number" is no truth value

// Explicit where the value's own constructor is.
struct picky {
    int n = 0;
    picky() = default;
    explicit picky(int from) : n(from) {}
};
static_assert(std::convertible_to<const char*, field<std::string>> && !std::convertible_to<int, field<picky>>);
static_assert(std::constructible_from<field<picky>, int>);

}  // namespace

TEST_CASE("field: is absent, null, or a value") {
    struct {
        field<int> it;
        bool absent = false, null = false, value = false;
        int or_seven = 0;
    } const cases[] = {
        {.it = {}, .absent = true, .or_seven = 7},
        {.it = nullptr, .null = true, .or_seven = 7},
        {.it = 0, .value = true, .or_seven = 0},
        {.it = 5, .value = true, .or_seven = 5},
    };
    for (const auto& one : cases) {
        CHECK(one.it.is_absent() == one.absent);
        CHECK(one.it.is_null() == one.null);
        CHECK(one.it.has_value() == one.value);
        CHECK(static_cast<bool>(one.it) == one.value);
        CHECK(one.it.value_or(7) == one.or_seven);
        for (const auto& other : cases) CHECK((one.it == other.it) == (&one == &other));
        CHECK((one.it == 5) == (one.or_seven == 5));
        CHECK((5 == one.it) == (one.or_seven == 5));
        CHECK((one.it != 5) == (one.or_seven != 5));
    }
}

TEST_CASE("field: comparing with nullptr asks whether it is null, also for text") {
    const auto check = [](const auto& text) {
        using type = std::remove_cvref_t<decltype(text)>;
        CHECK((type{nullptr} == nullptr));
        CHECK((nullptr == type{nullptr}));
        CHECK_FALSE((type{nullptr} != nullptr));
        CHECK_FALSE((type{} == nullptr));
        CHECK_FALSE((text == nullptr));
        CHECK((text != nullptr));
    };
    check(field<int>{5});
    check(field<std::string_view>{"x"});
    check(field<std::string>{"x"});
    check(so::unlisted<std::string_view>{"x"});
    check(field<superoffice::json_text>{superoffice::json_text{"1", false}});
}

TEST_CASE("field: is read and written like an optional") {
    field<std::string> text = "abc";
    CHECK(text->size() == 3);
    CHECK(*text == "abc");
    text->push_back('d');
    text.value() += 'e';
    CHECK(text == "abcde");
    text.set_null();
    CHECK(text.is_null());
    CHECK(text.emplace().empty());
    CHECK(text.has_value());
    text.reset();
    CHECK(text.is_absent());
    text = std::string{"again"};
    const field<std::string> copy = text;
    CHECK(copy == text);
    CHECK(copy == std::string_view{"again"});
}

TEST_CASE("field<bool>: presence and value are asked for by name") {
    const field<bool> yes = true, no = false;
    const field<bool> absent;
    CHECK(yes == true);
    CHECK(no == false);
    CHECK(no.has_value());
    CHECK_FALSE(absent == false);
    CHECK(absent.value_or(true));
}

TEST_CASE("unlisted: behaves like a field") {
    unlisted<int> a, b;
    CHECK(a == b);
    CHECK(a.is_absent());
    a = 5;
    CHECK(a != b);
    CHECK(a == 5);
    b = nullptr;
    CHECK(b.is_null());
    b = a;
    CHECK(a == b);
    const field<int> plain = a;
    CHECK(plain == a);
    CHECK(a == plain);
}

TEST_CASE("field: emplace makes a new value, whatever was there") {
    superoffice::field<int> number = 5;
    CHECK(number.emplace() == 0);
    CHECK(number.has_value());
}

TEST_CASE("field: reset and set_null let go of the value") {
    const auto shared = std::make_shared<int>(5);
    field<std::shared_ptr<int>> held = shared;
    CHECK(shared.use_count() == 2);
    held.reset();
    CHECK(shared.use_count() == 1);
    held = shared;
    CHECK(shared.use_count() == 2);
    held.set_null();
    CHECK(shared.use_count() == 1);
}

TEST_CASE("field: two that are absent are equal, whatever their type compares") {
    struct temperature {
        double degrees = std::numeric_limits<double>::quiet_NaN();  // equals nothing
        bool operator==(const temperature&) const = default;
    };
    CHECK(field<temperature>{} == field<temperature>{});
    CHECK(field<temperature>{nullptr} == field<temperature>{nullptr});
    CHECK_FALSE(field<temperature>{temperature{}} == field<temperature>{temperature{}});
    CHECK_FALSE(field<temperature>{} == field<temperature>{nullptr});
}
