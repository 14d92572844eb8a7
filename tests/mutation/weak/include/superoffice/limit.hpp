// superoffice/limit.hpp - no part of the library: what test_plant.py plants bugs into.
#ifndef SUPEROFFICE_TESTS_MUTATION_WEAK_LIMIT_HPP
#define SUPEROFFICE_TESTS_MUTATION_WEAK_LIMIT_HPP

namespace superoffice {

inline constexpr int most = 8;

constexpr bool fits(int size) noexcept {
    if (size < 0) return false;
    return size <= most;
}

/// The larger one.
constexpr int larger(int a, int b) noexcept { return a < b ? b : a; }

/// Ends in any case, but only with the test that looks at the number.
constexpr int count_down(int from) noexcept {
    int steps = 0;
    while (from > 0) {
        from -= 1;
        ++steps;
    }
    return steps;
}

}  // namespace superoffice
#endif
