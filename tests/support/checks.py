"""The local SuperOffice is tested before anything is tested against it."""

import pathlib
import re
import sys

from checking import Check, Counts, Failed, output_of

HERE = pathlib.Path(__file__).resolve().parent


def local_superoffice():
    printed = output_of(sys.executable, "-B", "-m", "unittest", "discover", "-s", HERE, code=None)
    ran = re.search(r"^Ran (\d+) tests?", printed, re.M)
    bad = sum(map(int, re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", printed)))
    if not ran or not printed.rstrip().splitlines()[-1].startswith("OK"):
        raise Failed(printed, Counts(int(ran.group(1)) - bad if ran else 0, max(bad, 1)))
    return Counts(int(ran.group(1)))


def checks():
    yield Check("local SuperOffice", local_superoffice)
