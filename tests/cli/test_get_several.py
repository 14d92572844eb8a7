"""`get` of several tasks: what names each of them, and how one that cannot be shown leaves the others alone."""

import json
import os
import subprocess

from running import (BAD_REPLY, CONNECTION, CREDENTIAL, DONE, LONGEST, NO_TASK, OUTPUT, SERVICE, USAGE, Case, command,
                     environment, main, start)

NO_SUCH_TASK = r"no such task (stage service, no_such_task, HTTP 200)"


class Get(Case):
    def asked(self):
        return [entry["id"] for entry in self.requests() if "GetBatchTaskInfo" in entry["target"]]

    def test_each_below_its_id_in_the_order_given(self):
        self.shows("Task 2000:\nState                   New\n\nTask 1000:\nState                   New\n",
                   "get", 2000, 1000, "--select", "State")
        self.assertEqual(self.asked(), [2000, 1000])

    def test_json_is_a_line_for_each_that_begins_with_its_id(self):
        code, out, complaint = self.run_tool("get", 2000, 497, 1000, "--json", "--select", "State")
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertEqual(out, '{"id":2000,"State":"New"}\n{"id":497,"State":"Succeeded"}\n{"id":1000,"State":"New"}\n')

    def test_json_of_one_with_no_property_is_json_too(self):
        self.answer_next("{}", times=2)
        self.assertEqual(self.run_tool("get", 1, 2, "--json", "--select", "Name"), (DONE, '{"id":1}\n{"id":2}\n', ""))

    def test_one_that_is_named_twice_counts_once(self):
        self.shows("State                   New\n", "get", 1000, "01000", 1000, "--select", "State")
        _, out, _ = self.run_tool("get", 1000, 2000, 1000, "--select", "State", "--json")
        self.assertEqual([json.loads(line)["id"] for line in out.splitlines()], [1000, 2000])

    def test_one_that_does_not_exist_is_named_and_hides_no_other(self):
        code, out, complaint = self.run_tool("get", 99, 1000, 98, 2000, "--select", "State")
        self.assertEqual((code, out), (NO_TASK, "Task 1000:\nState                   New\n\n"
                                                "Task 2000:\nState                   New\n"))
        self.assertEqual(complaint, f"superoffice-batch: task 99: {NO_SUCH_TASK}\n"
                                    f"superoffice-batch: task 98: {NO_SUCH_TASK}\n")
        code, out, complaint = self.run_tool("get", 1000, 99, "--json")
        error = json.loads(complaint)["error"]
        self.assertEqual((code, json.loads(out)["id"]), (NO_TASK, 1000))
        self.assertEqual((error["id"], error["message"], error["exit_code"]), (99, "no such task", NO_TASK))

    def test_one_that_is_refused_or_fails_is_named_and_hides_no_other(self):
        for number, code, words in ((17403, CREDENTIAL, "the credential does not allow this call (403)"),
                                    (27404, SERVICE, "there is nothing at this address (404)"),
                                    (17500, SERVICE, "the service answered with an error object"),
                                    (27500, SERVICE, "the service is not available now"),
                                    (27503, SERVICE, "the service is not available now")):
            with self.subTest(number):
                ended, out, complaint = self.run_tool("get", number, 1000, "--select", "State")
                self.assertEqual((ended, out), (code, "Task 1000:\nState                   New\n"))
                self.assertEqual(complaint.count("\n"), 1)
                self.assertTrue(complaint.startswith(f"superoffice-batch: task {number}: {words}"), complaint)
                ended, out, complaint = self.run_tool("get", 1000, number, 2000, "--json", "--select", "State")
                error = json.loads(complaint)["error"]
                self.assertEqual((ended, error["id"], error["exit_code"]), (code, number, code))
                self.assertEqual([json.loads(line)["id"] for line in out.splitlines()], [1000, 2000])

    def test_what_the_service_says_of_itself_ends_it(self):
        for number in (27429, 7503):  # the second with a Retry-After
            code, out, complaint = self.run_tool("get", number, 1000)
            self.assertEqual((code, out), (SERVICE, ""))
            self.assertRegex(complaint, f"^superoffice-batch: (too many calls|the service is not available)[^\n]*\n"
                                        f"superoffice-batch: 2 of 2 tasks were not shown, from task {number} on\n$")

    def test_the_exit_code_is_the_highest(self):
        for numbers in ((9001, 99), (99, 9001)):
            code, _, complaint = self.run_tool("get", *numbers)
            self.assertEqual((code, complaint.count("\n")), (BAD_REPLY, 2))

    def test_what_is_not_about_one_task_is_told_once_and_ends_it(self):
        main.control("expire", kind="bearer")
        code, out, complaint = self.run_tool("get", 1000, 2000, 497)
        self.assertEqual((code, out, complaint.count("\n")), (CREDENTIAL, "", 2))
        self.assertRegex(complaint, "^superoffice-batch: the credential is missing, wrong or expired")
        self.assertRegex(complaint, "\nsuperoffice-batch: 3 of 3 tasks were not shown, from task 1000 on\n$")
        self.assertEqual(len(self.asked()), 1)
        main.control("reset")
        code, out, complaint = self.run_tool("get", 1000, 8000, 2000, "--select", "State")
        self.assertEqual((code, out), (CONNECTION, "Task 1000:\nState                   New\n"))
        self.assertRegex(complaint, r"^superoffice-batch: the peer reset the connection [^\n]*\n"
                                    r"superoffice-batch: 2 of 3 tasks were not shown, from task 8000 on\n$")

    def test_one_alone_is_not_named(self):
        self.refuses(NO_TASK, "no such task", "get", 99)

    def test_at_most_a_thousand(self):
        ids = range(100_000, 101_001)
        self.refuses(USAGE, "ID: at most 1000 tasks at once; see superoffice-batch --help", "get", *ids)
        self.refuses(USAGE, "ID: at most 1000 tasks at once; see superoffice-batch --help", "watch", *ids)
        self.assertEqual(self.log(), [])
        code, _, complaint = self.run_tool("get", *ids[:1000], ids[0])
        self.assertEqual((code, complaint.count(NO_SUCH_TASK)), (NO_TASK, 1000))

    def test_no_id_may_be_wrong(self):
        for command in ("get", "watch"):
            for wrong in ("x", "-2", "0", "0x2", "", "2147483648"):
                self.refuses(USAGE, ".*; see superoffice-batch --help", command, 1000, wrong, 2000)
        self.assertEqual(self.log(), [])

    def test_a_reader_that_went_away_ends_it(self):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as gone:
            process = start(*command("get", 1000, 2000, 497), env=environment(), stdout=gone, stderr=subprocess.PIPE)
            _, complaint = process.communicate(timeout=LONGEST)
        self.assertEqual((process.returncode, complaint), (OUTPUT, b""))
        self.assertEqual(self.asked(), [1000])
