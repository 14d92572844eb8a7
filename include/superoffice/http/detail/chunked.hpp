// superoffice/http/detail/chunked.hpp - removes the chunked framing from a body that arrives in pieces of any size.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_CHUNKED_HPP
#define SUPEROFFICE_HTTP_DETAIL_CHUNKED_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// Chunk extensions are skipped, up to this many bytes in all chunks of one reply together. More is refused.
inline constexpr std::size_t max_chunk_extension_bytes = 4096;

/// Trailers are checked and skipped, up to this many bytes in all. More is refused.
inline constexpr std::size_t max_trailer_bytes = 4096;

namespace detail {

/// Reads by RFC 9112 section 7.1: only CRLF ends a line of the framing, and every chunk is followed by one. White space
/// behind a size and extensions are skipped. A size has at most 16 digits, leading zeros included, so it cannot overflow.
/// What is taken and what is refused stands in the table of http/README.md.
class chunked {
  public:
    enum class answer : std::uint8_t { more, payload, done, bad, too_long };

    /// Takes what it can from the front of `input`.
    ///
    /// more      the whole input was taken, and the body goes on
    /// payload   `piece` is the next part of the body, a view into the input; call again
    /// done      the body has ended; the rest of the input lies behind it
    /// bad       the first byte of the rest of the input is at fault; do not call again
    /// too_long  the same, and the fault is that the extensions or the trailers are longer than their limit
    ///
    /// Each byte is looked at once. The answers do not depend on how the input was cut.
    constexpr answer next(std::string_view& input, std::string_view& piece) noexcept {
        while (!input.empty() && at_ != place::ended) {
            if (at_ == place::data) {
                piece = remaining_ < input.size() ? ascii::first(input, static_cast<std::size_t>(remaining_)) : input;
                input.remove_prefix(piece.size());
                remaining_ -= piece.size();
                if (remaining_ == 0) at_ = place::data_cr;
                return answer::payload;
            }
            const place next = after(input.front());
            if (next == place::nowhere) return answer::bad;
            if (next == place::beyond_limit) return answer::too_long;
            at_ = next;
            input.remove_prefix(1);
        }
        return at_ == place::ended ? answer::done : answer::more;
    }

  private:
    enum class place : std::uint8_t {
        size_first,  // a size must begin
        size,
        size_space,  // white space behind the size
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_first,  // a trailer, the rest of a folded one, or the empty line that ends all
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        ended,
        nowhere,       // this byte cannot stand here
        beyond_limit,  // this byte is one too many
    };

    constexpr place after(char c) noexcept {
        switch (at_) {
            case place::size_first:  // nothing remains of the chunk before
                digits_ = 0;
                return size_digit(c);
            case place::size:
                if (c == '\r') return place::size_lf;
                return c == ';' || ascii::is_space(c) ? extension_byte(c) : size_digit(c);
            case place::size_space:
                if (c == '\r') return place::size_lf;
                return c == ';' || ascii::is_space(c) ? extension_byte(c) : place::nowhere;
            case place::extension:
                if (c == '\r') return place::size_lf;
                return ascii::is_text(c) ? extension_byte(c) : place::nowhere;
            case place::size_lf:
                if (c != '\n') return place::nowhere;
                return remaining_ == 0 ? place::trailer_first : place::data;
            case place::data_cr: return c == '\r' ? place::data_lf : place::nowhere;
            case place::data_lf: return c == '\n' ? place::size_first : place::nowhere;
            case place::trailer_first:
                if (c == '\r') return place::last_lf;
                if (ascii::is_space(c) && trailer_bytes_ != 0) return trailer_byte(place::trailer_value);
                return ascii::is_token(c) ? trailer_byte(place::trailer_name) : place::nowhere;
            case place::trailer_name:
                if (c == ':') return trailer_byte(place::trailer_value);
                return ascii::is_token(c) ? trailer_byte(place::trailer_name) : place::nowhere;
            case place::trailer_value:
                if (c == '\r') return place::trailer_lf;
                return ascii::is_text(c) ? trailer_byte(place::trailer_value) : place::nowhere;
            case place::trailer_lf: return c == '\n' ? place::trailer_first : place::nowhere;
            case place::last_lf: return c == '\n' ? place::ended : place::nowhere;
            case place::data:
            case place::ended:
            case place::nowhere:
            case place::beyond_limit: break;
        }
        return place::nowhere;
    }

    constexpr place size_digit(char c) noexcept {
        const int digit = ascii::hex_digit(c);
        if (digit < 0 || digits_ == 16) return place::nowhere;
        ++digits_;
        remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
        return place::size;
    }

    constexpr place extension_byte(char c) noexcept {
        if (++extension_bytes_ > max_chunk_extension_bytes) return place::beyond_limit;
        return c == ';' || at_ == place::extension ? place::extension : place::size_space;
    }

    constexpr place trailer_byte(place next) noexcept {
        return ++trailer_bytes_ > max_trailer_bytes ? place::beyond_limit : next;
    }

    std::uint64_t remaining_ = 0;  // of the chunk
    std::uint16_t extension_bytes_ = 0;
    std::uint16_t trailer_bytes_ = 0;
    std::uint8_t digits_ = 0;
    place at_ = place::size_first;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
