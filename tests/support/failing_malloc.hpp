// tests/support/failing_malloc.hpp - lets one malloc or realloc fail, Expat's C code included.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_FAILING_MALLOC_HPP
#define SUPEROFFICE_TESTS_SUPPORT_FAILING_MALLOC_HPP

// With glibc a program's own `malloc` takes the place of the library's, which can still be reached. Elsewhere, and under
// sanitizers, none fails: `works` is false. (`failing_calloc` does the same for calloc.)

#include <support/freed_memory.hpp>

#include <atomic>
#include <cstddef>

namespace support {

#if defined(__GLIBC__) && !defined(SUPEROFFICE_TESTS_OTHER_FREE)

/// While it lives, the thread's call of malloc or realloc with this number, counted from 0, answers null.
class failing_malloc {
  public:
    static constexpr bool works = true;

    explicit failing_malloc(int number) noexcept : left_(number) { living() = this; }
    failing_malloc(const failing_malloc&) = delete;
    failing_malloc& operator=(const failing_malloc&) = delete;
    ~failing_malloc() { living() = nullptr; }

    /// That call came.
    [[nodiscard]] bool has_failed() const noexcept { return left_ < 0; }

    static bool is_next() noexcept {
        failing_malloc* const me = living();
        return me != nullptr && me->left_ >= 0 && me->left_-- == 0;
    }

  private:
    static failing_malloc*& living() noexcept {
        static thread_local failing_malloc* one = nullptr;
        return one;
    }

    int left_;
};

/// Of the whole program.
inline std::atomic<std::size_t> malloc_calls{0};

}  // namespace support

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

#else

class failing_malloc {
  public:
    static constexpr bool works = false;
    explicit failing_malloc(int) noexcept {}
    [[nodiscard]] bool has_failed() const noexcept { return false; }
};

}  // namespace support

#endif
#endif
