// token_store.cpp - two sectors of flash; one of them always holds a whole refresh token.
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

/// What the flash programs at once, in a chip with ECC only once after each erase: 8 bytes in an STM32L4 and G4, 32 in an
/// STM32H7. 32 is right for each of them. The provision sector and each token sector start at a multiple of it.
constexpr std::size_t flash_unit = 32;
constexpr std::size_t sector_bytes = 4096;

/// Who can read the flash can read the token. A device that has a key of its own encrypts it here.
struct record {
    std::uint32_t number;  // the higher one is newer
    std::uint32_t size;
    std::uint64_t origin;  // `origin()` of the provisioned token that it descends from
    char token[max_refresh_token_bytes];
    // A unit of its own, which is written last: so a record that was cut off does not count.
    std::uint32_t complement;  // of `number`
    char padding[flash_unit - sizeof complement];
};
static_assert(offsetof(record, complement) % flash_unit == 0 && sizeof(record) % flash_unit == 0);
static_assert(sizeof(record) <= sector_bytes);

const record& sector(std::size_t n) noexcept {
    return *reinterpret_cast<const record*>(token_sectors + n * sector_bytes);
}

/// FNV-1a of 64 bits: tells one token from another, and does not give it away.
std::uint64_t origin() noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char* at = provisioned.refresh_token; *at != '\0'; ++at)
        hash = (hash ^ static_cast<unsigned char>(*at)) * 0x100000001b3;
    return hash;
}

bool is_whole(const record& r) noexcept {
    return r.number == ~r.complement && r.size <= sizeof r.token && r.origin == origin();
}

/// nullptr where none was stored yet.
const record* newest() noexcept {
    const record *const a = &sector(0), *const b = &sector(1);
    if (!is_whole(*a)) return is_whole(*b) ? b : nullptr;
    return is_whole(*b) && b->number > a->number ? b : a;
}

/// Programs whole units, each of them once. Zeroes its memory, which held a piece of the token.
class flash_writer {
  public:
    explicit flash_writer(const void* to) noexcept { go_to(to); }
    flash_writer(const flash_writer&) = delete;
    flash_writer& operator=(const flash_writer&) = delete;
    ~flash_writer() {
        for (volatile unsigned char& byte : unit_) byte = 0;
    }

    void go_to(const void* to) noexcept { to_ = static_cast<const unsigned char*>(to); }
    void add(const void* from, std::size_t size) noexcept {
        for (std::size_t n = 0; n < size; ++n) {
            unit_[used_++] = static_cast<const unsigned char*>(from)[n];
            if (used_ == flash_unit) finish_unit();
        }
    }
    void finish_unit() noexcept {
        if (used_ == 0) return;
        while (used_ < flash_unit) unit_[used_++] = 0xff;
        program_flash(to_, unit_, flash_unit);
        to_ += flash_unit;
        used_ = 0;
    }

  private:
    const unsigned char* to_ = nullptr;
    std::size_t used_ = 0;
    alignas(8) unsigned char unit_[flash_unit];
};

}  // namespace

std::string_view newest_refresh_token() noexcept {
    const record* const r = newest();
    return r != nullptr ? std::string_view{r->token, r->size} : std::string_view{provisioned.refresh_token};
}

void store_refresh_token(std::string_view token) noexcept {
    if (token.size() > sizeof(record::token)) return print("the new refresh token is too long to be kept\n");
    const record* const last = newest();
    const record& to = sector(last == &sector(0) ? 1 : 0);
    const struct {
        std::uint32_t number, size;
        std::uint64_t origin;
    } head = {last != nullptr ? last->number + 1 : 1, static_cast<std::uint32_t>(token.size()), origin()};
    const std::uint32_t complement = ~head.number;

    erase_flash(&to, sector_bytes);
    flash_writer flash{&to};
    flash.add(&head, sizeof head);
    flash.add(token.data(), token.size());
    flash.finish_unit();
    flash.go_to(&to.complement);
    flash.add(&complement, sizeof complement);
    flash.finish_unit();
}

}  // namespace firmware
