"""Builds the firmware, runs it against a local SuperOffice of its own, and says what is wrong with what it printed."""

import json
import shutil

import building
import mbedtls_source
import running
from checking import BUILD, Failed, one_at_a_time

DONE = ("task ContactExport: Succeeded 100 %", "watch Succeeded 100 %")


def built(*profiles):
    try:
        with one_at_a_time("firmware"):
            return building.build(*profiles)
    except mbedtls_source.Problem as problem:
        raise Failed(str(problem)) from None


def service(name, *options):
    folder = BUILD / "firmware" / name
    shutil.rmtree(folder, ignore_errors=True)
    return running.Service(folder, "--listen", "modem=plain", "--task-seconds", "1", *options)


def events(local):
    return [json.loads(line) for line in local.log.read_text().splitlines()]


def expect(answer, code, *texts):
    """What was printed."""
    ended, printed = answer
    missing = [text for text in texts if text not in printed]
    if ended != code or missing:
        raise Failed(f"ended with {ended}, wanted {code}; missing: {missing}; it printed:\n{printed}")
    return printed
