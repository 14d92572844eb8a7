// Fuzz target: XML replies: each becomes JSON in the right place, or an error that says how much room it takes.
// SPDX-License-Identifier: BSL-1.0
#include "fuzzing.hpp"

#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/schema/batch_task_info.hpp>
#include <superoffice/xml.hpp>

#include <string>

namespace so = superoffice;
using fuzzing::exact_memory;
using reader = so::xml_reader<so::compact_reader>;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view xml{reinterpret_cast<const char*>(data), size};
    const exact_memory none(xml);
    const auto first = reader::to_json<so::BatchTaskInfo>({none.data(), xml.size(), none.size()});
    MUST(!first.has_value() && none.text() == xml);
    if (first.error().code != so::errc::memory_too_small) {
        MUST(first.error().offset <= xml.size());
        return 0;
    }
    const std::size_t needed = first.error().needed();
    const exact_memory less(xml, needed - 1 - xml.size()), enough(xml, needed - xml.size());
    const auto too_small = reader::to_json<so::BatchTaskInfo>({less.data(), xml.size(), less.size()});
    MUST(!too_small.has_value() && too_small.error() == first.error());
    const auto json = reader::to_json<so::BatchTaskInfo>({enough.data(), xml.size(), enough.size()});
    MUST(json.has_value() && enough.text().substr(0, xml.size()) == xml);
    MUST(fuzzing::is_within({json->data, json->size}, enough.text().substr(xml.size())));

    // Whole JSON; what the struct cannot hold is another matter.
    const exact_memory copy({json->data, json->size});
    so::compact_reader strict;
    MUST(strict.start({copy.data(), copy.size(), copy.size()}) == so::errc::ok);
    MUST(strict.root().skip() == so::errc::ok && strict.finish() == so::errc::ok);
    const auto task = so::decode<so::BatchTaskInfo>(so::compact_reader{}, *json);
    MUST(task.has_value() || task.error().member != 0 || json->data[0] != '{');
    return 0;
}
