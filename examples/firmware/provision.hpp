// provision.hpp - what is written into a device's flash when it is installed, apart from its program.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_PROVISION_HPP
#define FIRMWARE_PROVISION_HPP

#include <cstddef>
#include <cstdint>

namespace firmware {

/// Stands in the flash sector that the linker script names. `run` makes one for the local service.
struct provision {
    char base_url[128];  ///< a NUL ends each text
    char token[128];     ///< of the credential that the firmware was built for: see credential.hpp
    char login_url[64];
    char client_id[64];
    char client_secret[64];
    char refresh_token[128];
    char system_user_token[128];
    char context[16];
    std::int32_t task_to_get;
    std::int32_t task_to_watch;
    std::uint32_t authority_size;
    std::byte authority[2048];  ///< DER certificate of the authority that signs the server's
    std::uint32_t private_key_size;
    std::byte private_key[1280];  ///< the application's, RSA of 2048 bits, DER (PKCS#1 or PKCS#8)
};
static_assert(sizeof(provision) <= 4096, "the provision stands in one sector");

extern "C" const provision provisioned;

/// False where a value does not fit into its room, and then it says on the console which one. Without this check a text
/// that has no NUL would go on into the secret behind it. The program asks before it reads anything.
bool is_sound(const provision& of) noexcept;

}  // namespace firmware
#endif
