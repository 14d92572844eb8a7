// tests/support/failing_malloc.hpp - lets one malloc or realloc fail, Expat's and c-ares's C code included.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_FAILING_MALLOC_HPP
#define SUPEROFFICE_TESTS_SUPPORT_FAILING_MALLOC_HPP

#include <support/failing_call.hpp>

#include <atomic>
#include <cstddef>

namespace support {

using failing_malloc = failing_call<struct of_malloc>;

/// Of the whole program.
inline std::atomic<std::size_t> malloc_calls{0};

}  // namespace support

#if defined(__GLIBC__) && !defined(SUPEROFFICE_TESTS_OTHER_FREE)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_realloc(void*, std::size_t);
__attribute__((weak)) void* malloc(std::size_t size) noexcept {
    ++support::malloc_calls;
    return support::failing_malloc::is_next() ? nullptr : __libc_malloc(size);
}
__attribute__((weak)) void* realloc(void* block, std::size_t size) noexcept {
    ++support::malloc_calls;
    return support::failing_malloc::is_next() ? nullptr : __libc_realloc(block, size);
}
}
#endif
#endif
