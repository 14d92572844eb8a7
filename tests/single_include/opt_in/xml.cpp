// XML beside the single header: a document is decoded. Needs Expat.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/xml.hpp>

#include <cstring>

struct task {
    superoffice::field<std::string_view> Name;
    superoffice::field<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(task, (), (Name, ProgressPercent))

int main() {
    char text[512] = "<BatchTaskInfo><Name>Export</Name><ProgressPercent>62</ProgressPercent></BatchTaskInfo>";
    superoffice::xml_reader<superoffice::compact_reader> reader;
    const auto json = reader.to_json<task>({text, std::strlen(text), sizeof text});
    if (!json) return 1;
    const auto decoded = superoffice::decode<task>(reader, *json);
    return decoded && decoded->Name == "Export" && decoded->ProgressPercent == 62 ? 0 : 1;
}
