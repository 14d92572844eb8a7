"""Headers lie in their layers, call nothing that firmware cannot link, are laid out by .clang-format; clang-tidy finds nothing."""

import pathlib
import re
import shutil

import layers
from checking import INCLUDE, ROOT, Check, Failed, output_of, run_unittests

HERE = pathlib.Path(__file__).resolve().parent

ALL_ON = tuple(f"-DSUPEROFFICE_WITH_{switch}=1" for switch in ("SIMDJSON", "MBEDTLS", "SOCKETS"))
OPT_IN = "".join(f"#include <superoffice/{name}>\n" for name in ("std_types.hpp", "transport/cares_resolver.hpp", "xml.hpp"))


def tool(name):
    """Version 19, under whichever name it is installed: older versions do not understand C++20's requires clauses."""
    return shutil.which(f"{name}-19") or name


def formatted():
    sources = [path for folder in ("include", "examples", "tests")
               for pattern in ("**/*.hpp", "**/*.cpp") for path in sorted((ROOT / folder).glob(pattern))]
    printed = output_of(tool("clang-format"), "--dry-run", "-Werror", *sources, code=None)
    files = sorted({line.split(":")[0] for line in printed.splitlines() if "clang-format-violations" in line})
    if files or printed:
        names = " ".join(str(pathlib.Path(file).relative_to(ROOT)) for file in files)
        raise Failed(f"{printed}\nto mend it: {pathlib.Path(tool('clang-format')).name} -i {names}")


def tidy(source, *options):
    output_of(tool("clang-tidy"), "--quiet", f"--config-file={ROOT / '.clang-tidy'}", source, "--", "-std=c++20",
              f"-I{INCLUDE}", *options)


def tidy_opt_in():
    source = ROOT / "build" / "tests" / "opt_in.cpp"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(OPT_IN, encoding="utf-8")
    tidy(source, "-DSUPEROFFICE_WITH_SOCKETS=1")


# The tool may use the heap and throw, so the library's exceptions hold for it and these two:
# unchecked-optional-access    an optional member has a value as long as another member says so
# StdCLibraryFunctions         a socket that could not be made is -1, and the next function answers that it is none
TOOL_EXCEPTIONS = "-bugprone-unchecked-optional-access,-clang-analyzer-unix.StdCLibraryFunctions"


def tidy_tool():
    for source in sorted((ROOT / "examples" / "cli").glob("*.cpp")):
        output_of(tool("clang-tidy"), "--quiet", f"--config-file={ROOT / '.clang-tidy'}", f"--checks={TOOL_EXCEPTIONS}",
                  "--header-filter=/examples/cli/", source, "--", "-std=c++20", f"-I{INCLUDE}", *ALL_ON)


def layered():
    if found := list(layers.faults(INCLUDE / "superoffice")):
        raise Failed("\n".join(found))


# Functions of POSIX that lwIP defines as macros with arguments: the same name for anything else breaks.
SOCKET_FUNCTIONS = ("accept", "bind", "close", "connect", "fcntl", "ioctl", "listen", "open", "poll", "read", "recv", "select",
                    "send", "shutdown", "socket", "write")


def folders_are_told():
    """tests/README.md has a row for each folder of tests."""
    text = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    folders = [path.name for path in sorted((ROOT / "tests").iterdir()) if path.is_dir() and path.name != "__pycache__"]
    if missing := [name for name in folders if f"`{name}/`" not in text]:
        raise Failed(f"tests/README.md has no row for {missing}")


def names_are_free():
    """A quick look at what link/platform_macros.cpp shows by compiling. Call POSIX's functions with :: in front."""
    macros = re.findall(r"^#define ([a-z]\w*)(\(\.\.\.\))?", (ROOT / "tests/link/platform_macros.hpp").read_text(), re.M)
    names = [name + (r"\s*\(" if has_arguments else r"\b") for name, has_arguments in macros]
    taken = re.compile(rf"\b({'|'.join(names)})|(?<![\w:])({'|'.join(SOCKET_FUNCTIONS)})\(")
    text_or_comment = re.compile(r'R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|//[^\n]*')
    found = []
    for path in sorted(INCLUDE.rglob("*.hpp")):
        code = text_or_comment.sub(lambda piece: re.sub(r"[^\n]+", " ", piece[0]), path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(INCLUDE)}:{number}: {name[0].rstrip('( ')} is a macro of a platform: take another name"
                  for number, line in enumerate(code.splitlines(), 1) for name in taken.finditer(line)]
    if found:
        raise Failed("\n".join(found))


# Members of std::string_view that check their arguments: they lead to abort() and malloc() in a program without exceptions.
# `ascii::from`, `first`, `begins_with` and `ends_with` do the same work. starts_with('c') checks nothing.
CHECKED_MEMBER = re.compile(r"""\.\s*(?:substr|compare|ends_with)\s*\(    # everywhere
                             |\.\s*starts_with\s*\(\s*(?!')           # all but one character
                             |\.\s*at\s*\(\s*\w+\s*\)                  # at(index)
                             |\.\s*copy\s*\(\s*[\w.]+\s*,            # copy(pointer, size); ours take a span or a text
                             """, re.VERBOSE)


def uses_of_checked_members(source):
    """The lines of this text, comments left out, with their numbers."""
    for number, line in enumerate(source.splitlines(), 1):
        code = re.sub(r"//.*", "", line)
        if CHECKED_MEMBER.search(code):
            yield f"{number}: {line.strip()}"


def no_checked_members():
    found = [f"{path.relative_to(ROOT)}:{use}" for path in sorted(INCLUDE.glob("**/*.hpp"))
             for use in uses_of_checked_members(path.read_text(encoding="utf-8"))]
    if found:
        raise Failed("these check their arguments and end in abort(); see superoffice/base/detail/ascii.hpp:\n" + "\n".join(found))


def finds_checked_members():
    refused = ("a.substr(1)", "a.compare(0, 1, b)", 'a.starts_with("x")', "a.starts_with(other)", "a.ends_with('x')", "a.at(n)",
               "a.copy(into, n)", "a.copy(to.data, 4)")
    taken = ("a.starts_with('x')", "left.at()", "storage.copy(text)", "text.copy(std::span<char>{text_, N})", "a.find(b)",
             "text.copy({into.data(), n})", "// a.substr(1)", "from(a, 1)")
    wrong = [line for line in refused if not list(uses_of_checked_members(line))]
    wrong += [line for line in taken if list(uses_of_checked_members(line))]
    if wrong:
        raise Failed(f"judged wrongly: {wrong}")


def checks():
    yield Check("layout: no include of a later layer, each header lies in a layer", layered)
    yield Check("layout: the check of the layers", lambda: run_unittests("discover", "-s", HERE, "-p", "test_layers.py"))
    yield Check("layout: no name is a macro of a platform", names_are_free)
    yield Check("layout: no member of string_view that may call abort", no_checked_members)
    yield Check("layout: the check of those members", finds_checked_members)
    yield Check("layout: the tests' page has each folder", folders_are_told)
    yield Check("layout: clang-format", formatted)
    yield Check("clang-tidy: everything switched on", lambda: tidy(ROOT / "examples" / "04_watch.cpp", *ALL_ON), seconds=240)
    yield Check("clang-tidy: nothing switched on", lambda: tidy(ROOT / "examples" / "05_own_link.cpp"), seconds=240)
    yield Check("clang-tidy: opt-in headers", tidy_opt_in, seconds=240)
    yield Check("clang-tidy: the tool", tidy_tool, seconds=1800)
