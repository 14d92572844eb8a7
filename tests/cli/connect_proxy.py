"""An HTTP proxy for tests: tunnels by CONNECT, or refuses. Keeps the heads of all requests.

`running` lets Python find localhost."""

import re
import socket
import threading

LONGEST = 30


class ConnectProxy:
    """Listens on 127.0.0.1. `refusals`: the whole replies to the first requests; later ones get a tunnel."""

    def __init__(self, *refusals):
        self.refusals = list(refusals)
        self.heads = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self._serve, daemon=True).start()

    def with_user(self, user, password):
        return f"http://{user}:{password}@{self.address}"

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
        with client:
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
                back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
                back.start()
                _pass_on(client, server)
                back.join()


def _pass_on(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
