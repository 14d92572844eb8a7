// Fuzz target: any JSON through both readers, walked, with escapes rewritten or not, skipped and kept raw: the same events, faults and offsets.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/simdjson_reader.hpp>

#include <support/json_reading.hpp>

namespace so = superoffice;
using fuzzing::exact_memory;
using support::manner;
using support::reading;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static so::simdjson_reader fast{1 << 16};
    fuzzing::input in{data, size};
    const auto filler = static_cast<char>(in.number());
    const std::string_view text = in.rest();
    so::errc code = so::errc::ok;
    std::string events;
    for (const manner how : {manner::visit, manner::rewrite, manner::skip, manner::raw}) {
        exact_memory tight(text), padded(text, so::simdjson_reader::slack, filler);
        so::compact_reader compact;
        const reading one =
            support::read_json(compact, so::json_document{tight.data(), text.size(), tight.size()}, how);
        const reading other =
            support::read_json(fast, so::json_document{padded.data(), text.size(), padded.size()}, how);
        MUST(one.code == other.code && one.offset == other.offset);
        MUST(one.code != so::errc::ok || one.events == other.events);
        MUST(one.offset <= text.size());
        if (how == manner::visit) {
            code = one.code;
            events = one.events;
        }
        MUST(how != manner::rewrite || one.code != so::errc::ok || one.events == events);
        MUST(one.code == code);
    }
    return 0;
}
