"""Builds everything with each compiler, language version, and with and without exceptions and RTTI, warnings being
errors; and runs the unit tests of each build."""

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
# At -O3 g++ 12 warns of its own std::string: PR 105651.
OPTIMISED = ("-Dbuildtype=plain", "-Doptimization=2")
EVERYTHING = ("-Dsimdjson=enabled", "-Dmbedtls=enabled", "-Dxml=enabled", "-Dexamples=enabled")
NOTHING = ("-Dsimdjson=disabled", "-Dmbedtls=disabled", "-Dxml=disabled", "-Dexamples=enabled", "-Dcli=disabled")


MAIN = "g++ C++20"
WITH_CLI = (MAIN, "clang++ C++23")  # a program, not the library: two are enough


def configurations():
    """Name, compiler and options; the long ones first. The main one also tests the single header."""
    for exceptions, standard, compiler in itertools.product(EXCEPTIONS, STANDARDS, COMPILERS):
        name = " ".join(filter(None, (compiler, standard, exceptions)))
        speed = OPTIMISED if name == MAIN else FAST_TO_BUILD
        cli = ("-Dcli=enabled",) if name in WITH_CLI else ("-Dcli=disabled",)
        yield name, compiler, STANDARDS[standard] + EXCEPTIONS[exceptions] + speed + EVERYTHING + cli
    firmware = EXCEPTIONS["without exceptions and RTTI"]
    yield "firmware, nothing switched on", "g++", STANDARDS["C++20"] + firmware + ("-Dbuildtype=minsize",) + NOTHING


def folder_of(name):
    return BUILD / re.sub(r"[^a-z0-9+]+", "-", name.lower())


def build(name, compiler, options):
    folder = folder_of(name)
    set_up_with_meson(folder, compiler, "-Dtests=enabled", *options)
    targets = json.loads(output_of("meson", "introspect", "--targets", folder))
    ninja(folder, *(os.path.relpath(target["filename"][0], folder) for target in targets
                    if target["name"] != "contract" and (target["name"] != "unit_single" or name == MAIN)))


def test(name):
    """Runs what Meson calls tests, and counts the cases inside them."""
    folder = folder_of(name)
    which = ("--no-suite", "contract") + (() if name == MAIN else ("--no-suite", "single"))
    output_of("meson", "test", "-C", folder, "--no-rebuild", "--num-processes", 1, *which, code=None)
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
    for name, compiler, options in configurations():
        yield Check(f"build {name}", lambda name=name, compiler=compiler, options=options: build(name, compiler, options))
        yield Check(f"test {name}", lambda name=name: test(name), needs=(f"build {name}",))
