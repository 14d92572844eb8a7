// tls.cpp - what TLS needs of the device: memory, the authority, the time of day, random numbers.
// SPDX-License-Identifier: BSL-1.0
#include "tls.hpp"

#include "board.hpp"
#include "provision.hpp"

#include <mbedtls/aes.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/entropy.h>
#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace firmware {
namespace {

alignas(8) unsigned char arena[FIRMWARE_ARENA];  // all that mbedTLS ever allocates
constexpr std::size_t header = 64;               // in which the allocator notes at once how much there is

std::int64_t seconds(void*) noexcept { return utc_seconds(); }

}  // namespace

superoffice::tls_options tls_settings() noexcept {
    if (static bool has_arena; !std::exchange(has_arena, true)) {
        mbedtls_memory_buffer_alloc_init(arena, sizeof arena);
        paint(arena + header, sizeof arena - header);
    }
    return {.ca_memory = std::span(provisioned.authority).first(provisioned.authority_size),
            .utc_now = {.seconds = seconds},
            .resume = false};
}

std::size_t tls_arena_used() noexcept { return used_of(arena, sizeof arena); }

}  // namespace firmware

// What mbedtls_config.h leaves out, see there.
extern "C" int mbedtls_aes_setkey_dec(mbedtls_aes_context*, const unsigned char*, unsigned) {
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}
extern "C" int mbedtls_internal_aes_decrypt(mbedtls_aes_context*, const unsigned char*, unsigned char*) {
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}
extern "C" int mbedtls_ecdsa_can_do(mbedtls_ecp_group_id group) { return group == MBEDTLS_ECP_DP_SECP256R1 ? 1 : 0; }
extern "C" int mbedtls_ecdsa_sign(mbedtls_ecp_group*, mbedtls_mpi*, mbedtls_mpi*, const mbedtls_mpi*,
                                  const unsigned char*, std::size_t, int (*)(void*, unsigned char*, std::size_t),
                                  void*) {
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

/// A STAND-IN, NOT RANDOM, NOT FIT FOR USE: this board has no source of entropy, and keys made of this can be guessed. A
/// device asks its random number generator here.
extern "C" int mbedtls_hardware_poll(void*, unsigned char* output, std::size_t size, std::size_t* written) {
    auto state = static_cast<std::uint32_t>(firmware::utc_seconds()) ^ firmware::ticks();
    for (std::size_t n = 0; n < size; ++n) {
        state = state * 1664525 + 1013904223;
        output[n] = static_cast<unsigned char>(state >> 24);
    }
    *written = size;
    return 0;
}
