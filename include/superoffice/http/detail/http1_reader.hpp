// superoffice/http/detail/http1_reader.hpp - reads the head of an HTTP/1.1 reply, whatever pieces it arrives in.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_DETAIL_HTTP1_READER_HPP
#define SUPEROFFICE_HTTP_DETAIL_HTTP1_READER_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/http/header_line.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// What the head says about the body behind it and about the connection. Positions count from the head's first byte.
struct http1_framing {
    std::uint64_t length = 0;  ///< Content-Length
    std::size_t length_at = 0;
    std::size_t transfer_coding_at = 0;
    std::size_t content_coding_at = 0;
    bool has_length = false;
    bool has_transfer_coding = false;
    bool chunked = false;           ///< Transfer-Encoding is chunked and nothing else
    bool foreign_coding = false;    ///< Content-Encoding is something else than identity
    bool wants_close = false;       ///< Connection names close
    bool wants_keep_alive = false;  ///< Connection names keep-alive
};

/// RFC 9112 sections 4 and 5. A line ends in CRLF or, as section 2.2 allows, in a lone LF. Refused: a bare CR, NUL and
/// the other control characters, a folded line, white space before the colon, a name that is not a token, versions
/// other than 1.0 and 1.1, a status outside 100 to 599, Content-Length that is not one number. One thing is forgiven:
/// a status line that ends right after the status (section 4 wants a space there; servers without reason phrases
/// forget it).
class http1_reader {
  public:
    enum class answer : std::uint8_t { more, done, bad };

    /// Goes on with a head of which `size` bytes have arrived; `head` may have moved between calls, its content not.
    ///
    /// more   all of it was looked at, and the head goes on
    /// done   the head ended; `position()` is its size
    /// bad    the byte at `position()` is at fault; not to be called again
    ///
    /// Each byte is looked at once and each line once more; the answers do not depend on how the input was cut.
    constexpr answer advance(const char* head, std::size_t size) noexcept {
        for (;;) {
            if (in_fields_ && !after_cr_) position_ = ascii::end_of_text(head, position_, size);  // most of a head
            if (position_ == size) return answer::more;
            const char c = head[position_];
            if (after_cr_ && c != '\n') return bad(position_ - 1);  // a bare CR
            if (!in_fields_ && position_ < status_end && !fits_status_line(position_, c)) return bad(position_);
            if (c == '\n') {
                const std::size_t end = position_ - (after_cr_ ? 1 : 0);
                after_cr_ = false;
                if (in_fields_ && end == line_) return ++position_, answer::done;
                const bool good = in_fields_ ? take_header({head + line_, end - line_}) : take_status(head);
                if (!good) return answer::bad;
                line_ = position_ + 1;
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
    [[nodiscard]] constexpr std::size_t fields_at() const noexcept { return fields_at_; }  ///< behind the first line
    [[nodiscard]] constexpr const http1_framing& framing() const noexcept { return framing_; }

  private:
    static constexpr std::string_view framing_headers[] = {"content-length", "transfer-encoding", "content-encoding",
                                                           "connection"};
    static constexpr std::size_t status_at = 9;    // HTTP/1.1 200
    static constexpr std::size_t status_end = 13;  // one byte behind the status included

    constexpr answer bad(std::size_t at) noexcept {
        position_ = at;
        return answer::bad;
    }

    // Byte by byte, so that a peer that does not speak HTTP is found out by its first byte, not at its first LF.
    static constexpr bool fits_status_line(std::size_t at, char c) noexcept {
        constexpr std::string_view start = "HTTP/1.";
        if (at < start.size()) return c == start[at];
        if (at == start.size()) return c == '0' || c == '1';
        if (at == status_at - 1) return c == ' ';
        if (at == status_at) return c >= '1' && c <= '5';
        if (at < status_end - 1) return ascii::is_digit(c);
        return c == ' ' || c == '\r' || c == '\n';
    }

    constexpr bool take_status(const char* head) noexcept {
        minor_version_ = static_cast<std::uint8_t>(head[status_at - 2] - '0');
        for (std::size_t i = status_at; i < status_at + 3; ++i)
            status_ = static_cast<std::uint16_t>(status_ * 10 + (head[i] - '0'));
        in_fields_ = true;
        fields_at_ = position_ + 1;
        return true;
    }

    constexpr bool take_header(std::string_view line) noexcept {
        if (++lines_ > max_header_lines) return refuse(0);
        std::size_t colon = 0;
        while (colon < line.size() && ascii::is_token(line[colon])) ++colon;
        if (colon == 0 || colon == line.size() || line[colon] != ':') return refuse(colon);
        std::size_t which = 0;
        while (which < std::size(framing_headers) &&
               !ascii::equal_ignoring_case(framing_headers[which], ascii::first(line, colon)))
            ++which;
        if (which == std::size(framing_headers)) return true;
        const std::string_view value = ascii::trim(ascii::from(line, colon + 1));
        const auto value_at = value.empty() ? line.size() : static_cast<std::size_t>(value.data() - line.data());
        switch (which) {
            case 0: return take_length(value, value_at);
            case 1:
                framing_.chunked = !framing_.has_transfer_coding && ascii::is_word("chunked ", value);
                framing_.has_transfer_coding = true;
                framing_.transfer_coding_at = line_ + value_at;
                break;
            case 2:
                if (!framing_.foreign_coding) framing_.content_coding_at = line_ + value_at;
                if (!value.empty() && !ascii::is_word("identity ", value)) framing_.foreign_coding = true;
                break;
            case 3: take_connection(value); break;
            default: break;
        }
        return true;
    }

    constexpr bool take_length(std::string_view value, std::size_t value_at) noexcept {
        std::uint64_t length = 0;
        if (!ascii::parse_decimal(value, length)) return refuse(value_at);
        if (framing_.has_length && length != framing_.length) return refuse(value_at);
        framing_.has_length = true;
        framing_.length = length;
        framing_.length_at = line_ + value_at;
        return true;
    }

    constexpr void take_connection(std::string_view list) noexcept {
        for (;;) {
            const std::size_t comma = ascii::find(list, ',');
            const std::string_view option = ascii::trim(ascii::first(list, comma));
            switch (ascii::index_of_word("close keep-alive ", option)) {
                case 0: framing_.wants_close = true; break;
                case 1: framing_.wants_keep_alive = true; break;
                default: break;
            }
            if (comma == list.size()) return;
            list = ascii::from(list, comma + 1);
        }
    }

    constexpr bool refuse(std::size_t at_in_line) noexcept {
        position_ = line_ + at_in_line;
        return false;
    }

    http1_framing framing_;
    std::size_t position_ = 0;
    std::size_t line_ = 0;  // where the line began
    std::size_t fields_at_ = 0;
    std::uint16_t status_ = 0;
    std::uint16_t lines_ = 0;
    std::uint8_t minor_version_ = 1;
    bool in_fields_ = false;
    bool after_cr_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
