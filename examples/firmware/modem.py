"""The modem of the emulated board: takes its UART as a TCP connection, and dials where the firmware says.

    "+++ATH\\r"         hangs up, at any time and without a pause around it (TIES)
    "ATDhost:port\\r"   dials: answers "CONNECT\\r\\n", then carries bytes, or "NO CARRIER\\r\\n"

As many modems do, it says nothing when the peer hangs up. Every host is this machine: it need not know the name localhost.
"""

import contextlib
import re
import select
import socket
import threading

HOST = "127.0.0.1"  # where the local service listens
HANG_UP = b"+++ATH\r"
DIAL = re.compile(rb"ATD[^:\r]+:([0-9]{5})\r")
PATIENCE = 0.05  # seconds until characters that could begin HANG_UP, and do not go on, are sent to the peer


class Modem:
    """`port` is for QEMU. If there is a `through`, all calls lead to that port of this machine, and the number that the
    firmware dials is ignored. A modem that does TLS itself leads to a service without TLS in this way."""

    def __init__(self, through=None):
        self._through = through
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self.dialled = []  # the port of each call
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):  # wakes `accept` where no line ever came
            socket.create_connection((HOST, self.port), 1).close()
        self._thread.join(10)
        self._listener.close()

    def _run(self):
        line, _ = self._listener.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with line, contextlib.suppress(OSError):
            self._serve(line)

    def _serve(self, line):
        peer, heard = None, b""  # the call, if there is one, and what came from the board and is not yet used
        while True:
            ready = select.select([line, *([peer] if peer else [])], [], [], PATIENCE if peer and heard else None)[0]
            if line in ready:
                came = line.recv(65536)
                if not came:
                    break
                heard += came
            if peer in ready and not self._carry(peer, line):
                peer.close()
                peer = None
            if HANG_UP in heard:
                last, _, heard = heard.partition(HANG_UP)
                if peer:
                    with contextlib.suppress(OSError):
                        peer.sendall(last)
                    peer.close()
                    peer = None
            if peer:
                heard = self._send(peer, heard, more_may_follow=bool(ready))
            elif found := DIAL.search(heard):
                heard = heard[found.end():]
                peer = self._dial(int(found.group(1)))
                line.sendall(b"CONNECT\r\n" if peer else b"NO CARRIER\r\n")
        if peer:
            peer.close()

    def _dial(self, port):
        self.dialled.append(port)
        try:
            peer = socket.create_connection((HOST, self._through or port), 10)
        except OSError:
            return None
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return peer

    @staticmethod
    def _carry(peer, line):
        """False at the end of the call."""
        try:
            came = peer.recv(65536)
        except OSError:
            came = b""
        line.sendall(came)
        return bool(came)

    @staticmethod
    def _send(peer, heard, more_may_follow):
        """Sends what does not begin HANG_UP, and answers the rest."""
        kept = next((n for n in range(len(HANG_UP) - 1, 0, -1) if heard.endswith(HANG_UP[:n])), 0) if more_may_follow else 0
        with contextlib.suppress(OSError):
            peer.sendall(heard[:len(heard) - kept])
        return heard[len(heard) - kept:]
