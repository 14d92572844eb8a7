// The words for the time that a task still takes, which no test waits for: prints each that is wrong.
#include "progress_line.hpp"

#include <cstdint>
#include <cstdio>

int main() {
    constexpr std::int64_t second = 1000, minute = 60 * second, hour = 60 * minute;
    const struct {
        superoffice::field<superoffice::milliseconds> left;
        const char* words;
    } cases[] = {
        {{}, ""},
        {superoffice::milliseconds{-1}, ""},
        {superoffice::milliseconds{0}, ""},
        {superoffice::milliseconds{1}, "less than 1 min left"},
        {superoffice::milliseconds{minute - 1}, "less than 1 min left"},
        {superoffice::milliseconds{minute}, "about 1 min left"},
        {superoffice::milliseconds{minute + 1}, "about 2 min left"},
        {superoffice::milliseconds{2 * hour}, "about 120 min left"},
        {superoffice::milliseconds{2 * hour + 1}, "about 3 h left"},
        {superoffice::milliseconds{10'000 * hour}, "about 10000 h left"},
    };
    int wrong = 0;
    for (const auto& [left, words] : cases) {
        const std::string found = cli::words_of(left);
        if (found == words) continue;
        std::printf("'%s' and not '%s'\n", found.c_str(), words);
        ++wrong;
    }
    return wrong == 0 ? 0 : 1;
}
