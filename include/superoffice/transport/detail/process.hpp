// superoffice/transport/detail/process.hpp - which process an object was last used in: after fork() the child has a copy.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_PROCESS_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_PROCESS_HPP

#include <superoffice/base/config.hpp>

#if defined(__unix__) || (defined(__APPLE__) && defined(__MACH__))
#include <unistd.h>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

#if defined(__unix__) || (defined(__APPLE__) && defined(__MACH__))
/// A connection and the state of a random generator belong to one process: two that share them mix up their replies,
/// and draw the same keys. `is_here` costs one call of getpid.
class owning_process {
  public:
    void set() noexcept { id_ = ::getpid(); }
    [[nodiscard]] bool is_here() const noexcept { return id_ == ::getpid(); }

  private:
    pid_t id_ = 0;
};
#else
/// There is no fork() on this platform.
struct owning_process {
    static constexpr void set() noexcept {}
    [[nodiscard]] static constexpr bool is_here() noexcept { return true; }
};
#endif

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
