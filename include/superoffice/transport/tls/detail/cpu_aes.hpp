// superoffice/transport/tls/detail/cpu_aes.hpp - whether this processor has instructions for AES that mbedTLS makes good use of.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_CPU_AES_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_CPU_AES_HPP

#include <superoffice/base/config.hpp>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// True on a 64-bit ARM with instructions for AES and for the product that GCM needs. Costs a look into what the kernel
/// told the program. Elsewhere false, and no code: `mbedtls_api::has_fast_aes` says why nobody asks for x86.
inline bool cpu_has_aes() noexcept {
#if defined(__aarch64__) && defined(__linux__)
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
