// superoffice/base/assertion.hpp - what happens when a program uses the library wrongly and it only shows at run time.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_ASSERTION_HPP
#define SUPEROFFICE_BASE_ASSERTION_HPP

#include <superoffice/base/config.hpp>

// The default prints a sentence only where there is an operating system with a console. Firmware gets no stdio.
#if !defined(SUPEROFFICE_ASSERT) && !defined(NDEBUG) && (defined(__unix__) || defined(__APPLE__) || defined(_WIN32))
#include <cstdio>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Ends the program where a debugger can see it.
inline void trap() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
    __debugbreak();
#else
    __builtin_trap();
#endif
}

#if !defined(SUPEROFFICE_ASSERT) && !defined(NDEBUG) && (defined(__unix__) || defined(__APPLE__) || defined(_WIN32))
/// Prints the sentence in the condition's text, `holds() && "the sentence"`, or the whole text, and ends the program.
inline void fail_assertion(const char* file, int line, const char* condition) noexcept {
    const char* text = condition;
    int size = 0, quote = -1;
    for (int n = 0; condition[n] != '\0'; ++n) {
        size = quote < 0 ? n + 1 : size;
        if (condition[n] != '"') continue;
        if (quote < 0) text = condition + n + 1;
        size = quote < 0 ? 0 : n - quote - 1;
        quote = quote < 0 ? n : quote;
    }
    std::fprintf(stderr, "%s:%d: %.*s\n", file, line, size, text);
    trap();
}
#endif

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice

/// Called with a condition that is false only where the program made a mistake, for example where it reads the value of a
/// result that holds an error. Define it before the first include to use your own handler. The default vanishes with NDEBUG;
/// otherwise it traps, after printing a sentence to stderr on Unix, macOS and Windows.
#ifndef SUPEROFFICE_ASSERT
#if defined(NDEBUG)
#define SUPEROFFICE_ASSERT(condition) static_cast<void>(0)
#elif defined(__unix__) || defined(__APPLE__) || defined(_WIN32)
#define SUPEROFFICE_ASSERT(condition) \
    ((condition) ? static_cast<void>(0) : ::superoffice::detail::fail_assertion(__FILE__, __LINE__, #condition))
#else
#define SUPEROFFICE_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::superoffice::detail::trap())
#endif
#endif

#endif
