// signing_key.hpp - the application's private key, in flash: it is in RAM only while it signs.
// SPDX-License-Identifier: BSL-1.0
#ifndef FIRMWARE_SIGNING_KEY_HPP
#define FIRMWARE_SIGNING_KEY_HPP

#include "provision.hpp"
#include "shared_link.hpp"
#include "tls.hpp"

#include <superoffice/batch.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace firmware {

/// A `superoffice::signer`. A SECURE ELEMENT STANDS HERE in a device that has one: its `sign` hashes `data` by SHA-256,
/// lets the chip make the RSA signature (2048 bits, PKCS#1 v1.5), and answers the size. It needs neither the link nor TLS:
/// porting.md has the list of what changes.
///
/// `Link` is the `tls` that client and log-in use.
template <class Link>
class signing_key {
  public:
    explicit signing_key(shared_link<Link>& shared) noexcept : shared_(&shared) {}

    /// Makes the link anew first: its record buffers and authorities take 7 KB of mbedTLS's arena, and an RSA signature
    /// takes as much as a handshake. So the arena need not hold both. No call is cut off, since the next connection is that
    /// of the log-in.
    superoffice::result<std::size_t> sign(std::string_view data, std::span<std::byte> into) noexcept {
        Link* const link = &shared_->link;
        std::destroy_at(link);
        ::new (static_cast<void*>(link)) Link{tls_settings()};
        shared_->user = nullptr;
        superoffice::mbedtls_rsa_signer key;  // its destructor zeroes the key
        if (const auto loaded = key.load(std::span(provisioned.private_key).first(provisioned.private_key_size));
            !loaded)
            return loaded.error();
        return key.sign(data, into);
    }

  private:
    shared_link<Link>* shared_;
};
}  // namespace firmware
#endif
