"""The firmware of examples/firmware, built for a Cortex-M4 and run in QEMU against the local SuperOffice."""

import json
import pathlib
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples" / "firmware"))

import building  # noqa: E402
import mbedtls_source  # noqa: E402
import running  # noqa: E402
from checking import BUILD, Check, Failed  # noqa: E402

PLAIN, TLS = building.Profile(tls=False), building.Profile(tls=True)
BAD_CERTIFICATES = {"wrong-name": "for another name", "unknown-authority": "from an unknown authority",
                    "expired": "has expired", "not-yet-valid": "is not valid yet", "self-signed": "is self-signed"}
BUILDING = threading.Lock()  # one ninja at a time


def built(*profiles):
    try:
        with BUILDING:
            return building.build(*profiles)
    except mbedtls_source.Problem as problem:
        raise Failed(str(problem)) from None


def build_both():
    built(PLAIN, TLS)


def events(service):
    return [json.loads(line) for line in service.log.read_text().splitlines()]


def service(name):
    folder = BUILD / "firmware" / name
    shutil.rmtree(folder, ignore_errors=True)
    return running.Service(folder, "--bad-certificates", "--listen", "modem=plain", "--task-seconds", "1")


def expect(answer, code, *texts):
    ended, printed = answer
    missing = [text for text in texts if text not in printed]
    if ended != code or missing:
        raise Failed(f"ended with {ended}, wanted {code}; missing: {missing}; it printed:\n{printed}")


DONE = ("task ContactExport: Succeeded 100 %", "watch Succeeded 100 %")


def calls_over_tls():
    (elf,) = built(TLS)
    with service("tls") as local:
        expect(running.call(elf, local.urls["main"], local.authority), 0, *DONE)
        requests = [event for event in events(local) if event["event"] == "request"]
        if len(requests) < 2 or any(event.get("credential") != "bearer-good" for event in requests):
            raise Failed(f"the service saw {requests}")


def refuses_other_servers():
    (elf,) = built(TLS)
    with service("refused") as local:
        for kind, words in BAD_CERTIFICATES.items():
            expect(running.call(elf, local.urls[kind], local.authority), 1, "error", words)
        heard = [event for event in events(local) if event["event"] in ("first-byte", "request", "bad-request")]
        shaken = {event["listener"] for event in events(local) if event["event"] == "connection"}
        if heard or shaken != set(BAD_CERTIFICATES):
            raise Failed(f"{shaken} were called; what was heard of a request: {heard}")


def calls_through_a_modem_that_does_tls():
    (elf,) = built(PLAIN)
    with service("plain") as local:
        expect(running.call(elf, local.urls["main"], through=local.urls["modem"]), 0, *DONE)


def has_mbedtls():
    """Other versions than 2.28 have other configurations."""
    try:
        shown = subprocess.run(["apt-cache", "policy", "libmbedtls-dev"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return False
    return f"Candidate: {mbedtls_source.WANTED}." in shown.stdout


def checks():
    if shutil.which("arm-none-eabi-g++") is None or shutil.which("qemu-system-arm") is None or not has_mbedtls():
        print("skipped firmware: it needs Debian 12's arm-none-eabi-g++, qemu-system-arm and mbedTLS 2.28")
        return
    needs = ("firmware: builds for a Cortex-M4",)
    yield Check(needs[0], build_both)
    yield Check("firmware: gets and watches over verified TLS", calls_over_tls, needs)
    yield Check("firmware: sends nothing to a server with a wrong certificate", refuses_other_servers, needs)
    yield Check("firmware: gets and watches through a modem that does TLS", calls_through_a_modem_that_does_tls, needs)
