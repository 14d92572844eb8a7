// superoffice/transport/script_mismatch.hpp - the first difference between a script and what was done.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPT_MISMATCH_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPT_MISMATCH_HPP

#include <superoffice/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The first thing that differed from the script.
struct script_mismatch {
    enum class kind : std::uint8_t {
        none,
        other_call,     ///< a call that this step does not answer; after the last step: any call
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
