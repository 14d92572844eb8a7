"""What the headers may do to a translation unit that includes them. meson.build here builds what has to link."""

import itertools
import re
import subprocess
import sys
import tempfile

from checking import COMPILERS, INCLUDE, ROOT, SINGLE_HEADER, Check, Failed, output_of

ALL_ON = tuple(f"-DSUPEROFFICE_WITH_{switch}=1" for switch in ("SIMDJSON", "MBEDTLS", "SOCKETS"))
UMBRELLA = "#include <superoffice/batch.hpp>\n"
OPT_IN = ("superoffice/std_types.hpp", "superoffice/transport/cares_resolver.hpp", "superoffice/xml.hpp")
AMALGAMATE = ROOT / "single_include" / "amalgamate.py"

# Each of these adds a good part of a second to every compilation. superoffice/std_types.hpp is for programs that want them.
HEAVY = {"algorithm", "chrono", "deque", "fstream", "functional", "future", "iomanip", "ios", "iostream", "istream", "list",
         "locale", "map", "memory", "memory_resource", "mutex", "optional", "ostream", "queue", "random", "ranges", "regex",
         "set", "sstream", "stop_token", "string", "syncstream", "thread", "unordered_map", "variant", "vector"}

# A macro of simdjson that must be the same in every translation unit: see simdjson_reader.hpp.
PINNED = {"SIMDJSON_DEVELOPMENT_CHECKS"}


def compiled(compiler, source, *options, code=0, include=INCLUDE):
    return output_of(compiler, "-std=c++20", f"-I{include}", *options, "-x", "c++", "-", text_in=source, code=code)


def on_disk(folder, pattern):
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern))


def every_header_is_listed():
    listed = re.findall(r"^  '(superoffice/.+\.hpp)',$", (INCLUDE / "meson.build").read_text(encoding="utf-8"), re.M)
    present = on_disk(INCLUDE, "superoffice/**/*.hpp")
    if listed != present:
        raise Failed("include/meson.build has to list each header, in the order of the alphabet\n"
                     f"only there: {sorted(set(listed) - set(present))}\nonly on disk: {sorted(set(present) - set(listed))}")


def every_unit_test_is_built():
    headers = on_disk(INCLUDE / "superoffice", "**/*.hpp")
    build = (ROOT / "tests" / "meson.build").read_text(encoding="utf-8")
    for source in on_disk(ROOT / "tests" / "unit", "**/*.cpp"):
        if source.replace(".cpp", ".hpp") not in headers and f"'unit/{source}'" not in build:
            raise Failed(f"tests/unit/{source} is not built: no header is named like it, nor does tests/meson.build name it")


def kept_macros():
    """The names that the headers may leave defined, besides include guards."""
    sys.path.insert(0, str(AMALGAMATE.parent))
    import amalgamate
    return amalgamate.KEPT, amalgamate.SINGLE_HEADER_MARK


def macros_are_ours():
    """After the tree and after the single headers, exactly the listed macros and include guards are defined."""
    kept, mark = kept_macros()
    guards = {re.sub(r"[^A-Z0-9]", "_", name.upper()) for name in on_disk(INCLUDE, "superoffice/**/*.hpp")}
    single = SINGLE_HEADER.parent.parent
    for compiler, switches, folder in itertools.product(COMPILERS, ((), ALL_ON), (INCLUDE, single)):
        source = "".join(f'#include "{folder / name}"\n' for name in ("superoffice/batch.hpp", *OPT_IN))
        said = f"{compiler} {' '.join(switches)} {folder.name}"
        text = compiled(compiler, source, *switches, "-E", "-dD", include=folder)
        defined = set(re.findall(r"^#define (\w+)", compiled(compiler, source, *switches, "-E", "-dM", include=folder), re.M))
        # A linemarker, `# 12 "file"`, says where the next lines come from.
        ours, file = {}, ""
        for line in text.splitlines():
            if marker := re.match(r'# \d+ "(.*)"', line):
                file = marker.group(1)
            elif (define := re.match(r"#define (\w+)", line)) and file.startswith(str(folder)):
                ours[define.group(1)] = file
        allowed = kept | guards | PINNED | ({mark} if folder == single else set())
        left = [f"{name} of {file}" for name, file in ours.items() if name in defined and name not in allowed]
        missing = kept - defined
        if left or missing or not ours:
            raise Failed(f"{said}: macros left behind: {left}; listed in amalgamate.py and never defined: {missing}")


def macros_are_unchanged():
    """A macro of a platform has the same value after the library's headers as before."""
    hostile = f'#include "{ROOT}/tests/link/hostile_macros.hpp"\n'
    for compiler in COMPILERS:
        def macros_after(source):
            return dict(re.findall(r"^#define (\w+)(.*)$", compiled(compiler, source, *ALL_ON, "-E", "-dM"), re.M))

        before, after = macros_after(hostile), macros_after(hostile + UMBRELLA)
        changed = [name for name, value in before.items() if after.get(name) != value]
        if changed or not before:
            raise Failed(f"{compiler}: macros changed or taken away: {changed}")


def no_name_is_a_platform_macro():
    """The library can be included and used after the lower-case macros of engines, systems and device frameworks."""
    for compiler, standard, switches in itertools.product(COMPILERS, ("c++20", "gnu++20"), ((), ALL_ON)):
        output_of(compiler, f"-std={standard}", f"-I{INCLUDE}", "-fsyntax-only", *switches,
                  ROOT / "tests" / "link" / "platform_macros.cpp")


# What other projects switch on besides: (compiler, warnings).
MORE_WARNINGS = (
    ("g++", "-Wuseless-cast -Wswitch-enum -Wswitch-default -Wundef -Wredundant-decls -Wduplicated-cond -Wlogical-op -Wcast-align "
            "-Wcast-qual -Wformat=2 -Wextra-semi"),
    ("clang++", "-Wswitch-enum -Wswitch-default -Wctad-maybe-unsupported -Wglobal-constructors -Wexit-time-destructors -Wundef "
                "-Wcast-align -Wshorten-64-to-32 -Wextra-semi -Wnewline-eof"),
)


def other_warnings_have_no_cause():
    """Programs that use the library compile without any of these warnings, over the tree and over the single header."""
    programs = ((ALL_ON, "examples/04_watch.cpp"), ((), "examples/05_own_link.cpp"), (ALL_ON, "tests/link/opt_in_uses.cpp"),
                ((), "tests/link/opt_in_uses.cpp"))
    for (compiler, warnings), folder, (switches, program) in itertools.product(
            MORE_WARNINGS, (INCLUDE, SINGLE_HEADER.parent.parent), programs):
        output_of(compiler, "-std=c++20", f"-I{folder}", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", *warnings.split(),
                  *switches, ROOT / program)


def no_heavy_headers():
    """With nothing switched on, the umbrella includes none of the standard library's heavy headers."""
    for compiler in COMPILERS:
        trace = compiled(compiler, UMBRELLA, "-H", "-fsyntax-only")
        path = []  # of the includes that lead to a line of the trace
        for dots, file in re.findall(r"^(\.+) (.+)$", trace, re.M):
            path[len(dots) - 1:] = [file]
            if re.search(r"/c\+\+/(v1|\d+)/\w+$", file) and file.rsplit("/", 1)[1] in HEAVY:
                raise Failed(f"{compiler}: the umbrella pulls <{file.rsplit('/', 1)[1]}>:\n" + "\n  -> ".join(path))
        if not path:
            raise Failed(f"{compiler} -H told nothing")


def another_version_is_an_error():
    """Headers of two versions in one translation unit are an error, in either order; the same version may come twice."""
    sentence = "two different versions of the library in one translation unit"
    folder = SINGLE_HEADER.parent.parent
    for compiler, name in itertools.product(COMPILERS, on_disk(folder, "superoffice/**/*.hpp")):
        with tempfile.TemporaryDirectory() as elsewhere:
            other = f"{elsewhere}/other.hpp"
            text = (folder / name).read_text(encoding="utf-8")
            changed = re.sub(r"SUPEROFFICE_VERSION_PATCH( !=)? (\d+)",
                             lambda found: f"SUPEROFFICE_VERSION_PATCH{found[1] or ''} {int(found[2]) + 1}", text)
            with open(other, "w", encoding="utf-8") as file:
                file.write(changed)
            tree, single, later = f"#include <{name}>\n", f'#include "{folder / name}"\n', f'#include "{other}"\n'
            for source in (tree + single + tree, single + tree + single):
                compiled(compiler, source, "-DSUPEROFFICE_WITH_SOCKETS=1", "-fsyntax-only", "-Werror")
            for source in (tree + later, later + tree, single + later, later + single):
                if sentence not in compiled(compiler, source, "-E", code=1):
                    raise Failed(f"{compiler} does not say '{sentence}' for:\n{source}")


def what_is_switched_off_is_named():
    """Using a type that is switched off is an error that names the switch."""
    sockets, tls = "SUPEROFFICE_WITH_SOCKETS=1", "SUPEROFFICE_WITH_MBEDTLS=1"
    both = f"{tls} and {sockets}"
    for name, wanted, *given in (("mbedtls_socket", both), ("mbedtls_socket", both, sockets), ("mbedtls_socket", both, tls),
                                 ("tcp_socket", sockets), ("tcp_socket", sockets, tls), ("system_resolver", sockets),
                                 ("cares_resolver", sockets), ("cares_socket", sockets, tls),
                                 ("basic_tcp_socket<superoffice::given_addresses>", sockets),
                                 ("tls<superoffice::basic_tcp_socket<superoffice::given_addresses>>", sockets, tls),
                                 ("tls<superoffice::tcp_socket>", tls), ("tls<superoffice::tcp_socket>", tls, sockets),
                                 ("tls<superoffice::scripted>", tls), ("simdjson_reader", "SUPEROFFICE_WITH_SIMDJSON=1")):
        sentence = f"superoffice: switched off: define {wanted} for every translation unit"
        includes = UMBRELLA
        if name.startswith("cares"):
            includes += "#include <superoffice/transport/cares_resolver.hpp>\n"
        use = f"{includes}int main() {{ superoffice::{name} here; }}\n"
        for compiler in COMPILERS:
            if sentence not in compiled(compiler, use, "-fsyntax-only", *(f"-D{switch}" for switch in given), code=1):
                raise Failed(f"{compiler} {' '.join(given)} does not say '{sentence}' of:\n{use}")


def switches_are_0_or_1():
    """Any other value is an error. The preprocessor would silently read a word such as ON as 0."""
    for switch, value, compiler in itertools.product(
            ("WITH_SIMDJSON", "WITH_MBEDTLS", "WITH_SOCKETS", "SIMDJSON_BUILTIN_ONLY"), ("2", "-1", "ON"), COMPILERS):
        printed = compiled(compiler, "#include <superoffice/base/config.hpp>\n", f"-DSUPEROFFICE_{switch}={value}", "-fsyntax-only",
                           code=1)
        if "are 0 or 1" not in printed and not re.search(rf"error: .*\b{value}\b", printed):
            raise Failed(f"{compiler} does not say what is wrong with {switch}={value}:\n{printed}")


MISTAKES = UMBRELLA + """
int main(int count, char**) {
    superoffice::result<int> error = superoffice::error{.code = superoffice::errc::busy};
    superoffice::field<int> absent;
    superoffice::coded<superoffice::BatchTaskState> unknown = decltype(unknown)::from_text("?");
    switch (count) {
        case 1: return *error;
        case 2: return error.value();
        case 3: return *absent;
        default: return static_cast<int>(unknown.value());
    }
}
"""


def mistakes_are_named():
    """In a debug build on a host, reading what is not there prints a sentence and traps. A release build and firmware carry
    neither a sentence nor stdio."""
    sentences = ("superoffice: this result holds an error and no value: test it before value(), * or ->",) * 2 + (
        "superoffice: this field is absent or null: test it before value(), * or ->, or use value_or()",
        "superoffice: this text is no enumerator: ask known(), or use value_or()")
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/mistakes"
        for compiler, include in itertools.product(COMPILERS, (INCLUDE, SINGLE_HEADER.parent.parent)):
            compiled(compiler, MISTAKES, "-o", program, include=include)
            for given, sentence in enumerate(sentences):
                ended = subprocess.run([program, *("x" * given)], capture_output=True, text=True, check=False)
                if ended.returncode >= 0 or sentence + "\n" not in ended.stderr:
                    raise Failed(f"{compiler}, mistake {given}: ended with {ended.returncode}, said {ended.stderr!r}")
            for silent in (("-DNDEBUG",), ("-U__unix__",)):  # a release build; something like firmware
                compiled(compiler, MISTAKES, *silent, "-c", "-o", program, include=include)
                with open(program, "rb") as file:
                    held = file.read()
                if found := [word for word in (b"printf", b"stderr", b"superoffice: this") if word in held]:
                    raise Failed(f"{compiler} {silent}: the object holds {found}")
            compiled(compiler, MISTAKES, "-DNDEBUG", "-DSUPEROFFICE_ASSERT(condition)=((condition) ? void() : _Exit(7))",
                     "-include", "cstdlib", "-o", program, include=include)
            output_of(program, code=7)  # a handler of the program's own


# Programs that together have most of the library, and where a variable that changes would stand in an object file.
WITH_VARIABLES = ("examples/06_every_error.cpp", "examples/11_epoll.cpp", "examples/cli/main.cpp")
CHANGES = re.compile(r"^\w+ .{6}[O ] \.(?:t?data|t?bss)(?!\.rel\.ro)\S*\s+\w+ +(.*)$", re.MULTILINE)
CULPRITS = """
namespace superoffice {
inline int shared = 0;
inline int counted() { static int calls = 1; return ++calls + shared; }
template <class T> struct per_type { static inline T last{}; };
inline thread_local int of_thread = 1;
inline constexpr int limit = 2;
}
int main() { return superoffice::counted() + superoffice::per_type<int>::last + superoffice::of_thread + *&superoffice::limit; }
"""
THREADS = re.compile(r"#include <(thread|mutex|shared_mutex|condition_variable|future|stop_token|semaphore|latch|barrier|pthread\.h|"
                     r"threads\.h)>|std::(thread|jthread|async|mutex)\b|pthread_\w+|CreateThread|_beginthread")


def variables_of_the_library(folder, *source, text=""):
    """The library's variables in writable memory, of every function that the program has, inline ones too."""
    made = f"{folder}/made.o"
    output_of("g++", "-std=c++20", f"-I{INCLUDE}", f"-I{ROOT / 'examples' / 'cli'}", *ALL_ON, "-fkeep-inline-functions", "-fno-pie",
              "-c", "-o", made, *source, text_in=text)
    return sorted(name for name in CHANGES.findall(output_of("objdump", "-t", "-C", made)) if "superoffice::" in name)


def no_globals_no_threads():
    """With everything switched on, the library has no variable outside of the program's objects and names nothing of threads."""
    with tempfile.TemporaryDirectory() as folder:
        found = variables_of_the_library(folder, "-x", "c++", "-", text=CULPRITS)
        if len(found) != 4:
            raise Failed(f"of four planted variables these are found: {found}")
        opt_in = [word for name in OPT_IN for word in ("-include", name)]
        for program in WITH_VARIABLES:
            if found := variables_of_the_library(folder, *opt_in, ROOT / program):
                raise Failed(f"{program} has variables of the library: {found}")
    wrong = [f"{path.relative_to(INCLUDE)}: {line.strip()}" for path in sorted(INCLUDE.rglob("*.hpp"))
             for line in path.read_text(encoding="utf-8").splitlines() if THREADS.search(line.partition("//")[0])]
    if wrong:
        raise Failed("\n".join(wrong))


# Loads a shared object, calls a function of it, unloads it, and prints the result and whether the object is still mapped.
HOST = """
import _ctypes, ctypes, sys
library = ctypes.CDLL(sys.argv[1])
percent = library.percent()
_ctypes.dlclose(library._handle)
print(percent, "stays" if sys.argv[1] in open("/proc/self/maps").read() else "gone")
"""


def plugins_can_be_unloaded():
    """With -fvisibility=hidden, which the documents demand: g++ makes visible inline variables unique symbols, which pin a plugin."""
    if sys.platform != "linux":
        print("skipped: plugins can be unloaded: this is not Linux")
        return
    with tempfile.TemporaryDirectory() as folder:
        for compiler, options, wanted in (("g++", ("-fvisibility=hidden",), "62 gone"),
                                          ("clang++", ("-fvisibility=hidden",), "62 gone"), ("g++", (), "62 stays")):
            plugin = f"{folder}/{compiler}{''.join(options)}.so"
            output_of(compiler, "-std=c++20", "-O1", "-fPIC", "-shared", f"-I{INCLUDE}", *options,
                      ROOT / "tests" / "link" / "plugin.cpp", "-o", plugin)
            printed = output_of(sys.executable, "-c", HOST, plugin)
            if printed != wanted + "\n":
                raise Failed(f"{compiler} {options}: {printed!r} instead of {wanted!r}")


def checks():
    yield Check("every header is listed", every_header_is_listed)
    yield Check("every unit test is built", every_unit_test_is_built)
    yield Check("macros: only the listed ones are left", macros_are_ours)
    yield Check("macros: none of a platform's is changed", macros_are_unchanged)
    yield Check("macros: no name of the library is a platform's macro", no_name_is_a_platform_macro)
    yield Check("other projects' warnings have no cause in the headers", other_warnings_have_no_cause)
    yield Check("core pulls no heavy standard header", no_heavy_headers)
    yield Check("another version is an error", another_version_is_an_error, seconds=240)
    yield Check("no global and no thread of the library", no_globals_no_threads)
    yield Check("what is switched off is named", what_is_switched_off_is_named)
    yield Check("switches are 0 or 1", switches_are_0_or_1)
    yield Check("mistakes of the program are named", mistakes_are_named)
    yield Check("plugins can be unloaded", plugins_can_be_unloaded)
