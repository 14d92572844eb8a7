// provision.cpp - checks what was written into the device's flash before anything reads it.
// SPDX-License-Identifier: BSL-1.0
#include "provision.hpp"

#include "board.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace firmware {
namespace {

struct room {
    std::uint16_t at, size;
    const char* name;
};
#define FIRMWARE_ROOM(member) \
    room { offsetof(provision, member), sizeof(provision::member), #member }
constexpr room texts[] = {FIRMWARE_ROOM(base_url),          FIRMWARE_ROOM(token),         FIRMWARE_ROOM(login_url),
                          FIRMWARE_ROOM(client_id),         FIRMWARE_ROOM(client_secret), FIRMWARE_ROOM(refresh_token),
                          FIRMWARE_ROOM(system_user_token), FIRMWARE_ROOM(context)};
#undef FIRMWARE_ROOM

bool does_not_fit(std::string_view name) noexcept {
    print("wrong provision: ");
    print(name);
    print(" does not fit\n");
    return false;
}

}  // namespace

bool is_sound(const provision& of) noexcept {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(&of);
    for (const room& text : texts)
        if (std::memchr(bytes + text.at, 0, text.size) == nullptr) return does_not_fit(text.name);
    if (of.authority_size > sizeof of.authority) return does_not_fit("authority");
    if (of.private_key_size > sizeof of.private_key) return does_not_fit("private_key");
    return true;
}

}  // namespace firmware
