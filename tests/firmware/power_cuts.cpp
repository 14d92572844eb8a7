// power_cuts.cpp - the firmware's token_store.cpp on this machine: the power fails at every byte that it erases or programs.
//
//     power_cuts FIRST-SECTOR SECOND-SECTOR     two provision sectors with different refresh tokens
#include "board.hpp"
#include "token_store.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

extern "C" char provisioned[4096], token_sectors[2 * 4096];

namespace {

constexpr std::size_t never = ~std::size_t{0}, unit = 32;
std::size_t until_cut = never;  // bytes that are still erased or programmed
std::size_t cuts;

bool has_power() noexcept {
    if (until_cut == 0) return false;
    if (until_cut != never) --until_cut;
    return true;
}

void require(bool is_so, const char* what) noexcept {
    if (is_so) return;
    std::printf("%s\n", what);
    std::exit(1);
}

void provision(const char* path) {
    std::FILE* const file = std::fopen(path, "rb");
    require(file != nullptr && std::fread(provisioned, 1, sizeof provisioned, file) != 0, "no provision sector");
    std::fclose(file);
}

/// Stores `token` over the flash as it is, with a cut at each byte; at the end without one.
void store(const std::string& token) {
    const std::string before{firmware::newest_refresh_token()};
    static char kept[sizeof token_sectors];
    std::memcpy(kept, token_sectors, sizeof kept);
    for (std::size_t n = 0;; ++n) {
        std::memcpy(token_sectors, kept, sizeof kept);
        until_cut = n;
        firmware::store_refresh_token(token);
        const bool is_through = until_cut != 0;
        until_cut = never;
        const std::string after{firmware::newest_refresh_token()};
        if (is_through) return require(after == token, "a token was stored, and is not there");
        require(after == before || after == token, "after a cut, neither the old token nor the new one is there");
        ++cuts;
        firmware::store_refresh_token("stored after the cut");
        require(firmware::newest_refresh_token() == "stored after the cut", "after a cut, no token can be stored");
    }
}

}  // namespace

void firmware::print(std::string_view text) noexcept { std::fwrite(text.data(), 1, text.size(), stdout); }

void firmware::erase_flash(const void* sector, std::size_t size) noexcept {
    auto* const at = static_cast<char*>(const_cast<void*>(sector));
    require((at - token_sectors) % 4096 == 0 && size == 4096, "what is erased is no sector");
    for (std::size_t n = 0; n < size && has_power(); ++n) at[n] = '\xff';
}

void firmware::program_flash(const void* to, const void* from, std::size_t size) noexcept {
    auto* const at = static_cast<char*>(const_cast<void*>(to));
    if (until_cut == 0) return;
    require(static_cast<std::size_t>(at - token_sectors) % unit == 0 && size == unit, "what is programmed is no unit");
    for (std::size_t n = 0; n < size; ++n) require(at[n] == '\xff', "a unit is programmed twice after one erase");
    for (std::size_t n = 0; n < size && has_power(); ++n) at[n] = static_cast<const char*>(from)[n];
}

int main(int, char** paths) {
    std::memset(token_sectors, 0xff, sizeof token_sectors);
    for (const char* const path : {paths[1], paths[2]}) {
        provision(path);
        std::printf("begins with %s\n", std::string{firmware::newest_refresh_token()}.c_str());
        store("one");
        store(std::string(firmware::max_refresh_token_bytes, 'l'));
        store("three" + std::string(40, '3'));
    }
    const std::string last{firmware::newest_refresh_token()};
    firmware::store_refresh_token(std::string(firmware::max_refresh_token_bytes + 1, 'l'));
    require(firmware::newest_refresh_token() == last, "a token that is too long was stored");
    std::printf("%zu cuts\n", cuts);
}
