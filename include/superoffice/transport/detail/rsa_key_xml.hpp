// superoffice/transport/detail/rsa_key_xml.hpp - .NET's XML form of an RSA key, rewritten as PKCS#1.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_RSA_KEY_XML_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_RSA_KEY_XML_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/detail/base64.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// The most bytes of the tags and lengths: 9 numbers and the sequence, 4 or 5 bytes each.
inline constexpr std::size_t rsa_key_der_overhead = 64;

/// Whether a text is <RSAKeyValue>, perhaps behind a declaration. Source: the vendor delivers keys so; the elements are
/// those of .NET's RSA.ToXmlString.
constexpr bool is_rsa_key_xml(std::string_view text) noexcept {
    return text.find("<RSAKeyValue>") != std::string_view::npos;
}

/// The base64 inside of <name>...</name>; an empty text if there is none.
constexpr std::string_view rsa_key_part(std::string_view xml, std::string_view name) noexcept {
    for (std::size_t at = xml.find(name); at != std::string_view::npos; at = xml.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (at == 0 || xml[at - 1] != '<' || end == xml.size() || xml[end] != '>') continue;
        const std::size_t close = xml.find('<', end);
        return close == std::string_view::npos ? std::string_view{} : ascii::from(ascii::first(xml, close), end + 1);
    }
    return {};
}

/// Writes DER from the end of its memory to the start, since a length stands before what it counts.
class der_writer {
  public:
    explicit der_writer(std::span<std::byte> memory) noexcept : memory_(memory), at_(memory.size()) {}

    void put(std::uint32_t byte) noexcept {
        if (at_ == 0)
            ok_ = false;
        else
            memory_[--at_] = static_cast<std::byte>(byte);
    }
    /// Tag and length of what was written since `end`. Lengths up to 65,535.
    void put_tag_and_length(std::uint32_t tag, std::size_t end) noexcept {
        const auto size = static_cast<std::uint32_t>(end - at_);
        if (size > 0xFFFF) ok_ = false;
        put(size & 0xFF);
        if (size > 0xFF) put(size >> 8);
        if (size > 0x7F) put(size > 0xFF ? 0x82 : 0x81);
        put(tag);
    }
    /// A number that is given as base64 of its bytes, the highest first; blanks and line breaks may stand in between.
    void number(std::string_view base64) noexcept {
        const std::size_t end = at_;
        std::uint32_t bits = 0;
        std::size_t digits = 0;
        for (const char c : base64) digits += base64_digit(c) >= 0;
        const std::size_t over = digits * 6 % 8;  // bits at the end that belong to no byte
        std::uint32_t count = 0, skip = static_cast<std::uint32_t>(over);
        for (std::size_t n = base64.size(); n-- > 0;) {
            const char c = base64[n];
            const int digit = base64_digit(c);
            if (digit < 0) {
                if (c != '=' && c != ' ' && c != '\t' && c != '\r' && c != '\n') ok_ = false;
                continue;
            }
            bits |= static_cast<std::uint32_t>(digit) << count;
            count += 6;
            if (skip != 0) {
                if ((bits & ((1U << skip) - 1)) != 0) ok_ = false;
                bits >>= skip;
                count -= skip;
                skip = 0;
            }
            for (; count >= 8; count -= 8, bits >>= 8) put(bits & 0xFF);
        }
        while (at_ < end && memory_[at_] == std::byte{0}) ++at_;  // DER has no leading zeros ...
        if (at_ == end)
            ok_ = false;
        else if ((memory_[at_] & std::byte{0x80}) != std::byte{0})
            put(0);  // ... but one where it would be negative
        put_tag_and_length(2, end);
    }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] bool ok() const noexcept { return ok_; }

  private:
    std::span<std::byte> memory_;
    std::size_t at_;
    bool ok_ = true;
};

/// Writes the key as RSAPrivateKey (RFC 8017 appendix A.1.2) to the start of `into`, which has as many bytes as the XML
/// and `rsa_key_der_overhead` more. Answers its size; 0 where an element is missing or is no base64.
inline std::size_t rsa_key_to_der(std::string_view xml, std::span<std::byte> into) noexcept {
    constexpr std::string_view names[] = {"InverseQ", "DQ", "DP", "Q", "P", "D", "Exponent", "Modulus"};
    der_writer out{into};
    for (const std::string_view name : names) out.number(rsa_key_part(xml, name));
    out.put(0);  // the version
    out.put(1);
    out.put(2);
    out.put_tag_and_length(0x30, into.size());
    if (!out.ok()) return 0;
    const std::size_t size = into.size() - out.at();
    for (std::size_t n = 0; n < size; ++n) into[n] = into[out.at() + n];
    return size;
}

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
