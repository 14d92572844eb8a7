// token_store.cpp - two sectors of flash, of which always one holds a whole refresh token.
// SPDX-License-Identifier: BSL-1.0
#include "token_store.hpp"

#include "board.hpp"
#include "provision.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

// From the linker script.
extern "C" const std::byte token_sectors[];

namespace firmware {
namespace {

/// Who can read the flash can read the token. A device that has a key of its own encrypts it here.
struct record {
    std::uint32_t number;  // the higher one is newer
    std::uint32_t size;
    char token[256];
    std::uint32_t complement;  // of `number`: written last, so that a record which was cut off does not count
};

constexpr std::size_t sector_bytes = 4096;

const record& sector(std::size_t n) noexcept {
    return *reinterpret_cast<const record*>(token_sectors + n * sector_bytes);
}
bool is_whole(const record& r) noexcept { return r.number == ~r.complement && r.size <= sizeof r.token; }

/// nullptr where none was stored yet.
const record* newest() noexcept {
    const record *const a = &sector(0), *const b = &sector(1);
    if (!is_whole(*a)) return is_whole(*b) ? b : nullptr;
    return is_whole(*b) && b->number > a->number ? b : a;
}

}  // namespace

std::string_view newest_refresh_token() noexcept {
    const record* const r = newest();
    return r != nullptr ? std::string_view{r->token, r->size} : std::string_view{provisioned.refresh_token};
}

void store_refresh_token(std::string_view token) noexcept {
    const record* const last = newest();
    const std::uint32_t number = last != nullptr ? last->number + 1 : 1, complement = ~number;
    const auto size = static_cast<std::uint32_t>(token.size());
    if (size > sizeof(record::token)) return print("the new refresh token is too long to be kept\n");
    const record& to = sector(last == &sector(0) ? 1 : 0);
    erase_flash(&to, sector_bytes);
    program_flash(&to.number, &number, sizeof number);
    program_flash(&to.size, &size, sizeof size);
    program_flash(to.token, token.data(), token.size());
    program_flash(&to.complement, &complement, sizeof complement);
}

}  // namespace firmware
