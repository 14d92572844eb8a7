"""What the tests of the tool and of the examples share: a local SuperOffice, and ways to run a program against it."""

import atexit
import codecs
import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import pty
import random
import select
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SUPPORT = ROOT / "tests" / "support"
sys.path.insert(0, str(SUPPORT))

import local_superoffice_login as login  # noqa: E402
import local_superoffice_service as service  # noqa: E402
import loopback  # noqa: E402, F401  (finds localhost)

# The tool keeps a signal ignored that is ignored when it starts. How the tests were started must not decide what they find.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP, signal.SIGTTOU):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

CLI = os.environ.get("SUPEROFFICE_BATCH_CLI", "superoffice-batch")
EXAMPLES = pathlib.Path(os.environ.get("SUPEROFFICE_EXAMPLES", "."))
LONGEST = 30  # seconds that anything here may take, when something is wrong
SOON = 15  # seconds: less than the timeout of a call (30), and enough for a slow machine

started = []  # the processes of the current test


def start(*command, **more):
    """A process that does not outlive its test."""
    process = subprocess.Popen(command, **more)
    started.append(process)
    return process


def end_started():
    """Ends what a test that failed left running."""
    while started:
        process = started.pop()
        if process.poll() is None:
            process.kill()
            process.wait(timeout=LONGEST)
        for stream in filter(None, (process.stdin, process.stdout, process.stderr)):
            stream.close()


def wait_until(condition):
    limit = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > limit:
            raise AssertionError(f"this did not come true in {LONGEST} seconds")
        time.sleep(0.01)

# A label has at most 63 bytes (RFC 1035 section 2.3.4): this name needs no name server to be unknown.
NO_SUCH_NAME = "https://" + "a" * 64 + ".invalid/api"

# Exit codes; 130 and 143 stand for signals.
DONE, FAILED, USAGE, NO_TASK, CREDENTIAL, CONNECTION, BAD_REPLY, SERVICE, OUTPUT = range(9)

# The tool must never print one of these.
SECRETS = [service.BEARER_GOOD, service.BEARER_EXPIRED, service.TICKET_GOOD, service.APP_TOKEN, service.SESSION_GOOD,
           service.xsrf_of(service.SESSION_GOOD), "test-password", "never-good", "Local Test App-2d2D5KmBji",
           *login.REFRESH_TOKENS, *filter(None, login.CLIENTS.values())]

# The documented sample as `get` shows it.
TABLE = """\
Id                      547
Name                    ContactExport
AssociateId             426
DetailsTable            202
DetailsRecord           91
IsSystemTask            false
IsInternalTask          false
ParameterObject         2 entries
  ParameterObject1      format=xlsx
  ParameterObject2      includePersons=true
LastStarted             2024-11-27T09:15:00+01:00
Created                 2024-11-27T09:00:00+01:00
StartCount              1
DatabaseSerialNumber    459952
Context                 User Export Request
Result                  Success
State                   Succeeded
Description             Export contact list to Excel with related person records
Response                Successfully exported 1,245 contacts
Request                 Export all active contacts from North region
ProgressDescription     Export completed - file ready for download
ProgressPercent         100
FileName                ContactExport_2024-11-27.xlsx
CancellationBehaviour   CanCancel
TableRight              null
FieldProperties         1 entry
  fieldName
    FieldRight          null
    FieldType           System.Int32
    FieldLength         300
"""


def free_port():
    """A port on which a program can listen. It is none of those that systems give to clients: each connection of a test that
    runs at the same time keeps such a port for a minute after its end, and nobody can listen there meanwhile. A random one,
    because these tests may run twice at the same time."""
    for port in random.sample(range(20_000, 32_000), 1000):
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class LocalSuperOffice:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [sys.executable, SUPPORT / "local_superoffice.py", "--directory", self.folder.name, "--manual-clock",
             "--bad-certificates", "--listen", "plain=plain", "--listen", "mute=no-handshake",
             "--listen", "rude=reset-handshake", "--listen", "second=good", "--task-seconds", "10", "--retry-after", "0",
             "--drip-seconds", "0.0001", "--until-stdin-closes"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.bases = {}
        for line in self.process.stdout:
            word, *rest = line.split()
            if word == "ready":
                self.bases["main"], self.ca = rest[0], rest[1].removeprefix("ca=")
                break
            self.bases[rest[0]] = rest[1]
        else:
            raise AssertionError(self.process.stderr.read())
        self.context = ssl.create_default_context(cafile=self.ca)
        self.log = open(pathlib.Path(self.folder.name, "requests.log"), "rb")  # pylint: disable=consider-using-with
        self.entries, self.unfinished = [], b""

    def control(self, call, **arguments):
        port = urllib.parse.urlsplit(self.bases["main"]).port
        connection = http.client.HTTPSConnection("localhost", port, timeout=LONGEST, context=self.context)
        with contextlib.closing(connection):
            connection.request("POST", f"/control/{call}", json.dumps(arguments))
            response = connection.getresponse()
            body = response.read()
        if response.status != 200:
            raise AssertionError(body)
        return json.loads(body)

    def events(self):
        """The whole log."""
        lines = (self.unfinished + self.log.read()).split(b"\n")
        self.unfinished = lines.pop()  # a line may be in the middle of being written
        self.entries += map(json.loads, lines)
        return list(self.entries)

    def wait_until_closed(self):
        """Waits until every connection has ended. What the service learns of one after its client has gone is logged late,
        and must not look like something that the next test did."""
        def all_closed():
            entries = self.events()
            return (sum(entry["event"] == "closed" for entry in entries)
                    == max((entry.get("connection", 0) for entry in entries), default=0))
        wait_until(all_closed)

    def requests(self):
        return [entry for entry in self.events() if entry["event"] == "request"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=LONGEST)
        self.process.stdout.close()
        self.process.stderr.close()
        self.log.close()
        self.folder.cleanup()


main = LocalSuperOffice()  # one for all tests; each begins with its state reset
atexit.register(main.stop)


def environment(**variables):
    """The environment without variables that the tool reads, plus those given. Has a token unless `credential=None`."""
    made = {name: value for name, value in os.environ.items()
            if not name.startswith(("SUPEROFFICE_", "SSL_CERT_")) and name.lower() not in ("https_proxy", "no_proxy")}
    made |= {"LC_ALL": "C.UTF-8", "TERM": "xterm", "SUPEROFFICE_BASE_URL": main.bases["main"]}
    made["SUPEROFFICE_LOGIN_URL"] = main.bases["main"].removesuffix("/Cust12345/api")  # no test asks another host
    made.pop("NO_COLOR", None)
    if variables.pop("credential", "") is not None:
        made["SUPEROFFICE_TOKEN"] = service.BEARER_GOOD
    made |= {name: value for name, value in variables.items() if value is not None}
    return {name: value for name, value in made.items() if name not in variables or variables[name] is not None}


def command(*arguments, ca=True):
    # For a suite that runs with one version of TLS only.
    tls = ["--tls", os.environ["SUPEROFFICE_TEST_TLS"]] if "SUPEROFFICE_TEST_TLS" in os.environ else []
    return [CLI, *(["--ca-file", main.ca] if ca else []), *tls, *map(str, arguments)]


class Watching:
    """A running `watch` whose lines are read as they come."""

    def __init__(self, *arguments, **variables):
        self.process = start(*command("watch", *arguments), env=environment(**variables), text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def end(self):
        """(exit code, lines not read yet, standard error)"""
        out, complaint = self.process.communicate(timeout=LONGEST)
        return self.process.returncode, out.splitlines(), complaint


class OnTerminal:
    """A running tool whose standard streams are a terminal, except those that are given."""

    def __init__(self, *arguments, columns=80, rows=24, stdin=None, stdout=None, stderr=None, shell=(), **variables):
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.process = start(*shell, *command(*arguments), env=environment(**variables), stdin=stdin or slave,
                             stdout=stdout or slave, stderr=stderr or slave, start_new_session=True)
        os.close(slave)
        self.shown = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")  # a read may end inside a character

    def resize(self, columns, rows=24):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_until(self, text, times=1):
        return self.read_until_holds(lambda shown: shown.count(text) >= times, repr(text))

    def read_until_holds(self, condition, name="it"):
        limit = time.monotonic() + LONGEST
        while not condition(self.shown):
            if time.monotonic() > limit:
                raise AssertionError(f"{name} is not in {self.shown!r}")
            if not self._take(1):
                raise AssertionError(f"ended without {name}: {self.shown!r}")
        return self.shown

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        limit = time.monotonic() + LONGEST
        while self._take(1):
            if time.monotonic() > limit:
                self.process.kill()
                raise AssertionError(f"does not end: {self.shown!r}")
        os.close(self.master)
        return self.process.wait(timeout=LONGEST), self.shown

    def _take(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the other end is closed
            data = b""
        self.shown += self.decoder.decode(data, final=not data)
        return bool(data)


# What a shell with job control does, in short: runs the tool in the foreground of the terminal, says when it is stopped, and
# continues it after a line of input.
SHELL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    print("<stopped>", flush=True)
    sys.stdin.readline()
    os.tcsetpgrp(0, child)
    os.killpg(child, signal.SIGCONT)
"""


def in_a_shell(*arguments, **options):
    return OnTerminal(*arguments, shell=[sys.executable, "-c", SHELL], **options)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.addCleanup(end_started)
        main.wait_until_closed()
        main.control("reset")
        self.seen = len(main.events())
        self.addCleanup(self.no_defect)

    def no_defect(self):
        self.assertEqual([entry for entry in self.log() if entry["event"] == "internal-error"], [])

    def run_tool(self, *arguments, binary=False, ca=True, **variables):
        ran = subprocess.run(command(*arguments, ca=ca), env=environment(**variables), stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=LONGEST, check=False)
        for secret in SECRETS:
            self.assertNotIn(secret.encode(), ran.stdout + ran.stderr)
        if binary:
            return ran.returncode, ran.stdout, ran.stderr
        return ran.returncode, ran.stdout.decode(), ran.stderr.decode()

    def shows(self, wanted, *arguments, **variables):
        code, out, complaint = self.run_tool(*arguments, **variables)
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertEqual(out, wanted)

    def refuses(self, code, pattern, *arguments, **variables):
        """Ends with that code, says so in one line on standard error, and nothing on standard output."""
        got, out, complaint = self.run_tool(*arguments, **variables)
        self.assertRegex(complaint, r"^superoffice-batch: " + pattern)
        self.assertEqual((got, out, complaint.count("\n")), (code, "", 1), complaint)
        return complaint

    def log(self):
        """What happened at the service since the test began, without ends of connections, which are logged late."""
        return [entry for entry in main.events()[self.seen:] if entry["event"] not in ("control", "closed")]

    def requests(self):
        return [entry for entry in self.log() if entry["event"] == "request"]

    def header(self, name):
        values = dict(self.requests()[-1]["headers"])
        return values.get(name)

    def answer_next(self, body, **more):
        main.control("next", status=200, headers=[["Content-Type", "application/json"]], body=body, match="GetBatch",
                     **more)


class TerminalCase(Case):
    HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            for end in pty.openpty():
                os.close(end)
        except OSError as problem:  # a bare root without devpts
            raise unittest.SkipTest(f"no pseudo-terminal is to be had here: {problem}") from problem

    def assert_cursor_is_back(self, shown):
        self.assertGreater(shown.rfind(self.SHOWN), shown.rfind(self.HIDDEN))
