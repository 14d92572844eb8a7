"""What all other tests rest on: how checks are run, and the local SuperOffice."""

import pathlib

from checking import Check, run_unittests

HERE = pathlib.Path(__file__).resolve().parent


def checks():
    yield Check("how checks are run", lambda: run_unittests("discover", "-s", HERE, "-p", "test_checking.py"))
    yield Check("local SuperOffice", lambda: run_unittests("discover", "-s", HERE, "-p", "test_local_*.py"), seconds=300)
