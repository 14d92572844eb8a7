"""Builds with each compiler and language version, with and without exceptions and RTTI. A warning is an error.

Each of the eight builds has the whole library in several translation units: after the macros of unfriendly platforms, with
nothing switched on, and twice in one program. The parts that take long are in fewer builds (BUILT_IN): enough that each
compiler meets each language version, with exceptions and without. tests/README.md says what each build shows. A ninth, small
build has nothing switched on, like firmware.
"""

import itertools
import json
import os
import re

from checking import BUILD, COMPILERS, Check, Counts, Failed, ninja, output_of, set_up_with_meson

# Meson 1.0 has no name for C++23, and clang 14 knows it only as c++2b.
# Nothing is optimised, because that takes most of the time, and the library has the same code in every build.
STANDARDS = {
    "C++20": ("-Dcpp_std=c++20",),
    "C++23": ("-Dcpp_std=none", "-Dcpp_args=-std=c++2b"),
}
EXCEPTIONS = {
    "": (),
    "without exceptions and RTTI": ("-Dcpp_eh=none", "-Dcpp_rtti=false"),
}
FAST_TO_BUILD = ("-Dbuildtype=plain",)
SMALL = ("-Dbuildtype=minsize",)
EVERYTHING = ("-Dsimdjson=enabled", "-Dmbedtls=enabled", "-Dxml=enabled", "-Dcares=enabled")
NOTHING = ("-Dsimdjson=disabled", "-Dmbedtls=disabled", "-Dxml=disabled", "-Dcares=disabled")

MAIN = "g++ C++20"
FIRMWARE = "firmware, nothing switched on"

# The targets that only some builds have. All other targets are in every build, except those that Meson builds on demand only:
# the checks.py of their folder builds them.
BUILT_IN = {
    "unit": (MAIN, "clang++ C++20 without exceptions and RTTI", "g++ C++23 without exceptions and RTTI", FIRMWARE),
    "unit_single": ("clang++ C++23",),  # the same tests over the single header
    "alone": (MAIN, "clang++ C++23", FIRMWARE),
}
WITH_EXAMPLES = ("clang++ C++23", "g++ C++23 without exceptions and RTTI", FIRMWARE)  # cli/checks.py has the fourth
WITH_CLI = ("clang++ C++23",)  # a program, not the library; cli/checks.py builds it with g++


def configurations():
    """Name, compiler and options."""
    for exceptions, standard, compiler in itertools.product(EXCEPTIONS, STANDARDS, COMPILERS):
        name = " ".join(filter(None, (compiler, standard, exceptions)))
        yield name, compiler, STANDARDS[standard] + EXCEPTIONS[exceptions] + FAST_TO_BUILD + EVERYTHING
    yield FIRMWARE, "g++", ("-Dcpp_std=c++20",) + EXCEPTIONS["without exceptions and RTTI"] + SMALL + NOTHING


def is_in(name, target):
    return name in BUILT_IN.get(target, (name,))


def folder_of(name):
    return BUILD / re.sub(r"[^a-z0-9+]+", "-", name.lower())


def build(name, compiler, options):
    folder = folder_of(name)
    programs = (f"-D{option}={'enabled' if name in names else 'disabled'}"
                for option, names in (("examples", WITH_EXAMPLES), ("cli", WITH_CLI)))
    set_up_with_meson(folder, compiler, "-Dtests=enabled", *programs, *options)
    targets = json.loads(output_of("meson", "introspect", "--targets", folder))
    ninja(folder, *(os.path.relpath(target["filename"][0], folder) for target in targets
                    if target["build_by_default"] and is_in(name, target["name"])))


def test(name):
    """Runs the tests that Meson knows, and counts the test cases in them."""
    folder = folder_of(name)
    suites = ["link"] + ["unit"] * is_in(name, "unit") + ["single"] * is_in(name, "unit_single")
    output_of("meson", "test", "-C", folder, "--no-rebuild", "--num-processes", 1,
              *(f"--suite={suite}" for suite in suites), code=None)
    total = Counts(0, 0)
    log = []
    for line in (folder / "meson-logs" / "testlog.json").read_text(encoding="utf-8").splitlines():
        ran = json.loads(line)
        printed = ran.get("stdout", "") + ran.get("stderr", "")
        is_good = ran["result"] == "OK"
        cases = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
        counts = Counts(*map(int, cases.groups())) if cases else Counts() if is_good else Counts(0, 1)
        if not is_good:
            counts = Counts(counts.passed, max(counts.failed, 1))
            log += [f"{ran['name']}: {ran['result']}", printed]
        total += counts
    if not total.passed and not log:
        raise Failed("no test was run")
    if log:
        raise Failed("\n".join(log), total)
    return total


def checks():
    def is_long(name):
        return is_in(name, "unit") or is_in(name, "unit_single")

    for name, compiler, options in sorted(configurations(), key=lambda each: not is_long(each[0])):
        yield Check(f"build {name}", lambda name=name, compiler=compiler, options=options: build(name, compiler, options),
                    seconds=1200 if is_long(name) else 480)
        yield Check(f"test {name}", lambda name=name: test(name), needs=(f"build {name}",), seconds=300)
