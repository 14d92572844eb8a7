"""Each way in which a call can fail: its message, its exit code, and in time."""

import json
import pathlib
import re
import socket
import time

from running import BAD_REPLY, CONNECTION, DONE, NO_TASK, SERVICE, Case, main, service


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
        self.refuses(CONNECTION, "no file with certificate authorities was found: mbedTLS -0x[0-9A-F]{4} "
                     ".*no_authorities", "get", 497, "--ca-file", "/nowhere")
        self.refuses(CONNECTION, "the certificate authorities given cannot be read: mbedTLS -0x[0-9A-F]{4} "
                     ".*bad_authorities", "get", 497, "--ca-file", __file__)
        self.assertNotIn("first-byte", [entry["event"] for entry in self.log()])


class Connection(Case):
    def test_no_server(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            self.refuses(CONNECTION, r"the peer refused the connection \(stage connect, connection_refused, native \d",
                         "get", 497, "--base-url", f"https://localhost:{taken.getsockname()[1]}/x")

    def test_unknown_name(self):
        self.refuses(CONNECTION, r"the host name (is unknown|could not be looked up) \(stage resolve, .*native -\d",
                     "get", 497, "--base-url", "https://no-such-host.invalid/x", "--timeout", "5")

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
                began = time.monotonic()
                self.refuses(CONNECTION, rf"the deadline passed \(stage {where}", "get", *arguments, "--timeout", "0.5")
                self.assertLess(time.monotonic() - began, 5)


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
