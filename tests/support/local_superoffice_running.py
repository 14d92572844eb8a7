"""A started local SuperOffice for Python tests, its listeners and its control calls."""

import atexit
import contextlib
import http.client
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import local_superoffice_credentials as credentials  # noqa: E402
import local_superoffice_wire as wire  # noqa: E402
import loopback  # noqa: E402, F401  (finds localhost)

CALL = "/v1/Agents/Batch/GetBatchTaskInfo"
ONLINE = "/Cust12345/api"
ONSITE = "/superoffice/api"
BEARER = {"Authorization": f"Bearer {credentials.BEARER_GOOD}"}
AS_JSON = {"Content-Type": "application/json"}

folder = tempfile.TemporaryDirectory()  # of all services of a run: they share certificates and the log
atexit.register(folder.cleanup)


class Running:
    """A started service, its listeners and its control calls."""

    def __init__(self, *options, directory=None, **more):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "local_superoffice.py"), "--directory", directory or folder.name,
             "--max-seconds", "120", *options],  # a test that fails leaves nothing behind for long
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        self.roots = {}
        self.others = []
        for line in self.process.stdout:
            word, *rest = line.split()
            if word == "ready":
                self.base, self.ca = rest[0], rest[1].removeprefix("ca=")
                self.roots["main"] = self.base
                break
            self.roots[rest[0]] = rest[1]
            self.others.append(rest[0])
        else:
            raise AssertionError(self.process.stderr.read())
        self.port = self.port_of("main")

    def port_of(self, name):
        return urllib.parse.urlsplit(self.roots[name]).port

    def context(self):
        context = ssl.create_default_context(cafile=self.ca)
        context.set_alpn_protocols(["http/1.1"])
        context.options &= ~wire.IGNORE_UNEXPECTED_EOF  # a cut is not a close
        return context

    def connect(self, name="main", host="localhost", context=None):
        """An http.client connection; verified when the listener speaks TLS."""
        if self.roots[name].startswith("http://"):
            return http.client.HTTPConnection(host, self.port_of(name), timeout=5)
        return http.client.HTTPSConnection(host, self.port_of(name), timeout=5, context=context or self.context())

    def ask(self, method, target, body=None, headers=(), name="main"):
        """One exchange on a connection of its own: (response, body)."""
        connection = self.connect(name)
        with contextlib.closing(connection):
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            return response, response.read()

    def get_info(self, number, select=None, base=ONLINE, headers=None, name="main"):
        """The call with JSON: (status, decoded body, response)."""
        query = f"?$select={select}" if select is not None else ""
        response, body = self.ask("POST", base + CALL + query, json.dumps({"Id": number}),
                                  {**AS_JSON, **BEARER, **(headers or {})}, name)
        return response.status, json.loads(body) if body else None, response

    def post(self, target, body, headers=None, name="main"):
        """A POST of JSON with the good bearer token: (response, body)."""
        return self.ask("POST", target, body if isinstance(body, (str, bytes)) else json.dumps(body),
                        {**AS_JSON, **BEARER, **(headers or {})}, name)

    def call(self, call, body=None, query="", headers=None, name="main", **arguments):
        """A call of the Batch agent, or of another ("BLOB/..."): (status, decoded reply, response)."""
        agent = call if "/" in call else f"Batch/{call}"
        response, reply = self.post(f"{ONLINE}/v1/Agents/{agent}{query}", arguments if body is None else body, headers,
                                    name)
        return response.status, json.loads(reply) if reply else None, response

    def control(self, call, **arguments):
        response, body = self.ask("POST", f"/control/{call}", json.dumps(arguments))
        if response.status != 200:
            raise AssertionError(body)
        return json.loads(body)

    def last_request(self):
        return self.control("requests", count=1)["requests"][0]

    def close_stdin(self):
        self.process.stdin.close()
        self.process.stdin = None  # communicate() would flush it

    def stop(self):
        self.process.terminate()
        return self.process.communicate(timeout=10)


def finished(running):
    """Ends it; fails unless it ended well, said nothing, and found no defect of its own."""
    out, errors = running.stop()
    log = pathlib.Path(folder.name, "requests.log").read_text()
    assert running.process.returncode == 0, running.process.returncode
    assert (out, errors) == ("", ""), (out, errors)
    assert '"event": "internal-error"' not in log, [line for line in log.splitlines() if "internal-error" in line]
