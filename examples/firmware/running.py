"""Runs the firmware in QEMU, its modem being a TCP connection to the local SuperOffice."""

import contextlib
import pathlib
import ssl
import struct
import subprocess
import sys
import tempfile
import urllib.parse

from building import BUILD, ROOT

TOKEN = "8A:Cust12345.test-token-good"  # the local service's own; a real one comes from SuperOffice
TASK_TO_GET, TASK_TO_WATCH = 497, 1000
SECTOR = 0x40000  # where the linker script says that `provisioned` stands
MODEM_HOST = "127.0.0.1"  # where the local service listens; a machine need not know the name localhost
SECONDS = 300


class Service:
    """A local SuperOffice: `urls` by the name of the listener, `authority` as DER."""

    def __init__(self, folder, *options):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-B", ROOT / "tests" / "support" / "local_superoffice.py", "--directory", folder,
             "--until-stdin-closes", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls = {}
        self.log = folder / "requests.log"
        for line in self.process.stdout:
            word, *rest = line.split()
            if word == "listening":
                self.urls[rest[0]] = rest[1]
            elif word == "ready":
                self.urls["main"] = rest[0]
                certificate = pathlib.Path(rest[1].removeprefix("ca=")).read_text()
                self.authority = ssl.PEM_cert_to_DER_cert(certificate)
                break
        else:
            raise RuntimeError("the local SuperOffice did not start")

    def stop(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def provision(url, authority, get=TASK_TO_GET, watch=TASK_TO_WATCH):
    """What provision.hpp describes."""
    return struct.pack("<128s128siiI1024s", url.encode(), TOKEN.encode(), get, watch, len(authority), authority)


def emulate(elf, *options):
    """(exit code, what the firmware printed). `options` are QEMU's."""
    done = subprocess.run(
        ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-net", "none",
         "-semihosting-config", "enable=on,target=native", "-kernel", str(elf), *map(str, options)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
    # The board has a network controller, and QEMU minds that nothing is plugged into it.
    lines = [line for line in done.stdout.splitlines(keepends=True) if "lan9118.0 has no peer" not in line]
    return done.returncode, "".join(lines)


def call(elf, url, authority=b"", through=None, **tasks):
    """Runs the firmware, provisioned for `url`; its modem leads to `through`, by default to the same."""
    peer = urllib.parse.urlsplit(through or url)
    with tempfile.NamedTemporaryFile(dir=BUILD, suffix=".sector") as sector:
        sector.write(provision(url, authority, **tasks))
        sector.flush()
        return emulate(elf, "-device", f"loader,file={sector.name},addr={SECTOR:#x},force-raw=on",
                       "-chardev", f"socket,id=modem,host={MODEM_HOST},port={peer.port},nodelay=on",
                       "-serial", "chardev:modem")
