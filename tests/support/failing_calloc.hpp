// tests/support/failing_calloc.hpp - lets one calloc fail, mbedTLS's C code included.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_FAILING_CALLOC_HPP
#define SUPEROFFICE_TESTS_SUPPORT_FAILING_CALLOC_HPP

#include <support/failing_call.hpp>

#include <atomic>
#include <cstddef>

namespace support {

using failing_calloc = failing_call<struct of_calloc>;

/// Of the whole program.
inline std::atomic<std::size_t> calloc_calls{0};

}  // namespace support

#if defined(__GLIBC__) && !defined(SUPEROFFICE_TESTS_OTHER_FREE)
extern "C" {
void* __libc_calloc(std::size_t, std::size_t);
__attribute__((weak)) void* calloc(std::size_t count, std::size_t size) noexcept {
    ++support::calloc_calls;
    return support::failing_calloc::is_next() ? nullptr : __libc_calloc(count, size);
}
}
#endif
#endif
