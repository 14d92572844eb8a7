#!/usr/bin/env python3
"""How much of include/superoffice the unit and contract tests run, line by line; `./tests/run --coverage` calls it.

Fails when a line is not run that exceptions.toml does not name, and when that names a line that is run or is not there.

What gcov can count: lines for which the compiler made code. A function template that no test instantiates has none, so
it is not missed here; nor has what only the compiler evaluates (consteval, constants), and such headers have no figure.
A constexpr function counts where it was also called at run time. One line that several instances share is run when it
is run in one of them. Branches are those of the machine code, gcov's throw branches left out: a figure to look at, not
one to reach.
"""

import json
import os
import pathlib
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from checking import BUILD, CORES, Failed, INCLUDE, ROOT, output_of, set_up_with_meson  # noqa: E402

FOLDER = BUILD / "coverage"
OPTIONS = ("-Dtests=enabled", "-Dexamples=disabled", "-Dcli=disabled", "-Dsimdjson=enabled", "-Dmbedtls=enabled",
           "-Dxml=enabled", "-Dcares=enabled", "-Dbuildtype=debug", "-Db_coverage=true")
PROGRAMS = ("tests/unit", "tests/contract/contract", "tests/network/network")
ENVIRONMENT = {"SUPEROFFICE_TESTS_DIR": str(ROOT / "tests")}
LIBRARY = INCLUDE / "superoffice"


def run_tests():
    set_up_with_meson(FOLDER, "g++", *OPTIONS)
    output_of("ninja", "--quiet", "-j", CORES, "-C", FOLDER, *PROGRAMS)
    for old in FOLDER.rglob("*.gcda"):
        old.unlink()
    for program in PROGRAMS:
        output_of(FOLDER / program, environment=ENVIRONMENT)


def measured():
    """gcovr's report by header: name below include/superoffice -> its lines."""
    report = FOLDER / "coverage.json"
    output_of("gcovr", "--root", ROOT, "--filter", f"{LIBRARY}/", "--exclude-throw-branches", "-j", CORES, "--json", report,
              ".", cwd=FOLDER)
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {os.path.relpath(ROOT / file["file"], LIBRARY):
            [line for line in file["lines"] if not line.get("gcovr/noncode")] for file in files}


def print_figures(report):
    total = [0, 0, 0, 0]
    print(f"{'include/superoffice/':<36}{'lines':>14}{'branches':>22}")
    for header in sorted(path.relative_to(LIBRARY).as_posix() for path in LIBRARY.rglob("*.hpp")):
        lines = report.get(header, [])
        branches = [branch for line in lines for branch in line["branches"]]
        figures = (sum(line["count"] > 0 for line in lines), len(lines),
                   sum(branch["count"] > 0 for branch in branches), len(branches))
        total = [sum(pair) for pair in zip(total, figures)]
        print_row(header, figures)
    print_row("all", total)


def print_row(name, figures):
    lines, all_lines, branches, all_branches = figures
    if not all_lines:
        print(f"{name:<36}{'nothing that runs':>22}")
        return
    shown = f"{name:<36}{lines:>6}/{all_lines:<5}{100 * lines / all_lines:>6.1f} %"
    print(shown + (f"{branches:>8}/{all_branches:<5}{100 * branches / all_branches:>6.1f} %" if all_branches else ""))


def exceptions():
    """(header, text of a line) for each line that need not be run."""
    lists = tomllib.loads((HERE / "exceptions.toml").read_text(encoding="utf-8")).get("list", [])
    for each in lists:
        if set(each) != {"file", "why", "lines"} or not each["why"] or not each["lines"]:
            raise Failed(f"exceptions.toml: a list has file, why and lines: {each}")
    return {(each["file"], line) for each in lists for line in each["lines"]}


def problems_of(report):
    excepted = exceptions()
    missed, problems = set(), []
    for header, lines in sorted(report.items()):
        source = (LIBRARY / header).read_text(encoding="utf-8").splitlines()
        for line in lines:
            if line["count"] == 0:
                place = (header, source[line["line_number"] - 1].strip())
                missed.add(place)
                if place not in excepted:
                    problems.append(f"{header}:{line['line_number']} is not run: {place[1]}")
    problems += [f"exceptions.toml: {header} has no such line that is not run: {text}"
                 for header, text in sorted(excepted - missed)]
    return problems


def main():
    try:
        run_tests()
        report = measured()
        print_figures(report)
        problems = problems_of(report)
    except Failed as failure:
        problems = [str(failure)]
    for problem in problems:
        print(problem)
    print(f"coverage: {len(problems)} problems" if problems else "coverage: every line that can be run is run")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
