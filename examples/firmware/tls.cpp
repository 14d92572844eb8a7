// tls.cpp - what TLS needs of the device: memory, the authority, the time of day, random numbers.
// SPDX-License-Identifier: BSL-1.0
#include "tls.hpp"

#include "board.hpp"
#include "provision.hpp"

#include <mbedtls/entropy.h>
#include <mbedtls/memory_buffer_alloc.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace firmware {
namespace {

alignas(8) unsigned char arena[FIRMWARE_ARENA];  // all that mbedTLS ever allocates
constexpr std::size_t header = 64;               // in which the allocator notes at once how much there is

std::int64_t seconds(void*) noexcept { return utc_seconds(); }

}  // namespace

superoffice::tls_options tls_settings() noexcept {
    mbedtls_memory_buffer_alloc_init(arena, sizeof arena);
    paint(arena + header, sizeof arena - header);
    return {.ca_memory = std::span(provisioned.authority).first(provisioned.authority_size),
            .utc_now = {.seconds = seconds},
            .resume = false};
}

std::size_t tls_arena_used() noexcept { return used_of(arena, sizeof arena); }

}  // namespace firmware

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
