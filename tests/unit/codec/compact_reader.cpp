// Tests of superoffice/codec/compact_reader.hpp: the contract of readers, and every document cut at every byte.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/compact_reader.hpp>

#include "support/guard_page.hpp"
#include "support/json_reader_contract.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

using superoffice::compact_reader;
using superoffice::errc;
using support::manner;
using support::reading;

static_assert(superoffice::json_reader<compact_reader>);
static_assert(std::is_trivially_copyable_v<compact_reader> && std::is_default_constructible_v<compact_reader>);
static_assert(compact_reader::slack == 0);

namespace {

// With the document's last byte just before memory that may not be read.
reading read_guarded(support::guard_page& page, std::string_view text, manner how) {
    compact_reader reader;
    char* const data = page.place(text);
    return support::read_json(reader, superoffice::json_document{data, text.size(), text.size()}, how);
}

constexpr manner manners[] = {manner::visit, manner::rewrite, manner::skip, manner::raw};

}  // namespace

TEST_CASE("compact_reader: keeps the contract of readers") {
    compact_reader reader;
    support::check_contract(reader);
}

TEST_CASE("compact_reader: never reads past the end of a document") {
    support::guard_page page{4096};
    for (const manner how : manners) {
        for (const std::string_view text : support::good_documents) {
            CAPTURE(text);
            CHECK(read_guarded(page, text, how).code == errc::ok);
        }
        for (const support::malformed_document& bad : support::malformed_documents) {
            CAPTURE(bad.text);
            const reading made = read_guarded(page, bad.text, how);
            CHECK(made.code == bad.code);
            CHECK(made.offset == bad.offset);
        }
    }
}

TEST_CASE("compact_reader: a document cut anywhere is refused at the cut") {
    support::guard_page page{4096};
    for (const std::string_view whole : {support::sample_task, support::dense_document}) {
        const std::size_t last = whole.rfind('}');
        for (std::size_t size = 1; size <= last; ++size) {
            CAPTURE(size);
            const reading made = read_guarded(page, whole.substr(0, size), manner::visit);
            CHECK(made.code != errc::ok);
            // Within a character of more than one byte the fault is where that begins.
            CHECK(made.offset <= size);
            CHECK(made.offset + 4 > size);
            for (const manner how : {manner::rewrite, manner::skip, manner::raw}) {
                const reading other = read_guarded(page, whole.substr(0, size), how);
                CHECK(other.code == made.code);
                CHECK(other.offset == made.offset);
            }
        }
    }
}

TEST_CASE("compact_reader: every byte in every position of a string") {
    // Long enough for whole words to be looked at at once, at every alignment of the byte within them.
    constexpr std::string_view around = "\"abcdefghijklmnopqrstuvwx\"";
    compact_reader reader;
    for (std::size_t position = 1; position + 1 < around.size(); ++position) {
        for (int byte = 0; byte != 256; ++byte) {
            CAPTURE(position);
            CAPTURE(byte);
            std::string text{around};
            text[position] = static_cast<char>(byte);
            errc expected = errc::ok;
            if (byte < 0x20) expected = errc::bad_string;
            if (byte >= 0x80) expected = errc::bad_utf8;
            if (byte == '\\') expected = text[position + 1] == '"' ? errc::bad_json : errc::bad_string;
            if (byte == '\\' && std::string_view{"bfnrt"}.find(text[position + 1]) != std::string_view::npos)
                expected = errc::ok;
            if (byte == '"') expected = errc::bad_json;
            CHECK(support::read_json(reader, text).code == expected);
        }
    }
}

TEST_CASE("compact_reader: a copy continues at the place of the original") {
    std::string text = "[1,2]";
    compact_reader first;
    CHECK(first.start({text.data(), text.size(), text.size()}) == errc::ok);
    compact_reader second = first;
    CHECK(first.root().skip() == errc::ok);
    CHECK(second.root().skip() == errc::ok);
    CHECK(first.finish() == errc::ok);
    CHECK(second.finish() == errc::ok);
}

TEST_CASE("compact_reader: can read the next document after any other") {
    compact_reader reader;
    for (const support::malformed_document& bad : support::malformed_documents) {
        CAPTURE(bad.text);
        CHECK(support::read_json(reader, bad.text).code == bad.code);
        CHECK(support::read_json(reader, support::sample_task).code == errc::ok);
    }
}
