"""The client against real servers on the loopback address: an nginx, the local service, and a peer that misbehaves on command."""

import re

from checking import BUILD, ROOT, Check, Counts, Failed, ninja, output_of, set_up_with_meson

FOLDER = BUILD / "live"
OPTIONS = ("-Dtests=enabled", "-Dexamples=disabled", "-Dcli=disabled", "-Dmbedtls=enabled", "-Dbuildtype=debug",
           "-Db_sanitize=address,undefined", "-Dcpp_args=-fno-sanitize-recover=all")
SERVICE = {"SUPEROFFICE_LOCAL_SERVICE": str(ROOT / "tests" / "support" / "local_superoffice.py")}


def build():
    set_up_with_meson(FOLDER, "g++", *OPTIONS)
    ninja(FOLDER, "tests/live/live")


def test():
    printed = output_of(FOLDER / "tests" / "live" / "live", code=None, environment=SERVICE)
    ran = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
    if not ran or "Status: SUCCESS!" not in printed:
        raise Failed(printed, Counts(int(ran[1]), max(int(ran[2]), 1)) if ran else Counts(0, 1))
    for told in re.findall(r"MESSAGE: (.*)", printed):
        print(f"live: {told}")
    return Counts(int(ran[1]))


def checks():
    yield Check("build the live tests with sanitizers", build, seconds=900)
    yield Check("live: nginx, the local service, the fault matrix", test, needs=("build the live tests with sanitizers",),
                seconds=600)
