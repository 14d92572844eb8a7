// Lets contenders decode the documents of files, in turn, and prints the time of each round; or, under callgrind, leaves
// a profile of one pass of each behind.
//
//     decode ROUNDS FILE CONTENDER,CONTENDER [FILE CONTENDER,...]...     ROUNDS 0: for callgrind
//
// A line each: FILE CONTENDER and then ns per document, a figure a round. Before anything is timed, what each has found
// in each document is compared with the document.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <time.h>
#include <valgrind/callgrind.h>

#include "contender.hpp"

namespace {

const std::map<std::string_view, bench::maker> makers = {
    {"ours", bench::make_ours_simdjson},
    {"ours_compact", bench::make_ours_compact},
    {"ours_narrow", bench::make_ours_narrow},
    {"ours_walked", bench::make_ours_walked},
    {"find_unordered", bench::make_find_unordered},
    {"find_walked", bench::make_find_walked},
    {"switch", bench::make_switch},
    {"every_pair", bench::make_every_pair},
    {"jsmn", bench::make_jsmn},
    {"jsmn_unescaped", bench::make_jsmn_unescaped},
#if !defined(BENCH_FEW)
    {"rapidjson", bench::make_rapidjson},
    {"nlohmann", bench::make_nlohmann},
    {"boost", bench::make_boost},
    {"cjson", bench::make_cjson},
#endif
};

constexpr std::size_t slack = 128;

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "decode: %s\n", why.c_str());
    std::exit(1);
}

std::vector<std::string> documents_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::string> found;
    std::size_t size = 0;
    while (file >> size) {
        file.get();
        std::string text(size, '\0');
        file.read(text.data(), static_cast<std::streamsize>(size));
        found.push_back(std::move(text));
    }
    if (found.empty()) give_up("no documents in " + path);
    return found;
}

/// Copies of documents, each with room of its own; made anew without being timed.
class copies {
  public:
    explicit copies(const std::vector<std::string>& texts) : texts_(texts) {
        for (const std::string& text : texts) room_ = std::max(room_, text.size() + slack);
        // So many at once that the clock's own time does not count, and that they stay in the processor's caches.
        count_ = std::clamp<std::size_t>(32 * 1024 / room_, 1, 16);
        memory_.resize(count_ * room_);
    }
    std::size_t batches() const { return std::max<std::size_t>(1, texts_.size() / count_); }
    std::size_t count() const { return count_; }
    std::size_t room() const { return room_; }
    void renew(std::size_t batch) {
        for (std::size_t n = 0; n < count_; ++n) {
            const std::string& text = texts_[(batch * count_ + n) % texts_.size()];
            std::memcpy(memory_.data() + n * room_, text.c_str(), text.size() + 1);
        }
    }
    bench::document get(std::size_t batch, std::size_t n) {
        return {memory_.data() + n * room_, texts_[(batch * count_ + n) % texts_.size()].size(), room_};
    }

  private:
    const std::vector<std::string>& texts_;
    std::size_t room_ = 0, count_ = 0;
    std::vector<char> memory_;
};

/// Of large documents it is the processor's time: another process may run meanwhile. To ask for that takes too long for small
/// ones.
double nanoseconds(std::size_t document) {
    timespec t = {};
    clock_gettime(document < 256 * 1024 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

void pass(bench::contender& one, copies& from, std::size_t batch) {
    for (std::size_t n = 0; n < from.count(); ++n)
        if (!one.decode(from.get(batch, n))) give_up("a document was refused");
}

double round_of(bench::contender& one, copies& from) {
    from.renew(0);
    pass(one, from, 0);  // warm
    double sum = 0;
    for (std::size_t batch = 0; batch < from.batches(); ++batch) {
        from.renew(batch);
        const double before = nanoseconds(from.room());
        pass(one, from, batch);
        sum += nanoseconds(from.room()) - before;
    }
    return sum / static_cast<double>(from.batches() * from.count());
}

void profile(const std::string& name, bench::contender& one, copies& from) {
    for (int turn = 0; turn < 2; ++turn) {  // the first one finds the libraries' functions and sizes their memory
        CALLGRIND_ZERO_STATS;
        for (std::size_t batch = 0; batch < from.batches(); ++batch) {
            from.renew(batch);
            CALLGRIND_TOGGLE_COLLECT;
            pass(one, from, batch);
            CALLGRIND_TOGGLE_COLLECT;
        }
    }
    const std::string what = name + " " + std::to_string(from.batches() * from.count());
    CALLGRIND_DUMP_STATS_AT(what.c_str());
}

/// Compared member by member of what the contender knows; the narrow one does not know all.
void check(const std::string& name, bench::contender& one, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        std::string copy = text;
        copy.resize(text.size() + slack);
        const nlohmann::json wanted = nlohmann::json::parse(text);
        const nlohmann::json seen = one.seen({copy.data(), text.size(), copy.size()});
        if (!seen.is_object()) give_up(name + " refuses " + text.substr(0, 200));
        for (const auto& [key, value] : seen.items())
            if (wanted.contains(key) && wanted[key] != value)
                give_up(name + " has " + value.dump() + " for " + key + ": " + wanted[key].dump());
        if (name != "ours_narrow" && seen.size() != 24) give_up(name + " has not all members");
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4 || argc % 2 != 0) give_up("usage: decode ROUNDS FILE CONTENDER,CONTENDER ...");
    const int rounds = std::atoi(argv[1]);
    for (int at = 2; at < argc; at += 2) {
        const std::vector<std::string> texts = documents_of(argv[at]);
        copies from(texts);
        std::vector<std::string> names;
        std::istringstream list(argv[at + 1]);
        for (std::string name; std::getline(list, name, ',');) names.push_back(name);
        std::vector<std::unique_ptr<bench::contender>> contenders;
        for (const std::string& name : names) {
            if (makers.count(name) == 0) give_up("nobody is called " + name);
            contenders.push_back(makers.at(name)(from.room()));
            if (rounds > 0) check(name, *contenders.back(), texts);
        }
        const std::string set = std::string(argv[at]).substr(std::string(argv[at]).rfind('/') + 1);
        if (rounds == 0) {
            for (std::size_t n = 0; n < names.size(); ++n) profile(set + " " + names[n], *contenders[n], from);
            continue;
        }
        std::vector<std::vector<double>> times(names.size());
        for (int round = 0; round < rounds; ++round)
            for (std::size_t n = 0; n < names.size(); ++n) {
                const std::size_t turn = (n + static_cast<std::size_t>(round)) % names.size();
                times[turn].push_back(round_of(*contenders[turn], from));
            }
        for (std::size_t n = 0; n < names.size(); ++n) {
            std::printf("%s %s", set.c_str(), names[n].c_str());
            for (const double time : times[n]) std::printf(" %.1f", time);
            std::printf("\n");
        }
    }
}
