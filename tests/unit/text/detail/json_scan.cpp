// Tests of superoffice/text/detail/json_scan.hpp: strings whose escapes are rewritten in place. Both readers are built from the
// rest, which their tests cover.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/text/detail/json_scan.hpp>

#include <doctest/doctest.h>

#include "support/guard_page.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using superoffice::errc;
using superoffice::json_text;
using superoffice::detail::json_cursor;

namespace {

struct scanned {
    errc code = errc::ok;
    std::size_t place = 0;  ///< behind the string, or of the fault
    std::string text;
    std::string document;  ///< as it is afterwards
};

scanned scan(std::string_view document, bool rewrite) {
    support::guard_page page{256};
    char* const data = page.place(document);
    json_cursor at{data, data + document.size()};
    scanned made;
    json_text token;
    made.code = superoffice::detail::scan_json_string(at, token, rewrite);
    made.place = static_cast<std::size_t>(at.at - data);
    if (made.code == errc::ok) {
        char room[256];
        CHECK(token.raw().data() == data);
        CHECK(token.is_string());
        CHECK((!rewrite || !token.is_escaped()));
        made.text = token.copy(room).value_or("?");
    }
    made.document.assign(data, document.size());
    return made;
}

/// A run of plain text, one byte to a place, so that a byte at a wrong place is noticed.
std::string run_of(std::size_t size, char first) {
    std::string made;
    for (std::size_t n = 0; n != size; ++n) made += static_cast<char>(first + static_cast<char>(n));
    return made;
}

}  // namespace

TEST_CASE(
    "scan_json_string: rewrites runs of every length between escapes of every length, and nothing behind the string") {
    struct escape {
        std::string_view token, text;
    };
    constexpr escape escapes[] = {{R"(\n)", "\n"},
                                  {R"(\u0041)", "A"},
                                  {R"(\u00e5)", "\xC3\xA5"},
                                  {R"(\u20AC)", "\xE2\x82\xAC"},
                                  {R"(\ud83d\ude00)", "\xF0\x9F\x98\x80"},
                                  {R"(\\\")", "\\\""}};
    for (const escape& e : escapes)
        for (std::size_t before = 0; before != 20; ++before)
            for (std::size_t between = 0; between != 20; ++between) {
                const std::string a = run_of(before, 'A'), b = run_of(between, 'a'), c = "\xC3\xB8";
                const std::string token = '"' + a + std::string(e.token) + b + std::string(e.token) + c + '"';
                const std::string text = a + std::string(e.text) + b + std::string(e.text) + c;
                const std::string behind = R"(,"\t")";
                CAPTURE(token);
                const scanned kept = scan(token + behind, false), rewritten = scan(token + behind, true);
                CHECK(kept.code == errc::ok);
                CHECK(kept.text == text);
                CHECK(kept.document == token + behind);
                CHECK(rewritten.code == errc::ok);
                CHECK(rewritten.text == text);
                CHECK(rewritten.place == token.size());
                CHECK(rewritten.document.substr(token.size()) == behind);
            }
}

TEST_CASE("scan_json_string: leaves a string without escapes alone") {
    for (const std::string_view document :
         {R"("")", R"("Export completed - file ready",)", "\"bl\xC3\xA5 \xC3\xA6 \""}) {
        CAPTURE(document);
        CHECK(scan(document, true).document == document);
        CHECK(scan(document, true).text == scan(document, false).text);
    }
}

TEST_CASE("scan_json_string: a cut string is refused alike, rewritten or not") {
    constexpr std::string_view whole = "\"a\\n\\u00e5\\ud83d\\ude00\xC3\xB8 z\"";
    for (std::size_t size = 1; size != whole.size(); ++size) {
        CAPTURE(size);
        const scanned kept = scan(whole.substr(0, size), false), rewritten = scan(whole.substr(0, size), true);
        CHECK(kept.code != errc::ok);
        CHECK(rewritten.code == kept.code);
        CHECK(rewritten.place == kept.place);
    }
}

TEST_CASE("scan_json_string: each byte where a hexadecimal digit has to be") {
    for (int value = 0; value < 256; ++value) {
        const char c = static_cast<char>(value);
        const std::size_t digit = std::string_view{"0123456789abcdef"}.find(c),
                          upper = std::string_view{"ABCDEF"}.find(c);
        const bool is_digit = digit != std::string_view::npos || upper != std::string_view::npos;
        const std::size_t meant = upper != std::string_view::npos ? upper + 10 : digit;
        for (std::size_t place = 0; place != 4; ++place) {
            CAPTURE(value);
            CAPTURE(place);
            std::string token = "\"\\u1111\"";
            token[3 + place] = c;
            const scanned got = scan(token, true);
            CHECK((got.code == errc::ok) == is_digit);
            if (!is_digit) {
                CHECK(got.place == 3 + place);
                continue;
            }
            const std::size_t shift = 12 - 4 * place, point = (0x1111 & ~(std::size_t{15} << shift)) | meant << shift;
            char utf8[4];
            const std::size_t size = superoffice::detail::write_utf8(static_cast<std::uint32_t>(point), utf8);
            CHECK(got.text == std::string_view{utf8, size});
        }
    }
}
