"""`list`: a line for each task, as it arrives."""

import json
import pathlib
import subprocess
import unittest

from running import (BAD_REPLY, CONNECTION, CREDENTIAL, DONE, LONGEST, OUTPUT, SERVICE, USAGE, Case, command, environment,
                     main)

LISTED = [{"Id": 1000, "State": "Started", "ProgressPercent": 42, "Name": "Export a\u001bb"},
          {"Id": 2147483647, "State": "SucceededManualCleanup", "ProgressPercent": 100, "Name": "x" * 30},
          {"Id": 7, "State": "Paused", "ProgressPercent": None, "Name": ""}]
LINES = ("1000        Started     42 %  Export a\\x1bb\n"
         "2147483647  SucceededManualCleanup  100 %  " + "x" * 30 + "\n"
         "7           Paused         -  -\n")


class List(Case):
    def calls(self):
        return [entry["target"].split("?")[0].split("/")[-1] for entry in self.requests()]

    def test_a_line_for_each_task(self):
        self.answer_next(json.dumps(LISTED))
        self.shows(LINES, "list")
        self.assertEqual(self.requests()[-1]["select"], "Id,State,ProgressPercent,Name")

    def test_json_is_a_line_for_each_task(self):
        self.answer_next(json.dumps(LISTED))
        code, out, complaint = self.run_tool("list", "--json")
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertEqual([json.loads(line) for line in out.splitlines()], LISTED)

    def test_an_empty_list_is_no_error(self):
        for body in ("[]", "null"):
            self.answer_next(body)
            self.shows("", "list")

    def test_which_call_is_asked(self):
        for arguments, call in (
                ([], "GetBatchTaskInfosByState"), (["--state", "started"], "GetBatchTaskInfosByState"),
                (["--mine"], "GetBatchTaskInfosByAssociates"),
                (["--mine", "--state", "Failed"], "GetBatchTaskInfosByAssociatesAndState"),
                (["--name", "List-3"], "GetBatchTaskInfosByNameAndState"),
                (["--name", "List-3", "--state", "Started"], "GetBatchTaskInfosByNameAndState"),
                (["--name", "List-3", "--mine"], "GetBatchTaskInfosByNameAndAssociates")):
            with self.subTest(arguments=arguments):
                before = len(self.calls())
                code, _, complaint = self.run_tool("list", *arguments)
                self.assertEqual((code, complaint), (DONE, ""))
                mine = ["currentPrincipal"] if "--mine" in arguments else []
                self.assertEqual(self.calls()[before:], [*mine, call])

    def test_only_tasks_in_the_state(self):
        for arguments in ([], ["--mine"], ["--name", "List-40"], ["--name", "List-40", "--mine"]):
            with self.subTest(arguments=arguments):
                code, out, _ = self.run_tool("list", "--json", "--state", "SUCCEEDED", *arguments)
                states = {json.loads(line)["State"] for line in out.splitlines()}
                self.assertEqual((code, states), (DONE, {"Succeeded"}))
        self.assertIn("Failed", self.run_tool("list", "--name", "List-40", "--mine")[1])

    def test_a_long_list_in_memory_for_one_task(self):
        ran = subprocess.run(command("list", "--name", "List-20000", "--memory", "2048"), env=environment(),
                             capture_output=True, text=True, timeout=2 * LONGEST, check=False)
        self.assertEqual((ran.returncode, ran.stderr, ran.stdout.count("\n")), (DONE, "", 20000))
        ids = [int(line.split()[0]) for line in ran.stdout.splitlines()]
        self.assertEqual(len(set(ids)), 20000)

    def test_what_came_before_an_error_is_shown(self):
        self.answer_next(json.dumps(LISTED[:2])[:-1] + ", 5]")
        code, out, complaint = self.run_tool("list")
        self.assertEqual((code, out), (BAD_REPLY, "".join(LINES.splitlines(True)[:2])))
        self.assertIn("wrong_kind", complaint)

    def test_the_member_that_is_wrong_is_named(self):
        self.answer_next('[{"Id":1,"State":"New","ProgressPercent":"x"}]')
        self.refuses(BAD_REPLY, ".*member ProgressPercent", "list")

    def test_errors(self):
        self.refuses(CREDENTIAL, r"the credential is missing, wrong or expired \(401\)", "list", SUPEROFFICE_TOKEN="never-good")
        self.refuses(CREDENTIAL, r"the credential is missing, wrong or expired \(401\)", "list", "--mine",
                     SUPEROFFICE_TOKEN="never-good")
        main.control("next", fault="reset-before-head", match="GetBatchTaskInfosByState", times=2)
        self.refuses(CONNECTION, "", "list")
        main.control("next", status=200, headers=[["Content-Type", "application/json"]], body="{}", match="currentPrincipal")
        self.refuses(SERVICE, "", "list", "--mine")

    def test_mistakes(self):
        self.refuses(USAGE, ".*did you mean Started\\?; see superoffice-batch --help", "list", "--state", "Startd")
        for arguments in (["497"], ["--select", "Id"], ["--interval", "1"], ["--state", ""]):
            self.refuses(USAGE, ".*; see superoffice-batch --help", "list", *arguments)
        self.assertEqual(self.log(), [])

    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "there is no /dev/full")
    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            ran = subprocess.run(command("list"), env=environment(), stdout=full, stderr=subprocess.PIPE, timeout=LONGEST,
                                 check=False)
        self.assertEqual(ran.returncode, OUTPUT)
        self.assertIn(b"No space left on device", ran.stderr)
