// superoffice/transport/ip_address.hpp - an IPv4 or IPv6 address as plain bytes, and its text form.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_IP_ADDRESS_HPP
#define SUPEROFFICE_TRANSPORT_IP_ADDRESS_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/loopback.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// An address without its port, in network byte order. This type needs no system header.
struct ip_address {
    std::uint8_t bytes[16] = {};
    std::uint8_t size = 0;    ///< 4, 16, or 0: no address
    std::uint32_t scope = 0;  ///< interface index of a link-local IPv6 address, else 0

    [[nodiscard]] constexpr bool is_v6() const noexcept { return size == 16; }

    friend constexpr bool operator==(const ip_address&, const ip_address&) noexcept = default;
};

namespace detail {

/// Up to eight groups, one `::`, the last two groups possibly as IPv4 (RFC 4291 section 2.2). No scope.
constexpr bool read_ipv6(std::string_view text, std::uint8_t* into) noexcept {
    std::size_t filled = 0, at = 0;
    std::size_t gap = 17;  // where `::` stood; 17: nowhere
    if (text.size() >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        at = 2;
    }
    while (at < text.size()) {
        if (filled == 16) return false;
        if (filled <= 12 && read_ipv4({text.data() + at, text.size() - at}, into + filled)) {
            filled += 4;  // it reaches to the end
            break;
        }
        unsigned group = 0;
        const std::size_t first = at;
        while (at < text.size() && at - first < 4 && ascii::hex_digit(text[at]) >= 0)
            group = group * 16 + static_cast<unsigned>(ascii::hex_digit(text[at++]));
        if (at == first) return false;
        into[filled++] = static_cast<std::uint8_t>(group >> 8);
        into[filled++] = static_cast<std::uint8_t>(group & 0xff);
        if (at == text.size()) break;
        if (text[at++] != ':' || at == text.size()) return false;  // a single colon cannot be last
        if (text[at] == ':') {
            if (gap != 17) return false;
            gap = filled;
            ++at;
        }
    }
    if (gap == 17) return filled == 16;
    if (filled == 16) return false;  // `::` stands for at least one group
    const std::size_t moved = filled - gap;
    for (std::size_t i = 1; i <= moved; ++i) {
        into[16 - i] = into[filled - i];
        into[filled - i] = 0;
    }
    return true;
}

}  // namespace detail

/// Reads an IPv4 or an IPv6 literal without brackets and without a scope: "127.0.0.1", "::1". False for anything else,
/// which is a name then. Costs one pass over the text.
[[nodiscard]] constexpr bool parse_ip_address(std::string_view text, ip_address& into) noexcept {
    ip_address read;
    if (detail::read_ipv4(text, read.bytes)) {
        read.size = 4;
    } else {
        read = {};
        if (!detail::read_ipv6(text, read.bytes)) return false;
        read.size = 16;
    }
    into = read;
    return true;
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
