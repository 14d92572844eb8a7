// Tests of superoffice/base/result.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/base/result.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <version>

#if defined(__cpp_lib_expected)
#include <expected>
#endif

namespace so = superoffice;
using so::errc;
using so::error;
using so::result;

namespace {

struct pair_of_ints {
    int a = 1;
    int b = 2;
};

constexpr error failure{.stage = so::stage::decode, .code = errc::bad_json, .offset = 7};

static_assert(std::is_trivially_copyable_v<result<pair_of_ints>>);
static_assert(sizeof(result<pair_of_ints>) == sizeof(pair_of_ints) + sizeof(error));
static_assert(!std::convertible_to<result<int>, bool>);
static_assert(std::same_as<result<int>::value_type, int> && std::same_as<result<int>::error_type, error>);

// Everything works while compiling.
static_assert(result<int>{5}.value() == 5 && *result<int>{5} == 5 && result<int>{5}.has_value());
static_assert(result<int>{failure}.error() == failure && !result<int>{failure});
static_assert(result<int>{failure}.value_or(9) == 9 && result<int>{5}.value_or(9) == 5);
static_assert(result<void>{}.has_value() && !result<void>{failure});

result<std::string> repeated(const int& n) {
    if (n > 3) return failure;
    return std::string(static_cast<std::size_t>(n), 'x');
}

/// std::expected as far as a conversion looks at it.
template <class T, class E>
class look_alike {
  public:
    using value_type = T;
    using error_type = E;
    struct unexpected_type {
        E what;
        explicit unexpected_type(const E& e) : what(e) {}
    };

    look_alike(const T& value) : value_(value), good_(true) {}
    look_alike(const unexpected_type& bad) : error_(bad.what) {}

    [[nodiscard]] bool has_value() const { return good_; }
    [[nodiscard]] const T& value() const { return value_; }
    [[nodiscard]] const E& error() const { return error_; }

  private:
    T value_{};
    E error_{};
    bool good_ = false;
};
template <class E>
class look_alike<void, E> {
  public:
    using value_type = void;
    using error_type = E;
    using unexpected_type = typename look_alike<int, E>::unexpected_type;

    look_alike() : good_(true) {}
    look_alike(const unexpected_type& bad) : error_(bad.what) {}

    [[nodiscard]] bool has_value() const { return good_; }
    [[nodiscard]] const E& error() const { return error_; }

  private:
    E error_{};
    bool good_ = false;
};

}  // namespace

TEST_CASE("result: a value") {
    result<pair_of_ints> r = pair_of_ints{3, 4};
    CHECK(r.has_value());
    CHECK(static_cast<bool>(r));
    CHECK(r.value().a == 3);
    CHECK((*r).b == 4);
    CHECK(r->b == 4);
    CHECK(std::as_const(r)->a == 3);
    CHECK((*std::as_const(r)).a == 3);
    CHECK(r.error() == error{});
    r->a = 5;
    *r = {r->a, 6};
    CHECK(r.value().a == 5);
    CHECK(r.value_or(pair_of_ints{}).b == 6);
}

TEST_CASE("result: one with a value becomes an error, and the error of another one") {
    result<int> r = 5;
    r = failure;
    CHECK_FALSE(r.has_value());
    CHECK(r.error() == failure);
    r = error{.code = errc::cancelled};
    CHECK(r.error() == errc::cancelled);
}

TEST_CASE("result: an error") {
    const result<pair_of_ints> r = failure;
    CHECK_FALSE(r.has_value());
    CHECK_FALSE(static_cast<bool>(r));
    CHECK(r.error() == failure);
    CHECK(r.value_or(pair_of_ints{8, 9}).a == 8);
}

TEST_CASE("result: made without a value it holds a default value") {
    CHECK(result<pair_of_ints> {} -> b == 2);
    CHECK(result<void>{}.error() == error{});
}

TEST_CASE("result: a value can be moved out") {
    const std::string text(100, 'x');
    result<std::string> r = text;
    const std::string moved = *std::move(r);
    CHECK(moved == text);
    CHECK(result<std::string>{text}.value() == text);
}

TEST_CASE("result: and_then and transform pass an error on, or_else a value") {
    CHECK(*result<int>{2}.and_then(repeated) == "xx");
    CHECK(result<int>{4}.and_then(repeated).error() == failure);
    CHECK(result<int>{failure}.and_then(repeated).error() == failure);
    const auto doubled = [](int n) { return n * 2.0; };
    CHECK(*result<int>{2}.transform(doubled) == 4.0);
    CHECK(result<int>{failure}.transform(doubled).error() == failure);
    const auto offset_of = [](const error& e) { return result<int>{static_cast<int>(e.offset)}; };
    CHECK(*result<int>{failure}.or_else(offset_of) == 7);
    CHECK(*result<int>{2}.or_else(offset_of) == 2);
}

TEST_CASE("result: and_then, transform and or_else of nothing, and into nothing") {
    int seen = 0;
    const auto note = [&seen](int n) { seen += n; };
    CHECK(result<int>{2}.transform(note).has_value());
    CHECK(seen == 2);
    CHECK(result<int>{failure}.transform(note).error() == failure);
    CHECK(seen == 2);

    const auto count = [&seen] { ++seen; };
    const auto seven = [] { return 7; };
    const auto fails = []() -> result<int> { return failure; };
    CHECK(result<void>{}.transform(count).has_value());
    CHECK(seen == 3);
    CHECK(*result<void>{}.transform(seven) == 7);
    CHECK(result<void>{}.and_then(fails).error() == failure);
    CHECK(result<void>{failure}.transform(count).error() == failure);
    CHECK(result<void>{failure}.and_then(fails).error() == failure);
    CHECK(seen == 3);
    CHECK(result<void>{failure}.or_else([](const superoffice::error&) { return result<void>{}; }).has_value());
    CHECK(result<void>{}.or_else([](const superoffice::error&) { return result<void>{failure}; }).has_value());
}

TEST_CASE("result: converts to types like std::expected") {
    const look_alike<int, error> good = result<int>{5};
    CHECK(good.has_value());
    CHECK(good.value() == 5);
    const look_alike<int, error> bad = result<int>{failure};
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error() == failure);
    static_assert(!std::convertible_to<result<int>, look_alike<long, error>>);
    static_assert(!std::convertible_to<result<int>, look_alike<int, errc>>);

    const look_alike<void, error> done = result<void>{};
    CHECK(done.has_value());
    const look_alike<void, error> not_done = result<void>{failure};
    CHECK_FALSE(not_done.has_value());
    CHECK(not_done.error() == failure);
    static_assert(!std::convertible_to<result<void>, look_alike<int, error>>);
    static_assert(!std::convertible_to<result<int>, look_alike<void, error>>);
    static_assert(!std::convertible_to<result<void>, look_alike<void, errc>>);
}

#if defined(__cpp_lib_expected)
TEST_CASE("result: converts to std::expected") {
    const std::expected<int, error> good = result<int>{5};
    CHECK(good.value() == 5);
    const std::expected<std::string, error> bad = result<std::string>{failure};
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error() == failure);
    const auto returned = []() -> std::expected<pair_of_ints, error> {
        return result<pair_of_ints>{pair_of_ints{3, 4}};
    };
    CHECK(returned()->b == 4);
    const std::expected<void, error> done = result<void>{};
    CHECK(done.has_value());
    const std::expected<void, error> not_done = result<void>{failure};
    CHECK(not_done.error() == failure);
}
#endif
