// What the tool writes into a line, to the column: JSON in one line, the bar, a text that is cut, the names of --select. Prints
// each row that is wrong; with six words, the line that a terminal shows.
#include "progress.hpp"
#include "selection.hpp"
#include "visible_text.hpp"

#include <superoffice/schema/batch_task_info.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

int wrong = 0;

void check(std::string_view found, std::string_view wanted) {
    if (found == wanted) return;
    std::printf("'%.*s' and not '%.*s'\n", static_cast<int>(found.size()), found.data(),
                static_cast<int>(wanted.size()), wanted.data());
    ++wrong;
}

std::string bar(std::int32_t percent, std::size_t columns, const char* state = "Started") {
    superoffice::BatchTaskInfo task{};
    task.ProgressPercent = percent;
    cli::progress shown{task};
    shown.state = state;
    return cli::bar_line(shown, columns);
}

std::string of(std::string_view names) {
    try {
        return std::string{cli::selection::of(names).text()};
    } catch (const std::invalid_argument&) {
        return "refused";
    }
}

}  // namespace

int main(int count, char** words) {
    if (count == 7) {  // a line of the documents: columns, state, percent, time gone by, time left, text
        superoffice::BatchTaskInfo task{};
        task.ProgressPercent = std::atoi(words[3]);
        cli::progress shown{task};
        shown.state = words[2], shown.elapsed = words[4], shown.left = words[5], shown.text = words[6];
        std::printf("%s\n", cli::bar_line(shown, static_cast<std::size_t>(std::atoi(words[1]))).c_str());
        return 0;
    }

    // White space between values goes; what is in a string stays, behind an escaped quote or backslash as well.
    check(cli::one_line("{ \"a\" : 1,\n\t\"b\": [ ] }"), R"({"a":1,"b":[]})");
    check(cli::one_line(R"({"a": "say \"hi  there\" to all"})"), R"({"a":"say \"hi  there\" to all"})");
    check(cli::one_line(R"({"a": "ends in \\", "b": " x "})"), R"({"a":"ends in \\","b":" x "})");
    check(cli::one_line(R"({"a": "\\\" y"})"), R"({"a":"\\\" y"})");
    check(cli::one_line("\"a\x7f\""), "\"a\\u007f\"");
    check(cli::one_line("\"cut\\"), "\"cut\\");

    // A third of the line, with its brackets, but from 8 to 40 columns; and no more than there are.
    check(bar(50, 25), "Started  50 %");
    check(bar(50, 26), "Started     50 %  [###...]");
    check(bar(50, 27), "Started     50 %  [###....]");
    check(bar(50, 26, "TenLetters"), "TenLetters   50 %");
    check(bar(50, 27, "TenLetters"), "TenLetters   50 %  [###...]");
    check(bar(0, 30), "Started      0 %  [........]");
    check(bar(100, 60), "Started    100 %  [##################]");
    check(bar(50, 119), "Started     50 %  [##################...................]");
    check(bar(50, 120), "Started     50 %  [###################...................]");
    check(bar(50, 200), "Started     50 %  [###################...................]");
    check(bar(-1, 80), "Started     -1 %");
    check(bar(101, 80), "Started    101 %");

    check(cli::cut("abcdef", 6), "abcdef");
    check(cli::cut("abcdefg", 6), "abc...");
    check(cli::cut("abcdef", 3), "...");
    check(cli::cut("abcdef", 2), "..");
    check(cli::cut("", 0), "");

    check(of("ParameterObject/x0,ParameterObject/x9"), "ParameterObject/x0,ParameterObject/x9");
    check(of("parameterobject/azAZ09_/b"), "ParameterObject/azAZ09_/b");
    for (const char* const bad : {"Id/:", "Id/;", "Id/`", "Id/{", "Id/@", "Id/[", "Id/-", "Id/.", "Id/ x", "Idx", "/"})
        check(of(bad), "refused");
    return wrong == 0 ? 0 : 1;
}
