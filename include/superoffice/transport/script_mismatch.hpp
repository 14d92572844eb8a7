// superoffice/transport/script_mismatch.hpp - the first difference between a script and what was done, also in words.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TRANSPORT_SCRIPT_MISMATCH_HPP
#define SUPEROFFICE_TRANSPORT_SCRIPT_MISMATCH_HPP

#include <superoffice/base/config.hpp>
#include <superoffice/base/detail/bounded_text.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace superoffice {
inline namespace SUPEROFFICE_ABI {

/// The first thing that differed from the script.
struct script_mismatch {
    enum class kind : std::uint8_t {
        none,
        other_call,     ///< a call that this step does not answer; after the last step: any call
        other_bytes,    ///< transmitted something else; `wanted` and `got` are the first bytes that differ
        other_peer,     ///< started with another host or port, or (an HTTP stack) with another method or URL
        not_started,    ///< transmitted or received before `start`, or after `stop` or a failure
        started_twice,  ///< started again without `stop`
    };
    kind what = kind::none;
    std::size_t step = 0;     ///< counted from 0
    std::size_t offset = 0;   ///< in the step's bytes
    char wanted = 0;          ///< 0 if nothing more was expected
    char got = 0;             ///< 0 if nothing more came
    const char* called = "";  ///< the function: "transmit"
    const char* named = "";   ///< the function of `script` that made the step: "gives"; "" after the last step
};

/// Says in words what differed; steps are counted from 1.
///
///     step 2: transmit differs at byte 17: expected 'P', got 'G'
///     step 3: transmit was called, but the script has gives
///     step 4: receive was called, but the script has ended
///     step 1: start was called for another peer or URL
///
/// @param into  where the text goes; 128 bytes are enough. It is cut off at the end and always followed by a NUL
inline std::string_view describe(const script_mismatch& m, std::span<char> into) noexcept {
    using kind = script_mismatch::kind;
    detail::bounded_text text(into);
    const auto add_byte = [&text](char c) {
        if (c == '\0') return text.add("nothing");
        if (c < ' ' || c > '~') return text.add_hex(static_cast<unsigned char>(c), 2);
        text.add('\'');
        text.add(c);
        text.add('\'');
    };
    if (m.what == kind::none) {
        text.add("nothing differs from the script");
        return text.text();
    }
    text.add("step ");
    text.add_decimal(m.step + 1);
    text.add(": ");
    text.add(m.called);
    switch (m.what) {
        case kind::other_bytes:
            text.add(" differs at byte ");
            text.add_decimal(m.offset);
            text.add(": expected ");
            add_byte(m.wanted);
            text.add(", got ");
            add_byte(m.got);
            break;
        case kind::other_peer: text.add(" was called for another peer or URL"); break;
        case kind::not_started: text.add(" was called before start, or after the end"); break;
        case kind::started_twice: text.add(" was called twice"); break;
        case kind::none:
        case kind::other_call:
        default:
            text.add(" was called, but the script has ");
            text.add(*m.named == '\0' ? "ended" : m.named);
            break;
    }
    return text.text();
}

}  // namespace SUPEROFFICE_ABI
}  // namespace superoffice
#endif
