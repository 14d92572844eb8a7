"""Where a credential comes from, which wins, and that none is ever shown."""

import json
import os
import pathlib
import re
import signal
import tempfile
import unittest

from running import TABLE, CREDENTIAL, DONE, SECRETS, SERVICE, USAGE, Case, Watching, main, service


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
        os.write(handle, text.encode())
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
                          (self.file(""), "is empty"), (self.file("\n"), "is empty"),
                          (self.file("x" * 20_000), "too large")):
            self.refuses(CREDENTIAL, f"{re.escape(path)}: .*{why}", "get", 497, credential=None,
                         SUPEROFFICE_TOKEN_FILE=path)
        self.refuses(USAGE, "the credential contains a line break", "get", 497, credential=None,
                     SUPEROFFICE_TOKEN_FILE=self.file("two\nlines"))

    def test_refused(self):
        for token in ("never-good", service.BEARER_EXPIRED):
            self.refuses(CREDENTIAL, r"the credential is missing, wrong or expired \(401\).*unauthorized, HTTP 401",
                         "get", 497, SUPEROFFICE_TOKEN=token)
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
