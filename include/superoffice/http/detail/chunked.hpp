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
/// The table in http/README.md says what is taken and what is refused.
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

    /// Which byte leads from a place to the next one. The first rule that fits is used.
    struct rule {
        place at;
        char byte;  ///< or one of those below
        place next;
    };
    static constexpr char digit = 'h', space = 's', token = 't', text = 'x';
    static constexpr rule rules[] = {
        {place::size_first, digit, place::size},
        {place::size, digit, place::size},
        {place::size, '\r', place::size_lf},
        {place::size, ';', place::extension},
        {place::size, space, place::size_space},
        {place::size_space, '\r', place::size_lf},
        {place::size_space, ';', place::extension},
        {place::size_space, space, place::size_space},
        {place::extension, '\r', place::size_lf},
        {place::extension, text, place::extension},
        {place::size_lf, '\n', place::data},  // or trailer_first, behind a size of 0
        {place::data_cr, '\r', place::data_lf},
        {place::data_lf, '\n', place::size_first},
        {place::trailer_first, '\r', place::last_lf},
        {place::trailer_first, token, place::trailer_name},
        {place::trailer_first, space, place::trailer_value},  // not in front of the first trailer
        {place::trailer_name, ':', place::trailer_value},
        {place::trailer_name, token, place::trailer_name},
        {place::trailer_value, '\r', place::trailer_lf},
        {place::trailer_value, text, place::trailer_value},
        {place::trailer_lf, '\n', place::trailer_first},
        {place::last_lf, '\n', place::ended},
    };
    [[gnu::noinline]] static constexpr bool fits(char c, char byte) noexcept {
        if (byte == digit) return ascii::hex_digit(c) >= 0;
        if (byte == space) return ascii::is_space(c);
        if (byte == token) return ascii::is_token(c);
        return byte == text ? ascii::is_text(c) : c == byte;
    }

    [[gnu::noinline]] constexpr place after(char c) noexcept {
        place next = place::nowhere;
        for (const rule& each : rules)
            if (each.at == at_ && fits(c, each.byte)) {
                next = each.next;
                break;
            }
        if (next == place::size) {
            if (at_ == place::size_first) digits_ = 0;
            if (++digits_ > 16) return place::nowhere;
            remaining_ = remaining_ << 4 | static_cast<unsigned>(ascii::hex_digit(c));
        }
        if (next == place::data && remaining_ == 0) return place::trailer_first;
        if ((next == place::size_space || next == place::extension) && ++extension_bytes_ > max_chunk_extension_bytes)
            return place::beyond_limit;
        if (next == place::trailer_name || next == place::trailer_value) {
            if (trailer_bytes_ == 0 && next == place::trailer_value) return place::nowhere;
            if (++trailer_bytes_ > max_trailer_bytes) return place::beyond_limit;
        }
        return next;
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
