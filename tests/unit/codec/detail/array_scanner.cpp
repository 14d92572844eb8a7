// Tests of superoffice/codec/detail/array_scanner.hpp: where elements begin and end, with the text cut at any byte.
// SPDX-License-Identifier: BSL-1.0
#include <superoffice/codec/detail/array_scanner.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using superoffice::detail::array_scanner;

/// The elements, each in ^...^, then how it ended; `piece` bytes arrive at a time, and what was used is dropped.
std::string scanned(std::string_view text, std::size_t piece) {
    array_scanner scanner;
    std::string window, seen;
    for (std::size_t at = 0;;) {
        const auto found = scanner.next(window);
        if (found == array_scanner::answer::element) {
            seen += "^" + window.substr(scanner.begin(), scanner.end() - scanner.begin()) + "^";
            continue;
        }
        if (found == array_scanner::answer::no_array) return seen + "no array";
        if (found == array_scanner::answer::bad) return seen + "bad at " + window[scanner.end()];
        const std::size_t unused = scanner.unused();
        window.erase(0, unused);
        scanner.drop(unused);
        if (at == text.size()) return seen + (found == array_scanner::answer::done ? "done" : "more");
        window += text.substr(at, piece);
        at += std::min(piece, text.size() - at);
    }
}

}  // namespace

TEST_CASE("array_scanner: finds the elements of every array, cut at any byte") {
    struct {
        std::string_view text, seen;
    } const rows[] = {
        {"[]", "done"},
        {" [ \n] \t", "done"},
        {"[1]", "^1^done"},
        {"[1,22 , 333]", "^1^^22^^333^done"},
        {"[1\t,2\n,3\r,4}]", "^1^^2^^3^^4^bad at }"},
        {"[null,true,-1.5e3]", "^null^^true^^-1.5e3^done"},
        {R"(["a"])", R"(^"a"^done)"},
        {R"(["a]","\"]","\\","\\\"",""])", R"(^"a]"^^"\"]"^^"\\"^^"\\\""^^""^done)"},
        {R"([{"a":[1,{"b":"}"}]},[[]],{}])", R"(^{"a":[1,{"b":"}"}]}^^[[]]^^{}^done)"},
        {R"( [ {"a" : 1} , {"b":2} ] )", R"(^{"a" : 1}^^{"b":2}^done)"},
        {"", "more"},
        {"  ", "more"},
        {"[", "more"},
        {"[1", "more"},
        {"[1,", "^1^more"},
        {R"([{"a":"])", "more"},
        {"{}", "no array"},
        {" null", "no array"},
        {"\xEF\xBB\xBF[]", "no array"},
        {"[1 2]", "^1^bad at 2"},
        {"[1}", "^1^bad at }"},
        {"[,1]", "bad at ,"},
        {"[1,]", "^1^bad at ]"},
        {"[1,,2]", "^1^bad at ,"},
        {"[:1]", "bad at :"},
        {"[}]", "bad at }"},
        {"[1]]", "^1^bad at ]"},
        {"[1] x", "^1^bad at x"},
        {"[\"a\"\"b\"]", "^\"a\"^bad at \""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        for (std::size_t piece = 1; piece <= row.text.size() + 1; ++piece) {
            CAPTURE(piece);
            CHECK(scanned(row.text, piece) == row.seen);
        }
    }
}
