// Counts every operator new of the program, the libraries' included. counting_heap.cpp is linked in once.
#ifndef SUPEROFFICE_TESTS_SUPPORT_COUNTING_HEAP_HPP
#define SUPEROFFICE_TESTS_SUPPORT_COUNTING_HEAP_HPP

#include <cstddef>

namespace support {

/// How many blocks the program has asked for since it started.
std::size_t allocations() noexcept;

/// How many blocks were asked for since this was made.
class allocation_count {
  public:
    allocation_count() noexcept : before_(allocations()) {}
    std::size_t so_far() const noexcept { return allocations() - before_; }

  private:
    std::size_t before_;
};

/// While one of these lives there is no memory to be had: for what asks without exceptions, `new (std::nothrow)`.
class empty_heap {
  public:
    empty_heap() noexcept;
    ~empty_heap();
    empty_heap(const empty_heap&) = delete;
    empty_heap& operator=(const empty_heap&) = delete;
};

}  // namespace support
#endif
