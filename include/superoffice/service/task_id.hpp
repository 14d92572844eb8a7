// superoffice/service/task_id.hpp - the id of a task; a number type that may not fit does not compile.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_SERVICE_TASK_ID_HPP
#define SUPEROFFICE_SERVICE_TASK_ID_HPP

#include <superoffice/base/config.hpp>

#include <concepts>
#include <cstdint>
#include <limits>

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

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
