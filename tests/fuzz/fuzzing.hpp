// tests/fuzz/fuzzing.hpp - what every fuzz target uses: its input taken apart, and what has to hold.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_FUZZ_FUZZING_HPP
#define SUPEROFFICE_TESTS_FUZZ_FUZZING_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

/// What libFuzzer calls, once for each input. Each target is one file that defines it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzzing {

/// Ends the run, as the sanitizers do; libFuzzer then keeps the input.
#define MUST(condition) \
    do { \
        if (!(condition)) { \
            std::fprintf(stderr, "%s:%d: MUST(%s)\n", __FILE__, __LINE__, #condition); \
            std::abort(); \
        } \
    } while (false)

/// An input: the text to be read from its front, and the numbers that say how from its back. So a file that holds
/// nothing but a document is a good seed.
class input {
  public:
    input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    /// 0 to 255; 0 where there is no byte left.
    std::size_t number() {
        if (rest_.empty()) return 0;
        const auto last = static_cast<unsigned char>(rest_.back());
        rest_.remove_suffix(1);
        return last;
    }
    /// From the front up to the next of these, which is dropped.
    std::string_view until(char end) {
        const std::size_t size = rest_.find(end);
        const std::string_view part = rest_.substr(0, size);
        rest_.remove_prefix(size == rest_.npos ? rest_.size() : size + 1);
        return part;
    }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

/// Sizes of pieces: the same in every run, and different for every number.
class pieces {
  public:
    explicit pieces(std::size_t seed) : state_(static_cast<std::uint32_t>(seed) * 2654435761U + 1) {}
    /// 1 up to `most`, mostly small.
    std::size_t next(std::size_t most) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        const std::size_t wide = state_ % 8 == 0 ? most : 9;
        const std::size_t size = 1 + (state_ >> 8) % wide;
        return size < most ? size : most;
    }

  private:
    std::uint32_t state_;
};

/// Bytes on the heap, just so many: the address sanitizer sees the first one that is touched beyond either end.
class exact_memory {
  public:
    explicit exact_memory(std::size_t size) : data_(new char[size]), size_(size) {}
    /// A copy of the text, and `more` bytes of `filler` behind it.
    explicit exact_memory(std::string_view text, std::size_t more = 0, char filler = '#')
        : exact_memory(text.size() + more) {
        if (!text.empty()) std::memcpy(data(), text.data(), text.size());
        if (more != 0) std::memset(data() + text.size(), filler, more);
    }
    char* data() const { return data_.get(); }
    std::size_t size() const { return size_; }
    std::string_view text() const { return {data_.get(), size_}; }

  private:
    std::unique_ptr<char[]> data_;
    std::size_t size_;
};

/// The part lies in the whole, or is empty.
inline bool is_within(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// What breaks a head apart.
inline bool breaks_line(std::string_view text) {
    constexpr char breaking[] = {'\r', '\n', '\0'};
    return text.find_first_of(std::string_view{breaking, sizeof breaking}) != text.npos;
}

}  // namespace fuzzing
#endif
