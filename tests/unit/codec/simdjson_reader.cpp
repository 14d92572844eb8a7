// Tests of superoffice/codec/simdjson_reader.hpp: the contract of readers, its own limits, and its allocations.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/simdjson_reader.hpp>

#include "support/json_reader_contract.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#if SUPEROFFICE_WITH_SIMDJSON

using superoffice::errc;
using superoffice::json_document;
using superoffice::json_text;
using superoffice::simdjson_reader;
using support::manner;
using support::reading;

static_assert(superoffice::json_reader<simdjson_reader>);
static_assert(!std::is_copy_constructible_v<simdjson_reader> && std::is_move_constructible_v<simdjson_reader>);

TEST_CASE("simdjson_reader: keeps the contract of readers") {
    simdjson_reader reader{4096};
    support::check_contract(reader);
}

TEST_CASE("simdjson_reader: allocates when made, and then never again") {
    const support::allocation_count making;
    simdjson_reader reader{4096};
    CHECK(making.so_far() > 0);  // or the count would prove nothing

    std::string large = "[";
    while (large.size() < 4000) large += R"({"a":"\u00e5","b":[1,2,3]},)";
    large.back() = ']';
    support::document_of<simdjson_reader> document{large};
    const support::allocation_count reading_it;
    for (int i = 0; i != 3; ++i) {
        CHECK(reader.start(document.get()) == errc::ok);
        CHECK(reader.root().skip() == errc::ok);
        CHECK(reader.finish() == errc::ok);
    }
    CHECK(reading_it.so_far() == 0);
}

#if SUPEROFFICE_SIMDJSON_BUILTIN_ONLY && !defined(__SSE4_2__) && !defined(__AVX__)
static_assert(!SIMDJSON_IMPLEMENTATION_ICELAKE && !SIMDJSON_IMPLEMENTATION_HASWELL &&
              !SIMDJSON_IMPLEMENTATION_WESTMERE);
#endif

TEST_CASE("simdjson_reader: runs on the best kernel of simdjson's library, whatever was left out of its header here") {
    const simdjson_reader reader{4096};
    const simdjson::implementation* best = nullptr;
    for (const simdjson::implementation* each : simdjson::get_available_implementations())
        if (best == nullptr && each->supported_by_runtime_system()) best = each;
    REQUIRE(best != nullptr);
    CHECK(simdjson::get_active_implementation()->name() == best->name());
}

TEST_CASE("simdjson_reader: a document that is too large is refused with its size") {
    for (const std::size_t most :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{100}, std::size_t{5000}}) {
        CAPTURE(most);
        simdjson_reader reader{most};
        for (const std::size_t size : {most, most + 1, most + 1000}) {
            if (size < 2) continue;
            CAPTURE(size);
            const std::string text = "[" + std::string(size - 2, ' ') + "]";
            const reading made = support::read_json(reader, text);
            CHECK(made.code == (size <= most ? errc::ok : errc::document_too_large));
            if (size > most) CHECK(made.offset == size);
        }
    }
}

TEST_CASE("simdjson_reader: made while there was no memory, it refuses every document") {
    const auto made_without = [] {
        const support::empty_heap nothing_left;
        return simdjson_reader{4096};
    };
    simdjson_reader reader = made_without();
    for (const std::string_view text : {"[1]", "1"}) {
        CHECK(support::read_json(reader, text).code == errc::document_too_large);
        CHECK(support::read_json(reader, text).offset == text.size());
    }
}

TEST_CASE("simdjson_reader: memory without the slack is refused with what is needed") {
    simdjson_reader reader{100};
    for (const std::string_view text : {"[1,2]", "12345"}) {
        std::string memory{text};
        memory.resize(text.size() + simdjson_reader::slack);
        CHECK(reader.start({memory.data(), text.size(), memory.size() - 1}) == errc::memory_too_small);
        CHECK(reader.offset() == memory.size());
        CHECK(reader.start({memory.data(), text.size(), memory.size()}) == errc::ok);
    }
}

TEST_CASE("simdjson_reader: bytes behind the document are not part of it") {
    simdjson_reader reader{4096};
    for (int filler = 0; filler != 256; ++filler) {
        CAPTURE(filler);
        for (const std::string_view text : support::good_documents)
            CHECK(support::read_json(reader, text, manner::visit, static_cast<char>(filler)).code == errc::ok);
        for (const support::malformed_document& bad : support::malformed_documents) {
            const reading made = support::read_json(reader, bad.text, manner::visit, static_cast<char>(filler));
            const bool as_ever = made.code == bad.code && made.offset == bad.offset;
            if (!as_ever) CAPTURE(bad.text);
            CHECK(as_ever);
        }
    }
}

TEST_CASE("simdjson_reader: moved between two documents") {
    simdjson_reader first{4096};
    CHECK(support::read_json(first, support::sample_task).code == errc::ok);
    simdjson_reader second{std::move(first)};
    CHECK(support::read_json(second, support::sample_task).code == errc::ok);
    simdjson_reader third{2};
    third = std::move(second);
    CHECK(support::read_json(third, support::sample_task).code == errc::ok);
}

TEST_CASE("simdjson_reader: can read the next document after any other") {
    simdjson_reader reader{4096};
    for (const support::malformed_document& bad : support::malformed_documents) {
        CAPTURE(bad.text);
        CHECK(support::read_json(reader, bad.text).code == bad.code);
        CHECK(support::read_json(reader, support::sample_task).code == errc::ok);
    }
}

TEST_CASE("simdjson_reader: text stays where it is when the next document is read") {
    simdjson_reader reader{4096};
    support::document_of<simdjson_reader> first{R"(["one","\u0074wo"])"}, second{R"(["xxx","\u0078xx"])"};
    std::string_view kept[2];
    std::size_t count = 0;
    CHECK(reader.start(first.get()) == errc::ok);
    const errc code = reader.root().array([&](auto& element) noexcept {
        json_text token;
        const errc answer = element.string(token, true);
        kept[count++] = token.plain();
        return answer;
    });
    CHECK(code == errc::ok);
    CHECK(reader.start(second.get()) == errc::ok);
    CHECK(reader.root().skip() == errc::ok);
    CHECK(kept[0] == "one");
    CHECK(kept[1] == "two");
}

TEST_CASE("simdjson_reader: of several faults, those seen in the whole document come first") {
    // As its header says: compact_reader would get to the wrong kind.
    simdjson_reader reader{4096};
    support::document_of<simdjson_reader> document{"{\"a\":1,\"b\":\"\n\",\"c\":\"\xFF\"}"};
    CHECK(reader.start(document.get()) == errc::bad_string);
    CHECK(reader.offset() == 12);
}

#endif
