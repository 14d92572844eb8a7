"""An HTTP proxy for tests: tunnels by CONNECT, or refuses. Keeps the heads of all requests.

`running` lets Python find localhost."""

import re
import select
import socket
import ssl
import threading

LONGEST = 30


class ConnectProxy:
    """Listens on 127.0.0.1. `refusals`: the whole replies to the first requests; later ones get a tunnel. `certificate`: a
    file with a certificate and one with its key, for TLS to the proxy; it is localhost then."""

    def __init__(self, *refusals, certificate=None):
        self.refusals = list(refusals)
        self.heads = []
        self._server = socket.create_server(("127.0.0.1", 0))
        port = self._server.getsockname()[1]
        self._context = None
        self._scheme, self.address = "http", f"127.0.0.1:{port}"
        if certificate:
            self._scheme, self.address = "https", f"localhost:{port}"
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*certificate)
        self.url = f"{self._scheme}://{self.address}"
        threading.Thread(target=self._serve, daemon=True).start()

    def with_user(self, user, password):
        return f"{self._scheme}://{user}:{password}@{self.address}"

    def targets(self):
        return [head.split(" ")[1] for head in self.heads]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self):
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client):
        client.settimeout(LONGEST)
        try:
            if self._context:
                client = self._context.wrap_socket(client, server_side=True)
            with client:
                self._answer_request(client)
        except OSError:  # a client that went away, or does not trust the certificate
            client.close()

    def _answer_request(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                return
            head += piece
        self.heads.append(head.decode("latin-1"))
        if self.refusals:
            client.sendall(self.refusals.pop(0))
            return
        host, port = re.match(rb"CONNECT \[?([^ \]]+)\]?:(\d+) HTTP/1.1\r\n", head).groups()
        try:
            server = socket.create_connection((host.decode(), int(port)), timeout=LONGEST)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            tunnel(client, server)


def tunnel(client, server):
    """Passes bytes on until one side closes."""
    other = {client: server, server: client}
    while True:
        pending = [client] if isinstance(client, ssl.SSLSocket) and client.pending() else []
        for side in pending or select.select([client, server], [], [])[0]:
            piece = side.recv(65536)
            if not piece:
                return
            other[side].sendall(piece)
