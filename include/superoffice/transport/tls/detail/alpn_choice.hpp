// superoffice/transport/tls/detail/alpn_choice.hpp - did the server choose an application protocol that was not offered?
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_ALPN_CHOICE_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_ALPN_CHOICE_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The only protocol that is offered (ALPN, RFC 7301).
inline constexpr const char* offered_protocol = "http/1.1";

/// Reads the extension out of a ServerHello (RFC 5246 section 7.4.1.3) or out of EncryptedExtensions (RFC 8446 section
/// 4.3.1). `message` begins with its head of four bytes. mbedTLS reports such a choice by codes that mean many other
/// things as well, so the message itself is read.
inline bool chose_other_protocol(const unsigned char* message, std::size_t message_size,
                                 std::string_view offered) noexcept {
    constexpr std::size_t head = 4;
    constexpr std::size_t alpn = 16;
    constexpr unsigned char server_hello = 2, encrypted_extensions = 8;
    const auto number = [&](std::size_t at) {
        return at + 2 <= message_size ? static_cast<std::size_t>(message[at] << 8 | message[at + 1]) : 0;
    };
    std::size_t at = head;
    if (message_size <= head || (message[0] != server_hello && message[0] != encrypted_extensions)) return false;
    if (message[0] == server_hello && message_size <= head + 2 + 32) return false;
    if (message[0] == server_hello)  // version, random, size of the session id, cipher suite, compression, session id
        at += std::size_t{2 + 32 + 1 + 2 + 1} + message[head + 2 + 32];
    std::size_t end = at + 2 + number(at);
    if (end > message_size) end = message_size;
    for (at += 2; at + 4 <= end; at += 4 + number(at + 2)) {
        if (number(at) != alpn || at + 7 > end) continue;
        const std::size_t size = message[at + 6];  // behind the type, the size, and the size of the list
        return size != offered.size() || at + 7 + size > end ||
               std::memcmp(message + at + 7, offered.data(), size) != 0;
    }
    return false;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
