// Memory that ends at an unreadable page: a read behind the placed bytes ends the test at once.
#ifndef SUPEROFFICE_TESTS_SUPPORT_GUARD_PAGE_HPP
#define SUPEROFFICE_TESTS_SUPPORT_GUARD_PAGE_HPP

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace support {

class guard_page {
  public:
    /// For texts of up to `capacity` bytes.
    explicit guard_page(std::size_t capacity) {
#ifdef _WIN32
        SYSTEM_INFO system;
        GetSystemInfo(&system);
        const std::size_t page = system.dwPageSize;
#else
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
#endif
        usable_ = (capacity + page - 1) / page * page;
        whole_ = usable_ + page;
#ifdef _WIN32
        memory_ = static_cast<char*>(VirtualAlloc(nullptr, whole_, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
        DWORD before = 0;
        if (memory_ == nullptr || !VirtualProtect(memory_ + usable_, page, PAGE_NOACCESS, &before)) std::abort();
#else
        void* const memory = mmap(nullptr, whole_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) std::abort();
        memory_ = static_cast<char*>(memory);
        if (mprotect(memory_ + usable_, page, PROT_NONE) != 0) std::abort();
#endif
    }
    ~guard_page() {
#ifdef _WIN32
        VirtualFree(memory_, 0, MEM_RELEASE);
#else
        munmap(memory_, whole_);
#endif
    }
    guard_page(const guard_page&) = delete;
    guard_page& operator=(const guard_page&) = delete;

    /// A copy of the text whose last byte is the last that may be read. The one before it is gone.
    char* place(std::string_view text) {
        if (text.size() > usable_) std::abort();
        char* const start = memory_ + usable_ - text.size();
        if (!text.empty()) std::memcpy(start, text.data(), text.size());
        return start;
    }

  private:
    char* memory_ = nullptr;
    std::size_t usable_ = 0;
    std::size_t whole_ = 0;
};

}  // namespace support
#endif
