"""The HTTP/1.1 and TLS half of the local SuperOffice: listeners, framings, faults and the log.

It knows nothing of SuperOffice. An application takes a `Request` and gives a `Reply`; a reply names
its framing (FRAMINGS) and may name a fault (FAULTS). Both become a list of steps (send these bytes,
reset, stall, ...) that `Connection` plays, so that each byte on the wire is decided in a table.
"""

import collections
import dataclasses
import gzip
import http
import ipaddress
import json
import socket
import ssl
import struct
import threading
import time

MAX_HEAD = 128 * 1024  # tokens of tens of kilobytes have to fit
MAX_BODY = 4 * 1024 * 1024
MAX_CONNECTIONS = 256
HANDSHAKE_SECONDS = 10
LINGER_SECONDS = 1
RESET_SECONDS = 0.05
KEPT_EVENTS = 2000
LOGGED_BODY = 64 * 1024
GATHERED = 64 * 1024 * 1024  # of a stream, where a fault needs all of it at once


# ---------------------------------------------------------------------------------------------- log

class Log:
    """One JSON object per line, flushed at once; the last ones are kept for the control calls."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._kept = collections.deque(maxlen=KEPT_EVENTS)

    def write(self, event, **fields):
        with self._lock:
            entry = {"event": event, "ms": round((time.monotonic() - self._started) * 1000, 1), **fields}
            self._kept.append(entry)
            if not self._file.closed:
                self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def last(self, count, event=None):
        with self._lock:
            entries = [entry for entry in self._kept if event in (None, entry["event"])]
        return entries[-count:] if count > 0 else []

    def close(self):
        with self._lock:
            self._file.close()


# -------------------------------------------------------------------------------- request and reply

@dataclasses.dataclass
class Request:
    method: str
    target: str
    version: str
    headers: list  # of (name, value), as received
    body: bytes
    listener: "Listener"
    connection: int
    number: int  # counts the requests of this connection from 1

    def header(self, name):
        """All values of a header joined by commas, or None."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None


@dataclasses.dataclass
class Stream:
    """A body that is made while it is sent, so that it may be larger than the memory.

    pieces      function without arguments that gives an iterator of bytes
    length      of all of them; None is not known, and then nothing is framed by Content-Length
    stop_after  ends the reply behind that many bytes with `ending`: close, reset, cut, stall
    """

    pieces: object
    length: int = None
    stop_after: int = None
    ending: str = "close"

    def gathered(self):
        """All of it as bytes, for a fault."""
        if self.length is None or self.length > GATHERED:
            raise ValueError(f"a fault needs a body of at most {GATHERED} bytes")
        return b"".join(self.pieces())


@dataclasses.dataclass
class Reply:
    status: int = 200
    headers: list = dataclasses.field(default_factory=list)
    body: object = b""  # bytes or a Stream
    reason: str = None
    framing: str = None  # None: chunked
    fault: str = None
    delay: float = 0.0
    drip_seconds: float = 0.02  # between the bytes of a slow reply
    gzip: bool = None  # None: when the request allows it
    log: dict = dataclasses.field(default_factory=dict)  # further facts for the log
    quiet: bool = False  # leaves no "request" in the log
    after: object = None  # called without arguments once the reply is out


class BadRequest(Exception):
    """The bytes received are not a request that this server reads."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def accepts_gzip(request):
    """True when Accept-Encoding names gzip or * with a weight above 0; its absence means no (section 5)."""
    for coding, weight in parse_weighted(request.header("Accept-Encoding") or ""):
        if coding in ("gzip", "x-gzip", "*"):
            return weight > 0
    return False


def parse_weighted(value):
    """`a;q=0.5, b` as [("b", 1.0), ("a", 0.5)]: lower case, heaviest first, otherwise as written."""
    found = []
    for part in value.split(","):
        name, *parameters = [piece.strip().lower() for piece in part.split(";")]
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        if name:
            found.append((name, weight))
    return sorted(found, key=lambda pair: -pair[1])


# --------------------------------------------------------------------------------- framings, faults

@dataclasses.dataclass
class Wire:
    """A reply just before it becomes bytes."""

    version: str
    status: int
    reason: str
    headers: list
    pieces: list  # the framed body
    apart: bool = False  # each piece in a write (TLS: a record) of its own
    close: bool = False
    number: int = 1
    drip_seconds: float = 0.02

    def head(self):
        lines = [f"{self.version} {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def body(self):
        return b"".join(self.pieces)

    def steps(self):
        sends = [self.head(), *self.pieces] if self.apart else [self.head() + self.body()]
        return [("send", data) for data in sends] + self.ending()

    def ending(self):
        return [("close",)] if self.close else []

    def with_length(self, value):
        """The same with another value of Content-Length."""
        headers = [(name, value if name == "Content-Length" else old) for name, old in self.headers]
        return dataclasses.replace(self, headers=headers)


@dataclasses.dataclass(frozen=True)
class Framing:
    meaning: str
    headers: tuple
    cut: object  # part of a body -> pieces
    end: tuple = ()  # pieces behind the last part
    apart: bool = False
    close: bool = False


def _slices(body, size):
    return [body[at:at + size] for at in range(0, len(body), size)]


def _chunked(size, line="{:x}"):
    return lambda body: [line.format(len(part)).encode() + b"\r\n" + part + b"\r\n" for part in _slices(body, size)]


CHUNKED = (("Transfer-Encoding", "chunked"),)
LAST_CHUNK = (b"0\r\n\r\n",)
FRAMINGS = {
    "chunked": Framing("chunks of up to 8 KB", CHUNKED, _chunked(8192), LAST_CHUNK),
    "chunked-small": Framing("chunks of 7 bytes", CHUNKED, _chunked(7), LAST_CHUNK),
    "chunked-bytes": Framing("chunks of 1 byte", CHUNKED, _chunked(1), LAST_CHUNK),
    "chunked-records": Framing("chunks of 64 bytes, each in a write of its own", CHUNKED, _chunked(64), LAST_CHUNK,
                               apart=True),
    "chunked-zeros": Framing("sizes in upper case with leading zeros", CHUNKED, _chunked(300, "{:06X}"),
                             (b"000\r\n\r\n",)),
    "chunked-extensions": Framing("chunk extensions", CHUNKED, _chunked(100, '{:x};name=value;quoted="a;b\\"c"'),
                                  (b"0;last\r\n\r\n",)),
    "chunked-trailers": Framing("two trailer fields", (("Trailer", "X-Checksum, X-Other"), *CHUNKED), _chunked(100),
                                (b"0\r\nX-Checksum: 1234\r\nX-Other: \r\n\r\n",)),
    "content-length": Framing("Content-Length", (("Content-Length", None),), lambda body: [body]),
    "until-close": Framing("neither length nor chunks; the end is the close", (("Connection", "close"),),
                           lambda body: [body], close=True),
}


def _half(data):
    return data[:max(1, len(data) // 2)]


def _in_head(*end):
    return lambda wire: [("send", _half(wire.head())), *end]


def _in_body(*end):
    return lambda wire: [("send", wire.head() + _half(wire.body())), *end]


def _before(data):
    return lambda wire: [("send", data), *wire.steps()]


def _with_headers(*headers):
    def steps(wire):
        wire.headers += headers
        return wire.steps()
    return steps


def _on_reuse(*end):
    return lambda wire: list(end) if wire.number > 1 else wire.steps()


def _old_version(wire):
    wire.version = "HTTP/1.0"
    return [*wire.steps(), ("close",)]


def _with_length_header(value_of):
    def steps(wire):
        wire.headers.append(("Content-Length", value_of(len(wire.body()))))
        return wire.steps()
    return steps


@dataclasses.dataclass(frozen=True)
class Fault:
    meaning: str
    steps: object  # Wire -> list of steps
    framing: str = None  # forced, when the fault is about one


FAULTS = {
    "reset-before-head": Fault("RST, not one byte of a reply", lambda wire: [("reset",)]),
    "reset-in-head": Fault("RST after half the head", _in_head(("reset",))),
    "reset-in-body": Fault("RST after half the body", _in_body(("reset",))),
    "close-before-head": Fault("orderly close, not one byte of a reply", lambda wire: [("close",)]),
    "close-in-head": Fault("orderly close after half the head", _in_head(("close",))),
    "close-in-body": Fault("orderly close, Content-Length not reached", _in_body(("close",)), "content-length"),
    "close-in-chunk": Fault("orderly close inside a chunk", _in_body(("close",)), "chunked"),
    "close-before-last-chunk": Fault("all data, then a close where the last chunk is due",
                                     lambda wire: [("send", wire.head() + b"".join(wire.pieces[:-1])), ("close",)],
                                     "chunked"),
    "stall-before-head": Fault("never answers", lambda wire: [("stall",)]),
    "stall-in-head": Fault("half the head, then nothing more", _in_head(("stall",))),
    "stall-in-body": Fault("half the body, then nothing more", _in_body(("stall",))),
    "slow-head": Fault("the head a byte at a time", lambda wire: [
        ("drip", wire.head(), wire.drip_seconds), ("send", wire.body()), *wire.ending()]),
    "slow-body": Fault("the body a byte at a time", lambda wire: [
        ("send", wire.head()), ("drip", wire.body(), wire.drip_seconds), *wire.ending()]),
    "cut-until-close": Fault("a whole until-close body, then FIN without close_notify",
                             lambda wire: [("send", wire.head() + wire.body()), ("cut",)], "until-close"),
    "cut-in-until-close": Fault("half an until-close body, then FIN without close_notify", _in_body(("cut",)),
                                "until-close"),
    "close-after": Fault("closes after the reply without a word", lambda wire: [*wire.steps(), ("close",)]),
    "close-announced": Fault("closes after the reply and says so",
                             lambda wire: [*_with_headers(("Connection", "close"))(wire), ("close",)]),
    "close-on-reuse": Fault("first request of a connection answered, a later one met by an orderly close",
                            _on_reuse(("close",))),
    "reset-on-reuse": Fault("first request of a connection answered, a later one met by RST", _on_reuse(("reset",))),
    "http10": Fault("HTTP/1.0, ends with the close", _old_version, "until-close"),
    "http10-length": Fault("HTTP/1.0 with Content-Length", _old_version, "content-length"),
    "continue": Fault("100 before the reply", _before(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "early-hints": Fault("103 with a header before the reply",
                         _before(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")),
    "many-interim": Fault("ten 102 and a 103 before the reply",
                          _before(b"HTTP/1.1 102 Processing\r\n\r\n" * 10 + b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    "endless-interim": Fault("102 for ever", lambda wire: [("repeat", b"HTTP/1.1 102 Processing\r\n\r\n")]),
    "endless-body": Fault("chunks of spaces for ever",
                          lambda wire: [("send", wire.head()), ("repeat", b"400\r\n" + b" " * 1024 + b"\r\n")],
                          "chunked"),
    "not-http": Fault("bytes that are no HTTP reply",
                      lambda wire: [("send", b"220 mail.example ESMTP\r\n"), ("close",)]),
    "no-reason": Fault("status line without reason", lambda wire: dataclasses.replace(wire, reason="").steps()),
    "no-reason-space": Fault("status line that ends at the number",
                             lambda wire: [("send", wire.head().replace(b" OK\r\n", b"\r\n", 1) + wire.body()),
                                           *wire.ending()]),
    "huge-head": Fault("a header of 256 KB", _with_headers(("X-Huge", "x" * 256 * 1024))),
    "many-headers": Fault("2000 headers", _with_headers(*((f"X-Many-{n}", "value") for n in range(2000)))),
    "folded-header": Fault("a header continued on the next line", _with_headers(("X-Folded", "one\r\n two"))),
    "length-and-chunked": Fault("Content-Length beside chunked", _with_length_header(lambda n: str(n)), "chunked"),
    "two-lengths": Fault("two unlike Content-Length", _with_length_header(lambda n: str(n + 1)), "content-length"),
    "bad-length": Fault("Content-Length that is no number",
                        lambda wire: wire.with_length("many").steps(), "content-length"),
    "huge-length": Fault("Content-Length of 2^64",
                         lambda wire: [*wire.with_length(str(2 ** 64)).steps(), ("close",)], "content-length"),
    "bad-chunk-size": Fault("a chunk size that is no number",
                            lambda wire: [("send", wire.head() + b"xyz\r\n" + wire.body()), ("close",)], "chunked"),
    "huge-chunk-size": Fault("a chunk size of 2^64",
                             lambda wire: [("send", wire.head() + b"10000000000000000\r\n" + wire.body()), ("close",)],
                             "chunked"),
    "bytes-after-reply": Fault("more bytes than Content-Length says",
                               lambda wire: [("send", wire.head() + wire.body() + b"HTTP/1.1 200 OK\r\n"), ("close",)],
                               "content-length"),
}


def plan(reply, request):
    """The steps that put `reply` on the wire in answer to `request` (None: it could not be read)."""
    fault = FAULTS.get(reply.fault)
    body, headers = reply.body, list(reply.headers)
    if isinstance(body, Stream) and fault:
        body = body.gathered()
    wants_gzip = request is not None and accepts_gzip(request) if reply.gzip is None else reply.gzip
    if wants_gzip and body and not isinstance(body, Stream):
        body = gzip.compress(body, 5)
        headers.append(("Content-Encoding", "gzip"))
    wire = Wire("HTTP/1.1", reply.status, _reason(reply), headers, [body], drip_seconds=reply.drip_seconds)
    if request is not None:
        wire.number = request.number
        wire.close = (request.header("Connection") or "").lower() == "close"
    framing = FRAMINGS[_framing_name(reply, request, fault, body)]
    has_body = reply.status not in (204, 304)
    if has_body:
        _frame(wire, framing, body)
    else:
        wire.pieces = []
    if request is None or request.version == "HTTP/1.0":
        wire.close = True
    if wire.close and ("Connection", "close") not in wire.headers:
        wire.headers.append(("Connection", "close"))
    if request is not None and request.method == "HEAD":
        wire.pieces = []
    elif has_body and isinstance(body, Stream):
        return _stream_steps(wire, framing, body)
    return fault.steps(wire) if fault else wire.steps()


def _framing_name(reply, request, fault, body):
    name = (fault and fault.framing) or reply.framing or "chunked"
    if name == "content-length" and isinstance(body, Stream) and body.length is None:
        name = "chunked"
    old = request is not None and request.version == "HTTP/1.0" and name.startswith("chunked")
    return "until-close" if old else name


def _frame(wire, framing, body):
    length = body.length if isinstance(body, Stream) else len(body)
    wire.pieces = [] if isinstance(body, Stream) else [*framing.cut(body), *framing.end]
    wire.headers += [(name, str(length) if value is None else value) for name, value in framing.headers]
    wire.apart = framing.apart
    wire.close = wire.close or framing.close


def _stream_steps(wire, framing, stream):
    """As `Wire.steps`, with a body that is framed while it is sent."""
    def framed():
        left = stream.stop_after
        for piece in stream.pieces():
            part = piece if left is None else piece[:left]
            cut = framing.cut(part) if part else []
            yield from cut if framing.apart else (b"".join(cut),)
            if left is not None:
                left -= len(part)
                if not left:
                    return
        yield from framing.end
    broken = stream.stop_after is not None and (stream.length is None or stream.stop_after < stream.length)
    return [("send", wire.head()), ("stream", framed()), *([(stream.ending,)] if broken else wire.ending())]


def _reason(reply):
    if reply.reason is not None:
        return reply.reason
    try:
        return http.HTTPStatus(reply.status).phrase
    except ValueError:
        return "Unlisted"


# --------------------------------------------------------------------------------------- listeners

class Listener:
    """One port: its sockets (both address families may share it), its certificate, its counters.

    kind   a certificate's name, or `plain` (no TLS), `no-handshake` (takes the connection, never
           answers the handshake) or `reset-handshake` (resets it)
    """

    def __init__(self, name, kind, sockets, context, url_host):
        self.name, self.kind, self.sockets, self.context = name, kind, sockets, context
        self.port = sockets[0].getsockname()[1]
        self.root = f"{'http' if kind == 'plain' else 'https'}://{url_host}:{self.port}"
        self.counters = collections.Counter(connections=0, handshakes=0, failed_handshakes=0,
                                            application_bytes=0, requests=0)


def open_sockets(hosts, port):
    """Listening sockets on the same port of each host; port 0 is chosen by the first."""
    sockets = []
    try:
        for host in hosts:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            opened = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(opened)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened.bind((host, port))
            opened.listen(1024)  # as many clients may come at once as --max-connections allows
            port = opened.getsockname()[1]
    except OSError:
        for opened in sockets:
            opened.close()
        raise
    return sockets


# Python sets it by default; without it the log tells whether a client said close_notify.
IGNORE_UNEXPECTED_EOF = getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
TLS_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def make_context(certificate, key, version=None, clients_by=None):
    """A server's context for one certificate; `version` ("1.2", "1.3") pins the TLS version, `clients_by` is the
    authority that a client's certificate must be by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = TLS_VERSIONS.get(version, ssl.TLSVersion.TLSv1_2)
    if version:
        context.maximum_version = TLS_VERSIONS[version]
    context.load_cert_chain(certificate, key)
    if clients_by:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_by)
    context.options &= ~IGNORE_UNEXPECTED_EOF
    context.set_alpn_protocols(["http/1.1"])
    context.sni_callback = _remember_server_name
    return context


def _remember_server_name(tls, name, _context):
    tls.asked_name = name


class Server:
    """Takes connections on all listeners, a thread for each, until stopped."""

    def __init__(self, application, log, idle_seconds=120, *, max_connections=MAX_CONNECTIONS,
                 handshake_seconds=HANDSHAKE_SECONDS):
        self.application, self.log, self.idle_seconds = application, log, idle_seconds
        self.max_connections, self.handshake_seconds = max_connections, handshake_seconds
        self.listeners = {}
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._connections = {}
        self._count = 0

    def add(self, listener):
        self.listeners[listener.name] = listener

    def start(self):
        for listener in self.listeners.values():
            for opened in listener.sockets:
                threading.Thread(target=self._take, args=(listener, opened), daemon=True).start()

    def stop(self):
        self.stopping.set()
        with self._lock:
            sockets = [opened for listener in self.listeners.values() for opened in listener.sockets]
            connections = list(self._connections.values())
        for opened in sockets + [connection.raw for connection in connections]:
            try:
                socket.socket.shutdown(opened, socket.SHUT_RDWR)  # not that of SSLSocket, which drops its state
            except OSError:
                pass
        for connection in connections:
            connection.thread.join(timeout=1)
        for opened in sockets:
            opened.close()

    def count(self, listener, **counts):
        with self._lock:
            listener.counters.update(counts)

    def counters(self):
        with self._lock:
            return {name: dict(listener.counters) for name, listener in self.listeners.items()}

    def _take(self, listener, opened):
        while not self.stopping.is_set():
            try:
                accepted, address = opened.accept()
            except OSError:
                if self.stopping.is_set():
                    return
                time.sleep(0.05)  # out of descriptors: others will close theirs
                continue
            self._begin(listener, accepted, address)

    def _begin(self, listener, accepted, address):
        with self._lock:
            self._count += 1
            full = len(self._connections) >= self.max_connections
            local = ipaddress.ip_address(address[0].partition("%")[0]).is_loopback
            if full or not local or self.stopping.is_set():
                accepted.close()
                return
            connection = Connection(self, listener, accepted, self._count)
            connection.thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
            self._connections[connection.number] = connection
            connection.thread.start()

    def _run(self, connection):
        try:
            connection.run()
        finally:
            with self._lock:
                self._connections.pop(connection.number, None)


# -------------------------------------------------------------------------------------- connection

# How the log names the ways in which a peer ends a connection.
END_NAMES = {
    "UNEXPECTED_EOF_WHILE_READING": "no close_notify",  # FIN or RST: SSLSocket does not tell them apart
    "SSLEOFError": "no close_notify",
    "SSLZeroReturnError": "close_notify",
    "ConnectionResetError": "RST",
    "BrokenPipeError": "RST",
    "TimeoutError": "idle",
}


def _name_end(problem):
    name = getattr(problem, "reason", None) or type(problem).__name__
    return END_NAMES.get(name, name)


class _Closed(Exception):
    """The connection is over; the handler only has to tidy up."""


class Connection:
    """One accepted connection, from handshake to close."""

    def __init__(self, server, listener, accepted, number):
        self.server, self.listener, self.number = server, listener, number
        self.raw = self.link = accepted
        self.thread = None
        self.requests = 0
        self.received = 0
        self.peer_end = None  # how the peer ended it, if it was the peer
        self.facts = {"tls": None, "resumed": None, "alpn": None, "server_name": None}
        self._buffer = bytearray()
        self._over = False

    def run(self):
        self._log("connection")
        self.server.count(self.listener, connections=1)
        try:
            self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._handshake()
            while not self.server.stopping.is_set():
                self._exchange()
        except (_Closed, OSError):
            pass
        except Exception as problem:  # a defect of this service: seen in the log, never a traceback
            self._log("internal-error", text=f"{type(problem).__name__}: {problem}",
                      line=_deepest_line(problem))
        finally:
            self._abandon()
            self._log("closed", requests=self.requests, application_bytes=self.received, peer_end=self.peer_end)

    # ---- handshake

    def _handshake(self):
        if self.listener.kind == "plain":
            self.raw.settimeout(self.server.idle_seconds)
            return
        if self.listener.kind == "no-handshake":
            self._stall()
        if self.listener.kind == "reset-handshake":
            self.raw.recv(1)
            self._reset()
        self.raw.settimeout(self.server.handshake_seconds)
        try:
            self.link = self.listener.context.wrap_socket(self.raw, server_side=True,
                                                             do_handshake_on_connect=False,
                                                             suppress_ragged_eofs=False)
            self.raw = self.link
            self.link.do_handshake()
        except (ssl.SSLError, OSError, ValueError) as problem:
            self.server.count(self.listener, failed_handshakes=1)
            self._log("failed-handshake", reason=getattr(problem, "reason", None) or type(problem).__name__,
                      server_name=getattr(self.link, "asked_name", None))
            raise _Closed from None
        self.server.count(self.listener, handshakes=1)
        self.facts = {"tls": self.link.version(), "resumed": self.link.session_reused,
                      "alpn": self.link.selected_alpn_protocol(),
                      "server_name": getattr(self.link, "asked_name", None)}
        if client := self.link.getpeercert():
            self.facts["client"] = client["subject"][0][0][1]
        self._log("handshake", **self.facts)
        self.link.settimeout(self.server.idle_seconds)

    # ---- one request, one reply

    def _exchange(self):
        try:
            request = self._read_request()
        except BadRequest as problem:
            self._log("bad-request", status=problem.status, text=str(problem))
            reply = Reply(problem.status, [("Content-Type", "text/plain; charset=utf-8")],
                          f"{problem}\n".encode(), framing="content-length")
            self._play([*plan(reply, None), ("close",)])
            return
        try:
            reply = self.server.application(request)
        except Exception as problem:  # a defect of this service: the peer sees a 500, the log says where
            self._log("internal-error", text=f"{type(problem).__name__}: {problem}", line=_deepest_line(problem))
            reply = Reply(500, [("Content-Type", "text/plain; charset=utf-8")], b"internal error\n")
        if not reply.quiet:
            self._log_request(request, reply)
        if reply.delay and self.server.stopping.wait(reply.delay):
            raise _Closed
        try:
            self._play(_plan_or_say_why_not(reply, request))
        finally:
            if reply.after:
                reply.after()

    def _log_request(self, request, reply):
        self._log("request", **{
            "number": request.number, "method": request.method, "target": request.target, "version": request.version,
            "headers": redact(request.headers),
            "body": request.body[:LOGGED_BODY].decode("utf-8", "backslashreplace"), "body_bytes": len(request.body),
            "status": reply.status, "fault": reply.fault, **self.facts, **reply.log})

    def _log(self, event, **fields):
        self.server.log.write(event, listener=self.listener.name, connection=self.number, **fields)

    # ---- reading

    def _read_request(self):
        lines = self._read_head()
        parts = lines[0].split(" ")
        if len(parts) != 3 or parts[2] not in ("HTTP/1.0", "HTTP/1.1") or not parts[1]:
            raise BadRequest(400, "the request line is not one of HTTP/1.1")
        headers = [self._split_header(line) for line in lines[1:]]
        self.requests += 1
        self.server.count(self.listener, requests=1)
        request = Request(parts[0], parts[1], parts[2], headers, b"", self.listener, self.number, self.requests)
        hosts = [name for name, _ in headers if name.lower() == "host"]
        if len(hosts) > 1 or (not hosts and request.version == "HTTP/1.1"):
            raise BadRequest(400, "exactly one Host header is needed")
        request.body = self._read_body(request)
        return request

    def _read_head(self):
        while True:
            while self._buffer.startswith(b"\r\n"):  # RFC 9112 section 2.2: empty lines before a request
                del self._buffer[:2]
            end = self._buffer.find(b"\r\n\r\n")
            if end >= 0:
                break
            if len(self._buffer) > MAX_HEAD:
                raise BadRequest(431, f"the head is longer than {MAX_HEAD} bytes")
            self._fill("head")
        if end > MAX_HEAD:
            raise BadRequest(431, f"the head is longer than {MAX_HEAD} bytes")
        head = bytes(self._buffer[:end])
        del self._buffer[:end + 4]
        return head.decode("latin-1").split("\r\n")

    @staticmethod
    def _split_header(line):
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or any(c in value for c in "\r\n\0"):
            raise BadRequest(400, "a header line is malformed")
        return name, value.strip(" \t")

    def _read_body(self, request):
        coding, length = request.header("Transfer-Encoding"), request.header("Content-Length")
        if coding is not None and length is not None:
            raise BadRequest(400, "Transfer-Encoding and Content-Length exclude each other")
        if (request.header("Expect") or "").lower() == "100-continue":
            self.link.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if coding is not None:
            if coding.lower() != "chunked":
                raise BadRequest(501, "the only transfer coding read here is chunked")
            return self._read_chunks()
        if length is None:
            return b""
        if not (length.isascii() and length.isdigit()) or len(length) > 12:
            raise BadRequest(400, "Content-Length is not a number")
        if int(length) > MAX_BODY:
            raise BadRequest(413, f"the body is longer than {MAX_BODY} bytes")
        return self._read_exactly(int(length))

    def _read_chunks(self):
        body = bytearray()
        while True:
            digits = self._read_line().partition(b";")[0].strip()
            try:
                size = int(digits, 16) if digits.isalnum() else -1
            except ValueError:
                size = -1
            if size < 0 or len(body) + size > MAX_BODY:
                raise BadRequest(400 if size < 0 else 413, "a chunk size is malformed or too large")
            if size == 0:
                while self._read_line():
                    pass  # trailers
                return bytes(body)
            body += self._read_exactly(size)
            if self._read_line():
                raise BadRequest(400, "a chunk is longer than it says")

    def _read_line(self):
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > MAX_HEAD:
                raise BadRequest(400, "a line is too long")
            self._fill("body")
        line = bytes(self._buffer[:end])
        del self._buffer[:end + 2]
        return line

    def _read_exactly(self, size):
        while len(self._buffer) < size:
            self._fill("body")
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _fill(self, part):
        try:
            data = self.link.recv(65536)
            self.peer_end = None if data else "close_notify" if self.facts["tls"] else "FIN"
        except OSError as problem:
            data = b""
            self.peer_end = _name_end(problem)
        if not data:
            if self._buffer or part == "body":
                self._log("incomplete-request", part=part, bytes=len(self._buffer))
            raise _Closed
        if not self.received:
            self._log("first-byte")
        self.received += len(data)
        self.server.count(self.listener, application_bytes=len(data))
        self._buffer += data

    # ---- playing steps

    def _play(self, steps):
        for name, *arguments in steps:
            getattr(self, f"_{name}")(*arguments)

    def _send(self, data):
        self.link.sendall(data)

    def _stream(self, pieces):
        for piece in pieces:
            if self.server.stopping.is_set():
                raise _Closed
            self.link.sendall(piece)

    def _drip(self, data, seconds):
        for at in range(len(data)):
            self.link.sendall(data[at:at + 1])
            if self.server.stopping.wait(seconds):
                raise _Closed

    def _repeat(self, data):
        while not self.server.stopping.wait(0.001):
            self.link.sendall(data)

    def _stall(self):
        """Says nothing until the peer goes or the service stops."""
        self.raw.settimeout(0.1)
        while not self.server.stopping.is_set():
            try:
                if not self.link.recv(65536):
                    break
            except TimeoutError:
                continue
        raise _Closed

    def _reset(self):
        """RST, after a moment in which the peer may take what was sent before."""
        self.server.stopping.wait(RESET_SECONDS)
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._over = True
        self.link.close()
        raise _Closed

    def _cut(self):
        """FIN without close_notify."""
        self._linger()
        raise _Closed

    def _close(self):
        """close_notify, then FIN."""
        self._notify()
        self._linger()
        raise _Closed

    def _notify(self):
        if isinstance(self.link, ssl.SSLSocket):
            self.link.setblocking(False)
            try:
                self.link.unwrap()  # sends ours; the answer, if any, is swallowed by _linger
            except (OSError, ValueError):
                pass

    def _linger(self):
        """Half-closes and reads on for a while: a close with unread bytes would turn into RST."""
        self._over = True
        try:
            self.link.settimeout(LINGER_SECONDS)
            socket.socket.shutdown(self.link, socket.SHUT_WR)
            deadline = time.monotonic() + LINGER_SECONDS
            while time.monotonic() < deadline and socket.socket.recv(self.link, 65536):
                pass
        except OSError:
            pass
        self.link.close()

    def _abandon(self):
        if self._over:
            return
        self._over = True
        try:
            self._notify()
            self.link.close()
        except OSError:
            pass


def _plan_or_say_why_not(reply, request):
    try:
        return plan(reply, request)
    except ValueError as problem:
        return plan(Reply(500, [("Content-Type", "text/plain; charset=utf-8")], f"{problem}\n".encode()), request)


SCHEMES = ("basic", "bearer", "soticket", "negotiate", "ntlm", "digest")
SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-xsrf-token", "so-apptoken")


def redact(headers):
    """The headers as they may be logged: of a credential only its scheme, and only if that is a known one."""
    return [[name, _redact(value) if name.lower() in SECRET_HEADERS else value] for name, value in headers]


def _redact(value):
    scheme = value.partition(" ")[0]
    return f"{scheme} (redacted)" if scheme.lower() in SCHEMES else "(redacted)"


def _deepest_line(problem):
    trace = problem.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
