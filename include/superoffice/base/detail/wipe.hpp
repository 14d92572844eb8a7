// superoffice/base/detail/wipe.hpp - zeroes memory that held a secret, in a way that the compiler cannot leave out.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_BASE_DETAIL_WIPE_HPP
#define SUPEROFFICE_BASE_DETAIL_WIPE_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstring>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Zeroes `size` bytes. Compilers remove a plain memset of memory that is not read again. Here the compiler must assume that
/// the bytes are read afterwards.
inline void wipe(void* data, std::size_t size) noexcept {
    if (size == 0) return;  // data may be null then
#if defined(__GNUC__) || defined(__clang__)
    std::memset(data, 0, size);
    __asm__ __volatile__("" : : "r"(data) : "memory");
#else
    for (auto* at = static_cast<volatile unsigned char*>(data); size != 0; ++at, --size) *at = 0;
#endif
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
