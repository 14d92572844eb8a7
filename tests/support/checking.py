"""How a check is written, run and reported. `tests/run` runs the checks of every tests/*/checks.py.

Such a file has a function `checks()` that gives `Check` objects. A check is a function that returns nothing or `Counts`,
and raises `Failed` with what there is to read.
"""

import argparse
import contextlib
import dataclasses
import importlib.util
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
INCLUDE = ROOT / "include"
SINGLE_HEADER = ROOT / "single_include" / "superoffice" / "batch.hpp"
BUILD = ROOT / "build" / "tests"

COMPILERS = ("g++", "clang++")
CORES = len(os.sched_getaffinity(0))
COMMAND_SECONDS = 1800
LOG_LINES = 200


@dataclasses.dataclass(frozen=True)
class Counts:
    """Test cases; a check that is one by itself counts as one."""

    passed: int = 1
    failed: int = 0

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed)


RUNNING = set()  # the commands, each the leader of a process group


class Failed(Exception):
    def __init__(self, log, counts=Counts(0, 1)):
        super().__init__(log)
        self.counts = counts


@dataclasses.dataclass(frozen=True)
class Check:
    name: str
    run: typing.Callable[[], Counts | None]
    needs: tuple[str, ...] = ()  # the names of checks that have to pass before


def output_of(*command, code=0, cwd=ROOT, text_in="", environment=None):
    """What the command prints on both streams. Fails unless it ends with `code`; None takes any."""
    words = [str(word) for word in command]
    child = subprocess.Popen(
        words, cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    RUNNING.add(child)
    try:
        printed, _ = child.communicate(text_in, timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        printed = child.communicate()[0] + f"\nstopped after {COMMAND_SECONDS} seconds"
    finally:
        RUNNING.discard(child)
    if code is not None and child.returncode != code:
        raise Failed(f"$ {shlex.join(words)}\n{printed}\nended with {child.returncode} instead of {code}")
    return printed


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


class Report:
    """Prints a line for each check as it ends, and counts."""

    def __init__(self):
        self.total = Counts(0, 0)
        self.lock = threading.Lock()

    def add(self, name, counts, seconds, log=""):
        with self.lock:
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


def run(checks):
    """Runs them, as many at once as there are cores: always the first whose needs have been met, so that none waits."""
    report = Report()
    waiting = list(checks)
    ended = {}  # name: whether it passed
    changed = threading.Condition()

    def passes(check):
        missing = [name for name in check.needs if not ended[name]]
        began = time.monotonic()
        try:
            if missing:
                raise Failed(f"not run, because this failed: {', '.join(missing)}")
            counts = check.run() or Counts()
            report.add(check.name, counts, time.monotonic() - began)
            return True
        except Failed as failure:
            report.add(check.name, failure.counts, time.monotonic() - began, str(failure) or "no more is known")
        except Exception as error:  # a mistake in the check itself
            report.add(check.name, Counts(0, 1), time.monotonic() - began, f"{type(error).__name__}: {error}")
        return False

    def take():
        with changed:
            while waiting:
                ready = next((check for check in waiting if all(name in ended for name in check.needs)), None)
                if ready is not None:
                    waiting.remove(ready)
                    return ready
                changed.wait()
        return None

    def work():
        while (check := take()) is not None:
            good = passes(check)
            with changed:
                ended[check.name] = good
                changed.notify_all()

    workers = [threading.Thread(target=work) for _ in range(CORES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return report.total


def stop(number, _):
    """Leaves nothing running when the run is broken off."""
    for child in list(RUNNING):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    print("broken off")
    sys.stdout.flush()
    os._exit(128 + number)


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
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    total = run(checks) if checks else Counts(0, 1)
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.modules["checking"] = sys.modules["__main__"]  # what the checks import is this very module
    sys.exit(main(sys.argv[1:]))
