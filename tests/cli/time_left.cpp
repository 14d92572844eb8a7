// The words for the time that a task has taken and still takes, which no test waits for: prints each that is wrong.
#include "progress.hpp"

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
    const struct {
        std::int64_t time;
        const char* words;
    } elapsed[] = {
        {-1, ""},
        {0, ""},
        {second - 1, ""},
        {second, "0:01"},
        {minute - 1, "0:59"},
        {minute, "1:00"},
        {hour - 1, "59:59"},
        {hour, "1:00:00"},
        {hour + minute + second, "1:01:01"},
        {100 * hour, "100:00:00"},
    };
    int wrong = 0;
    for (const auto& [time, words] : elapsed) {
        const std::string found = cli::elapsed_words(superoffice::milliseconds{time});
        if (found == words) continue;
        std::printf("'%s' and not '%s'\n", found.c_str(), words);
        ++wrong;
    }
    for (const auto& [left, words] : cases) {
        const std::string found = cli::words_of(left);
        if (found == words) continue;
        std::printf("'%s' and not '%s'\n", found.c_str(), words);
        ++wrong;
    }
    return wrong == 0 ? 0 : 1;
}
