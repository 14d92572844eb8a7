"""The contract: the client over real connections to the local service. And a check of the table in tests/README.md, which says
which test proves which row of the service notes."""

import re

from checking import BUILD, ROOT, Check, Counts, Failed, ninja, output_of, set_up_with_meson

SERVICE = {"SUPEROFFICE_LOCAL_SERVICE": str(ROOT / "tests" / "support" / "local_superoffice.py")}
EVERYTHING = ("-Dtests=enabled", "-Dexamples=disabled", "-Dcli=disabled", "-Dsimdjson=enabled", "-Dmbedtls=enabled",
              "-Dxml=enabled", "-Dcares=enabled")
BUILDS = {
    "with sanitizers": ("g++", "-Dbuildtype=debug", "-Db_sanitize=address,undefined", "-Dcpp_args=-fno-sanitize-recover=all"),
    "without exceptions and RTTI": ("clang++", "-Dbuildtype=plain", "-Db_lundef=false", "-Dcpp_std=none",
                                    "-Dcpp_args=-std=c++2b", "-Dcpp_eh=none", "-Dcpp_rtti=false"),
}
README = ROOT / "tests" / "README.md"
UNIT = BUILD / "g++-c++20" / "tests" / "unit"  # of tests/matrix/checks.py


def program_of(name):
    return BUILD / f"contract-{name.replace(' ', '-')}" / "tests" / "contract" / "contract"


def build(name, compiler, *options):
    folder = program_of(name).parent.parent.parent
    set_up_with_meson(folder, compiler, *EVERYTHING, *options)
    ninja(folder, "tests/contract/contract")


def test(name):
    printed = output_of(program_of(name), code=None, environment=SERVICE)
    ran = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
    if not ran or "Status: SUCCESS!" not in printed:
        raise Failed(printed, Counts(int(ran[1]), max(int(ran[2]), 1)) if ran else Counts(0, 1))
    return Counts(int(ran[1]))


def cases_of(program):
    """The names of its test cases; one that runs for several types counts once."""
    listed = output_of(program, "--list-test-cases", "--no-colors")
    return {re.sub(r"<(superoffice|so)::.*>$", "", line) for line in listed.splitlines()}


def table():
    """The rows of both tables in tests/README.md: section, what the notes say, and test cases."""
    text = README.read_text(encoding="utf-8")
    part = text.partition("\n## The contract, row by row\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in part.splitlines()
            if re.match(r"\| *((login|agent) )?\d", line)]
    return [(cells[0], cells[1], re.findall(r"`([^`]+)`", cells[-1])) for cells in rows]


def readme_tells_the_truth():
    contract, unit = cases_of(program_of("with sanitizers")), cases_of(UNIT)
    problems = []
    for section, says, names in table():
        if not names:
            problems.append(f"{section} {says}: no test is named")
        problems += [f"{section} {says}: there is no test `{name}`" for name in names if name not in contract | unit]
    named = {name for _, _, names in table() for name in names}
    problems += [f"`{name}` is in no row" for name in sorted(contract - named) if re.match(r"§|login |agent ", name)]
    sections = {row[0] for row in table()} | {row[0].split(".")[0] for row in table()}
    wanted = [*map(str, range(1, 14)), "login 1.3", "login 1.4", "agent 2.1", "agent 2.4"]
    problems += [f"section {section} has no row" for section in wanted if section not in sections]
    if problems:
        raise Failed("\n".join(problems))


def checks():
    for name, options in BUILDS.items():
        yield Check(f"build the contract {name}", lambda name=name, options=options: build(name, *options),
                    seconds=900)
        yield Check(f"the contract {name}", lambda name=name: test(name), needs=(f"build the contract {name}",),
                    seconds=300)
    yield Check("tests/README.md names tests that there are", readme_tells_the_truth,
                needs=("build the contract with sanitizers", "build g++ C++20"))
