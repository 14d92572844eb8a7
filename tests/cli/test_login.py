"""Logging in by browser, and credentials that renew themselves: refresh tokens and system users."""

import json
import os
import pathlib
import socket
import stat
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from running import (CONNECTION, CREDENTIAL, DONE, LONGEST, SECRETS, TABLE, USAGE, Case, command, environment, free_port, main, start,
                     wait_until)

import local_superoffice_login as login_service

NATIVE, WEB = login_service.NATIVE_CLIENT, login_service.WEB_CLIENT
REFRESH, ROTATING = (login_service.refresh_token(name) for name in ("good", "rotating"))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def visit(url):
    """What a browser gets: (status, page or the address that it is sent to)."""
    opener = urllib.request.build_opener(NoRedirect, urllib.request.HTTPSHandler(context=main.context))
    try:
        with opener.open(url, timeout=LONGEST) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers.get("Location") or refusal.read().decode()


def login_url():
    return "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(main.bases["main"]))


class Renewing(Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = pathlib.Path(folder.name)
        self.stored = self.state / "superoffice-batch" / "login"
        self.variables = {"SUPEROFFICE_LOGIN_URL": login_url(), "XDG_STATE_HOME": folder.name, "credential": None,
                          "DISPLAY": None, "WAYLAND_DISPLAY": None}

    def tool(self, *arguments, **variables):
        return self.run_tool(*arguments, **{**self.variables, **variables})

    def file(self, text):
        path = self.state / "secret"
        path.write_text(text, encoding="utf-8")
        return path

    def credentials(self):
        return [entry["credential"] for entry in self.requests() if "GetBatchTaskInfo" in entry["target"]]

    def good_credentials(self):
        return {name for name in self.credentials() if name is not None}  # of a refused one there is no name


class RefreshToken(Renewing):
    def test_blanks_around_what_is_no_secret_are_ignored(self):
        blanks = {name: f" {value}\t\r\n" for name, value in
                  {**self.variables, "SUPEROFFICE_BASE_URL": main.bases["main"], "SUPEROFFICE_CLIENT_ID": NATIVE}.items()
                  if name in ("SUPEROFFICE_LOGIN_URL", "SUPEROFFICE_BASE_URL", "SUPEROFFICE_CLIENT_ID")}
        self.assertEqual(len(blanks), 3)
        self.assertEqual(self.tool("get", 497, SUPEROFFICE_REFRESH_TOKEN=REFRESH, **blanks), (DONE, TABLE, ""))

    def test_from_the_environment_and_from_a_file(self):
        for variable, value in (("SUPEROFFICE_REFRESH_TOKEN", REFRESH),
                                ("SUPEROFFICE_REFRESH_TOKEN_FILE", self.file(REFRESH + "\n"))):
            with self.subTest(variable):
                self.assertEqual(self.tool("get", 497, SUPEROFFICE_CLIENT_ID=NATIVE, **{variable: str(value)}),
                                 (DONE, TABLE, ""))
                self.assertRegex(self.credentials()[-1], "bearer-issued")

    def test_a_wrong_address_of_the_log_in_host_names_its_variable(self):
        checks = "; check SUPEROFFICE_LOGIN_URL"
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            for address, said in (
                (login_url() + "/nowhere", "there is nothing at its address (404)" + checks),
                (f"https://localhost:{taken.getsockname()[1]}", "the peer refused the connection" + checks),
                (f"https://{'a' * 64}.invalid", "the host name is unknown" + checks),
            ):
                with self.subTest(address):
                    code, _, complaint = self.tool("get", 497, SUPEROFFICE_REFRESH_TOKEN=REFRESH, SUPEROFFICE_CLIENT_ID=NATIVE,
                                                   SUPEROFFICE_LOGIN_URL=address)
                    self.assertEqual((code, complaint),
                                     (CREDENTIAL, f"superoffice-batch: the log-in host gave no access token: {said}\n"))
        for address, pattern in (("ftp://localhost", "SUPEROFFICE_LOGIN_URL must begin with https:// or http://"),
                                 ("nonsense", "SUPEROFFICE_LOGIN_URL must begin with https:// or http://"),
                                 ("https://local host", "the host name in SUPEROFFICE_LOGIN_URL contains a character"),
                                 ("https://localhost/?x", "SUPEROFFICE_LOGIN_URL must not contain a query")):
            for arguments in (["get", 497], ["login", "--deadline", "0.05"]):
                with self.subTest(address=address, arguments=arguments):
                    self.refuses(USAGE, pattern, *arguments, **{**self.variables, "SUPEROFFICE_LOGIN_URL": address,
                                 "SUPEROFFICE_CLIENT_ID": NATIVE, "SUPEROFFICE_REFRESH_TOKEN": REFRESH})

    def test_with_a_secret(self):
        secret = login_service.CLIENTS[WEB]
        code, out, complaint = self.tool("get", 497, SUPEROFFICE_REFRESH_TOKEN=REFRESH, SUPEROFFICE_CLIENT_ID=WEB,
                                         SUPEROFFICE_CLIENT_SECRET=secret)
        self.assertEqual((code, out, complaint), (DONE, TABLE, ""))
        code, _, complaint = self.tool("get", 497, SUPEROFFICE_REFRESH_TOKEN=REFRESH, SUPEROFFICE_CLIENT_ID=WEB)
        self.assertEqual((code, complaint), (CREDENTIAL, "superoffice-batch: the log-in host gave no access token: "
                                                         "invalid_client\n"))

    def test_a_new_refresh_token_replaces_the_one_in_the_file(self):
        path = self.file(ROTATING)
        for _ in range(3):
            code, _, complaint = self.tool("get", 497, SUPEROFFICE_CLIENT_ID=NATIVE,
                                           SUPEROFFICE_REFRESH_TOKEN_FILE=str(path))
            self.assertEqual((code, complaint), (DONE, ""))
        self.assertNotEqual(path.read_text(), ROTATING)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertEqual([each.name for each in self.state.iterdir()], ["secret"])

    def test_a_new_refresh_token_from_the_environment_is_lost_and_that_is_said(self):
        code, out, complaint = self.tool("get", 497, SUPEROFFICE_CLIENT_ID=NATIVE, SUPEROFFICE_REFRESH_TOKEN=ROTATING)
        self.assertEqual((code, out), (DONE, TABLE))
        self.assertIn("SUPEROFFICE_REFRESH_TOKEN_FILE", complaint)

    def test_a_long_watch_is_not_stopped_by_401(self):
        main.control("task", id=1000)
        token = login_service.refresh_token("short")
        process = start(
            *command("watch", 1000, "--interval", "0.05"), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment(**{**self.variables, "SUPEROFFICE_REFRESH_TOKEN": token,
                                                       "SUPEROFFICE_CLIENT_ID": NATIVE}))
        process.stdout.readline()
        main.control("expire", kind="bearer")
        # Not earlier: the clock would end the new token before its first call.
        wait_until(lambda: len(self.good_credentials()) == 2)
        main.control("clock", advance=100)
        out, complaint = process.communicate(timeout=LONGEST)
        self.assertEqual((process.returncode, complaint), (DONE, ""))
        self.assertIn("Succeeded", out)
        self.assertGreaterEqual(len(self.good_credentials()), 2)

    def test_refusals_say_what_the_host_says(self):
        for name, word in (("revoked", "invalid_grant"), ("unauthorized", "unauthorized_client"),
                           ("unavailable", "the service is not available now")):
            with self.subTest(name):
                code, out, complaint = self.tool("get", 497, SUPEROFFICE_CLIENT_ID=NATIVE,
                                                 SUPEROFFICE_REFRESH_TOKEN=login_service.refresh_token(name))
                self.assertEqual((code, out), (CREDENTIAL, ""))
                self.assertEqual(complaint, f"superoffice-batch: the log-in host gave no access token: {word}\n")

    def test_what_is_missing_is_named(self):
        code, _, complaint = self.tool("get", 497, SUPEROFFICE_REFRESH_TOKEN=REFRESH)
        self.assertEqual((code, complaint), (CREDENTIAL, "superoffice-batch: SUPEROFFICE_REFRESH_TOKEN is set, but "
                                                         "SUPEROFFICE_CLIENT_ID is not\n"))


class SystemUser(Renewing):
    def user(self, **changes):
        return {"SUPEROFFICE_SYSTEM_USER_TOKEN": "Local Test App-2d2D5KmBji", "SUPEROFFICE_CLIENT_SECRET": "test-app-token",
                "SUPEROFFICE_CONTEXT": "Cust12345",
                "SUPEROFFICE_PRIVATE_KEY_FILE": str(pathlib.Path(main.folder.name, "system-user.key")), **changes}

    def test_a_key_as_pem_and_as_xml(self):
        for name in ("system-user.key", "system-user-pkcs8.key", "system-user.xml"):
            with self.subTest(name):
                key = str(pathlib.Path(main.folder.name, name))
                self.assertEqual(self.tool("get", 497, **self.user(SUPEROFFICE_PRIVATE_KEY_FILE=key)), (DONE, TABLE, ""))
                self.assertRegex(self.credentials()[-1], "ticket")

    def test_what_is_missing_is_named(self):
        for name in ("SUPEROFFICE_CLIENT_SECRET", "SUPEROFFICE_CONTEXT", "SUPEROFFICE_PRIVATE_KEY_FILE"):
            with self.subTest(name):
                code, _, complaint = self.tool("get", 497, **self.user(**{name: None}))
                self.assertEqual((code, complaint), (CREDENTIAL, "superoffice-batch: SUPEROFFICE_SYSTEM_USER_TOKEN is set, "
                                                                 f"but {name} is not\n"))

    def test_a_key_that_is_none(self):
        path = self.file("no key")
        code, _, complaint = self.tool("get", 497, **self.user(SUPEROFFICE_PRIVATE_KEY_FILE=str(path)))
        self.assertEqual((code, complaint), (CREDENTIAL, f"superoffice-batch: {path}: is no RSA key, or is encrypted\n"))

    def test_a_refusal(self):
        key = str(pathlib.Path(main.folder.name, "login.key"))
        code, _, complaint = self.tool("get", 497, **self.user(SUPEROFFICE_PRIVATE_KEY_FILE=key))
        self.assertEqual(code, CREDENTIAL)
        self.assertIn("the log-in host gave no ticket: ", complaint)


class Login(Renewing):
    def begin(self, *arguments, **variables):
        self.process = start(*command("login", *arguments), text=True, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=environment(**{**self.variables, "SUPEROFFICE_CLIENT_ID": NATIVE, **variables}))
        self.assertIn("Open this address", self.process.stdout.readline())
        return self.process.stdout.readline().strip()

    def end(self):
        out, complaint = self.process.communicate(timeout=LONGEST)
        for secret in SECRETS:
            self.assertNotIn(secret, out + complaint)
        return self.process.returncode, complaint

    def log_in(self, **variables):
        status, address = visit(self.begin(**variables))
        self.assertEqual(status, 302)
        status, page = visit(address)
        self.assertEqual(status, 200)
        self.assertIn("You are logged in", page)
        self.assertEqual(self.end(), (DONE, "superoffice-batch: logged in\n"))

    def test_log_in_call_log_out(self):
        self.log_in()
        self.assertEqual(stat.S_IMODE(self.stored.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.stored.parent.stat().st_mode), 0o700)
        self.assertEqual(self.tool("get", 497, SUPEROFFICE_LOGIN_URL=None), (DONE, TABLE, ""))
        self.assertEqual(self.tool("logout"), (DONE, "", "superoffice-batch: logged out\n"))
        self.assertFalse(self.stored.exists())
        self.assertEqual(self.tool("logout"), (DONE, "", "superoffice-batch: nobody was logged in\n"))
        code, _, _ = self.tool("get", 497)
        self.assertEqual(code, CREDENTIAL)

    def test_a_stored_log_in_is_rotated(self):
        main.control("login", rotate=True)
        self.log_in()
        before = self.stored.read_text()
        for _ in range(3):
            self.assertEqual(self.tool("get", 497), (DONE, TABLE, ""))
        self.assertNotEqual(self.stored.read_text(), before)

    def test_a_credential_in_the_environment_wins(self):
        self.log_in()
        self.assertEqual(self.tool("get", 497, credential=True), (DONE, TABLE, ""))
        self.assertEqual(self.credentials()[-1], "bearer-good")

    def test_a_revoked_log_in_says_what_to_do(self):
        self.log_in()
        main.control("revoke")
        code, _, complaint = self.tool("get", 497)
        self.assertEqual((code, complaint), (CREDENTIAL, "superoffice-batch: the log-in host gave no access token: "
                                                         "invalid_grant; log in again: superoffice-batch login\n"))

    def test_a_browser_that_does_not_come_back(self):
        for arguments, time in ((["--deadline", "0.05"], "0.050 s"), (["--deadline", "1", "--json"], "1 s")):
            code, out, complaint = self.tool("login", *arguments, SUPEROFFICE_CLIENT_ID=NATIVE)
            self.assertEqual(code, CONNECTION)
            self.assertIn(f"in a browser on this machine, and log in within {time}:\n", out)
            said = f"the browser did not come back within {time}: log in again, or allow more time with --deadline"
            if "--json" in arguments:
                self.assertEqual(json.loads(complaint)["error"], {"message": said, "exit_code": CONNECTION})
            else:
                self.assertEqual(complaint, f"superoffice-batch: {said}\n")
        self.assertFalse(self.stored.exists())

    def test_a_browser_that_says_nothing_does_not_outlast_the_limit(self):
        for seconds in (1, 5, 20):  # a slow machine needs longer to connect
            port = free_port()
            process = start(*command("login", "--port", port, "--deadline", seconds), text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=environment(**{**self.variables, "SUPEROFFICE_CLIENT_ID": NATIVE}))
            process.stdout.readline()
            process.stdout.readline()  # it listens since before the address was printed
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=LONGEST):
                    _, complaint = process.communicate(timeout=LONGEST)
                break
            except ConnectionRefusedError:
                continue
        self.assertEqual(process.returncode, CONNECTION)
        self.assertIn(f"the browser did not come back within {seconds} s", complaint)

    def test_it_waits_five_minutes_unless_it_is_told_otherwise(self):
        process = start(*command("login"), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, env=environment(**{**self.variables, "SUPEROFFICE_CLIENT_ID": NATIVE}))
        self.assertIn("within 300 s:", process.stdout.readline())

    def test_a_person_who_says_no(self):
        _, address = visit(self.begin() + "&login_hint=deny")
        visit(address)
        code, complaint = self.end()
        self.assertEqual((code, complaint), (CREDENTIAL, "superoffice-batch: the log-in was refused: access_denied\n"))
        self.assertFalse(self.stored.exists())

    def test_only_its_own_state_counts_and_other_paths_are_not_found(self):
        _, address = visit(self.begin())
        self.assertEqual(visit(urllib.parse.urljoin(address, "/favicon.ico"))[0], 404)
        parts = urllib.parse.urlsplit(address)
        query = dict(urllib.parse.parse_qsl(parts.query))
        for state in ("", query["state"][:-1], query["state"] + "x"):
            forged = parts._replace(query=urllib.parse.urlencode({**query, "state": state})).geturl()
            self.assertIn("not the log-in that was begun", visit(forged)[1])
        self.assertIsNone(self.process.poll())
        self.assertIn("You are logged in", visit(address)[1])
        self.assertEqual(self.end()[0], DONE)

    def test_a_code_that_the_host_does_not_know(self):
        _, address = visit(self.begin())
        parts = urllib.parse.urlsplit(address)
        query = {**dict(urllib.parse.parse_qsl(parts.query)), "code": "another"}
        visit(parts._replace(query=urllib.parse.urlencode(query)).geturl())
        code, complaint = self.end()
        self.assertEqual((code, complaint), (CREDENTIAL, "superoffice-batch: the log-in host refused the code: "
                                                         "invalid_grant\n"))

    def test_the_request_of_the_browser(self):
        port = free_port()
        url = urllib.parse.urlsplit(self.begin("--port", port, SUPEROFFICE_CONTEXT="Cust12345"))
        query = dict(urllib.parse.parse_qsl(url.query))
        self.assertEqual(url.path, "/login/common/oauth/authorize")
        self.assertEqual(query["redirect_uri"], f"http://127.0.0.1:{port}/")
        self.assertEqual((query["response_type"], query["scope"], query["code_challenge_method"], query["client_id"],
                          query["acr_values"]), ("code", "openid", "S256", NATIVE, "tenant:Cust12345"))
        self.assertEqual((len(query["state"]), len(query["code_challenge"])), (43, 43))

    def test_what_is_missing_is_named(self):
        code, out, complaint = self.tool("login")
        self.assertEqual((code, out), (CREDENTIAL, ""))
        self.assertIn("SUPEROFFICE_CLIENT_ID", complaint)
        code, _, complaint = self.tool("login", SUPEROFFICE_CLIENT_ID=NATIVE, SUPEROFFICE_LOGIN_URL="http://localhost")
        self.assertEqual(code, CREDENTIAL)
        self.assertIn("https://", complaint)
        self.assertEqual(self.tool("login", "--port", "0")[0], USAGE)

    def test_a_damaged_file(self):
        self.stored.parent.mkdir()
        self.stored.write_text("something else")
        code, _, complaint = self.tool("get", 497)
        self.assertEqual((code, complaint), (CREDENTIAL, f"superoffice-batch: {self.stored}: is no log-in of this tool: "
                                                         "log in again\n"))


if __name__ == "__main__":
    unittest.main()
