// Prints the guide's table of the 24 properties: the wire's type of each, and which C++ types may hold it.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/batch.hpp>
#include <superoffice/std_types.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace {

using namespace superoffice;
using detail::bare_t;
using detail::can_hold;

enum class own_enum : std::int32_t { any };
BOOST_DESCRIBE_ENUM(own_enum, any)
struct own_struct {};
BOOST_DESCRIBE_STRUCT(own_struct, (), ())

/// How the service sends what BatchTaskInfo holds as a T.
template <class T>
constexpr const char* wire = nullptr;
template <>
constexpr const char* wire<std::int32_t> = "int32";
template <>
constexpr const char* wire<bool> = "bool";
template <>
constexpr const char* wire<std::string_view> = "string";
template <>
constexpr const char* wire<date_time> = "DateTime, a string";
template <class E>
constexpr const char* wire<coded<E>> = "enumeration, a string";
template <>
constexpr const char* wire<string_map> = "object, string to string";
template <>
constexpr const char* wire<field_property_map> = "object, string to FieldProperty";
template <>
constexpr const char* wire<TableRight> = "object: Mask, Reason";

/// A type that a member may have, as the guide spells it.
template <class T>
struct candidate {
    const char* spelling;
};

template <class Theirs, class Mine>
void add(std::string& list, candidate<Mine> mine) {
    if constexpr (can_hold<Mine, Theirs>()) list.append(list.empty() ? "" : ", ").append(mine.spelling);
}

template <class Theirs, class... Mine>
std::string holders(candidate<Mine>... mine) {
    // The guide says these two for the whole table.
    static_assert(can_hold<json_text, Theirs>());
    static_assert(can_hold<fixed_text<8>, Theirs>() == can_hold<std::string_view, Theirs>() &&
                  can_hold<std::string, Theirs>() == can_hold<std::string_view, Theirs>());
    std::string list;
    (add<Theirs>(list, mine), ...);
    return list;
}

template <std::size_t Index>
void row() {
    using theirs = bare_t<detail::member_type<BatchTaskInfo, Index>>;
    const std::string_view name = detail::member_names<BatchTaskInfo>[Index];
    const std::string list = holders<theirs>(
        candidate<std::int32_t>{"`std::int32_t`"}, candidate<bool>{"`bool`"}, candidate<date_time>{"`date_time`"},
        candidate<std::chrono::sys_seconds>{"a time point of `<chrono>`"},
        candidate<coded<own_enum>>{std::is_same_v<theirs, coded<BatchTaskState>>
                                       ? "`coded<BatchTaskState>` or of an enum of yours"
                                       : "`coded<BatchTaskCancellationBehaviour>` or of an enum of yours"},
        candidate<own_enum>{"the enum itself"}, candidate<TableRight>{"`TableRight`"},
        candidate<field_property_map>{"`field_property_map`"}, candidate<string_map>{"`string_map`"},
        candidate<own_struct>{"a described struct of yours"}, candidate<std::string_view>{"text"});
    std::printf("| `%.*s` | %s | %s |\n", static_cast<int>(name.size()), name.data(), wire<theirs>, list.c_str());
}

}  // namespace

int main() {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (row<Index>(), ...);
    }(std::make_index_sequence<detail::member_count<BatchTaskInfo>>{});
}
