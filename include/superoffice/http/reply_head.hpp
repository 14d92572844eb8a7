// superoffice/http/reply_head.hpp - the head of a reply, and the one table of the headers in it that are worth keeping.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_HTTP_REPLY_HEAD_HPP
#define SUPEROFFICE_HTTP_REPLY_HEAD_HPP

#include <superoffice/base/detail/ascii.hpp>
#include <superoffice/http/header_line.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The headers of a reply that are worth keeping. A byte transport keeps the whole head; where an HTTP stack of the host
/// carries the call, exactly these are copied into the client's memory. To add one: a row here, its name in
/// `kept_headers`, and a function of `reply_head`.
enum class kept_header : std::uint8_t {
    content_type,
    location,
    retry_after,
    www_authenticate,
    date,
    db_stats,   ///< the service's own: what the call cost its database, "implementationMS=512&Calls=7&Read=123"
    time_zone,  ///< the service's own: the zone of the dates in the reply, where the request named none
    count_      ///< not a header: how many there are
};

/// Their names, in the same order.
inline constexpr std::string_view kept_headers[] = {"content-type", "location",   "retry-after", "www-authenticate",
                                                    "date",         "x-db-stats", "so-timezone"};
static_assert(sizeof(kept_headers) / sizeof(kept_headers[0]) == static_cast<std::size_t>(kept_header::count_));

/// The head of a reply: views into the client's memory, valid until that memory is used again.
struct reply_head {
    std::uint16_t status = 0;        ///< 200..599; 0 while there is none
    std::uint8_t minor_version = 1;  ///< of HTTP/1
    std::string_view fields;         ///< the header lines as they came; walk over them with `next_header`

    /// The value of the first header of that name, compared without case. A view without data (`data() == nullptr`)
    /// where there is none. Costs one walk over the head.
    [[nodiscard]] constexpr std::string_view header(std::string_view name) const noexcept {
        namespace ascii = detail::ascii;
        std::string_view rest = fields;
        for (std::size_t end = 0; (end = ascii::find(rest, '\n')) < rest.size(); rest = ascii::from(rest, end + 1)) {
            if (end <= name.size() || rest[name.size()] != ':') continue;
            if (!ascii::equal_ignoring_case(ascii::first(rest, name.size()), name)) continue;
            const std::size_t line = rest[end - 1] == '\r' ? end - 1 : end;
            return ascii::trim(ascii::from(ascii::first(rest, line), name.size() + 1));
        }
        return {};
    }

    [[nodiscard]] constexpr std::string_view content_type() const noexcept { return kept<kept_header::content_type>(); }
    [[nodiscard]] constexpr std::string_view location() const noexcept { return kept<kept_header::location>(); }
    [[nodiscard]] constexpr std::string_view retry_after() const noexcept { return kept<kept_header::retry_after>(); }
    [[nodiscard]] constexpr std::string_view www_authenticate() const noexcept {
        return kept<kept_header::www_authenticate>();
    }
    [[nodiscard]] constexpr std::string_view date() const noexcept { return kept<kept_header::date>(); }
    [[nodiscard]] constexpr std::string_view db_stats() const noexcept { return kept<kept_header::db_stats>(); }
    [[nodiscard]] constexpr std::string_view time_zone() const noexcept { return kept<kept_header::time_zone>(); }

  private:
    template <kept_header Which>
    [[nodiscard]] constexpr std::string_view kept() const noexcept {
        constexpr std::string_view name = kept_headers[static_cast<std::size_t>(Which)];
        return header(name);
    }
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
