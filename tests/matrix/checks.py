"""Builds everything with each compiler, language version, and with and without exceptions and RTTI, warnings being
errors; and runs the unit tests of each build."""

import itertools
import json
import re

from checking import BUILD, COMPILERS, Check, Counts, Failed, output_of

MAIN = "g++ C++20"

# Meson 1.0 has no name for C++23, and clang 14 only knows it by its working title.
STANDARDS = {
    "C++20": ["-Dcpp_std=c++20"],
    "C++23": ["-Dcpp_std=none", "-Dcpp_args=-std=c++2b"],
}
EXCEPTIONS = {
    "": [],
    "without exceptions and RTTI": ["-Dcpp_eh=none", "-Dcpp_rtti=false"],
}


def configurations():
    for standard, compiler, exceptions in itertools.product(STANDARDS, COMPILERS, EXCEPTIONS):
        name = " ".join(filter(None, [compiler, standard, exceptions]))
        yield name, compiler, STANDARDS[standard] + EXCEPTIONS[exceptions]


def folder_of(name):
    return BUILD / re.sub(r"[^a-z0-9+]+", "-", name.lower())


def build(name, compiler, options):
    folder = folder_of(name)
    everything = [
        "-Dwerror=true", "-Dtests=enabled", "-Dexamples=enabled", "-Dsimdjson=enabled", "-Dmbedtls=enabled",
        "-Dbuildtype=release" if name == MAIN else "-Dbuildtype=plain", "-Db_ndebug=false", *options,
    ]
    # A folder that a broken set-up left behind is made anew.
    again = ["--reconfigure"] if (folder / "build.ninja").exists() else ["--wipe"] if folder.exists() else []
    output_of("meson", "setup", *again, *everything, folder, environment={"CXX": compiler})
    output_of("ninja", "-C", folder, "-j", 1)


def test(name):
    """Runs what Meson calls tests, and counts the cases inside them."""
    folder = folder_of(name)
    output_of("meson", "test", "-C", folder, "--no-rebuild", "--num-processes", 1, code=None)
    total = Counts(0, 0)
    log = []
    for line in (folder / "meson-logs" / "testlog.json").read_text(encoding="utf-8").splitlines():
        ran = json.loads(line)
        printed = ran.get("stdout", "") + ran.get("stderr", "")
        is_good = ran["result"] in ("OK", "EXPECTEDFAIL")
        cases = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
        counts = Counts(*map(int, cases.groups())) if cases else Counts() if is_good else Counts(0, 1)
        if not is_good:
            counts = Counts(counts.passed, max(counts.failed, 1))
            log += [f"{ran['name']}: {ran['result']}", printed]
        total += counts
    if log or not total.passed:
        raise Failed("\n".join(log) or "no test was run", total + Counts(0, 0 if log else 1))
    return total


def checks():
    for name, compiler, options in configurations():
        yield Check(f"build {name}", lambda name=name, compiler=compiler, options=options: build(name, compiler, options))
        yield Check(f"test {name}", lambda name=name: test(name), needs=(f"build {name}",))
