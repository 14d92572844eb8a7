"""Each way in which a call can fail: its message, its exit code, and that it ends in time."""

import json
import pathlib
import re
import shutil
import socket
import tempfile
import time

from running import (BAD_REPLY, CONNECTION, CREDENTIAL, DONE, NO_SUCH_NAME, NO_TASK, SERVICE, SOON, USAGE, Case, main,
                     service)


class Certificates(Case):
    MESSAGES = {
        "expired": r"has expired \(stage handshake, certificate_expired\)",
        "not-yet-valid": r"is not valid yet \(.*certificate_not_yet_valid\)",
        "self-signed": r"is self-signed \(.*certificate_self_signed\)",
        "wrong-name": r"is for another name \(.*certificate_wrong_name\)",
        "unknown-authority": r"is from an unknown authority \(.*certificate_unknown_authority\)",
    }

    def test_each_bad_one_has_its_message_and_gets_no_byte_of_the_request(self):
        for listener, message in self.MESSAGES.items():
            with self.subTest(listener=listener):
                self.refuses(CONNECTION, rf"the server's certificate {message}", "get", 497, "--base-url",
                             main.bases[listener])
        self.assertEqual({entry["listener"] for entry in self.log()}, set(self.MESSAGES))
        self.assertNotIn("first-byte", [entry["event"] for entry in self.log()])

    def test_every_fault_is_told(self):
        other = pathlib.Path(main.ca).with_name("unknown-authority-ca.pem")
        self.refuses(CONNECTION, "the server's certificate is from an unknown authority; it has expired "
                     r"\(stage handshake, certificate_unknown_authority\); name the file", "get", 497,
                     "--base-url", main.bases["expired"], "--ca-file", other)

    def test_a_watch_does_not_ask_again(self):
        self.refuses(CONNECTION, "the server's certificate has expired", "watch", 497, "--interval", "0.01",
                     "--base-url", main.bases["expired"])

    def test_files_of_authorities_that_are_none(self):
        self.refuses(CONNECTION, r"/nowhere \(--ca-file\): No such file or directory \(stage handshake, no_authorities\)\n$",
                     "get", 497, "--ca-file", "/nowhere")
        self.refuses(CONNECTION, re.escape(__file__) + r" \(--ca-file\): the certificate authorities given cannot be read: "
                     "mbedTLS -0x[0-9A-F]{4} .*bad_authorities", "get", 497, "--ca-file", __file__)
        self.refuses(CONNECTION, r"/ \(--ca-file\): no certificate authorities were found: mbedTLS -0x[0-9A-F]{4} "
                     r"\(stage handshake, no_authorities\)\n$", "get", 497, "--ca-file", "/")
        code, _, complaint = self.run_tool("get", 497, "--json", "--ca-file", "/nowhere")
        error = json.loads(complaint)["error"]
        self.assertEqual((code, error["message"]), (CONNECTION, "/nowhere (--ca-file): No such file or directory"))
        self.assertNotIn("advice", error)
        self.assertNotIn("first-byte", [entry["event"] for entry in self.log()])


class Authorities(Case):
    """Where the tool finds whom to trust when no option says it; --ca-file is left out here."""

    UNKNOWN = "the server's certificate is from an unknown authority"

    def folder(self, *files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, source in files:
            shutil.copy(source, pathlib.Path(folder.name, name))
        return folder.name

    def shows_with(self, *arguments, **variables):
        self.assertEqual(self.run_tool("get", 497, *arguments, ca=False, **variables)[::2], (DONE, ""))

    def refuses_with(self, pattern, *arguments, code=CONNECTION, **variables):
        got, out, complaint = self.run_tool("get", 497, *arguments, ca=False, **variables)
        self.assertEqual((got, out), (code, ""), complaint)
        self.assertRegex(complaint, pattern)

    def test_each_variable(self):
        self.refuses_with(self.UNKNOWN)
        self.shows_with(SUPEROFFICE_CA_FILE=main.ca)
        self.shows_with(SSL_CERT_FILE=main.ca)
        self.shows_with(SSL_CERT_DIR=self.folder(("12345678.0", main.ca)))
        self.shows_with(SSL_CERT_DIR=self.folder(("any-name.crt", main.ca), ("notes.txt", __file__)))
        self.shows_with(SSL_CERT_DIR=f"/nowhere::{self.folder(('ca.pem', main.ca))}")

    def test_which_wins(self):
        other = pathlib.Path(main.ca).with_name("unknown-authority-ca.pem")
        self.shows_with("--ca-file", main.ca, SUPEROFFICE_CA_FILE=other, SSL_CERT_FILE=other)
        self.refuses_with(self.UNKNOWN, "--ca-file", other, SUPEROFFICE_CA_FILE=main.ca, SSL_CERT_FILE=main.ca)
        self.shows_with(SUPEROFFICE_CA_FILE=main.ca, SSL_CERT_FILE=other)
        self.refuses_with(self.UNKNOWN, SUPEROFFICE_CA_FILE=other, SSL_CERT_FILE=main.ca, SSL_CERT_DIR=self.folder(("a", main.ca)))
        self.shows_with(SSL_CERT_FILE=other, SSL_CERT_DIR=self.folder(("a", main.ca)))
        self.shows_with(SSL_CERT_FILE=main.ca, SSL_CERT_DIR=self.folder(("a", other)))

    def test_empty_counts_as_unset(self):
        self.shows_with(SUPEROFFICE_CA_FILE="", SSL_CERT_FILE=main.ca, SSL_CERT_DIR="")
        self.shows_with("--ca-file", "", SUPEROFFICE_CA_FILE=main.ca)
        self.refuses_with(self.UNKNOWN, SUPEROFFICE_CA_FILE="", SSL_CERT_FILE="", SSL_CERT_DIR="")

    def test_what_is_not_there(self):
        for name in ("SUPEROFFICE_CA_FILE", "SSL_CERT_FILE"):
            self.refuses_with(rf"/nowhere \({name}\): No such file or directory", **{name: "/nowhere"})
        for folder in ("/nowhere", self.folder(), self.folder(("notes.txt", __file__))):
            self.refuses_with(f"SSL_CERT_DIR names {folder}, which holds no certificate", code=USAGE, SSL_CERT_DIR=folder)


class Json(Case):
    """With --json, each error is one line of JSON on standard error."""

    def error_of(self, code, *arguments, **variables):
        got, _, complaint = self.run_tool(*arguments, "--json", **variables)
        self.assertEqual((got, complaint.count("\n")), (code, 1), complaint)
        error = json.loads(complaint)["error"]
        self.assertEqual(error.pop("exit_code"), code)
        return error

    def test_a_call_that_failed(self):
        self.assertEqual(self.error_of(NO_TASK, "get", 99), {
            "message": "no such task", "stage": "service", "code": "no_such_task", "http_status": 200})
        error = self.error_of(CONNECTION, "get", 497, "--base-url", main.bases["expired"])
        self.assertEqual((error["stage"], error["code"]), ("handshake", "certificate_expired"))
        error = self.error_of(BAD_REPLY, "get", 6602)
        self.assertEqual((error["code"], error["member"]), ("out_of_range", "ProgressPercent"))
        self.assertGreater(error["at_byte"], 0)
        error = self.error_of(BAD_REPLY, "get", 6628, "--memory", 8192)
        self.assertGreater(error["needs_bytes"], 8192)
        self.assertEqual(error["advice"], "allow more with --memory")
        self.assertEqual(self.error_of(SERVICE, "get", 7429)["retry_after_seconds"], 0)

    def test_the_words_of_the_service(self):
        body = {"Error": True, "Message": "a\n\"b\"\x1b", "ErrorType": "SoException", "ErrorId": "x"}
        main.control("next", status=500, headers=[["Content-Type", "application/json"]], match="GetBatch",
                     body=json.dumps(body))
        error = self.error_of(SERVICE, "get", 497)
        self.assertEqual(error["service_message"], "a\n\"b\"\x1b")
        self.assertEqual(error["http_status"], 500)

    def test_a_secret_in_them_is_not_repeated(self):
        main.control("next", status=500, headers=[["Content-Type", "application/json"]], match="GetBatch",
                     body=json.dumps({"Error": True, "Message": f"token {service.BEARER_GOOD} is odd"}))
        self.assertEqual(self.error_of(SERVICE, "get", 497)["service_message"], "token *** is odd")

    def test_mistakes_on_the_command_line_and_of_the_environment(self):
        self.assertEqual(self.error_of(USAGE, "gett", 497), {
            "message": "there is no command gett; did you mean get?; see superoffice-batch --help"})
        self.assertIn("no server", self.error_of(USAGE, "get", 497, SUPEROFFICE_BASE_URL=None)["message"])
        self.assertIn("SUPEROFFICE_TOKEN", self.error_of(CREDENTIAL, "get", 497, SUPEROFFICE_TOKEN=" ")["message"])
        self.assertIn("--plain-http", self.error_of(USAGE, "get", 497, "--base-url", main.bases["plain"])["message"])

    def test_a_watch_says_when_it_asks_again(self):
        code, out, complaint = self.run_tool("watch", 8000, "--interval", "0.001", "--json")
        self.assertEqual((code, out), (CONNECTION, ""))
        first, *_, last = [json.loads(line)["error"] for line in complaint.splitlines()]
        self.assertEqual((first["code"], first["asks_again"]), ("connection_reset", True))
        self.assertNotIn("exit_code", first)
        self.assertEqual((last["code"], last["exit_code"]), ("connection_reset", CONNECTION))
        self.assertNotIn("asks_again", last)


class Connection(Case):
    def test_no_server(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            self.refuses(CONNECTION, r"the peer refused the connection \(stage connect, connection_refused, native \d",
                         "get", 497, "--base-url", f"https://localhost:{taken.getsockname()[1]}/x")

    def test_unknown_name(self):
        self.refuses(CONNECTION, r"the host name (is unknown|could not be looked up) \(stage resolve, .*native -\d",
                     "get", 497, "--base-url", NO_SUCH_NAME)

    def test_faults(self):
        for number, pattern in {
            8000: r"the peer reset the connection \(stage receive, connection_reset, native \d+\)",
            8001: r"the peer reset the connection \(stage http, connection_reset, HTTP 200, native \d+\)",
            8002: r"the peer reset the connection \(stage http, connection_reset, HTTP 200, native \d+\)",
            8003: r"the peer closed the connection .*stage receive, connection_closed",
            8004: r"the peer closed the connection .*stage http, connection_closed, HTTP 200",
            8005: r"the peer closed the connection .*stage http, connection_closed, HTTP 200",
            8013: r"the TLS connection ended without close_notify .*truncated_close",
        }.items():
            with self.subTest(number=number):
                self.refuses(CONNECTION, pattern, "get", number)

    def test_handshakes(self):
        self.refuses(CONNECTION, r".*\(stage handshake, connection_reset, native", "get", 497, "--base-url",
                     main.bases["rude"])

    def test_time_runs_out_where_it_says(self):
        for where, *arguments in (
            ("handshake", 497, "--base-url", main.bases["mute"]),
            ("receive", 8008),
            ("http", 8009),
            ("http, deadline_exceeded, HTTP 200", 8010),
            ("http, deadline_exceeded, HTTP 200", 8025),
        ):
            with self.subTest(where=where, arguments=arguments):
                for seconds in (0.5, 1, 2, 4):  # a slow machine needs longer to come so far
                    began = time.monotonic()
                    complaint = self.refuses(CONNECTION, r"the deadline passed \(stage ", "get", *arguments, "--timeout",
                                             seconds)
                    self.assertLess(time.monotonic() - began, seconds + SOON)
                    self.assertRegex(complaint, "; allow more time with --timeout\n$")
                    if f"(stage {where}" in complaint:
                        break
                self.assertIn(f"(stage {where}", complaint)


class Replies(Case):
    def test_no_such_task(self):
        for number in (99, 7204, 7404, 17404):
            self.refuses(NO_TASK, "no such task.*stage service, no_such_task", "get", number)
        self.refuses(NO_TASK, r"no such task \(stage service, no_such_task, HTTP 200\)", "watch", 99)

    def test_replies_that_cannot_be_understood(self):
        for number, pattern in {
            9006: r"the reply is not JSON \(stage decode, not_json, HTTP 200, at byte 0\)",
            9005: "the reply is empty .*empty_document, HTTP 200",
            9001: "a value is of the wrong kind .*wrong_kind, HTTP 200",
            9007: "the document is not well-formed JSON .*bad_json, HTTP 200, .*at byte",
            6602: r"a number does not fit its member .*out_of_range, HTTP 200, member ProgressPercent, at byte \d+",
            6520: "a text is not a date .*bad_date, HTTP 200, member LastStarted",
            9205: "the reply is compressed although",
            8026: "the reply is not well-formed HTTP",
            8036: "the reply is not well-formed HTTP",
        }.items():
            with self.subTest(number=number):
                self.refuses(BAD_REPLY, pattern, "get", number)

    def test_answers_of_the_service(self):
        for number, pattern in {
            9010: r'the service answered with an error object: "The request is invalid." "[^"]+" \(.*, HTTP 200',
            17500: "the service answered with an error object.*service_fault, .*HTTP 500",
            7404 + 20000: r"there is nothing at this address \(404\)",
            7421: r"the tenant lives on another host \(421\)",
            7429: r"too many calls \(429\).*Retry-After 0 s",
            7503: "the service is not available now .*unavailable, HTTP 503, Retry-After 0 s",
            7302: "the server redirects to another address",
            7418: "the server answered with an unexpected status .*HTTP 418",
        }.items():
            with self.subTest(number=number):
                self.refuses(SERVICE, pattern, "get", number)

    def test_a_reply_that_does_not_fit_says_what_would_be_enough(self):
        complaint = self.refuses(BAD_REPLY, r"the reply does not fit into the memory .*reply_too_large, .*needs \d",
                                 "get", 6628, "--memory", 8192)
        needed = int(re.search(r"needs (\d+) bytes", complaint).group(1))
        self.refuses(BAD_REPLY, "the reply does not fit into the memory", "get", 6628, "--memory", needed - 1)
        code, _, complaint = self.run_tool("get", 6628, "--memory", needed)
        self.assertEqual((code, complaint), (DONE, ""))

    def test_a_megabyte_fits(self):
        code, out, _ = self.run_tool("get", 6305, "--json")
        self.assertEqual(code, DONE)
        self.assertGreater(len(out), 1_000_000)
        json.loads(out)
