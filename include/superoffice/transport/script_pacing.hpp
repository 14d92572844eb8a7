// superoffice/transport/script_pacing.hpp - how a script is played: in small pieces, with waits, with an interruption.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPT_PACING_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPT_PACING_HPP

#include <superoffice/transport/byte_transport.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// How a script is played: the same steps, made harder for the code under test.
struct script_pacing {
    std::size_t at_most = SIZE_MAX;  ///< the most bytes that one call moves; at least 1
    std::size_t cut_at = 0;  ///< a call ends when this many bytes have moved in all, in both directions; 0: no such cut
    bool blocks_first = false;            ///< every call answers `would_block` once before it does anything
    std::size_t interrupt_at = SIZE_MAX;  ///< the call of this number, from 0, answers `interruption`; see `calls()`
    io_result interruption = {};          ///< `closed` becomes connection_reset where `closed` is not allowed
    bool secure = true;                   ///< what `secure()` answers
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
