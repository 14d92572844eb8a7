// tests/support/freed_memory.hpp - notices freed memory that still holds a secret, mbedTLS's C code included.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_FREED_MEMORY_HPP
#define SUPEROFFICE_TESTS_SUPPORT_FREED_MEMORY_HPP

// With glibc a program's own `free` takes the place of the library's, which can still be reached. Elsewhere, and under
// sanitizers, nothing is looked at: `looks` is false.

#include <cstddef>
#include <cstring>
#include <string_view>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SUPEROFFICE_TESTS_OTHER_FREE 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SUPEROFFICE_TESTS_OTHER_FREE 1
#endif

#if defined(__GLIBC__) && !defined(SUPEROFFICE_TESTS_OTHER_FREE)
#include <malloc.h>

namespace support {

/// While it lives, every block that the thread frees is searched for the text.
class freed_memory {
  public:
    static constexpr bool looks = true;

    explicit freed_memory(std::string_view text) noexcept : text_(text) { watching() = this; }
    freed_memory(const freed_memory&) = delete;
    freed_memory& operator=(const freed_memory&) = delete;
    ~freed_memory() { watching() = nullptr; }

    /// In how many of the blocks it stood.
    [[nodiscard]] int found() const noexcept { return found_; }
    [[nodiscard]] int blocks() const noexcept { return blocks_; }

    static void look_at(void* block) noexcept {
        freed_memory* const me = watching();
        if (me == nullptr || block == nullptr) return;
        ++me->blocks_;
        const std::string_view bytes{static_cast<const char*>(block), ::malloc_usable_size(block)};
        if (bytes.find(me->text_) != std::string_view::npos) ++me->found_;
    }

  private:
    static freed_memory*& watching() noexcept {
        static thread_local freed_memory* one = nullptr;
        return one;
    }

    std::string_view text_;
    int found_ = 0;
    int blocks_ = 0;
};

}  // namespace support

extern "C" {
void __libc_free(void*);
__attribute__((weak)) void free(void* block) noexcept {
    support::freed_memory::look_at(block);
    __libc_free(block);
}
}

#else

namespace support {

class freed_memory {
  public:
    static constexpr bool looks = false;
    explicit freed_memory(std::string_view) noexcept {}
    [[nodiscard]] int found() const noexcept { return 0; }
    [[nodiscard]] int blocks() const noexcept { return 1; }
};

}  // namespace support

#endif
#endif
