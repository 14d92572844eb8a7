// superoffice/transport/tls/detail/read_ahead.hpp - receives TLS records before mbedTLS asks for them, in the memory of the caller of `receive`.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_TLS_DETAIL_READ_AHEAD_HPP
#define SUPEROFFICE_TRANSPORT_TLS_DETAIL_READ_AHEAD_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// mbedTLS asks for the header of a record and then for its rest, which are two calls of the link below. With this
/// class the link is called once, and it fills the memory that the text of the record is for; mbedTLS then takes its
/// pieces from there. The text may overwrite the record that it is decrypted from: it is shorter, and mbedTLS has a
/// copy. To stay shorter, the memory must begin with the first byte of a record.
///
/// Nothing is left for the next call: after the first text the caller continues, `draining`, until mbedTLS has taken
/// all.
class read_ahead {
  public:
    /// Smaller memory is not worth it; the check of a kept connection, one byte, is such a case.
    static constexpr std::size_t least = 64;
    /// RFC 8446 section 5.1: the type of the record, a version, and in the last two bytes its length.
    static constexpr std::size_t header_bytes = 5;

    /// A new connection: the next byte is the first of a record.
    void start_over() noexcept { *this = read_ahead(); }

    /// `receive` begins: this memory holds no text yet.
    void begin(std::span<std::byte> memory) noexcept {
        room_ = memory.size() < least ? std::span<std::byte>{} : memory;
        left_ = {};
        draining_ = false;
    }
    /// The memory holds text now: what is left of the records is used up, and nothing more is received.
    void drain() noexcept {
        room_ = {};
        draining_ = true;
    }
    void end() noexcept { begin({}); }

    [[nodiscard]] bool empty() const noexcept { return left_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return left_.size(); }
    [[nodiscard]] bool is_draining() const noexcept { return draining_; }

    /// The memory into which the link below should receive: the memory of the caller, or `wanted`, which is mbedTLS's.
    [[nodiscard]] std::span<std::byte> room_for(std::span<std::byte> wanted) const noexcept {
        return rest_ == 0 && header_ == 0 && !room_.empty() ? room_ : wanted;
    }
    /// `count` bytes were received into the memory.
    void arrived(std::size_t count) noexcept { left_ = room_.first(count); }

    /// Copies as many bytes as are wanted and there, and answers how many.
    std::size_t take(std::span<std::byte> into) noexcept {
        const std::size_t count = into.size() < left_.size() ? into.size() : left_.size();
        if (count != 0) std::memcpy(into.data(), left_.data(), count);
        left_ = left_.subspan(count);
        return count;
    }

    /// mbedTLS got this, from the memory or from the link: a piece of a header or of what follows it, never of both.
    void given(std::span<const std::byte> piece) noexcept {
        if (rest_ != 0) {
            rest_ -= piece.size() < rest_ ? piece.size() : rest_;
            return;
        }
        for (std::size_t n = 0; n != piece.size(); ++n) {
            if (header_ == 0) note_type(std::to_integer<int>(piece[n]));
            size_ = static_cast<std::uint16_t>(size_ << 8 | static_cast<std::uint16_t>(piece[n]));
            if (++header_ != header_bytes) continue;
            rest_ = size_;
            header_ = 0;
        }
    }

    /// A record of the handshake was given, and no data since. Behind a handshake of TLS 1.2 that is a HelloRequest.
    [[nodiscard]] bool has_handshake_record() const noexcept { return has_handshake_record_; }
    void forget_handshake_record() noexcept { has_handshake_record_ = false; }

  private:
    /// The first byte of a record (RFC 8446 section 5.1): 22 is handshake, 23 is data.
    void note_type(int type) noexcept {
        if (type == 22) has_handshake_record_ = true;
        if (type == 23) has_handshake_record_ = false;
    }

    std::span<std::byte> room_;
    std::span<const std::byte> left_;
    std::size_t rest_ = 0;     ///< of the record that mbedTLS has begun
    std::uint16_t size_ = 0;   ///< the last two bytes of its header
    std::uint8_t header_ = 0;  ///< how many bytes of a header it has
    bool draining_ = false;
    bool has_handshake_record_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
