"""What runs inside the Debian 13 root: the tests whose outcome depends on the compiler, on mbedTLS, simdjson, Expat, c-ares
and OpenSSL, in one build, the servers and the links under test held to TLS 1.3. tests/README.md says what is left out.

    SUPEROFFICE_TEST_TLS=1.3 SUPEROFFICE_TEST_CALLS=500 python3 tests/debian13/inside.py
"""

import importlib.util
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import checking  # noqa: E402
from checking import BUILD, ROOT, Check, Counts, Failed, ninja, output_of, set_up_with_meson  # noqa: E402

FOLDER = BUILD / "debian13"
OPTIONS = ("-Dtests=enabled", "-Dexamples=enabled", "-Dcli=enabled", "-Dsimdjson=enabled", "-Dmbedtls=enabled",
           "-Dxml=enabled", "-Dcares=enabled", "-Dbuildtype=plain")
TOOL = "examples/cli/superoffice-batch"
PROGRAMS = ("tests/live/live", "tests/network/network", "tests/contract/contract", "tests/unit")
WAYS_IN = ("install: as a subproject", "install: as the README says, as a subproject",
           "install: as packaging/README.md says, through a wrap", "install: through pkg-config",
           "install: as packaging/README.md says, pkg-config from CMake", "install: CMake, add_subdirectory",
           "install: CMake, FetchContent", "install: CMake, find_package")
FILES = {"SUPEROFFICE_LOCAL_SERVICE": str(ROOT / "tests" / "support" / "local_superoffice.py"),
         "SUPEROFFICE_TESTS_DIR": str(ROOT / "tests")}


def set_up():
    """Prints the versions of compiler and libraries; fails if they are not those that these tests are about."""
    mbedtls = output_of("pkg-config", "--modversion", "mbedtls").strip()
    print(f"g++ {output_of('g++', '-dumpfullversion').strip()}, mbedTLS {mbedtls}, "
          f"simdjson {output_of('pkg-config', '--modversion', 'simdjson').strip()}")
    if not mbedtls.startswith("3.6."):
        raise Failed(f"mbedTLS {mbedtls}: this root is to have 3.6")
    if os.environ.get("SUPEROFFICE_TEST_TLS") != "1.3":
        raise Failed("SUPEROFFICE_TEST_TLS has to be 1.3")
    set_up_with_meson(FOLDER, "g++", *OPTIONS)


def build_tool():
    """The tool and the examples that its tests run."""
    named = re.findall(r'"(\d\d_\w+)"', (ROOT / "tests" / "cli" / "test_examples.py").read_text(encoding="utf-8"))
    ninja(FOLDER, TOOL, *(f"examples/{name}" for name in sorted(set(named))))


def run_program(program):
    printed = output_of(FOLDER / program, code=None, environment=FILES)
    ran = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
    if not ran or "Status: SUCCESS!" not in printed:
        raise Failed(printed, Counts(int(ran[1]), max(int(ran[2]), 1)) if ran else Counts(0, 1))
    for told in re.findall(r"MESSAGE: (.*)", printed):
        print(told)
    return Counts(int(ran[1]))


def checks_of(folder):
    """The module tests/FOLDER/checks.py."""
    specification = importlib.util.spec_from_file_location(f"{folder}_checks", ROOT / "tests" / folder / "checks.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def no_step_waits():
    """c-ares 1.34 and TLS 1.3 make other system calls."""
    checks_of("network").no_step_waits()


def ways_in():
    """The consumer projects: Meson 1.7, CMake 3.31, and an mbedTLS that has a CMake package and a `.pc` file."""
    checks = [check for check in checks_of("install").checks() if check.name in WAYS_IN]
    for check in checks:
        check.run()
    if len(checks) != len(WAYS_IN):
        raise Failed(f"tests/install has other checks: {[check.name for check in checks]}")
    return Counts(len(checks))


def copied_headers():
    """The single header alone, and its bundle in a root whose Boost it must not open, by g++."""
    module = checks_of("single_include")
    module.COMPILERS = ("g++",)
    module.core_alone()
    module.bundled(module.core_alone)
    return Counts(2)


def run_tool():
    module = checks_of("cli")
    module.FOLDER = FOLDER
    return module.test(module.others())


def run_connections():
    module = checks_of("cli")
    module.FOLDER = FOLDER
    return module.test(module.CONNECTIONS)


def checks():
    yield Check("set up", set_up)
    for program in PROGRAMS:
        yield Check(f"build {program}", lambda program=program: ninja(FOLDER, program), needs=("set up",), seconds=480)
        yield Check(program, lambda program=program: run_program(program), needs=(f"build {program}",), seconds=240)
    yield Check("no step of a call waits", no_step_waits)
    yield Check("projects of others use the library", ways_in, seconds=300)
    yield Check("a program with a copied header", copied_headers)
    yield Check("build the tool and the examples", build_tool, needs=("set up",), seconds=480)
    yield Check("the tool and the examples", run_tool, needs=("build the tool and the examples",), seconds=420)
    yield Check("the tool's connections", run_connections, needs=("build the tool and the examples",),
                seconds=300)


if __name__ == "__main__":
    total = checking.Run(list(checks()), at_once=1).whole()  # other checks run beside, outside
    print(f"{total.passed} passed, {total.failed} failed")
    sys.exit(1 if total.failed else 0)
