// superoffice/client/detail/body_stream.hpp - what takes the body of a reply while it arrives, in place of keeping it whole.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_BODY_STREAM_HPP
#define SUPEROFFICE_CLIENT_DETAIL_BODY_STREAM_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/detail/call_context.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// What a stream makes of a piece of the body.
enum class stream_state : std::uint8_t {
    more,     ///< the next bytes may be received
    not_now,  ///< the same piece again later; nothing is received until then
    stopped,  ///< the caller has enough: the call ends well, and the rest of the reply is not received
    whole,    ///< the body is not of the kind that is streamed: it is kept whole and read as any other reply
    failed,   ///< `failure`
};

/// The bytes of the body that have arrived and were not used yet.
struct body_piece {
    std::span<char> window;
    std::size_t capacity;           ///< bytes from the start of the window that may be written to
    std::string_view content_type;  ///< of the reply
    bool last;                      ///< nothing follows
};

/// Called with each piece of a 2xx reply. Its function says how many bytes at the front of the window it has `used`.
template <class Reader>
struct body_stream {
    using taker = stream_state (*)(body_stream&, Reader&, const body_piece&) noexcept;

    explicit constexpr body_stream(taker with) noexcept : take(with) {}
    body_stream(const body_stream&) = delete;
    body_stream& operator=(const body_stream&) = delete;

    /// Forgets the last reply.
    constexpr void reset() noexcept {
        used = 0;
        count = 0;
        failure = {};
        is_whole = has_stopped = false;
    }

    taker take;
    std::size_t used = 0;
    std::uint64_t count = 0;  ///< elements or bytes so far: the result of the call
    error failure;
    error foreign;          ///< of a reply that is a value of another kind
    bool is_whole = false;  ///< it has answered `whole`
    bool has_stopped = false;
    progress (*feed)(void* driver, instant now, bool last) noexcept = nullptr;  ///< the driver's, which calls `take`
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
