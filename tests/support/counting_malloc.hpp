// tests/support/counting_malloc.hpp - counts what the whole program asks of the heap, mbedTLS's C code included.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_COUNTING_MALLOC_HPP
#define SUPEROFFICE_TESTS_SUPPORT_COUNTING_MALLOC_HPP

// Include it in one translation unit of a program. Under the address sanitizer its own hook counts; with glibc the program's
// malloc takes the place of the library's, which can still be reached. Elsewhere nothing is counted: `counts` is false.

#include <atomic>
#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SUPEROFFICE_TESTS_ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SUPEROFFICE_TESTS_ADDRESS_SANITIZER 1
#endif

namespace support::heap {

inline std::atomic<std::size_t> calls{0};  // of malloc, calloc, realloc, and so of operator new

}  // namespace support::heap

#if defined(SUPEROFFICE_TESTS_ADDRESS_SANITIZER)

// g++ 12 comes without the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));

namespace support::heap {

inline constexpr bool counts = true;
inline const int hooked = __sanitizer_install_malloc_and_free_hooks([](const volatile void*, std::size_t) { ++calls; },
                                                                    [](const volatile void*) {});

}  // namespace support::heap

#elif defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)

namespace support::heap {

inline constexpr bool counts = true;

}  // namespace support::heap

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* malloc(std::size_t size) noexcept { return ++support::heap::calls, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept {
    return ++support::heap::calls, __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) noexcept { return ++support::heap::calls, __libc_realloc(block, size); }
}

#else

namespace support::heap {

inline constexpr bool counts = false;

}  // namespace support::heap

#endif
#endif
