"""Calls through real name servers, dead addresses and proxies; and a proof that no step of a call waits.

The second looks at what the steps ask of the system: strace's record of a call whose every stage and every byte is late.
Whatever is not known here to come back at once is a fault.
"""

import re

from checking import BUILD, INCLUDE, ROOT, Check, Counts, Failed, ninja, output_of

SANITIZED = BUILD / "contract-with-sanitizers"  # of tests/contract/checks.py
STEPS = BUILD / "network" / "steps"
SERVICE = {"SUPEROFFICE_LOCAL_SERVICE": str(ROOT / "tests" / "support" / "local_superoffice.py")}

# System calls that return at once, whatever their arguments.
HARMLESS = {"brk", "close", "fcntl", "futex", "getpeername", "getpid", "getrandom", "getsockname", "getsockopt", "ioctl", "lseek",
            "madvise", "mmap", "mprotect", "mremap", "munmap", "newfstatat", "fstat", "setsockopt", "stat", "uname"}
ON_A_SOCKET = {"connect", "recvfrom", "recvmsg", "sendmsg", "sendto", "write", "writev", "readv"}
# Small files and random bytes: the system's settings, and the authorities.
LOCAL = re.compile(r'"(/etc/[^"]*|/dev/u?random|/proc/[^"]*|/sys/[^"]*|/usr/share/zoneinfo/[^"]*|[^"]*/ca\.pem)"')


def run_the_tests():
    ninja(SANITIZED, "tests/network/network")
    printed = output_of(SANITIZED / "tests" / "network" / "network", code=None, environment=SERVICE)
    for reason in sorted(set(re.findall(r"skipped: (.*)", printed))):
        print(f"skipped in the network's tests: {reason}")
    ran = re.search(r"test cases:\s*\d+ \|\s*(\d+) passed \|\s*(\d+) failed", printed)
    if not ran or "Status: SUCCESS!" not in printed:
        raise Failed(printed, Counts(int(ran[1]), max(int(ran[2]), 1)) if ran else Counts(0, 1))
    return Counts(int(ran[1]))


def steps_in(trace):
    """The system calls between each pair of marks, as strace writes them."""
    steps, current = [], None
    for line in trace.splitlines():
        if '"step begins"' in line:
            current = []
        elif '"step ends"' in line:
            steps.append(current)
            current = None
        elif current is not None and re.match(r"\w+\(", line):
            current.append(line)
    return steps


def waits_in(steps):
    """The system calls that wait or are unknown here. The call that made a descriptor tells what the descriptor is."""
    sockets, files, bad = set(), set(), []  # sockets: those that do not block
    for line in (line for step in steps for line in step):
        name, _, arguments = line.partition("(")
        answer = re.search(r"\) += (-?\d+)", line)
        answer = int(answer[1]) if answer else -1
        first = int(re.match(r"-?\d+", arguments)[0]) if re.match(r"-?\d+", arguments) else None
        if name == "socket":
            good = True
            (sockets.add if "SOCK_NONBLOCK" in line else sockets.discard)(answer)
            files.discard(answer)
        elif name in ("open", "openat"):
            good = LOCAL.search(line) is not None
            files.add(answer)
            sockets.discard(answer)
        elif name == "poll":
            good = re.search(r"\], \d+, 0\) +=", line) is not None
        elif name == "ppoll":
            good = "{tv_sec=0, tv_nsec=0}" in line
        elif name == "read":
            good = first in sockets | files
        elif name == "futex":
            good = "FUTEX_WAKE" in line
        elif name == "fcntl":
            good = "SETLKW" not in line and not ("F_SETFL" in line and "O_NONBLOCK" not in line)
            if "F_SETFL" in line and good:  # c-ares 1.34 makes a socket so before it uses it
                sockets.add(first)
        elif name in ON_A_SOCKET:
            good = first in sockets
        else:
            good = name in HARMLESS
        if not good:
            bad.append(line)
    return bad


def trace_of(*arguments):
    trace = STEPS.parent / "trace"
    output_of("strace", "-o", trace, STEPS, *arguments, environment=SERVICE)
    steps = steps_in(trace.read_text(encoding="utf-8", errors="replace"))
    if len(steps) < 1000:
        raise Failed(f"only {len(steps)} steps: is every byte late?")
    return steps


def no_step_waits():
    STEPS.parent.mkdir(parents=True, exist_ok=True)
    output_of("g++", "-std=c++20", f"-I{INCLUDE}", f"-I{ROOT / 'tests'}", "-DSUPEROFFICE_WITH_SOCKETS=1",
              "-DSUPEROFFICE_WITH_MBEDTLS=1", ROOT / "tests" / "network" / "steps.cpp", "-o", STEPS, "-lcares", "-lmbedtls",
              "-lmbedx509", "-lmbedcrypto")
    if "not permitted" in output_of("strace", "-o", "/dev/null", "true", code=None):
        print("skipped: no step waits: this machine lets nobody be traced")
        return
    steps = trace_of()
    seen = {line.partition("(")[0] for step in steps for line in step}
    if missing := {"poll", "connect", "recvfrom", "sendto", "socket"} - seen:
        raise Failed(f"the steps never called {sorted(missing)}: what was looked at is not a whole call")
    if bad := waits_in(steps):
        raise Failed("a step may have waited:\n" + "\n".join(bad[:50]))
    if len([line for line in waits_in(trace_of("--wait")) if line.startswith("poll(")]) < 1000:
        raise Failed("a step that waits was not noticed")


def checks():
    yield Check("network: late at each stage, proxies, lookups, sockets", run_the_tests,
                needs=("build the contract with sanitizers",), seconds=600)
    yield Check("network: no step of a call waits", no_step_waits, seconds=240)
