"""The command line tool and the examples, built with sanitizers and run against the local SuperOffice."""

import pathlib
import re
import sys

from checking import BUILD, Check, Counts, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = BUILD / "cli"
OPTIONS = ("-Dwerror=true", "-Dtests=disabled", "-Dexamples=enabled", "-Dcli=enabled", "-Dmbedtls=enabled",
           "-Dsimdjson=enabled", "-Dbuildtype=debug", "-Db_sanitize=address,undefined",
           "-Dcpp_args=-fno-sanitize-recover=all")


def build():
    # A folder that a broken set-up left behind is made anew.
    again = ("--reconfigure",) if (FOLDER / "build.ninja").exists() else ("--wipe",) if FOLDER.exists() else ()
    output_of("meson", "setup", *again, *OPTIONS, FOLDER, environment={"CXX": "g++"})
    output_of("ninja", "--quiet", "-k", 0, "-j", 1, "-C", FOLDER)


def test():
    printed = output_of(sys.executable, "-B", "-m", "unittest", "discover", "-v", "-s", HERE, code=None, environment={
        "SUPEROFFICE_BATCH_CLI": str(FOLDER / "examples" / "cli" / "superoffice-batch"),
        "SUPEROFFICE_EXAMPLES": str(FOLDER / "examples")})
    ran = re.search(r"^Ran (\d+) tests?", printed, re.M)
    bad = sum(map(int, re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", printed)))
    if not ran or not printed.rstrip().splitlines()[-1].startswith("OK"):
        raise Failed(printed, Counts(max(int(ran.group(1)) - bad, 0) if ran else 0, max(bad, 1)))
    for reason in sorted(set(re.findall(r"\.\.\. skipped '(.*)'$", printed, re.M))):
        print(f"skipped in the tool and the examples: {reason}")
    return Counts(int(ran.group(1)))


def checks():
    yield Check("build the tool and the examples with sanitizers", build)
    yield Check("the tool and the examples", test, needs=("build the tool and the examples with sanitizers",))
