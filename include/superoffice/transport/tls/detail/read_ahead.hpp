// superoffice/transport/tls/detail/read_ahead.hpp - TLS records that were received before mbedTLS asked for them, in the receiver's memory.
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

/// mbedTLS asks for a record's header and then for the rest of it, which is two looks at the link below. With this the
/// link is asked once, for as much as there is room in the memory that the record's text is for; mbedTLS then gets its
/// pieces from there. The text may overwrite what it was made from: it is shorter, and mbedTLS has a copy. So that it
/// stays shorter, only whole records may stand there: it begins with a record's first byte.
///
/// Nothing is ever left for the next call: whoever was given text goes on, `draining`, until mbedTLS has all of it.
class read_ahead {
  public:
    /// Smaller memory than this is not worth it, a look at a kept connection among it.
    static constexpr std::size_t least = 64;
    /// RFC 8446 section 5.1: what the record is, and in the last two bytes how long.
    static constexpr std::size_t header_bytes = 5;

    /// A new connection: the next byte is the first of a record.
    void start_over() noexcept { *this = read_ahead(); }

    /// From now on there is this memory, in which no text stands yet.
    void begin(std::span<std::byte> memory) noexcept {
        room_ = memory.size() < least ? std::span<std::byte>{} : memory;
        left_ = {};
        draining_ = false;
    }
    /// There is text in it now: what is left is used up, and no more received.
    void drain() noexcept {
        room_ = {};
        draining_ = true;
    }
    void end() noexcept { begin({}); }

    [[nodiscard]] bool empty() const noexcept { return left_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return left_.size(); }
    [[nodiscard]] bool is_draining() const noexcept { return draining_; }

    /// Where to receive what is wanted there: in the memory, or just there.
    [[nodiscard]] std::span<std::byte> room_for(std::span<std::byte> wanted) const noexcept {
        return rest_ == 0 && header_ == 0 && !room_.empty() ? room_ : wanted;
    }
    /// So many bytes have come into the memory.
    void arrived(std::size_t count) noexcept { left_ = room_.first(count); }

    /// Gives as much as is wanted and there; how much that is.
    std::size_t take(std::span<std::byte> into) noexcept {
        const std::size_t count = into.size() < left_.size() ? into.size() : left_.size();
        if (count != 0) std::memcpy(into.data(), left_.data(), count);
        left_ = left_.subspan(count);
        return count;
    }

    /// mbedTLS was given this, from wherever: a piece of a header or of what follows it, never of both.
    void given(std::span<const std::byte> piece) noexcept {
        if (rest_ != 0) {
            rest_ -= piece.size() < rest_ ? piece.size() : rest_;
            return;
        }
        for (std::size_t n = 0; n != piece.size(); ++n) {
            size_ = static_cast<std::uint16_t>(size_ << 8 | static_cast<std::uint16_t>(piece[n]));
            if (++header_ != header_bytes) continue;
            rest_ = size_;
            header_ = 0;
        }
    }

  private:
    std::span<std::byte> room_;
    std::span<const std::byte> left_;
    std::size_t rest_ = 0;     ///< of the record that mbedTLS has begun
    std::uint16_t size_ = 0;   ///< the last two bytes of its header
    std::uint8_t header_ = 0;  ///< how many bytes of a header it has
    bool draining_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
