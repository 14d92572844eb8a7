// tls.hpp - what TLS needs of the device: memory, the authority, the time of day, random numbers.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_TLS_HPP
#define FIRMWARE_TLS_HPP

#include <superoffice/transport/tls/tls_options.hpp>

#include <cstddef>

namespace firmware {

/// Whom to trust, and the clock. The first time, it also gives mbedTLS its arena.
superoffice::tls_options tls_settings() noexcept;

/// How much of the arena was ever used.
std::size_t tls_arena_used() noexcept;

}  // namespace firmware
#endif
