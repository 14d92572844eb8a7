// Counts every block of heap of the program: malloc, calloc and realloc, also those that the libraries ask for.
#include "peer.hpp"

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);

static std::size_t blocks = 0;

void* malloc(std::size_t size) { return ++blocks, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return ++blocks, __libc_calloc(count, size); }
void* realloc(void* block, std::size_t size) { return ++blocks, __libc_realloc(block, size); }
}

std::size_t bench::heap_blocks() noexcept { return blocks; }
