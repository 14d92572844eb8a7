#!/usr/bin/env python3
"""A peer that goes wrong on command, on one port that stays: so the same client can be asked again afterwards.

    python3 fault_peer.py --directory DIR [--tls 1.2|1.3] NAME=PORT...

DIR has the certificates (good.pem, good.key); each NAME is a server of its own on the loopback to which connections can be
led. Prints `ready PORT`, then takes commands, a line each, and answers `done` when the command is in force for all
connections to come. Ends with its standard input.

    to NAME                         every byte goes through, both ways
    to NAME after N reset|close|stall    ... but when N bytes have come from the server, the connection is reset, ended
                                    without a word (a bare FIN), or left hanging
    to NAME slowly                  ... what comes from the server a byte at a time
    to NAME change OLD NEW          ... with one text in what comes from the server changed into another as long
    refuse                          nobody listens
    hole                            nobody answers: a connection is neither taken nor refused
    deaf                            TLS, and then nothing is read; the connection is reset when there is something to read
    full                            ... but before that, the client is told that it is too much (413)

Servers of its own, for `to`:
    old     TLS 1.1 only; where the tests are held to TLS 1.3, 1.2 only
    h2      takes no protocol but h2 (ALPN)
    again   TLS 1.2; asks for a new handshake (renegotiation) where the reply to the first request is due

It prints `event taken` when a connection was, and `event stalled` when one was left hanging.
"""

import sys

sys.dont_write_bytecode = True  # leaves nothing beside the sources

import argparse  # noqa: E402
import contextlib  # noqa: E402
import os  # noqa: E402
import select  # noqa: E402
import socket  # noqa: E402
import ssl  # noqa: E402
import struct  # noqa: E402
import subprocess  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402

BYTE_SECONDS = 0.002
RESET = struct.pack("ii", 1, 0)
TOO_MUCH = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much"
SAY = threading.Lock()


def say(line):
    with SAY:
        print(line, flush=True)


def reset(link):
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    link.close()


class Relay:
    """Leads one connection to a server, and may disturb what comes back."""

    def __init__(self, near, port, words):
        self.near, self.far = near, socket.create_connection(("127.0.0.1", port))
        self.left, self.end = (int(words[1]), words[2]) if words[:1] == ["after"] else (None, None)
        self.slowly = words[:1] == ["slowly"]
        self.change = tuple(word.encode() for word in words[1:3]) if words[:1] == ["change"] else None

    def run(self):
        for link in (self.near, self.far):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.near, self.far:
            while True:
                ready, _, _ = select.select([self.near, self.far], [], [])
                for source in ready:
                    try:
                        data = source.recv(65536)
                    except ConnectionResetError:
                        reset(self.far if source is self.near else self.near)
                        return
                    if not data or not self.pass_on(source, data):
                        return

    def pass_on(self, source, data):
        """False when the connection is over."""
        if source is self.near:
            self.far.sendall(data)
            return True
        if self.change:
            data = data.replace(*self.change)
        if self.left is not None and len(data) >= self.left:
            self.near.sendall(data[:self.left])
            return self.ended()
        if self.left is not None:
            self.left -= len(data)
        for piece in ([data[at:at + 1] for at in range(len(data))] if self.slowly else [data]):
            self.near.sendall(piece)
            if self.slowly:
                time.sleep(BYTE_SECONDS)
        return True

    def ended(self):
        if self.end == "reset":
            reset(self.near)
        elif self.end == "close":
            self.near.shutdown(socket.SHUT_WR)
        else:
            say("event stalled")
        # What the client still says is read, so that the end is the one that was asked for.
        while self.end != "reset" and self.near.recv(65536):
            pass
        return False


class OpensslServer:
    """`openssl s_server`, which can do what Python's ssl cannot."""

    def __init__(self, directory, *options):
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", f"{directory}/good.pem",
             "-key", f"{directory}/good.key", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in self.process.stdout:
            if line.startswith(b"ACCEPT "):
                self.port = int(line.split(b":")[-1])
                break
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        seen = b""
        while data := os.read(self.process.stdout.fileno(), 4096):
            seen = (seen + data)[-64:]
            if b'{"Id":' in seen:
                seen = b""
                self.process.stdin.write(b"r\n")  # the key that asks the client for a new handshake
                self.process.stdin.flush()

    def stop(self):
        self.process.kill()
        self.process.wait()


class Peer:
    def __init__(self, options):
        self.directory, self.tls = options.directory, options.tls
        self.ports = dict((name, int(port)) for name, port in (word.split("=") for word in options.servers))
        version = {"1.2": ["-tls1_2"], "1.3": ["-tls1_3"]}.get(self.tls, [])
        self.openssl = {"h2": OpensslServer(self.directory, "-alpn", "h2", *version),
                        "again": OpensslServer(self.directory, "-tls1_2")}
        self.ports.update((name, server.port) for name, server in self.openssl.items())
        self.words = ["to", "nobody"]
        self.fillers = []
        self.listening = None
        self.port = 0
        self.listen()

    def context(self, newest=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest is not None:
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
        context.load_cert_chain(f"{self.directory}/good.pem", f"{self.directory}/good.key")
        return context

    # ---- the port

    def bound(self):
        opened = socket.socket()
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(("127.0.0.1", self.port))
        self.port = opened.getsockname()[1]
        return opened

    def listen(self, buffer=None):
        self.listening = self.bound()
        if buffer is not None:  # what is accepted inherits it
            self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.listening.listen(64)
        threading.Thread(target=self.take, args=(self.listening, self.words), daemon=True).start()

    def stop_listening(self):
        for filler in self.fillers:
            filler.close()
        self.fillers = []
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self.listening.close()

    def command(self, words):
        self.stop_listening()
        self.words = words
        if words[0] == "refuse":
            self.listening = self.bound()
        elif words[0] == "hole":
            self.listening = self.bound()
            self.listening.listen(0)
            # The queue is filled by connections that nobody takes: what comes after them is neither taken nor refused.
            while True:
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", self.port))
                self.fillers.append(filler)
                if not select.select([], [filler], [], 0.2)[1]:
                    break
        else:
            self.listen(4096 if words[0] in ("deaf", "full") else None)

    def take(self, listening, words):
        while True:
            try:
                accepted, _ = listening.accept()
            except OSError:
                return
            say("event taken")
            threading.Thread(target=self.serve, args=(accepted, words), daemon=True).start()

    # ---- a connection

    def serve(self, accepted, words):
        with contextlib.suppress(OSError):
            if words[0] in ("deaf", "full"):
                self.serve_deaf(accepted, b"" if words[0] == "deaf" else TOO_MUCH)
            elif words[1] == "old":
                newest = ssl.TLSVersion.TLSv1_2 if self.tls == "1.3" else ssl.TLSVersion.TLSv1_1
                with self.context(newest).wrap_socket(accepted, server_side=True) as link:
                    link.recv(1)
            else:
                Relay(accepted, self.ports[words[1]], words[2:]).run()

    def serve_deaf(self, accepted, last_words):
        # Or the last words wait until the tickets of TLS 1.3 are acknowledged, and are dropped at the close.
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = self.context().wrap_socket(accepted, server_side=True)
        below = socket.socket(fileno=os.dup(link.fileno()))
        while len(below.recv(2048, socket.MSG_PEEK)) < 2048:
            time.sleep(0.01)
        if last_words:
            link.sendall(last_words)  # and a close with something unread resets behind them
        else:
            below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        socket.socket.close(link)
        below.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--tls", choices=("1.2", "1.3"))
    parser.add_argument("servers", nargs="*", metavar="NAME=PORT")
    peer = Peer(parser.parse_args())
    try:
        say(f"ready {peer.port}")
        for line in sys.stdin:
            peer.command(line.split())
            say("done")
    finally:
        for server in peer.openssl.values():
            server.stop()


if __name__ == "__main__":
    main()
