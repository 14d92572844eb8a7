"""`watch --exec`: the command that runs when a task has ended."""

import pathlib
import tempfile

from running import DONE, FAILED, NO_TASK, OUTPUT, SECRETS, Case, main

TOLD = 'printf "%s %s\\n" "$SUPEROFFICE_TASK_ID" "$SUPEROFFICE_TASK_STATE"'


class Exec(Case):
    def test_gets_the_task(self):
        code, out, complaint = self.run_tool("watch", 497, "--exec", TOLD)
        self.assertEqual((code, out.splitlines()[-1], complaint), (DONE, "497 Succeeded", ""))

    def test_runs_for_a_task_that_failed_too(self):
        main.control("task", id=2000)
        main.control("clock", advance=20)
        code, out, complaint = self.run_tool("watch", 2000, "--exec", TOLD)
        self.assertEqual((code, out.splitlines()[-1], complaint), (FAILED, "2000 Failed", "superoffice-batch: the task failed\n"))

    def test_gets_no_secret(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "environment")
            code, _, complaint = self.run_tool(
                "watch", 497, "--exec", f"env > {file}", SUPEROFFICE_APP_TOKEN="never-good", SUPEROFFICE_PASSWORD="never-good",
                SUPEROFFICE_CLIENT_SECRET="never-good", SUPEROFFICE_TICKET="never-good", SUPEROFFICE_COOKIE="never-good",
                SUPEROFFICE_XSRF_TOKEN="never-good")
            self.assertEqual((code, complaint), (DONE, ""))
            text = file.read_text(encoding="utf-8")
        self.assertIn("SUPEROFFICE_BASE_URL=", text)
        for secret in SECRETS:
            self.assertNotIn(secret, text)

    def test_does_not_run_where_the_end_was_not_seen(self):
        self.refuses(NO_TASK, "no such task", "watch", 99, "--exec", TOLD)

    def test_a_command_that_fails(self):
        for command, number in (("exit 3", 3), ("kill -9 $$", 137), ("/no/such/program 2>/dev/null", 127)):
            code, _, complaint = self.run_tool("watch", 497, "--exec", command)
            self.assertEqual((code, complaint), (OUTPUT, f"superoffice-batch: the command of --exec ended with {number}\n"))
