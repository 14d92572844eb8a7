// tests/support/failing_call.hpp - lets one call of a function that takes memory fail, in C code as well.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_FAILING_CALL_HPP
#define SUPEROFFICE_TESTS_SUPPORT_FAILING_CALL_HPP

// With glibc a program's own `malloc` takes the place of the library's, which can still be reached. Elsewhere, and under
// sanitizers, no call fails: `works` is false. `Function` only tells the functions apart.

#include <support/freed_memory.hpp>

namespace support {

#if defined(__GLIBC__) && !defined(SUPEROFFICE_TESTS_OTHER_FREE)

/// While it lives, the thread's call of the function with this number, counted from 0, answers null.
template <class Function>
class failing_call {
  public:
    static constexpr bool works = true;

    explicit failing_call(int number) noexcept : left_(number) { living() = this; }
    failing_call(const failing_call&) = delete;
    failing_call& operator=(const failing_call&) = delete;
    ~failing_call() { living() = nullptr; }

    /// That call came.
    [[nodiscard]] bool has_failed() const noexcept { return left_ < 0; }
    /// How many calls got memory. (`freed_memory::blocks` says how many blocks were given back.)
    [[nodiscard]] int taken() const noexcept { return taken_; }

    static bool is_next() noexcept {
        failing_call* const me = living();
        if (me == nullptr) return false;
        const bool fails = me->left_ >= 0 && me->left_-- == 0;
        if (!fails) ++me->taken_;
        return fails;
    }

  private:
    static failing_call*& living() noexcept {
        static thread_local failing_call* one = nullptr;
        return one;
    }

    int left_;
    int taken_ = 0;
};

#else

template <class Function>
class failing_call {
  public:
    static constexpr bool works = false;
    explicit failing_call(int) noexcept {}
    [[nodiscard]] bool has_failed() const noexcept { return false; }
    [[nodiscard]] int taken() const noexcept { return 1; }
};

#endif

}  // namespace support
#endif
