"""Looks into the firmware while it runs: QEMU's stub for debuggers, by the GDB remote serial protocol.

    with Debugger(folder) as debugger:
        running.call(elf, ..., options=debugger.options)      in another thread
        debugger.connect()
        debugger.run_to(address)
        debugger.memory(address, size)
        debugger.let_go()
"""

import contextlib
import pathlib
import re
import socket
import struct
import tempfile
import time

from checking import Failed, output_of

SECONDS = 120


def address_of(elf, name):
    """The address of a function. `name` is a regular expression for its C++ name."""
    found = [line.split()[0] for line in output_of("arm-none-eabi-nm", "-C", elf).splitlines()
             if re.fullmatch(rf"[0-9a-f]+ [TtWw] {name}", line)]
    if len(found) != 1:
        raise Failed(f"{elf} has {len(found)} functions {name}")
    return int(found[0], 16) & ~1  # the last bit says Thumb


class Debugger:
    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="firmware-")
        self._path = pathlib.Path(self._folder.name) / "gdb"
        self.options = ("-S", "-gdb", f"unix:path={self._path},server=on,wait=off")
        self._link, self._heard, self._stops_at = None, b"", None
        return self

    def __exit__(self, *_):
        self.close()
        self._folder.cleanup()

    def close(self):
        """Ends QEMU if it still runs."""
        if self._link:
            with contextlib.suppress(OSError):
                self._link.sendall(b"$k#6b")
            self._link.close()

    def connect(self):
        end = time.monotonic() + SECONDS
        self._link = socket.socket(socket.AF_UNIX)
        self._link.settimeout(SECONDS)
        while True:
            with contextlib.suppress(OSError):
                return self._link.connect(str(self._path))
            if time.monotonic() > end:
                raise Failed("QEMU does not listen for a debugger")
            time.sleep(0.05)

    def run_to(self, address):
        """Lets the program run until it reaches that address for the next time."""
        self._forget()
        self._expect(f"Z0,{address:x},2", "OK")
        self._stops_at = address
        stopped = self._ask("c")
        if not stopped.startswith("T05"):
            raise Failed(f"the firmware did not come to {address:#x}: {stopped}")

    def memory(self, address, size, piece=1024):
        return b"".join(bytes.fromhex(self._ask(f"m{at:x},{min(piece, address + size - at):x}"))
                        for at in range(address, address + size, piece))

    def return_address(self):
        """Of the current function. The program must have stopped at its first instruction."""
        return struct.unpack_from("<I", bytes.fromhex(self._ask("g")), 14 * 4)[0] & ~1

    def let_go(self):
        """Detaches, so that the program runs to its end."""
        self._forget()
        self._expect("D", "OK")

    def _forget(self):
        if self._stops_at is not None:
            self._expect(f"z0,{self._stops_at:x},2", "OK")
        self._stops_at = None

    def _expect(self, what, wanted):
        if (answer := self._ask(what)) != wanted:
            raise Failed(f"the debugger's stub answers {answer} to {what}")

    def _ask(self, what):
        self._link.sendall(f"${what}#{sum(what.encode()) & 255:02x}".encode())
        while not (found := re.search(rb"\$([^#]*)#..", self._heard)):
            came = self._link.recv(65536)
            if not came:
                raise Failed(f"QEMU ended while it was asked {what}")
            self._heard += came
        self._heard = self._heard[found.end():]
        with contextlib.suppress(OSError):  # QEMU may have ended after its answer
            self._link.sendall(b"+")
        return found.group(1).decode()
