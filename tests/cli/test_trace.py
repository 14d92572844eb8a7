"""`--trace`: each line of it, with times and what differs between machines masked; and that no secret is in it."""

import base64
import json
import pathlib
import re
import socket
import subprocess
import tempfile
import unittest
import urllib.parse

from connect_proxy import ConnectProxy
from running import (CONNECTION, CREDENTIAL, DONE, LONGEST, NO_SUCH_NAME, SECRETS, TABLE, Case, Watching, command, environment,
                     main, service, start)
from test_login import NATIVE, REFRESH, ROTATING, WEB, Renewing, login_service, visit

PASSWORD = "test-proxy-password"
MASKS = (
    (r" \(\d+ ms\)", " (T)"),
    (r"localhost:\d+", "localhost:P"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:P"),
    (r"TLSv1\.[23], [A-Z0-9-]+(,| \()", r"TLS\1"),
    (r"(Host|User-Agent|Server|x-db-stats|SO-TIMEZONE|Accept|Vary|Set-Cookie): \d+ bytes?", r"\1: N"),
    (r"Date: [A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "Date: D"),
    (r"(body in chunks,|body of) \d{3,} bytes", r"\1 N"),
    (r"\d+ bytes sent, \d+ bytes received", "N sent, N received"),
    (r"Content-Length: \d{3,}", "Content-Length: N"),
    (r": (1\.)?(tries (::1|127\.0\.0\.1))", r": \2"),
)

BEGINNING = """\
trace: call: connects to localhost:P
trace: call: tries ::1
trace: call: tries 127.0.0.1
trace: call: connected (T)
trace: call: TLS, a new session (T)
"""
REQUEST = """\
trace: call: > POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo{query}
trace: call: > Host: N
trace: call: > Accept: N
trace: call: > Accept-Encoding: 8 bytes
trace: call: > Content-Type: application/json
trace: call: > Content-Length: {size}
trace: call: > User-Agent: N
trace: call: > SO-Language: 2 bytes
trace: call: > Authorization: {credential} bytes
trace: call: > body of {size} bytes
"""
REPLY = """\
trace: call: < HTTP/1.1 200 (T)
trace: call: < Cache-Control: 8 bytes
trace: call: < Pragma: 8 bytes
trace: call: < Content-Type: application/json
trace: call: < Expires: 2 bytes
trace: call: < Vary: N
trace: call: < Date: D
trace: call: < Server: N
trace: call: < x-db-stats: N
trace: call: < SO-TIMEZONE: N
trace: call: < Strict-Transport-Security: 16 bytes
trace: call: < Transfer-Encoding: 7 bytes
trace: call: < body in chunks, N (T)
"""
END = "trace: call: closed: N sent, N received (T)\n"
CREDENTIAL_SIZE = len(f"Bearer {service.BEARER_GOOD}")


def masked(text):
    for pattern, instead in MASKS:
        text = re.sub(pattern, instead, text)
    return text


def request(query="", size=10, credential=CREDENTIAL_SIZE):
    return REQUEST.format(query=query, size=size, credential=credential)


class Lines(Case):
    def traced(self, *arguments, code=DONE, **variables):
        got, _, told = self.run_tool(*arguments, "--trace", **variables)
        self.assertEqual(got, code, told)
        return masked(told)

    def test_one_call(self):
        self.assertEqual(self.traced("get", 497), BEGINNING + request() + REPLY + END)

    def test_of_a_query_only_the_size(self):
        told = self.traced("get", 497, "--select", "State,ProgressPercent")
        self.assertEqual(told, BEGINNING + request(", a query of 29 bytes") + REPLY + END)
        self.assertNotIn("State", told)

    def test_without_the_option_nothing(self):
        self.assertEqual(self.run_tool("get", 497), (DONE, TABLE, ""))

    def test_lines_of_json(self):
        code, out, told = self.run_tool("get", 497, "--trace", "--json")
        self.assertEqual((code, out.count("\n")), (DONE, 1))
        lines = "".join(f"trace: {json.loads(line)['trace']}\n" for line in told.splitlines())
        self.assertEqual(masked(lines), BEGINNING + request() + REPLY + END)

    def test_a_kept_connection(self):
        watching = Watching(1000, "--interval", "0.05", "--trace")
        self.assertEqual(watching.line(), "New  0 %")
        main.control("clock", advance=20)
        code, lines, told = watching.end()
        self.assertEqual((code, lines[-1].split()[0]), (DONE, "Succeeded"))
        told = masked(told)
        self.assertEqual(told.count("connects to"), 1)
        self.assertGreaterEqual(told.count("> POST"), 2)
        self.assertRegex(told, r"(?s)closed: N sent, N received \(T\)\n$")

    def test_times_are_whole_milliseconds(self):
        _, _, told = self.run_tool("get", 8010, "--trace", "--timeout", "1")
        took = [int(number) for number in re.findall(r"\((\d+) ms\)", told)]
        # The wait of a second begins before the connection, so less of it is left here. Another unit is 1000 times as much.
        self.assertTrue(100 <= took[-1] < 100_000, told)

    def test_a_proxy(self):
        with ConnectProxy() as proxy:
            told = self.traced("get", 497, HTTPS_PROXY=proxy.with_user("joe", PASSWORD))
        self.assertNotIn(PASSWORD, told)
        self.assertNotIn("joe", told)
        self.assertEqual(told, "trace: call: connects to localhost:P through the proxy 127.0.0.1:P\n"
                               "trace: call: tries 127.0.0.1\ntrace: call: the proxy is connected (T)\n"
                               "trace: call: TLS, a new session (T)\n" + request() + REPLY + END)

    def test_a_proxy_over_tls(self):
        folder = pathlib.Path(main.ca).parent
        with ConnectProxy(certificate=(folder / "good.pem", folder / "good.key")) as proxy:
            told = self.traced("get", 497, "--proxy", proxy.url)
        self.assertEqual(told, "trace: call: connects to localhost:P through the proxy localhost:P\ntrace: call: tries ::1\n"
                               "trace: call: tries 127.0.0.1\ntrace: call: the proxy is connected, by TLS (T)\n"
                               "trace: call: TLS, a new session (T)\n" + request() + REPLY + END)

    def test_what_fails(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            told = self.traced("get", 497, "--base-url", f"https://localhost:{taken.getsockname()[1]}/x", code=CONNECTION)
        self.assertRegex(told, r"(?s)^trace: call: connects to localhost:P\ntrace: call: tries ::1\n"
                               r"trace: call: tries 127.0.0.1\ntrace: call: failed at connect: the peer refused the "
                               r"connection, native \d+ \(T\)\nsuperoffice-batch: ")
        told = self.traced("get", 497, "--base-url", main.bases["expired"], code=CONNECTION)
        self.assertRegex(told, r"trace: call: connected \(T\)\ntrace: call: failed at handshake: the server's certificate "
                               r"has expired, native")
        told = self.traced("get", 497, "--base-url", NO_SUCH_NAME, code=CONNECTION)
        self.assertRegex(told, r"trace: call: the name a{64}\.invalid has no address \(T\)\n"
                               r"trace: call: failed at resolve: the host name")
        told = self.traced("get", 8001, code=CONNECTION)
        self.assertRegex(told, r"trace: call: < ends within its head\ntrace: call: failed at receive: the peer reset the "
                               r"connection, native \d+ \(T\)\ntrace: call: closed")

    def test_replies_of_each_framing(self):
        for framing, told_of in (("content-length", r"body of \d+ bytes"), ("chunked", r"body in chunks, \d+ bytes"),
                                 ("until-close", r"body of \d+ bytes")):
            with self.subTest(framing):
                main.control("next", framing=framing, match="GetBatch")
                _, _, told = self.run_tool("get", 497, "--trace")
                self.assertEqual(len(re.findall(rf"< {told_of} \(\d+ ms\)\n", told)), 1, told)
                self.assertEqual(told.count("< body"), 1)
                self.assertLess(told.index("< body"), told.index("closed:"))

    def test_a_body_without_bytes_and_interim_replies(self):
        for fault, statuses in (("continue", ["100", "200"]), ("early-hints", ["103", "200"])):
            main.control("next", fault=fault, match="GetBatch")
            _, _, told = self.run_tool("get", 497, "--trace")
            self.assertEqual(re.findall(r"< HTTP/1.1 (\d+)", told), statuses)
            self.assertEqual(told.count("< body"), 1)
        main.control("next", status=503, headers=[["Retry-After", "7"]], body="", match="GetBatch",
                     framing="content-length")
        _, _, told = self.run_tool("get", 497, "--trace")
        self.assertIn("trace: call: < Retry-After: 7\n", told)
        self.assertNotIn("< body", told)

    def test_a_server_decides_nothing_of_what_is_shown(self):
        for name, value, shown in (
            ("Content-Type", "text/plain; charset=x", "Content-Type: text/plain\n"),
            ("Content-Type", f"application {service.BEARER_GOOD}", f"Content-Type: {12 + len(service.BEARER_GOOD)} bytes\n"),
            ("Content-Type", "text/\x1b[2J", "Content-Type: 9 bytes\n"),
            ("Retry-After", service.BEARER_GOOD, f"Retry-After: {len(service.BEARER_GOOD)} bytes\n"),
            ("Retry-After", "Mon, 30 Nov 2026 01:02:03 GMT", "Retry-After: Mon, 30 Nov 2026 01:02:03 GMT\n"),
            ("Retry-After", f"Mon, {service.BEARER_GOOD}", f"Retry-After: {5 + len(service.BEARER_GOOD)} bytes\n"),
            ("X-Token", service.BEARER_GOOD, f"X-Token: {len(service.BEARER_GOOD)} bytes\n"),
            ("x" * 41, "1", "a header with an unusual name: 1 byte\n"),
            ("X.8A", "1", "a header with an unusual name: 1 byte\n"),
            ("Content-Type", "text/" + "x" * 100, "Content-Type: 105 bytes\n"),
        ):
            with self.subTest(name=name, value=value):
                main.control("next", status=418, headers=[[name, value]], body="", match="GetBatch")
                _, _, told = self.run_tool("get", 497, "--trace")
                self.assertIn(f"trace: call: < {shown}", told)
                self.assertNotIn("\x1b", told)

    def test_a_tenant_that_has_moved(self):
        main.control("tenant", at="second")
        told = self.traced("get", 497)
        lines = [line for line in told.splitlines() if re.search("tenant|connects|> (POST|GET)|< HTTP", line)]
        self.assertEqual(lines, [f"trace: call: {line}" for line in (
            "connects to localhost:P", "> POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo", "< HTTP/1.1 421 (T)",
            "the tenant has moved: asks the tenant directory", "connects to localhost:P", "> GET /api/state/Cust12345",
            "< HTTP/1.1 200 (T)", "the tenant directory knows where the tenant is now", "connects to localhost:P",
            "> POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo", "< HTTP/1.1 200 (T)")])

    def test_a_credential_that_is_refused(self):
        told = self.traced("get", 497, code=CREDENTIAL, SUPEROFFICE_TOKEN=service.BEARER_EXPIRED)
        self.assertEqual(told.count("trace: credential: the service refused it\n"), 1)
        self.assertIn("< HTTP/1.1 401", told)


class Secrets(Renewing):
    """No secret is printed for any kind of credential, neither when the service accepts it nor when it refuses it."""

    def assert_clean(self, text, *secrets):
        for secret in (*SECRETS, PASSWORD, *secrets):
            for shape in (secret, urllib.parse.quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")):
                self.assertNotIn(shape, text)
        for begins in ("8A:", "7T:", "eyJ"):  # access tokens, tickets, signed tokens
            self.assertNotIn(begins, text)

    def shows_no_secret(self, *secrets, **variables):
        for arguments in (["get", 497], ["get", 497, "--json"], ["get", 7401], ["get", 7403], ["list", "--mine"]):
            with self.subTest(arguments=arguments):
                _, out, told = self.tool(*arguments, "--trace", **variables)
                self.assertIn("> Host: ", told)
                self.assert_clean(out + told, *secrets)
                self.assertTrue(re.search("> (Authorization|Cookie): ", told) or "log-in: " in told, told)

    def onsite(self):
        return main.bases["main"].replace(f"/{service.TENANT}/", "/superoffice/")

    def test_tokens_tickets_passwords_and_sessions(self):
        user, password = service.BASIC_GOOD.split(":")
        for secrets, variables in (
            ([], {"SUPEROFFICE_TOKEN": service.BEARER_GOOD}),
            ([], {"SUPEROFFICE_TOKEN": service.BEARER_EXPIRED}),
            ([], {"SUPEROFFICE_TICKET": service.TICKET_GOOD, "SUPEROFFICE_APP_TOKEN": service.APP_TOKEN}),
            ([password, service.BASIC_GOOD],
             {"SUPEROFFICE_USER": user, "SUPEROFFICE_PASSWORD": password, "SUPEROFFICE_BASE_URL": self.onsite()}),
            ([], {"SUPEROFFICE_COOKIE": f"any={service.SESSION_GOOD}",
                  "SUPEROFFICE_XSRF_TOKEN": service.xsrf_of(service.SESSION_GOOD)}),
        ):
            with self.subTest(kind=next(iter(variables))):
                self.shows_no_secret(*secrets, **variables)

    def test_refresh_tokens_and_client_secrets(self):
        secret = login_service.CLIENTS[WEB]
        for variables in ({"SUPEROFFICE_REFRESH_TOKEN": REFRESH, "SUPEROFFICE_CLIENT_ID": NATIVE},
                          {"SUPEROFFICE_REFRESH_TOKEN": ROTATING, "SUPEROFFICE_CLIENT_ID": NATIVE},
                          {"SUPEROFFICE_REFRESH_TOKEN": login_service.refresh_token("revoked"), "SUPEROFFICE_CLIENT_ID": NATIVE},
                          {"SUPEROFFICE_REFRESH_TOKEN": REFRESH, "SUPEROFFICE_CLIENT_ID": WEB, "SUPEROFFICE_CLIENT_SECRET": secret}):
            with self.subTest(**variables):
                self.shows_no_secret(secret, **variables)

    def test_a_renewal_is_told(self):
        _, _, told = self.tool("get", 497, "--trace", SUPEROFFICE_REFRESH_TOKEN=REFRESH, SUPEROFFICE_CLIENT_ID=NATIVE)
        lines = [line for line in masked(told).splitlines() if re.search("credential:|connects|> (POST|GET)|< HTTP", line)]
        self.assertEqual(lines, [f"trace: {line}" for line in (
            "log-in: connects to localhost:P", "credential: is being renewed", "log-in: > POST /login/common/oauth/tokens",
            "log-in: < HTTP/1.1 200 (T)", "credential: renewed (T)", "call: connects to localhost:P",
            "call: > POST /Cust12345/api/v1/Agents/Batch/GetBatchTaskInfo", "call: < HTTP/1.1 200 (T)")])

    def test_a_system_user(self):
        user = {"SUPEROFFICE_SYSTEM_USER_TOKEN": "Local Test App-2d2D5KmBji", "SUPEROFFICE_CLIENT_SECRET": "test-app-token",
                "SUPEROFFICE_CONTEXT": "Cust12345"}
        for key in ("system-user.key", "login.key"):  # a good one, and one that is refused
            with self.subTest(key):
                self.shows_no_secret("test-app-token", **user,
                                     SUPEROFFICE_PRIVATE_KEY_FILE=str(pathlib.Path(main.folder.name, key)))

    def test_a_log_in(self):
        process = start(*command("login", "--trace"), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, env=environment(**{**self.variables, "SUPEROFFICE_CLIENT_ID": NATIVE}))
        process.stdout.readline()
        _, address = visit(process.stdout.readline().strip())
        visit(address)
        _, told = process.communicate(timeout=LONGEST)
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["code"][0]
        self.assertEqual(process.returncode, DONE, told)
        self.assertIn("trace: log-in: > POST /login/common/oauth/tokens\n", told)
        self.assert_clean(told, code, self.stored.read_text(encoding="utf-8").splitlines()[2])

    def test_the_password_of_a_proxy(self):
        with ConnectProxy(b"HTTP/1.1 407 No\r\n\r\n") as proxy:
            for _ in range(2):
                _, out, told = self.tool("get", 497, "--trace", SUPEROFFICE_TOKEN=service.BEARER_GOOD,
                                         HTTPS_PROXY=proxy.with_user("joe", PASSWORD))
                self.assert_clean(out + told, f"joe:{PASSWORD}")
            self.assertEqual(len(proxy.heads), 2)
        with tempfile.TemporaryDirectory() as folder:
            _, out, told = self.tool("watch", 497, "--trace", "--exec", f"env > {folder}/file",
                                     SUPEROFFICE_TOKEN=service.BEARER_GOOD, HTTPS_PROXY=f"http://joe:{PASSWORD}@localhost", NO_PROXY="*")
            self.assert_clean(out + told + pathlib.Path(folder, "file").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
