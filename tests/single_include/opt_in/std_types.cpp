// Members of the standard library's types, beside the single header: they are decoded, and outlive the document.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/std_types.hpp>

#include <cstring>

struct task {
    std::string Name;
    std::optional<std::int32_t> ProgressPercent;
};
BOOST_DESCRIBE_STRUCT(task, (), (Name, ProgressPercent))

int main() {
    char text[64] = R"({"Name":"Export","ProgressPercent":62})";
    superoffice::compact_reader reader;
    const auto decoded = superoffice::decode<task>(reader, {text, std::strlen(text), sizeof text});
    std::memset(text, '#', sizeof text);
    return decoded && decoded->Name == "Export" && decoded->ProgressPercent == 62 ? 0 : 1;
}
