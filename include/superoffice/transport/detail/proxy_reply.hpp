// superoffice/transport/detail/proxy_reply.hpp - reads a proxy's reply to CONNECT: its status, and where its head ends.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_PROXY_REPLY_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_PROXY_REPLY_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Takes the reply byte by byte and keeps nothing of it, so a head may be of any size. Interim replies (1xx) are passed
/// over. A status of 300 and above decides at once: what follows it cannot change that, whatever it is. In the head of
/// a 2xx no header counts: Content-Length and Transfer-Encoding MUST be ignored (RFC 9110 section 9.3.6). A folded line
/// is taken (RFC 9112 section 5.2).
class proxy_reply {
  public:
    enum class answer : std::uint8_t {
        more,     ///< the head goes on
        opened,   ///< 2xx, and this was the last byte of the head
        refused,  ///< 300 and above
        bad,      ///< this byte is none of an HTTP/1.x reply; or 101, which nobody asked for
    };

    constexpr answer take(char c) noexcept {
        if (size_ < status_line_bytes) return take_status(c);
        if (after_cr_ && c != '\n') return answer::bad;
        after_cr_ = c == '\r';
        if (after_cr_) return answer::more;
        if (c == '\n') return end_line();
        if (place_ == place::line_begins)
            place_ = (c == ' ' || c == '\t') && !is_first_field_ ? place::value : place::name;
        if (place_ == place::name) {
            if (c == ':' && has_name_)
                place_ = place::value;
            else if (!ascii::is_token(c))
                return answer::bad;
            has_name_ = true;
            return answer::more;
        }
        return ascii::is_text(c) ? answer::more : answer::bad;
    }

    [[nodiscard]] constexpr std::uint16_t status() const noexcept { return status_; }

  private:
    /// Where the next byte is. The rest of the status line counts as a value.
    enum class place : std::uint8_t { line_begins, name, value };

    static constexpr std::string_view start = "HTTP/1.";
    static constexpr std::size_t status_at = 9;           // behind the version and a space
    static constexpr std::size_t status_line_bytes = 13;  // with the byte behind the status

    constexpr answer take_status(char c) noexcept {
        const std::size_t at = size_++;
        if (at < start.size()) return c == start[at] ? answer::more : answer::bad;
        if (at == start.size()) return c == '0' || c == '1' ? answer::more : answer::bad;
        if (at == status_at - 1) return c == ' ' ? answer::more : answer::bad;
        if (at < status_line_bytes - 1) {
            if (!ascii::is_digit(c) || (at == status_at && c == '0')) return answer::bad;
            status_ = static_cast<std::uint16_t>(status_ * 10 + (c - '0'));
            return answer::more;
        }
        if ((c != ' ' && c != '\r' && c != '\n') || status_ == 101) return answer::bad;
        if (status_ >= 300) return answer::refused;
        after_cr_ = c == '\r';
        return c == '\n' ? end_line() : answer::more;
    }

    constexpr answer end_line() noexcept {
        after_cr_ = false;
        if (place_ == place::name) return answer::bad;  // a line without a colon
        if (place_ == place::line_begins) {
            if (status_ >= 200) return answer::opened;
            *this = proxy_reply();
            return answer::more;
        }
        is_first_field_ = in_status_line_;
        in_status_line_ = false;
        has_name_ = false;
        place_ = place::line_begins;
        return answer::more;
    }

    std::size_t size_ = 0;  ///< of the status line, up to `status_line_bytes`
    std::uint16_t status_ = 0;
    place place_ = place::value;
    bool in_status_line_ = true;
    bool is_first_field_ = false;  ///< nothing to continue: a folded line cannot stand here
    bool has_name_ = false;
    bool after_cr_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
