// Both readers over the same documents: they accept and refuse the same ones, with the same values, errors and offsets.
#include <superoffice/codec/compact_reader.hpp>
#include <superoffice/codec/simdjson_reader.hpp>

#include "support/documented_reply.hpp"
#include "support/json_cases.hpp"
#include "support/json_reading.hpp"
#include "support/wire_file.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#if SUPEROFFICE_WITH_SIMDJSON

using namespace std::string_view_literals;
using superoffice::compact_reader;
using superoffice::errc;
using superoffice::simdjson_reader;
using support::manner;
using support::reading;

namespace {

constexpr manner manners[] = {manner::visit, manner::rewrite, manner::skip, manner::raw};

/// Numbers that look random and are the same in every run (xorshift32, Marsaglia 2003).
class seeded {
  public:
    explicit seeded(std::uint32_t seed) noexcept : state_(seed) {}
    std::uint32_t below(std::size_t end) noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_ % static_cast<std::uint32_t>(end);
    }

  private:
    std::uint32_t state_;
};

/// Reads a text with both readers, in every manner, and compares all there is.
class comparison {
  public:
    /// What is different, in words; nothing where they agree.
    std::string difference(std::string_view text) {
        errc code = errc::ok;
        for (const manner how : manners) {
            const reading one = support::read_json(compact_, text, how);
            const reading other = support::read_json(simdjson_, text, how, fillers[count_++ % sizeof fillers]);
            if (how == manner::visit) code = one.code;
            const bool same_events = one.code != errc::ok || one.events == other.events;
            if (one.code != other.code || one.offset != other.offset || !same_events || one.code != code)
                return described(one) + " but " + described(other) + ": " + std::string(text);
        }
        accepted_ += code == errc::ok ? 1U : 0U;
        return {};
    }
    std::size_t accepted() const { return accepted_; }
    std::size_t compared() const { return count_ / std::size(manners); }

  private:
    static std::string described(const reading& r) {
        return superoffice::name(r.code) + (" at " + std::to_string(r.offset));
    }

    // Behind the document: what could be taken for more of it.
    static constexpr char fillers[] = {'\0', ']', '}', ',', '"', ' ', '1', ':', '[', '{', '\\', '\xFF'};

    compact_reader compact_;
    simdjson_reader simdjson_{1 << 16};
    std::size_t count_ = 0;
    std::size_t accepted_ = 0;
};

}  // namespace

TEST_CASE("readers: agree about every good and every malformed document") {
    comparison readers;
    for (const std::string_view text : support::good_documents) {
        CHECK(readers.difference(text) == "");
    }
    CHECK(readers.accepted() == std::size(support::good_documents));
    for (const support::malformed_document& bad : support::malformed_documents) {
        CHECK(readers.difference(bad.text) == "");
    }
    CHECK(readers.accepted() == std::size(support::good_documents));
}

TEST_CASE("readers: agree about every document in the tests, and about texts that are no document") {
    comparison readers;
    for (const char* folder : {"unit", "contract", "network", "live", "support", "fuzz"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(wire::tests_folder() / folder)) {
            if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
            // Raw literals are how documents are written there; what else is in one is no JSON for either reader.
            const std::string source = wire::whole_text(entry.path());
            constexpr std::string_view opens = "R\"(", closes = ")\"";
            for (std::size_t at = 0; (at = source.find(opens, at)) != source.npos;) {
                const std::size_t end = source.find(closes, at += opens.size());
                const std::string_view text = std::string_view{source}.substr(at, end - at);
                CAPTURE(text);
                CHECK(readers.difference(text) == "");
            }
        }
    }
    CHECK(readers.accepted() > 200);
    CHECK(readers.compared() > readers.accepted() + 50);
}

TEST_CASE("readers: agree about every reply of tests/wire, from every byte on and up to every byte") {
    comparison readers;
    for (const wire_file& file : wire::all()) {
        for (const std::string_view whole : {std::string_view{file.reply}, std::string_view{file.body}}) {
            for (std::size_t size = 0; size <= whole.size() && size < 2048; ++size) {
                CHECK(readers.difference(whole.substr(0, size)) == "");
                CHECK(readers.difference(whole.substr(size)) == "");
            }
        }
    }
    CHECK(readers.accepted() > 20);
}

TEST_CASE("readers: agree about a document cut at every byte") {
    comparison readers;
    for (const std::string_view whole : {support::sample_task, documented_reply, support::dense_document}) {
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            CAPTURE(size);
            CHECK(readers.difference(whole.substr(0, size)) == "");
            CHECK(readers.difference(whole.substr(size)) == "");
        }
    }
}

TEST_CASE("readers: agree about every other byte in every place") {
    // The bytes that mean something to JSON, to UTF-8 or to a reader that looks at several bytes at a time.
    constexpr std::string_view revealing =
        "\0\x01\t\n\f\x1A\x1F !\"+,-./09:Ee[\\]_bfnrtu{}\x7F\x80\xBF\xC0\xC2\xE0\xED\xF0\xF4\xFF"sv;
    comparison readers;
    for (const std::string_view whole : {support::sample_task, support::dense_document}) {
        for (std::size_t place = 0; place != whole.size(); ++place) {
            for (const char other : revealing) {
                std::string text{whole};
                text[place] = other;
                CHECK(readers.difference(text) == "");
            }
        }
    }
    CHECK(readers.accepted() > 0);
}

TEST_CASE("readers: agree about documents with bytes changed, doubled, moved and taken out") {
    comparison readers;
    seeded random{20241127};
    for (int round = 0; round != 20000; ++round) {
        std::string text{round % 2 == 0 ? support::dense_document : support::sample_task.substr(0, 400)};
        if (round % 2 != 0) text.replace(text.rfind(','), std::string::npos, "}");
        for (std::uint32_t change = random.below(3) + 1; change != 0; --change) {
            const std::size_t from = random.below(text.size()), to = random.below(text.size());
            const std::size_t length = random.below(8) + 1;
            switch (random.below(5)) {
                case 0: text[from] = static_cast<char>(random.below(256)); break;
                case 1: text[from] = static_cast<char>(text[from] ^ (1 << random.below(8))); break;
                case 2: text[from] = text[to]; break;
                case 3: text.insert(to, text.substr(from, length)); break;
                default: text.erase(from, length); break;
            }
            if (text.empty()) text = "0";
        }
        CHECK(readers.difference(text) == "");
    }
    CHECK(readers.accepted() > 100);
}

TEST_CASE("readers: agree about texts made of JSON's parts in any order") {
    constexpr std::string_view parts[] = {"{", "}",      "[",    "]",      ",",        ":",    "\"a\"", "\"\\n\"",
                                          "1", "-0.5e1", "true", "null",   " ",        "\n",   "\"",    "\\",
                                          "x", "[]",     "{}",   "\"k\":", "\xC3\xA5", "\xFF", "0"};
    comparison readers;
    seeded random{8259};
    for (int round = 0; round != 30000; ++round) {
        std::string text;
        for (std::uint32_t count = random.below(9) + 1; count != 0; --count)
            text += parts[random.below(std::size(parts))];
        if (random.below(2) == 0) text = "[" + text + "]";
        CHECK(readers.difference(text) == "");
    }
    CHECK(readers.accepted() > 1000);
}

#endif
