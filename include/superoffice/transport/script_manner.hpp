// superoffice/transport/script_manner.hpp - how a script is played, and what went otherwise than it has it.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPT_MANNER_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPT_MANNER_HPP

#include <superoffice/transport/byte_transport.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// How a script is played: the same steps, made harder for whoever drives the link.
struct script_manner {
    std::size_t at_most = SIZE_MAX;       ///< bytes that one call moves; at least 1
    std::size_t cut_at = 0;               ///< a call ends where so many bytes have moved in all, both ways; 0: nowhere
    bool blocks_first = false;            ///< every call answers `would_block` once before it does anything
    std::size_t interrupt_at = SIZE_MAX;  ///< the call of this number, from 0, gives another answer; see `calls()`
    io_result interruption = {};          ///< ... this one; `closed` becomes connection_reset where it cannot stand
    bool secure = true;                   ///< what `secure()` answers
};

/// The first thing that went otherwise than the script has it.
struct script_mismatch {
    enum class kind : std::uint8_t {
        none,
        other_call,     ///< a call that this step does not answer; behind the last step: any call
        other_bytes,    ///< transmitted something else; `wanted` and `got` are the first bytes that differ
        other_peer,     ///< started with another host or port
        not_started,    ///< transmitted or received before `start`, or after `stop` or a failure
        started_twice,  ///< started again without `stop`
    };
    kind what = kind::none;
    std::size_t step = 0;    ///< counted from 0
    std::size_t offset = 0;  ///< in the step's bytes
    char wanted = 0;
    char got = 0;
};

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
