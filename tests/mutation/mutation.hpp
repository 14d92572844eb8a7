// What a header with planted bugs needs: which bug is switched on, and operators that are wrong when it is.
// plant.py includes this file in the copies of the headers. It is no part of the library.
#ifndef SUPEROFFICE_TESTS_MUTATION_HPP
#define SUPEROFFICE_TESTS_MUTATION_HPP

#include <cstdlib>
#include <type_traits>

// The bug that is built in: 0 for none. A bug in a constant shows only there.
#ifndef SUPEROFFICE_MUTANT_BUILT
#define SUPEROFFICE_MUTANT_BUILT 0
#endif

namespace superoffice_mutation {

inline constexpr int most = 20000;
inline unsigned char reached[most];

inline int from_environment() noexcept {
    const char* number = std::getenv("PLANTED_BUG");
    return number == nullptr ? 0 : std::atoi(number);
}

inline const int chosen = from_environment();

// True when the bug `number` is switched on.
constexpr bool on(int number) noexcept {
    if (std::is_constant_evaluated()) return number == SUPEROFFICE_MUTANT_BUILT;
    reached[number] = 1;
    return number == chosen || number == SUPEROFFICE_MUTANT_BUILT;
}

// `a < less_bug<7>{} < b` is `a < b`, and `a <= b` when bug 7 is on. The operands are evaluated once, in the usual order.
#define SUPEROFFICE_MUTATION_OPERATOR(name, is, becomes) \
    template <int Number> \
    struct name {}; \
    template <class Left, int Number> \
    struct name##_left { \
        const Left& left; \
    }; \
    template <class Left, int Number> \
    constexpr name##_left<Left, Number> operator is(const Left & left, name<Number>) noexcept { \
        return {left}; \
    } \
    template <class Left, int Number, class Right> \
    constexpr auto operator is(name##_left<Left, Number> bound, const Right& right) noexcept \
        -> decltype(bound.left is right) { \
        return on(Number) ? static_cast<decltype(bound.left is right)>(bound.left becomes right) \
                          : bound.left is right; \
    }

SUPEROFFICE_MUTATION_OPERATOR(less, <, <=)
SUPEROFFICE_MUTATION_OPERATOR(less_equal, <=, <)
SUPEROFFICE_MUTATION_OPERATOR(greater, >, >=)
SUPEROFFICE_MUTATION_OPERATOR(greater_equal, >=, >)
SUPEROFFICE_MUTATION_OPERATOR(equal, ==, !=)
SUPEROFFICE_MUTATION_OPERATOR(unequal, !=, ==)
SUPEROFFICE_MUTATION_OPERATOR(plus, +, -)
SUPEROFFICE_MUTATION_OPERATOR(minus, -, +)
SUPEROFFICE_MUTATION_OPERATOR(times, *, +)
SUPEROFFICE_MUTATION_OPERATOR(divided, /, *)
SUPEROFFICE_MUTATION_OPERATOR(remainder, %, *)
SUPEROFFICE_MUTATION_OPERATOR(shifted_left, <<, >>)
SUPEROFFICE_MUTATION_OPERATOR(shifted_right, >>, <<)
SUPEROFFICE_MUTATION_OPERATOR(bit_and, &, |)
SUPEROFFICE_MUTATION_OPERATOR(bit_or, |, &)
SUPEROFFICE_MUTATION_OPERATOR(bit_xor, ^, |)
#undef SUPEROFFICE_MUTATION_OPERATOR

// `assign<7>(a) += b` is `a += b`, and `a -= b` when bug 7 is on.
template <int Number, class Left>
struct assigned {
    Left& left;

    template <class Right>
    constexpr void operator+=(const Right& right) noexcept {
        if (on(Number)) {
            left -= right;
        } else {
            left += right;
        }
    }
    template <class Right>
    constexpr void operator-=(const Right& right) noexcept {
        if (on(Number)) {
            left += right;
        } else {
            left -= right;
        }
    }
    template <class Right>
    constexpr void operator|=(const Right& right) noexcept {
        if (on(Number)) {
            left &= right;
        } else {
            left |= right;
        }
    }
    template <class Right>
    constexpr void operator&=(const Right& right) noexcept {
        if (on(Number)) {
            left |= right;
        } else {
            left &= right;
        }
    }
};

template <int Number, class Left>
constexpr assigned<Number, Left> assign(Left& left) noexcept {
    return {left};
}

}  // namespace superoffice_mutation
#endif
