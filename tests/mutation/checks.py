"""Tests that notice: the script that plants bugs is tested, and run over two small headers. `./tests/run --mutation` runs it over
all of them."""

import sys

from checking import ROOT, Check, Failed, output_of, run_unittests

HERE = ROOT / "tests" / "mutation"
SMALL = ("base/detail/base64.hpp", "http/detail/chunked.hpp")


def planted():
    printed = output_of(sys.executable, "-B", HERE / "plant.py", "--own", "--builds", 1, "--jobs", 1, *SMALL, code=None)
    last = printed.rstrip().rpartition("\n")[2]
    if not last.startswith("mutation: ") or ", 0 open, " not in last or not last.endswith(", 0 stale"):
        raise Failed(printed)
    print(last)


def checks():
    yield Check("the script that plants bugs", lambda: run_unittests("discover", "-s", HERE), seconds=240)
    yield Check("planted bugs are noticed in two small headers", planted, seconds=300)
