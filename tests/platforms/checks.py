"""Systems other than the one that most tests run on: the calls of whole_call.cpp, built for each and run by an emulator."""

import contextlib
import dataclasses
import functools
import pathlib
import re
import shutil
import subprocess
import sys

import local_superoffice_credentials
import local_superoffice_running
from checking import BUILD, INCLUDE, ROOT, Check, Counts, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import browser  # noqa: E402

FOLDER = BUILD / "platforms"
WHOLE_CALL, BOARD, SCRIPT = HERE / "whole_call.cpp", HERE / "board.c", HERE / "board.ld"

WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Wold-style-cast",
            "-Wnon-virtual-dtor", "-Wdouble-promotion", "-Werror")
FREESTANDING = ("-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-ffunction-sections", "-fdata-sections")

# What a checked member of std::string_view, or a heap, would bring into a program.
FORBIDDEN = r"_?sbrk(_r)?|_?exit|abort|_?(m|c|re)alloc(_r)?|_?free(_r)?|.*__throw.*|_Zn[wa].*|_Zd[la].*|__cxa_.*"
FAULT = 99  # what board.c leaves with


def boost():
    """A folder that leads to Boost and to nothing else of the host's headers."""
    folder = FOLDER / "headers"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (folder / "boost").symlink_to(next(place / "boost" for place in map(pathlib.Path, ("/usr/include", "/usr/local/include"))
                                           if (place / "boost" / "describe.hpp").exists()))
    return folder


def cached(compiler):
    return ("ccache", compiler) if shutil.which("ccache") else (compiler,)


def system_headers(compiler, *options):
    """The folders in which that compiler looks for the standard library, as options for another one."""
    printed = output_of(compiler, *options, "-E", "-v", "-x", "c++", "/dev/null")
    folders = re.findall(r"^ (/\S+)$", printed.partition("search starts here")[2], re.MULTILINE)
    if not any("c++" in folder for folder in folders):
        raise Failed(f"{compiler} does not say where its headers are:\n{printed}")
    return [word for folder in folders for word in ("-isystem", folder)]


# ---------------------------------------------------------------------------------------------- bare metal

@dataclasses.dataclass(frozen=True)
class Device:
    """A processor without an operating system, and QEMU's machine that has it."""

    prefix: str
    options: tuple[str, ...]
    library: tuple[str, ...]  # options that choose the C library
    emulator: tuple[str, ...]
    flash: int
    ram: int
    board_options: tuple[str, ...] = ()

    def headers(self):
        """RISC-V has no C++ library in Debian. The parts of it that the library needs are headers; Arm's will do."""
        if self.prefix.startswith("arm"):
            return []
        folders = system_headers("arm-none-eabi-g++", *M4.options)
        return ["-nostdinc++", *(word for at in range(0, len(folders), 2) if "/c++/" in folders[at + 1]
                                 for word in folders[at:at + 2])]

    def linked(self, name, *objects):
        elf = FOLDER / f"{name}.elf"
        output_of(f"{self.prefix}-gcc", *self.options, *self.library, "-nostartfiles", "-Wl,--gc-sections",
                  "-Wl,--no-warn-rwx-segments", f"-Wl,--defsym=flash_at={self.flash:#x}", f"-Wl,--defsym=ram_at={self.ram:#x}",
                  "-T", SCRIPT, *objects, "-o", elf)
        return elf

    def board(self, name, *options):
        made = FOLDER / f"{name}.board.o"
        output_of(f"{self.prefix}-gcc", *self.options, *self.board_options, *self.library, "-Os", "-Wall", "-Wextra", "-Werror",
                  "-ffunction-sections", *options, "-c", BOARD, "-o", made)
        return made

    def code_of(self, elf):
        """What the program ends with."""
        words = [*self.emulator, "-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config",
                 "enable=on,target=native", "-kernel", str(elf)]
        return subprocess.run(words, stdin=subprocess.DEVNULL, check=False, timeout=60).returncode


M4 = Device("arm-none-eabi", ("-mcpu=cortex-m4", "-mthumb"), ("--specs=nano.specs",),
            ("qemu-system-arm", "-M", "mps2-an386"), 0, 0x20000000)
M0 = Device("arm-none-eabi", ("-mcpu=cortex-m0", "-mthumb"), ("--specs=nano.specs",),
            ("qemu-system-arm", "-M", "microbit"), 0, 0x20000000)
RV32 = Device("riscv64-unknown-elf", ("-march=rv32imac", "-mabi=ilp32", "-mcmodel=medany"), ("--specs=picolibc.specs",),
              ("qemu-system-riscv32", "-M", "virt", "-bios", "none"), 0x80000000, 0x80100000,
              board_options=("-march=rv32imac_zicsr",))


def call_on(device, name, *options, clang=False):
    """Builds, looks for what must not be in the program, and runs it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = FOLDER / f"{name}.o"
    if clang:
        compiler = (*cached("clang++"), "--target=arm-none-eabi", "-nostdinc++", "-nostdlibinc",
                    *system_headers("arm-none-eabi-g++", *device.options))
    else:
        compiler = (*cached(f"{device.prefix}-g++"), *device.library, *device.headers())
    output_of(*compiler, *device.options, "-std=c++20", *FREESTANDING, *WARNINGS, *options, f"-I{INCLUDE}", "-isystem", boost(),
              "-c", WHOLE_CALL, "-o", made)
    elf = device.linked(name, device.board(name), made)
    names = [line.split()[-1] for line in output_of(f"{device.prefix}-nm", elf).splitlines()]
    if found := sorted({each for each in names if re.fullmatch(FORBIDDEN, each)}):
        raise Failed(f"{name} {' '.join(options)}: the program has {found}")
    if (code := device.code_of(elf)) != 0:
        raise Failed(f"{name} {' '.join(options)}: whole_call() returned {code} ({FAULT}: the processor met a fault)")


def every_optimisation():
    """Links with nothing but memory and string functions of the C library: debug builds have no heap and no abort either."""
    for level, *options in (("-O0",), ("-Og",), ("-Os", "-DNDEBUG"), ("-O2", "-DNDEBUG")):
        call_on(M4, f"m4{level}", level, *options)
    for level, *options in (("-O0",), ("-Og",), ("-Os", "-DNDEBUG"), ("-O2", "-DNDEBUG"), ("-Oz", "-DNDEBUG")):
        call_on(M4, f"m4-clang{level}", level, *options, clang=True)


def cortex_m0():
    elf = M0.linked("m0-unaligned", M0.board("m0-unaligned", "-DBOARD_LOADS_UNALIGNED"))
    if (code := M0.code_of(elf)) != FAULT:
        raise Failed(f"an unaligned load ended with {code} instead of {FAULT}: this emulator would not notice one")
    call_on(M0, "m0", "-Os", "-DNDEBUG")


def risc_v():
    call_on(RV32, "rv32-O0", "-O0")
    call_on(RV32, "rv32-Os", "-Os", "-DNDEBUG")


# ---------------------------------------------------------------------------------------------- hosted

def aarch64():
    program = FOLDER / "aarch64"
    FOLDER.mkdir(parents=True, exist_ok=True)
    output_of(*cached("aarch64-linux-gnu-g++"), "-std=c++20", *WARNINGS, "-O2", f"-I{INCLUDE}", "-isystem", boost(),
              "-DWHOLE_CALL_HAS_MAIN", WHOLE_CALL, "-o", program)
    output_of("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", program)


def over_lwip():
    headers = pathlib.Path("/usr/include/lwip")
    if not headers.exists():
        print("skipped: liblwip-dev is not installed")
        return
    program = FOLDER / "lwip"
    FOLDER.mkdir(parents=True, exist_ok=True)
    output_of(*cached("g++"), "-std=c++20", *WARNINGS, "-DSUPEROFFICE_WITH_SOCKETS=1", f"-I{INCLUDE}",
              "-isystem", headers, HERE / "lwip.cpp", "-llwip", "-pthread", "-o", program)
    if (printed := output_of(program)) != "62 %\n62 %\n":
        raise Failed(printed)


# libc++ as macOS, Android and Unreal Engine have it, with every check that costs constant time, and with iterators that know
# their bounds.
LIBCXX = ("-std=c++20", "-stdlib=libc++", "-D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_EXTENSIVE",
          "-D_LIBCPP_ABI_BOUNDED_ITERATORS")
LIBCXX_COMPILER = "clang++-19"
ALL_ON = tuple(f"-DSUPEROFFICE_WITH_{switch}=1" for switch in ("SIMDJSON", "MBEDTLS", "SOCKETS"))
OPT_IN = "".join(f"#include <superoffice/{name}>\n" for name in
                 ("batch.hpp", "std_types.hpp", "xml.hpp", "transport/cares_resolver.hpp"))
UNIT_FOLDERS, LEAST_CASES = ("base", "text", "http", "codec"), 150  # of the unit tests those that read what comes from outside

# What the two settings above have to stop: each is a program's only line.
CULPRITS = ("return text[3];", "return *text.end();", "return bytes[4];", "return *bytes.end();")
CULPRIT = """\
#include <span>
#include <string_view>
int main(int count, char**) {{
    std::string_view text{{"abc", static_cast<std::size_t>(count) + 2}};
    std::span<const char> bytes{{"abc", static_cast<std::size_t>(count) + 2}};
    {line}
}}
"""


def hardened_libcxx_notices():
    """The settings of the next checks end a program that reads behind a text."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / "culprit"
    for line in CULPRITS:
        output_of(LIBCXX_COMPILER, *LIBCXX, "-w", "-x", "c++", "-", "-o", program, text_in=CULPRIT.format(line=line))
        if (code := subprocess.run([program], check=False, stderr=subprocess.DEVNULL).returncode) >= 0:
            raise Failed(f"'{line}' ended with {code}; libc++ has not noticed it")


def new_constant_interpreter():
    """clang's coming interpreter of constant expressions compiles the tables of the decoder, a packed struct's among them."""
    for source in ("codec/detail/member_places.cpp", "codec/detail/member_table.cpp", "codec/select.cpp"):
        output_of(LIBCXX_COMPILER, "-std=c++20", "-fexperimental-new-constant-interpreter", *ALL_ON, f"-I{INCLUDE}",
                  f"-I{ROOT / 'tests'}", "-fsyntax-only", ROOT / "tests" / "unit" / source)


def libcxx_calls():
    FOLDER.mkdir(parents=True, exist_ok=True)
    output_of(*cached(LIBCXX_COMPILER), *LIBCXX, *WARNINGS, *ALL_ON, f"-I{INCLUDE}", "-fsyntax-only", "-x", "c++", "-", text_in=OPT_IN)
    for source, *options in ((WHOLE_CALL, "-DWHOLE_CALL_HAS_MAIN"), (ROOT / "examples" / "05_own_link.cpp",)):
        program = FOLDER / f"libcxx-{source.stem}"
        output_of(*cached(LIBCXX_COMPILER), *LIBCXX, *WARNINGS, *options, f"-I{INCLUDE}", source, "-o", program)
        output_of(program)


def libcxx_unit_tests():
    folder = FOLDER / "libcxx"
    folder.mkdir(parents=True, exist_ok=True)
    options = (*LIBCXX, *WARNINGS, f"-I{INCLUDE}", f"-I{ROOT / 'tests'}")
    header = folder / "tree.pch"
    output_of(LIBCXX_COMPILER, *options, "-x", "c++-header", ROOT / "tests/unit/pch/tree.hpp", "-o", header)
    objects = []
    for source in (ROOT / "tests/unit/main.cpp", ROOT / "tests/support/counting_heap.cpp",
                   *(path for name in UNIT_FOLDERS for path in sorted((ROOT / "tests/unit" / name).rglob("*.cpp")))):
        objects.append(folder / f"{'-'.join(source.relative_to(ROOT).parts)}.o")
        begun = ("-include-pch", header) if len(objects) > 2 else ()
        output_of(LIBCXX_COMPILER, *options, *begun, "-c", source, "-o", objects[-1])
    program = folder / "unit"
    output_of(LIBCXX_COMPILER, "-stdlib=libc++", *objects, "-pthread", "-o", program)
    printed = output_of(program, code=None, environment={"SUPEROFFICE_TESTS_DIR": str(ROOT / "tests")})
    found = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
    counts = Counts(*map(int, found.groups())) if found else Counts(0, 1)
    if counts.failed or counts.passed < LEAST_CASES:
        raise Failed(printed, Counts(counts.passed, max(counts.failed, 1)))
    return counts


def as_module():
    """`import superoffice.batch;` in place of the include, with the module that packaging/module.py writes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    source, compiled, program = (FOLDER / f"superoffice.batch.{ending}" for ending in ("cppm", "pcm", "program"))
    options = (f"-I{INCLUDE}", "-isystem", boost())
    output_of(sys.executable, "-B", ROOT / "packaging" / "module.py", source, *options, environment={"CXX": LIBCXX_COMPILER})
    output_of(LIBCXX_COMPILER, "-std=c++20", *options, *WARNINGS, "--precompile", source, "-o", compiled)
    output_of(LIBCXX_COMPILER, "-std=c++20", *options, *WARNINGS, "-DWHOLE_CALL_HAS_MAIN", "-DWHOLE_CALL_IMPORTS",
              f"-fmodule-file=superoffice.batch={compiled}", WHOLE_CALL, compiled, "-o", program)
    output_of(program)


# ---------------------------------------------------------------------------------------------- Microsoft's dialect

EXAMPLES_OF_CORE = [ROOT / "examples" / f"{name}.cpp" for name in ("05_own_link", "07_http_stack", "12_decode")]

# What cl.exe does not know. It knows the built-in functions that its own standard library uses, and skips foreign attributes
# in [[ ]], about which it warns.
KNOWN_BUILTINS = {f"__builtin_{name}" for name in ("addressof", "bit_cast", "is_constant_evaluated", "memchr", "memcmp", "strlen")}
GNU_ONLY = re.compile(r"__builtin_\w+|__attribute__|__PRETTY_FUNCTION__|\b__asm__\b|\basm\b|__int128|__extension__|__typeof__"
                      r"|\s\?:\s")


def microsoft(*options):
    """clang for Microsoft's target, over libc++, glibc's C headers, and the declarations in msvc/."""
    resources = pathlib.Path(output_of(LIBCXX_COMPILER, "-print-resource-dir").strip()) / "include"
    libcxx = next(resources.parents[3].glob("include/c++/v1"))
    folders = (libcxx, HERE / "msvc", resources, *pathlib.Path("/usr/include").glob("*-linux-gnu"), "/usr/include", boost())
    return (*cached(LIBCXX_COMPILER), "--target=x86_64-pc-windows-msvc", "-fms-compatibility-version=19.40", "-std=c++20",
            "-nostdinc", "-D_BITS_STDINT_INTN_H=1", "-D_LIBCPP_HAS_NO_LOCALIZATION",
            *(word for folder in folders for word in ("-isystem", folder)), f"-I{INCLUDE}", *options)


def compiles_as_microsoft():
    for source in (WHOLE_CALL, *EXAMPLES_OF_CORE):
        output_of(*microsoft("-fsyntax-only", "-Werror", "-Wno-unknown-attributes", source))


def gnu_words(preprocessed):
    """(file, word) for each word in the library's own lines that cl.exe does not know."""
    file = ""
    for line in preprocessed.splitlines():
        if marker := re.match(r'# \d+ "(.*?)"', line):
            file = marker[1]
        elif file.startswith(str(INCLUDE)):
            code = re.sub(r'"(?:\\.|[^"\\])*"', '""', line)
            yield from ((file, word) for word in GNU_ONLY.findall(code) if word not in KNOWN_BUILTINS)


def says_nothing_that_cl_refuses():
    """With the macros that cl.exe sets, no word is left that only GNU compilers know; with those of g++, some are."""
    text = "#include <winsock2.h>\n#include <ws2tcpip.h>\n" + OPT_IN
    seen = output_of(*microsoft("-isystem", "/usr/share/mingw-w64/include", *ALL_ON, "-U__clang__", "-w", "-E", "-x", "c++", "-"),
                     text_in=text.replace("#include <superoffice/transport/cares_resolver.hpp>\n", ""), code=None)
    if str(INCLUDE / "superoffice" / "xml.hpp") not in seen:
        raise Failed(f"the preprocessor stopped before the end:\n{seen[-2000:]}")
    # The system's headers define __attribute__ away for such a compiler, which cl.exe's do not: so that is looked for as text.
    if found := [path.name for path in sorted(INCLUDE.rglob("*.hpp"))
                 if path.name != "macros_begin.hpp" and "__attribute__" in path.read_text(encoding="utf-8")]:
        raise Failed(f"only macros_begin.hpp may ask for __attribute__: {found}")
    if found := sorted({f"{pathlib.Path(file).relative_to(INCLUDE)}: {word}" for file, word in gnu_words(seen)}):
        raise Failed("\n".join(found))
    if not list(gnu_words(output_of("g++", "-std=c++20", f"-I{INCLUDE}", "-E", "-x", "c++", "-", text_in=OPT_IN))):
        raise Failed("nothing was found with g++ either: does this check still look at anything?")


# ---------------------------------------------------------------------------------------------- WebAssembly

WASM = ROOT / "examples" / "wasm"
WEB_OPTIONS = ("--target=wasm32-wasi", "-std=c++20", "-Os", "-DNDEBUG", "-fno-exceptions", "-fno-rtti", "-mexec-model=reactor",
               "-nostartfiles", "-Wl,--no-entry,--gc-sections,--strip-all")
EMSCRIPTEN_OPTIONS = ("-std=c++20", "-Os", "-DNDEBUG", "-fno-exceptions", "-fno-rtti", "--js-library", WASM / "fetch_host.js",
                      "-sMODULARIZE", "-sEXPORT_NAME=follow")
WEB_KILOBYTES, EMSCRIPTEN_KILOBYTES = 40, 56  # of the modules
# Node 18 takes the first address of localhost only, and the service listens on 127.0.0.1.
ANY_NODE = {"NODE_OPTIONS": "--dns-result-order=ipv4first"}
# A Node that is not Debian's does not look there for the packages that Debian's Emscripten needs.
EMSCRIPTEN_NODE = {"NODE_PATH": "/usr/share/nodejs"}


def is_small(module, kilobytes):
    if (size := module.stat().st_size) > kilobytes * 1024:
        raise Failed(f"{module.name} has {size} bytes, more than {kilobytes} KB")


def follows_tasks(*program, finished):
    """Runs a program that follows tasks of the local service under Node: well, refused, redirected, and without trust."""
    service = local_superoffice_running.Running("--task-seconds", "1")
    try:
        good, trusted = local_superoffice_credentials.BEARER_GOOD, ANY_NODE | {"NODE_EXTRA_CA_CERTS": service.ca}
        expired = good.removesuffix("good") + "expired"
        for token, environment, numbers, wanted in (
                (good, trusted, (497, 1000, 123456789, 7302, 8000, 4294967793, 0),
                 (*finished, "1000 Started", "1000 Succeeded 100", "123456789 no such task", "7302 the server redirects",
                  "8000 the peer reset the connection")),
                (expired, trusted, (497,), ("(401)",)),
                ("\N{SNOWMAN}", trusted, (497,), ("497 the link failed",)),  # no header can hold that
                (good, ANY_NODE, (497,), ("497 the server's certificate is from an unknown authority",))):
            printed = output_of("node", *program, service.base, token, *numbers, environment=environment)
            if missing := [text for text in wanted if text not in printed]:
                raise Failed(f"{missing} is missing in:\n{printed}")
    finally:
        service.stop()


def web_assembly():
    if not list(pathlib.Path("/usr/include/wasm32-wasi").glob("*")):
        print("skipped: libc++-19-dev-wasm32 is not installed")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    module = FOLDER / "superoffice.wasm"
    output_of(*cached(LIBCXX_COMPILER), *WEB_OPTIONS, *WARNINGS, f"-I{INCLUDE}", "-isystem", boost(), WASM / "main.cpp", "-o",
              module)
    is_small(module, WEB_KILOBYTES)
    follows_tasks(HERE / "follow.mjs", module,
                  finished=("imports host\n", "497 Succeeded 100 Export completed", "497 over", "1000 over",
                            "4294967793 no task has such an id", "0 no task has such an id"))


def emscripten():
    """The same by Emscripten. Debian's package holds its libraries built, so that nothing is fetched and no cache is written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / "follow.js"
    output_of("em++", *EMSCRIPTEN_OPTIONS, *WARNINGS, f"-I{INCLUDE}", "-isystem", boost(), WASM / "emscripten.cpp", "-o", program,
              environment=EMSCRIPTEN_NODE)
    is_small(program.with_suffix(".wasm"), EMSCRIPTEN_KILOBYTES)
    follows_tasks(HERE / "emscripten.mjs", program, finished=("497 Succeeded 100", "4294967793 a number does not fit its member"))


def in_browser():
    """Both programs in a page, from the folder in which the checks before have built them."""
    files = {path.name: (kind, path.read_bytes()) for path, kind in (
        (WASM / "superoffice.mjs", "text/javascript"), (WASM / "fetch_host.js", "text/javascript"),
        (FOLDER / "follow.js", "text/javascript"), (FOLDER / "follow.wasm", "application/wasm"),
        (FOLDER / "superoffice.wasm", "application/wasm"))}
    service = local_superoffice_running.Running("--task-seconds", "1")
    try:
        for script in (browser.MODULE, browser.EMSCRIPTEN):
            printed = browser.told_by(service, script, local_superoffice_credentials.BEARER_GOOD,
                                      (497, 1000, 123456789, 7302, 8000), files)
            wanted = ("497 Succeeded 100", "1000 Succeeded 100", "123456789 no such task", "7302 the server redirects",
                      "8000 the link failed")
            if missing := [text for text in wanted if text not in printed]:
                raise Failed(f"{missing} is missing in:\n{printed}")
    finally:
        service.stop()


# ---------------------------------------------------------------------------------------------- the checks

def needing(tools, run):
    """A check that is skipped, and says so, where one of these programs is missing."""
    def checked():
        if missing := [tool for tool in tools if not shutil.which(tool)]:
            print(f"skipped: {' and '.join(missing)} not found")
            return None
        return run()
    return functools.wraps(run)(checked)


def checks():
    arm = ("arm-none-eabi-g++", "qemu-system-arm")
    yield Check("platforms: Cortex-M4, each optimisation links without heap and abort, and makes the calls",
                needing((*arm, "clang++"), every_optimisation), seconds=300)
    yield Check("platforms: Cortex-M0, which cannot load unaligned", needing(arm, cortex_m0))
    yield Check("platforms: RISC-V without a system", needing(
        ("riscv64-unknown-elf-g++", "arm-none-eabi-g++", "qemu-system-riscv32"), risc_v))
    yield Check("platforms: 64-bit Arm (aarch64)", needing(("aarch64-linux-gnu-g++", "qemu-aarch64"), aarch64))
    yield Check("platforms: tcp_socket over lwIP", over_lwip)
    libcxx = (LIBCXX_COMPILER,)
    yield Check("platforms: hardened libc++ notices a read behind a text", needing(libcxx, hardened_libcxx_notices))
    yield Check("platforms: hardened libc++ compiles everything and makes the calls", needing(libcxx, libcxx_calls))
    yield Check("platforms: unit tests with hardened libc++", needing(libcxx, libcxx_unit_tests), seconds=400)
    yield Check("platforms: clang compiles Microsoft's dialect", needing(libcxx, compiles_as_microsoft), seconds=240)
    yield Check("platforms: no word that cl.exe does not know", needing(libcxx, says_nothing_that_cl_refuses))
    yield Check("platforms: clang's new interpreter of constant expressions", needing(libcxx, new_constant_interpreter))
    web, by_emscripten = "platforms: WebAssembly under Node", "platforms: WebAssembly by Emscripten under Node"
    yield Check(web, needing((LIBCXX_COMPILER, "wasm-ld-19", "node"), web_assembly))
    yield Check(by_emscripten, needing(("em++", "node"), emscripten))
    yield Check("platforms: WebAssembly in a browser", needing((browser.BROWSER, LIBCXX_COMPILER, "wasm-ld-19", "em++"), in_browser),
                needs=(web, by_emscripten), seconds=180)
    yield Check("platforms: as a C++20 module", needing(libcxx, as_module))
