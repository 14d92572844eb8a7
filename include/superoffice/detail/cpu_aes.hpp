// superoffice/detail/cpu_aes.hpp - whether mbedTLS can do AES by this processor's own instructions.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_DETAIL_CPU_AES_HPP
#define SUPEROFFICE_DETAIL_CPU_AES_HPP

#include <superoffice/config.hpp>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#elif defined(_M_X64) || defined(_M_IX86)
#include <intrin.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// True if the processor has instructions for AES and for the product that GCM needs. Costs one instruction, or a look
/// into what the kernel told the program. Elsewhere (microcontrollers among them): false, and no code.
inline bool cpu_has_aes() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    constexpr unsigned wanted = 1U << 25 | 1U << 1;  // AES, PCLMULQDQ
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & wanted) == wanted;
#elif defined(_M_X64) || defined(_M_IX86)
    constexpr int wanted = 1 << 25 | 1 << 1;
    int registers[4] = {};
    __cpuid(registers, 1);
    return (registers[2] & wanted) == wanted;
#elif defined(__aarch64__) && defined(__linux__)
    constexpr unsigned long wanted = 1UL << 3 | 1UL << 4;  // HWCAP_AES, HWCAP_PMULL
    return (getauxval(AT_HWCAP) & wanted) == wanted;
#elif defined(_M_ARM64) || (defined(__aarch64__) && defined(__APPLE__))
    return true;  // all that these systems run on
#else
    return false;
#endif
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
