// superoffice/transport/detail/request_end.hpp - finds the last byte of an HTTP/1.1 request, for scripts that expect any.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_DETAIL_REQUEST_END_HPP
#define SUPEROFFICE_TRANSPORT_DETAIL_REQUEST_END_HPP

#include <superoffice/base/detail/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// Follows a request byte by byte: its head, then as many bytes as Content-Length says. For tests: it checks nothing.
class request_end {
  public:
    /// True for the last byte.
    constexpr bool take(char c) noexcept {
        if (in_body_) return --length_ == 0;
        if (c == '\n') {
            in_body_ = size_ == 0;
            const bool is_last = in_body_ && length_ == 0;
            size_ = matched_ = 0;
            return is_last;
        }
        if (c == '\r') return false;
        if (matched_ == field.size() && ascii::is_digit(c)) length_ = length_ * 10 + static_cast<std::size_t>(c - '0');
        if (matched_ == size_ && matched_ < field.size() && ascii::to_lower(c) == field[matched_]) ++matched_;
        ++size_;
        return false;
    }

  private:
    static constexpr std::string_view field = "content-length:";

    std::size_t size_ = 0;     ///< of the line so far
    std::size_t matched_ = 0;  ///< how much of the line is `field`
    std::size_t length_ = 0;   ///< of the body; in it, what is left
    bool in_body_ = false;
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
