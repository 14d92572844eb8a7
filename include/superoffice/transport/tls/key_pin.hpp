// superoffice/transport/tls/key_pin.hpp - the SHA-256 of a public key that a server must show.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_KEY_PIN_HPP
#define SUPEROFFICE_TRANSPORT_TLS_KEY_PIN_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/base64.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The SHA-256 of the SubjectPublicKeyInfo of a certificate, as in RFC 7469 section 2.4. It stays the same when a
/// certificate is renewed with the same key. It is no secret. To get one:
///
///     openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary |
///     base64
struct key_pin {
    std::uint8_t sha256[32] = {};

    friend constexpr bool operator==(const key_pin&, const key_pin&) noexcept = default;
};

namespace detail {

inline void a_key_pin_is_44_characters_of_base64() noexcept {
}  // called in a constant expression: the compiler's message

}  // namespace detail

/// Reads the base64 of 32 bytes, 44 characters of which the last is '=', with or without curl's "sha256//" before them.
/// False, and `into` is left as it was, for anything else.
[[nodiscard]] constexpr bool parse_key_pin(std::string_view text, key_pin& into) noexcept {
    constexpr std::string_view prefix = "sha256//";
    if (detail::ascii::begins_with(text, prefix)) text.remove_prefix(prefix.size());
    if (text.size() != 44 || text[43] != '=') return false;
    key_pin found;
    std::uint32_t bits = 0;
    std::size_t size = 0;
    for (std::size_t at = 0; at < 43; ++at) {
        const int digit = detail::base64_digit(text[at]);
        if (digit < 0) return false;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        // Each digit but the first of four completes a byte.
        if (at % 4 != 0) found.sha256[size++] = static_cast<std::uint8_t>(bits >> (6 - at % 4 * 2) & 0xff);
    }
    if ((bits & 3) != 0) return false;  // the last digit carries four bits
    into = found;
    return true;
}

/// The same for a pin in the source: any other text is a compile error.
consteval key_pin key_pin_of(std::string_view text) noexcept {
    key_pin found;
    if (!parse_key_pin(text, found)) detail::a_key_pin_is_44_characters_of_base64();
    return found;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
