"""What ./run does once everything is installed: builds the firmware, runs it, and prints what it takes."""

import subprocess
import sys

from building import BUILD, ROOT, Profile, build
from mbedtls_source import Problem
from running import TASK_TO_WATCH, Service, call


def say(text):
    print(f"== {text}", flush=True)


def run_all():
    say("building (the first time, mbedTLS is fetched and built too)")
    plain, tls, refresh, system = build(Profile(tls=False), Profile(tls=True), Profile(tls=True, credential="refresh"),
                                        Profile(tls=True, credential="system"))
    say("starting the local SuperOffice")
    with Service(BUILD / "local_superoffice", "--listen", "modem=plain") as service:
        main, known = service.urls["main"], {"authority": service.authority}
        runs = (("TLS in the modem", plain, {"through": service.urls["modem"]}),
                ("TLS in the firmware", tls, known),
                ("TLS in the firmware, with a refresh token", refresh, known),
                ("TLS in the firmware, as a system user", system, {**known, "private_key": service.private_key}))
        for task, (title, elf, more) in enumerate(runs, TASK_TO_WATCH):  # a task for each
            say(f"{title}: get a task, follow another")
            code, printed = call(elf, main, watch=task, **more)
            print(printed, end="")
            if code:
                raise Problem(f"the firmware ended with {code}")


def main(arguments):
    if arguments not in ([], ["--sizes"]):
        print("usage: run [--sizes]", file=sys.stderr)
        return 2
    try:
        if not arguments:
            run_all()
            say("what it takes")
        return subprocess.run([sys.executable, "-B", ROOT / "tests" / "firmware" / "sizes.py"], check=False).returncode
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
