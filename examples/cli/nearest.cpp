#include "nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace cli {
namespace {

std::string lower(std::string_view text) {
    std::string made{text};
    for (char& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return made;
}

/// How many letters to add, remove, change, or exchange with their neighbour (Damerau and Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t longest = 64;  // a longer word is no typing mistake
    if (word.size() > longest) return {};
    const std::string typed = lower(word);
    std::string best;
    std::size_t least = std::min<std::size_t>(2, typed.size() / 2) + 1;
    for (const std::string& each : candidates) {
        const std::string name = lower(each);
        const bool begins = typed.size() > 2 && name.compare(0, typed.size(), typed) == 0;
        const std::size_t mistakes = begins ? 0 : distance(typed, name);
        if (mistakes < least) {
            least = mistakes;
            best = each;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string meant = nearest(word, candidates);
    return meant.empty() ? meant : "; did you mean " + meant + "?";
}

}  // namespace cli
