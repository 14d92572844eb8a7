"""`start` and `delete`: what is sent, and what is said of it."""

import json
import socket

from running import CONNECTION, CREDENTIAL, DONE, NO_TASK, SERVICE, USAGE, Case, main

ADVICE = "the job may have been started: look with superoffice-batch list --name NAME before you start it again"
UNKNOWN = f"no reply came: it is unknown whether the service carried out the call .*outcome_unknown.*; {ADVICE}\n$"


class Start(Case):
    def started(self):
        return main.control("tasks")

    def test_prints_the_id_of_the_new_task(self):
        code, out, complaint = self.run_tool("start", "ContactExport")
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertRegex(out, r"^\d+\n$")
        self.assertIn(out.strip(), json.dumps(self.started()))
        code, as_json, _ = self.run_tool("start", "ContactExport", "--json")
        self.assertEqual((code, json.loads(as_json)), (DONE, int(as_json)))

    def test_a_name_that_the_server_does_not_have(self):
        self.refuses(SERVICE, ".*There is no batch task definition of that name", "start", "Nothing")

    def test_an_unknown_outcome_is_said_and_the_call_is_not_sent_again(self):
        for fault in ("close-before-head", "reset-before-head"):
            with self.subTest(fault=fault):
                main.control("reset")
                main.control("next", fault=fault, match="StartBatchJob", times=5)
                before = len(self.requests())
                self.refuses(CONNECTION, UNKNOWN, "start", "ContactExport")
                self.assertEqual(len(self.requests()) - before, 1)

    def test_whether_it_may_have_been_started_is_said_after_other_failures_too(self):
        for status, body, may_have_started in ((503, "", True), (500, "", True), (502, "", True), (504, "", True),
                                               (200, "nonsense", True), (200, "", True),
                                               (400, "", False), (403, "", False), (404, "", False), (429, "", False)):
            with self.subTest(status=status, body=body):
                main.control("next", status=status, headers=[["Content-Type", "application/json"]], body=body,
                             match="StartBatchJob")
                _, out, complaint = self.run_tool("start", "ContactExport")
                self.assertEqual((out, complaint.count("\n")), ("", 1))
                self.assertEqual(complaint.endswith(f"; {ADVICE}\n"), may_have_started, complaint)
        main.control("next", status=503, headers=[], body="", match="StartBatchJob")
        self.assertEqual(json.loads(self.run_tool("start", "ContactExport", "--json")[2])["error"]["advice"], ADVICE)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and does not listen
            self.refuses(CONNECTION, r"the peer refused the connection \([^;]*\n$", "start", "ContactExport", "--base-url",
                         f"https://localhost:{taken.getsockname()[1]}/x")

    def test_json_of_an_unknown_outcome(self):
        main.control("next", fault="close-before-head", match="StartBatchJob")
        code, out, complaint = self.run_tool("start", "ContactExport", "--json")
        error = json.loads(complaint)["error"]
        self.assertEqual((code, out, error["code"], error["exit_code"]), (CONNECTION, "", "outcome_unknown", CONNECTION))

    def test_mistakes(self):
        for arguments in ([], ["a", "b"], ["a", "--select", "Id"]):
            self.refuses(USAGE, ".*; see superoffice-batch --help", "start", *arguments)
        self.refuses(CREDENTIAL, "no credential was given", "start", "ContactExport", credential=None)
        self.assertEqual(self.log(), [])


class Delete(Case):
    def bodies(self):
        return [(entry["target"].split("?")[0].split("/")[-1], entry.get("id")) for entry in self.requests()]

    def test_one_and_several(self):
        self.shows("the service took the order to delete: 1000\n", "delete", 1000)
        self.shows("the service took the order to delete: 497, 2000\n", "delete", 497, 2000)
        self.shows('{"sent":[99]}\n', "delete", 99, "--json")
        self.assertEqual([name for name, _ in self.bodies()], ["DeleteBatchTask", "DeleteBatchTasks", "DeleteBatchTask"])
        for gone in (1000, 497, 2000):
            self.refuses(NO_TASK, "no such task", "get", gone)

    def test_one_that_is_named_twice_is_sent_once(self):
        self.shows("the service took the order to delete: 1000\n", "delete", 1000, "01000", 1000)
        self.shows('{"sent":[497,2000]}\n', "delete", 497, 2000, 497, "--json")
        self.assertEqual([(entry["target"].split("/")[-1], json.loads(entry["body"])) for entry in self.requests()],
                         [("DeleteBatchTask", {"BatchTaskId": 1000}), ("DeleteBatchTasks", {"BatchTaskIds": [497, 2000]})])

    def test_what_goes_wrong(self):
        self.refuses(CREDENTIAL, r"the credential is missing, wrong or expired \(401\)", "delete", 1000,
                     SUPEROFFICE_TOKEN="never-good")
        main.control("next", status=403, headers=[], body="", match="DeleteBatchTask")
        self.refuses(CREDENTIAL, "", "delete", 1000)

    def test_mistakes(self):
        for arguments in ([], ["x"], ["1", "0x2"], ["1", "-2"], ["1", "--select", "Id"], ["1", "--yes"]):
            with self.subTest(arguments=arguments):
                self.refuses(USAGE, ".*; see superoffice-batch --help", "delete", *arguments)
        self.assertEqual(self.log(), [])
