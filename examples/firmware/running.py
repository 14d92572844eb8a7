"""Runs the firmware in QEMU, provisioned for the local SuperOffice, with a modem on its UART."""

import base64
import contextlib
import json
import pathlib
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

from building import BUILD, ROOT
from modem import HOST, Modem

TASK_TO_GET, TASK_TO_WATCH = 497, 1000
# The local service's own; a device's come from SuperOffice.
SECRETS = {"token": "8A:Cust12345.test-token-good", "client_id": "test-client", "client_secret": "test-app-token",
           "refresh_token": "test-refresh-token-good-".ljust(64, "0"),
           "system_user_token": "Local Test App-2d2D5KmBji", "context": "Cust12345"}
SECTOR, TOKENS = 0x40000, 0x41000  # where the linker script says that `provisioned` and `token_sectors` stand
ERASED = b"\xff" * 8192  # the two sectors for tokens of a device that is new
SECONDS = 300
# The rooms of provision.hpp: of each text with its NUL, and of authority and private key.
TEXTS = {"base_url": 128, "token": 128, "login_url": 64, "client_id": 64, "client_secret": 64, "refresh_token": 128,
         "system_user_token": 128, "context": 16}
AUTHORITY, PRIVATE_KEY = 2048, 1280


def der_of(path):
    """The one key or certificate of a PEM file."""
    return base64.b64decode(path.read_text().split("-----")[2])


class Service:
    """A local SuperOffice: `urls` by the name of the listener; `authority` and the key of the system user as DER."""

    def __init__(self, folder, *options):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "requests.log").unlink(missing_ok=True)  # of a service before this one
        self.process = subprocess.Popen(
            [sys.executable, "-B", ROOT / "tests" / "support" / "local_superoffice.py", "--directory", folder,
             "--until-stdin-closes", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls = {}
        self.folder = folder
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

    @property
    def private_key(self):
        return der_of(self.folder / "system-user.key")

    def control(self, name, **arguments):
        """A control call, over the listener `modem`, which needs no TLS."""
        root = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(self.urls["modem"]))
        request = urllib.request.Request(f"{root}/control/{name}", json.dumps(arguments).encode())
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as reply:
            return json.load(reply)

    def stop(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def provision(url, authority, private_key=b"", get=TASK_TO_GET, watch=TASK_TO_WATCH, **secrets):
    """What provision.hpp describes. `struct.pack` would cut off what is too long: this raises."""
    login_url = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
    known = {"base_url": url, "login_url": login_url, **SECRETS, **secrets}
    texts = {name: known[name].encode() for name in TEXTS}
    too_long = [name for name, text in texts.items() if len(text) >= TEXTS[name]]
    too_long += ["authority"] * (len(authority) > AUTHORITY) + ["private_key"] * (len(private_key) > PRIVATE_KEY)
    if too_long:
        raise ValueError(f"does not fit into the provision sector: {', '.join(too_long)}")
    layout = "".join(f"{room}s" for room in TEXTS.values())
    return struct.pack(f"<{layout}iiI{AUTHORITY}sI{PRIVATE_KEY}s", *texts.values(), get, watch,
                       len(authority), authority, len(private_key), private_key)


def emulate(elf, *options, heard=None):
    """(exit code, what the firmware printed). `options` are QEMU's; `heard` is called with each line."""
    process = subprocess.Popen(
        ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-net", "none",
         "-semihosting-config", "enable=on,target=native", "-kernel", str(elf), *map(str, options)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    clock = threading.Timer(SECONDS, process.kill)
    clock.start()
    lines = []
    with process:
        try:
            for line in process.stdout:
                # The board has a network controller, and QEMU minds that nothing is plugged into it.
                if "lan9118.0 has no peer" in line:
                    continue
                lines.append(line)
                if heard:
                    heard(line)
        finally:
            process.kill()
            clock.cancel()
    return process.returncode, "".join(lines)


@contextlib.contextmanager
def flashed(sector, tokens=ERASED):
    """QEMU's options that put the two into the board's flash."""
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        options = []
        for name, data, address in (("sector", sector, SECTOR), ("tokens", tokens, TOKENS)):
            path = pathlib.Path(folder) / name
            path.write_bytes(data)
            options += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
        yield options


def call(elf, url, authority=b"", through=None, tokens=ERASED, options=(), heard=None, spoil=bytes, **provisioned):
    """Runs the firmware, provisioned for `url`; its modem leads to `through`, by default to what the firmware dials. `spoil`
    may change the provision sector, for tests."""
    port = urllib.parse.urlsplit(through).port if through else None
    with flashed(spoil(provision(url, authority, **provisioned)), tokens) as flash, Modem(port) as modem:
        return emulate(elf, *flash, *options, "-chardev", f"socket,id=modem,host={HOST},port={modem.port},nodelay=on",
                       "-serial", "chardev:modem", heard=heard)
