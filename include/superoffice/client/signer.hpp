// superoffice/client/signer.hpp - what signs the token of a system user: a key in memory, or in a secure element.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_SIGNER_HPP
#define SUPEROFFICE_CLIENT_SIGNER_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/result.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The longest signature, in bytes: that of an RSA key of 4096 bits.
inline constexpr std::size_t max_signature_bytes = 512;

/// Signs with the private key of the application. One function, declared `noexcept`:
///
/// `sign(data, into)`  writes the RSA PKCS#1 v1.5 signature over the SHA-256 of `data` (RFC 8017 section 8.2) to the start of
///                     `into`, which has `max_signature_bytes`, and answers its size. Or it answers an error; its `native`
///                     should be the code of the library or of the chip. It may take its time, since it is called once in six
///                     hours at most, but it must not wait for anything else than its own work.
///
/// `mbedtls_rsa_signer` is one over a key in memory.
template <class Signer>
concept signer = requires(Signer& key, std::string_view data, std::span<std::byte> into) {
    { key.sign(data, into) } noexcept -> std::same_as<result<std::size_t>>;
};

/// Satisfies `signer` and nothing more: a start for a signer over a secure element.
struct signer_archetype {
    result<std::size_t> sign(std::string_view, std::span<std::byte>) noexcept {
        return error{.stage = stage::credential, .code = errc::credential_unavailable};
    }
};
static_assert(signer<signer_archetype>);

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
