"""The library for Windows, built by mingw-w64 and run under Wine. All of it is compiled; the sockets, which differ on Windows,
also run."""

import pathlib
import shutil

from checking import BUILD, INCLUDE, ROOT, Check, Counts, Failed, output_of

COMPILER = "x86_64-w64-mingw32-g++-posix"
FOLDER = BUILD / "windows"
FLAGS = ("-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Wold-style-cast",
         "-Wnon-virtual-dtor", "-Wdouble-promotion", "-Werror", f"-I{INCLUDE}", "-DSUPEROFFICE_WITH_SOCKETS=1")


def is_there(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        print(f"skipped for Windows: {' and '.join(missing)} not found")
    return not missing


def everything_compiles():
    if not is_there(COMPILER):
        return
    # Boost's headers are the same on every system; the headers in the folder beside them are not.
    foreign = FOLDER / "foreign"
    foreign.mkdir(parents=True, exist_ok=True)
    boost = foreign / "boost"
    if not boost.is_symlink():
        boost.symlink_to(next(path for path in map(pathlib.Path, ("/usr/include/boost", "/usr/local/include/boost"))
                              if (path / "describe.hpp").exists()))
    for before in ("", "#include <winsock2.h>\n#include <windows.h>\n", "#define WIN32_LEAN_AND_MEAN\n#include <windows.h>\n"):
        source = before + "#include <superoffice/batch.hpp>\n"
        output_of(COMPILER, *FLAGS, "-isystem", foreign, "-fsyntax-only", "-x", "c++", "-", text_in=source)


def sockets_run():
    if not is_there(COMPILER, "wine"):
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / "winsock.exe"
    output_of(COMPILER, *FLAGS, ROOT / "tests" / "windows" / "winsock.cpp", "-o", program, "-static", "-lws2_32")
    printed = output_of("wine", program, code=None,
                        environment={"WINEPREFIX": str(FOLDER / "prefix"), "WINEDEBUG": "-all", "DISPLAY": ""})
    lines = printed.splitlines()
    good = sum(line.startswith("ok ") for line in lines)
    bad = sum(line.startswith("FAILED ") for line in lines)
    if bad or good < 15:
        raise Failed(printed, Counts(good, max(bad, 1)))
    return Counts(good)


def checks():
    yield Check("Windows: everything compiles", everything_compiles)
    yield Check("Windows: sockets under Wine", sockets_run, seconds=240)
