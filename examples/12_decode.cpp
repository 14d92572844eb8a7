// 12_decode.cpp - JSON that you already have (a file, a queue, another library's reply) to a struct, and back.
#include <superoffice/batch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace {

constexpr std::string_view one_task =
    R"({"Id":497,"Name":"ContactExport","Result":null,"State":"Started","Description":"To \"Nord\"","ProgressPercent":62})";
constexpr std::string_view two_tasks = R"([{"Id":1,"State":"Succeeded"},{"Id":2,"State":"Failed"}])";

void print(const char* what, const superoffice::field<std::string_view>& text) {
    if (!text) return static_cast<void>(std::printf("%s: %s\n", what, text.is_null() ? "null" : "absent"));
    std::printf("%s: %.*s\n", what, static_cast<int>(text->size()), text->data());
}

// The decoder replaces escapes in place, and texts of the struct are views of the document. So the document must be in
// memory that may be changed and that outlives the struct, and it can be decoded only once.
bool there_and_back() {
    std::array<char, 256> memory{};
    std::copy(one_task.begin(), one_task.end(), memory.begin());
    const auto task = superoffice::decode<superoffice::BatchTaskInfo>(superoffice::compact_reader{},
                                                                      {memory.data(), one_task.size(), memory.size()});
    if (!task) {
        const std::string_view member = superoffice::member_name<superoffice::BatchTaskInfo>(task.error());
        std::fprintf(stderr, "%s, at byte %zu, member %.*s\n", superoffice::message(task.error()),
                     task.error().position(), static_cast<int>(member.size()), member.data());
        return false;
    }
    print("Name", task->Name);
    print("Description", task->Description);
    print("Result", task->Result);
    print("FileName", task->FileName);

    std::array<char, 256> text;  // if it is too small, needed() of the error says how much is enough
    const auto written = superoffice::encode(*task, text);
    if (!written) return false;
    std::printf("%.*s\n", static_cast<int>(written->size()), written->data());
    return *written == one_task;  // this document has the members in the order of the struct, and no white space
}

// The document is an array, so the program does by hand what `decode` does: the codec decodes each element.
bool each_of_several() {
    std::array<char, 256> memory{};
    std::copy(two_tasks.begin(), two_tasks.end(), memory.begin());
    superoffice::compact_reader reader;
    superoffice::decode_state state;
    superoffice::errc e = reader.start({memory.data(), two_tasks.size(), memory.size()});
    if (e == superoffice::errc::ok) {
        auto root = reader.root();
        e = root.array([&](auto& element) noexcept {
            superoffice::BatchTaskInfo task;
            const superoffice::errc of_this =
                superoffice::codec<superoffice::BatchTaskInfo>::decode(element, task, state);
            if (of_this == superoffice::errc::ok)
                std::printf("%d: %s\n", task.Id.value_or(0), superoffice::is_final(task.State) ? "over" : "going on");
            return of_this;
        });
    }
    if (e == superoffice::errc::ok) e = reader.finish();
    if (e != superoffice::errc::ok) std::fprintf(stderr, "%s, at byte %u\n", superoffice::message(e), reader.offset());
    return e == superoffice::errc::ok;
}

}  // namespace

int main() { return there_and_back() && each_of_several() ? 0 : 1; }
