"""How a check is written, run and reported. `tests/run` runs the checks of every tests/*/checks.py.

Such a file has a function `checks()` that gives `Check` objects. A check is a function that returns nothing or `Counts`.
It fails by raising `Failed` with the text that a reader needs.

Each check runs in a process of its own. When the check ends, or reaches its limit, every process that it started is ended
too. A run of everything has a limit as well, so that it ends in time whatever hangs.
"""

import argparse
import contextlib
import ctypes
import dataclasses
import fcntl
import importlib.util
import os
import pathlib
import pickle
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE = ROOT / "include"
SINGLE_HEADER = ROOT / "single_include" / "superoffice" / "batch.hpp"
BUILD = ROOT / "build" / "tests"

COMPILERS = ("g++", "clang++")
CORES = len(os.sched_getaffinity(0))
LOG_LINES = 200
QUICK = 60  # seconds: a check that reads files, or runs a compiler a few times
RUN_MINUTES = 38  # a run of everything, with the installation of what is missing; SUPEROFFICE_TEST_MINUTES changes it


@dataclasses.dataclass(frozen=True)
class Counts:
    """Test cases; a check that is one by itself counts as one."""

    passed: int = 1
    failed: int = 0

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed)


class Failed(Exception):
    def __init__(self, log, counts=Counts(0, 1)):
        super().__init__(log)
        self.counts = counts


@dataclasses.dataclass(frozen=True)
class Check:
    name: str
    run: typing.Callable[[], Counts | None]
    needs: tuple[str, ...] = ()  # the names of checks that have to pass before
    seconds: float = QUICK * 2  # the limit; three times what it takes on a slow machine, about


def output_of(*command, code=0, cwd=ROOT, text_in="", environment=None):
    """What the command prints on both streams. Fails unless it ends with `code`; None takes any."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}, text=True, input=text_in,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if code is not None and done.returncode != code:
        raise Failed(f"$ {shlex.join(words)}\n{done.stdout}\nended with {done.returncode} instead of {code}")
    return done.stdout


@contextlib.contextmanager
def one_at_a_time(name):
    """For what two checks may not do at the same time, such as running ninja in one folder."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / f"{name}.lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def set_up_with_meson(folder, compiler, *options):
    """Sets the project up in `folder`; a warning will be an error."""
    # A folder that a broken set-up left behind is made anew.
    again = ("--reconfigure",) if (folder / "build.ninja").exists() else ("--wipe",) if folder.exists() else ()
    output_of("meson", "setup", *again, "-Dwerror=true", *options, folder, environment={"CXX": compiler})


def ninja(folder, *targets):
    """Builds there, on one core, because other checks run beside; shows every error, not only the first."""
    output_of("ninja", "--quiet", "-k", 0, "-j", 1, "-C", folder, *targets)


def run_unittests(*arguments, environment=None):
    """Runs `python3 -m unittest ARGUMENTS` and counts the tests."""
    printed = output_of(sys.executable, "-B", "-m", "unittest", *arguments, code=None, environment=environment)
    ran = re.search(r"^Ran (\d+) tests?", printed, re.MULTILINE)
    total = int(ran.group(1)) if ran else 0
    if not total or not printed.rstrip().splitlines()[-1].startswith("OK"):
        bad = sum(map(int, re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", printed))) or 1
        raise Failed(printed, Counts(max(total - bad, 0), bad))
    return Counts(total)


def discovered():
    """The checks of every tests/*/checks.py, folder by folder."""
    found = []
    for path in sorted(ROOT.glob("tests/*/checks.py")):
        specification = importlib.util.spec_from_file_location(f"checks_of_{path.parent.name}", path)
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        found += module.checks()
    return found


def chosen(checks, patterns):
    """Those whose name holds one of the patterns, and what they need."""
    if not patterns:
        return checks
    names = {check.name for check in checks if any(pattern in check.name for pattern in patterns)}
    for check in reversed(checks):
        if check.name in names:
            names.update(check.needs)
    return [check for check in checks if check.name in names]


# ---------------------------------------------------------------------------------------------- processes

def adopt_orphans():
    """On Linux: a process whose parent ends becomes a child of this one, so that none gets lost."""
    if sys.platform == "linux":
        set_child_subreaper = 36  # of <sys/prctl.h>
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def processes():
    """{process id: parent's id} of those that run."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                found[int(path.parent.name)] = int(parent)
    return found


def descendants(ancestor):
    parents = processes()
    found, added = set(), {ancestor}
    while added:
        added = {child for child, parent in parents.items() if parent in added} - found
        found |= added
    return found


def command_line(process):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()[:200]
    return ""


def end_descendants(ancestor):
    """Ends all that run below it; gives their command lines."""
    ended = []
    limit = time.monotonic() + 5  # of which one that the system holds may not make us wait for ever
    while (running := descendants(ancestor)) and time.monotonic() < limit:
        ended += [line for line in map(command_line, running) if line]
        for process in running:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.01)
    return list(dict.fromkeys(ended))


class Running:
    """A check in a process of its own."""

    def __init__(self, check):
        self.check = check
        self.began = time.monotonic()
        self.outcome = tempfile.TemporaryFile()
        sys.stdout.flush()
        self.process = os.fork()
        if self.process == 0:
            try:
                self._work()
            finally:
                os._exit(1)

    def _work(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        adopt_orphans()
        try:
            counts, log = self.check.run() or Counts(), ""
        except Failed as failure:
            counts, log = failure.counts, str(failure) or "no more is known"
        except BaseException as error:  # a mistake in the check itself
            counts, log = Counts(0, 1), f"{type(error).__name__}: {error}"
        end_descendants(os.getpid())
        self.outcome.write(pickle.dumps((counts, log)))
        self.outcome.flush()
        sys.stdout.flush()
        os._exit(0)

    def seconds(self):
        return time.monotonic() - self.began

    def has_ended(self):
        return os.waitpid(self.process, os.WNOHANG)[0] != 0

    def result(self):
        """(counts, log) of a check that has ended."""
        self.outcome.seek(0)
        data = self.outcome.read()
        self.outcome.close()
        return pickle.loads(data) if data else (Counts(0, 1), "the check's process ended without a word")

    def end(self):
        """Ends it and all that it has started; gives the command lines of that."""
        with contextlib.suppress(OSError):
            os.kill(self.process, signal.SIGSTOP)
        started = end_descendants(self.process)
        with contextlib.suppress(OSError):
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        return started


# ---------------------------------------------------------------------------------------------- a run

class Report:
    """Prints a line for each check when it ends, and counts."""

    def __init__(self):
        self.total = Counts(0, 0)

    def add(self, name, counts, seconds, log=""):
        self.total += counts
        cases = f"{counts.passed} cases, " if not log and counts.passed > 1 else ""
        print(f"{'FAILED' if log else 'ok'} {name} ({cases}{seconds:.0f} s)")
        lines = log.splitlines()
        if len(lines) > LOG_LINES:
            half = LOG_LINES // 2
            lines = [*lines[:half], f"({len(lines) - 2 * half} lines left out)", *lines[-half:]]
        for line in lines:
            print(f"    {line}")
        sys.stdout.flush()


class Run:
    """Runs the checks, as many at once as there are cores: always the first whose needs have been met."""

    def __init__(self, checks, ends=float("inf"), at_once=CORES):
        self.waiting = list(checks)
        self.ends = ends  # the time.monotonic() at which the whole run is ended
        self.at_once = at_once
        self.running = []
        self.passed = {}  # name: whether it passed, of those that have ended
        self.report = Report()

    def whole(self):
        while self.waiting or self.running:
            self._start()
            time.sleep(0.02)
            for each in list(self.running):
                self._look_at(each)
            if time.monotonic() > self.ends:
                self._give_up()
        return self.report.total

    def end(self):
        for each in self.running:
            each.end()

    def _start(self):
        while len(self.running) < self.at_once:
            check = next((check for check in self.waiting if all(name in self.passed for name in check.needs)), None)
            if check is None:
                return
            self.waiting.remove(check)
            if missing := [name for name in check.needs if not self.passed[name]]:
                self._ended(check, Counts(0, 1), 0, f"not run, because this failed: {', '.join(missing)}")
            else:
                self.running.append(Running(check))

    def _look_at(self, each):
        if each.has_ended():
            counts, log = each.result()
        elif each.seconds() > each.check.seconds:
            counts, log = Counts(0, 1), self._ended_at(each, f"its limit of {each.check.seconds:.0f} seconds")
        else:
            return
        self.running.remove(each)
        self._ended(each.check, counts, each.seconds(), log)

    def _give_up(self):
        for each in self.running:
            self._ended(each.check, Counts(0, 1), each.seconds(), self._ended_at(each, "the limit of the whole run"))
        for check in self.waiting:
            self._ended(check, Counts(0, 1), 0, "not run: the whole run has reached its limit")
        self.running, self.waiting = [], []

    @staticmethod
    def _ended_at(each, limit):
        started = each.end()
        return "\n".join([f"ended at {limit}, and with it:", *(f"  {line}" for line in started or ["(it had started nothing)"])])

    def _ended(self, check, counts, seconds, log):
        self.passed[check.name] = not log
        self.report.add(check.name, counts, seconds, log)


def seconds_left():
    """For a run of everything: tests/run says when it began, because installing what is missing counts as well."""
    minutes = float(os.environ.get("SUPEROFFICE_TEST_MINUTES", RUN_MINUTES))
    began = float(os.environ.get("SUPEROFFICE_TESTS_BEGAN", time.time()))
    return minutes * 60 - (time.time() - began)


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/run", description="Runs the tests and checks; without a name, all.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="part of a check's name: run only those")
    parser.add_argument("--list", action="store_true", help="print the names and run nothing")
    options = parser.parse_args(arguments)
    checks = chosen(discovered(), options.names)
    if options.list:
        for check in checks:
            print(check.name)
        return 0
    run = Run(checks, float("inf") if options.names else time.monotonic() + seconds_left())

    def break_off(number, _):
        run.end()
        print("broken off")
        sys.stdout.flush()
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, break_off)
    total = run.whole() if checks else Counts(0, 1)
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.modules["checking"] = sys.modules["__main__"]  # what the checks import is this very module
    sys.exit(main(sys.argv[1:]))
