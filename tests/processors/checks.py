"""The unit tests that need no other library, built for two other processors and run by QEMU: one with 32 bits, and one that is
big-endian."""

import contextlib
import pathlib
import re
import shutil

from checking import BUILD, Check, Counts, Failed, ninja, output_of, set_up_with_meson

# Name, prefix of the compiler, program of QEMU, Meson's name of the processor family.
PROCESSORS = (("32-bit (armhf)", "arm-linux-gnueabihf", "qemu-arm", "arm", "little"),
              ("big-endian (s390x)", "s390x-linux-gnu", "qemu-s390x", "s390x", "big"))
FOLDER = BUILD / "processors"
LEAST_CASES = 250
OPTIONS = ("-Dtests=enabled", "-Dexamples=disabled", "-Dcli=disabled", "-Dsimdjson=disabled", "-Dmbedtls=disabled",
           "-Dxml=disabled", "-Dcares=disabled", "-Dbuildtype=plain")


def headers():
    """A folder with the libraries' headers that do not depend on the system, and no others."""
    folder = FOLDER / "headers"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("boost/describe.hpp", "doctest/doctest.h"):
        link = folder / pathlib.Path(name).parent
        with contextlib.suppress(FileExistsError):
            link.symlink_to(next(place / link.name for place in map(pathlib.Path, ("/usr/include", "/usr/local/include"))
                            if (place / name).exists()))
    return folder


def cross_file(prefix, emulator, family, endian):
    file = FOLDER / f"{family}.ini"
    # What optimised builds do, too: that is where numbers are looked at as bytes.
    file.write_text(f"""\
[binaries]
cpp = '{prefix}-g++'
ar = '{prefix}-ar'
strip = '{prefix}-strip'
exe_wrapper = ['{emulator}', '-L', '/usr/{prefix}']
[host_machine]
system = 'linux'
cpu_family = '{family}'
cpu = '{family}'
endian = '{endian}'
[built-in options]
cpp_args = ['-isystem', '{headers()}', '-Wno-psabi']
""")
    return file


def unit_tests(prefix, emulator, family, endian):
    missing = [tool for tool in (f"{prefix}-g++", emulator) if not shutil.which(tool)]
    if missing:
        print(f"skipped for {family}: {' and '.join(missing)} not found")
        return None
    folder = FOLDER / family
    set_up_with_meson(folder, f"{prefix}-g++", "--cross-file", cross_file(prefix, emulator, family, endian), *OPTIONS)
    ninja(folder, "tests/unit")
    printed = output_of(emulator, "-L", f"/usr/{prefix}", folder / "tests" / "unit", code=None,
                        environment={"SUPEROFFICE_TESTS_DIR": str(pathlib.Path(__file__).resolve().parent.parent)})
    found = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
    counts = Counts(*map(int, found.groups())) if found else Counts(0, 1)
    if counts.failed or counts.passed < LEAST_CASES:
        raise Failed(printed, Counts(counts.passed, max(counts.failed, 1)))
    return counts


def checks():
    for name, *processor in PROCESSORS:
        yield Check(f"unit tests, {name}", lambda processor=processor: unit_tests(*processor), seconds=1200)
