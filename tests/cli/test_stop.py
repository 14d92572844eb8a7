"""`stop`: what the service answers, and what the tool does with it."""

import json

from running import BAD_REPLY, CREDENTIAL, DONE, FAILED, NO_TASK, SERVICE, USAGE, Case, OnTerminal, TerminalCase, main

NOT_STOPPED = "the service did not stop the task: it is over already, or its kind cannot be stopped\n$"


class Stop(Case):
    def answer_next_stop(self, body, status=200):
        main.control("next", status=status, headers=[["Content-Type", "application/json"]], body=body,
                     match="StopBatchJob")

    def calls(self):
        return [entry["target"].split("?")[0].split("/")[-1] for entry in self.requests()]

    def test_a_task_that_runs(self):
        self.run_tool("get", 1000)
        self.shows("the task is stopped\n", "stop", 1000)
        self.assertEqual(self.calls()[-2:], ["GetBatchTaskInfo", "StopBatchJob"])
        self.assertEqual(self.requests()[-2]["select"], "State,CancellationBehaviour")
        self.shows("State                   Failed\n", "get", 1000, "--select", "State")

    def test_why_a_task_cannot_be_stopped(self):
        main.control("task", id=2000)
        main.control("clock", advance=20)
        for number, code, said in ((2000, FAILED, "the task is over already: Failed"),
                                   (497, FAILED, "the task is over already: Succeeded"),
                                   (99, NO_TASK, r"no such task \(stage service, no_such_task, HTTP 200\)"),
                                   (3000, FAILED, "a task of this kind cannot be stopped")):
            with self.subTest(number=number):
                self.refuses(code, said + "\n$", "stop", number)
                self.refuses(code, said + "\n$", "stop", number, "--yes")
        self.assertNotIn("StopBatchJob", self.calls())

    def test_a_task_that_the_service_does_not_stop_all_the_same(self):
        self.answer_next_stop("false")
        self.refuses(FAILED, NOT_STOPPED, "stop", 1000)

    def test_a_kind_that_wants_a_warning_needs_yes_where_nobody_can_be_asked(self):
        said = "stopping a task of this kind may leave work half done: say --yes to stop it all the same\n$"
        self.refuses(USAGE, said, "stop", 2000)
        self.assertNotIn("StopBatchJob", self.calls())
        self.shows("the task is stopped\n", "stop", 2000, "--yes")
        self.assertEqual(self.calls()[-1], "StopBatchJob")

    def test_an_unknown_kind_is_left_to_the_service(self):
        for kind in ('"MayCancel"', "null", "7"):
            self.answer_next('{"State":"Started","CancellationBehaviour":%s}' % kind)
            self.answer_next_stop("true")
            self.shows("the task is stopped\n", "stop", 1000)

    def test_json(self):
        self.shows("true\n", "stop", 1000, "--json")
        for number, code in ((1000, FAILED), (3000, FAILED), (2000, USAGE)):
            got, out, complaint = self.run_tool("stop", number, "--json")
            self.assertEqual((got, out), (code, "false\n"))
            self.assertEqual(json.loads(complaint)["error"]["exit_code"], code)
        self.answer_next_stop("false")
        code, out, complaint = self.run_tool("stop", 4000, "--json")
        self.assertEqual((code, out), (FAILED, "false\n"))
        self.assertRegex(json.loads(complaint)["error"]["message"], NOT_STOPPED.rstrip("\n$"))

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


class OnATerminal(TerminalCase):
    QUESTION = "Stopping a task of this kind may leave work half done. Stop it all the same? [y/N] "

    def test_a_kind_that_wants_a_warning_is_asked_about(self):
        for answer, code, end in (("n", FAILED, "superoffice-batch: the task was not stopped\r\n"),
                                  ("", FAILED, "superoffice-batch: the task was not stopped\r\n"),
                                  ("y", DONE, "the task is stopped\r\n")):
            with self.subTest(answer=answer):
                terminal = OnTerminal("stop", 2000)
                terminal.read_until(self.QUESTION)
                terminal.type(answer + "\n")
                ended, shown = terminal.end()
                self.assertEqual(ended, code)
                self.assertTrue(shown.endswith(end), shown)
        stops = [entry for entry in self.requests() if entry["target"].endswith("/StopBatchJob")]
        self.assertEqual(len(stops), 1)

    def test_no_question_where_none_is_needed(self):
        for arguments in (["stop", 1000], ["stop", 2000, "--yes"]):
            self.assertEqual(OnTerminal(*arguments).end(), (DONE, "the task is stopped\r\n"))
