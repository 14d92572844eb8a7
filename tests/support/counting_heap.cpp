// Replaces operator new and delete for the whole program (C++ [replacement.functions]) by ones that count.
#include "support/counting_heap.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> asked_for{0};
std::atomic<bool> is_empty{false};

void* take(std::size_t size) noexcept {
    asked_for.fetch_add(1, std::memory_order_relaxed);
    return is_empty ? nullptr : std::malloc(size != 0 ? size : 1);
}

void* take_or_end(std::size_t size) noexcept {
    void* const block = take(size);
    if (block == nullptr) std::abort();  // the tests are also built without exceptions
    return block;
}

// Over-aligned blocks: the address of what malloc gave stands just before the block.
void* take_aligned(std::size_t size, std::align_val_t alignment) noexcept {
    const auto step = static_cast<std::size_t>(alignment);
    char* const whole = static_cast<char*>(take(size + step + sizeof(void*)));
    if (whole == nullptr) return nullptr;
    char* block = whole + sizeof(void*);
    block += (step - reinterpret_cast<std::size_t>(block) % step) % step;
    reinterpret_cast<void**>(block)[-1] = whole;
    return block;
}

void give_aligned(void* block) noexcept {
    if (block != nullptr) std::free(static_cast<void**>(block)[-1]);
}

}  // namespace

std::size_t support::allocations() noexcept { return asked_for.load(std::memory_order_relaxed); }

support::empty_heap::empty_heap() noexcept { is_empty = true; }
support::empty_heap::~empty_heap() { is_empty = false; }

void* operator new(std::size_t size) { return take_or_end(size); }
void* operator new[](std::size_t size) { return take_or_end(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void* operator new(std::size_t size, std::align_val_t to) {
    void* const block = take_aligned(size, to);
    if (block == nullptr) std::abort();
    return block;
}
void* operator new[](std::size_t size, std::align_val_t to) { return operator new(size, to); }
void* operator new(std::size_t size, std::align_val_t to, const std::nothrow_t&) noexcept {
    return take_aligned(size, to);
}
void* operator new[](std::size_t size, std::align_val_t to, const std::nothrow_t&) noexcept {
    return take_aligned(size, to);
}

void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { give_aligned(block); }
void operator delete[](void* block, std::align_val_t) noexcept { give_aligned(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { give_aligned(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { give_aligned(block); }
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept { give_aligned(block); }
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept { give_aligned(block); }
