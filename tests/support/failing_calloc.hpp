// tests/support/failing_calloc.hpp - lets one calloc fail, mbedTLS's C code included.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_FAILING_CALLOC_HPP
#define SUPEROFFICE_TESTS_SUPPORT_FAILING_CALLOC_HPP

// With glibc a program's own `calloc` takes the place of the library's, which can still be reached. Elsewhere, and under
// sanitizers, none fails: `works` is false.

#include <support/freed_memory.hpp>

#include <atomic>
#include <cstddef>

namespace support {

#if defined(__GLIBC__) && !defined(SUPEROFFICE_TESTS_OTHER_FREE)

/// While it lives, the thread's call of calloc with this number, counted from 0, answers null.
class failing_calloc {
  public:
    static constexpr bool works = true;

    explicit failing_calloc(int number) noexcept : left_(number) { living() = this; }
    failing_calloc(const failing_calloc&) = delete;
    failing_calloc& operator=(const failing_calloc&) = delete;
    ~failing_calloc() { living() = nullptr; }

    /// That call came.
    [[nodiscard]] bool has_failed() const noexcept { return left_ < 0; }
    /// How many calls got memory. (`freed_memory::blocks` says how many blocks were given back.)
    [[nodiscard]] int taken() const noexcept { return taken_; }

    static bool is_next() noexcept {
        failing_calloc* const me = living();
        if (me == nullptr) return false;
        const bool fails = me->left_ >= 0 && me->left_-- == 0;
        if (!fails) ++me->taken_;
        return fails;
    }

  private:
    static failing_calloc*& living() noexcept {
        static thread_local failing_calloc* one = nullptr;
        return one;
    }

    int left_;
    int taken_ = 0;
};

/// Of the whole program.
inline std::atomic<std::size_t> calloc_calls{0};

}  // namespace support

extern "C" {
void* __libc_calloc(std::size_t, std::size_t);
__attribute__((weak)) void* calloc(std::size_t count, std::size_t size) noexcept {
    ++support::calloc_calls;
    return support::failing_calloc::is_next() ? nullptr : __libc_calloc(count, size);
}
}

#else

class failing_calloc {
  public:
    static constexpr bool works = false;
    explicit failing_calloc(int) noexcept {}
    [[nodiscard]] bool has_failed() const noexcept { return false; }
    [[nodiscard]] int taken() const noexcept { return 1; }
};

}  // namespace support

#endif
#endif
