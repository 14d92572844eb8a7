"""What the documents promise has a test: the two tables of SECURITY.md, and each command that names a check."""

import re
import shlex

from checking import ROOT, Failed, discovered
from pages import FENCE, name_of, pages, rows

README = ROOT / "README.md"
SECURITY = ROOT / "SECURITY.md"
TABLES = ("| Promise | Test |", "| README.md says | Test |")
WITHOUT_PROMISE = {"Licence"}  # sections of README.md
WITH_PROMISING_ROWS = {"Where it is tested"}
RECORDED = "By hand"  # rows that begin so tell what somebody did once


def table_behind(text, head):
    return rows(text[text.index(head):].partition("\n\n")[0])


def names_of_checks():
    """Those of this machine, and those that are left out here because a tool is missing."""
    names = {check.name for check in discovered()}
    for path in ROOT.glob("tests/*/*.py"):
        names.update(re.findall(r'Check\("([^"]+)"', path.read_text(encoding="utf-8")))
    return names


def names_of_tests(path, checks):
    """The names of the tests in a file; of a fuzz target and of a mistake, what its first lines say."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".cpp":
        whole = re.sub(r'"\n\s*"', "", text)  # a name on two lines
        return (re.findall(r'^TEST_CASE\w*\(\s*"((?:[^"\\]|\\.)*)"', whole, re.MULTILINE) +
                re.findall(r"^// (?:expect(?:-also)?|Fuzz target): (.+)$", text, re.MULTILINE))
    if path.suffix != ".py":
        return []
    made = re.findall(r'Check\(f"([^"{]+)', text)  # with a name that is put together
    return ([name for name in checks if f'"{name}"' in text or any(name.startswith(part) for part in made)] +
            re.findall(r"def (test_\w+)\(", text))


def unknown_tests(text, checks, root=ROOT):
    """A sentence for each quoted name that begins no test's name in the file, or below the folder, of the link before it."""
    known = {}
    for head in TABLES:
        for promise, tests in table_behind(text, head):
            quoted = 0
            for target, behind in re.findall(r"\]\(([^)]+)\)([^\[]*)", tests):
                if target not in known:
                    place = root / target
                    files = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
                    known[target] = [name for path in files for name in names_of_tests(path, checks)]
                for name in re.findall(r'"([^"]+)"', behind):
                    quoted += 1
                    if not any(one.startswith(name) for one in known[target]):
                        yield f"{promise}: {target} has no test {name!r}"
            if not quoted:
                yield f"{promise}: no test is quoted"


def plain(text):
    """Words without marks: of a link only its text."""
    return " ".join(re.sub(r"[*`]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)).split())


def promising_parts(text):
    """The parts of README.md that promise something: each section, each item of a list, each row of some tables."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        heading = section.partition("\n")[0]
        if heading in WITHOUT_PROMISE:
            continue
        yield section
        section = FENCE.sub("", section)
        yield from re.findall(r"^- .*(?:\n  .*)*", section, re.MULTILINE)
        if heading in WITH_PROMISING_ROWS:
            table = "\n".join(line for line in section.splitlines() if line.startswith("|"))
            yield from (row[0] for row in rows(table) if not row[0].startswith(RECORDED))


def unpromised(readme, security):
    """A sentence for each part of README.md without a row in SECURITY.md, and for each row that says what README.md does not."""
    said = [plain(row[0]) for row in table_behind(security, TABLES[1])]
    for part in map(plain, promising_parts(readme)):
        if not any(words in part for words in said):
            yield f"SECURITY.md has no test for: {part[:100]}"
    for words in said:
        if words not in plain(readme):
            yield f"README.md does not say: {words}"


def promises_are_tested():
    """Each test that SECURITY.md quotes is in the file, or below the folder, that it links to; README.md promises nothing else."""
    security = SECURITY.read_text(encoding="utf-8")
    if wrong := [*unknown_tests(security, names_of_checks()), *unpromised(README.read_text(encoding="utf-8"), security)]:
        raise Failed("\n".join(wrong))


def words_of_runs(text):
    """The words behind each ./tests/run of a page that name checks."""
    for line in re.findall(r"\./tests/run((?: [\w+\"': .-]+)?)", text):
        words = shlex.split(line.partition("    ")[0].partition(" # ")[0])
        if words and not words[0].startswith("-"):
            yield from words[:1]


def runs_are_known():
    """Each `./tests/run NAME` of a document runs something."""
    checks, found = names_of_checks(), 0
    for page in pages():
        for word in words_of_runs(page.read_text(encoding="utf-8")):
            found += 1
            if not any(word in name for name in checks):
                raise Failed(f"{name_of(page)}: ./tests/run {word!r} would run nothing")
    if not found:
        raise Failed("no document runs a check by its name")


def warnings_are_told():
    """The warnings of README.md are those of every build: of meson.build, and of the programs for other platforms."""
    told = re.findall(r"-W[\w-]+", README.read_text(encoding="utf-8").partition("without warnings under")[2])
    build = (ROOT / "meson.build").read_text(encoding="utf-8")
    level = {"1": ["-Wall"], "2": ["-Wall", "-Wextra"], "3": ["-Wall", "-Wextra", "-Wpedantic"]}[re.search(r"warning_level=(\d)", build)[1]]
    own = level + re.findall(r"'(-W[\w-]+)'", build.partition("own_args = ")[2].partition(")")[0])
    platforms = (ROOT / "tests" / "platforms" / "checks.py").read_text(encoding="utf-8")
    others = re.findall(r'"(-W[\w-]+)"', re.search(r"^WARNINGS = \((.*?)\)", platforms, re.DOTALL | re.MULTILINE)[1])
    if sorted(told) != sorted(own) or sorted([*told, "-Werror"]) != sorted(others):
        raise Failed(f"README.md names {told}, meson.build has {own}, the platforms' builds {others}")
