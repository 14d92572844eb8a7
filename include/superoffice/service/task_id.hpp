// superoffice/service/task_id.hpp - the id of a task; a number type that may not fit does not compile.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_TASK_ID_HPP
#define SUPEROFFICE_SERVICE_TASK_ID_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The service's ids have 32 bits. A number of a wider type would be cut, and another task be asked for: it does not
/// compile.
struct task_id {
    std::int32_t number;

    template <std::integral Number>
    constexpr task_id(Number n) noexcept : number(static_cast<std::int32_t>(n)) {
        static_assert((std::numeric_limits<Number>::max)() <= (std::numeric_limits<std::int32_t>::max)() &&
                          !std::same_as<Number, bool>,
                      "superoffice: a task's id is a std::int32_t: check that this wider number fits, and convert it");
    }
};

/// The id that a text names, for example an argument of a command line: decimal digits, 1 to 2147483647. Leading zeros are
/// allowed. Everything else is an error, so that no other task is meant: errc::bad_number where the text is not only digits
/// (or has more than 64 bits), errc::out_of_range where no task can have that id.
[[nodiscard]] constexpr result<std::int32_t> parse_task_id(std::string_view text) noexcept {
    constexpr std::int32_t highest = (std::numeric_limits<std::int32_t>::max)();
    std::uint64_t number = 0;
    if (!detail::ascii::parse_decimal(text, number)) return detail::refused_request(errc::bad_number, 0);
    if (number < 1 || number > std::uint64_t{highest}) return detail::refused_request(errc::out_of_range, 0);
    return static_cast<std::int32_t>(number);
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
