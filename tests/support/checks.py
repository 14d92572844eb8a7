"""The local SuperOffice is tested before anything is tested against it."""

import pathlib

from checking import Check, run_unittests

HERE = pathlib.Path(__file__).resolve().parent


def checks():
    yield Check("local SuperOffice", lambda: run_unittests("discover", "-s", HERE))
