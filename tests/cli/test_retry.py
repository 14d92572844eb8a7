"""`--retry`: which calls are made again, after which pause, and what is said. The table of errors is in retry_rules.cpp."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from running import CONNECTION, CREDENTIAL, DONE, LONGEST, NO_TASK, SERVICE, TABLE, USAGE, Case, command, environment, main

import local_superoffice_login as login_service

AGAIN = r"; trying again in {} s \({} of {}\)\n"


class Retry(Case):
    def next(self, match="GetBatch", times=1, status=503, headers=(), **more):
        made = {"fault": more["fault"]} if more else {"status": status, "headers": [list(each) for each in headers], "body": ""}
        main.control("next", match=match, times=times, **made)

    def calls(self):
        return [entry["target"].split("?")[0].split("/")[-1] for entry in self.requests()]


class Again(Retry):
    def test_a_503_and_its_retry_after(self):
        self.next(headers=[["Retry-After", "2"]])
        began = time.monotonic()
        code, out, complaint = self.run_tool("get", 497, "--retry", 3)
        self.assertGreaterEqual(time.monotonic() - began, 2)
        self.assertEqual((code, out), (DONE, TABLE))
        self.assertRegex(complaint, r"^superoffice-batch: the service is not available now \(stage service, unavailable, "
                                    r"HTTP 503, Retry-After 2 s\)" + AGAIN.format(2, 1, 3) + "$")
        self.assertEqual(len(self.calls()), 2)

    def test_without_the_option_nothing_is_tried_again(self):
        self.next()
        self.refuses(SERVICE, r"the service is not available now \([^)]*\)\n$", "get", 497)
        self.assertEqual(len(self.calls()), 1)

    def test_pauses_grow_and_tries_end(self):
        self.next(times=9)
        code, _, complaint = self.run_tool("get", 497, "--retry", 2)
        self.assertEqual((code, len(self.calls())), (SERVICE, 3))
        first, second, last = complaint.splitlines(keepends=True)
        self.assertRegex(first, AGAIN.format(1, 1, 2))
        self.assertRegex(second, AGAIN.format(2, 2, 2))
        self.assertRegex(last, r"HTTP 503\)\n$")

    def test_a_pause_that_is_too_long_is_not_waited_for(self):
        self.next(headers=[["Retry-After", "601"]])
        said = "not tried again: --retry waits at most 600 s, and the service asks for more"
        self.refuses(SERVICE, rf"the service is not available now \(.*, Retry-After 601 s\); {said}\n$", "get", 497,
                     "--retry", 5)
        self.assertEqual(len(self.calls()), 1)
        self.next(headers=[["Retry-After", "601"]])
        error = json.loads(self.run_tool("get", 497, "--retry", 5, "--json")[2])["error"]
        self.assertEqual((error["advice"], error["retry_after_seconds"]), (said, 601))
        self.next(match="/api", headers=[["Retry-After", "601"]])
        self.refuses(SERVICE, rf".*; {said}\n$", "probe", "--retry", 5)
        self.next(headers=[["Retry-After", "601"]])  # nothing was to be tried again
        self.refuses(SERVICE, r"[^;]*\n$", "get", 497)

    def test_a_page_of_a_server_in_trouble(self):
        for status in (408, 500, 502, 503, 504):
            with self.subTest(status):
                before = len(self.calls())
                self.next(status=status)
                code, out, complaint = self.run_tool("get", 497, "--retry", 1)
                self.assertEqual((code, out, len(self.calls()) - before), (DONE, TABLE, 2))
                self.assertRegex(complaint, f"HTTP {status}\\)" + AGAIN.format(1, 1, 1))

    def test_a_connection_that_breaks(self):
        self.next(fault="reset-in-body")
        code, out, complaint = self.run_tool("get", 497, "--retry", 1)
        self.assertEqual((code, out), (DONE, TABLE))
        self.assertRegex(complaint, "connection_reset.*" + AGAIN.format(1, 1, 1))

    def test_nobody_listens_yet(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            code, _, complaint = self.run_tool("get", 497, "--retry", 1, "--base-url",
                                               f"https://localhost:{taken.getsockname()[1]}/x")
        self.assertEqual((code, complaint.count("connection_refused"), complaint.count("trying again")), (CONNECTION, 2, 1))

    def test_what_does_not_pass_is_not_tried_again(self):
        for code, number in ((NO_TASK, 99), (CREDENTIAL, 7403), (SERVICE, 17500)):
            with self.subTest(number=number):
                before = len(self.calls())
                self.refuses(code, "[^;]*\n$", "get", number, "--retry", 5)
                self.assertEqual(len(self.calls()) - before, 1)

    def test_json(self):
        self.next(headers=[["Retry-After", "1"]])
        code, _, complaint = self.run_tool("get", 497, "--retry", 3, "--json")
        error = json.loads(complaint)["error"]
        self.assertEqual((code, error.pop("message")), (DONE, "the service is not available now"))
        self.assertEqual(error, {"stage": "service", "code": "unavailable", "http_status": 503, "retry_after_seconds": 1,
                                 "asks_again": True, "pause_seconds": 1, "retry": 1, "retries": 3})

    def test_the_number(self):
        for number in ("-1", "101", "0x2", "", "1.5", "many"):
            with self.subTest(number=number):
                self.refuses(USAGE, ".*--retry.*; see superoffice-batch --help", "get", 497, "--retry", number)
        self.assertEqual(self.run_tool("get", 497, "--retry", "100")[0], DONE)

    def test_ctrl_c_ends_the_pause(self):
        self.next(headers=[["Retry-After", "500"]], times=9)
        for arguments in (["get", 497], ["probe"]):
            if arguments == ["probe"]:
                main.control("next", status=503, headers=[["Retry-After", "500"]], body="", times=9)
            with self.subTest(arguments=arguments), subprocess.Popen(
                    command(*arguments, "--retry", 5), env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, text=True) as process:
                self.assertIn("trying again in 500 s", process.stderr.readline())
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(timeout=LONGEST), -signal.SIGINT)


class EachCommand(Retry):
    def test_stop_delete_and_probe(self):
        main.control("task", id=1000)
        for match, arguments in (("StopBatchJob", ["stop", 1000]), ("DeleteBatchTask", ["delete", 1000]), ("/api", ["probe"])):
            with self.subTest(arguments=arguments):
                self.next(match=match)
                code, _, complaint = self.run_tool(*arguments, "--retry", 1)
                self.assertEqual((code, complaint.count("trying again")), (DONE, 1), complaint)

    def test_several_tasks_are_named(self):
        self.next()
        code, out, complaint = self.run_tool("get", 497, 1000, "--retry", 1, "--select", "State")
        self.assertEqual((code, out.count("Task ")), (DONE, 2))
        self.assertRegex(complaint, "^superoffice-batch: task 497: the service is not available now .*" + AGAIN.format(1, 1, 1))
        self.next()
        code, out, complaint = self.run_tool("get", 497, 1000, "--retry", 1, "--json")
        error = json.loads(complaint)["error"]
        self.assertEqual((code, out.count("\n"), error["id"], error["retry"]), (DONE, 2, 497, 1))

    def test_list_before_the_first_task_and_not_behind_it(self):
        self.next(match="GetBatchTaskInfosByState")
        code, out, complaint = self.run_tool("list", "--retry", 1)
        self.assertEqual((code, complaint.count("trying again")), (DONE, 1))
        self.next(match="GetBatchTaskInfosByState", fault="close-in-body")
        code, part, complaint = self.run_tool("list", "--retry", 5)
        self.assertEqual((code, complaint.count("trying again")), (CONNECTION, 0))
        self.assertTrue(part and out.startswith(part) and part != out)

    def test_list_of_ones_own(self):
        self.next(match="currentPrincipal")
        code, _, complaint = self.run_tool("list", "--mine", "--retry", 1)
        self.assertEqual((code, complaint.count("trying again")), (DONE, 1))

    def test_start_is_never_sent_again(self):
        for made in ({"status": 503, "headers": [["Retry-After", "0"]]}, {"fault": "reset-before-head"},
                     {"fault": "close-before-head"}, {"fault": "reset-in-head"}):
            with self.subTest(made=made):
                main.control("reset")
                before = len(self.calls())
                self.next(match="StartBatchJob", times=9, **made)
                code, out, complaint = self.run_tool("start", "ContactExport", "--retry", 5)
                self.assertEqual((out, complaint.count("\n"), complaint.count("trying again")), ("", 1, 0), complaint)
                self.assertIn(code, (CONNECTION, SERVICE))
                self.assertEqual(len(self.calls()) - before, 1)

    def test_start_is_made_again_where_nothing_was_sent(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            code, _, complaint = self.run_tool("start", "ContactExport", "--retry", 1, "--base-url",
                                               f"https://localhost:{taken.getsockname()[1]}/x")
        self.assertEqual((code, complaint.count("trying again")), (CONNECTION, 1))

    def test_a_watch_bears_so_many_failures_in_a_row(self):
        for retries, failures, wanted in ((2, 2, DONE), (1, 2, SERVICE), (0, 1, SERVICE)):
            with self.subTest(retries=retries, failures=failures):
                main.control("reset")
                self.next(times=failures)
                code, _, _ = self.run_tool("watch", 497, "--interval", "0.01", "--retry", retries)
                self.assertEqual(code, wanted)

    def test_a_log_in_host_that_is_not_available(self):
        code, out, complaint = self.run_tool(
            "get", 497, "--retry", 1, credential=None, SUPEROFFICE_CLIENT_ID=login_service.NATIVE_CLIENT,
            SUPEROFFICE_REFRESH_TOKEN=login_service.refresh_token("unavailable"))
        said = "superoffice-batch: the log-in host gave no access token: the service is not available now"
        self.assertEqual((code, out), (CREDENTIAL, ""))
        self.assertRegex(complaint, f"^{said}" + AGAIN.format(1, 1, 1) + f"{said}\n$")

    def test_a_refresh_token_that_is_refused_is_not_tried_again(self):
        code, _, complaint = self.run_tool(
            "get", 497, "--retry", 5, credential=None, SUPEROFFICE_CLIENT_ID=login_service.NATIVE_CLIENT,
            SUPEROFFICE_REFRESH_TOKEN=login_service.refresh_token("revoked"))
        self.assertEqual((code, complaint),
                         (CREDENTIAL, "superoffice-batch: the log-in host gave no access token: invalid_grant\n"))


class Download(Retry):
    SIZE = 300_000

    def setUp(self):
        super().setUp()
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.file = pathlib.Path(made.name, "file")

    def test_begins_anew_and_the_file_is_whole(self):
        self.next(match="GetOutput", fault="reset-in-body")
        code, out, complaint = self.run_tool("output", 1_000_000_000 + self.SIZE, "-o", self.file, "--retry", 1)
        self.assertEqual((code, out, complaint.count("trying again")), (DONE, f"{self.file}\n", 1), complaint)
        self.assertEqual(self.file.stat().st_size, self.SIZE)
        self.assertEqual(self.file.read_bytes()[:256], bytes(range(256)))
        self.assertEqual(os.listdir(self.file.parent), ["file"])

    def test_a_fetch_tries_each_of_its_calls_again(self):
        number = 1_000_000_000 + self.SIZE
        self.next(match="GetOutput")
        self.next(match="Cleanup")
        code, _, complaint = self.run_tool("fetch", number, "-o", self.file, "--cleanup", "--retry", 1)
        self.assertEqual((code, complaint.count("trying again")), (DONE, 2), complaint)
        self.assertEqual(self.file.stat().st_size, self.SIZE)

    def test_what_went_to_standard_output_is_not_sent_again(self):
        self.next(match="GetOutput", fault="reset-in-body")
        code, out, complaint = self.run_tool("output", 1_000_000_000 + self.SIZE, "-o", "-", "--retry", 5, binary=True)
        self.assertEqual((code, complaint.count(b"trying again")), (CONNECTION, 0))
        self.assertTrue(0 < len(out) < self.SIZE)
        self.next(match="GetOutput")
        code, out, complaint = self.run_tool("output", 1_000_000_000 + self.SIZE, "-o", "-", "--retry", 5, binary=True)
        self.assertEqual((code, complaint.count(b"trying again"), len(out)), (DONE, 1, self.SIZE))

    def test_ctrl_c_ends_the_pause_and_leaves_nothing(self):
        self.next(match="GetOutput", headers=[["Retry-After", "500"]])
        with subprocess.Popen(command("output", 1_000_000_000 + self.SIZE, "-o", self.file, "--retry", 5), env=environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            self.assertIn("trying again in 500 s", process.stderr.readline())
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=LONGEST), 130)
            self.assertEqual(process.stderr.read(), "")
        self.assertEqual(os.listdir(self.file.parent), [])


if __name__ == "__main__":
    unittest.main()
