"""Builds with each compiler, language version, and with and without exceptions and RTTI, warnings being errors.

Every one of the eight builds has each header alone, the examples and the programs of two translation units. The unit
tests take most of the time: four builds have them, chosen so that each compiler meets each language version, and each of
the two meets code with and without exceptions. A ninth, small one has nothing switched on, like firmware.
"""

import itertools
import json
import os
import re

from checking import BUILD, COMPILERS, Check, Counts, Failed, ninja, output_of, set_up_with_meson

# Meson 1.0 has no name for C++23, and clang 14 only knows it by its working title.
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
EVERYTHING = ("-Dsimdjson=enabled", "-Dmbedtls=enabled", "-Dxml=enabled", "-Dcares=enabled", "-Dexamples=enabled")
NOTHING = ("-Dsimdjson=disabled", "-Dmbedtls=disabled", "-Dxml=disabled", "-Dcares=disabled",
           "-Dexamples=enabled", "-Dcli=disabled")

MAIN = "g++ C++20"  # the one that also has the unit tests over the single header
FIRMWARE = "firmware, nothing switched on"
WITH_UNIT_TESTS = (MAIN, "clang++ C++23", "clang++ C++20 without exceptions and RTTI",
                   "g++ C++23 without exceptions and RTTI", FIRMWARE)
WITH_CLI = (MAIN, "clang++ C++23")  # a program, not the library: two are enough


def configurations():
    """Name, compiler and options."""
    for exceptions, standard, compiler in itertools.product(EXCEPTIONS, STANDARDS, COMPILERS):
        name = " ".join(filter(None, (compiler, standard, exceptions)))
        cli = ("-Dcli=enabled",) if name in WITH_CLI else ("-Dcli=disabled",)
        yield name, compiler, STANDARDS[standard] + EXCEPTIONS[exceptions] + FAST_TO_BUILD + EVERYTHING + cli
    yield FIRMWARE, "g++", STANDARDS["C++20"] + EXCEPTIONS["without exceptions and RTTI"] + SMALL + NOTHING


def left_out_of(name):
    """The programs that this build does not have. The contract has builds of its own: contract/checks.py."""
    if name == MAIN:
        return {"contract"}
    return {"contract", "unit_single"} if name in WITH_UNIT_TESTS else {"contract", "unit_single", "unit"}


def folder_of(name):
    return BUILD / re.sub(r"[^a-z0-9+]+", "-", name.lower())


def build(name, compiler, options):
    folder = folder_of(name)
    set_up_with_meson(folder, compiler, "-Dtests=enabled", *options)
    targets = json.loads(output_of("meson", "introspect", "--targets", folder))
    ninja(folder, *(os.path.relpath(target["filename"][0], folder) for target in targets
                    if target["name"] not in left_out_of(name)))


def test(name):
    """Runs what Meson calls tests, and counts the cases inside them."""
    folder = folder_of(name)
    suites = ["link"] + ["unit"] * (name in WITH_UNIT_TESTS) + ["single"] * (name == MAIN)
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
    # The long ones first.
    for name, compiler, options in sorted(configurations(), key=lambda each: each[0] not in WITH_UNIT_TESTS):
        yield Check(f"build {name}", lambda name=name, compiler=compiler, options=options: build(name, compiler, options))
        yield Check(f"test {name}", lambda name=name: test(name), needs=(f"build {name}",))
