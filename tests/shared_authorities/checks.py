"""Authorities that many links share: what a thousand links take, and links in several threads under ThreadSanitizer.

The second needs an mbedTLS whose code is instrumented as well, so it builds Debian's sources. That build also has what
Debian's own leaves out: authorities that are used in place, and record buffers that shrink.
"""

import re
import shutil
import sys

from checking import BUILD, INCLUDE, ROOT, Check, Counts, Failed, one_at_a_time, output_of

sys.path.insert(0, str(ROOT / "examples" / "firmware"))

import mbedtls_source  # noqa: E402

HERE = ROOT / "tests" / "shared_authorities"
FOLDER = BUILD / "shared_authorities"
SUPPORT = ROOT / "tests" / "support"
ENVIRONMENT = {"SUPEROFFICE_LOCAL_SERVICE": str(SUPPORT / "local_superoffice.py"),
               "SUPEROFFICE_NGINX": str(SUPPORT / "nginx_superoffice.py")}
SWITCHES = ("-DSUPEROFFICE_WITH_SOCKETS=1", "-DSUPEROFFICE_WITH_MBEDTLS=1")
LINKS = 1000
AT_MOST = 46 * 1024  # bytes of the heap and of the object, for each idle link

RULES = """\
builddir = {folder}
flags = -g -O1 -fsanitize=thread
includes = -I{here} -I{source}/include -DMBEDTLS_CONFIG_FILE='<mbedtls_config.h>'
rule cc
  command = {ccache}gcc $flags $includes -w -MMD -MF $out.d -c $in -o $out
  depfile = $out.d
  deps = gcc
rule cxx
  command = {ccache}g++ -std=c++20 $flags $includes -I{include} -I{tests} {switches} -Wall -Wextra -MMD -MF $out.d -c $in -o $out
  depfile = $out.d
  deps = gcc
rule link
  command = g++ $flags $in -o $out -pthread
"""


def many_links():
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / "many_links"
    output_of("g++", "-std=c++20", "-O1", f"-I{INCLUDE}", f"-I{ROOT / 'tests'}", *SWITCHES, HERE / "many_links.cpp", "-o",
              program, "-lmbedtls", "-lmbedx509", "-lmbedcrypto")
    printed = output_of(program, LINKS, environment=ENVIRONMENT)
    figures = {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)$", printed, re.MULTILINE)}
    each = figures["link"] + figures["object"]
    print(f"shared authorities: {figures['certificates']} certificates take {figures['roots']} bytes once; "
          f"each of {LINKS} idle links {figures['link']} of the heap and {figures['object']} as an object")
    if each > AT_MOST or figures["roots"] < 100_000 or figures["link"] < 32_768:
        raise Failed(f"{each} bytes for each link, at most {AT_MOST}; or the heap was not counted:\n{printed}")


def build():
    with one_at_a_time("firmware"):  # whose sources these are
        source = mbedtls_source.fetch(ROOT / "build" / "firmware" / "mbedtls")
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = [RULES.format(folder=FOLDER, here=HERE, source=source, include=INCLUDE, tests=ROOT / "tests",
                          switches=" ".join(SWITCHES), ccache="ccache " if shutil.which("ccache") else "")]
    objects = []
    for path in sorted((source / "library").glob("*.c")):
        if not path.stem.startswith("psa_"):
            objects.append(FOLDER / "objects" / f"{path.stem}.o")
            lines.append(f"build {objects[-1]}: cc {path}")
    for path in (HERE / "threads.cpp", ROOT / "tests" / "unit" / "transport" / "tls" / "certificate_authorities.cpp",
                 ROOT / "tests" / "unit" / "transport" / "tls" / "tls_options.cpp"):
        objects.append(FOLDER / "objects" / f"{path.stem}.o")
        lines.append(f"build {objects[-1]}: cxx {path}")
    lines.append(f"build {FOLDER / 'threads'}: link {' '.join(map(str, objects))}")
    (FOLDER / "build.ninja").write_text("\n".join(lines) + "\n", encoding="utf-8")
    output_of("ninja", "--quiet", "-j", 1, "-f", FOLDER / "build.ninja")


def threads():
    environment = {**ENVIRONMENT, "TSAN_OPTIONS": "halt_on_error=1"}
    printed = output_of(FOLDER / "threads", code=None, environment=environment)
    if "unexpected memory mapping" in printed:  # a kernel that places programs at more random addresses than g++ 12 knows
        printed = output_of("setarch", "-R", FOLDER / "threads", code=None, environment=environment)
    ran = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
    if not ran or "Status: SUCCESS!" not in printed or "WARNING: ThreadSanitizer" in printed:
        raise Failed(printed, Counts(int(ran[1]), max(int(ran[2]), 1)) if ran else Counts(0, 1))
    for told in re.findall(r"MESSAGE: (.*)", printed):
        print(f"shared authorities: {told}")
    return Counts(int(ran[1]))


def checks():
    built = "build mbedTLS with ThreadSanitizer"
    yield Check("shared authorities: a thousand links, at most 46 KB each", many_links, seconds=180)
    yield Check(built, build, seconds=600)
    yield Check("shared authorities: several threads, in place, short records", threads, needs=(built,), seconds=240)
