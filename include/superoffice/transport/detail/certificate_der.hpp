// superoffice/transport/detail/certificate_der.hpp - finds the subject of a certificate in its DER form, without a TLS library.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATE_DER_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_CERTIFICATE_DER_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

using der_bytes = std::span<const std::byte>;

inline constexpr std::byte der_sequence{0x30};
inline constexpr std::byte der_version{0xa0};  ///< [0], the version of a certificate, which may be absent

/// The size of the element that begins here, with its head (X.690 section 8.1.3). 0 if it has another tag, its length has
/// more than three bytes, or it does not fit into `bytes`.
constexpr std::size_t der_size(der_bytes bytes, std::byte tag = der_sequence) noexcept {
    if (bytes.size() < 2 || bytes[0] != tag) return 0;
    std::size_t size = std::to_integer<std::size_t>(bytes[1]), head = 2;
    if (size >= 0x80) {
        head += size & 0x7f;
        if (head == 2 || head > 5 || bytes.size() < head) return 0;
        size = 0;
        for (std::size_t i = 2; i < head; ++i) size = size << 8 | std::to_integer<std::size_t>(bytes[i]);
    }
    return size <= bytes.size() - head ? head + size : 0;
}

/// The size of an element's tag and length. `der_size` must have accepted the element.
constexpr std::size_t der_head(der_bytes element) noexcept {
    const auto first = std::to_integer<std::size_t>(element[1]);
    return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

/// The subject of the certificate that begins here, as a whole element (RFC 5280 section 4.1); empty if there is none.
constexpr der_bytes subject_of(der_bytes certificate) noexcept {
    std::size_t size = der_size(certificate);
    if (size == 0) return {};
    der_bytes rest = certificate.first(size).subspan(der_head(certificate));
    size = der_size(rest);  // tbsCertificate
    if (size == 0) return {};
    rest = rest.first(size).subspan(der_head(rest));
    rest = rest.subspan(der_size(rest, der_version));
    constexpr std::byte integer{2};
    constexpr std::byte before[] = {integer, der_sequence, der_sequence,
                                    der_sequence};  // number, algorithm, issuer, dates
    for (const std::byte tag : before) {
        size = der_size(rest, tag);
        if (size == 0) return {};
        rest = rest.subspan(size);
    }
    return rest.first(der_size(rest));
}

/// Goes through certificates that lie one after another, at most `most`. Answers where it stopped: at the end, at bytes
/// that are no certificate, or behind the last one that it may take. `count` becomes the number of certificates passed.
constexpr std::size_t end_of_certificates(der_bytes all, std::uint32_t most, std::uint32_t& count) noexcept {
    std::size_t at = 0;
    for (count = 0; count != most && !subject_of(all.subspan(at)).empty(); ++count) at += der_size(all.subspan(at));
    return at;
}

/// Whether two names may be the same to a TLS library, which ignores case and the difference between PrintableString and
/// UTF8String. Answers true for every pair that is the same and is DER, whose lengths have one form only, and for a few
/// others.
constexpr bool may_be_same_name(der_bytes a, der_bytes b) noexcept {
    if (a.size() != b.size()) return false;
    const auto plain = [](std::byte each) {
        constexpr char utf8_string = 0x0c, printable_string = 0x13;
        const char c = ascii::to_lower(std::to_integer<char>(each));
        return c == printable_string ? utf8_string : c;
    };
    for (std::size_t i = 0; i < a.size(); ++i)
        if (plain(a[i]) != plain(b[i])) return false;
    return true;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
