#!/usr/bin/env python3
"""How much of include/superoffice the unit, contract and network tests run; `./tests/run --coverage` calls it.

Fails when a line is not run, or a condition has only ever been true or only ever false, and exceptions.toml does not name it;
also when exceptions.toml names one that is not missing. A line and a condition are named by their text, so that the list
outlives changes of other lines.

Lines are counted by gcov: those for which g++ made code. A function template that no test instantiates has none, so it is not
missed here; nor has what only the compiler evaluates (consteval, constants), and such headers have no figure. A constexpr
function counts where it was also called at run time.

Branches are counted by clang, condition by condition as the source has them: each operand of && and || by itself, each `if`,
loop, `?:` and `case`. Both outcomes count, for each condition that was evaluated at run time. (gcov's branches are those of
the machine code; many of them are not in the source at all.)

One line or condition that several instances share is run when it is run in one of them.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from checking import BUILD, CORES, Failed, INCLUDE, ROOT, output_of, set_up_with_meson  # noqa: E402

FOLDER = BUILD / "coverage"
OPTIONS = ("-Dtests=enabled", "-Dexamples=disabled", "-Dcli=disabled", "-Dsimdjson=enabled", "-Dmbedtls=enabled",
           "-Dxml=enabled", "-Dcares=enabled", "-Dbuildtype=debug")
CLANG_OPTIONS = ("-Dcpp_args=-fprofile-instr-generate -fcoverage-mapping", "-Dcpp_link_args=-fprofile-instr-generate")
PROGRAMS = ("tests/unit", "tests/contract/contract", "tests/network/network")
ENVIRONMENT = {"SUPEROFFICE_TESTS_DIR": str(ROOT / "tests")}
LIBRARY = INCLUDE / "superoffice"
LEAST_BRANCHES = 96.0  # percent

Condition = collections.namedtuple("Condition", "header line text")


def build(folder, compiler, *options):
    os.environ["LLVM_PROFILE_FILE"] = os.devnull  # of the programs that Meson tries the compiler with
    set_up_with_meson(folder, compiler, *OPTIONS, *options)
    output_of("ninja", "--quiet", "-j", CORES, "-C", folder, *PROGRAMS)


def header_of(path):
    """The name below include/superoffice, or nothing for a file that is none of the library's."""
    path = pathlib.Path(os.path.abspath(path))
    return path.relative_to(LIBRARY).as_posix() if path.is_relative_to(LIBRARY) else None


# ---------------------------------------------------------------------------------------------- lines, by gcov

def run_with_gcov():
    folder = FOLDER / "lines"
    build(folder, "g++", "-Db_coverage=true")
    for old in folder.rglob("*.gcda"):
        old.unlink()
    for program in PROGRAMS:
        output_of(folder / program, environment=ENVIRONMENT)
    report = folder / "coverage.json"
    output_of("gcovr", "--root", ROOT, "--filter", f"{LIBRARY}/", "-j", CORES, "--json", report, ".", cwd=folder)


def lines_of(report):
    """header -> {line number: how often it was run}"""
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {header_of(ROOT / file["file"]): {line["line_number"]: line["count"] for line in file["lines"]
                                             if not line.get("gcovr/noncode")} for file in files}


# ---------------------------------------------------------------------------------------------- branches, by clang

def reports(folder):
    return [folder / f"{pathlib.Path(program).name}.json" for program in PROGRAMS]


def run_with_clang():
    """A report for each program: one function may have other counters in another program."""
    folder = FOLDER / "branches"
    build(folder, "clang++", *CLANG_OPTIONS)
    version = re.search(r"version (\d+)", output_of("clang++", "--version"))[1]
    for program, report in zip(PROGRAMS, reports(folder)):
        profile, raw = report.with_suffix(".profdata"), report.with_suffix("")
        raw.mkdir(exist_ok=True)
        for old in raw.iterdir():
            old.unlink()
        # %p: tests that fork must not write over each other.
        output_of(folder / program, environment=ENVIRONMENT | {"LLVM_PROFILE_FILE": str(raw / "%p.profraw")})
        output_of(f"llvm-profdata-{version}", "merge", "-sparse", *raw.iterdir(), "-o", profile)
        printed = output_of(f"llvm-cov-{version}", "export", f"-instr-profile={profile}", folder / program)
        report.write_text(printed[printed.index("{"):], encoding="utf-8")  # after the warnings


def source_text(lines, begin_line, begin_column, end_line, end_column):
    """That part of a file, in one line. Columns count bytes from 1."""
    part = lines[begin_line - 1:end_line]
    part[-1] = part[-1][:end_column - 1]
    part[0] = part[0][begin_column - 1:]
    return " ".join(b" ".join(part).decode().split())


def conditions_of(folder):
    """Condition -> [how often it was true, how often false], of those that were evaluated at all"""
    found = collections.defaultdict(lambda: [0, 0])
    for report in reports(folder):
        for function in json.loads(report.read_text(encoding="utf-8"))["data"][0]["functions"]:
            for *place, was_true, was_false, file, _, _ in function["branches"]:
                if header := header_of(function["filenames"][file]):
                    found[header, *place][0] += was_true
                    found[header, *place][1] += was_false
    sources = {header: (LIBRARY / header).read_bytes().splitlines() for header, *_ in found}
    return {Condition(header, place[0], source_text(sources[header], *place)): counts
            for (header, *place), counts in found.items() if any(counts) and is_written(sources[header], *place[:2])}


def is_written(lines, line, column):
    """Not so the branches of `= default`, and the way of a switch that no `case` names: compilers demand that all are named."""
    return b"= default" not in lines[line - 1] and not re.search(rb"switch \($", lines[line - 1][:column - 1])


# ---------------------------------------------------------------------------------------------- the report

def print_figures(lines, conditions):
    run, branches = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(lambda: [0, 0])
    for header, counts in lines.items():
        run[header] = [sum(count > 0 for count in counts.values()), len(counts)]
    for condition, counts in conditions.items():
        branches[condition.header][0] += sum(count > 0 for count in counts)
        branches[condition.header][1] += 2
    print(f"{'include/superoffice/':<44}{'lines':>15}{'branches':>23}")
    for header in sorted({*run, *branches}):
        print_row(header, run[header], branches[header])
    total = [[sum(pair) for pair in zip(*figures.values())] for figures in (run, branches)]
    print_row("all", *total)
    return total


def percent(figure):
    return 100 * figure[0] / figure[1]


def print_row(name, *figures):
    print(f"{name:<44}" + "  ".join(f"{each[0]:>6}/{each[1]:<5}{percent(each):>6.1f} %" if each[1] else " " * 20
                                    for each in figures))


def exceptions():
    """{(header, text)} for lines that need not be run; the same for branches, whose text begins "never true: " or so."""
    lists = tomllib.loads((HERE / "exceptions.toml").read_text(encoding="utf-8")).get("list", [])
    lines, branches = set(), set()
    for each in lists:
        if not {"file", "why"} < set(each) <= {"file", "why", "lines", "branches"} or not each["why"]:
            raise Failed(f"exceptions.toml: a list has file, why, and lines or branches: {each}")
        lines |= {(each["file"], text) for text in each.get("lines", ())}
        branches |= {(each["file"], text) for text in each.get("branches", ())}
    return lines, branches


def missing_lines(lines):
    for header, counts in lines.items():
        source = (LIBRARY / header).read_text(encoding="utf-8").splitlines()
        yield from ((header, source[number - 1].strip(), number) for number, count in counts.items() if count == 0)


def missing_branches(conditions):
    for condition, counts in conditions.items():
        for count, outcome in zip(counts, ("true", "false")):
            if count == 0:
                yield condition.header, f"never {outcome}: {condition.text}", condition.line


def problems_of(kind, missing, excepted):
    missing = sorted(missing, key=lambda each: (each[0], each[2]))
    return [f"{header}:{number}: {kind}{text}" for header, text, number in missing if (header, text) not in excepted] + \
        [f"exceptions.toml: {header} has no such missing {'branch' if not kind else 'line'}: {text}"
         for header, text in sorted(excepted - {(header, text) for header, text, _ in missing})]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--again", action="store_true", help="only compare the figures of the last run with exceptions.toml")
    again = options.parse_args().again
    try:
        if not again:
            run_with_gcov()
            run_with_clang()
        lines, conditions = lines_of(FOLDER / "lines" / "coverage.json"), conditions_of(FOLDER / "branches")
        _, branches = print_figures(lines, conditions)
        excepted_lines, excepted_branches = exceptions()
        problems = problems_of("is not run: ", missing_lines(lines), excepted_lines)
        problems += problems_of("", missing_branches(conditions), excepted_branches)
        if percent(branches) < LEAST_BRANCHES:
            problems.append(f"{percent(branches):.1f} % of the branches are run, less than {LEAST_BRANCHES} %")
    except Failed as failure:
        problems = [str(failure)]
    for problem in problems:
        print(problem)
    print(f"coverage: {len(problems)} problems" if problems else "coverage: every line and branch that is not run is on the list")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
