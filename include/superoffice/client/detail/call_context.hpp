// superoffice/client/detail/call_context.hpp - what the machine behind a client and whatever carries its requests both know of a call.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_CLIENT_DETAIL_CALL_CONTEXT_HPP
#define SUPEROFFICE_CLIENT_DETAIL_CALL_CONTEXT_HPP

#include <superoffice/base/error.hpp>
#include <superoffice/base/time.hpp>
#include <superoffice/client/call.hpp>
#include <superoffice/transport/byte_transport.hpp>

#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {
namespace detail {

/// What a piece of work led to.
enum class progress : std::uint8_t {
    on,       ///< to the next piece of work
    waits,    ///< for what `wants` says
    again,    ///< the request is needed once more, written anew
    replied,  ///< a whole reply is there
    failed,   ///< `failure` says why
};

/// The running call, as far as machine and carrier share it.
struct course {
    error failure;
    wait_condition wants;
    instant deadline;
    stage reached = stage::none;
    bool patient = false;  ///< whoever drives the call waits for the link, and wants to before a reply is looked for

    progress wait(const wait_condition& condition) noexcept {
        wants = condition;
        return progress::waits;
    }
    progress fail(const error& e) noexcept {
        failure = e;
        return progress::failed;
    }
    /// One function: it is called from many places.
    [[gnu::noinline]] progress fail(errc code, std::int32_t native = 0) noexcept {
        return fail({.stage = reached, .code = code, .native = native});
    }

    /// What a function of the host's said that neither is ready nor would block.
    progress fail(const io_result& io) noexcept {
        const errc code = io.state == io_state::closed ? errc::connection_closed
                          : io.code == errc::ok        ? errc::link_failed
                                                       : io.code;
        return fail(code, io.native);
    }
};

}  // namespace detail
}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
