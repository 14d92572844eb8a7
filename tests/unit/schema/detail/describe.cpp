// Tests of superoffice/schema/detail/describe.hpp.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/schema/detail/describe.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace detail = superoffice::detail;

namespace {

struct base {
    int inherited = 1;
};
BOOST_DESCRIBE_STRUCT(base, (), (inherited))

struct derived : base {
    long own = 2;
    const bool fixed = true;
};
BOOST_DESCRIBE_STRUCT(derived, (base), (own, fixed))

struct empty {};
BOOST_DESCRIBE_STRUCT(empty, (), ())

struct undescribed {
    int a = 0;
};

enum class described_enum : std::int32_t { low = -1, same = 7, also_same = 7, high = INT32_MAX };
BOOST_DESCRIBE_ENUM(described_enum, low, same, also_same, high)
enum class other_enum { a };
enum class no_enumerators {};

static_assert(detail::is_described_struct<base> && detail::is_described_struct<derived> &&
              detail::is_described_struct<empty>);
static_assert(!detail::is_described_struct<undescribed> && !detail::is_described_struct<int> &&
              !detail::is_described_struct<described_enum> && !detail::is_described_struct<std::string>);
static_assert(detail::is_described_enum<described_enum> && !detail::is_described_enum<other_enum> &&
              !detail::is_described_enum<int> && !detail::is_described_enum<base>);

// An enumerator is kept in 32 bits, with a sign or without.
enum class wide : std::int64_t { lowest = INT32_MIN, below = INT64_C(-2147483649), highest = UINT32_MAX, above };
enum class wide_unsigned : std::uint64_t { highest = UINT32_MAX, above };
static_assert(detail::fits_32_bits(wide::lowest) && detail::fits_32_bits(wide::highest));
static_assert(!detail::fits_32_bits(wide::below) && !detail::fits_32_bits(wide::above));
static_assert(detail::fits_32_bits(wide_unsigned::highest) && !detail::fits_32_bits(wide_unsigned::above));

enum class even { two = 2, many = 0x1000 };
BOOST_DESCRIBE_ENUM(even, two, many)

static_assert(detail::member_count<derived> == 3 && detail::member_count<empty> == 0);
static_assert(detail::member_names<derived>[0] == "inherited" && detail::member_names<derived>[1] == "own" &&
              detail::member_names<derived>[2] == "fixed");
static_assert(std::same_as<detail::member_type<derived, 1>, long> &&
              std::same_as<detail::member_type<derived, 2>, bool>);

}  // namespace

TEST_CASE("describe: members come in the order of the description, inherited ones first") {
    const derived value;
    std::string seen;
    detail::for_each_member<derived>([&](auto index) {
        seen += detail::member_names<derived>[index];
        seen += '=';
        seen += std::to_string(static_cast<int>(value.*detail::member_pointer<derived, index>));
        seen += ';';
    });
    CHECK(seen == "inherited=1;own=2;fixed=1;");
    detail::for_each_member<empty>([&](auto) { seen.clear(); });
    CHECK_FALSE(seen.empty());
}

TEST_CASE("describe: enumerators with their numbers") {
    const auto& table = detail::enumerators_of<described_enum>;
    constexpr std::string_view expected{
        "\x03low\x8F\xFF\xFF\xFF\x7F\x04same\x07\x09"
        "also_same\x07\x04high\x87\xFF\xFF\xFF\x7F\0\0",
        38};
    CHECK(std::string_view{table.bytes, sizeof table.bytes} == expected);
    constexpr std::string_view with_even{"\x03two\x02\x04many\xA0\x00\0\0", 14};
    CHECK(std::string_view{detail::enumerators_of<even>.bytes, sizeof detail::enumerators_of<even>.bytes} == with_even);
    CHECK(std::string_view{detail::enumerators_of<no_enumerators>.bytes, 2} == std::string_view{"\0\0", 2});
}
