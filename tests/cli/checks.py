"""The command line tool and the examples, built with sanitizers and run against the local SuperOffice."""

import pathlib
import re
import subprocess
import sys
import tempfile

from checking import BUILD, INCLUDE, ROOT, Check, Counts, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = BUILD / "cli"
OPTIONS = ("-Dwerror=true", "-Dtests=disabled", "-Dexamples=enabled", "-Dcli=enabled", "-Dmbedtls=enabled",
           "-Dsimdjson=enabled", "-Dbuildtype=debug", "-Db_sanitize=address,undefined",
           "-Dcpp_args=-fno-sanitize-recover=all")
# Beside the others: these wait for most of their time.
CONNECTIONS = ("test_proxy", "test_retry", "test_trace")


def build():
    # A folder that a broken set-up left behind is made anew.
    again = ("--reconfigure",) if (FOLDER / "build.ninja").exists() else ("--wipe",) if FOLDER.exists() else ()
    output_of("meson", "setup", *again, *OPTIONS, FOLDER, environment={"CXX": "g++"})
    output_of("ninja", "--quiet", "-k", 0, "-j", 1, "-C", FOLDER)


def others():
    return sorted(file.stem for file in HERE.glob("test_*.py") if file.stem not in CONNECTIONS)


def test(modules):
    printed = output_of(sys.executable, "-B", "-m", "unittest", "-v", *modules, code=None, cwd=HERE, environment={
        "SUPEROFFICE_BATCH_CLI": str(FOLDER / "examples" / "cli" / "superoffice-batch"),
        "SUPEROFFICE_EXAMPLES": str(FOLDER / "examples")})
    ran = re.search(r"^Ran (\d+) tests?", printed, re.M)
    bad = sum(map(int, re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", printed)))
    if not ran or not printed.rstrip().splitlines()[-1].startswith("OK"):
        raise Failed(printed, Counts(max(int(ran.group(1)) - bad, 0) if ran else 0, max(bad, 1)))
    for reason in sorted(set(re.findall(r"\.\.\. skipped '(.*)'$", printed, re.M))):
        print(f"skipped in the tool and the examples: {reason}")
    return Counts(int(ran.group(1)))


BAR = re.compile(r"^(\d{4}  )?((\w+) +(\d+) %  \[[#.]+\](?:  ([\d:]+))?(?:  ((?:about|less) .*? left))?(?:  (.*))?)$", re.MULTILINE)


def lines_of_the_documents(program):
    """The lines with a bar that README.md and the tool's page show are those of a terminal with 100 columns, of which the last stays empty."""
    for page in (ROOT / "README.md", ROOT / "examples" / "cli" / "README.md"):
        found = BAR.findall(page.read_text(encoding="utf-8"))
        if len(found) < 3:
            raise Failed(f"{page} shows {len(found)} lines with a bar")
        for name, line, *words in found:
            if (printed := output_of(program, 99 - len(name), *words)) != line + "\n":
                raise Failed(f"{page} shows\n{line}\nthe tool\n{printed}")


def table(name, *parts, then=lambda program: None):
    """Runs the table in NAME.cpp over these parts of the tool."""
    def run():
        with tempfile.TemporaryDirectory() as folder:
            cli = ROOT / "examples" / "cli"
            output_of("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}", f"-I{cli}", f"-I{ROOT}/tests",
                      HERE / f"{name}.cpp",
                      *(cli / f"{part}.cpp" for part in parts), "-o", f"{folder}/{name}")
            output_of(f"{folder}/{name}")
            then(f"{folder}/{name}")
    return run


def thousand():
    """A thousand calls at the same time in one thread, each over TLS. Without sanitizers, which would hide how much heap TLS takes."""
    program = BUILD / "11_epoll"
    BUILD.mkdir(parents=True, exist_ok=True)
    output_of("g++", "-std=c++20", "-O1", f"-I{INCLUDE}", "-DSUPEROFFICE_WITH_MBEDTLS=1", "-DSUPEROFFICE_WITH_SOCKETS=1",
              ROOT / "examples" / "11_epoll.cpp", "-o", program, "-lmbedtls", "-lmbedx509", "-lmbedcrypto")
    with tempfile.TemporaryDirectory() as folder:
        service = subprocess.Popen(
            [sys.executable, ROOT / "tests" / "support" / "local_superoffice.py", "--directory", folder,
             "--max-connections", "1000", "--handshake-seconds", "300", "--idle-seconds", "300", "--until-stdin-closes"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            _, url, ca = service.stdout.readline().split()
            printed = output_of(program, 1000, environment={
                "SUPEROFFICE_BASE_URL": url, "SUPEROFFICE_CA_FILE": ca.removeprefix("ca="),
                "SUPEROFFICE_ADDRESS": "127.0.0.1", "SUPEROFFICE_TOKEN": "8A:Cust12345.test-token-good"})
        finally:
            service.stdin.close()
            service.wait()
            service.stdout.close()
        connections = pathlib.Path(folder, "requests.log").read_text(encoding="utf-8").count('"event": "handshake"')
    figures = re.fullmatch(r"1000 finished, 0 failed, 0 given up\n(bytes per client: .* heap of TLS [1-9]\d*)\n", printed)
    if not figures or connections != 1000:
        raise Failed(f"{connections} handshakes\n{printed}")
    print(f"a thousand calls in one thread: {figures.group(1)}")


def checks():
    yield Check("a thousand calls in one thread", thousand, seconds=240)
    yield Check("the tool's words for times", table("time_left", "progress", "visible_text"))
    yield Check("the tool's rules for proxies", table("proxy_rules", "proxy", "secret"))
    yield Check("the tool's rules for trying again", table("retry_rules", "retry"))
    yield Check("the tool's lines, to the column", table(
        "text_rules", "progress", "selection", "nearest", "visible_text", then=lines_of_the_documents))
    yield Check("the tool wipes its secrets", table("secret_rules", "secret"))
    yield Check("the tool's words for HTTP messages", table("message_rules", "message_trace"))
    yield Check("build the tool and the examples with sanitizers", build, seconds=900)
    yield Check("the tool and the examples", lambda: test(others()), needs=("build the tool and the examples with sanitizers",),
                seconds=420)
    yield Check("the tool's connections", lambda: test(CONNECTIONS), needs=("build the tool and the examples with sanitizers",),
                seconds=300)
