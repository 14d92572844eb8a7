// superoffice/http/detail/http1_reader.hpp - reads the head of an HTTP/1.1 reply that arrives in pieces of any size.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_HTTP1_READER_HPP
#define SUPEROFFICE_HTTP_DETAIL_HTTP1_READER_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/base/error.hpp>
#include <superoffice/http/detail/content_coding.hpp>
#include <superoffice/http/header_line.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// What the head says about the body behind it and about the connection. Positions count from the first byte of the head; the
/// largest number stands for every larger one, as in an `error`.
struct http1_framing {
    std::uint64_t length = 0;  ///< Content-Length
    std::uint32_t length_at = 0;
    std::uint32_t transfer_coding_at = 0;
    std::uint32_t content_coding_at = 0;
    bool has_length = false;
    bool has_transfer_coding = false;
    bool chunked = false;           ///< Transfer-Encoding is chunked and nothing else
    bool foreign_coding = false;    ///< Content-Encoding says that the body is encoded
    bool wants_close = false;       ///< Connection names close
    bool wants_keep_alive = false;  ///< Connection names keep-alive
};

/// Reads a head by RFC 9112 sections 2.2, 4 and 5. The table in http/README.md says what is taken and what is refused; it
/// is made from the test cases.
class http1_reader : http1_framing {
  public:
    enum class answer : std::uint8_t { more, done, bad, too_many_lines };

    /// Continues with a head of which `size` bytes have arrived. `head` may have moved between calls. A line that was
    /// folded is joined in place: spaces replace the line break (RFC 9112 section 5.2).
    ///
    /// more             all bytes were looked at, and the head goes on
    /// done             the head ended; `position()` is its size
    /// bad              the byte at `position()` is at fault; do not call again
    /// too_many_lines   `position()` is the start of the line after `max_header_lines`; do not call again
    ///
    /// Each byte is looked at once and each line once more. The answers do not depend on how the input was cut.
    constexpr answer advance(char* head, std::size_t size) noexcept {
        for (;;) {
            if (position_ >= status_end && !after_cr_ && !has_line_)
                position_ = ascii::end_of_text(head, position_, size);
            if (position_ == size) return answer::more;
            const char c = head[position_];
            if (has_line_) {  // and this is the byte behind its end
                has_line_ = false;
                const std::size_t end = position_ - (head[position_ - 2] == '\r' ? 2 : 1);
                if (ascii::is_space(c)) {
                    for (std::size_t at = end; at < position_; ++at) head[at] = ' ';
                } else {
                    const answer taken = take_header({head + line_, end - line_});
                    if (taken != answer::more) return taken;
                    line_ = position_;
                }
            }
            if (after_cr_ && c != '\n') return bad(position_ - 1);  // a CR alone
            if (!in_fields_ && position_ < status_end && !fits_status_line(position_, c)) return bad(position_);
            if (c == '\n') {
                const std::size_t end = position_ - (after_cr_ ? 1 : 0);
                after_cr_ = false;
                if (in_fields_ && end == line_) return line_ = ++position_, answer::done;
                if (in_fields_)
                    has_line_ = true;
                else
                    take_status(head);
            } else if (c == '\r') {
                after_cr_ = true;
            } else if (!ascii::is_text(c)) {
                return bad(position_);
            }
            ++position_;
        }
    }

    [[nodiscard]] constexpr std::size_t position() const noexcept { return position_; }
    [[nodiscard]] constexpr std::uint16_t status() const noexcept { return status_; }  ///< 0 before the first line ends
    [[nodiscard]] constexpr std::uint8_t minor_version() const noexcept { return minor_version_; }
    [[nodiscard]] constexpr const http1_framing& framing() const noexcept { return *this; }

    /// The header lines that were read so far, without the status line.
    [[nodiscard]] constexpr std::string_view fields(const char* head) const noexcept {
        return {head + fields_at_, line_ - fields_at_};
    }

  private:
    static constexpr std::size_t status_at = 9;    // HTTP/1.1 200
    static constexpr std::size_t status_end = 13;  // with the byte behind the status

    constexpr answer bad(std::size_t at) noexcept {
        position_ = at;
        return answer::bad;
    }
    constexpr answer bad_in_line(std::size_t at) noexcept { return bad(line_ + at); }

    // Byte by byte, so that a peer that does not speak HTTP is recognised by its first byte and not at its first LF.
    static constexpr bool fits_status_line(std::size_t at, char c) noexcept {
        constexpr const char *lowest = "HTTP/1.0 100", *highest = "HTTP/1.1 999";
        if (at == status_end - 1) return c == ' ' || c == '\r' || c == '\n';
        return c >= lowest[at] && c <= highest[at];
    }

    constexpr void take_status(const char* head) noexcept {
        minor_version_ = static_cast<std::uint8_t>(head[status_at - 2] - '0');
        for (std::size_t i = status_at; i < status_at + 3; ++i)
            status_ = static_cast<std::uint16_t>(status_ * 10 + (head[i] - '0'));
        in_fields_ = true;
        fields_at_ = line_ = position_ + 1;
    }

    constexpr answer take_header(std::string_view line) noexcept {
        if (++lines_ > max_header_lines) return position_ = line_, answer::too_many_lines;
        std::size_t colon = 0;
        while (colon < line.size() && ascii::is_token(line[colon])) ++colon;
        if (colon == 0 || colon == line.size() || line[colon] != ':') return bad_in_line(colon);
        // Most lines say nothing about framing, which shows in their first letter or in the size of the name.
        const char initial = ascii::to_lower(line[0]);
        constexpr std::uint32_t sizes = 1U << 10 | 1U << 14 | 1U << 16 | 1U << 17;
        if ((initial != 'c' && initial != 't') || colon > 17 || (sizes >> colon & 1) == 0) return answer::more;
        const int which = ascii::index_of_word("content-length transfer-encoding content-encoding connection ",
                                               ascii::first(line, colon));
        if (which < 0) return answer::more;
        std::string_view value = ascii::trim(ascii::from(line, colon + 1));
        const std::uint32_t at =
            as_offset(line_ + (value.empty() ? line.size() : static_cast<std::size_t>(value.data() - line.data())));
        if (which == 0) length_at = at;
        if (which == 1) transfer_coding_at = at, has_transfer_coding = true;
        if (which == 2 && !foreign_coding) content_coding_at = at;
        for (std::string_view each; ascii::take_element(value, each);)
            if (!take_element(which, each)) return bad(at);
        return answer::more;
    }

    /// An element of the value of the framing header number `which`. RFC 9110 section 5.6.1: empty elements of a list are
    /// ignored. Section 8.6: a list of equal numbers counts as one number.
    constexpr bool take_element(int which, std::string_view element) noexcept {
        if (which == 0) {
            std::uint64_t number = 0;
            if (!ascii::parse_decimal(element, number) || (has_length && number != length)) return false;
            has_length = true;
            length = number;
            return true;
        }
        if (element.empty()) return true;
        const char* const known = which == 1 ? "chunked " : which == 2 ? plain_codings : "close keep-alive ";
        const int word = ascii::index_of_word(known, element);
        if (which == 1) {
            chunked = !has_coding_ && word == 0;
            has_coding_ = true;
        } else if (which == 2) {
            if (word < 0) foreign_coding = true;
        } else {
            if (word == 0) wants_close = true;
            if (word == 1) wants_keep_alive = true;
        }
        return true;
    }

    // Small members come first: they lie in the padding behind the bools of the base, and a Cortex-M reaches bytes by
    // shorter instructions there.
    std::uint8_t minor_version_ = 1;
    bool in_fields_ = false;
    bool after_cr_ = false;
    bool has_line_ = false;  // a whole line, which the next byte may continue
    bool has_coding_ = false;
    std::uint16_t status_ = 0;
    std::uint16_t lines_ = 0;
    std::size_t position_ = 0;
    std::size_t line_ = 0;  // start of the line that is not taken yet
    std::size_t fields_at_ = 0;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
