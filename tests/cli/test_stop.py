"""`stop`: what the service answers, and what is made of it."""

from running import BAD_REPLY, CREDENTIAL, FAILED, NO_TASK, SERVICE, USAGE, Case, main

NOT_STOPPED = "the service did not stop the task: it is over already, or its kind cannot be stopped\n$"


class Stop(Case):
    def answer_next_stop(self, body, status=200):
        main.control("next", status=status, headers=[["Content-Type", "application/json"]], body=body,
                     match="StopBatchJob")

    def test_a_task_that_runs(self):
        self.run_tool("get", 1000)
        self.shows("the task is stopped\n", "stop", 1000)
        self.assertRegex(self.requests()[-1]["target"], "/api/v1/Agents/Batch/StopBatchJob$")
        self.shows("State                   Failed\n", "get", 1000, "--select", "State")
        self.refuses(FAILED, NOT_STOPPED, "stop", 1000)

    def test_a_task_that_is_over_or_unknown_or_of_a_kind_that_cannot_be_stopped(self):
        main.control("task", id=2000)
        main.control("clock", advance=20)
        for number in (2000, 99, 3000):
            self.refuses(FAILED, NOT_STOPPED, "stop", number)

    def test_json(self):
        self.shows("true\n", "stop", 1000, "--json")
        code, out, complaint = self.run_tool("stop", 1000, "--json")
        self.assertEqual((code, out), (FAILED, "false\n"))
        self.assertRegex(complaint, NOT_STOPPED)

    def test_what_goes_wrong(self):
        self.refuses(CREDENTIAL, r"the credential is missing, wrong or expired \(401\)", "stop", 1000,
                     SUPEROFFICE_TOKEN="never-good")
        self.refuses(CREDENTIAL, "no credential was given", "stop", 1000, credential=None)
        for code, pattern, status, body in (
                (NO_TASK, r"no such task \(stage service, no_such_task, HTTP 200\)", 200, "null"),
                (SERVICE, 'the service answered with an error object: "No."', 200, '{"Error":true,"Message":"No."}'),
                (SERVICE, 'the service answered with an error object: "No."', 500, '{"Error":true,"Message":"No."}'),
                (BAD_REPLY, r"a value is of the wrong kind \(stage decode, wrong_kind, HTTP 200, at byte 0\)", 200, '"yes"'),
                (BAD_REPLY, r"a value is of the wrong kind \(stage decode, wrong_kind, HTTP 200, at byte 0\)", 200, "{}")):
            with self.subTest(status=status, body=body):
                self.answer_next_stop(body, status)
                self.refuses(code, pattern, "stop", 1000)

    def test_mistakes(self):
        for arguments in (["stop"], ["stop", "x"], ["stop", "1", "2"], ["stop", "1000", "--select", "Id"],
                          ["--select", "Id", "stop", "1000"], ["stop", "1000", "--interval", "1"]):
            with self.subTest(arguments=arguments):
                self.refuses(USAGE, ".*; see superoffice-batch --help", *arguments)
        self.assertEqual(self.log(), [])
