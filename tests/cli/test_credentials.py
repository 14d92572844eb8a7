"""Where a credential comes from, which one counts, and that no output shows one."""

import base64
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import unittest

from running import (CREDENTIAL, DONE, LONGEST, SECRETS, SERVICE, TABLE, USAGE, Case, Watching, command, environment, main,
                     service, start)


class Credentials(Case):
    def gets(self, kind, base=None, **variables):
        code, out, complaint = self.run_tool("get", 497, *(["--base-url", base] if base else []), credential=None,
                                             **variables)
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertEqual(out, TABLE)
        self.assertEqual(self.requests()[-1]["credential"], kind)

    def file(self, text):
        handle, path = tempfile.mkstemp()
        self.addCleanup(os.unlink, path)
        os.write(handle, text if isinstance(text, bytes) else text.encode())
        os.close(handle)
        return path

    def onsite(self):
        return main.bases["main"].replace(f"/{service.TENANT}/", "/superoffice/")

    def test_every_kind(self):
        self.gets("bearer-good", SUPEROFFICE_TOKEN=service.BEARER_GOOD)
        self.gets("ticket-good", SUPEROFFICE_TICKET=service.TICKET_GOOD, SUPEROFFICE_APP_TOKEN=service.APP_TOKEN)
        user, password = service.BASIC_GOOD.split(":")
        self.gets("basic-good", self.onsite(), SUPEROFFICE_USER=user, SUPEROFFICE_PASSWORD=password)
        user, password = service.BASIC_UNICODE.split(":")
        self.gets("basic-unicode", self.onsite(), SUPEROFFICE_USER=user, SUPEROFFICE_PASSWORD=password)
        self.gets("session-good", SUPEROFFICE_COOKIE=f"any={service.SESSION_GOOD}",
                  SUPEROFFICE_XSRF_TOKEN=service.xsrf_of(service.SESSION_GOOD))

    def test_every_kind_from_files(self):
        self.gets("bearer-good", SUPEROFFICE_TOKEN_FILE=self.file(service.BEARER_GOOD + "\r\n"))
        self.gets("ticket-good", SUPEROFFICE_TICKET_FILE=self.file(service.TICKET_GOOD + "\n"),
                  SUPEROFFICE_APP_TOKEN_FILE=self.file(service.APP_TOKEN))
        user, password = service.BASIC_GOOD.split(":")
        self.gets("basic-good", self.onsite(), SUPEROFFICE_USER=user, SUPEROFFICE_PASSWORD_FILE=self.file(password))
        self.gets("session-good", SUPEROFFICE_COOKIE_FILE=self.file(f"any={service.SESSION_GOOD}"),
                  SUPEROFFICE_XSRF_TOKEN_FILE=self.file(service.xsrf_of(service.SESSION_GOOD)))

    def test_which_wins(self):
        everything = {"SUPEROFFICE_TICKET": service.TICKET_GOOD, "SUPEROFFICE_APP_TOKEN": service.APP_TOKEN,
                      "SUPEROFFICE_USER": "never-good", "SUPEROFFICE_PASSWORD": "never-good"}
        self.gets("bearer-good", SUPEROFFICE_TOKEN=service.BEARER_GOOD, **everything)
        self.gets("ticket-good", SUPEROFFICE_TOKEN="", **everything)
        self.gets("bearer-good", SUPEROFFICE_TOKEN=service.BEARER_GOOD, SUPEROFFICE_TOKEN_FILE=self.file("never-good"))
        self.gets("bearer-good", SUPEROFFICE_TOKEN_FILE=self.file(service.BEARER_GOOD), **everything)

    def test_none(self):
        self.refuses(CREDENTIAL, "no credential was given .*SUPEROFFICE_TOKEN", "get", 497, credential=None)
        self.refuses(CREDENTIAL, "SUPEROFFICE_USER is set, but SUPEROFFICE_PASSWORD is not", "get", 497,
                     credential=None, SUPEROFFICE_USER="somebody")
        self.refuses(CREDENTIAL, "SUPEROFFICE_COOKIE is set, but SUPEROFFICE_XSRF_TOKEN is not", "get", 497,
                     credential=None, SUPEROFFICE_COOKIE="never-good")
        self.assertEqual(self.log(), [])

    def test_files_that_cannot_be_one(self):
        for path, why in (("/nowhere/token", "No such file"), (tempfile.gettempdir(), "directory"),
                          (self.file(""), "is empty"), (self.file("\n"), "nothing but blanks"),
                          (self.file(b"\xef\xbb\xbf \t\r\n"), "nothing but blanks"),
                          (self.file("8A:tok".encode("utf-16")), "is UTF-16"), (self.file(b"\xfe\xff\x008\x00A"), "is UTF-16"),
                          (self.file("x" * 16_385), "too large"), (self.file("x" * 20_000), "too large")):
            self.refuses(CREDENTIAL, f"{re.escape(path)}: .*{why}", "get", 497, credential=None,
                         SUPEROFFICE_TOKEN_FILE=path)
        self.refuses(USAGE, "the credential contains a line break .*header Authorization", "get", 497, credential=None,
                     SUPEROFFICE_TOKEN_FILE=self.file("two\nlines"))

    def sent(self, **variables):
        """The Authorization line as it goes out, byte by byte; the service's log hides what is in it."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(LONGEST)
            url = f"http://127.0.0.1:{server.getsockname()[1]}/Cust12345"
            tool = start(*command("get", 497, "--plain-http", "--base-url", url), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(credential=None, **variables))
            with server.accept()[0] as connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(65536) or self.fail(f"ended after {request}")
            tool.communicate(timeout=LONGEST)
        return re.search(rb"\r\nAuthorization: ([^\r]*)\r\n", request)[1]

    def test_blanks_and_a_byte_order_mark_around_a_token_are_no_part_of_it(self):
        for text in (b"8A:tok\n", b"\xef\xbb\xbf8A:tok\r\n", b"8A:tok \n", b" 8A:tok\n", b"8A:tok\n\n", b"\t8A:tok\t",
                     b"\xef\xbb\xbf 8A:tok \r\n\r\n"):
            with self.subTest(text=text):
                self.assertEqual(self.sent(SUPEROFFICE_TOKEN_FILE=self.file(text)), b"Bearer 8A:tok")
        self.assertEqual(self.sent(SUPEROFFICE_TOKEN=" 8A:tok\r\n"), b"Bearer 8A:tok")

    def test_blanks_belong_to_a_password(self):
        for password in (" a b ", " "):
            self.assertEqual(self.sent(SUPEROFFICE_USER="somebody", SUPEROFFICE_PASSWORD=password),
                             b"Basic " + base64.b64encode(f"somebody:{password}".encode()))
        path = self.file(b"\xef\xbb\xbf a b \r\n")
        self.assertEqual(self.sent(SUPEROFFICE_USER="somebody", SUPEROFFICE_PASSWORD_FILE=path),
                         b"Basic " + base64.b64encode(b"somebody: a b "))

    def test_a_variable_of_blanks_is_refused(self):
        for name in ("SUPEROFFICE_TOKEN", "SUPEROFFICE_TICKET", "SUPEROFFICE_USER", "SUPEROFFICE_COOKIE"):
            for blanks in (" ", "\t\n"):
                self.refuses(CREDENTIAL, f"{name} holds nothing but blanks\n$", "get", 497, credential=None, **{name: blanks})
        self.assertEqual(self.log(), [])

    def test_refused(self):
        for token in ("never-good", service.BEARER_EXPIRED):
            self.refuses(CREDENTIAL, r"the credential is missing, wrong or expired \(401\).*unauthorized, HTTP 401",
                         "get", 497, SUPEROFFICE_TOKEN=token)
        self.assertEqual(len(self.requests()), 2)  # the same token again would be refused again
        self.refuses(CREDENTIAL, r"the credential does not allow this call \(403\)", "get", 7403)
        self.refuses(CREDENTIAL, "the credential is missing, wrong or expired", "watch", 7401)

    def test_a_secret_that_the_server_sends_back_is_not_repeated(self):
        main.control("next", status=500, headers=[["Content-Type", "application/json"]], match="GetBatch",
                     body=json.dumps({"Error": True, "Message": f"token {service.BEARER_GOOD} is odd"}))
        complaint = self.refuses(SERVICE, "the service answered", "get", 497)
        self.assertIn('"token *** is odd"', complaint)

    def test_a_file_is_read_again_when_its_token_has_expired(self):
        path = self.file(service.BEARER_GOOD)
        watching = Watching(1000, "--interval", "0.02", credential=None, SUPEROFFICE_TOKEN_FILE=path)
        self.assertEqual(watching.line(), "New  0 %")
        fresh = main.control("renew", kind="bearer")["value"]
        pathlib.Path(path).write_text(fresh, encoding="utf-8")
        main.control("expire", kind="bearer", value=service.BEARER_GOOD)
        main.control("clock", advance=20)
        code, lines, complaint = watching.end()
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertRegex(lines[-1], "^Succeeded  100 %")

    @unittest.skipUnless(pathlib.Path("/proc/self/environ").exists(), "there is no /proc")
    def test_the_running_tool_shows_no_secret_to_those_who_look_at_it(self):
        watching = Watching(1000, "--interval", "0.02", SUPEROFFICE_PASSWORD="never-good")
        watching.line()
        process = pathlib.Path(f"/proc/{watching.process.pid}")
        shown = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        watching.process.send_signal(signal.SIGINT)
        watching.end()
        self.assertIn(b"SUPEROFFICE_TOKEN=", shown)  # the name stays, its value is wiped
        for secret in SECRETS:
            self.assertNotIn(secret.encode(), shown)
