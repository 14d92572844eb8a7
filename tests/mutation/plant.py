#!/usr/bin/env python3
"""Plants bugs in the headers and says which of them no test notices.

    tests/mutation/plant.py                          every group of targets.toml
    tests/mutation/plant.py http tls                 these groups
    tests/mutation/plant.py http/detail/chunked.hpp  one header, with the tests of its group
    tests/mutation/plant.py --own base/time.hpp      one header, with its own unit test only: quick

All bugs of a group are compiled into one program, and PLANTED_BUG in the environment switches one on. A first run writes
which test case reaches which bug, so each bug is tried with only those that reach it. A bug in a constant cannot be switched on
at run time: the tests are built again for each of those. A test that fails, a crash and a hang are all notices.

--seed and --per-header choose the bugs: the same seed plants the same ones wherever their lines move. The bugs of named.toml are
always planted. A bug that makes no difference is listed in equivalent.toml with the reason. The run fails when a bug is neither
noticed nor listed, when fewer than 98 % are, and when the list names a bug that is noticed or is no longer there.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
sys.path.insert(0, str(HERE))

import local_superoffice_certificates as certificates  # noqa: E402
from checking import BUILD, CORES, Failed, ROOT, output_of  # noqa: E402
from mutants import Header, named_mutant, planted  # noqa: E402

LEAST_SHARE = 98.0  # percent
SWITCHES = ("-DSUPEROFFICE_WITH_SIMDJSON=1", "-DSUPEROFFICE_SIMDJSON_BUILTIN_ONLY=1", "-DSUPEROFFICE_WITH_MBEDTLS=1",
            "-DSUPEROFFICE_WITH_SOCKETS=1")
LIBRARIES = ("-lmbedtls", "-lmbedx509", "-lmbedcrypto", "-lsimdjson", "-lexpat", "-lcares", "-pthread")
FIRST_SECONDS = 0.3  # the quick test cases come first
FRAME = ("main.cpp", "support/counting_heap.cpp")  # compiled once for all groups
ROUNDS = 12  # of leaving out what does not compile


@dataclasses.dataclass
class Outcome:
    planted: list
    killed: dict = dataclasses.field(default_factory=dict)  # number: how
    survived: list = dataclasses.field(default_factory=list)
    refused: int = 0  # by the compiler
    left_out: int = 0  # in lines that the preprocessor leaves out of this build


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    seconds: float
    reaches: frozenset


class Group:
    """Headers that are planted together, and the tests that have to notice."""

    def __init__(self, name, entry, root):
        self.name = name
        self.include = root / entry.get("include", "include")
        self.tests_folder = root / entry.get("tests_folder", "tests")
        self.headers = [path for pattern in entry["headers"] for path in self._matching(self.include / "superoffice", pattern)]
        left_out = {path for pattern in entry.get("without", []) for path in self._matching(self.include / "superoffice", pattern)}
        self.headers = [header for header in self.headers if header not in left_out]
        self.tests = list(dict.fromkeys(path for pattern in entry["tests"] for path in self._matching(self.tests_folder, pattern)))

    @staticmethod
    def _matching(folder, pattern):
        found = sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern))
        if not found:
            raise Failed(f"targets.toml: nothing matches {pattern}")
        return found

    def only(self, header, own):
        self.headers = [header]
        if own:
            self.tests = [test for test in self.tests if test == f"unit/{header[:-len('.hpp')]}.cpp"]
        return self


class Program:
    """The tests of a group over headers with bugs."""

    def __init__(self, group, folder, jobs):
        self.group, self.folder, self.jobs = group, folder, jobs
        self.copies = {}
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "SUPEROFFICE_TESTS_DIR": str(ROOT / "tests"),
                            "SUPEROFFICE_LOCAL_SERVICE": str(HERE / "service.py"),
                            "SUPEROFFICE_MUTATION_CERTIFICATES": str(folder.parent / "certificates")}
        certificates.make_certificates(folder.parent / "certificates")
        self.environment.pop("PLANTED_BUG", None)

    def write(self, mutants):
        shutil.rmtree(self.folder / "include", ignore_errors=True)
        self.copies = {}
        for header in self.group.headers:
            here = [mutant for mutant in mutants if mutant.header == header and not mutant.alone]
            copy = self.folder / "include" / "superoffice" / header
            copy.parent.mkdir(parents=True, exist_ok=True)
            self.copies[str(copy)] = made = planted((self.group.include / "superoffice" / header).read_text(encoding="utf-8"), here)
            copy.write_text(made.text, encoding="utf-8")

    def command(self, *extra, alone=None):
        first = (f"-I{alone}",) if alone else ()
        return ("g++", "-std=c++20", "-w", "-O0", *first, f"-I{self.folder}/include", f"-I{HERE}", f"-I{self.group.include}",
                f"-I{ROOT}/tests", *SWITCHES, *extra)

    def object_of(self, source, built=0):
        if source in FRAME:
            return self.folder.parent / f"{source.replace('/', '+')}.o"
        return self.folder / f"{source.replace('/', '+')}.{built}.o"

    def compile(self, sources, *extra, built=0, alone=None):
        """What the compiler prints for each of the sources that it refuses."""
        def one(source):
            made = self.object_of(source)
            if source in FRAME and made.exists() and made.stat().st_mtime > max(path.stat().st_mtime for path in (
                    self._path(source), HERE / "mutation.hpp")):
                return ""
            done = subprocess.run([*self.command(*extra, alone=alone), f"-DSUPEROFFICE_MUTANT_BUILT={built}", "-c",
                                   str(self._path(source)), "-o", str(self.object_of(source, built))],
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            return done.stdout if done.returncode else ""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return [printed for printed in pool.map(one, sources) if printed]

    def _path(self, source):
        return {"main.cpp": HERE / "main.cpp"}.get(source) or \
            (ROOT / "tests" / source if source == "support/counting_heap.cpp" else self.group.tests_folder / source)

    def numbers_compiled(self):
        """The numbers of the bugs that are in some file of the tests behind the preprocessor."""
        numbers = set()
        for source in self.group.tests:
            text = output_of(*self.command("-E", "-P", self._path(source)))
            numbers |= set(map(int, re.findall(r"superoffice_mutation::\s*(?:on\(|\w+<)(\d+)[)>,]", text)))
        return numbers

    def refused(self, printed):
        """The numbers of the bugs on the lines of the compiler's errors."""
        numbers, near = set(), set()
        for file, line in re.findall(r"^(?:In file included from )?(\S+?):(\d+)[:,]", "\n".join(printed), re.MULTILINE):
            copy = self.copies.get(os.path.normpath(file))
            if copy:
                numbers |= copy.at_line.get(int(line), set())
                near |= copy.near_line.get(int(line), set())
        return numbers or near

    def link(self, sources, built=0):
        program = self.folder / f"test.{built}"
        output_of("g++", *(self.object_of(source, built) for source in sources), *map(self.object_of, FRAME), "-o", program, *LIBRARIES)
        return program

    def run(self, program, number, cases=None, seconds=60.0):
        """None when the tests pass, else how they noticed."""
        filters = [] if cases is None else ["--test-case=" + ",".join(re.sub(r'[,"\\]', "?", case.name) for case in cases)]
        spent = sum(case.seconds for case in cases) if cases else seconds

        def limits():
            most = int(3 + 5 * spent)
            resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        try:
            done = subprocess.run([str(program), "--abort-after=1", *filters], env={**self.environment, "PLANTED_BUG": str(number)},
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limits,
                                  timeout=20 + 10 * spent, check=False)
        except subprocess.TimeoutExpired:
            return "hang"
        if done.returncode == 0:
            return None
        return "test" if done.returncode > 0 else "hang" if done.returncode in (-24, -9) else "crash"

    def cases(self, program):
        """Every test case, once without a bug; they have to pass."""
        log = self.folder / "reached"
        log.unlink(missing_ok=True)
        output_of(program, environment={**self.environment, "SUPEROFFICE_MUTATION_REACHED": str(log)})
        found = []
        for line in log.read_text(encoding="utf-8").splitlines():
            seconds, reaches, name = line.split(" ", 2)
            found.append(Case(name, float(seconds), frozenset(map(int, filter(None, reaches.split(","))))))
        return sorted(found, key=lambda case: case.seconds)


class Plan:
    """What is planted in a group: by the seed, and what the lists name."""

    def __init__(self, group, lists, options):
        self.everything, self.missing = [], []
        chosen = []
        for header in group.headers:
            text = (group.include / "superoffice" / header).read_text(encoding="utf-8")
            found = Header(header, text).mutants()
            self.everything += found
            listed = [mutant for mutant in found if mutant.key in lists.equivalent]
            by_seed = sorted(found, key=lambda mutant: mutant.rank(options.seed))
            few = [mutant for mutant in by_seed if mutant.must_be_built][:options.builds]
            many = [mutant for mutant in by_seed if not mutant.must_be_built][:options.per_header]
            if options.named:
                few = many = listed = []
            chosen += list({id(mutant): mutant for mutant in [*listed, *few, *many]}.values())
            for entry in lists.named.get(header, []):
                mutant = named_mutant(header, text, entry)
                if mutant is None:
                    self.missing.append(f"named.toml: {header} does not have this text once: {entry['name']}")
                    continue
                self.everything.append(mutant)
                nearby = [other for other in chosen if other.header == header and overlap(other, mutant)]
                # What would stand in its way makes room; two named ones at one place are built one by one.
                mutant.must_be_built |= any(other.name and not other.must_be_built for other in nearby)
                if not mutant.must_be_built:
                    mutant.alone = ""
                    chosen = [other for other in chosen if other.must_be_built and other.name or other not in nearby]
                chosen.append(mutant)
        self.mutants = chosen
        for number, mutant in enumerate(self.mutants, 1):
            mutant.number = number


def overlap(one, other):
    return any(a.begin < b.end and b.begin < a.end or a.begin == b.begin for a in one.edits for b in other.edits)


class Lists:
    """equivalent.toml and named.toml."""

    def __init__(self, folder):
        read = lambda name: tomllib.loads((folder / name).read_text(encoding="utf-8")) if (folder / name).exists() else {}  # noqa: E731
        self.equivalent, self.named, self.named_equivalent = {}, {}, {}
        for entry in read("equivalent.toml").get("mutant", []):
            if not entry.get("reason", "").strip():
                raise Failed(f"equivalent.toml: no reason: {entry}")
            for change in [entry["change"]] if isinstance(entry["change"], str) else entry["change"]:
                key = (entry["header"], entry["line"], change, entry.get("nth", 1))
                if key in self.equivalent:
                    raise Failed(f"equivalent.toml: twice: {key}")
                self.equivalent[key] = entry["reason"]
        for entry in read("named.toml").get("mutant", []):
            self.named.setdefault(entry["header"], []).append(entry)


def compiled(program, plan, outcome):
    """Builds; leaves out what the compiler refuses."""
    sources = list(program.group.tests)
    if printed := program.compile(FRAME):
        raise Failed("\n".join(printed))

    def leave_out(printed):
        bad = program.refused(printed)
        if not bad:
            raise Failed("\n".join(printed)[:6000])
        outcome.refused += len(bad)
        plan.mutants = [mutant for mutant in plan.mutants if mutant.number not in bad]
        program.write(plan.mutants)

    program.write(plan.mutants)
    compiled_ones = program.numbers_compiled()
    for header in program.group.headers:
        here = [mutant for mutant in plan.mutants if mutant.header == header and not mutant.alone]
        if here and not any(mutant.number in compiled_ones for mutant in here):
            raise Failed(f"no test of {program.group.name} includes {header}, or a switch leaves it out")
    kept = [mutant for mutant in plan.mutants if mutant.alone or mutant.number in compiled_ones]
    outcome.left_out, plan.mutants = len(plan.mutants) - len(kept), kept
    program.write(plan.mutants)
    for _ in range(ROUNDS):
        unread = list(sources)
        while unread:  # what one file of tests refuses, the others refuse, too
            if printed := program.compile(unread[:program.jobs], "-fsyntax-only"):
                leave_out(printed)
            else:
                unread = unread[program.jobs:]
        if not (printed := program.compile(sources)):
            return program.link(program.group.tests)
        leave_out(printed)
    raise Failed("the headers with bugs do not compile")


def try_built(program, mutant, is_argued):
    """Builds the tests with the bug, file by file, the header's own test first, until one notices."""
    own = f"unit/{mutant.header[:-len('.hpp')]}.cpp"
    alone = None
    if mutant.alone:
        alone = program.folder / f"alone.{mutant.number}"
        header = alone / "superoffice" / mutant.header
        header.parent.mkdir(parents=True, exist_ok=True)
        header.write_text(mutant.alone, encoding="utf-8")
    tests = sorted(program.group.tests, key=lambda test: (test != own, test.count("/")))
    # A bug that is argued already costs one build only.
    for test in tests if mutant.must_be_built or own not in tests or not is_argued else tests[:1]:
        if program.compile([test], built=mutant.number, alone=alone):
            return "compiler"
        how = program.run(program.link([test], mutant.number), mutant.number)
        program.object_of(test, mutant.number).unlink()
        (program.folder / f"test.{mutant.number}").unlink()
        if how:
            return how
    return None


def try_all(program, plan, outcome, lists, options):
    test = compiled(program, plan, outcome)
    cases = program.cases(test)
    again = program.run(test, 0, seconds=sum(case.seconds for case in cases) + 5)
    if again:
        raise Failed(f"the tests of {program.group.name} fail without a bug: {again}")

    def one(mutant):
        reaching = [case for case in cases if mutant.number in case.reaches]
        if not reaching:
            return None, False
        spent, quick = 0.0, []
        for case in reaching:
            spent += case.seconds
            if quick and spent > FIRST_SECONDS:
                break
            quick.append(case)
        how = program.run(test, mutant.number, quick)
        if how is None and len(quick) < len(reaching):
            how = program.run(test, mutant.number, reaching[len(quick):])
        return how, True

    def survives(mutant):
        outcome.survived.append(mutant)
        if mutant.key not in lists.equivalent:
            print(f"  not noticed\n{show(mutant)}", flush=True)

    unreached = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, (how, reached) in zip(plan.mutants, pool.map(one, plan.mutants)):
            if how:
                outcome.killed[mutant.number] = how
            elif reached:
                survives(mutant)
            else:
                unreached.append(mutant)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, how in zip(unreached, pool.map(lambda mutant: try_built(program, mutant, mutant.key in lists.equivalent), unreached)):
            if how:
                outcome.killed[mutant.number] = how
            else:
                mutant.kind += ", reached by no test at run time"
                survives(mutant)


def show(mutant):
    nth = f"\n    nth = {mutant.nth}" if mutant.nth > 1 else ""
    quoted = [part if "'" not in part else None for part in (mutant.line, mutant.change)]
    line, change = (f"'{part}'" if part is not None else '"""' + text.replace("\\", "\\\\") + '"""'
                    for part, text in zip(quoted, (mutant.line, mutant.change)))
    return f"    # {mutant.kind}\n    header = \"{mutant.header}\"\n    line = {line}\n    change = {change}{nth}"


def run_group(group, lists, options):
    began = time.monotonic()
    folder = options.folder / group.name
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(group, lists, options)
    outcome = Outcome(plan.mutants)
    try_all(Program(group, folder, options.jobs), plan, outcome, lists, options)
    outcome.planted = plan.mutants
    argued = [mutant for mutant in outcome.survived if mutant.key in lists.equivalent]
    open_ones = [mutant for mutant in outcome.survived if mutant.key not in lists.equivalent]
    tried = len(outcome.killed) + len(outcome.survived)
    print(f"{group.name}: {len(group.headers)} headers, {len(plan.everything)} places, {tried} bugs tried, {len(outcome.killed)} noticed "
          f"({sum(how == 'crash' for how in outcome.killed.values())} by a crash, {sum(how == 'hang' for how in outcome.killed.values())} "
          f"by a hang), {len(argued)} argued, {len(open_ones)} open; {outcome.refused} did not compile, "
          f"{outcome.left_out} are in lines of other builds "
          f"({time.monotonic() - began:.0f} s)", flush=True)
    problems = list(plan.missing)
    there = {mutant.key for mutant in plan.everything}
    killed = {mutant.key for mutant in plan.mutants if mutant.number in outcome.killed}
    for key in lists.equivalent:
        if key[0] in group.headers and key not in there:
            problems.append(f"equivalent.toml: no longer there: {' | '.join(map(str, key))}")
        elif key in killed:
            problems.append(f"equivalent.toml: noticed now: {' | '.join(map(str, key))}")
    return tried, len(outcome.killed), len(argued), len(open_ones), problems


def wanted(options):
    entries = tomllib.loads(options.targets.read_text(encoding="utf-8"))["group"]
    root = ROOT if options.targets == HERE / "targets.toml" else options.targets.parent
    groups = {name: Group(name, entry, root) for name, entry in entries.items()}
    if not options.what:
        return list(groups.values())
    found = []
    for what in options.what:
        if what in groups:
            found.append(groups[what])
            continue
        name = next((name for name, group in groups.items() if what in group.headers), None)
        if name is None:
            raise Failed(f"neither a group nor a header of one: {what}. Groups: {', '.join(groups)}")
        one = Group(name, entries[name], root).only(what, options.own)
        one.name = what.replace("/", "+")
        found.append(one)
    return found


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="GROUP|HEADER")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-header", type=int, default=40, metavar="N", help="bugs in each header, at most (40)")
    parser.add_argument("--builds", type=int, default=2, metavar="N", help="bugs in constants of each header, at most (2)")
    parser.add_argument("--named", action="store_true", help="only the bugs of named.toml")
    parser.add_argument("--own", action="store_true", help="with a header: only its own unit test")
    parser.add_argument("--jobs", type=int, default=CORES)
    parser.add_argument("--targets", type=pathlib.Path, default=HERE / "targets.toml", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=pathlib.Path, default=BUILD / "mutation", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    total, problems = [0, 0, 0, 0], []
    try:
        lists = Lists(options.targets.parent)
        for group in wanted(options):
            if options.named:
                group.headers = [header for header in group.headers if header in lists.named]
                if not group.headers:
                    continue
            *figures, found = run_group(group, lists, options)
            total = [sum(pair) for pair in zip(total, figures)]
            problems += found
    except Failed as failure:
        print(failure)
        print("mutation: did not run")
        return 2
    tried, killed, argued, left = total
    share = 100 * (killed + argued) / tried if tried else 0
    for problem in problems:
        print(problem)
    print(f"mutation: {tried} bugs, {killed} noticed, {argued} argued, {left} open, {share:.1f} % noticed or argued, "
          f"{len(problems)} stale")
    return 1 if left or problems or share < LEAST_SHARE else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
